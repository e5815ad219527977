"""Inspector and violator: how often each moves when both choose at once, and when the inspector announces."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import norm


@dataclass(frozen=True, slots=True)
class InspectionEquilibrium:
    """Chances of an inspection and of a violation when both choose at once, and the rate that deters if announced.

    Attributes
    ----------
    inspection, violation : float
        In the mixed equilibrium.
    deterring : float
        An announced chance of inspection from which nobody gains by violating.
    """

    inspection: float
    violation: float
    deterring: float


def equilibrium(*, gain: float, penalty: float, missed: float, inspection: float) -> InspectionEquilibrium:
    """Return the equilibrium of the inspection game.

    The violator gains ``gain`` if not inspected and loses ``penalty`` if inspected; the inspector pays ``inspection``
    for each inspection and ``missed`` for each violation that passes. The violator is indifferent at
    x = gain / (gain + penalty), the inspector at y = inspection / missed: a larger penalty lowers inspections and
    leaves violations where they were.

    Raises
    ------
    ValueError
        Where a value is not positive, or an inspection costs more than a missed violation.

    Source
    ------
    Tsebelis 1989, American Political Science Review 83; Avenhaus, von Stengel and Zamir 2002 on announcing.

    Examples
    --------
    >>> equilibrium(gain=1.0, penalty=4.0, missed=10.0, inspection=1.0)
    InspectionEquilibrium(inspection=0.2, violation=0.1, deterring=0.2)
    >>> equilibrium(gain=1.0, penalty=9.0, missed=10.0, inspection=1.0).violation
    0.1
    """
    if not min(gain, penalty, missed, inspection) > 0.0 or inspection > missed:
        raise ValueError("all values must be positive and an inspection must cost no more than a missed violation")
    x = gain / (gain + penalty)
    return InspectionEquilibrium(inspection=x, violation=inspection / missed, deterring=x)


def cutoff(share: float) -> float:
    """Return the score above which a share of honest traffic with standard normal scores is inspected.

    Examples
    --------
    >>> round(cutoff(0.27), 6)
    0.612813
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"the share must lie between 0 and 1: {share}")
    return float(norm.ppf(1.0 - share))


def detection_after_gaming(*, share: float, separation: float, pushed_down: float = 0.0) -> float:
    """Return the detection rate when smugglers push their own score down by ``pushed_down`` standard deviations.

    Honest scores are N(0, 1), smugglers' N(separation, 1), and the share is of honest traffic: loads are too rare to
    move the cutoff. A smuggler pays for each unit that he pushes, so he pushes up to gain / cost.

    Examples
    --------
    >>> round(detection_after_gaming(share=0.27, separation=1.366), 6)
    0.774331
    >>> round(detection_after_gaming(share=0.27, separation=1.366, pushed_down=0.5), 6)
    0.599938
    """
    return float(norm.sf(cutoff(share) - separation + pushed_down))


def share_that_holds(*, share: float, pushed_down: float) -> float:
    """Return the share to inspect that keeps detection where it was before scores were pushed down.

    Examples
    --------
    >>> round(share_that_holds(share=0.27, pushed_down=0.5), 4)
    0.4551
    """
    return float(norm.sf(cutoff(share) - pushed_down))

"""Trust in a partner from what was seen of it, and what a threshold for sharing does to it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def trust(
    good: npt.ArrayLike, bad: npt.ArrayLike, *, forgetting: float = 1.0, start: tuple[float, float] = (0.0, 0.0)
) -> Array:
    """Return the expected share of good outcomes after each period: (r + 1) / (r + s + 2).

    Parameters
    ----------
    good, bad : float[n]
        Good and bad outcomes of each period.
    forgetting : float
        What a period keeps of all earlier outcomes; 1 keeps all.
    start : (good, bad)
        Outcomes before the first period.

    Returns
    -------
    float[n]

    Raises
    ------
    ValueError
        Where outcomes are negative, or ``forgetting`` is not above 0 and at most 1.

    Source
    ------
    Josang and Ismail 2002, The beta reputation system, Bled eConference.

    Examples
    --------
    >>> good, bad = [1] * 10 + [0] + [1] * 10, [0] * 10 + [1] + [0] * 10
    >>> trust(good, bad, forgetting=0.9)[[9, 10, 20]].round(6).tolist()
    [0.882536, 0.774315, 0.876334]
    >>> trust(good, bad)[[9, 10, 20]].round(6).tolist()
    [0.916667, 0.846154, 0.913043]
    """
    outcomes = np.broadcast_arrays(
        np.atleast_1d(np.asarray(good, np.float64)), np.atleast_1d(np.asarray(bad, np.float64))
    )
    if any((part < 0.0).any() for part in outcomes) or min(start) < 0.0:
        raise ValueError("outcomes must not be negative")
    if not 0.0 < forgetting <= 1.0:
        raise ValueError(f"forgetting must be above 0 and at most 1, got {forgetting}")
    r, s = start
    path = []
    for more_good, more_bad in zip(*outcomes, strict=True):
        r, s = forgetting * r + more_good, forgetting * s + more_bad
        path.append((r + 1.0) / (r + s + 2.0))
    return np.array(path)


def trap_probability(good: float, bad: float, *, p_bad: float, threshold: float, epochs: int) -> float:
    """Return P(trust falls below the threshold within some periods), after which nothing is shared and nothing learned.

    One outcome a period, nothing forgotten. A share that never stops removes the trap, because outcomes go on.

    Parameters
    ----------
    good, bad : float
        Outcomes before the first period.
    p_bad : float
        P(an outcome is bad).
    threshold : float
        Trust below it ends sharing.
    epochs : int
        Periods.

    Examples
    --------
    >>> round(trap_probability(3, 0, p_bad=0.2, threshold=0.6, epochs=52), 6)
    0.084443
    """
    if not 0.0 <= p_bad <= 1.0 or epochs < 0:
        raise ValueError(f"p_bad must be within 0 and 1 and epochs not negative, got {p_bad} and {epochs}")
    if (good + 1.0) / (good + bad + 2.0) < threshold:
        return 1.0
    alive = np.array([1.0])
    """By how many outcomes were bad so far."""
    for period in range(1, epochs + 1):
        moved = np.append(alive * (1.0 - p_bad), 0.0)
        moved[1:] += alive * p_bad
        level = (good + period - np.arange(period + 1) + 1.0) / (good + bad + period + 2.0)
        alive = np.where(level < threshold, 0.0, moved)
    return float(1.0 - alive.sum())


def shared_share(level: npt.ArrayLike, *, threshold: float, slope: float, pilot_share: float) -> Array:
    """Return the share of records that a side sends at a level of trust: pilot + (1 - pilot) x logistic.

    Parameters
    ----------
    level : float or float[n]
        Trust, 0 to 1.
    threshold : float
        Trust at which half of what may be withheld is sent.
    slope : float
        Log odds by which it rises for one unit of trust; not negative.
    pilot_share : float
        What is sent whatever the trust.

    Examples
    --------
    >>> shared_share([0.0, 0.6, 1.0], threshold=0.6, slope=10.0, pilot_share=0.05).round(4).tolist()
    [0.0523, 0.525, 0.9829]
    """
    if not 0.0 <= pilot_share <= 1.0 or slope < 0.0:
        raise ValueError(f"pilot_share must be within 0 and 1 and slope not negative, got {pilot_share} and {slope}")
    odds = slope * (np.asarray(level, dtype=np.float64) - threshold)
    return np.asarray(pilot_share + (1.0 - pilot_share) / (1.0 + np.exp(-odds)))


def p_compromised(prior: float, *, leaks: int, looks: int, p_leak: float, p_leak_otherwise: float) -> float:
    """Return P(a unit is compromised | so many leaks in so many looks), by Bayes.

    Examples
    --------
    >>> asked = {"p_leak": 0.5, "p_leak_otherwise": 0.05}
    >>> [round(p_compromised(0.1, leaks=n, looks=n, **asked), 6) for n in (1, 2)]
    [0.526316, 0.917431]
    """
    if not 0.0 <= prior <= 1.0 or not 0 <= leaks <= looks:
        raise ValueError(f"prior must be within 0 and 1 and leaks within 0 and looks, got {prior}, {leaks} of {looks}")
    if_bad, if_good = (p**leaks * (1.0 - p) ** (looks - leaks) for p in (p_leak, p_leak_otherwise))
    weight = prior * if_bad + (1.0 - prior) * if_good
    if weight == 0.0:
        raise ValueError("what was seen is impossible with and without a compromised unit")
    return prior * if_bad / weight


def least_discount(*, benefit: float, cost: float) -> float:
    """Return the weight of the next period from which a threat to end sharing keeps both sides sharing: cost / benefit.

    Source: the repeated prisoner's dilemma under grim trigger (Friedman 1971, Review of Economic Studies 38).

    Examples
    --------
    >>> round(least_discount(benefit=3.0, cost=1.0), 6)
    0.333333
    """
    if not 0.0 <= cost < benefit:
        raise ValueError(f"cost must be from 0 to below the benefit, got {cost} and {benefit}")
    return cost / benefit


def sharing_survives(periods: int, *, p_accident: float) -> tuple[float, float]:
    """Return P(sharing that one accident ends is alive after so many periods), and its mean life in periods.

    Examples
    --------
    >>> alive, mean = sharing_survives(52, p_accident=0.02)
    >>> round(alive, 6), round(mean, 6)
    (0.349749, 50.0)
    """
    if not 0.0 <= p_accident <= 1.0 or periods < 0:
        raise ValueError(f"p_accident must be within 0 and 1 and periods not negative, got {p_accident} and {periods}")
    return (1.0 - p_accident) ** periods, 1.0 / p_accident if p_accident else math.inf

"""What a stronger inspection at one place gains, what moves elsewhere, and how the two are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.games import logit

Array = npt.NDArray[np.float64]


def weighted_quotient(target: tuple[float, float], buffer: tuple[float, float], control: tuple[float, float]) -> float:
    """Return the weighted displacement quotient (B1/C1 - B0/C0) / (A1/C1 - A0/C0).

    -0.75: three quarters of what fell at the target rose around it. Below -1 the measure does harm; above 0 the
    surroundings gained too.

    Parameters
    ----------
    target, buffer, control : (before, after)
        Counts at the place that was tightened, around it, and far from it.

    Raises
    ------
    ValueError
        Where the control is 0, or nothing changed at the target.

    Source
    ------
    Bowers and Johnson 2003, Journal of Quantitative Criminology 19.

    Examples
    --------
    >>> round(weighted_quotient((100, 60), (200, 230), (1000, 1000)), 6)
    -0.75
    """
    if min(control) <= 0.0:
        raise ValueError(f"the control must be positive: {control}")
    before, after = (tuple(part[k] / control[k] for part in (target, buffer)) for k in (0, 1))
    if after[0] == before[0]:
        raise ValueError("nothing changed at the target: there is no quotient")
    return (after[1] - before[1]) / (after[0] - before[0])


@dataclass(frozen=True, slots=True)
class Response:
    """Loads over options before and after smugglers react to a change of detection.

    Attributes
    ----------
    shares : float[n]
        After the reaction, the outside option last where there is one.
    caught_before, caught_unmoved, caught : float
        Share of all attempts found: before the change, after it without a reaction, after both.
    delivered : float
        Share of attempts that cross with the load after both. What is neither caught nor delivered went elsewhere.
    """

    shares: Array
    caught_before: float
    caught_unmoved: float
    caught: float
    delivered: float

    @property
    def taken_back(self) -> float:
        """The part of the gain without a reaction that the reaction takes back; above 1 where it does harm.

        ValueError: without a reaction the change would gain nothing.
        """
        if self.caught_unmoved == self.caught_before:
            raise ValueError("the change gains nothing even without a reaction: there is no part to take back")
        return 1.0 - (self.caught - self.caught_before) / (self.caught_unmoved - self.caught_before)


def response(
    base: npt.ArrayLike, detection: npt.ArrayLike, changed: npt.ArrayLike, *, scale: float, outside_share: float = 0.0
) -> Response:
    """Return what smugglers who react by logit make of a change of detection.

    Parameters
    ----------
    base : float[n]
        Shares of attempts over the options, of those who do not take the way out.
    detection, changed : float[n]
        P(found) on each option before and after the change.
    scale : float
        L, log odds lost per unit of P(found).
    outside_share : float
        Share that takes a way out, on which nothing changes, before the change.

    Examples
    --------
    >>> moved = response([0.5, 0.3, 0.2], [0.14] * 3, [0.28, 0.14, 0.14], scale=10.0)
    >>> round(moved.caught, 6), round(moved.caught_unmoved, 6), round(moved.taken_back, 5)
    (0.167694, 0.21, 0.60437)
    >>> out = response([0.5, 0.3, 0.2], [0.14] * 3, [0.28, 0.14, 0.14], scale=10.0, outside_share=0.2)
    >>> round(out.caught_before, 6), round(out.caught, 6), round(out.delivered, 6)
    (0.112, 0.119688, 0.594041)
    """
    if not 0.0 <= outside_share < 1.0:
        raise ValueError(f"the outside share must be 0 or more and below 1: {outside_share}")
    inner = np.asarray(base, dtype=np.float64)
    inner = inner / inner.sum() * (1.0 - outside_share)
    old, new = np.asarray(detection, dtype=np.float64), np.asarray(changed, dtype=np.float64)
    every, change = inner, new - old
    if outside_share:
        every, change = np.append(inner, outside_share), np.append(change, 0.0)
    after = logit.shares(every, change=change, scale=scale)
    within = after[: len(inner)]
    return Response(
        shares=after,
        caught_before=float((inner * old).sum()),
        caught_unmoved=float((inner * new).sum()),
        caught=float((within * new).sum()),
        delivered=float((within * (1.0 - new)).sum()),
    )


def scan_detection(capacity: float, arrivals: npt.ArrayLike, *, p_detection: float) -> Array:
    """Return the detection rate where a fixed number of scans an hour meets more or fewer trucks.

    Trucks that others divert thin the share that is scanned.

    Parameters
    ----------
    capacity : float
        Scans an hour.
    arrivals : float[n]
        Trucks an hour, positive.
    p_detection : float
        P(found | scanned).

    Examples
    --------
    >>> scan_detection(40.0, [60.0, 80.0, 100.0], p_detection=0.65).round(5).tolist()
    [0.43333, 0.325, 0.26]
    """
    trucks = np.asarray(arrivals, dtype=np.float64)
    if not (trucks > 0.0).all() or capacity < 0.0 or not 0.0 <= p_detection <= 1.0:
        raise ValueError("arrivals must be positive, capacity not negative, and the chance between 0 and 1")
    return np.asarray(p_detection * np.minimum(1.0, capacity / trucks))

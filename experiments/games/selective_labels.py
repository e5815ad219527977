"""Learning from what was opened alone: rates that correct for who was selected, and how long the first find takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def inverse_probability(
    finds: npt.ArrayLike, p_inspected: npt.ArrayLike, *, trucks: npt.ArrayLike | None = None
) -> float:
    """Return the rate of loads in all traffic: each find counts for 1 / P(inspected) trucks like it.

    Parameters
    ----------
    finds : float[n]
        Finds of each truck (0 or 1), or of each group of trucks. A truck that was not inspected has none.
    p_inspected : float[n]
        The chance with which it was inspected, above 0.
    trucks : float[n], optional
        Trucks of each group; 1 each by default.

    Raises
    ------
    ValueError
        Where a chance is 0 or above 1: what is never inspected cannot be corrected for.

    Source
    ------
    Horvitz and Thompson 1952, Journal of the American Statistical Association 47.

    Examples
    --------
    >>> groups = {"finds": [0.3 * 0.8 * 0.004, 0.7 * 0.1 * 0.001], "p_inspected": [0.8, 0.1]}
    >>> round(inverse_probability(**groups, trucks=[0.3, 0.7]), 6)
    0.0019
    >>> round(sum(groups["finds"]) / (0.3 * 0.8 + 0.7 * 0.1), 6)  # finds per inspection
    0.003323
    """
    found, p = np.asarray(finds, dtype=np.float64), np.asarray(p_inspected, dtype=np.float64)
    if not ((p > 0.0) & (p <= 1.0)).all():
        raise ValueError("each chance of inspection must be above 0 and at most 1")
    total = np.ones_like(found).sum() if trucks is None else np.asarray(trucks, dtype=np.float64).sum()
    return float((found / p).sum() / total)


def inverse_probability_sd(
    rates: npt.ArrayLike, p_inspected: npt.ArrayLike, group_shares: npt.ArrayLike, *, trucks: float
) -> float:
    """Return the standard deviation of :func:`inverse_probability` over ``trucks`` trucks.

    Examples
    --------
    >>> round(inverse_probability_sd([0.004, 0.001], [0.8, 0.1], [0.3, 0.7], trucks=100_000) * 1e5, 3)
    29.149
    """
    rate, p, share = (np.asarray(part, dtype=np.float64) for part in (rates, p_inspected, group_shares))
    second = float((share * rate / p).sum())
    return float(np.sqrt((second - float((share * rate).sum()) ** 2) / trucks))


def weeks_to_first_find(*, trucks: float, prevalence: float, p_find: float, share: npt.ArrayLike) -> Array:
    """Return the expected weeks until random inspections of a share of traffic find their first load.

    Parameters
    ----------
    trucks : float
        A week.
    prevalence : float
        Loads per truck.
    p_find : float
        P(found | inspected).
    share : float or float[n]
        Share of trucks inspected at random.

    Returns
    -------
    float or float[n]
        1 / (1 - (1 - p d)^(n e)), a geometric mean time; infinite where nothing is inspected.

    Examples
    --------
    >>> weeks_to_first_find(trucks=44_000, prevalence=1e-4, p_find=0.5, share=[0.01, 0.05, 0.27]).round(3).tolist()
    [45.955, 9.6, 2.233]
    """
    inspected = trucks * np.asarray(share, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / -np.expm1(inspected * np.log1p(-prevalence * p_find)))


def retraining_path(*, signal: float, feedback: float, start: float, times: int) -> Array:
    """Return the model's coefficient after each retraining on data that the model itself has moved.

    Y is 1 with chance 0.5 + signal x + feedback theta x, x is -1 or 1, and the forecast is 0.5 + theta x. Retrained
    under squared loss, theta becomes signal + feedback theta.

    Source
    ------
    Perdomo and others 2020, ICML (performative prediction), section 2.

    Examples
    --------
    >>> retraining_path(signal=0.2, feedback=0.3, start=0.2, times=4).round(6).tolist()
    [0.2, 0.26, 0.278, 0.2834, 0.28502]
    >>> stable, best = retrained_forever(signal=0.2, feedback=0.3), best_model(signal=0.2, feedback=0.3)
    >>> round(stable, 6), round(best, 6)
    (0.285714, 0.5)
    >>> [round(performative_risk(theta, signal=0.2, feedback=0.3), 6) for theta in (stable, best)]
    [0.168367, 0.15]
    """
    path = [start]
    for _ in range(times):
        path.append(signal + feedback * path[-1])
    return np.array(path)


def retrained_forever(*, signal: float, feedback: float) -> float:
    """Return signal / (1 - feedback), where retraining stands still; it does only for a feedback below 1."""
    if not abs(feedback) < 1.0:
        raise ValueError(f"retraining does not settle at a feedback of {feedback}")
    return signal / (1.0 - feedback)


def best_model(*, signal: float, feedback: float) -> float:
    """Return signal / (1 - 2 feedback), the coefficient of least risk once the data react to it (feedback < 1/2)."""
    if not feedback < 0.5:
        raise ValueError(f"the risk has no least value at a feedback of {feedback}")
    return signal / (1.0 - 2.0 * feedback)


def performative_risk(theta: float, *, signal: float, feedback: float) -> float:
    """Return the squared loss of coefficient ``theta`` on the data that it causes."""
    moved = signal + feedback * theta
    return 0.25 - moved * moved + (moved - theta) ** 2

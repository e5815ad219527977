"""How traffic spreads over ports with queues: by each driver's time, by chance, and as a planner would have it.

Times are those of single-server queues with exponential services: 60 / (capacity - flow) minutes at the port, plus
what the port is further away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_HALVINGS = 300


@dataclass(frozen=True, slots=True)
class Assignment:
    """Flows over ports and the minutes that they take.

    Attributes
    ----------
    flow : float[n]
        Vehicles an hour at each port.
    minutes : float[n]
        Minutes through each port, the way there included.
    """

    flow: Array
    minutes: Array

    @property
    def mean_min(self) -> float:
        """Mean minutes of a vehicle."""
        return float((self.flow * self.minutes).sum() / self.flow.sum())


def user_equilibrium(demand: float, capacity: npt.ArrayLike, extra_min: npt.ArrayLike) -> Assignment:
    """Return the flows under which nobody gains by another port: all ports in use take the same minutes.

    Parameters
    ----------
    demand : float
        Vehicles an hour, above 0 and below the sum of capacities.
    capacity : float[n]
        Vehicles an hour, positive.
    extra_min : float[n]
        Minutes that each port is further away.

    Raises
    ------
    ValueError
        Where demand reaches capacity, or a value is out of range.

    Source
    ------
    Wardrop 1952, first principle.

    Examples
    --------
    >>> user = user_equilibrium(100.0, [80.0, 60.0], [0.0, 20.0])
    >>> user.flow.round(5).tolist(), user.minutes.round(5).tolist()
    ([77.22375, 22.77625], [21.61187, 21.61187])
    """
    c, extra = _ports(demand, capacity, extra_min)

    def flows(level: float) -> Array:
        # level is the common time: a port is used from 60 / c + extra on
        with np.errstate(divide="ignore"):
            return np.asarray(
                np.where(level > extra, np.maximum(0.0, c - 60.0 / np.maximum(level - extra, 1e-300)), 0.0)
            )

    return _assignment(_at_demand(flows, demand, float((60.0 / c + extra).min()), _highest(demand, c, extra)), c, extra)


def system_optimum(demand: float, capacity: npt.ArrayLike, extra_min: npt.ArrayLike) -> Assignment:
    """Return the flows that make the mean time least: all ports in use have the same marginal minutes.

    Source
    ------
    Wardrop 1952, second principle.

    Examples
    --------
    >>> best = system_optimum(100.0, [80.0, 60.0], [0.0, 20.0])
    >>> best.flow.round(5).tolist(), round(best.mean_min, 5)
    ([66.20978, 33.79022], 10.4123)
    >>> round(user_equilibrium(100.0, [80.0, 60.0], [0.0, 20.0]).mean_min / best.mean_min, 5)  # price of anarchy
    2.07561
    """
    c, extra = _ports(demand, capacity, extra_min)

    def flows(level: float) -> Array:
        return np.asarray(np.maximum(0.0, c - np.sqrt(60.0 * c / np.maximum(level - extra, 1e-300))))

    top = float((60.0 * c / ((c.sum() - demand) / len(c)) ** 2 + extra).max()) + 1.0
    return _assignment(_at_demand(flows, demand, float((60.0 / c + extra).min()), top), c, extra)


def stochastic(
    demand: float,
    capacity: npt.ArrayLike,
    extra_min: npt.ArrayLike,
    *,
    per_min: float,
    base: npt.ArrayLike | None = None,
) -> Assignment:
    """Return the flows under which shares follow a logit of the minutes that these flows cause.

    share_p is proportional to b_p exp(-per_min x minutes_p). The solution is unique.

    Parameters
    ----------
    per_min : float
        Log odds lost for each minute, above 0.
    base : float[n], optional
        b, shares at equal times; equal by default.

    Source
    ------
    Daganzo and Sheffi 1977; Fisk 1980.

    Examples
    --------
    >>> logit = stochastic(100.0, [80.0, 60.0], [0.0, 20.0], per_min=0.05)
    >>> logit.flow.round(5).tolist(), logit.minutes.round(4).tolist()
    ([69.40175, 30.59825], [5.6613, 22.0407])
    """
    c, extra = _ports(demand, capacity, extra_min)
    b = np.ones_like(c) if base is None else np.asarray(base, dtype=np.float64)
    if b.shape != c.shape or not (b > 0.0).all() or not per_min > 0.0:
        raise ValueError("base shares must be positive and as many as ports, and per_min above 0")

    def flows(level: float) -> Array:
        # ln(f / b) + per_min x minutes(f) = level, which rises in f from -inf to +inf
        low, high = np.zeros_like(c), c.copy()
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            with np.errstate(divide="ignore"):
                above = np.log(middle / b) + per_min * (60.0 / (c - middle) + extra) > level
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return np.asarray((low + high) / 2.0)

    return _assignment(_at_demand(flows, demand, -700.0, _top_of_logit(demand, c, (extra, b, per_min))), c, extra)


def day_to_day(
    demand: float, capacity: npt.ArrayLike, extra_min: npt.ArrayLike, *, per_min: float, start: npt.ArrayLike, days: int
) -> Array:
    """Return each day's flows when all drivers choose anew by the last day's minutes: this makes waves.

    A port that gets its capacity or more takes endless minutes, so nobody chooses it the next day.

    Parameters
    ----------
    per_min : float
        Log odds lost for each minute.
    start : float[n]
        Vehicles an hour at each port on day 0.
    days : int
        Days after it.

    Returns
    -------
    float[days + 1, n]
        The start first.

    Raises
    ------
    ValueError
        Where all ports are over capacity on one day: there is no choice left.

    Source
    ------
    Cantarella and Cascetta 1995, Transportation Science 29 (day-to-day dynamics).

    Examples
    --------
    >>> flows = day_to_day(100.0, [80.0, 60.0], [0.0, 20.0], per_min=0.1, start=[50.0, 50.0], days=4)
    >>> flows[1:, 0].round(0).tolist()
    [92.0, 0.0, 100.0, 0.0]
    """
    return _by_day(_ports(demand, capacity, extra_min), demand, per_min, [1.0] * days, start)


def successive_averages(
    demand: float, capacity: npt.ArrayLike, extra_min: npt.ArrayLike, *, per_min: float, start: npt.ArrayLike, days: int
) -> Array:
    """Return each day's flows when the share 1 / (day + 1) of drivers chooses anew: this settles at :func:`stochastic`.

    Parameters, results and errors are those of :func:`day_to_day`.

    Source
    ------
    Sheffi 1985, Urban Transportation Networks, chapter 12 (method of successive averages).

    Examples
    --------
    >>> flows = successive_averages(100.0, [80.0, 60.0], [0.0, 20.0], per_min=0.1, start=[50.0, 50.0], days=20_000)
    >>> at_rest = stochastic(100.0, [80.0, 60.0], [0.0, 20.0], per_min=0.1)
    >>> round(float(flows[-1, 0]), 2), round(float(at_rest.flow[0]), 4)
    (74.54, 74.5423)
    """
    steps = [1.0 / (day + 1.0) for day in range(1, days + 1)]
    return _by_day(_ports(demand, capacity, extra_min), demand, per_min, steps, start)


def _by_day(
    ports: tuple[Array, Array], demand: float, per_min: float, steps: list[float], start: npt.ArrayLike
) -> Array:
    """Return the flows of each day, on which the share ``step`` of drivers chooses anew."""
    c, extra = ports
    flow = np.asarray(start, dtype=np.float64)
    path = [flow]
    for step in steps:
        minutes = np.where(flow < c, 60.0 / np.maximum(c - flow, 1e-300) + extra, np.inf)
        if np.isinf(minutes).all():
            raise ValueError("all ports are over capacity: there is no choice left")
        grown = np.exp(-per_min * (minutes - minutes.min()))
        flow = flow + step * (demand * grown / grown.sum() - flow)
        path.append(flow)
    return np.array(path)


def _ports(demand: float, capacity: npt.ArrayLike, extra_min: npt.ArrayLike) -> tuple[Array, Array]:
    c, extra = np.asarray(capacity, dtype=np.float64), np.asarray(extra_min, dtype=np.float64)
    if c.ndim != 1 or c.shape != extra.shape or not ((c > 0.0) & np.isfinite(c) & np.isfinite(extra)).all():
        raise ValueError("capacities must be positive, and minutes finite and as many")
    if not 0.0 < demand < float(c.sum()):
        raise ValueError(f"demand {demand:g} must be above 0 and below the capacity of all ports, {c.sum():g}")
    return c, extra


def _highest(demand: float, c: Array, extra: Array) -> float:
    """Return a time at which the ports take more than the demand."""
    return float(extra.max()) + 60.0 * len(c) / (float(c.sum()) - demand)


def _top_of_logit(demand: float, c: Array, rest: tuple[Array, Array, float]) -> float:
    extra, b, per_min = rest
    spare = (float(c.sum()) - demand) / len(c) * 1e-3
    return float((np.log(c / b) + per_min * (60.0 / spare + extra)).max()) + 1.0


def _at_demand(flows: Callable[[float], Array], demand: float, low: float, high: float) -> Array:
    """Return the flows at the level at which they add up to the demand."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if float(flows(middle).sum()) < demand:
            low = middle
        else:
            high = middle
    return flows((low + high) / 2.0)


def _assignment(flow: Array, c: Array, extra: Array) -> Assignment:
    return Assignment(flow, 60.0 / (c - flow) + extra)

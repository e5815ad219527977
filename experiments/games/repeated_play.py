"""The same game week after week: effort that chases the last finds, hot ports, schedules against those who learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Array = npt.NDArray[np.float64]


def chase_multiplier(*, scale: float, speed: float, exponent: float) -> float:
    """Return m = 1 - a (1 + L g / 2): how a small deviation grows from week to week when effort chases attempts.

    Two ports share one unit of inspection by x = s^g / (s^g + (1 - s)^g) of the last week's attempts s; smugglers see
    x and move to s' = (1 - a) s + a / (1 + exp(L (2 x - 1))). Even shares are stable where a (1 + L g / 2) < 2.

    Examples
    --------
    >>> chase_multiplier(scale=3.0, speed=1.0, exponent=1.0)
    -1.5
    """
    return 1.0 - speed * (1.0 + scale * exponent / 2.0)


def chase_path(*, scale: float, speed: float, exponent: float, start: float, weeks: int) -> tuple[Array, Array]:
    """Return the first port's share of attempts and the share of all attempts found, week by week.

    ``start`` is the share of the week before the first.

    Returns
    -------
    float[weeks], float[weeks]

    Examples
    --------
    >>> attempts, caught = chase_path(scale=3.0, speed=1.0, exponent=1.0, start=0.6, weeks=2_000)
    >>> sorted(attempts[-2:].round(6).tolist()), round(float(caught[-2:].mean()), 6)
    ([0.07072, 0.92928], 0.131438)
    >>> chase_path(scale=3.0, speed=0.5, exponent=1.0, start=0.6, weeks=500)[1][-1].round(6).item()
    0.5
    """
    share = start
    attempts, caught = np.zeros(weeks), np.zeros(weeks)
    for week in range(weeks):
        grown = share**exponent
        effort = grown / (grown + (1.0 - share) ** exponent)
        share = (1.0 - speed) * share + speed / (1.0 + np.exp(scale * (2.0 * effort - 1.0)))
        attempts[week], caught[week] = share, share * effort + (1.0 - share) * (1.0 - effort)
    return attempts, caught


def chase_cycle(*, scale: float) -> tuple[float, float]:
    """Return the amplitude M of the two-week cycle at speed and exponent 1, and the share found in it.

    M = tanh(L M / 2): shares swing between (1 - M) / 2 and (1 + M) / 2 and (1 - M^2) / 2 is found. Up to L = 2 there
    is no cycle: M is 0 and half is found.

    Examples
    --------
    >>> [round(part, 6) for part in chase_cycle(scale=3.0)]
    [0.85856, 0.131438]
    """
    if scale <= 2.0:
        return 0.0, 0.5
    size = float(brentq(lambda m: np.tanh(scale * m / 2.0) - m, 1e-9, 1.0, xtol=1e-15))
    return size, (1.0 - size * size) / 2.0


def hot_routes(*, low: float, high: float, hot: int, routes: int, known: bool) -> float:
    """Return the rate of finds where ``hot`` of ``routes`` routes are raised from ``low`` to ``high``.

    A smuggler who knows the hot routes avoids them; redrawn each week, unknown, they are met at random.

    Source
    ------
    After Crawford and others 1988, RAND N-2680 (simulation of adaptive response).

    Examples
    --------
    >>> hot_routes(low=0.05, high=0.35, hot=3, routes=10, known=True)
    0.05
    >>> round(hot_routes(low=0.05, high=0.35, hot=3, routes=10, known=False), 6)
    0.14
    """
    if not (0 <= hot <= routes and routes > 0 and 0.0 <= low <= high <= 1.0):
        raise ValueError("hot routes must be among the routes, and rates between 0 and 1")
    if known:
        return high if hot == routes else low
    return low + (high - low) * hot / routes


@dataclass(frozen=True, slots=True)
class Week:
    """What both sides know when they choose: who was where in all weeks before."""

    covered: tuple[int, ...]
    attacked: tuple[int, ...]
    ports: int


Plan = Callable[[Week], npt.NDArray[np.float64]]
"""The defender's chance to cover each port this week."""

Attack = Callable[[Week, npt.NDArray[np.float64]], int]
"""The port that the smuggler takes, given the past and this week's plan; only some adversaries read the plan."""


def even_plan(week: Week) -> Array:
    """Cover each port with the same chance."""
    return np.full(week.ports, 1.0 / week.ports)


def cycle_plan(week: Week) -> Array:
    """Cover the ports in turn."""
    return _at(len(week.covered) % week.ports, week.ports)


def chase_plan(week: Week) -> Array:
    """Cover the port that was attacked last."""
    return _at(week.attacked[-1] if week.attacked else 0, week.ports)


def avoid_last(week: Week, plan: Array) -> int:
    """Take the port that was not covered last week: the one after it."""
    del plan
    return (week.covered[-1] + 1) % week.ports if week.covered else 0


def fictitious_play(week: Week, plan: Array) -> int:
    """Take the port that was covered least often so far, the first among equals."""
    del plan
    counts = np.bincount(np.array(week.covered, dtype=np.int64), minlength=week.ports)
    return int(counts.argmin())


def knows_plan(week: Week, plan: Array) -> int:
    """Take the port that this week's plan covers least: the best response."""
    del week
    return int(plan.argmin())


def play(plan: Plan, attack: Attack, *, ports: int, weeks: int, uniforms: npt.ArrayLike | None = None) -> float:
    """Return the share of weeks in which the attack was covered.

    A plan with chances is counted by its chance; what players see of it is the port drawn by ``uniforms`` (needed for
    such plans alone).

    Examples
    --------
    >>> play(cycle_plan, avoid_last, ports=2, weeks=400), play(cycle_plan, knows_plan, ports=2, weeks=400)
    (1.0, 0.0)
    """
    numbers = None if uniforms is None else np.asarray(uniforms, dtype=np.float64)
    covered: list[int] = []
    attacked: list[int] = []
    total = 0.0
    for number in range(weeks):
        week = Week(tuple(covered), tuple(attacked[-1:]), ports)
        chance = plan(week)
        port = attack(week, chance)
        total += float(chance[port])
        if chance.max() == 1.0:
            covered.append(int(chance.argmax()))
        elif numbers is None:
            raise ValueError("a plan with chances needs uniform numbers")
        else:
            covered.append(int(np.searchsorted(np.cumsum(chance), numbers[number], side="right")))
        attacked.append(port)
    return total / weeks


def _at(port: int, ports: int) -> Array:
    chance = np.zeros(ports)
    chance[port] = 1.0
    return chance

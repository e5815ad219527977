"""Which officer was at which booth: drawn by the shift, by the rotation, or by the truck."""

from __future__ import annotations

import math

import numpy as np

from experiments.collusion.port_logs import HOURS_OF_SHIFT, WeekLog
from sim.arrays import IntArray
from sim.setting.insider import Insider

SHIFTS_OF_DAY = 24 // HOURS_OF_SHIFT


def officers_needed(logs: list[WeekLog], per_post: float) -> int:
    """Return how many officers share the booths: those on the busiest day's shifts, times the officers for each post.

    Examples
    --------
    >>> day = WeekLog(*(np.array(values) for values in ([0, 1, 9, 30], [0, 1, 0, 0], [0] * 4, [7, 5, 7, 7])), 0.2)
    >>> officers_needed([day], 1.4)
    5
    """
    most = 0
    for log in logs:
        shifts = _posts_in_use(log)
        days = np.add.reduceat(shifts, np.arange(0, len(shifts), SHIFTS_OF_DAY))
        most = max(most, int(days.max()))
    return math.ceil(most * per_post)


def draw_duty(log: WeekLog, officers: int, insider: Insider, rng: np.random.Generator) -> IntArray:
    """Return the officer of each truck of a week.

    Each day the officers on duty are drawn anew for its shifts, nobody for two of them. Those of a shift keep their
    booths, change them every ``insider.rotation_h``, or are drawn for each truck, as the insider's configuration says.

    Parameters
    ----------
    officers : int
        Who share the booths, as many as :func:`officers_needed` or more.

    Returns
    -------
    int[n]
        Codes from 0.
    """
    posts = _posts_in_use(log)
    rotation_h = HOURS_OF_SHIFT if insider.rotation_h is None else insider.rotation_h
    officer = np.empty(len(log.hour), dtype=np.int64)
    for number, (trucks, place) in enumerate(zip(log.trucks_of_shift, log.place_in_shift, strict=True)):
        if number % SHIFTS_OF_DAY == 0:
            pool, first = rng.permutation(officers), 0
        if not len(trucks):
            continue
        on_duty = pool[first : first + posts[number]]
        first += posts[number]
        if insider.random_assignment == "everywhere":
            officer[trucks] = rng.choice(on_duty, len(trucks))
            continue
        turn = ((log.hour[trucks] - number * HOURS_OF_SHIFT) / rotation_h).astype(np.int64)
        turns = np.array([rng.permutation(on_duty) for _ in range(int(turn.max()) + 1)])
        officer[trucks] = turns[turn, place]
    return officer


def _posts_in_use(log: WeekLog) -> IntArray:
    """Return the booths that served somebody in each shift, int[shifts], whole days."""
    in_use = [int(place.max()) + 1 if len(place) else 0 for place in log.place_in_shift]
    days = -(-len(in_use) // SHIFTS_OF_DAY)
    return np.array(in_use + [0] * (days * SHIFTS_OF_DAY - len(in_use)), dtype=np.int64)

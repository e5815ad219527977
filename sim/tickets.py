"""Queue-aware screening at guaranteed detection: fast or slow, chosen as a service begins.

A box holds tickets in two colours, fast and slow, in the proportion that the wanted detection asks
for; it is refilled when it is empty, so that detection over each box is what was asked for whatever
the queues do. When a lane turns to its next truck, the lanes are ranked by how many trucks wait in
them (half a truck more for one in service; ties by lane number), and the shortest ones draw slow
tickets: as many lanes as the box's remaining share of slow tickets stands for. A colour that is
used up falls back on the other. Source: the queue-aware screening of the Rutgers port simulations
(V5 of the published checks): the same detection at half the wait, with no new equipment.

A share of slow tickets that is no whole number of a box is made up for by the next boxes: the part
of a ticket by which the boxes so far fall short is carried over.
"""

from __future__ import annotations

from typing import Any

from sim.route import N_COLUMNS

FAST_LEFT, SLOW_LEFT, BOX, SLOW_PER_BOX, OWED = 0, 1, 2, 3, 4
"""Places in the memory: tickets left; tickets of a box, those slow, what past boxes are short of
(the last two no whole numbers)."""
U_SLOW = N_COLUMNS
"""Column of a truck's own draw, the first after those of `sim.route`."""
BY_ONE_BILLION = 1e-9
"""Guards a whole number of tickets against rounding."""


def slow_share(target_detection: float, p_fast: float, p_slow: float) -> float:
    """Return the share of slow screenings that gives the wanted detection.

    Raises
    ------
    ValueError
        The target lies outside what fast and slow screening can detect.

    Examples
    --------
    >>> round(slow_share(0.40, 0.3, 0.8), 12)
    0.2
    """
    if not p_fast <= target_detection <= p_slow or p_fast == p_slow:
        raise ValueError(f"target_detection must lie between {p_fast:g} and {p_slow:g}")
    return (target_detection - p_fast) / (p_slow - p_fast)


def full_box(tickets: int, share: float) -> list[float]:
    """Return the memory of a policy that begins with a full box of ``tickets``.

    >>> full_box(100, 0.2)
    [80.0, 20.0, 100.0, 20.0, 0.0]
    >>> full_box(7, 0.2)[:2]
    [6.0, 1.0]
    """
    per_box = tickets * share
    slow = float(int(per_box + 0.5 + BY_ONE_BILLION))
    return [tickets - slow, slow, float(tickets), per_box, per_box - slow]


def profile_ticket(
    truck: int,
    lane: int,
    waiting: Any,  # noqa: ANN401
    serving: Any,  # noqa: ANN401
    columns: Any,  # noqa: ANN401
    state: Any,  # noqa: ANN401
) -> int:
    """Draw a slow ticket where the lane is among the shortest, else a fast one."""
    if state[FAST_LEFT] + state[SLOW_LEFT] <= 0.0:
        wanted = state[SLOW_PER_BOX] + state[OWED]
        state[SLOW_LEFT] = float(int(wanted + 0.5 + BY_ONE_BILLION))
        state[FAST_LEFT] = state[BOX] - state[SLOW_LEFT]
        state[OWED] = wanted - state[SLOW_LEFT]
    lanes = len(waiting)
    own = 2 * waiting[lane]
    rank = 0
    for other in range(lanes):
        length = 2 * waiting[other] + serving[other]
        if length < own or (length == own and other < lane):
            rank += 1
    left = state[FAST_LEFT] + state[SLOW_LEFT]
    slow_lanes = int(lanes * state[SLOW_LEFT] / left + 0.5)
    slow = rank < slow_lanes
    if slow and state[SLOW_LEFT] <= 0.0:
        slow = False
    if not slow and state[FAST_LEFT] <= 0.0:
        slow = True
    if slow:
        state[SLOW_LEFT] -= 1.0
        return 1
    state[FAST_LEFT] -= 1.0
    return 0


def profile_mix(
    truck: int,
    lane: int,
    waiting: Any,  # noqa: ANN401
    serving: Any,  # noqa: ANN401
    columns: Any,  # noqa: ANN401
    state: Any,  # noqa: ANN401
) -> int:
    """Serve slowly at random: by the truck's own uniform; state[0] is the slow share."""
    if columns[truck, U_SLOW] < state[0]:
        return 1
    return 0


def profile_lanes(
    truck: int,
    lane: int,
    waiting: Any,  # noqa: ANN401
    serving: Any,  # noqa: ANN401
    columns: Any,  # noqa: ANN401
    state: Any,  # noqa: ANN401
) -> int:
    """Serve slowly in the first lanes, whatever comes; state[0] says how many."""
    if lane < state[0]:
        return 1
    return 0

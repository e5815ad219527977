"""Whether trucks of one policy could hold each other up for good, each waiting for room.

A truck that finds a full yard which blocks stays where it is, on the server that it holds. Where
trucks go from station A to B and others from B to A, both yards can fill, and then nobody moves
until the run ends. The hook is walked beforehand over all that it may read: a circle of moves, each
into a room that blocks, is refused. Routes in one order make no circle.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.compiling import Route
from sim.engine.routes import N_COLUMNS, REFERRED, SELECTED
from sim.errors import ConfigError
from sim.stations import ANALYST, EXIT, N_STATIONS, PRIMARY, START, STATIONS

if TYPE_CHECKING:
    from sim.policies.base import Policy
    from sim.setting.setting import Setting

Moves = set[tuple[int, int]]
_NO_QUEUE = np.zeros(N_STATIONS, dtype=np.int64)


def refuse_deadlock(policy: Policy, setting: Setting, route: Route, state: FloatArray, levels: tuple[int, ...]) -> None:
    """Refuse a hook under which the port could come to a standstill.

    Parameters
    ----------
    state : float[s]
        The hook's memory.
    levels : tuple of int
        How many values (0, 1, ...) each column beyond the standard ones takes.

    Raises
    ------
    ConfigError
        Names the stations and the setting that would help.
    """
    blocking = {station for station in range(N_STATIONS) if blocks_upstream(setting, station)}
    yards = [station for station in blocking if _may_suspend(setting, station)]
    if not yards:
        return
    port = (_absent(setting), frozenset(blocking))
    circle = _circle(route, tuple(state.tolist()), (_free(policy), levels), port)
    if circle:
        names = [STATIONS[station] for station in circle]
        yard = next(station for station in circle if station in yards)
        raise ConfigError(
            f"port.{STATIONS[yard]}.when_full",
            f"must be suspend for this policy, got block: trucks go {' to '.join(names)}, and full "
            "yards could hold each other up for good",
        )


@functools.lru_cache(maxsize=64)
def _circle(
    route: Route,
    state: tuple[float, ...],
    columns: tuple[tuple[int, ...], tuple[int, ...]],
    absent_and_blocking: tuple[int, frozenset[int]],
) -> tuple[int, ...]:
    """Return a circle of moves into rooms that block; remembered, as replications share a plan."""
    every = possible_moves(route, np.array(state), columns, absent_and_blocking)
    return find_cycle({move for move in every if move[1] in absent_and_blocking[1]})


def blocks_upstream(setting: Setting, station: int) -> bool:
    """Tell whether trucks must wait where they are when the station's room is full."""
    if station == PRIMARY:
        return setting.port.room_before_booths() is not None
    part = getattr(setting.port, STATIONS[station], None)
    has_room = getattr(part, "room_trucks", None) is not None
    return has_room and getattr(part, "when_full", "block") == "block"


def _may_suspend(setting: Setting, station: int) -> bool:
    return hasattr(getattr(setting.port, STATIONS[station]), "when_full")


def _free(policy: Policy) -> tuple[int, ...]:
    """Return the standard columns that any truck may have set."""
    never = {SELECTED} if policy.random_floor_share == 0.0 else set()
    if not policy.officer_referral:
        never.add(REFERRED)
    return tuple(column for column in range(N_COLUMNS) if column not in never)


def _absent(setting: Setting) -> int:
    from sim.engine.capacity import server_classes

    return sum(1 << k for k, masks in enumerate(server_classes(setting)) if not masks)


def possible_moves(
    route: Route,
    state: FloatArray,
    columns: tuple[tuple[int, ...], tuple[int, ...]],
    absent_and_blocking: tuple[int, Set[int]],
) -> Moves:
    """Return every (from, to) between two stations that the hook can ask for.

    Of the standard columns at most two are set at a time, or all of them.

    Parameters
    ----------
    columns : tuple
        Standard columns that may be set; how many values each of the policy's own takes.
    absent_and_blocking : tuple
        Bit mask of the stations that the port does not have; stations that turn nobody away.
    """
    found: Moves = set()
    absent, blocking = absent_and_blocking
    for row in _rows(*columns):
        truck = np.array([row], dtype=np.float64)
        stack = [(START, absent | 1 << ANALYST, 0)]
        while stack:
            here, seen, alarmed = stack.pop()
            memory = state.copy()
            station = int(route(0, here, seen, alarmed, truck, _NO_QUEUE, _NO_QUEUE, 0.0, memory))
            if station == EXIT:
                continue
            if here != START:
                found.add((here, station))
            bit = 1 << station
            stack += [(station, seen | bit, alarmed), (station, seen | bit, alarmed | bit)]
            if station not in blocking:
                # turned away, and asked again where it stands
                stack.append((here, seen | bit, alarmed))
    return found


def _rows(free_columns: tuple[int, ...], levels: tuple[int, ...]) -> Iterator[tuple[float, ...]]:
    few = itertools.chain.from_iterable(
        itertools.combinations(free_columns, n) for n in sorted({0, 1, 2, len(free_columns)})
    )
    standard = [tuple(float(k in some) for k in range(N_COLUMNS)) for some in few]
    own = list(itertools.product(*(range(n) for n in levels)))
    for one, other in itertools.product(standard, own):
        yield (*one, *map(float, other))


def find_cycle(edges: Moves) -> tuple[int, ...]:
    """Return a circle of moves, its first station again at the end; empty: there is none.

    >>> find_cycle({(0, 1), (1, 2), (2, 1)})
    (1, 2, 1)
    >>> find_cycle({(0, 1), (1, 2), (0, 2)})
    ()
    """
    after: dict[int, list[int]] = {}
    for one, other in sorted(edges):
        after.setdefault(one, []).append(other)

    def search(path: tuple[int, ...]) -> tuple[int, ...]:
        for station in after.get(path[-1], []):
            if station in path:
                return (*path[path.index(station) :], station)
            found = search((*path, station))
            if found:
                return found
        return ()

    return next((found for start in sorted(after) if (found := search((start,)))), ())

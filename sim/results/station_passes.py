"""One compiled pass over the moments of each station: who was served, held, came, and in which order.

Of every station METRICS ask the work of those served, the minutes for which its servers were held, the work of
those who came, whether moments run forward, and what the work adds to each truck's free flow. Read column by
column in NumPy that took half of METRICS. The pass only picks values out, in the order of the trucks; the sums
over them are NumPy's, so they are what they were to the last bit.
"""

# Numba has no types
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numba import types

from sim.arrays import FloatArray
from sim.compiling import compiled_and_kept
from sim.frames import column
from sim.stations import NOT_VISITED, SERVED, STATIONS, WITHDRAWN
from sim.tables import MOMENTS

BUSY: Final = 0
"""Work of the trucks that were served: a row of what is picked out, and the place of its length among the counts."""
HELD: Final = 1
"""Minutes from start to leave, or to the end of the window, of the trucks that began."""
CAME: Final = 2
"""Work of the trucks that came."""
N_STOPS: Final = 3
"""Trucks that left the port and were served or withdrawn here: a count, as are the ones below."""
N_OUT_OF_ORDER: Final = 4
"""Trucks of which two moments run backwards, or that left the port and not the station."""

SET: Final = 0
"""What the work of those served does to free flow: it begins it."""
LONGER: Final = 1
"""It counts if it is the longer one."""
ADDED: Final = 2
"""It is added."""
JOINS: Final = {"primary": SET, "analyst": LONGER}
"""The image is judged while the truck stands at primary; every other station adds its work."""


class AtStation(NamedTuple):
    """What one station did in a replication."""

    busy_min: float
    """Work of the trucks served. Left out: a withdrawn truck's, and that of a truck on a server at the end."""
    held_min: float
    """Minutes from start to leave, or to the window's end."""
    came: int
    """Trucks that came."""
    came_min: float
    """Work that they asked for."""
    stops: int
    """Trucks that have left the port and were served here, or withdrawn."""
    in_order: bool
    """No truck's moments run backwards, and nobody left the port from here unseen."""


NOBODY: Final = AtStation(0.0, 0.0, 0, 0.0, 0, in_order=True)


class StationPasses(NamedTuple):
    """What all stations did in a replication of ``n`` trucks."""

    stations: dict[str, AtStation]
    free_flow_min: FloatArray
    """Each truck's crossing time on its own path through an empty port [n].

    The work of all stations that served it, of primary and the analyst's image the longer one.
    """


def pass_stations(ledger: pd.DataFrame, work: Mapping[str, FloatArray], horizon_min: float) -> StationPasses:
    """Read every station's moments once.

    Parameters
    ----------
    ledger : DataFrame
        LEDGER of ``n`` trucks.
    work : mapping of float arrays [n]
        The work that each truck asks of each station, in minutes; read of stations that served or saw anybody.
    horizon_min : float
        End of the window: a truck still on a server is held until then.
    """
    arrive, exit_min = (_floats(column(ledger, name)) for name in ("arrive_min", "exit_min"))
    left = np.isfinite(exit_min) & ~column(ledger, "diverted").astype(bool)
    picked, free_flow = np.empty((3, len(ledger))), np.zeros(len(ledger))
    at = {}
    for station in ("primary", "analyst", *(s for s in STATIONS if s not in JOINS)):
        moments = [column(ledger, f"{station}_{moment}_min") for moment in MOMENTS]
        done = np.ascontiguousarray(column(ledger, f"{station}_done"), dtype=np.uint8)
        if _nobody_came(moments) and not done.any():
            at[station] = NOBODY
            continue
        counts = np.zeros(5, dtype=np.int64)
        chain = [arrive, *map(_floats, moments), exit_min]
        joins = JOINS.get(station, ADDED)
        compiled_pass()(*chain, done, left, _floats(work[station]), horizon_min, joins, free_flow, picked, counts)
        busy, held, came = (float(picked[row, : counts[row]].sum()) for row in (BUSY, HELD, CAME))
        in_order = counts[N_OUT_OF_ORDER] == 0
        at[station] = AtStation(busy, held, int(counts[CAME]), came, int(counts[N_STOPS]), bool(in_order))
    return StationPasses(at, free_flow)


def _floats(values: Any) -> FloatArray:  # noqa: ANN401
    """Return values as compiled code takes them; LEDGER's own columns as they are."""
    return np.ascontiguousarray(values, dtype=np.float64)


def _nobody_came(moments: list[FloatArray]) -> bool:
    """Return whether one NaN stands for all moments, as it does where the port has no such station."""
    return all(times.strides == (0,) and bool(np.isnan(times[:1]).all()) for times in moments)


def read_station(
    arrive, enter, start, end, leave, exit_min, done, left, work, horizon_min, joins, free_flow, picked, counts
):
    """Pick out what one station did; ``picked`` [3, n] and ``counts`` [5] are `BUSY` and what follows.

    Comparisons with NaN, a moment that did not happen, are false.
    """
    busy, held, came, stops, wrong = 0, 0, 0, 0, 0
    for truck in range(len(arrive)):
        entered, began, ended, left_it = enter[truck], start[truck], end[truck], leave[truck]
        if (
            done[truck] == NOT_VISITED
            and np.isnan(entered)
            and np.isnan(began)
            and np.isnan(ended)
            and np.isnan(left_it)
        ):
            # most trucks at most stations
            continue
        backwards = entered < arrive[truck] or began < entered or ended < began or left_it < ended
        if joins != LONGER:
            # an image may be judged after its truck has left
            backwards = backwards or exit_min[truck] < left_it
            backwards = backwards or (
                np.isfinite(entered) and np.isfinite(exit_min[truck]) and not np.isfinite(left_it)
            )
            stops += left[truck] and (done[truck] == SERVED or done[truck] == WITHDRAWN)
        wrong += backwards
        if np.isfinite(entered):
            picked[CAME, came] = work[truck]
            came += 1
        if np.isfinite(began):
            stop = min(left_it, horizon_min) if np.isfinite(left_it) else horizon_min
            picked[HELD, held] = max(stop - began, 0.0)
            held += 1
        if done[truck] == SERVED:
            minutes = work[truck]
            picked[BUSY, busy] = minutes
            busy += 1
            if joins == SET:
                free_flow[truck] = minutes
            elif joins == ADDED:
                free_flow[truck] += minutes
            elif minutes > free_flow[truck]:
                free_flow[truck] = minutes
    counts[BUSY], counts[HELD], counts[CAME] = busy, held, came
    counts[N_STOPS], counts[N_OUT_OF_ORDER] = stops, wrong


@functools.cache
def compiled_pass() -> Any:  # noqa: ANN401
    """Return `read_station` compiled (from the compiler's disk cache when nothing has changed)."""
    floats = types.Array(types.float64, 1, "C", readonly=True)
    codes, flags = (types.Array(kind, 1, "C", readonly=True) for kind in (types.uint8, types.boolean))
    out = (types.float64[::1], types.float64[:, ::1], types.int64[::1])
    signature = types.void(*(floats,) * 6, codes, flags, floats, types.float64, types.int64, *out)
    return compiled_and_kept(read_station, (__name__,), signature, nogil=True, _nrt=False)

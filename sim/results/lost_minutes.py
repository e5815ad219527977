"""LEDGER -> the bottleneck: truck-minutes lost to each station, by day of the week and hour.

One compiled pass over the trucks that came to a station counts where their spans begin and end, and adds up the
moments, hour by hour. The sums run over the trucks in their order, as NumPy's do, so they are the same to the last bit.
"""

# Numba has no types
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
import pandas as pd
from numba import types
from numba.extending import register_jitable

from sim.arrays import FloatArray
from sim.compiling import compiled_and_kept
from sim.frames import column
from sim.results.indices import rows_with
from sim.setting.window import Window
from sim.stations import ANALYST, PRIMARY, STATIONS

IN_LINE: Final = tuple(k for k in range(len(STATIONS)) if k != ANALYST)
"""The stations of the road, in its order."""

SPANS: Final = ("stand", "hold")
"""The two passes: how long trucks stand at a station, and how long one holds them for another."""
QUEUED: Final = 0
"""First place of a tally: spans in the queue. Spans held because of another station follow from `HELD` on."""
WORK: Final = 1
HELD: Final = 2

BEGUN: Final = 0
"""Second place of a tally."""
ENDED: Final = 1

NUMBER: Final = 0
"""Third place of a tally: how many spans begin or end in each hour, and the sum of these moments."""
MOMENTS_SUM: Final = 1


def lost_by_hour(ledger: pd.DataFrame, window: Window) -> FloatArray:
    """Return truck-minutes lost to each station [7, 24, K], by day of the week and hour.

    Trucks that wait in a station's queue, or are done and cannot leave the station before it, are
    lost to it. Where its own servers are held from behind, that part of it is passed on to the
    station whose full yard (or late image) holds them, and so on downstream: a queue on the bridge
    before a full plaza is the booths'. The part is the minutes that its servers are held in this
    hour over those in which they work or are held.

    Source: the waiting-time method of bottleneck detection (Roser, Nakano and Tanaka, Winter
    Simulation Conference 2003), blocked time given to the station that causes it.
    """
    lost, held, work = _stood(ledger, window)
    for k in IN_LINE:
        busy = work[:, k] + held[:, k].sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(busy[:, None] > 0.0, held[:, k] / busy[:, None], 0.0)
        lost += held[:, k]
        passed = share * lost[:, k, None]
        lost += passed
        lost[:, k] -= passed.sum(axis=1)
    weekday = np.array([date.weekday() for date in window.dates()])
    total = np.zeros((7, 24, len(STATIONS)))
    np.add.at(total, weekday, lost.reshape(window.days, 24, len(STATIONS)))
    return total


def _stood(ledger: pd.DataFrame, window: Window) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return by hour: minutes in queues [h, K], held at k because of j [h, K, K], at work [h, K].

    At primary a truck is held for its image until the analyst is done, and only then by a yard.
    """

    def at(k: int, moment: str) -> FloatArray:
        return np.ascontiguousarray(column(ledger, f"{STATIONS[k]}_{moment}_min"), dtype=np.float64)

    n, hours, none = len(STATIONS), 24 * window.days, np.empty(0)
    queued, held, work = (np.zeros((hours, *(n,) * d)) for d in (1, 2, 1))
    free = np.empty(len(ledger))
    came = [rows_with(ledger, name, "enter") for name in STATIONS]
    for k in IN_LINE:
        # most stations see few trucks, many none
        if not len(came[k]):
            continue
        image = (at(ANALYST, "enter"), at(ANALYST, "leave")) if k == PRIMARY else (none, none)
        causes = [ANALYST, *(later for later in range(k + 1, ANALYST) if len(came[later]))]
        tally = np.zeros((HELD + len(causes), 2, 2, hours + 1))
        enter, start, end, leave = (at(k, moment) for moment in ("enter", "start", "end", "leave"))
        compiled_spans("stand")(came[k], enter, start, end, leave, *image, window.horizon_min, free, tally)
        for place, later in enumerate(causes[1:], start=HELD + 1):
            compiled_spans("hold")(came[k], free, leave, at(later, "enter"), window.horizon_min, place, tally)
        minutes = _minutes_by_hour(tally)
        queued[:, k], work[:, k] = minutes[QUEUED], minutes[WORK]
        held[:, k, causes] = minutes[HELD:].T
    return queued, held, work


def _minutes_by_hour(tally: FloatArray) -> FloatArray:
    """Return the minutes of all spans of a tally [s, 2, 2, hours + 1] that fall into each hour [s, hours].

    By full hours it is the sum over spans of max(hour - moment, 0), of their beginnings less that of their ends.
    """
    hours = tally.shape[-1] - 1
    before = np.zeros(tally.shape)
    np.cumsum(tally[..., :hours], axis=-1, out=before[..., 1:])
    past = 60.0 * np.arange(hours + 1) * before[:, :, NUMBER] - before[:, :, MOMENTS_SUM]
    return np.asarray(np.diff(past[:, BEGUN] - past[:, ENDED]), dtype=np.float64)


@register_jitable
def _add_span(begin, end, horizon_min, spans):
    """Add a span to ``spans`` [2, 2, hours + 1]; without a beginning it is none, without an end it lasts."""
    if not np.isfinite(begin) or end <= begin:
        return
    last = end if np.isfinite(end) else horizon_min
    hours = spans.shape[2] - 1
    hour = min(int(begin / 60.0), hours)
    spans[BEGUN, NUMBER, hour] += 1.0
    spans[BEGUN, MOMENTS_SUM, hour] += begin
    hour = min(int(last / 60.0), hours)
    spans[ENDED, NUMBER, hour] += 1.0
    spans[ENDED, MOMENTS_SUM, hour] += last


def stand_at_station(came, enter, start, end, leave, image_enter, image_leave, horizon_min, free, tally):
    """Add the spans of the trucks that came to one station, and fill ``free`` [n] with when yards alone held them.

    ``image_enter`` and ``image_leave`` are the analyst's [n] at primary, and empty elsewhere.
    """
    for place in range(len(came)):
        truck = came[place]
        began, done, left = start[truck], end[truck], leave[truck]
        # one turned away in line has left the queue without a start
        _add_span(enter[truck], began if np.isfinite(began) else left, horizon_min, tally[QUEUED])
        _add_span(began, done, horizon_min, tally[WORK])
        free[truck] = done
        if len(image_enter) > 0 and not np.isnan(image_enter[truck]):
            judged = image_leave[truck]
            if np.isnan(judged) or left < judged:
                judged = left
            if judged < done or np.isnan(done):
                judged = done
            _add_span(done, judged, horizon_min, tally[HELD])
            free[truck] = judged


def hold_at_station(came, free, leave, enter_later, horizon_min, place, tally):
    """Add the spans for which trucks were held until they could enter a later station."""
    for at in range(len(came)):
        truck = came[at]
        if enter_later[truck] == leave[truck]:
            _add_span(free[truck], leave[truck], horizon_min, tally[place])


@functools.cache
def compiled_spans(which: str) -> Any:  # noqa: ANN401
    """Return one of the two passes compiled (from the compiler's disk cache when nothing has changed)."""
    floats, rows = (types.Array(kind, 1, "C", readonly=True) for kind in (types.float64, types.int64))
    tally, free = types.float64[:, :, :, ::1], types.float64[::1]
    if which == "stand":
        signature = types.void(rows, *(floats,) * 6, types.float64, free, tally)
        return compiled_and_kept(stand_at_station, (__name__,), signature, nogil=True, _nrt=False)
    signature = types.void(rows, *(floats,) * 3, types.float64, types.int64, tally)
    return compiled_and_kept(hold_at_station, (__name__,), signature, nogil=True, _nrt=False)

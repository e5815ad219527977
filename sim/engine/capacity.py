"""CAPACITY: when each server takes trucks. Shifts, opening hours and breakdowns, drawn beforehand.

Nothing here looks at a truck or a policy: the table is the same for every alternative that has the
same posts, and a further server leaves the breakdowns of the others as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from sim.caching.kept_results import KeptResults
from sim.errors import ConfigError
from sim.frames import LazyColumns, LazyFrame
from sim.setting.port import Pulses, Shift
from sim.setting.scanner import Outages
from sim.setting.setting import Setting
from sim.setting.staffing import booth_shifts, lane_response, lanes_for_lines
from sim.setting.window import Window
from sim.stations import APPROACH, N_STATIONS, PRIMARY, SENSOR_OF, STATIONS
from sim.trucks.arrivals import day_type
from sim.trucks.insider import handover_intervals

Span = tuple[float, float]
"""(start, end) in minutes since midnight of day 0."""
OUTAGE_KEY: Final = 1_000_000
"""First part of the stream key of breakdowns, far above the purposes of a truck's own luck."""
PULSE_KEY: Final = 1_000_001
"""The same of pulses."""


def draw_pulses(pulses: Pulses, hours: list[Span], window: Window, station: int) -> list[Span]:
    """Draw the pulses of one station within its hours, which nobody can foresee: a Poisson number, each anywhere.

    Parameters
    ----------
    pulses : Pulses
        ``per_week`` of them begin in a calendar week of working hours, each ``length_h`` long.
    hours : list of (start, end)
        Disjoint working hours in minutes, ascending.

    Returns
    -------
    list of (start, end)
        Union of the pulses, cut to the hours. Begun anywhere in the hours, so that no hour is safe;
        a pulse stops as the port closes.
    """
    open_min = sum(end - start for start, end in hours)
    if open_min == 0.0:
        return []
    key = window.spawn_key(PULSE_KEY, station)
    rng = np.random.default_rng(np.random.SeedSequence(window.seed, spawn_key=key))
    number = rng.poisson(pulses.per_week * window.days / 7.0)
    begun = sorted(_within(hours, place * open_min) for place in rng.random(number))
    return _union([(start, min(start + 60.0 * pulses.length_h, end)) for start, end in begun])


def _within(hours: list[Span], place: float) -> Span:
    """Return the moment at ``place`` minutes of work, and the end of the hours it falls into."""
    for start, end in hours:
        if place < end - start:
            return start + place, end
        place -= end - start
    return hours[-1][1], hours[-1][1]


def _union(spans: list[Span]) -> list[Span]:
    """Return the union of spans that are in order; spans that touch become one."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def draw_capacity(setting: Setting, window: Window) -> pd.DataFrame:
    """Draw when each server takes trucks in ``window``.

    Returns
    -------
    DataFrame
        CAPACITY of `sim.tables`, sorted by (station, server, up_min); the intervals of a server
        are disjoint and lie within the window. ``drains`` is False where a breakdown cuts one, or
        a handover (`sim.trucks.insider.handover_intervals`).

    Raises
    ------
    ConfigError
        An availability below 1 whose repairs have no length.
    """
    rows: list[tuple[int, int, float, float, bool]] = []
    for (station, server), shifts in manned_intervals(setting, window).items():
        outages = draw_outages(setting, window, station, server)
        if setting.insider.rotation_h is not None:
            outages = sorted(outages + _rotation(setting, window, (station, server), shifts))
        rows += [(station, server, *interval) for interval in _cut(shifts, outages)]
    kinds = {"station": np.int64, "server": np.int64, "up_min": np.float64, "down_min": np.float64, "drains": np.bool_}
    parts = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.array(part, dtype=kind) for (name, kind), part in zip(kinds.items(), parts, strict=True)
    }
    return LazyFrame(LazyColumns(columns), tuple(kinds), len(rows))


def manned_intervals(setting: Setting, window: Window) -> Mapping[tuple[int, int], list[Span]]:
    """Return the manned intervals of every (station, server), breakdowns left out.

    The approach is open around the clock: ``approach.lanes`` general lanes and, where FAST trucks
    have their ``own`` lane, one more. Primary booths follow the timetable: of ``k`` open booths
    the first ``k`` take trucks; FAST booths are numbered after all general ones. Where lanes follow
    the line, all that may be opened keep the port's hours, and reviews say which are staffed
    (`sim.engine.reviews`). Every other station keeps the port's hours, and ``extra_h`` longer. All
    of it ends with the window.
    """
    parts = (setting.port, setting.scanner, setting.staffing)
    return _MANNED.once(parts, window, lambda: MappingProxyType(_manned(setting, window)))


_MANNED = KeptResults[Mapping[tuple[int, int], list[Span]]](most=64)
"""The alternatives of a comparison are manned alike, unless their posts differ."""


def _manned(setting: Setting, window: Window) -> dict[tuple[int, int], list[Span]]:
    manned = {(APPROACH, server): [(0.0, window.horizon_min)] for server in approach_lanes(setting)}
    manned |= _booths(setting, window)
    for station, name in enumerate(STATIONS):
        if station in (APPROACH, PRIMARY):
            continue
        post = getattr(setting.port, name)
        pulses, hours = getattr(post, "pulses", None), open_intervals(setting, window, post.extra_h)
        if pulses is not None:
            hours = draw_pulses(pulses, hours, window, station)
        servers = setting.servers(name)
        manned |= {(station, server): hours for server in range(servers) if hours}
    return dict(sorted(manned.items()))


def _rotation(setting: Setting, window: Window, post: tuple[int, int], shifts: list[Span]) -> list[Span]:
    """Return a post's handovers; none as a shift begins, and none that it ends within."""
    spans = handover_intervals(setting, *post, window.horizon_min)
    return [(start, end) for start, end in spans if any(up < start and end < down for up, down in shifts)]


def approach_lanes(setting: Setting) -> range:
    """Return the server numbers of the approach; with an ``own`` FAST lane it is the last."""
    approach = setting.port.approach
    own_fast_lane = int(approach.lanes > 0 and approach.fast_lane == "own")
    return range(approach.lanes + own_fast_lane)


def open_intervals(setting: Setting, window: Window, extra_h: float = 0.0) -> list[Span]:
    """Return when the port is open within the window: 07-24 on its first day is ``[(420.0, 1440.0)]``.

    ``extra_h`` hours are added after closing.
    """
    spans = []
    for day, date in enumerate(window.dates()):
        hours = setting.port.hours.get(day_type(date.weekday()))
        if hours is not None and hours.open_h < hours.close_h:
            spans.append(_span(day, hours.open_h, hours.close_h + extra_h))
    return _cut_to(window, spans)


def _cut_to(window: Window, spans: list[Span]) -> list[Span]:
    """Return the union of spans within the window."""
    return [(start, min(end, window.horizon_min)) for start, end in _union(spans) if start < window.horizon_min]


def _span(day: int, from_h: float, to_h: float) -> Span:
    return 1440.0 * day + 60.0 * from_h, 1440.0 * day + 60.0 * to_h


def _booths(setting: Setting, window: Window) -> dict[tuple[int, int], list[Span]]:
    planned = timetable_booths(setting, window)
    if lane_response(setting.port, setting.staffing) is None:
        return planned
    hours, general = open_intervals(setting, window), setting.port.primary.lanes
    for_lines = zip((0, general), lanes_for_lines(setting.port, setting.staffing), strict=True)
    may_open = {(PRIMARY, first + number) for first, lanes in for_lines for number in range(lanes)}
    return {booth: hours for booth in sorted(may_open | set(planned)) if hours}


def timetable_booths(setting: Setting, window: Window) -> dict[tuple[int, int], list[Span]]:
    """Return when the timetable opens each booth: of ``k`` open ones the first ``k``, FAST booths after all general."""
    primary = setting.port.primary
    spans: dict[int, list[Span]] = {}
    for day, date in enumerate(window.dates()):
        kind = day_type(date.weekday())
        shifts = partial(booth_shifts, setting.port, setting.staffing, kind)
        for shift in _SHIFTS.once((setting.port, setting.staffing), kind, shifts):
            span = _span(day, shift.from_h, shift.to_h)
            fast = range(primary.lanes, primary.lanes + shift.fast_lanes)
            for booth in (*range(shift.lanes), *fast):
                spans.setdefault(booth, []).append(span)
    return {(PRIMARY, booth): _cut_to(window, sorted(spans[booth])) for booth in spans}


_SHIFTS = KeptResults[list[Shift]](most=4096)


def _cut(shifts: list[Span], outages: list[Span]) -> list[tuple[float, float, bool]]:
    """Return (up, down, drains) where a server is manned and not broken."""
    whole: list[tuple[float, float, bool]] = []
    for shift_start, shift_end in shifts:
        up = shift_start
        for broken, repaired in outages:
            if broken >= shift_end:
                break
            if repaired <= up:
                continue
            if broken > up:
                whole.append((up, broken, False))
            up = repaired
        if up < shift_end:
            whole.append((up, shift_end, True))
    return whole


def draw_outages(setting: Setting, window: Window, station: int, server: int) -> list[Span]:
    """Draw the breakdowns of one unit: an alternating renewal process that starts in equilibrium.

    Up times are exponential, repairs lognormal truncated at ``repair_max_h``; breakdowns run in
    calendar time, manned or not. With probability 1 - availability the unit is down at time 0,
    and then the repair under way is size-biased and a uniform share of it is left: without that
    a run of one week would hardly ever see a long outage.
    """
    if station not in SENSOR_OF:
        return []
    name = SENSOR_OF[station]
    outages: Outages = getattr(setting.scanner, name).outages
    if outages.availability_share >= 1.0:
        return []
    mean_repair_min = _mean_repair_min(outages, f"scanner.{name}.outages")
    odds_up = outages.availability_share / (1.0 - outages.availability_share)
    key = window.spawn_key(OUTAGE_KEY, station, server)
    rng = np.random.default_rng(np.random.SeedSequence(window.seed, spawn_key=key))
    return _renewal(outages, mean_repair_min * odds_up, window.horizon_min, rng)


def _renewal(outages: Outages, mean_up_min: float, horizon_min: float, rng: np.random.Generator) -> list[Span]:
    spans: list[Span] = []
    down_at_0, u_length, u_left = rng.random(3)
    clock = 0.0
    if down_at_0 >= outages.availability_share:
        clock = (1.0 - u_left) * repair_min(outages, u_length, size_biased=True)
        spans.append((0.0, clock))
    while clock < horizon_min:
        u_up, u_repair = rng.random(2)
        broken = clock - mean_up_min * float(np.log1p(-u_up))
        clock = broken + repair_min(outages, u_repair)
        spans.append((broken, clock))
    return spans


def repair_min(outages: Outages, u: float, *, size_biased: bool = False) -> float:
    """Return the repair time in minutes that goes with a uniform ``u`` in [0, 1).

    The lognormal is truncated at ``repair_max_h``. Its size-biased form, the law of the repair that
    a random moment falls into, is a lognormal of the same log deviation s and of log mean m + s^2,
    truncated at the same length.
    """
    if outages.repair_ln_sd == 0.0:
        return 60.0 * min(outages.repair_median_h, outages.repair_max_h)
    ln_mean, ln_sd = np.log(outages.repair_median_h), outages.repair_ln_sd
    if size_biased:
        ln_mean += ln_sd**2
    p_max = ndtr((np.log(outages.repair_max_h) - ln_mean) / ln_sd)
    # 1 - u lies in (0, 1], so the quantile is finite and no repair is longer than allowed
    return float(60.0 * np.exp(ln_mean + ln_sd * ndtri((1.0 - u) * p_max)))


def _mean_repair_min(outages: Outages, key: str) -> float:
    """Return exp(m + s^2/2) Phi((ln max - m - s^2)/s) / Phi((ln max - m)/s), in minutes."""
    if min(outages.repair_median_h, outages.repair_max_h) <= 0.0:
        raise ConfigError(f"{key}.repair_median_h", "repairs must have a length when availability_share is below 1")
    if outages.repair_ln_sd == 0.0:
        return 60.0 * min(outages.repair_median_h, outages.repair_max_h)
    ln_mean, ln_sd = np.log(outages.repair_median_h), outages.repair_ln_sd
    z_max = (np.log(outages.repair_max_h) - ln_mean) / ln_sd
    truncation = ndtr(z_max - ln_sd) / ndtr(z_max)
    return float(60.0 * np.exp(ln_mean + ln_sd**2 / 2.0) * truncation)


SEGMENTS_AT = tuple(k for k in range(N_STATIONS) if k not in (APPROACH, PRIMARY))
"""Stations of ``sim.setting.port.Segment``: posts that serve trucks of both classes alike."""


def server_classes(setting: Setting) -> list[list[int]]:
    """Return, for each station, which lane classes each of its servers takes (bit masks)."""
    approach, primary = setting.port.approach, setting.port.primary
    masks: list[list[int]] = [[] for _ in range(N_STATIONS)]
    shared = approach.fast_lane == "shared"
    masks[APPROACH] = [BOTH if shared else GENERAL_ONLY] * approach.lanes
    masks[APPROACH] += [FAST_ONLY] * (len(approach_lanes(setting)) - approach.lanes)
    masks[PRIMARY] = [BOTH if primary.lanes_serve == "all" else GENERAL_ONLY] * primary.lanes
    fast = BOTH if primary.fast_lanes_serve == "all" else FAST_ONLY
    masks[PRIMARY] += [fast] * primary.fast_lanes
    for station in SEGMENTS_AT:
        masks[station] = [BOTH] * setting.servers(STATIONS[station])
    return masks


BOTH, GENERAL_ONLY, FAST_ONLY = 0b11, 0b01, 0b10

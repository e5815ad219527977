"""MANIFEST: one row a truck, drawn before anyone decides anything.

Everything that chance will ever do to a truck stands in its row: who it is, what is declared, how
long each station will need for it, how its images will look, and whether it carries. No policy,
queue or sensor setting changes a row. What a user's own trucks say is kept, and the rest drawn, keyed
by the window and the order of arrival: a simulated window, given whole, comes back whole.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.errors import ConfigError, TableError
from sim.frames import LazyColumns, LazyFrame
from sim.setting.setting import Setting
from sim.setting.window import EVALUATION, Window
from sim.stations import STATION, TABLE
from sim.tables import MANIFEST, visible_columns
from sim.trucks import threat as threats
from sim.trucks.arrivals import arrival_times_at, draw_arrivals, rates_per_h
from sim.trucks.declared import add_declared_columns
from sim.trucks.insider import carries_with_help
from sim.trucks.partner import add_shared_columns
from sim.trucks.population import NO_COLUMNS, Columns, draw_population
from sim.trucks.service_times import service_time
from sim.trucks.streams import Draw, Purpose, draw_uniforms, keyed_uniforms, normal_quantiles

SAMPLE_SIZE, N_SAMPLES = 2**16, 8
"""Trucks on which the mean of P(carrying) is set; its standard error is 0.1 % of the mean.

How large the sample is and how it is laid out is numerical method, so it is no setting.
"""
LATTICE_STEP: dict[int, float] = {
    Purpose.CARRIER: math.sqrt(2.0),
    Purpose.FAST: math.sqrt(3.0),
    Purpose.LADEN: math.sqrt(5.0),
}
"""Irrational steps modulo 1: the multiples fill (0, 1) evenly, alone and jointly."""
SAMPLE_WEEK = Window(seed=0, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)


def draw_manifest(setting: Setting, window: Window) -> pd.DataFrame:
    """Draw the trucks of a window.

    Parameters
    ----------
    setting : Setting
        Port, traffic, threat and service times; policy, staffing and sensing play no part.
    window : Window
        Calendar and seed.

    Returns
    -------
    DataFrame
        The columns of ``sim.tables.MANIFEST``, by arrival.

    Raises
    ------
    ConfigError
        A service time that cannot be drawn.
    """
    times, draw = draw_arrivals(setting, window)
    return draw_trucks(setting, window, times, draw)


def draw_trucks(
    setting: Setting, window: Window, times: FloatArray, draw: Draw, given_columns: Columns = NO_COLUMNS
) -> pd.DataFrame:
    """Draw all of MANIFEST but the arrivals and the visible columns that are given.

    Parameters
    ----------
    times : float array, shape (n,)
        Arrival times, increasing, within the window.
    draw : callable
        The luck of these n trucks.
    given_columns : mapping of arrays, shape (n,)
        Visible columns that are known; see `sim.trucks.declared.add_declared_columns`.
    """
    columns = LazyColumns({**given_columns, "truck": np.arange(times.size), "arrive_min": times})
    # 1. Who comes, and what they declare.
    add_declared_columns(columns, setting, window, times, draw, given_columns)
    # 2. The luck that they carry through the port.
    _add_luck(columns, setting, draw)
    # 3. The truth, given the traits.
    columns.add("true_p_carrying", lambda: _p_carrying(setting, columns, draw))
    threats.add_threat(columns, setting.threat, draw)
    columns.add("true_insider_help", lambda: carries_with_help(setting.insider, columns["true_carrying"], columns))
    # 4. What others say of it, given the truth.
    add_shared_columns(columns, setting, draw)
    return LazyFrame(columns, [column.name for column in MANIFEST], times.size)


def _p_carrying(setting: Setting, columns: Columns, draw: Draw) -> FloatArray:
    own_ln_sd = threats.truck_ln_odds_sd(setting.threat, columns["laden"])
    ln = _known_ln(setting, columns) + own_ln_sd * normal_quantiles(draw(Purpose.HIDDEN))
    return threats.carrying_probability(ln, threat_base(setting))


def _service(setting: Setting, key: str, u: FloatArray) -> FloatArray:
    """Return the service times of the distribution that stands under a key of the scenario."""
    try:
        return service_time(attrgetter(key)(setting), u)
    except ConfigError as error:
        raise error.under(key) from None


def _at_booths(setting: Setting, fast: NDArray[np.bool_], u: FloatArray) -> FloatArray:
    minutes = np.empty(u.size)
    minutes[fast] = _service(setting, "port.primary.fast_service", u[fast])
    minutes[~fast] = _service(setting, "port.primary.service", u[~fast])
    return minutes


def _add_luck(columns: LazyColumns, setting: Setting, draw: Draw) -> None:
    """Add the work that trucks ask of stations, uniforms and noises; ConfigError: a time that cannot be drawn."""
    work = {station.name: (station.service, station.stream) for station in TABLE if station.name != "primary"}
    if setting.scanner.portal.slow is not None:
        work["portal_slow"] = ("scanner.portal.slow.service", Purpose.SERVICE_PORTAL_SLOW)
    else:
        columns.add("service_portal_slow_min", lambda: np.zeros(columns["truck"].size))
    for name, (key, purpose) in work.items():
        # of no truck, so that what cannot be drawn is refused whoever asks
        _service(setting, key, NOBODY)
        columns.add(f"service_{name}_min", lambda key=key, of=purpose: _service(setting, key, draw(of)))  # type: ignore[misc]
    _at_booths(setting, NOBODY.astype(bool), NOBODY)
    stream = STATION["primary"].stream
    columns.add("service_primary_min", lambda: _at_booths(setting, columns["fast"], draw(stream)))
    for name, purpose in UNIFORMS.items():
        columns.add(name, functools.partial(draw, purpose))
    for name, purpose in NORMALS.items():
        columns.add(
            name,
            lambda of=purpose: normal_quantiles(draw(of)),  # type: ignore[misc]
            lambda rows, of=purpose: normal_quantiles(draw(of)[rows]),  # type: ignore[misc]
        )


NOBODY = np.zeros(0)
UNIFORMS = {
    "u_tie": Purpose.TIE,
    "u_select": Purpose.SELECT,
    "u_floor": Purpose.FLOOR,
    "u_officer": Purpose.OFFICER,
    "u_order": Purpose.ORDER,
    "u_origin": Purpose.ORIGIN,
    "u_low_energy": Purpose.LOW_ENERGY,
    "u_radiation": Purpose.RADIATION,
    "u_safety": Purpose.SAFETY,
    "u_help": Purpose.INSIDER_HELP,
    "u_booth_insider": Purpose.INSIDER_BOOTH,
    "u_dock_insider": Purpose.INSIDER_DOCK,
    "u_image_insider": Purpose.INSIDER_IMAGE,
    "u_dock_review": Purpose.DOCK_REVIEW,
    "u_image_review": Purpose.IMAGE_REVIEW,
    "u_audit": Purpose.AUDIT,
    "u_lane": Purpose.LANE,
    "u_slow": Purpose.SLOW,
}
NORMALS: dict[str, int] = {f"z_{station.sensor}": station.noise[0] for station in TABLE if station.sensor} | {
    "z_machine": Purpose.Z_MACHINE,
    "z_concealment": Purpose.Z_CONCEALMENT,
}


def _known_ln(setting: Setting, columns: Columns) -> FloatArray:
    firms = threats.firms_ln_odds(setting.threat, threats.firms_propensity(draw_population(setting), columns))
    return firms + threats.visible_ln_odds(setting.threat, columns)


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A setting that is equal to another if all that decides P(carrying) is."""

    key: str
    setting: Setting = field(compare=False)


def threat_base(setting: Setting) -> float:
    """Return the base of P(carrying) that gives the port's traffic its prevalence.

    Solved on a large fixed sample of the port's trucks of a week, keyed by
    ``traffic.population_seed``, and kept: the price, a quarter of a second, is paid once.
    """
    same_demand = replace(setting.traffic, volume_scale=1.0)
    port = setting.port
    key = repr((port.volume, port.hours, port.mix, same_demand, setting.threat))
    return _base(_Keyed(key, replace(setting, traffic=same_demand)))


@functools.lru_cache(maxsize=64)
def _base(keyed: _Keyed) -> float:
    setting, threat = keyed.setting, keyed.setting.threat
    parts = [_sample(setting, number) for number in range(N_SAMPLES)]
    known_ln, own_ln_sd = (np.concatenate(part) for part in zip(*parts, strict=True))
    return threats.solve_carrying_base(known_ln, own_ln_sd, threat.prevalence_per_truck)


def _sample(setting: Setting, number: int) -> tuple[FloatArray, FloatArray]:
    """Draw one part of the sample: what is known of P(carrying), and the spread of the rest.

    Firms matter most, so trucks go through the shippers in order, and a lattice gives each shipper
    its carriers, FAST and empty trucks evenly: the error is a quarter of a plain sample's.
    """
    draw = functools.partial(_sample_uniforms, setting.traffic.population_seed, number)
    rates = rates_per_h(setting, SAMPLE_WEEK)
    rates = rates if rates.sum() > 0.0 else np.ones_like(rates)
    # in ascending order each search ends near the last one
    order, ascending = _sample_moments(setting.traffic.population_seed, number)
    times = np.empty(SAMPLE_SIZE)
    times[order] = arrival_times_at(rates, ascending * rates.sum())
    columns = LazyColumns()
    add_declared_columns(columns, setting, SAMPLE_WEEK, times, draw)
    return _known_ln(setting, columns), threats.truck_ln_odds_sd(setting.threat, columns["laden"])


MOST_SAMPLE_UNIFORMS: Final = 16 * N_SAMPLES
"""The sample reads fourteen purposes, half a megabyte in each part: redrawn worlds have them in common."""


@functools.lru_cache(maxsize=MOST_SAMPLE_UNIFORMS)
def _sample_uniforms(seed: int, number: int, purpose: int) -> FloatArray:
    """Return the uniforms of one part of the sample; nobody may write into them."""
    place = np.arange(number, SAMPLE_SIZE * N_SAMPLES, N_SAMPLES, dtype=np.float64)
    if purpose in LATTICE_STEP:
        u: FloatArray = np.maximum(place * LATTICE_STEP[purpose] % 1.0, 2.0**-54)
    else:
        u = keyed_uniforms(seed, (int(Purpose.SAMPLE), number, int(purpose)), SAMPLE_SIZE)
        if purpose == Purpose.SHIPPER:
            u = (place + u) / (SAMPLE_SIZE * N_SAMPLES)
    u.flags.writeable = False
    return u


@functools.lru_cache(maxsize=N_SAMPLES)
def _sample_moments(seed: int, number: int) -> tuple[IntArray, FloatArray]:
    """Return the order of the uniforms that say when each truck of a part comes, and the uniforms in it."""
    u = keyed_uniforms(seed, (int(Purpose.SAMPLE), number, int(Purpose.SAMPLE)), SAMPLE_SIZE)
    order = np.argsort(u)
    return order, u[order]


CALENDAR = ("weekday", "month")
"""Columns that arrival time and start date decide: never drawn."""
EMPTY_CODE = {"shipper": -1, "commodity": -1, "consignee": -1, "entry_type": 3}
"""Columns that show whether a truck is empty, and what they hold then."""


def complete_manifest(setting: Setting, window: Window, user_trucks: pd.DataFrame) -> pd.DataFrame:
    """Return the MANIFEST of trucks of which only some columns are known.

    Parameters
    ----------
    setting : Setting
        Draws what is missing; P(carrying) follows from its ``threat`` and the trucks' traits.
    window : Window
        Calendar and luck.
    user_trucks : DataFrame
        ``arrive_min`` and any columns of tier ``own``, of the kinds that ``sim.tables`` declares,
        in any order of rows. A firm that is not of the population has no propensity of its own,
        and no history unless it is given.

    Raises
    ------
    TableError
        Arrival times that are missing or outside the window, or a column that cannot be given.

    Examples
    --------
    >>> drawn_columns(pd.DataFrame({"arrive_min": [3.0], "fast": [True]}))[:3]
    ('arrive_hour', 'carrier', 'driver')
    """
    _check(user_trucks, window)
    rows = user_trucks.sort_values("arrive_min", kind="stable", ignore_index=True)
    times = rows["arrive_min"].to_numpy(dtype=np.float64)
    columns = {name: rows[name].to_numpy() for name in visible_columns() if name in rows.columns}
    laden = _laden(columns)
    if laden is not None:
        columns["laden"] = laden

    def draw(purpose: int) -> FloatArray:
        return draw_uniforms(window, purpose, times.size)

    return draw_trucks(setting, window, times, draw, columns)


def drawn_columns(user_trucks: pd.DataFrame) -> tuple[str, ...]:
    """Return the visible columns that the trucks do not say and that are drawn for them."""
    known = {*user_trucks.columns, *CALENDAR}
    if known & set(EMPTY_CODE):
        known.add("laden")
    if "weight_kg" in known:
        known.add("weight_ratio")
    return tuple(name for name in visible_columns() if name not in known)


def _laden(columns: Columns) -> BoolArray | None:
    """Return whether each truck carries goods, as far as its columns say so."""
    if "laden" in columns:
        return columns["laden"]
    for name, code in EMPTY_CODE.items():
        if name in columns:
            return np.asarray(columns[name] != code)
    return None


def _check(user_trucks: pd.DataFrame, window: Window) -> None:
    if "arrive_min" not in user_trucks.columns:
        raise TableError("manifest: missing column 'arrive_min'")
    for name in user_trucks.columns:
        if name != "arrive_min" and name not in visible_columns():
            raise TableError(f"manifest: the column '{name}' cannot be given")
    times = user_trucks["arrive_min"].to_numpy(dtype=np.float64)
    if not ((times >= 0.0) & (times < window.horizon_min)).all():
        raise TableError(f"manifest.arrive_min: outside the window's {window.days} days")

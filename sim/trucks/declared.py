"""What is known of a truck before it arrives: the visible columns of MANIFEST, drawn in order.

Calendar, parties, records, goods, filing: each step goes with the columns before it. Columns that
are given (a user's own trucks) are used as they are, and the others drawn to go with them. The
numbers behind are in ``traffic.declared``.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.frames import LazyColumns
from sim.setting.port import COMMODITIES
from sim.setting.setting import Setting
from sim.setting.traffic import Declared
from sim.setting.window import Window
from sim.trucks import threat as threats
from sim.trucks.firms import look_up_firm
from sim.trucks.population import NO_COLUMNS, Columns, Population, add_parties, draw_population, population_key
from sim.trucks.streams import Draw, Purpose, lognormal_quantiles, normal_quantiles


def add_declared_columns(
    columns: LazyColumns,
    setting: Setting,
    window: Window,
    times: FloatArray,
    draw: Draw,
    given_columns: Columns = NO_COLUMNS,
) -> None:
    """Add the visible columns of trucks that arrive at these times.

    Parameters
    ----------
    columns : LazyColumns
        Gets every column of tier ``own``, and the model firms of `sim.trucks.population.add_parties`.
    setting : Setting
        Population and declarations: ``traffic`` and ``port.mix``.
    window : Window
        Calendar.
    times : float array, shape (n,)
        Arrival, in minutes since midnight of day 0.
    draw : callable
        The trucks' luck.
    given_columns : mapping of arrays, shape (n,)
        Visible columns that are known and stand in ``columns`` already.
    """
    _add_calendar(columns, setting, window, times, draw)
    add_parties(columns, population_key(setting), draw, given_columns)
    _add_records(columns, draw_population(setting))
    _add_goods(columns, setting, draw, given_columns)
    _add_filing(columns, setting.traffic.declared, draw)


def _add_calendar(columns: LazyColumns, setting: Setting, window: Window, times: FloatArray, draw: Draw) -> None:
    dates = window.dates()

    def hour() -> FloatArray:
        off = setting.traffic.declared.schedule_sd_h * normal_quantiles(draw(Purpose.SCHEDULE))
        return np.clip(times / 60.0 - 24.0 * columns["day"] + off, 0.0, 23.999)

    columns.add("day", lambda: (times / 1440.0).astype(np.int64))
    columns.add("arrive_hour", hour)
    columns.add("weekday", lambda: np.array([date.weekday() for date in dates]).take(columns["day"]))
    columns.add("month", lambda: np.array([date.month for date in dates]).take(columns["day"]))


def _add_records(columns: LazyColumns, population: Population) -> None:
    """Look up what is known of the carrier, its crew and the shipper; nothing of a stranger."""
    carriers, shippers = population.carriers, population.shippers
    records = {
        "carrier_age_days": (carriers.past.age_days, "carrier"),
        "shipper_age_days": (shippers.past.age_days, "shipper"),
        "carrier_crossings_12m": (carriers.past.crossings_12m, "carrier"),
        "driver_crossings_12m": (carriers.drivers.crossings_12m, "driver"),
        "plate_crossings_12m": (carriers.plates.crossings_12m, "plate"),
        "shipper_entries_12m": (shippers.past.crossings_12m, "shipper"),
        "carrier_exams_12m": (carriers.past.exams_12m, "carrier"),
        "shipper_exams_12m": (shippers.past.exams_12m, "shipper"),
        "carrier_finds_5y": (carriers.past.finds_5y, "carrier"),
        "shipper_finds_5y": (shippers.past.finds_5y, "shipper"),
    }
    columns.add("ctpat_carrier", lambda: look_up_firm(carriers.ctpat.astype(np.float64), columns["carrier"]) > 0.0)
    for name, (table, who) in records.items():
        columns.add(name, functools.partial(_record, columns, table, who))


def _record(columns: Columns, table: FloatArray, who: str) -> FloatArray:
    return look_up_firm(table, columns[who])


def values_by_commodity(values: dict[str, float]) -> FloatArray:
    """Return the values in the order of the codes of commodities."""
    return np.array([values[name] for name in COMMODITIES])


def _add_goods(columns: LazyColumns, setting: Setting, draw: Draw, given_columns: Columns) -> None:
    """Add what is declared of the cargo."""
    declared, c = setting.traffic.declared, columns
    population = draw_population(setting)
    shippers, home_state = population.shippers, population.carriers.home_state

    def pieces() -> IntArray:
        drawn = lognormal_quantiles(draw(Purpose.PIECES), declared.n_pieces_median, declared.pieces_ln_sd)
        return np.asarray((1.0 + drawn).astype(np.int64) * c["laden"])

    def origin_state() -> IntArray:
        own = shippers.origin_state.take(c["model_shipper"])
        return np.where(c["laden"], own, home_state.take(c["model_carrier"]))

    c.add("commodity", lambda: np.where(c["laden"], shippers.commodity.take(c["model_shipper"]), -1))
    c.add("kind", lambda: np.maximum(c["commodity"], 0))
    c.add("density", lambda: _density(declared, c["kind"], draw) * c["laden"])
    c.add("hazmat", lambda: c["laden"] & (draw(Purpose.HAZMAT) < _p_hazmat(setting).take(c["kind"])))
    c.add("pieces", pieces)
    c.add("value_usd", lambda: _value(setting, shippers.value_z.take(c["model_shipper"]), draw) * c["laden"])
    c.add("origin_state", origin_state)
    _add_weight(columns, declared, draw, given_columns)


def _add_weight(columns: LazyColumns, declared: Declared, draw: Draw, given_columns: Columns) -> None:
    """Add the weight; of weight and ratio, one that is given decides the other."""
    c = columns

    def ratio_of_weight() -> FloatArray:
        known = c["laden"] & (c["weight_kg"] > 0.0)
        return np.where(known, c["weight_kg"] / c["usual_weight_kg"], 1.0)

    def drawn_ratio() -> FloatArray:
        return np.where(c["laden"], lognormal_quantiles(draw(Purpose.WEIGHT), 1.0, declared.weight_ln_sd), 1.0)

    c.add("usual_weight_kg", lambda: values_by_commodity(declared.usual_weight_kg).take(c["kind"]))
    c.add("weight_ratio", ratio_of_weight if "weight_kg" in given_columns else drawn_ratio)
    c.add("weight_kg", lambda: c["usual_weight_kg"] * c["weight_ratio"] * c["laden"])


def _density(declared: Declared, kind: IntArray, draw: Draw) -> IntArray:
    """Draw 0 low, 1 medium or 2 high."""
    u = draw(Purpose.DENSITY)
    density: IntArray = 0 + (u >= values_by_commodity(declared.low_density_share).take(kind))
    density += u >= 1.0 - values_by_commodity(declared.high_density_share).take(kind)
    return density


def _value(setting: Setting, shipper_z: FloatArray, draw: Draw) -> FloatArray:
    """Draw the declared value: partly the shipper's level, partly the load's own."""
    mix, shipper_share = setting.port.mix, setting.traffic.declared.value_shipper_share
    z = math.sqrt(shipper_share) * shipper_z
    z += math.sqrt(1.0 - shipper_share) * normal_quantiles(draw(Purpose.VALUE))
    return np.asarray(mix.value_median_usd * np.exp(mix.value_sigma * z))


def _p_hazmat(setting: Setting) -> FloatArray:
    """Return P(hazardous goods) by commodity, with the port's share over its laden trucks."""
    mix, weight = setting.port.mix, values_by_commodity(setting.traffic.declared.hazmat_weight)
    total = np.dot(values_by_commodity(mix.commodity_share), weight)
    if total == 0.0:
        return np.zeros_like(weight)
    chance: FloatArray = mix.hazmat_share / total * weight
    return np.minimum(chance, 1.0)


def _add_filing(columns: LazyColumns, declared: Declared, draw: Draw) -> None:
    """Add how the manifest was filed."""
    in_bond, either = declared.in_bond_share, declared.in_bond_share + declared.informal_share

    def entry_type() -> IntArray:
        u = draw(Purpose.ENTRY_TYPE)
        return np.where(columns["laden"], (u < in_bond) + 2 * ((u >= in_bond) & (u < either)), 3)

    def lead_time_h() -> FloatArray:
        least = np.where(columns["fast"], threats.MIN_LEAD_FAST_H, threats.MIN_LEAD_H)
        ahead = lognormal_quantiles(draw(Purpose.LEAD_TIME), declared.lead_ratio_median, declared.lead_ln_sd)
        return np.asarray(least * (1.0 + ahead))

    columns.add("entry_type", entry_type)
    columns.add("lead_time_h", lead_time_h)
    columns.add("amended", lambda: draw(Purpose.AMENDED) < declared.amended_share)
    columns.add("seal_mismatch", lambda: columns["laden"] & (draw(Purpose.SEAL) < declared.seal_mismatch_share))

"""What is known of a truck before it arrives: the visible columns of MANIFEST, drawn in order.

Calendar, parties, records, goods, filing: each step goes with the columns before it. Columns that
are given (a user's own trucks) are used as they are, and the others drawn to go with them. The
numbers behind are in ``traffic.declared``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.setting.port import COMMODITIES
from sim.setting.setting import Setting
from sim.setting.traffic import Declared
from sim.setting.window import Window
from sim.trucks import threat as threats
from sim.trucks.population import (
    NO_COLUMNS,
    Columns,
    Population,
    draw_parties,
    draw_population,
    look_up_firm,
    population_key,
)
from sim.trucks.streams import Draw, Purpose, lognormal_quantiles, normal_quantiles

Arrays = dict[str, NDArray[Any]]


def draw_declared_columns(
    setting: Setting, window: Window, times: FloatArray, draw: Draw, given_columns: Columns = NO_COLUMNS
) -> Arrays:
    """Return the visible columns of trucks that arrive at these times.

    Parameters
    ----------
    setting : Setting
        Population and declarations: ``traffic`` and ``port.mix``.
    window : Window
        Calendar.
    times : float array, shape (n,)
        Arrival, in minutes since midnight of day 0.
    draw : callable
        The trucks' luck.
    given_columns : mapping of arrays, shape (n,)
        Visible columns that are known already.

    Returns
    -------
    dict of arrays, shape (n,)
        Every column of tier ``own``, and the model firms of `sim.trucks.population.draw_parties`.
    """
    columns = _calendar(setting, window, times, draw) | dict(given_columns)
    columns |= draw_parties(population_key(setting), draw, given_columns)
    columns |= _records(draw_population(setting), columns) | dict(given_columns)
    columns |= _goods(setting, draw_population(setting), columns, draw, given_columns) | dict(given_columns)
    return columns | _filing(setting.traffic.declared, columns, draw) | dict(given_columns)


def _calendar(setting: Setting, window: Window, times: FloatArray, draw: Draw) -> Arrays:
    day = (times / 1440.0).astype(np.int64)
    dates = window.dates()
    off = setting.traffic.declared.schedule_sd_h * normal_quantiles(draw(Purpose.SCHEDULE))
    hour = times / 60.0 - 24.0 * day + off
    return {
        "arrive_hour": np.clip(hour, 0.0, 23.999),
        "weekday": np.array([date.weekday() for date in dates]).take(day),
        "month": np.array([date.month for date in dates]).take(day),
    }


def _records(population: Population, columns: Arrays) -> Arrays:
    """Look up what is known of the carrier, its crew and the shipper; nothing of a stranger."""
    carriers, shippers = population.carriers, population.shippers
    carrier, shipper = columns["carrier"], columns["shipper"]
    return {
        "ctpat_carrier": look_up_firm(carriers.ctpat.astype(np.float64), carrier) > 0.0,
        "carrier_age_days": look_up_firm(carriers.past.age_days, carrier),
        "shipper_age_days": look_up_firm(shippers.past.age_days, shipper),
        "carrier_crossings_12m": look_up_firm(carriers.past.crossings_12m, carrier),
        "driver_crossings_12m": look_up_firm(carriers.drivers.crossings_12m, columns["driver"]),
        "plate_crossings_12m": look_up_firm(carriers.plates.crossings_12m, columns["plate"]),
        "shipper_entries_12m": look_up_firm(shippers.past.crossings_12m, shipper),
        "carrier_exams_12m": look_up_firm(carriers.past.exams_12m, carrier),
        "shipper_exams_12m": look_up_firm(shippers.past.exams_12m, shipper),
        "carrier_finds_5y": look_up_firm(carriers.past.finds_5y, carrier),
        "shipper_finds_5y": look_up_firm(shippers.past.finds_5y, shipper),
    }


def values_by_commodity(values: dict[str, float]) -> FloatArray:
    """Return the values in the order of the codes of commodities."""
    return np.array([values[name] for name in COMMODITIES])


def _goods(setting: Setting, population: Population, columns: Arrays, draw: Draw, given_columns: Columns) -> Arrays:
    """Draw what is declared of the cargo."""
    declared, laden, shippers = setting.traffic.declared, columns["laden"], population.shippers
    shipper = columns["model_shipper"]
    commodity = given_columns.get("commodity", np.where(laden, shippers.commodity.take(shipper), -1))
    kind = np.maximum(commodity, 0)
    pieces = lognormal_quantiles(draw(Purpose.PIECES), declared.n_pieces_median, declared.pieces_ln_sd)
    home_state = population.carriers.home_state.take(columns["model_carrier"])
    return _weight(declared, kind, laden, draw, given_columns) | {
        "commodity": commodity,
        "density": _density(declared, kind, draw) * laden,
        "hazmat": laden & (draw(Purpose.HAZMAT) < _p_hazmat(setting).take(kind)),
        "pieces": (1.0 + pieces).astype(np.int64) * laden,
        "value_usd": _value(setting, shippers.value_z.take(shipper), draw) * laden,
        "origin_state": np.where(laden, shippers.origin_state.take(shipper), home_state),
    }


def _weight(declared: Declared, kind: IntArray, laden: NDArray[np.bool_], draw: Draw, given_columns: Columns) -> Arrays:
    """Draw the weight; of weight and ratio, one that is given decides the other."""
    usual = values_by_commodity(declared.usual_weight_kg).take(kind)
    if "weight_kg" in given_columns and "weight_ratio" not in given_columns:
        known = laden & (given_columns["weight_kg"] > 0.0)
        return {"weight_ratio": np.where(known, given_columns["weight_kg"] / usual, 1.0)}
    ratio = np.where(laden, lognormal_quantiles(draw(Purpose.WEIGHT), 1.0, declared.weight_ln_sd), 1.0)
    ratio = given_columns.get("weight_ratio", ratio)
    return {"weight_kg": usual * ratio * laden, "weight_ratio": ratio}


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


def _filing(declared: Declared, columns: Arrays, draw: Draw) -> Arrays:
    """Draw how the manifest was filed."""
    laden = columns["laden"]
    u = draw(Purpose.ENTRY_TYPE)
    in_bond, either = declared.in_bond_share, declared.in_bond_share + declared.informal_share
    entry = (u < in_bond) + 2 * ((u >= in_bond) & (u < either))
    least = np.where(columns["fast"], threats.MIN_LEAD_FAST_H, threats.MIN_LEAD_H)
    ahead = lognormal_quantiles(draw(Purpose.LEAD_TIME), declared.lead_ratio_median, declared.lead_ln_sd)
    return {
        "entry_type": np.where(laden, entry, 3),
        "lead_time_h": least * (1.0 + ahead),
        "amended": draw(Purpose.AMENDED) < declared.amended_share,
        "seal_mismatch": laden & (draw(Purpose.SEAL) < declared.seal_mismatch_share),
    }

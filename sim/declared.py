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

from sim import threat as threats
from sim.firms import look_up
from sim.population import (
    NOTHING,
    Columns,
    Population,
    draw_parties,
    draw_population,
    population_key,
)
from sim.scenario import Scenario
from sim.site import COMMODITIES
from sim.streams import Draw, FloatArray, IntArray, Purpose, lognormal, normal
from sim.trade import Declared
from sim.window import Window

Arrays = dict[str, NDArray[Any]]


def declare(
    scenario: Scenario, window: Window, times: FloatArray, draw: Draw, given: Columns = NOTHING
) -> Arrays:
    """Return the visible columns of trucks that arrive at these times.

    Parameters
    ----------
    scenario : Scenario
        Population and declarations: ``traffic`` and ``port.mix``.
    window : Window
        Calendar.
    times : float array, shape (n,)
        Arrival, in minutes since midnight of day 0.
    draw : callable
        The trucks' luck.
    given : mapping of arrays, shape (n,)
        Visible columns that are known already.

    Returns
    -------
    dict of arrays, shape (n,)
        Every column of tier ``own``, and the model firms of `sim.population.draw_parties`.
    """
    columns = _calendar(scenario, window, times, draw) | dict(given)
    columns |= draw_parties(population_key(scenario), draw, given)
    columns |= _records(draw_population(scenario), columns) | dict(given)
    columns |= _goods(scenario, draw_population(scenario), columns, draw, given) | dict(given)
    return columns | _filing(scenario.traffic.declared, columns, draw) | dict(given)


def _calendar(scenario: Scenario, window: Window, times: FloatArray, draw: Draw) -> Arrays:
    day = (times / 1440.0).astype(np.int64)
    dates = window.dates()
    off = scenario.traffic.declared.schedule_sd_h * normal(draw(Purpose.SCHEDULE))
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
        "ctpat_carrier": look_up(carriers.ctpat.astype(np.float64), carrier) > 0.0,
        "carrier_age_days": look_up(carriers.past.age_days, carrier),
        "shipper_age_days": look_up(shippers.past.age_days, shipper),
        "carrier_crossings_12m": look_up(carriers.past.crossings_12m, carrier),
        "driver_crossings_12m": look_up(carriers.drivers.crossings_12m, columns["driver"]),
        "plate_crossings_12m": look_up(carriers.plates.crossings_12m, columns["plate"]),
        "shipper_entries_12m": look_up(shippers.past.crossings_12m, shipper),
        "carrier_exams_12m": look_up(carriers.past.exams_12m, carrier),
        "shipper_exams_12m": look_up(shippers.past.exams_12m, shipper),
        "carrier_finds_5y": look_up(carriers.past.finds_5y, carrier),
        "shipper_finds_5y": look_up(shippers.past.finds_5y, shipper),
    }


def by_commodity(values: dict[str, float]) -> FloatArray:
    """Return the values in the order of the codes of commodities."""
    return np.array([values[name] for name in COMMODITIES])


def _goods(
    scenario: Scenario, population: Population, columns: Arrays, draw: Draw, given: Columns
) -> Arrays:
    """Draw what is declared of the cargo."""
    declared, laden, shippers = scenario.traffic.declared, columns["laden"], population.shippers
    shipper = columns["model_shipper"]
    commodity = given.get("commodity", np.where(laden, shippers.commodity.take(shipper), -1))
    kind = np.maximum(commodity, 0)
    pieces = lognormal(draw(Purpose.PIECES), declared.n_pieces_median, declared.pieces_ln_sd)
    home_state = population.carriers.home_state.take(columns["model_carrier"])
    return _weight(declared, kind, laden, draw, given) | {
        "commodity": commodity,
        "density": _density(declared, kind, draw) * laden,
        "hazmat": laden & (draw(Purpose.HAZMAT) < _p_hazmat(scenario).take(kind)),
        "pieces": (1.0 + pieces).astype(np.int64) * laden,
        "value_usd": _value(scenario, shippers.value_z.take(shipper), draw) * laden,
        "origin_state": np.where(laden, shippers.origin_state.take(shipper), home_state),
    }


def _weight(
    declared: Declared, kind: IntArray, laden: NDArray[np.bool_], draw: Draw, given: Columns
) -> Arrays:
    """Draw the weight; of weight and ratio, one that is given decides the other."""
    usual = by_commodity(declared.usual_weight_kg).take(kind)
    if "weight_kg" in given and "weight_ratio" not in given:
        known = laden & (given["weight_kg"] > 0.0)
        return {"weight_ratio": np.where(known, given["weight_kg"] / usual, 1.0)}
    ratio = np.where(laden, lognormal(draw(Purpose.WEIGHT), 1.0, declared.weight_ln_sd), 1.0)
    ratio = given.get("weight_ratio", ratio)
    return {"weight_kg": usual * ratio * laden, "weight_ratio": ratio}


def _density(declared: Declared, kind: IntArray, draw: Draw) -> IntArray:
    """Draw 0 low, 1 medium or 2 high."""
    u = draw(Purpose.DENSITY)
    density: IntArray = 0 + (u >= by_commodity(declared.low_density_share).take(kind))
    density += u >= 1.0 - by_commodity(declared.high_density_share).take(kind)
    return density


def _value(scenario: Scenario, shipper_z: FloatArray, draw: Draw) -> FloatArray:
    """Draw the declared value: partly the shipper's level, partly the load's own."""
    mix, shipper_share = scenario.port.mix, scenario.traffic.declared.value_shipper_share
    z = math.sqrt(shipper_share) * shipper_z
    z += math.sqrt(1.0 - shipper_share) * normal(draw(Purpose.VALUE))
    value: FloatArray = mix.value_median_usd * np.exp(mix.value_sigma * z)
    return value


def _p_hazmat(scenario: Scenario) -> FloatArray:
    """Return P(hazardous goods) by commodity, with the port's share over its laden trucks."""
    mix, weight = scenario.port.mix, by_commodity(scenario.traffic.declared.hazmat_weight)
    total = np.dot(by_commodity(mix.commodity_share), weight)
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
    ahead = lognormal(draw(Purpose.LEAD_TIME), declared.lead_ratio_median, declared.lead_ln_sd)
    return {
        "entry_type": np.where(laden, entry, 3),
        "lead_time_h": least * (1.0 + ahead),
        "amended": draw(Purpose.AMENDED) < declared.amended_share,
        "seal_mismatch": laden & (draw(Purpose.SEAL) < declared.seal_mismatch_share),
    }

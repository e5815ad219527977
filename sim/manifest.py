"""MANIFEST: one row a truck, drawn before anyone decides anything.

Everything that chance will ever do to a truck stands in its row: who it is, what is declared, how
long each station will need for it, how its images will look, and whether it carries. No policy,
queue or sensor setting changes a row.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import threat as threats
from sim.errors import ConfigError
from sim.population import Population, draw_parties, draw_population, population_key
from sim.scenario import COMMODITIES, Scenario, Service
from sim.streams import (
    Draw,
    FloatArray,
    Purpose,
    keyed_uniform,
    lognormal,
    normal,
    service_time,
)
from sim.tables import MANIFEST
from sim.traffic import draw_arrivals, rates_per_h, times_at
from sim.window import EVALUATION, Window

Arrays = dict[str, NDArray[Any]]

SCHEDULE_SD_H = 0.25
"""Trucks arrive this far from the hour that their e-Manifest names [A 0..1]."""
USUAL_WEIGHT_KG = np.array([8e3, 9e3, 1e4, 1.7e4, 1.4e4, 1.6e4, 7e3, 8e3, 1.5e4, 1e4])
"""Usual cargo weight by commodity: 8.2 t a truck, empties included, as border-wide in 2024 [A]."""
WEIGHT_LN_SD = 0.2
USUAL_PIECES, PIECES_LN_SD = 400.0, 1.2
P_LOW_DENSITY = (0.3, 0.2, 0.2, 0.05, 0.2, 0.05, 0.5, 0.6, 0.1, 0.3)
P_HIGH_DENSITY = (0.2, 0.4, 0.4, 0.55, 0.3, 0.8, 0.1, 0.05, 0.5, 0.3)
"""Radiographic density by commodity; the rest is medium [A]."""
HAZMAT_WEIGHT = np.array([1.0, 1.0, 1.5, 0.1, 5.0, 1.0, 0.5, 0.3, 0.5, 1.0])
VALUE_SHIPPER_SHARE = 0.5
"""Part of the variance of ln(value) that is the shipper's [A]."""
IN_BOND_SHARE, INFORMAL_SHARE = 0.09, 0.03
LEAD_MEDIAN, LEAD_LN_SD = 2.5, 1.2
"""Filing ahead of the least time, in multiples of it [A]."""
AMENDED_SHARE, SEAL_MISMATCH_SHARE = 0.06, 0.012
SAMPLE_SIZE, N_SAMPLES = 2**16, 8
"""Trucks on which the mean of P(carrying) is set; its standard error is 0.1 % of the mean."""
LATTICE_STEP = {
    Purpose.CARRIER: math.sqrt(2.0),
    Purpose.FAST: math.sqrt(3.0),
    Purpose.LADEN: math.sqrt(5.0),
}
"""Irrational steps modulo 1: the multiples fill (0, 1) evenly, alone and jointly."""
SAMPLE_WEEK = Window(seed=0, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)


def draw_manifest(scenario: Scenario, window: Window) -> pd.DataFrame:
    """Draw the trucks of a window.

    Parameters
    ----------
    scenario : Scenario
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
        A trait that does not exist, or a service time that cannot be drawn.
    """
    times, draw = draw_arrivals(scenario, window)
    # 1. Who comes, and what they declare.
    columns = _visible(scenario, window, times, draw)
    # 2. The luck that they carry through the port.
    columns |= _luck(scenario, columns["fast"], draw)
    # 3. The truth, given the traits.
    own_ln_sd = threats.own_ln_sd(scenario.threat, columns["laden"])
    ln = _known_ln(scenario, columns) + own_ln_sd * normal(draw(Purpose.HIDDEN))
    p = threats.probability(ln, threat_base(scenario))
    columns |= threats.draw_threat(scenario.threat, p, columns["laden"], draw)
    columns |= {"truck": np.arange(times.size), "arrive_min": times}
    return pd.DataFrame({column.name: columns[column.name] for column in MANIFEST}, copy=False)


def _visible(scenario: Scenario, window: Window, times: FloatArray, draw: Draw) -> Arrays:
    columns = _calendar(window, times, draw)
    columns |= draw_parties(population_key(scenario), draw)
    columns |= _records(draw_population(scenario), columns)
    columns |= _goods(scenario, draw_population(scenario), columns, draw)
    return columns | _filing(columns, draw)


def _calendar(window: Window, times: FloatArray, draw: Draw) -> Arrays:
    day = (times / 1440.0).astype(np.int64)
    dates = window.dates()
    hour = times / 60.0 - 24.0 * day + SCHEDULE_SD_H * normal(draw(Purpose.SCHEDULE))
    return {
        "arrive_hour": np.clip(hour, 0.0, 23.999),
        "weekday": np.array([date.weekday() for date in dates]).take(day),
        "month": np.array([date.month for date in dates]).take(day),
    }


def _records(population: Population, columns: Arrays) -> Arrays:
    """Look up what is known of the carrier, its crew and the shipper (zeros for an empty truck)."""
    carriers, shippers = population.carriers, population.shippers
    carrier, shipper = columns["carrier"], columns["shipper"]
    padded = {
        name: np.append(getattr(shippers.past, name), 0.0).take(shipper, mode="wrap")
        for name in ("age_days", "crossings_12m", "exams_12m", "finds_5y")
    }
    return {
        "ctpat_carrier": carriers.ctpat.take(carrier),
        "carrier_age_days": carriers.past.age_days.take(carrier),
        "shipper_age_days": padded["age_days"],
        "carrier_crossings_12m": carriers.past.crossings_12m.take(carrier),
        "driver_crossings_12m": carriers.drivers.crossings_12m.take(columns["driver"]),
        "plate_crossings_12m": carriers.plates.crossings_12m.take(columns["plate"]),
        "shipper_entries_12m": padded["crossings_12m"],
        "carrier_exams_12m": carriers.past.exams_12m.take(carrier),
        "shipper_exams_12m": padded["exams_12m"],
        "carrier_finds_5y": carriers.past.finds_5y.take(carrier),
        "shipper_finds_5y": padded["finds_5y"],
    }


def _goods(scenario: Scenario, population: Population, columns: Arrays, draw: Draw) -> Arrays:
    """Draw what is declared of the cargo."""
    mix, laden, shippers = scenario.port.mix, columns["laden"], population.shippers
    shipper = np.maximum(columns["shipper"], 0)
    kind = shippers.commodity.take(shipper)
    ratio = np.where(laden, lognormal(draw(Purpose.WEIGHT), 1.0, WEIGHT_LN_SD), 1.0)
    usual = USUAL_WEIGHT_KG.take(kind)
    pieces = 1.0 + lognormal(draw(Purpose.PIECES), USUAL_PIECES, PIECES_LN_SD)
    value_z = math.sqrt(VALUE_SHIPPER_SHARE) * shippers.value_z.take(shipper)
    value_z += math.sqrt(1.0 - VALUE_SHIPPER_SHARE) * normal(draw(Purpose.VALUE))
    value = mix.value_median_usd * np.exp(mix.value_sigma * value_z)
    u = draw(Purpose.DENSITY)
    density = 0 + (u >= np.array(P_LOW_DENSITY).take(kind))
    density += u >= 1.0 - np.array(P_HIGH_DENSITY).take(kind)
    origin = shippers.origin_state.take(shipper)
    return {
        "commodity": np.where(laden, kind, -1),
        "density": density * laden,
        "hazmat": laden & (draw(Purpose.HAZMAT) < _p_hazmat(scenario).take(kind)),
        "pieces": pieces.astype(np.int64) * laden,
        "weight_kg": usual * ratio * laden,
        "weight_ratio": ratio,
        "value_usd": value * laden,
        "origin_state": np.where(
            laden, origin, population.carriers.home_state.take(columns["carrier"])
        ),
    }


def _p_hazmat(scenario: Scenario) -> FloatArray:
    """Return P(hazardous goods) by commodity, with the port's share over its laden trucks."""
    mix = scenario.port.mix
    shares = np.array([mix.commodity_share[name] for name in COMMODITIES])
    chance: FloatArray = mix.hazmat_share / np.dot(shares, HAZMAT_WEIGHT) * HAZMAT_WEIGHT
    return np.minimum(chance, 1.0)


def _filing(columns: Arrays, draw: Draw) -> Arrays:
    """Draw how the manifest was filed."""
    laden = columns["laden"]
    u = draw(Purpose.ENTRY_TYPE)
    entry = (u < IN_BOND_SHARE) + 2 * ((u >= IN_BOND_SHARE) & (u < IN_BOND_SHARE + INFORMAL_SHARE))
    least = np.where(columns["fast"], threats.MIN_LEAD_FAST_H, threats.MIN_LEAD_H)
    ahead = lognormal(draw(Purpose.LEAD_TIME), LEAD_MEDIAN, LEAD_LN_SD)
    return {
        "entry_type": np.where(laden, entry, 3),
        "lead_time_h": least * (1.0 + ahead),
        "amended": draw(Purpose.AMENDED) < AMENDED_SHARE,
        "seal_mismatch": laden & (draw(Purpose.SEAL) < SEAL_MISMATCH_SHARE),
    }


def _service(key: str, service: Service, u: FloatArray) -> FloatArray:
    try:
        return service_time(service, u)
    except ConfigError as error:
        raise error.under(f"{key}.service") from None


def _luck(scenario: Scenario, fast: NDArray[np.bool_], draw: Draw) -> Arrays:
    port, scanner = scenario.port, scenario.scanner
    u = draw(Purpose.SERVICE_PRIMARY)
    primary = np.empty(u.size)
    primary[fast] = _service("port.primary.fast", port.primary.fast_service, u[fast])
    primary[~fast] = _service("port.primary", port.primary.service, u[~fast])
    services = {
        "approach": ("port.approach", port.approach.service, Purpose.SERVICE_APPROACH),
        "portal": ("scanner.portal", scanner.portal.service, Purpose.SERVICE_PORTAL),
        "secondary": ("scanner.secondary", scanner.secondary.service, Purpose.SERVICE_SECONDARY),
        "dock": ("scanner.exam", scanner.exam.service, Purpose.SERVICE_DOCK),
        "analyst": ("scanner.analyst", scanner.analyst.service, Purpose.SERVICE_ANALYST),
    }
    luck: Arrays = {
        f"service_{station}_min": _service(key, service, draw(purpose))
        for station, (key, service, purpose) in services.items()
    }
    luck["service_primary_min"] = primary
    luck |= {name: draw(purpose) for name, purpose in UNIFORMS.items()}
    return luck | {name: normal(draw(purpose)) for name, purpose in NORMALS.items()}


UNIFORMS = {
    "u_tie": Purpose.TIE,
    "u_select": Purpose.SELECT,
    "u_floor": Purpose.FLOOR,
    "u_officer": Purpose.OFFICER,
    "u_order": Purpose.ORDER,
}
NORMALS = {
    "z_portal": Purpose.Z_PORTAL,
    "z_secondary": Purpose.Z_SECONDARY,
    "z_exam": Purpose.Z_EXAM,
    "z_concealment": Purpose.Z_CONCEALMENT,
}


def _known_ln(scenario: Scenario, columns: Arrays) -> FloatArray:
    firms = threats.firms_ln(scenario.threat, draw_population(scenario), columns)
    return firms + threats.visible_ln(scenario.threat, columns)


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A scenario that is equal to another if all that decides P(carrying) is."""

    key: str
    scenario: Scenario = field(compare=False)


def threat_base(scenario: Scenario) -> float:
    """Return the base of P(carrying) that gives the port's traffic its prevalence.

    Solved on a large fixed sample of the port's trucks of a week, keyed by
    ``traffic.population_seed``, and kept: the price, a quarter of a second, is paid once.
    """
    same_demand = replace(scenario.traffic, volume_scale=1.0)
    port = scenario.port
    key = repr((port.volume, port.hours, port.mix, same_demand, scenario.threat))
    return _base(_Keyed(key, replace(scenario, traffic=same_demand)))


@functools.lru_cache(maxsize=64)
def _base(keyed: _Keyed) -> float:
    scenario, threat = keyed.scenario, keyed.scenario.threat
    parts = [_sample(scenario, number) for number in range(N_SAMPLES)]
    known_ln, own_ln_sd = (np.concatenate(part) for part in zip(*parts, strict=True))
    return threats.solve_base(known_ln, own_ln_sd, threat.prevalence_per_truck)


def _sample(scenario: Scenario, number: int) -> tuple[FloatArray, FloatArray]:
    """Draw one part of the sample: what is known of P(carrying), and the spread of the rest.

    Firms matter most, so trucks go through the shippers in order, and a lattice gives each shipper
    its carriers, FAST and empty trucks evenly: the error is a quarter of a plain sample's.
    """
    place = np.arange(number, SAMPLE_SIZE * N_SAMPLES, N_SAMPLES, dtype=np.float64)

    def draw(purpose: Purpose) -> FloatArray:
        if purpose in LATTICE_STEP:
            lattice: FloatArray = place * LATTICE_STEP[purpose] % 1.0
            return np.maximum(lattice, 2.0**-54)
        key = (int(Purpose.SAMPLE), number, int(purpose))
        u = keyed_uniform(scenario.traffic.population_seed, key, SAMPLE_SIZE)
        if purpose is Purpose.SHIPPER:
            u = (place + u) / (SAMPLE_SIZE * N_SAMPLES)
        return u

    rates = rates_per_h(scenario, SAMPLE_WEEK)
    rates = rates if rates.sum() > 0.0 else np.ones_like(rates)
    times = times_at(rates, draw(Purpose.SAMPLE) * rates.sum())
    columns = _visible(scenario, SAMPLE_WEEK, times, draw)
    return _known_ln(scenario, columns), threats.own_ln_sd(scenario.threat, columns["laden"])

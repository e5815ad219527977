"""MANIFEST: one row a truck, drawn before anyone decides anything.

Everything that chance will ever do to a truck stands in its row: who it is, what is declared, how
long each station will need for it, how its images will look, and whether it carries. No policy,
queue or sensor setting changes a row.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import threat as threats
from sim.declared import Arrays, declare
from sim.errors import ConfigError
from sim.insider import helped
from sim.instruments import Service
from sim.partner import observe
from sim.population import NOTHING, Columns, draw_population
from sim.rows import Rows
from sim.scenario import Scenario
from sim.service_times import service_time
from sim.streams import (
    Draw,
    FloatArray,
    Purpose,
    keyed_uniform,
    normal,
)
from sim.tables import MANIFEST
from sim.traffic import draw_arrivals, rates_per_h, times_at
from sim.window import EVALUATION, Window

SAMPLE_SIZE, N_SAMPLES = 2**16, 8
"""Trucks on which the mean of P(carrying) is set; its standard error is 0.1 % of the mean.

How large the sample is and how it is laid out is numerical method, so it is no setting.
"""
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
        A service time that cannot be drawn.
    """
    times, draw = draw_arrivals(scenario, window)
    return draw_trucks(scenario, window, times, draw)


def draw_trucks(
    scenario: Scenario, window: Window, times: FloatArray, draw: Draw, given: Columns = NOTHING
) -> pd.DataFrame:
    """Draw all of MANIFEST but the arrivals and the visible columns that are given.

    Parameters
    ----------
    times : float array, shape (n,)
        Arrival times, increasing, within the window.
    draw : callable
        The luck of these n trucks.
    given : mapping of arrays, shape (n,)
        Visible columns that are known; see `sim.declared.declare`.
    """
    # 1. Who comes, and what they declare.
    columns = declare(scenario, window, times, draw, given)
    # 2. The luck that they carry through the port.
    columns |= _luck(scenario, columns["fast"], draw)
    # 3. The truth, given the traits.
    own_ln_sd = threats.own_ln_sd(scenario.threat, columns["laden"])
    ln = _known_ln(scenario, columns) + own_ln_sd * normal(draw(Purpose.HIDDEN))
    p = threats.probability(ln, threat_base(scenario))
    columns |= threats.draw_threat(scenario.threat, p, columns["laden"], draw)
    with_help = helped(scenario.insider, columns["true_carrying"], columns["u_help"])
    columns["true_insider_help"] = with_help
    # 4. What others say of it, given the truth.
    columns |= observe(scenario, columns, draw)
    columns |= {"truck": np.arange(times.size), "arrive_min": times}
    return Rows({column.name: columns[column.name] for column in MANIFEST}, copy=False)


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
        "origin": ("port.origin", port.origin.service, Purpose.SERVICE_ORIGIN),
        "approach": ("port.approach", port.approach.service, Purpose.SERVICE_APPROACH),
        "low_energy": (
            "scanner.low_energy",
            scanner.low_energy.service,
            Purpose.SERVICE_SIDE,
        ),
        "radiation": ("port.radiation", port.radiation.service, Purpose.SERVICE_RADIATION),
        "canine": ("scanner.canine", scanner.canine.service, Purpose.SERVICE_CANINE),
        "safety": ("port.safety", port.safety.service, Purpose.SERVICE_SAFETY),
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
    slow = scanner.portal.slow
    luck["service_portal_slow_min"] = (
        np.zeros(u.size)
        if slow is None
        else _service("scanner.portal.slow", slow.service, draw(Purpose.SERVICE_PORTAL_SLOW))
    )
    luck |= {name: draw(purpose) for name, purpose in UNIFORMS.items()}
    return luck | {name: normal(draw(purpose)) for name, purpose in NORMALS.items()}


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
NORMALS = {
    "z_portal": Purpose.Z_PORTAL,
    "z_secondary": Purpose.Z_SECONDARY,
    "z_exam": Purpose.Z_EXAM,
    "z_origin": Purpose.Z_ORIGIN,
    "z_low_energy": Purpose.Z_LOW_ENERGY,
    "z_machine": Purpose.Z_MACHINE,
    "z_canine": Purpose.Z_CANINE,
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
    columns = declare(scenario, SAMPLE_WEEK, times, draw)
    return _known_ln(scenario, columns), threats.own_ln_sd(scenario.threat, columns["laden"])

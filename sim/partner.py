"""Draws what others say of each truck: observations *of* the truth, with error, never its cause.

P(carrying | traits) is settled before anything here is drawn, so it stays known. Every item is
drawn twice from the same luck: as it reads for the truck as it is, and as it would read were the
truck carrying (``true_if_*``), because a probe asks what would have become of a load
(`sim.counterfactual`). Given that a truck carries, its items depend on nothing else of the load:
neither on what it is nor on how it is hidden.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.firms import look_up
from sim.population import draw_population
from sim.scenario import Scenario
from sim.sharing import IF, SHARED, Item
from sim.streams import BoolArray, Draw, FloatArray, Purpose, exponential, keyed_uniform, normal

Columns = Mapping[str, NDArray[Any]]
NO_TIP: Final = 0.0


class Readings(NamedTuple):
    """What an item would say of each truck: if clean, of a load, and where it is wrong."""

    clean: FloatArray
    load: FloatArray
    wrong: FloatArray


def observe(scenario: Scenario, columns: Columns, draw: Draw) -> dict[str, FloatArray]:
    """Return the shared columns of trucks whose truth is drawn, and the same were they carrying.

    Parameters
    ----------
    columns : mapping of arrays, shape (n,)
        ``laden``, ``shipper``, ``lead_time_h`` and ``true_carrying``.
    draw : callable
        The trucks' luck.

    Returns
    -------
    dict of float arrays, shape (n,)
        `sim.sharing.SHARED`, and each with `sim.sharing.IF` before its name. NaN where an item did
        not arrive in time; no tip is 0.
    """
    found: dict[str, FloatArray] = {}
    for name, _, _, _, tier in SHARED:
        absent = NO_TIP if tier == "tip" else np.nan
        clean, loaded = _both(scenario, name, columns, draw, absent)
        found[name] = np.where(columns["true_carrying"], loaded, clean)
        found[IF + name] = loaded
    return found


def _both(
    scenario: Scenario, name: str, columns: Columns, draw: Draw, absent: float
) -> tuple[FloatArray, FloatArray]:
    """Return one item as it reads of each truck if clean, and if carrying."""
    item, fate, delay = _item(scenario, name)
    n = columns["laden"].size
    if item.completeness_share == 0.0:
        nothing = np.full(n, absent)
        return nothing, nothing
    sent = item.completeness_share
    u = draw(fate)
    in_time = exponential(draw(delay), item.delay_mean_h) < columns["lead_time_h"]
    here = (u < sent) & in_time & _speaks_of(scenario, name, columns)
    readings = _READ[name](scenario, columns, draw)
    # one uniform decides what becomes of the item: wrong, held back, leaked, or true
    v = u / sent
    wrong = item.error_share
    held = wrong + (1.0 - wrong) * item.withheld_share
    leaked = held + (1.0 - held) * item.p_leak
    clean = np.where(v < wrong, readings.wrong, readings.clean)
    loaded = np.where((v < wrong) | (v >= held) & (v < leaked), readings.wrong, readings.load)
    kept = here & ((v < wrong) | (v >= held))
    return np.where(here, clean, absent), np.where(kept, loaded, absent)


def _item(scenario: Scenario, name: str) -> tuple[Item, Purpose, Purpose]:
    sharing = scenario.sharing
    items: dict[str, tuple[Item, Purpose, Purpose]] = {
        "partner_weight_gap": (sharing.declaration, Purpose.GAP_FATE, Purpose.GAP_DELAY),
        "partner_scan_z": (sharing.scan, Purpose.PARTNER_SCAN_FATE, Purpose.PARTNER_SCAN_DELAY),
        "partner_certified": (
            sharing.certification,
            Purpose.CERTIFIED_FATE,
            Purpose.CERTIFIED_DELAY,
        ),
        "partner_dwell_h": (sharing.dwell, Purpose.DWELL_FATE, Purpose.DWELL_DELAY),
        "tip": (sharing.tip, Purpose.TIP_FATE, Purpose.TIP_DELAY),
    }
    return items[name]


def _speaks_of(scenario: Scenario, name: str, columns: Columns) -> BoolArray:
    """Return the trucks of which there is such an item: empty ones declare and pack nothing."""
    laden: BoolArray = columns["laden"]
    if name == "partner_weight_gap":
        return laden
    if name == "partner_certified":
        known: BoolArray = (columns["shipper"] >= 0) & laden
        return known & (columns["shipper"] < scenario.traffic.n_shippers)
    return np.ones(laden.size, dtype=np.bool_)


def _gap(scenario: Scenario, columns: Columns, draw: Draw) -> Readings:
    del columns
    of, z = scenario.sharing.declaration, normal(draw(Purpose.GAP_VALUE))
    clean = of.gap_ln_sd * z
    return Readings(clean, of.gap_carrying_ln_sd * z, clean)


def _scan(scenario: Scenario, columns: Columns, draw: Draw) -> Readings:
    del columns
    z = normal(draw(Purpose.PARTNER_SCAN_VALUE))
    return Readings(z, z + scenario.sharing.scan.d_prime, z)


def _dwell(scenario: Scenario, columns: Columns, draw: Draw) -> Readings:
    del columns
    of, u = scenario.sharing.dwell, draw(Purpose.DWELL_VALUE)
    clean = exponential(u, of.mean_h)
    return Readings(clean, exponential(u, of.mean_carrying_h), clean)


def _certified(scenario: Scenario, columns: Columns, draw: Draw) -> Readings:
    """Return 1 where the shipper's plant is certified; a wrong one is any other plant's."""
    of, traffic = scenario.sharing.certification, scenario.traffic
    firm_z = normal(
        keyed_uniform(
            traffic.population_seed, (int(Purpose.SHIPPER_CERTIFIED),), traffic.n_shippers
        )
    )
    latent = draw_population(scenario).shippers.past.latent
    r = of.latent_correlation
    audit = math.sqrt(1.0 - r * r) * firm_z - r * latent
    passed = (audit > special.ndtri(1.0 - of.certified_share)).astype(np.float64)
    certified = look_up(passed, columns["shipper"])
    other = (draw(Purpose.CERTIFIED_VALUE) < of.certified_share).astype(np.float64)
    return Readings(certified, certified, other)


def _tip(scenario: Scenario, columns: Columns, draw: Draw) -> Readings:
    """Return the precision that a tip states of itself where there is one."""
    del columns
    of, u = scenario.sharing.tip, draw(Purpose.TIP_VALUE)
    p_false = of.p_false(scenario.threat.prevalence_per_truck)
    clean = np.where(u < p_false, of.precision_share, NO_TIP)
    return Readings(clean, np.where(u < of.recall_share, of.precision_share, NO_TIP), clean)


_READ: Final = {
    "partner_weight_gap": _gap,
    "partner_scan_z": _scan,
    "partner_certified": _certified,
    "partner_dwell_h": _dwell,
    "tip": _tip,
}

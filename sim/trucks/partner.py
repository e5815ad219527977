"""Draws what others say of each truck: observations *of* the truth, with error, never its cause.

P(carrying | traits) is settled before anything here is drawn, so it stays known. Every item is
drawn twice from the same luck: as it reads for the truck as it is, and as it would read were the
truck carrying (``true_if_*``), because a probe asks what would have become of a load
(`sim.trucks.counterfactual`). Given that a truck carries, its items depend on nothing else of the load:
neither on what it is nor on how it is hidden.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.arrays import BoolArray, FloatArray
from sim.frames import LazyColumns
from sim.setting.setting import Setting
from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS, SharedItem
from sim.trucks.firms import look_up_firm
from sim.trucks.population import draw_population
from sim.trucks.streams import Draw, Purpose, exponential_quantiles, keyed_uniforms, normal_quantiles

Columns = Mapping[str, NDArray[Any]]
NO_TIP: Final = 0.0


class ItemReadings(NamedTuple):
    """What an item would say of each truck: if clean, of a load, and where it is wrong."""

    clean: FloatArray
    load: FloatArray
    wrong: FloatArray


def add_shared_columns(columns: LazyColumns, setting: Setting, draw: Draw) -> None:
    """Add the shared columns of trucks whose truth is drawn, and the same were they carrying.

    Parameters
    ----------
    columns : LazyColumns
        Holds ``laden``, ``shipper``, ``lead_time_h`` and ``true_carrying`` [n]; gets `SHARED_ITEMS`, and each with
        `IF_CARRYING_PREFIX` before its name. NaN where an item did not arrive in time; no tip is 0.
    draw : callable
        The trucks' luck.
    """
    for name, _, _, _, tier in SHARED_ITEMS:
        absent, loaded = NO_TIP if tier == "tip" else np.nan, IF_CARRYING_PREFIX + name
        columns.add_together((name, loaded), functools.partial(_as_it_reads, setting, name, columns, draw, absent))


def _as_it_reads(setting: Setting, name: str, columns: Columns, draw: Draw, absent: float) -> dict[str, FloatArray]:
    """Return one item of each truck as it is, and were it carrying."""
    clean, loaded = _both(setting, name, columns, draw, absent)
    return {name: np.where(columns["true_carrying"], loaded, clean), IF_CARRYING_PREFIX + name: loaded}


def _both(setting: Setting, name: str, columns: Columns, draw: Draw, absent: float) -> tuple[FloatArray, FloatArray]:
    """Return one item as it reads of each truck if clean, and if carrying."""
    part, fate, delay, read = _ITEMS[name]
    item: SharedItem = getattr(setting.sharing, part)
    n = columns["laden"].size
    if item.completeness_share == 0.0:
        nothing = np.full(n, absent)
        return nothing, nothing
    sent = item.completeness_share
    u = draw(fate)
    in_time = exponential_quantiles(draw(delay), item.delay_mean_h) < columns["lead_time_h"]
    here = (u < sent) & in_time & _speaks_of(setting, name, columns)
    readings = read(setting, columns, draw)
    # one uniform decides what becomes of the item: wrong, held back, leaked, or true
    v = u / sent
    wrong = item.error_share
    held = wrong + (1.0 - wrong) * item.withheld_share
    leaked = held + (1.0 - held) * item.p_leak
    clean = np.where(v < wrong, readings.wrong, readings.clean)
    loaded = np.where((v < wrong) | (v >= held) & (v < leaked), readings.wrong, readings.load)
    kept = here & ((v < wrong) | (v >= held))
    return np.where(here, clean, absent), np.where(kept, loaded, absent)


def _speaks_of(setting: Setting, name: str, columns: Columns) -> BoolArray:
    """Return the trucks of which there is such an item: empty ones declare and pack nothing."""
    laden: BoolArray = columns["laden"]
    if name == "partner_weight_gap":
        return laden
    if name == "partner_certified":
        known: BoolArray = (columns["shipper"] >= 0) & laden
        return known & (columns["shipper"] < setting.traffic.n_shippers)
    return np.ones(laden.size, dtype=np.bool_)


def _gap(setting: Setting, columns: Columns, draw: Draw) -> ItemReadings:
    del columns
    of, z = setting.sharing.declaration, normal_quantiles(draw(Purpose.GAP_VALUE))
    clean = of.gap_ln_sd * z
    return ItemReadings(clean, of.gap_carrying_ln_sd * z, clean)


def _scan(setting: Setting, columns: Columns, draw: Draw) -> ItemReadings:
    del columns
    z = normal_quantiles(draw(Purpose.PARTNER_SCAN_VALUE))
    return ItemReadings(z, z + setting.sharing.scan.d_prime, z)


def _dwell(setting: Setting, columns: Columns, draw: Draw) -> ItemReadings:
    del columns
    of, u = setting.sharing.dwell, draw(Purpose.DWELL_VALUE)
    clean = exponential_quantiles(u, of.mean_h)
    return ItemReadings(clean, exponential_quantiles(u, of.mean_carrying_h), clean)


def _certified(setting: Setting, columns: Columns, draw: Draw) -> ItemReadings:
    """Return 1 where the shipper's plant is certified; a wrong one is any other plant's."""
    of, traffic = setting.sharing.certification, setting.traffic
    firm_z = normal_quantiles(
        keyed_uniforms(traffic.population_seed, (int(Purpose.SHIPPER_CERTIFIED),), traffic.n_shippers)
    )
    latent = draw_population(setting).shippers.past.latent
    r = of.latent_correlation
    audit = math.sqrt(1.0 - r * r) * firm_z - r * latent
    passed = (audit > special.ndtri(1.0 - of.certified_share)).astype(np.float64)
    certified = look_up_firm(passed, columns["shipper"])
    other = (draw(Purpose.CERTIFIED_VALUE) < of.certified_share).astype(np.float64)
    return ItemReadings(certified, certified, other)


def _tip(setting: Setting, columns: Columns, draw: Draw) -> ItemReadings:
    """Return the precision that a tip states of itself where there is one."""
    del columns
    of, u = setting.sharing.tip, draw(Purpose.TIP_VALUE)
    p_false = of.p_false(setting.threat.prevalence_per_truck)
    clean = np.where(u < p_false, of.precision_share, NO_TIP)
    return ItemReadings(clean, np.where(u < of.recall_share, of.precision_share, NO_TIP), clean)


_ITEMS: Final = {
    "partner_weight_gap": ("declaration", Purpose.GAP_FATE, Purpose.GAP_DELAY, _gap),
    "partner_scan_z": ("scan", Purpose.PARTNER_SCAN_FATE, Purpose.PARTNER_SCAN_DELAY, _scan),
    "partner_certified": ("certification", Purpose.CERTIFIED_FATE, Purpose.CERTIFIED_DELAY, _certified),
    "partner_dwell_h": ("dwell", Purpose.DWELL_FATE, Purpose.DWELL_DELAY, _dwell),
    "tip": ("tip", Purpose.TIP_FATE, Purpose.TIP_DELAY, _tip),
}
"""Field of ``sharing`` of each item, the streams of its fate and its delay, and what it reads."""

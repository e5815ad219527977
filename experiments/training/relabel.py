"""One past labeled anew: the same trucks, the same selections; truth, alarms and finds of another set of assumptions.

    1  truth    P(carrying) of every inspected truck under the set's threat; who carries
    2  alarms   of the sensors that it met, at the set's operating points
    3  finds    whom an alarm sent to the dock is opened; the exam finds the load, or does not
    4  labels   what a port would learn from: `models.fitted.Examples`

Whom the rules, the random fill and the officers picked stays as it was; so does how full docks were (by their share of
trucks turned away). Chance is the truck's own, keyed by the set and by purpose, whatever the set's threat is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from experiments.training.common_past import MET, CommonPast, FeatureGrid, trait_table
from experiments.training.past_practice import history_weeks
from experiments.training.simulated_history import (
    LEARN_EVERY_CLEAN,
    NO_SEIZURE,
    ORACLE_EVERY_CLEAN,
    draw_feature_sample,
    inverse_alarm_weight,
    portal_hit_share,
)
from models.features import PARTNER_FEATURES, feature_values
from models.fitted import Examples
from sim.arrays import BoolArray, Float32Array, FloatArray, IntArray
from sim.errors import ModelError
from sim.frames import LazyColumns, LazyFrame
from sim.policies.registry import threat_image_share
from sim.scenario import Scenario
from sim.sensors import OperatingPoints, auto_clear_z, operating_points, sensor_alarms
from sim.setting.threat import TRAIT_NAMES
from sim.setting.window import RELABELED, Window
from sim.stations import STATION
from sim.trucks.manifest import NORMALS, threat_base
from sim.trucks.partner import add_shared_columns
from sim.trucks.streams import Purpose, draw_uniforms, normal_quantiles
from sim.trucks.threat import add_threat, carrying_probability, firms_ln_odds, truck_ln_odds_sd

Luck = Callable[[int], FloatArray]
"""A purpose gives the uniforms of all inspected trucks."""


def relabeled_examples(common: CommonPast, past: Scenario, labels: str, place: int) -> tuple[Examples, Float32Array]:
    """Return what a port would learn of the common past, and its trucks without labels, raw features [m, width].

    Parameters
    ----------
    common : CommonPast
        The trucks.
    past : Scenario
        Today's practice at their port under the set's threat, scanners and sharing; its ``risk.tier`` says whether
        the partner's items are learnt from.
    labels : str
        ``opened``, or ``oracle``: the truth of every truck that the portal scanned, weighted for those that it did not.
    place : int
        Number of the set: its trucks' luck.

    Raises
    ------
    ModelError
        Nothing was seized in these years.
    """
    n, risk = len(common.rows), past.risk
    window = Window(
        seed=risk.history_seed, epoch=RELABELED, replication=place, start_date=risk.history_start_date, days=7
    )
    luck = functools.cache(lambda purpose: draw_uniforms(window, purpose, n))
    p_carrying = relabeled_p_carrying(common, past, luck)
    loads = np.flatnonzero(luck(Purpose.CARRYING) < p_carrying)
    points = _operating_points(common, past, p_carrying)
    share = common.rows["share"].to_numpy().astype(np.float64)
    if labels == "oracle":
        rows, label, weight = _all_scanned(common, loads, share)
        prior = float((label * weight).sum()) / common.trucks
    else:
        opened, seized, alarmed = _opened(common, past, points, luck, loads)
        rows, label, weight = _thinned(np.flatnonzero(opened), seized[opened])
        worth = inverse_alarm_weight(share, portal_hit_share(past, points))
        found = float(worth[seized & alarmed].sum()) or float(seized.sum())
        prior = found / common.trucks
    if not label.any():
        raise ModelError(NO_SEIZURE)
    raw, sample = _features(common, past, luck, loads, rows)
    year = common.rows["year"].to_numpy()[rows].astype(np.int64)
    return Examples(raw=raw, label=label, weight=weight, year=year, prior=prior), sample


def relabeled_p_carrying(common: CommonPast, past: Scenario, luck: Luck) -> FloatArray:
    """Return P(carrying) of every inspected truck (n) under the past's threat; see `sim.trucks.threat`."""
    threat = past.threat
    odds = np.array([threat.trait_ln_odds.get(name, 0.0) for name in TRAIT_NAMES])
    ln = (trait_table() @ odds)[common.rows["traits"].to_numpy()]
    ln += firms_ln_odds(threat, common.rows["firms"].to_numpy().astype(np.float64))
    ln += truck_ln_odds_sd(threat, ~common.has_trait("empty")) * normal_quantiles(luck(Purpose.HIDDEN))
    return carrying_probability(ln, threat_base(past))


def _operating_points(common: CommonPast, past: Scenario, p_carrying: FloatArray) -> OperatingPoints:
    scanned = common.met("portal")
    per_day = float(scanned.sum()) / (7.0 * history_weeks(past.risk))
    p_threat = float(p_carrying[scanned].mean()) if scanned.any() else 0.0
    return operating_points(past, threat_image_share(past, per_day, p_threat))


def _opened(
    common: CommonPast, past: Scenario, points: OperatingPoints, luck: Luck, loads: IntArray
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Return who is opened, whose load is found, and who alarmed at the portal (n each)."""
    of_loads = sensor_alarms(past, points, _loads(common, past, luck, loads))
    sent, at_portal = np.zeros((2, len(common.rows)), dtype=bool)
    for name in MET[1:]:
        if past.servers(name) == 0:
            continue
        alarm = luck(STATION[name].noise[0]) > ndtr(points.threshold(name))
        alarm[loads] = of_loads[name]
        if name == "portal":
            cleared = luck(Purpose.Z_MACHINE) < ndtr(auto_clear_z(past))
            cleared[loads] = of_loads["auto_clear"]
            at_portal = alarm & ~cleared & common.met(name)
            alarm = at_portal
        sent |= alarm & common.met(name)
    sent &= luck(Purpose.DOCK_ROOM) < common.opened_share
    left = common.met("origin")
    seized = np.zeros(len(common.rows), dtype=bool)
    seized[loads] = sent[loads] & of_loads["exam_find"] | left[loads] & of_loads["origin_find"]
    return sent | left, seized, at_portal


def _loads(common: CommonPast, past: Scenario, luck: Luck, loads: IntArray) -> LazyFrame:
    """Return the columns of MANIFEST that sensors ask for, of the trucks that carry (m)."""

    def draw(purpose: int) -> FloatArray:
        return luck(purpose)[loads]

    m = len(loads)
    columns = LazyColumns(
        {
            "true_carrying": np.ones(m, dtype=bool),
            "true_insider_help": np.zeros(m, dtype=bool),
            "laden": ~common.has_trait("empty")[loads],
            "density": common.values("density", loads).astype(np.int64),
        }
    )
    add_threat(columns, past.threat, draw)
    for name, purpose in NORMALS.items():
        columns.add(name, lambda of=purpose: normal_quantiles(draw(of)))  # type: ignore[misc]
    return LazyFrame(columns, list(columns), m)


def _thinned(opened: IntArray, seized: BoolArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the rows learnt from, their labels and weights: every find, and a part of the others."""
    kept = seized | (np.cumsum(~seized) % LEARN_EVERY_CLEAN == 0)
    label = seized[kept].astype(np.float64)
    return opened[kept], label, np.where(label > 0.0, 1.0, float(LEARN_EVERY_CLEAN))


def _all_scanned(common: CommonPast, loads: IntArray, share: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return loads and a part of the clean trucks among the scanned, each for those like it that were not."""
    scanned, carrying = common.met("portal"), np.zeros(len(share), dtype=bool)
    carrying[loads] = True
    clean = scanned & ~carrying
    rows = np.flatnonzero(scanned & carrying | clean & (np.cumsum(clean) % ORACLE_EVERY_CLEAN == 0))
    label = carrying[rows].astype(np.float64)
    return rows, label, np.where(label > 0.0, 1.0, float(ORACLE_EVERY_CLEAN)) / share[rows]


def _features(
    common: CommonPast, past: Scenario, luck: Luck, loads: IntArray, rows: IntArray
) -> tuple[Float32Array, Float32Array]:
    """Return the raw features of some trucks, and of the sample; the partner's items as they read of the new truth."""
    raw = common.grid.raw(common.codes(rows))
    if past.risk.tier == "own":
        return raw, common.sample
    carrying = np.zeros(len(common.rows), dtype=bool)
    carrying[loads] = True
    columns = LazyColumns(
        {
            "true_carrying": carrying[rows],
            "laden": ~common.has_trait("empty")[rows],
            "shipper": common.rows["shipper"].to_numpy()[rows].astype(np.int64),
            "lead_time_h": common.values("lead_time_h", rows).astype(np.float64),
        }
    )
    add_shared_columns(columns, past, lambda purpose: luck(purpose)[rows])
    items = LazyFrame(columns, list(columns), len(rows))
    read = np.column_stack([feature_values(items, feature) for feature in PARTNER_FEATURES])
    sample = draw_feature_sample(past)
    grid = FeatureGrid.of(sample[:, len(common.grid.levels) :], PARTNER_FEATURES)
    return np.column_stack([raw, grid.raw(grid.codes(read))]), sample

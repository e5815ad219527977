"""Whom today's practice inspected: the trucks that a redrawn set labels anew."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from experiments.training import simulated_history
from experiments.training.cache import model_folders
from experiments.training.common_past import MET, MOST_VALUES, FeatureGrid, inspected_rows, trait_table
from experiments.training.past_practice import port_before_change
from models.features import feature_matrix, transformed_features, visible_part
from models.fitted import FittedRisk
from models.registry import make_risk_model
from sim.engine.kernel import loop
from sim.engine.ledger import build_ledger
from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.setting.threat import TRAIT_NAMES
from sim.stations import SERVED
from sim.trucks.threat import visible_ln_odds


@pytest.fixture(scope="module")
def past(make_scenario: Callable[..., Scenario]) -> Scenario:
    scenario = make_scenario("threat.prevalence_per_truck=0.006", "traffic.volume_scale=0.1", "risk=boosted")
    return port_before_change(scenario.risk, scenario)


@pytest.fixture(scope="module")
def sample(past: Scenario) -> np.ndarray:
    return simulated_history.draw_feature_sample(past)


def test_a_grid_keeps_what_has_few_values_and_rounds_the_rest_within_the_bins_of_trees(sample: np.ndarray) -> None:
    grid = FeatureGrid.of(sample)
    rounded = grid.raw(grid.codes(sample))
    for place in range(sample.shape[1]):
        if len(np.unique(sample[:, place])) <= MOST_VALUES // 2:
            assert np.array_equal(rounded[:, place], sample[:, place])
        ranks = np.argsort(np.argsort(sample[:, place], kind="stable"), kind="stable")
        order = np.argsort(ranks)
        assert (np.diff(rounded[order, place]) >= 0.0).all()
    values = transformed_features(rounded)
    assert max(len(np.unique(values[:, place])) for place in range(values.shape[1])) <= MOST_VALUES + 1


def test_rows_are_of_the_trucks_that_met_a_sensor_and_hold_their_traits(past: Scenario, sample: np.ndarray) -> None:
    rules = FittedRisk.without_labels("rules", make_risk_model(past.risk), sample)
    window = simulated_history.week_window(past.risk, 0)
    days = draw_window_trucks(past, past_window(window))
    plan = make_plan(past, days, rules.score(visible_part(days)))
    manifest = draw_window_trucks(past, window)
    scores = rules.score(manifest)
    flow, _ = Replication(past, window, manifest, scores, plan).flow()
    ledger = build_ledger(flow, loop.run(flow), manifest)
    grid = FeatureGrid.of(sample)
    part = simulated_history.draw_opened_week(past, rules, plan, 0, grid)
    assert part.inspected is not None
    rows, met = inspected_rows(manifest, ledger)
    assert len(rows) == len(part.inspected)
    assert np.array_equal(met, part.inspected["met"])
    portal = (ledger["portal_done"] == SERVED) & ~ledger["ordered"]
    assert np.array_equal(np.flatnonzero(portal), rows[met >> MET.index("portal") & 1 == 1])
    opened = set(np.flatnonzero(ledger["opened"] & ~ledger["ordered"]))
    assert opened <= set(rows.tolist())
    odds = np.array([past.threat.trait_ln_odds[name] for name in TRAIT_NAMES])
    seen = {name: manifest[name].to_numpy()[rows] for name in visible_part(manifest)}
    of_bits = (trait_table() @ odds)[part.inspected["traits"]]
    np.testing.assert_allclose(of_bits, visible_ln_odds(past.threat, seen), atol=1e-12)
    codes = grid.codes(feature_matrix(visible_part(manifest).iloc[rows]))
    assert np.array_equal(part.inspected[[f"f{k}" for k in range(codes.shape[1])]].to_numpy(), codes)


def test_whom_the_port_inspected_does_not_hang_on_labels_or_tier(make_scenario: Callable[..., Scenario]) -> None:
    one = make_scenario("risk=boosted", "sharing=partner")
    risks = [dataclasses.replace(one.risk, **change) for change in ({}, {"tier": "partner"}, {"labels": "oracle"})]
    folders = [model_folders(risk, one) for risk in risks]
    assert len({folder.history for folder in folders}) == 3
    assert len({folder.inspected for folder in folders[:2]}) == 1

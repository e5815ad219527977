"""The stages of a week and model c under pytest-benchmark: ``make bench-pytest``.

The name keeps it out of the default run. ``--benchmark-autosave`` keeps a run, and
``--benchmark-compare`` holds the next one to it.
"""

from __future__ import annotations

from typing import Any

import pytest
from ports import FlatScorer

from experiments.benchmarks.model_c import draw_model_c_trucks, model_c_flow
from experiments.study.study import build_study
from models import compiled_trees
from models.base import thread_pool_controller
from models.features import feature_matrix, transformed_features, visible_part
from models.registry import make_risk_model
from sim import replication
from sim.engine.kernel import feed_forward, loop
from sim.engine.ledger import build_ledger
from sim.results.expected_detection import expected_detection
from sim.results.metrics import measure_replication
from sim.results.profiles import collect_profiles


class Week:
    """A week of World Trade Bridge, every stage done once."""

    def __init__(self) -> None:
        asked = build_study([], "bench")
        self.scenario, self.window = asked.alternatives[asked.baseline], asked.window(0)
        self.manifest = self.draw()
        self.scores = FlatScorer().score(self.manifest)
        self.plan = replication.make_plan(self.scenario, self.manifest, self.scores)
        self.flow, self.capacity = self.choose()
        self.record = self.run()
        self.ledger = self.lay_out()
        self.detection = self.probe()

    def draw(self) -> Any:
        return replication.draw_window_trucks(self.scenario, self.window)

    def choose(self) -> Any:
        return replication.Replication(self.scenario, self.window, self.manifest, self.scores, self.plan).flow()

    def run(self) -> Any:
        return loop.run(self.flow, self.scenario.policy.route, self.scenario.policy.profile)

    def lay_out(self) -> Any:
        return build_ledger(self.flow, self.record, self.manifest)

    def probe(self) -> Any:
        points, full = self.plan.points, self.record.full
        return expected_detection(self.scenario, points, self.manifest, self.ledger, full, self.flow)

    def measure(self) -> Any:
        parts = (self.manifest, self.ledger, self.capacity, self.detection)
        return measure_replication(self.scenario, self.window, *parts)

    def profile(self) -> Any:
        return collect_profiles(self.ledger, self.window)

    def whole(self) -> Any:
        manifest = self.draw()
        scores = FlatScorer().score(manifest)
        return replication.Replication(self.scenario, self.window, manifest, scores, self.plan).run_metrics()


@pytest.fixture(scope="module")
def week() -> Week:
    return Week()


@pytest.mark.parametrize("stage", ["draw", "choose", "run", "lay_out", "probe", "measure", "profile", "whole"])
@pytest.mark.benchmark(group="a week of World Trade Bridge")
def test_stage(benchmark: Any, week: Week, stage: str) -> None:
    benchmark.extra_info["trucks"] = len(week.manifest)
    assert benchmark(getattr(week, stage)) is not None


@pytest.mark.parametrize("way", ["scikit-learn", "compiled"])
@pytest.mark.benchmark(group="boosted trees, a week")
def test_scores(benchmark: Any, week: Week, way: str) -> None:
    raw = feature_matrix(visible_part(week.manifest))
    label = (week.manifest["true_p_carrying"] > 3e-4).to_numpy().astype(int)
    risk = build_study(["risk=boosted"], "bench").alternatives["todays_practice"].risk
    trees, values = make_risk_model(risk).fit(raw, label).trees_, transformed_features(raw)  # type: ignore[attr-defined]
    ensemble = compiled_trees.lay_out_trees(trees)
    assert ensemble is not None
    ways = {
        "scikit-learn": lambda: trees.decision_function(values),
        "compiled": lambda: compiled_trees.sum_trees(ensemble, values),
    }
    with thread_pool_controller().limit(limits=1):
        scores = benchmark(ways[way])
    assert (scores == trees.decision_function(values)).all()


@pytest.mark.parametrize("way", ["events", "recursion"])
@pytest.mark.benchmark(group="model c, 100,000 trucks")
def test_model_c(benchmark: Any, way: str) -> None:
    flow = model_c_flow(draw_model_c_trucks(100_000, 1))
    run = {"events": loop.run_events, "recursion": feed_forward.run_feed_forward}[way]
    assert benchmark(lambda: run(flow)) is not None

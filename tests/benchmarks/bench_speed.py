"""The stages of a week and model c under pytest-benchmark: ``make bench-pytest``.

The name keeps it out of the default run. ``--benchmark-autosave`` keeps a run, and
``--benchmark-compare`` holds the next one to it.
"""

from __future__ import annotations

from typing import Any

import pytest
from ports import FlatScorer

from experiments import pipeline
from experiments.load import study
from experiments.model_c import draw, flow_of
from models import tree_sum
from models.base import threads
from models.features import matrix, signals, visible_part
from models.risk import make
from sim import compiled, recursion
from sim.ledger import table
from sim.metrics import measure
from sim.probe import expected_detection
from sim.profiles import collect


class Week:
    """A week of World Trade Bridge, every stage done once."""

    def __init__(self) -> None:
        asked = study([], "bench")
        self.scenario, self.window = asked.alternatives[asked.baseline], asked.window(0)
        self.manifest = self.draw()
        self.scores = FlatScorer().score(self.manifest)
        self.plan = pipeline.make_plan(self.scenario, self.manifest, self.scores)
        self.flow, self.capacity = self.choose()
        self.record = self.run()
        self.ledger = self.lay_out()
        self.detection = self.probe()

    def draw(self) -> Any:
        return pipeline.trucks(self.scenario, self.window)

    def choose(self) -> Any:
        return pipeline.flow_of(self.scenario, self.window, self.manifest, self.scores, self.plan)

    def run(self) -> Any:
        return compiled.run(self.flow, self.scenario.policy.route, self.scenario.policy.profile)

    def lay_out(self) -> Any:
        return table(self.flow, self.record, self.manifest)

    def probe(self) -> Any:
        points, full = self.plan.points, self.record.full
        return expected_detection(
            self.scenario, points, self.manifest, self.ledger, full, self.flow
        )

    def measure(self) -> Any:
        parts = (self.manifest, self.ledger, self.capacity, self.detection)
        return measure(self.scenario, self.window, *parts)

    def profile(self) -> Any:
        return collect(self.ledger, self.window)

    def whole(self) -> Any:
        manifest = self.draw()
        scores = FlatScorer().score(manifest)
        return pipeline.measured(self.scenario, self.window, manifest, scores, self.plan)


@pytest.fixture(scope="module")
def week() -> Week:
    return Week()


@pytest.mark.parametrize(
    "stage", ["draw", "choose", "run", "lay_out", "probe", "measure", "profile", "whole"]
)
@pytest.mark.benchmark(group="a week of World Trade Bridge")
def test_stage(benchmark: Any, week: Week, stage: str) -> None:
    benchmark.extra_info["trucks"] = len(week.manifest)
    assert benchmark(getattr(week, stage)) is not None


@pytest.mark.parametrize("way", ["scikit-learn", "compiled"])
@pytest.mark.benchmark(group="boosted trees, a week")
def test_scores(benchmark: Any, week: Week, way: str) -> None:
    raw = matrix(visible_part(week.manifest))
    label = (week.manifest["true_p_carrying"] > 3e-4).to_numpy().astype(int)
    risk = study(["risk=boosted"], "bench").alternatives["todays_practice"].risk
    trees, values = make(risk).fit(raw, label).trees_, signals(raw)  # type: ignore[attr-defined]
    ensemble = tree_sum.tree_sum(trees)
    assert ensemble is not None
    ways = {
        "scikit-learn": lambda: trees.decision_function(values),
        "compiled": lambda: tree_sum.added_up(ensemble, values),
    }
    with threads().limit(limits=1):
        scores = benchmark(ways[way])
    assert (scores == trees.decision_function(values)).all()


@pytest.mark.parametrize("way", ["events", "recursion"])
@pytest.mark.benchmark(group="model c, 100,000 trucks")
def test_model_c(benchmark: Any, way: str) -> None:
    flow = flow_of(draw(100_000, 1))
    run = {"events": compiled.run_events, "recursion": recursion.run}[way]
    assert benchmark(lambda: run(flow)) is not None

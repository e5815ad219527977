from __future__ import annotations

import pytest
from ports import TruthScorer, window_of

from experiments.study.study import compose_scenario
from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.results.metrics import RATIOS, TUNING_MEASURES


@pytest.mark.parametrize(
    "overrides",
    [
        ["policy=top_share"],
        ["policy=no_referral", "port.origin.share=0.2", "port.origin.servers=4"],
        ["policy=scan_everything", "port.closing=divert"],
    ],
)
def test_levels_are_those_of_metrics_to_the_last_bit(overrides: list[str]) -> None:
    scenario, window = compose_scenario(overrides), window_of(2)
    past, manifest = draw_window_trucks(scenario, past_window(window)), draw_window_trucks(scenario, window)
    scorer = TruthScorer()
    plan = make_plan(scenario, past, scorer.score(past))
    one = (scenario, window, manifest, scorer.score(manifest), plan)
    whole, few = Replication(*one).run_metrics().metrics, Replication(*one).run_levels().metrics
    assert few["crossing_p95_min"] == whole["crossing_p95_min"]
    for name in TUNING_MEASURES:
        assert few[name] == whole[name]
        assert few[RATIOS[name].numerator] == whole[RATIOS[name].numerator]
        assert few[RATIOS[name].denominator] == whole[RATIOS[name].denominator]

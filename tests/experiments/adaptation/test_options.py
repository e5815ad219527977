"""Options: what one week says of each adds up to what the week says of all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import blind_plan, flat_scores, window_of

from experiments.adaptation.options import Margin, Options
from experiments.study.study import compose_scenario
from sim.replication import GroupedOutcome, Replication, draw_window_trucks
from sim.setting.contraband import CONTRABAND

EVERY: tuple[Margin, ...] = ("front", "day_part", "concealment")


@pytest.fixture(scope="module", params=["port=pharr", "port=world_trade_bridge insider=baseline"])
def replication(request: pytest.FixtureRequest) -> Replication:
    scenario = compose_scenario(request.param.split())
    manifest = draw_window_trucks(scenario, window_of(1))
    return Replication(scenario, window_of(1), manifest, flat_scores(manifest), blind_plan(scenario))


def _run(replication: Replication, options: Options) -> GroupedOutcome:
    return replication.run_by_group(options.group_of, options.groups)


@pytest.mark.parametrize("margins", [EVERY, ("day_part",), ("concealment", "front")])
def test_options_add_up_to_the_detection_of_the_replication(
    replication: Replication, margins: tuple[Margin, ...]
) -> None:
    options = Options(margins)
    outcome, totals, _ = _run(replication, options)
    prices = options.prices(totals)
    assert len(prices.loads) == len(options.names())
    assert prices.loads.sum() == pytest.approx(outcome.detection.weight, rel=1e-9)
    assert prices.caught.sum() == pytest.approx(outcome.detection.caught, rel=1e-9)
    chosen = prices.loads > 0.0
    assert chosen.any()
    assert np.isnan(prices.detection[~chosen]).all()
    assert ((prices.detection[chosen] >= 0.0) & (prices.detection[chosen] <= 1.0)).all()
    overall = prices.shares[chosen] @ prices.detection[chosen]
    assert overall == pytest.approx(outcome.metrics["detection_expected"], rel=1e-9)


def test_taking_the_probes_apart_changes_no_metric(replication: Replication) -> None:
    plain, grouped = replication.run_metrics().metrics, _run(replication, Options(EVERY)).outcome.metrics
    assert list(plain) == list(grouped)
    assert np.array_equal([plain[name] for name in plain], [grouped[name] for name in plain], equal_nan=True)


def test_types_of_contraband_add_up_too(replication: Replication) -> None:
    options = Options(("front",))
    outcome, totals, _ = _run(replication, options)
    fentanyl = options.prices(totals, ["fentanyl"])
    by_type = outcome.detection
    assert fentanyl.loads.sum() == pytest.approx(by_type.weight_by_type[CONTRABAND.index("fentanyl")], rel=1e-9)
    assert fentanyl.caught.sum() == pytest.approx(by_type.caught_by_type[CONTRABAND.index("fentanyl")], rel=1e-9)


def test_each_truck_is_of_one_kind() -> None:
    trucks = pd.DataFrame(
        {"fast": [True, False, False], "laden": [True, True, False], "arrive_hour": [0.0, 12.5, 23.99]}
    )
    assert Options(("front",)).group_of(trucks).tolist() == [0, 1, 2]
    assert Options(("day_part",)).group_of(trucks).tolist() == [0, 2, 3]
    assert Options(("front", "day_part")).group_of(trucks).tolist() == [0, 6, 11]
    assert Options(("concealment",)).group_of(trucks).tolist() == [0, 0, 0]


@pytest.mark.parametrize("margins", [(), ("front", "front"), ("port",)])
def test_margins_that_are_none_are_refused(margins: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="margins"):
        Options(margins)  # type: ignore[arg-type]

"""The queue that is expected of queue-aware scanning, against theory and against runs."""

from __future__ import annotations

import numpy as np
import pytest
from ports import TruthScorer, window_of

from experiments.study.study import compose_scenario
from sim.algorithms.queueing import MOST_WAITING, mmc_wait_min, p_queue_below, queue_length_distribution
from sim.replication import Replication, draw_window_trucks, make_plan, past_window


@pytest.mark.parametrize(("per_h", "mu", "c"), [(20.0, 30.0, 1), (100.0, 30.0, 4), (5.0, 12.0, 2)])
def test_sending_that_never_gives_way_is_mmc(per_h: float, mu: float, c: int) -> None:
    law = queue_length_distribution(np.array([per_h]), mu, c, float(MOST_WAITING), always_share=1.0)
    mean = float(law[0] @ np.arange(law.shape[1]))
    assert mean == pytest.approx(per_h * mmc_wait_min(per_h, mu, c) / 60.0, rel=1e-6)


def test_no_arrivals_leave_no_queue_and_overload_fills_it() -> None:
    law = queue_length_distribution(np.array([0.0, 1e6]), 30.0, 2, 5.0)
    assert law.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert law[0, 0] == 1.0
    assert law[1, -1] > 0.99
    assert p_queue_below(law, np.array([0, 1]), np.array([5.0, 5.0])) == pytest.approx([1.0, law[1, :5].sum()])


@pytest.mark.parametrize(
    ("share", "stop", "servers", "floor"),
    [(0.5, 4.0, 1, 0.0), (0.4, 10.0, 2, 0.0), (0.27, 12.0, 4, 0.0), (0.6, 8.0, 2, 0.05)],
)
def test_the_scan_share_is_expected_as_it_comes(share: float, stop: float, servers: int, floor: float) -> None:
    """Within 4 points of a week of the port, where the quiet day may be 30 points off."""
    scenario = compose_scenario(
        [
            "policy=queue_aware",
            f"policy.share={share}",
            f"policy.stop_queue_trucks={stop}",
            f"policy.random_floor_share={floor}",
            f"port.portal.servers={servers}",
        ]
    )
    window, scorer = window_of(7), TruthScorer()
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    manifest = draw_window_trucks(scenario, window)
    found = Replication(scenario, window, manifest, scorer.score(manifest), plan).run().metrics
    assert plan.expected.scan_share == pytest.approx(found["scan_rate"], abs=0.04)
    assert plan.expected.scan_share < share + floor


def test_without_a_portal_nobody_is_scanned() -> None:
    none = [f"port.{station}.servers=0" for station in ("portal", "analyst", "secondary")]
    scenario = compose_scenario(["policy=queue_aware", *none])
    before = draw_window_trucks(scenario, past_window(window_of(1)))
    plan = make_plan(scenario, before, TruthScorer().score(before))
    assert plan.expected.scan_share == 0.0

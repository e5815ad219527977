"""Scans moved between ways: one budget, nobody above 1, and the same trucks where nothing moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.adaptation.options import Options
from experiments.adaptation.rules.scans_by_way import luck_of, scans_by_way, shares_within
from experiments.study.study import compose_scenario
from sim.policies.base import PastTraffic

SIZES = st.lists(st.floats(0.01, 10.0), min_size=3, max_size=3)


@given(SIZES, SIZES, st.floats(0.01, 1.0))
def test_the_budget_is_spent_and_no_share_is_above_1(effort: list[float], traffic: list[float], budget: float) -> None:
    shares = shares_within(effort, traffic, budget)
    weights = np.array(traffic) / sum(traffic)
    assert ((shares >= 0.0) & (shares <= 1.0)).all()
    assert float(weights @ shares) == pytest.approx(budget, abs=1e-9)


def test_a_way_without_trucks_takes_no_scans() -> None:
    assert shares_within([1.0, 1.0, 1.0], [0.5, 0.5, 0.0], 0.3).tolist() == pytest.approx([0.3, 0.3, 0.0])


@pytest.mark.parametrize("policy", ["random_share", "todays_practice"])
def test_one_share_for_all_ways_chooses_the_same_trucks(policy: str) -> None:
    numbers = np.random.default_rng(2)
    n = 2000
    columns = {name: numbers.uniform(size=n) for name in ("u_select", "u_floor", "u_tie")}
    trucks = pd.DataFrame(
        columns
        | {"fast": numbers.uniform(size=n) < 0.3, "laden": numbers.uniform(size=n) < 0.7}
        | {"arrive_hour": numbers.uniform(0.0, 24.0, n)}
    )
    scores = pd.DataFrame({"risk_score": numbers.uniform(size=n)})
    past = PastTraffic(numbers.uniform(size=n), columns["u_tie"], np.zeros(n), 1000.0)
    asked = compose_scenario([f"policy={policy}"]).policy
    ways = Options(("front", "day_part"))
    luck = luck_of(asked)
    assert luck is not None
    moved = scans_by_way(asked, np.full(12, luck), ways)
    assert np.array_equal(moved.choose(trucks, scores, past), asked.choose(trucks, scores, past))
    uneven = scans_by_way(asked, np.where(np.arange(12) < 4, 1.0, 0.0), ways)
    assert uneven.choose(trucks, scores, past)[trucks["fast"].to_numpy()].all()


def test_policies_without_random_selection_have_nothing_to_move() -> None:
    assert luck_of(compose_scenario(["policy=top_share"]).policy) is None

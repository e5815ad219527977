"""Figures at a stated confidence."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from experiments.funding.uncertainty.headline import figure_at_confidence, headline_of, point_of_draws, share_of_draws


def draws(n: int = 100) -> pd.DataFrame:
    number = np.arange(1.0, n + 1.0)
    rows = {"ask_usd": number, "cost_usd": 2.0 * number, "npv0_usd": number - 60.0, "loads": 1.0}
    rows |= {
        "break_even_usd": 60.0 - number,
        "user_benefit_usd": 3.0 * number - 60.0,
        "ask_then_year_usd": 10.0 * number,
    }
    own = pd.DataFrame(rows | {"alternative": "more"})
    return pd.concat([own, own.assign(alternative="today", ask_usd=0.0)], ignore_index=True)


def test_a_figure_has_the_percentile_of_the_planners_own() -> None:
    found = figure_at_confidence(draws(), "more", "ask_usd", 6.0)
    assert (found.planned_percentile, found.p50.value, found.p80.value, found.mean) == (6.0, 50.0, 80.0, 50.5)
    assert found.draws == 100


def test_any_column_of_the_draws_can_be_asked_for() -> None:
    found = figure_at_confidence(draws(), "more", "ask_then_year_usd", 60.0)
    assert (found.planned_percentile, found.p80.value) == (6.0, 800.0)


def test_draws_without_a_break_even_stand_above_all_others() -> None:
    table = draws().assign(break_even_usd=lambda t: t["break_even_usd"].where(t["ask_usd"] <= 70.0, np.inf))
    found = figure_at_confidence(table, "more", "break_even_usd", math.nan)
    assert found.p80.value == math.inf
    assert math.isfinite(found.p50.value)
    assert math.isnan(found.mean)
    assert math.isnan(found.planned_percentile)


def test_intervals_of_percentiles_cover_them() -> None:
    rng = np.random.default_rng(1)
    covered = [one.low <= 0.8 <= one.high for one in (point_of_draws(rng.random(200), 0.8) for _ in range(600))]
    # order statistics cover at least 95 %; three standard errors
    assert np.mean(covered) >= 0.95 - 3.0 * (0.95 * 0.05 / 600) ** 0.5


def test_a_headline_says_how_often_the_budget_holds_and_it_pays() -> None:
    planned = {"ask_usd": 90.0, "ask_then_year_usd": 300.0, "npv0_usd": -20.0, "break_even_usd": 20.0}
    found = headline_of(draws(), "more", planned)
    assert list(found.figures) == list(planned)
    assert found.budget_holds.share == 0.3
    assert found.pays.share == 0.4
    assert found.pays_at_planned_break_even is not None
    assert found.pays_at_planned_break_even.share == 0.61
    assert headline_of(draws(), "more", planned, usd_per_load=20.0).pays.share == 0.6
    assert headline_of(draws(), "more", planned | {"break_even_usd": math.nan}).pays_at_planned_break_even is None


@pytest.mark.parametrize(("holds", "share"), [([True] * 50, 1.0), ([False] * 50, 0.0)])
def test_shares_have_intervals_that_end_within_nought_and_one(holds: list[bool], share: float) -> None:
    found = share_of_draws(holds)
    assert found.share == share
    assert 0.0 <= found.low < found.high <= 1.0

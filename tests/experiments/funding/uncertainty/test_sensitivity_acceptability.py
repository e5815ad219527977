"""Curves of acceptability on the worked example, whose figures are stated, and their identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as extra
from worked_example import MILLION, appraise, replications

from experiments.economics.cost_effectiveness import DrawOutcomes
from experiments.funding.uncertainty.sensitivity import (
    acceptability_table,
    break_even_values,
    draw_intervals_table,
    perfect_information_table,
    sweep_points,
)

PRICES = [0.0, 30_000.0, 40_000.0, 50_000.0, 60_000.0, 100_000.0]


@pytest.fixture(scope="module")
def outcomes() -> DrawOutcomes:
    """Replications in the place of draws: only the arithmetic is at stake."""
    return DrawOutcomes.of([appraise(one, "A0", 0.07) for one in replications()])


def test_acceptability_is_that_of_the_example(outcomes: DrawOutcomes) -> None:
    table = acceptability_table(outcomes, PRICES).pivot(
        index="usd_per_load", columns="alternative", values="acceptability"
    )
    found = table["A4"].round(4).tolist()
    assert [*found[:4], found[-1]] == [0.1667, 0.3333, 0.5, 0.6667, 1.0]
    assert (table["A1"] == 0.0).all()
    assert table.sum(axis=1).tolist() == pytest.approx([1.0] * len(PRICES))


def test_information_is_that_of_the_example(outcomes: DrawOutcomes) -> None:
    table = perfect_information_table(outcomes, PRICES).set_index("usd_per_load")
    stated = {30_000.0: 2.879, 40_000.0: 4.177, 50_000.0: 3.199, 60_000.0: 2.210, 100_000.0: 0.0}
    for price, worth in stated.items():
        assert table.loc[price, "evpi_usd"] / MILLION == pytest.approx(worth, rel=2e-4, abs=1e-9)
    assert table["best"].tolist() == ["A0", "A0", "A0", "A4", "A4", "A4"]


@settings(deadline=None)
@given(extra.arrays(np.float64, (7, 3), elements=st.floats(-1e8, 1e8)))
def test_losses_and_shares_fit_together(npv0: np.ndarray) -> None:
    some = DrawOutcomes(("a", "b", "c"), npv0, np.zeros((7, 3)), np.array([0.0, 1.0, 2.0]))
    table = acceptability_table(some, [0.0])
    assert table["acceptability"].sum() == pytest.approx(1.0)
    assert (table["expected_loss_usd"] >= 0.0).all()
    best = table[table["best"]].iloc[0]
    assert best["expected_loss_usd"] == pytest.approx(table["expected_loss_usd"].min(), abs=1e-3)
    assert perfect_information_table(some, [0.0])["evpi_usd"][0] == best["expected_loss_usd"]


def test_break_evens_have_their_edge_cases() -> None:
    npv0 = np.array([-10.0, 10.0, -10.0, 10.0, 0.0])
    loads = np.array([2.0, 2.0, 0.0, 0.0, -1.0])
    assert break_even_values(npv0, loads).tolist() == [5.0, -5.0, np.inf, -np.inf, -np.inf]


def test_intervals_count_draws_without_a_break_even() -> None:
    npv0 = np.array([[0.0, -10.0], [0.0, -20.0], [0.0, -30.0], [0.0, 5.0]])
    loads = np.array([[0.0, 2.0], [0.0, -1.0], [0.0, 3.0], [0.0, 1.0]])
    some = DrawOutcomes(("none", "one"), npv0, loads, np.array([0.0, 1.0]))
    table = draw_intervals_table(some, np.full(4, 100.0), np.full(4, 0.06), "none").set_index("alternative")
    row = table.loc["one"]
    assert row["pays_share"] == 0.25
    assert row["best_share"] == 0.25
    assert row["no_break_even_share"] == 0.25
    assert row["break_even_p50_usd"] == 5.0
    assert np.isnan(row["break_even_p95_usd"])
    # thresholds -5, 5 and 10 dollars of 100 a load: two are at most 6%
    assert row["not_replaced_enough_share"] == 0.5
    assert np.isnan(table.loc["none", "break_even_p50_usd"])


def test_the_sweep_holds_zero_and_every_break_even() -> None:
    assert sweep_points([100.0, 0.0], [40.0, None, -3.0, float("inf")]) == [0.0, 40.0, 100.0]

"""What must hold for any study: identities of discounting, worth, break-even and acceptability."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from worked_example import Case, replications

from experiments.economics.appraisal import PresentWorth, appraise
from experiments.economics.cost_effectiveness import (
    DrawOutcomes,
    Harm,
    break_even_threshold,
    break_even_usd_per_load,
    decide_at_value,
    loads_after_displacement,
)
from experiments.economics.discounting import annualised, annuity, discount_factors, present_value
from experiments.funding.request import read_economic_option
from sim.errors import ConfigError

HARM = read_economic_option(Harm, "harm", "opioids")
RATES = st.floats(-0.5, 0.5)
MONEY = st.floats(-1e9, 1e9)
WORTHS = st.builds(
    PresentWorth,
    years=st.integers(1, 40),
    rate=st.sampled_from([0.02, 0.03, 0.07, 0.10]),
    capital=st.floats(1e3, 1e9),
    cost=st.floats(1e3, 1e9),
    user_benefit=MONEY,
    loads=st.floats(-1e4, 1e4),
)
PRICES = st.one_of(st.none(), st.floats(0.0, 1e7))


@given(RATES, st.integers(0, 40))
def test_an_annuity_is_its_sum(rate: float, years: int) -> None:
    factors = discount_factors(rate, years)
    assert annuity(rate, years) == pytest.approx(float(factors[1:].sum()), rel=1e-6)


@given(MONEY, st.floats(0.0, 0.5), st.integers(1, 40))
def test_a_level_sum_is_worth_what_it_was_made_from(amount: float, rate: float, years: int) -> None:
    level = annualised(amount, rate, years)
    assert present_value(rate, [0.0, *[level] * years]) == pytest.approx(amount, rel=1e-6)


def test_a_rate_that_makes_no_sense() -> None:
    with pytest.raises(ConfigError, match=r"^appraisal\.discount_rate: must be above -1"):
        annuity(-1.0, 5)
    with pytest.raises(ConfigError, match=r"^appraisal\.years: must be at least 1"):
        annualised(1.0, 0.07, 0)


@given(WORTHS)
def test_at_break_even_nothing_is_left(worth: PresentWorth) -> None:
    threshold = break_even_usd_per_load(worth)
    if worth.loads <= 0.0:
        assert threshold is None
        return
    assert threshold is not None
    assume(np.isfinite(threshold))
    size = abs(worth.user_benefit) + abs(worth.cost)
    assert worth.npv(threshold) == pytest.approx(0.0, abs=1e-9 * size)
    assert (threshold <= 0.0) == (worth.npv0 >= 0.0)


@given(WORTHS)
def test_half_the_loads_need_twice_the_value(worth: PresentWorth) -> None:
    assume(worth.loads > 1e-3)
    half = dataclasses.replace(worth, loads=loads_after_displacement(worth.loads, 0.5))
    first, second = break_even_threshold(worth, HARM), break_even_threshold(half, HARM)
    assert second.usd_per_load == pytest.approx(2.0 * (first.usd_per_load or 0.0))
    assert second.not_replaced_share == pytest.approx(2.0 * (first.not_replaced_share or 0.0))
    assert second.deaths_per_y == first.deaths_per_y, "the gap itself is money"


@given(WORTHS, PRICES)
def test_both_ratios_exceed_one_exactly_when_the_option_pays(worth: PresentWorth, price: float | None) -> None:
    size = abs(worth.user_benefit) + worth.cost + (price or 0.0) * abs(worth.loads)
    assume(abs(worth.npv(price)) > 1e-9 * size)
    assume(abs(worth.npv(price)) > 1e-9 * worth.capital)
    pays = worth.npv(price) > 0.0
    for ratio in (worth.dot_ratio(price), worth.life_cycle_ratio(price)):
        assert ratio is not None
        assert (ratio > 1.0) == pays


@pytest.mark.parametrize("spent", [0.0, -5.0])
def test_a_ratio_over_nothing_is_undefined_and_not_infinite(spent: float) -> None:
    worth = PresentWorth(20, 0.07, spent, spent, 10.0, 1.0)
    assert worth.dot_ratio(None) is None
    assert worth.life_cycle_ratio(None) is None


def test_more_loads_are_no_lives_where_none_are_found() -> None:
    worth = PresentWorth(20, 0.07, 1.0, 1e6, 0.0, 0.0)
    found = break_even_threshold(worth, HARM)
    assert (found.usd_per_load, found.not_replaced_share) == (None, None)
    assert found.deaths_per_y > 0.0


def test_harm_of_a_load_without_drugs_is_no_threshold() -> None:
    none = dataclasses.replace(HARM, pure_kg_per_load=0.0)
    assert break_even_threshold(Case().worths()["A4"], none).not_replaced_share is None
    with pytest.raises(ConfigError, match=r"^not_replaced_low_share: above"):
        dataclasses.replace(HARM, not_replaced_low_share=0.9)
    with pytest.raises(ConfigError, match=r"^displaced_share: must be between 0 and 1"):
        loads_after_displacement(1.0, 1.5)


@pytest.mark.parametrize("price", [None, 0.0, 4e4, 3e5])
def test_the_mean_of_replications_is_the_result_of_the_means(price: float | None) -> None:
    draws = [appraise(found, "A0", 0.07) for found in replications()]
    whole = Case().worths()
    for name in ("A1", "A4"):
        mean = np.mean([draw[name].npv(price) for draw in draws])
        assert mean == pytest.approx(whole[name].npv(price), rel=1e-9)


TABLES = st.integers(1, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.tuples(st.integers(-9, 9), st.integers(-5, 5)), min_size=n, max_size=n), min_size=1, max_size=8
    )
)


@given(TABLES, st.floats(0.0, 10.0))
def test_acceptability_adds_up_and_knowing_is_never_worth_less_than_nothing(
    table: list[list[tuple[int, int]]], price: float
) -> None:
    draws = [
        {
            f"o{i}": PresentWorth(20, 0.07, 1.0, float(i), float(i + npv0), float(loads))
            for i, (npv0, loads) in enumerate(row)
        }
        for row in table
    ]
    outcomes = DrawOutcomes.of(draws)
    found = decide_at_value(outcomes, price)
    assert found.acceptability.sum() == pytest.approx(1.0)
    assert found.perfect_information >= -1e-12
    assert found.perfect_information == pytest.approx(float(found.expected_loss.min()))
    best = outcomes.benefit(price).mean(axis=0).max()
    assert outcomes.benefit(price).max(axis=1).mean() - best == pytest.approx(found.perfect_information, abs=1e-9)
    if len(table) == 1:
        assert found.perfect_information == pytest.approx(0.0, abs=1e-12)
        assert found.frontier == 1.0


def test_ties_go_to_the_cheaper() -> None:
    same = {"dear": PresentWorth(20, 0.07, 1.0, 9.0, 9.0, 0.0), "cheap": PresentWorth(20, 0.07, 1.0, 2.0, 2.0, 0.0)}
    found = decide_at_value(DrawOutcomes.of([same]), 5.0)
    assert found.best == "cheap"
    assert found.acceptability.tolist() == [0.0, 1.0]

"""The chosen set with its runner-up, prices of limits and sentences, on a case done by hand."""

from __future__ import annotations

from dataclasses import fields

import pytest
from test_allocation import MILLION, TWO, limits

from experiments.funding.portfolio import Portfolio, portfolio
from sim.errors import ConfigError


def test_every_table_is_listed_once() -> None:
    frames = [field.name for field in fields(Portfolio) if field.type == "pd.DataFrame"]
    values = {field.name: field.name for field in fields(Portfolio)}
    assert list(Portfolio(**values).tables()) == frames  # type: ignore[arg-type]


def test_a_budget_picks_two_small_ones_and_says_what_comes_next() -> None:
    found = portfolio(TWO, limits(total=10.0, ceiling=None), "npv", None)
    chosen = found.options[found.options["chosen"]]
    assert list(chosen["option"]) == ["small", "small"]
    assert found.value == pytest.approx(9.0 * MILLION)
    assert found.runner_up_value == pytest.approx(6.0 * MILLION)
    runner_up = found.options[found.options["runner_up"]]
    assert list(runner_up["option"]) == ["small", "none"]
    assert found.why == (
        "Chosen: small at north, small at south: 13.0 more loads, net present value without them "
        "9.0 m USD, initial spending 10.0 m USD.",
        "Without limits it would be large at north, small at south, which exceeds total budget by "
        "7.0 m USD.",
        "Runner-up: small at north, none at south; it keeps all limits and is worth 3,000,000 USD "
        "of net present value less.",
    )


def test_a_step_of_the_budget_is_solved_again() -> None:
    found = portfolio(TWO, limits(total=16.0), "npv", None)
    row = found.shadow.set_index("constraint").loc["total budget"]
    # a tenth more lets the large one and the south's small one in: 10 + 3 for 10
    assert row["step"] == pytest.approx(1.6 * MILLION)
    assert row["gain_of_step"] == pytest.approx((13.0 - 10.0) * MILLION)
    assert row["used"] == pytest.approx(12.0 * MILLION)
    assert row["relaxed_price"] == pytest.approx(4.0 / 7.0)


def test_budgets_are_a_ladder() -> None:
    found = portfolio(TWO, limits(total=10.0), "loads", None).budgets
    assert found["objective"].is_monotonic_increasing
    assert (found["spend_usd"] <= found["budget_usd"] * (1 + 1e-9)).all()


def test_spending_is_that_of_the_chosen() -> None:
    found = portfolio(TWO, limits(total=10.0), "npv", None)
    assert found.spending.groupby("year")["usd"].sum().tolist() == pytest.approx(
        [10.0 * MILLION, 1.0 * MILLION, 1.0 * MILLION]
    )


def test_what_cannot_be_met_is_one_line() -> None:
    with pytest.raises(ConfigError) as refused:
        portfolio(TWO, limits(ceiling=None, units=None, total=-1.0), "npv", None)
    assert "\n" not in str(refused.value)
    assert "total budget" in str(refused.value)


def test_one_option_a_port_leaves_no_runner_up() -> None:
    found = portfolio(TWO[:1], limits(), "npv", None)
    assert found.runner_up_value is None
    assert found.why[1:] == (
        "No limit binds: without any the choice is the same.", "No other set keeps the limits."
    )  # fmt: skip

"""The chosen set with its runner-up, prices of limits and sentences, on a case done by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hand_portfolio import MILLION, TWO, limits

from experiments.funding.portfolio.best_set import Portfolio, best_portfolio
from sim.errors import ConfigError


def test_every_table_is_listed_once() -> None:
    frames = [field.name for field in fields(Portfolio) if field.type == "pd.DataFrame"]
    values = {field.name: field.name for field in fields(Portfolio)}
    assert list(Portfolio(**values).tables()) == frames  # type: ignore[arg-type]


def test_a_budget_picks_two_small_ones_and_says_what_comes_next() -> None:
    found = best_portfolio(TWO, limits(total=10.0, ceiling=None), "npv", None)
    chosen = found.options[found.options["chosen"]]
    assert list(chosen["option"]) == ["small", "small"]
    assert found.value == pytest.approx(9.0 * MILLION)
    assert found.runner_up_value == pytest.approx(6.0 * MILLION)
    runner_up = found.options[found.options["runner_up"]]
    assert list(runner_up["option"]) == ["small", "none"]
    assert found.why == (
        "Chosen: small at north, small at south: 13.0 more loads, net present value without them "
        "9.0 m USD, initial spending 10.0 m USD.",
        "Without limits it would be large at north, small at south, which exceeds the limits: "
        "total budget by 7.0 m USD.",
        "Runner-up: small at north, none at south; it keeps all limits and is worth 3,000,000 USD "
        "of net present value less.",
    )


def test_a_step_of_the_budget_is_solved_again() -> None:
    found = best_portfolio(TWO, limits(total=16.0), "npv", None)
    row = found.shadow.set_index("constraint").loc["total budget"]
    # a million more lets the large one and the south's small one in: 10 + 3 for 10
    assert row["step"] == pytest.approx(1.0 * MILLION)
    assert row["gain_of_step"] == pytest.approx((13.0 - 10.0) * MILLION)
    assert row["loss_of_step"] == 0.0
    assert row["used"] == row["holds_from"] == pytest.approx(12.0 * MILLION)
    assert row["next_better_at"] == pytest.approx(17.0 * MILLION)
    assert row["gain_there"] == pytest.approx(3.0 * MILLION)
    assert row["relaxed_price"] == pytest.approx(4.0 / 7.0)
    # options split: from both small ones (9 for 10) to the large and the small (13 for 17)
    assert row["relaxed_low"] == pytest.approx(10.0 * MILLION)
    assert row["relaxed_high"] == pytest.approx(17.0 * MILLION)


def test_the_frontier_has_every_budget_at_which_the_best_set_changes() -> None:
    found = best_portfolio(TWO, limits(total=10.0), "npv", None).budgets
    assert (found["budget_usd"] / MILLION).tolist() == pytest.approx([0.0, 5.0, 10.0, 12.0, 17.0])
    assert (found["objective"] / MILLION).tolist() == pytest.approx([0.0, 6.0, 9.0, 10.0, 13.0])
    assert found["now"].tolist() == [False, False, True, False, False]
    assert best_portfolio(TWO, limits(), "npv", None).budgets["budget_usd"].tolist() == pytest.approx(
        found["budget_usd"].tolist()
    )


def test_sets_are_ranked_and_say_where_they_differ() -> None:
    found = best_portfolio(TWO, limits(total=10.0), "npv", None).sets
    assert found["behind"].is_monotonic_increasing
    assert found["differs"].tolist() == [
        "",
        "none instead of small at south",
        "none instead of small at north",
        "none instead of small at north; none instead of small at south",
    ]


def test_a_tie_goes_to_the_cheaper_and_says_so() -> None:
    dear = replace(TWO[1], name="dear", cost_usd=TWO[1].cost_usd + MILLION)
    for options in ([TWO[0], dear, TWO[1]], [TWO[0], TWO[1], dear]):
        found = best_portfolio(options, limits(), "npv", None)
        assert found.options.loc[found.options["chosen"], "option"].tolist() == ["small"]
        assert found.why[-1] == (
            "Runner-up: dear at north; it keeps all limits and is worth the same, but costs 1.0 m "
            "USD more over its life."
        )


def test_no_money_buys_nothing_and_enough_money_buys_the_best_of_every_port() -> None:
    none = best_portfolio(TWO, limits(total=0.0), "npv", None)
    assert none.options.loc[none.options["chosen"], "option"].tolist() == ["none", "none"]
    enough = best_portfolio(TWO, limits(total=17.0), "npv", None)
    assert enough.options.loc[enough.options["chosen"], "option"].tolist() == ["large", "small"]
    assert "No limit is binding: without any the choice is the same." in enough.why


def test_the_solver_says_that_the_set_is_proved() -> None:
    found = best_portfolio(TWO, limits(total=10.0), "npv", None).solved
    assert found.proven
    assert found.gap == 0.0


def test_spending_is_that_of_the_chosen() -> None:
    found = best_portfolio(TWO, limits(total=10.0), "npv", None)
    assert found.spending.groupby("year")["usd"].sum().tolist() == pytest.approx(
        [10.0 * MILLION, 1.0 * MILLION, 1.0 * MILLION]
    )


def test_what_cannot_be_met_is_one_line() -> None:
    with pytest.raises(ConfigError) as refused:
        best_portfolio(TWO, limits(ceiling=None, units=None, total=-1.0), "npv", None)
    assert "\n" not in str(refused.value)
    assert "total budget" in str(refused.value)


def test_one_option_a_port_leaves_no_runner_up() -> None:
    found = best_portfolio(TWO[:1], limits(), "npv", None)
    assert found.runner_up_value is None
    assert found.why[1:] == (
        "No limit is binding: without any the choice is the same.",
        "No other set keeps the limits.",
    )

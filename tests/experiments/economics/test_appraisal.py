"""Present values against the baseline, and every appraisal that is refused."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked_example import YEARS, Case, net

from experiments.economics import appraisal
from experiments.economics.appraisal import (
    Appraisal,
    PresentWorth,
    appraise,
    internal_rate_of_return,
    payback_year,
    project_returns,
)
from experiments.economics.discounting import present_value
from experiments.funding.request import read_economic_option
from sim.errors import ConfigError

DOT = read_economic_option(Appraisal, "appraisal", "dot")


def test_the_baseline_is_worth_nothing() -> None:
    found = appraise(Case().alternatives(), "A0", 0.07)["A0"]
    assert (found.cost, found.user_benefit, found.loads) == (0.0, 0.0, 0.0)
    assert found.dot_ratio(None) is None
    assert found.life_cycle_ratio(None) is None


def test_against_another_baseline_everything_is_a_difference() -> None:
    alternatives = Case().alternatives()
    first, second = (appraise(alternatives, base, 0.07) for base in ("A0", "A1"))
    for price in (None, 3e5):
        gap = first["A4"].npv(price) - first["A1"].npv(price)
        assert second["A4"].npv(price) == pytest.approx(gap)


@pytest.mark.parametrize("baseline", [None, "", "none"])
def test_a_missing_baseline_is_refused(baseline: str | None) -> None:
    with pytest.raises(ConfigError, match=r"^baseline: every appraisal needs its no-build") as found:
        appraise(Case().alternatives(), baseline, 0.07)
    assert "\n" not in str(found.value)


def test_alternatives_are_alike_in_what_they_count() -> None:
    alternatives = Case().alternatives()
    four = alternatives["A4"]
    for changed, message in [
        (dataclasses.replace(four, view="carrier"), "the carrier view beside the dot view"),
        (dataclasses.replace(four, loads=four.loads[:-1]), "series of different lengths"),
        (
            dataclasses.replace(four, cost=dataclasses.replace(four.cost, price_year=2024)),
            "2024 dollars in a study of 2023 dollars",
        ),
    ]:
        with pytest.raises(ConfigError) as found:
            appraise({**alternatives, "A4": changed}, "A0", 0.07)
        assert str(found.value).startswith(f"alternatives.A4: {message}")


def test_no_value_of_a_load_is_no_value() -> None:
    worth = Case().worths()["A4"]
    assert DOT.interdiction_usd_per_load is None
    assert worth.npv(None) == worth.npv0 == worth.npv(0.0)
    assert worth.loads > 0.0
    twice = dataclasses.replace(worth, loads=2.0 * worth.loads)
    for measure in (
        PresentWorth.npv,
        PresentWorth.annualised_net,
        PresentWorth.dot_ratio,
        PresentWorth.life_cycle_ratio,
    ):
        assert measure(twice, None) == measure(worth, None), "loads are no money"
    defaults = [
        parameter.default
        for _, function in inspect.getmembers(appraisal, inspect.isfunction)
        for name, parameter in inspect.signature(function).parameters.items()
        if name == "usd_per_load"
    ]
    assert defaults
    assert set(defaults) == {inspect.Parameter.empty}, "whoever prices loads says so"


def test_the_net_flow_is_what_is_discounted() -> None:
    worth = Case().worths()["A4"]
    for price in (None, 3e5):
        assert present_value(0.07, net("A4", price)) == pytest.approx(worth.npv(price))
        level = np.full(YEARS, worth.annualised_net(price))
        assert present_value(0.07, [0.0, *level]) == pytest.approx(worth.npv(price))


def test_payback() -> None:
    assert payback_year(net("A4", 3e5)) == 3
    assert payback_year(net("A4", 3e5), 0.07) == 4
    assert payback_year(net("A4", None), 0.07) is None


@pytest.mark.parametrize(
    ("amounts", "year"),
    [
        ([0.0, -1.0, -1.0], None),  # ordered a year late, never paid back
        ([0.0, -1.0, 2.0], 2),
        ([0.0, 0.0, -4.0, 3.0, 1.0], 4),
        ([-10.0, 12.0, -5.0, 4.0], 3),  # paid back, bought again, paid back for good
        ([-10.0, 12.0, -5.0], None),
        ([5.0, -3.0, 1.0], 1),  # the outlay is covered as it is made
        ([0.0, 0.1, 0.2], 0),  # nothing is laid out
        ([0.0, 0.0], 0),
        ([-0.3, 0.1, 0.1, 0.1], 3),  # to the last bit
    ],
)
def test_paid_back_is_from_the_first_outlay_on_and_for_good(amounts: list[float], year: int | None) -> None:
    assert payback_year(amounts) == year


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=12))
def test_paid_back_by_a_plain_search(amounts: list[int]) -> None:
    first = next((year for year, usd in enumerate(amounts) if usd < 0), None)
    good = [
        year
        for year in range(len(amounts))
        if first is not None
        and year >= first
        and all(sum(amounts[: end + 1]) >= 0 for end in range(year, len(amounts)))
    ]
    assert payback_year(amounts) == (0 if first is None else min(good, default=None))


def test_what_is_left_at_the_end_pays_nothing_back_and_returns_nothing() -> None:
    """A4 loses in cash every year, and its works are worth a third at the end."""
    case = Case()
    flows = dict(case.alternatives())
    lost = dataclasses.replace(flows["A4"], user_benefit=np.zeros(YEARS + 1))
    found = project_returns(lost, flows["A0"], None, 0.07)
    assert lost.cost.total(kinds=["residual"])[-1] < 0.0
    assert found == (None, found.irr_reason, None, None)
    assert found.irr_reason.startswith("none: ")
    sold = internal_rate_of_return([-10.0, -1.0, 8.0], [0.0, 0.0, 8.0])
    assert sold == (None, "none: only the residual value comes in")
    assert internal_rate_of_return([-10.0, 6.0, 8.0], [0.0, 0.0, 4.0]).rate is not None


def test_public_money_costs_a_quarter_more_in_the_supplementary_run() -> None:
    worth = Case().worths()["A4"]
    more = worth.with_excess_burden(0.25)
    assert more.npv0 == pytest.approx(worth.user_benefit - 1.25 * worth.cost)
    assert more.loads == worth.loads
    assert worth.with_excess_burden(0.0) == worth


def test_the_shipped_rates() -> None:
    assert DOT.rates() == [0.02, 0.03, 0.07, 0.10]


@pytest.mark.parametrize(("key", "number"), [("years", 0), ("discount_rate", -0.1), ("sensitivity_rates", (1.2,))])
def test_an_appraisal_that_makes_no_sense(key: str, number: object) -> None:
    with pytest.raises(ConfigError, match=f"^{key}"):
        dataclasses.replace(DOT, **{key: number})

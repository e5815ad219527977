"""Present values against the baseline, and every appraisal that is refused."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pytest
from worked_example import YEARS, Case, net

from experiments.economics import appraisal
from experiments.economics.appraisal import Appraisal, PresentWorth, appraise, payback_year
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
    assert payback_year([0.0, -1.0, 2.0]) == 0


def test_the_shipped_rates() -> None:
    assert DOT.rates() == [0.02, 0.03, 0.07, 0.10]


@pytest.mark.parametrize(("key", "number"), [("years", 0), ("discount_rate", -0.1), ("sensitivity_rates", (1.2,))])
def test_an_appraisal_that_makes_no_sense(key: str, number: object) -> None:
    with pytest.raises(ConfigError, match=f"^{key}"):
        dataclasses.replace(DOT, **{key: number})

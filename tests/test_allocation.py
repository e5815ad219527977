"""The integer programme against brute force over every set, and its prices by differences."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.funding.allocation import (
    Limits,
    Option,
    Programme,
    broken,
    programme,
    why_infeasible,
)

MILLION = 1e6


def option(port: str, name: str, initial: float, npv0: float, loads: float, wait: float) -> Option:
    yearly = np.array([initial, initial / 10.0, initial / 10.0]) * MILLION
    return Option(
        port, name, 0, yearly, initial * MILLION, 1.2 * initial * MILLION, npv0 * MILLION, loads,
        wait, {"portal": round(initial / 5.0)},
    )  # fmt: skip


ROUND = st.integers(0, 40).map(float)
ONE = st.tuples(ROUND, st.integers(-40, 60).map(float), ROUND, ROUND)
MADE = st.lists(st.lists(ONE, min_size=1, max_size=4), min_size=1, max_size=3)
WIDTH = st.one_of(st.none(), st.integers(0, 90).map(float))


def built(made: list[list[tuple[float, float, float, float]]]) -> list[Option]:
    return [
        option(f"port{p}", f"option{o}", *numbers)
        for p, group in enumerate(made)
        for o, numbers in enumerate(group)
    ]


def limits(
    total: float | None = None, yearly: float | None = None, ceiling: float | None = None,
    units: float | None = None,
) -> Limits:  # fmt: skip
    return Limits(
        None if total is None else total * MILLION,
        None if yearly is None else yearly * MILLION,
        {} if ceiling is None else {"port0": ceiling},
        {} if units is None else {"portal": units},
    )


def sets(one: Programme) -> list[tuple[int, ...]]:
    ports = list(dict.fromkeys(o.port for o in one.options))
    places = [[i for i, o in enumerate(one.options) if o.port == port] for port in ports]
    return [chosen for chosen in itertools.product(*places) if not broken(one, chosen)]


@settings(max_examples=60, deadline=None)
@given(MADE, WIDTH, WIDTH, WIDTH, st.one_of(st.none(), st.integers(0, 20)), st.booleans())
def test_the_best_set_is_that_of_brute_force(
    made: list[list[tuple[float, float, float, float]]],
    total: float | None,
    yearly: float | None,
    ceiling: float | None,
    units: int | None,
    by_loads: bool,
) -> None:
    objective = "loads" if by_loads else "npv"
    one = programme(built(made), limits(total, yearly, ceiling, units), objective, None)
    allowed = sets(one)
    best = one.best()
    if not allowed:
        assert best is None
        assert why_infeasible(one)[0] in [limit.name for limit in one.limits]
        return
    ranked = sorted(allowed, key=one.value, reverse=True)
    assert best is not None
    assert not broken(one, best)
    assert one.value(best) == pytest.approx(one.value(ranked[0]), abs=1e-3)
    second = one.without(best).best()
    if len(ranked) == 1:
        assert second is None
    else:
        assert second is not None
        assert second != best
        rest = [chosen for chosen in ranked if set(chosen) != set(best)]
        assert one.value(second) == pytest.approx(one.value(rest[0]), abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(MADE, st.integers(1, 90).map(float))
def test_a_split_dollar_is_worth_its_price(
    made: list[list[tuple[float, float, float, float]]], total: float
) -> None:
    """The relaxation is concave: the dual lies between the gains of a dollar more and less."""
    one = programme(built(made), limits(total), "npv", None)
    price = one.relaxed_prices()["total budget"]
    values = [relaxed(one.widened("total budget", step)) for step in (-1e3, 0.0, 1e3)]
    if any(value is None for value in values):
        return
    less, here, more = (value for value in values if value is not None)
    slack = 1e-6 * max(abs(here), 1e6)
    assert more - here - slack <= price * 1e3 <= here - less + slack


def relaxed(one: Programme) -> float | None:
    """The relaxed optimum, by vertices: another way than the programme's own."""
    from scipy import optimize

    ports = list(dict.fromkeys(o.port for o in one.options))
    equal = np.array([[float(o.port == port) for o in one.options] for port in ports])
    rows = np.array([limit.row for limit in one.limits]) / MILLION
    bounds = np.array([limit.bound for limit in one.limits]) / MILLION
    found = optimize.linprog(
        -one.values / MILLION, rows, bounds, equal, np.ones(len(ports)), (0, 1),
        method="highs-ipm",
    )  # fmt: skip
    return -found.fun * MILLION if found.status == 0 else None


TWO = [
    option("north", "none", 0.0, 0.0, 0.0, 60.0), option("north", "small", 5.0, 6.0, 4.0, 45.0),
    option("north", "large", 12.0, 10.0, 20.0, 20.0), option("south", "none", 0.0, 0.0, 0.0, 30.0),
    option("south", "small", 5.0, 3.0, 9.0, 25.0),
]  # fmt: skip


def named(one: Programme, chosen: tuple[int, ...] | None) -> list[str] | None:
    return None if chosen is None else [one.options[i].name for i in chosen]


def test_a_price_of_loads_moves_the_choice_and_null_does_not_price_them() -> None:
    tight = limits(total=12.0)
    assert named(*(both(programme(TWO, tight, "npv", None)))) == ["large", "none"]
    assert named(*(both(programme(TWO, limits(total=10.0), "npv", None)))) == ["small", "small"]
    assert named(*(both(programme(TWO, limits(total=5.0), "npv", 1e6)))) == ["none", "small"]
    assert named(*(both(programme(TWO, limits(total=5.0), "loads", None)))) == ["none", "small"]
    assert named(*(both(programme(TWO, limits(total=5.0), "npv", None)))) == ["small", "none"]


def both(one: Programme) -> tuple[Programme, tuple[int, ...] | None]:
    return one, one.best()


def test_a_wider_limit_is_worth_nothing_until_an_option_fits() -> None:
    one = programme(TWO, limits(total=10.0), "npv", None)
    best = one.best()
    assert best is not None

    def gain(step: float) -> float:
        return one.value(one.widened("total budget", step).best() or ()) - one.value(best)

    assert gain(1.9 * MILLION) == 0.0
    assert gain(2.0 * MILLION) == pytest.approx(1.0 * MILLION)
    between = one.widened("total budget", 1.0 * MILLION)
    assert between.relaxed_prices()["total budget"] == pytest.approx(4.0 / 7.0)


def test_units_that_can_be_had_bind() -> None:
    one = programme(TWO, limits(units=2), "npv", None)
    assert named(one, one.best()) == ["large", "none"]


def test_an_infeasible_ceiling_names_the_least_wait() -> None:
    one = programme(TWO, replace(limits(), ceiling_min={"north": 15.0}), "npv", None)
    assert one.best() is None
    assert why_infeasible(one) == (
        "wait ceiling of north",
        "15 min cannot be kept: the least is 20 (large at north)",
    )


def test_a_budget_too_small_for_the_ceilings_says_what_they_take() -> None:
    one = programme(TWO, replace(limits(total=6.0), ceiling_min={"north": 40.0}), "npv", None)
    name, why = why_infeasible(one)
    assert name == "total budget"
    assert why == (
        "6,000,000 USD cannot be kept beside the limits before it: "
        "the least is 12,000,000 (large at north)"
    )

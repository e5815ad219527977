"""The integer programme against brute force over every set, and its prices by differences."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hand_portfolio import MILLION, TWO, limits, option
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.funding.portfolio.integer_program import (
    IntegerProgram,
    PortfolioOption,
    WaitBound,
    broken_limits,
    build_integer_program,
    why_infeasible,
)
from experiments.funding.portfolio.shadow_prices import relaxed_prices

ROUND = st.integers(0, 40).map(float)
ONE = st.tuples(ROUND, st.integers(-40, 60).map(float), ROUND, ROUND)
MADE = st.lists(st.lists(ONE, min_size=1, max_size=4), min_size=1, max_size=3)
WIDTH = st.one_of(st.none(), st.integers(0, 90).map(float))


def built(made: list[list[tuple[float, float, float, float]]]) -> list[PortfolioOption]:
    return [
        option(f"port{p}", f"option{o}", *numbers) for p, group in enumerate(made) for o, numbers in enumerate(group)
    ]


def sets(one: IntegerProgram) -> list[tuple[int, ...]]:
    ports = list(dict.fromkeys(o.port for o in one.options))
    places = [[i for i, o in enumerate(one.options) if o.port == port] for port in ports]
    return [chosen for chosen in itertools.product(*places) if not broken_limits(one, chosen)]


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
    one = build_integer_program(built(made), limits(total, yearly, ceiling, units), objective, None)
    allowed = sets(one)
    best = one.best()
    if not allowed:
        assert best is None
        assert why_infeasible(one)[0] in [limit.name for limit in one.limits]
        return
    ranked = sorted(allowed, key=one.value, reverse=True)
    assert best is not None
    assert not broken_limits(one, best)
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
def test_a_split_dollar_is_worth_its_price(made: list[list[tuple[float, float, float, float]]], total: float) -> None:
    """The relaxation is concave: the dual lies between the gains of a dollar more and less."""
    one = build_integer_program(built(made), limits(total), "npv", None)
    price = relaxed_prices(one)["total budget"].dual
    values = [relaxed(one.widened("total budget", step)) for step in (-1e3, 0.0, 1e3)]
    if any(value is None for value in values):
        return
    less, here, more = (value for value in values if value is not None)
    slack = 1e-6 * max(abs(here), 1e6)
    assert more - here - slack <= price * 1e3 <= here - less + slack


def relaxed(one: IntegerProgram) -> float | None:
    """The relaxed optimum, by vertices: another way than the programme's own."""
    from scipy import optimize

    ports = list(dict.fromkeys(o.port for o in one.options))
    equal = np.array([[float(o.port == port) for o in one.options] for port in ports])
    rows = np.array([limit.row for limit in one.limits]) / MILLION
    bounds = np.array([limit.bound for limit in one.limits]) / MILLION
    found = optimize.linprog(
        -one.values / MILLION, rows, bounds, equal, np.ones(len(ports)), (0, 1), method="highs-ipm"
    )
    return -found.fun * MILLION if found.status == 0 else None


def named(one: IntegerProgram, chosen: tuple[int, ...] | None) -> list[str] | None:
    return None if chosen is None else [one.options[i].name for i in chosen]


def test_a_price_of_loads_moves_the_choice_and_null_does_not_price_them() -> None:
    tight = limits(total=12.0)
    assert named(*(both(build_integer_program(TWO, tight, "npv", None)))) == ["large", "none"]
    assert named(*(both(build_integer_program(TWO, limits(total=10.0), "npv", None)))) == ["small", "small"]
    assert named(*(both(build_integer_program(TWO, limits(total=5.0), "npv", 1e6)))) == ["none", "small"]
    assert named(*(both(build_integer_program(TWO, limits(total=5.0), "loads", None)))) == ["none", "small"]
    assert named(*(both(build_integer_program(TWO, limits(total=5.0), "npv", None)))) == ["small", "none"]


def both(one: IntegerProgram) -> tuple[IntegerProgram, tuple[int, ...] | None]:
    return one, one.best()


def test_a_wider_limit_is_worth_nothing_until_an_option_fits() -> None:
    one = build_integer_program(TWO, limits(total=10.0), "npv", None)
    best = one.best()
    assert best is not None

    def gain(step: float) -> float:
        return one.value(one.widened("total budget", step).best() or ()) - one.value(best)

    assert gain(1.9 * MILLION) == 0.0
    assert gain(2.0 * MILLION) == pytest.approx(1.0 * MILLION)
    between = one.widened("total budget", 1.0 * MILLION)
    assert relaxed_prices(between)["total budget"].dual == pytest.approx(4.0 / 7.0)


def test_units_that_can_be_had_bind() -> None:
    one = build_integer_program(TWO, limits(units=2), "npv", None)
    assert named(one, one.best()) == ["large", "none"]


def test_an_infeasible_ceiling_names_the_least_wait() -> None:
    one = build_integer_program(TWO, replace(limits(), waits={"north": WaitBound(15.0, "min")}), "npv", None)
    assert one.best() is None
    assert why_infeasible(one) == (
        "wait limit of north",
        "no option keeps to 15.0 min: the least is 20.0 min (large at north for 12.0 m USD)",
    )


def test_a_budget_too_small_for_the_ceilings_says_what_they_take() -> None:
    one = build_integer_program(TWO, replace(limits(total=6.0), waits={"north": WaitBound(40.0, "min")}), "npv", None)
    name, why = why_infeasible(one)
    assert name == "total budget"
    assert why == (
        "6,000,000 USD is not enough, and the wait limits must be kept: "
        "the cheapest set takes 12,000,000 (large at north for 12.0 m USD)"
    )


RULES = st.sampled_from(
    [
        (),
        (("port0.option1", "port1.option0"),),
        (("port0.option0", "port1.option1"),),
        (("port1.option0", "port0.option0"), ("port0.option0", "port1.option0")),
    ]
)
GROUPS = st.sampled_from(
    [(), (("port0.option0", "port1.option0"),), (("port0.option1", "port1.option1", "port2.option0"),)]
)


@settings(max_examples=40, deadline=None)
@given(MADE, WIDTH, RULES, GROUPS)
def test_needs_and_exclusions_are_kept_as_brute_force_keeps_them(
    made: list[list[tuple[float, float, float, float]]],
    total: float | None,
    needs: tuple[tuple[str, str], ...],
    excludes: tuple[tuple[str, ...], ...],
) -> None:
    options = built(made)
    bounds = replace(limits(total), needs=needs, excludes=excludes)
    plain = build_integer_program(options, limits(total), "npv", None)

    def kept(chosen: tuple[int, ...]) -> bool:
        keys = {options[place].key for place in chosen}
        paired = all(needed in keys for one, needed in needs if one in keys)
        return paired and all(len(keys & set(group)) <= 1 for group in excludes)

    allowed = [chosen for chosen in sets(plain) if kept(chosen)]
    found = build_integer_program(options, bounds, "npv", None).best()
    if not allowed:
        assert found is None
        return
    assert found is not None
    assert kept(found)
    assert plain.value(found) == pytest.approx(max(map(plain.value, allowed)), abs=1e-3)


def test_what_is_needed_begins_no_later() -> None:
    late = replace(TWO[4], start_y=2, loads=30.0)
    options = [*TWO, late]
    one = build_integer_program(options, replace(limits(), needs=(("north.large", "south.small"),)), "loads", None)
    # the later one finds more, but then the large one in the north would have nothing to rest on
    assert named(one, one.best()) == ["small", "small"]
    both_late = [*options, replace(TWO[2], start_y=2)]
    two = build_integer_program(both_late, replace(limits(), needs=(("north.large", "south.small"),)), "loads", None)
    chosen = two.best()
    assert chosen is not None
    assert [(two.options[i].name, two.options[i].start_y) for i in chosen] == [("small", 2), ("large", 2)]


def test_a_dollar_too_much_is_too_much() -> None:
    """Far within the solver's own tolerance of 1e-6, and yet over the budget."""
    dear = replace(TWO[1], initial_usd=10.0 * MILLION + 1.0)
    one = build_integer_program([TWO[0], dear], limits(total=10.0), "npv", None)
    assert named(one, one.best()) == ["none"]
    exact = build_integer_program([TWO[0], replace(dear, initial_usd=10.0 * MILLION)], limits(total=10.0), "npv", None)
    assert named(exact, exact.best()) == ["small"]


@settings(max_examples=30, deadline=None)
@given(MADE, st.integers(1, 90).map(float))
def test_the_choice_holds_as_far_as_it_is_said_to(
    made: list[list[tuple[float, float, float, float]]], total: float
) -> None:
    from experiments.funding.portfolio.shadow_prices import shadow_price_table

    one = build_integer_program(built(made), limits(total), "npv", None)
    found = one.solved()
    if found is None:
        return
    row = shadow_price_table(one, found).iloc[0]
    value = one.value(found.chosen)
    at = one.widened("total budget", row["holds_from"] - row["limit"]).best()
    assert at is not None
    assert one.value(at) == pytest.approx(value, abs=1e-3)
    every = [c for c in itertools.product(*places(one)) if one.value(c) > value + 1.0]
    needed = [sum(one.options[i].initial_usd for i in c) for c in every]
    if not needed:
        assert np.isnan(row["next_better_at"])
    else:
        assert row["next_better_at"] == pytest.approx(min(needed))


def places(one: IntegerProgram) -> list[list[int]]:
    ports = list(dict.fromkeys(o.port for o in one.options))
    return [[i for i, o in enumerate(one.options) if o.port == port] for port in ports]

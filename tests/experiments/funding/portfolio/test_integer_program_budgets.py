"""Appropriations with carry-over, phases, wait limits and rules on 300 random plans, against brute force."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hand_portfolio import MILLION, limits

from experiments.funding.portfolio.integer_program import (
    Grants,
    PortfolioLimits,
    PortfolioOption,
    WaitBound,
    build_integer_program,
    why_infeasible,
)

PLANS = 300
YEARS = 5
NAMES = ("construction", "procurement")
RNG = np.random.default_rng(20261130)


def drawn_option(port: str, place: int) -> PortfolioOption:
    """Return one way to equip a port, with spending spread over the years of each appropriation."""
    busy = 0.5 if place else 0.1
    spent = {name: RNG.integers(0, 4, YEARS) * (RNG.random(YEARS) < busy) * MILLION for name in NAMES}
    phased = place > 1 and RNG.random() < 0.3
    return PortfolioOption(
        port=port,
        name=f"option{place}",
        start_y=int(RNG.integers(0, 3)),
        spend_usd=sum(spent.values()),
        initial_usd=float(spent["construction"].sum()),
        cost_usd=float(RNG.integers(0, 20)) * MILLION,
        npv0_usd=float(RNG.integers(-30, 30)) * MILLION,
        loads=float(RNG.integers(0, 40)),
        wait_min=0.0,
        units={"portal": float(RNG.integers(0, 4))},
        wait_counted=float(RNG.integers(0, 10)) if place else 0.0,
        by_appropriation=spent,
        first_phase="option1" if phased else "",
        final_y=4 if phased else 0,
    )


def drawn_plan() -> tuple[list[PortfolioOption], PortfolioLimits]:
    ports = [f"port{number}" for number in range(RNG.integers(2, 4))]
    options = [drawn_option(port, place) for port in ports for place in range(RNG.integers(2, 5))]
    some = [None, *(float(width) for width in range(2, 14, 3))]
    total, yearly = (RNG.choice(some) for _ in range(2))
    grants = {
        name: Grants(tuple((RNG.integers(0, 5, YEARS) * MILLION).tolist()), [0, 1, 2, None][RNG.integers(4)])
        for name in NAMES
        if RNG.random() < 0.8
    }
    waits = {ports[0]: WaitBound(float(RNG.integers(2, 9)), "min")} if RNG.random() < 0.5 else {}
    rules = (("port0.option1", "port1.option1"),)
    plain = limits(total=total, yearly=None if yearly is None else float(yearly), units=None)
    return options, replace(
        plain,
        waits=waits,
        units={"portal": 5.0} if RNG.random() < 0.5 else {},
        needs=rules if RNG.random() < 0.3 else (),
        excludes=rules if RNG.random() < 0.3 else (),
        appropriations=grants,
    )


def can_pay(spent: Sequence[float], grants: Grants) -> bool:
    """Pay year by year from the oldest money that has not lapsed: another way than the programme's windows."""
    purse: list[list[float]] = []
    for year, usd in enumerate(spent):
        purse.append([year, grants.usd[year]])
        alive = [one for one in purse if grants.carry_over_y is None or year - one[0] <= grants.carry_over_y]
        left = usd
        for one in alive:
            paid = min(left, one[1])
            one[1] -= paid
            left -= paid
        if left > 1e-6:
            return False
    return True


def begins(option: PortfolioOption) -> dict[str, int]:
    """Return from which year on an option holds each alternative."""
    if not option.first_phase:
        return {f"{option.port}.{option.name}": option.start_y}
    return {f"{option.port}.{option.name}": option.final_y, f"{option.port}.{option.first_phase}": option.start_y}


def keeps(chosen: Sequence[PortfolioOption], bounds: PortfolioLimits) -> bool:
    return not any(breaks(chosen, bounds))


def breaks(chosen: Sequence[PortfolioOption], bounds: PortfolioLimits) -> Iterator[bool]:
    by_year = np.sum([one.spend_usd for one in chosen], axis=0)
    if bounds.total_usd is not None:
        yield sum(one.initial_usd for one in chosen) > bounds.total_usd + 1e-6
    if bounds.yearly_usd is not None:
        yield by_year.max() > bounds.yearly_usd + 1e-6
    yield any(one.wait_counted > bounds.waits[one.port].most for one in chosen if one.port in bounds.waits)
    for measure, most in bounds.units.items():
        yield sum(one.units.get(measure, 0.0) for one in chosen) > most
    for name, grants in bounds.appropriations.items():
        yield not can_pay(np.sum([one.by_appropriation[name] for one in chosen], axis=0), grants)
    held = {key: year for one in chosen for key, year in begins(one).items()}
    for one, needed in bounds.needs:
        yield one in held and (needed not in held or held[needed] > held[one])
    for group in bounds.excludes:
        yield sum(any(key in begins(one) for key in group) for one in chosen) > 1


def test_the_choice_under_budgets_and_rules_is_that_of_brute_force() -> None:
    infeasible = bound = 0
    for number in range(PLANS):
        options, bounds = drawn_plan()
        objective = "loads" if number % 2 else "npv"
        program = build_integer_program(options, bounds, objective, None)
        ports = list(dict.fromkeys(one.port for one in options))
        every = list(itertools.product(*([o for o in options if o.port == port] for port in ports)))

        def worth(chosen: Sequence[PortfolioOption], objective: str = objective) -> float:
            return sum(one.loads if objective == "loads" else one.npv0_usd for one in chosen)

        allowed = [worth(chosen) for chosen in every if keeps(chosen, bounds)]
        best = program.best()
        if not allowed:
            infeasible += 1
            assert best is None
            assert why_infeasible(program)[0] in [limit.name for limit in program.limits]
            continue
        assert best is not None
        chosen = [options[place] for place in best]
        assert keeps(chosen, bounds)
        assert worth(chosen) == pytest.approx(max(allowed), abs=1e-3)
        bound += max(allowed) < max(map(worth, every))
    # the plans are worth solving: in some nothing fits, in many the limits decide
    assert infeasible > 20
    assert bound > 100


def test_money_that_lapses_cannot_be_saved_up_and_money_that_never_lapses_can() -> None:
    spent = np.array([0.0, 0.0, 6.0, 0.0]) * MILLION
    dear = PortfolioOption("north", "dear", 0, spent, 6e6, 1e6, 5e6, 3.0, 0.0, {}, by_appropriation={"works": spent})
    none = replace(dear, name="none", npv0_usd=0.0, by_appropriation={"works": 0.0 * spent}, as_it_is=True)
    usd = (2e6, 2e6, 2e6, 2e6)
    for carry, can in ((0, False), (1, False), (2, True), (None, True)):
        bounds = replace(limits(), appropriations={"works": Grants(usd, carry)})
        best = build_integer_program([none, dear], bounds, "npv", None).best()
        assert best == ((1,) if can else (0,))

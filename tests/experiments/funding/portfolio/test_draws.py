"""Draws of a portfolio: shared numbers are one draw, shares add up, brute force draw by draw."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from made_response import sets, standard
from planned import DRAWS, YEARS, asked, found, joined, port

from experiments.funding.portfolio.draws import options_by_draw, portfolio_robustness
from experiments.funding.portfolio.integer_program import WaitBound, broken_limits, build_integer_program
from experiments.funding.portfolio.options import portfolio_limits
from experiments.funding.sets.set_days import BlockAmounts
from experiments.funding.sets.simulated_sets import SimulatedSets

DOUBT = dataclasses.replace(standard(), draws=DRAWS)


def test_ports_share_the_draw_of_a_number_that_is_one() -> None:
    """Two ports of one case differ in their hours alone: every drawn cost is the same."""
    here, there = (options_by_draw(one, asked(), DOUBT, None)[0] for one in (port("a"), port("b", 0.5)))
    for own, other in zip(here, there, strict=True):
        assert [o.cost_usd for o in own] == [o.cost_usd for o in other]
        assert [o.loads for o in own] == [o.loads for o in other]
    assert len({options[1].cost_usd for options in here}) == DRAWS


def test_shares_of_a_port_add_up_and_totals_are_those_of_the_choice() -> None:
    made = found()
    shares = made.draws.options.groupby("port")["share_best"].sum()
    assert shares.tolist() == pytest.approx([1.0 - made.draws.none_share] * 2)
    assert made.draws.sets["share"].sum() == pytest.approx(1.0 - made.draws.none_share)
    assert len(made.draws.totals) == DRAWS
    best = made.draws.totals["best"].mean()
    row = made.draws.sets[[set(c) == set(made.chosen.solved.chosen) for c in made.draws.sets["chosen"]]]
    assert best == pytest.approx(row["share"].sum())


def test_every_draw_is_solved_as_brute_force_would() -> None:
    plan = asked(budget_usd=8e6, units={})
    worlds = joined([options_by_draw(port(n, h), plan, DOUBT, None)[0] for n, h in (("a", 1), ("b", 0.5))])
    limits = portfolio_limits(found().plan, YEARS)
    limits = dataclasses.replace(limits, waits={})
    made = portfolio_robustness(worlds, (limits, "loads", None), (0, 3), None, 0)
    counts = np.zeros(len(worlds[0]))
    for options in worlds:
        whole = build_integer_program(options, limits, "loads", None)
        sets = [c for c in itertools.product(range(3), range(3, 6)) if not broken_limits(whole, c)]
        winner = max(sets, key=lambda c: (whole.value(c), -sum(options[i].cost_usd for i in c)))
        counts[list(winner)] += 1.0
    assert made.options["share_best"].to_list() == pytest.approx((counts / DRAWS).tolist())


def test_replications_average_to_the_choice() -> None:
    made = found()
    assert made.luck.totals["objective"].mean() == pytest.approx(made.chosen.value)
    assert made.noise("loads").low < made.noise("loads").mean < made.noise("loads").high


def waiting(made: SimulatedSets) -> SimulatedSets:
    """Return made sets in which trucks wait for so long as their hours say, as they do in `planned.port`."""

    def of(block: BlockAmounts) -> BlockAmounts:
        hours = block.response.amounts["truck_h_loaded"]
        amounts = {**block.response.amounts, "wait_mean_min": hours / 1000.0, "elsewhere": 0.0 * hours + 100.0}
        return dataclasses.replace(block, response=dataclasses.replace(block.response, amounts=amounts))

    drawn = tuple(dataclasses.replace(one, blocks=tuple(of(block) for block in one.blocks)) for one in made.drawn)
    return dataclasses.replace(made, drawn=drawn)


def test_simulated_sets_move_what_is_found() -> None:
    doubt = dataclasses.replace(standard(), draws=len(sets().uniforms))
    plain = options_by_draw(port("a"), asked(), doubt, None)
    moved = options_by_draw(port("a"), asked(), doubt, waiting(sets()))
    assert len(moved[1]) == len(plain[1]) + len(sets().inputs)
    pairs = list(zip(plain[0], moved[0], strict=True))
    assert all(a[1].cost_usd == b[1].cost_usd for a, b in pairs)
    assert all(a[1].npv0_usd != b[1].npv0_usd for a, b in pairs)


def test_a_limit_of_waits_is_held_against_the_waits_of_each_draw() -> None:
    """All draws once had the waits of the central inputs, so that a limit of waits that held there held in all."""
    doubt = dataclasses.replace(standard(), draws=len(sets().uniforms))
    plan = asked(budget_usd=None, yearly_usd=None, units={}, start_y=(0,))
    worlds = options_by_draw(port("a"), plan, doubt, waiting(sets()))[0]
    waits = np.array([options[1].wait_counted for options in worlds])
    middle = float(np.median(waits))
    limits = dataclasses.replace(portfolio_limits(plan, YEARS), waits={"a": WaitBound(middle, "min")})
    made = portfolio_robustness(worlds, (limits, "loads", None), (1,), None, len(worlds)).totals
    assert made["within_waits"].tolist() == (waits <= middle).tolist()
    assert 0.4 < made["within_waits"].mean() < 0.6
    assert made["within_others"].all()
    assert made["within"].tolist() == made["within_waits"].tolist()

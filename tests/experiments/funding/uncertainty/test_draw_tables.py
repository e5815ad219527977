"""Which draws count where there are more of them than simulated sets, and which inputs lead."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from made_response import GROWTH, WORLDS, standard, valuation

from experiments.economics.cost_effectiveness import DrawOutcomes, break_even_usd_per_load
from experiments.funding.uncertainty.analysis import uncertainty_notes
from experiments.funding.uncertainty.draw_tables import (
    draw_points,
    groups_known,
    leading_inputs,
    noise_share_table,
    ranks_of_draws,
)
from experiments.funding.uncertainty.rank_estimates import rank_estimate
from experiments.funding.uncertainty.sobol_matrices import BASE, SimulatedMatrices, draw_matrices


def test_sets_that_come_again_are_no_draws_of_their_own() -> None:
    """Five draws a set: those of one set share its inputs, and are no five independent ones."""
    one = valuation(simulated=True)
    settings = dataclasses.replace(standard(), draws=5 * WORLDS)
    uniforms, points = draw_points(one, settings)
    acting = [belief.name for belief in one.beliefs[len(one.economic) :]]
    table = ranks_of_draws(one, uniforms, points, acting).set_index("input")
    assert set(table["draws"]) == {WORLDS}
    place, value = [belief.name for belief in one.beliefs].index(GROWTH), points.outcomes.npv0[:, 1]
    alone, all_draws = (rank_estimate(uniforms[:n, place], value[:n]) for n in (WORLDS, 5 * WORLDS))
    assert table.loc[GROWTH, "rank_estimate"] == alone != all_draws
    assert len(groups_known(one, uniforms[: one.n_independent(5 * WORLDS)])["simulation: all inputs"]) == WORLDS


def test_leaders_of_net_value_and_of_loads_come_in_turn() -> None:
    """Net value follows one input, loads another; by net value alone the second would come last."""
    one = valuation(simulated=True)
    uniforms, points = draw_points(one, standard())
    names = [belief.name for belief in one.beliefs]
    by_value, by_loads, *idle = names[-12:]
    value, loads = (uniforms[:, names.index(name)] for name in (by_value, by_loads))
    price = break_even_usd_per_load(one.worths({})["more"])
    assert price is not None
    column = np.zeros_like(value)
    made = DrawOutcomes(
        ("today", "more"),
        np.column_stack([column, value]),
        np.column_stack([column, 50.0 * loads / price]),
        np.zeros(2),
    )
    found = leading_inputs(one, uniforms, dataclasses.replace(points, outcomes=made), [*idle, by_loads, by_value])
    assert set(found[:2]) == {by_value, by_loads}
    assert sorted(found) == sorted([*idle, by_loads, by_value])


@pytest.mark.parametrize(("base", "left", "said"), [(128, 0, True), (1024, 0, False), (1024, 24, False)])
def test_a_full_sample_is_no_first_look_though_rows_were_left_out(base: int, left: int, said: bool) -> None:
    one = valuation(simulated=True)
    groups = [belief.group for belief in one.beliefs[len(one.economic) :]]
    plain = draw_matrices(groups, len(one.economic), 4, lambda rows: np.ones(len(rows), dtype=bool), 1)
    rows = base - left
    wide = dataclasses.replace(plain, economic=np.zeros((rows, len(one.economic))), left_out=left)
    matrices = SimulatedMatrices(wide, {BASE: []})
    notes = " ".join(uncertainty_notes(one, dataclasses.replace(standard(), sobol_base=base), matrices))
    assert f"{rows} rows of each sample" in notes
    assert ("a first look" in notes) is said


def test_noise_is_told_with_what_all_sets_share() -> None:
    one = valuation(simulated=True)
    uniforms, points = draw_points(one, standard())
    draws = pd.DataFrame({"alternative": ["more"], "npv0_se_usd": [1e4]})
    table = noise_share_table(one, points, uniforms, draws).set_index("measure")
    assert table.loc["npv0", "repeated"] == 8
    assert table.loc["npv0", "common_se"] >= 0.0
    assert np.isnan(table.loc["loads", "common_se"])
    assert 0.0 <= table.loc["npv0", "share"] < 0.5

"""All tables of a case's uncertainty, from a made response and made sets of assumptions."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import fields

import numpy as np
import pytest
from made_response import GROWTH, WORLDS, response, sets, small, standard, valuation

from experiments.funding.noise import noise_table
from experiments.funding.uncertainty.analysis import Uncertainty, tabulate_uncertainty
from experiments.funding.uncertainty.sobol_matrices import BASE, KEPT, OTHER_SEEDS, REDRAWN, Matrices, SimulatedMatrices

DOUBT = dataclasses.replace(standard(), draws=WORLDS)


@functools.cache
def found() -> Uncertainty:
    return tabulate_uncertainty(
        valuation(simulated=True), DOUBT, noise_table(small(), response()), ((GROWTH,), made_matrices())
    )


def made_matrices() -> SimulatedMatrices:
    """Return samples of one simulated group, every row as a made set came to."""
    n, anew = 8, np.random.default_rng(3).random((2, 8, len(valuation().economic)))
    uniforms = {name: np.zeros((n, 1)) for name in (BASE, f"{REDRAWN}port", f"{KEPT}port")}
    of = {name: list(range(start, start + n)) for start, name in enumerate((*uniforms, OTHER_SEEDS))}
    responses = {name: [sets().drawn[row].whole for row in rows] for name, rows in of.items()}
    return SimulatedMatrices(Matrices(uniforms, anew[0], anew[1], n, 0), responses)


def test_every_table_is_listed_once_and_filled() -> None:
    frames = [field.name for field in fields(Uncertainty) if field.type == "pd.DataFrame"]
    assert list(found().tables()) == frames
    assert all(len(table) for table in found().tables().values())


def test_draws_are_as_many_as_asked_and_the_baseline_is_nought() -> None:
    draws = found().draws
    assert draws["draw"].nunique() == DOUBT.draws
    base = draws[draws["alternative"] == "today"]
    assert (base[["cost_usd", "user_benefit_usd", "npv0_usd", "loads"]] == 0.0).all().all()
    gap = draws["user_benefit_usd"] - draws["cost_usd"] - draws["npv0_usd"]
    assert gap.to_numpy() == pytest.approx(0.0, abs=1e-3)


def test_curves_begin_at_zero_hold_break_evens_and_add_up() -> None:
    table = found().acceptability
    assert table["usd_per_load"].min() == 0.0
    assert table.groupby("usd_per_load")["acceptability"].sum().to_numpy() == pytest.approx(1.0)
    assert table.groupby("usd_per_load")["best"].sum().tolist() == [1] * len(found().information)
    base = valuation().worths({})["more"]
    assert np.isclose(table["usd_per_load"], -base.npv0 / base.loads).any()


def test_intervals_are_those_of_the_draws() -> None:
    draws, row = found().draws, found().intervals.set_index("alternative").loc["more"]
    own = draws[draws["alternative"] == "more"]["npv0_usd"]
    assert row["npv0_mean_usd"] == pytest.approx(own.mean())
    assert row["npv0_p5_usd"] <= row["npv0_p50_usd"] <= row["npv0_p95_usd"]
    assert own.min() <= row["npv0_p5_usd"]
    assert row["pays_share"] == (own > 0.0).mean()


def test_no_part_is_worth_more_than_all() -> None:
    table = found().partial_information
    assert (table["share_of_evpi"] <= 1.0 + 1e-12).all()
    assert (table["evppi_usd"] >= -1e-6).all()


def test_noise_is_no_decision_uncertainty() -> None:
    noise = found().noise.set_index("measure")
    assert set(noise.index) == {"npv0", "loads"}
    spread = found().intervals.set_index("alternative").loc["more"]
    width = noise.loc["npv0", "high"] - noise.loc["npv0", "low"]
    assert width < spread["npv0_p95_usd"] - spread["npv0_p5_usd"]
    assert noise.loc["npv0", "se"] < noise.loc["npv0", "unpaired_se"], "pairing helps"


def test_a_headline_is_recomputed_from_the_draws() -> None:
    """Percentiles, shares and the percentile of the planner's ask are those of the rows that are written."""
    draws = found().draws[found().draws["alternative"] == "more"]
    rows = found().headline.set_index("figure")
    ask = rows.loc["ask_usd"]
    assert ask["planned_percentile"] == pytest.approx(100.0 * (draws["ask_usd"] <= ask["planned"]).mean())
    for column in ("ask_usd", "cost_usd", "npv0_usd", "loads"):
        ranked = np.sort(draws[column])
        assert rows.loc[column, "p50"] == ranked[WORLDS // 2 - 1]
        assert rows.loc[column, "p80"] == ranked[8 * WORLDS // 10 - 1]
        assert rows.loc[column, "mean"] == pytest.approx(draws[column].mean())
        assert rows.loc[column, "p50_low"] <= rows.loc[column, "p50"] <= rows.loc[column, "p50_high"]
    assert rows.loc["pays_share", "mean"] == (draws["npv0_usd"] > 0.0).mean()
    then_year = rows.loc["ask_then_year_usd", "planned"]
    assert rows.loc["budget_holds_share", "mean"] == (draws["ask_then_year_usd"] <= then_year).mean()
    least = -draws["npv0_usd"] / draws["loads"]
    assert draws["break_even_usd"].to_numpy() == pytest.approx(least.to_numpy())


def test_the_planners_ask_is_low_among_draws_that_overrun() -> None:
    rows = found().headline.set_index("figure")
    assert rows.loc["ask_usd", "planned_percentile"] < 50.0
    assert rows.loc["ask_usd", "planned"] < rows.loc["ask_usd", "p50"] < rows.loc["ask_usd", "p80"]


def test_noise_of_simulation_is_told_on_other_seeds() -> None:
    table = found().noise_share.set_index("measure")
    assert 0.0 < table.loc["npv0", "share"] < 0.1
    assert table.loc["npv0", "low"] <= table.loc["npv0", "share"] <= table.loc["npv0", "high"]
    assert table.loc["npv0", "repeated"] == len(sets().again)
    assert table.loc["npv0", "mean_se"] > 0.0


def test_numbers_that_were_drawn_stand_beside_what_they_came_to() -> None:
    numbers = found().drawn_numbers
    assert len(numbers) == WORLDS
    names = [one.name for one in valuation(simulated=True).beliefs]
    assert list(numbers.columns) == ["draw", *names]
    growth = valuation(simulated=True).beliefs[names.index(GROWTH)]
    assert numbers.loc[3, GROWTH] == growth.number(sets().uniforms[3][[b.name for b in sets().inputs].index(GROWTH)])


def test_only_inputs_that_act_are_ranked() -> None:
    ranked = set(found().rank_estimates["input"])
    assert GROWTH in ranked
    assert not ranked & {one.name for one in sets().inputs if one.name != GROWTH}
    assert not any(name.startswith("harm.") for name in ranked)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_tables() -> None:
    again = tabulate_uncertainty(
        valuation(simulated=True), DOUBT, noise_table(small(), response()), ((GROWTH,), made_matrices())
    )
    for name, table in found().tables().items():
        assert table.equals(again.tables()[name]), name

"""All tables of a case's uncertainty, from a made response and made formulas."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import fields

import numpy as np
import pytest
from made_response import response, small, standard, valuation

from experiments.funding.noise import noise_table
from experiments.funding.uncertainty.analysis import Uncertainty, tabulate_uncertainty

DOUBT = dataclasses.replace(standard(), draws=40, sobol_base=4)


@functools.cache
def found() -> Uncertainty:
    return tabulate_uncertainty(valuation(simulated=True), DOUBT, noise_table(small(), response()))


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
    base = valuation().worths({}, None)["more"]
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


@pytest.mark.slow
def test_the_same_seed_gives_the_same_tables() -> None:
    again = tabulate_uncertainty(valuation(simulated=True), DOUBT, noise_table(small(), response()))
    for name, table in found().tables().items():
        assert table.equals(again.tables()[name]), name

"""Worlds of their own: changes on a log scale, draws that were simulated, errors that are kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_response import formulas, response, small, standard

from experiments.funding.uncertainty.redrawn_worlds import (
    LUCKS,
    REPEATED,
    annual_totals,
    fit_formulas,
    formula_errors_table,
    n_end_worlds,
    n_simulated_worlds,
)
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all


def test_factors_are_of_the_level_and_of_the_ratio_to_it() -> None:
    shifts = np.zeros((1, 12))
    shifts[0, 0], shifts[0, 2] = 0.5, 0.25
    found = formulas().factors(shifts)[0]
    assert found[0, 0].tolist() == pytest.approx([np.exp(0.5), 1.0])
    assert found[0, 1].tolist() == pytest.approx([np.exp(0.75), 1.0])
    assert (found[1:] == 1.0).all()


def test_a_draw_that_was_simulated_is_taken_as_it_was() -> None:
    one = formulas()
    found = one.shifts(np.random.default_rng(1))
    assert found[0].tolist() == one.simulated[0].tolist()
    spread = (found[1:] - one.emulator.targets[1:]).std(axis=0)
    assert (spread > 0.0).all(), "the others follow formulas, with an error"


def test_totals_are_sums_over_classes() -> None:
    found = annual_totals(response())
    assert found.shape == (3, 2, 2)
    assert found[0, 0, 0] == pytest.approx(4.0 * response().mean("truck_h_empty", "today")[1])


def test_errors_are_told_in_the_output_s_unit() -> None:
    table = formula_errors_table(formulas(), response())
    assert isinstance(table, pd.DataFrame)
    assert len(table) == 12
    level = table[(table["output"] == "truck_h") & (table["alternative"] == "today")]
    # growth explains the level but for a noise of a thousandth
    assert (level["cv_r2"] > 0.98).all()
    assert (level["cv_rmse"] < 0.02 * level["mean"]).all()


def test_no_worlds_are_no_formulas() -> None:
    assert fit_formulas(small(), {}, 10, 0) is None
    assert n_simulated_worlds(standard()) == (
        min(standard().worlds, standard().draws) + LUCKS + REPEATED + n_end_worlds(standard().worlds)
    )


@pytest.mark.slow
def test_worlds_of_a_small_case_are_simulated_and_fitted() -> None:
    told: list[tuple[int, int]] = []
    found = fit_formulas(small(), train_all(small().study, open_console()), 12, 10, lambda *t: told.append(t))
    assert found is not None
    assert told[-1] == (10 + LUCKS + 1,) * 2
    assert len(found.simulated) + found.refused == 10
    assert found.emulator.targets.shape[1] == 3 * 2 * 2
    assert np.isfinite(found.shifts(np.random.default_rng(1))).all()
    again = fit_formulas(small(), train_all(small().study, open_console()), 12, 10)
    assert again is not None
    assert again.emulator.targets.tolist() == found.emulator.targets.tolist()

"""Means of cells whose likelihood is sampled, and how they vary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.calibration.fast_model import FastModel
from experiments.calibration.intervals.cells import means_of_cells, stacked_outputs, week_products
from experiments.calibration.likelihood import Likelihood
from sim.arrays import FloatArray
from tests.synthetic_waits import MONTHS, any_fit


@pytest.fixture(scope="module")
def observed() -> tuple[FastModel, Likelihood, FloatArray]:
    """Return a port, waits of half an hour in some of its cells, each of four days, and parameters of it."""
    fit, _ = any_fit()
    waits = np.full((len(MONTHS), 7, 24), np.nan)
    waits[:, :5, 8:15] = 30.0
    waits[0, 2, 9] = np.nan
    likelihood = replace(
        fit.likelihood, wait_min=waits, days=np.full_like(waits, 4.0), lanes=np.full_like(waits, np.nan)
    )
    return replace(fit.model, runs=16), likelihood, fit.theta


def test_means_of_cells_are_means_and_none_follows_from_the_others(
    observed: tuple[FastModel, Likelihood, FloatArray],
) -> None:
    _, likelihood, _ = observed
    means = means_of_cells(likelihood)
    assert means.shape == (7 + 4 + 3, likelihood.seen.sum())
    assert means.sum(axis=1) == pytest.approx(1.0)
    assert np.linalg.matrix_rank(means) == len(means)
    nine = np.where(likelihood.seen, np.arange(24) == 9, 0.0)[likelihood.seen]
    hours, weekdays, months = [0, 1, 0, 0, 0, 0, 0], [4 / 28, 4 / 28, 3 / 27, 4 / 28], [4 / 34, 5 / 35, 5 / 35]
    assert means @ nine == pytest.approx(np.array([*hours, *weekdays, *months]))


def test_a_cell_of_one_day_weighs_less_than_one_of_four(observed: tuple[FastModel, Likelihood, FloatArray]) -> None:
    _, likelihood, _ = observed
    days = likelihood.days.copy()
    days[0] = 1.0
    fewer = replace(likelihood, days=days)
    first = (np.nonzero(likelihood.seen)[0] == 0).astype(np.float64)
    # ten o'clock of four months, five weekdays each
    assert means_of_cells(fewer)[2] @ first == pytest.approx(1.0 / 13.0)
    assert means_of_cells(likelihood)[2] @ first == pytest.approx(1.0 / 4.0)
    assert (fewer.day_weights**2).mean() == pytest.approx(1.0)
    assert fewer.day_weights[first > 0.0] == pytest.approx(0.5 * fewer.day_weights[first == 0.0].min())
    assert likelihood.day_weights == pytest.approx(1.0)


def test_variances_are_those_of_the_parameters(observed: tuple[FastModel, Likelihood, FloatArray]) -> None:
    """Days that differ more make means vary more, and the emulated variances are of the same covariance."""
    model, likelihood, theta = observed
    calm, wild = theta.copy(), theta.copy()
    calm[model.parameters.place["day_sd"]], wild[model.parameters.place["day_sd"]] = np.log(0.05), np.log(0.3)
    products = [week_products(likelihood, model, at) for at in (calm, wild)]
    assert (products[1].ln_variance > products[0].ln_variance).mean() > 0.9
    for at, one in zip((calm, wild), products, strict=True):
        q = len(one.ln_variance)
        assert stacked_outputs(model, likelihood, at)[-q:] == pytest.approx(one.ln_variance)
        assert np.diag(one.correlation) == pytest.approx(1.0)
        assert np.linalg.eigvalsh(one.correlation).min() > -1e-9

"""How cells vary together: hours of a day, scatter, days that were observed."""

from dataclasses import replace

import numpy as np

from experiments.calibration.fast_model import FastModel
from experiments.calibration.intervals.cells import (
    cell_covariances,
    likeliest_scatter,
    spread_moments,
    week_products,
    with_scatter,
)
from experiments.calibration.likelihood import DaySpread, Likelihood
from sim.arrays import FloatArray
from tests.synthetic_waits import MONTHS, SERVICE_MIN, any_fit

HOURS = 7
SPREAD = DaySpread(2.0, 0.1, 0.3, 0.1, tuple(range(8, 15)), "observed")


def _port() -> tuple[FastModel, Likelihood, FloatArray]:
    """Return the synthetic port under load, cells of its weekdays observed on four days each, middling parameters."""
    fit, _ = any_fit()
    waits = np.full((len(MONTHS), 7, 24), np.nan)
    waits[:, :5, 8:15] = 20.0
    days = np.full(waits.shape, 4.0)
    weights, target = fit.model.parameters.prior(SERVICE_MIN)
    theta = np.linalg.solve(weights.T @ weights, weights.T @ target)
    return replace(fit.model, runs=16), Likelihood(MONTHS, waits, days, np.full(waits.shape, np.nan), SPREAD), theta


def test_hours_of_a_day_vary_together_more_than_days_apart() -> None:
    model, likelihood, theta = _port()
    products = [week_products(likelihood, replace(model, seed=seed), theta) for seed in range(8)]
    for covariance in cell_covariances(likelihood, products):
        sd = np.sqrt(np.diag(covariance))
        correlation = (covariance / np.outer(sd, sd)).reshape(5, HOURS, 5, HOURS)
        neighbors = correlation[0, 3, 0, 4]
        assert neighbors > 0.5
        assert correlation[0, 3, 4, 3] < neighbors - 0.3


def test_cells_of_more_days_vary_less() -> None:
    model, likelihood, theta = _port()
    products = [week_products(likelihood, replace(model, seed=seed), theta) for seed in range(2)]
    few = cell_covariances(likelihood, products)[0]
    many = cell_covariances(replace(likelihood, days=4.0 * likelihood.days), products)[0]
    assert (np.diag(many) < 0.6 * np.diag(few)).all()


def test_scatter_is_told_from_days_and_months() -> None:
    rng = np.random.default_rng(6)
    days = [4.0 * np.exp(-np.abs(np.subtract.outer(np.arange(80), np.arange(80))) / 5.0)] * 12
    errors = [rng.multivariate_normal(np.zeros(80), with_scatter(one, 4.0, 3.0)) for one in days]
    scatter, month = likeliest_scatter(days, np.concatenate(errors))
    assert 3.0 < scatter < 5.5
    assert 1.5 < month < 5.0


def test_the_spread_that_was_observed_errs_by_its_sample_and_an_assumed_one_as_it_says() -> None:
    model, likelihood, theta = _port()
    products = [week_products(likelihood, replace(model, seed=seed), theta) for seed in range(20)]
    _, observed = spread_moments(products, likelihood, model.runs)
    assert observed[0, 0] > 0.5
    given = replace(likelihood, spread=replace(SPREAD, kind="given"))
    bias, covariance = spread_moments(products, given, model.runs)
    assert (bias == 0.0).all()
    assert (covariance == np.eye(2)).all()

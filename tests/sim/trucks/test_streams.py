"""Streams: quantiles against scipy.stats, streams that do not disturb one another."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from sim.errors import ConfigError
from sim.setting.scanner import Service
from sim.setting.window import EVALUATION, HISTORY, Window
from sim.trucks import streams
from sim.trucks.service_times import service_mean_min, service_time
from sim.trucks.streams import Purpose, draw_uniforms, keyed_uniforms

WEEK = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
GRID = np.concatenate([[2.0**-54], np.linspace(0.0005, 0.9995, 1000), [1.0 - 2.0**-53]])
MIDDLES = (np.arange(200_000) + 0.5) / 200_000
VALUES = (1.0, 5.0, 2.0, 2.0)


def _service(dist: str, mean_min: float = 3.0, cv: float = 0.4) -> Service:
    values = VALUES if dist == "empirical" else ()
    return Service(dist=dist, mean_min=mean_min, cv=cv, values_min=values)  # type: ignore[arg-type]


def _reference(dist: str, mean: float, cv: float) -> object:
    sigma = math.sqrt(math.log1p(cv * cv))
    half = mean * cv * math.sqrt(6.0)
    return {
        "exponential": stats.expon(scale=mean),
        "lognormal": stats.lognorm(sigma, scale=mean * math.exp(-sigma * sigma / 2.0)),
        "gamma": stats.gamma(1.0 / cv**2, scale=mean * cv**2),
        "triangular": stats.triang(0.5, loc=mean - half, scale=2.0 * half),
    }[dist]


@pytest.mark.parametrize("dist", ["exponential", "lognormal", "gamma", "triangular"])
@pytest.mark.parametrize(("mean", "cv"), [(3.0, 0.4), (0.5, 0.05), (75.0, 0.3)])
def test_quantiles_are_those_of_scipy(dist: str, mean: float, cv: float) -> None:
    reference = _reference(dist, mean, cv)
    drawn = service_time(_service(dist, mean, cv), GRID)
    np.testing.assert_allclose(drawn, reference.ppf(GRID), rtol=1e-9)  # type: ignore[attr-defined]


@pytest.mark.parametrize("dist", ["lognormal", "gamma"])
def test_large_cv_quantiles_are_those_of_scipy(dist: str) -> None:
    reference = _reference(dist, 6.0, 2.0)
    drawn = service_time(_service(dist, 6.0, 2.0), GRID[1:-1])
    np.testing.assert_allclose(drawn, reference.ppf(GRID[1:-1]), rtol=1e-8)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("dist", "cv"), [("exponential", 1.0), ("lognormal", 0.6), ("gamma", 0.6), ("triangular", 0.4)]
)
def test_mean_and_cv_are_those_asked_for(dist: str, cv: float) -> None:
    drawn = service_time(_service(dist, 3.0, cv), MIDDLES)
    assert drawn.mean() == pytest.approx(3.0, rel=1e-3)
    assert drawn.std() / drawn.mean() == pytest.approx(cv, rel=5e-3)


@pytest.mark.parametrize("dist", ["exponential", "lognormal", "gamma", "triangular", "empirical"])
def test_times_grow_with_luck_and_are_finite(dist: str) -> None:
    drawn = service_time(_service(dist), GRID)
    assert np.isfinite(drawn).all()
    assert drawn.min() >= 0.0
    assert (np.diff(drawn) >= 0.0).all()


@pytest.mark.parametrize("dist", ["exponential", "lognormal", "gamma", "triangular", "deterministic"])
def test_mean_zero_gives_zeros(dist: str) -> None:
    assert not service_time(_service(dist, 0.0), GRID).any()


@pytest.mark.parametrize("dist", ["lognormal", "gamma", "triangular", "deterministic"])
def test_no_spread_gives_the_mean(dist: str) -> None:
    assert (service_time(_service(dist, 3.0, 0.0), GRID) == 3.0).all()


def test_empirical_gives_each_value_its_weight() -> None:
    drawn = service_time(_service("empirical"), MIDDLES)
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [1.0, 2.0, 5.0]
    assert (counts / MIDDLES.size).tolist() == [0.25, 0.5, 0.25]
    assert service_mean_min(_service("empirical")) == drawn.mean() == 2.5


def test_triangular_with_negative_times_is_refused() -> None:
    service_time(_service("triangular", cv=0.408), GRID)
    with pytest.raises(ConfigError, match=r"cv: .*0\.408, got 0\.41"):
        service_time(_service("triangular", cv=0.41), GRID)


def test_normal_and_lognormal_are_those_of_scipy() -> None:
    np.testing.assert_allclose(streams.normal_quantiles(GRID), stats.norm.ppf(GRID), rtol=1e-12)
    np.testing.assert_allclose(
        streams.lognormal_quantiles(GRID, 606.0, 1.42), stats.lognorm.ppf(GRID, 1.42, scale=606.0), rtol=1e-9
    )


@pytest.mark.parametrize("mean", [0.0, 1e-9, 0.076, 1.0, 30.0, 20_000.0])
def test_poisson_quantiles_are_those_of_scipy(mean: float) -> None:
    drawn = streams.poisson_quantiles(GRID, np.full(GRID.size, mean))
    assert drawn.tolist() == stats.poisson.ppf(GRID, mean).tolist()


@pytest.mark.parametrize("mean", [1e-4, 0.03, 0.7, 4.0, 55.0, 9e3, 2e5])
def test_poisson_quantiles_are_the_least_that_reach_the_uniform(mean: float) -> None:
    u = np.concatenate([[2.0**-54, 1e-12, 1.0 - 1e-8], keyed_uniforms(1, (9, int(mean * 1e4)), 20_000)])
    means = mean * (0.5 + keyed_uniforms(1, (10,), u.size))
    k = streams.poisson_quantiles(u, means)
    assert (special.pdtr(k, means) >= u).all()
    assert ((k == 0.0) | (special.pdtr(np.maximum(k - 1.0, 0.0), means) < u)).all()


def test_uniforms_lie_strictly_inside_the_unit_interval_and_are_uniform() -> None:
    u = draw_uniforms(WEEK, Purpose.TIE, 200_000)
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > 1e-4


def test_a_longer_draw_begins_with_the_shorter_one() -> None:
    assert (draw_uniforms(WEEK, Purpose.TIE, 100) == draw_uniforms(WEEK, Purpose.TIE, 1000)[:100]).all()


def test_streams_of_other_purposes_layers_epochs_and_seeds_are_unrelated() -> None:
    n = 20_000
    history = Window(seed=1, epoch=HISTORY, replication=0, start_date="2024-05-13", days=7)
    other_seed = Window(seed=2, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
    drawn = [
        draw_uniforms(WEEK, Purpose.TIE, n),
        draw_uniforms(WEEK, Purpose.SELECT, n),
        draw_uniforms(WEEK, Purpose.TIE, n, layer=1),
        draw_uniforms(history, Purpose.TIE, n),
        draw_uniforms(other_seed, Purpose.TIE, n),
        keyed_uniforms(1, (int(Purpose.TIE),), n),
    ]
    correlation = np.corrcoef(drawn) - np.eye(len(drawn))
    assert np.abs(correlation).max() < 5.0 / math.sqrt(n)


def test_the_calendar_does_not_touch_the_streams() -> None:
    elsewhen = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2023-01-02", days=1)
    assert (draw_uniforms(elsewhen, Purpose.TIE, 9) == draw_uniforms(WEEK, Purpose.TIE, 9)).all()

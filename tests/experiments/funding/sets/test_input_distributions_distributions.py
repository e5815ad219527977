"""Laws by their quantile functions, against scipy's own and against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from experiments.funding.sets.input_distributions import Distribution, pert_over_range

LAWS = [
    Distribution("uniform", 2.0, 5.0),
    Distribution("log_uniform", 0.002, 0.5),
    Distribution("triangular", 3.5, 4.2, 5.5),
    Distribution("pert", 0.5, 1.0, 1.5),
    Distribution("log_pert", 0.01, 0.1, 2.0),
    Distribution("gamma", 33.5, 0.2),
    Distribution("overrun", 0.9, 1.1, 1.6),
]


def mean(law: Distribution) -> float:
    return float(integrate.quad(lambda u: float(law.at(u)), 0.0, 1.0, limit=200)[0])


@given(st.sampled_from(LAWS), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_quantiles_rise(law: Distribution, u: float, v: float) -> None:
    low, high = sorted((u, v))
    assert law.at(low) <= law.at(high)


@pytest.mark.parametrize("law", LAWS[:5], ids=lambda law: law.kind)
def test_ranges_are_kept(law: Distribution) -> None:
    ends = (law.a, law.b) if law.kind.endswith("uniform") else (law.a, law.c)
    assert law.at([0.0, 1.0]) == pytest.approx(ends)


def test_gamma_has_its_mean_and_variation() -> None:
    law = Distribution("gamma", 33.5, 0.2)
    assert mean(law) == pytest.approx(33.5, rel=1e-6)
    u = np.array([0.1, 0.5, 0.9])
    assert law.at(u) == pytest.approx(stats.gamma.ppf(u, 25.0, scale=33.5 / 25.0))
    assert Distribution("gamma", 7.0, 0.0).at([0.1, 0.9]).tolist() == [7.0, 7.0]


def test_overrun_has_its_percentiles() -> None:
    assert Distribution("overrun", 0.9, 1.1, 1.6).at([0.05, 0.5, 0.95]) == pytest.approx([0.9, 1.1, 1.6])


@pytest.mark.parametrize(("low", "mode", "high"), [(0.5, 1.0, 1.5), (2.0, 2.0, 6.0), (0.0, 3.0, 4)])
def test_pert_has_the_mean_of_its_definition(low: float, mode: float, high: float) -> None:
    assert mean(Distribution("pert", low, mode, high)) == pytest.approx((low + 4 * mode + high) / 6.0)


def test_wide_ranges_are_taken_on_a_log_scale() -> None:
    assert pert_over_range(1.0, 2.0, 9.0).kind == "pert"
    assert pert_over_range(1.0, 2.0, 11.0) == Distribution("log_pert", 1.0, 2.0, 11.0)
    assert pert_over_range(0.0, 0.1, 1.0).kind == "pert"
    assert Distribution("log_pert", 0.01, 0.1, 1.0).at(0.5) == pytest.approx(0.1)


def test_a_range_without_width_is_a_number() -> None:
    assert Distribution("pert", 2.0, 2.0, 2.0).at([0.0, 1.0]).tolist() == [2.0, 2.0]
    assert Distribution("triangular", 2.0, 2.0, 2.0).at([0.0, 1.0]).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.kind)
def test_words_name_every_parameter(law: Distribution) -> None:
    assert all(f"{number:g}" in law.words for number in (law.a, law.b, law.c) if number)

"""Firms: tables draw what they are asked for, standardising and sharing out add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.study.study import compose_scenario
from sim.trucks.firms import PopulationKey, draw_crew, draw_firms, make_sampling_table, standardised
from sim.trucks.population import CARRIER_FIRMS, DRIVERS

U = (np.arange(400_000) + 0.5) / 400_000


def _key(**changes: object) -> PopulationKey:
    traffic = compose_scenario().traffic
    values: dict[str, object] = {
        "seed": 1,
        "n_carriers": 10,
        "n_drivers": 10,
        "n_plates": 10,
        "n_shippers": 10,
        "n_consignees": 10,
        "empty_share": 0.2,
        "fast_share": 0.3,
        "commodity_share": (0.1,) * 10,
        "value_lean_sd": (0.0,) * 10,
        "trucks_per_year": 1e5,
        "firm_ln_sd": 0.5,
        "firms": traffic.firms,
    }
    return PopulationKey(**(values | changes))  # type: ignore[arg-type]


def test_a_table_draws_by_weight() -> None:
    general, fast = np.array([1.0, 0.0, 3.0]), np.array([0.0, 2.0, 0.0])
    table = make_sampling_table(general, fast)
    drawn = table.draw(np.zeros(U.size, dtype=np.bool_), U)
    np.testing.assert_allclose(np.bincount(drawn) / U.size, [0.25, 0.0, 0.75], atol=1e-4)
    assert (table.draw(np.ones(U.size, dtype=np.bool_), U) == 1).all()
    np.testing.assert_allclose(table.weights(0.4, 3), [0.15, 0.4, 0.45], atol=1e-4)


def test_standardised_has_weighted_mean_zero_and_sd_one() -> None:
    z, weight = np.array([1.0, 2.0, 5.0, 9.0]), np.array([0.4, 0.3, 0.2, 0.1])
    found = standardised(z, weight)
    assert np.average(found, weights=weight) == pytest.approx(0.0, abs=1e-12)
    assert np.average(found**2, weights=weight) == pytest.approx(1.0)
    assert (standardised(np.ones(4), weight) == 0.0).all()
    assert (standardised(z, np.zeros(4)) == z).all()


@pytest.mark.parametrize("n", [10, 57, 1000])
def test_crews_cover_everybody_and_their_crossings_add_up(n: int) -> None:
    weight = 1.0 / np.arange(1.0, 41.0)
    crew = draw_crew(_key(), n, weight / weight.sum(), DRIVERS)
    assert (crew.count >= 1).all()
    assert (crew.first + crew.count <= n).all()
    total = crew.crossings_12m.sum()
    assert 0.85 * 1e5 < total < 1.001e5  # new drivers have been here for part of the year only


def test_spread_puts_one_uniform_in_each_part() -> None:
    spread = _key().spread(DRIVERS[0], 64)
    assert sorted((spread * 64).astype(int).tolist()) == list(range(64))


@pytest.mark.parametrize("share", [0.001, 0.15, 0.999])
def test_new_firms_have_their_share_and_no_standing(share: float) -> None:
    habits = replace(compose_scenario().traffic.firms, new_firm_share=share)
    firms = draw_firms(_key(firms=habits), 2000, CARRIER_FIRMS, 20.0)
    new = firms.age_days < 365.0
    assert new.mean() == pytest.approx(share, abs=1e-3)
    assert not (new & firms.member).any()
    assert firms.age_days.min() >= 0.0


def test_a_steeper_law_of_sizes_makes_the_largest_larger() -> None:
    habits = compose_scenario().traffic.firms
    largest = []
    for exponent in (0.0, 1.0, 2.0):
        key = _key(firms=replace(habits, size_zipf_exponent=exponent, new_size_ratio=1.0))
        size = draw_firms(key, 1000, CARRIER_FIRMS, 20.0).size
        largest.append(size.max() / size.sum())
    assert largest[0] == pytest.approx(1e-3)
    assert largest == sorted(largest)

"""Population: shares are hit, entities belong together, records follow size, age and propensity."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import FloatArray
from sim.frames import LazyColumns
from sim.scenario import Scenario
from sim.setting.port import COMMODITIES
from sim.setting.window import EVALUATION, Window
from sim.trucks.manifest import draw_manifest
from sim.trucks.population import (
    Population,
    add_parties,
    customer_slot,
    customer_slot_shares,
    draw_population,
    population_key,
)
from sim.trucks.streams import Purpose, keyed_uniforms

Make = Callable[..., Scenario]
N = 200_000
SMALLEST = tuple(f"traffic.n_{name}=10" for name in ("carriers", "drivers", "plates", "shippers", "consignees"))


def _luck(purpose: Purpose) -> FloatArray:
    return keyed_uniforms(1, (7, int(purpose)), N)


def _parties(scenario: Scenario) -> dict[str, np.ndarray]:
    columns = LazyColumns()
    add_parties(columns, population_key(scenario), _luck)
    return dict(columns)


def _same(first: Population, second: Population) -> bool:
    return all(
        np.array_equal(a, b)
        for a, b in (
            (first.carriers.past.latent, second.carriers.past.latent),
            (first.carriers.past.crossings_12m, second.carriers.past.crossings_12m),
            (first.shippers.customers, second.shippers.customers),
            (first.shippers.past.finds_5y, second.shippers.past.finds_5y),
        )
    )


def _within(found: float, expected: float, n: int) -> bool:
    return abs(found - expected) <= 4.5 * math.sqrt(expected * (1.0 - expected) / n) + 1e-4


@pytest.mark.parametrize("overrides", [(), SMALLEST, ("port=bare",)])
def test_fast_empty_and_commodity_shares_are_hit(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    scenario = make_scenario(*overrides)
    mix, parties = scenario.port.mix, _parties(scenario)
    laden, fast = parties["laden"], parties["fast"]
    assert _within(fast.mean(), mix.fast_share, N)
    assert _within(1.0 - laden.mean(), mix.empty_share, N)
    commodity = draw_population(scenario).shippers.commodity[parties["shipper"][laden]]
    for code, name in enumerate(COMMODITIES):
        assert _within((commodity == code).mean(), mix.commodity_share[name], int(laden.sum()))


@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_extreme_shares(make_scenario: Make, share: float) -> None:
    scenario = make_scenario(f"port.mix.fast_share={share}", f"port.mix.empty_share={share}")
    parties = _parties(scenario)
    assert _within(parties["fast"].mean(), share, N)
    assert _within(1.0 - parties["laden"].mean(), share, N)
    assert (parties["shipper"][~parties["laden"]] == -1).all()
    assert (parties["consignee"][~parties["laden"]] == -1).all()
    assert not (parties["first_pair"] & ~parties["laden"]).any()


def test_a_commodity_that_is_not_traded_never_comes(scenario: Scenario) -> None:
    only = dict.fromkeys(COMMODITIES, 0.0) | {"produce": 1.0}
    mix = replace(scenario.port.mix, commodity_share=only)
    produce = replace(scenario, port=replace(scenario.port, mix=mix))
    commodities = draw_population(produce).shippers.commodity
    assert set(commodities) == {COMMODITIES.index("produce")}


@pytest.mark.parametrize("overrides", [(), SMALLEST])
def test_fast_trucks_come_from_established_members(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    scenario = make_scenario(*overrides)
    population, parties = draw_population(scenario), _parties(scenario)
    fast = parties["fast"]
    assert population.carriers.ctpat[parties["carrier"][fast]].all()
    assert (population.carriers.past.age_days[population.carriers.ctpat] >= 365.0).all()
    assert not population.carriers.ctpat.all()


@pytest.mark.parametrize("overrides", [(), SMALLEST, ("traffic.n_carriers=20000",)])
def test_every_code_exists_and_crews_belong_to_carriers(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    scenario = make_scenario(*overrides)
    traffic, parties = scenario.traffic, _parties(scenario)
    carriers = draw_population(scenario).carriers
    for name in ("carrier", "driver", "plate", "shipper", "consignee"):
        codes = parties[name][parties["laden"]]
        assert codes.min() >= 0
        assert codes.max() < getattr(traffic, f"n_{name}s")
    for name, crew in (("driver", carriers.drivers), ("plate", carriers.plates)):
        place = parties[name] - crew.first[parties["carrier"]]
        assert place.min() >= 0
        assert (place < crew.count[parties["carrier"]]).all()


def test_a_usual_driver_is_of_the_tractors_own_team(scenario: Scenario) -> None:
    parties = _parties(scenario)
    usual = ~parties["driver_change"]
    pairs = np.unique(np.stack([parties["plate"][usual], parties["driver"][usual]]), axis=1)
    assert pairs.shape[1] <= scenario.traffic.n_plates + scenario.traffic.n_drivers


def test_expected_crossings_are_those_that_are_drawn(scenario: Scenario) -> None:
    """The past year's crossings of old carriers and shippers agree with today's shares."""
    population, parties = draw_population(scenario), _parties(scenario)
    a_year = sum(scenario.port.volume.trucks_per_month)
    for past, codes in (
        (population.carriers.past, parties["carrier"]),
        (population.shippers.past, parties["shipper"][parties["laden"]]),
    ):
        old = (past.age_days >= 365.0) & (past.crossings_12m > 200.0)
        seen = np.bincount(codes, minlength=old.size)[old] * (a_year / N)
        recorded = past.crossings_12m[old]
        z = (seen - recorded) / np.sqrt(recorded * (1.0 + a_year / N))
        assert abs(z.mean()) < 5.0 / math.sqrt(z.size)
        assert 0.8 < z.std() < 1.2


def test_records_follow_size_age_and_propensity(scenario: Scenario) -> None:
    past = draw_population(scenario).carriers.past
    assert (past.exams_12m <= past.crossings_12m).all()
    new = past.age_days < 365.0
    assert 0.1 < new.mean() < 0.2
    assert past.crossings_12m[new].mean() < 0.5 * past.crossings_12m[~new].mean()
    per_crossing = np.sqrt(past.crossings_12m)
    large = past.crossings_12m > 100.0
    exams_z = (past.exams_12m - 0.02 * past.crossings_12m)[large] / per_crossing[large]
    assert np.corrcoef(exams_z, past.latent[large])[0, 1] > 0.05


def _finds_by_propensity(scenario: Scenario) -> tuple[float, float]:
    """Return past finds per crossing of firms of high and low propensity, over several seeds."""
    rates = np.zeros((2, 2))
    for seed in range(1, 13):
        traffic = replace(scenario.traffic, population_seed=seed)
        past = draw_population(replace(scenario, traffic=traffic)).carriers.past
        for row, group in enumerate((past.latent > 0.5, past.latent < -0.5)):
            rates[row] += past.finds_5y[group].sum(), past.crossings_12m[group].sum()
    return float(rates[0, 0] / rates[0, 1]), float(rates[1, 0] / rates[1, 1])


def test_past_finds_lean_towards_high_propensity(scenario: Scenario) -> None:
    high, low = _finds_by_propensity(scenario)
    assert high > 1.5 * low
    none = replace(scenario, threat=replace(scenario.threat, hidden_ln_sd=0.0))
    high, low = _finds_by_propensity(none)
    assert 0.7 < high / low < 1.4


def test_the_population_is_fixed_by_its_own_seed_only(make_scenario: Make) -> None:
    base = draw_population(make_scenario())
    for same in (
        "policy=scan_everything",
        "traffic.volume_scale=1.1",
        "staffing=april_2019",
        "threat.prevalence_per_truck=0.01",
    ):
        assert _same(base, draw_population(make_scenario(same)))
    assert not _same(base, draw_population(make_scenario("traffic.population_seed=2")))


def test_firms_come_back_in_other_windows(scenario: Scenario) -> None:
    weeks = [Window(seed=1, epoch=EVALUATION, replication=r, start_date="2024-05-13", days=7) for r in (0, 1)]
    first, second = (set(draw_manifest(scenario, week)["shipper"]) for week in weeks)
    assert len(first & second) > 0.5 * len(first)


def test_slots_have_their_shares() -> None:
    for n in (1, 3, 4):
        counts = np.bincount(customer_slot((np.arange(N) + 0.5) / N, n))
        np.testing.assert_allclose(counts / N, customer_slot_shares(n), atol=1e-4)
    assert customer_slot_shares(4)[0] == pytest.approx(0.5)

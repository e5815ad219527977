"""Threat: the mean is the prevalence, the truth follows the traits, no trait decides alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats

from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.frames import LazyColumns
from sim.scenario import Scenario
from sim.setting.contraband import CONCEALMENTS, CONTRABAND, CONTRABAND_UNIT, LOAD_SIZE_OF
from sim.setting.threat import SMALL, TRAIT_NAMES, Threat
from sim.setting.window import EVALUATION, Window
from sim.trucks import threat as threats
from sim.trucks.manifest import draw_manifest, threat_base
from sim.trucks.streams import Purpose, keyed_uniforms

Make = Callable[..., Scenario]
N = 400_000


def _luck(purpose: Purpose) -> FloatArray:
    return keyed_uniforms(1, (7, int(purpose)), N)


def _manifests(scenario: Scenario, n: int) -> dict[str, np.ndarray]:
    weeks = [Window(seed=1, epoch=EVALUATION, replication=r, start_date="2024-05-13", days=7) for r in range(n)]
    frames = [draw_manifest(scenario, week) for week in weeks]
    return {name: np.concatenate([f[name] for f in frames]) for name in frames[0].columns}


def _auc(score: np.ndarray, p: np.ndarray) -> float:
    """Return P(a carrying truck scores above a clean one), each truck counted by P(carrying)."""
    order = np.argsort(score, kind="stable")
    carrying, clean = p[order], 1.0 - p[order]
    return float(((np.cumsum(clean) - clean / 2.0) * carrying).sum() / carrying.sum() / clean.sum())


@pytest.fixture(scope="module")
def trucks(scenario: Scenario) -> dict[str, np.ndarray]:
    return _manifests(scenario, 8)


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("threat.prevalence_per_truck=0.05",),
        ("threat.prevalence_per_truck=0.5",),
        ("port=bare", "traffic=flat", "traffic.trucks_per_h=250"),
        ("threat.hidden_ln_sd=0",),
        ("port.mix.fast_share=0.6", "port.mix.empty_share=0.1"),
    ],
)
def test_the_mean_of_p_carrying_is_the_prevalence(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    scenario = make_scenario(*overrides)
    p = _manifests(scenario, 6)["true_p_carrying"]
    prevalence = scenario.threat.prevalence_per_truck
    # The error of the trucks drawn, and that of the sample on which the mean is set.
    half_width = 4.0 * (p.std() / math.sqrt(p.size) + 0.001 * prevalence)
    assert abs(p.mean() - prevalence) < half_width
    assert half_width < 0.07 * prevalence
    assert p.max() <= 0.9


def test_carrying_happens_with_its_probability(make_scenario: Make) -> None:
    trucks = _manifests(make_scenario("threat.prevalence_per_truck=0.05"), 3)
    p, carrying = trucks["true_p_carrying"], trucks["true_carrying"]
    for low, high in ((0.0, 0.01), (0.01, 0.05), (0.05, 0.3), (0.3, 1.0)):
        group = (p >= low) & (p < high)
        sd = math.sqrt((p[group] * (1.0 - p[group])).sum())
        assert abs(carrying[group].sum() - p[group].sum()) < 4.0 * sd
    assert not trucks["true_load"][~carrying].any()
    assert (trucks["true_load"][carrying] > 0.0).all()


def test_no_prevalence_no_threat(make_scenario: Make) -> None:
    trucks = _manifests(make_scenario("threat.prevalence_per_truck=0"), 1)
    assert not trucks["true_p_carrying"].any()
    assert not trucks["true_carrying"].any()


def test_prevalence_moves_every_truck_by_the_same_factor(make_scenario: Make) -> None:
    low = _manifests(make_scenario("threat.prevalence_per_truck=1e-5"), 1)
    high = _manifests(make_scenario("threat.prevalence_per_truck=2e-5"), 1)
    np.testing.assert_allclose(high["true_p_carrying"], 2.0 * low["true_p_carrying"], rtol=1e-9)
    assert (high["true_carrying"] | ~low["true_carrying"]).all()
    for name in ("carrier", "shipper_finds_5y", "true_contraband", "true_concealment", "value_usd"):
        assert (low[name] == high[name]).all()


def test_each_trait_multiplies_by_what_is_configured(trucks: dict, scenario: Scenario) -> None:
    """Take each trait away: its trucks lose its odds, all others only the change of the base."""
    odds = scenario.threat.trait_ln_odds
    full = threats.visible_ln_odds(scenario.threat, trucks)
    for name in odds:
        rest = {key: value for key, value in odds.items() if key != name}
        without = threats.visible_ln_odds(replace(scenario.threat, trait_ln_odds=rest), trucks)
        has = threats.TRAITS[name](trucks)
        np.testing.assert_allclose(full - without, odds[name] * has, atol=1e-12)
        assert 0.003 < has.mean() < 0.4, name


def test_hidden_part_has_the_standard_deviation_asked_for(trucks: dict, scenario: Scenario) -> None:
    known = threats.visible_ln_odds(scenario.threat, trucks) + threat_base(scenario)
    hidden = np.log(trucks["true_p_carrying"]) - known
    assert trucks["true_p_carrying"].max() < 0.9
    for group in (trucks["laden"], ~trucks["laden"]):
        assert hidden[group].std() == pytest.approx(scenario.threat.hidden_ln_sd, rel=0.05)
        assert abs(hidden[group].mean()) < 0.1


def test_no_trait_decides_and_all_together_help(trucks: dict, scenario: Scenario) -> None:
    p = trucks["true_p_carrying"]
    jitter = trucks["u_tie"] * 1e-9
    for name, trait in threats.TRAITS.items():
        assert 0.38 < _auc(trait(trucks) + jitter, p) < 0.65, name
    visible = _auc(threats.visible_ln_odds(scenario.threat, trucks) + jitter, p)
    assert 0.70 < visible < 0.80
    assert visible + 0.05 < _auc(np.log(p), p) < 0.92


def test_an_unknown_trait_is_refused_before_anything_is_drawn(scenario: Scenario, make_scenario: Make) -> None:
    with pytest.raises(ConfigError, match=r"^threat\.trait_ln_odds\.red_paint: unknown trait"):
        make_scenario("+threat.trait_ln_odds.red_paint=1.0")
    with pytest.raises(ConfigError, match=r"^trait_ln_odds\.red_paint: unknown trait"):
        replace(scenario.threat, trait_ln_odds={"red_paint": 1.0})


def test_every_known_trait_has_one_meaning() -> None:
    assert set(threats.TRAITS) == set(threats._MEANING) == set(TRAIT_NAMES)


@pytest.mark.parametrize("sd", [0.0, 0.5, 1.5])
@pytest.mark.parametrize("prevalence", [1e-4, 0.05, 0.5])
def test_base_is_exact_also_where_probabilities_are_capped(sd: float, prevalence: float) -> None:
    ln = np.linspace(-3.0, 3.0, 500)
    base = threats.solve_carrying_base(ln, np.full(ln.size, sd), prevalence)
    z = stats.norm.ppf((np.arange(10_000) + 0.5) / 10_000)
    drawn = threats.carrying_probability(ln[:, None] + sd * z, base).mean()
    assert drawn == pytest.approx(prevalence, rel=0.003)


@pytest.mark.parametrize("sd", [0.0, 0.3, 1.0, 2.5])
def test_what_is_left_out_of_the_mean_probability_changes_no_bit(sd: float) -> None:
    """Trucks from far below the cap to far above it, by the formula written out."""
    ln = np.concatenate([np.linspace(-60.0, 10.0, 20_001), -9.0 * sd - sd * sd + np.linspace(-1e-6, 1e-6, 2001)])
    ln_sd, cap = np.full(ln.size, sd), math.log(threats.P_MAX)
    safe = np.maximum(ln_sd, 1e-9)
    for base in (-0.5, 0.0, 1.25):
        a = ln + base
        below = np.exp(a + safe * safe / 2.0) * special.ndtr((cap - a) / safe - safe)
        whole = float(np.mean(below + threats.P_MAX * special.ndtr((a - cap) / safe)))
        assert threats._mean_probability(ln, ln_sd, base) == whole


def _drawn(threat: Threat, *, laden: bool) -> dict[str, np.ndarray]:
    columns = LazyColumns({"true_p_carrying": np.ones(N), "laden": np.full(N, laden)})
    threats.add_threat(columns, threat, _luck)
    return dict(columns)


def _resized(threat: Threat, **change: float) -> Threat:
    """Return the threat with every load changed."""
    loads = {name: replace(load, **change) for name, load in threat.loads.items()}
    return replace(threat, loads=loads)


@pytest.mark.parametrize("laden", [True, False])
@pytest.mark.parametrize(
    ("option", "small_max"),
    [
        ("hard_drugs", None),
        ("hard_drugs", 0.0),
        ("hard_drugs", 600.0),
        ("human_smuggling", 6.5),
        ("hard_drugs_and_people", None),
        ("outbound", None),
        ("outbound", 3.0),
    ],
)
def test_class_weights_and_loads_are_those_of_the_draw(
    make_scenario: Make, option: str, small_max: float | None, laden: bool
) -> None:
    threat = make_scenario(f"threat={option}").threat
    if small_max is not None:
        threat = _resized(threat, small_max=small_max)
    drawn = _drawn(threat, laden=laden)
    weights = threats.load_class_weights(threat, laden=laden)
    mean = threats.load_class_means(threat, laden=laden)
    assert weights.shape == mean.shape == (len(CONTRABAND), len(CONCEALMENTS))
    assert weights.sum() == pytest.approx(1.0)
    for kind in range(len(CONTRABAND)):
        for place in range(len(CONCEALMENTS)):
            group = (drawn["true_contraband"] == kind) & (drawn["true_concealment"] == place)
            expected = weights[kind, place]
            assert abs(group.mean() - expected) <= 4.5 * math.sqrt(expected / N)
            if group.sum() > 1000:
                loads = drawn["true_load"][group]
                error = loads.std() / math.sqrt(loads.size)
                assert abs(loads.mean() - mean[kind, place]) < 4.5 * error


@pytest.mark.parametrize("drug", ["methamphetamine", "cocaine", "heroin", "fentanyl"])
def test_loads_follow_the_distribution_of_their_drug_and_small_ones_are_small(scenario: Scenario, drug: str) -> None:
    drawn, load = _drawn(scenario.threat, laden=True), scenario.threat.load(drug)
    kind = drawn["true_contraband"] == CONTRABAND.index(drug)
    load_kg = drawn["true_load"][kind]
    assert stats.kstest(np.log(load_kg), "norm", (math.log(load.median), load.ln_sd)).pvalue > 1e-3
    assert (drawn["true_concealment"][kind][load_kg <= load.small_max] == SMALL).all()
    code = CONTRABAND.index(drug)
    weights = threats.load_class_weights(scenario.threat, laden=True)[code]
    mean_kg = (weights * threats.load_class_means(scenario.threat, laden=True)[code]).sum() / weights.sum()
    assert mean_kg == pytest.approx(load.median * math.exp(load.ln_sd**2 / 2.0))


def test_loads_of_one_size(scenario: Scenario) -> None:
    threat = _resized(scenario.threat, ln_sd=0.0, median=8.0)
    weights = threats.load_class_weights(threat, laden=True)
    assert weights[:, SMALL].sum() == pytest.approx(1.0)
    occurs = np.isin(CONTRABAND, threat.types())
    mean = threats.load_class_means(threat, laden=True)
    np.testing.assert_allclose(mean[occurs, SMALL], 8.0)
    assert not mean[~occurs].any()


@pytest.mark.parametrize("option", ["human_smuggling", "hard_drugs_and_people", "outbound"])
def test_only_the_types_of_the_threat_occur_and_heads_are_whole(make_scenario: Make, option: str) -> None:
    threat = make_scenario(f"threat={option}").threat
    drawn = _drawn(threat, laden=True)
    kinds = np.array(CONTRABAND)[drawn["true_contraband"]]
    assert set(kinds) == set(threat.types()) == set(threat.type_share)
    counts = drawn["true_load"][np.isin(kinds, [name for name in CONTRABAND if CONTRABAND_UNIT[name] == "n"])]
    assert counts.size > 0
    assert (counts >= 1.0).all()
    assert (counts == np.round(counts)).all()


def test_a_type_whose_share_is_zero_does_not_occur(make_scenario: Make) -> None:
    threat = make_scenario(
        "threat=outbound", "threat.type_share={firearms: 0.0, bulk_cash: 1.0, precursors: 0.0}"
    ).threat
    assert threat.types() == ("bulk_cash",)
    drawn = _drawn(threat, laden=False)
    assert (drawn["true_contraband"] == CONTRABAND.index("bulk_cash")).all()


def test_both_northbound_threats_in_one_are_the_sum_of_the_two(make_scenario: Make) -> None:
    drugs, people, both = (
        make_scenario(f"threat={name}").threat for name in ("hard_drugs", "human_smuggling", "hard_drugs_and_people")
    )
    total = drugs.prevalence_per_truck + people.prevalence_per_truck
    assert both.prevalence_per_truck == pytest.approx(total)
    assert both.type_share["persons"] == pytest.approx(1.0 / 11.0, abs=0.01)
    assert both.loads == drugs.loads | people.loads


def test_the_outbound_loads_add_up_to_the_published_flows(make_scenario: Make) -> None:
    """10% of 200,000 firearms and of 28 bn USD a year, in 7.6 million trucks."""
    threat = make_scenario("threat=outbound").threat
    loads = 7.6e6 * threat.prevalence_per_truck
    weights = threats.load_class_weights(threat, laden=True)
    amount = loads * (weights * threats.load_class_means(threat, laden=True)).sum(axis=1)
    assert amount[CONTRABAND.index("firearms")] == pytest.approx(20_000, rel=0.05)
    assert amount[CONTRABAND.index("bulk_cash")] == pytest.approx(2.8e9, rel=0.05)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["+threat.type_share.marijuana=0.0"], r"^threat\.type_share\.marijuana: unknown type"),
        (["+threat.type_share.persons=0.0"], r"^threat\.loads: these types need the loads"),
        (["threat.type_share.heroin=0.5"], r"^threat\.type_share: must add up to 1"),
        (["threat.loads.heroin_kg.median=0"], r"^threat\.loads\.heroin_kg\.median: must be between"),
        (["~threat.loads.heroin_kg"], r"^threat\.loads: these types need the loads"),
        (
            ["~threat.loads.fentanyl_kg.concealment_share_laden.small"],
            r"^threat\.loads\.fentanyl_kg\.concealment_share_laden: ",
        ),
    ],
)
def test_a_threat_that_makes_no_sense_is_refused(make_scenario: Make, overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_scenario(*overrides)


def test_every_type_has_a_load_of_its_own_in_its_unit() -> None:
    assert set(CONTRABAND_UNIT) == set(LOAD_SIZE_OF) == set(CONTRABAND)
    assert len(set(LOAD_SIZE_OF.values())) == len(CONTRABAND)
    for name, key in LOAD_SIZE_OF.items():
        assert key == f"{name}_{CONTRABAND_UNIT[name]}"


def test_an_empty_truck_hides_nothing_among_goods(trucks: dict) -> None:
    assert not (trucks["true_concealment"][~trucks["laden"]] == CONCEALMENTS.index("in_cargo")).any()

from __future__ import annotations

import numpy as np
import pytest

from experiments.execution.redraws import (
    TRAIT_KEYS,
    AssumedInput,
    assumed_inputs,
    latin_hypercube,
    mapping_with_redraws,
    mappings_with_redraws,
    redraw_inputs,
    with_wide_traits,
)
from experiments.study.study import Study, build_study
from sim.errors import ConfigError
from sim.scenario import build_scenario
from sim.setting.threat import TRAIT_NAMES


@pytest.fixture(scope="module")
def asked() -> Study:
    return build_study(["experiment=lanes", "robustness.draws=20"], "compare")


@pytest.fixture(scope="module")
def found(asked: Study) -> list[AssumedInput]:
    return assumed_inputs(asked.inputs(asked.baseline))


def test_a_latin_hypercube_meets_every_part_of_every_range_once() -> None:
    table = latin_hypercube(1, 10, 5)
    assert np.array_equal(np.sort((10 * table).astype(int), axis=0), np.tile(np.arange(10), (5, 1)).T)
    assert np.array_equal(table, latin_hypercube(1, 10, 5))
    assert not np.array_equal(table, latin_hypercube(2, 10, 5))


def test_models_policies_prices_and_crews_are_held(found: list[AssumedInput]) -> None:
    keys = {one.key for one in found}
    assert len(keys) > 150
    assert {"scanner.rho", "threat.prevalence_per_truck", "port.primary.service.mean_min"} <= keys
    assert not [key for key in keys if key.startswith(("risk.", "policy.", "value."))]
    assert not [key for key in keys if ".cost." in key or key.endswith(("crew_officers", ".cv"))]


def test_numbers_stay_in_their_ranges_and_whole_where_they_are_counts(asked: Study, found: list[AssumedInput]) -> None:
    for world in redraw_inputs(asked, found):
        for one, number in world:
            assert one.low <= number <= one.high
            assert isinstance(one.value, list) or isinstance(number, int) == isinstance(one.value, int)


def test_a_range_over_a_decade_is_redrawn_on_a_log_scale() -> None:
    wide = AssumedInput("p", 1e-4, 2e-5, 5e-4)
    assert wide.at(0.5) == pytest.approx(1e-4)
    assert AssumedInput("q", 0.2, 0.1, 0.5).at(0.5) == pytest.approx(0.3)


def test_log_odds_are_redrawn_on_a_straight_scale() -> None:
    assert AssumedInput("threat.trait_ln_odds.night", 0.4, 0.1, 1.9).at(0.5) == pytest.approx(1.0)


def test_traits_keep_the_sign_of_their_sources_unless_they_are_wide(asked: Study, found: list[AssumedInput]) -> None:
    odds = [one for one in found if one.key.startswith(TRAIT_KEYS)]
    assert len(odds) == len(TRAIT_NAMES)
    assert all(one.low * one.high > 0.0 and one.low <= one.value <= one.high for one in odds)
    assert {one.key.rpartition(".")[2] for one in odds if one.high < 0.0} == {"fast", "empty"}
    wide = with_wide_traits(found, asked.robustness.wide_traits)
    assert [one.key for one in wide] == [one.key for one in found]
    changed = {one.key for one, before in zip(wide, found, strict=True) if one != before}
    assert changed == {one.key for one in odds}
    assert {(one.low, one.high) for one in wide if one.key in changed} == {(-2.0, 2.5)}


def test_every_draw_builds_and_shares_add_up(asked: Study, found: list[AssumedInput]) -> None:
    base = asked.mapping(asked.baseline)
    for world in redraw_inputs(asked, found):
        for name in asked.alternatives:
            mapping = mapping_with_redraws(asked.mapping(name), base, world)
            built = build_scenario(mapping)
            assert sum(built.threat.type_share.values()) == pytest.approx(1.0)
            assert sum(built.port.volume.hour_share["weekday"]) == pytest.approx(1.0)
            assert built.staffing == asked.alternatives[name].staffing
    assert base == asked.mapping(asked.baseline)


def test_a_shape_is_bent_and_a_timetable_is_scaled() -> None:
    base = {"port": {"hour_share": [0.5, 0.25, 0.25], "shifts": [{"from_h": 7, "lanes": 10}]}}
    shape = AssumedInput("port.hour_share", None, 0.5, 1.5, factor=True)
    lanes = AssumedInput("port.shifts", None, 0.85, 1.15, factor=True)
    new = mapping_with_redraws(base, base, [(shape, 0.0), (lanes, 1.15)])
    assert new["port"]["hour_share"] == pytest.approx([1 / 3] * 3)
    assert new["port"]["shifts"] == [{"from_h": 7, "lanes": 12}]


def test_an_alternative_keeps_what_it_sets_itself() -> None:
    base, own = {"a": {"x": 1.0, "y": 2.0}}, {"a": {"x": 5.0, "y": 2.0}}
    drawn = [(AssumedInput(f"a.{k}", 1.0, 0.0, 9.0), 7.0) for k in ("x", "y")]
    assert mapping_with_redraws(own, base, drawn) == {"a": {"x": 5.0, "y": 7.0}}


def test_shares_of_nothing_are_refused() -> None:
    base = {"a": {"x": 0.5, "y": 0.5}}
    drawn = [(AssumedInput(f"a.{k}", 0.5, 0.0, 1.0), 0.0) for k in ("x", "y")]
    with pytest.raises(ConfigError, match="add up to nothing"):
        mapping_with_redraws(base, base, drawn)


def test_parts_that_equal_the_baselines_are_redrawn_once_for_all(asked: Study, found: list[AssumedInput]) -> None:
    mappings = {name: asked.mapping(name) for name in asked.alternatives}
    base = mappings[asked.baseline]
    drawn = next(iter(redraw_inputs(asked, found)))
    together = mappings_with_redraws(mappings, asked.baseline, drawn)
    assert together == {name: mapping_with_redraws(mapping, base, drawn) for name, mapping in mappings.items()}
    assert len({id(mapping["threat"]) for mapping in together.values()}) == 1
    assert len({repr(mapping["staffing"]) for mapping in together.values()}) > 1

"""Models retrained in redrawn sets: kept by content, the same in every process, none where nothing learns."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from experiments.execution.content import model_fingerprint
from experiments.execution.redraws import assumed_inputs, mapping_with_redraws, redraw_inputs
from experiments.execution.robustness import Drawn, RedrawnResults, redraw_study
from experiments.study.study import Study, build_study, compose_scenario
from experiments.training import retrain
from experiments.training.find_or_train import retraining_of, train_all
from experiments.training.retrain import Retraining
from sim.scenario import Scenario, build_scenario
from sim.shared_draws import risk_key

WORLD = ("traffic.volume_scale=0.1", "threat.prevalence_per_truck=0.006")
SMALL = (
    *WORLD,
    "replications=2",
    "days=1",
    "start_date=2024-05-14",
    "robustness.draws=3",
    "robustness.wide_traits.draws=1",
)
ALTERNATIVES = {"a": ("policy=todays_practice",), "b": ("policy=top_share", "policy.share=0.27", "risk=boosted")}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def study(kept: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(kept))
    one = build_study(SMALL, "run")
    scenarios = {name: compose_scenario([*WORLD, *more]) for name, more in ALTERNATIVES.items()}
    return dataclasses.replace(one, alternatives=scenarios, baseline="a", own_overrides=ALTERNATIVES)


@pytest.fixture
def retraining(study: Study) -> Retraining:
    made = retraining_of(study, Console(quiet=True))
    assert isinstance(made, Retraining)
    return made


def models_of(study: Study, retraining: Retraining, place: int = 0) -> dict[str, str]:
    drawn = list(redraw_inputs(study, assumed_inputs(study.inputs(study.baseline))))[place]
    worlds = {name: world_of(study, name, drawn) for name in study.alternatives}
    return {key: model_fingerprint(model) for key, model in retraining(worlds, drawn, place).items()}


def world_of(study: Study, name: str, drawn: Drawn) -> Scenario:
    return build_scenario(mapping_with_redraws(study.mapping(name), study.mapping(study.baseline), drawn))


def test_rules_and_random_selection_need_no_training(study: Study) -> None:
    plain = {name: s for name, s in study.alternatives.items() if name == "a"}
    assert retraining_of(dataclasses.replace(study, alternatives=plain), Console(quiet=True)) is None


def test_models_are_fitted_once_and_then_found_by_content(
    study: Study, retraining: Retraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = models_of(study, retraining), models_of(study, retraining, 1)
    assert list(first) == [risk_key(study.alternatives["b"])]
    assert first != other
    monkeypatch.setattr(retrain, "relabeled_examples", lambda *_: pytest.fail("fitted again"))
    assert models_of(study, retraining) == first
    assert models_of(study, retraining, 1) == other


def test_a_damaged_model_is_fitted_again(study: Study, retraining: Retraining, kept: Path) -> None:
    first = models_of(study, retraining)
    files = list(kept.glob("retrained/*.pickle"))
    assert files
    for path in files:
        path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    assert models_of(study, retraining) == first


def redrawn(study: Study, retraining: Retraining) -> RedrawnResults:
    scorers = train_all(study, Console(quiet=True))
    return redraw_study(study, scorers, {}, None, retraining)


def test_processes_and_caches_change_no_byte_and_gains_are_told_apart(
    study: Study, retraining: Retraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = redrawn(dataclasses.replace(study, processes=1), retraining)
    two = redrawn(dataclasses.replace(study, processes=2), retraining)
    pd.testing.assert_frame_equal(one.rows, two.rows)
    assert not one.refused
    rows = one.rows.set_index(["alternative", "draw"])
    learned, rules = rows.loc["b"], rows.loc["a"]
    assert (learned["drifted_detection"] != learned["equal_detection"]).all()
    assert (rules["drifted_detection"] == rules["equal_detection"]).all()
    assert rows["wide_detection"].notna().groupby("draw").all().tolist() == [True, False, False]
    assert len(one.wide_numbers) == 1
    assert all(key.startswith("threat.trait_ln_odds.") for key in one.wide_numbers)
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "empty"))
    retrain.common_past.cache_clear()
    pd.testing.assert_frame_equal(redrawn(study, retraining).rows, one.rows)


def test_wide_traits_alone_have_one_range_for_all(study: Study, retraining: Retraining) -> None:
    settings = dataclasses.replace(study.robustness, traits="wide", draws=2)
    wide = redrawn(dataclasses.replace(study, robustness=settings), retraining)
    odds = wide.numbers.filter(like="trait_ln_odds").to_numpy()
    assert odds.min() < -1.0
    assert odds.max() > 1.9
    assert np.isnan(wide.rows["wide_detection"]).all()
    ranges = {(a.low, a.high) for a in wide.inputs if "trait_ln_odds" in a.key}
    assert ranges == {(-2.0, 2.5)}

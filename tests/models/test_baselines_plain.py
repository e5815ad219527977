from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from ports import window_of

from experiments.study.study import compose_scenario
from models import baselines, store
from models.features import feature_matrix, visible_part
from models.fitted import FittedRisk
from models.model_card import build_model_card
from models.registry import RISK_MODELS, make_risk_model
from sim.caching import cache_files
from sim.errors import ConfigError
from sim.replication import draw_window_trucks


@pytest.fixture(scope="module", params=sorted(baselines.KNOWN_SETTINGS))
def fitted(request: pytest.FixtureRequest) -> FittedRisk:
    scenario = compose_scenario([f"risk={request.param}"])
    sample = feature_matrix(visible_part(draw_window_trucks(scenario, window_of(1))))
    return FittedRisk.without_labels(request.param, make_risk_model(scenario.risk), sample)


@pytest.fixture(scope="module")
def folder(fitted: FittedRisk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("cache")
    risk = compose_scenario([f"risk={fitted.name}"]).risk
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHGATE_CACHE", str(root))
        store.save_model(fitted, root / "models" / "one", build_model_card(fitted, risk, {}))
    return root / "models" / "one"


@pytest.fixture(autouse=True)
def cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(folder.parents[1]))
    monkeypatch.setattr(cache_files, "_TOLD", set())


@pytest.mark.parametrize("heeds_tips", [False, True])
def test_plain_scores_are_those_of_the_whole_model(fitted: FittedRisk, folder: Path, heeds_tips: bool) -> None:
    found = baselines.load_baseline(folder)
    assert found is not None
    manifest = draw_window_trucks(compose_scenario(["sharing=tip"]), window_of(1, 1))
    one = dataclasses.replace(found, heeds_tips=heeds_tips).score(manifest)
    calibration = baselines.Calibration(fitted.platt, fitted.scale, heeds_tips)
    other = baselines.scores_table(manifest, fitted.width, fitted.model.decision_function, calibration)
    assert one.equals(other)
    assert dataclasses.replace(fitted, heeds_tips=heeds_tips).score(manifest).equals(other)


def copy_of(folder: Path) -> Path:
    """Return the folder of another model, written by this program."""
    whole, other = baselines.load_baseline(folder), folder.with_name("other")
    assert whole is not None
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir(mode=0o700)
    baselines.save_baseline(other, whole)
    cache_files.seal_folder(other, other)
    return other


def test_what_is_kept_comes_back(folder: Path) -> None:
    assert baselines.load_baseline(folder.with_name("none")) is None
    whole, again = baselines.load_baseline(folder), baselines.load_baseline(copy_of(folder))
    assert whole is not None
    assert again is not None
    assert np.array_equal(again.scale, whole.scale)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (baselines.BASELINE_SCALE_FILE, b"damaged"),
        (baselines.BASELINE_FACTS_FILE, b"{}"),
        (baselines.BASELINE_FACTS_FILE, b"[" * 100_000),
        (baselines.BASELINE_FACTS_FILE, b""),
    ],
)
@pytest.mark.parametrize("sealed", [False, True])
def test_a_damaged_model_is_thrown_away_with_one_line(
    name: str, content: bytes, sealed: bool, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = copy_of(folder)
    (other / name).write_bytes(content)
    if sealed:
        (other / cache_files.CHECKSUMS).unlink()
        cache_files.seal_folder(other, other)
    assert baselines.load_baseline(other) is None
    assert not other.exists()
    assert capfd.readouterr().err.count("\n") == 1


def test_a_setting_that_is_missing_is_not_made_up(folder: Path) -> None:
    facts = json.loads((folder / baselines.BASELINE_FACTS_FILE).read_text())
    for key in facts:
        other = copy_of(folder)
        broken = {name: value for name, value in facts.items() if name != key}
        (other / baselines.BASELINE_FACTS_FILE).write_text(json.dumps(broken))
        (other / cache_files.CHECKSUMS).unlink()
        cache_files.seal_folder(other, other)
        assert baselines.load_baseline(other) is None


def test_plain_models_are_those_that_learn_nothing() -> None:
    assert set(baselines.KNOWN_SETTINGS) == {name for name, model in RISK_MODELS.items() if not model.LEARNS}
    for name, known in baselines.KNOWN_SETTINGS.items():
        assert known == RISK_MODELS[name].KNOWN


def test_settings_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"risk\.settings\.wrong"):
        baselines.check_settings(baselines.KNOWN_SETTINGS["constant"], {"base_p_hit": 0.1, "wrong": 1.0})
    with pytest.raises(ConfigError, match="missing"):
        baselines.check_settings(baselines.KNOWN_SETTINGS["constant"], {})
    with pytest.raises(ConfigError, match="between"):
        baselines.check_settings(baselines.KNOWN_SETTINGS["constant"], {"base_p_hit": 0.9})

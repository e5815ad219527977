from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from ports import window_of

from experiments.load import compose_scenario
from experiments.pipeline import trucks
from models import plain, store
from models.card import card
from models.features import matrix, visible_part
from models.fitted import FittedRisk
from models.risk import RISK_MODELS, make
from sim.errors import ConfigError


@pytest.fixture(scope="module", params=sorted(plain.KNOWN))
def fitted(request: pytest.FixtureRequest) -> FittedRisk:
    scenario = compose_scenario([f"risk={request.param}"])
    sample = matrix(visible_part(trucks(scenario, window_of(1))))
    return FittedRisk.without_labels(request.param, make(scenario.risk), sample)


@pytest.fixture(scope="module")
def folder(fitted: FittedRisk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("models") / "one"
    risk = compose_scenario([f"risk={fitted.name}"]).risk
    store.save(fitted, where, card(fitted, risk, {}))
    return where


@pytest.mark.parametrize("heeds_tips", [False, True])
def test_plain_scores_are_those_of_the_whole_model(
    fitted: FittedRisk, folder: Path, heeds_tips: bool
) -> None:
    found = plain.recall(folder)
    assert found is not None
    manifest = trucks(compose_scenario(["sharing=tip"]), window_of(1, 1))
    one = dataclasses.replace(found, heeds_tips=heeds_tips).score(manifest)
    other = dataclasses.replace(fitted, heeds_tips=heeds_tips).score(manifest)
    assert one.equals(other)


def test_a_damaged_file_is_not_read(folder: Path, tmp_path: Path) -> None:
    assert plain.recall(tmp_path) is None
    whole = plain.recall(folder)
    assert whole is not None
    plain.keep(tmp_path, whole)
    again = plain.recall(tmp_path)
    assert again is not None
    assert np.array_equal(again.scale, whole.scale)
    facts = json.loads((tmp_path / plain.FACTS).read_text())
    for key in facts:
        broken = {name: value for name, value in facts.items() if name != key}
        (tmp_path / plain.FACTS).write_text(json.dumps(broken))
        assert plain.recall(tmp_path) is None
    (tmp_path / plain.FACTS).write_text(json.dumps(facts))
    (tmp_path / plain.SCALE).write_bytes(b"damaged")
    assert plain.recall(tmp_path) is None


def test_plain_models_are_those_that_learn_nothing() -> None:
    assert set(plain.KNOWN) == {name for name, model in RISK_MODELS.items() if not model.LEARNS}
    for name, known in plain.KNOWN.items():
        assert known == RISK_MODELS[name].KNOWN


def test_settings_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"risk\.settings\.wrong"):
        plain.check_settings(plain.KNOWN["constant"], {"base_p_hit": 0.1, "wrong": 1.0})
    with pytest.raises(ConfigError, match="missing"):
        plain.check_settings(plain.KNOWN["constant"], {})
    with pytest.raises(ConfigError, match="between"):
        plain.check_settings(plain.KNOWN["constant"], {"base_p_hit": 0.9})

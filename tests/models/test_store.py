"""A model file gives back the same model, or is refused; it never runs code of its own."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import FunctionTransformer
from skops import io as skops

from models import baselines, store
from models.features import feature_matrix
from models.fitted import Examples, FittedRisk
from models.model_card import build_model_card
from models.registry import RISK_MODELS, make_risk_model
from sim.caching import cache_files
from sim.errors import ModelError
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.tables import SCORES, check_table, visible_columns
from sim.trucks.manifest import draw_manifest


@pytest.fixture(scope="module")
def fitted(make_scenario: Callable[..., Scenario]) -> dict[str, FittedRisk]:
    scenario = make_scenario("threat.prevalence_per_truck=0.02", "traffic.volume_scale=0.5")
    window = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=2)
    manifest = draw_manifest(scenario, window)
    raw = feature_matrix(manifest[list(visible_columns())])
    label = manifest["true_carrying"].to_numpy(dtype=np.float64)
    year = np.arange(len(raw)) % 4
    examples = Examples(raw=raw, label=label, weight=np.ones(len(raw)), year=year, prior=0.01)
    found = {}
    for name in RISK_MODELS:
        model = make_risk_model(make_scenario(f"risk={name}").risk)
        if model.LEARNS:
            found[name], _ = FittedRisk.from_labels(name, model, examples, raw)
        else:
            found[name] = FittedRisk.without_labels(name, model, raw)
    return found


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path))


@pytest.fixture
def saved(fitted: dict[str, FittedRisk], scenario: Scenario, tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "abc"
    store.save_model(fitted["boosted"], folder, build_model_card(fitted["boosted"], scenario.risk, {}))
    return folder


UNFITTED = {"name": "rules", "model": RISK_MODELS["rules"](), "intercept": 0.0, "slope": 1.0, "scale": np.zeros(3)}


def rewrite(folder: Path, model: bytes) -> None:
    """Put other bytes in the place of the model, with checksums that fit them."""
    (folder / store.MODEL_FILE).write_bytes(model)
    reseal(folder)


def reseal(folder: Path) -> None:
    (folder / cache_files.CHECKSUMS).unlink()
    cache_files.seal_folder(folder, folder)


@pytest.mark.parametrize("name", sorted(RISK_MODELS))
def test_round_trip_gives_the_same_scores_to_the_last_bit(
    name: str, fitted: dict[str, FittedRisk], scenario: Scenario, tmp_path: Path
) -> None:
    model = fitted[name]
    store.save_model(model, tmp_path / name, build_model_card(model, scenario.risk, {"positives": 3}))
    again = store.load_model(tmp_path / name)
    window = Window(seed=2, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=1)
    manifest = draw_manifest(scenario, window)
    scores = check_table(again.score(manifest), SCORES, "SCORES")
    assert scores.equals(model.score(manifest))
    assert scores["risk_score"].between(0, 1).all()
    assert store.load_card(tmp_path / name)["training"] == {"positives": 3}
    files = {"card.json", "card.md", "model.json", "model.skops", cache_files.CHECKSUMS}
    files |= (
        {baselines.BASELINE_FACTS_FILE, baselines.BASELINE_SCALE_FILE} if name in baselines.KNOWN_SETTINGS else set()
    )
    assert {path.name for path in (tmp_path / name).iterdir()} == files


def test_saving_again_replaces_the_folder_and_leaves_nothing_beside(
    saved: Path, fitted: dict[str, FittedRisk], scenario: Scenario
) -> None:
    store.save_model(fitted["rules"], saved, build_model_card(fitted["rules"], scenario.risk, {}))
    assert store.load_model(saved).name == "rules"
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_save_that_fails_leaves_what_was_there(
    saved: Path, fitted: dict[str, FittedRisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_write_json", full)
    with pytest.raises(ModelError, match="No space left"):
        store.save_model(fitted["rules"], saved, {})
    assert store.load_model(saved).name == "boosted"
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_refused_and_does_not_run(saved: Path, tmp_path: Path) -> None:
    rewrite(saved, pickle.dumps(Evil(tmp_path / "owned")))
    with pytest.raises(ModelError, match=r"refused model\.skops"):
        store.load_model(saved)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "content",
    [
        FunctionTransformer(func=os.system),
        {"name": "rules", "model": FunctionTransformer(func=eval)},
        TfidfVectorizer(tokenizer=os.listdir),
    ],
)
def test_a_type_that_is_not_on_our_list_is_refused(saved: Path, content: object) -> None:
    rewrite(saved, skops.dumps(content))
    with pytest.raises(ModelError, match=r"refused model\.skops.*[Uu]ntrusted"):
        store.load_model(saved)


def test_our_list_trusts_nothing_that_reaches_the_system() -> None:
    ours = ("models.", "sklearn.")
    assert [name for name in store.TRUSTED if not name.startswith(ours)] == ["functools.partial"]


def test_a_harmless_file_that_is_no_model_is_refused(saved: Path) -> None:
    for content, problem in (
        ({"name": "rules", "model": 3}, "holds no risk model"),
        ([1, 2], "holds no risk model"),
        ({"name": "rules", "model": RISK_MODELS["rules"]()}, "incomplete"),
        (UNFITTED, "cannot score"),
    ):
        rewrite(saved, skops.dumps(content))
        with pytest.raises(ModelError, match=problem):
            store.load_model(saved)


@pytest.mark.parametrize("field", ["left", "feature_idx"])
def test_a_boosted_tree_that_leads_nowhere_is_refused(field: str, saved: Path, fitted: dict[str, FittedRisk]) -> None:
    content = skops.loads((saved / store.MODEL_FILE).read_bytes(), trusted=list(store.TRUSTED))
    nodes = content["model"].trees_._predictors[0][0].nodes
    nodes[field][nodes["is_leaf"] == 0] = 200
    rewrite(saved, skops.dumps(content))
    with pytest.raises(ModelError, match="leads nowhere"):
        store.load_model(saved)


def test_a_forest_that_leads_nowhere_is_refused(
    fitted: dict[str, FittedRisk], scenario: Scenario, tmp_path: Path
) -> None:
    for name, part in (("anomaly", lambda model: model), ("hybrid", lambda model: model.anomaly_)):
        folder = tmp_path / name
        store.save_model(fitted[name], folder, build_model_card(fitted[name], scenario.risk, {}))
        content = skops.loads((folder / store.MODEL_FILE).read_bytes(), trusted=list(store.TRUSTED))
        tree = part(content["model"]).forest_.estimators_[3].tree_
        tree.children_left[tree.children_left > 0] = 10_000_000
        rewrite(folder, skops.dumps(content))
        with pytest.raises(ModelError, match="leads nowhere"):
            store.load_model(folder)


def test_changed_bytes_are_refused(saved: Path) -> None:
    path = saved / store.MODEL_FILE
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"model\.skops: damaged"):
        store.load_model(saved)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"sklearn": "0.1"}, "made for sklearn 0.1"),
        ({"features": ["truck"]}, "made for features"),
        ({"probe_p_hit": [0.5] * 8}, "no longer gives the scores"),
        ({"probe_risk_score": []}, "no longer gives the scores"),
    ],
)
def test_a_mismatch_is_refused(saved: Path, change: dict[str, object], problem: str) -> None:
    facts = json.loads((saved / store.FACTS_FILE).read_text())
    (saved / store.FACTS_FILE).write_text(json.dumps(facts | change))
    reseal(saved)
    with pytest.raises(ModelError, match=problem):
        store.load_model(saved)


@pytest.mark.parametrize("name", ["model.json", "model.skops", "card.json", "card.md"])
def test_a_missing_or_empty_file_is_refused(saved: Path, name: str) -> None:
    (saved / name).write_bytes(b"")
    with pytest.raises(ModelError):
        store.load_model(saved)
    (saved / name).unlink()
    with pytest.raises(ModelError, match="cannot read the model"):
        store.load_model(saved)

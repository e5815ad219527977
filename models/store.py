"""Fitted models on disk, without pickle: reading one can never run code that it brought along.

A folder of the cache holds ``model.skops`` (the estimator), ``model.json`` (what it must match:
version of scikit-learn, features, and the scores of a few trucks), ``card.json``, ``card.md`` and
keyed checksums (`sim.caching.cache_files`), which are verified before anything is read. skops builds
only types that are named in `TRUSTED`.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import sklearn
from skops import io as skops

from models import baselines
from models.base import RiskModel
from models.calibration import Platt
from models.features import feature_names, tier_of_width, width_of_tier
from models.fitted import FittedRisk
from models.model_card import model_card_markdown
from models.registry import RISK_MODELS
from sim.caching import cache_files
from sim.caching.private_files import CacheError, make_folder
from sim.errors import ModelError
from sim.setting.sharing import TIERS, Tier
from sim.tables import MANIFEST, visible_columns

TRUSTED: Final = (
    *(f"{model.__module__}.{model.__name__}" for model in RISK_MODELS.values()),
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "sklearn.utils.validation.check_array",
)
"""Types beyond skops' own list of harmless ones: our models, and what scikit-learn's trees hold.

``functools.partial`` stands inside the trees' own encoder; what it wraps must itself be trusted.
Trees are walked by compiled code that checks no index, so `RiskModel.is_sound` does it first."""
N_PROBES: Final = 8
_WIDTHS: Final = tuple(dict.fromkeys(width_of_tier(tier) for tier in TIERS))
MODEL_FILE, FACTS_FILE, CARD_FILE, CARD_TEXT_FILE = "model.skops", "model.json", "card.json", "card.md"


def save_model(fitted: FittedRisk, folder: Path, card: Mapping[str, Any]) -> None:
    """Write a fitted model and its card: the whole folder or nothing.

    ``folder`` is below the cache's, and replaced if it is there already; ``card`` is from
    `models.model_card.build_model_card`.

    Raises
    ------
    ModelError
        The folder cannot be written.
    """
    try:
        make_folder(folder.parent, cache_files.cache().root)
        hidden = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
        try:
            _write(fitted, hidden, card)
            cache_files.seal_folder(hidden, folder)
            _swap(hidden, folder)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    except OSError as error:
        raise ModelError(f"cannot write the model to {folder}: {error.strerror or error}") from None
    except CacheError as error:
        raise ModelError(f"cannot write the model: {cache_files.advice(error, folder)}") from None


def _write(fitted: FittedRisk, folder: Path, card: Mapping[str, Any]) -> None:
    content: dict[str, Any] = dataclasses.asdict(fitted.platt)
    content |= {"name": fitted.name, "model": fitted.model, "scale": fitted.scale}
    width = fitted.width
    probes = probe_trucks(tier_of_width(width))
    scores = fitted.score(probes)
    facts = {
        "sklearn": sklearn.__version__,
        "features": list(feature_names(width)),
        "probe_p_hit": scores["p_hit"].tolist(),
        "probe_risk_score": scores["risk_score"].tolist(),
    }
    (folder / MODEL_FILE).write_bytes(skops.dumps(content))
    plain = fitted.plain()
    if plain is not None:
        baselines.save_baseline(folder, plain)
    _write_json(folder / FACTS_FILE, facts)
    _write_json(folder / CARD_FILE, card)
    (folder / CARD_TEXT_FILE).write_text(model_card_markdown(card), encoding="utf-8")


def _write_json(path: Path, record: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(record, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def _swap(staging: Path, folder: Path) -> None:
    """Put ``staging`` in the place of ``folder``; a full folder cannot be replaced in one step."""
    if folder.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
        folder.replace(aside / folder.name)
        shutil.rmtree(aside, ignore_errors=True)
    staging.replace(folder)


def load_model(folder: Path) -> FittedRisk:
    """Read a fitted model back.

    Raises
    ------
    ModelError
        A file is missing, changed or damaged, holds a type that is not trusted, was made by
        another version of scikit-learn or for other features, or no longer gives the same scores.
    """
    contents = _read(folder, (FACTS_FILE, MODEL_FILE, CARD_FILE, CARD_TEXT_FILE))
    facts, model = _record(contents[FACTS_FILE], folder, FACTS_FILE), contents[MODEL_FILE]
    known = {"sklearn": [sklearn.__version__], "features": [list(feature_names(w)) for w in _WIDTHS]}
    for name, expected in known.items():
        if facts.get(name) not in expected:
            raise ModelError(f"{folder}: made for {name} {facts.get(name)}, expected {expected[0]}")
    fitted = _rebuild(model, folder)
    _check_probes(fitted, facts, folder)
    return fitted


def load_card(folder: Path) -> dict[str, Any]:
    """Read the card that stands beside a model; `ModelError` if it is missing, changed or damaged."""
    return _record(_read(folder, (CARD_FILE,))[CARD_FILE], folder, CARD_FILE)


def _read(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    try:
        return cache_files.verified_folder(folder, names)
    except (CacheError, OSError) as error:
        raise ModelError(f"cannot read the model ({cache_files.reason_of(error, folder)})") from None


def _record(content: bytes, folder: Path, name: str) -> dict[str, Any]:
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{folder}: cannot read {name} ({error})") from None
    if not isinstance(record, dict):
        raise ModelError(f"{folder}: {name} is not a model's description")
    return record


def _rebuild(model: bytes, folder: Path) -> FittedRisk:
    try:
        content = skops.loads(model, trusted=list(TRUSTED))
    # A hostile or damaged file may fail in any way; whatever it is, the file is refused.
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ModelError(f"{folder}: refused {MODEL_FILE} ({reason})") from None
    if not isinstance(content, dict) or not isinstance(content.get("model"), RiskModel):
        raise ModelError(f"{folder}: {MODEL_FILE} holds no risk model")
    if not _sound(content["model"]):
        raise ModelError(f"{folder}: {MODEL_FILE} holds a tree that leads nowhere")
    try:
        return FittedRisk(
            name=str(content["name"]),
            model=content["model"],
            platt=Platt(intercept=float(content["intercept"]), slope=float(content["slope"])),
            scale=np.asarray(content["scale"], dtype=np.float64),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder}: {MODEL_FILE} is incomplete ({error!r})") from None


def _sound(model: RiskModel) -> bool:
    try:
        return model.is_sound()
    # A file made to harm may lack anything; what cannot be checked is not sound.
    except Exception:
        return False


def probe_trucks(tier: Tier = "own") -> pd.DataFrame:
    """Return a few made-up trucks (visible columns) whose scores are stored beside each model."""
    kinds = {column.name: column.kind for column in MANIFEST}
    row = np.arange(N_PROBES)
    frame = pd.DataFrame(index=row)
    for place, name in enumerate(visible_columns(tier)):
        turn = (row * (place + 1)) % N_PROBES
        values = {"bool": turn % 2 == 0, "int": turn, "float": 1.5 ** (turn + place % 5)}
        frame[name] = values[kinds[name]]
    return frame


def _check_probes(fitted: FittedRisk, facts: Mapping[str, Any], folder: Path) -> None:
    try:
        scores = fitted.score(probe_trucks(tier_of_width(fitted.width)))
    except Exception as error:
        raise ModelError(f"{folder}: the model cannot score a truck ({error!r})") from None
    for name in ("p_hit", "risk_score"):
        expected = np.asarray(facts.get(f"probe_{name}", []), dtype=np.float64)
        found = scores[name].to_numpy()
        if expected.shape != found.shape or not np.allclose(found, expected, rtol=1e-9, atol=0.0):
            raise ModelError(f"{folder}: the model no longer gives the scores it was stored with")

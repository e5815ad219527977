"""Risk models that learn nothing, ready for use without the libraries that others learn with.

Those take a second and a half to import, half of what a small run takes. What a model of rules is
made of, its points and its scale, needs none of them; `models.risk` holds the same model as one of
scikit-learn's, and both give the same scores to the last bit.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calibration import Platt, rank_share
from models.features import matrix, tier_of, visible_part
from models.rules import LIMITS, WEIGHTS, points
from models.tips import with_tips
from sim import cache_files
from sim.errors import ConfigError
from sim.tables import SCORES

Matrix = NDArray[np.float32]
Vector = NDArray[np.float64]

BASE: Final = {"base_p_hit": (1e-9, 0.5)}
"""Setting of the models that have no labels to learn the level from."""
KNOWN: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "constant": BASE,
    "rules": {**BASE, "ln_odds_per_point": (0.0, 10.0), **WEIGHTS, **LIMITS},
}
"""Each model's settings, and the range that each must lie in."""
FACTS, SCALE = "plain.json", "scale.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRisk:
    """Turns visible manifest columns into SCORES, as `models.fitted.FittedRisk` does."""

    name: str
    settings: Mapping[str, float]
    platt: Platt
    scale: Vector
    """Sorted scores of trucks drawn uniformly from the past."""
    width: int
    """How many features it reads."""
    heeds_tips: bool = False

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES (truck, p_hit, risk_score) for a manifest of n trucks."""
        return scores_of(manifest, self.width, self._judge, self)

    def _judge(self, raw: Matrix) -> Vector:
        return judged(self.name, raw, self.settings)


def judged(name: str, raw: Matrix, settings: Mapping[str, float]) -> Vector:
    """Return the score of each truck under one of `KNOWN`."""
    return points(raw, settings) if name == "rules" else np.zeros(len(raw))


def scores_of(
    manifest: pd.DataFrame,
    width: int,
    judge: Callable[[Matrix], Vector],
    fitted: Any,  # noqa: ANN401
) -> pd.DataFrame:
    """Return SCORES of a manifest under a model with ``platt``, ``scale`` and ``heeds_tips``.

    A truck's score depends on the visible columns of its own row alone: luck and truth are
    taken away first. Without a ``truck`` column, trucks are numbered from 0.
    """
    tier = tier_of(width)
    raw = matrix(visible_part(manifest, tier), tier)
    score = judge(raw) if len(raw) else np.empty(0)
    p_hit = fitted.platt(score)
    if fitted.heeds_tips:
        score, p_hit = with_tips(fitted.platt, score, manifest["tip"].to_numpy(np.float64))
    number = manifest["truck"] if "truck" in manifest.columns else np.arange(len(manifest))
    return pd.DataFrame(
        {
            "truck": np.asarray(number, dtype=np.int64),
            "p_hit": p_hit,
            "risk_score": rank_share(score, fitted.scale),
        },
        columns=[column.name for column in SCORES],
    )


def check_settings(known: Mapping[str, tuple[float, float]], settings: Mapping[str, float]) -> None:
    """Refuse a setting that is unknown, missing, not a number or out of range."""
    for name in settings:
        if name not in known:
            raise ConfigError(f"risk.settings.{name}", f"unknown setting; known {sorted(known)}")
    for name, (low, high) in known.items():
        if name not in settings:
            raise ConfigError(f"risk.settings.{name}", "missing; expected a number")
        if not low <= settings[name] <= high:
            problem = f"must be between {low:g} and {high:g}, got {settings[name]:g}"
            raise ConfigError(f"risk.settings.{name}", problem)


def keep(folder: Path, model: PlainRisk) -> None:
    """Write a model as numbers beside the form that scikit-learn's models are kept in.

    The folder is sealed afterwards (`sim.cache_files.seal_folder`).
    """
    buffer = io.BytesIO()
    np.save(buffer, model.scale, allow_pickle=False)
    facts = {
        "name": model.name,
        "settings": dict(model.settings),
        "intercept": model.platt.intercept,
        "slope": model.platt.slope,
        "width": model.width,
    }
    (folder / SCALE).write_bytes(buffer.getvalue())
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def recall(folder: Path) -> PlainRisk | None:
    """Return the model that `keep` wrote; None where it is not there, or is thrown away."""
    try:
        contents = cache_files.verified_folder(folder, (FACTS, SCALE))
        facts = json.loads(contents[FACTS])
        check_settings(KNOWN[facts["name"]], facts["settings"])
        return PlainRisk(
            name=facts["name"],
            settings=facts["settings"],
            platt=Platt(intercept=float(facts["intercept"]), slope=float(facts["slope"])),
            scale=np.load(io.BytesIO(contents[SCALE]), allow_pickle=False),
            width=int(facts["width"]),
        )
    except FileNotFoundError:
        return None
    # What another build of this program wrote may fail in any way; it can be made again.
    except Exception as error:
        cache_files.throw_away(folder, str(error) or type(error).__name__)
        return None

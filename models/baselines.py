"""Risk models without learning (constant, weighted rules), and tips of intelligence.

They import none of the libraries that others learn with; `models.registry` holds the same models as
scikit-learn's, with the same scores to the last bit. The rules stand for today's targeting: a
truck's points are the sum of the weights of the rules that it meets. A tip names its own chance of
being right: p_hit with a tip = 1 - (1 - p_hit)(1 - tip).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import logit

from models.calibration import Platt, rank_share
from models.features import (
    DECLARED_FEATURES,
    feature_column,
    feature_matrix,
    feature_values,
    tier_of_width,
    visible_part,
)
from sim.arrays import BoolArray, Float32Array, FloatArray, IntArray
from sim.caching import cache_files
from sim.errors import ConfigError
from sim.frames import LazyColumns, LazyFrame, column, distinct_rows
from sim.tables import SCORES


@dataclass(frozen=True, slots=True)
class Rule:
    """One named indicator: a flag that is set, a number below or above a limit, or a code equal to one.

    ``limit`` names the setting that holds the limit, or is a fixed code.
    """

    name: str
    column: str
    how: Literal["flag", "below", "above", "equal"]
    limit: str | int = 0


IN_BOND: Final = 1
PRODUCE: Final = 3
RULES: Final = (
    Rule("fast", "fast", "flag"),
    Rule("ctpat_carrier", "ctpat_carrier", "flag"),
    Rule("produce", "commodity", "equal", PRODUCE),
    Rule("in_bond", "entry_type", "equal", IN_BOND),
    Rule("hazmat", "hazmat", "flag"),
    Rule("seal_mismatch", "seal_mismatch", "flag"),
    Rule("amended", "amended", "flag"),
    Rule("driver_change", "driver_change", "flag"),
    Rule("first_pair", "first_pair", "flag"),
    Rule("new_carrier", "carrier_age_days", "below", "new_carrier_days"),
    Rule("short_lead", "lead_time_h", "below", "short_lead_h"),
    Rule("night", "arrive_hour", "above", "night_from_h"),
    Rule("rare_driver", "driver_crossings_12m", "below", "rare_driver_crossings"),
    Rule("carrier_finds", "carrier_finds_5y", "above", "past_finds"),
    Rule("shipper_finds", "shipper_finds_5y", "above", "past_finds"),
)
"""Every rule; which ones count, and how much, is set in ``configs/risk/rules.yaml``."""

RULE_WEIGHTS: Final = {rule.name: (-100.0, 100.0) for rule in RULES}
"""Settings that are points."""

RULE_LIMITS: Final = {
    "new_carrier_days": (0.0, 36500.0),
    "short_lead_h": (0.0, 1000.0),
    "night_from_h": (0.0, 24.0),
    "rare_driver_crossings": (0.0, 1e6),
    "past_finds": (0.0, 1000.0),
}
"""Settings that are limits, with their units in their names."""


def rule_points(raw: Float32Array, settings: Mapping[str, float]) -> FloatArray:
    """Return the points [n] of trucks with raw features [n, len(FEATURES)].

    ``settings`` hold a weight for each of `RULE_WEIGHTS` and a number for each of `RULE_LIMITS`.
    """
    total = np.zeros(len(raw))
    for rule in RULES:
        total += settings[rule.name] * meets_rule(rule, raw, settings)
    return total


def meets_rule(rule: Rule, raw: Float32Array, settings: Mapping[str, float]) -> BoolArray:
    """Return which trucks (n) meet one rule."""
    return compare_to_limit(rule, feature_column(raw, rule.column), settings)


def compare_to_limit(rule: Rule, values: Float32Array, settings: Mapping[str, float]) -> BoolArray:
    """Return which trucks (n) meet one rule, by the raw feature that it reads."""
    limit = settings[rule.limit] if isinstance(rule.limit, str) else rule.limit
    compare = {"below": np.less, "equal": np.equal}.get(rule.how, np.greater)
    return np.asarray(compare(values, limit))


def apply_tips(platt: Platt, model_score: FloatArray, tip: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return scores [n] and p_hit [n] of trucks, raised where there is a tip.

    ``tip`` [n] is the chance that the truck carries, as the tip states it; 0: no tip.

    >>> score, p_hit = apply_tips(Platt(intercept=0.0, slope=1.0), np.zeros(2), np.array([0.0, 0.5]))
    >>> p_hit.tolist(), score.round(3).tolist()
    ([0.5, 0.75], [0.0, 1.099])
    """
    p_hit = platt(model_score)
    told = tip > 0.0
    raised = p_hit.copy()
    raised[told] = 1.0 - (1.0 - p_hit[told]) * (1.0 - tip[told])
    score = model_score.copy()
    # a score that says nothing has no place for such a truck: it goes before all others
    score[told] = np.inf
    if platt.slope > 0.0:
        score[told] = np.maximum((logit(raised[told]) - platt.intercept) / platt.slope, model_score[told])
    return score, raised


BASE_SETTINGS: Final = {"base_p_hit": (1e-9, 0.5)}
"""Setting of the models that have no labels to learn the level from."""
KNOWN_SETTINGS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "constant": BASE_SETTINGS,
    "rules": {**BASE_SETTINGS, "ln_odds_per_point": (0.0, 10.0), **RULE_WEIGHTS, **RULE_LIMITS},
}
"""Each model's settings, and the range that each must lie in."""
BASELINE_FACTS_FILE, BASELINE_SCALE_FILE = "plain.json", "scale.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRisk:
    """Turns visible manifest columns into SCORES, as `models.fitted.FittedRisk` does."""

    name: str
    settings: Mapping[str, float]
    platt: Platt
    scale: FloatArray
    """Sorted scores of trucks drawn uniformly from the past."""
    width: int
    """How many features it reads."""
    heeds_tips: bool = False

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES (truck, p_hit, risk_score) for a manifest of n trucks.

        Trucks that meet the same rules score alike: each kind is scored once. Columns that no rule with a weight
        reads are not asked for.
        """
        rules = [rule for rule in RULES if self.name == "rules" and self.settings[rule.name] != 0.0]
        by_name, seen = {feature.name: feature for feature in DECLARED_FEATURES}, visible_part(manifest)
        met = [compare_to_limit(rule, feature_values(seen, by_name[rule.column]), self.settings) for rule in rules]
        kinds, place = distinct_rows([np.zeros(len(manifest), dtype=bool), *met])
        points = np.zeros(len(kinds[0]))
        for rule, meets in zip(rules, kinds[1:], strict=True):
            points += self.settings[rule.name] * meets
        return finished_scores(manifest, points, place, Calibration(self.platt, self.scale, self.heeds_tips))


def baseline_scores(name: str, raw: Float32Array, settings: Mapping[str, float]) -> FloatArray:
    """Return the score of each truck under one of `KNOWN_SETTINGS`."""
    return rule_points(raw, settings) if name == "rules" else np.zeros(len(raw))


class Calibration(NamedTuple):
    """What turns a model's scores into SCORES."""

    platt: Platt
    scale: FloatArray
    """Sorted scores of trucks drawn uniformly from the past."""
    heeds_tips: bool


def scores_table(
    manifest: pd.DataFrame, width: int, score_raw: Callable[[Float32Array], FloatArray], model: Calibration
) -> pd.DataFrame:
    """Return SCORES of a manifest under a model that reads ``width`` features.

    A truck's score depends on the visible columns of its own row alone: random numbers and truth
    are taken away first. Without a ``truck`` column, trucks are numbered from 0.
    """
    tier = tier_of_width(width)
    raw = feature_matrix(visible_part(manifest, tier), tier)
    score = score_raw(raw) if len(raw) else np.empty(0)
    return finished_scores(manifest, score, None, model)


def finished_scores(
    manifest: pd.DataFrame, score: FloatArray, place: IntArray | None, model: Calibration
) -> pd.DataFrame:
    """Return SCORES from the score of each kind of truck, and each truck's kind (None: its own)."""
    of_trucks = slice(None) if place is None else place
    if model.heeds_tips:
        score, of_trucks = score[of_trucks], slice(None)
        score, p_hit = apply_tips(model.platt, score, column(manifest, "tip").astype(np.float64))
    else:
        p_hit = model.platt(score)
    risk_score = rank_share(score, model.scale)
    number = column(manifest, "truck") if "truck" in manifest else np.arange(len(manifest))
    columns = {"truck": number.astype(np.int64), "p_hit": p_hit[of_trucks], "risk_score": risk_score[of_trucks]}
    return LazyFrame(LazyColumns(columns), [declared.name for declared in SCORES], len(manifest))


def check_settings(allowed: Mapping[str, tuple[float, float]], settings: Mapping[str, float]) -> None:
    """Refuse a setting that is unknown, missing, not a number or out of range."""
    for name in settings:
        if name not in allowed:
            raise ConfigError(f"risk.settings.{name}", f"unknown setting; known {sorted(allowed)}")
    for name, (low, high) in allowed.items():
        if name not in settings:
            raise ConfigError(f"risk.settings.{name}", "missing; expected a number")
        if not low <= settings[name] <= high:
            raise ConfigError(f"risk.settings.{name}", f"must be between {low:g} and {high:g}, got {settings[name]:g}")


def save_baseline(folder: Path, model: BaselineRisk) -> None:
    """Write a model as numbers beside the form that scikit-learn's models are kept in.

    The folder is sealed afterwards (`sim.caching.cache_files.seal_folder`).
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
    (folder / BASELINE_SCALE_FILE).write_bytes(buffer.getvalue())
    (folder / BASELINE_FACTS_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def load_baseline(folder: Path) -> BaselineRisk | None:
    """Return the model that `save_baseline` wrote; None where it is not there, or is thrown away."""
    try:
        contents = cache_files.verified_folder(folder, (BASELINE_FACTS_FILE, BASELINE_SCALE_FILE))
        facts = json.loads(contents[BASELINE_FACTS_FILE])
        check_settings(KNOWN_SETTINGS[facts["name"]], facts["settings"])
        return BaselineRisk(
            name=facts["name"],
            settings=facts["settings"],
            platt=Platt(intercept=float(facts["intercept"]), slope=float(facts["slope"])),
            scale=np.load(io.BytesIO(contents[BASELINE_SCALE_FILE]), allow_pickle=False),
            width=int(facts["width"]),
        )
    except FileNotFoundError:
        return None
    # What another build of this program wrote may fail in any way; it can be made again.
    except Exception as error:
        cache_files.throw_away(folder, cache_files.reason_of(error, folder))
        return None

"""A fitted risk model that goes on learning: what it knew, corrected by labels that came since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import expit

from models.base import RiskModel
from models.baselines import Calibration, finished_scores
from models.calibration import Platt
from models.features import CODE_COLUMNS, feature_matrix, tier_of_width, transformed_features, visible_part
from models.fitted import Examples, FittedRisk
from sim.arrays import Float32Array, FloatArray
from sim.errors import ModelError

NEWTON_STEPS: Final = 50
LARGEST_STEP: Final = 1e-9
"""Newton's method ends where no coefficient moves more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedRisk:
    """A fitted model with a linear correction of its log odds.

    Attributes
    ----------
    before : FittedRisk
        The model that is corrected.
    center, spread : float[m]
        Of each number among its features, by which they are put on one scale.
    coefficients : float[m]
        Of the correction, per unit of spread; 0 where nothing was learned since.
    scale : float
        Sorted corrected log odds of recent trucks, whatever became of them.
    """

    before: FittedRisk
    center: FloatArray
    spread: FloatArray
    coefficients: FloatArray
    scale: FloatArray

    @classmethod
    def unchanged(cls, before: FittedRisk, recent: Float32Array) -> CorrectedRisk:
        """Return the model as it is, with the spread of its features among recent trucks, raw features [n, width]."""
        numbers = _numbers(recent)
        spread = numbers.std(axis=0)
        none = np.zeros(numbers.shape[1])
        made = cls(
            before=before,
            center=numbers.mean(axis=0),
            spread=np.where(spread > 0.0, spread, 1.0),
            coefficients=none,
            scale=np.empty(0),
        )
        return replace(made, scale=np.sort(made.log_odds(recent)))

    def log_odds(self, raw: Float32Array) -> FloatArray:
        """Return the corrected log odds of a seizure of trucks with these raw features [n, width]."""
        platt = self.before.platt
        known = platt.intercept + platt.slope * _decision(self.before.model, raw)
        numbers = (_numbers(raw) - self.center) / self.spread
        # column by column: a matrix product's last bit depends on the number of threads
        for place, weight in enumerate(self.coefficients):
            if weight != 0.0:
                known = known + weight * numbers[:, place]
        return np.asarray(known)

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES of a manifest, as the model before does."""
        raw = raw_features(self.before, manifest)
        score = self.log_odds(raw) if len(raw) else np.empty(0)
        same = Platt(intercept=0.0, slope=1.0)
        return finished_scores(manifest, score, None, Calibration(same, self.scale, self.before.heeds_tips))


def raw_features(model: FittedRisk, manifest: pd.DataFrame) -> Float32Array:
    """Return the raw features that a model reads of trucks, float32 [n, width]."""
    tier = tier_of_width(model.width)
    return feature_matrix(visible_part(manifest, tier), tier)


def _decision(model: RiskModel, raw: Float32Array) -> FloatArray:
    return model.decision_function(raw) if len(raw) else np.empty(0)


def _numbers(raw: Float32Array) -> FloatArray:
    return np.delete(transformed_features(raw), CODE_COLUMNS, axis=1)


def refit(previous: CorrectedRisk, examples: Examples, recent: Float32Array, *, shrinkage: float) -> CorrectedRisk:
    """Return the model corrected by labels, held to what it knew before the first of them.

    Coefficients maximize the weighted likelihood of the labels with the log odds of the original model as an offset,
    less shrinkage x their sum of squares / 2; an intercept, which is not held, takes up that opened trucks are chosen
    ones. Each refit begins anew from the original model, so that labels count once however often it is trained.

    Parameters
    ----------
    previous : CorrectedRisk
        The model so far; its correction is where the search begins.
    examples : Examples
        All labels that count, with their weights; ``year`` and ``prior`` are not read.
    recent : float32[n, width]
        Raw features of recent trucks, whatever became of them: the new scale.
    shrinkage : float
        Above 0.

    Raises
    ------
    ModelError
        A shrinkage that is not above 0, or labels with other features than the model's.

    Examples
    --------
    A model without labels of both kinds stays as it was: see ``tests/models/test_corrected.py``.

    >>> refit.__name__
    'refit'
    """
    if not shrinkage > 0.0:
        raise ModelError(f"the shrinkage must be above 0, got {shrinkage}")
    if len(examples.label) and examples.raw.shape[1] != previous.before.width:
        raise ModelError(f"expected {previous.before.width} features, got {examples.raw.shape[1]}")
    coefficients = previous.coefficients
    if 0.0 < float(examples.label.sum()) < len(examples.label):
        coefficients = _fitted(previous, examples, shrinkage)
    moved = replace(previous, coefficients=coefficients)
    return replace(moved, scale=np.sort(moved.log_odds(recent)))


def _fitted(previous: CorrectedRisk, examples: Examples, shrinkage: float) -> FloatArray:
    offset = replace(previous, coefficients=np.zeros_like(previous.coefficients)).log_odds(examples.raw)
    numbers = (_numbers(examples.raw) - previous.center) / previous.spread
    columns = np.column_stack([np.ones(len(numbers)), numbers])
    held = np.full(columns.shape[1], shrinkage)
    held[0] = 1e-6
    weight, label = examples.weight, examples.label
    found = np.append(0.0, previous.coefficients)
    for _ in range(NEWTON_STEPS):
        chance = expit(offset + columns @ found)
        slope = columns.T @ (weight * (label - chance)) - held * found
        curve = (columns * (weight * chance * (1.0 - chance))[:, None]).T @ columns + np.diag(held)
        step = np.linalg.solve(curve, slope)
        # a first step from rare labels can be far too long
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        found = found + step
        if np.abs(step).max() < LARGEST_STEP:
            break
    return np.asarray(found[1:])

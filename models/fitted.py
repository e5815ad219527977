"""A risk model ready for use: trained, calibrated, and put on a fixed scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from models.base import UNLABELLED, RiskModel
from models.baselines import KNOWN_SETTINGS, BaselineRisk, Calibration, scores_table
from models.calibration import Platt, fit_platt, shift_to_prior
from models.evaluate import rolling_years
from models.features import width_of_tier
from sim.arrays import BoolArray, Float32Array, FloatArray, IntArray
from sim.errors import ModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Trucks of the past whose labels are known; arrays have n rows."""

    raw: Float32Array
    """Features [n, width]."""
    label: FloatArray
    """1: opening it yielded a seizure."""
    weight: FloatArray
    """Trucks of the past that the row stands for."""
    year: IntArray
    """Year of the history, from 0."""
    prior: float
    """Share of all trucks that would yield a seizure if opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Trucks that each got their score from a model of the years before theirs (n rows)."""

    score: FloatArray
    p_hit: FloatArray
    label: FloatArray
    weight: FloatArray
    raw: Float32Array
    year: IntArray
    models: Mapping[int, RiskModel]
    """The model that judged each year."""

    def judge(self, raw: Float32Array, year: IntArray) -> FloatArray:
        """Return the scores that trucks of these years with these features would get."""
        score = np.empty(len(raw))
        for one, model in self.models.items():
            this = year == one
            if this.any():
                score[this] = model.decision_function(raw[this])
        return score


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRisk:
    """Turns visible manifest columns into SCORES, truck by truck, by a fitted model."""

    name: str
    """Name in `models.registry.RISK_MODELS`."""
    model: RiskModel
    platt: Platt
    """Score to p_hit."""
    scale: FloatArray
    """Sorted scores of trucks drawn uniformly from the training period."""
    heeds_tips: bool = False
    """Whether tips raise a truck's score."""

    @property
    def width(self) -> int:
        """Return how many features the model reads; before it is fitted, those of tier ``own``."""
        return int(getattr(self.model, "n_features_in_", width_of_tier("own")))

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES (truck, p_hit, risk_score) for a manifest of n trucks; see `scores_table`."""
        plain = self.plain()
        if plain is not None:
            return plain.score(manifest)
        calibration = Calibration(self.platt, self.scale, self.heeds_tips)
        return scores_table(manifest, self.width, self.model.decision_function, calibration)

    def plain(self) -> BaselineRisk | None:
        """Return the model as the few numbers that it is, which score alike in half of the time; None: it is more."""
        if self.name not in KNOWN_SETTINGS:
            return None
        return BaselineRisk(
            name=self.name,
            settings=dict(self.model.settings or {}),
            platt=self.platt,
            scale=self.scale,
            width=self.width,
            heeds_tips=self.heeds_tips,
        )

    @classmethod
    def without_labels(cls, name: str, model: RiskModel, sample: Float32Array) -> Self:
        """Return a model that learns nothing: only its scale is of the past, of a uniform sample [m, width]."""
        scale = np.sort(model.fit(sample).decision_function(sample))
        platt = shift_to_prior(Platt(intercept=0.0, slope=model.slope), scale, model.base_p_hit)
        return cls(name=name, model=model, platt=platt, scale=scale)

    @classmethod
    def from_labels(cls, name: str, model: RiskModel, examples: Examples, sample: Float32Array) -> tuple[Self, HeldOut]:
        """Train on all years; calibrate on years that were each held out from the years before.

        ``sample`` [m, width] are trucks drawn uniformly from the past, whatever became of them: the
        scale of the scores, and what models that ask for no labels learn from. The held-out trucks
        that the calibration was learned on are returned for `models.evaluate`.
        """
        held_out = hold_out(model, examples, sample)
        fit(model, examples, np.ones(len(examples.label), dtype=bool), sample)
        scale = np.sort(model.decision_function(sample))
        slope = fit_platt(held_out.score, held_out.label, held_out.weight)
        platt = shift_to_prior(slope, scale, examples.prior)
        return cls(name=name, model=model, platt=platt, scale=scale), held_out


def fit(model: RiskModel, examples: Examples, rows: BoolArray | IntArray, sample: Float32Array) -> RiskModel:
    """Train ``model`` on some rows of the examples, and on the sample as trucks without a label."""
    return model.fit(
        np.concatenate([examples.raw[rows], sample]),
        np.concatenate([examples.label[rows], np.full(len(sample), float(UNLABELLED))]),
        np.concatenate([examples.weight[rows], np.ones(len(sample))]),
    )


def hold_out(model: RiskModel, examples: Examples, sample: Float32Array) -> HeldOut:
    """Score each year of the examples by a clone trained on the labels of the years before it."""
    score = np.full(len(examples.label), np.nan)
    models = {}
    for earlier, this in rolling_years(examples.year):
        past = fit(clone(model), examples, earlier, sample)
        score[this] = past.decision_function(examples.raw[this])
        models[int(examples.year[this][0])] = past
    kept = np.isfinite(score)
    if not kept.any():
        raise ModelError("the past holds fewer than three years with examined trucks")
    label, weight = examples.label[kept], examples.weight[kept]
    p_hit = fit_platt(score[kept], label, weight)(score[kept])
    raw, year = examples.raw[kept], examples.year[kept]
    return HeldOut(score=score[kept], p_hit=p_hit, label=label, weight=weight, raw=raw, year=year, models=models)

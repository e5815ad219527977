"""A risk model ready for use: trained, calibrated, and put on a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from models.calibration import Platt, fit_platt, rank_share, with_prior
from models.evaluate import rolling_years
from models.features import matrix, visible_part
from models.risk import RiskModel
from sim.errors import ModelError
from sim.tables import SCORES

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Trucks of the past whose labels are known.

    Parameters
    ----------
    raw : ndarray of float32, shape (n, len(FEATURES))
    label : ndarray, shape (n,)
        1: opening it yielded a seizure.
    weight : ndarray, shape (n,)
        Trucks of the past that the row stands for.
    year : ndarray of int, shape (n,)
        Year of the history, from 0.
    prior : float
        Share of all trucks that would yield a seizure if opened.
    """

    raw: NDArray[np.float32]
    label: Vector
    weight: Vector
    year: NDArray[np.int64]
    prior: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Scores that each year got from a model of the years before it (n rows)."""

    score: Vector
    p_hit: Vector
    label: Vector
    weight: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRisk:
    """Turns visible manifest columns into SCORES, truck by truck.

    Parameters
    ----------
    name : str
        Name in `models.risk.RISK_MODELS`.
    model : RiskModel
        Fitted.
    platt : Platt
        Score to p_hit.
    scale : ndarray, shape (m,)
        Sorted scores of trucks drawn uniformly from the training period.
    """

    name: str
    model: RiskModel
    platt: Platt
    scale: Vector

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES (truck, p_hit, risk_score) for a manifest of n trucks.

        A truck's score depends on the visible columns of its own row alone: luck and truth are
        taken away first. Without a ``truck`` column, trucks are numbered from 0.

        Raises
        ------
        ModelError
            A column that MANIFEST does not declare; see `models.features`.
        """
        raw = matrix(visible_part(manifest))
        judged = self.model.decision_function(raw) if len(raw) else np.empty(0)
        number = manifest["truck"] if "truck" in manifest.columns else np.arange(len(manifest))
        return pd.DataFrame(
            {
                "truck": np.asarray(number, dtype=np.int64),
                "p_hit": self.platt(judged),
                "risk_score": rank_share(judged, self.scale),
            },
            columns=[column.name for column in SCORES],
        )

    @classmethod
    def without_labels(cls, name: str, model: RiskModel, sample: NDArray[np.float32]) -> Self:
        """Return a model that learns nothing (constant, rules): only its scale is of the past.

        Parameters
        ----------
        sample : ndarray of float32, shape (m, len(FEATURES))
            Trucks drawn uniformly from the past.
        """
        scale = np.sort(model.fit(sample).decision_function(sample))
        platt = with_prior(Platt(intercept=0.0, slope=model.slope), scale, model.base_p_hit)
        return cls(name=name, model=model, platt=platt, scale=scale)

    @classmethod
    def from_labels(
        cls, name: str, model: RiskModel, examples: Examples, sample: NDArray[np.float32]
    ) -> tuple[Self, HeldOut]:
        """Train on all years; calibrate on years that were each held out from the years before.

        Returns
        -------
        FittedRisk
        HeldOut
            What the calibration was learnt on, for `models.evaluate`.
        """
        held_out = hold_out(model, examples)
        model.fit(examples.raw, examples.label, examples.weight)
        scale = np.sort(model.decision_function(sample))
        slope = fit_platt(held_out.score, held_out.label, held_out.weight)
        platt = with_prior(slope, scale, examples.prior)
        return cls(name=name, model=model, platt=platt, scale=scale), held_out


def hold_out(model: RiskModel, examples: Examples) -> HeldOut:
    """Score each year of the examples by a clone trained on the years before it."""
    score = np.full(len(examples.label), np.nan)
    for earlier, this in rolling_years(examples.year):
        past = clone(model).fit(
            examples.raw[earlier], examples.label[earlier], examples.weight[earlier]
        )
        score[this] = past.decision_function(examples.raw[this])
    kept = np.isfinite(score)
    if not kept.any():
        raise ModelError("the past holds fewer than three years with opened trucks")
    label, weight = examples.label[kept], examples.weight[kept]
    p_hit = fit_platt(score[kept], label, weight)(score[kept])
    return HeldOut(score=score[kept], p_hit=p_hit, label=label, weight=weight)

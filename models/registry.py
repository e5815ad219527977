"""Risk models by name: who deserves a second look, judged from the manifest alone.

`models.base` says what all have in common; the trees are in `models.trees`. To add one: a class,
its row in `RISK_MODELS`, a file in ``configs/risk/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from models import baselines
from models.base import RiskModel, labelled_trucks
from models.baselines import RULES, meets_rule
from models.features import CODE_COLUMNS, feature_names, transformed_features
from models.trees import AnomalyRisk, BoostedRisk, HybridRisk
from sim.arrays import Float32Array, FloatArray, IntArray
from sim.errors import ConfigError
from sim.scenario import Risk


class ConstantRisk(RiskModel):
    """The dummy that stands beside the others: every truck the same score."""

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = baselines.KNOWN_SETTINGS["constant"]

    def _judge(self, raw: Float32Array) -> FloatArray:
        return baselines.baseline_scores("constant", raw, {})


class RulesRisk(RiskModel):
    """Weighted rules, as the Automated Targeting System's: integer points for named indicators.

    See `models.baselines`. Its operating point is near the only published one: 6.3% of shipments that
    carry score in the range in which 3.6% of clean ones score (GAO, October 2012, [S25 S]).
    """

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = baselines.KNOWN_SETTINGS["rules"]

    @property
    def slope(self) -> float:
        """Assumed log odds of a seizure per point."""
        return self._setting("ln_odds_per_point")

    def _judge(self, raw: Float32Array) -> FloatArray:
        return baselines.baseline_scores("rules", raw, self.settings or {})

    def terms(self, raw: Float32Array) -> dict[str, FloatArray]:
        """Return the points that each rule gives."""
        settings = self.settings or {}
        return {rule.name: settings[rule.name] * meets_rule(rule, raw, settings).astype(np.float64) for rule in RULES}


class LogisticRisk(RiskModel):
    """Logistic regression on standardised numbers and one-hot codes, shrunk by an L2 penalty."""

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {"inverse_penalty": (1e-6, 1e6)}
    LEARNS: ClassVar[bool] = True
    NEEDS_LABELS: ClassVar[bool] = True

    def _learn(self, raw: Float32Array, labels: IntArray, weights: FloatArray) -> None:
        raw, labels, weights = labelled_trucks(raw, labels, weights)
        values = transformed_features(raw)
        self.encoder_ = OneHotEncoder(handle_unknown="ignore", sparse_output=False, min_frequency=50)
        self.encoder_.fit(values[:, CODE_COLUMNS])
        self.scaler_ = StandardScaler().fit(self._columns(values), sample_weight=weights)
        regression = LogisticRegression(C=self._setting("inverse_penalty"), max_iter=1000)
        columns = self.scaler_.transform(self._columns(values))
        regression.fit(columns, labels, sample_weight=weights)
        self.coef_: FloatArray = regression.coef_[0]
        self.intercept_ = float(regression.intercept_[0])

    def _columns(self, values: FloatArray) -> FloatArray:
        numbers = np.delete(values, CODE_COLUMNS, axis=1)
        return np.hstack([numbers, self.encoder_.transform(values[:, CODE_COLUMNS])])

    def _judge(self, raw: Float32Array) -> FloatArray:
        columns = self.scaler_.transform(self._columns(transformed_features(raw)))
        total = np.full(len(raw), self.intercept_)
        # Column by column: a matrix product's last bit depends on the number of threads.
        for place, weight in enumerate(self.coef_):
            total += weight * columns[:, place]
        return total

    def terms(self, raw: Float32Array) -> dict[str, FloatArray]:
        """Return weight x standardised value of each feature; the codes' columns added up."""
        columns = self.scaler_.transform(self._columns(transformed_features(raw)))
        width = raw.shape[1]
        terms = {name: np.zeros(len(raw)) for name in feature_names(width)}
        for name, weight, values in zip(self._owners(width), self.coef_, columns.T, strict=True):
            terms[name] = terms[name] + weight * values
        return terms | {"base": np.full(len(raw), self.intercept_)}

    def _owners(self, width: int) -> list[str]:
        """Return the feature that each column of the regression comes from."""
        numbers = [name for place, name in enumerate(feature_names(width)) if place not in CODE_COLUMNS]
        codes = [feature_names(width)[place] for place in CODE_COLUMNS]
        given = self.encoder_.get_feature_names_out(codes)
        owners = [next(code for code in codes if name.startswith(f"{code}_")) for name in given]
        return [*numbers, *owners]


RISK_MODELS: dict[str, type[RiskModel]] = {
    "constant": ConstantRisk,
    "rules": RulesRisk,
    "logistic": LogisticRisk,
    "boosted": BoostedRisk,
    "anomaly": AnomalyRisk,
    "hybrid": HybridRisk,
}
"""Every risk model that a configuration may name."""


def make_risk_model(risk: Risk) -> RiskModel:
    """Return the unfitted model that ``risk`` asks for.

    Raises
    ------
    ConfigError
        ``risk.name`` or ``risk.settings.<key>``: what was found, what is known.

    Examples
    --------
    >>> make_risk_model(Risk(name="constant", tier="own", labels="opened", history_years=5,
    ...           history_start_date="2019-01-07", history_seed=1,
    ...           settings={"base_p_hit": 1e-4}))
    ConstantRisk(settings={'base_p_hit': 0.0001})
    """
    if risk.name not in RISK_MODELS:
        raise ConfigError("risk.name", f"unknown risk model {risk.name!r}; known {sorted(RISK_MODELS)}")
    baselines.check_settings(RISK_MODELS[risk.name].KNOWN, risk.settings)
    return RISK_MODELS[risk.name](settings=dict(risk.settings))

"""Risk models by name: who deserves a second look, judged from the manifest alone.

All keep scikit-learn's promises: ``__init__`` only stores, ``fit`` checks and returns self, learned
names end in ``_``, `decision_function` is higher for riskier trucks. Every number comes from
``settings`` (``configs/risk/<name>.yaml``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from models.features import CODES, SIGNS, signals
from models.rules import LIMITS, WEIGHTS, points
from sim.errors import ConfigError, ModelError
from sim.scenario import Risk

Matrix = NDArray[np.float32]
Vector = NDArray[np.float64]
RANDOM_STATE = 0
BASE = {"base_p_hit": (1e-9, 0.5)}
"""Setting of the models that have no labels to learn the level from."""


class RiskModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """What every risk model can do.

    Parameters
    ----------
    settings : mapping of str to float, optional
        Exactly the keys of ``KNOWN``.
    """

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {}
    """Each setting and the range it must lie in."""
    NEEDS_LABELS: ClassVar[bool] = False

    def __init__(self, settings: Mapping[str, float] | None = None) -> None:
        self.settings = settings

    def fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Check settings, trucks and labels, learn what there is to learn, and return self.

        Parameters
        ----------
        X : array, shape (n, len(FEATURES))
            From `models.features.matrix`.
        y : array of 0 and 1, shape (n,), optional
            1: opening the truck yielded a seizure. Only models that need labels read it.
        sample_weight : array, shape (n,), optional
            How many trucks of the past each row stands for.

        Raises
        ------
        ConfigError
            A setting that is unknown, missing or out of range.
        ModelError
            Labels of one kind only, where the model needs both.
        """
        check_settings(type(self), self.settings or {})
        raw = validate_data(self, X, dtype=np.float32)
        self.classes_ = np.array([0, 1])
        if self.NEEDS_LABELS:
            labels = _labels(y)
            weights = np.ones(len(raw)) if sample_weight is None else np.asarray(sample_weight)
            with threadpool_limits(limits=1):
                self._learn(raw, labels, weights)
        return self

    def decision_function(self, X: ArrayLike) -> Vector:  # noqa: N803
        """Return a number for each truck (shape n), higher for riskier trucks."""
        check_is_fitted(self, "classes_")
        raw: Matrix = validate_data(self, X, reset=False, dtype=np.float32)
        # One thread: replications already use every core, and the last bit must not depend on it.
        with threadpool_limits(limits=1):
            return self._judge(raw)

    def predict_proba(self, X: ArrayLike) -> Vector:  # noqa: N803
        """Return (n, 2): P(clean), P(seizure), uncalibrated; see `models.calibration`."""
        p_hit = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - p_hit, p_hit])

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:  # noqa: N803
        """Return 1 where a seizure is more likely than not (hardly ever: loads are rare)."""
        return (self.decision_function(X) > 0.0).astype(np.int64)

    @property
    def base_p_hit(self) -> float:
        """Assumed share of all trucks that would yield a seizure; for models without labels."""
        return self._setting("base_p_hit")

    @property
    def slope(self) -> float:
        """Assumed log odds of a seizure per unit of score; for models without labels."""
        return 0.0

    def _setting(self, name: str) -> float:
        return float((self.settings or {})[name])

    def _learn(self, raw: Matrix, labels: NDArray[np.int64], weights: Vector) -> None:
        raise NotImplementedError

    def _judge(self, raw: Matrix) -> Vector:
        raise NotImplementedError


class ConstantRisk(RiskModel):
    """The dummy that stands beside the others: every truck the same score."""

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = BASE

    def _judge(self, raw: Matrix) -> Vector:
        return np.zeros(len(raw))


class RulesRisk(RiskModel):
    """Weighted rules, as the Automated Targeting System's: integer points for named indicators.

    See `models.rules`. Its operating point is near the only published one: 6.3 % of shipments that
    carry score in the range in which 3.6 % of clean ones score (GAO, October 2012, [S25 S]).
    """

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {
        **BASE,
        "ln_odds_per_point": (0.0, 10.0),
        **WEIGHTS,
        **LIMITS,
    }

    @property
    def slope(self) -> float:
        """Assumed log odds of a seizure per point."""
        return self._setting("ln_odds_per_point")

    def _judge(self, raw: Matrix) -> Vector:
        return points(raw, self.settings or {})


class LogisticRisk(RiskModel):
    """Logistic regression on standardised numbers and one-hot codes, shrunk by an L2 penalty."""

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {"inverse_penalty": (1e-6, 1e6)}
    NEEDS_LABELS: ClassVar[bool] = True

    def _learn(self, raw: Matrix, labels: NDArray[np.int64], weights: Vector) -> None:
        values = signals(raw)
        self.encoder_ = OneHotEncoder(
            handle_unknown="ignore", sparse_output=False, min_frequency=50
        )
        self.encoder_.fit(values[:, CODES])
        self.scaler_ = StandardScaler().fit(self._columns(values), sample_weight=weights)
        regression = LogisticRegression(C=self._setting("inverse_penalty"), max_iter=1000)
        columns = self.scaler_.transform(self._columns(values))
        regression.fit(columns, labels, sample_weight=weights)
        self.coef_: Vector = regression.coef_[0]
        self.intercept_ = float(regression.intercept_[0])

    def _columns(self, values: Vector) -> Vector:
        numbers = np.delete(values, CODES, axis=1)
        return np.hstack([numbers, self.encoder_.transform(values[:, CODES])])

    def _judge(self, raw: Matrix) -> Vector:
        columns = self.scaler_.transform(self._columns(signals(raw)))
        total = np.full(len(raw), self.intercept_)
        # Column by column: a matrix product's last bit depends on the number of threads.
        for place, weight in enumerate(self.coef_):
            total += weight * columns[:, place]
        return total


class BoostedRisk(RiskModel):
    """Boosted trees, kept small and pulled towards what an inspector expects of each feature.

    A few hundred positives cannot carry a free model: trees have few leaves, the penalty on leaves
    counts in units of positives, and each feature with an expected sign may only act in that
    direction (``models.features.DECLARED``).
    """

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {
        "trees": (1, 2000),
        "leaves": (2, 64),
        "learning_rate": (1e-4, 1.0),
        "l2": (0.0, 1e6),
        "min_trucks_per_leaf": (1, 1e6),
        "features_share": (0.05, 1.0),
    }
    NEEDS_LABELS: ClassVar[bool] = True

    def _learn(self, raw: Matrix, labels: NDArray[np.int64], weights: Vector) -> None:
        self.trees_ = HistGradientBoostingClassifier(
            max_iter=int(self._setting("trees")),
            max_leaf_nodes=int(self._setting("leaves")),
            learning_rate=self._setting("learning_rate"),
            l2_regularization=self._setting("l2"),
            min_samples_leaf=int(self._setting("min_trucks_per_leaf")),
            max_features=self._setting("features_share"),
            categorical_features=list(CODES),
            monotonic_cst=list(SIGNS),
            early_stopping=False,
            random_state=RANDOM_STATE,
        )
        self.trees_.fit(signals(raw), labels, sample_weight=weights)

    def _judge(self, raw: Matrix) -> Vector:
        found: Vector = self.trees_.decision_function(signals(raw))
        return found


RISK_MODELS: dict[str, type[RiskModel]] = {
    "constant": ConstantRisk,
    "rules": RulesRisk,
    "logistic": LogisticRisk,
    "boosted": BoostedRisk,
}
"""Every risk model that a configuration may name."""


def make(risk: Risk) -> RiskModel:
    """Return the unfitted model that ``risk`` asks for.

    Raises
    ------
    ConfigError
        ``risk.name`` or ``risk.settings.<key>``: what was found, what is known.

    Examples
    --------
    >>> make(Risk(name="constant", tier="own", labels="opened", history_years=5,
    ...           history_start_date="2019-01-07", history_seed=1,
    ...           settings={"base_p_hit": 1e-4}))
    ConstantRisk(settings={'base_p_hit': 0.0001})
    """
    if risk.name not in RISK_MODELS:
        known = sorted(RISK_MODELS)
        raise ConfigError("risk.name", f"unknown risk model {risk.name!r}; known {known}")
    check_settings(RISK_MODELS[risk.name], risk.settings)
    return RISK_MODELS[risk.name](settings=dict(risk.settings))


def check_settings(model: type[RiskModel], settings: Mapping[str, float]) -> None:
    """Refuse a setting that is unknown, missing, not a number or out of range."""
    for name in settings:
        if name not in model.KNOWN:
            known = sorted(model.KNOWN)
            raise ConfigError(f"risk.settings.{name}", f"unknown setting; known {known}")
    for name, (low, high) in model.KNOWN.items():
        if name not in settings:
            raise ConfigError(f"risk.settings.{name}", "missing; expected a number")
        if not low <= settings[name] <= high:
            problem = f"must be between {low:g} and {high:g}, got {settings[name]:g}"
            raise ConfigError(f"risk.settings.{name}", problem)


def _labels(y: ArrayLike | None) -> NDArray[np.int64]:
    labels = np.asarray(y if y is not None else [], dtype=np.int64)
    if len(np.unique(labels)) < 2:
        raise ModelError(
            "the past holds no opened truck of each kind (found and not found); "
            "the models 'constant' and 'rules' need no labels"
        )
    return labels

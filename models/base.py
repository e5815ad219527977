"""What every risk model is: scikit-learn's conventions, settings checked by name, one thread.

Learned names end in ``_``. Every number comes from ``settings`` (``configs/risk/<name>.yaml``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import ThreadpoolController

from models.baselines import check_settings
from sim.arrays import Float32Array, FloatArray, IntArray
from sim.errors import ModelError

UNLABELLED: Final = -1
"""Label of a truck of which nobody knows what opening it would have yielded."""


class RiskModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """What every risk model can do; ``settings`` has exactly the keys of ``KNOWN``, ``seed`` is for random fits."""

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {}
    """Each setting and the range it must lie in."""
    LEARNS: ClassVar[bool] = False
    """Whether ``fit`` learns anything; the level of what learns is set on labels of the past."""
    NEEDS_LABELS: ClassVar[bool] = False
    """Whether ``fit`` itself reads labels."""

    def __init__(self, settings: Mapping[str, float] | None = None, seed: int = 0) -> None:
        self.settings = settings
        self.seed = seed

    def fit(self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Check settings, trucks and labels, learn what there is to learn, and return self.

        Parameters
        ----------
        X : array, shape (n, len(FEATURES))
            From `models.features.feature_matrix`.
        y : array of 1, 0 and -1, shape (n,), optional
            1: opening the truck yielded a seizure; 0: it did not; -1 (`UNLABELLED`): not opened.
            Models that need labels learn from the first two, the forest from the third if there
            are any (and else from all trucks), whatever was found in them.
        sample_weight : array, shape (n,), optional
            How many trucks of the past each row stands for.

        Raises
        ------
        ConfigError
            A setting that is unknown, missing or out of range.
        ModelError
            Labels of one kind only, where the model needs both.
        """
        check_settings(self.KNOWN, self.settings or {})
        # row by row in memory: in which order a sum is taken decides its last bit
        raw = validate_data(self, X, dtype=np.float32, order="C")
        self.classes_ = np.array([0, 1])
        if self.LEARNS:
            labels = _labels(y, len(raw))
            if self.NEEDS_LABELS and not {0, 1} <= set(np.unique(labels).tolist()):
                problem = "the past holds no examined truck of each kind (found and not found)"
                raise ModelError(f"{problem}; the models 'constant' and 'rules' need no labels")
            weights = np.ones(len(raw)) if sample_weight is None else np.asarray(sample_weight)
            with thread_pool_controller().limit(limits=1):
                self._learn(raw, labels, weights)
        return self

    def decision_function(self, X: ArrayLike) -> FloatArray:  # noqa: N803
        """Return a number for each truck (shape n), higher for riskier trucks."""
        check_is_fitted(self, "classes_")
        raw: Float32Array = validate_data(self, X, reset=False, dtype=np.float32)
        # One thread: replications already use every core, and the last bit must not depend on it.
        with thread_pool_controller().limit(limits=1):
            return self._judge(raw)

    def terms(self, raw: Float32Array) -> dict[str, FloatArray] | None:
        """Return named parts (n values each) that add up to the score; None: it is no such sum."""
        del raw
        return None

    def predict_proba(self, X: ArrayLike) -> FloatArray:  # noqa: N803
        """Return (n, 2): P(clean), P(seizure), uncalibrated; see `models.calibration`."""
        p_hit = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - p_hit, p_hit])

    def predict(self, X: ArrayLike) -> IntArray:  # noqa: N803
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

    def is_sound(self) -> bool:
        """Return whether what was learnt can be walked without reading beyond it; see the store."""
        return True

    def _setting(self, name: str) -> float:
        return float((self.settings or {})[name])

    def _learn(self, raw: Float32Array, labels: IntArray, weights: FloatArray) -> None:
        raise NotImplementedError

    def _judge(self, raw: Float32Array) -> FloatArray:
        raise NotImplementedError


def labelled_trucks(
    raw: Float32Array, labels: IntArray, weights: FloatArray
) -> tuple[Float32Array, IntArray, FloatArray]:
    """Return the trucks whose label is known."""
    known = labels != UNLABELLED
    return raw[known], labels[known], weights[known]


@cache
def thread_pool_controller() -> ThreadpoolController:
    """Return the control of other libraries' threads; looking for them again takes milliseconds."""
    return ThreadpoolController()


def _labels(y: ArrayLike | None, n: int) -> IntArray:
    if y is None:
        return np.full(n, UNLABELLED, dtype=np.int64)
    labels = np.asarray(y, dtype=np.int64)
    if labels.shape != (n,):
        raise ModelError(f"expected {n} labels, got {labels.shape}")
    return labels

"""Risk models made of trees: boosted on labels, a forest of isolation without them, and both.

The forest asks how easily random cuts set a truck apart from the others: a truck that few cuts
isolate is odd. Odd is not risky, so by default a value only counts as odd on the side that an
inspector would expect (`models.features.DECLARED_FEATURES`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest

from models.base import UNLABELLED, RiskModel, labelled_trucks
from models.calibration import rank_share
from models.compiled_trees import FittedTrees, raw_scores
from models.features import CODE_COLUMNS, feature_signs, transformed_features
from sim.arrays import Float32Array, FloatArray, IntArray

FLAG: Final = (0, 1)
"""Range of a setting that switches something off (0) or on (any other number)."""


class BoostedRisk(RiskModel):
    """Boosted trees, kept small and pulled towards what an inspector expects of each feature.

    A few hundred positives cannot carry a free model: trees have few leaves, the penalty on leaves
    counts in units of positives, and each feature with an expected sign may only act in that
    direction. That costs nothing: on the year after the history, the riskiest 27% hold 57.1% of
    the loads with these constraints and 57.0% without (mean of six pasts; 61.7% and 61.7% with
    oracle labels).
    """

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {
        "trees": (1, 2000),
        "leaves": (2, 64),
        "learning_rate": (1e-4, 1.0),
        "l2": (0.0, 1e6),
        "min_trucks_per_leaf": (1, 1e6),
        "features_share": (0.05, 1.0),
        "monotone": FLAG,
    }
    LEARNS: ClassVar[bool] = True
    NEEDS_LABELS: ClassVar[bool] = True

    def _learn(self, raw: Float32Array, labels: IntArray, weights: FloatArray) -> None:
        raw, labels, weights = labelled_trucks(raw, labels, weights)
        self.trees_ = HistGradientBoostingClassifier(
            max_iter=int(self._setting("trees")),
            max_leaf_nodes=int(self._setting("leaves")),
            learning_rate=self._setting("learning_rate"),
            l2_regularization=self._setting("l2"),
            min_samples_leaf=int(self._setting("min_trucks_per_leaf")),
            max_features=self._setting("features_share"),
            categorical_features=list(CODE_COLUMNS),
            monotonic_cst=list(feature_signs(raw.shape[1])) if self._setting("monotone") else None,
            early_stopping=False,
            random_state=self.seed,
        )
        self.trees_.fit(transformed_features(raw), labels, sample_weight=weights)

    def _judge(self, raw: Float32Array) -> FloatArray:
        return raw_scores(self.trees_, transformed_features(raw))

    def is_sound(self) -> bool:
        """Return whether every branch leads on to a later node of its own tree."""
        trees = [tree for stage in self.trees_._predictors for tree in stage]
        return all(_predictor_is_sound(tree, self.trees_.n_features_in_) for tree in trees)


class AnomalyRisk(RiskModel):
    """An isolation forest on the visible features: no label decides who is odd.

    With ``one_sided`` the features with an expected direction count alone, and values on the safe
    side of the median count as the median: a carrier of forty years is not odd. Without it all
    features count both ways, and codes by how rare they are.

    Source: F. T. Liu, K. M. Ting, Z.-H. Zhou, IEEE International Conference on Data Mining (2008)
    413, with its 100 trees of 256 rows.
    """

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {
        "forest_trees": (1, 2000),
        "trucks_per_tree": (2, 1e6),
        "one_sided": FLAG,
    }
    LEARNS: ClassVar[bool] = True

    def _learn(self, raw: Float32Array, labels: IntArray, weights: FloatArray) -> None:
        del weights
        unlabelled = labels == UNLABELLED
        values = transformed_features(raw[unlabelled] if unlabelled.any() else raw)
        self.median_ = np.median(values, axis=0)
        self.codes_ = [np.unique(values[:, place], return_counts=True) for place in CODE_COLUMNS]
        self.forest_ = IsolationForest(
            n_estimators=int(self._setting("forest_trees")),
            max_samples=min(int(self._setting("trucks_per_tree")), len(values)),
            random_state=self.seed,
        )
        self.forest_.fit(self._columns(values))

    def _judge(self, raw: Float32Array) -> FloatArray:
        if len(raw) == 0:
            return np.empty(0)
        return np.asarray(-self.forest_.score_samples(self._columns(transformed_features(raw))))

    def is_sound(self) -> bool:
        """Return whether every branch leads on to a later node of its own tree."""
        width = self.forest_.n_features_in_
        return all(_tree_is_sound(one.tree_, width) for one in self.forest_.estimators_)

    def _columns(self, values: FloatArray) -> Float32Array:
        if self._setting("one_sided"):
            sign = np.array(feature_signs(values.shape[1]))
            beyond = np.maximum(sign * (values - self.median_), 0.0)
            return beyond[:, sign != 0].astype(np.float32)
        numbers = values.copy()
        for place, (known, counts) in zip(CODE_COLUMNS, self.codes_, strict=True):
            numbers[:, place] = _rareness(values[:, place], known, counts)
        return numbers.astype(np.float32)


def _rareness(codes: FloatArray, known: FloatArray, counts: IntArray) -> FloatArray:
    """Return -ln(share of trucks with the same code); a new code is as rare as one truck."""
    place = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    n = np.where(known[place] == codes, counts[place], 1)
    return np.asarray(-np.log(n / counts.sum()))


class HybridRisk(RiskModel):
    """Labels and oddness together, as the odds that labels speak for, raised for odd trucks.

    ``score = ln odds of the boosted trees + anomaly_weight x share of trucks that are less odd``

    Calibration then sets slope and level of the sum. What labels never showed (a new way of
    smuggling, a kind of truck that nobody opened) still counts, by at most ``anomaly_weight``.
    """

    KNOWN: ClassVar[Mapping[str, tuple[float, float]]] = {
        **BoostedRisk.KNOWN,
        **AnomalyRisk.KNOWN,
        "anomaly_weight": (0.0, 100.0),
    }
    LEARNS: ClassVar[bool] = True
    NEEDS_LABELS: ClassVar[bool] = True

    def _learn(self, raw: Float32Array, labels: IntArray, weights: FloatArray) -> None:
        self.boosted_ = BoostedRisk(self._part(BoostedRisk), self.seed)
        self.boosted_.fit(raw, labels, weights)
        self.anomaly_ = AnomalyRisk(self._part(AnomalyRisk), self.seed)
        self.anomaly_.fit(raw, labels, weights)
        unlabelled = labels == UNLABELLED
        trucks = raw[unlabelled] if unlabelled.any() else raw
        self.scale_ = np.sort(self.anomaly_.decision_function(trucks))

    def _judge(self, raw: Float32Array) -> FloatArray:
        odd = rank_share(self.anomaly_.decision_function(raw), self.scale_)
        return self.boosted_.decision_function(raw) + self._setting("anomaly_weight") * odd

    def is_sound(self) -> bool:
        """Return whether both parts are."""
        return self.boosted_.is_sound() and self.anomaly_.is_sound()

    def _part(self, model: type[RiskModel]) -> dict[str, float]:
        return {name: self._setting(name) for name in model.KNOWN}


def _predictor_is_sound(tree: FittedTrees, width: int) -> bool:
    nodes = tree.nodes
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    children = np.concatenate([nodes["left"][inner], nodes["right"][inner]])
    by_code = inner[nodes["is_categorical"][inner] == 1]
    sets = min(len(tree.binned_left_cat_bitsets), len(tree.raw_left_cat_bitsets))
    return bool(
        _leads_on(inner, nodes["left"][inner], len(nodes))
        and len(np.unique(children)) == len(children)
        and _leads_on(inner, nodes["right"][inner], len(nodes))
        and (nodes["feature_idx"][inner] < width).all()
        and (nodes["bitset_idx"][by_code] < sets).all()
    )


def _tree_is_sound(tree: FittedTrees, width: int) -> bool:
    if tree.capacity != tree.node_count or tree.n_features != width:
        return False
    inner = np.flatnonzero(tree.children_left != tree.children_right)
    return bool(
        _leads_on(inner, tree.children_left[inner], tree.node_count)
        and _leads_on(inner, tree.children_right[inner], tree.node_count)
        and (tree.feature[inner] >= 0).all()
        and (tree.feature[inner] < width).all()
    )


def _leads_on(node: IntArray, child: IntArray, n: int) -> bool:
    later = child.astype(np.int64) > node
    return bool(n > 0 and (later & (child < n)).all())

"""Formulas in the place of the simulation (an emulator), with an error that is measured and kept.

What worlds [world, input] in [0, 1] say of every output is fitted on a log scale: the baseline's
level, and the ratio of every alternative to it. The method that predicts unseen worlds best is
taken, output by output. Its errors on unseen worlds, whole rows at a time so that outputs stay
correlated, are added to every draw. Formulas say only by how much a world differs from the middle.

Sources: O'Hagan (2006) for emulators; Stone (1974) for the choice by prediction of worlds left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.arrays import FloatArray, IntArray

Estimator: TypeAlias = Any
"""An estimator of scikit-learn, which has no types."""
FOLDS: Final = 8
ALPHAS: Final = tuple(np.logspace(-2, 4, 13))
WORTH_IT: Final = 0.9
"""A formula is taken if its squared error on unseen worlds is below this share of the mean's."""
SCREENED: Final = 12
"""Inputs that the quadratic formula keeps for each output, those that go with it the most."""
TINY: Final = 1e-3
"""Share of an output's largest mean that is added before logarithms: zeros stay finite."""


@dataclass(frozen=True, slots=True)
class EmulatorBlock:
    """Formulas of some columns from some inputs."""

    columns: IntArray
    inputs: IntArray
    methods: Mapping[str, Estimator]
    """Fitted estimators by method, each of all columns of the block."""
    folds: Mapping[str, tuple[Estimator, ...]]
    """The same fitted without the worlds of each fold."""
    chosen: tuple[str, ...]
    """Method of every column of the block."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """Fitted formulas of every output."""

    blocks: tuple[EmulatorBlock, ...]
    chosen: tuple[str, ...]
    """Method of every column."""
    centre: FloatArray
    """[input] the middle world."""
    fold: IntArray
    """[world] the fold in which each world is left out."""
    errors: FloatArray
    """[world, column], log scale: errors on unseen worlds."""
    unseen: FloatArray
    """[world, column], log scale: predictions of unseen worlds."""
    targets: FloatArray
    """[world, column], log scale: what was simulated."""

    def shift(self, worlds: npt.ArrayLike) -> FloatArray:
        """Return by how much each column differs from the middle world [world, column]."""
        return self._shift(worlds, None)

    def shift_left_out(self, worlds: npt.ArrayLike) -> FloatArray:
        """Return `shift`, each of the fitted worlds (in their order) by formulas without it.

        What is changed of a world so stays free of its own luck and outcome; rows beyond the
        fitted worlds follow the formulas of all.
        """
        points = np.atleast_2d(np.asarray(worlds, np.float64))
        found = self._shift(points, None)
        for fold in range(FOLDS):
            mine = np.flatnonzero(self.fold[: len(points)] == fold)
            found[mine] = self._shift(points[mine], fold)
        return found

    def _shift(self, worlds: npt.ArrayLike, fold: int | None) -> FloatArray:
        points = np.vstack([self.centre[None, :], np.atleast_2d(np.asarray(worlds, np.float64))])
        found = np.zeros((len(points), len(self.chosen)))
        for block in self.blocks:
            for method in block.methods:
                fitted = block.methods[method] if fold is None else block.folds[method][fold]
                mine = np.array([one == method for one in block.chosen])
                said = _predicted(fitted, points[:, block.inputs])
                found[:, block.columns[mine]] = said[:, mine]
        return np.asarray(found[1:] - found[0])


def fit_emulator(
    worlds: npt.ArrayLike, targets: npt.ArrayLike, centre: npt.ArrayLike, relevant: npt.ArrayLike, seed: int
) -> Emulator:
    """Fit formulas to what was simulated, choosing for each output what predicts best.

    ``worlds`` are [world, input], each 0 to 1; ``targets`` [world, column]; ``centre`` [input] is
    where shifts are counted from; ``relevant`` [input, column] says which inputs an output can
    depend on at all. Fewer than ten worlds, too few to leave some out, raise ValueError.
    """
    x, y = np.asarray(worlds, np.float64), np.asarray(targets, np.float64)
    if len(x) < 10:
        raise ValueError(f"{len(x)} sets of assumptions are too few to fit and check formulas")
    may = np.asarray(relevant, bool)
    folds = np.random.default_rng(seed).permutation(len(x)) % FOLDS
    best, chosen, blocks = np.empty_like(y), [""] * y.shape[1], []
    for pattern in sorted({tuple(column) for column in may.T.tolist()}):
        columns = np.flatnonzero((may == np.array(pattern)[:, None]).all(axis=0))
        inputs = np.flatnonzero(pattern)
        block, unseen = _block(x, y, (inputs, columns), folds, seed)
        blocks.append(block)
        best[:, columns] = unseen
        for column, method in zip(columns, block.chosen, strict=True):
            chosen[column] = method
    middle = np.asarray(centre, np.float64)
    return Emulator(tuple(blocks), tuple(chosen), middle, folds, y - best, best, y)


def _block(
    x: FloatArray, y: FloatArray, places: tuple[IntArray, IntArray], folds: IntArray, seed: int
) -> tuple[EmulatorBlock, FloatArray]:
    """Return the formulas of one block, and what they say of worlds they have not seen."""
    inputs, columns = places
    own, goal = x[:, inputs], y[:, columns]
    ways = _methods(seed)
    parts = {
        name: tuple(_fitted(make(), own[folds != fold], goal[folds != fold]) for fold in range(FOLDS))
        for name, make in ways.items()
    }
    unseen = {name: _unseen(fitted, own, goal, folds) for name, fitted in parts.items()}
    loss = {name: ((found - goal) ** 2).mean(axis=0) for name, found in unseen.items()}
    chosen = tuple(_best({n: float(of[c]) for n, of in loss.items()}) for c in range(len(columns)))
    used = {name: _fitted(ways[name](), own, goal) for name in ways if name in chosen}
    best = np.column_stack([unseen[name][:, c] for c, name in enumerate(chosen)])
    left_out = {name: parts[name] for name in used}
    return EmulatorBlock(columns, inputs, used, left_out, chosen), best


def _best(loss: Mapping[str, float]) -> str:
    """Return the way of the least error, or the plain mean where none is clearly better.

    A formula that explains nothing would add its own scatter to the error that is kept whole.
    """
    best = min(loss, key=lambda name: loss[name])
    return best if loss[best] < WORTH_IT * loss["mean"] else "mean"


def _methods(seed: int) -> dict[str, Callable[[], Estimator]]:
    """Return the ways that are tried, the plainest first: it wins a tie."""
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.feature_selection import SelectKBest, f_regression
    from sklearn.linear_model import RidgeCV
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    def linear() -> Estimator:
        return make_pipeline(StandardScaler(), RidgeCV(ALPHAS, alpha_per_target=True))

    def quadratic() -> Estimator:
        few = SelectKBest(f_regression, k=SCREENED)
        squares = FunctionTransformer(_squares)
        return MultiOutputRegressor(make_pipeline(few, squares, StandardScaler(), RidgeCV(ALPHAS)))

    def trees() -> Estimator:
        return ExtraTreesRegressor(n_estimators=200, min_samples_leaf=3, max_features=0.3, random_state=seed)

    return {"mean": DummyRegressor, "linear": linear, "quadratic": quadratic, "trees": trees}


def _squares(x: FloatArray) -> FloatArray:
    return np.hstack([x, (x - 0.5) ** 2])


def _unseen(fitted: tuple[Estimator, ...], x: FloatArray, y: FloatArray, folds: IntArray) -> FloatArray:
    """Return predictions of each world by formulas that have not seen it."""
    found = np.empty_like(y)
    for fold, estimator in enumerate(fitted):
        found[folds == fold] = _predicted(estimator, x[folds == fold])
    return found


def _fitted(estimator: Estimator, x: FloatArray, y: FloatArray) -> Estimator:
    with warnings.catch_warnings():
        # Fewer inputs than are kept, or an output that never moves: both are fitted all the same.
        warnings.filterwarnings("ignore", category=UserWarning, module="sklearn")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="sklearn")
        return estimator.fit(x, y)


def _predicted(estimator: Estimator, x: FloatArray) -> FloatArray:
    found = np.asarray(estimator.predict(x), dtype=np.float64)
    return found.reshape(len(x), -1)

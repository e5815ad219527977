"""Cheap formulas in the place of the simulation, with an error that is measured and kept.

Worlds [world, input] in [0, 1] are simulated; what they say of every output [world, ...] is fitted
on a log scale: the baseline's level, and the ratio of every alternative to it (common random
numbers make that the steadier number). The way that predicts unseen worlds best is taken, output
by output. Its errors on unseen worlds, whole rows at a time so that outputs stay correlated, are
added to every draw: lack of fit and the noise of one short simulation alike.

Predictions start from the case's own response, which many replications stand behind: formulas say
only by how much a world differs from the middle one.

Sources: O'Hagan (2006) for emulators; Stone (1974) for the choice by prediction of what was left
out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FOLDS: Final = 8
ALPHAS: Final = tuple(np.logspace(-2, 4, 13))
TINY: Final = 1e-3
"""Share of an output's largest mean that is added before logarithms: zeros stay finite."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """Fitted formulas of every output."""

    names: tuple[str, ...]
    methods: Mapping[str, Any]
    """Fitted estimators by method, each of all columns."""
    chosen: tuple[str, ...]
    """Method of every column."""
    centre: Floats
    """[input] the middle world."""
    errors: Floats
    """[world, column], log scale: errors on unseen worlds."""
    unseen: Floats
    """[world, column], log scale: predictions of unseen worlds."""
    targets: Floats
    """[world, column], log scale: what was simulated."""

    def shift(self, worlds: npt.ArrayLike) -> Floats:
        """Return by how much each column differs from the middle world [world, column]."""
        points = np.atleast_2d(np.asarray(worlds, dtype=np.float64))
        found = np.zeros((len(points), len(self.chosen)))
        for method, estimator in self.methods.items():
            columns = [place for place, one in enumerate(self.chosen) if one == method]
            if columns:
                middle = _predicted(estimator, self.centre[None, :])
                found[:, columns] = (_predicted(estimator, points) - middle)[:, columns]
        return found


def fit(
    worlds: npt.ArrayLike, targets: npt.ArrayLike, centre: npt.ArrayLike, seed: int
) -> Emulator:
    """Fit formulas to targets [world, column] over worlds [world, input], best on unseen worlds.

    Raises
    ------
    ValueError
        Fewer than ten worlds, too few to leave some out.
    """
    x, y = np.asarray(worlds, np.float64), np.asarray(targets, np.float64)
    if len(x) < 10:
        raise ValueError(f"{len(x)} worlds are too few to fit and check formulas")
    folds = np.random.default_rng(seed).permutation(len(x)) % FOLDS
    unseen = {name: _unseen(make, x, y, folds) for name, make in _methods(seed).items()}
    loss = {name: ((found - y) ** 2).mean(axis=0) for name, found in unseen.items()}
    chosen = [min(loss, key=lambda name: loss[name][place]) for place in range(y.shape[1])]
    used = {name: _fitted(make(), x, y) for name, make in _methods(seed).items() if name in chosen}
    best = np.column_stack([unseen[name][:, place] for place, name in enumerate(chosen)])
    return Emulator((), used, tuple(chosen), np.asarray(centre, np.float64), y - best, best, y)


def _methods(seed: int) -> dict[str, Callable[[], Any]]:
    """Return the ways that are tried, the plainest first: it wins a tie."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.dummy import DummyRegressor
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    def ridge(*steps: object) -> Any:  # noqa: ANN401
        return make_pipeline(*steps, StandardScaler(), RidgeCV(ALPHAS, alpha_per_target=True))

    def process() -> Any:  # noqa: ANN401
        smooth = ConstantKernel(1.0, (1e-2, 1e4)) * RBF(3.0, (0.5, 50.0))
        one = GaussianProcessRegressor(smooth + WhiteKernel(0.1, (1e-5, 1e1)), random_state=seed)
        return TransformedTargetRegressor(one, transformer=StandardScaler())

    return {
        "mean": DummyRegressor,
        "linear": ridge,
        "quadratic": lambda: ridge(FunctionTransformer(_squares)),
        "gaussian process": process,
    }


def _squares(x: Floats) -> Floats:
    return np.hstack([x, (x - 0.5) ** 2])


def _unseen(make: Callable[[], Any], x: Floats, y: Floats, folds: npt.NDArray[Any]) -> Floats:
    """Return predictions of each world by formulas that have not seen it."""
    found = np.empty_like(y)
    for fold in range(FOLDS):
        out = folds == fold
        found[out] = _predicted(_fitted(make(), x[~out], y[~out]), x[out])
    return found


def _fitted(estimator: Any, x: Floats, y: Floats) -> Any:  # noqa: ANN401
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # A kernel's parameter at its bound: the fit is judged by unseen worlds, not by this.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(x, y)


def _predicted(estimator: Any, x: Floats) -> Floats:  # noqa: ANN401
    found = np.asarray(estimator.predict(x), dtype=np.float64)
    return found.reshape(len(x), -1)

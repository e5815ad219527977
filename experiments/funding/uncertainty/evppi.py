"""Expected value of partial perfect information (EVPPI): what knowing some inputs would be worth.

E[max_a E(NMB_a | input)] - max_a E(NMB_a), with the inner mean from a smooth regression of the
draws on the input: of the plain mean, straight lines, and cubic splines at a ladder of ridge
penalties, the one that predicts draws left out best (PRESS, Allen 1974). As a regression on few
draws finds a little knowledge in anything, an estimate that inputs shuffled against the draws reach
in more than one of twenty cases is not shown as one.

Source: Strong, Oakley and Brennan (2014) for the estimate by regression on one set of draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.interpolate import BSpline

from experiments.economics.cost_effectiveness import DrawOutcomes
from sim.arrays import FloatArray

PENALTIES: Final = tuple(np.logspace(-3, 5, 17))
KNOTS: Final = 5
"""Knots of a lone input, at even quantiles; where there are more inputs, each has fewer."""
FEW_KNOTS: Final = 3
EPS: Final = 1e-12


def conditional_means(known_inputs: FloatArray, columns: FloatArray) -> FloatArray:
    """Return the mean of each column given the inputs, at the draws themselves [draw, column].

    ``known_inputs`` are [draw, input], ``columns`` [draw, column].

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 50)[:, None]
    >>> bool(np.abs(conditional_means(x, 3.0 * x) - 3.0 * x).max() < 1e-6)
    True
    """
    n = len(columns)
    middle = columns.mean(axis=0)
    best = np.tile(middle, (n, 1))
    loss = columns.var(axis=0) * (n / (n - 1.0)) ** 2
    for base, penalties in _bases(known_inputs):
        for fitted, press in _ridged(base, columns - middle, penalties):
            better = press < loss
            best[:, better] = (middle + fitted)[:, better]
            loss = np.where(better, press, loss)
    return best


def _bases(known_inputs: FloatArray) -> Iterator[tuple[FloatArray, tuple[float, ...]]]:
    """Yield straight lines without a penalty, then splines at all penalties; centred, scaled."""
    moving = known_inputs[:, np.ptp(known_inputs, axis=0) > 0.0]
    if not moving.shape[1]:
        return
    yield _scaled(moving), (EPS,)
    knots = KNOTS if moving.shape[1] == 1 else FEW_KNOTS
    yield _scaled(np.hstack([_splines(column, knots) for column in moving.T])), PENALTIES


def _splines(column: FloatArray, knots: int) -> FloatArray:
    inner = np.unique(np.quantile(column, np.linspace(0.0, 1.0, knots)))
    if len(inner) < 2:
        return column[:, None]
    whole = np.concatenate([[inner[0]] * 3, inner, [inner[-1]] * 3])
    return np.asarray(BSpline.design_matrix(column, whole, 3).toarray())


def _scaled(basis: FloatArray) -> FloatArray:
    centred = basis - basis.mean(axis=0)
    spread = centred.std(axis=0)
    return np.asarray(centred[:, spread > EPS] / spread[spread > EPS])


def _ridged(
    basis: FloatArray, columns: FloatArray, penalties: tuple[float, ...]
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield what each penalty fits [draw, column], and its mean square on draws left out."""
    left, sizes, _ = np.linalg.svd(basis, full_matrices=False)
    left, sizes = left[:, sizes > EPS * sizes[0]], sizes[sizes > EPS * sizes[0]]
    inside = left.T @ columns
    for penalty in penalties:
        kept = sizes**2 / (sizes**2 + penalty)
        fitted = left @ (kept[:, None] * inside)
        leverage = 1.0 / len(basis) + (left**2) @ kept
        gap = (columns - fitted) / np.maximum(1.0 - leverage, EPS)[:, None]
        yield fitted, np.asarray((gap**2).mean(axis=0))


SHUFFLES: Final = 40
BOOTSTRAPS: Final = 40
SHUFFLE_QUANTILE: Final = 0.95
"""Quantile of the estimates on shuffled inputs that an estimate must exceed to be shown as one."""
COLUMNS: Final = (
    "usd_per_load", "input", "group", "evppi_usd", "se_usd", "nothing_known_usd", "shown", "share_of_evpi",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvppiEstimate:
    """What knowing some inputs would be worth, as far as the draws tell."""

    worth: float
    se: float
    """Over draws drawn again from the draws."""
    nothing: float
    """The `SHUFFLE_QUANTILE` quantile of estimates on shuffled inputs."""

    @property
    def shown(self) -> bool:
        """Whether inputs that say nothing would hardly reach it."""
        return self.worth > self.nothing


def evppi(benefit: FloatArray, known_inputs: FloatArray) -> float:
    """Return the expected value of knowing some inputs, in the unit of the benefit.

    ``benefit`` is the net monetary benefit [draw, alternative], ``known_inputs`` are [draw, input].
    """
    best = int(benefit.mean(axis=0).argmax())
    over = benefit - benefit[:, [best]]
    fitted = conditional_means(known_inputs, over)
    return float(max(fitted.max(axis=1).mean() - max(fitted.mean(axis=0).max(), 0.0), 0.0))


def estimate_evppi(benefit: FloatArray, known_inputs: FloatArray, rng: np.random.Generator) -> EvppiEstimate:
    """Return `evppi` with its standard error, and what inputs that say nothing would reach."""
    n = len(benefit)
    shuffled = [evppi(benefit, known_inputs[rng.permutation(n)]) for _ in range(SHUFFLES)]
    again = [rng.integers(n, size=n) for _ in range(BOOTSTRAPS)]
    spread = float(np.std([evppi(benefit[rows], known_inputs[rows]) for rows in again], ddof=1))
    return EvppiEstimate(evppi(benefit, known_inputs), spread, float(np.quantile(shuffled, SHUFFLE_QUANTILE)))


def evppi_table(
    outcomes: DrawOutcomes,
    inputs: Mapping[str, FloatArray],
    groups: Mapping[str, FloatArray],
    usd_per_load: Sequence[float],
    seed: int = 0,
) -> pd.DataFrame:
    """Return what knowing each input, and each group, would be worth; see `Uncertainty.partial_information`.

    ``inputs`` hold what is known of each input [draw, 1]: its numbers, or the uniforms behind them;
    ``groups`` what is known of each group [draw, feature]: a few numbers that sum it up, such as
    the outcomes if it alone moved.
    """
    tried = [(name, False, known) for name, known in inputs.items()]
    tried += [(name, True, known) for name, known in groups.items()]
    rng = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for price in usd_per_load:
        benefit = outcomes.benefit(price)
        perfect = float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())
        for name, several, known in tried:
            found = estimate_evppi(benefit, known, rng) if known.shape[1] else EvppiEstimate(0.0, 0.0, 0.0)
            worth = min(found.worth, perfect)
            share = worth / perfect if perfect > 0.0 else 0.0
            rows.append((price, name, several, worth, found.se, found.nothing, found.shown, share))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = ["usd_per_load", "group", "shown", "evppi_usd", "input"]
    way = [True, True, False, False, True]
    return table.sort_values(order, ascending=way, ignore_index=True)

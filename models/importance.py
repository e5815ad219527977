"""What a model would lose without each feature: the area under the curve, its values shuffled.

Measured on held-out years, so a feature that was learnt by heart counts for nothing. Features that
say the same (a carrier's age and its crossings) stand in for one another and both look small.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.evaluate import placement_half_width, placements
from models.features import names
from models.fitted import HeldOut, Matrix, Vector

SHUFFLES: Final = 5
NEGATIVES: Final = 1500
"""Held-out trucks without a find that take part; more of them would not narrow the intervals."""


def importance(held: HeldOut, shuffles: int = SHUFFLES, seed: int = 0) -> pd.DataFrame:
    """Return how much of the area under the curve rests on each feature.

    Parameters
    ----------
    held : HeldOut
        At least two positives and two negatives.
    shuffles : int
        Times that each feature is shuffled among the trucks; their mean counts.

    Returns
    -------
    DataFrame
        ``feature``, ``drop`` (of the area under the curve), ``low``, ``high`` (95 %, over trucks);
        largest drop first.

    Notes
    -----
    Sources: L. Breiman, Machine Learning 45 (2001) 5, for the shuffling; the interval is that of
    DeLong et al. (see `models.evaluate.auc_interval`) applied to each truck's loss of placement.
    """
    rows = _rows(held.label)
    raw, year, label = held.raw[rows], held.year[rows], held.label[rows]
    base = placements(held.judge(raw, year), label)
    rng = np.random.default_rng(seed)
    found = []
    for place, name in enumerate(names(raw.shape[1])):
        score = _shuffled(
            held, raw, year, [(place, rng.permutation(len(raw))) for _ in range(shuffles)]
        )
        found.append((name, *_drop(base, [placements(one, label) for one in score])))
    frame = pd.DataFrame(found, columns=["feature", "drop", "low", "high"])
    return frame.sort_values("drop", ascending=False, kind="stable", ignore_index=True)


def _rows(label: Vector) -> NDArray[np.int64]:
    """Return all positives and evenly spaced negatives."""
    negative = np.flatnonzero(label <= 0.5)
    step = max(1, len(negative) // NEGATIVES)
    return np.sort(np.concatenate([np.flatnonzero(label > 0.5), negative[::step]]))


def _shuffled(
    held: HeldOut,
    raw: Matrix,
    year: NDArray[np.int64],
    orders: list[tuple[int, NDArray[np.int64]]],
) -> NDArray[np.float64]:
    """Return the scores, shape (shuffles, n), with a feature in each of these orders."""
    many = np.tile(raw, (len(orders), 1, 1))
    for turn, (place, order) in enumerate(orders):
        many[turn, :, place] = raw[order, place]
    flat = many.reshape(-1, raw.shape[1])
    return held.judge(flat, np.tile(year, len(orders))).reshape(len(orders), len(raw))


def _drop(
    base: tuple[Vector, Vector], shuffled: list[tuple[Vector, Vector]]
) -> tuple[float, float, float]:
    of_positive, of_negative = (
        base[side] - np.mean([one[side] for one in shuffled], axis=0) for side in (0, 1)
    )
    drop = float(of_positive.mean())
    half = placement_half_width(of_positive, of_negative)
    return drop, drop - half, drop + half

"""What it would be worth to know one input, or a few, before choosing (EVPPI).

With all inputs unknown one chooses the best mean. With one of them known one would choose by the
mean given it, which a smooth regression of the draws on that input estimates. The gain is
E[max_a E(NMB_a | input)] - max_a E(NMB_a). The regression is shrunk, by cross-validation, to the
plain mean where the input says nothing, so that noise is not taken for knowledge.

Source: Strong, Oakley and Brennan (2014) for the estimate by regression on one set of draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.economics.net_monetary import Outcomes

Floats = npt.NDArray[np.float64]
KNOTS: Final = 5
ALPHAS: Final = tuple(np.logspace(-3, 5, 17))
FOLDS: Final = 10


def evppi(benefit: Floats, known: Floats) -> float:
    """Return the expected value of knowing some inputs, in the unit of the benefit.

    Parameters
    ----------
    benefit : array
        Net monetary benefit [draw, alternative].
    known : array
        The inputs that would be known [draw, input].
    """
    best = int(benefit.mean(axis=0).argmax())
    over = benefit - benefit[:, [best]]
    moves = np.flatnonzero(over.std(axis=0) > 0.0)
    fitted = np.zeros_like(over)
    fitted[:, moves] = _given(known, over[:, moves])
    still = [place for place in range(over.shape[1]) if place not in set(moves.tolist())]
    fitted[:, still] = over[:, still]
    return float(np.maximum(fitted.max(axis=1), 0.0).mean() - max(fitted.mean(axis=0).max(), 0.0))


def partial_information(
    outcomes: Outcomes,
    inputs: Mapping[str, Floats],
    groups: Mapping[str, Floats],
    usd_per_load: Sequence[float],
) -> pd.DataFrame:
    """Return what knowing each input, and each group, would be worth.

    Parameters
    ----------
    inputs : mapping
        What is known of each input [draw, 1]: its numbers, or the uniforms behind them.
    groups : mapping
        What is known of each group [draw, feature]: a few numbers that sum it up, such as the
        outcomes if it alone moved.

    Returns
    -------
    DataFrame
        See `Uncertainty.partial_information`.
    """
    tried = [(name, False, known) for name, known in inputs.items()]
    tried += [(name, True, known) for name, known in groups.items()]
    rows = []
    for price in usd_per_load:
        benefit = outcomes.benefit(price)
        perfect = float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())
        for name, several, known in tried:
            worth = min(evppi(benefit, known), perfect) if known.shape[1] else 0.0
            rows.append((price, name, several, worth, worth / perfect if perfect > 0.0 else 0.0))
    columns = ["usd_per_load", "input", "group", "evppi_usd", "share_of_evpi"]
    table = pd.DataFrame(rows, columns=columns)
    order = ["usd_per_load", "group", "evppi_usd", "input"]
    return table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


def _given(known: Floats, over: Floats) -> Floats:
    """Return the mean of each column given the inputs [draw, column], by shrunken splines."""
    from sklearn.linear_model import LinearRegression, RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import SplineTransformer, StandardScaler

    knots = KNOTS if known.shape[1] == 1 else 2
    degree = 3 if known.shape[1] == 1 else 2
    splines = SplineTransformer(n_knots=knots, degree=degree, knots="quantile", include_bias=False)
    smooth = make_pipeline(splines, StandardScaler(), RidgeCV(ALPHAS, alpha_per_target=True))
    straight = make_pipeline(StandardScaler(), LinearRegression())
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    fitted = np.tile(over.mean(axis=0), (len(over), 1))
    loss = over.var(axis=0) * (len(over) / (len(over) - 1.0)) ** 2
    for way in (straight, smooth):
        guess = cross_val_predict(way, known, over, cv=folds).reshape(over.shape)
        error = ((over - guess) ** 2).mean(axis=0)
        better = error < loss
        if better.any():
            whole = np.asarray(way.fit(known, over).predict(known)).reshape(over.shape)
            fitted[:, better], loss[better] = whole[:, better], error[better]
    return fitted

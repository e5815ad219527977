"""Who is best in how many draws, by how much the others lose, and what knowing would be worth.

Tables over the value of a load; the arithmetic is `economics.net_monetary`. Draws are draws of
parameters, never replications.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.economics.net_monetary import Outcomes, standing

Floats = npt.NDArray[np.float64]


def acceptability(outcomes: Outcomes, usd_per_load: Iterable[float]) -> pd.DataFrame:
    """Return one row a value of a load and alternative; see `Uncertainty.acceptability`."""
    rows = []
    for price in usd_per_load:
        found = standing(outcomes, price)
        means = outcomes.benefit(price).mean(axis=0)
        for place, name in enumerate(outcomes.names):
            rows.append(
                {
                    "usd_per_load": price,
                    "alternative": name,
                    "acceptability": float(found.acceptability[place]),
                    "mean_nmb_usd": float(means[place]),
                    "expected_loss_usd": float(found.expected_loss[place]),
                    "best": name == found.best,
                }
            )
    return pd.DataFrame(rows)


def information(outcomes: Outcomes, usd_per_load: Iterable[float]) -> pd.DataFrame:
    """Return the frontier and the value of perfect information by value of a load."""
    rows = [standing(outcomes, price) for price in usd_per_load]
    return pd.DataFrame(
        {
            "usd_per_load": [row.usd_per_load for row in rows],
            "best": [row.best for row in rows],
            "frontier_acceptability": [row.frontier for row in rows],
            "evpi_usd": [row.perfect_information for row in rows],
        }
    )


def intervals(
    outcomes: Outcomes, harm_usd_per_load: npt.ArrayLike, shares: npt.ArrayLike, baseline: str
) -> pd.DataFrame:
    """Return how far the draws spread, by alternative; see `Uncertainty.intervals`.

    Parameters
    ----------
    harm_usd_per_load : array
        By draw: what a load would do if nothing replaced it, to turn break-evens into shares of
        seizures that must not be replaced; it is no value of a load.
    shares : array
        By draw: the share not replaced, drawn from its prior.
    """
    best = standing(outcomes, 0.0).acceptability
    rows = []
    for place, name in enumerate(outcomes.names):
        npv0, loads = outcomes.npv0[:, place], outcomes.loads[:, place]
        row = {"alternative": name, "npv0_mean_usd": float(npv0.mean())}
        row |= _percentiles("npv0", npv0, "_usd")
        row |= {"pays_share": float((npv0 > 0.0).mean()), "best_share": float(best[place])}
        threshold = break_evens(npv0, loads)
        # Without an end the order of draws is still known: those come last.
        row |= _percentiles("break_even", threshold, "_usd")
        row["no_break_even_share"] = float(np.isinf(threshold).mean())
        row |= _percentiles("loads", loads, "")
        needed = threshold / np.asarray(harm_usd_per_load, np.float64)
        row |= _percentiles("not_replaced", needed, "")
        row["not_replaced_enough_share"] = float((needed <= np.asarray(shares)).mean())
        rows.append(row)
    table = pd.DataFrame(rows)
    undefined = [c for c in table if str(c).startswith(("break_even", "not_replaced"))]
    table.loc[table["alternative"] == baseline, [*undefined, "no_break_even_share"]] = np.nan
    return table


def break_evens(npv0: Floats, loads: Floats) -> Floats:
    """Return by draw what a load must be worth; +inf where no value of it would do.

    Zero or less: the option pays without. An option that finds fewer loads than the baseline has
    no break-even unless it pays by itself.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(loads > 0.0, -npv0 / loads, np.where(npv0 >= 0.0, -np.inf, np.inf))
    return np.asarray(found)


def sweep(base: Sequence[float], thresholds: Iterable[float | None]) -> list[float]:
    """Return the points of a sweep: 0, those asked for, and every break-even above 0.

    Examples
    --------
    >>> sweep([100.0], [None, -5.0, 40.0])
    [0.0, 40.0, 100.0]
    """
    ours = [one for one in thresholds if one is not None and np.isfinite(one) and one > 0.0]
    return sorted({0.0, *map(float, base), *map(float, ours)})


def _percentiles(name: str, values: Floats, unit: str) -> dict[str, float]:
    points = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return {
        f"{name}_p{place}{unit}": float(point) if np.isfinite(point) else np.nan
        for place, point in zip((5, 50, 95), points, strict=True)
    }

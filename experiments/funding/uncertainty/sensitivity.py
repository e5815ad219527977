"""Which alternative is best in how many draws, and which inputs that hangs on.

Sobol's indices are by group of inputs (first order: the share of variance that goes if a group alone
were known; total: the share that stays if all else were known); the tornado moves one input at a
time to its 10 and 90% points. Draws are draws of parameters, never replications.

Sources: Saltelli et al. (2010) for the estimators; Herman and Usher (2017) for SALib.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.economics.appraisal import PresentWorth
from experiments.economics.cost_effectiveness import DrawOutcomes, break_even_usd_per_load, decide_at_value
from experiments.funding.uncertainty.valuation import Valuation
from sim.arrays import FloatArray

ACCEPTABILITY_COLUMNS: Final = (
    "usd_per_load", "alternative", "acceptability", "mean_nmb_usd", "expected_loss_usd", "best",
)  # fmt: skip


def acceptability_table(outcomes: DrawOutcomes, usd_per_load: Iterable[float]) -> pd.DataFrame:
    """Return one row a value of a load and alternative; see `Uncertainty.acceptability`."""
    rows = []
    for price in usd_per_load:
        found = decide_at_value(outcomes, price)
        means = outcomes.benefit(price).mean(axis=0)
        columns = zip(outcomes.names, found.acceptability, means, found.expected_loss, strict=True)
        rows += [(price, name, *map(float, numbers), name == found.best) for name, *numbers in columns]
    return pd.DataFrame(rows, columns=list(ACCEPTABILITY_COLUMNS))


def perfect_information_table(outcomes: DrawOutcomes, usd_per_load: Iterable[float]) -> pd.DataFrame:
    """Return the frontier and the value of perfect information by value of a load."""
    decisions = (decide_at_value(outcomes, price) for price in usd_per_load)
    rows = [(one.usd_per_load, one.best, one.frontier, one.perfect_information) for one in decisions]
    return pd.DataFrame(rows, columns=["usd_per_load", "best", "frontier_acceptability", "evpi_usd"])


def draw_intervals_table(
    outcomes: DrawOutcomes, harm_usd_per_load: npt.ArrayLike, shares: npt.ArrayLike, baseline: str
) -> pd.DataFrame:
    """Return how far the draws spread, by alternative; see `Uncertainty.intervals`.

    ``harm_usd_per_load`` [draw] is what a load would do if nothing replaced it: no value of a load,
    but what turns break-evens into shares of seizures that must not be replaced. ``shares`` [draw]
    are shares not replaced, drawn from their prior.
    """
    best = decide_at_value(outcomes, 0.0).acceptability
    rows = []
    for place, name in enumerate(outcomes.names):
        npv0, loads = outcomes.npv0[:, place], outcomes.loads[:, place]
        row = {"alternative": name, "npv0_mean_usd": float(npv0.mean())}
        row |= _percentiles("npv0", npv0, "_usd")
        row |= {"pays_share": float((npv0 > 0.0).mean()), "best_share": float(best[place])}
        threshold = break_even_values(npv0, loads)
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


def break_even_values(npv0: FloatArray, loads: FloatArray) -> FloatArray:
    """Return by draw what a load must be worth; +inf where no value of it would do.

    Zero or less: the option pays without. An option that finds fewer loads than the baseline has
    no break-even unless it pays by itself.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(loads > 0.0, -npv0 / loads, np.where(npv0 >= 0.0, -np.inf, np.inf))
    return np.asarray(found)


def sweep_points(grid: Sequence[float], thresholds: Iterable[float | None]) -> list[float]:
    """Return the points of a sweep: 0, those asked for, and every break-even above 0.

    Examples
    --------
    >>> sweep_points([100.0], [None, -5.0, 40.0])
    [0.0, 40.0, 100.0]
    """
    ours = [one for one in thresholds if one is not None and np.isfinite(one) and one > 0.0]
    return sorted({0.0, *map(float, grid), *map(float, ours)})


def _percentiles(name: str, values: FloatArray, unit: str) -> dict[str, float]:
    points = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return {
        f"{name}_p{place}{unit}": float(point) if np.isfinite(point) else np.nan
        for place, point in zip((5, 50, 95), points, strict=True)
    }


SOBOL_COLUMNS = ["output", "group", "first", "first_half_width", "total", "total_half_width"]


def sobol_indices(
    outputs: Callable[[FloatArray], Mapping[str, FloatArray]],
    groups: Sequence[str],
    n_base: int,
    seed: int,
    coverage: float = 0.95,
) -> pd.DataFrame:
    """Return Sobol's indices of every output by group of inputs; see `Uncertainty.sensitivity`.

    ``outputs`` takes uniforms [point, input] and returns each output [point]; inputs of one of the
    ``groups`` move together. The base sample ``n_base`` is a power of two; (groups + 2) times as
    many points are evaluated. Indices are zero for an output that nothing moves.
    """
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    names = [f"x{place}" for place in range(len(groups))]
    problem = {"num_vars": len(groups), "names": names, "bounds": [[0.0, 1.0]] * len(groups), "groups": list(groups)}
    points = np.asarray(sample.sample(problem, n_base, calc_second_order=False, seed=seed))
    order = list(dict.fromkeys(groups))
    rows: list[tuple[object, ...]] = []
    for name, values in outputs(points).items():
        if np.ptp(values) == 0.0:
            rows += [(name, group, 0.0, 0.0, 0.0, 0.0) for group in order]
            continue
        found = analyze.analyze(problem, values, calc_second_order=False, conf_level=coverage, seed=seed)
        parts = [np.asarray(found[key], np.float64) for key in ("S1", "S1_conf", "ST", "ST_conf")]
        rows += [(name, group, *(float(part[place]) for part in parts)) for place, group in enumerate(order)]
    table = pd.DataFrame(rows, columns=SOBOL_COLUMNS)
    return table.sort_values(["output", "total"], ascending=[True, False], ignore_index=True)


POINTS: Final = (0.1, 0.9)
NEGLIGIBLE: Final = 1e-4
"""Swings below this share of the widest are left out."""


def tornado_table(valuation: Valuation) -> pd.DataFrame:
    """Return the swings of every alternative; see `Uncertainty.tornado`.

    Two outcomes: net present value without any worth of loads, and net monetary benefit at the
    alternative's own break-even, where it is zero in the case itself.
    """
    base = valuation.worths({}, None)
    rows = []
    for one, ends in zip(valuation.beliefs, valuation.ends(POINTS), strict=True):
        label = (one.name, *(one.number(u) for u in POINTS))
        for name in base:
            if name != valuation.asked.study.baseline:
                rows += _rows(name, base, ends, label)
    columns = [
        "alternative", "usd_per_load", "input", "low_point", "high_point",
        "low_usd", "high_usd", "swing_usd", "base_usd",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    if table.empty:
        return table
    widest = table.groupby(["alternative", "usd_per_load"])["swing_usd"].transform("max")
    table = table[table["swing_usd"] > NEGLIGIBLE * widest]
    order = ["alternative", "usd_per_load", "swing_usd", "input"]
    return table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


def widest_swing_inputs(table: pd.DataFrame, count: int) -> list[str]:
    """Return the inputs of the widest swings of any alternative, without worth of loads first."""
    ranked = table.sort_values(["swing_usd", "input"], ascending=[False, True])
    return list(dict.fromkeys(ranked["input"]))[:count]


def _rows(
    name: str, base: Mapping[str, PresentWorth], ends: list[dict[str, PresentWorth]], label: tuple[object, ...]
) -> list[tuple[object, ...]]:
    own = break_even_usd_per_load(base[name])
    prices = [0.0] if own is None or own <= 0.0 else [0.0, own]
    rows: list[tuple[object, ...]] = []
    for price in prices:
        low, high = (end[name].npv(price) for end in ends)
        rows.append((name, price, *label, low, high, abs(high - low), base[name].npv(price)))
    return rows

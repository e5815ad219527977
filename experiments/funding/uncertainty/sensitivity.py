"""Which alternative is best in how many draws, and how far single inputs swing it.

The tornado moves one input at a time to its 10 and 90% points. Draws are draws of parameters, never replications.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from experiments.economics.appraisal import PresentWorth
from experiments.economics.cost_effectiveness import DrawOutcomes, break_even_usd_per_load, decide_at_value
from experiments.funding.sets.simulated_sets import ENDS
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


NEGLIGIBLE: Final = 1e-4
"""Swings below this share of the widest are left out."""
BY_LUCK: Final = 0.05
TORNADO_COLUMNS: Final = (
    "alternative", "usd_per_load", "input", "low_point", "high_point", "low_usd", "high_usd", "swing_usd", "base_usd",
    "se_usd", "dummy_floor_usd",
)  # fmt: skip


def tornado_table(valuation: Valuation) -> pd.DataFrame:
    """Return the swings of every alternative; see `Uncertainty.tornado`.

    Two outcomes: net present value without any worth of loads, and net monetary benefit at the
    alternative's own break-even, where it is zero in the case itself. Simulation inputs that were not
    simulated at their ends are left out.
    """
    base, beliefs, rows = valuation.worths({}), valuation.beliefs, []
    by_block = {place: swings_by_block(valuation, place) for place in simulated_ends(valuation)}
    for place, ends in valuation.ends().items():
        one = beliefs[place]
        label = (one.name, *(one.number(u) for u in ENDS))
        for name in base:
            if name != valuation.asked.study.baseline:
                rows += _rows(name, base, ends, label, by_block.get(place))
    table = pd.DataFrame(rows, columns=list(TORNADO_COLUMNS[:-1]))
    if table.empty:
        return table
    widest = table.groupby(["alternative", "usd_per_load"])["swing_usd"].transform("max")
    keys = [(str(name), float(price)) for name, price in zip(table["alternative"], table["usd_per_load"], strict=True)]
    floors = {
        (name, price): dummy_swing([one[name].npv0 + price * one[name].loads for one in by_block.values()])
        for name, price in dict.fromkeys(keys)
    }
    table = table.assign(dummy_floor_usd=[floors[key] for key in keys])
    table = table[table["swing_usd"] > NEGLIGIBLE * widest]
    order = ["alternative", "usd_per_load", "swing_usd", "input"]
    return table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


@dataclass(frozen=True, slots=True)
class SwingByBlock:
    """How far one alternative moves from the low to the high end of an input, on each block of seeds [block]."""

    npv0: FloatArray
    loads: FloatArray


def simulated_ends(valuation: Valuation) -> list[int]:
    """Return the places of the beliefs that were simulated at both ends."""
    if valuation.sets is None:
        return []
    n, ends = len(valuation.economic), valuation.sets.ends
    return sorted({n + place for place, _ in ends if all((place, u) in ends for u in ENDS)})


def swings_by_block(valuation: Valuation, place: int) -> dict[str, SwingByBlock]:
    """Return the swing of every alternative on each block, of a belief that was simulated at both ends.

    Raises
    ------
    ValueError
        No set was simulated.
    """
    if valuation.sets is None:
        raise ValueError("no sets of assumptions were simulated")
    low, high = (valuation.sets.ends[place - len(valuation.economic), u].blocks for u in ENDS)
    pairs = [
        (valuation.worths({}, up.response), valuation.worths({}, down.response))
        for up, down in zip(high, low, strict=True)
    ]
    return {
        name: SwingByBlock(
            np.array([up[name].npv0 - down[name].npv0 for up, down in pairs]),
            np.array([up[name].loads - down[name].loads for up, down in pairs]),
        )
        for name in pairs[0][0]
    }


def dummy_swing(swings: Sequence[FloatArray]) -> float:
    """Return what the widest swing of as many dummy inputs reaches in one of twenty runs; NaN of none.

    ``swings`` are those of each simulated input by block of seeds [block]. A dummy's ends are the same set, so that all
    that its swing shows is noise; that of the mean over blocks is pooled over inputs (t).

    Examples
    --------
    >>> round(dummy_swing([np.array([1.0, 3.0]), np.array([7.0, 5.0])]), 3)  # standard error 1, the wider of two
    6.164
    """
    if not len(swings):
        return math.nan
    error = math.sqrt(float(np.mean([own.var(ddof=1) / len(own) for own in swings])))
    share, freedom = (1.0 - BY_LUCK) ** (1.0 / len(swings)), sum(len(own) - 1 for own in swings)
    return float(special.stdtrit(freedom, (1.0 + share) / 2.0)) * error


def widest_swing_inputs(table: pd.DataFrame, count: int) -> list[str]:
    """Return the inputs of the widest swings of any alternative, without worth of loads first."""
    ranked = table.sort_values(["swing_usd", "input"], ascending=[False, True])
    return list(dict.fromkeys(ranked["input"]))[:count]


def _rows(
    name: str,
    base: Mapping[str, PresentWorth],
    ends: list[dict[str, PresentWorth]],
    label: tuple[object, ...],
    by_block: Mapping[str, SwingByBlock] | None,
) -> list[tuple[object, ...]]:
    own = break_even_usd_per_load(base[name])
    prices = [0.0] if own is None or own <= 0.0 else [0.0, own]
    rows: list[tuple[object, ...]] = []
    for price in prices:
        low, high = (end[name].npv(price) for end in ends)
        error = 0.0
        if by_block is not None:
            swings = by_block[name].npv0 + price * by_block[name].loads
            error = float(swings.std(ddof=1)) / math.sqrt(len(swings))
        rows.append((name, price, *label, low, high, abs(high - low), base[name].npv(price), error))
    return rows

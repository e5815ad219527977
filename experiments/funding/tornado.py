"""One uncertain number at a time at its 10 and 90 % points, all others as in the case itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from experiments.economics.appraisal import Worth
from experiments.economics.break_even import break_even_usd_per_load
from experiments.funding.valuation import Valuation

POINTS: Final = (0.1, 0.9)
NEGLIGIBLE: Final = 1e-4
"""Swings below this share of the widest are left out."""


def tornado(valuation: Valuation) -> pd.DataFrame:
    """Return the swings of every alternative; see `Uncertainty.tornado`.

    Two outcomes: net present value without any worth of loads, and net monetary benefit at the
    alternative's own break-even, where it is zero in the case itself.
    """
    base = valuation.worths({}, None)
    rows = []
    every = valuation.ends(POINTS)
    for belief, ends in zip(valuation.beliefs, every, strict=True):
        points = [belief.number(u) for u in POINTS]
        for name in base:
            if name != valuation.asked.study.baseline:
                rows += _rows(name, base, ends, (belief.name, *points))
    columns = [
        "alternative",
        "usd_per_load",
        "input",
        "low_point",
        "high_point",
        "low_usd",
        "high_usd",
        "swing_usd",
        "base_usd",
    ]
    table = pd.DataFrame(rows, columns=columns)
    if table.empty:
        return table
    widest = table.groupby(["alternative", "usd_per_load"])["swing_usd"].transform("max")
    table = table[table["swing_usd"] > NEGLIGIBLE * widest]
    order = ["alternative", "usd_per_load", "swing_usd", "input"]
    return table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


def leading(table: pd.DataFrame, count: int) -> list[str]:
    """Return the inputs of the widest swings of any alternative, without worth of loads first."""
    ranked = table.sort_values(["swing_usd", "input"], ascending=[False, True])
    return list(dict.fromkeys(ranked["input"]))[:count]


def _rows(
    name: str,
    base: Mapping[str, Worth],
    ends: list[dict[str, Worth]],
    label: tuple[object, ...],
) -> list[tuple[object, ...]]:
    own = break_even_usd_per_load(base[name])
    prices = [0.0] if own is None or own <= 0.0 else [0.0, own]
    rows: list[tuple[object, ...]] = []
    for price in prices:
        low, high = (end[name].npv(price) for end in ends)
        rows.append((name, price, *label, low, high, abs(high - low), base[name].npv(price)))
    return rows

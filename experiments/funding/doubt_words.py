"""What the draws of parameters say of a case on the terminal: the range that decides."""

from __future__ import annotations

import math
from typing import Any

from experiments.funding.fund_answer import MILLION, THOUSAND
from experiments.funding.uncertainty import Uncertainty
from experiments.wording import number

Rows = tuple[list[str], list[list[str]]]
PERCENT = 100.0
MOVING = ("npv0_p5_usd", "npv0_p95_usd", "loads_p5", "loads_p95")
"""All zero in the row of the baseline, which is left out."""


def doubt_table(found: Uncertainty) -> Rows:
    """Return net value, loads and break-even of every alternative over the draws, 5 to 95 %."""
    headings = [
        "5 to 95 % of draws",
        "net, m",
        "more loads",
        "break-even, k/load",
        "pays, %",
        "best, %",
    ]
    rows = [
        [
            str(row["alternative"]),
            _range(row, "npv0", MILLION, "_usd"),
            _range(row, "loads", 1.0, ""),
            _range(row, "break_even", THOUSAND, "_usd", 0),
            f"{PERCENT * float(row['pays_share']):.0f}",
            f"{PERCENT * float(row['best_share']):.0f}",
        ]
        for row in found.intervals.to_dict(orient="records")
        if any(row[name] for name in MOVING)
    ]
    return headings, rows


def doubt_words(found: Uncertainty) -> str:
    """Return what the table stands for."""
    draws = int(found.draws["draw"].nunique())
    return (
        f"{draws} draws of all prices, values and assumptions together: what is not known, "
        "beside which the noise of replications above is small. pays: draws with a net value "
        "above zero; best: draws in which it leads, with no worth put on loads."
    )


def _range(row: dict[Any, Any], name: str, unit: float, ending: str, digits: int = 1) -> str:
    low, high = (float(row[f"{name}_p{share}{ending}"]) for share in (5, 95))
    if math.isnan(low) or math.isnan(high):  # a percentile at which there is no break-even
        return "none in part"
    return f"{number(unit * low, digits)} to {number(unit * high, digits)}"

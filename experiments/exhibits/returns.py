"""Internal rate of return and payback of every alternative, with what the draws say of them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from experiments.economics.appraisal import net_flow, payback_y
from experiments.economics.internal_rate import internal_rate
from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import TAIL, Evidence
from experiments.exhibits.exhibit import Cell, Column, Table
from experiments.wording import percent

Floats = npt.NDArray[np.float64]
ENDS: Final = (TAIL / 100.0, 1.0 - TAIL / 100.0)
COLUMNS: Final = (
    Column("internal_rate", "internal rate of return", "", "assumed"),
    Column("payback_y", "payback, not discounted", "year", "assumed"),
    Column("discounted_payback_y", "payback, discounted", "year", "assumed"),
)


def returns(evidence: Evidence) -> Table:
    """Return rate and paybacks at the central inputs, over what the draws say."""
    rows = []
    for name in evidence.rivals:
        own, base = evidence.alternative(name), evidence.alternative(evidence.baseline)
        net = net_flow(own, base, evidence.usd_per_load)
        cells = (
            _rate(evidence, name, net),
            _payback(net, 0.0, evidence.returns(name, "payback_y")),
            _payback(net, evidence.rate, evidence.returns(name, "discounted_payback_y")),
        )
        rows.append((plain(name), cells))
    return Table(
        "returns",
        "Internal rate of return and payback",
        Column("alternative", "alternative"),
        COLUMNS,
        tuple(rows),
        note="The internal rate is given only where there is exactly one; else the reason stands. "
        f"{evidence.range_note} The range of the rate is over the draws that have one; a payback "
        "of never stands above all years.",
    )


def _rate(evidence: Evidence, name: str, net: Floats) -> Cell:
    found = internal_rate(net)
    drawn = evidence.returns(name, "irr")
    known = drawn[np.isfinite(drawn)]
    below = ""
    ends: tuple[float | None, float | None] = (None, None)
    if len(drawn):
        below = f"a rate in {percent(len(known) / len(drawn), 0)} of draws"
    if len(known):
        low, high = (float(end) for end in np.quantile(known, ENDS, method="inverted_cdf"))
        below, ends = f"{below}: [{percent(low, 1)}, {percent(high, 1)}]", (low, high)
    if found.rate is None:
        return Cell(found.reason, below, None, *ends, look="aside words")
    return Cell(percent(found.rate, 2), below, found.rate, *ends)


def _payback(net: Floats, rate: float, drawn: Floats) -> Cell:
    year = payback_y(net, rate)
    below = ""
    ends: tuple[float | None, float | None] = (None, None)
    if len(drawn):
        years = np.where(np.isfinite(drawn), drawn, np.inf)
        low, high = (float(e) for e in np.quantile(years, ENDS, method="inverted_cdf"))
        below, ends = f"[{_year(low)}, {_year(high)}]", (_known(low), _known(high))
    if year is None:
        return Cell("never", below, None, *ends, look="aside")
    return Cell(str(year), below, float(year), *ends)


def _year(year: float) -> str:
    return f"{year:.0f}" if np.isfinite(year) else "never"


def _known(year: float) -> float | None:
    return year if np.isfinite(year) else None

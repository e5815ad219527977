"""How busy the stations are: a row a station, and which alternatives change that."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.intervals import IntervalEstimate
from experiments.number_format import NONE, percent, span, station_title
from experiments.page_templates import Cell, Table, page_table
from experiments.report.findings import Findings
from sim.stations import STATIONS

ALIKE: Final = 0.01
"""Shares of open time at work that differ by less are not told apart."""
NOTE: Final = (
    "Work done over the time that servers are open and available. Above 100%: lines seen to the end beyond the hours. "
    "Brackets hold intervals over replications. "
    "Lowest and highest are of the alternatives that differ from the first column by a point or more."
)


def station_use_table(findings: Findings) -> Table:
    """Return the share of its open time that each station works: under the baseline, and at most and at least."""
    base, rows = findings.study.baseline, []
    for station in STATIONS:
        uses = {name: findings.interval(name, f"utilisation_{station}") for name in findings.names}
        if any(np.isfinite(use.mean) for use in uses.values()):
            ends = [_end(findings, uses, uses[base].mean, sign) for sign in (-1.0, 1.0)]
            rows.append((_title(station), [_use(uses[base]), *ends]))
    heads = (findings.label(base), "lowest", "highest")
    return page_table("How busy the stations are", "station", heads, rows)


def _title(station: str) -> str:
    title = station_title(station)
    return f"{title[0].upper()}{title[1:]}"


def _use(use: IntervalEstimate) -> Cell:
    return Cell(percent(use.mean, 0), span(use, 100.0, 0)) if np.isfinite(use.mean) else Cell(NONE)


def _end(findings: Findings, uses: dict[str, IntervalEstimate], baseline_share: float, sign: float) -> Cell:
    """Return the alternative that works least (-1) or most (1), where it differs from the baseline."""
    known = {name: sign * use.mean for name, use in uses.items() if np.isfinite(use.mean)}
    name = max(known, key=lambda alternative: known[alternative])
    if np.isfinite(baseline_share) and sign * (uses[name].mean - baseline_share) < ALIKE:
        return Cell("alike")
    return Cell(percent(uses[name].mean, 0), findings.label(name), look="words")

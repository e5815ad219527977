"""Findings -> the comparison's tables: one row an alternative, a few measures in each table.

The first table holds what most readers came for and stands open; the others are unfolded. On a
narrow screen every row becomes a card, so nothing has to be scrolled sideways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from experiments.findings import Findings
from experiments.wording import NONE, number, signed, span


class Measure(NamedTuple):
    """A metric as a heading says it."""

    metric: str
    words: str
    unit: str
    scale: float
    digits: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: the number, its interval and its difference, a class for its look."""

    text: str
    below: str = ""
    look: str = ""
    gap: str = ""


TABLES: Final[tuple[tuple[str, tuple[Measure, ...]], ...]] = (
    (
        "In short",
        (
            Measure("wait_mean_min", "mean wait", "min", 1.0, 1),
            Measure("p_wait_over_30_min", "waited over 30 min", "%", 100.0, 1),
            Measure("crossing_p95_min", "95th percentile of crossing", "min", 1.0, 0),
            Measure("scan_rate", "scanned", "% of trucks", 100.0, 1),
            Measure("exam_rate", "opened", "% of trucks", 100.0, 2),
            Measure("detection_expected", "loads found, expected", "%", 100.0, 1),
            Measure("delay_cost_usd", "cost of delay", "thousand USD", 1e-3, 0),
        ),
    ),
    (
        "Waits and crossings",
        (
            Measure("wait_bound_min", "mean wait, the unserved counted", "min", 1.0, 1),
            Measure("crossing_mean_min", "mean crossing", "min", 1.0, 1),
            Measure("crossing_p95_over_mean", "95th percentile over the mean", "", 1.0, 2),
            Measure("buffer_index", "buffer index", "", 1.0, 2),
            Measure("planning_time_index", "planning-time index", "", 1.0, 1),
            Measure("delay_truck_h", "delay", "truck-h", 1.0, 0),
        ),
    ),
    (
        "Through the port",
        (
            Measure("throughput_per_h", "trucks out per open hour", "/h", 1.0, 0),
            Measure("still_inside", "still inside at the end", "trucks", 1.0, 0),
            Measure(
                "commerce_usd_per_min", "commerce of this port", "thousand USD/min open", 1e-3, 1
            ),
        ),
    ),
    (
        "Seizures and alarms",
        (
            Measure("seized_expected_per_100k", "expected seizures", "per 100,000", 1.0, 2),
            Measure("detection_rate", "loads found, counted", "%", 100.0, 1),
            Measure("hit_rate", "hits: seizures per exam", "%", 100.0, 2),
            Measure("false_alarm_rate", "false alarms", "% of clean scans", 100.0, 1),
        ),
    ),
)
"""Title and measures of each table; hits and loads found stand together."""


def measure_tables(found: Findings) -> Iterator[dict[str, object]]:
    """Yield each table: its title, its headings (words, unit, badges), a row an alternative."""
    for title, measures in TABLES:
        known = [measure for measure in measures if not _absent(found, measure)]
        if known:
            rows = [
                {"name": name, "cells": [cell(found, name, measure) for measure in known]}
                for name in found.names
            ]
            yield {"title": title, "heads": [_head(found, one) for one in known], "rows": rows}


def _absent(found: Findings, measure: Measure) -> bool:
    rows = [found.row(name, measure.metric) for name in found.names]
    return all(np.isnan(row["mean"]) and not row["note"].startswith("unstable") for row in rows)


def _head(found: Findings, measure: Measure) -> dict[str, object]:
    badges = sorted({str(found.row(name, measure.metric)["badge"]) for name in found.names})
    return {"words": measure.words, "unit": measure.unit, "badges": badges}


def cell(found: Findings, name: str, measure: Measure) -> Cell:
    """Return one measure of one alternative: its interval, and its difference where it is sure.

    A difference that is sure but smaller than the digits shown is not set apart.
    """
    row, own = found.row(name, measure.metric), found.interval(name, measure.metric)
    scale, digits = measure.scale, measure.digits
    if str(row["note"]).startswith("unstable"):
        return Cell("unstable", "", "poor")
    if np.isnan(own.mean):
        return Cell(NONE, own.reason)
    text, below = number(scale * own.mean, digits), span(own, scale, digits)
    gap = scale * float(row["difference"])
    if row["holm_verdict"] not in ("higher", "lower") or abs(gap) < 0.5 * 10.0**-digits:
        return Cell(text, below)
    return Cell(text, below, "sure", f"{signed(gap, digits)} *")

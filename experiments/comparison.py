"""METRICS of all replications -> ``comparison.parquet``: each metric against the baseline.

Every row is one metric of one alternative with its interval, and its paired difference from the baseline. A ratio is
the ratio of sums over replications; the verdict holds for all alternatives of that metric at once (Holm).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from experiments.intervals import (
    Difference,
    IntervalEstimate,
    Sample,
    estimate_interval,
    holm_adjusted,
    paired_difference,
)
from sim.results.metrics import RATIOS
from sim.tables import METRICS, Column

Badge = Literal["fitted", "assumed", "predicted"]

COLUMNS: Final = (
    Column("alternative", "str", "-", "name of the alternative"),
    Column("baseline", "str", "-", "name of the alternative that it is compared with"),
    Column("metric", "str", "-", "column of METRICS"),
    Column("unit", "str", "-", "unit of mean, interval and difference"),
    Column("mean", "float", "unit", "mean over replications, or ratio of sums"),
    Column("low", "float", "unit", "lower end of its interval"),
    Column("high", "float", "unit", "upper end of its interval"),
    Column("difference", "float", "unit", "alternative minus baseline, paired by replication"),
    Column("diff_low", "float", "unit", "lower end of its interval"),
    Column("diff_high", "float", "unit", "upper end of its interval"),
    Column("interval_kind", "str", "-", "what both intervals are over: replications"),
    Column("p_value", "float", "0-1", "two-sided, of no difference"),
    Column("p_holm", "float", "0-1", "the same, adjusted for all alternatives of this metric"),
    Column("holm_verdict", "str", "-", "baseline, higher, lower, not distinguishable, unknown"),
    Column("n", "int", "-", "replications in which the metric is defined"),
    Column("badge", "str", "-", "fitted, assumed or predicted"),
    Column("note", "str", "-", "why a number is missing"),
)
"""Columns of ``comparison.parquet``."""

GROWING: Final = frozenset(metric.name for metric in METRICS if metric.grows)
"""Metrics that grow with the length of the run where a station is overloaded."""
UNITS: Final = {metric.name: metric.unit for metric in METRICS}
SIGNED: Final = ("buffer_index",)
"""Ratios that may be negative."""
BADGES: Final = {metric.name: metric.badge for metric in METRICS}


def compare_to_baseline(
    metrics: pd.DataFrame,
    baseline: str,
    *,
    coverage: float = 0.95,
    strata: int | None = None,
    unstable: Mapping[str, str] | None = None,
    fitted: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return `COLUMNS` for every alternative and every number of METRICS; KeyError without the baseline.

    Replication r is of stratum r modulo ``strata`` (12 for a year of months). ``unstable`` names the alternatives that
    cannot carry their load, and which station: their waits would only say how long the run was. The wait of ``fitted``
    alternatives was fitted to observation.
    """
    frames, overloaded = metrics_by_alternative(metrics), unstable or {}
    rows = []
    for column in (column for column in METRICS if column.kind == "float"):
        base = metric_sample(frames[baseline], column.name, strata)
        of_metric = []
        for name, frame in frames.items():
            own = metric_sample(frame, column.name, strata)
            blame = overloaded.get(name) or overloaded.get(baseline)
            row = _row(own, None if name == baseline else base, coverage, column.name) | {
                "alternative": name,
                "baseline": baseline,
                "metric": column.name,
                "unit": column.unit,
                "badge": metric_badge(column.name, fitted=name in fitted),
            }
            hidden = blame is not None and column.name in GROWING
            of_metric.append(_hide(row, str(blame), unstable=name in overloaded) if hidden else row)
        rows += _with_verdicts(of_metric, 1.0 - coverage)
    return pd.DataFrame(rows)[[column.name for column in COLUMNS]]


def possible_level(estimate: IntervalEstimate, metric: str) -> IntervalEstimate:
    """Return a level with its interval inside what a metric can be: a share in [0, 1], a wait not below 0.

    Examples
    --------
    >>> possible_level(IntervalEstimate(0.9, 0.7, 1.1, 9), "scan_rate").high
    1.0
    """
    if metric in SIGNED:
        return estimate
    return estimate.within(0.0, 1.0 if UNITS.get(metric) == "0-1" else np.inf)


def possible_difference(gap: Difference, metric: str) -> Difference:
    """Return a difference with its interval inside what a difference of two levels can be."""
    if UNITS.get(metric) != "0-1":
        return gap
    return replace(gap, low=float(np.clip(gap.low, -1.0, 1.0)), high=float(np.clip(gap.high, -1.0, 1.0)))


def metrics_by_alternative(metrics: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return each alternative's rows by replication, in the order in which they first appear."""
    return {
        str(name): rows.sort_values("replication", ignore_index=True)
        for name, rows in metrics.groupby("alternative", sort=False)
    }


def metric_sample(frame: pd.DataFrame, metric: str, strata: int | None = None) -> Sample:
    """Return what one alternative's replications say of a metric.

    Examples
    --------
    >>> frame = pd.DataFrame({"replication": [0, 1], "n_seized": [1.0, 0.0], "n_opened": [4.0, 6.0],
    ...                       "hit_rate": [0.25, 0.0]})
    >>> round(estimate_interval(metric_sample(frame, "hit_rate")).mean, 12)
    0.1
    """
    group = None if strata is None else frame["replication"].to_numpy(np.int64) % strata
    if metric not in RATIOS:
        return Sample.of(frame[metric].to_numpy(np.float64), strata=group)
    numerator, denominator, scale = RATIOS[metric]
    top = scale * frame[numerator].to_numpy(np.float64)
    return Sample.of(top, frame[denominator].to_numpy(np.float64), group)


def metric_samples(metrics: pd.DataFrame, metric: str, strata: int | None = None) -> dict[str, Sample]:
    """Return what each alternative's replications say of a metric, in the order of the study."""
    return {name: metric_sample(rows, metric, strata) for name, rows in metrics_by_alternative(metrics).items()}


def metric_badge(metric: str, *, fitted: bool) -> Badge:
    """Return how a number came about.

    *assumed*: it rests on prevalence or sensor performance that nobody has published.
    *fitted*: the mean wait of the practice that the open lanes were fitted to.
    *predicted*: the model's own answer to something that was not fitted.
    """
    badge = BADGES[metric]
    return "predicted" if badge == "fitted" and not fitted else badge


_PLACES: list[tuple[pd.DataFrame, dict[tuple[str, str], int]]] = []
"""The table that was looked into last, and where its rows stand: a report asks thousands."""


def comparison_row(comparison: pd.DataFrame, alternative: str, metric: str) -> pd.Series:
    """Return the row of one metric of one alternative; KeyError where there is none."""
    if not _PLACES or _PLACES[0][0] is not comparison:
        keys = zip(comparison["alternative"], comparison["metric"], strict=True)
        _PLACES[:] = [(comparison, {key: place for place, key in enumerate(keys)})]
    return comparison.iloc[_PLACES[0][1][alternative, metric]]


def _row(alternative: Sample, baseline: Sample | None, coverage: float, metric: str) -> dict[str, object]:
    own = possible_level(estimate_interval(alternative, coverage), metric)
    none = Difference(0.0, np.nan, np.nan, np.nan, own.n)
    gap = none if baseline is None else possible_difference(paired_difference(alternative, baseline, coverage), metric)
    gaps = {"difference": gap.mean, "diff_low": gap.low, "diff_high": gap.high, "p_value": gap.p_value}
    row: dict[str, object] = {
        "interval_kind": own.kind,
        "mean": own.mean,
        "low": own.low,
        "high": own.high,
        "n": own.n,
        "note": own.reason or gap.reason,
    }
    return row | gaps | {"is_baseline": baseline is None}


def _hide(row: dict[str, object], reason: str, *, unstable: bool) -> dict[str, object]:
    """Blank a wait that depends on the length of the run, or a comparison with such a wait."""
    numbers = ["difference", "diff_low", "diff_high", "p_value", *(("mean", "low", "high") if unstable else ())]
    return (
        row | dict.fromkeys(numbers, np.nan) | {"note": f"{'' if unstable else 'the baseline is '}unstable: {reason}"}
    )


def _with_verdicts(rows: list[dict[str, object]], alpha: float) -> list[dict[str, object]]:
    adjusted = holm_adjusted([float(str(row["p_value"])) for row in rows])
    return [
        row | {"p_holm": p, "holm_verdict": _verdict(row, float(p), alpha)}
        for row, p in zip(rows, adjusted, strict=True)
    ]


def _verdict(row: dict[str, object], p_holm: float, alpha: float) -> str:
    if row["is_baseline"]:
        return "baseline"
    gap = float(str(row["difference"]))
    constant = np.isnan(p_holm) and row["diff_low"] == row["diff_high"] and gap != 0.0
    if constant or p_holm <= alpha:
        return "higher" if gap > 0.0 else "lower"
    return "unknown" if np.isnan(p_holm) else "not distinguishable"

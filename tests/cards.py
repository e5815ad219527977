"""Made-up runs on disk and the scorecards of them, for tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.execution.robustness import BESIDES, COLUMNS
from experiments.files import OutputFolder
from experiments.scorecards.card import Scorecard, make_scorecard
from experiments.scorecards.periods import Period, read_series
from experiments.scorecards.targets import read_targets
from experiments.study.run_record import run_record
from experiments.study.study import build_study
from sim.results.metrics import RATIOS
from tests import replications

NAME = "todays_practice"
SOUTH = ("port=world_trade_bridge_south", "threat=outbound", "scanner=nuevo_laredo")
DRAWS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
"""Loads found in each redraw, as a multiple; in the last one the port is overloaded."""
SECRET_SHARE = 0.13791
"""Share of loads found: a number that stands nowhere else."""


@cache
def recorded(*overrides: str) -> dict[str, Any]:
    """Return what ``run.json`` holds of a run with these overrides."""
    asked = build_study([*overrides], "run")
    return run_record(asked, 1.0)


def write_run(
    folder: Path,
    *overrides: str,
    wait: float = 31.0,
    found: float = SECRET_SHARE,
    n: int = 12,
    seed: int = 1,
    draws: Sequence[float] | None = DRAWS,
) -> Path:
    """Write a made-up run, its redraws with loads found times ``draws``; return the folder."""
    metrics = replications.metrics({NAME: (wait, found, 0.277)}, n=n, seed=seed)
    metrics = metrics.assign(**_as_is(metrics))
    output, record = OutputFolder(folder), recorded(*overrides)
    name = record["study"]["baseline"]
    output.write_parquet("metrics.parquet", metrics.assign(alternative=name))
    output.write_json("run.json", record)
    if draws is not None:
        output.write_parquet("redrawn.parquet", redrawn(metrics, draws).assign(alternative=name))
    return folder


def _as_is(metrics: pd.DataFrame) -> dict[str, Any]:
    """Return counts that are not all one: helped loads, high risk, a random stream."""
    trucks, weight = metrics["trucks"], metrics["expected_weight"]
    found = metrics["expected_caught"]
    return {
        "n_high_risk": 0.04 * trucks,
        "n_high_risk_inspected": 0.0395 * trucks,
        "n_passed": 0.96 * trucks,
        "n_random_inspected": 0.24 * trucks,
        "n_random_seized": 1.0,
        "n_seized": 3.0,
        "n_opened_on_leaving": 0.05 * trucks,
        "expected_weight_unhelped": 0.8 * weight,
        "expected_caught_unhelped": 0.9 * found,
        **{f"expected_caught_{t}": 0.5 * found for t in ("heroin", "fentanyl", "firearms")},
        **{f"expected_weight_{t}": 0.5 * weight for t in ("heroin", "fentanyl", "firearms")},
    }


def redrawn(metrics: pd.DataFrame, factors: Sequence[float]) -> pd.DataFrame:
    """Return redraws of which each finds the mean week's loads times a factor."""
    mean = metrics.drop(columns=["alternative", "replication"]).astype(float).mean()
    rows = []
    for draw, factor in enumerate(factors):
        row = mean.copy()
        for name in mean.index[mean.index.str.startswith(("expected_caught", "seized_expected"))]:
            row[name] *= factor
        for name, (top, bottom, scale) in RATIOS.items():
            row[name] = scale * row[top] / row[bottom] if row[bottom] else np.nan
        values = row.reindex([*COLUMNS, *BESIDES])
        rows.append({**values.to_dict(), "draw": draw, "unstable": draw == len(factors) - 1})
    return pd.DataFrame(rows)


def series(*folders: Path, key: str = "runs") -> list[Period]:
    """Return the periods of some folders, named after them."""
    return read_series(key, [str(folder) for folder in folders], (), None, "run")


def card(tmp: Path, *waits: float, overrides: Sequence[str] = (), **more: Any) -> Scorecard:
    """Return the scorecard of made-up periods with these mean waits, each of its own luck."""
    folders = [write_run(tmp / f"y{k}", wait=wait, **({"seed": k + 1} | more)) for k, wait in enumerate(waits)]
    return make_scorecard([series(*folders)], read_targets(list(overrides)))


def with_periods(periods: Sequence[Period], **more: Any) -> list[Period]:
    """Return the periods with something replaced."""
    return [dataclasses.replace(period, **more) for period in periods]

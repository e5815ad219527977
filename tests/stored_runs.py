"""A small store of made-up runs: two comparisons, a sweep of a dozen points, a funding case."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.comparison import compare_to_baseline
from experiments.store.write import RunRows, add_run
from sim.tables import METRICS

BASE, MORE, SWEEP, CASE = (
    "20260503-090000-aaaa0001",
    "20260503-093000-bbbb0002",
    "20260504-100000-cccc0003",
    "20260505-110000-dddd0004",
)
"""Names of the runs."""
DRAWN = ("wait_sum_min", "n_seized", "expected_caught", "officer_h", "n_scanned")


def metrics(
    alternatives: dict[str, float], replications: int = 5, point: int = 0, scanned: float = 100.0
) -> pd.DataFrame:
    """Return METRICS of alternatives whose mean waits are given [min], with luck that they share."""
    rows = []
    for alternative, wait in alternatives.items():
        for replication in range(replications):
            luck = np.random.default_rng(replication).normal()
            row = {metric.name: True if metric.kind == "bool" else 0.0 for metric in METRICS}
            row |= {"trucks": 1000.0, "exited": 1000.0, "n_waits": 1000.0, "wait_sum_min": 1000.0 * (wait + luck)}
            row |= {"wait_mean_min": wait + luck, "n_scanned": scanned, "scan_rate": scanned / 1000.0}
            row |= {"expected_weight": 10.0, "expected_caught": scanned / 50.0 + 0.1 * luck, "officer_h": 400.0}
            row |= {"detection_expected": row["expected_caught"] / 10.0}
            rows.append({"point": point, "alternative": alternative, "replication": replication} | row)
    return pd.DataFrame(rows)


@functools.cache
def two_alternatives(today: float, more_scans: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return METRICS of two alternatives with these waits, and how they compare: made once, for it takes a while."""
    table = metrics({"today": today, "more_scans": more_scans})
    return table, compare_to_baseline(table.drop(columns="point"), "today")


def inputs(values: dict[str, object], alternative: str | None = None, point: int | None = 0) -> pd.DataFrame:
    """Return inputs of one alternative; numbers are assumed within half and twice their value."""
    rows: list[dict[str, Any]] = []
    for key, value in values.items():
        number = float(value) if isinstance(value, int | float) else None
        rows.append(
            {"point": point, "alternative": alternative, "key": key, "value_number": number}
            | {"value_text": None if number is not None else str(value), "unit": "lanes" if "lanes" in key else ""}
            | {"kind": "assumption" if number is not None else "setting", "source": "a guess" if number else ""}
            | {"low": None if number is None else number / 2.0, "high": None if number is None else number * 2.0}
        )
    return pd.DataFrame(rows)


WINDOW = {
    "seed": "1",
    "start_date": "2024-05-13",
    "days": "7",
    "calendar": "week",
    "manifest": "none",
    "coverage": "0.95",
}


def rows(run: str = BASE, **changes: Any) -> RunRows:
    """Return a comparison of two alternatives."""
    table, compared = two_alternatives(30.0, 33.0)
    everything = pd.concat(
        [inputs(WINDOW), *(inputs({"traffic.volume_scale": 1.0}, name) for name in ("today", "more_scans"))],
        ignore_index=True,
    )
    shared: dict[str, Any] = {
        "run_id": run,
        "verb": "compare",
        "experiment": "strategies",
        "label": None,
        "started": dt.datetime.strptime(run[:15], "%Y%m%d-%H%M%S").replace(tzinfo=dt.UTC).isoformat(),
        "seed": 1,
        "engine": "compiled",
        "code_hash": "c0de" * 16,
        "program_version": "0.1.0",
        "folder": f"results/{run}",
        "overrides": ("experiment=strategies", "out=my folder"),
        "wall_s": 12.5,
        "finished": True,
        "points": pd.DataFrame({"point": [0], "content": ["ab"], "status": ["done"], "overrides": [""]}),
        "metrics": table,
        "comparison": compared,
        "inputs": everything,
    }
    return RunRows(**shared | changes)


def more_traffic() -> RunRows:
    """Return the same comparison with a tenth more traffic."""
    table, compared = two_alternatives(41.0, 45.0)
    parts = [inputs(WINDOW), *(inputs({"traffic.volume_scale": 1.1}, name) for name in ("today", "more_scans"))]
    return rows(MORE, metrics=table, comparison=compared, inputs=pd.concat(parts, ignore_index=True))


def sweep_chunk(first: int) -> RunRows:
    """Return six points of a sweep over portals and extra lanes; the last of them failed."""
    points, tables, settings = [], [], [inputs(WINDOW, point=None)]
    for point in range(first, first + 6):
        portals, lanes = point % 3 + 1, point // 3
        failed = point == first + 5
        overrides = f"port.portal.servers={portals} staffing.extra_lanes={lanes}"
        points.append({"point": point, "content": f"{point:04x}", "status": "failed" if failed else "done"})
        points[-1] |= {"overrides": overrides}
        settings.append(inputs({"port.portal.servers": portals, "staffing.extra_lanes": lanes}, "today", point))
        if not failed:
            table = metrics({"today": 40.0 - 6.0 * lanes + portals}, 3, point, 100.0 * portals)
            tables.append(table.assign(officer_h=400.0 + 20.0 * lanes + 10.0 * portals))
    return rows(
        SWEEP,
        verb="sweep",
        experiment="lanes",
        points=pd.DataFrame(points),
        metrics=pd.concat(tables, ignore_index=True),
        comparison=pd.DataFrame(),
        inputs=pd.concat(settings, ignore_index=True),
    )


def case() -> RunRows:
    """Return a funding case with one decision measure."""
    measure = {"alternative": ["two_more"], "baseline": ["today"], "metric": ["npv0_usd"], "unit": ["USD"]}
    measure |= {"mean": [2.5e6], "low": [1.5e6], "high": [3.5e6], "note": ["at 0.031 a year, above the baseline"]}
    return rows(CASE, verb="fund", experiment="portals", comparison=pd.DataFrame(measure))


def make_store(store: Path) -> Path:
    """Write all of it and return the folder."""
    for run in (rows(), more_traffic(), sweep_chunk(0), sweep_chunk(6), case()):
        add_run(store, run)
    return store

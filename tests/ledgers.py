"""Small manifests, ledgers and capacities made by hand, for tests of what is computed from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd

from sim.results.expected_detection import ScreeningTotals
from sim.setting.contraband import CONTRABAND
from sim.setting.window import EVALUATION, Window
from sim.stations import SERVED, STATIONS
from sim.tables import CAPACITY, LEDGER, MANIFEST, MOMENTS, Column

Path = Mapping[str, tuple[float, float, float, float]]
"""Station -> (enter, start, end, leave); NaN: did not happen."""


def window(days: int = 1, start_date: str = "2024-05-13") -> Window:
    """Return a window that begins on a Monday."""
    return Window(seed=1, epoch=EVALUATION, replication=0, start_date=start_date, days=days)


def _blank(table: tuple[Column, ...], n: int) -> pd.DataFrame:
    kinds = {"float": np.float64, "int": np.int64, "bool": np.bool_}
    return pd.DataFrame({c.name: np.zeros(n, dtype=kinds[c.kind]) for c in table})


def manifest(arrive_min: Sequence[float], **columns: object) -> pd.DataFrame:
    """Return a manifest of clean, laden, general trucks with zero work but for what is given."""
    frame = _blank(MANIFEST, len(arrive_min))
    frame["truck"] = np.arange(len(arrive_min))
    frame["arrive_min"] = np.asarray(arrive_min, dtype=float)
    frame["laden"] = True
    for name, values in columns.items():
        frame[name] = values
    return frame


def ledger(arrive_min: Sequence[float], paths: Sequence[Path], exit_min: Sequence[float]) -> pd.DataFrame:
    """Return the ledger of trucks that were served at every station of their path."""
    frame = _blank(LEDGER, len(arrive_min))
    frame["truck"] = np.arange(len(arrive_min))
    frame["arrive_min"] = np.asarray(arrive_min, dtype=float)
    frame["exit_min"] = np.asarray(exit_min, dtype=float)
    for station in STATIONS:
        rows = np.array([path.get(station, (np.nan,) * 4) for path in paths], dtype=float)
        rows = rows.reshape(-1, len(MOMENTS))
        for place, moment in enumerate(MOMENTS):
            frame[f"{station}_{moment}_min"] = rows[:, place]
        served = np.isfinite(rows[:, 2])
        frame[f"{station}_server"] = np.where(np.isfinite(rows[:, 1]), 0, -1)
        frame[f"{station}_done"] = np.where(served, SERVED, 0)
    return frame


def capacity(rows: Sequence[tuple[str, int, float, float]]) -> pd.DataFrame:
    """Return CAPACITY from (station, server, up, down)."""
    frame = _blank(CAPACITY, len(rows))
    for place, (station, server, up, down) in enumerate(rows):
        frame.loc[place, ["station", "server"]] = [STATIONS.index(station), server]
        frame.loc[place, ["up_min", "down_min"]] = [up, down]
    frame["drains"] = True
    return frame


def detection(weight: float = 0.0, caught: float = 0.0) -> SimpleNamespace:
    """Return the probes' totals, all of them methamphetamine, none of them scanned."""
    first = np.eye(len(CONTRABAND))[0]
    return SimpleNamespace(
        screened=ScreeningTotals(weight, 0.0, 0.0),
        weight=weight,
        caught=caught,
        weight_helped=0.0,
        caught_helped=0.0,
        weight_by_type=weight * first,
        caught_by_type=caught * first,
        amount_presented_by_type=200.0 * weight * first,
        amount_caught_by_type=200.0 * caught * first,
        doubt=0.0,
    )


def at_primary(arrive: float, start: float, work: float) -> Path:
    """Return the path of a truck that meets nothing but the booth."""
    return {"primary": (arrive, start, start + work, start + work)}


def tandem(
    n: int, *, seed: int = 1, trucks_per_h: float = 60.0, work_min: float = 0.9
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return manifest and ledger of a single always-open booth, by Lindley's recursion."""
    rng = np.random.default_rng(seed)
    arrive = np.cumsum(rng.exponential(60.0 / trucks_per_h, n))
    work = rng.exponential(work_min, n)
    start = np.empty(n)
    free = 0.0
    for truck in range(n):
        start[truck] = max(arrive[truck], free)
        free = start[truck] + work[truck]
    paths = [at_primary(a, s, w) for a, s, w in zip(arrive, start, work, strict=True)]
    frame = ledger(arrive.tolist(), paths, (start + work).tolist())
    return manifest(arrive.tolist(), service_primary_min=work), frame

"""Made-up METRICS of many replications, for tests of what is computed from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.execution.replicate import Replications
from experiments.report.answers.answer import comparison_answer, lead_of
from experiments.report.findings import Findings, gather_findings
from experiments.study import study as study_module
from experiments.study.settings import NO_REDRAWS
from experiments.study.study import Study
from sim.results.metrics import RATIOS
from sim.stations import DOCK, PRIMARY, STATIONS
from sim.tables import METRICS

N = 20

STRATEGIES = {
    "no_referral": (28.0, 0.02, 0.00),
    "todays_practice": (31.0, 0.12, 0.277),
    "random_27": (31.0, 0.10, 0.277),
    "rules_27": (31.2, 0.15, 0.276),
    "boosted_27": (31.1, 0.19, 0.277),
    "scan_everything": (58.0, 0.33, 0.99),
}
"""Wait in minutes, share of loads found, share of trucks scanned."""


def metrics(
    strategies: dict[str, tuple[float, float, float]] = STRATEGIES, *, n: int = N, seed: int = 1
) -> pd.DataFrame:
    """Return METRICS of alternatives on common random numbers: busy weeks are busy for all."""
    rng = np.random.default_rng(seed)
    busy, weight = rng.normal(0.0, 4.0, n), rng.gamma(60.0, 0.07, n)
    rows = []
    for name, (wait, found, scanned) in strategies.items():
        noise = rng.normal(0.0, 0.3, (2, n))
        for r in range(n):
            share = found * (1 + 0.02 * noise[1, r])
            row = one_row(wait + busy[r] + noise[0, r], share, scanned, weight[r])
            rows.append({"alternative": name, "replication": r} | row)
    return pd.DataFrame(rows)


def one_row(wait: float, found: float, scanned: float, weight: float) -> dict[str, float]:
    """Return METRICS of one replication; what is not given follows from it or is a constant."""
    trucks = 44_000.0
    row: dict[str, float] = {column.name: 1.0 for column in METRICS}
    row |= {"trucks": trucks, "exited": trucks, "n_waits": trucks, "n_wait_known": trucks}
    row |= {"open_h": 101.0, "open_min": 6060.0, "commerce_usd": 2.5e9, "n_stops": 2.4 * trucks}
    row |= {"wait_sum_min": wait * trucks, "wait_bound_sum_min": wait * trucks}
    row |= {"n_wait_over_30": trucks * min(wait / 70.0, 1.0), "queue_max": 12.0 * wait}
    row |= {"crossing_sum_min": (wait + 6.0) * trucks, "crossing_p50_min": wait}
    row |= {"crossing_p95_min": 2.5 * wait, "delay_truck_h": wait * trucks / 60.0}
    row |= {"delay_cost_usd": wait * trucks * 0.6, "still_inside": 30.0}
    row |= {"n_scanned": scanned * trucks, "n_clean_scanned": scanned * trucks}
    row |= {"n_false_alarms": 0.04 * scanned * trucks, "n_opened": (0.01 + 0.04 * scanned) * trucks}
    row |= {"expected_weight": weight, "expected_caught": found * weight}
    row |= {"n_carrying": 4.0, "n_seized": 1.0 if found > 0.05 else 0.0}
    stations = ("approach", "portal", "primary", "secondary", "dock", "analyst")
    for place, station in enumerate(stations):
        row |= {f"available_{station}_min": 1e5, f"held_{station}_min": 6e4 + 1e3 * place}
        row |= {f"busy_{station}_min": 5e4 + 5e3 * place + 2e4 * scanned}
        row |= {f"scheduled_{station}_min": 1.05e5}
    for station in set(STATIONS) - set(stations):
        row |= {f"{kind}_{station}_min": 0.0 for kind in ("available", "held", "busy", "scheduled")}
    for name, (numerator, denominator, scale) in RATIOS.items():
        row[name] = scale * row[numerator] / row[denominator] if row[denominator] else np.nan
    return row | {"stable": True, "conserved": True}


def profiles(wait: float) -> dict[str, np.ndarray]:
    """Return the profiles of one alternative: a queue that peaks at three, exponential waits."""
    slots = np.arange(96) / 4.0
    shape = np.exp(-0.5 * ((slots - 15.0) / 3.0) ** 2)
    queue = np.zeros((7, 96, 2))
    queue[:5, :, 0] = 20.0 * 8.0 * wait * shape
    queue[:5, :, 1] = 20.0 * 2.0 * shape
    edges = 2.0 * np.arange(242)
    beyond = np.exp(-edges / wait)
    counts = np.zeros((2, 24, 241))
    counts[0, 6:24] = 5e3 * np.append(beyond[:-2] - beyond[1:-1], beyond[-2])
    lost = np.zeros((7, 24, len(STATIONS)))
    lost[:5, 7:24, PRIMARY], lost[:5, 20:24, DOCK] = 20.0 * 60.0 * wait, 20.0 * 90.0 * wait
    found = {"queue_sum": queue, "queue_days": np.full(7, 20.0), "wait_count": counts}
    return found | {"lost_min": lost}


def loads(over: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return a weekly load; the stations in ``over`` are asked for 130 %."""
    shares = {"approach": 0.3, "portal": 0.55, "primary": 0.87, "secondary": 0.1, "dock": 0.6}
    shares |= dict.fromkeys(over, 1.3) | {"analyst": 0.5}
    return pd.DataFrame(
        {
            "station": list(shares),
            "offered_min": [1e5 * share for share in shares.values()],
            "available_min": 1e5,
            "load_share": list(shares.values()),
            "stable": [share <= 1.0 for share in shares.values()],
            "largest_scan_share": [np.nan, 0.48, 1.0, np.nan, 0.62, 0.55],
        }
    )


def study(names: Sequence[str], *overrides: str, out: Path | None = None, baseline: str | None = None) -> Study:
    """Return a study whose alternatives are all the default scenario, under other names."""
    default = study_module.build_study([*overrides, f"out={out or 'results/none'}"], "run")
    scenario = default.alternatives[default.baseline]
    return dataclasses.replace(
        default,
        verb="compare" if len(names) > 1 else "run",
        baseline=baseline or names[0],
        alternatives=dict.fromkeys(names, scenario),
        own_overrides=dict.fromkeys(names, ()),
        bottleneck=False,
        robustness=NO_REDRAWS,
    )


def findings(
    strategies: dict[str, tuple[float, float, float]] = STRATEGIES,
    *,
    n: int = N,
    baseline: str = "todays_practice",
    over: dict[str, tuple[str, ...]] | None = None,
    overrides: Sequence[str] = (),
) -> Findings:
    """Return the findings of a study with made-up numbers."""
    asked = study(list(strategies), f"replications={n}", *overrides, baseline=baseline)
    return gather_findings(asked, done(strategies, n=n), weekly(strategies, over))


def done(strategies: dict[str, tuple[float, float, float]], *, n: int = N) -> Replications:
    """Return made-up replications."""
    shapes = {name: profiles(wait) for name, (wait, *_) in strategies.items()}
    return Replications(metrics(strategies, n=n), shapes)


def weekly(strategies: Iterable[str], over: dict[str, tuple[str, ...]] | None = None) -> dict[str, pd.DataFrame]:
    """Return the weekly load of each alternative."""
    return {name: loads((over or {}).get(name, ())) for name in strategies}


def answer_text(found: Findings) -> str:
    """Return the sentence that an answer leads with, whether or not other assumptions bear it out."""
    return lead_of(found).text if len(found.names) > 1 else comparison_answer(found).text

"""Made-up METRICS of many replications, for tests of what is computed from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.metrics import RATIOS
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
    for name, (numerator, denominator, scale) in RATIOS.items():
        row[name] = scale * row[numerator] / row[denominator] if row[denominator] else np.nan
    return row | {"stable": True, "conserved": True}

"""LEDGER -> the few METRICS that a knob is turned by, where nobody reads the others.

A third of the time of a week went into measures that a search over settings throws away.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sim.finds import SCANNERS
from sim.indices import percentile
from sim.metrics import RATIOS
from sim.order import SERVED
from sim.probe import Detection
from sim.scenario import Scenario
from sim.window import Window

LEVELS: Final = ("wait_mean_min", "detection_expected", "scan_rate")
"""Ratios that `levels` gives beside their two sums; ``crossing_p95_min`` comes with them."""


def levels(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    ledger: pd.DataFrame,
    capacity: pd.DataFrame,
    detection: Detection,
) -> dict[str, float]:
    """Return `LEVELS`, their sums and the 95th percentile of crossing, as `sim.metrics.measure`.

    Parameters
    ----------
    scenario, window, manifest, ledger, capacity, detection
        As in ``measure``; most of them are not needed here.
    """
    del scenario, window, manifest, capacity
    exit_min, arrive = ledger["exit_min"].to_numpy(), ledger["arrive_min"].to_numpy()
    checked, start = ledger["origin_leave_min"].to_numpy(), ledger["primary_start_min"].to_numpy()
    left = np.isfinite(exit_min) & ~ledger["diverted"].to_numpy(bool)
    wait = start - np.where(np.isfinite(checked), checked, arrive)
    served = np.isfinite(start)
    scanned = np.any([ledger[f"{s}_done"].to_numpy() == SERVED for s in SCANNERS], axis=0)
    found = {
        "exited": float(left.sum()),
        "n_waits": float(served.sum()),
        "wait_sum_min": float(wait[served].sum()),
        "n_scanned": float((scanned & left).sum()),
        "expected_weight": float(detection.weight),
        "expected_caught": float(detection.caught),
        "crossing_p95_min": percentile((exit_min - arrive)[left], 95.0),
    }
    for name in LEVELS:
        top, bottom, scale = RATIOS[name]
        found[name] = scale * found[top] / found[bottom] if found[bottom] > 0.0 else float("nan")
    return found

"""What one set of servers is asked for and has, hour by hour, before anything is simulated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HourlyLoad:
    """Work asked of one set of servers and done by it, hour by hour."""

    station: str
    offered_min: Floats
    available_min: Floats
    largest_scan_share: float = math.nan

    def row(self, weeks: float) -> dict[str, object]:
        """Return the row of `sim.workload.weekly_load`, per week."""
        offered, available = float(self.offered_min.sum()), float(self.available_min.sum())
        idle = 0.0 if offered == 0.0 else math.inf
        load_share = offered / available if available > 0.0 else idle
        return {
            "station": self.station,
            "offered_min": offered / weeks,
            "available_min": available / weeks,
            "load_share": load_share,
            "stable": load_share < 1.0,
            "rush_h": float((self.offered_min > self.available_min).sum()) / weeks,
            "largest_scan_share": self.largest_scan_share,
        }

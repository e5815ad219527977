"""What simulation says of every alternative, year by year and replication by replication.

All alternatives meet the same trucks in a replication (common random numbers), so differences
between alternatives are paired along the last axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
TRUCK_H = "truck_h_"
"""Prefix of the truck-hours of delay a year of one class of truck."""
TRIPS = "trips_"
"""Prefix of the trips a year of one class of truck."""
LOADS = "loads"
"""Loads interdicted a year, of all types together: every truck as a probe."""
LOADS_OF = "loads_"
"""Prefix of the loads interdicted a year of one type of contraband."""
PRESENTED_OF = "presented_"
"""Prefix of the loads presented a year of one type of contraband."""


@dataclass(frozen=True, slots=True)
class Response:
    """Annual amounts of every alternative with everything of it in service."""

    alternatives: tuple[str, ...]
    years: tuple[int, ...]
    """Study years that were simulated, in order: 1 .. T."""
    amounts: Mapping[str, Floats]
    """Name -> [alternative, year, replication]: amounts a year, or a year's METRICS by their own
    names (`wait_mean_min`, `crossing_p95_min`, `scan_rate`, ...)."""

    @property
    def replications(self) -> int:
        """Paired replications of every alternative and year."""
        return int(next(iter(self.amounts.values())).shape[2])

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of trucks whose hours are counted, in alphabetical order."""
        return tuple(
            sorted(name.removeprefix(TRUCK_H) for name in self.amounts if name.startswith(TRUCK_H))
        )

    def mean(self, name: str, alternative: str) -> dict[int, float]:
        """Return the mean over replications of an amount, by simulated year."""
        row = self.amounts[name][self.alternatives.index(alternative)].mean(axis=1)
        return dict(zip(self.years, row.tolist(), strict=True))

    def only(self, replication: int) -> Response:
        """Return what one replication alone says."""
        one = {n: a[:, :, replication : replication + 1] for n, a in self.amounts.items()}
        return Response(self.alternatives, self.years, one)

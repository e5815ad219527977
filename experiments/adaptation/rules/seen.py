"""What an agency sees of a week, by way across: trucks, scans and finds; nothing that the simulation alone knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.fitted import Examples

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWeek:
    """One week of one alternative, as the agency that runs the port knows it.

    Attributes
    ----------
    trucks : float[way]
        Trucks that came.
    scan_shares : float[way]
        Of trucks that luck was planned to send to a scan.
    finds : float[way]
        Loads detected.
    opened : float[way]
        Trucks that were opened though no portal had imaged them.
    labels : Examples or None
        Trucks that were opened, and what was found; None where no model learns from them.
    random_finds : float
        Of the finds, those in trucks that luck alone had chosen.
    random_loads : float
        Loads that these finds stand for: each counts for 1 / (the chance with which its way was scanned by luck).
        NaN: luck chose nobody, or not evenly within a way.
    """

    trucks: Array
    scan_shares: Array
    finds: Array
    opened: Array
    labels: Examples | None = None
    random_finds: float = 0.0
    random_loads: float = float("nan")

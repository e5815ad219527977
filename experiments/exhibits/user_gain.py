"""What users gain, taken apart: by what an hour holds, in hours, fuel and carbon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from experiments.economics.benefits import fuel_saved_gal
from experiments.economics.discounting import present_value
from experiments.economics.truck_hour import TruckHour
from experiments.exhibits.evidence import Evidence
from experiments.funding.day_totals import CLASSES
from experiments.funding.money import hours, hours_gained

Floats = npt.NDArray[np.float64]
PARTS: Final[Mapping[str, Callable[[TruckHour], float]]] = {
    "time": lambda hour: hour.time,
    "fuel": lambda hour: hour.fuel,
    "damage of emissions": lambda hour: hour.emissions,
    "time of the cargo": lambda hour: hour.cargo,
}
"""Parts of the worth of an hour."""
KG_PER_T: Final = 1000.0


def gained_hours(evidence: Evidence, name: str) -> dict[str, Floats] | None:
    """Return truck-hours gained over the baseline by class, [0..T]; None: not known by class."""
    response = evidence.appraised.response
    if not set(response.classes) <= set(CLASSES):
        return None
    return hours_gained(evidence.appraised.case, response, name)


def present_parts(evidence: Evidence, name: str) -> dict[str, float]:
    """Return the present value of users' gain by part of an hour; empty where it is not known."""
    gained = gained_hours(evidence, name)
    if gained is None:
        return {}
    worth = hours(evidence.appraised.case)
    return {
        part: sum(present_value(evidence.rate, gained[c]) * of(worth[c]) for c in gained)
        for part, of in PARTS.items()
        if any(of(hour) for hour in worth.values())
    }


def amounts(evidence: Evidence, name: str) -> dict[str, float]:
    """Return hours, gallons and tonnes gained over all years, not discounted; empty: not known."""
    gained = gained_hours(evidence, name)
    if gained is None:
        return {}
    case = evidence.appraised.case
    total = float(np.sum([series.sum() for series in gained.values()]))
    gallons = float(fuel_saved_gal(total, case.value.idle_fuel_gal_per_h))
    found = {"truck_h": total, "fuel_gal": gallons}
    if case.benefit.emissions is not None:
        found["co2_t"] = gallons * case.benefit.emissions.co2_kg_per_gal / KG_PER_T
    return found

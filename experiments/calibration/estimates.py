"""Each parameter with its interval, and whether observed waits or the assumed range identify it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.stats import norm

from experiments.calibration.fit import WaitFit
from experiments.calibration.parameters import CORRELATION, CORRELATION_SD, PortValues
from sim.arrays import FloatArray
from sim.setting.port import DayType

IdentifiedBy = Literal["waits", "both", "prior"]
IDENTIFIED_BELOW: Final[tuple[tuple[float, IdentifiedBy], ...]] = ((0.4, "waits"), (0.8, "both"))
"""Observed waits identify a parameter whose standard error is below this share of its assumed one; both, the next."""
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KIND: Final[dict[DayType, str]] = {"weekday": "weekday", "saturday": "Saturday", "sunday": "Sunday"}
INTERVAL_KIND: Final = (
    "equal-tailed interval of the posterior distribution; errors of cells vary together by the model's own days, by "
    "months, scatter and rounding"
)
NOT_IDENTIFIED: Final = (
    "Service time and lanes open trade off exactly in the average wait: twice the lanes at twice the service time give "
    "the same waits. Only their ratio, trucks an hour, is identified; the service time rests on its assumed range.",
    "An hour's arrivals and the lanes open in that hour trade off: a line grows by the difference of the two. The "
    "timetable is fixed at one number of lanes a day, and the arrivals take up the rest.",
    "The opening threshold trades off against the evening timetable, and against the closing threshold.",
    "Intervals are of the timetable that fits best and of the fast model, whose correction by the engine is taken as "
    "known. How often they hold what is true on synthetic ports: docs/explanation/calibration.md.",
    "Hourly means do not identify how often lanes are reviewed and how late they follow: fixed at 15 minutes, one "
    "review and an hour.",
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One parameter, in the units of a reader."""

    name: str
    key: str
    """The configuration key that it sets; empty: a ratio or a sum."""
    unit: str
    value: float
    low: float
    high: float
    identified_by: IdentifiedBy


def estimate_parameters(fit: WaitFit, draws: FloatArray, service_min: float, coverage: float) -> list[Estimate]:
    """Return every parameter with its interval, the ratios that are identified first.

    ``draws`` [n, p] are of the posterior distribution; ``coverage`` is the share of them that an interval holds.
    """
    parameters = fit.model.parameters
    weights, _ = parameters.prior(service_min)
    before = np.sqrt(np.diag(np.linalg.inv(weights.T @ weights)))
    after = draws.std(axis=0)
    identified = {
        name: _identified_by(float(a / b)) for name, a, b in zip(parameters.names, after, before, strict=True)
    }
    tail = 0.5 * (1.0 - coverage)
    here, there = parameters.values(fit.theta), [parameters.values(theta) for theta in draws]

    def row(name: str, key: str, unit: str, of: Callable[[PortValues], float], by: IdentifiedBy) -> Estimate:
        low, high = np.quantile([of(values) for values in there], [tail, 1.0 - tail])
        return Estimate(name, key, unit, of(here), float(low), float(high), by)

    # waits alone tell lanes over service time; how narrow its distribution is rests on the lanes that are held
    service_by = identified["service"] if np.isfinite(fit.likelihood.lanes).any() else "prior"
    lanes, built = fit.model.timetable.lanes, parameters.setting.port.primary.lanes
    response, volume = "port.lane_response", "port.volume"
    rows = [
        row(f"timetable, {KIND[kind]}: {n} lanes", "", "trucks/h", _capacity(n), "waits") for kind, n in lanes.items()
    ]
    rows += [
        row(f"all {built} lanes", "", "trucks/h", _capacity(built), "waits"),
        row("service time at these lanes", "port.primary.service.mean_min", "min", _service, service_by),
        row("a lane opens above", f"{response}.open_above_min", "min", _opens, identified["open_above"]),
        row("a lane closes below", f"{response}.close_below_min", "min", _closes, identified["close_ratio"]),
        row("day factor, sd of ln", f"{volume}.day_factor.ln_sd", "", _day_sd, identified["day_sd"]),
    ]
    name, key = "day factor, correlation", f"{volume}.day_factor.correlation"
    if parameters.fits_days:
        rows.append(row(name, key, "", _day_correlation, identified["day_correlation"]))
    else:
        half = float(norm.ppf(1.0 - tail)) * CORRELATION_SD
        rows.append(Estimate(name, key, "", CORRELATION, max(CORRELATION - half, 0.0), CORRELATION + half, "prior"))
    for kind, hours in parameters.hours.items():
        day = {"weekday": 0, "saturday": 5, "sunday": 6}[kind]
        for hour in hours:
            name, by = f"share of a {KIND[kind]}'s trucks at {hour} h", identified[f"share.{kind}.{hour}"]
            rows.append(row(name, f"{volume}.hour_share.{kind}", "", _share(day, hour), by))
    for day in parameters.weekdays:
        source = f"tilt.{day}" if day < 5 else f"other.{'saturday' if day == 5 else 'sunday'}"
        name, key = f"{DAYS[day]}, mean weekday = 1", f"{volume}.weekday_weight"
        rows.append(row(name, key, "", _weight(day), identified.get(source, "both")))
    return rows


def _identified_by(ratio: float) -> IdentifiedBy:
    return next((who for most, who in IDENTIFIED_BELOW if ratio < most), "prior")


def _capacity(lanes: int) -> Callable[[PortValues], float]:
    return lambda values: 60.0 * lanes / values.service_min


def _service(values: PortValues) -> float:
    return values.service_min


def _opens(values: PortValues) -> float:
    return values.rules.open_above_min


def _closes(values: PortValues) -> float:
    return values.rules.close_below_min


def _day_sd(values: PortValues) -> float:
    return values.day_sd


def _day_correlation(values: PortValues) -> float:
    return values.day_correlation


def _share(day: int, hour: int) -> Callable[[PortValues], float]:
    return lambda values: float(values.shares[day, hour])


def _weight(day: int) -> Callable[[PortValues], float]:
    return lambda values: float(values.weights[day] / max(values.weights[:5].mean(), 1e-12))

"""Each parameter with its interval, and whether observed waits or the assumed range identify it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.stats import norm

from experiments.calibration.fit import WaitFit
from experiments.calibration.parameters import CORRELATION, CORRELATION_SD, Parameters
from sim.arrays import FloatArray
from sim.setting.port import DayType

IdentifiedBy = Literal["waits", "both", "prior"]
IDENTIFIED_BELOW: Final[tuple[tuple[float, IdentifiedBy], ...]] = ((0.4, "waits"), (0.8, "both"))
"""Observed waits identify a parameter whose standard error is below this share of its assumed one; both, the next."""
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KIND: Final[dict[DayType, str]] = {"weekday": "weekday", "saturday": "Saturday", "sunday": "Sunday"}
INTERVAL_KIND: Final = (
    "sandwich (Godambe) interval about the penalized least-squares estimate; residuals vary together by the model's "
    "own days, by months, scatter and rounding"
)
NOT_IDENTIFIED: Final = (
    "Service time and lanes open trade off exactly in the mean wait: twice the lanes at twice the service time give "
    "the same waits. Only their ratio, trucks an hour, is identified; the service time rests on its assumed range.",
    "An hour's arrivals and the lanes open in that hour trade off: a line grows by the difference of the two. The "
    "timetable is fixed at one number of lanes a day, and the arrivals take up the rest.",
    "The opening threshold trades off against the evening timetable, and against the closing threshold.",
    "Intervals are local, and too narrow: parameters far away that fit nearly as well (a faster service with higher "
    "thresholds) are left out. On three synthetic ports 32 of 57 intervals held the true value (docs/calibration.md).",
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


def estimate_parameters(fit: WaitFit, covariance: FloatArray, service_min: float, coverage: float) -> list[Estimate]:
    """Return every parameter with its interval, the ratios that are identified first."""
    parameters = fit.model.parameters
    weights, _ = parameters.prior(service_min)
    before = np.sqrt(np.diag(np.linalg.inv(weights.T @ weights)))
    after = np.sqrt(np.diag(covariance))
    identified = {
        name: _identified_by(float(a / b)) for name, a, b in zip(parameters.names, after, before, strict=True)
    }
    draws = _draws(fit.theta, covariance)
    tail = 0.5 * (1.0 - coverage)

    def row(name: str, key: str, unit: str, of: Callable[[FloatArray], float], by: IdentifiedBy) -> Estimate:
        spread = np.array([of(one) for one in draws])
        value = of(fit.theta)
        low, high = np.quantile(spread, [tail, 1.0 - tail])
        return Estimate(name, key, unit, value, float(low), float(high), by)

    level = _readers(parameters)
    lanes, built = fit.model.timetable.lanes, parameters.setting.port.primary.lanes
    response, volume = "port.lane_response", "port.volume"
    rows = [
        row(f"timetable, {KIND[kind]}: {n} lanes", "", "trucks/h", _capacity(level["service"], n), "waits")
        for kind, n in lanes.items()
    ]
    rows += [
        row(f"all {built} lanes", "", "trucks/h", _capacity(level["service"], built), "waits"),
        row("service time at these lanes", "port.primary.service.mean_min", "min", level["service"], "prior"),
        row("a lane opens above", f"{response}.open_above_min", "min", level["open_above"], identified["open_above"]),
        row(
            "a lane closes below", f"{response}.close_below_min", "min", level["close_below"], identified["close_ratio"]
        ),
        row("day factor, sd of ln", f"{volume}.day_factor.ln_sd", "", level["day_sd"], identified["day_sd"]),
    ]
    name, key = "day factor, correlation", f"{volume}.day_factor.correlation"
    if parameters.fits_days:
        rows.append(row(name, key, "", level["day_correlation"], identified["day_correlation"]))
    else:
        half = float(norm.ppf(1.0 - tail)) * CORRELATION_SD
        rows.append(Estimate(name, key, "", CORRELATION, max(CORRELATION - half, 0.0), CORRELATION + half, "prior"))
    for kind, hours in parameters.hours.items():
        day = {"weekday": 0, "saturday": 5, "sunday": 6}[kind]
        for hour in hours:
            name, by = f"share of a {KIND[kind]}'s trucks at {hour} h", identified[f"share.{kind}.{hour}"]
            rows.append(row(name, f"{volume}.hour_share.{kind}", "", _share(parameters, day, hour), by))
    for day in parameters.weekdays:
        source = f"tilt.{day}" if day < 5 else f"other.{'saturday' if day == 5 else 'sunday'}"
        name, key = f"{DAYS[day]}, mean weekday = 1", f"{volume}.weekday_weight"
        rows.append(row(name, key, "", _weight(parameters, day), identified.get(source, "both")))
    return rows


def _capacity(service: Callable[[FloatArray], float], lanes: int) -> Callable[[FloatArray], float]:
    return lambda theta: 60.0 * lanes / service(theta)


def _draws(theta: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return draws of the parameters for intervals of what they make, [draws, p]; normal quantiles in random order."""
    rng = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(78,)))
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    z = norm.ppf((rng.permuted(np.tile(np.arange(800), (len(theta), 1)), axis=1).T + 0.5) / 800.0)
    found: FloatArray = theta + (z * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return found


def _identified_by(ratio: float) -> IdentifiedBy:
    return next((who for most, who in IDENTIFIED_BELOW if ratio < most), "prior")


def _readers(parameters: Parameters) -> dict[str, Callable[[FloatArray], float]]:
    place = parameters.place

    def opens(theta: FloatArray) -> float:
        return float(np.exp(theta[place["open_above"]]))

    def closes(theta: FloatArray) -> float:
        return float(opens(theta) / (1.0 + np.exp(-theta[place["close_ratio"]])))

    def log(name: str) -> Callable[[FloatArray], float]:
        return lambda theta: float(np.exp(theta[place[name]]))

    found = {"service": log("service"), "open_above": opens, "close_below": closes, "day_sd": log("day_sd")}
    if parameters.fits_days:
        found["day_correlation"] = lambda theta: float(np.tanh(theta[place["day_correlation"]]))
    return found


def _share(parameters: Parameters, day: int, hour: int) -> Callable[[FloatArray], float]:
    return lambda theta: float(parameters.values(theta).shares[day, hour])


def _weight(parameters: Parameters, day: int) -> Callable[[FloatArray], float]:
    def read(theta: FloatArray) -> float:
        weights = parameters.values(theta).weights
        return float(weights[day] / max(weights[:5].mean(), 1e-12))

    return read

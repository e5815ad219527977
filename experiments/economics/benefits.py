"""What users gain: truck-hours saved by class, trips that are new, reliability, fuel and carbon.

Hours come from simulated years and are interpolated between them. A congested wait is never scaled
with demand: queues are convex in load, so that hours outside the simulated years are refused.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from experiments.economics.price_year import one_price_year
from experiments.economics.truck_hour import Benefit, TruckHour
from sim.errors import ConfigError

Floats = npt.NDArray[np.float64]
KG_PER_T = 1000.0


def between_years(simulated: Mapping[int, float], years: int) -> Floats:
    """Return an amount for years 0..``years``, straight between the simulated years.

    Year 0, in which nothing new is in service, takes the amount of the first simulated year.

    Parameters
    ----------
    simulated : mapping
        Amount by year of the study; the first may be 0 or 1, the last not before ``years``.

    Raises
    ------
    ConfigError
        No year, or years that end before the study does.

    Examples
    --------
    >>> between_years({1: 10.0, 3: 30.0}, 3).tolist()
    [10.0, 10.0, 20.0, 30.0]
    """
    if not simulated or min(simulated) > 1 or max(simulated) < years:
        found = ", ".join(map(str, sorted(simulated))) or "none"
        problem = f"hours are never extrapolated; simulate years 1 and {years}, got {found}"
        raise ConfigError("appraisal.simulated_years", problem)
    at = sorted(simulated)
    found = np.interp(np.arange(years + 1.0), at, [simulated[year] for year in at])
    return np.asarray(found, dtype=np.float64)


def hours_saved(
    baseline: Mapping[int, float], alternative: Mapping[int, float], service: npt.ArrayLike
) -> Floats:
    """Return truck-hours below the baseline's in years 0..T, from hours in the simulated years.

    Parameters
    ----------
    baseline, alternative : mapping
        Truck-hours in line of one class by simulated year, with everything in service.
    service : array
        Share of the alternative that is in service, [0..T] (`life_cycle.service_share`).

    Examples
    --------
    >>> hours_saved({1: 9.0, 3: 9.0}, {1: 7.0, 3: 5.0}, [0.0, 0.5, 1.0, 1.0]).tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    share = np.asarray(service, np.float64)
    years = len(share) - 1
    gain = between_years(baseline, years) - between_years(alternative, years)
    return np.asarray(gain * share)


def rule_of_half(
    trips: npt.ArrayLike, new_trips: npt.ArrayLike, hours: npt.ArrayLike, new_hours: npt.ArrayLike
) -> Floats:
    """Return the hours gained by users when hours a trip change and trips answer.

    (trips + new_trips) / 2 x (hours - new_hours): the trips that are made anyway gain the whole
    difference, those that are induced (or given up) half of it, because the last of them gains
    nothing. With unchanged trips it is the plain difference of hours. Each is [..., year].

    Examples
    --------
    >>> float(rule_of_half(100.0, 120.0, 1.0, 0.5))
    55.0
    """
    both = np.asarray(trips, np.float64) + np.asarray(new_trips, np.float64)
    gain = np.asarray(hours, np.float64) - np.asarray(new_hours, np.float64)
    return np.asarray(both * gain / 2.0)


def half_below_ceiling(
    trips: npt.ArrayLike,
    new_trips: npt.ArrayLike,
    hours: npt.ArrayLike,
    new_hours: npt.ArrayLike,
    most_hours: npt.ArrayLike,
) -> Floats:
    """Return the hours gained by users when trips are turned away by a ceiling of the wait.

    Trips that are made both times gain the whole difference. A trip that is won gains half of what
    its new hours leave below the ceiling, one that is lost loses half of what its old hours left:
    the last of them would have taken as long as anybody puts up with. `rule_of_half` over mean
    hours would count it as a gain that a port which turns trips away leaves shorter lines.
    With unchanged trips both are the plain difference of hours. Each is [..., year].

    Parameters
    ----------
    most_hours : array
        Hours at the port that the last trip still puts up with; not below those of trips made.

    Examples
    --------
    >>> float(half_below_ceiling(100.0, 120.0, 1.0, 0.5, 1.5))  # 100 gain 0.5 h, 20 gain 1 h / 2
    60.0
    >>> float(half_below_ceiling(100.0, 50.0, 1.0, 0.75, 2.0))  # 50 gain 0.25 h, 50 lose 1 h / 2
    -12.5
    """
    before, after = np.asarray(trips, np.float64), np.asarray(new_trips, np.float64)
    old, new = np.asarray(hours, np.float64), np.asarray(new_hours, np.float64)
    most = np.maximum(np.asarray(most_hours, np.float64), np.maximum(old, new))
    both = np.minimum(before, after) * (old - new)
    won = np.maximum(after - before, 0.0) * (most - new) / 2.0
    lost = np.maximum(before - after, 0.0) * (most - old) / 2.0
    return np.asarray(both + won - lost)


def user_benefit(
    hours_saved: Mapping[str, npt.ArrayLike], hour: Mapping[str, TruckHour], price_year: int
) -> Floats:
    """Return the users' gain by year [0..T], dollars of ``price_year``, summed over classes.

    Parameters
    ----------
    hours_saved : mapping
        Truck-hours below the baseline's by class, each [0..T]; where trips change:
        `half_below_ceiling`.
    hour : mapping
        What an hour is worth, by class.

    Raises
    ------
    ConfigError
        A class whose hours have no worth, classes valued in different views, another price year.
    """
    if missing := sorted(set(hours_saved) - set(hour)):
        raise ConfigError(f"benefit.{missing[0]}", "hours of a class that has no value")
    if len(views := sorted({one.view for one in hour.values()})) > 1:
        raise ConfigError("benefit.view", f"one view at a time, got {' and '.join(views)}")
    one_price_year({f"benefit.{name}": one.price_year for name, one in hour.items()}, price_year)
    parts = [
        np.asarray(hours, np.float64) * hour[name].usd_per_h for name, hours in hours_saved.items()
    ]
    return np.asarray(np.sum(parts, axis=0, dtype=np.float64))


def reliability_benefit(
    benefit: Benefit,
    hour: TruckHour,
    trips: npt.ArrayLike,
    deviation_h: npt.ArrayLike,
    new_deviation_h: npt.ArrayLike,
) -> Floats:
    """Return what a steadier wait is worth by year, dollars; zero where it is not counted.

    trips x reliability ratio x (standard deviation of the wait, baseline - alternative) x time.
    Only the driver's time is in it: on average nothing idles longer and no cargo waits longer.
    """
    ratio = benefit.reliability_ratio or 0.0
    gain = np.asarray(deviation_h, np.float64) - np.asarray(new_deviation_h, np.float64)
    return np.asarray(np.asarray(trips, np.float64) * ratio * gain * hour.time)


def fuel_saved_gal(hours_saved: npt.ArrayLike, idle_gal_per_h: float) -> Floats:
    """Return gallons of diesel not burnt in line, by year; priced in the truck-hour already."""
    return np.asarray(np.asarray(hours_saved, np.float64) * idle_gal_per_h)


def co2_saved_t(benefit: Benefit, fuel_gal: npt.ArrayLike) -> Floats:
    """Return tonnes of carbon dioxide not emitted, by year: shown, and not priced.

    Raises
    ------
    ConfigError
        The benefit counts no emissions.
    """
    if benefit.emissions is None:
        raise ConfigError("benefit.emissions", f"{benefit.name} counts no emissions")
    return np.asarray(fuel_gal, np.float64) * benefit.emissions.co2_kg_per_gal / KG_PER_T

"""The days on which a set of assumptions is simulated, and what is kept of them: what present values read, no more.

A block is sixteen seeds: two weekdays each, and every second a day of the weekend. The weekdays of a block lie evenly
over the year, more of them in a simulated year that counts for more of a present value; every simulated year has a
Saturday and a Sunday, few, because weekends are calm. Sets that are simulated on the same block meet the same days
and the same random numbers; days of other blocks are independent of them. A single seed is a weekday in every
simulated year and a day of the weekend in one of them.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.execution.replicate import ProcessCache
from experiments.funding.annual import (
    CLASSES,
    GOLDEN,
    HOURS,
    PRESENTED_WANTED,
    DayTotals,
    Response,
    minute_histogram,
    truck_class_masks,
    year_amounts,
)
from experiments.funding.demand_years import ParameterSet, kind_of_day, operating_plans, totals_of_day
from sim.arrays import FloatArray, IntArray
from sim.frames import column
from sim.replication import Replication, Scorer
from sim.results.times import line_joined_min
from sim.setting.contraband import CONTRABAND
from sim.setting.window import EVALUATION, Window

SEEDS: Final = 16
"""Seeds of a block."""
WEEKDAYS_A_SEED: Final = 2
LEAST_WEEKDAYS: Final = 4
"""Weekdays of a block in a simulated year, at least: two tell nothing of how they differ."""
WEEKDAYS: Final = 5
FIRST_WINDOW: Final = 1_000_000
"""Number of the first window: the case's own replications have lower ones."""
MOST_YEARS: Final = 101
"""Simulated years that there are windows for."""
MOST_DAYS: Final = 64
"""Days of a block in one year that there are windows for."""
FIRST_SINGLE: Final = 1000
"""Single seeds take their windows from this block on."""
MIN_PER_H: Final = 60.0
LONG_WAIT_MIN: Final = 30.0
"""As in the METRIC of waits over 30 minutes."""


@dataclass(frozen=True, slots=True)
class SampleDay:
    """One day of a sample, and how many days of the year it stands for."""

    date: dt.date
    window: int
    weight: float


@dataclass(frozen=True, slots=True)
class BlockAmounts:
    """What one set of assumptions came to on some days, every alternative and year."""

    response: Response
    """All days together: one replication."""
    variance: FloatArray
    """Of each alternative's net present value [alternative], over days: how far other days could move it."""


DaysByYear = tuple[tuple[SampleDay, ...], ...]
"""Days of each simulated year; weekdays come first, days of the weekend have a date after Friday."""


def weekdays_by_year(years: Sequence[int], rate: float) -> tuple[int, ...]:
    """Return how many weekdays of a block each simulated year has: by the share of a present value that hangs on it.

    Amounts lie straight between simulated years, and are discounted at ``rate``. No year has fewer than
    `LEAST_WEEKDAYS`: a block of more than eight years has more than two weekdays a seed.

    Examples
    --------
    >>> weekdays_by_year((1, 7, 14, 20), 0.07)
    (9, 11, 8, 4)
    """
    total = max(SEEDS * WEEKDAYS_A_SEED, LEAST_WEEKDAYS * len(years))
    every = np.arange(1, years[-1] + 1, dtype=np.float64)
    discount = (1.0 + rate) ** -every
    shares = np.array([(np.interp(every, years, row) * discount).sum() for row in np.eye(len(years))])
    found = np.maximum(np.round(total * shares / shares.sum()).astype(np.int64), LEAST_WEEKDAYS)
    while surplus := int(found.sum()) - total:
        found[int(np.argmax(found))] -= np.sign(surplus)
    return tuple(found.tolist())


def block_days(calendar_year: int, weekdays: Sequence[int], block: int) -> DaysByYear:
    """Return the days of a block in each simulated year.

    Parameters
    ----------
    weekdays : sequence of int
        Weekdays of a block in each simulated year (`weekdays_by_year`).

    Examples
    --------
    >>> (days,) = block_days(2024, (3,), 0)
    >>> [(day.date.isoformat(), day.weight) for day in days][2:]
    [('2024-10-31', 87.33333333333333), ('2024-07-06', 52.0), ('2024-07-07', 52.0)]
    """
    every, *weekend = _dates(calendar_year)
    found = []
    for place, many in enumerate(weekdays):
        turn, window = block * len(weekdays) + place, FIRST_WINDOW + MOST_DAYS * (block * MOST_YEARS + place)
        mine = [SampleDay(_at(every, number, many, turn), window + number, len(every) / many) for number in range(many)]
        mine += [
            SampleDay(_at(dates, 0, 1, turn), window + many + number, float(len(dates)))
            for number, dates in enumerate(weekend)
        ]
        found.append(tuple(mine))
    return tuple(found)


def single_days(calendar_year: int, years: int, number: int) -> DaysByYear:
    """Return the days of a single seed: a weekday in each of so many years, a day of the weekend in one of them.

    That one stands for the weekends of all years: over many seeds every year has as many.
    """
    every, saturdays, sundays = _dates(calendar_year)
    found = []
    for place in range(years):
        block = FIRST_SINGLE + number // MOST_DAYS * 2
        window = FIRST_WINDOW + MOST_DAYS * (block * MOST_YEARS + place) + number % MOST_DAYS
        turn = number * years + place
        mine = [SampleDay(_at(every, 0, 1, turn), window, float(len(every)))]
        if number % years == place:
            dates = sundays if number // years % 2 else saturdays
            weight = float(years * (len(saturdays) + len(sundays)))
            mine.append(SampleDay(_at(dates, 0, 1, turn), window + MOST_DAYS * MOST_YEARS, weight))
        found.append(tuple(mine))
    return tuple(found)


def _at(dates: Sequence[dt.date], part: int, parts: int, turn: int) -> dt.date:
    """Return the date in one of so many equal parts of the year, at another place of it at each turn."""
    within = (0.5 + GOLDEN * turn) % 1.0
    return dates[int((part + within) / parts * len(dates))]


@functools.cache
def _dates(calendar_year: int) -> tuple[tuple[dt.date, ...], tuple[dt.date, ...], tuple[dt.date, ...]]:
    """Return the weekdays, Saturdays and Sundays of a year."""
    first, last = dt.date(calendar_year, 1, 1), dt.date(calendar_year, 12, 31)
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    weekdays = tuple(date for date in dates if date.weekday() < WEEKDAYS)
    saturdays, sundays = (tuple(date for date in dates if date.weekday() == WEEKDAYS + k) for k in (0, 1))
    return weekdays, saturdays, sundays


def measure_prices(replication: Replication, wanted_trips: pd.DataFrame) -> DayTotals:
    """Run a day that is served out and return what present values and limits of the wait read of it."""
    outcome = replication.run_served_out_ledger()
    manifest, ledger, detection = outcome.manifest, outcome.ledger, outcome.detection
    arrive, leave, start = (column(ledger, f"{name}_min") for name in ("arrive", "exit", "primary_start"))
    crossing = leave - arrive
    left = np.flatnonzero(np.isfinite(crossing) & ~column(ledger, "diverted").astype(bool))
    joined, served = line_joined_min(arrive, column(ledger, "origin_leave_min")), np.isfinite(start)
    wait, over = (start - joined)[served], np.where(served, start, leave) - joined > LONG_WAIT_MIN
    waited = (start - arrive)[left]
    kind, hours = truck_classes(manifest)[left], crossing[left] / MIN_PER_H
    cell = kind * HOURS + (arrive[left] // MIN_PER_H).astype(np.int64)
    counted = [np.bincount(cell, weights=hours**power, minlength=len(CLASSES) * HOURS) for power in (0, 1, 2)]
    by_hour = np.asarray(np.stack(counted).reshape(3, len(CLASSES), HOURS), dtype=np.float64)
    trips, total = (np.bincount(kind, weights=hours**power, minlength=len(CLASSES)).tolist() for power in (0, 1))
    wanted = np.bincount(truck_classes(wanted_trips), minlength=len(CLASSES)).tolist()
    sums = {
        "exited": float(len(left)),
        "n_waits": float(len(wait)),
        "wait_sum_min": float(wait.sum()),
        "n_wait_over_30": float(over.sum()),
        "n_wait_known": float((served | over).sum()),
        "crossing_sum_min": float(crossing[left].sum()),
        "expected_weight": float(detection.weight),
        "expected_caught": float(detection.caught),
        PRESENTED_WANTED: float(column(wanted_trips, "true_p_carrying").sum()),
    }
    for place, contraband in enumerate(CONTRABAND):
        sums[f"expected_weight_{contraband}"] = float(detection.weight_by_type[place])
        sums[f"expected_caught_{contraband}"] = float(detection.caught_by_type[place])
    for place, name in enumerate(CLASSES):
        sums[f"trips_{name}"], sums[f"hours_{name}"] = trips[place], total[place]
        sums[f"wanted_{name}"] = float(wanted[place])
    return DayTotals(kind_of_day(replication.window), sums, by_hour, {"wait": minute_histogram(waited)})


def truck_classes(manifest: pd.DataFrame) -> IntArray:
    """Return the place of each truck's class in `CLASSES`."""
    masks = truck_class_masks(manifest)
    return np.asarray(np.argmax(np.stack(masks), axis=0), dtype=np.int64)


def simulate_days(
    parameters: ParameterSet, scorers: Mapping[str, Scorer], days: DaysByYear, price: Callable[[Response], FloatArray]
) -> BlockAmounts:
    """Return what one set of assumptions comes to on some days.

    ``parameters`` give alternatives, demand, years, engine and seed; their strata are not read. ``scorers`` are the
    fitted risk models by `sim.shared_draws.risk_key`; ``price`` gives net present values [alternative].
    """
    plans = operating_plans(parameters, scorers, ProcessCache())
    by_year: list[list[list[WeightedDay]]] = []
    for year, mine in zip(parameters.years, days, strict=True):
        totals = [
            totals_of_day(parameters, scorers, plans, (year, day_window(parameters.seed, day)), measure_prices)
            for day in mine
        ]
        weighted = [[(day.weight, one) for one in own] for day, own in zip(mine, totals, strict=True)]
        by_year.append([list(of) for of in zip(*weighted, strict=True)])
    whole = _response(parameters, [[year_amounts(own) for own in of] for of in by_year])
    return BlockAmounts(whole, _variance_over_weekdays(whole, days, by_year, price))


WeightedDay = tuple[float, DayTotals]


def _variance_over_weekdays(
    whole: Response,
    days: DaysByYear,
    by_year: Sequence[Sequence[Sequence[WeightedDay]]],
    price: Callable[[Response], FloatArray],
) -> FloatArray:
    """Return the variance of net present values [alternative] by how weekdays of each year differ.

    Each weekday in turn stands for all of its year. Years have days of their own, and the variance of their mean adds
    up; days of the weekend are too few to differ, and are left out.
    """
    total = np.zeros(len(whole.alternatives))
    for place, (mine, of) in enumerate(zip(days, by_year, strict=True)):
        weekdays = [number for number, day in enumerate(mine) if day.date.weekday() < WEEKDAYS]
        if len(weekdays) < 2:
            return np.full(len(whole.alternatives), np.nan)
        values = []
        for number in weekdays:
            amounts = {name: array.copy() for name, array in whole.amounts.items()}
            for a, own in enumerate(of):
                kept = [(len(weekdays) * w if n == number else w, one) for n, (w, one) in enumerate(own)]
                mine_alone = year_amounts([one for n, one in enumerate(kept) if n == number or n not in weekdays])
                for name, array in amounts.items():
                    array[a, place, 0] = mine_alone[name]
            values.append(price(Response(whole.alternatives, whole.years, amounts)))
        total += np.var(values, axis=0, ddof=1) / len(weekdays)
    return total


def day_window(seed: int, day: SampleDay) -> Window:
    """Return the window of one day, whose random numbers no other day has; ``seed`` is the study's."""
    date = day.date.isoformat()
    return Window(seed=seed, epoch=EVALUATION, replication=day.window, start_date=date, days=1)


def _response(parameters: ParameterSet, by_year: Sequence[Sequence[Mapping[str, float]]]) -> Response:
    """Return amounts [year][alternative] as a response; those of single types of contraband are left out."""
    amounts = {
        name: np.array([[[of[a][name]] for of in by_year] for a in range(len(parameters.scenarios))])
        for name in by_year[0][0]
        if not name.endswith(CONTRABAND)
    }
    return Response(tuple(parameters.scenarios), parameters.years, amounts)

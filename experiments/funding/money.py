"""Case and Response -> each alternative's costs, users' gain and loads, year by year.

Hours and trips lie straight between the simulated years. Users' gain follows the rule of one half:
trips that are made anyway gain the whole difference of the mean hours at the port, trips that are
won or lost half of what is left to the wait at which trips are not made. What is not yet in service
gives nothing: the gain of the complete alternative is scaled by the share that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from experiments.economics.appraisal import Alternative, Worth, appraise
from experiments.economics.benefits import (
    between_years,
    half_below_ceiling,
    reliability_benefit,
    user_benefit,
)
from experiments.economics.life_cycle import CashFlow, cash_flow, service_share
from experiments.economics.truck_hour import TruckHour, truck_hour
from experiments.funding.case import Case
from experiments.funding.day_totals import CLASSES
from experiments.funding.response import LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.year_amounts import DEVIATION

Floats = npt.NDArray[np.float64]
MIN_PER_H: Final = 60.0
BEYOND: Final = ("crossing_mean_min", "wait_mean_min")
"""Their difference is what a truck spends at the port after its wait to primary."""


def costs(asked: Case) -> dict[str, CashFlow]:
    """Return what every alternative costs by year, payer and kind; nothing of the baseline."""
    years, dollars = asked.appraisal.years, asked.appraisal.price_year
    return {
        name: cash_flow(bought, asked.catalogue, years, dollars)
        for name, bought in asked.purchases.items()
    }


def in_service(asked: Case, name: str) -> Floats:
    """Return the share [0..T] of an alternative's effect that is in service.

    Orders of one measure add up by their units; of several measures the last one decides, because
    scanners without analysts find nothing. What costs nothing is in service from year 1.
    """
    years = asked.appraisal.years
    shares = {}
    for measure in {purchase.measure for purchase in asked.purchases[name]}:
        orders = [p for p in asked.purchases[name] if p.measure == measure and p.units > 0.0]
        if orders:
            every = [service_share(order, asked.catalogue[measure], years) for order in orders]
            shares[measure] = np.average(every, axis=0, weights=[order.units for order in orders])
    if not shares:
        return np.asarray(np.arange(years + 1) > 0, np.float64)
    return np.asarray(np.min(list(shares.values()), axis=0), np.float64)


def hours(asked: Case) -> dict[str, TruckHour]:
    """Return what an hour is worth to every class of truck."""
    dollars = asked.appraisal.price_year
    return {
        name: truck_hour(asked.value, asked.benefit, name, dollars, asked.deflator)
        for name in CLASSES
    }


def hours_gained(asked: Case, found: Response, name: str) -> dict[str, Floats]:
    """Return the hours a year that users gain over the baseline, by class [0..T]."""
    base, share = asked.study.baseline, in_service(asked, name)
    most = most_hours(asked, found)
    gained = {}
    for kind in found.classes:
        before, after = (_trips_and_hours(asked, found, n, kind) for n in (base, name))
        gained[kind] = half_below_ceiling(before[0], after[0], before[1], after[1], most) * share
    return gained


def most_hours(asked: Case, found: Response) -> Floats:
    """Return the hours at the port that the last trip puts up with [0..T]: ceiling and inspection.

    What comes on top of the wait to primary is the baseline's mean, where it is known.
    """
    years, base = asked.appraisal.years, asked.study.baseline
    minutes = np.full(years + 1, asked.terms.demand.wait_ceiling_min)
    if set(BEYOND) <= set(found.amounts):
        crossing, wait = (between_years(found.mean(name, base), years) for name in BEYOND)
        minutes += crossing - wait
    return np.asarray(minutes / MIN_PER_H)


def users_gain(asked: Case, found: Response, name: str) -> Floats:
    """Return the users' gain over the baseline by year [0..T], dollars."""
    worth = hours(asked)
    gain = user_benefit(hours_gained(asked, found, name), worth, asked.appraisal.price_year)
    if asked.benefit.reliability_ratio is None:
        return gain
    base, share, years = asked.study.baseline, in_service(asked, name), asked.appraisal.years
    for kind in found.classes:
        trips = _trips_and_hours(asked, found, base, kind)[0]
        spreads = [between_years(found.mean(f"{DEVIATION}{kind}", n), years) for n in (base, name)]
        steadier = reliability_benefit(asked.benefit, worth[kind], trips, *spreads)
        gain = gain + steadier * share
    return gain


def loads(asked: Case, found: Response, name: str) -> Floats:
    """Return the loads interdicted a year [0..T], the baseline's until all is in service."""
    base, own = (
        between_years(found.mean(LOADS, n), asked.appraisal.years)
        for n in (asked.study.baseline, name)
    )
    return np.asarray(base + (own - base) * in_service(asked, name))


def priced(asked: Case, found: Response) -> dict[str, Alternative]:
    """Return every alternative of the response, from the means of its replications."""
    flows, base = costs(asked), asked.study.baseline
    none = np.zeros(asked.appraisal.years + 1)
    return {
        name: Alternative(
            cost=flows[name],
            user_benefit=none if name == base else users_gain(asked, found, name),
            loads=loads(asked, found, name),
            view=asked.benefit.view,
        )
        for name in found.alternatives
    }


def worths(asked: Case, alternatives: Mapping[str, Alternative]) -> dict[float, dict[str, Worth]]:
    """Return the present values of all alternatives, at every rate."""
    base = asked.study.baseline
    return {rate: appraise(alternatives, base, rate) for rate in asked.appraisal.rates()}


def _trips_and_hours(asked: Case, found: Response, name: str, kind: str) -> tuple[Floats, Floats]:
    """Return trips a year and mean hours a trip of one class, each [0..T]."""
    years = asked.appraisal.years
    trips = between_years(found.mean(f"{TRIPS}{kind}", name), years)
    total = between_years(found.mean(f"{TRUCK_H}{kind}", name), years)
    return trips, np.divide(total, trips, out=np.zeros_like(total), where=trips > 0.0)

"""Case and Response -> each alternative's costs, users' gain and loads, year by year.

Hours and trips lie straight between the simulated years. Users' gain follows the rule of one half:
trips that are made anyway gain the whole difference of the mean hours at the port, trips that are
won or lost half of what is left to the wait at which trips are not made. What is not yet in service
gives nothing: the gain of the complete alternative is scaled by the share that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from experiments.economics.appraisal import AnnualFlows, PresentWorth, appraise
from experiments.economics.benefits import (
    TruckHourValue,
    interpolate_years,
    reliability_benefit,
    rule_of_half_below_ceiling,
    truck_hour_value,
    user_benefit,
)
from experiments.economics.costs import CashFlow, purchase_cash_flow, service_share
from experiments.funding.annual import CLASSES, DEVIATION, LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.case import FundingCase
from sim.arrays import FloatArray

if TYPE_CHECKING:
    import pandas as pd
MIN_PER_H: Final = 60.0
WAIT_AND_CROSSING: Final = ("crossing_mean_min", "wait_mean_min")
"""Their difference is what a truck spends at the port after its wait to primary."""


def alternative_costs(case: FundingCase) -> dict[str, CashFlow]:
    """Return what every alternative costs by year, payer and kind; nothing of the baseline."""
    years, dollars = case.appraisal.years, case.appraisal.price_year
    return {name: purchase_cash_flow(bought, case.catalogue, years, dollars) for name, bought in case.purchases.items()}


def share_in_service(case: FundingCase, name: str) -> FloatArray:
    """Return the share [0..T] of an alternative's effect that is in service.

    Orders of one measure add up by their units; of several measures the last one decides, because
    scanners without analysts find nothing. What costs nothing is in service from year 1.
    """
    years = case.appraisal.years
    shares = {}
    for measure in {purchase.measure for purchase in case.purchases[name]}:
        orders = [p for p in case.purchases[name] if p.measure == measure and p.units > 0.0]
        if orders:
            every = [service_share(order, case.catalogue[measure], years) for order in orders]
            shares[measure] = np.average(every, axis=0, weights=[order.units for order in orders])
    if not shares:
        return np.asarray(np.arange(years + 1) > 0, np.float64)
    return np.asarray(np.min(list(shares.values()), axis=0), np.float64)


def truck_hour_values(case: FundingCase) -> dict[str, TruckHourValue]:
    """Return what an hour is worth to every class of truck."""
    dollars = case.appraisal.price_year
    return {name: truck_hour_value(case.value, case.benefit, name, dollars, case.deflator) for name in CLASSES}


def hours_gained(case: FundingCase, response: Response, name: str) -> dict[str, FloatArray]:
    """Return the hours a year that users gain over the baseline, by class [0..T]."""
    base, share = case.study.baseline, share_in_service(case, name)
    most = hours_at_ceiling(case, response)
    gained = {}
    for kind in response.classes:
        before, after = (_trips_and_hours(case, response, n, kind) for n in (base, name))
        gained[kind] = rule_of_half_below_ceiling(before[0], after[0], before[1], after[1], most) * share
    return gained


def hours_at_ceiling(case: FundingCase, response: Response) -> FloatArray:
    """Return the hours at the port that the last trip accepts [0..T]: ceiling and inspection.

    What comes on top of the wait to primary is the baseline's mean, where it is known.
    """
    years, base = case.appraisal.years, case.study.baseline
    minutes = np.full(years + 1, case.terms.demand.wait_ceiling_min)
    if set(WAIT_AND_CROSSING) <= set(response.amounts):
        crossing, wait = (interpolate_years(response.mean(name, base), years) for name in WAIT_AND_CROSSING)
        minutes += crossing - wait
    return np.asarray(minutes / MIN_PER_H)


def annual_user_benefit(case: FundingCase, response: Response, name: str) -> FloatArray:
    """Return the users' gain over the baseline by year [0..T], dollars."""
    worth = truck_hour_values(case)
    gain = user_benefit(hours_gained(case, response, name), worth, case.appraisal.price_year)
    if case.benefit.reliability_ratio is None:
        return gain
    base, share, years = case.study.baseline, share_in_service(case, name), case.appraisal.years
    for kind in response.classes:
        trips = _trips_and_hours(case, response, base, kind)[0]
        spreads = [interpolate_years(response.mean(f"{DEVIATION}{kind}", n), years) for n in (base, name)]
        steadier = reliability_benefit(case.benefit, worth[kind], trips, *spreads)
        gain = gain + steadier * share
    return gain


def loads_interdicted(case: FundingCase, response: Response, name: str) -> FloatArray:
    """Return the loads interdicted a year [0..T], the baseline's until all is in service."""
    base, own = (interpolate_years(response.mean(LOADS, n), case.appraisal.years) for n in (case.study.baseline, name))
    return np.asarray(base + (own - base) * share_in_service(case, name))


def price_alternatives(case: FundingCase, response: Response) -> dict[str, AnnualFlows]:
    """Return every alternative of the response, from the means of its replications."""
    flows, base = alternative_costs(case), case.study.baseline
    none = np.zeros(case.appraisal.years + 1)
    return {
        name: AnnualFlows(
            cost=flows[name],
            user_benefit=none if name == base else annual_user_benefit(case, response, name),
            loads=loads_interdicted(case, response, name),
            view=case.benefit.view,
        )
        for name in response.alternatives
    }


def present_worths(case: FundingCase, alternatives: Mapping[str, AnnualFlows]) -> dict[float, dict[str, PresentWorth]]:
    """Return the present values of all alternatives, at every rate."""
    base = case.study.baseline
    return {rate: appraise(alternatives, base, rate) for rate in case.appraisal.rates()}


def _trips_and_hours(case: FundingCase, response: Response, name: str, kind: str) -> tuple[FloatArray, FloatArray]:
    """Return trips a year and mean hours a trip of one class, each [0..T]."""
    years = case.appraisal.years
    trips = interpolate_years(response.mean(f"{TRIPS}{kind}", name), years)
    total = interpolate_years(response.mean(f"{TRUCK_H}{kind}", name), years)
    return trips, np.divide(total, trips, out=np.zeros_like(total), where=trips > 0.0)


@dataclass(frozen=True, slots=True)
class AppraisedCase:
    """The deterministic case, with the uncertainty beside it."""

    case: FundingCase
    response: Response
    alternatives: Mapping[str, AnnualFlows]
    """Cash flows, users' gain and loads by year, from the means of the replications."""
    worths: Mapping[float, Mapping[str, PresentWorth]]
    """By discount rate, then by alternative."""
    completions: pd.DataFrame
    """Alternatives that could not carry the design year, what was short, and the cheapest way to
    complete them with its price; empty if all could."""

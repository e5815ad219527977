"""Case and Response -> each alternative's costs, users' gain and loads, year by year.

Hours and trips lie straight between the simulated years. Every trip that is wanted is made under each alternative:
here, where it takes hours at the port, or by the other bridge, where it takes a detour, a line and an inspection,
and delays others. Users gain what all these trips together take less. What is not yet in service gives nothing: the
gain of the complete alternative is scaled by the share that is.
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
    trip_elsewhere_usd,
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


def hours_saved(case: FundingCase, response: Response, name: str) -> dict[str, FloatArray]:
    """Return the truck-hours a year below the baseline's at this port, by class [0..T].

    A port that sends trips away has fewer of them: what these take elsewhere is `trips_kept`.
    """
    return _above_baseline(case, response, name, TRUCK_H, -1.0)


def trips_kept(case: FundingCase, response: Response, name: str) -> dict[str, FloatArray]:
    """Return the trips a year that are made here and, under the baseline, by the other bridge, by class [0..T]."""
    return _above_baseline(case, response, name, TRIPS, 1.0)


def trip_elsewhere_usd_by_class(case: FundingCase, response: Response) -> dict[str, FloatArray]:
    """Return what a trip by the other bridge costs, by class [0..T] dollars.

    Those who wait longer for it there are of all classes, as they are here: their hour is worth the mean.
    """
    inspection_h, worth = inspection_hours(case, response), truck_hour_values(case)
    mix = class_shares(case, response)
    others_usd_per_h = np.sum([mix[name] * worth[name].usd_per_h for name in mix], axis=0)
    return {
        name: trip_elsewhere_usd(case.benefit, hour, inspection_h, others_usd_per_h, case.deflator)
        for name, hour in worth.items()
    }


def class_shares(case: FundingCase, response: Response) -> dict[str, FloatArray]:
    """Return the share of each class in the trips of the baseline [0..T]; zeros in years without a trip."""
    years, base = case.appraisal.years, case.study.baseline
    trips = {kind: interpolate_years(response.mean(f"{TRIPS}{kind}", base), years) for kind in response.classes}
    total = np.sum(list(trips.values()), axis=0)
    return {kind: np.divide(one, total, out=np.zeros(years + 1), where=total > 0.0) for kind, one in trips.items()}


def inspection_hours(case: FundingCase, response: Response) -> FloatArray:
    """Return the baseline's mean hours from primary to the last exit [0..T]; 0 where they are not known."""
    years, base = case.appraisal.years, case.study.baseline
    if not set(WAIT_AND_CROSSING) <= set(response.amounts):
        return np.zeros(years + 1)
    crossing, wait = (interpolate_years(response.mean(name, base), years) for name in WAIT_AND_CROSSING)
    return np.asarray((crossing - wait) / MIN_PER_H)


def _above_baseline(
    case: FundingCase, response: Response, name: str, prefix: str, sign: float
) -> dict[str, FloatArray]:
    years, share = case.appraisal.years, share_in_service(case, name)
    found = {}
    for kind in response.classes:
        own, base = (interpolate_years(response.mean(f"{prefix}{kind}", n), years) for n in (name, case.study.baseline))
        found[kind] = np.asarray(sign * (own - base) * share)
    return found


def annual_user_benefit(case: FundingCase, response: Response, name: str) -> FloatArray:
    """Return the users' gain over the baseline by year [0..T], dollars."""
    worth, trip_usd = truck_hour_values(case), trip_elsewhere_usd_by_class(case, response)
    gain = user_benefit(hours_saved(case, response, name), worth, case.appraisal.price_year)
    for kind, trips in trips_kept(case, response, name).items():
        gain = gain + trips * trip_usd[kind]
    return gain + annual_reliability_benefit(case, response, name)


def annual_reliability_benefit(case: FundingCase, response: Response, name: str) -> FloatArray:
    """Return what a steadier wait is worth to the trips that are made here anyway [0..T]; zeros: not counted."""
    base, years, worth = case.study.baseline, case.appraisal.years, truck_hour_values(case)
    total = np.zeros(years + 1)
    if case.benefit.reliability_ratio is None:
        return total
    for kind in response.classes:
        made, spreads = (
            [interpolate_years(response.mean(f"{prefix}{kind}", n), years) for n in (base, name)]
            for prefix in (TRIPS, DEVIATION)
        )
        total += reliability_benefit(case.benefit, worth[kind], np.minimum(*made), *spreads)
    return np.asarray(total * share_in_service(case, name))


def loads_interdicted(case: FundingCase, response: Response, name: str, amount: str = LOADS) -> FloatArray:
    """Return the loads interdicted a year [0..T], the baseline's until all is in service.

    Of all trips that are wanted; with ``amount`` `LOADS_HERE` of those alone that are made here.
    """
    base, own = (interpolate_years(response.mean(amount, n), case.appraisal.years) for n in (case.study.baseline, name))
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

"""Users' gain as items: an amount by class of truck and year, times a price that is a sum of products of inputs.

The amounts come from the simulation and are those of the complete alternative; the share of it that is in service
scales them (`experiments.funding.cash_flows.share_in_service`). The sum over items is
`experiments.funding.cash_flows.annual_user_benefit`; a test holds the two together.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from experiments.economics.benefits import (
    G_PER_T,
    HOURS_PER_DAY,
    MIN_PER_H,
    PERISHABLE,
    POLLUTANTS,
    Emissions,
    interpolate_years,
)
from experiments.funding.annual import DEVIATION, TRIPS, Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import (
    class_shares,
    hours_saved,
    inspection_hours,
    loads_interdicted,
    share_in_service,
    trips_kept,
)
from sim.arrays import FloatArray


class PriceFactor(NamedTuple):
    """One factor of a price: an input by its key, or a constant of units (key empty)."""

    key: str
    value: float


PriceTerm = tuple[PriceFactor, ...]
"""Factors of one product."""
PER_T: Final = PriceFactor("", 1.0 / G_PER_T)
PER_DAY: Final = PriceFactor("", 1.0 / HOURS_PER_DAY)
PER_HOUR: Final = PriceFactor("", 1.0 / MIN_PER_H)
PART_WORDS: Final = {
    "time": "drivers' time",
    "reliability": "reliability of the wait",
    "fuel": "fuel",
    "cooling": "fuel of cooling",
    "emissions": "damage of emissions",
    "vehicle": "driving of the detour",
    "safety": "crashes",
    "cargo": "time of the cargo",
}
"""Parts of users' gain in a reader's words."""


@dataclass(frozen=True, slots=True)
class BenefitItem:
    """One amount times one price."""

    part: str
    """One of `PART_WORDS`."""
    truck_class: str
    amount_name: str
    """What is counted; several items may be prices of one amount."""
    amount: FloatArray
    """[0..T] above the baseline, with everything in service."""
    unit: str
    terms: tuple[PriceTerm, ...]
    """Their sum is the price in dollars of ``price_year``."""
    price_year: int

    def price_usd(self, case: FundingCase) -> float:
        """Return the price of one unit in dollars of the appraisal's price year."""
        price = sum(math.prod(factor.value for factor in term) for term in self.terms)
        return case.deflator.restated(price, self.price_year, case.appraisal.price_year)


def benefit_items(case: FundingCase, response: Response, name: str) -> list[BenefitItem]:
    """Return every item of users' gain of an alternative over the baseline that is not zero in all years.

    Hours saved here, and trips that stay here: what each would have taken by the other bridge, detour, line, inspection
    and the wait of others, who are of all classes (`experiments.economics.benefits.trip_elsewhere_usd`).
    """
    complete = _in_full_service(case, name)
    inspection_h = inspection_hours(case, response)
    items: list[BenefitItem] = []
    kept, mix = trips_kept(complete, response, name), class_shares(case, response)
    all_kept = np.sum(list(kept.values()), axis=0)
    for kind, hours in hours_saved(complete, response, name).items():
        trips = kept[kind]
        parts = _hour_prices(case, kind)
        items += _priced("hours saved", kind, hours, "truck-hours", parts)
        items += _priced("hours of inspection elsewhere", kind, trips * inspection_h, "truck-hours", parts)
        items += _priced("trips kept from the other bridge", kind, trips, "trips", _trip_prices(case, parts))
        items += _priced("trips kept that others wait for", kind, all_kept * mix[kind], "trips", _others(case, parts))
    items += _steadier_wait(complete, response, name)
    return [item for item in items if item.amount.any()]


def _priced(what: str, kind: str, amount: FloatArray, unit: str, prices: Prices) -> list[BenefitItem]:
    return [BenefitItem(part, kind, what, amount, unit, terms, year) for part, (terms, year) in prices.items()]


def loads_gained(case: FundingCase, response: Response, name: str) -> FloatArray:
    """Return the loads interdicted a year above the baseline's [0..T], with everything in service."""
    complete = _in_full_service(case, name)
    own, base = (loads_interdicted(complete, response, one) for one in (name, case.study.baseline))
    return np.asarray(own - base)


def gain_by_part(case: FundingCase, response: Response, name: str) -> dict[str, FloatArray]:
    """Return users' gain over the baseline by part, dollars [0..T]."""
    share = share_in_service(case, name)
    found: dict[str, FloatArray] = {}
    for item in benefit_items(case, response, name):
        usd = item.amount * item.price_usd(case) * share
        found[item.part] = found.get(item.part, np.zeros_like(usd)) + usd
    return found


def _in_full_service(case: FundingCase, name: str) -> FundingCase:
    """Return the case in which the alternative stands complete from year 1 on."""
    return dataclasses.replace(case, purchases={**case.purchases, name: ()})


Prices = dict[str, tuple[tuple[PriceTerm, ...], int]]
"""By part, the terms of a price and the year of its dollars."""


def _hour_prices(case: FundingCase, truck_class: str) -> Prices:
    """Return the parts of an hour of one class, as `experiments.economics.benefits.truck_hour_value` adds them up."""
    value, benefit = case.value, case.benefit
    diesel = PriceFactor("value.diesel_usd_per_gal", value.diesel_usd_per_gal)
    idle = PriceFactor("value.idle_fuel_gal_per_h", value.idle_fuel_gal_per_h)
    found: Prices = {"time": ((_time(case),), value.price_year), "fuel": (((idle, diesel),), value.price_year)}
    if truck_class == PERISHABLE:
        cooling = PriceFactor("benefit.reefer_fuel_gal_per_h", benefit.reefer_fuel_gal_per_h)
        found["cooling"] = ((cooling, diesel),), value.price_year
    if benefit.emissions is not None:
        found["emissions"] = tuple(_damages(benefit.emissions)), benefit.emissions.price_year
    if benefit.safety is not None and benefit.safety.crash_usd_per_truck_h is not None:
        crashes = PriceFactor("benefit.safety.crash_usd_per_truck_h", benefit.safety.crash_usd_per_truck_h)
        found["safety"] = ((crashes,),), benefit.safety.price_year
    if (cargo := benefit.cargo) is not None:
        key, share = "benefit.cargo.value_usd_per_truck", "benefit.cargo.value_share_per_day"
        goods = PriceFactor(f"{key}.{truck_class}", cargo.value_usd_per_truck[truck_class])
        lost = PriceFactor(f"{share}.{truck_class}", cargo.value_share_per_day[truck_class])
        found["cargo"] = ((goods, lost, PER_DAY),), cargo.price_year
    return {part: price for part, price in found.items() if price[0]}


def _time(case: FundingCase) -> PriceTerm:
    occupants = PriceFactor("benefit.occupants_per_truck", case.benefit.occupants_per_truck)
    time = PriceFactor("value.value_of_time_usd_per_truck_h", case.value.value_of_time_usd_per_truck_h)
    return occupants, time


def _damages(air: Emissions) -> Iterator[PriceTerm]:
    """Yield the damage of each pollutant of which emission and damage are given."""
    for name in POLLUTANTS:
        grams, damage = air.grams_per_h(name), air.damage_usd_per_t(name)
        if grams is not None and damage is not None:
            keys = (f"benefit.emissions.{name}_g_per_h", f"benefit.emissions.{name}_damage_usd_per_t")
            yield PriceFactor(keys[0], grams), PriceFactor(keys[1], damage), PER_T


def _trip_prices(case: FundingCase, hour: Prices) -> Prices:
    """Return the parts of a trip by the other bridge but its inspection and others' wait, from those of an hour."""
    there, safety, key = case.benefit.other_bridge, case.benefit.safety, "benefit.other_bridge"
    driving = PriceFactor(f"{key}.detour_min", there.detour_min)
    waiting = PriceFactor(f"{key}.wait_min", there.wait_min)
    found: Prices = {}
    for part, (terms, year) in hour.items():
        minutes = [driving, waiting] if part in DRIVING else [waiting]
        found[part] = tuple((*term, of, PER_HOUR) for of in minutes for term in terms), year
    miles = PriceFactor(f"{key}.detour_miles", there.detour_miles)
    vehicle = PriceFactor(f"{key}.vehicle_usd_per_mile", there.vehicle_usd_per_mile)
    found["vehicle"] = ((miles, vehicle),), there.price_year
    if safety is not None and safety.crash_usd_per_mile is not None:
        crashes = PriceFactor("benefit.safety.crash_usd_per_mile", safety.crash_usd_per_mile)
        terms = found["safety"][0] if "safety" in found else ()
        found["safety"] = (*terms, (miles, crashes)), safety.price_year
    return found


def _others(case: FundingCase, hour: Prices) -> Prices:
    """Return the parts of what others of one class wait longer for a trip by the other bridge."""
    minutes = PriceFactor("benefit.other_bridge.others_min", case.benefit.other_bridge.others_min)
    return {part: (tuple((*term, minutes, PER_HOUR) for term in terms), year) for part, (terms, year) in hour.items()}


DRIVING: Final = ("time", "cooling", "cargo")
"""Parts of an hour that an hour on the road has too: what miles cost holds the rest."""


def _steadier_wait(case: FundingCase, response: Response, name: str) -> list[BenefitItem]:
    """Return the spread that the trips made here anyway are spared; the case has everything in service."""
    benefit, years, base = case.benefit, case.appraisal.years, case.study.baseline
    if benefit.reliability_ratio is None:
        return []
    share, ratio = share_in_service(case, name), PriceFactor("benefit.reliability_ratio", benefit.reliability_ratio)
    prices: Prices = {"reliability": (((ratio, *_time(case)),), case.value.price_year)}
    items: list[BenefitItem] = []
    for kind in response.classes:
        made, (before, after) = (
            [interpolate_years(response.mean(f"{prefix}{kind}", n), years) for n in (base, name)]
            for prefix in (TRIPS, DEVIATION)
        )
        steadier = np.minimum(*made) * (before - after) * share
        items += _priced("hours of spread saved", kind, steadier, "truck-hours", prices)
    return items

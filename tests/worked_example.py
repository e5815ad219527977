"""A study small enough to be checked by hand: five alternatives over 20 years.

All numbers are for tests alone. A million trucks a year grow by 2%; a truck waits about an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.economics.appraisal import AnnualFlows, PresentWorth, appraise, incremental_cash_flow
from experiments.economics.benefits import (
    Benefit,
    Cargo,
    Emissions,
    OtherBridge,
    TruckHourValue,
    interpolate_years,
    truck_hour_value,
    user_benefit,
)
from experiments.economics.costs import (
    Asset,
    CashFlow,
    InvestmentMeasure,
    Purchase,
    YearlyCost,
    purchase_cash_flow,
    service_share,
)
from experiments.economics.discounting import Deflator
from sim.setting.setting import Value

YEARS = 20
TRUCKS = 1e6
PRICE_YEAR = 2023
MILLION = 1e6
NONE = Deflator(name="none", price_index={})
VALUE = Value(
    name="example",
    price_year=PRICE_YEAR,
    value_of_time_usd_per_truck_h=33.5,
    idle_fuel_gal_per_h=0.8,
    diesel_usd_per_gal=3.75,
)
BENEFIT = Benefit(
    name="example",
    view="dot",
    value="example",
    occupants_per_truck=1.0,
    reefer_fuel_gal_per_h=0.0,
    reliability_ratio=None,
    emissions=Emissions(
        nox_g_per_h=30.0,
        nox_damage_usd_per_t=15_000.0,
        pm25_g_per_h=None,
        pm25_damage_usd_per_t=None,
        so2_g_per_h=None,
        so2_damage_usd_per_t=None,
        price_year=PRICE_YEAR,
        co2_kg_per_gal=10.0,
    ),
    safety=None,
    cargo=Cargo(value_share_per_day={"all": 0.01}, value_usd_per_truck={"all": 60_000.0}, price_year=PRICE_YEAR),
    other_bridge=OtherBridge(
        detour_min=30.0,
        detour_miles=20.0,
        vehicle_usd_per_mile=1.0,
        price_year=PRICE_YEAR,
        wait_min=30.0,
        others_min=30.0,
    ),
)


@dataclass(frozen=True)
class Option:
    """Millions of dollars, hours and loads a year of one alternative."""

    equipment: float
    civil: float
    opex: float
    wait_h: float
    loads: float


OPTIONS = {
    "A0": Option(0.0, 0.0, 0.0, 1.00, 20.0),
    "A1": Option(5.0, 3.5, 1.5, 1.05, 30.0),
    "A2": Option(6.0, 0.0, 3.0, 1.10, 28.0),
    "A3": Option(10.0, 12.0, 4.0, 0.95, 36.0),
    "A4": Option(15.0, 15.0, 5.0, 0.90, 50.0),
}
LOADS = {"A0": (18, 22, 19, 21, 20, 20), "A1": (27, 33, 29, 31, 28, 32), "A4": (45, 54, 48, 53, 47, 53)}
"""By replication, on the same seeds."""
WAITS_H = {
    "A0": (0.94, 1.08, 0.97, 1.03, 1.00, 0.98),
    "A1": (1.00, 1.13, 1.01, 1.09, 1.04, 1.03),
    "A4": (0.86, 0.96, 0.88, 0.92, 0.90, 0.88),
}


def hour() -> TruckHourValue:
    return truck_hour_value(VALUE, BENEFIT, "all", PRICE_YEAR, NONE)


def measure(name: str, capital: float = 1.0, opex: float = 1.0) -> InvestmentMeasure:
    option = OPTIONS[name]

    def asset(kind: str, price: float, life_y: int) -> Asset:
        return Asset(
            kind=kind,
            payer="united_states",
            price_usd=price * capital * MILLION,  # type: ignore[arg-type]
            price_year=PRICE_YEAR,
            life_y=life_y,
            removal_usd=0.0,
        )

    yearly = YearlyCost(
        kind="operation", payer="united_states", cost_usd_per_y=option.opex * opex * MILLION, price_year=PRICE_YEAR
    )
    return InvestmentMeasure(
        name=name,
        unit="all of it",
        construction_y=1,
        ramp_up_share=(),
        once={},
        staff={},
        assets={"equipment": asset("equipment", option.equipment, 10), "civil": asset("civil_works", option.civil, 30)},
        yearly={"operation": yearly},
    )


def costs(name: str, capital: float = 1.0, opex: float = 1.0) -> CashFlow:
    bought = Purchase(measure=name, units=1.0, order_y=0, late_y=0)
    return purchase_cash_flow([bought], {name: measure(name, capital, opex)}, YEARS, PRICE_YEAR)


@dataclass(frozen=True, kw_only=True)
class Case:
    """The whole study at one set of parameters; waits and loads by alternative."""

    capital: float = 1.0
    opex: float = 1.0
    growth: float = 0.02
    usd_per_h: float | None = None
    saving: float = 1.0
    more_loads: float = 1.0
    from_h: float | None = None
    """Wait from which users' gain is counted; None: the baseline's."""

    def alternatives(
        self, waits: Mapping[str, float] | None = None, loads: Mapping[str, float] | None = None
    ) -> dict[str, AnnualFlows]:
        waits = waits or {name: option.wait_h for name, option in OPTIONS.items()}
        loads = loads or {name: option.loads for name, option in OPTIONS.items()}
        return {name: self._alternative(name, waits, loads) for name in waits}

    def _alternative(self, name: str, waits: Mapping[str, float], loads: Mapping[str, float]) -> AnnualFlows:
        bought = Purchase(measure=name, units=1.0, order_y=0, late_y=0)
        service = service_share(bought, measure(name), YEARS)
        start = waits["A0"] if self.from_h is None else self.from_h
        new_wait = start - self.saving * (start - waits[name])
        saved = service * (
            interpolate_years(self._hours(start), YEARS) - interpolate_years(self._hours(new_wait), YEARS)
        )
        if self.usd_per_h is None:
            gain = user_benefit({"all": saved}, {"all": hour()}, PRICE_YEAR)
        else:
            gain = saved * self.usd_per_h
        found = loads["A0"] + self.more_loads * (loads[name] - loads["A0"])
        return AnnualFlows(costs(name, self.capital, self.opex), gain, np.where(service > 0.0, found, 0.0))

    def _hours(self, wait_h: float) -> dict[int, float]:
        return {year: wait_h * TRUCKS * (1.0 + self.growth) ** (year - 1) for year in range(1, YEARS + 1)}

    def worths(self, rate: float = 0.07) -> dict[str, PresentWorth]:
        return appraise(self.alternatives(), "A0", rate)


def replications(case: Case | None = None) -> list[dict[str, AnnualFlows]]:
    """Return A0, A1 and A4 by replication; each level is held for all years."""
    return [
        (case or Case()).alternatives(
            {name: WAITS_H[name][i] for name in LOADS}, {name: LOADS[name][i] for name in LOADS}
        )
        for i in range(6)
    ]


def net(name: str, usd_per_load: float | None) -> np.ndarray:
    found = Case().alternatives()
    return incremental_cash_flow(found[name], found["A0"], usd_per_load)


def four(number: float) -> str:
    """Return a number to four digits, as the worked example states it."""
    return f"{number:.4g}"

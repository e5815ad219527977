"""Whether an alternative carries its load in the design year, and pays for what it uses.

The design year is the last one, in the hardest pressed month. What is to be carried are the trips that are made: those
that a port turns away by its wait are shown as going elsewhere, under the baseline as under every alternative. A
station is short if its weekly load reaches its capacity. What must be paid for is what the scenario has above the
baseline's: scanners, docks, booths, analysts' posts, and the officers who man more booth-hours a week. Where officers
are on a roster, its officer hours must be paid for, wherever its rule puts them: booths and docks that are built bring
the officers that were bought with them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.economics.costs import InvestmentMeasure, Provided, Purchase
from experiments.execution.replicate import process_cache, scorers_token
from experiments.funding.annual import representative_days
from experiments.funding.balking import trips_made_share
from experiments.funding.case import FundingCase
from experiments.funding.demand_years import build_parameter_set, operating_plans, scenario_at_demand
from experiments.number_format import percent
from sim.engine.capacity import manned_intervals
from sim.errors import ConfigError
from sim.replication import OperatingPlan, Scorer
from sim.results.usage import open_min
from sim.scenario import Scenario
from sim.setting.port import DAY_TYPES
from sim.setting.roster import extra_shifts, roster_shifts
from sim.setting.window import EVALUATION, Window
from sim.stations import FAST, GENERAL, PRIMARY
from sim.trucks.arrivals import day_type, rates_per_h, trucks_per_day
from sim.workload import HourlyLoad, hourly_loads

ENOUGH: Final = 0.98
"""Share of its weekly capacity that a station may be asked for: at 1 nothing is left for chance."""
CARRIERS: Final = ("portal", "secondary", "analyst", "dock")
"""Stations whose load an alternative answers for; booths turn away what they cannot carry."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """One station that cannot carry what it is asked for."""

    station: str
    load_share: float
    units: int
    """Units that stand there."""
    missing: int
    """Units more that would carry it."""


def base_year_plans(case: FundingCase, scorers: Mapping[str, Scorer]) -> dict[str, OperatingPlan]:
    """Return what every alternative knows from past days at the demand of year 0."""
    world = build_parameter_set(case.study, case.study.alternatives, case.terms.demand, ())
    return operating_plans(world, scorers, process_cache(scorers_token(scorers)))


def hardest_week(scenario: Scenario, year: int) -> Window:
    """Return the second week of the month that has most trucks on a weekday."""
    middles = [dt.date(year, month, 14) for month in range(1, 13)]
    mondays = [day - dt.timedelta(days=day.weekday()) for day in middles]
    start = max(mondays, key=lambda day: trucks_per_day(scenario, day))
    return Window(seed=0, epoch=EVALUATION, replication=0, start_date=start.isoformat(), days=7)


def load_shares(case: FundingCase, scenario: Scenario, plan: OperatingPlan) -> dict[str, float]:
    """Return the weekly load over the capacity of every station in the design year.

    A portal that trucks pass by when it is full passes on no more images than it can take.
    """
    year = case.terms.simulated_years[-1]
    grown = scenario_at_demand(scenario, case.terms.demand, year)
    week = hardest_week(grown, int(case.study.start_date[:4]))
    fast = grown.port.mix.fast_share

    def loads(day: Window) -> list[HourlyLoad]:
        kept = trips_made_share(grown, plan.expected, day, case.terms.demand.wait_ceiling_min)
        made = kept[:, GENERAL] * (1.0 - fast) + kept[:, FAST] * fast
        return hourly_loads(grown, plan.expected, day, rates_per_h(grown, day) * made)

    days = (replace(week, start_date=date.isoformat(), days=1) for date in week.dates())
    minutes = offered_and_available_min((1.0, loads(day)) for day in days)
    shares = {s: offered / available if available > 0.0 else math.inf for s, (offered, available) in minutes.items()}
    if "analyst" in shares:
        shares["analyst"] /= max(shares.get("portal", 0.0), 1.0)
    return shares


def offered_and_available_min(days: Iterable[tuple[float, Iterable[HourlyLoad]]]) -> dict[str, tuple[float, float]]:
    """Return minutes asked of every station, and those it has, over days that each stand for so many."""
    minutes: dict[str, tuple[float, float]] = {}
    for weight, loads in days:
        for load in loads:
            offered, available = minutes.get(load.station, (0.0, 0.0))
            work, time = (float((weight * part).sum()) for part in (load.offered_min, load.available_min))
            minutes[load.station] = offered + work, available + time
    return minutes


def elsewhere_share(case: FundingCase, scenario: Scenario, plan: OperatingPlan, year: int) -> float:
    """Return the share of the trips wanted in one year that leave, by the fluid line of a mean day of each kind."""
    grown = scenario_at_demand(scenario, case.terms.demand, year)
    wanted, made = 0.0, 0.0
    fast = np.array([1.0 - grown.port.mix.fast_share, grown.port.mix.fast_share])
    for stratum in representative_days(int(case.study.start_date[:4]), len(DAY_TYPES)):
        middle = stratum.dates[len(stratum.dates) // 2].isoformat()
        day = Window(seed=0, epoch=EVALUATION, replication=0, start_date=middle, days=1)
        arrivals = rates_per_h(grown, day)
        kept = trips_made_share(grown, plan.expected, day, case.terms.demand.wait_ceiling_min, arrivals)
        wanted += stratum.weight * float(arrivals.sum())
        made += stratum.weight * float((arrivals[:, None] * fast * kept).sum())
    return 1.0 - made / wanted if wanted > 0.0 else 0.0


def check_trips_stay(case: FundingCase, plans: Mapping[str, OperatingPlan]) -> None:
    """Refuse a case of which an alternative sends more trips away than the price of a detour holds for.

    Raises
    ------
    ConfigError
        ``alternatives.<name>``: the share that leaves in the worst of the first and the last year, and the key.
    """
    most = case.terms.demand.most_elsewhere_share
    for name, scenario in case.study.alternatives.items():
        ends = {
            year: elsewhere_share(case, scenario, plans[name], year)
            for year in case.terms.simulated_years[:: max(len(case.terms.simulated_years) - 1, 1)]
        }
        year = max(ends, key=lambda one: ends[one])
        if ends[year] > most:
            problem = f"{percent(ends[year], 0)} of the trips wanted in year {year} would go by the other bridge"
            allowed = f"at most {percent(most, 0)} may (demand.most_elsewhere_share)"
            raise ConfigError(f"alternatives.{name}", f"{problem}; {allowed}: add booths, or ask for less")


def shortages(case: FundingCase, scenario: Scenario, plan: OperatingPlan) -> list[Shortage]:
    """Return the stations that an alternative leaves short in the design year."""
    found = []
    for station, share in load_shares(case, scenario, plan).items():
        if station not in CARRIERS or share <= ENOUGH:
            continue
        units = scenario.servers(station)
        if units > 0 and math.isfinite(share):
            needed = math.ceil(units * share / ENOUGH)
            found.append(Shortage(station, share, units, max(needed - units, 1)))
    return found


WEEK: Final = Window(seed=0, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
"""A plain week: what is manned by the timetable does not hang on chance."""
TOLERANCE: Final = 0.06
"""Persons and units that rounding may leave out."""
COUNTED: Final[dict[Provided, str]] = {
    "port.portal.servers": "portal",
    "port.secondary.servers": "portal",
    "port.dock.servers": "dock",
    "port.primary.lanes": "booth",
    "port.analyst.servers": "analyst",
    "port.officers": "officer",
}
"""What measures provide (``cost.*.provides``), by the name under which it is counted: scanners are one kind."""
MANS: Final[dict[Provided, tuple[Provided, ...]]] = {
    "port.analyst.servers": ("port.portal.servers",),
    "port.officers": ("port.primary.lanes",),
}
"""Equipment whose staff man what is counted here, by what the persons provide."""
ON_ROSTER: Final = MANS | {"port.officers": ("port.primary.lanes", "port.dock.servers")}
"""The same where officers are on one roster."""


def bought_units(
    purchases: Sequence[Purchase],
    catalogue: Mapping[str, InvestmentMeasure],
    mans: Mapping[Provided, Collection[Provided]] = MANS,
) -> dict[str, float]:
    """Return the units bought of what is counted (`COUNTED`), and of those persons who man it.

    An officer of a dock mans no booth (but on one roster), and an analyst who reads a risk model's errors reads no
    images: only persons of ``mans`` are added to those bought by themselves.

    Examples
    --------
    >>> bought_units([], {})
    {}
    """
    units: dict[str, float] = {}

    def add(provided: Provided | None, number: float) -> None:
        if provided is not None:
            units[COUNTED[provided]] = units.get(COUNTED[provided], 0.0) + number

    for purchase in purchases:
        measure = catalogue[purchase.measure]
        add(measure.provides, purchase.units)
        for person, persons in measure.staff.items():
            manned = catalogue[person].provides
            if manned is not None and measure.provides in mans.get(manned, ()):
                add(manned, purchase.units * persons)
    return units


def units_used(scenario: Scenario, persons_per_post: float) -> dict[str, float]:
    """Return what stands and serves at the port, in the catalogue's units."""
    primary = scenario.port.primary
    per_week_h = persons_per_post / (open_min(scenario, WEEK) / 60.0)
    return {
        "portal": float(scenario.servers("portal") + scenario.servers("secondary")),
        "dock": float(scenario.servers("dock")),
        "booth": float(primary.lanes + primary.fast_lanes),
        "analyst": scenario.servers("analyst") * persons_per_post,
        "officer": officer_hours(scenario) * per_week_h,
    }


def officer_hours(scenario: Scenario) -> float:
    """Return the officer hours a week that must be paid for: those of the roster, else of the booths alone."""
    roster = scenario.staffing.roster
    if roster is None:
        return booth_hours(scenario)
    shifts, extra = roster_shifts(scenario.port, roster), extra_shifts(roster)
    hours = {
        day: sum(shift.officers * (shift.to_h - shift.from_h) for shift in (*shifts[day], *extra[day]))
        for day in shifts
    }
    return sum(hours[day_type(date.weekday())] for date in WEEK.dates())


def booth_hours(scenario: Scenario) -> float:
    """Return the hours a week that booths are manned, all booths together."""
    booths = (times for (station, _), times in manned_intervals(scenario, WEEK).items() if station == PRIMARY)
    return sum(down - up for times in booths for up, down in times) / 60.0


def units_not_bought(case: FundingCase, name: str) -> dict[str, float]:
    """Return what an alternative uses above the baseline and has not bought, by measure."""
    scenarios, persons = case.study.alternatives, case.terms.persons_per_post
    base, own = (units_used(scenarios[n], persons) for n in (case.study.baseline, name))
    mans = MANS if scenarios[name].staffing.roster is None else ON_ROSTER
    units = bought_units(case.purchases[name], case.catalogue, mans)
    short = {what: own[what] - base[what] - units.get(what, 0.0) for what in own}
    return {what: number for what, number in short.items() if number > TOLERANCE}


def check_purchases_cover_use(case: FundingCase, name: str) -> None:
    """Refuse an alternative that uses what it does not buy.

    Raises
    ------
    ConfigError
        ``purchases.<alternative>``: the measure, and how many units are missing.
    """
    if short := units_not_bought(case, name):
        words = ", ".join(f"{number:.2f} of {what}" for what, number in short.items())
        keys = sorted({key for key, what in COUNTED.items() if what in short})
        advice = f"measures buy them whose provides: is {' or '.join(keys)}"
        raise ConfigError(f"purchases.{name}", f"uses more than it buys: {words} are missing; {advice}")

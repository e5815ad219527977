"""Whether scanners, analysts, docks and booths carry an alternative's load in the design year.

The design year is the last one, in the hardest pressed month. What is to be carried are the trips
that are made: those that a port turns away by its wait are shown as going elsewhere, under the
baseline as under every alternative. A station is short if its weekly load reaches its capacity.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.funding.case import Case
from experiments.funding.giving_up import kept_share
from experiments.funding.world import at_demand
from experiments.met import risk_key
from experiments.pipeline import Plan, Scorer
from experiments.replicate import shared_by, token_of
from sim.order import FAST, GENERAL
from sim.scenario import Scenario
from sim.traffic import rates_per_h, trucks_per_day
from sim.window import EVALUATION, Window
from sim.workload import hourly_loads

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


def plans(asked: Case, scorers: Mapping[str, Scorer]) -> dict[str, Plan]:
    """Return what every alternative knows from past days at the demand of year 0."""
    shared = shared_by(token_of(scorers))
    start = Window(
        seed=asked.study.seed,
        epoch=EVALUATION,
        replication=0,
        start_date=asked.study.start_date,
        days=1,
    )
    return {
        name: shared.plan(scenario, scorers[risk_key(scenario)], start)
        for name, scenario in asked.study.alternatives.items()
    }


def hardest_week(scenario: Scenario, year: int) -> Window:
    """Return the second week of the month that has most trucks on a weekday."""
    months = [_monday(year, month) for month in range(1, 13)]
    start = max(months, key=lambda day: trucks_per_day(scenario, day))
    return Window(seed=0, epoch=EVALUATION, replication=0, start_date=start.isoformat(), days=7)


def _monday(year: int, month: int) -> dt.date:
    middle = dt.date(year, month, 14)
    return middle - dt.timedelta(days=middle.weekday())


def load_shares(asked: Case, scenario: Scenario, plan: Plan) -> dict[str, float]:
    """Return the weekly load over the capacity of every station in the design year.

    A portal that trucks pass by when it is full passes on no more images than it can take.
    """
    year = asked.terms.simulated_years[-1]
    grown = at_demand(scenario, asked.terms.demand, year)
    week = hardest_week(grown, int(asked.study.start_date[:4]))
    offered: dict[str, float] = {}
    available: dict[str, float] = {}
    for date in week.dates():
        day = replace(week, start_date=date.isoformat(), days=1)
        kept = kept_share(grown, plan.expected, day, asked.terms.demand.wait_ceiling_min)
        fast = grown.port.mix.fast_share
        made = kept[:, GENERAL] * (1.0 - fast) + kept[:, FAST] * fast
        for load in hourly_loads(grown, plan.expected, day, rates_per_h(grown, day) * made):
            offered[load.station] = offered.get(load.station, 0.0) + float(load.offered_min.sum())
            own = float(load.available_min.sum())
            available[load.station] = available.get(load.station, 0.0) + own
    shares = {s: offered[s] / available[s] if available[s] > 0.0 else np.inf for s in offered}
    if "analyst" in shares:
        shares["analyst"] /= max(shares.get("portal", 0.0), 1.0)
    return {station: float(share) for station, share in shares.items()}


def shortages(asked: Case, scenario: Scenario, plan: Plan) -> list[Shortage]:
    """Return the stations that an alternative leaves short in the design year."""
    found = []
    for station, share in load_shares(asked, scenario, plan).items():
        if station not in CARRIERS or share <= ENOUGH:
            continue
        units = scenario.servers(station)
        if units > 0 and math.isfinite(share):
            needed = math.ceil(units * share / ENOUGH)
            found.append(Shortage(station, share, units, max(needed - units, 1)))
    return found

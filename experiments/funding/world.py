"""One world -> Response: alternatives by demand year on the same trucks, by replication.

A replication of a year is one day of each stratum (`strata`). All alternatives meet the same trucks
on it; a larger demand adds trucks and leaves those of a smaller one as they are. Days are
independent: whoever is in line as the port closes is served late, in the night, and whoever would
wait beyond the ceiling does not come (`giving_up`). See docs/decisions/013-demand-years.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from experiments.funding.day_totals import DayTotals, classes, day_totals
from experiments.funding.giving_up import kept_share
from experiments.funding.response import Floats, Response
from experiments.funding.strata import Stratum, strata
from experiments.funding.terms import Demand
from experiments.funding.year_amounts import year_amounts
from experiments.met import Met, manifest_key, risk_key
from experiments.pipeline import Plan, Scorer, scored, served_out, trucks
from experiments.replicate import Shared
from sim.order import FAST, GENERAL
from sim.scenario import Scenario, replace
from sim.streams import Purpose, uniform
from sim.window import EVALUATION, Window

YearAmounts = list[list[dict[str, float]]]
"""[alternative][year] -> amounts of one replication."""


@dataclass(frozen=True, slots=True)
class World:
    """One set of parameters: every alternative in it, and the years in which it is looked at."""

    scenarios: Mapping[str, Scenario]
    """The alternatives at the demand of year 0."""
    demand: Demand
    years: tuple[int, ...]
    strata: tuple[Stratum, ...]
    seed: int
    start_date: str
    engine: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The trips that are wanted on one day, and what those that are made have in common."""

    window: Window
    manifest: pd.DataFrame
    scores: pd.DataFrame
    u: Floats
    made: dict[bytes, _Made] = field(default_factory=dict)
    """By the shares that do not give up."""


@dataclass(frozen=True, slots=True)
class _Made:
    """The trips that are made where some give up, and what sensors see of them."""

    manifest: pd.DataFrame
    scores: pd.DataFrame
    met: Met = field(default_factory=Met)


def world_of(
    study: Any,  # noqa: ANN401
    scenarios: Mapping[str, Scenario],
    demand: Demand,
    years: Sequence[int],
    days: int = 12,
) -> World:
    """Return the world of a study: its calendar year, seed and engine.

    Parameters
    ----------
    study : experiments.load.Study
    days : int
        Representative days; see `strata.strata`.
    """
    year = int(study.start_date[:4])
    return World(
        scenarios=dict(scenarios),
        demand=demand,
        years=tuple(years),
        strata=strata(year, days),
        seed=study.seed,
        start_date=study.start_date,
        engine=study.engine,
    )


def replicated(
    world: World, scorers: Mapping[str, Scorer], replication: int, shared: Shared
) -> YearAmounts:
    """Return the annual amounts of one replication, [alternative][year].

    Parameters
    ----------
    scorers : mapping
        Fitted risk model by `experiments.replicate.risk_key`.
    shared : Shared
        Where past days are kept.
    """
    plans = _plans(world, scorers, shared)
    found: YearAmounts = [[] for _ in world.scenarios]
    for year in world.years:
        days: list[list[tuple[float, DayTotals]]] = [[] for _ in world.scenarios]
        for number, stratum in enumerate(world.strata):
            window = _window(world, number, replication)
            for place, totals in enumerate(_day(world, scorers, plans, (year, window))):
                days[place].append((stratum.weight, totals))
        for place, own in enumerate(days):
            found[place].append(year_amounts(own))
    return found


def response(world: World, replications: Sequence[YearAmounts]) -> Response:
    """Return the response that replications make, in their order."""
    names = replications[0][0][0]
    amounts = {
        name: np.array(
            [
                [[found[a][y][name] for found in replications] for y in range(len(world.years))]
                for a in range(len(world.scenarios))
            ]
        )
        for name in names
    }
    return Response(tuple(world.scenarios), world.years, amounts)


def at_demand(scenario: Scenario, demand: Demand, year: int) -> Scenario:
    """Return an alternative as it meets a year's demand, the line at closing served late."""
    scale = scenario.traffic.volume_scale * demand.factor(year)
    return replace(
        scenario,
        traffic=dataclasses.replace(scenario.traffic, volume_scale=scale),
        port=dataclasses.replace(scenario.port, closing="served_late"),
    )


def _plans(world: World, scorers: Mapping[str, Scorer], shared: Shared) -> dict[str, Plan]:
    """Return what each alternative knows from past days, at the demand of year 0."""
    start = Window(
        seed=world.seed, epoch=EVALUATION, replication=0, start_date=world.start_date, days=1
    )
    return {n: shared.plan(s, scorers[risk_key(s)], start) for n, s in world.scenarios.items()}


def _window(world: World, number: int, replication: int) -> Window:
    """Return the day of one stratum, of luck of its own."""
    date = world.strata[number].date(replication).isoformat()
    own = replication * len(world.strata) + number
    return Window(seed=world.seed, epoch=EVALUATION, replication=own, start_date=date, days=1)


def _day(
    world: World,
    scorers: Mapping[str, Scorer],
    plans: Mapping[str, Plan],
    which: tuple[int, Window],
) -> list[DayTotals]:
    """Return the totals of one day under every alternative, all on the same trucks."""
    year, window = which
    met: dict[tuple[str, str], _Wanted] = {}
    found = []
    for name, base in world.scenarios.items():
        scenario = at_demand(base, world.demand, year)
        key = (manifest_key(scenario), risk_key(base))
        if key not in met:
            met[key] = _meet(scenario, scorers[key[1]], window)
        plan = _at_year(plans[name], world.demand.factor(year))
        found.append(_one(world, scenario, plan, met[key]))
    return found


def _meet(scenario: Scenario, scorer: Scorer, window: Window) -> _Wanted:
    manifest = trucks(scenario, window)
    u = uniform(window, Purpose.GIVE_UP, len(manifest))
    return _Wanted(window, manifest, scored(scenario, scorer, manifest), u)


def _at_year(plan: Plan, factor: float) -> Plan:
    past = dataclasses.replace(plan.past, trucks_per_day=plan.past.trucks_per_day * factor)
    return dataclasses.replace(plan, past=past)


def _one(world: World, scenario: Scenario, plan: Plan, wanted: _Wanted) -> DayTotals:
    """Return the totals of one alternative on the trips of one day that are made."""
    share = kept_share(scenario, plan.expected, wanted.window, world.demand.wait_ceiling_min)
    key = share.tobytes()
    if key not in wanted.made:
        wanted.made[key] = _without_those_who_give_up(wanted, share)
    made = wanted.made[key]
    outcome = served_out(
        scenario, wanted.window, made.manifest, made.scores, plan, world.engine, made.met
    )
    asked_for = [mine.sum() for mine in classes(wanted.manifest)]
    return day_totals(outcome, np.array(asked_for, dtype=np.float64))


def _without_those_who_give_up(wanted: _Wanted, share: Floats) -> _Made:
    manifest, scores = wanted.manifest, wanted.scores
    hour = (manifest["arrive_min"].to_numpy() // 60.0).astype(np.int64)
    kind = np.where(manifest["fast"].to_numpy(bool), FAST, GENERAL)
    comes = wanted.u < share[hour, kind]
    if comes.all():
        return _Made(manifest, scores)
    number = np.arange(comes.sum())
    manifest = manifest.loc[comes].reset_index(drop=True).assign(truck=number)
    return _Made(manifest, scores.loc[comes].reset_index(drop=True).assign(truck=number))

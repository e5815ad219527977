"""Alternatives by demand year, simulated on the same trucks -> Response.

A replication of a year is one day of each stratum (`representative_days`). All alternatives meet the
same trucks on it; a larger demand adds trucks and leaves those of a smaller one as they are. Days are
independent: whoever is in line as the port closes is served late, in the night, and whoever would wait
beyond the ceiling does not come (`trips_made_share`). See docs/decisions/013-demand-years.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from experiments.execution import journal
from experiments.execution.content import digest, study_content, windows_content
from experiments.execution.parallel import Progress
from experiments.execution.replicate import ProcessCache, compile_for_run, process_cache, scorers_token
from experiments.funding.annual import (
    DayTotals,
    Response,
    Stratum,
    day_totals,
    representative_days,
    with_loads_of_wanted_trips,
    year_amounts,
)
from experiments.funding.balking import trips_made_share
from experiments.funding.case import Demand, FundingCase
from experiments.study.compose import PARTS
from experiments.study.study import Study
from sim.arrays import FloatArray
from sim.caching.kept_results import KeptResults
from sim.frames import some_rows, with_columns
from sim.replication import OperatingPlan, Replication, Scorer, draw_window_trucks, score_manifest
from sim.scenario import Scenario, build_scenario, replace_parts
from sim.setting.window import EVALUATION, Window
from sim.shared_draws import SharedDraws, manifest_key, risk_key
from sim.stations import FAST, GENERAL
from sim.trucks.arrivals import day_type, rates_given_days_per_h
from sim.trucks.streams import Purpose, draw_uniforms

YearAmounts = list[list[dict[str, float]]]
"""[alternative][year] -> amounts of one replication."""
MeasureDay = Callable[[Replication, pd.DataFrame], DayTotals]
"""A day that is ready to run, and MANIFEST of the trips wanted -> its totals."""


@dataclass(frozen=True, slots=True)
class ParameterSet:
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
class _WantedTrips:
    """The trips that are wanted on one day, and what those that are made have in common."""

    window: Window
    manifest: pd.DataFrame
    scores: pd.DataFrame
    u: FloatArray
    made: dict[bytes, _TripsMade] = field(default_factory=dict)
    """By the shares that do not give up."""


@dataclass(frozen=True, slots=True)
class _TripsMade:
    """The trips that are made where some give up, and what sensors see of them."""

    manifest: pd.DataFrame
    scores: pd.DataFrame
    met: SharedDraws = field(default_factory=SharedDraws)


def build_parameter_set(
    study: Study, scenarios: Mapping[str, Scenario], demand: Demand, years: Sequence[int], days: int = 12
) -> ParameterSet:
    """Return the world of a study: its calendar year in so many `representative_days`, its seed and engine."""
    strata = representative_days(int(study.start_date[:4]), days)
    return ParameterSet(dict(scenarios), demand, tuple(years), strata, study.seed, study.start_date, study.engine)


def replicate_annual_amounts(
    parameters: ParameterSet, scorers: Mapping[str, Scorer], replication: int, shared: ProcessCache
) -> YearAmounts:
    """Return the annual amounts of one replication, [alternative][year]; past days are kept in ``shared``.

    ``scorers`` are the fitted risk models by `sim.shared_draws.risk_key`.
    """
    plans = operating_plans(parameters, scorers, shared)
    found: YearAmounts = [[] for _ in parameters.scenarios]
    for year in parameters.years:
        days: list[list[tuple[float, DayTotals]]] = [[] for _ in parameters.scenarios]
        for number, stratum in enumerate(parameters.strata):
            window = _window(parameters, number, replication)
            for place, totals in enumerate(totals_of_day(parameters, scorers, plans, (year, window))):
                days[place].append((stratum.weight, totals))
        for place, own in enumerate(days):
            found[place].append(year_amounts(own))
    return found


def combine_replications(parameters: ParameterSet, replications: Sequence[YearAmounts]) -> Response:
    """Return the response that replications make, in their order."""
    names = replications[0][0][0]
    amounts = {
        name: np.array(
            [
                [[found[a][y][name] for found in replications] for y in range(len(parameters.years))]
                for a in range(len(parameters.scenarios))
            ]
        )
        for name in names
    }
    return Response(tuple(parameters.scenarios), parameters.years, amounts)


def scenario_at_demand(scenario: Scenario, demand: Demand, year: int) -> Scenario:
    """Return an alternative as it meets a year's demand, the line at closing served late; the same object each time."""

    def make() -> Scenario:
        scale = scenario.traffic.volume_scale * demand.factor(year)
        return replace_parts(
            scenario,
            traffic=dataclasses.replace(scenario.traffic, volume_scale=scale),
            port=dataclasses.replace(scenario.port, closing="served_late"),
        )

    return _AT_DEMAND.once((scenario,), (demand, year), make)


_AT_DEMAND = KeptResults[Scenario](most=256)


def operating_plans(
    parameters: ParameterSet, scorers: Mapping[str, Scorer], shared: ProcessCache
) -> dict[str, OperatingPlan]:
    """Return what each alternative knows from past days, at the demand of year 0."""
    start = Window(seed=parameters.seed, epoch=EVALUATION, replication=0, start_date=parameters.start_date, days=1)
    return {n: shared.plan(s, scorers[risk_key(s)], start) for n, s in parameters.scenarios.items()}


def _window(parameters: ParameterSet, number: int, replication: int) -> Window:
    """Return the day of one stratum, of luck of its own."""
    date = parameters.strata[number].date(replication).isoformat()
    own = replication * len(parameters.strata) + number
    return Window(seed=parameters.seed, epoch=EVALUATION, replication=own, start_date=date, days=1)


def measure_whole_day(replication: Replication, wanted_trips: pd.DataFrame) -> DayTotals:
    """Run a day that is served out and return all that a report shows of it."""
    return day_totals(replication.run_served_out(), wanted_trips, kind_of_day(replication.window))


def kind_of_day(window: Window) -> str:
    """Return the kind of a window's first day, one of `DAY_TYPES`."""
    return day_type(window.dates()[0].weekday())


def totals_of_day(
    parameters: ParameterSet,
    scorers: Mapping[str, Scorer],
    plans: Mapping[str, OperatingPlan],
    year_and_window: tuple[int, Window],
    measure: MeasureDay = measure_whole_day,
) -> list[DayTotals]:
    """Return the totals of one day under every alternative, all on the same trucks.

    ``plans`` are what each alternative knows of past days (`operating_plans`), the window is of one day.
    """
    year, window = year_and_window
    met: dict[tuple[str, str], _WantedTrips] = {}
    found = []
    for name, base in parameters.scenarios.items():
        scenario = scenario_at_demand(base, parameters.demand, year)
        key = (manifest_key(scenario), risk_key(base))
        if key not in met:
            met[key] = _draw_wanted_trips(scenario, scorers[key[1]], window)
        past = plans[name].past
        past = dataclasses.replace(past, trucks_per_day=past.trucks_per_day * parameters.demand.factor(year))
        plan = dataclasses.replace(plans[name], past=past)
        found.append(_simulate_day(parameters, scenario, plan, met[key], measure))
    return found


def _draw_wanted_trips(scenario: Scenario, scorer: Scorer, window: Window) -> _WantedTrips:
    manifest = draw_window_trucks(scenario, window)
    u = draw_uniforms(window, Purpose.GIVE_UP, len(manifest))
    return _WantedTrips(window, manifest, score_manifest(scenario, scorer, manifest), u)


def _simulate_day(
    parameters: ParameterSet, scenario: Scenario, plan: OperatingPlan, wanted_trips: _WantedTrips, measure: MeasureDay
) -> DayTotals:
    """Return the totals of one alternative on the trips of one day that are made."""
    window = wanted_trips.window
    wanted_per_h = rates_given_days_per_h(scenario, window)
    share = trips_made_share(scenario, plan.expected, window, parameters.demand.wait_ceiling_min, wanted_per_h)
    key = share.tobytes()
    if key not in wanted_trips.made:
        wanted_trips.made[key] = _trips_made(wanted_trips, share)
    made = wanted_trips.made[key]
    day = Replication(scenario, window, made.manifest, made.scores, plan, parameters.engine, made.met)
    return measure(day, wanted_trips.manifest)


def _trips_made(wanted_trips: _WantedTrips, share: FloatArray) -> _TripsMade:
    manifest, scores = wanted_trips.manifest, wanted_trips.scores
    hour = (manifest["arrive_min"].to_numpy() // 60.0).astype(np.int64)
    kind = np.where(manifest["fast"].to_numpy(bool), FAST, GENERAL)
    comes = wanted_trips.u < share[hour, kind]
    if comes.all():
        return _TripsMade(manifest, scores)
    number = np.arange(comes.sum())
    rows, trucks = np.flatnonzero(comes), {"truck": lambda: number}
    return _TripsMade(with_columns(some_rows(manifest, rows), trucks), with_columns(some_rows(scores, rows), trucks))


def simulate_case(case: FundingCase, scorers: Mapping[str, Scorer], progress: Progress | None = None) -> Response:
    """Return the response of every alternative at every simulated year, paired by replication.

    ``scorers`` are the fitted risk models by `sim.shared_draws.risk_key`.
    """
    study = case.study
    world = build_parameter_set(study, study.alternatives, case.terms.demand, case.terms.simulated_years)
    compile_for_run(study.engine, [one.policy for one in study.alternatives.values()])
    work = partial(_piece, world, scorers, scorers_token(scorers))
    keys = partial(case_keys, case, scorers, range(study.replications))
    done = journal.results("years", work, range(study.replications), study.processes, progress, keys)
    return _of_wanted_trips(case, combine_replications(world, list(done)))


def _of_wanted_trips(case: FundingCase, response: Response) -> Response:
    return with_loads_of_wanted_trips(response, case.study.baseline, case.terms.demand.elsewhere_detection_share)


def case_keys(case: FundingCase, scorers: Mapping[str, Scorer], pieces: Sequence[object]) -> list[str]:
    """Return a key of content for each piece of a case's simulation; ``pieces`` say what each is."""
    study = case.study
    mappings = {name: study.mapping(name) for name in study.alternatives}
    whole = digest(study_content(study, scorers), windows_content(study), study.baseline, case.terms, mappings)
    return [digest(whole, piece) for piece in pieces]


def simulate_redrawn_case(
    case: FundingCase,
    mappings: Mapping[str, Mapping[str, Any]],
    scorers: Mapping[str, Scorer],
    years: Sequence[int],
    sample: tuple[int, int | Sequence[int]] = (3, 0),
) -> Response:
    """Return the response of one redrawn world, one replication of it, in this process.

    The case gives demand, seed, calendar and engine; ``mappings`` each alternative's scenario as plain values
    (`experiments.execution.redraws.mapping_with_redraws`); ``scorers`` the fitted risk models of the study's own
    scenarios by `sim.shared_draws.risk_key`. ``sample`` are the representative days of a year (3 times 1, 2, 3, 4, 6
    or 12), and whose luck they have, one for all years or one for each: worlds of the same replication meet the same.
    """
    scenarios = {name: build_scenario({part: mapping[part] for part in PARTS}) for name, mapping in mappings.items()}
    days, lucks = sample
    each = [lucks] * len(years) if isinstance(lucks, int) else lucks
    own = case.study.alternatives
    trained = {risk_key(one): scorers[risk_key(own[name])] for name, one in scenarios.items()}
    world = build_parameter_set(case.study, scenarios, case.terms.demand, years, days)
    shared = ProcessCache()
    found: YearAmounts = [[] for _ in scenarios]
    for year, luck in zip(years, each, strict=True):
        one = dataclasses.replace(world, years=(year,))
        for kept, each_year in zip(found, replicate_annual_amounts(one, trained, luck, shared), strict=True):
            kept.extend(each_year)
    return _of_wanted_trips(case, combine_replications(world, [found]))


def _piece(parameters: ParameterSet, scorers: Mapping[str, Scorer], token: str, number: int) -> YearAmounts:
    """Run one replication with what this process has made so far."""
    return replicate_annual_amounts(parameters, scorers, number, process_cache(token))

"""Replications, in parallel: the same bytes however many processes ran them.

A replication is a pure function of (scenario, seed, replication). All alternatives of a study meet the same trucks in
it (common random numbers); what several alternatives share (manifest, scores, past days) is made once.
"""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.execution import journal
from experiments.execution.content import replication_keys
from experiments.execution.parallel import Progress
from experiments.study.study import Study
from models import compiled_trees
from sim.engine.kernel import loop
from sim.engine.routes import profile_fast, route_standard
from sim.errors import PolicyError
from sim.frames import column
from sim.policies.base import PAST_COLUMNS, PastTraffic, Policy
from sim.policies.registry import expected_scan_share
from sim.replication import (
    OperatingPlan,
    Outcome,
    Replication,
    Scorer,
    draw_window_trucks,
    make_plan,
    past_window,
    score_manifest,
    summarize_past,
)
from sim.results import lost_minutes, overtime, station_passes
from sim.results.groups import high_risk_counts
from sim.results.times import TIMES
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.shared_draws import SharedDraws, manifest_key, risk_key, scenario_key
from sim.workload import load_of_trucks, weekly_load

Profiles = dict[str, npt.NDArray[np.float64]]
Times = dict[str, pd.DataFrame]
"""WAITS and CROSSINGS, by the names of `sim.results.times.TIMES`."""
Simulator = Callable[[Replication], Outcome]
"""How much is measured: `Replication.run`, `Replication.run_metrics` or `Replication.run_levels`."""


class Result(NamedTuple):
    """What one replication gives of all alternatives."""

    rows: list[dict[str, object]]
    """Of METRICS, one an alternative."""
    profiles: dict[str, Profiles]
    times: dict[str, dict[str, npt.NDArray[Any]]]
    """Columns of WAITS and CROSSINGS but for ``replication``, by the names of `sim.results.times.TIMES`: all
    alternatives under each other, each as its place in the study."""


@dataclass(frozen=True, slots=True)
class Replications:
    """METRICS of every (alternative, replication), and profiles summed over replications."""

    metrics: pd.DataFrame
    profiles: dict[str, Profiles]
    times: Times = field(default_factory=dict)
    """WAITS and CROSSINGS of every (alternative, replication); without those that were run for METRICS only."""


MOST_SHARED_DRAWS = 10
"""Windows whose trucks a process keeps (about 40 MB each): searches ask for the same ones again."""
MOST_PASTS = 24
"""Stretches of past days that a process keeps (about 10 MB each, and 1.5 MB a model): one a replication."""


@dataclass(frozen=True, slots=True)
class PastDays:
    """Past days: the few columns of them that policies read, their SCORES, and their summary."""

    trucks: pd.DataFrame
    scores: pd.DataFrame
    past: PastTraffic


@dataclass(slots=True)
class ProcessCache:
    """What does not change between replications, made once in each process.

    Past days are kept as the few columns that policies read, once for all models; the full manifest of those alone that
    were scored last, because another model may score them next.
    """

    kept: dict[str, pd.DataFrame] = field(default_factory=dict)
    whole: dict[str, pd.DataFrame] = field(default_factory=dict)
    days: dict[tuple[str, str], PastDays] = field(default_factory=dict)
    plans: dict[tuple[str, str], OperatingPlan] = field(default_factory=dict)
    met: dict[str, SharedDraws] = field(default_factory=dict)

    def meet(self, window: Window, manifest: Path | None) -> SharedDraws:
        """Return the trucks met in a window before, of the last few windows."""
        key = f"{window} {manifest}"
        while key not in self.met and len(self.met) >= MOST_SHARED_DRAWS:
            self.met.pop(next(iter(self.met)))
        return self.met.setdefault(key, SharedDraws())

    def without_scores(self) -> ProcessCache:
        """Return what holds for other fitted models too: the trucks, and what sensors see of them."""
        trucks = {
            key: SharedDraws({name: made for name, made in met.made.items() if name[0] != "scores"})
            for key, met in self.met.items()
        }
        return ProcessCache(whole=dict(self.whole), met=trucks)

    def plan(self, scenario: Scenario, scorer: Scorer, window: Window) -> OperatingPlan:
        """Return the alternative's plan for this window's start date."""
        days = past_window(window)
        of_trucks = f"{days} {manifest_key(scenario)}"
        of_plan = (of_trucks, scenario_key(scenario))
        if of_plan not in self.plans:
            known = self._days(scenario, scorer, days, of_trucks)
            self.plans[of_plan] = make_plan(scenario, known.trucks, known.scores, known.past)
        return self.plans[of_plan]

    def _days(self, scenario: Scenario, scorer: Scorer, days: Window, of_trucks: str) -> PastDays:
        key = (of_trucks, risk_key(scenario))
        if key not in self.days:
            if of_trucks not in self.kept and len(self.kept) >= MOST_PASTS:
                self.kept.clear()
                self.days.clear()
                self.plans.clear()
            if of_trucks not in self.whole:
                self.whole = {of_trucks: draw_window_trucks(scenario, days)}
            manifest = self.whole[of_trucks]
            kept = self.kept.get(of_trucks)
            if kept is None:
                kept = pd.DataFrame({name: column(manifest, name) for name in PAST_COLUMNS})
                self.kept[of_trucks] = kept
            scores = score_manifest(scenario, scorer, manifest)
            self.days[key] = PastDays(kept, scores, summarize_past(kept, scores))
        return self.days[key]


_OF_THIS_PROCESS: dict[str, ProcessCache] = {}
_KNOWN: list[tuple[Mapping[str, Scorer], str]] = []
_NUMBER = itertools.count()


def scorers_token(scorers: Mapping[str, Scorer]) -> str:
    """Return a name for these fitted models, by which every process keeps what it makes with them.

    The same mapping has the same name as long as no other was named in between.
    """
    if not _KNOWN or _KNOWN[0][0] is not scorers:
        # a worker of a cluster may serve runs of other machines, whose process numbers may be the same
        _KNOWN[:] = [(scorers, f"{os.getpid()}-{next(_NUMBER)}-{os.urandom(8).hex()}")]
    return _KNOWN[0][1]


def process_cache(token: str) -> ProcessCache:
    """Return what this process has made with the models of that name; the last set is kept."""
    if token not in _OF_THIS_PROCESS:
        _OF_THIS_PROCESS.clear()
        _OF_THIS_PROCESS[token] = ProcessCache()
    return _OF_THIS_PROCESS[token]


def run_replication(
    study: Study,
    scorers: Mapping[str, Scorer],
    shared: ProcessCache,
    replication: int,
    simulator: Simulator = Replication.run,
) -> Result:
    """Run every alternative on the trucks of one replication."""
    window, given = study.window(replication), study.user_trucks()
    met = shared.meet(window, study.manifest)
    rows, profiles, times = [], {}, []
    for name, scenario in study.alternatives.items():
        scorer = scorers[risk_key(scenario)]
        manifest, scores = trucks_met(met, scenario, scorer, window, given)
        plan = shared.plan(scenario, scorer, window)
        outcome = simulator(Replication(scenario, window, manifest, scores, plan, study.engine, met))
        rows.append({"alternative": name, "replication": replication} | outcome.metrics)
        if simulator is not Replication.run_levels:
            rows[-1] |= high_risk_counts(scores, outcome.ledger, study.high_risk_score)
        profiles[name] = outcome.profiles
        times.append(outcome.times)
    return Result(rows, profiles, _under_each_other(times))


def _under_each_other(times: Sequence[Times]) -> dict[str, dict[str, npt.NDArray[Any]]]:
    """Return the columns of the alternatives' tables under each other, before any of them is a table of pandas."""
    found = {}
    for table, columns in TIMES.items():
        parts = [of_one[table] for of_one in times if of_one]
        if parts:
            places = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
            joined = {c.name: np.concatenate([column(part, c.name) for part in parts]) for c in columns[2:]}
            found[table] = {"alternative": places} | joined
    return found


def run_piece(
    study: Study, scorers: Mapping[str, Scorer], token: str, simulator: Simulator, replication: int
) -> Result:
    """Run one replication with what this process has made so far."""
    return run_replication(study, scorers, process_cache(token), replication, simulator)


def replicate(
    study: Study,
    scorers: Mapping[str, Scorer],
    progress: Progress | None = None,
    simulator: Simulator = Replication.run,
) -> Replications:
    """Run the whole study.

    ``scorers`` are the fitted risk models by `risk_key`. A ``simulator`` other than `Replication.run` leaves profiles
    and times empty. Rows are sorted by (alternative in the study's order, replication).
    """
    compile_for_run(study.engine, [s.policy for s in study.alternatives.values()])
    work = functools.partial(run_piece, study, scorers, scorers_token(scorers), simulator)
    keys = functools.partial(replication_keys, study, scorers, simulator.__qualname__)
    done = list(journal.results("replicate", work, range(study.replications), study.processes, progress, keys))
    rows = pd.DataFrame([row for result in done for row in result.rows])
    profiles: dict[str, Profiles] = {
        name: {key: sum(part.profiles[name][key] for part in done) for key in done[0].profiles[name]}  # type: ignore[misc]
        for name in study.alternatives
    }
    return Replications(in_study_order(rows, study), profiles, _times(study, done))


def _times(study: Study, done: Sequence[Result]) -> Times:
    """Return the tables of all replications under each other, by alternative in the study's order and replication."""
    found, names = {}, np.array(list(study.alternatives), dtype=object)
    for table, columns in TIMES.items():
        parts = [result.times[table] for result in done if result.times]
        if parts:
            joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
            order = np.argsort(joined["alternative"], kind="stable")
            joined["replication"] = np.repeat(np.arange(len(parts)), [len(part["alternative"]) for part in parts])
            joined["alternative"] = names[joined["alternative"]]
            whole = pd.DataFrame({c.name: joined[c.name][order] for c in columns})
            found[table] = whole.astype({"alternative": "str"})
    return found


def in_study_order(metrics: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return METRICS by alternative, in the study's order, and replication."""
    order = {name: place for place, name in enumerate(study.alternatives)}
    return metrics.sort_values(
        by=["alternative", "replication"],
        key=lambda column: column.map(order) if column.name == "alternative" else column,
        ignore_index=True,
    )


def weekly_loads(study: Study, scorers: Mapping[str, Scorer]) -> dict[str, pd.DataFrame]:
    """Return each alternative's load by station, stated before anything is simulated.

    Of a year it is the week in which the port is hardest pressed: a port that cannot carry April
    has no yearly wait that would not depend on how long April is. Of the user's own trucks it is theirs alone.
    """
    windows = {study.window(r).start_date: study.window(r) for r in range(study.replications)}
    shared = process_cache(scorers_token(scorers))

    def load(scenario: Scenario, window: Window) -> pd.DataFrame:
        return load_before_run(study, scenario, scorers[risk_key(scenario)], shared, window)

    return {
        name: max((load(s, window) for window in windows.values()), key=lambda table: float(table["load_share"].max()))
        for name, s in study.alternatives.items()
    }


def load_before_run(
    study: Study, scenario: Scenario, scorer: Scorer, shared: ProcessCache, window: Window
) -> pd.DataFrame:
    """Return the load of every station in a window (`sim.workload`): of the week, or of the user's own trucks.

    What the user's trucks leave open is as drawn for this window, and the policy is asked what it does with them.
    """
    plan, given = shared.plan(scenario, scorer, window), study.user_trucks()
    if given is None:
        return weekly_load(scenario, plan.expected, window)
    met = shared.meet(window, study.manifest)
    manifest, scores = trucks_met(met, scenario, scorer, window, given)
    share = expected_scan_share(scenario.policy, scenario, manifest, scores, plan.past)
    return load_of_trucks(scenario, replace(plan.expected, scan_share=share), window, manifest)


def trucks_met(
    met: SharedDraws, scenario: Scenario, scorer: Scorer, window: Window, given: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (MANIFEST, SCORES) of a window, made once for all alternatives that meet the same trucks."""
    of_trucks, of_risk = manifest_key(scenario), risk_key(scenario)
    manifest = met.once(("trucks", of_trucks), functools.partial(draw_window_trucks, scenario, window, given))
    judge = functools.partial(score_manifest, scenario, scorer, manifest)
    return manifest, met.once(("scores", of_trucks, of_risk), judge)


def plan_for_window(scenario: Scenario, scorers: Mapping[str, Scorer], window: Window) -> OperatingPlan:
    """Return what an alternative knows before the first truck of ``window`` comes."""
    return process_cache(scorers_token(scorers)).plan(scenario, scorers[risk_key(scenario)], window)


def compile_for_run(engine: str, policies: Iterable[Policy] = ()) -> None:
    """Compile (or load) the engine and the hooks before any worker needs them; PolicyError: a hook cannot be."""
    if engine != "compiled":
        return
    loop.compiled_event_loop()
    loop.cached_route(route_standard)
    loop.cached_profile(profile_fast)
    for policy in policies:
        try:
            loop.cached_route(policy.route)
            loop.cached_profile(policy.profile)
        # The compiler may trip over a hook in any way; whatever it was, SimPy can still call it.
        except Exception as error:
            raise PolicyError(
                f"policy {policy.name}: its hook cannot be compiled ({_reason(error)}); engine=simpy runs it as it is"
            ) from None


def compile_besides(policies: Iterable[Policy]) -> None:
    """Compile all but the engine itself, which another process is compiling meanwhile: hooks, measures, trees.

    A hook that cannot be compiled is left to `compile_for_run`, which says so.
    """
    with suppress(Exception):
        for policy in policies:
            loop.cached_route(policy.route)
            loop.cached_profile(policy.profile)
    for hold in loop.REVIEWS:
        loop.cached_review(hold)
    loop.cached_route(route_standard)
    loop.cached_profile(profile_fast)
    station_passes.compiled_pass()
    overtime.compiled_reader()
    for which in lost_minutes.SPANS:
        lost_minutes.compiled_spans(which)
    compiled_trees.compile_trees()


def _reason(error: Exception) -> str:
    """Return the line of a compiler's message that says what it could not do."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("Failed in", "- Resolution"))]
    return (telling or lines or [type(error).__name__])[0]

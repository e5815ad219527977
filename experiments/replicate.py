"""Replications, in parallel: the same bytes however many processes ran them.

A replication is a pure function of (scenario, seed, replication). All alternatives of a study
meet the same trucks in it (common random numbers); what several alternatives share (manifest,
scores, past days) is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from experiments.informed import lesson
from experiments.load import Study
from experiments.pipeline import (
    Outcome,
    Plan,
    Scorer,
    make_plan,
    past_window,
    scored,
    simulate,
    trucks,
)  # fmt: skip
from experiments.trucks_file import of_study
from sim import compiled
from sim.high_risk import high_risk
from sim.past import PAST_COLUMNS
from sim.policy import Policy
from sim.route import profile_fast, route_standard
from sim.scenario import Scenario
from sim.window import Window
from sim.workload import weekly_load

Profiles = dict[str, npt.NDArray[np.float64]]
Result = tuple[list[dict[str, object]], dict[str, Profiles]]
"""METRICS rows and profiles of one replication."""
Way = Callable[..., Outcome]
"""How one alternative is run: `pipeline.simulate`, or `pipeline.measured` for METRICS alone."""
Progress = Callable[[int, int], None]
"""Told (replications done, replications in all)."""


@dataclass(frozen=True, slots=True)
class Replications:
    """METRICS of every (alternative, replication), and profiles summed over replications."""

    metrics: pd.DataFrame
    profiles: dict[str, Profiles]


MOST_MET = 4
"""Windows whose trucks a process keeps (about 30 MB each): pilots ask for the same few again."""
MOST_PLANS = 150
"""Plans that a process keeps (about 2 MB each): a year of ten alternatives, not thirty redraws."""


@dataclass(slots=True)
class Met:
    """The trucks of one replication and their scores, each made once for all alternatives."""

    manifests: dict[str, pd.DataFrame] = field(default_factory=dict)
    scores: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)


@dataclass(slots=True)
class Shared:
    """What does not change between replications, made once in each process.

    Past days are kept as the few columns that policies read; their full manifests only while
    they are being scored.
    """

    past: dict[str, pd.DataFrame] = field(default_factory=dict)
    scores: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)
    plans: dict[tuple[str, str], Plan] = field(default_factory=dict)
    met: dict[str, Met] = field(default_factory=dict)

    def meet(self, window: Window, manifest: Path | None) -> Met:
        """Return the trucks met in a window before, of the last few windows."""
        key = f"{window} {manifest}"
        while key not in self.met and len(self.met) >= MOST_MET:
            self.met.pop(next(iter(self.met)))
        return self.met.setdefault(key, Met())

    def plan(self, scenario: Scenario, scorer: Scorer, window: Window) -> Plan:
        """Return the alternative's plan for this window's start date."""
        days = past_window(window)
        of_trucks = f"{days} {manifest_key(scenario)}"
        if len(self.plans) >= MOST_PLANS:
            for made in (self.plans, self.scores, self.past):
                made.clear()
        if (of_trucks, repr(scenario)) not in self.plans:
            past, scores = self._past(scenario, scorer, days, of_trucks)
            self.plans[of_trucks, repr(scenario)] = make_plan(scenario, past, scores)
        return self.plans[of_trucks, repr(scenario)]

    def _past(
        self, scenario: Scenario, scorer: Scorer, days: Window, of_trucks: str
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        of_risk = risk_key(scenario)
        if (of_trucks, of_risk) not in self.scores:
            manifest = trucks(scenario, days)
            self.past[of_trucks] = manifest[list(PAST_COLUMNS)].copy()
            self.scores[of_trucks, of_risk] = scored(scenario, scorer, manifest)
        return self.past[of_trucks], self.scores[of_trucks, of_risk]


_OF_THIS_PROCESS: dict[str, Shared] = {}


def shared_by(scorers: Mapping[str, Scorer]) -> Shared:
    """Return what this process has made with exactly these fitted models; the last set is kept."""
    content = str(joblib.hash(scorers))
    if content not in _OF_THIS_PROCESS:
        _OF_THIS_PROCESS.clear()
        _OF_THIS_PROCESS[content] = Shared()
    return _OF_THIS_PROCESS[content]


def risk_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to share a fitted risk model.

    Alternatives at one port share the past of that port before the change under study.
    """
    taught = lesson(scenario.risk, scenario.sharing)
    return repr((scenario.port.name, scenario.risk, taught))


def manifest_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to meet the same trucks."""
    scanner = scenario.scanner
    parts = (scanner.low_energy, scanner.portal, scanner.secondary, scanner.canine, scanner.exam)
    services = [part.service for part in (*parts, scanner.analyst)]
    services += [] if scanner.portal.slow is None else [scanner.portal.slow.service]
    trucks_of = (scenario.port, scenario.traffic, scenario.threat, scenario.sharing)
    return repr((*trucks_of, services, scenario.insider.helped_load_share))


def one_replication(
    study: Study,
    scorers: Mapping[str, Scorer],
    shared: Shared,
    replication: int,
    way: Way = simulate,
) -> Result:
    """Run every alternative on the trucks of one replication."""
    window = study.window(replication)
    met = shared.meet(window, study.manifest)
    manifests, scores = met.manifests, met.scores
    rows, profiles = [], {}
    for name, scenario in study.alternatives.items():
        of_trucks, of_risk = manifest_key(scenario), risk_key(scenario)
        if of_trucks not in manifests:
            manifests[of_trucks] = trucks(scenario, window, of_study(study))
        manifest = manifests[of_trucks]
        if (of_trucks, of_risk) not in scores:
            scores[of_trucks, of_risk] = scored(scenario, scorers[of_risk], manifest)
        plan = shared.plan(scenario, scorers[of_risk], window)
        outcome = way(scenario, window, manifest, scores[of_trucks, of_risk], plan, study.engine)
        risky = high_risk(scores[of_trucks, of_risk], outcome.ledger, study.high_risk_score)
        rows.append({"alternative": name, "replication": replication} | outcome.metrics | risky)
        profiles[name] = outcome.profiles
    return rows, profiles


def chunk(
    study: Study, scorers: Mapping[str, Scorer], replications: range, way: Way = simulate
) -> list[Result]:
    """Run several replications in this process."""
    shared = shared_by(scorers)
    return [one_replication(study, scorers, shared, r, way) for r in replications]


def replicate(
    study: Study,
    scorers: Mapping[str, Scorer],
    progress: Progress | None = None,
    way: Way = simulate,
) -> Replications:
    """Run the whole study.

    Parameters
    ----------
    scorers : mapping
        Fitted risk model by `risk_key`.
    progress : callable, optional
        Told how many replications are done.
    way : callable
        ``pipeline.measured`` leaves the profiles empty.

    Returns
    -------
    Replications
        Rows sorted by (alternative in the study's order, replication).
    """
    warm_up(study.engine, [s.policy for s in study.alternatives.values()])
    done: list[Result] = []
    for results in _chunks(study, scorers, way):
        done += results
        if progress is not None:
            progress(len(done), study.replications)
    rows = pd.DataFrame([row for replication_rows, _ in done for row in replication_rows])
    order = {name: place for place, name in enumerate(study.alternatives)}
    rows = rows.sort_values(
        by=["alternative", "replication"],
        key=lambda column: column.map(order) if column.name == "alternative" else column,
        ignore_index=True,
    )
    return Replications(rows, _summed(study, [profiles for _, profiles in done]))


def loads(study: Study, scorers: Mapping[str, Scorer]) -> dict[str, pd.DataFrame]:
    """Return each alternative's weekly load by station, stated before anything is simulated.

    Of a year it is the week in which the port is hardest pressed: a port that cannot carry April
    has no yearly wait that would not depend on how long April is.
    """
    windows = {study.window(r).start_date: study.window(r) for r in range(study.replications)}
    given = of_study(study)
    times_min = None if given is None else given["arrive_min"].to_numpy()
    return {
        name: max(
            (
                weekly_load(s, plan_of(s, scorers, window).expected, window, times_min)
                for window in windows.values()
            ),
            key=lambda load: float(load["load_share"].max()),
        )
        for name, s in study.alternatives.items()
    }


def plan_of(scenario: Scenario, scorers: Mapping[str, Scorer], window: Window) -> Plan:
    """Return what an alternative knows before the first truck of ``window`` comes."""
    return shared_by(scorers).plan(scenario, scorers[risk_key(scenario)], window)


def warm_up(engine: str, policies: Iterable[Policy] = ()) -> None:
    """Compile (or load) the engine and the hooks before any worker needs them, so only once."""
    if engine == "compiled":
        compiled.engine()
        for route in {route_standard, *(policy.route for policy in policies)}:
            compiled.hook(route)
        for profile in {profile_fast, *(policy.profile for policy in policies)}:
            compiled.profile_hook(profile)


def _chunks(study: Study, scorers: Mapping[str, Scorer], way: Way) -> Iterator[list[Result]]:
    processes = min(study.processes, study.replications)
    if processes == 1:
        yield from (chunk(study, scorers, range(r, r + 1), way) for r in range(study.replications))
        return
    size = max(1, min(4, study.replications // (2 * processes)))
    starts = range(0, study.replications, size)
    pieces = [range(start, min(start + size, study.replications)) for start in starts]
    parallel = Parallel(n_jobs=processes, backend="loky", return_as="generator")
    yield from parallel(delayed(chunk)(study, scorers, piece, way) for piece in pieces)


def _summed(study: Study, parts: list[dict[str, Profiles]]) -> dict[str, Profiles]:
    return {
        name: {key: sum(part[name][key] for part in parts) for key in parts[0][name]}  # type: ignore[misc]
        for name in study.alternatives
    }

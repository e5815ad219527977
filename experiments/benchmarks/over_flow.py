"""What whole runs cost, in times the flow stage of the same week: all of it from drawing to METRICS.

Processor time, each round a week of its own. Past days are planned from beforehand, except in redrawn worlds, in
which everything is made anew: the population, the base of P(carrying), past days, plans and the week.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from experiments.benchmarks.other_simulators import ratios, seconds_per_run
from experiments.benchmarks.scaling import scenario_by_policy
from experiments.execution.redraws import assumed_inputs, mapping_with_redraws, redraw_inputs
from experiments.execution.replicate import ProcessCache, compile_for_run, run_replication
from experiments.execution.robustness import RedrawnStudy
from experiments.study.study import Study, compose_scenario
from sim.engine.kernel import loop
from sim.replication import Replication, Scorer, draw_window_trucks
from sim.scenario import Scenario, build_scenario, replace_parts
from sim.shared_draws import risk_key

FURTHER: Final = "top_share"
"""Policy of the further alternative."""
RESPONDS: Final = "lanes that follow the line"
Row = dict[str, Any]


def cost_over_flow(study: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return a row for each kind of run: ``case``, microseconds a truck (``cost``), and ``times`` the flow stage."""
    policies = scenario_by_policy(study)
    base, further = (_by_timetable(each) for each in (study.alternatives[study.baseline], policies[FURTHER]))
    responds = _with_lane_response(base)
    two = {study.baseline: base, FURTHER: further}
    compile_for_run("compiled", [scenario.policy for scenario in policies.values()])
    seconds: dict[str, list[float]] = {}
    flow_s: list[float] = []
    plans = ProcessCache()
    # the first round warms caches up
    for turn, world in zip(range(rounds + 1), _worlds(study, rounds + 1), strict=True):
        _run(study, {study.baseline: base}, scorer, plans, turn)
        found = {"first alternative": _timed(lambda: _run(study, {study.baseline: base}, scorer, plans, turn))}  # noqa: B023
        alone = {study.baseline: responds}
        _run(study, alone, scorer, plans, turn)
        found[f"first alternative, {RESPONDS}"] = _timed(lambda: _run(study, alone, scorer, plans, turn))  # noqa: B023
        _run(study, two, scorer, plans, turn)
        both = _timed(lambda: _run(study, two, scorer, plans, turn))  # noqa: B023
        found["further alternative, same trucks"] = both - found["first alternative"]
        for name, cases in ((study.baseline, {study.baseline: base}), (f"{len(policies)} alternatives", policies)):
            found[f"redrawn set of assumptions, {name}"] = _redrawn_world(study, cases, scorer, world, turn)
        if turn:
            flow_s.append(_flow_seconds_a_truck(study, base, scorer, plans, turn))
            found[f"flow stage, {RESPONDS}"] = _flow_seconds_a_truck(study, responds, scorer, plans, turn)
            for case, spent in found.items():
                seconds.setdefault(case, []).append(spent)
    return [
        {"case": case, "cost": 1e6 * statistics.median(spent), "times": ratios(spent, flow_s)}
        for case, spent in seconds.items()
    ]


def _by_timetable(scenario: Scenario) -> Scenario:
    """Return the scenario with lanes by the timetable alone."""
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, responsive=None))


def _with_lane_response(scenario: Scenario) -> Scenario:
    """Return the scenario with lanes that follow the line, by the rules of ``staffing=responsive``."""
    rules = compose_scenario(("staffing=responsive",)).staffing.responsive
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, responsive=rules))


def _timed(work: Callable[[], float]) -> float:
    """Return the processor seconds of some work, by the number of trucks that it returns."""
    begun = time.process_time()
    trucks = work()
    return (time.process_time() - begun) / trucks


def _run(study: Study, cases: Mapping[str, Scenario], scorer: Scorer, plans: ProcessCache, turn: int) -> float:
    """Run some alternatives on trucks that nobody has met; return how many trucks."""
    plans.met.clear()
    scorers = {risk_key(scenario): scorer for scenario in cases.values()}
    part = dataclasses.replace(study, alternatives=dict(cases))
    rows = run_replication(part, scorers, plans, turn, Replication.run_metrics).rows
    return float(str(rows[0]["trucks"]))


def _worlds(study: Study, draws: int) -> list[Any]:
    """Return the redrawn numbers of so many worlds."""
    asked = dataclasses.replace(study, robustness=dataclasses.replace(study.robustness, draws=draws))
    return list(redraw_inputs(asked, assumed_inputs(study.inputs(study.baseline))))


def _redrawn_world(study: Study, cases: Mapping[str, Scenario], scorer: Scorer, world: Any, turn: int) -> float:  # noqa: ANN401
    """Return processor seconds a truck and alternative of one week in a redrawn world."""
    mapping = study.mapping(study.baseline)
    redrawn = build_scenario(mapping_with_redraws(mapping, mapping, world))
    scenarios = {name: dataclasses.replace(redrawn, policy=scenario.policy) for name, scenario in cases.items()}
    scorers = {risk_key(scenario): scorer for scenario in scenarios.values()}
    part = RedrawnStudy(dataclasses.replace(study, alternatives=scenarios), scorers, turn)
    begun = time.process_time()
    rows = part.run(scenarios)
    return (time.process_time() - begun) / float(rows["trucks"].sum())


def _flow_seconds_a_truck(study: Study, scenario: Scenario, scorer: Scorer, plans: ProcessCache, turn: int) -> float:
    window = study.window(turn)
    manifest = draw_window_trucks(scenario, window, study.user_trucks())
    scores, plan = scorer.score(manifest), plans.plan(scenario, scorer, window)
    flow, _ = Replication(scenario, window, manifest, scores, plan).flow()
    hooks = (scenario.policy.route, scenario.policy.profile)
    return seconds_per_run(lambda _: loop.run(flow, *hooks)) / len(manifest)

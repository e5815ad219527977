"""One more officer at each hour: what is run, and that nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer, window_of

from experiments.comparison import RATIOS
from experiments.execution import officer_gains as officer_gains_module
from experiments.execution.officer_gains import (
    GAINS_OF_OFFICERS,
    RULES,
    OfficerGain,
    officer_gains,
    officer_hours_of_day,
    officer_passes,
    run_officers,
    scenario_under_rule,
    scenario_with_officers,
)
from experiments.execution.replicate import Result
from experiments.study.study import Study, build_study
from sim.algorithms.screening_design import balanced_design
from sim.arrays import BoolArray, FloatArray
from sim.roster_load import officer_time_min
from sim.scenario import Scenario
from sim.shared_draws import risk_key

SHORT = ("days=1", "start_date=2024-05-14", "replications=3", "processes=1", "policy=todays_practice")


def test_some_hours_have_one_officer_more(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("staffing=roster")
    window = window_of(7)
    more = officer_time_min(scenario_with_officers(scenario, [9, 25]), window) - officer_time_min(scenario, window)
    weekdays = np.tile(np.arange(24), 7) + 24 * (np.arange(168) // 24 > 4)
    assert more[np.isin(np.arange(168), [9, 25, 33, 49])] == pytest.approx([60.0] * 4)
    assert more.sum() == pytest.approx(60.0 * 10)
    assert not more[weekdays == 12].any()
    roster = scenario_under_rule(scenario, "by_line").staffing.roster
    assert roster is not None
    assert roster.rule == "by_line"


def test_hours_are_those_with_officers_and_work(make_scenario: Callable[..., Scenario]) -> None:
    assert officer_hours_of_day(make_scenario("staffing=roster")) == list(range(7, 28))
    early = "staffing.roster.officers={weekday: [{from_h: 5, to_h: 30, officers: 99}], saturday: [], sunday: []}"
    port = ("port.hours.saturday.close_h=8", "port.hours.sunday.close_h=8")
    assert officer_hours_of_day(make_scenario("staffing=roster", early, *port)) == list(range(7, 28))


def study(*words: str) -> Study:
    return build_study([*SHORT, *words], "run")


def test_without_a_roster_nothing_is_run() -> None:
    assert run_officers(study(), {}) is None


@pytest.fixture(scope="module")
def asked() -> Study:
    return study("staffing=roster", "port=bota")


def test_every_rule_and_hour_is_compared(asked: Study) -> None:
    scorers = {risk_key(s): FlatScorer() for s in asked.alternatives.values()}
    metrics = run_officers(asked, scorers)
    assert metrics is not None
    hours = officer_hours_of_day(asked.alternatives[asked.baseline])
    weeks, runs = officer_passes(asked)
    assert (weeks, runs) == (3, len(RULES) * len(balanced_design(len(hours))))
    assert metrics["alternative"].nunique() == runs
    gains = officer_gains(asked, metrics, None)
    assert [(gain.rule, gain.from_h) for gain in gains] == [(rule, hour) for rule in RULES for hour in hours]
    assert all(set(gain.p_holm) == set(gain.gaps) for gain in gains)


def made_up(asked: Study, wait: Callable[[BoolArray], FloatArray]) -> list[OfficerGain]:
    """Return the gains where the wait of a run is a function of the hours with one officer more [runs, hours]."""
    design = balanced_design(len(officer_hours_of_day(asked.alternatives[asked.baseline])))
    of_design = [wait(runs) for runs in (design, ~design)]
    rows = [
        {"alternative": f"{rule} {run}", "replication": week} | _ratios(of_design[week % 2][run] + week)
        for rule in RULES
        for run in range(len(design))
        for week in range(6)
    ]
    return officer_gains(asked, pd.DataFrame(rows), None)


def test_a_change_is_that_of_the_runs_with_an_officer_against_those_without(asked: Study) -> None:
    effect = np.arange(len(officer_hours_of_day(asked.alternatives[asked.baseline])), dtype=float)
    gains = made_up(asked, lambda more: more @ effect + 50.0)
    assert [gain.gaps["wait_mean_min"].mean for gain in gains] == pytest.approx([*effect] * len(RULES))


def test_hours_that_stand_in_for_each_other_give_no_other_hour_a_change(asked: Study) -> None:
    """An officer more at the third to the sixth hour takes two minutes off, one less beside one in the hour before."""
    hours = officer_hours_of_day(asked.alternatives[asked.baseline])

    def wait(more: BoolArray) -> FloatArray:
        together = (more[:, 2:5] & more[:, 3:6]).sum(axis=1)
        return np.asarray(90.0 - 2.0 * more[:, 2:6].sum(axis=1) + together)

    found = np.array([gain.gaps["wait_mean_min"].mean for gain in made_up(asked, wait)]).reshape(len(RULES), -1)
    # a neighbor has one more in half of the runs, and takes half a minute of what an hour brings
    expected = np.zeros(len(hours))
    expected[2:6] = [-1.5, -1.0, -1.0, -1.5]
    assert found == pytest.approx(np.tile(expected, (len(RULES), 1)), abs=1e-9)


def test_every_other_replication_runs_the_design_folded_over(asked: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: dict[int, list[list[float]]] = {}

    def run(study: Study, _scorers: object, _token: str, _simulator: object, replication: int) -> Result:
        rosters = [scenario.staffing.roster for scenario in study.alternatives.values()]
        ran[replication] = [[extra.from_h for extra in roster.extra] for roster in rosters if roster is not None]
        return Result([{"alternative": name, "replication": replication} for name in study.alternatives], {}, {})

    monkeypatch.setattr(officer_gains_module, "run_piece", run)
    run_officers(asked, {})
    hours = set(officer_hours_of_day(asked.alternatives[asked.baseline]))
    assert ran[0] == ran[2]
    assert [set(more) for more in ran[1]] == [hours - set(more) for more in ran[0]]


def _ratios(value: float) -> dict[str, float]:
    """Return what the measures of officers are ratios of, at one level of each."""
    found: dict[str, float] = {}
    for metric in GAINS_OF_OFFICERS:
        top, bottom, scale = RATIOS[metric]
        found |= {top: 1000.0 * value / scale, bottom: 1000.0}
    return found

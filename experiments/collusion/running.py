"""Carrying a study of collusion out: one piece a replication, and what its logs say of every alternative."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Final

import numpy as np

from experiments.collusion.port_logs import LOGS, WeekLog, run_week
from experiments.collusion.power import LogEvidence, weigh_logs
from experiments.collusion.request import CollusionRequest
from experiments.execution import journal
from experiments.execution.content import replication_keys
from experiments.execution.parallel import Progress
from experiments.execution.replicate import compile_for_run, process_cache, scorers_token
from experiments.study.study import Study
from sim.replication import Scorer
from sim.setting.insider import BOOTH
from sim.setting.window import Window
from sim.shared_draws import SharedDraws, risk_key

PAIRS: Final = 7001
"""Last part of the key of all draws of duty and pairs."""


def run_collusion(
    request: CollusionRequest, scorers: Mapping[str, Scorer], progress: Progress | None = None
) -> dict[str, LogEvidence]:
    """Run every replication and return what the logs of each alternative say; resumed pieces are not run again."""
    study = request.study
    compile_for_run(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    work = functools.partial(run_logs_replication, request, scorers, scorers_token(scorers))
    keys = functools.partial(replication_keys, study, scorers, repr(request.settings))
    done = list(journal.results("collusion", work, range(study.replications), study.processes, progress, keys))
    return {name: _together([piece[name] for piece in done]) for name in study.alternatives}


def run_logs_replication(
    request: CollusionRequest, scorers: Mapping[str, Scorer], token: str, replication: int
) -> dict[str, LogEvidence]:
    """Run one replication: the same weeks under every alternative, then duty and pairs over their logs."""
    study, settings = request.study, request.settings
    shared, first = process_cache(token), study.window(replication)
    logs: dict[str, list[WeekLog]] = {name: [] for name in study.alternatives}
    for week in range(settings.test_weeks[-1]):
        drawn, window = SharedDraws(), log_window(first, week)
        for name, scenario in study.alternatives.items():
            scorer = scorers[risk_key(scenario)]
            plan = shared.plan(scenario, scorer, first)
            logs[name].append(run_week(scenario, scorer, plan, drawn, window, study.engine))
    shuffles, runs = (_part(whole, study.replications, replication) for whole in (settings.shuffles, settings.runs))
    key, done = (study.seed, replication, PAIRS), dict[str, LogEvidence]()
    for name, scenario in study.alternatives.items():
        twin = next((earlier for earlier in done if _are_same(study, earlier, name, logs)), None)
        if twin is None:
            done[name] = weigh_logs(logs[name], scenario.insider, settings, (shuffles, runs), key)
        else:
            done[name] = done[twin]  # what is done with recorded images later changes no log
    return done


def _are_same(study: Study, first: str, second: str, logs: Mapping[str, list[WeekLog]]) -> bool:
    """Return whether two alternatives have the same logs and the same duty."""
    duties = [
        (insider.rotation_h, insider.random_assignment, insider.steered[BOOTH])
        for insider in (study.alternatives[name].insider for name in (first, second))
    ]
    pairs = zip(logs[first], logs[second], strict=True)
    return duties[0] == duties[1] and all(earlier.is_same(later) for earlier, later in pairs)


def log_window(first: Window, week: int) -> Window:
    """Return the calendar of one week of a log."""
    start = np.datetime64(first.start_date) + np.timedelta64(7 * week, "D")
    return dataclasses.replace(first, epoch=LOGS + week, start_date=str(start))


def _part(whole: int, replications: int, replication: int) -> int:
    """Return how many of the whole a replication runs: as even as can be."""
    return whole // replications + (replication < whole % replications)


def _together(pieces: list[LogEvidence]) -> LogEvidence:
    joined = {
        field.name: np.concatenate([getattr(piece, field.name) for piece in pieces])
        for field in dataclasses.fields(LogEvidence)
        if field.name != "scanned"
    }
    return LogEvidence(**joined, scanned=float(np.mean([piece.scanned for piece in pieces])))

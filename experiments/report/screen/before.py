"""What is said before a run and between its stages: what will be run, how long it will take, who cannot carry it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Final

import pandas as pd
from rich.console import Console

from experiments.command_line.verbosity import has_details
from experiments.execution.overload import overloaded_alternatives
from experiments.number_format import number
from experiments.report.labeled import by_label, labeled_study
from experiments.report.screen.details import print_load_check, print_plans
from experiments.report.screen.expected_time import (
    Stage,
    cores,
    expected_words,
    rounded_time,
    stages_of,
    truck_passages,
)
from experiments.report.terminal import print_line, show_progress
from experiments.study.calibrated_waits import not_calibrated_note
from experiments.study.first_look import first_look_words
from experiments.study.study import Study
from experiments.study.volume_years import stand_in_note

LEAST_PACE_S: Final = 0.5
"""Expected processor seconds of a first stage that tells a machine's pace; a shorter one is mostly start-up."""


class Stages:
    """The stages of a run, announced one by one; the time left follows this machine's pace once the first is done."""

    def __init__(self, terminal: Console, study: Study, clock: Callable[[], float] = time.perf_counter) -> None:
        self.terminal, self.clock = terminal, clock
        self.left: list[Stage] = stages_of(study)
        self.number, self.of = 0, len(self.left)
        self.pace = 1.0 / cores(study.processes)
        """Seconds of the clock for each processor second that a stage is expected to cost."""

    def expected_s(self) -> float:
        """Return the seconds that the stages that are left will take."""
        return self.pace * sum(stage.cost_s for stage in self.left)

    @contextmanager
    def show(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Show how far a stage has come, and take the pace from the first one."""
        stage = next(stage for stage in self.left if stage.name == name)
        self.number += 1
        begin = self.clock()
        with show_progress(self.terminal, stage.total, f"stage {self.number} of {self.of}, {name}") as tell:
            yield tell
        self.left = [other for other in self.left if other is not stage]
        if self.number == 1 and stage.cost_s >= LEAST_PACE_S:
            self.pace = (self.clock() - begin) / stage.cost_s
            if self.left:
                print_line(self.terminal, f"At this machine's pace {rounded_time(self.expected_s())} more.")


def print_plan(terminal: Console, study: Study, stages: Stages) -> None:
    """Say in a line what will be run and how long it will take, what its port lacks, what a first look leaves out."""
    n, alternatives = study.replications, len(study.alternatives)
    per_run = truck_passages(replace(study, bottleneck=False)) / alternatives
    parts = [
        _counted(alternatives, "alternative"),
        _counted(n, "replication") + f" of {_counted(study.days, 'day')}",
        f"{number(per_run, 0)} commercial trucks in each",
    ]
    if study.robustness.draws and n > 1:
        parts.append(_counted(study.robustness.draws, "set") + " of assumptions")
    print_line(terminal, f"{', '.join(parts)}: {expected_words(stages.expected_s(), study.processes)}.")
    for note in (stand_in_note([study]), not_calibrated_note([study])):
        if note:
            print_line(terminal, f"Note: {note}")
    settings = asdict(study.robustness)
    in_force = {f"robustness.{key}": value for key, value in settings.items()} | {
        "replications": n,
        "bottleneck": study.bottleneck,
        "equal_levels": study.equal_levels,
    }
    if words := first_look_words(study.overrides, in_force, study.verb):
        print_line(terminal, words)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def print_overloads(
    terminal: Console, study: Study, loads: Mapping[str, pd.DataFrame], planned: Mapping[str, str]
) -> None:
    """Name the alternatives that cannot carry their load; with details every load and every plan."""
    if has_details():
        print_load_check(terminal, by_label(study, loads), study.manifest)
        print_plans(terminal, by_label(study, planned))
    scenarios = labeled_study(study).alternatives
    unstable, saturated = overloaded_alternatives(scenarios, by_label(study, loads), weekly=study.manifest is None)
    for name, why in unstable.items():
        print_line(terminal, f"Unstable: {name}: {why}.")
    for name, why in saturated.items():
        print_line(terminal, f"Saturated: {name}: {why}; trucks bypass it while its yard is full.")

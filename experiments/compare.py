"""``throughgate compare``: alternatives against a baseline, on the same trucks.

1  study       overrides             -> Study        (nothing is written before this succeeds)
2  train       Study                 -> risk models  (from the cache, where they are known)
3  loads       Study, risk models    -> each station's weekly load, said before the run
4  replicate   Study, risk models    -> METRICS, profiles, WAITS, CROSSINGS; then METRICS with one more of each resource
5  match       METRICS               -> METRICS at the baseline's scan share, wait, ...
6  redraw      Study, settings of 5  -> does the ranking hold when what is assumed is redrawn?
7  gather      METRICS, profiles     -> Findings     (intervals, verdicts, frontier)
8  write       Findings, 4           -> metrics, comparison, waits, crossings, answer, run.json, report.html; the store
9  say         Findings              -> the answer, the table, the notes

``throughgate run`` takes the same steps with one alternative.

Nobody waits for a compiler whose work he would not see. Both engines give the same ledger to the last bit, so that
which of them runs is a matter of time alone. Where the engine was compiled by an earlier run, it is loaded. Where it
was not, a small study is run in SimPy and a large one compiles first; either is said in one line.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from experiments.command_line.verbosity import has_details
from experiments.execution.bottleneck import run_extra_resources
from experiments.execution.officer_gains import run_officers
from experiments.execution.overload import overloaded_alternatives
from experiments.execution.parallel import start_workers
from experiments.execution.replicate import Replications, compile_besides, compile_for_run, replicate, weekly_loads
from experiments.execution.robustness import redraw_study
from experiments.execution.tuning import SCAN_SHARE, match_to_baseline
from experiments.files import OutputFolder
from experiments.ledgers.write import write_ledger
from experiments.report import terminal as report_terminal
from experiments.report.findings import Findings, SideResults, gather_findings
from experiments.report.labeled import answer_record
from experiments.report.notes import describe_plans
from experiments.report.page import render_report
from experiments.report.screen.before import Stages, print_overloads, print_plan
from experiments.report.screen.details import print_findings
from experiments.report.screen.expected_time import EXTRAS, LEVELS, OFFICERS, REDRAWS, REPLICATIONS, truck_passages
from experiments.report.screen.summary import print_first_table, print_summary
from experiments.report.threat_gains import threat_gains_rows
from experiments.scorecards.targets import read_targets
from experiments.store.run_rows import check_study_store, rows_of_comparison
from experiments.store.write import add_run
from experiments.study.run_record import run_record
from experiments.study.study import Study
from experiments.sweeping.without_effect import lines_without_effect
from experiments.training.find_or_train import retraining_of, train_all
from sim.engine.kernel import loop
from sim.replication import Scorer

Say = Callable[[str], None]
SMALL_TRUCKS: Final = 120_000
"""Passages of trucks that SimPy runs in less time than compiling the engine takes: at about 30
microseconds each against 6 to 12 seconds."""


def compile_engine_for(study: Study, say: Say) -> Study:
    """Return the study with the engine that it begins with, compiled and ready for all policies.

    PolicyError where a policy's hook cannot be compiled; nothing has been run or written then.
    """
    policies = [scenario.policy for scenario in study.alternatives.values()]
    if study.engine == "compiled" and not loop.is_engine_cached():
        n = n_truck_passages(study)
        if n <= SMALL_TRUCKS:
            say(
                f"Running {n:,.0f} passages of trucks in SimPy: the compiled engine is not on this "
                "machine yet, and compiling it would take longer. The results are the same."
            )
            return dataclasses.replace(study, engine="simpy")
        say("Compiling the engine, once for this version on this machine: 10 to 25 seconds.")
        start_workers(study.processes, functools.partial(compile_besides, policies))
    compile_all = functools.partial(compile_for_run, study.engine, policies)
    compile_all()
    if study.replications > 1:
        start_workers(study.processes, compile_all)
    return study


def n_truck_passages(study: Study) -> float:
    """Return how many trucks pass in all that the study runs, its redraws and ledger included."""
    weeks = study.replications
    draws = study.robustness.draws * study.robustness.replications if weeks > 1 else 0
    return truck_passages(study) * (weeks + 2.0 * draws)


def carry_out(study: Study) -> int:
    """Take a study from its settings to its files (steps 2 to 9)."""
    begin = time.perf_counter()
    check_study_store(study)
    terminal = report_terminal.open_console()
    stages = Stages(terminal, study)
    print_plan(terminal, study, stages)
    study = compile_engine_for(study, functools.partial(report_terminal.print_line, terminal))
    for line in lines_without_effect(study):
        report_terminal.print_line(terminal, line)
    scorers = train_all(study, terminal)
    weekly = weekly_loads(study, scorers)
    planned = describe_plans(study, scorers)
    print_overloads(terminal, study, weekly, planned)

    def show_first(done: Replications) -> None:
        if len(study.alternatives) > 1 and study.robustness.draws and study.replications > 1:
            print_first_table(terminal, gather_findings(study, done, weekly))

    done, besides = replicate_with_extras(study, scorers, stages, weekly, show_first)
    found = gather_findings(study, done, weekly, dataclasses.replace(besides, plans=planned))
    written = write_comparison_files(found, time.perf_counter() - begin)
    written += write_tables(study, done.times)
    if study.ledger:
        written += write_ledger(study, scorers)
    if study.store is not None:
        rows = rows_of_comparison(study, found.metrics, found.comparison, time.perf_counter() - begin, found.unstable)
        written.append(add_run(study.store, rows))
    terminal.print()
    print_summary(terminal, found, written)
    if has_details():
        print_findings(terminal, found, written, time.perf_counter() - begin)
    return 0


def replicate_with_extras(
    study: Study,
    scorers: Mapping[str, Scorer],
    stages: Stages,
    weekly: Mapping[str, pd.DataFrame],
    show_first: Callable[[Replications], None] | None = None,
) -> tuple[Replications, SideResults]:
    """Run the study, and beside it what its settings ask for (steps 4 to 6).

    Parameters
    ----------
    show_first : callable, optional
        Is given the replications before anything is run beside them.
    """
    with stages.show(REPLICATIONS) as tell:
        done = replicate(study, scorers, tell)
    if show_first is not None:
        show_first(done)
    return done, run_besides(study, scorers, stages, weekly, done)


def run_besides(
    study: Study, scorers: Mapping[str, Scorer], stages: Stages, weekly: Mapping[str, pd.DataFrame], done: Replications
) -> SideResults:
    """Run what the settings ask for beside the study, whose own replications are done (steps 4 to 6)."""
    extra, officers = None, None
    if study.bottleneck:
        with stages.show(EXTRAS) as tell:
            extra = run_extra_resources(study, scorers, tell)
    if study.bottleneck and study.alternatives[study.baseline].staffing.roster is not None:
        with stages.show(OFFICERS) as tell:
            officers = run_officers(study, scorers, tell)
    unstable, _ = overloaded_alternatives(study.alternatives, weekly, weekly=study.manifest is None)
    equal, settings = {}, {}
    if study.equal_levels:
        with stages.show(LEVELS) as tell:
            equal = match_to_baseline(study, scorers, done.metrics, tell, unstable)
        settings = equal[SCAN_SHARE.metric].settings
    redrawn = None
    # a single replication is a first look: it has no interval, and its range would take minutes
    if study.robustness.draws and study.replications > 1:
        retrain = retraining_of(study, stages.terminal)
        with stages.show(REDRAWS) as tell:
            redrawn = redraw_study(study, scorers, settings, tell, retrain)
    return SideResults(matched=equal, extra=extra, officers=officers, redrawn=redrawn)


def write_comparison_files(findings: Findings, wall_s: float) -> list[Path]:
    """Write the files that every study leaves, each whole or not at all (step 8)."""
    output, redrawn = OutputFolder(findings.study.out), findings.redrawn
    tables = {"metrics": findings.metrics, "comparison": findings.comparison}
    if redrawn is not None:
        tables |= {
            "redrawn": redrawn.rows,
            "redrawn_inputs": redrawn.numbers,
            "redrawn_gains": threat_gains_rows(findings),
        }
        if len(redrawn.wide_numbers):
            tables["redrawn_wide_traits"] = redrawn.wide_numbers
    return [
        *write_tables(findings.study, tables),
        output.write_json("run.json", run_record(findings.study, wall_s, findings.unstable)),
        output.write_json("answer.json", answer_record(findings)),
        output.write_text("report.html", render_report(findings, wait_target_min(findings.study))),
    ]


def wait_target_min(study: Study) -> float | None:
    """Return the most that the average wait should be, by the scorecard's own targets; None: there is no target."""
    direction = study.alternatives[study.baseline].port.direction
    target = read_targets().get(direction, {}).get("wait_mean_at_most_min")
    return None if target is None else target.value


def write_tables(study: Study, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write tables as Parquet and, with ``csv=true``, as CSV."""
    output = OutputFolder(study.out)
    written = [output.write_parquet(f"{name}.parquet", table) for name, table in tables.items()]
    return written + [output.write_csv(f"{name}.csv", table) for name, table in tables.items() if study.csv]


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("compare")

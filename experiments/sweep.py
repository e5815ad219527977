"""``throughgate sweep``: thousands of points of a grid or a design, in one table.

1  sweep       overrides, scope  -> Sweep        (every point is built; nothing is written before this succeeds)
2  first look  Sweep             -> cost, axes that change nothing
3  train       Sweep             -> risk models that learn (from the cache, where they are known)
4  run         Sweep             -> METRICS of every point and replication
5  write       METRICS           -> points, sweep (Parquet and CSV), effects, sweep.html, sweep.json
6  say                           -> which lever matters, unstable and failed points

``throughgate compare -m`` and ``throughgate run -m`` take the same steps.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd
from rich.console import Console

from experiments.command_line.verbosity import has_details
from experiments.compare import SMALL_TRUCKS
from experiments.execution.parallel import start_workers
from experiments.execution.replicate import compile_besides, compile_for_run
from experiments.files import OutputFolder
from experiments.intervals import KIND_WORDS, Difference
from experiments.number_format import brief_span, signed
from experiments.report import terminal as report_terminal
from experiments.store.run_rows import check_study_store
from experiments.store.write import add_run
from experiments.study.study import Study
from experiments.sweeping.acting_keys import key_that_would_act
from experiments.sweeping.effects import inert_values, main_effects
from experiments.sweeping.first_look import (
    Amount,
    amount_of,
    disk_mb,
    expected_s,
    inert_lines,
    memory_gb,
    most_common_unstable,
    take_first_look,
)
from experiments.sweeping.pieces import prepare_group
from experiments.sweeping.record import rows_of_sweep, sweep_record
from experiments.sweeping.report.page import render_sweep_page
from experiments.sweeping.report.readings import WORDS
from experiments.sweeping.report.results import sweep_results
from experiments.sweeping.request import Sweep, build_sweep
from experiments.sweeping.running import PointResult, metrics_table, run_sweep
from experiments.sweeping.setting_words import option_labels, setting_words
from experiments.sweeping.table import sweep_table, write_table
from experiments.training.find_or_train import train_all
from models import baselines
from sim.engine.kernel import loop
from sim.tables import METRICS, Metric

MOST_NAMED: Final = 10
"""Failed points that are named on the screen; sweep.json has all."""
MOST_AXES: Final = 4
"""Axes that are told for each measure; with details all."""
SHOWN: Final[tuple[str, ...]] = ("wait_mean_min", "detection_expected")
"""Measures by which the screen says which lever matters, where the sweep has them."""


def main(overrides: Sequence[str]) -> int:
    """Run a sweep and return the exit status."""
    return carry_out(build_sweep(overrides))


def carry_out(sweep: Sweep) -> int:
    """Take a sweep from its points to its files; 1 if a point failed (steps 2 to 6)."""
    begin = time.perf_counter()
    check_study_store(sweep.baseline_study)
    terminal = report_terminal.open_console()
    say = functools.partial(report_terminal.print_line, terminal)
    amount = amount_of(sweep)
    say(_headline(sweep, amount))
    for note in sweep.notes:
        say(f"Note: {note}")
    engine = _engine(sweep, amount, say)
    if not sweep.dry_run:
        _train(amount, terminal)
    look = take_first_look(sweep, amount, engine)
    for line in inert_lines(sweep, look.inert):
        say(f"Note: {line}")
    say(f"Expected: {_duration(expected_s(sweep, amount, look))} on {_processes(sweep.processes)}.")
    if sweep.dry_run:
        say(f"About {memory_gb(sweep, amount, look):.1f} GB of memory in all and {disk_mb(amount):,.1f} MB on disk.")
        say("dry_run=true: nothing was run beyond a first look, and nothing was written.")
        return 0
    with report_terminal.show_progress(terminal, amount.runs) as tell:
        outcomes = run_sweep(sweep, engine, tell)
    inert = inert_values(sweep, outcomes)
    effects = main_effects(sweep, outcomes)
    written = write_sweep_files(sweep, outcomes, effects, inert, time.perf_counter() - begin)
    for line in answer_lines(sweep, effects):
        report_terminal.print_answer(terminal, line)
    _say_effects(sweep, effects, terminal)
    _say_what_became(sweep, outcomes, inert, say)
    if has_details():
        names = (path.name if path.absolute().parent == sweep.out.absolute() else str(path) for path in written)
        say(f"Written to {sweep.out}: {', '.join(names)} ({time.perf_counter() - begin:.0f} s)")
    report_terminal.print_path(terminal, next(path for path in written if path.suffix == ".html"))
    return int(any(outcome.failure for outcome in outcomes))


def write_sweep_files(
    sweep: Sweep,
    outcomes: Sequence[PointResult],
    effects: pd.DataFrame,
    inert: dict[str, list[list[str]]],
    wall_s: float,
) -> list[Path]:
    """Write the files of a sweep, each whole or not at all (step 5)."""
    output, store = OutputFolder(sweep.out), sweep.baseline_study.store
    metrics, table = metrics_table(sweep, outcomes), sweep_table(sweep, outcomes)
    return [
        output.write_parquet("points.parquet", metrics),
        *write_table(output, table, sweep),
        output.write_parquet("effects.parquet", effects),
        output.write_text("sweep.html", render_sweep_page(sweep_results(sweep, outcomes, table, inert))),
        output.write_json("sweep.json", sweep_record(sweep, outcomes, wall_s, inert)),
        *([] if store is None else [add_run(store, rows_of_sweep(sweep, outcomes, metrics, wall_s))]),
    ]


def _headline(sweep: Sweep, amount: Amount) -> str:
    sizes = ", ".join(f"{setting_words(axis.key)} ({len(axis.values)} values)" for axis in sweep.axes)
    drawn = ", ".join(setting_words(key) for key in sweep.drawn)
    kind = f"grid of {sizes}" if sweep.design == "grid" else f"{sweep.design} design over {drawn}"
    same = "" if amount.distinct == amount.points else f", {amount.distinct:,} of them distinct"
    each = "1 alternative" if amount.alternatives == 1 else f"{amount.alternatives} alternatives"
    return (
        f"{sweep.title + ': ' if sweep.title else ''}{amount.points:,} points{same}, {kind}; {each} at each, "
        f"{amount.runs:,} replications in all, {amount.trucks:,.0f} passages of trucks."
    )


def _engine(sweep: Sweep, amount: Amount, say: Callable[[str], None]) -> Literal["compiled", "simpy"]:
    """Return the engine, compiled and ready for all policies; see `experiments.compare`."""
    engine = sweep.baseline_study.engine
    by_class = {type(s.policy): s.policy for point in sweep.points for s in point.study.alternatives.values()}
    policies = list(by_class.values())
    if engine == "compiled" and not loop.is_engine_cached():
        if amount.trucks <= SMALL_TRUCKS:
            say("In SimPy: compiling the engine would take longer. The results are the same.")
            return "simpy"
        say("Compiling the engine, once for this version on this machine: 10 to 25 seconds.")
        first = sweep.points[0].study
        if not sweep.dry_run:
            # what others can do while this process compiles
            start_workers(sweep.processes, functools.partial(compile_besides, policies))
            if not _learns(first):
                start_workers(sweep.processes, functools.partial(prepare_group, first))
    compile_for_run(engine, policies)
    if not sweep.dry_run:
        start_workers(sweep.processes, functools.partial(compile_for_run, engine, policies))
    return engine


def _train(amount: Amount, terminal: Console) -> None:
    """Train the models that learn, once for each past (step 3); processes read them from the cache."""
    met = set()
    for group, studies in amount.groups.items():
        study = studies[0]
        if _learns(study) and group.scorers not in met:
            met.add(group.scorers)
            train_all(study, terminal)


def _learns(study: Study) -> bool:
    """Tell whether a point has a risk model that is trained."""
    return any(scenario.risk.name not in baselines.KNOWN_SETTINGS for scenario in study.alternatives.values())


def answer_lines(sweep: Sweep, effects: pd.DataFrame) -> list[str]:
    """Return which axis changes each shown measure most, a line a measure."""
    lines, labels = [], option_labels(sweep)
    for metric, rows in strongest_effects(sweep, effects):
        axis, values, change, _ = _effect_cells(rows[0], metric, labels)
        words = _words(metric)
        lines.append(
            f"{words[0].upper()}{words[1:]} changes most with {axis}, {values}: {change} {_change_unit(metric)}."
        )
    return lines


def strongest_effects(sweep: Sweep, effects: pd.DataFrame) -> list[tuple[Metric, list[dict[Hashable, Any]]]]:
    """Return, for each shown measure, the value of each axis that changes it most at the baseline, strongest first."""
    metrics = {metric.name: metric for metric in METRICS}
    mine = effects[effects["alternative"] == sweep.baseline_study.baseline]
    shown = [name for name in SHOWN if name in sweep.measures] or list(sweep.measures[:2])
    strongest = []
    for name in shown:
        of_measure = mine[mine["measure"] == name].dropna(subset=["effect"])
        if of_measure.empty:
            continue
        most = of_measure.loc[of_measure.groupby("axis", sort=False)["effect"].apply(lambda e: e.abs().idxmax())]
        strongest.append((metrics[name], most.sort_values("effect", key=abs, ascending=False).to_dict("records")))
    return strongest


def _words(metric: Metric) -> str:
    return WORDS.get(metric.name) or (metric.headings[0].words if metric.headings else metric.name)


def _change_unit(metric: Metric) -> str:
    return "percentage points" if metric.shown_unit == "%" else metric.shown_unit


def _say_effects(sweep: Sweep, effects: pd.DataFrame, terminal: Console) -> None:
    """Print, for each axis, the value that changes most, at the baseline (step 6)."""
    labels = option_labels(sweep)
    for metric, strongest in strongest_effects(sweep, effects):
        rows = [_effect_cells(row, metric, labels) for row in strongest]
        kind = f"in brackets the interval {KIND_WORDS['replications']}"
        report_terminal.print_line(
            terminal, f"What each setting changes most, mean over all others, {kind}: {_words(metric)}"
        )
        heads = ["setting", "value", f"change, {_change_unit(metric)}", "pairs"]
        report_terminal.print_table(terminal, heads, rows if has_details() else rows[:MOST_AXES])


def _effect_cells(row: Mapping[Hashable, Any], metric: Metric, labels: Mapping[str, Mapping[str, str]]) -> list[str]:
    gap = Difference(row["effect"], row["low"], row["high"], math.nan, row["pairs"], row["note"])
    change = f"{signed(metric.scale * gap.mean)} {brief_span(gap, metric.scale)}"
    start, end = (labels[row["axis"]][row[value]] for value in ("reference_value", "value"))
    return [setting_words(row["axis"]), f"{start} to {end}", change, str(row["pairs"])]


def _say_what_became(
    sweep: Sweep, outcomes: Sequence[PointResult], inert: dict[str, list[list[str]]], say: Callable[[str], None]
) -> None:
    """Say which points are unstable, which failed and which values gave the same results."""
    study = sweep.baseline_study
    for key, groups in inert.items():
        size = {axis.key: len(axis.values) for axis in sweep.axes}[key]
        words = "; ".join(" and ".join(texts) for texts in groups)
        whole = len(groups[0]) == size
        hint = f"; {key_that_would_act(key, study.alternatives[study.baseline])}" if whole else ""
        say(f"Note: {setting_words(key)} ({key}): {words} gave the same results at every point{hint}.")
    reasons = [words for outcome in outcomes for words in outcome.unstable.values()]
    if reasons:
        n = sum(bool(outcome.unstable) for outcome in outcomes)
        words = "; ".join(f"{reason} ({count})" for reason, count in most_common_unstable(reasons)[:3])
        say(f"Unstable, and in no mean effect: {n} of {len(outcomes)} points: {words}.")
    failed = [(point, outcome) for point, outcome in zip(sweep.points, outcomes, strict=True) if outcome.failure]
    for point, outcome in failed[:MOST_NAMED]:
        say(f"failed: point {point.number} ({' '.join(point.overrides)}): {outcome.failure}")
    if len(failed) > MOST_NAMED:
        say(f"failed: {len(failed) - MOST_NAMED} more points, all in sweep.json")


def _duration(seconds: float) -> str:
    if seconds < 90.0:
        return f"about {max(seconds, 1.0):.0f} s"
    return f"about {seconds / 60.0:.0f} min" if seconds < 5400.0 else f"about {seconds / 3600.0:.1f} h"


def _processes(number: int) -> str:
    return "one process" if number == 1 else f"{number} processes"


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("sweep")

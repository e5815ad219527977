"""``throughgate corridor``: which port trucks take when one of several changes, and who waits for it.

1  request     overrides               -> Corridor   (nothing is written before this succeeds)
2  train       Study                   -> risk models (from the cache, where they are known)
3  run         Corridor, risk models   -> FLOWS, trucks and waits by port, equilibria
4  judge       counted months          -> weights of sets of assumptions, bands
5  loads       chances at each port    -> where organizations go
6  write       flows, ports, equilibria, assumed, months, loads, run.json, corridor.html; the terminal
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from experiments.diversion.fit import fit_weights, month_results
from experiments.diversion.loads import play_loads
from experiments.diversion.report.page import render_corridor_page
from experiments.diversion.report.results import CorridorResults, closing_sentence, corridor_sentences
from experiments.diversion.request import Corridor, build_corridor, plain_keys
from experiments.diversion.running import CorridorTables, run_corridor
from experiments.execution.parallel import Progress
from experiments.execution.replicate import compile_for_run
from experiments.files import OutputFolder
from experiments.number_format import number
from experiments.report import terminal as report_terminal
from experiments.study.run_record import run_record
from experiments.training.find_or_train import train_all
from sim.arrays import FloatArray
from sim.engine.kernel import loop
from sim.replication import Scorer


def carry_out(corridor: Corridor) -> int:
    """Run a corridor and return the exit status (steps 2 to 6)."""
    begin, terminal = time.perf_counter(), report_terminal.open_console()
    say = functools.partial(report_terminal.print_line, terminal)
    study = corridor.study
    days = sum(stretch.days for stretch in corridor.stretches)
    many = len(corridor.settings.ports)
    say(f"{corridor.settings.title}: {many} ports, {days} days, {study.replications} replications.")
    if study.engine == "compiled" and not loop.is_engine_cached():
        say("Compiling the engine, once for this version on this machine: 10 to 25 seconds.")
    compile_for_run(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    scorers = train_all(study, terminal)
    weights = _weights_of_other(corridor, terminal)
    with report_terminal.show_progress(terminal, study.replications) as tell:
        tables = run_corridor(corridor, scorers, tell)
    results = corridor_results(corridor, tables, weights)
    written = write_corridor_files(results, time.perf_counter() - begin)
    terminal.print()
    print_corridor(terminal, results)
    say(f"Written to {study.out}: {', '.join(path.name for path in written)}")
    report_terminal.print_path(terminal, next(path for path in written if path.suffix == ".html"))
    return 0


def _weights_of_other(corridor: Corridor, terminal: Console) -> FloatArray | None:
    """Return how much each set of assumptions counts by another corridor's fit; None: no other one is named."""
    other = fitting_corridor(corridor)
    if other is None:
        return None
    report_terminal.print_line(terminal, f"Fitting {other.settings.title} to the months that decide the weights.")
    scorers = train_all(other.study, terminal)
    with report_terminal.show_progress(terminal, other.study.replications) as tell:
        return other_weights(other, scorers, tell)


def fitting_corridor(corridor: Corridor) -> Corridor | None:
    """Return the corridor whose fit decides this one's weights, its fitted months alone, with the same sets."""
    counted = corridor.settings.counted
    if counted is None or counted.weights_of is None:
        return None
    study = corridor.study
    asked = [f"replications={study.replications}", f"seed={study.seed}", f"processes={study.processes}"]
    other = build_corridor([f"corridor={counted.weights_of}", *asked], study.verb)
    fitted = other.settings.counted
    if fitted is None:
        raise ValueError(f"{counted.weights_of} has no counted months")
    alone = replace(other.settings, counted=replace(fitted, predicted=()))
    return Corridor(other.study, alone, other.keys, other.adversary, other.overrides)


def other_weights(other: Corridor, scorers: Mapping[str, Scorer], progress: Progress | None = None) -> FloatArray:
    """Return the weights of the sets of a corridor that is run for its fit alone."""
    return fit_weights(other, run_corridor(other, scorers, progress).ports)


def corridor_results(corridor: Corridor, tables: CorridorTables, weights: FloatArray | None = None) -> CorridorResults:
    """Return what is shown of the tables of a corridor; ``weights`` are those of another corridor's fit."""
    counted = corridor.settings.counted
    if counted is None:
        return CorridorResults(corridor, tables, play_loads(corridor, tables.ports), None, [])
    if weights is None:
        weights = fit_weights(corridor, tables.ports)
    months = month_results(corridor, tables.ports, np.asarray(weights))
    return CorridorResults(corridor, tables, pd.DataFrame(), weights, months)


def write_corridor_files(results: CorridorResults, wall_s: float) -> list[Path]:
    """Write the files of a corridor, each whole or not at all (step 6)."""
    corridor, tables = results.corridor, results.tables
    output = OutputFolder(corridor.study.out)
    record = run_record(corridor.study, wall_s) | {"corridor": plain_keys(corridor)}
    assumed = tables.assumed
    if results.weights is not None:
        assumed = assumed.assign(weight=results.weights)
    written = [
        output.write_parquet("flows.parquet", tables.flows),
        output.write_text("ports.csv", tables.ports.to_csv(index=False)),
        output.write_text("equilibria.csv", tables.equilibria.to_csv(index=False)),
        output.write_text("assumed.csv", assumed.to_csv(index=False)),
    ]
    if results.months:
        written.append(output.write_text("months.csv", months_table(results).to_csv(index=False)))
    if not results.loads.empty:
        written.append(output.write_text("loads.csv", results.loads.to_csv(index=False)))
    return [
        *written,
        output.write_json("run.json", record),
        output.write_text("corridor.html", render_corridor_page(results)),
    ]


def months_table(results: CorridorResults) -> pd.DataFrame:
    """Return months.csv: a row a month and measure, with the band and what was counted."""
    rows = []
    for one in results.months:
        band = {"band_low": one.band.low, "middle": one.band.middle, "band_high": one.band.high}
        row = {name: value for name, value in dataclasses.asdict(one).items() if name != "band"} | band
        rows.append(row | {"is_within": one.band.holds(one.counted)})
    return pd.DataFrame(rows)


def print_corridor(terminal: Console, results: CorridorResults) -> None:
    """Print question, answer and ports (step 6)."""
    first, *more = corridor_sentences(results)
    report_terminal.print_line(terminal, results.corridor.settings.question)
    report_terminal.print_answer(terminal, first)
    for sentence in more:
        report_terminal.print_line(terminal, sentence)
    terminal.print()
    rows = []
    for port in results.corridor.settings.ports:
        counts = [results.ratio("changed", port, key).mean for key in ("demand", "diverted_out", "lost", "diverted_in")]
        waits = [results.ratio(side, port, "wait_sum_min", "crossed").mean for side in ("usual", "changed")]
        rows.append([port, *(number(value, 0) for value in counts), *(number(value) for value in waits)])
    headings = ["Port", "as usual", "go elsewhere", "do not cross", "come over", "wait before", "wait now"]
    report_terminal.print_short_table(terminal, headings, rows)
    terminal.print()
    report_terminal.print_line(terminal, closing_sentence(results))


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("corridor")

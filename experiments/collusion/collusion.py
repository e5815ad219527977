"""``throughgate collusion``: how soon a port's own logs show an officer and a carrier who arrange to meet.

1  request     overrides                 -> CollusionRequest   (nothing is written before this succeeds)
2  train       Study                     -> risk models (from the cache, where they are known)
3  run         request, risk models      -> what the logs of every alternative say
4  write       collusion.csv, run.json, collusion.html; the terminal
"""

from __future__ import annotations

import functools
import time
from pathlib import Path

from rich.console import Console

from experiments.collusion.report.page import matrix_lines, render_collusion_page
from experiments.collusion.report.results import CollusionResults, collusion_sentences, collusion_table
from experiments.collusion.request import CollusionRequest
from experiments.collusion.running import run_collusion
from experiments.execution.replicate import compile_for_run
from experiments.files import OutputFolder
from experiments.number_format import percent
from experiments.report import terminal as report_terminal
from experiments.study.run_record import run_record
from experiments.training.find_or_train import train_all


def carry_out(request: CollusionRequest) -> int:
    """Run a study of collusion and return the exit status (steps 2 to 4)."""
    begin, terminal = time.perf_counter(), report_terminal.open_console()
    say = functools.partial(report_terminal.print_line, terminal)
    study, settings = request.study, request.settings
    say(
        f"{study.alternatives[study.baseline].port.title}: {len(study.alternatives)} alternatives, logs of "
        f"{settings.test_weeks[-1]} weeks, {study.replications} replications; {settings.runs} pairs that collude and "
        f"{settings.shuffles} shuffled logs in each alternative."
    )
    compile_for_run(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    scorers = train_all(study, terminal)
    with report_terminal.show_progress(terminal, study.replications) as tell:
        evidence = run_collusion(request, scorers, tell)
    results = CollusionResults(request, evidence)
    written = write_collusion_files(results, time.perf_counter() - begin)
    terminal.print()
    print_collusion(terminal, results)
    say(f"Written to {study.out}: {', '.join(path.name for path in written)}")
    report_terminal.print_path(terminal, next(path for path in written if path.suffix == ".html"))
    return 0


def write_collusion_files(results: CollusionResults, wall_s: float) -> list[Path]:
    """Write the files of a study of collusion, each whole or not at all (step 4)."""
    request = results.request
    output = OutputFolder(request.study.out)
    return [
        output.write_text("collusion.csv", collusion_table(results).to_csv(index=False)),
        output.write_json("run.json", run_record(request.study, wall_s) | {"collusion": request.plain_settings()}),
        output.write_text("collusion.html", render_collusion_page(results)),
    ]


def print_collusion(terminal: Console, results: CollusionResults) -> None:
    """Print the answer and the table (step 4)."""
    settings = results.request.settings
    for sentence in collusion_sentences(results):
        report_terminal.print_line(terminal, sentence)
    terminal.print()
    share = settings.steered_shares[len(settings.steered_shares) // 2]
    report_terminal.print_line(
        terminal,
        f"{percent(share, 0)} of a carrier's trucks are to reach one officer, who knows the test or not. Arranged "
        f"trucks a week, share of runs that name the pair within {settings.test_weeks[-1]} weeks, weeks until 80% do:",
    )
    heads = ["Posts", "knows", "a week", "named", "weeks"]
    report_terminal.print_short_table(terminal, heads, list(matrix_lines(results)))
    coverage = percent(results.request.study.coverage, 0)
    report_terminal.print_line(terminal, f"In brackets {coverage} intervals over {settings.runs} runs (Wilson).")


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("collusion")

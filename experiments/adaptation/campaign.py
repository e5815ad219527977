"""``throughgate campaign``: weeks in a row, against organizations that learn where their loads are found.

1  request     overrides              -> Campaign   (nothing is written before this succeeds)
2  train       Study                  -> risk models (from the cache, where they are known)
3  run         Campaign, risk models  -> EPOCHS, OPTIONS
4  redraw      Campaign, risk models  -> the same in other sets of assumptions
5  compare     EPOCHS, sets           -> every alternative against every adversary, and the answer
6  write       epochs, options, tournament, panel, run.json, answer.json, campaign.html; the terminal
"""

from __future__ import annotations

import dataclasses
import functools
import time
from pathlib import Path

import pandas as pd
from rich.console import Console

from experiments.adaptation.panel import run_panel
from experiments.adaptation.report.answer import (
    campaign_answer,
    campaign_answer_record,
    organizations_sentence,
    question_of,
)
from experiments.adaptation.report.page import render_campaign_page
from experiments.adaptation.report.results import (
    ADVERSARY_WORDS,
    CampaignResults,
    campaign_results,
    matrix_rows,
    tournament_sentences,
)
from experiments.adaptation.request import Campaign, notes_before, plain_settings
from experiments.adaptation.running import CampaignTables, run_campaign
from experiments.adaptation.stored import rows_of_campaign
from experiments.execution.replicate import compile_for_run
from experiments.files import OutputFolder
from experiments.number_format import number, percent
from experiments.report import terminal as report_terminal
from experiments.store.run_rows import check_study_store
from experiments.store.write import add_run
from experiments.study.run_record import run_record
from experiments.training.find_or_train import retraining_of, train_all
from sim.engine.kernel import loop
from sim.trucks.arrivals import rates_per_h


def carry_out(campaign: Campaign) -> int:
    """Run a campaign and return the exit status (steps 2 to 6)."""
    begin, terminal = time.perf_counter(), report_terminal.open_console()
    check_study_store(campaign.study)
    say = functools.partial(report_terminal.print_line, terminal)
    study, settings = campaign.study, campaign.settings
    weeks = f"{settings.weeks} week{'' if settings.weeks == 1 else 's'}"
    say(
        f"{study.alternatives[study.baseline].port.title}: {len(study.alternatives)} alternatives, {weeks}, "
        f"{study.replications} replications, {n_passages(campaign):,.0f} passages of trucks; organizations: "
        f"{', '.join(settings.adversaries)}."
    )
    for note in notes_before(campaign):
        say(f"Note: {note}")
    if study.engine == "compiled" and not loop.is_engine_cached():
        say("Compiling the engine, once for this version on this machine: 10 to 25 seconds.")
    compile_for_run(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    scorers = train_all(study, terminal)
    with report_terminal.show_progress(terminal, study.replications) as tell:
        tables = run_campaign(campaign, scorers, tell, functools.partial(write_first_look, campaign))
    panel = None
    if study.robustness.draws and study.replications > 1:
        retrain = retraining_of(study, terminal)
        with report_terminal.show_progress(terminal, study.robustness.draws, "sets of assumptions") as tell:
            panel = run_panel(campaign, scorers, tell, retrain)
    results = campaign_results(campaign, tables.epochs, tables.options, panel)
    written = write_campaign_files(results, time.perf_counter() - begin)
    if study.store is not None:
        written.append(add_run(study.store, rows_of_campaign(results, time.perf_counter() - begin)))
    terminal.print()
    print_campaign(terminal, results)
    names = (path.name if path.parent == study.out else str(path) for path in written)
    say(f"Written to {study.out}: {', '.join(names)}")
    report_terminal.print_path(terminal, next(path for path in written if path.suffix == ".html"))
    return 0


def n_passages(campaign: Campaign) -> float:
    """Return about how many trucks pass in all weeks, replications and alternatives."""
    study = campaign.study
    window = study.window(0)
    per_week = sum(float(rates_per_h(scenario, window).sum()) for scenario in study.alternatives.values())
    return per_week * campaign.settings.weeks * study.replications


def write_first_look(campaign: Campaign, tables: CampaignTables) -> Path:
    """Write the page of the first replications, which that of all takes the place of (step 3)."""
    study, done = campaign.study, int(tables.epochs["replication"].nunique())
    part = dataclasses.replace(campaign, study=dataclasses.replace(study, replications=done))
    note = f"First look: {done} of {study.replications} replications, which tell no interval. The page is written anew."
    page = render_campaign_page(campaign_results(part, tables.epochs, tables.options), note)
    return OutputFolder(study.out).write_text("campaign.html", page)


def write_campaign_files(results: CampaignResults, wall_s: float) -> list[Path]:
    """Write the files of a campaign, each whole or not at all (step 6)."""
    study = results.campaign.study
    output = OutputFolder(study.out)
    record = run_record(study, wall_s) | {"campaign": plain_settings(results.campaign.settings)}
    sets: list[Path] = []
    if results.panel is not None:
        sets = [
            output.write_parquet("panel.parquet", results.panel.by_adversary),
            output.write_parquet("panel_inputs.parquet", results.panel.worst.numbers),
        ]
    return [
        output.write_parquet("epochs.parquet", results.epochs),
        output.write_parquet("options.parquet", results.options),
        *sets,
        output.write_text("tournament.csv", tournament_table(results).to_csv(index=False)),
        output.write_json("run.json", record),
        output.write_json("answer.json", campaign_answer_record(results)),
        output.write_text("campaign.html", render_campaign_page(results)),
    ]


def tournament_table(results: CampaignResults) -> pd.DataFrame:
    """Return tournament.csv: a row an alternative, adversary and stretch of weeks, with intervals over replications."""
    rows = []
    for weeks, tournament in (("all", results.whole), ("later half", results.later)):
        for result in tournament.results.values():
            row: dict[str, object] = {"weeks": weeks, "alternative": result.alternative, "adversary": result.adversary}
            for name in ("detection", "caught", "outside", "delivered", "gain"):
                part = getattr(result, name)
                for end in ("mean", "low", "high"):
                    row[f"{name}_{end}"] = float("nan") if part is None else getattr(part, end)
            for end in ("mean", "low", "high"):
                row[f"regret_{end}"] = getattr(tournament.regret[result.alternative], end)
            row["is_worst_case"] = tournament.worst[result.alternative] == result.adversary
            rows.append(row)
    return pd.DataFrame(rows)


def print_campaign(terminal: Console, results: CampaignResults) -> None:
    """Print the question, the matrix and the answer (step 6)."""
    settings, study = results.campaign.settings, results.campaign.study
    if question := question_of(results):
        report_terminal.print_answer(terminal, question)
    for sentence in tournament_sentences(results):
        report_terminal.print_line(terminal, sentence)
    terminal.print()
    report_terminal.print_line(
        terminal,
        f"Loads detected per load that came by truck, %, weeks {results.later_from} to {settings.weeks - 1}; regret in "
        f"points. {percent(study.coverage, 0)} intervals over replications are on the page.",
    )
    rows = [
        [results.label(name), *(number(100.0 * one.detection.mean) for one in row_results), number(100.0 * regret.mean)]
        for name, row_results, _, regret in matrix_rows(results, results.later)
    ]
    report_terminal.print_short_table(terminal, ["Alternative", *settings.adversaries, "regret"], rows)
    for name in settings.adversaries:
        report_terminal.print_line(terminal, f"  {name}: the organization {ADVERSARY_WORDS[name]}")
    terminal.print()
    report_terminal.print_line(terminal, organizations_sentence(results))
    report_terminal.print_answer(terminal, campaign_answer(results).text)


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("campaign")

"""``throughgate fund``: simulated alternatives turned into a case for money.

1  case        overrides            -> Case         (nothing is written before this succeeds)
2  train       Case                 -> risk models  (from the cache, where they are known)
3  complete    Case, risk models    -> who cannot carry the last year, and what would complete them
4  simulate    Case, risk models    -> Response     (demand years, paired replications)
5  appraise    Case, Response       -> Appraised    (costs, users' gain, loads, present values)
6  doubt       Case, Response       -> Uncertainty  (draws, worlds of their own, sensitivities)
7  write       all of it            -> the report, the whole as JSON, tables as CSV
8  say         Appraised            -> the answer, the tables, the notes
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from experiments import screen
from experiments.compare import train
from experiments.economics.appraisal import Appraisal
from experiments.economics.doubt import Doubt
from experiments.funding import case_tables, fund_screen, portfolio_case
from experiments.funding.appraised import Appraised
from experiments.funding.case import Case
from experiments.funding.completion import completions, completions_table
from experiments.funding.money import priced, worths
from experiments.funding.papers import write_papers
from experiments.funding.redrawn_worlds import n_worlds
from experiments.funding.replication_noise import (
    ByReplication,
    amounts_table,
    worths_by_replication,
)
from experiments.funding.request import case, doubt, plan
from experiments.funding.response import Response
from experiments.funding.simulation import simulate_case
from experiments.funding.uncertainty import Uncertainty, uncertain
from experiments.output import Output
from experiments.provenance import run_record

PRICED: Final = ("mean_nmb_usd", "nmb_usd")
"""Columns of the uncertainty that hold loads in dollars."""


def main(overrides: Sequence[str]) -> int:
    """Make the funding case of a study and return the exit status."""
    if (many := plan(overrides)) is not None:
        return portfolio_case.carry_out(many, overrides)
    asked = case(overrides)
    return carry_out(asked, doubt(asked))


def carry_out(asked: Case, doubted: Doubt) -> int:
    """Take a case from its settings to its files (steps 2 to 8)."""
    begin = time.perf_counter()
    terminal = screen.console()
    scorers = train(asked.study, terminal)
    lacking, carried = completions(asked, scorers)
    short = completions_table(lacking, completed=asked.terms.complete)
    fund_screen.before(terminal, carried, short)
    with screen.progress(terminal, carried.study.replications, "replications of all years") as tell:
        simulated = simulate_case(carried, scorers, tell)
    found = appraised(carried, simulated, short)
    each = worths_by_replication(carried, simulated)
    with screen.progress(terminal, n_worlds(doubted), "redrawn worlds of all years") as tell:
        unsure = uncertain(carried, simulated, scorers, doubted, tell)
    made = tables(found, each) | unsure_tables(unsure, asked.appraisal)
    written = write(found, unsure, made, time.perf_counter() - begin)
    wall_s = time.perf_counter() - begin
    fund_screen.after(terminal, found, each, unsure, (written, wall_s))
    return 0


def appraised(asked: Case, simulated: Response, short: pd.DataFrame) -> Appraised:
    """Return the deterministic case (step 5)."""
    alternatives = priced(asked, simulated)
    return Appraised(asked, simulated, alternatives, worths(asked, alternatives), short)


def tables(found: Appraised, each: ByReplication) -> dict[str, pd.DataFrame]:
    """Return the raw tables of the case by the name of their file."""
    made = {
        "measures": case_tables.measures_table(found, each),
        "ledger": case_tables.ledger_table(found),
        "frontiers": case_tables.frontier_table(found),
        "amounts": amounts_table(found.case, found.response),
        "inputs": case_tables.inputs_table(found),
        "completions": found.completions,
    }
    net_benefit = case_tables.net_benefit_table(found)
    return made if net_benefit is None else made | {"net_benefit": net_benefit}


def unsure_tables(found: Uncertainty, appraisal: Appraisal) -> dict[str, pd.DataFrame]:
    """Return every table of the uncertainty by the name of its file.

    Without a value of a load, none of them adds loads to dollars: which alternative leads at a
    threshold is in them, and what it would then be worth is not.
    """
    made = {name: table for name, table in found.tables().items() if len(table.columns)}
    if appraisal.interdiction_usd_per_load is None:
        made = {n: table.drop(columns=list(PRICED), errors="ignore") for n, table in made.items()}
    return {"drawn_inputs" if name == "inputs" else name: table for name, table in made.items()}


def write(
    found: Appraised, unsure: Uncertainty | None, made: Mapping[str, pd.DataFrame], wall_s: float
) -> list[Path]:
    """Write the files of the case, each whole or not at all (step 7)."""
    output = Output(found.case.study.out)
    record = run_record(found.case.study, wall_s) | {"overrides": list(found.case.overrides)}
    return [
        *write_papers(output, found, unsure),
        *(
            output.write_text(f"data/{name}.csv", table.to_csv(index=False))
            for name, table in made.items()
        ),
        output.write_json("run.json", record),
    ]


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("fund")

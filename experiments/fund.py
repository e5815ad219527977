"""``throughgate fund``: simulated alternatives turned into a case for money.

1  case        overrides            -> Case         (nothing is written before this succeeds)
2  train       Case                 -> risk models  (from the cache, where they are known)
3  complete    Case, risk models    -> who cannot carry the last year, and what would complete them
4  simulate    Case, risk models    -> Response     (demand years, paired replications)
5  appraise    Case, Response       -> Appraised    (costs, users' gain, loads, present values)
6  write       Appraised            -> the report, the whole as JSON, tables as CSV
7  say         Appraised            -> the answer, the tables, the notes
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments import screen
from experiments.compare import train
from experiments.funding import case_tables, fund_screen
from experiments.funding.appraised import Appraised
from experiments.funding.case import Case
from experiments.funding.completion import completions, completions_table
from experiments.funding.money import priced, worths
from experiments.funding.papers import write_papers
from experiments.funding.replication_noise import (
    ByReplication,
    amounts_table,
    worths_by_replication,
)
from experiments.funding.request import case
from experiments.funding.response import Response
from experiments.funding.simulation import simulate_case
from experiments.output import Output
from experiments.provenance import run_record


def main(overrides: Sequence[str]) -> int:
    """Make the funding case of a study and return the exit status."""
    return carry_out(case(overrides))


def carry_out(asked: Case) -> int:
    """Take a case from its settings to its files (steps 2 to 7)."""
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
    written = write(found, tables(found, each), time.perf_counter() - begin)
    fund_screen.after(terminal, found, each, written, time.perf_counter() - begin)
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


def write(found: Appraised, made: Mapping[str, pd.DataFrame], wall_s: float) -> list[Path]:
    """Write the files of the case, each whole or not at all (step 6)."""
    output = Output(found.case.study.out)
    record = run_record(found.case.study, wall_s) | {"overrides": list(found.case.overrides)}
    return [
        *write_papers(output, found),
        *(
            output.write_text(f"data/{name}.csv", table.to_csv(index=False))
            for name, table in made.items()
        ),
        output.write_json("run.json", record),
    ]


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("fund")

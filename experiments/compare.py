"""``throughgate compare``: alternatives against a baseline, on the same trucks.

1  study       overrides             -> Study        (nothing is written before this succeeds)
2  train       Study                 -> risk models  (from the cache, where they are known)
3  loads       Study, risk models    -> each station's weekly load, said before the run
4  replicate   Study, risk models    -> METRICS, profiles (also with one more of each resource)
5  match       METRICS               -> METRICS at the baseline's scan share, wait, ...
6  redraw      Study, settings of 5  -> does the ranking hold when what is assumed is redrawn?
7  gather      METRICS, profiles     -> Findings     (intervals, verdicts, frontier)
8  write       Findings              -> metrics, comparison, run.json, report.html
9  say         Findings              -> the answer, the table, the notes

``throughgate run`` takes the same steps with one alternative.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from experiments import screen
from experiments.bottleneck import split, with_extras
from experiments.findings import Besides, Findings, gather
from experiments.informed import n_weeks
from experiments.load import Study, study
from experiments.matched import SHARE, matched
from experiments.met import risk_key
from experiments.output import Output
from experiments.overload import overloaded
from experiments.pipeline import Scorer, scored, simulate, trucks
from experiments.plans import plans
from experiments.provenance import run_record
from experiments.replicate import Replications, loads, plan_of, replicate
from experiments.report import render
from experiments.robustness import redraw
from experiments.start import ready
from experiments.trained import ensure
from experiments.trucks_file import of_study
from sim.ledger import events
from sim.scenario import replace


def main(overrides: Sequence[str]) -> int:
    """Compare the alternatives of a study and return the exit status."""
    return carry_out(study(overrides, "compare"))


def carry_out(asked: Study) -> int:
    """Take a study from its settings to its files (steps 2 to 9)."""
    begin = time.perf_counter()
    terminal = screen.console()
    asked = ready(asked, functools.partial(screen.say, terminal))
    scorers = train(asked, terminal)
    weekly = loads(asked, scorers)
    screen.before(terminal, asked.alternatives, weekly)
    planned = plans(asked, scorers)
    screen.plans(terminal, planned)
    done, besides = replicated(asked, scorers, terminal, weekly)
    found = gather(asked, done, weekly, dataclasses.replace(besides, plans=planned))
    written = write(found, time.perf_counter() - begin)
    if asked.ledger:
        written += write_ledger(asked, scorers)
    screen.after(terminal, found, written, time.perf_counter() - begin)
    return 0


def replicated(
    asked: Study,
    scorers: Mapping[str, Scorer],
    terminal: Console,
    weekly: Mapping[str, pd.DataFrame],
) -> tuple[Replications, Besides]:
    """Run the study, and beside it what its settings ask for (steps 4 to 6)."""
    with screen.progress(terminal, asked.replications) as tell:
        more = with_extras(asked) if asked.bottleneck else asked
        extras = more.alternatives.keys() - asked.alternatives.keys()
        whole = replicate(more, scorers, tell, plain=extras)
    done, extra = split(asked, whole)
    unstable, _ = overloaded(asked.alternatives, weekly)
    with screen.progress(terminal, asked.replications, "at equal levels") as tell:
        equal = matched(asked, scorers, done.metrics, tell, unstable)
    redrawn = None
    # a single replication is a first look: it has no interval, and its range would take minutes
    if asked.robustness.draws and asked.replications > 1:
        with screen.progress(terminal, asked.robustness.draws, "redrawn assumptions") as tell:
            redrawn = redraw(asked, scorers, equal[SHARE.metric].settings, tell)
    extra_rows = extra if asked.bottleneck else None
    return done, Besides(matched=equal, extra=extra_rows, redrawn=redrawn)


def train(asked: Study, terminal: Console) -> dict[str, Scorer]:
    """Return the fitted risk model of every alternative, each trained once (step 2).

    All alternatives at the baseline's port share its past: that before the change under study.
    """
    scorers: dict[str, Scorer] = {}
    before_change = asked.alternatives[asked.baseline]
    for scenario in asked.alternatives.values():
        key, risk = risk_key(scenario), scenario.risk
        if key in scorers:
            continue
        with screen.progress(terminal, n_weeks(risk), f"training {risk.name}, weeks") as tell:
            past = scenario
            if scenario.port.name == before_change.port.name:
                parts = {p: getattr(before_change, p) for p in ("port", "traffic", "threat")}
                past = replace(scenario, **parts)
            scorers[key] = ensure(risk, past, asked.processes, tell)
    return scorers


def write(found: Findings, wall_s: float) -> list[Path]:
    """Write the files that every study leaves, each whole or not at all (step 8)."""
    output, redrawn = Output(found.study.out), found.redrawn
    tables = {"metrics": found.metrics, "comparison": found.comparison}
    if redrawn is not None:
        tables |= {"redrawn": redrawn.rows, "redrawn_inputs": redrawn.numbers}
    return [
        *(output.write_parquet(f"{name}.parquet", table) for name, table in tables.items()),
        output.write_json("run.json", run_record(found.study, wall_s, found.unstable)),
        output.write_text("report.html", render(found)),
    ]


def write_ledger(asked: Study, scorers: Mapping[str, Scorer]) -> list[Path]:
    """Write the baseline's first replication truck by truck, and as an event log."""
    name, window = asked.baseline, asked.window(0)
    scenario = asked.alternatives[name]
    plan = plan_of(scenario, scorers, window)
    manifest = trucks(scenario, window, of_study(asked))
    scores = scored(scenario, scorers[risk_key(scenario)], manifest)
    ledger = simulate(scenario, window, manifest, scores, plan, asked.engine).ledger
    output = Output(asked.out)
    return [
        output.write_parquet("ledger.parquet", ledger),
        output.write_parquet("events.parquet", events(ledger)),
    ]


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("compare")

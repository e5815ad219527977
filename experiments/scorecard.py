"""``throughgate scorecard``: the measures that both governments could agree on, from any runs.

1  keys      arguments                -> Asked       (nothing is written before 3 succeeds)
2  periods   folders of runs          -> Periods     (or one run, simulated here)
3  card      Periods, targets         -> Card        (intervals, ranges, verdicts, trends)
4  edition   Card                     -> Card        (public: some lines taken out)
5  papers    Card                     -> scorecard.html, .csv, .json; the terminal
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from experiments import compare, screen
from experiments.findings import gather
from experiments.load import Study, default_out, study
from experiments.output import Output, check_folder
from experiments.replicate import loads
from experiments.scoring import scorecard_files, scorecard_page, scorecard_screen
from experiments.scoring.edition import in_edition
from experiments.scoring.periods import Period, read_series
from experiments.scoring.scorecard_keys import KEYS, Asked, read_keys
from experiments.scoring.targets import read_targets
from experiments.scoring.verdict_card import Card, Edition, make
from sim.errors import ConfigError

EXAMPLE = "throughgate scorecard runs=[results/2024,results/2025] periods=[2024,2025]"
QUICK = ("bottleneck=false",)
"""Settings of a run that is simulated for a scorecard, unless the user says otherwise."""


def main(overrides: Sequence[str]) -> int:
    """Make a scorecard and return the exit status."""
    asked = read_keys(overrides)
    targets = read_targets(asked.targets)
    terminal = screen.console()
    if asked.simulates:
        made = _study(asked)
        out = made.out
        check_folder(out)
        simulate(run := _apart(made, asked.edition), terminal)
        series = [_series("runs", (str(run.out),), asked)]
    else:
        series = directions(asked)
        out = _out(asked, series[0][0])
        check_folder(out)
    card = in_edition(make(series, targets), asked.edition)
    scorecard_screen.show(terminal, card, write(card, out))
    return 0


def directions(asked: Asked) -> list[list[Period]]:
    """Return the periods of each direction that is given.

    Raises
    ------
    ConfigError
        A run of the wrong direction, or anything that `read_series` refuses.
    """
    series = []
    for key, folders in (("runs", asked.runs), ("southbound", asked.southbound)):
        if folders:
            found = _series(key, folders, asked)
            _check_direction(key, found[0], both=bool(asked.runs and asked.southbound))
            series.append(found)
    if len(series) == 2:
        _check_alike(*series)
    return series


def _series(key: str, folders: tuple[str, ...], asked: Asked) -> list[Period]:
    labels = asked.periods
    if asked.simulates and not labels:
        labels = ("this run",)
    elif asked.edition == "public" and not labels:
        # a folder's name may say what no reader outside should know
        labels = tuple(f"period {number}" for number in range(1, len(folders) + 1))
    return read_series(key, folders, labels, asked.alternative, asked.by)


def _check_direction(key: str, first: Period, *, both: bool) -> None:
    way = first.scenario.port.direction
    if key == "southbound" and way != "southbound":
        raise ConfigError(key, f"{str(first.folder)!r} is of a {way} port; give it as runs")
    if key == "runs" and way == "southbound" and both:
        problem = f"{str(first.folder)!r} is of a southbound port; beside southbound give"
        raise ConfigError(key, f"{problem} northbound runs")


def _check_alike(north: Sequence[Period], south: Sequence[Period]) -> None:
    """Refuse two directions that are measured otherwise, or over other periods."""
    if len(north) != len(south):
        problem = f"one folder for each of the {len(north)} periods of runs, got {len(south)}"
        raise ConfigError("southbound", problem)
    for name in ("coverage", "high_risk_score"):
        mine, others = north[0].settings[name], south[0].settings[name]
        if mine != others:
            problem = f"{str(south[0].folder)!r} has {name}={others}, runs have {name}={mine}"
            raise ConfigError("southbound", f"{problem}; a scorecard has one")


def _study(asked: Asked) -> Study:
    """Return the study that is simulated where no run is given; today's practice by default."""
    out = [] if asked.out is None else [f"out='{_quoted(asked.out)}'"]
    made = study([*QUICK, *asked.study, *out], "run")
    if asked.out is not None:
        return made
    folder = _quoted(str(default_out("scorecard", made.alternatives[made.baseline].port.name)))
    return study([*QUICK, *asked.study, f"out='{folder}'"], "run")


def _apart(made: Study, edition: Edition) -> Study:
    """Return the study with its files beside a public scorecard's folder, never in it."""
    if edition == "internal":
        return made
    return replace(made, out=made.out.with_name(f"{made.out.name}-internal-run"))


def _quoted(text: str) -> str:
    return text.replace("'", "\\'")


def _out(asked: Asked, first: Period) -> Path:
    if asked.out is not None:
        return Path(asked.out).expanduser()
    return default_out("scorecard", first.scenario.port.name)


def simulate(asked: Study, terminal: Console) -> None:
    """Run one alternative and leave what ``throughgate run`` leaves, without its words."""
    begin = time.perf_counter()
    scorers = compare.train(asked, terminal)
    weekly = loads(asked, scorers)
    done, besides = compare.replicated(asked, scorers, terminal, weekly)
    compare.write(gather(asked, done, weekly, besides), time.perf_counter() - begin)


def write(card: Card, folder: Path) -> list[Path]:
    """Write page, table and record, each whole or not at all."""
    texts = {
        "scorecard.html": scorecard_page.render(card),
        "scorecard.csv": scorecard_files.csv_text(card),
    }
    record, output = scorecard_files.record(card), Output(folder)
    return [
        *(output.write_text(name, text) for name, text in texts.items()),
        output.write_json("scorecard.json", record),
    ]


def usage() -> str:
    """Return how the verb is called."""
    indent = " " * (max(map(len, KEYS)) + 4)
    keys = [
        textwrap.fill(
            words,
            80,
            initial_indent=f"  {key}".ljust(len(indent)),
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        for key, words in KEYS.items()
    ]
    return "\n".join(
        [
            "throughgate scorecard [--config-dir DIR] [key=value ...]",
            "",
            "Waits, commerce, CBP's key performance parameters, detection, seizures and",
            "integrity against targets, a verdict for each line, of runs that are there:",
            f"  {EXAMPLE}",
            "or from one that is simulated now, which takes the keys of throughgate run:",
            "  throughgate scorecard port=pharr",
            "",
            *keys,
        ]
    )


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("scorecard")

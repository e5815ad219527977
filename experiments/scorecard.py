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

from experiments import compare
from experiments.execution.replicate import weekly_loads
from experiments.files import OutputFolder, check_writable
from experiments.report import terminal as report_terminal
from experiments.report.findings import gather_findings
from experiments.report.screen.before import Stages
from experiments.scorecards import files, page
from experiments.scorecards import terminal as scorecards_terminal
from experiments.scorecards.card import Scorecard, make_scorecard, scorecard_in_edition
from experiments.scorecards.periods import Period, read_series
from experiments.scorecards.request import KEYS, ScorecardRequest, read_request
from experiments.scorecards.targets import read_targets
from experiments.study.compose import out_override
from experiments.study.study import Study, build_study, default_folder
from experiments.training.find_or_train import train_all
from sim.errors import ConfigError

EXAMPLE = "throughgate scorecard runs=[results/2024,results/2025] periods=[2024,2025]"
QUICK = ("bottleneck=false",)
"""Settings of a run that is simulated for a scorecard, unless the user says otherwise."""


def main(overrides: Sequence[str]) -> int:
    """Make a scorecard and return the exit status."""
    asked = read_request(overrides)
    targets, terminal = read_targets(asked.targets), report_terminal.open_console()
    if asked.simulates:
        made = _study(asked)
        out = made.out
        check_writable(out)
        # beside a public scorecard's folder, never in it
        run = made if asked.edition == "internal" else replace(made, out=out.with_name(f"{out.name}-internal-run"))
        simulate_study(run, terminal)
        series = [_series("runs", (str(run.out),), asked)]
    else:
        series = read_directions(asked)
        out = _out(asked, series[0][0])
        check_writable(out)
    card = scorecard_in_edition(make_scorecard(series, targets), asked.edition)
    scorecards_terminal.print_scorecard(terminal, card, write_scorecard(card, out))
    return 0


def read_directions(request: ScorecardRequest) -> list[list[Period]]:
    """Return the periods of each direction that is given; ConfigError for a run of the wrong direction."""
    series = []
    for key, folders in (("runs", request.runs), ("southbound", request.southbound)):
        if folders:
            found = _series(key, folders, request)
            _check_direction(key, found[0], both=bool(request.runs and request.southbound))
            series.append(found)
    if len(series) == 2:
        _check_alike(*series)
    return series


def _series(key: str, folders: tuple[str, ...], request: ScorecardRequest) -> list[Period]:
    labels = request.periods
    if request.simulates and not labels:
        labels = ("this run",)
    elif request.edition == "public" and not labels:
        # a folder's name may say what no reader outside should know
        labels = tuple(f"period {number}" for number in range(1, len(folders) + 1))
    return read_series(key, folders, labels, request.alternative, request.by)


def _check_direction(key: str, period: Period, *, both: bool) -> None:
    way = period.scenario.port.direction
    if key == "southbound" and way != "southbound":
        raise ConfigError(key, f"{str(period.folder)!r} is of a {way} port; give it as runs")
    if key == "runs" and way == "southbound" and both:
        problem = f"{str(period.folder)!r} is of a southbound port"
        raise ConfigError(key, f"{problem}; beside southbound give northbound runs")


def _check_alike(north: Sequence[Period], south: Sequence[Period]) -> None:
    """Refuse two directions that are measured otherwise, or over other periods."""
    if len(north) != len(south):
        raise ConfigError("southbound", f"one folder for each of the {len(north)} periods of runs, got {len(south)}")
    for name in ("coverage", "high_risk_score"):
        mine, others = north[0].settings[name], south[0].settings[name]
        if mine != others:
            problem = f"{str(south[0].folder)!r} has {name}={others}, runs have {name}={mine}"
            raise ConfigError("southbound", f"{problem}; a scorecard has one")


def _study(request: ScorecardRequest) -> Study:
    """Return the study that is simulated where no run is given; today's practice by default."""
    out = [] if request.out is None else [out_override(request.out)]
    made = build_study([*QUICK, *request.study, *out], "run")
    if request.out is not None:
        return made
    folder = default_folder("scorecard", made.alternatives[made.baseline].port.name)
    return replace(made, out=folder, overrides=(*made.overrides, f"out='{folder}'"))


def _out(request: ScorecardRequest, period: Period) -> Path:
    if request.out is not None:
        return Path(request.out).expanduser()
    return default_folder("scorecard", period.scenario.port.name)


def simulate_study(study: Study, terminal: Console) -> None:
    """Run one alternative and leave what ``throughgate run`` leaves, without its words."""
    begin = time.perf_counter()
    scorers = train_all(study, terminal)
    weekly = weekly_loads(study, scorers)
    done, besides = compare.replicate_with_extras(study, scorers, Stages(terminal, study), weekly)
    compare.write_comparison_files(gather_findings(study, done, weekly, besides), time.perf_counter() - begin)


def write_scorecard(card: Scorecard, folder: Path) -> list[Path]:
    """Write page, table and record, each whole or not at all."""
    texts = {"scorecard.html": page.render_scorecard(card), "scorecard.csv": files.scorecard_csv(card)}
    record, output = files.scorecard_record(card), OutputFolder(folder)
    return [
        *(output.write_text(name, text) for name, text in texts.items()),
        output.write_json("scorecard.json", record),
    ]


def usage() -> str:
    """Return how the verb is called."""
    indent = " " * (max(map(len, KEYS)) + 4)
    keys = [
        textwrap.fill(
            words, 80, initial_indent=f"  {key}".ljust(len(indent)), subsequent_indent=indent, break_on_hyphens=False
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

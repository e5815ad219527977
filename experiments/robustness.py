"""Whether the ranking holds when everything that is assumed is redrawn.

In each draw all assumed inputs are redrawn together (`experiments.assumptions`), for all
alternatives alike; every alternative meets the same trucks of that world, as asked and with its
knob turned to the baseline's realised scan share.
`experiments.verdicts` judges what comes of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from joblib import Parallel, delayed

from experiments.assumptions import Assumption, assumptions, draws, redrawn_mapping
from experiments.knobs import asked_share, knob, with_share
from experiments.matched import SHARE, levels
from experiments.overload import overloaded
from experiments.pipeline import Scorer, measured
from experiments.replicate import (
    Progress,
    Shared,
    one_replication,
    risk_key,
    warm_up,
)
from sim import build
from sim.errors import ThroughgateError
from sim.scenario import Scenario
from sim.tables import METRICS
from sim.workload import weekly_load

if TYPE_CHECKING:
    from experiments.load import Study

TURNS: Final = 4
"""Most times that a knob is turned within a draw to meet the baseline's realised scan share; those
that have met it are not run again."""
COLUMNS: Final = ("draw", "alternative", "wait_mean_min", "detection_expected", "scan_rate",
                  "equal_detection", "equal_scan_rate", "unstable")  # fmt: skip
"""Columns of ``redrawn.parquet``; ``equal_*``: with the knob turned. `BESIDES` follow them."""
BESIDES: Final = tuple(
    column.name
    for column in METRICS
    if column.kind == "float"
    and column.name not in COLUMNS
    and not column.name.startswith(("n_passed", "n_random"))
)
"""Every other number of METRICS as the draw ran as asked; a draw has no random stream."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """All draws: METRICS of each, and the numbers that were drawn."""

    asked: int
    replications: int
    inputs: list[Assumption]
    rows: pd.DataFrame
    """`COLUMNS` and `BESIDES`, one row a draw and alternative."""
    numbers: pd.DataFrame
    """One row a draw, one column an input."""
    refused: dict[int, str]
    """Draws that make no sense, and why."""

    @property
    def overloaded(self) -> int:
        """Draws in which no alternative can carry its load: nobody's wait can be compared."""
        return int(self.rows.groupby("draw")["unstable"].all().sum()) if len(self.rows) else 0


def redraw(
    study: Study,
    scorers: Mapping[str, Scorer],
    settings: Mapping[str, str],
    progress: Progress | None = None,
) -> Redrawn:
    """Run the study's alternatives in every redrawn world.

    Parameters
    ----------
    settings : mapping
        To what knobs were turned for equal scan share in the study itself; the first try.
    """
    warm_up(study.engine, [s.policy for s in study.alternatives.values()])
    heeded = any(scenario.heeds_others for scenario in study.alternatives.values())
    inputs = [
        one
        for one in assumptions(study.inputs(study.baseline))
        if heeded or not one.key.startswith("sharing.")
    ]
    worlds = list(draws(study, inputs))
    mappings = {name: study.mapping(name) for name in study.alternatives}
    rows, refused = [], {}
    task = delayed(one_draw)
    jobs = (
        task(study, scorers, mappings, settings, (draw, world)) for draw, world in enumerate(worlds)
    )
    for draw, found in enumerate(_carried_out(jobs, min(study.processes, max(len(worlds), 1)))):
        if isinstance(found, str):
            refused[draw] = found
        else:
            rows += found
        if progress is not None:
            progress(draw + 1, len(worlds))
    numbers = pd.DataFrame([{one.key: number for one, number in world} for world in worlds])
    table = pd.DataFrame(rows, columns=[*COLUMNS, *BESIDES])
    weeks = study.robustness.replications
    return Redrawn(len(worlds), weeks, inputs, table, numbers, refused)


def _carried_out(jobs: Iterator[Any], processes: int) -> Iterator[list[dict[str, object]] | str]:
    if processes == 1:
        yield from (function(*args, **more) for function, args, more in jobs)
        return
    yield from Parallel(n_jobs=processes, backend="loky", return_as="generator")(jobs)


def one_draw(
    study: Study,
    scorers: Mapping[str, Scorer],
    mappings: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, str],
    draw: tuple[int, Sequence[tuple[Assumption, float]]],
) -> list[dict[str, object]] | str:
    """Return the rows of one draw, or why it makes no sense."""
    place, drawn = draw
    base = mappings[study.baseline]
    try:
        worlds = {n: build.scenario(redrawn_mapping(m, base, drawn)) for n, m in mappings.items()}
        # models stay those of the study: a redrawn world is not what they were trained on
        trained = {risk_key(w): scorers[risk_key(study.alternatives[n])] for n, w in worlds.items()}
        world = World(dataclasses.replace(study, alternatives=worlds), trained, place)
        asked = world.run(worlds)
        first = {name: _set(worlds[name], text) for name, text in settings.items()}
        equal, unstable = world.turned(asked, first), world.unstable()
    except ThroughgateError as error:
        return str(error)
    found = {m: levels(asked, m) for m in (*COLUMNS[2:5], *BESIDES)}
    turned = {m: levels(equal, m) for m in ("detection_expected", "scan_rate")}
    return [
        {"draw": place, "alternative": name}
        | {metric: values[name] for metric, values in found.items()}
        | {f"equal_{m.removesuffix('_expected')}": values[name] for m, values in turned.items()}
        | {"unstable": name in unstable}
        for name in worlds
    ]


def _set(scenario: Scenario, text: str) -> Scenario:
    """Return the scenario with ``policy.<knob>=<number>`` set."""
    value = float(text.partition("=")[2])
    cutoff = str(knob(scenario)).endswith("cutoff")
    return with_share(scenario, 1.0 - value if cutoff else value)


class World:
    """One draw's alternatives on the same few weeks of its own trucks."""

    def __init__(self, study: Study, scorers: Mapping[str, Scorer], place: int) -> None:
        self.study, self.scorers, self.shared = study, scorers, Shared()
        weeks = study.robustness.replications
        self.weeks = [(place * weeks + k) % max(study.replications, weeks) for k in range(weeks)]

    def run(self, scenarios: dict[str, Scenario]) -> pd.DataFrame:
        """Return METRICS of the scenarios over the draw's weeks."""
        part = dataclasses.replace(self.study, alternatives=scenarios)
        rows = []
        for r in self.weeks:
            rows += one_replication(part, self.scorers, self.shared, r, measured)[0]
        return pd.DataFrame(rows)

    def turned(self, asked: pd.DataFrame, first: Mapping[str, Scenario]) -> pd.DataFrame:
        """Return METRICS at the baseline's realised share, of those that can be brought there."""
        goal = levels(asked, SHARE.metric)[self.study.baseline]
        best, last = asked, dict(self.study.alternatives)
        for turn in range(TURNS):
            shares = levels(best, SHARE.metric)
            off = [n for n, v in shares.items() if not SHARE.within(v, goal) and knob(last[n])]
            todo = {n: _closer(last[n], goal, shares[n]) for n in off if shares[n] > 0.0}
            if turn == 0:
                todo |= {name: first[name] for name in off if name in first}
            if not todo or goal == 0.0:
                break
            best = pd.concat([best[~best["alternative"].isin(todo)], self.run(todo)])
            last |= todo
        return best

    def unstable(self) -> dict[str, str]:
        """Return the alternatives that cannot carry their load in this world."""
        window = self.study.window(self.weeks[0])
        loads = {}
        for name, scenario in self.study.alternatives.items():
            plan = self.shared.plan(scenario, self.scorers[risk_key(scenario)], window)
            loads[name] = weekly_load(scenario, plan.expected, window)
        return overloaded(self.study.alternatives, loads)[0]


def _closer(scenario: Scenario, goal: float, realised: float) -> Scenario:
    return with_share(scenario, asked_share(scenario) * goal / realised)

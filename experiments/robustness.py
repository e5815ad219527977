"""Whether the ranking holds when everything that is assumed is redrawn.

In each draw all assumed inputs are redrawn together (`experiments.assumptions`), for all
alternatives alike; every alternative meets the same trucks of that world, as asked and with its
knob turned to the baseline's realised scan share.
`experiments.verdicts` judges what comes of it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from experiments.assumptions import Assumption, assumptions, draws, redrawn_mapping
from experiments.crew import carried_out
from experiments.knobs import asked_share, knob, with_share
from experiments.matched import SHARE, all_levels, levels
from experiments.met import risk_key
from experiments.overload import overloaded
from experiments.pipeline import Scorer, levelled, measured
from experiments.replicate import Progress, Shared, Way, one_replication, warm_up
from sim import build
from sim.errors import ThroughgateError
from sim.scenario import Scenario
from sim.tables import METRICS
from sim.workload import weekly_load

if TYPE_CHECKING:
    from experiments.load import Study

TURNS: Final = 4
"""Most times that a knob is turned within a draw to meet the baseline's realised scan share."""
COLUMNS: Final = (
    "draw",
    "alternative",
    "wait_mean_min",
    "detection_expected",
    "scan_rate",
    "equal_detection",
    "equal_scan_rate",
    "unstable",
)
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
    pieces = [
        functools.partial(one_draw, study, scorers, mappings, settings, (draw, world))
        for draw, world in enumerate(worlds)
    ]
    for draw, found in enumerate(carried_out(pieces, study.processes)):
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
    found = all_levels(asked, (*COLUMNS[2:5], *BESIDES))
    turned = all_levels(equal, ("detection_expected", "scan_rate"))
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

    def run(self, scenarios: dict[str, Scenario], way: Way = measured) -> pd.DataFrame:
        """Return METRICS of the scenarios over the draw's weeks."""
        part = dataclasses.replace(self.study, alternatives=scenarios)
        rows = []
        for r in self.weeks:
            rows += one_replication(part, self.scorers, self.shared, r, way)[0]
        return pd.DataFrame(rows)

    def turned(self, asked: pd.DataFrame, first: Mapping[str, Scenario]) -> pd.DataFrame:
        """Return METRICS at the baseline's realised share, of those that can be brought there.

        The first turn is to where the knob stood in the study itself, or in proportion; the next
        ones follow the line through the two tries nearest to the goal. Of all tries the nearest
        counts.
        """
        whole, own = levels(asked, SHARE.metric), self.study.alternatives
        goal, best = whole[self.study.baseline], asked
        tried = {n: {asked_share(own[n]): v} for n, v in whole.items() if knob(own[n]) and v > 0.0}
        for turn in range(TURNS):
            shares = levels(best, SHARE.metric)
            off = [name for name in tried if not SHARE.within(shares[name], goal)]
            todo = {name: with_share(own[name], next_share(tried[name], goal)) for name in off}
            if turn == 0:
                todo |= {name: first[name] for name in off if name in first}
            todo = {n: s for n, s in todo.items() if asked_share(s) not in tried[n]}
            if not todo or goal == 0.0:
                break
            done = self.run(todo, levelled)
            found = levels(done, SHARE.metric)
            for name, scenario in todo.items():
                tried[name][asked_share(scenario)] = found[name]
            nearer = [n for n in todo if abs(found[n] - goal) < abs(shares[n] - goal)]
            kept, gained = (~best["alternative"].isin(nearer), done["alternative"].isin(nearer))
            best = pd.concat([best[kept], done[gained]])
        return best

    def unstable(self) -> dict[str, str]:
        """Return the alternatives that cannot carry their load in this world."""
        window = self.study.window(self.weeks[0])
        loads = {}
        for name, scenario in self.study.alternatives.items():
            plan = self.shared.plan(scenario, self.scorers[risk_key(scenario)], window)
            loads[name] = weekly_load(scenario, plan.expected, window)
        return overloaded(self.study.alternatives, loads)[0]


def next_share(tried: Mapping[float, float], goal: float) -> float:
    """Return the share to ask for next, from what was realised of those asked for so far.

    In proportion after one try; after two or more on the straight line through the nearest try on
    either side of the goal, or through the two nearest where all lie on one side. Where tries keep
    falling on one side, the other end counts half as far off for each (the Illinois rule).

    Examples
    --------
    >>> next_share({0.2: 0.1}, goal=0.15), next_share({0.2: 0.1, 0.4: 0.2}, goal=0.15)
    (0.3, 0.3)
    """
    near = sorted(tried.items(), key=lambda item: abs(item[1] - goal))
    x1, y1 = near[0]
    if len(near) == 1:
        return x1 * goal / y1
    opposite = [item for item in near[1:] if (item[1] - goal) * (y1 - goal) < 0.0]
    x0, y0 = (opposite or near[1:])[0]
    if opposite:
        same = len(near) - len(opposite)
        y0 = goal + (y0 - goal) * 0.5 ** (same - 1)
    if y0 == y1:
        return x1 * goal / y1
    return max(x1 + (goal - y1) * (x1 - x0) / (y1 - y0), 0.0)

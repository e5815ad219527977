"""Whether the ranking holds when everything that is assumed is redrawn.

In each draw all assumed inputs are redrawn together (`experiments.execution.redraws`), for all
alternatives alike; every alternative meets the same trucks of that world, as asked and with its
knob turned to the baseline's realised scan share. Three gains are told apart:

    as trained   the study itself: the threat that models have learned
    drifted      the threat redrawn, the models those of the study: what they find before they are trained again
    retrained    the threat redrawn, the models trained on a past of that threat

The first draws are repeated with one wide range for the odds of all traits, for comparison. How alternatives fare is
judged in `experiments.report.standings`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from experiments.execution import journal
from experiments.execution.content import digest, study_content, windows_content
from experiments.execution.overload import overloaded_alternatives
from experiments.execution.parallel import Progress
from experiments.execution.redraws import (
    TRAIT_KEYS,
    AssumedInput,
    assumed_inputs,
    mappings_with_redraws,
    redraw_inputs,
    with_wide_traits,
)
from experiments.execution.replicate import ProcessCache, Simulator, compile_for_run, load_before_run, run_replication
from experiments.execution.tuning import (
    SCAN_SHARE,
    all_metric_levels,
    policy_knob,
    requested_share,
    scenario_with_share,
)
from sim.errors import ThroughgateError
from sim.replication import Replication, Scorer
from sim.scenario import Scenario, build_scenario, replace_parts
from sim.shared_draws import risk_key
from sim.tables import METRICS

if TYPE_CHECKING:
    from experiments.study.study import Study

TURNS: Final = 4
"""Most times that a knob is turned within a draw to meet the baseline's realised scan share."""
REACH: Final = 0.01
"""Scan share over which what is found is read off the line through two tries."""
BEYOND: Final = 0.25
"""Part of the distance between two tries by which the line is followed beyond both."""
COLUMNS: Final = (
    "draw", "alternative", "wait_mean_min", "detection_expected", "scan_rate", "equal_detection",
    "equal_scan_rate", "drifted_detection", "drifted_scan_rate", "wide_detection", "wide_scan_rate", "unstable",
)  # fmt: skip
"""Columns of ``redrawn.parquet``. With the knob turned are ``equal_*`` (models retrained), ``drifted_*`` (those of the
study) and ``wide_*`` (wide traits, retrained; NaN: not repeated). `BESIDES` follow them."""
Drawn = Sequence[tuple[AssumedInput, float]]
"""The numbers of one set of assumptions."""
Retrain = Callable[[Mapping[str, Scenario], Drawn, int], dict[str, Scorer]]
"""The alternatives under a set's assumptions, its numbers and its number -> its learned models, by `risk_key`."""
BESIDES: Final = tuple(
    column.name
    for column in METRICS
    if column.kind == "float" and column.name not in COLUMNS and not column.name.startswith(("n_passed", "n_random"))
)
"""Every other number of METRICS as the draw ran as asked; a draw has no random stream."""


@dataclass(frozen=True, slots=True, eq=False)
class RedrawnResults:
    """All draws: METRICS of each, and the numbers that were drawn; equal to itself alone."""

    asked: int
    replications: int
    inputs: list[AssumedInput]
    rows: pd.DataFrame
    """`COLUMNS` and `BESIDES`, one row a draw and alternative."""
    numbers: pd.DataFrame
    """One row a draw, one column an input."""
    refused: dict[int, str]
    """Draws that make no sense, and why."""
    references: tuple[str, ...] = ()
    """Alternatives that nobody can choose: they dominate nobody and are not ranked."""
    wide_numbers: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The odds of traits of the draws that were repeated with wide ranges, one row a draw."""

    @property
    def overloaded(self) -> int:
        """Draws in which no alternative can carry its load: nobody's wait can be compared."""
        return int(self.rows.groupby("draw")["unstable"].all().sum()) if len(self.rows) else 0


def redraw_study(
    study: Study,
    scorers: Mapping[str, Scorer],
    settings: Mapping[str, str],
    progress: Progress | None = None,
    retrain: Retrain | None = None,
) -> RedrawnResults:
    """Run the study's alternatives in every redrawn world.

    ``settings`` are those to which knobs were turned for equal scan share in the study itself: the first try.
    Without ``retrain`` every model stays as it is; one that learns would then meet smugglers that it does not know.
    """
    compile_for_run(study.engine, [s.policy for s in study.alternatives.values()])
    heeded = any(scenario.heeds_others for scenario in study.alternatives.values())
    inputs = [
        one for one in assumed_inputs(study.inputs(study.baseline)) if heeded or not one.key.startswith("sharing.")
    ]
    wide_range = study.robustness.wide_traits
    wide_inputs = with_wide_traits(inputs, wide_range)
    repeated = wide_range.draws if wide_inputs != inputs else 0
    if study.robustness.traits == "wide":
        inputs, repeated = wide_inputs, 0
    worlds, wide = list(redraw_inputs(study, inputs)), list(redraw_inputs(study, wide_inputs))[:repeated]
    mappings = {name: study.mapping(name) for name in study.alternatives}
    rows, refused = [], {}
    draws = [Draw(k, drawn, wide[k] if k < len(wide) else None) for k, drawn in enumerate(worlds)]
    work = functools.partial(run_draw, study, scorers, retrain, mappings, settings)
    keys = functools.partial(draw_keys, study, scorers, draws, settings, retrained=retrain is not None)
    done = journal.results("redraw", work, draws, study.processes, progress, keys)
    for draw, outcome in enumerate(done):
        if isinstance(outcome, str):
            refused[draw] = outcome
        else:
            rows += outcome
    table = pd.DataFrame(rows, columns=[*COLUMNS, *BESIDES])
    odds = _numbers(wide, TRAIT_KEYS)
    return RedrawnResults(
        len(worlds), study.robustness.replications, inputs, table, _numbers(worlds), refused, wide_numbers=odds
    )


def _numbers(sets: Sequence[Drawn], prefix: str = "") -> pd.DataFrame:
    return pd.DataFrame([{one.key: number for one, number in drawn if one.key.startswith(prefix)} for drawn in sets])


@dataclass(frozen=True, slots=True)
class Draw:
    """One set of assumptions, and the same with wide ranges for the odds of traits (None: not repeated)."""

    place: int
    drawn: Drawn
    wide: Drawn | None


def draw_keys(
    study: Study, scorers: Mapping[str, Scorer], draws: Sequence[Draw], settings: Mapping[str, str], *, retrained: bool
) -> list[str]:
    """Return a key of content for each draw."""
    whole = digest(
        study_content(study, scorers),
        windows_content(study),
        study.robustness,
        sorted(settings.items()),
        study.equal_levels,
        retrained,
    )
    return [
        digest(whole, draw.place, *([(one.key, number) for one, number in of or ()] for of in (draw.drawn, draw.wide)))
        for draw in draws
    ]


def run_draw(
    study: Study,
    scorers: Mapping[str, Scorer],
    retrain: Retrain | None,
    mappings: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, str],
    draw: Draw,
) -> list[dict[str, object]] | str:
    """Return the rows of one draw, or why it makes no sense."""
    place = draw.place

    def world_of(drawn: Drawn) -> dict[str, Scenario]:
        redrawn = mappings_with_redraws(mappings, study.baseline, drawn)
        return {name: build_scenario(mapping) for name, mapping in redrawn.items()}

    def models_of(worlds: Mapping[str, Scenario], drawn: Drawn) -> dict[str, Scorer]:
        return fixed | ({} if retrain is None else retrain(worlds, drawn, place))

    try:
        worlds = world_of(draw.drawn)
        fixed = {risk_key(w): scorers[risk_key(study.alternatives[n])] for n, w in worlds.items()}
        trained = models_of(worlds, draw.drawn)
        world = RedrawnStudy(dataclasses.replace(study, alternatives=worlds), trained, place)
        asked = world.run(worlds)
        first = {name: _set(worlds[name], text) for name, text in settings.items()}
        unstable = world.unstable()
        parts = {"equal": levels_of(asked)}
        if study.equal_levels:
            goal = parts["equal"][study.baseline].scan_rate
            parts["equal"], turned = world.turned(worlds, parts["equal"], first, goal)
            parts["drifted"] = world.drifted(parts["equal"], turned, fixed)
        if study.equal_levels and draw.wide is not None:
            wide = world_of(draw.wide)
            settled = {name: replace_parts(s, threat=wide[name].threat) for name, s in turned.items()}
            with_wide = RedrawnStudy(study, models_of(wide, draw.wide), place)
            found = with_wide.levels(settled)
            parts["wide"], _ = with_wide.turned(settled, found, {}, found[study.baseline].scan_rate)
    except ThroughgateError as error:
        return str(error)
    besides = all_metric_levels(asked, (*COLUMNS[2:5], *BESIDES))
    return [
        {"draw": place, "alternative": name}
        | {metric: values[name] for metric, values in besides.items()}
        | {f"{way}_{kind}": value for way, of in parts.items() for kind, value in of[name]._asdict().items()}
        | {"unstable": name in unstable}
        for name in worlds
    ]


def _set(scenario: Scenario, text: str) -> Scenario:
    """Return the scenario with ``policy.<knob>=<number>`` set."""
    value = float(text.partition("=")[2])
    return scenario_with_share(scenario, 1.0 - value if str(policy_knob(scenario)).endswith("cutoff") else value)


class Level(NamedTuple):
    """What one alternative scans and finds in a draw, as shares of trucks and of loads."""

    detection: float
    scan_rate: float


def levels_of(metrics: pd.DataFrame) -> dict[str, Level]:
    """Return the level of every alternative of METRICS."""
    found, scanned = all_metric_levels(metrics, ("detection_expected", SCAN_SHARE.metric)).values()
    return {name: Level(value, scanned[name]) for name, value in found.items()}


def level_at(goal: float, tries: Collection[Level]) -> Level:
    """Return what is found at a scan share: of the try nearest to it, moved to it along the line through another one.

    Moved are tries at most `REACH` away: between two tries, or beyond both by at most `BEYOND` of their distance. There
    what the line leaves out is of second order, and luck of the few trucks at the margin is averaged, or hardly more.
    A lone try, or one that cannot be moved, stays what it is.

    Examples
    --------
    >>> level_at(0.25, [Level(detection=0.125, scan_rate=0.2421875), Level(detection=0.25, scan_rate=0.2578125)])
    Level(detection=0.1875, scan_rate=0.25)
    """
    first, *others = sorted(tries, key=lambda level: abs(level.scan_rate - goal))
    away = goal - first.scan_rate
    opposite = [level for level in others if (level.scan_rate - goal) * away > 0.0]
    for other in (opposite or others)[:1]:
        apart = other.scan_rate - first.scan_rate
        if apart != 0.0 and abs(away) <= min(REACH, abs(apart) * (1.0 if opposite else BEYOND)):
            return Level(first.detection + away / apart * (other.detection - first.detection), goal)
    return first


def _next(tries: Mapping[float, Level], goal: float) -> float:
    return next_share_to_try({share: level.scan_rate for share, level in tries.items()}, goal)


def _settled(tries: Mapping[float, Level], goal: float) -> float:
    """Return the share to ask for that comes nearest to a scan share, tried or on the line between tries."""
    if level_at(goal, tries.values()).scan_rate == goal:
        return _next(tries, goal)
    return min(tries, key=lambda share: abs(tries[share].scan_rate - goal))


class RedrawnStudy:
    """One draw's alternatives on the same few weeks of its own trucks."""

    def __init__(
        self, study: Study, scorers: Mapping[str, Scorer], draw_index: int, shared: ProcessCache | None = None
    ) -> None:
        self.study, self.scorers, self.draw_index = study, scorers, draw_index
        self.shared = ProcessCache() if shared is None else shared
        weeks = study.robustness.replications
        self.weeks = [(draw_index * weeks + k) % max(study.replications, weeks) for k in range(weeks)]

    def run(self, scenarios: dict[str, Scenario], simulator: Simulator = Replication.run_metrics) -> pd.DataFrame:
        """Return METRICS of the scenarios over the draw's weeks."""
        part = dataclasses.replace(self.study, alternatives=scenarios)
        runs = (run_replication(part, self.scorers, self.shared, week, simulator) for week in self.weeks)
        return pd.DataFrame([row for result in runs for row in result.rows])

    def levels(self, scenarios: Mapping[str, Scenario]) -> dict[str, Level]:
        """Return what the scenarios scan and find over the draw's weeks."""
        return levels_of(self.run(dict(scenarios), Replication.run_levels)) if scenarios else {}

    def drifted(
        self, equal: Mapping[str, Level], turned: Mapping[str, Scenario], fixed: Mapping[str, Scorer]
    ) -> dict[str, Level]:
        """Return levels at equal share with the models of ``fixed``; whose model is the same fares as in ``equal``."""
        other = {n: s for n, s in turned.items() if fixed[risk_key(s)] is not self.scorers[risk_key(s)]}
        again = RedrawnStudy(self.study, fixed, self.draw_index, self.shared.without_scores())
        found = again.levels(other)
        goal = (found.get(self.study.baseline) or equal[self.study.baseline]).scan_rate
        return {**equal, **again.turned(other, found, {}, goal)[0]}

    def turned(
        self,
        scenarios: Mapping[str, Scenario],
        levels: Mapping[str, Level],
        first_try: Mapping[str, Scenario],
        goal: float,
    ) -> tuple[dict[str, Level], dict[str, Scenario]]:
        """Return levels at the baseline's realised share, of those that can be brought there, and the alternatives so.

        The first turn is to where the knob stood in the study itself, or in proportion; the next ones follow the line
        through the two tries nearest to the goal, until `level_at` reaches it.

        Parameters
        ----------
        scenarios, levels : mapping
            The alternatives as asked, and their levels.
        goal : float
            The baseline's realised scan share.
        """
        tried = {
            n: {requested_share(scenarios[n]): v}
            for n, v in levels.items()
            if policy_knob(scenarios[n]) and v.scan_rate > 0.0
        }
        for turn in range(TURNS):
            off = [n for n, of in tried.items() if not SCAN_SHARE.within(level_at(goal, of.values()).scan_rate, goal)]
            todo = {name: scenario_with_share(scenarios[name], _next(tried[name], goal)) for name in off}
            if turn == 0:
                todo |= {name: first_try[name] for name in off if name in first_try}
            todo = {n: s for n, s in todo.items() if requested_share(s) not in tried[n]}
            if not todo or goal == 0.0:
                break
            for name, level in self.levels(todo).items():
                tried[name][requested_share(todo[name])] = level
        reached = {name: level_at(goal, of.values()) for name, of in tried.items()}
        settled = {n: scenario_with_share(scenarios[n], _settled(of, goal)) for n, of in tried.items() if len(of) > 1}
        return {**levels, **reached}, {**scenarios, **settled}

    def unstable(self) -> dict[str, str]:
        """Return the alternatives that cannot carry their load in this world."""
        window = self.study.window(self.weeks[0])
        loads = {
            name: load_before_run(self.study, s, self.scorers[risk_key(s)], self.shared, window)
            for name, s in self.study.alternatives.items()
        }
        return overloaded_alternatives(self.study.alternatives, loads, weekly=self.study.manifest is None)[0]


def next_share_to_try(realized_by_asked: Mapping[float, float], goal: float) -> float:
    """Return the share to ask for next, from what was realised of those asked for so far.

    In proportion after one try; after two or more on the straight line through the nearest try on
    either side of the goal, or through the two nearest where all lie on one side. Where tries keep
    falling on one side, the other end counts half as far off for each (the Illinois rule).

    Examples
    --------
    >>> next_share_to_try({0.2: 0.1}, goal=0.15), next_share_to_try({0.2: 0.1, 0.4: 0.2}, goal=0.15)
    (0.3, 0.3)
    """
    near = sorted(realized_by_asked.items(), key=lambda item: abs(item[1] - goal))
    x1, y1 = near[0]
    if len(near) == 1:
        return x1 * goal / y1
    opposite = [item for item in near[1:] if (item[1] - goal) * (y1 - goal) < 0.0]
    x0, y0 = (opposite or near[1:])[0]
    if opposite:
        y0 = goal + (y0 - goal) * 0.5 ** (len(near) - len(opposite) - 1)
    if y0 == y1:
        return x1 * goal / y1
    return max(x1 + (goal - y1) * (x1 - x0) / (y1 - y0), 0.0)

"""Whether the ranking holds when everything that is assumed is redrawn.

In each draw all assumed inputs are redrawn together (`experiments.execution.redraws`), for all
alternatives alike; every alternative meets the same trucks of that world, as asked and with its
knob turned to the baseline's realised scan share.

A draw has few replications, so it is judged by its means: one alternative dominates another that
finds `WORTH_DETECTION` fewer loads or waits `WORTH_WAIT_MIN` longer, unless it is as much worse in the
other respect. How sure the frequencies are is said by Clopper-Pearson intervals over the draws.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr

from experiments.execution import journal
from experiments.execution.content import digest, study_content, windows_content
from experiments.execution.overload import overloaded_alternatives
from experiments.execution.parallel import Progress
from experiments.execution.redraws import AssumedInput, assumed_inputs, mapping_with_redraws, redraw_inputs
from experiments.execution.replicate import ProcessCache, Simulator, compile_for_run, load_before_run, run_replication
from experiments.execution.tuning import (
    SCAN_SHARE,
    all_metric_levels,
    metric_levels,
    policy_knob,
    requested_share,
    scenario_with_share,
)
from sim.algorithms.sampling import ShareInterval, clopper_pearson
from sim.errors import ThroughgateError
from sim.replication import Replication, Scorer
from sim.scenario import Scenario, build_scenario
from sim.shared_draws import risk_key
from sim.tables import METRICS

if TYPE_CHECKING:
    from experiments.study.study import Study

TURNS: Final = 4
"""Most times that a knob is turned within a draw to meet the baseline's realised scan share."""
COLUMNS: Final = (
    "draw", "alternative", "wait_mean_min", "detection_expected", "scan_rate", "equal_detection",
    "equal_scan_rate", "unstable",
)  # fmt: skip
"""Columns of ``redrawn.parquet``; ``equal_*``: with the knob turned. `BESIDES` follow them."""
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

    @property
    def overloaded(self) -> int:
        """Draws in which no alternative can carry its load: nobody's wait can be compared."""
        return int(self.rows.groupby("draw")["unstable"].all().sum()) if len(self.rows) else 0


def redraw_study(
    study: Study, scorers: Mapping[str, Scorer], settings: Mapping[str, str], progress: Progress | None = None
) -> RedrawnResults:
    """Run the study's alternatives in every redrawn world.

    ``settings`` are those to which knobs were turned for equal scan share in the study itself: the first try.
    """
    compile_for_run(study.engine, [s.policy for s in study.alternatives.values()])
    heeded = any(scenario.heeds_others for scenario in study.alternatives.values())
    inputs = [
        one for one in assumed_inputs(study.inputs(study.baseline)) if heeded or not one.key.startswith("sharing.")
    ]
    worlds = list(redraw_inputs(study, inputs))
    mappings = {name: study.mapping(name) for name in study.alternatives}
    rows, refused = [], {}
    work = functools.partial(run_draw, study, scorers, mappings, settings)
    keys = functools.partial(draw_keys, study, scorers, worlds, settings)
    done = journal.results("redraw", work, enumerate(worlds), study.processes, progress, keys)
    for draw, outcome in enumerate(done):
        if isinstance(outcome, str):
            refused[draw] = outcome
        else:
            rows += outcome
    numbers = pd.DataFrame([{one.key: number for one, number in world} for world in worlds])
    table = pd.DataFrame(rows, columns=[*COLUMNS, *BESIDES])
    return RedrawnResults(len(worlds), study.robustness.replications, inputs, table, numbers, refused)


def draw_keys(
    study: Study,
    scorers: Mapping[str, Scorer],
    worlds: Sequence[Sequence[tuple[AssumedInput, float]]],
    settings: Mapping[str, str],
) -> list[str]:
    """Return a key of content for each draw."""
    whole = digest(
        study_content(study, scorers),
        windows_content(study),
        study.robustness,
        sorted(settings.items()),
        study.equal_levels,
    )
    return [digest(whole, place, [(one.key, number) for one, number in drawn]) for place, drawn in enumerate(worlds)]


def run_draw(
    study: Study,
    scorers: Mapping[str, Scorer],
    mappings: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, str],
    draw: tuple[int, Sequence[tuple[AssumedInput, float]]],
) -> list[dict[str, object]] | str:
    """Return the rows of one draw, or why it makes no sense."""
    place, drawn = draw
    base = mappings[study.baseline]
    try:
        worlds = {n: build_scenario(mapping_with_redraws(m, base, drawn)) for n, m in mappings.items()}
        # models stay those of the study: a redrawn world is not what they were trained on
        trained = {risk_key(w): scorers[risk_key(study.alternatives[n])] for n, w in worlds.items()}
        world = RedrawnStudy(dataclasses.replace(study, alternatives=worlds), trained, place)
        asked = world.run(worlds)
        first = {name: _set(worlds[name], text) for name, text in settings.items()}
        equal, unstable = world.turned(asked, first) if study.equal_levels else asked, world.unstable()
    except ThroughgateError as error:
        return str(error)
    found = all_metric_levels(asked, (*COLUMNS[2:5], *BESIDES))
    turned = all_metric_levels(equal, ("detection_expected", "scan_rate"))
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
    return scenario_with_share(scenario, 1.0 - value if str(policy_knob(scenario)).endswith("cutoff") else value)


class RedrawnStudy:
    """One draw's alternatives on the same few weeks of its own trucks."""

    def __init__(self, study: Study, scorers: Mapping[str, Scorer], draw_index: int) -> None:
        self.study, self.scorers, self.shared = study, scorers, ProcessCache()
        weeks = study.robustness.replications
        self.weeks = [(draw_index * weeks + k) % max(study.replications, weeks) for k in range(weeks)]

    def run(self, scenarios: dict[str, Scenario], simulator: Simulator = Replication.run_metrics) -> pd.DataFrame:
        """Return METRICS of the scenarios over the draw's weeks."""
        part = dataclasses.replace(self.study, alternatives=scenarios)
        runs = (run_replication(part, self.scorers, self.shared, week, simulator) for week in self.weeks)
        return pd.DataFrame([row for result in runs for row in result.rows])

    def turned(self, metrics: pd.DataFrame, first_try: Mapping[str, Scenario]) -> pd.DataFrame:
        """Return METRICS at the baseline's realised share, of those that can be brought there.

        The first turn is to where the knob stood in the study itself, or in proportion; the next ones follow the line
        through the two tries nearest to the goal. Of all tries the nearest counts.
        """
        whole, own = metric_levels(metrics, SCAN_SHARE.metric), self.study.alternatives
        goal, best = whole[self.study.baseline], metrics
        tried = {n: {requested_share(own[n]): v} for n, v in whole.items() if policy_knob(own[n]) and v > 0.0}
        for turn in range(TURNS):
            shares = metric_levels(best, SCAN_SHARE.metric)
            off = [name for name in tried if not SCAN_SHARE.within(shares[name], goal)]
            todo = {name: scenario_with_share(own[name], next_share_to_try(tried[name], goal)) for name in off}
            if turn == 0:
                todo |= {name: first_try[name] for name in off if name in first_try}
            todo = {n: s for n, s in todo.items() if requested_share(s) not in tried[n]}
            if not todo or goal == 0.0:
                break
            done = self.run(todo, Replication.run_levels)
            found = metric_levels(done, SCAN_SHARE.metric)
            for name, scenario in todo.items():
                tried[name][requested_share(scenario)] = found[name]
            nearer = [n for n in todo if abs(found[n] - goal) < abs(shares[n] - goal)]
            kept, gained = (~best["alternative"].isin(nearer), done["alternative"].isin(nearer))
            best = pd.concat([best[kept], done[gained]])
        return best

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


WORTH_WAIT_MIN: Final = 0.1
WORTH_DETECTION: Final = 0.002
TRAIT_KEYS: Final = "threat.trait_ln_odds"
FEWEST_DRAWS: Final = 8
"""With fewer draws some input goes along with any difference by chance."""


@dataclass(frozen=True, slots=True)
class LeadingInput:
    """An input on which a difference in loads found hangs."""

    key: str
    rho: ShareInterval
    """Spearman's rank correlation over the draws, with Fisher's interval for it alone."""
    p_holm: float
    """Two-sided, adjusted for all inputs looked at."""


@dataclass(frozen=True, slots=True)
class DrawStanding:
    """How one alternative fares over the draws; counts, of how many, and the interval."""

    alternative: str
    undominated: tuple[int, int]
    more: tuple[int, int]
    """Draws in which it finds `WORTH_DETECTION` more than the baseline at equal scan share."""
    gap: tuple[float, float, float]
    """Smallest, median and largest difference in loads found at equal share, over the draws."""
    culprit: LeadingInput | None
    """The input with the largest rank correlation, of all that were redrawn."""
    likeness: LeadingInput | None
    """How far smugglers still show the traits that the fixed models have learned."""

    def interval(self, frequency: str) -> ShareInterval:
        """Return the Clopper-Pearson interval of one of the two frequencies."""
        k, n = getattr(self, frequency)
        return clopper_pearson(k, n)


@functools.lru_cache(maxsize=1)
def standings_over_draws(redrawn: RedrawnResults, baseline: str) -> list[DrawStanding]:
    """Return how every alternative fares over the draws, in the order of the study; terminal and page both ask."""
    rows = redrawn.rows
    if not len(rows):
        return []
    choices = rows[~rows["alternative"].isin(redrawn.references)]
    best = pd.concat([mark_undominated(part) for _, part in choices.groupby("draw")])
    found = []
    for name in rows["alternative"].unique():
        own = rows[rows["alternative"] == name].set_index("draw")
        base = rows[rows["alternative"] == baseline].set_index("draw")
        equal = (own["equal_scan_rate"] - base["equal_scan_rate"]).abs() <= SCAN_SHARE.equal
        gap = (own["equal_detection"] - base["equal_detection"])[equal].dropna()
        mine = best[best["alternative"] == name]["undominated"]
        middle = (gap.min(), gap.median(), gap.max()) if len(gap) else (np.nan,) * 3
        tables = (redrawn.numbers, trait_correlation(redrawn))
        blame, learned = (leading_input(gap, table) if name != baseline else None for table in tables)
        more = (int((gap >= WORTH_DETECTION).sum()), len(gap))
        found.append(DrawStanding(str(name), (int(mine.sum()), len(mine)), more, middle, blame, learned))
    return found


def mark_undominated(part: pd.DataFrame) -> pd.DataFrame:
    """Return the alternatives of one draw and whether each is undominated.

    An alternative that cannot carry its load is dominated by all that can; where none can, nobody
    is ranked and the answer has no rows.
    """
    if part["unstable"].all():
        return part.head(0)[["alternative"]].assign(undominated=False)
    stable = part[~part["unstable"]]
    wait = stable["wait_mean_min"].to_numpy()
    loads = stable["detection_expected"].to_numpy()
    shorter, longer = wait[:, None] <= wait - WORTH_WAIT_MIN, wait[:, None] > wait + WORTH_WAIT_MIN
    more, fewer = loads[:, None] >= loads + WORTH_DETECTION, loads[:, None] < loads - WORTH_DETECTION
    beaten = ((shorter & ~fewer) | (more & ~longer)).any(axis=0)
    best = set(stable["alternative"].to_numpy()[~beaten])
    return part[["alternative"]].assign(undominated=part["alternative"].isin(best))


def leading_input(gap: pd.Series, numbers: pd.DataFrame) -> LeadingInput | None:
    """Return the input with the largest rank correlation with a difference in loads found."""
    if len(gap) < FEWEST_DRAWS or gap.nunique() < 2 or not len(numbers.columns):
        return None
    ranks = numbers.loc[gap.index].rank()
    ranks = ranks.loc[:, ranks.max() > ranks.min()]
    rho = ranks.corrwith(gap.rank())
    key = str(rho.abs().idxmax())
    value = float(np.clip(rho[key], -0.9999, 0.9999))
    half = ndtri(0.975) / np.sqrt(len(gap) - 3)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    t = abs(value) * np.sqrt((len(gap) - 2) / (1.0 - value**2))
    # Of few ranks no order is rarer than one in all their orders.
    p_value = max(float(2.0 * stdtr(len(gap) - 2, -t)), 2.0 / math.factorial(len(gap)))
    return LeadingInput(key, ShareInterval(float(low), value, float(high)), min(p_value * len(rho), 1.0))


def trait_correlation(redrawn: RedrawnResults) -> pd.DataFrame:
    """Return the correlation of each draw's trait odds with the baseline's, one column."""
    traits = {a.key: float(a.value) for a in redrawn.inputs if a.key.startswith(TRAIT_KEYS)}
    if len(traits) < 3:
        return pd.DataFrame(index=redrawn.numbers.index)
    return redrawn.numbers[list(traits)].T.corrwith(pd.Series(traits)).to_frame(TRAIT_KEYS)

"""Whether the ranking holds when everything that is assumed is redrawn.

In each draw all assumed inputs are redrawn together (`experiments.assumptions`), for all
alternatives alike; every alternative meets the same trucks of that world, as asked and with its
knob turned to the baseline's realised scan share. A draw has few replications, so it is judged by
its means: one alternative dominates another that finds `WORTH_FOUND` fewer loads or waits
`WORTH_WAIT_MIN` longer, unless it is as much worse in the other respect. How sure the frequencies
are is said by Clopper-Pearson intervals over the draws.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import stats

from experiments.assumptions import Assumption, assumptions, draws, redrawn_mapping
from experiments.knobs import asked_share, knob, with_share
from experiments.matched import SHARE, levels
from experiments.overload import overloaded
from experiments.pipeline import Scorer
from experiments.replicate import (
    Met,
    Progress,
    Shared,
    one_replication,
    risk_key,
    warm_up,
)
from sim import build
from sim.errors import ThroughgateError
from sim.sampling import Interval, clopper_pearson
from sim.scenario import Scenario
from sim.workload import weekly_load

if TYPE_CHECKING:
    from experiments.load import Study

WORTH_WAIT_MIN: Final = 0.1
WORTH_FOUND: Final = 0.002
TRAITS: Final = "threat.trait_ln_odds"
TURNS: Final = 2
"""Times that a knob is turned within a draw to meet the baseline's realised scan share."""
COLUMNS: Final = ("draw", "alternative", "wait_mean_min", "detection_expected", "scan_rate",
                  "equal_detection", "equal_scan_rate", "unstable")  # fmt: skip
"""Columns of ``redrawn.parquet``; ``equal_*``: with the knob turned."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """An input on which a difference in loads found hangs."""

    key: str
    rho: Interval
    """Spearman's rank correlation over the draws, with Fisher's interval for it alone."""
    p_holm: float
    """Two-sided, adjusted for all inputs looked at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one alternative fares over the draws; counts, of how many, and the interval."""

    alternative: str
    undominated: tuple[int, int]
    more: tuple[int, int]
    """Draws in which it finds more than the baseline at equal scan share, of those compared."""
    gap: tuple[float, float, float]
    """Smallest, median and largest difference in loads found at equal share, over the draws."""
    culprit: Culprit | None
    """The input with the largest rank correlation, of all that were redrawn."""
    likeness: Culprit | None
    """How far smugglers still show the traits that the fixed models have learned."""

    def interval(self, which: str) -> Interval:
        """Return the Clopper-Pearson interval of one of the two frequencies."""
        k, n = getattr(self, which)
        return clopper_pearson(k, n)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """All draws: METRICS of each, and the numbers that were drawn."""

    asked: int
    replications: int
    inputs: list[Assumption]
    rows: pd.DataFrame
    """`COLUMNS`, one row a draw and alternative."""
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
    warm_up(study.engine)
    inputs = assumptions(study.inputs(study.baseline))
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
    table = pd.DataFrame(rows, columns=list(COLUMNS))
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
    except ThroughgateError as error:
        return str(error)
    world = World(dataclasses.replace(study, alternatives=worlds), scorers, place)
    asked = world.run(worlds)
    equal = world.turned(asked, {n: _set(worlds[n], text) for n, text in settings.items()})
    unstable = world.unstable()
    found = {m: levels(asked, m) for m in COLUMNS[2:5]}
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
    return with_share(scenario, 1.0 - value if knob(scenario) == "cutoff" else value)


class World:
    """One draw's alternatives on the same few weeks of its own trucks."""

    def __init__(self, study: Study, scorers: Mapping[str, Scorer], place: int) -> None:
        self.study, self.scorers, self.shared = study, scorers, Shared()
        weeks = study.robustness.replications
        self.weeks = {
            (place * weeks + k) % max(study.replications, weeks): Met() for k in range(weeks)
        }

    def run(self, scenarios: dict[str, Scenario]) -> pd.DataFrame:
        """Return METRICS of the scenarios over the draw's weeks."""
        part = dataclasses.replace(self.study, alternatives=scenarios)
        rows = []
        for r, met in self.weeks.items():
            rows += one_replication(part, self.scorers, self.shared, r, met)[0]
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
        window = self.study.window(next(iter(self.weeks)))
        loads = {}
        for name, scenario in self.study.alternatives.items():
            plan = self.shared.plan(scenario, self.scorers[risk_key(scenario)], window)
            loads[name] = weekly_load(scenario, plan.expected, window)
        return overloaded(self.study.alternatives, loads)[0]


def _closer(scenario: Scenario, goal: float, realised: float) -> Scenario:
    return with_share(scenario, asked_share(scenario) * goal / realised)


def standings(redrawn: Redrawn, baseline: str) -> list[Standing]:
    """Return how every alternative fares over the draws, in the order of the study."""
    rows = redrawn.rows
    if not len(rows):
        return []
    best = pd.concat([undominated(part) for _, part in rows.groupby("draw")])
    found = []
    for name in rows["alternative"].unique():
        own = rows[rows["alternative"] == name].set_index("draw")
        base = rows[rows["alternative"] == baseline].set_index("draw")
        equal = (own["equal_scan_rate"] - base["equal_scan_rate"]).abs() <= SHARE.equal
        gap = (own["equal_detection"] - base["equal_detection"])[equal].dropna()
        mine = best[best["alternative"] == name]["undominated"]
        middle = (gap.min(), gap.median(), gap.max()) if len(gap) else (np.nan,) * 3
        rival = name != baseline
        blame = culprit(gap, redrawn.numbers) if rival else None
        learned = culprit(gap, likeness(redrawn)) if rival else None
        more = (int((gap > 0.0).sum()), len(gap))
        ranked = (int(mine.sum()), len(mine))
        found.append(Standing(str(name), ranked, more, middle, blame, learned))
    return found


def undominated(part: pd.DataFrame) -> pd.DataFrame:
    """Return the alternatives of one draw and whether each is undominated.

    An alternative that cannot carry its load is dominated by all that can; where none can, nobody
    is ranked and the answer has no rows.
    """
    if part["unstable"].all():
        return part.head(0)[["alternative"]].assign(undominated=False)
    stable = part[~part["unstable"]]
    wait = stable["wait_mean_min"].to_numpy()
    loads = stable["detection_expected"].to_numpy()
    shorter = wait[:, None] <= wait - WORTH_WAIT_MIN
    longer = wait[:, None] > wait + WORTH_WAIT_MIN
    more = loads[:, None] >= loads + WORTH_FOUND
    fewer = loads[:, None] < loads - WORTH_FOUND
    beaten = ((shorter & ~fewer) | (more & ~longer)).any(axis=0)
    best = set(stable["alternative"].to_numpy()[~beaten])
    return part[["alternative"]].assign(undominated=part["alternative"].isin(best))


def culprit(gap: pd.Series, numbers: pd.DataFrame) -> Culprit | None:
    """Return the input with the largest rank correlation with a difference in loads found."""
    if len(gap) < 4 or gap.nunique() < 2 or not len(numbers.columns):
        return None
    ranks = numbers.loc[gap.index].rank()
    ranks = ranks.loc[:, ranks.max() > ranks.min()]
    rho = ranks.corrwith(gap.rank())
    key = str(rho.abs().idxmax())
    value = float(np.clip(rho[key], -0.9999, 0.9999))
    half = stats.norm.ppf(0.975) / np.sqrt(len(gap) - 3)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    t = abs(value) * np.sqrt((len(gap) - 2) / (1.0 - value**2))
    p_value = float(2.0 * stats.t.sf(t, len(gap) - 2))
    return Culprit(key, Interval(float(low), value, float(high)), min(p_value * len(rho), 1.0))


def likeness(redrawn: Redrawn) -> pd.DataFrame:
    """Return the correlation of each draw's trait odds with the baseline's, one column."""
    traits = {a.key: float(a.value) for a in redrawn.inputs if a.key.startswith(TRAITS)}
    if len(traits) < 3:
        return pd.DataFrame(index=redrawn.numbers.index)
    learned = pd.Series(traits)
    return redrawn.numbers[list(traits)].T.corrwith(learned).to_frame(TRAITS)

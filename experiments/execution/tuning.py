"""Alternatives at the baseline's level of a yardstick: each one's own knob turned until they meet.

A fair comparison holds something equal: the realised scan share, the mean wait, the 95th percentile
of crossing, or the officer hours. What a policy asks for and what the port can do differ (risky
trucks come at busy hours, portals break down, a full yard lets trucks pass by), so alternatives
that miss the baseline's level are run again with the one setting of their policy that decides how
many are selected, turned on a pilot of the same trucks. Who cannot reach the level is named.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.execution.parallel import Progress
from experiments.execution.replicate import in_study_order, replicate
from experiments.study.study import Study
from sim.arrays import FloatArray
from sim.policies.base import Policy
from sim.policies.portal_policies import CombinedPolicy
from sim.replication import Replication, Scorer
from sim.results.metrics import RATIOS
from sim.scenario import Scenario, replace_parts


def policy_knob(scenario: Scenario) -> str | None:
    """Return the policy's setting that decides how many trucks are selected, as a dotted key."""
    return scenario.policy.tuned()


def requested_share(scenario: Scenario) -> float:
    """Return the share of trucks that the policy's setting asks for."""
    name = str(policy_knob(scenario))
    value = float(getattr(_part(scenario.policy, name), _last(name)))
    return 1.0 - value if _last(name) == "cutoff" else value


def scenario_with_share(scenario: Scenario, share: float) -> Scenario:
    """Return the scenario with its policy asking for another share (at most all trucks)."""
    name = str(policy_knob(scenario))
    part = _part(scenario.policy, name)
    least = float(getattr(part, part.least_setting)) if part.least_setting else 0.0
    share = max(min(share, 1.0), least)
    value = 1.0 - share if _last(name) == "cutoff" else share
    return replace_parts(scenario, policy=_turned(scenario.policy, name, value))


def knob_override(scenario: Scenario) -> str:
    """Return the turned setting as a user would type it."""
    name = str(policy_knob(scenario))
    return f"policy.{name}={getattr(_part(scenario.policy, name), _last(name)):.4f}"


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _part(policy: Policy, name: str) -> Policy:
    """Return the policy or the part of it that has the setting."""
    if not isinstance(policy, CombinedPolicy):
        return policy
    _, place, rest = name.split(".", 2)
    return _part(policy.parts[int(place)], rest)


def _turned(policy: Policy, name: str, value: float) -> Policy:
    if not isinstance(policy, CombinedPolicy):
        change: dict[str, Any] = {name: value}
        return dataclasses.replace(policy, **change)
    _, place, rest = name.split(".", 2)
    parts = list(policy.parts)
    parts[int(place)] = _turned(parts[int(place)], rest, value)
    return dataclasses.replace(policy, parts=tuple(parts))


PILOT: Final = 4
"""Replications of the pilot."""
ROUNDS: Final = 8
CLOSE_ROUNDS: Final = 3
"""Rounds in which a pilot is brought close; after them equal is good enough, as chance moves it by as much."""
FINEST: Final = 0.002
"""Part of a share within which no other one is tried: some twenty trucks of a week."""
JOINT: Final = " at equal "
"""Between an alternative's name and a metric, where several are run at once."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What is held equal: a metric, how near is equal, and how near a pilot is brought."""

    metric: str
    words: str
    equal: float
    close: float
    relative: bool = False
    """Whether the tolerances are shares of the baseline's level."""
    turns: bool = True
    """Whether what a policy selects can change it."""
    waits: bool = False
    """Whether it hangs on the length of the run where a station is overloaded."""

    def within(self, value: float, level: float, *, pilot: bool = False) -> bool:
        """Return whether ``value`` is equal to the baseline's level."""
        tolerance = self.close if pilot else self.equal
        return bool(abs(value - level) <= tolerance * (level if self.relative else 1.0))


SCAN_SHARE: Final = Yardstick("scan_rate", "scan share", equal=0.005, close=0.001)
YARDSTICKS: Final = (
    SCAN_SHARE,
    Yardstick("wait_mean_min", "average wait", equal=0.25, close=0.1, waits=True),
    Yardstick("crossing_p95_min", "95th percentile of crossing", equal=1.0, close=0.5, waits=True),
    Yardstick("officer_h", "officer hours", equal=0.005, close=0.001, relative=True, turns=False),
)
"""What alternatives are compared at; half a point, a quarter of a minute, a minute, half a %."""


@dataclass(frozen=True, slots=True)
class MatchedMetrics:
    """METRICS at the baseline's level of one yardstick, and what was set to get there."""

    metrics: pd.DataFrame
    """As in the study, for the alternatives that needed no turning; of the others, run again, what `YARDSTICKS` and
    loads found are computed of (`sim.results.metrics.tuning_measures`)."""
    settings: dict[str, str]
    """``policy.share=0.291`` for each alternative that was run again."""
    missed: dict[str, str] = field(default_factory=dict)
    """Why an alternative is not at that level."""


def match_to_baseline(
    study: Study,
    scorers: Mapping[str, Scorer],
    metrics: pd.DataFrame,
    progress: Progress | None = None,
    unstable: Collection[str] = (),
) -> dict[str, MatchedMetrics]:
    """Return the study's METRICS at the baseline's level of each yardstick, by its metric.

    ``metrics`` are those of the study as it was asked; ``unstable`` alternatives cannot carry their load and have no
    wait to be held equal.
    """
    search = KnobSearch(study, scorers, metrics)
    searched = {
        stick.metric: search.turn(stick, unstable)
        for stick in YARDSTICKS
        if not (stick.waits and study.baseline in unstable)
    }
    again = _rerun(study, scorers, {m: turned for m, (turned, _) in searched.items()}, progress)
    found = {}
    for metric, (turned, missed) in searched.items():
        settings = {name: knob_override(scenario) for name, scenario in turned.items()}
        both = metrics
        if turned:
            kept = metrics[~metrics["alternative"].isin(turned)]
            both = in_study_order(pd.concat([kept, again[metric]]), study)
        found[metric] = MatchedMetrics(both, settings, missed)
    return found


def _rerun(
    study: Study,
    scorers: Mapping[str, Scorer],
    scenarios: Mapping[str, Mapping[str, Scenario]],
    progress: Progress | None,
) -> dict[str, pd.DataFrame]:
    """Run every turned alternative of every yardstick at once, each scenario only once."""
    distinct: dict[str, Scenario] = {}
    where = {}
    for metric, of_name in scenarios.items():
        for name, scenario in of_name.items():
            same = next((key for key, other in distinct.items() if other == scenario), None)
            where[name, metric] = same or f"{name}{JOINT}{metric}"
            distinct.setdefault(where[name, metric], scenario)
    if not distinct:
        return {}
    joint = dataclasses.replace(study, alternatives=distinct)
    done = replicate(joint, scorers, progress, Replication.run_levels).metrics
    parts: dict[str, list[pd.DataFrame]] = {}
    for (name, metric), key in where.items():
        parts.setdefault(metric, []).append(done[done["alternative"] == key].assign(alternative=name))
    return {metric: pd.concat(frames) for metric, frames in parts.items()}


class KnobSearch:
    """Turns knobs on a pilot; what one yardstick has tried the others need not try again."""

    def __init__(self, study: Study, scorers: Mapping[str, Scorer], metrics: pd.DataFrame) -> None:
        self.study, self.scorers, self.whole = study, scorers, metrics
        self.pilot = metrics[metrics["replication"] < PILOT]
        self.tried: dict[str, dict[float, pd.DataFrame]] = {
            name: {requested_share(s): self.pilot[self.pilot["alternative"] == name]}
            for name, s in study.alternatives.items()
            if policy_knob(s)
        }

    def turn(self, yardstick: Yardstick, unstable: Collection[str]) -> tuple[dict[str, Scenario], dict[str, str]]:
        """Return the turned scenarios of a yardstick, and why others are not at its level."""
        whole = metric_levels(self.whole, yardstick.metric)
        level = whole[self.study.baseline]
        off = {n: v for n, v in whole.items() if not yardstick.within(v, level)}
        if yardstick.waits:
            off |= {name: np.nan for name in unstable if name in whole}
        missed = {name: why for name in off if (why := self._fixed(name, yardstick, unstable))}
        todo = [name for name in off if name not in missed]
        goal = metric_levels(self.pilot, yardstick.metric)[self.study.baseline]
        for turn in range(ROUNDS):
            shares = {name: self._next(name, yardstick, goal, close=turn < CLOSE_ROUNDS) for name in todo}
            trials = {name: share for name, share in shares.items() if share is not None}
            if not trials:
                break
            self._try(trials)
        turned = {}
        for name in todo:
            share, value = self._best(name, yardstick, goal)
            if yardstick.within(value, goal):
                turned[name] = scenario_with_share(self.study.alternatives[name], share)
            else:
                missed[name] = "its setting does not reach that level"
        return turned, missed

    def _fixed(self, name: str, yardstick: Yardstick, unstable: Collection[str]) -> str:
        """Return why nothing that a policy can be set to brings an alternative to the level."""
        if yardstick.waits and name in unstable:
            return "cannot carry its load"
        if not yardstick.turns:
            return "another roster, which no setting of a policy changes"
        return "" if name in self.tried else "its policy has no such setting"

    def _values(self, name: str, yardstick: Yardstick) -> dict[float, float]:
        return {
            share: metric_levels(frame, yardstick.metric).get(name, np.nan) for share, frame in self.tried[name].items()
        }

    def _best(self, name: str, yardstick: Yardstick, goal: float) -> tuple[float, float]:
        return min(self._values(name, yardstick).items(), key=lambda item: abs(item[1] - goal))

    def _next(self, name: str, yardstick: Yardstick, goal: float, *, close: bool) -> float | None:
        """Return the share to try next; None: near enough, or nothing is left to try."""
        values = self._values(name, yardstick)
        if yardstick.within(self._best(name, yardstick, goal)[1], goal, pilot=close):
            return None
        wanted = share_to_try(values, goal, proportional=yardstick is SCAN_SHARE)
        if wanted is None:
            return None
        share = requested_share(scenario_with_share(self.study.alternatives[name], wanted))
        return None if share in values else share

    def _try(self, shares: Mapping[str, float]) -> None:
        trials = {n: scenario_with_share(self.study.alternatives[n], share) for n, share in shares.items()}
        trial = dataclasses.replace(self.study, alternatives=trials, replications=min(PILOT, self.study.replications))
        done = replicate(trial, self.scorers, simulator=Replication.run_levels).metrics
        for name, share in shares.items():
            self.tried[name][share] = done[done["alternative"] == name]


def share_to_try(values: Mapping[float, float], goal: float, *, proportional: bool) -> float | None:
    """Return the share to ask for next on the way to a value; None: no other lies between the two nearest tries.

    Parameters
    ----------
    values : mapping
        What shares gave, in the order in which they were tried; one at least. NaN counts as not tried.
    proportional : bool
        Whether the value is itself a share of trucks selected; else it is a wait, which grows faster than that.

    Examples
    --------
    >>> share_to_try({0.2: 16.0}, goal=25.0, proportional=False), share_to_try({0.2: 0.25}, goal=0.5, proportional=True)
    (0.25, 0.4)
    """
    below = sorted((x, v) for x, v in values.items() if v < goal)
    above = sorted((x, v) for x, v in values.items() if v >= goal)
    if not (below and above):
        return _beyond(below[::-1] or above, goal, proportional=proportional)
    low, high = below[-1][0], above[0][0]
    return _between(low, high, values, goal) if low < high else None


def _between(low: float, high: float, values: Mapping[float, float], goal: float) -> float | None:
    """Return where a straight line meets the goal, not too near either end; None: the ends are hardly apart.

    ``values`` are what shares gave, in the order in which they were tried. Where the last ones fell on one side, the
    other end counts half as far off for each but the first (the Illinois rule).
    """
    if high - low < FINEST * high:
        return None
    above = [value >= goal for value in values.values()]
    repeats = sum(1 for _ in itertools.takewhile(above[-1].__eq__, reversed(above))) - 1
    too_few, too_many = goal - values[low], values[high] - goal
    if above[-1]:
        too_few *= 0.5**repeats
    else:
        too_many *= 0.5**repeats
    return low + min(max(too_few / (too_few + too_many), 0.1), 0.9) * (high - low)


def _beyond(tries: Sequence[tuple[float, float]], goal: float, *, proportional: bool) -> float:
    """Return the share to try next where all tries (share, value) fall on one side of the goal, the nearest first.

    In proportion where the value is a share itself. Else by the square root of the ratio at first, as waits grow
    faster than what is selected, and then along the line through two tries, by at most a factor of two.
    """
    share, value = tries[0]
    least = 0.01 if value < goal else 0.0
    if proportional and value > 0.0:
        return max(share * goal / value, least)
    factor = 2.0 if value < goal else 0.5
    if len(tries) > 1:
        further, its_value = tries[1]
        wanted = share + (goal - value) * (share - further) / (value - its_value) if value != its_value else 0.0
        # a line that leads the wrong way says nothing
        factor = wanted / share if (wanted > share) == (value < goal) else factor
    elif value > 0.0 and goal > 0.0:
        factor = math.sqrt(goal / value)
    return max(share * min(max(factor, 0.5), 2.0), least)


def metric_levels(metrics: pd.DataFrame, metric: str) -> dict[str, float]:
    """Return each alternative's metric over its replications: a mean, or a ratio of sums."""
    return all_metric_levels(metrics, [metric])[metric]


def all_metric_levels(metrics: pd.DataFrame, metric_names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return `metric_levels` of several metrics, the table gone through only once."""
    ratios = {name: RATIOS[name] for name in metric_names if name in RATIOS}
    summed = list(dict.fromkeys(n for ratio in ratios.values() for n in ratio[:2]))
    averaged = [name for name in metric_names if name not in ratios]
    if metrics["alternative"].is_unique:
        return _levels_of_single(metrics, metric_names, ratios)
    groups = metrics.groupby("alternative", sort=False)
    sums, means = groups[summed].sum(), groups[averaged].mean()
    levels = {name: means[name] for name in means}
    levels |= {name: scale * sums[top] / sums[bottom] for name, (top, bottom, scale) in ratios.items()}
    return {name: {str(key): float(value) for key, value in levels[name].items()} for name in metric_names}


def _levels_of_single(
    metrics: pd.DataFrame, metric_names: Sequence[str], ratios: Mapping[str, tuple[str, str, float]]
) -> dict[str, dict[str, float]]:
    """Return levels over one replication, where there is nothing to sum: a twentieth of the time."""
    alternatives = [str(name) for name in metrics["alternative"]]

    def numbers(name: str) -> FloatArray:
        return metrics[name].to_numpy(dtype=np.float64)

    found = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name in metric_names:
            if name in ratios:
                top, bottom, scale = ratios[name]
                level = scale * _zero_if_missing(numbers(top)) / _zero_if_missing(numbers(bottom))
            else:
                level = numbers(name)
            found[name] = dict(zip(alternatives, level.tolist(), strict=True))
    return found


def _zero_if_missing(numbers: FloatArray) -> FloatArray:
    return np.where(np.isnan(numbers), 0.0, numbers)

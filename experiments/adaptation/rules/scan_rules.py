"""Rules that move scans between ways across from week to week, from what an agency has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.adaptation.options import Option, Options
from experiments.adaptation.rules.scans_by_way import shares_within
from experiments.adaptation.rules.seen import SeenWeek
from experiments.adaptation.rules.settings import EffortSettings
from experiments.games import stackelberg
from experiments.games.monotone_plan import MonotonePlan, monotone_plan
from sim.algorithms.security_game import minimax_coverage
from sim.setting.window import Window
from sim.trucks.streams import Purpose, draw_uniforms

Array = npt.NDArray[np.float64]

RECENT: Final = 2
"""Weeks whose trucks say how traffic is spread over ways."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a rule may read before a week.

    Attributes
    ----------
    weeks : sequence of SeenWeek
        All weeks before, one or more.
    windows : sequence of Window
        Of the same weeks and of the one that is planned: they key what is drawn.
    luck : float
        Share of trucks that luck fills where it is even: the budget.
    ways : Options
        The ways across.
    """

    weeks: Sequence[SeenWeek]
    windows: Sequence[Window]
    luck: float
    ways: Options

    @property
    def traffic(self) -> Array:
        """Share of recent trucks on each way."""
        counts = np.sum([week.trucks for week in self.weeks[-RECENT:]], axis=0)
        return np.asarray(counts / counts.sum())


def chase(before: Before, settings: EffortSettings) -> Array:
    """Return scan shares that follow finds: the effort on a way grows with its share of the finds remembered."""
    first = before.weeks[0].trucks
    remembered = settings.prior_finds * first / first.sum()
    for week in before.weeks:
        finds = week.finds
        if settings.finds_per_scan:
            finds = np.divide(finds, week.scan_shares, out=np.zeros_like(finds), where=week.scan_shares > 0.0)
        remembered = settings.memory_share * remembered + finds
    total = float(remembered.sum())
    if total <= 0.0:
        return np.full(len(first), before.luck)
    return shares_within((remembered / total) ** settings.chase_exponent, before.traffic, before.luck)


def surges_fixed(before: Before, settings: EffortSettings) -> Array:
    """Return scan shares with a surge on ways that are drawn once, before the first planned week."""
    return _surge(before, settings, before.windows[1])


def surges_redrawn(before: Before, settings: EffortSettings) -> Array:
    """Return scan shares with a surge on ways that are drawn anew every few weeks."""
    every = settings.replan_every_weeks
    return _surge(before, settings, before.windows[1 + (len(before.weeks) - 1) // every * every])


def _surge(before: Before, settings: EffortSettings, drawn_in: Window) -> Array:
    traffic = before.traffic
    luck = np.where(traffic > 0.0, draw_uniforms(drawn_in, Purpose.SURGES, len(traffic)), 1.0)
    hot = np.zeros(len(traffic), dtype=bool)
    hot[np.argsort(luck, kind="stable")[: max(1, round(settings.hot_share * int((traffic > 0.0).sum())))]] = True
    on_hot = np.where(hot, traffic, 0.0)
    effort = (1.0 - settings.surge_share) * traffic + settings.surge_share * on_hot / on_hot.sum()
    return shares_within(effort, traffic, before.luck)


def minimax(before: Before, settings: EffortSettings) -> Array:
    """Return scan shares under which the way across that is found least is found as often as it can be.

    What is found without scans, and what a scan detects by whose truck, is as planners believe.
    """
    per_scan = _scan_detection(before, settings)
    traffic, missed = before.traffic, 1.0 - _found_unscanned(before, settings)
    used = traffic > 0.0
    shares = np.zeros_like(traffic)
    detected = minimax_coverage(missed[used], before.luck, 1.0, traffic[used] / per_scan[used])
    shares[used] = detected / per_scan[used]
    return np.asarray(np.clip(shares, 0.0, 1.0))


def against_watcher(before: Before, settings: EffortSettings) -> Array:
    """Return the strong Stackelberg plan: least loads lost while a watching smuggler takes his best front."""
    return _by_front(before, settings, lambda fronts: _commitment(before.luck, fronts).x)


def against_all(before: Before, settings: EffortSettings) -> Array:
    """Return the plan that loses least against any smuggler who takes no front more often than a better one."""
    return _by_front(before, settings, lambda fronts: _against_all(before.luck, fronts).x)


def planned_losses(rule: str, before: Before, settings: EffortSettings) -> tuple[float, float]:
    """Return the share of loads that planners expect to lose under a plan against smugglers who prefer better fronts.

    The first number is for ties that go the agency's way (``stackelberg``) or are taken alike (``monotone``), the
    second for ties that go against it; NaN for other rules.
    """
    if rule not in BREAKS_TIES:
        return float("nan"), float("nan")
    fronts = _fronts(_when_planned(rule, before, settings), settings)
    plan = _commitment(before.luck, fronts) if rule == "stackelberg" else _against_all(before.luck, fronts)
    return plan.loss, plan.loss_if_ties_go_against


def _against_all(luck: float, fronts: _Fronts) -> MonotonePlan:
    none = np.zeros_like(fronts.gain)
    return monotone_plan(fronts.gain, none, fronts.missed, budget=luck, weights=fronts.traffic / fronts.per_scan)


def _commitment(luck: float, fronts: _Fronts) -> stackelberg.Commitment:
    none = np.zeros_like(fronts.gain)
    return stackelberg.strong(fronts.gain, none, fronts.missed, budget=luck, weights=fronts.traffic / fronts.per_scan)


def _scan_detection(before: Before, settings: EffortSettings) -> Array:
    """Return what planners believe that a scan detects on each way."""
    return np.array([settings.scan_detection.get(way.front, _mean(settings.scan_detection)) for way in _ways(before)])


def _mean(by_front: Mapping[str, float]) -> float:
    return sum(by_front.values()) / len(by_front)


def _ways(before: Before) -> list[Option]:
    kinds = len(before.ways.levels()[2])
    return list(before.ways.names())[::kinds]


def _found_unscanned(before: Before, settings: EffortSettings) -> Array:
    """Return P(found) on each way without any scan: the share that is opened all the same, times what an exam finds."""
    recent = before.weeks[-RECENT:]
    trucks, opened = (np.sum(part, axis=0) for part in zip(*((w.trucks, w.opened) for w in recent), strict=True))
    share = np.divide(opened, trucks, out=np.zeros_like(trucks), where=trucks > 0.0)
    return np.asarray(settings.exam_detection * share)


class _Fronts(NamedTuple):
    """What a plan by front rests on, of each front on which trucks come; and the front of each way among them."""

    traffic: Array
    per_scan: Array
    missed: Array
    """Loads that pass where nothing is scanned, of one load."""
    gain: Array
    """What one such attempt gains a smuggler."""
    of_way: npt.NDArray[np.intp]


def _fronts(before: Before, settings: EffortSettings) -> _Fronts:
    traffic, ways = before.traffic, _ways(before)
    names = list(dict.fromkeys(way.front for way in ways))
    place = np.array([names.index(way.front) for way in ways])

    def of_fronts(weights: Array) -> Array:
        return np.asarray(np.bincount(place, weights=weights, minlength=len(names)))

    whole = of_fronts(traffic)
    used = whole > 0.0
    missed = 1.0 - of_fronts(traffic * _found_unscanned(before, settings))[used] / whole[used]
    per_scan = (of_fronts(traffic * _scan_detection(before, settings)))[used] / whole[used]
    gain = np.array([settings.gain.get(name, 1.0) for name in names])[used]
    return _Fronts(whole[used], per_scan, missed, gain * missed, np.maximum(np.cumsum(used) - 1, 0)[place])


def _by_front(before: Before, settings: EffortSettings, plan: Callable[[_Fronts], Array]) -> Array:
    """Return a plan made by front alone, since what a load gains does not hang on the time of day."""
    fronts = _fronts(before, settings)
    return np.asarray(np.clip((plan(fronts) / fronts.per_scan)[fronts.of_way], 0.0, 1.0))


SCAN_RULES: Final[dict[str, Callable[[Before, EffortSettings], Array]]] = {
    "chase": chase,
    "surges_fixed": surges_fixed,
    "surges_redrawn": surges_redrawn,
    "minimax": minimax,
    "stackelberg": against_watcher,
    "monotone": against_all,
}
"""Rules that move scans, by name."""
PLANNED_AHEAD: Final = ("minimax", "stackelberg", "monotone")
"""Rules whose plan is made anew every ``replan_every_weeks`` and stands in between."""


BREAKS_TIES: Final = ("stackelberg", "monotone")
"""Rules whose plan makes fronts equally good for a smuggler, so that its loss depends on which he takes."""


def planned_shares(rule: str, before: Before, settings: EffortSettings) -> Array:
    """Return the scan shares by way of the week after those seen, float[way]."""
    return SCAN_RULES[rule](_when_planned(rule, before, settings), settings)


def _when_planned(rule: str, before: Before, settings: EffortSettings) -> Before:
    """Return what was seen when the plan in force was made."""
    if rule not in PLANNED_AHEAD:
        return before
    every = settings.replan_every_weeks
    return replace(before, weeks=before.weeks[: 1 + (len(before.weeks) - 1) // every * every])

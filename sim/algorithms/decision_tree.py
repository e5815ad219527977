"""Several sensors in sequence: the best trees of tests, and the frontier of cost and detection.

The unit of cost is the opening of one truck, which finds everything; threats are so rare that cost
is that of a good truck. A policy is a tree: release, open, or test by a sensor and go on in each
channel of its reading. The best detection at every cost is the frontier; between two of its vertices
lies a mix of two trees.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray
from sim.errors import PolicyError

Point = tuple[float, float]
LEAST = 1e-12
"""Gains of detection below it are rounding, and make no vertex of their own."""


@dataclass(frozen=True, slots=True)
class TreeSensor:
    """A sensor: what one test costs, and its ROC.

    ``roc`` holds the vertices (false-alarm rate, detection rate) between (0, 0) and (1, 1), which
    are left out. Two neighbouring vertices bound a channel of readings. After a sensor of one
    ``stage`` none of an earlier stage can be visited.
    """

    name: str
    cost: float
    roc: tuple[Point, ...]
    stage: int = 0

    def channels(self) -> tuple[Point, ...]:
        """Return (P(channel | good), P(channel | bad)), the most suspicious channel first.

        Raises
        ------
        PolicyError
            The cost is negative, or the ROC does not rise or is not concave (as it is not where a
            vertex lies under the diagonal).
        """
        if not 0.0 <= self.cost < math.inf:
            raise PolicyError(f"policy: the cost of {self.name} must be at least 0, got {self.cost:g}")
        path = ((0.0, 0.0), *self.roc, (1.0, 1.0))
        parts = tuple((right[0] - left[0], right[1] - left[1]) for left, right in itertools.pairwise(path))
        for place, (good, bad) in enumerate(parts):
            if not (good >= -LEAST and bad >= -LEAST):
                seen = f"{_pair(path[place])} comes before {_pair(path[place + 1])}"
                raise PolicyError(f"policy: the ROC of {self.name} must rise from (0, 0) to (1, 1); {seen}")
        for place, (one, other) in enumerate(itertools.pairwise(parts), start=1):
            if other[1] * one[0] > one[1] * other[0] + LEAST:
                below = f"{_pair(path[place])} lies under the line through its neighbors"
                raise PolicyError(f"policy: the ROC of {self.name} must be concave; {below}")
        return tuple((max(good, 0.0), max(bad, 0.0)) for good, bad in parts)


def _pair(point: Point) -> str:
    return f"({point[0]:g}, {point[1]:g})"


@dataclass(frozen=True, slots=True)
class DecisionTree:
    """A policy: open, release, or a test and a tree for each channel (most suspicious first)."""

    cost: float
    detection: float
    sensor: str = ""
    """Name of the sensor to test by; empty: ``cost`` 1 opens, 0 releases."""
    after: tuple[DecisionTree, ...] = ()
    channels: tuple[Point, ...] = ()
    """(P(channel | good), P(channel | bad)) of each tree in ``after``."""
    size: int = 1
    """Steps of the tree, written out."""

    def p_visit(self, sensor: str, kind: int) -> float:
        """Return the chance that a good (0) or bad (1) truck is tested by ``sensor``."""
        if not self.sensor or self.sensor == sensor:
            return float(self.sensor == sensor)
        parts = zip(self.channels, self.after, strict=True)
        return sum(part[kind] * tree.p_visit(sensor, kind) for part, tree in parts)

    def p_open(self, kind: int) -> float:
        """Return the chance that a good (0) or bad (1) truck is opened."""
        if not self.sensor:
            return float(self.opens)
        parts = zip(self.channels, self.after, strict=True)
        return sum(part[kind] * tree.p_open(kind) for part, tree in parts)

    @property
    def opens(self) -> bool:
        """Whether this is the tree that opens without a test."""
        return not self.sensor and self.cost > 0.5


RELEASE = DecisionTree(0.0, 0.0)
OPEN = DecisionTree(1.0, 1.0)


def efficient_trees(sensors: Sequence[TreeSensor]) -> tuple[DecisionTree, ...]:
    """Return the vertices of the efficient frontier, from RELEASE to OPEN.

    F({}) = {RELEASE, OPEN}; F(S) is the upper concave hull, over all i in S, of F(S without i) and
    of "test i, then in each channel follow the vertex of F(S without i) that this price prefers":
    cost = c_i + sum of g_k cost_k, detection = sum of b_k detection_k, where g_k and b_k are the
    channel's probabilities. All prices at once: the edges of the channels' frontiers, scaled by
    (g_k, b_k), merged by slope.

    Parameters
    ----------
    sensors : sequence of TreeSensor
        Any number; each may be used once, in any order that their stages allow.

    Source
    ------
    Stroud & Saeger 2003, Los Alamos; Boros, Elsayed, Kantor, Roberts, Xie 2009, Naval Research
    Logistics 56:404 and Kantor & Boros 2010, Risk Analysis.

    Examples
    --------
    >>> tree = efficient_trees([TreeSensor("scan", 0.1, ((0.2, 0.8),))])[1]
    >>> round(tree.cost, 6), round(tree.detection, 6)
    (0.3, 0.8)
    """
    channels = tuple(sensor.channels() for sensor in sensors)

    @functools.cache
    def best(left: frozenset[int]) -> tuple[DecisionTree, ...]:
        found = [_Candidates.of((RELEASE, OPEN))]
        for i in sorted(left):
            rest = left - {i}
            ahead = frozenset(j for j in rest if sensors[j].stage >= sensors[i].stage)
            found += [_Candidates.of(best(rest)), _test_first(sensors[i], channels[i], best(ahead))]
        return _hull(found)

    return best(frozenset(range(len(sensors))))


class _Candidates(NamedTuple):
    """Vertices that may be on the frontier: numbers of all, and how to make the tree of one."""

    cost: FloatArray
    detection: FloatArray
    size: FloatArray
    make: Callable[[int], DecisionTree]

    @classmethod
    def of(cls, trees: tuple[DecisionTree, ...]) -> _Candidates:
        return cls(*_numbers(trees), trees.__getitem__)


def _numbers(trees: tuple[DecisionTree, ...]) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows = np.array([(tree.cost, tree.detection, tree.size) for tree in trees], dtype=np.float64)
    return rows[:, 0], rows[:, 1], rows[:, 2]


def _test_first(sensor: TreeSensor, channels: tuple[Point, ...], next_trees: tuple[DecisionTree, ...]) -> _Candidates:
    """Return every vertex of "test by this sensor first", from the cheapest on."""
    good, bad = np.array(channels).T[:, :, None]
    cost, detection, size = _numbers(next_trees)
    dearer, gain = good * np.diff(cost), bad * np.diff(detection)
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(dearer > 0.0, gain / dearer, np.inf)
    # the sort is stable: within a channel, the rest's edges keep their order
    order = np.argsort(-price, axis=None, kind="stable")
    order = order[gain.ravel()[order] > 0.0]
    channel = order // max(len(next_trees) - 1, 1)

    def upto(first: float, steps: FloatArray) -> FloatArray:
        return first + np.concatenate([[0.0], np.cumsum(steps.ravel()[order])])

    def make(vertex: int) -> DecisionTree:
        at = np.bincount(channel[:vertex], minlength=len(channels))
        return _tested(sensor, channels, [next_trees[place] for place in at])

    larger = np.broadcast_to(np.diff(size), gain.shape)
    return _Candidates(
        upto(sensor.cost + float(good.sum()) * next_trees[0].cost, dearer),
        upto(float(bad.sum()) * next_trees[0].detection, gain),
        upto(1.0 + len(channels) * next_trees[0].size, larger),
        make,
    )


def _tested(sensor: TreeSensor, channels: tuple[Point, ...], next_trees: list[DecisionTree]) -> DecisionTree:
    pairs = list(zip(channels, next_trees, strict=True))
    cost = sensor.cost + sum(good * tree.cost for (good, _), tree in pairs)
    detection = sum(bad * tree.detection for (_, bad), tree in pairs)
    size = 1 + sum(tree.size for tree in next_trees)
    return DecisionTree(cost, detection, sensor.name, tuple(next_trees), channels, size)


def _hull(candidates: list[_Candidates]) -> tuple[DecisionTree, ...]:
    """Return the vertices of the upper concave hull up to the highest detection.

    Of vertices that differ by rounding alone the smallest tree is kept, so that no test is made
    which changes nothing.
    """
    cost, detection, size = (np.concatenate(parts) for parts in list(zip(*candidates, strict=True))[:3])
    rows = list(zip(cost.tolist(), detection.tolist(), size.tolist(), strict=True))
    kept: list[int] = []
    for place in np.lexsort((size, -detection, cost)).tolist():
        new = rows[place]
        if kept and new[1] <= rows[kept[-1]][1] + LEAST:
            last = rows[kept[-1]]
            if new[2] < last[2] and new[0] <= last[0] + LEAST and new[1] >= last[1] - LEAST:
                kept[-1] = place
            continue
        while len(kept) > 1 and not _turns(rows[kept[-2]], rows[kept[-1]], new):
            kept.pop()
        kept.append(place)
    starts = np.cumsum([0] + [len(part.cost) for part in candidates])
    owners = np.searchsorted(starts, kept, side="right") - 1
    return tuple(
        candidates[owner].make(place - int(starts[owner])) for owner, place in zip(owners.tolist(), kept, strict=True)
    )


def _turns(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> bool:
    """Tell whether b lies above the line from a to c."""
    chord = (c[1] - a[1]) * (b[0] - a[0])
    return (b[1] - a[1] - LEAST) * (c[0] - a[0]) > chord


@dataclass(frozen=True, slots=True)
class TreeMix:
    """Two neighbouring vertices: ``second`` with probability ``second_share``, else ``first``."""

    first: DecisionTree
    second: DecisionTree
    second_share: float

    @property
    def cost(self) -> float:
        """Mean cost of a good truck, in openings."""
        return self.first.cost + self.second_share * (self.second.cost - self.first.cost)

    @property
    def detection(self) -> float:
        """Share of the bad trucks that are opened."""
        gain = self.second.detection - self.first.detection
        return self.first.detection + self.second_share * gain

    def trees(self) -> tuple[tuple[float, DecisionTree], ...]:
        """Return (share of trucks, tree) of each tree that is followed at all."""
        parts = ((1.0 - self.second_share, self.first), (self.second_share, self.second))
        return tuple((share, tree) for share, tree in parts if share > 0.0)

    def p_visit(self, sensor: str, kind: int) -> float:
        """Return the chance that a good (0) or bad (1) truck is tested by ``sensor``."""
        return sum(share * tree.p_visit(sensor, kind) for share, tree in self.trees())

    def p_open(self, kind: int) -> float:
        """Return the chance that a good (0) or bad (1) truck is opened."""
        return sum(share * tree.p_open(kind) for share, tree in self.trees())


def best_mix_at_budget(vertices: tuple[DecisionTree, ...], budget: float) -> TreeMix:
    """Return the best policy whose cost is at most ``budget``.

    >>> round(best_mix_at_budget(efficient_trees([TreeSensor("scan", 0.1, ((0.2, 0.8),))]), 0.15).detection, 6)
    0.4
    """
    return _between(vertices, [tree.cost for tree in vertices], budget)


def cheapest_mix_at_detection(vertices: tuple[DecisionTree, ...], detection: float) -> TreeMix:
    """Return the cheapest policy that detects at least ``detection``.

    >>> round(cheapest_mix_at_detection(efficient_trees([TreeSensor("scan", 0.1, ((0.2, 0.8),))]), 0.4).cost, 6)
    0.15
    """
    return _between(vertices, [tree.detection for tree in vertices], detection)


def _between(vertices: tuple[DecisionTree, ...], scale: list[float], target: float) -> TreeMix:
    if target >= scale[-1]:
        return TreeMix(vertices[-1], vertices[-1], 0.0)
    if target <= scale[0]:
        return TreeMix(vertices[0], vertices[0], 0.0)
    right = next(place for place, value in enumerate(scale) if value > target)
    left = right - 1
    return TreeMix(vertices[left], vertices[right], (target - scale[left]) / (scale[right] - scale[left]))


def tree_text(tree: DecisionTree | TreeMix) -> str:
    """Return the policy as text, one line a step; shares are of the trucks that come to it.

    >>> vertices = efficient_trees([TreeSensor("scan", 0.1, ((0.2, 0.8),))])
    >>> print(tree_text(vertices[1]))
    cost 0.3000 openings a truck, detection 0.8000; reading 1 is the most suspicious
    test by scan
      reading 1 of 2 (20% of clean, 80% of loads): open
      reading 2 of 2 (80% of clean, 20% of loads): release
    >>> print(tree_text(best_mix_at_budget(vertices, 0.15)))
    cost 0.1500 openings a truck, detection 0.4000; reading 1 is the most suspicious
    50% of trucks:
      release
    50% of trucks:
      test by scan
        reading 1 of 2 (20% of clean, 80% of loads): open
        reading 2 of 2 (80% of clean, 20% of loads): release
    """
    head = f"cost {tree.cost:.4f} openings a truck, detection {tree.detection:.4f}"
    parts = tree.trees() if isinstance(tree, TreeMix) else ((1.0, tree),)
    if any(part.sensor for _, part in parts):
        head += "; reading 1 is the most suspicious"
    lines = [head]
    if len(parts) == 1:
        return "\n".join(lines + _steps(parts[0][1], ""))
    for share, part in parts:
        lines += [f"{_percent(share)} of trucks:", *_steps(part, "  ")]
    return "\n".join(lines)


def _steps(tree: DecisionTree, indent: str) -> list[str]:
    if not tree.sensor:
        return [indent + _verdict(tree)]
    lines = [f"{indent}test by {tree.sensor}"]
    for place, child in enumerate(tree.after):
        label = f"{indent}  {_reading(place, tree.channels)}:"
        if child.sensor:
            lines += [label, *_steps(child, indent + "    ")]
        else:
            lines.append(f"{label} {_verdict(child)}")
    return lines


def _reading(place: int, channels: tuple[Point, ...]) -> str:
    good, bad = channels[place]
    shares = f"{_percent(good)} of clean, {_percent(bad)} of loads"
    return f"reading {place + 1} of {len(channels)} ({shares})"


def _percent(share: float) -> str:
    """Return a share with three figures: 0.0123 -> 1.23 %."""
    return f"{100.0 * share:.3g}%"


def _verdict(tree: DecisionTree) -> str:
    return "open" if tree.opens else "release"

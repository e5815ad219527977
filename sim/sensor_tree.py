"""Several sensors in sequence: the best trees of tests, and the frontier of cost and detection.

The unit of cost is the opening of one truck, which finds everything; threats are so rare that cost
is that of a good truck. A policy is a tree: release, open, or test by a sensor and go on in each
channel of its reading. The best detection at every cost is the frontier.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import PolicyError

Floats = npt.NDArray[np.float64]
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
            raise PolicyError(
                f"policy: the cost of {self.name} must be at least 0, got {self.cost:g}"
            )
        path = ((0.0, 0.0), *self.roc, (1.0, 1.0))
        parts = tuple(
            (right[0] - left[0], right[1] - left[1]) for left, right in itertools.pairwise(path)
        )
        for place, (good, bad) in enumerate(parts):
            if not (good >= -LEAST and bad >= -LEAST):
                seen = f"{_pair(path[place])} comes before {_pair(path[place + 1])}"
                raise PolicyError(
                    f"policy: the ROC of {self.name} must rise from (0, 0) to (1, 1); {seen}"
                )
        for place, (one, other) in enumerate(itertools.pairwise(parts), start=1):
            if other[1] * one[0] > one[1] * other[0] + LEAST:
                below = f"{_pair(path[place])} lies under the line through its neighbours"
                raise PolicyError(f"policy: the ROC of {self.name} must be concave; {below}")
        return tuple((max(good, 0.0), max(bad, 0.0)) for good, bad in parts)


def _pair(point: Point) -> str:
    return f"({point[0]:g}, {point[1]:g})"


@dataclass(frozen=True, slots=True)
class Tree:
    """A policy: open, release, or a test and a tree for each channel (most suspicious first)."""

    cost: float
    detection: float
    sensor: str = ""
    """Name of the sensor to test by; empty: ``cost`` 1 opens, 0 releases."""
    after: tuple[Tree, ...] = ()
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


RELEASE = Tree(0.0, 0.0)
OPEN = Tree(1.0, 1.0)


def frontier(sensors: Sequence[TreeSensor]) -> tuple[Tree, ...]:
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
    >>> tree = frontier([TreeSensor("scan", 0.1, ((0.2, 0.8),))])[1]
    >>> round(tree.cost, 6), round(tree.detection, 6)
    (0.3, 0.8)
    """
    channels = tuple(sensor.channels() for sensor in sensors)

    @functools.cache
    def best(left: frozenset[int]) -> tuple[Tree, ...]:
        found = [_Candidates.of((RELEASE, OPEN))]
        for i in sorted(left):
            rest = left - {i}
            ahead = frozenset(j for j in rest if sensors[j].stage >= sensors[i].stage)
            found += [
                _Candidates.of(best(rest)),
                _test_first(sensors[i], channels[i], best(ahead)),
            ]
        return _hull(found)

    return best(frozenset(range(len(sensors))))


class _Candidates(NamedTuple):
    """Vertices that may be on the frontier: numbers of all, and how to make the tree of one."""

    cost: Floats
    detection: Floats
    size: Floats
    make: Callable[[int], Tree]

    @classmethod
    def of(cls, trees: tuple[Tree, ...]) -> _Candidates:
        return cls(*_numbers(trees), trees.__getitem__)


def _numbers(trees: tuple[Tree, ...]) -> tuple[Floats, Floats, Floats]:
    rows = np.array([(tree.cost, tree.detection, tree.size) for tree in trees], dtype=np.float64)
    return rows[:, 0], rows[:, 1], rows[:, 2]


def _test_first(
    sensor: TreeSensor, channels: tuple[Point, ...], rest: tuple[Tree, ...]
) -> _Candidates:
    """Return every vertex of "test by this sensor first", from the cheapest on."""
    good, bad = np.array(channels).T[:, :, None]
    cost, detection, size = _numbers(rest)
    dearer, gain = good * np.diff(cost), bad * np.diff(detection)
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(dearer > 0.0, gain / dearer, np.inf)
    # the sort is stable: within a channel, the rest's edges keep their order
    order = np.argsort(-price, axis=None, kind="stable")
    order = order[gain.ravel()[order] > 0.0]
    channel = order // max(len(rest) - 1, 1)

    def upto(first: float, steps: Floats) -> Floats:
        return first + np.concatenate([[0.0], np.cumsum(steps.ravel()[order])])

    def make(vertex: int) -> Tree:
        at = np.bincount(channel[:vertex], minlength=len(channels))
        return _tested(sensor, channels, [rest[place] for place in at])

    larger = np.broadcast_to(np.diff(size), gain.shape)
    return _Candidates(
        upto(sensor.cost + float(good.sum()) * rest[0].cost, dearer),
        upto(float(bad.sum()) * rest[0].detection, gain),
        upto(1.0 + len(channels) * rest[0].size, larger),
        make,
    )


def _tested(sensor: TreeSensor, channels: tuple[Point, ...], after: list[Tree]) -> Tree:
    pairs = list(zip(channels, after, strict=True))
    cost = sensor.cost + sum(good * tree.cost for (good, _), tree in pairs)
    detection = sum(bad * tree.detection for (_, bad), tree in pairs)
    size = 1 + sum(tree.size for tree in after)
    return Tree(cost, detection, sensor.name, tuple(after), channels, size)


def _hull(found: list[_Candidates]) -> tuple[Tree, ...]:
    """Return the vertices of the upper concave hull up to the highest detection.

    Of vertices that differ by rounding alone the smallest tree is kept, so that no test is made
    which changes nothing.
    """
    cost, detection, size = (np.concatenate(parts) for parts in list(zip(*found, strict=True))[:3])
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
    starts = np.cumsum([0] + [len(part.cost) for part in found])
    owners = np.searchsorted(starts, kept, side="right") - 1
    return tuple(
        found[owner].make(place - int(starts[owner]))
        for owner, place in zip(owners.tolist(), kept, strict=True)
    )


def _turns(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> bool:
    """Tell whether b lies above the line from a to c."""
    chord = (c[1] - a[1]) * (b[0] - a[0])
    return (b[1] - a[1] - LEAST) * (c[0] - a[0]) > chord


def test_all_then_open(sensor: TreeSensor, budget: float) -> float:
    """Return what the naive plan detects: test every truck, open alarms while the budget lasts.

    Examples
    --------
    >>> round(test_all_then_open(TreeSensor("scan", 0.1, ((0.2, 0.8),)), 0.15), 6)
    0.2
    """
    left, detection = budget - sensor.cost, 0.0
    for good, bad in sensor.channels():
        if left <= 0.0:
            break
        part = min(1.0, left / good) if good > 0.0 else 1.0
        detection += part * bad
        left -= part * good
    return detection

"""Several sensors in sequence: the best trees of tests, and the frontier of cost and detection.

The unit of cost is the opening of one truck, which finds everything; threats are so rare that cost
is that of a good truck. A policy is a tree: release, open, or test by a sensor and go on in each
channel of its reading. The best detection at every cost is the frontier.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.errors import PolicyError

Point = tuple[float, float]
LEAST = 1e-12
"""Gains of detection below it are rounding, and make no vertex of their own."""


@dataclass(frozen=True, slots=True)
class TreeSensor:
    """A sensor: what one test costs, and its ROC.

    ``roc`` holds the vertices (false-alarm rate, detection rate) between (0, 0) and (1, 1), which
    are left out. Two neighbouring vertices bound a channel of readings.
    """

    name: str
    cost: float
    roc: tuple[Point, ...]

    def channels(self) -> tuple[Point, ...]:
        """Return (P(channel | good), P(channel | bad)), the most suspicious channel first.

        Raises
        ------
        PolicyError
            The ROC does not rise, or is not concave.
        """
        path = ((0.0, 0.0), *self.roc, (1.0, 1.0))
        parts = tuple(
            (right[0] - left[0], right[1] - left[1]) for left, right in itertools.pairwise(path)
        )
        if any(good < -LEAST or bad < -LEAST for good, bad in parts):
            raise PolicyError(f"policy: the ROC of {self.name} must rise from (0, 0) to (1, 1)")
        if any(b[1] * a[0] > a[1] * b[0] + LEAST for a, b in itertools.pairwise(parts)):
            raise PolicyError(f"policy: the ROC of {self.name} must be concave")
        return parts


@dataclass(frozen=True, slots=True)
class Tree:
    """A policy: open, release, or a test and a tree for each channel (most suspicious first)."""

    cost: float
    detection: float
    sensor: str = ""
    """Name of the sensor to test by; empty: ``cost`` 1 opens, 0 releases."""
    after: tuple[Tree, ...] = ()


RELEASE = Tree(0.0, 0.0)
OPEN = Tree(1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Mix:
    """Two neighbouring vertices: ``second`` with probability ``second_share``, else ``first``."""

    first: Tree
    second: Tree
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
        Any number; each may be used once, in any order.

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
        found: list[Tree] = [RELEASE, OPEN]
        for i in sorted(left):
            rest = best(left - {i})
            found += [*rest, *_test_first(sensors[i], channels[i], rest)]
        return hull(found)

    return best(frozenset(range(len(sensors))))


def _test_first(
    sensor: TreeSensor, channels: tuple[Point, ...], rest: tuple[Tree, ...]
) -> list[Tree]:
    """Return every vertex of "test by this sensor first", from the cheapest on."""
    steps = []
    for k, (good, bad) in enumerate(channels):
        for place, (left, right) in enumerate(itertools.pairwise(rest)):
            cost = good * (right.cost - left.cost)
            gain = bad * (right.detection - left.detection)
            price = gain / cost if cost > 0.0 else float("inf")
            if gain > 0.0:
                steps.append((-price, k, place))
    at = [0] * len(channels)
    trees = [_tested(sensor, channels, [rest[0]] * len(channels))]
    for _, k, _ in sorted(steps):
        at[k] += 1
        trees.append(_tested(sensor, channels, [rest[place] for place in at]))
    return trees


def _tested(sensor: TreeSensor, channels: tuple[Point, ...], after: list[Tree]) -> Tree:
    pairs = list(zip(channels, after, strict=True))
    cost = sensor.cost + sum(good * tree.cost for (good, _), tree in pairs)
    detection = sum(bad * tree.detection for (_, bad), tree in pairs)
    return Tree(cost, detection, sensor.name, tuple(after))


def hull(trees: Iterable[Tree]) -> tuple[Tree, ...]:
    """Return the vertices of the upper concave hull up to the highest detection."""
    kept: list[Tree] = []
    for tree in sorted(trees, key=lambda tree: (tree.cost, -tree.detection, _size(tree))):
        if kept and tree.detection <= kept[-1].detection + LEAST:
            continue
        while len(kept) > 1 and not _turns(kept[-2], kept[-1], tree):
            kept.pop()
        kept.append(tree)
    return tuple(kept)


def _turns(a: Tree, b: Tree, c: Tree) -> bool:
    """Tell whether b lies above the line from a to c."""
    rise = (b.detection - a.detection) * (c.cost - a.cost)
    return rise > (c.detection - a.detection) * (b.cost - a.cost) + LEAST


def _size(tree: Tree) -> int:
    return 1 + sum(_size(child) for child in tree.after)


def at_budget(vertices: tuple[Tree, ...], budget: float) -> Mix:
    """Return the best policy whose cost is at most ``budget``.

    Examples
    --------
    >>> round(at_budget(frontier([TreeSensor("scan", 0.1, ((0.2, 0.8),))]), 0.15).detection, 6)
    0.4
    """
    return _between(vertices, [tree.cost for tree in vertices], budget)


def at_detection(vertices: tuple[Tree, ...], detection: float) -> Mix:
    """Return the cheapest policy that detects at least ``detection``."""
    return _between(vertices, [tree.detection for tree in vertices], detection)


def _between(vertices: tuple[Tree, ...], scale: list[float], wanted: float) -> Mix:
    if wanted >= scale[-1]:
        return Mix(vertices[-1], vertices[-1], 0.0)
    if wanted <= scale[0]:
        return Mix(vertices[0], vertices[0], 0.0)
    right = next(place for place, value in enumerate(scale) if value > wanted)
    left = right - 1
    return Mix(
        vertices[left], vertices[right], (wanted - scale[left]) / (scale[right] - scale[left])
    )


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


def render(tree: Tree | Mix) -> str:
    """Return the policy as text, one line a step.

    Examples
    --------
    >>> print(render(frontier([TreeSensor("scan", 0.1, ((0.2, 0.8),))])[1]))
    cost 0.3000, detection 0.8000
    test by scan
      reading 1 (most suspicious): open
      reading 2 (least suspicious): release
    """
    if isinstance(tree, Mix):
        share = tree.second_share
        head = f"cost {tree.cost:.4f}, detection {tree.detection:.4f}: a mix"
        if share == 0.0:
            return render(tree.first)
        parts = [f"{1.0 - share:.1%} of trucks:", *_lines(tree.first, "  ")]
        parts += [f"{share:.1%} of trucks:", *_lines(tree.second, "  ")]
        return "\n".join([head, *parts])
    head = f"cost {tree.cost:.4f}, detection {tree.detection:.4f}"
    return "\n".join([head, *_lines(tree, "")])


def _lines(tree: Tree, indent: str) -> list[str]:
    if not tree.sensor:
        return [indent + verdict(tree)]
    lines = [f"{indent}test by {tree.sensor}"]
    for k, child in enumerate(tree.after):
        rank = {0: " (most suspicious)", len(tree.after) - 1: " (least suspicious)"}.get(k, "")
        label = f"{indent}  reading {k + 1}{rank}:"
        if child.sensor:
            lines += [label, *_lines(child, indent + "    ")]
        else:
            lines.append(f"{label} {verdict(child)}")
    return lines


def verdict(tree: Tree) -> str:
    """Return what a tree without a test does."""
    return "open" if tree.cost > 0.5 else "release"

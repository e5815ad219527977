"""Between two vertices of the frontier: a mix of two trees, by budget or by target detection."""

from __future__ import annotations

from dataclasses import dataclass

from sim.sensor_tree import Tree


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

    def trees(self) -> tuple[tuple[float, Tree], ...]:
        """Return (share of trucks, tree) of each tree that is followed at all."""
        parts = ((1.0 - self.second_share, self.first), (self.second_share, self.second))
        return tuple((share, tree) for share, tree in parts if share > 0.0)

    def p_visit(self, sensor: str, kind: int) -> float:
        """Return the chance that a good (0) or bad (1) truck is tested by ``sensor``."""
        return sum(share * tree.p_visit(sensor, kind) for share, tree in self.trees())

    def p_open(self, kind: int) -> float:
        """Return the chance that a good (0) or bad (1) truck is opened."""
        return sum(share * tree.p_open(kind) for share, tree in self.trees())


def at_budget(vertices: tuple[Tree, ...], budget: float) -> Mix:
    """Return the best policy whose cost is at most ``budget``.

    Examples
    --------
    >>> from sim.sensor_tree import TreeSensor, frontier
    >>> round(at_budget(frontier([TreeSensor("scan", 0.1, ((0.2, 0.8),))]), 0.15).detection, 6)
    0.4
    """
    return _between(vertices, [tree.cost for tree in vertices], budget)


def at_detection(vertices: tuple[Tree, ...], detection: float) -> Mix:
    """Return the cheapest policy that detects at least ``detection``.

    Examples
    --------
    >>> from sim.sensor_tree import TreeSensor, frontier
    >>> round(at_detection(frontier([TreeSensor("scan", 0.1, ((0.2, 0.8),))]), 0.4).cost, 6)
    0.15
    """
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

"""A tornado: one input at a time at its low and its high point, the widest swing first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Swing:
    """What an outcome becomes at an input's two points."""

    name: str
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far the outcome moves, whichever way."""
        return abs(self.high - self.low)


def swings(outcome: Callable[..., float], points: Mapping[str, tuple[Any, Any]]) -> list[Swing]:
    """Return the swings of ``outcome``, called with one keyword at a time, widest first.

    Parameters
    ----------
    outcome : callable
        Takes every input as a keyword and has the central value as its default.
    points : mapping
        Low and high point by input, the same percentiles of each (10 and 90%).

    Examples
    --------
    >>> found = swings(lambda a=1.0, b=1.0: 2.0 * a + b, {"b": (0.0, 3.0), "a": (0.0, 2.0)})
    >>> [(one.name, one.width) for one in found]
    [('a', 4.0), ('b', 3.0)]
    """
    found = [Swing(name, outcome(**{name: low}), outcome(**{name: high})) for name, (low, high) in points.items()]
    return sorted(found, key=lambda swing: -swing.width)

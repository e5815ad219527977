"""Designs that fill a space: Latin hypercubes and Sobol points over ranges of keys.

Sources: McKay, Beckman and Conover (1979) for Latin hypercubes; Sobol (1967), scrambled after Owen (1998).
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.spec import Spec

Design = Literal["grid", "lhs", "sobol"]
MOST_DIMENSIONS: Final = 21201
"""What SciPy's Sobol points have (`scipy.stats.qmc.Sobol.MAXDIM`)."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How a key is drawn: uniformly from low to high, or by another distribution."""

    dist: Literal["uniform", "triangular", "normal"]
    low: float
    """Low end; of a normal distribution its mean."""
    high: float
    """High end; of a normal distribution its standard deviation."""
    mode: float = math.nan

    def quantiles(self, p: FloatArray) -> FloatArray:
        """Return the values below which shares ``p`` [n] of all draws lie."""
        if self.dist == "uniform":
            return self.low + p * (self.high - self.low)
        # late, as in all of a sweep: scipy.stats takes a second to import, and a grid needs none of it
        from scipy.stats import norm, triang

        if self.dist == "normal":
            return np.asarray(norm.ppf(p, self.low, self.high), np.float64)
        width = self.high - self.low
        return np.asarray(triang.ppf(p, (self.mode - self.low) / width, self.low, width), np.float64)


def uniform_draw(key: str, low: float, high: float) -> Draw:
    """Return a uniform draw, or refuse ends that make no range.

    Raises
    ------
    ConfigError
        Ends that are not finite, or in the wrong order.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ConfigError(key, f"expected [low, high] with low below high, got [{low:g}, {high:g}]")
    return Draw("uniform", float(low), float(high))


def design_values(
    design: Design, points: int, seed: int, over: Mapping[str, Draw], is_whole: Mapping[str, bool]
) -> dict[str, list[float] | list[int]]:
    """Return the values of every key at the points of a design.

    Parameters
    ----------
    is_whole : mapping
        Keys that take whole numbers: of a uniform range all whole numbers come equally often.

    Raises
    ------
    ConfigError
        More keys than there are dimensions, or no whole number in a range.
    """
    if len(over) > MOST_DIMENSIONS:
        raise ConfigError("over", f"a design has at most {MOST_DIMENSIONS} keys, got {len(over)}")
    columns = _unit_points(design, points, seed, len(over))
    return {
        key: _whole(key, draw, column) if is_whole[key] else draw.quantiles(column).tolist()
        for (key, draw), column in zip(over.items(), columns.T, strict=True)
    }


def _unit_points(design: Design, points: int, seed: int, dimensions: int) -> FloatArray:
    """Return the points [n, d] of the unit cube, none of them on its edge."""
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    if design == "lhs":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=rng).random(points))
    sampler = qmc.Sobol(dimensions, rng=rng)
    # a power of two keeps the points even; SciPy warns where it is not, and so does design_note
    whole = np.asarray(sampler.random_base2(max(math.ceil(math.log2(points)), 0)))[:points]
    return np.clip(whole, 2.0**-53, 1.0 - 2.0**-53)


def _whole(key: str, draw: Draw, p: FloatArray) -> list[int]:
    if draw.dist != "uniform":
        return [round(value) for value in draw.quantiles(p).tolist()]
    low, high = math.ceil(draw.low), math.floor(draw.high)
    if low > high:
        raise ConfigError(key, f"takes whole numbers, and none lies in [{draw.low:g}, {draw.high:g}]")
    return [min(low + int(value * (high - low + 1)), high) for value in p.tolist()]


def design_note(design: Design, points: int) -> str:
    """Return what there is to say of a design, or nothing.

    Examples
    --------
    >>> design_note("sobol", 100)
    'points=100 is no power of two, so that the Sobol points are not quite even; 128 would be.'
    """
    if design != "sobol" or points & (points - 1) == 0:
        return ""
    even = 2 ** math.ceil(math.log2(points))
    return f"points={points} is no power of two, so that the Sobol points are not quite even; {even} would be."


def takes_whole_numbers(part: object, keys: Sequence[str]) -> bool:
    """Return whether the field that ``keys`` lead to, from a part of a scenario on, takes whole numbers."""
    kind: Any = type(part)
    value: Any = part
    for name in keys:
        kind = _without_null(_kind_below(kind, value, name))
        value = _value_below(value, name)
        if isinstance(value, Spec):
            kind = type(value)
    return kind is int


def _kind_below(kind: Any, value: object, name: str) -> Any:  # noqa: ANN401
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return typing.get_type_hints(kind).get(name)
    arguments = typing.get_args(kind)
    del value
    return arguments[1] if typing.get_origin(kind) is dict else None


def _value_below(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _without_null(kind: Any) -> Any:  # noqa: ANN401
    if typing.get_origin(kind) is types.UnionType:
        return next(inner for inner in typing.get_args(kind) if inner is not type(None))
    return kind

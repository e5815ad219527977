"""The axes of a sweep, in Hydra's grammar: ``a=1,2``, ``range(..)``, ``choice(..)``, ``glob(..)``.

Points are counted before they are listed, so that a range without an end costs nothing but its refusal.
"""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Glob, IntervalSweep, Override, RangeSweep

from experiments.study.compose import parse_overrides, search_folders
from experiments.study.sources import CONFIGS
from sim.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Axis:
    """A key that is swept, and its values: as plain values, and as Hydra reads them."""

    key: str
    values: tuple[object, ...]
    texts: tuple[str, ...]

    def override(self, level: int) -> str:
        """Return the override that sets the key to one of the values."""
        return f"{self.key}={self.texts[level]}"


@dataclass(frozen=True, slots=True)
class SweptWords:
    """Overrides in the order in which they were given, each fixed or an axis."""

    words: tuple[str | Axis, ...]

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Return the axes, in order; the last one varies fastest."""
        return tuple(word for word in self.words if isinstance(word, Axis))

    @property
    def fixed(self) -> tuple[str, ...]:
        """Return the overrides that are the same at every point."""
        return tuple(word for word in self.words if isinstance(word, str))

    def with_axes(self, axes: Sequence[Axis]) -> SweptWords:
        """Return the same words with more axes after them."""
        return SweptWords((*self.words, *axes))


def read_axes(words: Sequence[str], most_points: int) -> SweptWords:
    """Take overrides apart into axes and what is the same at every point.

    Raises
    ------
    ConfigError
        A range that is empty or endless, more points than ``most_points``, a key given twice, a value listed twice.

    Examples
    --------
    >>> read_axes(["a=1,2", "b=range(0,1,0.5)", "c=3"], 100).axes[1].texts
    ('0.0', '0.5')
    """
    parsed = parse_overrides(words)
    _refuse_repeated_keys(parsed)
    folders = (CONFIGS, *search_folders([word for word in words if word.startswith("hydra.searchpath")]))
    total = 1
    for override in parsed:
        if override.is_sweep_override():
            total *= _count(override, folders)
            if total > most_points:
                problem = f"the grid has more than most_points={most_points:,} points; most_points=N raises the limit"
                raise ConfigError(override.get_key_element(), problem)
    return SweptWords(tuple(_axis(o, folders) if o.is_sweep_override() else str(o.input_line) for o in parsed))


def axis_of_values(key: str, values: Sequence[object]) -> Axis:
    """Return the axis of plain values, written as Hydra reads them.

    Raises
    ------
    ConfigError
        No value, a value listed twice, or one that is neither number, text, truth value nor null.
    """
    if not values:
        raise ConfigError(key, "no value to sweep over, got []")
    axis = Axis(key, tuple(values), tuple(_text(key, value) for value in values))
    _refuse_repeated_values(axis)
    return axis


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z_][\w./:-]*", value) is not None
        return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    raise ConfigError(key, f"expected numbers, names, true, false or null, got {value!r}")


def _refuse_repeated_keys(parsed: Sequence[Override]) -> None:
    seen: dict[str, Override] = {}
    for override in parsed:
        first = seen.setdefault(override.key_or_group, override)
        if first is not override and (first.is_sweep_override() or override.is_sweep_override()):
            problem = f"given twice ({first.input_line} and {override.input_line}); give every axis once"
            raise ConfigError(override.key_or_group, problem)


def _count(override: Override, folders: Sequence[Path]) -> int:
    """Return how many values an axis has, without listing them."""
    key, swept, given = override.get_key_element(), override.value(), override.get_value_string()
    if isinstance(swept, IntervalSweep):
        raise ConfigError(
            key, f"an interval cannot be listed (give the values, or design=lhs over={{..}}), got {given}"
        )
    if getattr(swept, "shuffle", False):
        raise ConfigError(key, f"shuffle would number the points by chance; leave it out, got {given}")
    if isinstance(swept, RangeSweep):
        number = range_length(key, swept.start or 0, swept.stop or 0, swept.step)
    elif isinstance(swept, Glob):
        number = len(_matching(override, folders))
    else:
        number = len(list(override.sweep_iterator()))
    if number == 0:
        raise ConfigError(key, f"no value to sweep over, got {given}")
    return number


def range_length(key: str, start: float, stop: float, step: float) -> int:
    """Return how many values ``range(start, stop, step)`` has: 0 where it is empty.

    Raises
    ------
    ConfigError
        A range that never ends.

    Examples
    --------
    >>> range_length("a", 0, 1, 0.25), range_length("a", 3, 1, 1), range_length("a", 0, 1, 1e-300) > 10**299
    (4, 0, True)
    """
    if not all(map(math.isfinite, (start, stop, step))) or step == 0:
        raise ConfigError(key, f"the range never ends, got range({start},{stop},{step})")
    first, last, by = (Decimal(str(end)) for end in (start, stop, step))
    return max(math.ceil((last - first) / by), 0)


def _axis(override: Override, folders: Sequence[Path]) -> Axis:
    key = override.get_key_element()
    if isinstance(override.value(), Glob):
        names = _matching(override, folders)
        return Axis(key, tuple(names), tuple(names))
    values = tuple(_plain(value) for value in override.sweep_iterator())
    axis = Axis(key, values, tuple(override.sweep_string_iterator()))
    _refuse_repeated_values(axis)
    return axis


def _refuse_repeated_values(axis: Axis) -> None:
    for place, text in enumerate(axis.texts):
        if text in axis.texts[:place]:
            raise ConfigError(axis.key, f"the value {text} is listed twice")


def _plain(value: Any) -> object:  # noqa: ANN401
    """Return a parsed value without Hydra's own kind of text."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return getattr(value, "text", value)


def _matching(override: Override, folders: Sequence[Path]) -> list[str]:
    """Return the options of a config group that a ``glob`` takes."""
    swept: Any = override.value()
    names = {path.stem for folder in folders for path in (folder / override.key_or_group).glob("*.yaml")}
    taken = {n for n in names if any(fnmatch.fnmatch(n, pattern) for pattern in swept.include)}
    return sorted(n for n in taken if not any(fnmatch.fnmatch(n, pattern) for pattern in swept.exclude))


def levels_in_order(axes: Sequence[Axis]) -> Iterator[tuple[int, ...]]:
    """Yield the place of every point on every axis, the last axis fastest."""
    sizes = [len(axis.values) for axis in axes]
    for number in range(math.prod(sizes)):
        place, rest = [], number
        for size in reversed(sizes):
            rest, level = divmod(rest, size)
            place.append(level)
        yield tuple(reversed(place))

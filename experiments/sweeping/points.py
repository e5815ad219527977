"""The points of a sweep: each a whole study, built and checked before the first one runs.

Hydra takes a fifth of a second for a composition. So it composes once for each combination of options (``policy=``,
``port=``, ``experiment=``), and keys that hold plain values are set in what it composed, under the same checks. The
first point, the last and two more of every sweep are held to a composition of their own.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from experiments.study.alternatives import check_override_clashes
from experiments.study.compose import PARTS, parse_overrides
from experiments.study.settings import StudySettings
from experiments.study.study import (
    Study,
    build_study,
    checked_scenario,
    compose_mapping,
    given_alternatives,
    overrides_with_experiment,
)
from experiments.sweeping.axes import Axis, SweptWords
from sim.errors import ConfigError, ThroughgateError
from sim.scenario import Scenario
from sim.setting.spec import build_spec
from sim.shared_draws import scenario_key

DEFINING: Final = ("seed", "days", "start_date", "calendar", "replications", "high_risk_score", "manifest")
"""Keys of a study itself, whatever its scenarios."""
SWEPT_SETTINGS: Final = tuple(sorted((*DEFINING, "separate")))
"""Keys of a study that may differ between points."""
SET_DIRECTLY: Final = ("high_risk_score", "seed", "start_date")
"""Those of them that are set without a composition: nothing else hangs on them."""
MOST_NAMED: Final = 10
"""Points that cannot be built and are named."""
DECIDING: Final = (*DEFINING, "baseline")
"""Settings of a study that decide its numbers."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep."""

    number: int
    values: tuple[object, ...]
    """The value on every axis, in the order of the axes."""
    overrides: tuple[str, ...]
    """What sets it apart from the other points."""
    study: Study
    content: str
    """Hash of all that decides its numbers: points with the same one are run once."""


class MissingKeyError(Exception):
    """A key that the composed configuration does not have."""


def build_points(swept: SweptWords, rows: Iterable[tuple[int, ...]], verb: str) -> list[Point]:
    """Build every point of a sweep.

    Parameters
    ----------
    rows : iterable of tuple of int
        The place of every point on every axis.
    verb : str
        ``compare`` and ``run`` hold every point to what these verbs need; see `build_study`.

    Raises
    ------
    ConfigError
        An axis that cannot be one, or points that cannot be built: up to ten are named, unless all are refused for
        the same reason, which then stands alone.
    """
    _refuse_settings(swept.axes)
    builder = _Builder(swept, verb)
    points: list[Point] = []
    refused: dict[str, list[str]] = {}
    for number, row in enumerate(rows):
        overrides = tuple(axis.override(level) for axis, level in zip(swept.axes, row, strict=True))
        try:
            study = builder.study(row)
        except ClashError:
            raise
        except ThroughgateError as error:
            refused.setdefault(str(error), []).append(f"{number} ({' '.join(overrides)})")
            last = error
            continue
        values = tuple(axis.values[level] for axis, level in zip(swept.axes, row, strict=True))
        points.append(Point(number, values, overrides, study, content_hash(study)))
    if len(refused) == 1 and not points:
        # it is no matter of single points
        raise last
    if refused:
        raise ConfigError("sweep", _refusal(refused, len(points)))
    return points


def _refusal(refused: Mapping[str, Sequence[str]], n_built: int) -> str:
    """Return which points cannot be built, and why; ten of them by name."""
    total, left, reasons = sum(map(len, refused.values())), MOST_NAMED, []
    for reason, points in refused.items():
        named = points[:left]
        left -= len(named)
        if named:
            reasons.append(f"{reason} [point {', '.join(named)}]")
    more = f"; and {total - MOST_NAMED} more" if total > MOST_NAMED else ""
    return f"{total} of {n_built + total} points cannot be: {'; '.join(reasons)}{more}"


def content_hash(study: Study) -> str:
    """Return a hash of all that decides the numbers of a study: scenarios, seed, window, trucks of the user."""
    parts = [f"{name}={getattr(study, name)!r}" for name in DECIDING]
    parts += [f"{name}: {scenario_key(scenario)}" for name, scenario in study.alternatives.items()]
    if study.manifest is not None:
        parts.append(hashlib.sha256(study.manifest.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def hold_to_composition(points: Sequence[Point]) -> None:
    """Compose the first point, the last and two more with Hydra alone, and compare.

    Raises
    ------
    AssertionError
        A point is not what Hydra makes of its overrides: a mistake of the program.
    """
    chosen = {0, len(points) - 1, *np.random.default_rng(len(points)).integers(len(points), size=2).tolist()}
    for turn, place in enumerate(sorted(chosen)):
        study = points[place].study
        name = list(study.alternatives)[turn % len(study.alternatives)]
        composed = checked_scenario(compose_mapping(study.overrides_of(name)))
        if composed != study.alternatives[name]:
            raise AssertionError(
                f"point {points[place].number} is not what its overrides compose to: {study.overrides}"
            )


def _refuse_settings(axes: Sequence[Axis]) -> None:
    settings = {field.name for field in dataclasses.fields(StudySettings)}
    for axis in axes:
        key = axis.key.lstrip("+~").split(".")[0]
        if key in settings and key not in SWEPT_SETTINGS:
            problem = f"is the same for the whole sweep; of the study's keys only {list(SWEPT_SETTINGS)} may be swept"
            raise ConfigError(axis.key, f"{problem}, got {','.join(axis.texts[:MOST_NAMED])}")


@dataclass(frozen=True, slots=True)
class _Base:
    """What Hydra composed for one combination of options, before plain keys are set."""

    study: Study
    mappings: dict[str, dict[str, Any]]
    """Composed parts of each alternative."""
    without: dict[str, Any] | None
    """The same without any alternative's overrides; None where there are no alternatives."""


class _Builder:
    """Builds the study of one point after the other, composing as seldom as it can."""

    def __init__(self, swept: SweptWords, verb: str) -> None:
        self.swept, self.verb = swept, verb
        keys = [_key(word) for word in swept.words]
        self.direct = [
            place for place, axis in enumerate(swept.axes) if _is_plain(axis) and not _overlaps(axis.key, keys)
        ]
        self.composed = [place for place in range(len(swept.axes)) if place not in self.direct]
        self.bases: dict[tuple[int, ...], _Base | None] = {}
        self.refusals: dict[tuple[object, ...], ThroughgateError] = {}

    def study(self, row: tuple[int, ...]) -> Study:
        """Return the study of the point in these places of the axes."""
        options = tuple(row[place] for place in self.composed)
        if options not in self.bases:
            self.bases[options] = self._base(row)
        base, overrides = self.bases[options], self._overrides(row, range(len(row)))
        if base is None:
            return build_study(overrides, self.verb)
        values = {self.swept.axes[place].key: self.swept.axes[place].values[row[place]] for place in self.direct}
        try:
            return _with_values(base, values, overrides)
        except MissingKeyError as error:
            return self._refused((*options, str(error)), overrides)

    def _refused(self, place: tuple[object, ...], overrides: tuple[str, ...]) -> Study:
        """Have Hydra say, once for all points with these options, what is wrong with a key that is not there."""
        if place not in self.refusals:
            try:
                return build_study(overrides, self.verb)
            except ThroughgateError as error:
                self.refusals[place] = error
        raise self.refusals[place]

    def _overrides(self, row: tuple[int, ...], places: Iterable[int]) -> tuple[str, ...]:
        """Return all overrides of a point, in the order given, with the axes in these places only."""
        levels, kept = iter(enumerate(row)), set(places)
        words: list[str] = []
        for word in self.swept.words:
            if isinstance(word, str):
                words.append(word)
                continue
            place, level = next(levels)
            if place in kept:
                words.append(word.override(level))
        return tuple(words)

    def _base(self, row: tuple[int, ...]) -> _Base | None:
        """Return what is composed once for all points with these options; None: each is composed."""
        every = overrides_with_experiment(self._overrides(row, range(len(row))), self.verb)
        given = given_alternatives(every)
        _refuse_clashes(every, given)
        theirs = [_key(line) for lines in given.values() for line in lines]
        if any(_overlaps(self.swept.axes[place].key, theirs) for place in self.direct):
            return None
        try:
            study = build_study(self._overrides(row, self.composed), self.verb)
        except ThroughgateError:
            return None
        mappings = {name: study.mapping(name) for name in study.alternatives}
        asked = overrides_with_experiment(study.overrides, self.verb)
        return _Base(study, mappings, compose_mapping(asked) if given else None)


class ClashError(ConfigError):
    """An axis that an alternative sets, too: no point of it can be."""


def _refuse_clashes(overrides: Sequence[str], given: Mapping[str, Sequence[str]]) -> None:
    try:
        check_override_clashes(overrides, given)
    except ConfigError as error:
        raise ClashError(error.key, error.problem) from None


def _with_values(base: _Base, values: Mapping[str, object], overrides: tuple[str, ...]) -> Study:
    settings = {key: value for key, value in values.items() if key in SET_DIRECTLY}
    inside = {key: value for key, value in values.items() if key not in SET_DIRECTLY}
    if base.without is not None:
        checked_scenario(set_values(base.without, inside), inside)
    scenarios = {name: _alternative(name, base, inside) for name in base.mappings}
    changed = _checked_settings(base.study, settings) if settings else {}
    return dataclasses.replace(base.study, alternatives=scenarios, overrides=overrides, **changed)


def _alternative(name: str, base: _Base, values: Mapping[str, object]) -> Scenario:
    mapping = set_values(base.mappings[name], values)
    try:
        return checked_scenario(mapping, values)
    except ConfigError as error:
        if base.without is None:
            raise
        raise ConfigError(f"alternatives.{name}", str(error)) from None


def _checked_settings(study: Study, values: Mapping[str, object]) -> dict[str, Any]:
    """Return settings of a study after the same checks as in its configuration."""
    known = {field.name: getattr(study, field.name) for field in dataclasses.fields(StudySettings)}
    settings = build_spec(
        StudySettings, known | {"out": None, "store": "auto", "manifest": None, "alternatives": {}} | dict(values)
    )
    return {name: getattr(settings, name) for name in values}


def set_values(mapping: Mapping[str, Any], values: Mapping[str, object]) -> dict[str, Any]:
    """Return nested plain values with some dotted keys set; what is not on their way is shared.

    Raises
    ------
    MissingKeyError
        A key that is not there.

    Examples
    --------
    >>> set_values({"a": {"b": 1, "c": 2}}, {"a.b": 3})
    {'a': {'b': 3, 'c': 2}}
    """
    result = dict(mapping)
    for key, value in values.items():
        *above, last = key.split(".")
        node: dict[str, Any] = result
        for name in above:
            if not isinstance(node.get(name), dict):
                raise MissingKeyError(key)
            node[name] = dict(node[name])
            node = node[name]
        if last not in node:
            raise MissingKeyError(key)
        node[last] = value
    return result


def _key(word: str | Axis) -> str:
    return word.key.lstrip("+~") if isinstance(word, Axis) else parse_overrides([word])[0].key_or_group


def _is_plain(axis: Axis) -> bool:
    """Return whether an axis can be set in what is composed: a dotted key of the scenario, plain values."""
    if any(_is_composed(value) for value in axis.values):
        return False
    dotted = re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", axis.key) is not None
    return axis.key in SET_DIRECTLY or (dotted and axis.key.split(".")[0] in PARTS)


def _is_composed(value: object) -> bool:
    """Return whether a value means more than itself: a group, or text that refers to another key."""
    if isinstance(value, list):
        return any(_is_composed(inner) for inner in value)
    return isinstance(value, dict) or (isinstance(value, str) and "${" in value)


def _overlaps(key: str, others: Sequence[str]) -> bool:
    """Return whether another override sets a group around ``key``, or a key inside of it."""
    return any(
        other.startswith(f"{key}.") or ("." in other and key.startswith(f"{other}."))
        for other in others
        if other != key
    )

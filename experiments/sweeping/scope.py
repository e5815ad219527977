"""A scope: what an analysis may turn, does not know, must hold to and looks at, in one YAML file.

::

    title: Lanes against portals
    experiment: null            # alternatives at every point; null: one alternative
    overrides: [policy=top_share, days=1]
    levers:                     # what the port can decide: values, or a range low..high
      staffing.extra_lanes: [-1, 0, 1]
      policy.share: 0.1..0.4
    uncertainties:              # what nobody knows: a range as the configs write it, or a distribution
      traffic.volume_scale: "[A 0.9..1.2] growth by 2030"
      port.mix.empty_share: {dist: triangular, low: 0.2, mode: 0.28, high: 0.35}
    constraints: [wait_mean_min <= 30]
    measures: [wait_mean_min, detection_expected]
    design: {name: lhs, points: 200}
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from experiments.study.sources import NUMBER
from experiments.sweeping.axes import Axis, axis_of_values
from experiments.sweeping.designs import Design, Draw, uniform_draw
from sim.errors import ConfigError, OutputError
from sim.tables import METRICS

KEYS: Final = ("title", "experiment", "overrides", "levers", "uncertainties", "constraints", "measures", "design")
RANGE: Final = re.compile(rf"(?:\[?A )?\s*({NUMBER})\.\.({NUMBER})(?:\].*)?")
CONSTRAINT: Final = re.compile(rf"(\w+)\s*(<=|>=)\s*({NUMBER})")
DISTRIBUTIONS: Final = {"uniform": ("low", "high"), "triangular": ("low", "mode", "high"), "normal": ("mean", "sd")}
MEASURES: Final = frozenset(metric.name for metric in METRICS if metric.kind == "float")


@dataclass(frozen=True, slots=True)
class Constraint:
    """A measure that must not lie above, or below, a limit."""

    measure: str
    relation: Literal["<=", ">="]
    limit: float

    def holds(self, value: float) -> bool:
        """Return whether a value keeps to the limit; NaN does not."""
        return value <= self.limit if self.relation == "<=" else value >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a scope file says."""

    title: str
    overrides: tuple[str, ...]
    """Overrides that are the same at every point, the experiment first."""
    levers: tuple[Axis, ...]
    lever_ranges: dict[str, Draw]
    uncertainties: dict[str, Draw]
    constraints: tuple[Constraint, ...]
    measures: tuple[str, ...]
    design: Design
    points: int | None


def read_scope(path: Path) -> Scope:
    """Read a scope file with a loader that builds nothing but plain values.

    Raises
    ------
    OutputError
        The file cannot be read.
    ConfigError
        ``scope.<key>``: an unknown key, one that is there twice, a value that makes no sense.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise OutputError(f"scope: cannot read {str(path)!r} ({reason})") from None
    try:
        _refuse_repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader))
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError("scope", f"{path.name} is no plain YAML ({' '.join(str(error).split())})") from None
    return scope_of(content)


def scope_of(content: object) -> Scope:
    """Return the scope of plain values.

    Examples
    --------
    >>> scope_of({"levers": {"policy.share": "0.1..0.4"}, "design": {"name": "lhs", "points": 8}}).points
    8
    """
    keys = _group(content, "scope", KEYS)
    for key, _ in _walk(keys, "scope"):
        if key.rpartition(".")[2] == "_target_":
            raise ConfigError(key, "a scope builds no objects; leave _target_ out")
    levers = _group(keys.get("levers"), "scope.levers")
    ranges = {key: _range(key, value) for key, value in levers.items() if isinstance(value, str)}
    uncertain = _group(keys.get("uncertainties"), "scope.uncertainties")
    twice = sorted(levers.keys() & uncertain.keys())
    if twice:
        raise ConfigError(f"scope.uncertainties.{twice[0]}", "is a lever, too; it can be one of them")
    design, points = _design(keys.get("design"))
    return Scope(
        title=_text(keys.get("title"), "scope.title"),
        overrides=_overrides(keys),
        levers=tuple(_lever(key, value) for key, value in levers.items() if not isinstance(value, str)),
        lever_ranges=ranges,
        uncertainties={key: _uncertainty(key, value) for key, value in uncertain.items()},
        constraints=tuple(read_constraint(line) for line in _texts(keys.get("constraints"), "scope.constraints")),
        measures=checked_measures(_texts(keys.get("measures"), "scope.measures"), "scope.measures"),
        design=design,
        points=points,
    )


def read_constraint(line: str) -> Constraint:
    """Read one constraint, as ``wait_mean_min <= 30``."""
    matched = CONSTRAINT.fullmatch(line.strip())
    if matched is None:
        raise ConfigError("scope.constraints", f"expected <measure> <= <number> or >=, got {line!r}")
    name, relation, limit = matched.groups()
    checked_measures([name], "scope.constraints")
    return Constraint(name, "<=" if relation == "<=" else ">=", float(limit))


def checked_measures(names: Sequence[str], key: str) -> tuple[str, ...]:
    """Return the names, or refuse one that is no number of METRICS, and one named twice."""
    for place, name in enumerate(names):
        if name not in MEASURES:
            near = sorted(known for known in MEASURES if name.split("_")[0] in known)
            raise ConfigError(key, f"no measure {name!r}; known {near or sorted(MEASURES)} (docs/reference/metrics.md)")
        if name in names[:place]:
            raise ConfigError(key, f"{name!r} is named twice")
    return tuple(names)


def _overrides(keys: Mapping[str, Any]) -> tuple[str, ...]:
    experiment = keys.get("experiment")
    first = () if experiment is None else (f"experiment={_text(experiment, 'scope.experiment')}",)
    return (*first, *_texts(keys.get("overrides"), "scope.overrides"))


def _lever(key: str, value: object) -> Axis:
    if isinstance(value, Mapping):
        problem = f"expected a list of values or a range low..high, got {value!r}"
        raise ConfigError(f"scope.levers.{key}", problem)
    return axis_of_values(key, value if isinstance(value, list) else [value])


def _range(key: str, value: str) -> Draw:
    matched = RANGE.fullmatch(value.strip())
    if matched is None:
        raise ConfigError(f"scope.{key}", f"expected a range low..high or [A low..high], got {value!r}")
    return uniform_draw(f"scope.{key}", float(matched[1]), float(matched[2]))


def _uncertainty(key: str, value: object) -> Draw:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        # [A 0.9..1.2] without quotation marks is a list of one text to YAML
        value = value[0]
    if isinstance(value, str):
        return _range(key, value)
    full = f"scope.uncertainties.{key}"
    given = _group(value, full)
    dist = given.get("dist", "uniform")
    if dist not in DISTRIBUTIONS:
        raise ConfigError(f"{full}.dist", f"expected one of {', '.join(DISTRIBUTIONS)}, got {dist!r}")
    names = DISTRIBUTIONS[dist]
    numbers = _numbers(_group(given, full, ("dist", *names)), names, full)
    if dist == "normal":
        if numbers[1] <= 0.0:
            raise ConfigError(f"{full}.sd", f"must be above 0, got {numbers[1]:g}")
        return Draw("normal", *numbers)
    uniform = uniform_draw(full, numbers[0], numbers[-1])
    if dist == "uniform":
        return uniform
    if not uniform.low <= numbers[1] <= uniform.high:
        raise ConfigError(f"{full}.mode", f"must lie between low and high, got {numbers[1]:g}")
    return Draw("triangular", uniform.low, uniform.high, numbers[1])


def _numbers(group: Mapping[str, Any], names: Sequence[str], key: str) -> list[float]:
    for name in names:
        value = group.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ConfigError(f"{key}.{name}", f"expected a number, got {value!r}")
    return [float(group[name]) for name in names]


def _design(value: object) -> tuple[Design, int | None]:
    group = _group(value, "scope.design", ("name", "points"))
    name, points = group.get("name", "grid"), group.get("points")
    if name not in ("grid", "lhs", "sobol"):
        raise ConfigError("scope.design.name", f"expected one of grid, lhs, sobol, got {name!r}")
    if points is not None and (isinstance(points, bool) or not isinstance(points, int) or points < 1):
        raise ConfigError("scope.design.points", f"expected a whole number of at least 1, got {points!r}")
    return name, points


def _group(value: object, key: str, known: Sequence[str] | None = None) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigError(key, f"expected a group of keys, got {value!r}")
    for name in value:
        if not isinstance(name, str):
            raise ConfigError(key, f"expected names as keys, got {name!r}")
        if known is not None and name not in known:
            raise ConfigError(f"{key}.{name}", f"unknown key; known {list(known)}")
    return dict(value)


def _text(value: object, key: str) -> str:
    if value is not None and not isinstance(value, str):
        raise ConfigError(key, f"expected text, got {value!r}")
    return value or ""


def _texts(value: object, key: str) -> list[str]:
    listed = [] if value is None else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise ConfigError(key, f"expected a list of texts, got {value!r}")
    return listed


def _walk(node: object, key: str) -> Iterator[tuple[str, object]]:
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield f"{key}.{name}", inner
            yield from _walk(inner, f"{key}.{name}")
    elif isinstance(node, list):
        for inner in node:
            yield from _walk(inner, key)


def _refuse_repeated_keys(node: yaml.Node | None, key: str = "scope") -> None:
    """Refuse a key that YAML would silently read twice."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if name.value in seen:
                raise ConfigError(f"{key}.{name.value}", "is there twice")
            seen.add(str(name.value))
            _refuse_repeated_keys(value, f"{key}.{name.value}")
    elif isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            _refuse_repeated_keys(inner, key)

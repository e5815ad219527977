"""Overrides -> a whole sweep: its points, measures and settings, all checked before anything is written."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from experiments.execution.run_folder import CONTENT
from experiments.files import check_writable
from experiments.store.run_sides import leaf_values
from experiments.study.calibrated_waits import not_calibrated_note
from experiments.study.compose import parse_overrides
from experiments.study.first_look import QUICK, is_first_look
from experiments.study.study import Study, build_study, default_folder
from experiments.study.volume_years import stand_in_note
from experiments.sweeping.axes import Axis, SweptWords, levels_in_order, read_axes
from experiments.sweeping.designs import Design, Draw, design_note, design_values, takes_whole_numbers, uniform_draw
from experiments.sweeping.points import SWEPT_SETTINGS, Point, build_points, hold_to_composition
from experiments.sweeping.scope import Constraint, Scope, checked_measures, read_scope
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, build_spec

DEFAULT_MEASURES: Final = (
    "wait_mean_min",
    "p_wait_over_30_min",
    "crossing_mean_min",
    "crossing_p95_min",
    "throughput_per_h",
    "scan_rate",
    "exam_rate",
    "detection_expected",
    "seized_expected_per_100k",
    "officer_h",
    "delay_cost_usd",
)
"""Measures of a sweep that names none."""
LAUNCHERS: Final = {"joblib": None, "basic": 1}
"""Hydra's launchers, and the processes that each asks for (None: as ``processes`` says)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings(Spec):
    """Keys of a sweep beside those of a study."""

    design: str | None = None
    points: int | None = bounded_field(1)
    over: dict[str, tuple[float, ...]]
    scope: str | None = None
    measures: tuple[str, ...] = ()
    dry_run: bool = False
    most_points: int = bounded_field(1)

    def check(self) -> None:
        """Refuse a design that does not exist."""
        if self.design not in (None, "grid", "lhs", "sobol"):
            raise ConfigError("design", f"expected one of grid, lhs, sobol, got {self.design!r}")


SWEEP_KEYS: Final = tuple(field.name for field in dataclasses.fields(SweepSettings))
DEFAULTS: Final[dict[str, object]] = {"points": None, "over": {}, "most_points": 100_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A sweep, ready to run: every point is built and nothing is written yet."""

    verb: str
    overrides: tuple[str, ...]
    """What the user asked for."""
    axes: tuple[Axis, ...]
    design: Design
    points: tuple[Point, ...]
    measures: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    title: str
    dry_run: bool
    out: Path
    processes: int
    notes: tuple[str, ...]
    drawn: tuple[str, ...] = ()
    """Keys that the design draws; the other axes are crossed with it."""
    probes: dict[str, dict[str, Study]] = dataclasses.field(default_factory=dict)
    """For each axis the first point with a few other values of that axis, for a first look."""

    @property
    def baseline_study(self) -> Study:
        """Return the study of the first point, whose settings the sweep shares."""
        return self.points[0].study

    def configuration(self) -> dict[str, object]:
        """Return what decides the results, by key: what a run that is resumed must not find changed."""
        contents = hashlib.sha256("".join(point.content for point in self.points).encode()).hexdigest()[:16]
        axes: dict[str, object] = {axis.key: list(axis.texts) for axis in self.axes}
        axis_keys = {axis.key for axis in self.axes}
        study = self.baseline_study
        fixed = {
            f"{name}: {key}": value for name in study.alternatives for key, value in leaf_values(study.mapping(name))
        }
        fixed |= {key: str(getattr(study, key)) for key in SWEPT_SETTINGS}
        fixed = {key: value for key, value in fixed.items() if key.rpartition(": ")[2] not in axis_keys}
        asked = {"verb": self.verb, "design": self.design, "points": len(self.points), "measures": list(self.measures)}
        limits = [f"{c.measure} {c.relation} {c.limit:g}" for c in self.constraints]
        whole = asked | {"constraints": limits} | fixed | axes | {CONTENT: contents}
        return dict(json.loads(json.dumps(whole, default=str)))


def build_sweep(overrides: Sequence[str], verb: str = "sweep") -> Sweep:
    """Build the sweep that overrides ask for; writes nothing.

    Parameters
    ----------
    overrides : sequence of str
        Hydra overrides, some with several values; and the keys of `SweepSettings`.
    verb : str
        ``compare`` and ``run`` hold every point to what these verbs need.

    Raises
    ------
    ConfigError
        A key, axis, design or point that cannot be, in one line.
    OutputError
        A scope that cannot be read, a folder that cannot be written.

    Examples
    --------
    >>> len(build_sweep(["port.portal.servers=2,4", "policy.scan_share=0.1,0.2,0.3"]).points)
    6
    """
    launched, processes = _launcher(overrides)
    if is_first_look(launched):
        raise ConfigError(QUICK, "a sweep has no first look; dry_run=true says what it takes, replications=2 is quick")
    settings, words = _split(launched)
    scope = None if settings.scope is None else read_scope(Path(settings.scope))
    swept = read_axes(_with_scope_overrides(words, scope), settings.most_points)
    swept, ranges, notes = _with_scope_axes(swept, scope, settings)
    design, points = _design(settings, scope, ranges)
    swept, rows = _cross(swept, design, points, ranges, settings, verb)
    if not swept.axes:
        raise ConfigError("sweep", "no key has several values; give one, as port.portal.servers=2,4,6")
    built = build_points(swept, rows, verb)
    hold_to_composition(built)
    out = _out(swept, built[0].study)
    check_writable(out)
    measures = checked_measures(settings.measures, "measures") or (scope.measures if scope else ()) or DEFAULT_MEASURES
    constraints = scope.constraints if scope else ()
    studies = [point.study for point in built]
    about_ports = (stand_in_note(studies), not_calibrated_note(studies))
    return Sweep(
        verb=verb,
        overrides=tuple(launched),
        axes=swept.axes,
        design=design,
        points=tuple(built),
        measures=tuple(dict.fromkeys((*measures, *(constraint.measure for constraint in constraints)))),
        constraints=constraints,
        title=scope.title if scope else "",
        dry_run=settings.dry_run,
        out=out,
        processes=processes or built[0].study.processes,
        notes=tuple(note for note in (*notes, design_note(design, points), *about_ports) if note),
        drawn=() if design == "grid" else tuple(ranges),
        probes={axis.key: _neighbors(swept, place, rows[0], verb) for place, axis in enumerate(swept.axes)},
    )


MOST_NEIGHBORS: Final = 3
"""Values of an axis that a first look compares with the first one."""


def _neighbors(swept: SweptWords, place: int, row: tuple[int, ...], verb: str) -> dict[str, Study]:
    """Return the first point with a few other values of one axis, by value; none that cannot be built."""
    texts = swept.axes[place].texts
    levels = sorted(range(len(texts)), key=lambda level: str(swept.axes[place].values[level]))
    spread = [levels[round(i * (len(levels) - 1) / MOST_NEIGHBORS)] for i in range(MOST_NEIGHBORS + 1)]
    others = [level for level in dict.fromkeys(spread) if texts[level] != texts[row[place]]]
    try:
        built = build_points(swept, [(*row[:place], level, *row[place + 1 :]) for level in others], verb)
    except ConfigError:
        # between the points of a design there may be none
        return {}
    return {texts[level]: point.study for level, point in zip(others, built, strict=True)}


def _launcher(words: Sequence[str]) -> tuple[list[str], int | None]:
    """Take Hydra's launcher out of the words: joblib is the pool of processes that runs every sweep."""
    rest, processes = [], None
    for word in words:
        key, _, value = word.partition("=")
        if key == "hydra/launcher":
            if value not in LAUNCHERS:
                raise ConfigError(key, f"expected one of {', '.join(LAUNCHERS)}, got {value!r}")
            processes = processes or LAUNCHERS[value]
        elif key == "hydra.launcher.n_jobs":
            if not value.lstrip("-").isdigit() or int(value) == 0:
                raise ConfigError(key, f"expected a number of processes or -1, got {value!r}")
            processes = int(value) if int(value) > 0 else os.cpu_count() or 1
        else:
            rest.append(word)
    return rest, processes


def _split(words: Sequence[str]) -> tuple[SweepSettings, list[str]]:
    """Return the keys of the sweep itself, and all other overrides."""
    values: dict[str, object] = dict(DEFAULTS)
    rest = []
    for override in parse_overrides(words):
        key = override.key_or_group
        if key not in SWEEP_KEYS:
            rest.append(str(override.input_line))
            continue
        if override.is_sweep_override():
            raise ConfigError(key, f"takes one value; a list is [a,b], got {override.get_value_string()}")
        values[key] = override.value()
    for key, ends in _mapping(values.get("over")).items():
        if not isinstance(ends, list) or len(ends) != 2:
            raise ConfigError(f"over.{key}", f"expected [low, high], got {ends!r}")
    return build_spec(SweepSettings, values), rest


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _with_scope_overrides(words: Sequence[str], scope: Scope | None) -> list[str]:
    """Return the words after those of the scope that they do not set themselves."""
    if scope is None:
        return list(words)
    mine = {override.key_or_group for override in parse_overrides(words)}
    varied = {axis.key for axis in scope.levers} | scope.lever_ranges.keys() | scope.uncertainties.keys()
    for override in parse_overrides(scope.overrides):
        if override.key_or_group in varied:
            raise ConfigError(
                override.key_or_group, "given twice in the scope: in overrides, and as a lever or uncertainty"
            )
    theirs = [o for o in parse_overrides(scope.overrides) if o.key_or_group not in mine]
    return [*(str(o.input_line) for o in theirs), *words]


def _with_scope_axes(
    swept: SweptWords, scope: Scope | None, settings: SweepSettings
) -> tuple[SweptWords, dict[str, Draw], list[str]]:
    """Return the words with the scope's levers, the ranges that a design fills, and what there is to say."""
    ranges = {key: uniform_draw(f"over.{key}", *ends) for key, ends in settings.over.items()}
    notes = []
    if scope is not None:
        mine = {override.key_or_group for override in parse_overrides(swept.fixed)}
        mine |= {axis.key for axis in swept.axes} | ranges.keys()
        swept = swept.with_axes([axis for axis in scope.levers if axis.key not in mine])
        theirs = scope.lever_ranges | scope.uncertainties
        if (settings.design or scope.design) == "grid" and not scope.lever_ranges:
            theirs = {}
            if scope.uncertainties:
                keys = ", ".join(scope.uncertainties)
                notes.append(f"Not drawn in a grid, and as configured: {keys}; design=lhs points=N draws them.")
        ranges = {key: draw for key, draw in theirs.items() if key not in mine} | ranges
    for key in ranges:
        if key in SWEPT_SETTINGS:
            raise ConfigError(key, f"a setting of the study takes values, not a range; expected {key}=VALUE,VALUE,...")
    for axis in swept.axes:
        if axis.key in ranges:
            raise ConfigError(axis.key, "given twice: as an axis, and as a range of the design")
    return swept, ranges, notes


def _design(settings: SweepSettings, scope: Scope | None, ranges: Mapping[str, Draw]) -> tuple[Design, int]:
    name = settings.design or (scope.design if scope else "grid")
    points = settings.points or (scope.points if scope else None)
    if name == "grid":
        if ranges:
            raise ConfigError(
                "design", f"{next(iter(ranges))} is a range; expected lhs or sobol, with points=N, got grid"
            )
        if settings.points is not None:
            raise ConfigError(
                "points", "a grid has as many points as its values give; design=lhs or sobol takes points=N"
            )
        return "grid", 1
    if points is None:
        raise ConfigError("points", f"missing; design={name} needs a number of points, as points=200")
    if not ranges:
        raise ConfigError("over", f"missing; design={name} needs ranges, as over={{policy.share: [0.1, 0.4]}}")
    return ("lhs" if name == "lhs" else "sobol"), points


def _cross(
    swept: SweptWords, design: Design, points: int, ranges: Mapping[str, Draw], settings: SweepSettings, verb: str
) -> tuple[SweptWords, Sequence[tuple[int, ...]]]:
    """Return the words with the keys of a design, and the place of each point on every axis.

    Every combination of the axes meets the same points of the design.
    """
    total = points
    for axis in swept.axes:
        total *= len(axis.values)
    if total > settings.most_points:
        problem = f"{total:,} points are more than most_points={settings.most_points:,}; most_points=N raises the limit"
        raise ConfigError("points", problem)
    grid = list(levels_in_order(swept.axes))
    if design == "grid":
        return swept, grid
    first = [*swept.fixed, *(axis.override(0) for axis in swept.axes)]
    study = build_study(first, verb)
    scenario = study.alternatives[study.baseline]
    whole = {key: takes_whole_numbers(scenario, key.split(".")) for key in ranges}
    columns = design_values(design, points, study.seed, ranges, whole)
    drawn = [Axis(key, tuple(values), tuple(map(repr, values))) for key, values in columns.items()]
    rows = [(*row, *(number for _ in drawn)) for row in grid for number in range(points)]
    return swept.with_axes(drawn), rows


def _out(swept: SweptWords, study: Study) -> Path:
    """Return the folder: as given, or named after verb, subject and time."""
    for override in parse_overrides(swept.fixed):
        if override.key_or_group == "out" and override.value() is not None:
            return study.out
    return default_folder("sweep", str(study.experiment or next(iter(study.alternatives))))

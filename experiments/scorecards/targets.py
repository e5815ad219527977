"""Targets of the scorecard: one option of ``configs/scorecard``, with the user's own on top.

A target stands in its key's unit (``_share``: 0-1) and is a source's, an assumption with a range,
or the user's. Null: no target, and so no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from experiments.study.compose import parse_overrides, search_folders, value_at
from experiments.study.sources import CONFIGS, UNKNOWN, USER, SourceNote, notes_of_file, option_files
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, build_spec, share_field

GROUP: Final = "scorecard"
"""Config group; it fills no part of the scenario."""
DEFAULT: Final = "common"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings(Spec):
    """The targets of one direction; null: none."""

    wait_mean_at_most_min: float | None = bounded_field(0.0)
    wait_over_30_at_most_share: float | None = share_field()
    crossing_mean_at_most_min: float | None = bounded_field(0.0)
    crossing_p95_at_most_min: float | None = bounded_field(0.0)
    buffer_index_at_most: float | None = bounded_field(0.0)
    commerce_at_least_usd_per_min: float | None = bounded_field(0.0)
    availability_at_least_share: float | None = share_field()
    high_risk_inspected_at_least_share: float | None = share_field()
    exam_at_least_share: float | None = share_field()
    scan_at_least_share: float | None = share_field()
    leaving_opened_at_least_share: float | None = share_field()
    detection_at_least_share: float | None = share_field()
    false_alarm_at_most_share: float | None = share_field()
    sharing_at_least_share: float | None = share_field()
    insider_loss_at_most_share: float | None = share_field()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardTargets(Spec):
    """What one option of ``configs/scorecard`` holds."""

    name: str
    northbound: TargetSettings
    southbound: TargetSettings


@dataclass(frozen=True, slots=True)
class Target:
    """One target and where it comes from."""

    value: float
    note: SourceNote
    """With the range of an assumption."""


def read_targets(overrides: Sequence[str] = ()) -> dict[str, dict[str, Target]]:
    """Return the targets that are set, by direction and field.

    Of the Hydra overrides ``scorecard=OPTION`` and ``scorecard.DIRECTION.FIELD=NUMBER`` are read. ConfigError: no such
    option or key, or a number out of range.

    Examples
    --------
    >>> found = read_targets(["scorecard.northbound.wait_mean_at_most_min=20"])["northbound"]
    >>> found["wait_mean_at_most_min"].value, found["wait_mean_at_most_min"].note.kind
    (20.0, 'user')
    """
    mapping: dict[str, Any] = {}
    notes: dict[str, SourceNote | None] = {}
    for path in _files(overrides):
        _lay_over(mapping, yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        notes |= notes_of_file(path)
    own = _set(mapping, overrides)
    agreed, notes = build_spec(ScorecardTargets, mapping, GROUP), notes | dict.fromkeys(own, USER)
    return {
        direction: {
            field: Target(value, notes.get(f"{direction}.{field}") or UNKNOWN)
            for field in TargetSettings.__dataclass_fields__
            if (value := getattr(settings, field)) is not None
        }
        for direction, settings in (("northbound", agreed.northbound), ("southbound", agreed.southbound))
    }


def _lay_over(mapping: dict[str, Any], file: Mapping[str, Any]) -> None:
    """Put the targets of one file over those of the files that it builds on."""
    for key, value in file.items():
        if key in ("northbound", "southbound"):
            if not isinstance(value, Mapping | None):
                raise ConfigError(f"{GROUP}.{key}", f"expected a group of keys, got {value!r}")
            mapping[key] = {**mapping.get(key, {}), **(value or {})}
        elif key != "defaults":
            mapping[key] = value


def _files(overrides: Sequence[str]) -> list[Path]:
    """Return the files of the option that is chosen last, those it builds on (``defaults:``) first.

    Private folders come first.
    """
    chosen = [str(o.value()) for o in parse_overrides(overrides) if o.key_or_group == GROUP]
    option = chosen[-1] if chosen else DEFAULT
    folders = [*search_folders(overrides), CONFIGS]
    files = {f.stem: f for folder in reversed(folders) for f in (folder / GROUP).glob("*.yaml")}
    if option not in files:
        raise ConfigError(GROUP, f"no option {option!r}; known {sorted(files)}")
    return option_files(GROUP, option, folders)


def _set(mapping: dict[str, Any], overrides: Sequence[str]) -> set[str]:
    """Put the user's targets into the mapping and return their keys."""
    own = set()
    for override in parse_overrides(overrides):
        group, _, key = override.key_or_group.partition(".")
        if group != GROUP or not key:
            continue
        *above, last = key.split(".")
        node = value_at(mapping, above)
        if not isinstance(node, dict) or last not in node:
            known = sorted(node) if isinstance(node, Mapping) else sorted(mapping)
            raise ConfigError(override.key_or_group, f"unknown key; known {known}")
        node[last] = override.value()
        own.add(key)
    return own

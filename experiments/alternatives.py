"""What the alternatives of a study may set, and what the user may not set beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.override_parser.types import Override

from experiments.compose import PARTS, composed, parse
from sim.errors import ConfigError


def check_alternatives(alternatives: Mapping[str, Sequence[str]]) -> None:
    """Refuse an alternative that names no policy, or sets anything but parts of the scenario.

    Raises
    ------
    ConfigError
        ``alternatives.<name>``: what it sets, what it must.
    """
    for name, own in alternatives.items():
        keys = [override.key_or_group for override in _parse_own(name, own)]
        strays = [key for key in keys if key.split(".")[0] not in PARTS]
        if strays:
            problem = f"may set only parts of the scenario {list(PARTS)}, got {strays[0]!r}"
            raise ConfigError(f"alternatives.{name}", problem)
        if "policy" not in keys:
            raise ConfigError(f"alternatives.{name}", "must name its policy, e.g. policy=threshold")


def _parse_own(name: str, own: Sequence[str]) -> list[Override]:
    try:
        return parse(own)
    except ConfigError as error:
        raise ConfigError(f"alternatives.{name}", str(error)) from None


def check_clashes(users: Sequence[str], own: Mapping[str, Sequence[str]]) -> None:
    """Refuse a user's override of a key that an alternative sets, itself or by its group.

    Raises
    ------
    ConfigError
        The key, and the alternative that sets it.
    """
    asked = {override.key_or_group: str(override.input_line) for override in parse(users)}
    sets = [(name, override) for name, lines in own.items() for override in parse(lines)]
    for name, override in sets:
        if override.key_or_group in asked:
            problem = f"set by alternative {name!r} ({override.input_line})"
            raise ConfigError(override.key_or_group, problem)
    above = tuple(f"{override.key_or_group}." for _, override in sets)
    for key in asked:
        if key.startswith(above):
            _check_agreement(key, asked, own)


def _check_agreement(key: str, asked: Mapping[str, str], own: Mapping[str, Sequence[str]]) -> None:
    """Refuse ``key`` unless every alternative, left alone, gives it the same value."""
    rest = [line for other, line in asked.items() if other != key]
    found = {name: _lookup(composed([*rest, *lines]).mapping, key) for name, lines in own.items()}
    first, *others = found.items()
    for name, value in others:
        if value != first[1]:
            problem = f"alternatives set it apart ({first[0]!r}: {first[1]}, {name!r}: {value})"
            raise ConfigError(key, problem)


def _lookup(mapping: Mapping[str, Any], key: str) -> object:
    node: Any = mapping
    for name in key.split("."):
        if not isinstance(node, Mapping) or name not in node:
            return "nothing"
        node = node[name]
    return node

"""The alternatives of a study: what they may set, what a user may not set beside them, crossing them with rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from hydra.core.override_parser.types import OverrideType

from experiments.study.compose import (
    PARTS,
    SEARCH_PATH,
    ComposedConfig,
    compose_config,
    overrides_of_parts,
    parse_overrides,
    value_at,
)
from sim.errors import ConfigError

PLAIN: Final = (bool, int, float, str)


def split_overrides(overrides: Sequence[str], keys: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the overrides of a verb's own keys, and those of the study; a search path is in both.

    Parameters
    ----------
    keys : sequence of str
        The first parts of the verb's own keys.

    Examples
    --------
    >>> split_overrides(["weeks=4", "port=pharr", "adversary.organizations=1"], ("weeks", "adversary"))
    (['weeks=4', 'adversary.organizations=1'], ['port=pharr'])
    """
    own, rest = [], []
    for override in parse_overrides(overrides):
        root = override.key_or_group.split(".")[0]
        both = root == SEARCH_PATH.split(".")[0]
        if both or root in keys:
            own.append(str(override.input_line))
        if both or root not in keys:
            rest.append(str(override.input_line))
    return own, rest


def check_alternatives(alternatives: Mapping[str, Sequence[str]]) -> None:
    """Refuse (ConfigError) an alternative that names no policy, or sets anything but parts of the scenario."""
    for name, own in alternatives.items():
        with named_alternative(name):
            keys = [override.key_or_group for override in parse_overrides(own)]
        if strays := [key for key in keys if key.split(".")[0] not in PARTS]:
            problem = f"may set only parts of the scenario {list(PARTS)}, got {strays[0]!r}"
            raise ConfigError(f"alternatives.{name}", problem)
        if "policy" not in keys:
            raise ConfigError(f"alternatives.{name}", "must name its policy, e.g. policy=threshold")


@contextmanager
def named_alternative(name: str) -> Iterator[None]:
    """Name the alternative in what is refused of it."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"alternatives.{name}", str(error)) from None


def check_override_clashes(user_overrides: Sequence[str], alternatives: Mapping[str, Sequence[str]]) -> None:
    """Refuse (ConfigError) a user's override of a key that an alternative sets, itself or by its group."""
    asked = {override.key_or_group: str(override.input_line) for override in parse_overrides(user_overrides)}
    sets = [(name, override) for name, lines in alternatives.items() for override in parse_overrides(lines)]
    for name, override in sets:
        if override.key_or_group in asked:
            raise ConfigError(override.key_or_group, f"set by alternative {name!r} ({override.input_line})")
    above = tuple(f"{override.key_or_group}." for _, override in sets)
    for key in asked:
        if key.startswith(above):
            _check_agreement(key, asked, alternatives)


def _check_agreement(key: str, user_overrides: Mapping[str, str], alternatives: Mapping[str, Sequence[str]]) -> None:
    """Refuse ``key`` unless every alternative, left alone, gives it the same value."""
    rest = overrides_of_parts([line for other, line in user_overrides.items() if other != key])
    found = {name: _lookup(compose_config([*rest, *lines]).mapping, key) for name, lines in alternatives.items()}
    first, *others = found.items()
    for name, value in others:
        if value != first[1]:
            raise ConfigError(key, f"alternatives set it apart ({first[0]!r}: {first[1]}, {name!r}: {value})")


def _lookup(mapping: Mapping[str, Any], key: str) -> object:
    *above, last = key.split(".")
    parent = value_at(mapping, above)
    return parent[last] if isinstance(parent, Mapping) and last in parent else "nothing"


def cross_alternatives(
    alternatives: Mapping[str, Sequence[str]], crossed_with: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return every alternative with each of the sets of overrides that they are crossed with; none: as they are.

    ConfigError: a set that is crossed with none, or that sets what an alternative sets.

    Examples
    --------
    >>> cross_alternatives({"few": ["policy=a"]}, {"by_line": ["staffing.roster.rule=by_line"]})
    {'by_line.few': ('policy=a', 'staffing.roster.rule=by_line')}
    """
    if not crossed_with:
        return {name: tuple(lines) for name, lines in alternatives.items()}
    if not alternatives:
        raise ConfigError("crossed_with", f"there are no alternatives to cross with {list(crossed_with)}")
    for name, lines in crossed_with.items():
        try:
            check_override_clashes(lines, alternatives)
        except ConfigError as error:
            raise ConfigError(f"crossed_with.{name}", str(error)) from None
    return {
        f"{crossed}.{name}": (*own, *more)
        for crossed, more in crossed_with.items()
        for name, own in alternatives.items()
    }


def crossed_lines(lines: Sequence[str], crossed_with: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return those of an alternative's overrides that `cross_alternatives` added at their end."""
    return next(
        (tuple(more) for more in crossed_with.values() if more and tuple(lines[-len(more) :]) == tuple(more)), ()
    )


def compose_alternative(
    overrides: Sequence[str], lines: Sequence[str], crossed_with: Mapping[str, Sequence[str]]
) -> ComposedConfig:
    """Return what Hydra makes of the overrides of a study and of one of its alternatives.

    Plain values that the alternative is crossed with are set in what is composed of the rest: the same, and a hundred
    times as fast as a composition.
    """
    crossed = crossed_lines(lines, crossed_with)
    found = compose_config(overrides_of_parts((*overrides, *lines[: len(lines) - len(crossed)])))
    for override in parse_overrides(crossed):
        *above, last = override.key_or_group.split(".")
        parent, value = value_at(found.mapping, above), override.value()
        plain = above and override.type == OverrideType.CHANGE and (value is None or isinstance(value, PLAIN))
        if not plain or not isinstance(parent, dict) or last not in parent:
            return compose_config(overrides_of_parts((*overrides, *lines)))
        parent[last] = value
    return found

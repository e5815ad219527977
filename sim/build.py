"""Plain mapping -> frozen dataclass; refuses what is unknown, missing or mistyped by full key."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

from sim.errors import ConfigError
from sim.policy import POLICIES, Policy
from sim.scenario import Scenario
from sim.spec import Spec

T = TypeVar("T", bound=Spec)
OF_THE_WHOLE: dict[str, object] = {"random_floor_share": 0.0, "officer_referral": False}
"""What a policy that is part of another may not say: these are said once, for the whole."""


def build(cls: type[T], mapping: object, key: str = "") -> T:
    """Fill a ``Spec`` from a mapping of plain values.

    Parameters
    ----------
    cls : type
        The dataclass to fill; ``Policy`` stands for whichever policy ``name`` selects.
    mapping : object
        What the configuration holds under ``key``.
    key : str
        Full dotted key of the mapping, for messages.

    Raises
    ------
    ConfigError
        ``<key>: unknown ...``, ``missing``, ``expected int, got 'three'``, or a range.

    Examples
    --------
    >>> from sim.site import Hours
    >>> build(Hours, {"open_h": 7, "close_h": 24}, "port.hours.weekday")
    Hours(open_h=7.0, close_h=24.0)
    """
    if not isinstance(mapping, Mapping):
        raise ConfigError(key, f"expected a group of keys, got {mapping!r}")
    if cls is Policy:
        cls = cast("type[T]", _policy_class(mapping, key))
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for name in mapping:
        if name not in fields:
            raise ConfigError(_join(key, str(name)), f"unknown key; known {sorted(fields)}")
    hints = _hints(cast("Any", cls))
    values = {}
    for name in fields:
        if name not in mapping:
            raise ConfigError(_join(key, name), f"missing; expected {_describe(hints[name])}")
        values[name] = convert(hints[name], mapping[name], _join(key, name))
    try:
        return cls(**values)
    except ConfigError as error:
        raise (error.under(key) if key else error) from None


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:  # noqa: ANN401
    return typing.get_type_hints(cls)


def scenario(mapping: Mapping[str, object]) -> Scenario:
    """Build the whole scenario; see `build`.

    Alternatives of a study differ in a part or two, so that parts built before are met again; all
    but the policy, whose class may be another one under the same name.
    """
    keys = {name: (name, repr(part)) for name, part in mapping.items() if name != "policy"}
    parts = {name: _BUILT.get(keys.get(name, ("", "")), part) for name, part in mapping.items()}
    made = build(Scenario, parts)
    if len(_BUILT) > MOST_BUILT:
        _BUILT.clear()
    _BUILT.update({key: getattr(made, name) for name, key in keys.items()})
    return made


_BUILT: dict[tuple[str, str], object] = {}
MOST_BUILT = 256
"""Parts of scenarios that are kept, some 10 kB each."""


def _policy_class(mapping: Mapping[str, object], key: str) -> type[Policy]:
    name = mapping.get("name")
    if not isinstance(name, str) or name not in POLICIES:
        raise ConfigError(_join(key, "name"), f"unknown policy {name!r}; known {sorted(POLICIES)}")
    return POLICIES[str(name)]


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _describe(kind: Any) -> str:  # noqa: ANN401
    origin = typing.get_origin(kind)
    if origin is Literal:
        return "one of " + ", ".join(map(str, typing.get_args(kind)))
    if origin is tuple:
        return f"a list of {_describe(typing.get_args(kind)[0])}"
    if origin is dict:
        return "a group of keys"
    if origin is types.UnionType:
        return " or ".join(
            "null" if arg is type(None) else _describe(arg) for arg in typing.get_args(kind)
        )
    if isinstance(kind, type) and issubclass(kind, Spec):
        return "a group of keys"
    return str(getattr(kind, "__name__", kind))


def convert(kind: Any, value: object, key: str) -> Any:  # noqa: ANN401, PLR0911
    """Return ``value`` as ``kind``, or refuse it with the full key."""
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        if value is None:
            return None
        inner = next(arg for arg in typing.get_args(kind) if arg is not type(None))
        return convert(inner, value, key)
    if origin is Literal:
        return _literal(kind, value, key)
    if origin is tuple:
        return _tuple(typing.get_args(kind)[0], value, key)
    if origin is dict:
        return _dict(kind, value, key)
    if isinstance(kind, type) and issubclass(kind, Spec):
        return value if isinstance(value, kind) else build(kind, value, key)
    return _scalar(kind, value, key)


def _literal(kind: Any, value: object, key: str) -> object:  # noqa: ANN401
    if value not in typing.get_args(kind):
        raise ConfigError(key, f"expected {_describe(kind)}, got {value!r}")
    return value


def _tuple(inner: Any, value: object, key: str) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ConfigError(key, f"expected a list of {_describe(inner)}, got {value!r}")
    return tuple(
        convert(inner, _whole_part(inner, item, f"{key}[{place}]"), f"{key}[{place}]")
        for place, item in enumerate(value)
    )


def _whole_part(inner: Any, item: object, key: str) -> object:  # noqa: ANN401
    """Return a policy that is part of another, its random floor and referral left to the whole."""
    if inner is not Policy or not isinstance(item, Mapping):
        return item
    for name in OF_THE_WHOLE:
        if name in item:
            raise ConfigError(_join(key, name), "set it for the whole policy, not for a part")
    return {**item, **OF_THE_WHOLE}


def _dict(kind: Any, value: object, key: str) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, Mapping):
        raise ConfigError(key, f"expected a group of keys, got {value!r}")
    names, inner = typing.get_args(kind)
    allowed = typing.get_args(names) if typing.get_origin(names) is Literal else None
    for name in value:
        if allowed is not None and name not in allowed:
            raise ConfigError(_join(key, str(name)), f"unknown key; known {sorted(allowed)}")
    return {str(name): convert(inner, item, _join(key, str(name))) for name, item in value.items()}


def _scalar(kind: type, value: object, key: str) -> object:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind in (bool, str) and isinstance(value, kind):
        return value
    raise ConfigError(key, f"expected {kind.__name__}, got {value!r}")

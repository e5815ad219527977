"""Range-checked, frozen building blocks for the scenario, filled from plain mappings.

A ``Spec`` is a frozen dataclass whose fields may carry bounds. What is unknown, missing, mistyped or
out of bounds is refused by its full key.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeVar, cast

from sim.errors import ConfigError
from sim.suggestions import nearest_names, unknown_name


def bounded_field(
    low: float = -math.inf,
    high: float = math.inf,
    *,
    sums_to_one: bool = False,
    default: Any = dataclasses.MISSING,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Declare a field whose every number lies in [low, high].

    The bounds hold for a plain number, for each element of a tuple and for each value of a
    mapping; with ``sums_to_one`` the elements or values must add up to 1 (within 1e-6).
    ``default`` is what stands where a configuration has no such key.
    """
    return dataclasses.field(metadata={"low": low, "high": high, "sums_to_one": sums_to_one}, default=default)


def share_field() -> Any:  # noqa: ANN401
    """Declare a field that is a share of a whole, 0 to 1."""
    return bounded_field(0.0, 1.0)


def _numbers(value: object) -> Iterable[tuple[str, float]]:
    """Give every number with its place; whole numbers stay whole, for the largest are no floats."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield "", value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from ((f".{name}{tail}", number) for tail, number in _numbers(inner))
    elif isinstance(value, tuple):
        for position, inner in enumerate(value):
            yield from ((f"[{position}]{tail}", number) for tail, number in _numbers(inner))


def _span(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {_shown(low)}"
    if math.isinf(low):
        return f"at most {_shown(high)}"
    return f"between {_shown(low)} and {_shown(high)}"


def _shown(value: float) -> str:
    """Return a number in few digits, or in all of them where it is a whole number that few digits cannot tell apart."""
    return str(value) if isinstance(value, int) and f"{value:g}" != str(value) else f"{value:g}"


class Bounds(NamedTuple):
    """What is asked of the numbers of one field."""

    name: str
    low: float
    high: float
    sums_to_one: bool


@functools.cache
def _bounds(cls: Any) -> tuple[Bounds, ...]:  # noqa: ANN401
    return tuple(
        Bounds(
            field.name,
            field.metadata.get("low", -math.inf),
            field.metadata.get("high", math.inf),
            bool(field.metadata.get("sums_to_one")),
        )
        for field in dataclasses.fields(cls)
    )


def _check_numbers(value: object, bounds: Bounds) -> None:
    """Refuse (ConfigError) the numbers of a field that are none, out of bounds, or no shares of a whole."""
    found = list(_numbers(value))
    for tail, number in found:
        if math.isnan(number):
            raise ConfigError(f"{bounds.name}{tail}", "must be a number, got nan")
        if not bounds.low <= number <= bounds.high:
            problem = f"must be {_span(bounds.low, bounds.high)}, got {_shown(number)}"
            raise ConfigError(f"{bounds.name}{tail}", problem)
    total = sum(number for _, number in found)
    if bounds.sums_to_one and abs(total - 1.0) > 1e-6:
        raise ConfigError(bounds.name, f"must add up to 1, got {total:g}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Base of every part of the scenario: checks each field's numbers when it is made."""

    def __post_init__(self) -> None:
        for bounds in _bounds(cast("Any", type(self))):
            value = getattr(self, bounds.name)
            # most fields are one number within its bounds, or none at all
            if bounds.sums_to_one or not (
                bounds.low <= value <= bounds.high if type(value) in PLAIN else isinstance(value, NO_NUMBERS)
            ):
                _check_numbers(value, bounds)
        self.check()

    def check(self) -> None:
        """Refuse combinations of fields that make no sense; parts override it."""

    @classmethod
    def variants(cls) -> Mapping[str, type[Spec]] | None:
        """Return the classes among which a mapping's ``name`` chooses; None: this class alone."""
        return None

    @classmethod
    def as_part(cls, mapping: Mapping[str, object], key: str) -> Mapping[str, object]:
        """Return the mapping of an element of a list of this class, completed or refused."""
        del key
        return mapping


T = TypeVar("T", bound=Spec)
PLAIN: Final = (float, int)
NO_NUMBERS: Final = (Spec, str, bool, type(None))
"""Kinds of values that hold no number that a field's bounds are about."""
UNIONS: Final = (types.UnionType, typing.Union)
"""Origins of ``A | B``: the second where a ``Literal`` is among them."""


def build_spec(cls: type[T], mapping: object, key: str = "") -> T:
    """Fill a ``Spec`` from a mapping of plain values.

    Parameters
    ----------
    cls : type
        The dataclass to fill; one with variants stands for whichever ``name`` selects.
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
    >>> from sim.setting.port import Hours
    >>> build_spec(Hours, {"open_h": 7, "close_h": 24}, "port.hours.weekday")
    Hours(open_h=7.0, close_h=24.0)
    """
    if not isinstance(mapping, Mapping):
        raise ConfigError(key, f"expected a group of keys, got {mapping!r}")
    cls = _variant(cls, mapping, key)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for name in mapping:
        if name not in fields:
            raise ConfigError(_join(key, str(name)), unknown_name(str(name), sorted(fields), "key"))
    hints = _hints(cast("Any", cls))
    values = {}
    for name, field in fields.items():
        if name not in mapping:
            if field.default is not dataclasses.MISSING:
                continue
            others = _missing(cls, mapping, key)[1:]
            more = f"; also missing: {', '.join(others)}" if others else ""
            raise ConfigError(_join(key, name), f"missing; expected {_describe(hints[name])}{more}")
        values[name] = convert_value(hints[name], mapping[name], _join(key, name))
    try:
        return cls(**values)
    except ConfigError as error:
        raise (error.under(key) if key else error) from None


def _missing(cls: type[Spec], mapping: Mapping[str, object], key: str) -> list[str]:
    """Return every key that a mapping and the groups in it lack, those of the mapping itself first."""
    fields = dataclasses.fields(cls)
    absent = [f.name for f in fields if f.default is dataclasses.MISSING and f.name not in mapping]
    found = [_join(key, name) for name in absent]
    for field in fields:
        kind, value = _hints(cast("Any", cls))[field.name], mapping.get(field.name)
        if isinstance(kind, type) and issubclass(kind, Spec) and isinstance(value, Mapping) and kind.variants() is None:
            found += _missing(kind, value, _join(key, field.name))
    return found


def build_part(cls: type[Spec], name: str, value: object) -> object:
    """Return one field of a ``Spec`` from plain values; see `build_spec`."""
    return convert_value(_hints(cast("Any", cls))[name], value, name)


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:  # noqa: ANN401
    return typing.get_type_hints(cls)


def _variant(cls: type[T], mapping: Mapping[str, object], key: str) -> type[T]:
    """Return the class that fills the mapping: ``cls``, or the variant of it that ``name`` selects."""
    variants = cls.variants()
    if variants is None:
        return cls
    name = mapping.get("name")
    if not isinstance(name, str) or name not in variants:
        problem = f"unknown {cls.__name__.lower()} {name!r}; {nearest_names(str(name), sorted(variants))}"
        raise ConfigError(_join(key, "name"), problem)
    return cast("type[T]", variants[name])


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
    if origin in UNIONS:
        return " or ".join("null" if arg is type(None) else _describe(arg) for arg in typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Spec):
        return "a group of keys"
    return str(getattr(kind, "__name__", kind))


def convert_value(kind: Any, value: object, key: str) -> Any:  # noqa: ANN401
    """Return ``value`` as ``kind``, or refuse it with the full key."""
    origin = typing.get_origin(kind)
    if origin in UNIONS:
        return _either(kind, value, key)
    if origin is Literal:
        return _literal(kind, value, key)
    if origin is tuple:
        return _tuple(typing.get_args(kind)[0], value, key)
    if origin is dict:
        return _dict(kind, value, key)
    if isinstance(kind, type) and issubclass(kind, Spec):
        return value if isinstance(value, kind) else build_spec(kind, value, key)
    return _scalar(kind, value, key)


def _either(kind: Any, value: object, key: str) -> Any:  # noqa: ANN401
    """Return ``value`` as the one of several kinds that it can be: null, a word, or the kind beside them."""
    if value is None:
        return None
    kinds = [arg for arg in typing.get_args(kind) if arg is not type(None)]
    words = [arg for arg in kinds if typing.get_origin(arg) is Literal]
    if isinstance(value, str) and words and len(kinds) > 1:
        if value not in typing.get_args(words[0]):
            raise ConfigError(key, f"expected {_describe(kind)}, got {value!r}")
        return value
    inner = next((arg for arg in kinds if arg not in words), kinds[0])
    return convert_value(inner, value, key)


def _literal(kind: Any, value: object, key: str) -> object:  # noqa: ANN401
    if value not in typing.get_args(kind):
        raise ConfigError(key, f"expected {_describe(kind)}, got {value!r}")
    return value


def _tuple(inner: Any, value: object, key: str) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ConfigError(key, f"expected a list of {_describe(inner)}, got {value!r}")
    return tuple(
        convert_value(inner, _element(inner, item, f"{key}[{place}]"), f"{key}[{place}]")
        for place, item in enumerate(value)
    )


def _element(inner: Any, item: object, key: str) -> object:  # noqa: ANN401
    """Return an element of a list, completed by its class where that has a say in it."""
    if isinstance(inner, type) and issubclass(inner, Spec) and isinstance(item, Mapping):
        return inner.as_part(item, key)
    return item


def _dict(kind: Any, value: object, key: str) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, Mapping):
        raise ConfigError(key, f"expected a group of keys, got {value!r}")
    names, inner = typing.get_args(kind)
    allowed = typing.get_args(names) if typing.get_origin(names) is Literal else None
    for name in value:
        if allowed is not None and name not in allowed:
            raise ConfigError(_join(key, str(name)), unknown_name(str(name), sorted(map(str, allowed)), "key"))
    return {str(name): convert_value(inner, item, _join(key, str(name))) for name, item in value.items()}


def _scalar(kind: type, value: object, key: str) -> object:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind in (bool, str) and isinstance(value, kind):
        return value
    raise ConfigError(key, f"expected {kind.__name__}, got {value!r}")

"""Range-checked, frozen building blocks for the scenario.

A ``Spec`` is a frozen dataclass whose fields may carry bounds; a value outside them is refused
with the field's own name, so that ``sim.build`` can put the full key before it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

from sim.errors import ConfigError


def bounded(low: float = -math.inf, high: float = math.inf, *, sums_to_one: bool = False) -> Any:  # noqa: ANN401
    """Declare a field whose every number lies in [low, high].

    The bounds hold for a plain number, for each element of a tuple and for each value of a
    mapping; with ``sums_to_one`` the elements or values must add up to 1 (within 1e-6).
    """
    return dataclasses.field(metadata={"low": low, "high": high, "sums_to_one": sums_to_one})


def share() -> Any:  # noqa: ANN401
    """Declare a field that is a share of a whole, 0 to 1."""
    return bounded(0.0, 1.0)


def _numbers(value: object) -> Iterable[tuple[str, float]]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield "", float(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from ((f".{name}{tail}", number) for tail, number in _numbers(inner))
    elif isinstance(value, tuple):
        for position, inner in enumerate(value):
            yield from ((f"[{position}]{tail}", number) for tail, number in _numbers(inner))


def _span(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {low:g}"
    if math.isinf(low):
        return f"at most {high:g}"
    return f"between {low:g} and {high:g}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Base of every part of the scenario: checks each field's numbers when it is made."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            self._check_field(field)
        self.check()

    def _check_field(self, field: dataclasses.Field[Any]) -> None:
        low = field.metadata.get("low", -math.inf)
        high = field.metadata.get("high", math.inf)
        found = list(_numbers(getattr(self, field.name)))
        for tail, number in found:
            if math.isnan(number):
                raise ConfigError(f"{field.name}{tail}", "must be a number, got nan")
            if not low <= number <= high:
                raise ConfigError(
                    f"{field.name}{tail}", f"must be {_span(low, high)}, got {number:g}"
                )
        if field.metadata.get("sums_to_one") and abs(sum(n for _, n in found) - 1.0) > 1e-6:
            total = sum(n for _, n in found)
            raise ConfigError(field.name, f"must add up to 1, got {total:g}")

    def check(self) -> None:
        """Refuse combinations of fields that make no sense; parts override it."""

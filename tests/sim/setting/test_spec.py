"""Range-checked parts: every number of a field is held to the field's bounds."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import pytest

from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, build_spec, share_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy(Spec):
    """One field of each kind."""

    lanes: int = bounded_field(1, 9)
    part: float = share_field()
    times: tuple[float, ...] = bounded_field(0.0)
    mix: dict[str, float] = bounded_field(0.0, 1.0, sums_to_one=True)  # noqa: RUF009
    limit: int | None = bounded_field(0)
    open: bool = bounded_field(5)

    def check(self) -> None:
        if self.lanes == 7:
            raise ConfigError("lanes", "7 is unlucky")


GOOD = {"lanes": 2, "part": 0.5, "times": (1.0, 2.0), "mix": {"a": 0.25, "b": 0.75}}
REST = {"limit": None, "open": True}


def toy(**changes: object) -> Toy:
    return Toy(**(GOOD | REST | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lanes": 0}, "lanes: must be between 1 and 9, got 0"),
        ({"lanes": 10}, "lanes: must be between 1 and 9, got 10"),
        ({"part": 1.01}, "part: must be between 0 and 1, got 1.01"),
        ({"part": -0.01}, "part: must be between 0 and 1, got -0.01"),
        ({"part": math.nan}, "part: must be a number, got nan"),
        ({"times": (1.0, -2.0)}, "times[1]: must be at least 0, got -2"),
        ({"mix": {"a": 0.5, "b": 0.6}}, "mix: must add up to 1, got 1.1"),
        ({"mix": {"a": 1.5, "b": -0.5}}, "mix.a: must be between 0 and 1, got 1.5"),
        ({"mix": {}}, "mix: must add up to 1, got 0"),
        ({"limit": -1}, "limit: must be at least 0, got -1"),
        ({"lanes": 7}, "lanes: 7 is unlucky"),
    ],
)
def test_out_of_range_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        toy(**changes)
    assert str(caught.value) == message


def test_bounds_are_inclusive_and_switches_are_no_numbers() -> None:
    assert toy(lanes=1, part=1.0, open=False).lanes == 1
    assert toy(lanes=9, part=0.0, times=()).lanes == 9


def test_a_spec_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy().lanes = 3  # type: ignore[misc]


def test_replacing_a_field_checks_it_again() -> None:
    with pytest.raises(ConfigError):
        dataclasses.replace(toy(), lanes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded(Spec):
    seed: int = bounded_field(0, 2**63 - 1)


def test_the_largest_whole_number_is_taken_and_told_from_the_next() -> None:
    """Beyond 2**53 neighbors are the same float: whole numbers are compared and shown as such."""

    assert build_spec(Seeded, {"seed": 2**63 - 1}).seed == 2**63 - 1
    with pytest.raises(ConfigError) as refused:
        build_spec(Seeded, {"seed": 2**63})
    assert str(refused.value) == "seed: must be between 0 and 9223372036854775807, got 9223372036854775808"

from __future__ import annotations

import pytest

from experiments.benchmarks import other_simulators
from experiments.benchmarks.other_simulators import (
    check_against_theory,
    installed_implementations,
    missing_implementations,
)

N = 20_000


@pytest.mark.parametrize("name", installed_implementations())
def test_every_implementation_waits_as_theory_says(name: str) -> None:
    check_against_theory(name, installed_implementations()[name], N)


def test_our_three_ways_give_the_same_waits_to_the_last_bit() -> None:
    exponential = False
    ours = [way(2000, 1, exponential) for name, way in installed_implementations().items() if "this" in name]
    assert len(ours) == 3
    assert ours[0] == ours[1] == ours[2]


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not set(missing_implementations()) & set(installed_implementations())
    monkeypatch.setattr(other_simulators, "find_spec", lambda package: None)
    assert missing_implementations() == list(other_simulators.EXTRAS)
    assert not set(missing_implementations()) & set(installed_implementations())

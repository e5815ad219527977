from __future__ import annotations

import pytest

from experiments.race import check
from experiments.rivals import implementations

N = 20_000


@pytest.mark.parametrize("name", implementations())
def test_every_implementation_waits_as_theory_says(name: str) -> None:
    check(name, implementations()[name], N)


def test_our_three_ways_give_the_same_waits_to_the_last_bit() -> None:
    exponential = False
    ours = [way(2000, 1, exponential) for name, way in implementations().items() if "this" in name]
    assert len(ours) == 3
    assert ours[0] == ours[1] == ours[2]

from __future__ import annotations

import pytest

from experiments.benchmarks.other_simulators import (
    check_against_theory,
    cost_by_truck_count,
    installed_implementations,
    race_model_c,
)

SWEPT = installed_implementations()["this project, recursion"]


def test_an_implementation_that_does_other_work_is_refused() -> None:
    def lazy(n: int, seed: int, exponential: bool) -> tuple[float, ...]:
        booths, scanners, docks = SWEPT(n, seed, exponential)
        return booths, 0.5 * scanners, docks

    with pytest.raises(RuntimeError, match="lazy waits"):
        check_against_theory("lazy", lazy, 100_000)


def test_a_race_gives_each_ratio_to_simpy_and_growth_a_cost_for_each_size() -> None:
    found = race_model_c(5000, 2)
    assert found["SimPy, idiomatic"]["times_simpy"] == [1.0, 1.0, 1.0]
    assert found["this project, recursion"]["times_simpy"][1] > 2.0
    sizes = cost_by_truck_count([1000, 10**12, 2000], 1)
    assert sizes["trucks"] == [1000.0, 2000.0]
    assert all(cost > 0.0 for cost in sizes["events"] + sizes["recursion"])

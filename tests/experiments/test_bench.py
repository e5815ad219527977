from __future__ import annotations

import pytest
from ports import FlatScorer

from experiments import bench
from experiments.study.study import build_study


@pytest.fixture(scope="module")
def seconds() -> tuple[int, dict[str, list[float]]]:
    asked = build_study(["days=1"], "bench")
    found: dict[str, list[float]] = {}
    return bench.time_week(asked, FlatScorer(), 0, found), found


def test_a_round_times_every_stage_once(seconds: tuple[int, dict[str, list[float]]]) -> None:
    trucks, found = seconds
    assert trucks > 1000
    assert {"manifest", "scores", "ledger", "metrics", "profiles"} < set(found)
    assert {"flow, engine=compiled", "flow, engine=simpy"} < set(found)
    assert all(len(times) == 1 and times[0] > 0.0 for times in found.values())


def test_memory_is_told_of_every_table() -> None:
    asked = build_study(["days=1"], "bench")
    found = bench.memory_per_truck(asked.alternatives[asked.baseline], FlatScorer(), asked.window(0))
    assert next(iter(found)) == "MANIFEST"
    assert all(size > 10.0 for size in found.values())
    assert found["SCORES"] == 24.0

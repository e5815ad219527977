from __future__ import annotations

import io

import pytest
from ports import FlatScorer
from rich.console import Console

from experiments import bench
from experiments.load import study


@pytest.fixture(scope="module")
def seconds() -> tuple[int, dict[str, list[float]]]:
    asked = study(["days=1"], "bench")
    found: dict[str, list[float]] = {}
    return bench.one_round(asked, FlatScorer(), 0, found), found


def test_a_round_times_every_stage_once(seconds: tuple[int, dict[str, list[float]]]) -> None:
    trucks, found = seconds
    assert trucks > 1000
    assert {"manifest", "scores", "ledger", "metrics", "profiles"} < set(found)
    assert {"flow, engine=compiled", "flow, engine=simpy"} < set(found)
    assert all(len(times) == 1 and times[0] > 0.0 for times in found.values())


def test_the_answer_leads_with_the_ratio_of_the_engines() -> None:
    found = {
        "rounds": 3,
        "trucks_a_round": 10,
        "microseconds_a_truck": {"manifest": 0.5},
        "simpy_over_compiled": {"median": 61.2, "min": 50.0, "max": 70.0},
    }
    console = Console(file=io.StringIO(), width=80)
    bench.show(console, found)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.startswith("The compiled engine is 61 times as fast as the SimPy model")
    assert "50 to 70 over 3 weeks" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_model_c_and_growth_fit_the_terminal() -> None:
    row = {"microseconds_a_truck": 0.2, "times_simpy": [50.0, 45.0, 56.0]}
    found = {
        "not_installed": ["cimba"],
        "model_c": {"SimPy, idiomatic": row, "this project, recursion": row},
        "growth": {"trucks": [1e4, 1e6], "events": [0.2, 0.3], "recursion": [0.1, 0.15]},
    }
    console = Console(file=io.StringIO(), width=80)
    bench.show_model_c(console, found)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "50 (45 to 56)" in text
    assert 'cimba: not installed; pip install -e ".[bench]" adds it' in text
    assert "1,000,000" in text
    assert max(map(len, text.splitlines())) <= 80
    figure = bench.growth_figure(found["growth"])
    assert [list(line.y) for line in figure.data] == [[0.2, 0.3], [0.1, 0.15]]

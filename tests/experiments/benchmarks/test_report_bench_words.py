"""What bench prints and draws, from figures by hand: 80 columns, a panel for every table."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from experiments.benchmarks import report
from experiments.benchmarks.report import TITLES, bench_figure


@pytest.fixture
def found() -> dict[str, Any]:
    row = {"microseconds_a_truck": 0.2, "times_simpy": [50.0, 45.0, 56.0]}
    held = {
        "policy": "todays_practice",
        "loads": 2400.0,
        "detection": 0.139,
        "difference": -0.0024,
        "half_width": 0.0138,
        "bound": 0.0001,
    }
    return {
        "rounds": 3,
        "trucks_a_round": 10,
        "microseconds_a_truck": {"manifest": 0.5, "flow, engine=simpy": 33.0},
        "simpy_over_compiled": {"median": 61.2, "min": 50.0, "max": 70.0},
        "not_installed": ["cimba"],
        "model_c_trucks": 20_000,
        "model_c": {"SimPy, idiomatic": row, "this project, recursion": row},
        "growth": {"trucks": [1e4, 1e6], "events": [0.2, 0.3], "recursion": [0.1, 0.15]},
        "stations": [{"case": "and portals (the port)", "stations": 7, "flow": 0.6, "path": 1.7}],
        "policies": [{"case": "todays_practice", "flow": 0.5, "path": 1.6}],
        "alternatives": [{"alternatives": 1, "each": 2.4}, {"alternatives": 8, "each": 1.7}],
        "worker_weeks": 16,
        "workers": [{"workers": 2, "seconds": 1.5, "times": [1.8, 1.7, 1.9]}],
        "year": {
            "model": "boosted",
            "trucks": 2_277_861.0,
            "weeks": 52.0,
            "start_cpu_s": 3.1,
            "run_cpu_s": 5.5,
            "times_flow": 4.8,
            "peak_bytes": 8.1e8,
        },
        "over_flow": [{"case": "first alternative", "cost": 1.2, "times": [4.4, 4.1, 4.9]}],
        "memory": {"MANIFEST": 800.0},
        "rare": {
            "one_in": 10_000.0,
            "weeks": 12,
            "against_loads": [held],
            "variances": {
                "counted": 0.17,
                "counted_se": 0.06,
                "expected": 0.14,
                "expected_se": 0.0012,
                "times": 2500.0,
            },
        },
    }


def printed(found: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=80)
    report.print_report(console, found)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_answer_leads_with_the_ratio_of_the_engines(found: dict[str, Any]) -> None:
    text = printed(found)
    assert text.startswith("The compiled engine is 61 times as fast as the SimPy model")
    assert "50 to 70 over 3 weeks" in " ".join(text.split())


def test_every_question_has_its_figures_in_80_columns(found: dict[str, Any]) -> None:
    text = printed(found)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    flat = " ".join(text.split())
    for words in (
        "2,277,861 trucks in 52 weeks",
        "in 5.5 s of processor time",
        "0.81 GB of memory",
        "50 (45 to 56)",
        'cimba: not installed; pip install -e ".[bench]" adds it',
        "1,000,000",
        "and portals (the port)",
        "todays_practice",
        "1.8 (1.7 to 1.9)",
        "1 / 2,500",
        "-0.0024",
        "±0.0138",
    ):
        assert words in flat


def test_the_figure_has_a_panel_for_every_table(found: dict[str, Any]) -> None:
    figure = bench_figure(found)
    assert [note.text for note in figure.layout.annotations] == list(TITLES)
    assert len({line.xaxis for line in figure.data}) == len(TITLES)
    assert [list(line.y) for line in figure.data if line.xaxis == "x3"] == [[0.2, 0.3], [0.1, 0.15]]
    assert all("simpy" not in name for name in figure.data[0].y)
    assert "61 times" in figure.layout.title.text

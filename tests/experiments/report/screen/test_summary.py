"""The answer first, then at most 25 lines of 80 columns, whatever the study."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from experiments.command_line.verbosity import spoken_at
from experiments.report.answers.answer import comparison_answer
from experiments.report.findings import Findings
from experiments.report.labeled import labeled
from experiments.report.screen.summary import MOST_LINES, legend, print_summary
from tests import replications

WRITTEN = [Path("results/compare-strategies-20261130-134600") / name for name in ("metrics.parquet", "report.html")]


def spoken(found: Findings, width: int = 80) -> list[str]:
    page = io.StringIO()
    print_summary(Console(file=page, width=width, highlight=False, no_color=True), found, WRITTEN)
    return page.getvalue().splitlines()


def many(n: int) -> dict[str, tuple[float, float, float]]:
    """Return alternatives at the baseline's scan share that find more and more."""
    return {"todays_practice": (31.0, 0.12, 0.277)} | {
        f"alternative_number_{k}": (31.0 + 0.05 * k, 0.1 + 0.004 * k, 0.277) for k in range(n - 1)
    }


def n_answer_lines(lines: list[str], found: Findings) -> int:
    """Return how many lines the answer takes, which stands first."""
    answer = comparison_answer(labeled(found)).text
    for n in range(1, len(lines)):
        if " ".join(lines[:n]) == answer:
            return n
    raise AssertionError(lines)


@pytest.mark.parametrize("n", [2, 5, 17, 40])
def test_the_answer_stands_first_and_at_most_25_lines_follow(n: int) -> None:
    found = replications.findings(many(n), n=8)
    lines = spoken(found)
    assert len(lines) - n_answer_lines(lines, found) <= MOST_LINES
    assert max(map(len, lines)) <= 80
    assert lines[-2:] == [str(WRITTEN[-1]), f"Beside it: {len(WRITTEN) - 1} file with tables and records"]


@pytest.mark.parametrize("n", [2, 17])
def test_all_alternatives_of_the_strategies_stand_in_the_table(n: int) -> None:
    found = replications.findings(many(n), n=8)
    text = "\n".join(spoken(found))
    assert all(found.label(name) in text for name in found.names)
    assert "details=true" not in text


def test_of_forty_the_best_are_shown_and_the_baseline() -> None:
    found = replications.findings(many(40), n=8)
    lines = spoken(found)
    left = next(line for line in lines if line.startswith("…"))
    n_rows = sum(line.startswith(("Alternative number", "Current practice")) for line in lines)
    assert re.fullmatch(rf"… {40 - n_rows} more, \+\d+\.\d to -\d+\.\d points: details=true, or the page", left)
    assert any(line.startswith("Current practice") and "baseline" in line for line in lines)
    assert any(line.startswith("Alternative number 38") for line in lines)
    assert not any(line.startswith("Alternative number 1 ") for line in lines)


def test_one_alternative_has_no_difference() -> None:
    found = replications.findings({"todays_practice": (31.0, 0.12, 0.277)})
    text = "\n".join(spoken(found))
    assert "Difference" not in text
    assert "Detection" in text


def test_quiet_leaves_answer_and_path() -> None:
    found = replications.findings(many(3), n=8)
    page = io.StringIO()
    with spoken_at("quiet"):
        print_summary(Console(file=page, width=80, highlight=False, no_color=True, quiet=True), found, WRITTEN)
    lines = page.getvalue().splitlines()
    assert lines[n_answer_lines(lines, found) :] == [str(WRITTEN[-1])]


def test_brackets_are_explained_where_there_are_some() -> None:
    assert (
        legend(replications.findings({"todays_practice": (31.0, 0.12, 0.277)}))
        == "In brackets 95% intervals over replications."
    )
    assert (
        legend(replications.findings({"todays_practice": (31.0, 0.12, 0.277)}, n=2))
        == "Too few replications for intervals."
    )

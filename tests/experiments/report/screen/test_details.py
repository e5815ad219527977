"""With ``details=true`` everything is said: loads before, tables, sentences, files and notes after."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from experiments.report import tables
from experiments.report.findings import Findings
from experiments.report.screen import details
from tests import replications


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings()


def log(width: int = 80) -> tuple[Console, io.StringIO]:
    page = io.StringIO()
    return Console(file=page, width=width, highlight=False, no_color=True), page


def after(found: Findings, width: int = 80) -> str:
    console, page = log(width)
    written = [Path("results/strategies/metrics.parquet"), Path("results/strategies/report.html")]
    details.print_findings(console, found, written, 12.0)
    return page.getvalue()


def test_every_line_fits_and_no_cell_is_cut(found: Findings) -> None:
    text = after(found)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    assert "…" not in text
    for name in found.names:
        assert found.label(name) in text
        assert name not in text


def test_long_names_fold_and_keep_the_numbers_whole() -> None:
    long = "boosted_with_a_random_floor_and_a_second_portal"
    found = replications.findings({"todays_practice": (31.0, 0.12, 0.277), long: (31.0, 0.2, 0.277)})
    text = after(found)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "+8.0" in text
    assert "…" not in text


def test_a_wide_screen_gets_more(found: Findings) -> None:
    assert "p95, min" in after(found, 140)
    assert "p95, min" not in after(found, 80)
    wide = after(found, 140)
    assert "hits, %" in wide
    assert "detected, %" in wide
    assert max(len(line) for line in wide.splitlines()) <= 140


def test_what_was_written_stands_before_the_notes(found: Findings) -> None:
    text = after(found)
    assert text.index("Written to results/strategies") < text.index("Note:")
    assert "metrics.parquet, report.html (12 s)" in text


def test_an_unstable_alternative_shows_no_wait() -> None:
    text = after(replications.findings(over={"scan_everything": ("dock",)}))
    row = next(line for line in text.splitlines() if line.startswith("Scan everything  "))
    assert "unstable" in row
    assert "58." not in row


def test_the_weekly_load_comes_before_the_run() -> None:
    console, page = log()
    weekly = replications.weekly(["calm", "busy", "full"], {"busy": ("dock",), "full": ("portal",)})
    details.print_load_check(console, weekly)
    text = page.getvalue()
    assert "130!" in text
    assert "48%" in text
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(("shares", "text"), [([0.4, 0.6], "40%"), ([2.0], "100%"), ([float("nan")], "-")])
def test_largest_sustainable_share(shares: list[float], text: str) -> None:
    assert tables.largest_scan_share(pd.DataFrame({"largest_scan_share": shares})) == text


@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_table_breaks_a_name_whatever_the_screen(found: Findings, width: int) -> None:
    text = after(found, width)
    tables = [line for line in text.splitlines() if re.search(r"  \S+ \[[\d-]", line)]
    assert max(len(line) for line in tables) <= width
    for name in found.names:
        assert any(line.startswith(f"{found.label(name)}  ") for line in tables)
    assert any("detected, points" in line for line in text.splitlines())


def test_intervals_say_their_kind_and_no_half_width_stands_for_one(found: Findings) -> None:
    text = " ".join(after(found).split())
    assert "In brackets: 95% interval over replications." in text
    assert "±" not in text.split("Random examinations")[0]


def test_few_replications_have_a_word_in_place_of_an_interval() -> None:
    text = after(replications.findings(n=3))
    row = next(line for line in text.splitlines() if line.startswith("Current practice  "))
    assert "(too few)" in row

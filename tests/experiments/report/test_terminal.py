from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from experiments.command_line.verbosity import spoken_at
from experiments.report import terminal


def log(width: int = 80) -> tuple[Console, io.StringIO]:
    page = io.StringIO()
    return Console(file=page, width=width, highlight=False, no_color=True), page


def test_a_log_gets_a_line_when_a_stage_is_done() -> None:
    console, page = log()
    with terminal.show_progress(console, 40) as tell:
        for done in range(1, 41):
            tell(done, 40)
    assert page.getvalue().splitlines() == ["replications: 40 of 40"]


def test_a_terminal_gets_a_bar() -> None:
    page = io.StringIO()
    console = Console(file=page, width=80, force_terminal=True)
    with terminal.show_progress(console, 4) as tell:
        tell(4, 4)
    assert "4/4" in page.getvalue()


def test_the_screen_is_plain_when_it_is_no_terminal() -> None:
    console = terminal.open_console()
    assert not console.is_terminal
    assert console.width == 80


def test_a_quiet_screen_says_answer_and_path_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with spoken_at("quiet"):
        console = terminal.open_console()
        with terminal.show_progress(console, 2) as tell:
            tell(2, 2)
        terminal.print_line(console, "a note")
        terminal.print_table(console, ["a", "b"], [["1", "2"]])
        terminal.print_answer(console, "The answer.")
        terminal.print_path(console, tmp_path / "report.html")
    assert capsys.readouterr().out == f"The answer.\n{tmp_path / 'report.html'}\n"


def test_stages_are_timed_with_v() -> None:
    console, page = log()
    with spoken_at("timed"), terminal.show_progress(console, 1, "weeks") as tell:
        tell(1, 1)
    assert page.getvalue().splitlines() == ["weeks: 1 of 1", "weeks: took 0 s"]


def test_a_short_table_says_how_many_rows_it_leaves_out() -> None:
    rows = [[f"row {n}", str(n)] for n in range(30)]
    console, page = log()
    terminal.print_short_table(console, ["name", "number"], rows)
    lines = page.getvalue().splitlines()
    assert len(lines) == 1 + terminal.MOST_ROWS
    assert lines[-1] == "… 19 more: details=true"
    with spoken_at("details"):
        console, page = log()
        terminal.print_short_table(console, ["name", "number"], rows)
    assert len(page.getvalue().splitlines()) == 31

"""How anything is said on the terminal or into a log: lines, tables, progress, the answer and its path.

Every table fits 80 columns; a wide screen gets more. In a log there is no colour and no bar, and progress is a line
when a stage is done, and one every half minute. With ``-q`` the console is quiet but for answer and path.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from experiments.command_line.verbosity import has_details, has_times, is_quiet
from experiments.execution.progress import Pace, PaceColumn, PlainProgress, in_words

GAP: Final = 2
"""Blanks after a column."""


def open_console() -> Console:
    """Return the screen: as wide as the terminal, or 80 columns of plain text in a log; quiet with ``-q``."""
    screen = Console(highlight=False, quiet=is_quiet())
    return screen if screen.is_terminal else Console(highlight=False, width=80, no_color=True, quiet=is_quiet())


def print_line(terminal: Console, line: str) -> None:
    """Print one line as it is: no markup; long ones are wrapped between words."""
    terminal.print(Text(wrap_line(terminal, line)))


def print_answer(terminal: Console, text: str, *, bold: bool = True) -> None:
    """Print an answer, which is said with ``-q`` too."""
    with _spoken(terminal):
        terminal.print(Text(wrap_line(terminal, text), style="bold" if bold else ""))


def print_path(terminal: Console, path: Path) -> None:
    """Print where the page or the files are, which is said with ``-q`` too; a path is never broken."""
    with _spoken(terminal):
        terminal.print(Text(str(path)), soft_wrap=True)


@contextmanager
def _spoken(terminal: Console) -> Iterator[None]:
    """Let a quiet console speak within the context."""
    quiet, terminal.quiet = terminal.quiet, False
    try:
        yield
    finally:
        terminal.quiet = quiet


MOST_COLUMNS: Final = 100
"""Lines of text are easy to read up to so many."""


def wrap_line(terminal: Console, line: str) -> str:
    """Return a line broken between words, for easy reading never beyond `MOST_COLUMNS`."""
    return textwrap.fill(line, min(terminal.width, MOST_COLUMNS), break_on_hyphens=False)


@contextmanager
def show_progress(terminal: Console, total: int, label: str = "replications") -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, total) that shows how far ``label`` has come; with ``-v``, say how long it took."""
    begin = time.perf_counter()
    if not terminal.is_terminal:
        yield PlainProgress(label, lambda line: print_line(terminal, line))
    else:
        pace = Pace()
        columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), PaceColumn(pace))
        with Progress(*columns, console=terminal, transient=True, disable=terminal.quiet) as bar:
            task = bar.add_task(label, total=total)

            def tell(done: int, of: int) -> None:
                pace.note(done, of)
                bar.update(task, completed=done, total=of)

            yield tell
    if has_times():
        print_line(terminal, f"{label}: took {in_words(time.perf_counter() - begin)}")


def print_stored(terminal: Console, folder: Path, paths: Sequence[Path]) -> None:
    """Name the files that are not in a run's own folder: that of the store."""
    for path in paths:
        if folder.absolute() not in path.absolute().parents:
            terminal.print(Text(f"Kept in the store as {path}"), soft_wrap=True)


MOST_ROWS: Final = 12
"""Rows of a table that stands among 25 lines."""


def print_short_table(terminal: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the first rows of a table, and how many more ``details=true`` shows; with details all of them."""
    shown = rows if has_details() or len(rows) <= MOST_ROWS else rows[: MOST_ROWS - 1]
    print_table(terminal, headings, shown)
    if len(shown) < len(rows):
        print_line(terminal, f"… {len(rows) - len(shown)} more: details=true")


def print_table(terminal: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, in as many parts under each other as the screen is narrow."""
    lines = [headings, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    for columns in _in_width(terminal.width, widths):
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        for place in (0, *columns):
            justify: Literal["left", "right"] = "right" if place else "left"
            table.add_column(headings[place], justify=justify, overflow="fold", no_wrap=place > 0)
        for row in rows:
            table.add_row(*(row[place] for place in (0, *columns)))
        terminal.print(table)


def _in_width(width: int, widths: Sequence[int]) -> list[list[int]]:
    """Return the columns beside the first in groups, as many side by side as the screen holds.

    >>> _in_width(40, (12, 8, 6, 7, 4, 8))
    [[1, 2, 3], [4, 5]]
    """
    groups: list[list[int]] = [[]]
    for place in range(1, len(widths)):
        used = widths[0] + sum(widths[column] + GAP for column in (*groups[-1], place))
        if used > width and groups[-1]:
            groups.append([])
        groups[-1].append(place)
    return groups

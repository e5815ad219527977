"""The answer first, then at most 25 lines: alternatives by result, what assumptions do, the bottleneck, the page."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from experiments.intervals import KIND_WORDS
from experiments.number_format import percent
from experiments.report.answers.answer import comparison_answer
from experiments.report.answers.claim import Headline, Withheld
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND
from experiments.report.labeled import labeled
from experiments.report.notes import redraws_answer
from experiments.report.screen.bottleneck_line import bottleneck_line
from experiments.report.screen.result_table import at_equal_share, result_lines
from experiments.report.terminal import MOST_COLUMNS, print_answer, print_path, print_stored

MOST_LINES: Final = 25
"""After the answer; and of answer, table, assumptions and page together where the table can be cut."""
HEADINGS: Final = 2
BELOW: Final = 3
"""Lines that say where page, tables and store are."""
FEWEST_ROWS: Final = 4


def print_summary(terminal: Console, findings: Findings, paths: Sequence[Path]) -> None:
    """Print the answer, the table by result, what the assumptions do, the bottleneck and where the page is."""
    findings = labeled(findings)
    answer = comparison_answer(findings)
    print_answer(terminal, answer.text, bold=not isinstance(answer, Withheld))
    for line in summary_lines(findings, terminal.width):
        terminal.print(Text(line))
    page = next((path for path in paths if path.name == "report.html"), findings.study.out / "report.html")
    print_path(terminal, page)
    print_written(terminal, page.parent, paths)


def print_first_table(terminal: Console, findings: Findings) -> None:
    """Print what the replications alone say, while what they are held against is still to be run."""
    findings = labeled(findings)
    terminal.print(Text("Alternatives as configured; the answer follows:"))
    table = result_lines(findings, terminal.width, len(findings.names), as_asked=True)
    for line in (*table, legend(findings, as_asked=True)):
        terminal.print(Text(line))
    terminal.print()


def print_written(terminal: Console, folder: Path, paths: Sequence[Path]) -> None:
    """Say how much stands beside the page, and where else the run wrote to."""
    beside = sum(folder.absolute() in path.absolute().parents for path in paths) - 1
    if beside > 0:
        terminal.print(Text(f"Beside it: {beside} file{'s' if beside > 1 else ''} with tables and records"))
    print_stored(terminal, folder, paths)


def summary_lines(findings: Findings, width: int) -> list[str]:
    """Return what stands between the answer and the path, at most `MOST_LINES` - `BELOW` lines."""
    findings = labeled(findings)
    columns = min(width, MOST_COLUMNS)
    below = [legend(findings)]
    below += [sentence for sentence in (assumptions_line(findings), bottleneck_line(findings)) if sentence]
    wrapped = [line for words in below for line in textwrap.wrap(words, columns, break_on_hyphens=False)]
    room = MOST_LINES - BELOW - HEADINGS - len(wrapped)
    rows = len(findings.names)
    most = rows if rows <= room else max(room - 1, FEWEST_ROWS)
    return [*result_lines(findings, width, most), *wrapped]


def assumptions_line(findings: Findings) -> str:
    """Return what the assumptions do to the answer; empty: nobody has looked.

    An answer at equal scan rate is one of the ranking, which has a sentence of its own.
    """
    answer = comparison_answer(findings)
    if not isinstance(answer, Headline) or answer.claim.equal_share:
        return redraws_answer(findings)
    return f"Sensitivity to assumptions: the answer holds in {answer.claim.holds_in.words()} alternative sets."


def legend(findings: Findings, *, as_asked: bool = False) -> str:
    """Say what brackets and stars mean, and at what scan rates differences are taken."""
    kind = f"In brackets {percent(findings.study.coverage, 0)} intervals {KIND_WORDS['replications']}"
    if not any(math.isfinite(findings.interval(name, LOADS_FOUND).low) for name in findings.names):
        kind = "Too few replications for intervals"
    if len(findings.names) == 1:
        return f"{kind}."
    where = " Differences at equal scan rate." if at_equal_share(findings, as_asked=as_asked) else ""
    return f"{kind}; * clearly different (Holm).{where}"

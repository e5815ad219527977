"""Words of a command line that takes no study, and small tables on the terminal.

Nothing of the models is imported here, so that a list is on the screen at once.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.errors import ConfigError

STORE: Final = "results/store"
"""Folder of the store where no other is named."""
NARROW: Final = 80
"""Width of a table in a file or a pipe."""
LEAST: Final = 24
"""Letters that a cell of text keeps where not all columns fit: those of a run's name."""
KEY_VALUE: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a command line: those without a key in their order, and the values of keys."""

    positional: tuple[str, ...]
    keyed: Mapping[str, str]

    def text(self, key: str, default: str) -> str:
        """Return the text of a key."""
        value = self.keyed.get(key, default)
        if not value.strip():
            raise ConfigError(key, f"expected a text, got {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """Return whether a switch is set."""
        value = self.keyed.get(key, "false")
        if value not in ("true", "false"):
            raise ConfigError(key, f"expected true or false, got {value!r}")
        return value == "true"

    def count(self, key: str, default: int, least: int = 0, most: int = 1_000_000_000) -> int:
        """Return a whole number within bounds."""
        value = self.keyed.get(key, str(default))
        if not re.fullmatch(r"\d{1,10}", value) or not least <= int(value) <= most:
            raise ConfigError(key, f"expected a whole number from {least:,} to {most:,}, got {value!r}")
        return int(value)

    @property
    def store(self) -> Path:
        """Folder of the store."""
        return Path(self.text("store", STORE)).expanduser()


def read_words(overrides: Sequence[str], keys: Sequence[str]) -> Words:
    """Take the words of a command line apart.

    Raises
    ------
    ConfigError
        A key that does not exist, or one that is given twice.

    Examples
    --------
    >>> read_words(["select 1", "rows=5"], ["rows"])
    Words(positional=('select 1',), keyed={'rows': '5'})
    """
    positional, values = [], dict[str, str]()
    for word in overrides:
        match = KEY_VALUE.fullmatch(word)
        if match is None:
            positional.append(word)
        elif match[1] not in keys:
            raise ConfigError(match[1], f"unknown key; known {list(keys)}")
        elif match[1] in values:
            raise ConfigError(match[1], f"given twice: {values[match[1]]!r} and {match[2]!r}")
        else:
            values[match[1]] = match[2]
    return Words(tuple(positional), values)


def screen_width() -> int:
    """Return the width of the terminal, or 80 columns in a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else NARROW


def cell_text(value: Any) -> str:  # noqa: ANN401
    """Return a value as a cell of a table; what is missing is a dash."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    return "".join(letter if letter.isprintable() else " " for letter in str(value))


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], width: int
) -> tuple[list[str], int]:
    """Return the lines of a table that is no wider than ``width``, and how many of its columns they hold.

    Where the columns do not all fit, the longest texts are cut, down to `LEAST` letters, and then columns are left out
    from the right; the first one is always there. ``right`` says which columns are set flush right.

    Examples
    --------
    >>> table_lines(["run", "n"], [["a", "10"]], [False, True], 80)
    (['run   n', 'a    10'], 2)
    """
    lines = [list(headings), *map(list, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    texts = [place for place, flush in enumerate(right) if not flush]
    while sum(widths) + 2 * (len(widths) - 1) > width and texts:
        longest = max(texts, key=widths.__getitem__)
        if widths[longest] <= LEAST:
            break
        widths[longest] -= 1
    n = len(widths)
    while n > 1 and sum(widths[:n]) + 2 * (n - 1) > width:
        n -= 1
    widths = [min(size, width) for size in widths[:n]]
    printed = []
    for line in lines:
        cells = [_cut(cell, size) for cell, size in zip(line, widths, strict=False)]
        set_out = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right, strict=False)]
        printed.append("  ".join(set_out).rstrip())
    return printed, n


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 3]}..."


def print_lines(*lines: str) -> None:
    """Print lines as they are."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))

"""Problems of a file, gathered row by row and told in one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn

from sim.errors import ConfigError

Place = Literal["line", "row"]
"""What a number counts: lines of a text file, its header the first, or rows of Parquet, its first entry row 1."""
MOST_PLACES: Final = 5
"""Places that are listed of one problem; the rest is counted."""
LONGEST_CELL: Final = 40


class CellError(Exception):
    """What is wrong with one cell, in words; empty: it is not what its column expects."""


class Problem(NamedTuple):
    """One cell or row that is refused."""

    at: int
    """Line or row; 0: the whole file."""
    column: str
    """Empty: the whole row."""
    words: str
    cell: str | None = None
    """What was found, where the words do not say it; empty: an empty cell."""


def refuse_file(key: str, path: Path, words: str) -> NoReturn:
    """Raise the ConfigError of a file as a whole."""
    raise ConfigError(key, f"{path.name}: {words}")


def refuse_problems(key: str, path: Path, place: Place, problems: Iterable[Problem]) -> NoReturn:
    """Raise one ConfigError that names every kind of problem, with its lines, in the order of the file.

    Examples
    --------
    >>> rows = [Problem(3, "fast", "expected 1 or 0", "x"), Problem(9, "fast", "expected 1 or 0", "")]
    >>> refuse_problems("manifest", Path("trucks.csv"), "line", rows)
    Traceback (most recent call last):
    sim.errors.ConfigError: manifest: trucks.csv, lines 3 and 9, fast: expected 1 or 0, got 'x', an empty cell
    """
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda each: (each.at, each.column)):
        alike.setdefault((problem.column, problem.words), []).append(problem)
    raise ConfigError(key, f"{path.name}, {'; '.join(_told(place, group) for group in alike.values())}")


def _told(place: Place, group: Sequence[Problem]) -> str:
    first = group[0]
    where = _places(place, [problem.at for problem in group])
    head = f"{where}, {first.column}: {first.words}" if first.column else f"{where}: {first.words}"
    cells = [shown_cell(problem.cell) for problem in group if problem.cell is not None]
    return f"{head}, got {', '.join(list(dict.fromkeys(cells))[:MOST_PLACES])}" if cells else head


def _places(place: Place, numbers: Sequence[int]) -> str:
    listed = [str(number) for number in numbers[:MOST_PLACES]]
    more = len(numbers) - len(listed)
    if len(numbers) == 1:
        return f"{place} {listed[0]}"
    if more:
        return f"{place}s {', '.join(listed)} and {more:,} more"
    return f"{place}s {', '.join(listed[:-1])} and {listed[-1]}"


def shown_cell(cell: str) -> str:
    """Return a cell as a message quotes it: short, and without control characters."""
    if not cell.strip():
        return "an empty cell"
    return repr(cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 3]}...")

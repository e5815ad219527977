"""How a cell of each kind is read: numbers, whole numbers, flags, names that stand for codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from experiments.user_tables.numerals import Marks, read_whole
from experiments.user_tables.refusals import CellError
from experiments.user_tables.schema import ReadCell

TRUE_FALSE: Final = {
    "true": True,
    "yes": True,
    "y": True,
    "t": True,
    "false": False,
    "no": False,
    "n": False,
    "f": False,
}
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def read_flag(text: str, marks: Marks) -> bool:
    """Return true or false; CellError for anything but 1, 0, true, false, yes, no and their first letters.

    Examples
    --------
    >>> read_flag("Yes", Marks(".", sure=True)), read_flag("0", Marks(".", sure=True))
    (True, False)
    """
    if text.lower() in TRUE_FALSE:
        return TRUE_FALSE[text.lower()]
    number = read_whole(text, marks)
    if number not in (0, 1):
        raise CellError
    return number == 1


def names_or_codes(codes: Mapping[str, int]) -> ReadCell:
    """Return what reads a name, in any case and with any of space, hyphen and underscore, or the code itself.

    Examples
    --------
    >>> read = names_or_codes({"in_bond": 1})
    >>> read("In-bond", Marks(".", sure=True)), read("3", Marks(".", sure=True))
    (1, 3)
    """
    by_name = {_plain_name(name): code for name, code in codes.items()}

    def read(text: str, marks: Marks) -> int:
        code = by_name.get(_plain_name(text))
        return read_whole(text, marks) if code is None else code

    return read


def one_of(values: Mapping[str, Any]) -> ReadCell:
    """Return what reads one of these words, in any case; CellError for anything else."""

    def read(text: str, _marks: Marks) -> object:
        if text.lower() not in values:
            raise CellError
        return values[text.lower()]

    return read


def _plain_name(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def numbered(names: tuple[str, ...], first: int = 0) -> dict[str, int]:
    """Return the codes of names that are numbered in order, and of the first three letters of each.

    Examples
    --------
    >>> numbered(("monday", "tuesday"))
    {'monday': 0, 'mon': 0, 'tuesday': 1, 'tue': 1}
    """
    return {word: number for number, name in enumerate(names, start=first) for word in (name, name[:3])}

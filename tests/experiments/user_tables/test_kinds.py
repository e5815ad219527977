from __future__ import annotations

import pytest

from experiments.user_tables.kinds import MONTH_NAMES, names_or_codes, numbered, one_of, read_flag
from experiments.user_tables.numerals import Marks
from experiments.user_tables.refusals import CellError

POINT = Marks(".", sure=True)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("1", True),
        ("yes", True),
        ("Y", True),
        ("TRUE", True),
        ("1.0", True),
        ("0", False),
        ("No", False),
        ("f", False),
        ("0.0", False),
    ],
)
def test_flags_are_read(text: str, flag: bool) -> None:
    assert read_flag(text, POINT) is flag


@pytest.mark.parametrize("text", ["2", "0.5", "maybe", "x", "-1", "0x1", "nan"])
def test_what_is_no_flag_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_flag(text, POINT)


def test_names_stand_for_codes() -> None:
    read = names_or_codes({"vehicle_parts": 2, "empty": -1} | numbered(MONTH_NAMES, first=1))
    for text, code in (
        ("Vehicle Parts", 2),
        ("vehicle-parts", 2),
        ("EMPTY", -1),
        ("7", 7),
        ("may", 5),
        ("September", 9),
    ):
        assert read(text, POINT) == code
    with pytest.raises(CellError):
        read("vehicles", POINT)


def test_one_of_a_few_words() -> None:
    assert one_of({"fast": "fast"})("FAST", POINT) == "fast"
    with pytest.raises(CellError):
        one_of({"fast": "fast"})("1", POINT)

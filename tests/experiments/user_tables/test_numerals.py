"""Numbers of several countries are read as what they are, or refused where they could be two."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.user_tables.numerals import Marks, NumeralCell, find_marks, plain_numeral, read_number, read_whole
from experiments.user_tables.refusals import CellError

POINT, COMMA, UNSURE = Marks(".", sure=True), Marks(",", sure=True), Marks(".", sure=False)


@pytest.mark.parametrize(
    ("text", "marks", "number"),
    [
        ("600.5", POINT, 600.5),
        ("57,642", POINT, 57642.0),
        ("1,234,567.25", POINT, 1234567.25),
        ("600,5", COMMA, 600.5),
        ("57.642,5", COMMA, 57642.5),
        ("57.642", COMMA, 57642.0),
        ("57,642", COMMA, 57.642),
        ("57 642", POINT, 57642.0),
        ("57\u00a0642,5", COMMA, 57642.5),
        ("57'642.5", POINT, 57642.5),
        ("-.5", POINT, -0.5),
        ("1e-3", POINT, 0.001),
        ("0.125", UNSURE, 0.125),
        ("1234.567", UNSURE, 1234.567),
    ],
)
def test_numbers_are_read(text: str, marks: Marks, number: float) -> None:
    assert read_number(text, marks) == number


@pytest.mark.parametrize("marks", [POINT, COMMA])
@pytest.mark.parametrize(
    "text",
    ["0x10", "1_000", "N/A", "nan", "inf", "-inf", "1e999", "five", "1,2,3", "1.2.3", "1,23,456", ",", ".", "", "1 2",
     "٣", "\uff11", "1%", "$5", "--5", "5-", "1e5000"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str, marks: Marks) -> None:
    with pytest.raises(CellError):
        read_number(text, marks)


@pytest.mark.parametrize("text", ["57,642", "57.642", "-1.000"])
def test_a_cell_that_could_be_two_numbers_is_refused(text: str) -> None:
    with pytest.raises(CellError, match=r"may be -?[0-9]+ or -?[0-9.]+"):
        read_number(text, UNSURE)


@pytest.mark.parametrize(
    ("cells", "delimiter", "marks"),
    [
        ([], ",", POINT),
        ([], ";", UNSURE),
        (["57.642"], ";", UNSURE),
        (["57.642", "0,5"], ";", COMMA),
        (["57.642", "0.5"], ";", POINT),
        (["57,642"], ",", POINT),
        (["57,642", "600,5"], ",", COMMA),
        (["1.234.567"], ";", COMMA),
        (["1,234,567"], ";", POINT),
        (["N/A", "2024-05-13T10:30", "7"], ",", POINT),
    ],
)
def test_a_file_shows_its_decimal_mark(cells: list[str], delimiter: str, marks: Marks) -> None:
    assert find_marks([NumeralCell(2, "x", cell) for cell in cells], delimiter) == (marks, [])


def test_two_decimal_marks_in_a_file_are_refused_by_both_lines() -> None:
    _, (problem,) = find_marks([NumeralCell(2, "x", "0.5"), NumeralCell(7, "y", "600,5")], ";")
    assert (problem.at, problem.column) == (7, "y")
    assert "'600,5' has a decimal comma, but line 2 a decimal point ('0.5')" in problem.words


@pytest.mark.parametrize(
    ("text", "number"),
    [("7.0", 7), ("1e2", 100), (str(2**62), 2**62), ("-5", -5), ("1,234", 1234), ("9007199254740993.0", 2**53 + 1)],
)
def test_whole_numbers_are_exact(text: str, number: int) -> None:
    assert read_whole(text, POINT) == number


@pytest.mark.parametrize("text", [str(2**62 + 1), "1.5", "1e30", "9" * 5000, "1e18", "0x10"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_whole(text, POINT)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_programs_write_comes_back(number: float) -> None:
    assert read_number(repr(number), POINT) == number
    assert read_number(repr(number).replace(".", ","), COMMA) == number


@given(st.integers(-(10**12), 10**12), st.integers(0, 9))
def test_thousands_set_apart_come_back(whole: int, tenth: int) -> None:
    american = f"{whole:,}.{tenth}"
    european = american.translate(str.maketrans(",.", ".,"))
    expected = math.copysign(abs(whole) + tenth / 10.0, whole if whole else 1)
    assert float(plain_numeral(american, POINT)) == pytest.approx(expected)
    assert plain_numeral(european, COMMA) == plain_numeral(american, POINT)

"""Words of a command line, and tables on the terminal."""

from __future__ import annotations

import pytest

from experiments.store.words import cell_text, read_words, table_lines
from sim.errors import ConfigError


def test_a_statement_with_an_equals_sign_is_no_key() -> None:
    words = read_words(["select * from runs where seed=1", "rows=2"], ["rows"])
    assert words.positional == ("select * from runs where seed=1",)
    assert words.count("rows", 40) == 2


def test_keys_are_known_and_given_once() -> None:
    with pytest.raises(ConfigError, match=r"row: unknown key; known \['rows'\]"):
        read_words(["row=2"], ["rows"])
    with pytest.raises(ConfigError, match="rows: given twice: '1' and '2'"):
        read_words(["rows=1", "rows=2"], ["rows"])
    with pytest.raises(ConfigError, match="store: expected a text, got ''"):
        _ = read_words(["store="], ["store"]).store


def test_long_texts_are_cut_before_columns_are_left_out() -> None:
    heads, row = ["a", "b", "n"], ["x" * 60, "y" * 30, "7"]
    lines, shown = table_lines(heads, [row], [False, False, True], 80)
    assert shown == 3
    assert lines[1].endswith("yyy  7")
    assert len(lines[1]) == 80
    assert lines[1].startswith("x" * 40)
    lines, shown = table_lines(heads, [row], [False, False, True], 40)
    assert shown == 1
    assert lines[1] == "x" * 21 + "..."


def test_numbers_are_flush_right() -> None:
    assert table_lines(["n"], [["1"], ["100"]], [True], 80)[0] == ["  n", "  1", "100"]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (True, "true"), (0.1 + 0.2, "0.3"), (12, "12"), ("a\tb\n", "a b "), ([1], "[1]")]
)
def test_cells(value: object, text: str) -> None:
    assert cell_text(value) == text

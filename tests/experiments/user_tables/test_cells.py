"""Files as other programs write them give the same cells; what is no table is refused before it is made one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.user_tables import cells
from experiments.user_tables.cells import read_cells
from sim.errors import ConfigError

TEXT = "a,b\n1,x\n2,y z\n"


def written(folder: Path, content: bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\r\n").encode("utf-16"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", "|").encode(),
        ("sep=;\n" + TEXT.replace(",", ";")).encode(),
        (TEXT + ",\n\n").encode(),
        TEXT.replace("\n", ",\n").encode(),
        TEXT.replace("\n", ",,\n").replace("b,,", "b").encode(),
        TEXT.replace("\n", "\r\n", 1).replace("x\n", "x\r").encode(),
        b'"a","b"\n" 1 ","x"\n2,"y z"\n',
    ],
)
def test_files_of_other_programs_give_the_same_cells(tmp_path: Path, content: bytes) -> None:
    found = read_cells("key", written(tmp_path, content)).cells
    assert found.to_dict("list") == {"a": ["1", "2"], "b": ["x", "y z"]}


def test_rows_know_their_lines(tmp_path: Path) -> None:
    found = read_cells("key", written(tmp_path, b'sep=,\na,b\n1,"two\nlines"\n3,4\n')).cells
    assert found.index.tolist() == [3, 5]


def test_parquet_gives_text_from_which_values_come_back(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "n": [2**53 + 1, 3],
            "code": pd.array([2**53 + 1, None], "Int64"),
            "x": [0.1, None],
            "flag": [True, False],
            "day": pd.to_datetime(["2024-05-13", None]),
        }
    )
    frame.to_parquet(tmp_path / "table.parquet")
    source = read_cells("key", tmp_path / "table.parquet")
    assert source.place == "row"
    assert source.cells.index.tolist() == [1, 2]
    assert source.cells.to_dict("list") == {
        "n": ["9007199254740993", "3"],
        "code": ["9007199254740993", ""],
        "x": ["0.1", ""],
        "flag": ["True", "False"],
        "day": ["2024-05-13T00:00:00", ""],
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "table.csv: is empty"),
        (b"\n\n", "table.csv: is empty"),
        (b"a,b\n1\n2,3,4\n", "line 2: 1 cell under 2 headings (commas between cells); line 3: 3 cells under 2"),
        (b"a;b\n1,2\n", "line 2: 1 cell under 2 headings (semicolons between cells)"),
        (b"a,b;c\n1,2\n", "line 1: commas and semicolons in one header"),
        (b"a,a\n1,2\n", "the column 'a' comes twice"),
        (b"a,\n1,2\n", "line 2: 2 cells under 1 heading (commas between cells)"),
        (b"a,,c\n1,2,3\n", "column 2 has no name"),
        (b"a,b\n1,2,,3\n", "line 2: 4 cells under 2 headings"),
        (b'a\n"1\n', "line 2: a quotation mark is never closed"),
        (b"a\n1\n\xff\n", "line 3: is not UTF-8; save it as CSV UTF-8"),
        (b"a\n1\x00\n", "a NUL character"),
        (b"PK\x03\x04rest", "a spreadsheet or archive"),
        (b"\x1f\x8brest", "compressed"),
        (b"\x80\x04\x95rest", "is not UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_cells("key", written(tmp_path, content))
    assert str(refused.value).startswith("key: ")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pd.DataFrame({"a": range(20)}).to_parquet(tmp_path / "table.parquet")
    path = written(tmp_path, b"a\n" + b"1\n" * 20)
    monkeypatch.setattr(cells, "MOST_ROWS", 10)
    for file in (path, tmp_path / "table.parquet"):
        with pytest.raises(ConfigError, match="must have at most 10 rows"):
            read_cells("key", file)
    monkeypatch.setattr(cells, "MOST_MB", 0)
    with pytest.raises(ConfigError, match="must be at most 0 MB"):
        read_cells("key", path)


def test_what_is_not_a_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, words in (
        ("folder.csv", "not a file"),
        ("gone.csv", "no such file"),
        ("table.pickle", "expected a file"),
    ):
        with pytest.raises(ConfigError, match=words):
            read_cells("key", tmp_path / name)

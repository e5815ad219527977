"""The verb ``query``: the terminal, files, limits."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import main
from tests import stored_runs as made

ALL = "select * from metrics"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.make_store(tmp_path_factory.mktemp("made") / "store")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_terminal_has_80_columns_and_says_what_is_left_out(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", ALL, f"store={store}", "rows=3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split()[:4] == ["run", "point", "alternative", "replication"]
    assert lines[4] == ""
    assert lines[5].startswith("57 more rows and ")
    assert "more columns: see them with rows=N" in lines[5]


def test_no_rows_are_said_to_be_none(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select run from runs where false", f"store={store}"]) == 0
    assert capsys.readouterr().out == "run\nno rows\n"


def test_cells_are_plain(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select started, 1.0 / 3 as third, null as nothing, true as yes, 'a' || chr(27) || '[1m' as escape"
    assert main(["query", f"{query} from runs order by started limit 1", f"store={store}"]) == 0
    heads, row = capsys.readouterr().out.splitlines()
    assert heads.split() == ["started", "third", "nothing", "yes", "escape"]
    assert row.split() == ["2026-05-03", "09:00:00", "0.333333", "-", "true", "a", "[1m"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_all_rows_go_to_a_file(store: Path, here: Path, ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select run, started, [1, 2] as pair, wall_s from runs order by run"
    assert main(["query", query, f"store={store}", f"to=sub/rows.{ending}"]) == 0
    assert capsys.readouterr().out == f"4 rows written to sub/rows.{ending}\n"
    path = here / "sub" / f"rows.{ending}"
    table = pd.read_csv(path) if ending == "csv" else pd.read_parquet(path)
    assert list(table["run"]) == [made.BASE, made.MORE, made.SWEEP, made.CASE]
    assert list(table["pair"][0]) == (list("[1, 2]") if ending == "csv" else [1, 2])
    assert list(table["wall_s"]) == [12.5] * 4
    assert [path.name for path in (here / "sub").iterdir()] == [f"rows.{ending}"]


def test_a_file_that_is_there_is_only_replaced_when_asked(store: Path, here: Path) -> None:
    (here / "rows.csv").write_text("mine")
    assert main(["query", "from runs", f"store={store}", "to=rows.csv"]) == 2
    assert (here / "rows.csv").read_text() == "mine"
    assert main(["query", "from runs", f"store={store}", "to=rows.csv", "overwrite=true"]) == 0
    assert len(pd.read_csv(here / "rows.csv")) == 4


def test_nothing_is_left_of_a_query_that_fails_half_way(
    store: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "select if(range < 300000, 'a', error('half way')) from range(400000)"
    assert main(["query", query, f"store={store}", "to=rows.csv"]) == 2
    assert "half way" in capsys.readouterr().err
    assert list(here.iterdir()) == []


REFUSED = {
    "to=rows.txt": "to: expected a file that ends in .csv or .parquet, got 'rows.txt'",
    "to=.csv": "to: expected a file",
    "to=": "to: expected a file",
    "to=folder.csv": "to: cannot write 'folder.csv': it is a folder",
    "to={store}/rows.parquet": "is in the store, which holds runs only",
    "to=link/rows.parquet": "is in the store, which holds runs only",
    "rows=0": "rows: expected a whole number from 1 to",
    "rows=many": "rows: expected a whole number from 1 to 1,000,000, got 'many'",
    "threads=0": "threads: expected a whole number",
    "memory=lots": "memory: expected an amount such as 500MB or 2GB, got 'lots'",
    "memory=1GB'; select 1": "memory: expected an amount",
    "overwrite=perhaps": "overwrite: expected true or false, got 'perhaps'",
    "format=json": "format: unknown key; known ['store', 'to'",
    "second words": "query: expected one text in quotation marks, got 2",
    "-m": "-m: query takes no sweep",
}


@pytest.mark.parametrize("word", REFUSED)
def test_bad_words_cost_one_line(word: str, store: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "folder.csv").mkdir()
    (here / "link").symlink_to(store)
    assert main(["query", "from runs", f"store={store}", word.format(store=store)]) == 2
    said = capsys.readouterr()
    assert REFUSED[word] in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert sorted(path.name for path in here.iterdir()) == ["folder.csv", "link"]


def test_a_missing_or_spoiled_store_costs_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "from runs"]) == 2
    assert capsys.readouterr().err.startswith("store: no such folder: 'results/store'")
    made.make_store(here / "store")
    (here / "store" / "notes.txt").write_text("mine")
    assert main(["query", "from runs", "store=store"]) == 2
    assert capsys.readouterr().err == (
        "store: 'store/notes.txt' is not a file of the store; move it out of the folder\n"
    )


def test_memory_is_limited(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select count(distinct hash(range)) from range(100000000)"
    assert main(["query", query, f"store={store}", "memory=100MB"]) == 2
    assert capsys.readouterr().err.startswith("query: ")


def test_help_names_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "--help"]) == 0
    text = capsys.readouterr().out
    for word in (
        "store=",
        "to=FILE",
        "overwrite=",
        "rows=",
        "memory=",
        "threads=",
        "inputs",
        "docs/reference/querying.md",
    ):
        assert word in text

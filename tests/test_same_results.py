"""Two checkouts are compared to the last bit: what is equal, what is not, what does not count."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.tools.same_commands import COMMANDS, waves
from tests.tools.same_files import IGNORED_JSON, compare_folders, first_difference

TABLE = pd.DataFrame(
    {
        "wait_min": [1.5, np.nan, 0.0],
        "trucks": [3, 4, 5],
        "policy": ["a", None, "c"],
        "shares": [[0.1], [np.nan, 0.2], []],
    }
)
RECORD = {"seed": 1, "study": {"days": 2, "wall_s": 3.0}, "commit": "a", "wall_s": 7.0}


def tables(tmp_path: Path, change: Callable[[pd.DataFrame], Any]) -> str | None:
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    changed = TABLE.copy(deep=True)
    changed["shares"] = [list(shares) for shares in TABLE["shares"]]
    result = change(changed)
    TABLE.to_parquet(old, index=False)
    (changed if result is None else result).to_parquet(new, index=False)
    return first_difference(old, new)


def texts(tmp_path: Path, name: str, *contents: str) -> str | None:
    paths = [tmp_path / side / name for side in ("old", "new")]
    for path, content in zip(paths, contents, strict=True):
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    return first_difference(*paths)


def records(tmp_path: Path, new: dict[str, Any], name: str = "run.json") -> str | None:
    return texts(tmp_path, name, json.dumps(RECORD), json.dumps(new))


def put(column: str, row: int, value: Any) -> Callable[[pd.DataFrame], None]:
    def change(table: pd.DataFrame) -> None:
        values = table[column].tolist()
        values[row] = value
        table[column] = values

    return change


def test_the_same_table_is_equal_with_its_empty_cells(tmp_path: Path) -> None:
    assert tables(tmp_path, lambda _: None) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("wait_min", 0, np.nextafter(1.5, 2.0)), "column wait_min, row 0"),
        (put("wait_min", 2, -0.0), "column wait_min, row 2"),
        (put("wait_min", 1, 0.0), "column wait_min, row 1"),
        (put("trucks", 1, 7), "column trucks, row 1: 4 and 7"),
        (put("policy", 1, "b"), "column policy, row 1: None and 'b'"),
        (put("shares", 1, [np.nan, np.nextafter(0.2, 1.0)]), "column shares, row 1"),
        (lambda t: t.astype({"trucks": "int32"}), "column trucks: type int64 and int32"),
        (lambda t: t.drop(columns="trucks"), "columns only in BASE ['trucks']"),
        (lambda t: t[["trucks", "wait_min", "policy", "shares"]], "columns in other order"),
        (lambda t: t.iloc[:2], "rows: 3 and 2"),
    ],
)
def test_one_bit_of_a_table_is_found(tmp_path: Path, change: Callable[[pd.DataFrame], Any], words: str) -> None:
    found = tables(tmp_path, change)
    assert found is not None
    assert found.startswith(words)


def test_versions_in_a_schema_do_not_count_and_all_else_does(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    TABLE.to_parquet(old, index=False)
    for key, equal in (("pandas_version", True), ("creator", True), ("attributes", False)):
        table = pq.read_table(old)
        metadata = dict(table.schema.metadata)
        pandas = json.loads(metadata[b"pandas"]) | {key: {"other": 1}}
        metadata[b"pandas"] = json.dumps(pandas).encode()
        pq.write_table(table.replace_schema_metadata(metadata), new)
        assert (first_difference(old, new) is None) is equal, key


def test_only_listed_keys_of_a_record_are_dropped(tmp_path: Path) -> None:
    assert records(tmp_path, RECORD | {"commit": "b", "wall_s": 9.0, "processor": ["AVX2"]}) is None


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (RECORD | {"seed": 2}, "key seed: 1 and 2"),
        (RECORD | {"seed": 1.0}, "key seed: 1 and 1.0"),
        (RECORD | {"study": {"days": 2, "wall_s": 4.0}}, "key study.wall_s: 3.0 and 4.0"),
        (RECORD | {"more": 1}, "keys of the record only in BASE [], only in the present ['more']"),
        (dict(reversed(RECORD.items())), "keys of the record in other order"),
    ],
)
def test_a_record_that_differs_names_the_key(tmp_path: Path, new: dict[str, Any], words: str) -> None:
    assert records(tmp_path, new) == words


def test_the_record_of_a_port_drops_the_same_keys_and_no_other(tmp_path: Path) -> None:
    def plan(commit: str, name: str) -> str:
        return json.dumps({"ports": {"laredo": {"commit": commit, "port": {"commit": name}}}})

    assert texts(tmp_path / "a", "run.json", plan("a", "x"), plan("b", "x")) is None
    words = "key ports.laredo.port.commit: 'x' and 'y'"
    assert texts(tmp_path / "b", "run.json", plan("a", "x"), plan("b", "y")) == words


def test_only_hashes_of_files_may_stand_in_other_order(tmp_path: Path) -> None:
    one, two = {"x.csv": "1", "configs/a.yaml": "2"}, {"configs/a.yaml": "2", "x.csv": "1"}
    for key, words in (("input_sha256", None), ("study", "keys of study in other order")):
        old, new = json.dumps({key: one}), json.dumps({key: two})
        assert texts(tmp_path / key, "run.json", old, new) == words


def test_the_commit_in_a_sentence_does_not_count(tmp_path: Path) -> None:
    old, new = (f"a\n5.1 of commit {at}; numpy 2\n" for at in ("1" * 40, "2" * 40 + "+"))
    assert texts(tmp_path / "a", "x.csv", old, new) is None
    assert texts(tmp_path / "b", "x.csv", old, new.replace("numpy 2", "numpy 3")) is not None


def test_a_key_is_dropped_in_its_own_file_only(tmp_path: Path) -> None:
    assert ("run.json", "wall_s") in IGNORED_JSON
    assert records(tmp_path, RECORD | {"wall_s": 9.0}, "funding.json") == "key wall_s: 7.0 and 9.0"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("a,b\n1,2\n", None),
        ("a,b\n1,2.0\n", "column b, line 2: '2' and '2.0'"),
        ("a,b\n1,2\n3,4\n", "line 3: None and ['3', '4']"),
    ],
)
def test_text_of_a_csv_counts_to_the_last_digit(tmp_path: Path, new: str, words: str | None) -> None:
    assert texts(tmp_path, "x.csv", "a,b\n1,2\n", new) == words


def test_the_folder_of_a_side_does_not_count(tmp_path: Path) -> None:
    for side in ("old", "new"):
        (tmp_path / side / "out").mkdir(parents=True)
        roots = {"roots": [[str(tmp_path / side), "<results>"]]}
        (tmp_path / side / "side.json").write_text(json.dumps(roots), encoding="utf-8")
        text = json.dumps([f"out={tmp_path / side}/out/fund"])
        (tmp_path / side / "out" / "run.json").write_text(text, encoding="utf-8")
        (tmp_path / side / "out" / "x.csv").write_text(f"{tmp_path / side}/a\n", encoding="utf-8")
    assert compare_folders(tmp_path / "old" / "out", tmp_path / "new" / "out") == (2, [])


def test_a_missing_file_is_named_on_either_side(tmp_path: Path) -> None:
    for side, names in (("old", ("a.csv", "b.json")), ("new", ("a.csv", "data/c.parquet"))):
        for name in names:
            path = tmp_path / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}", encoding="utf-8")
    assert compare_folders(tmp_path / "old", tmp_path / "new") == (
        1,
        ["b.json: not written by the present checkout", "data/c.parquet: not written by BASE"],
    )


def test_what_reads_other_results_comes_after_them() -> None:
    order = [name for wave in waves(list(COMMANDS)) for name in wave]
    assert sorted(order) == sorted(COMMANDS)
    for name, command in COMMANDS.items():
        assert all(order.index(need) < order.index(name) for need in command.needs)

"""The verb ``results``: lists, shows, labels, prunes and checks, and touches nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from experiments.cli import main
from experiments.store.run_files import stored_runs
from experiments.store.write import add_run
from tests import stored_runs as made


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return made.make_store(tmp_path / "results" / "store")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str]:
        status = main(["results", *words])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_runs_are_listed_the_newest_first(store: Path, call: Any) -> None:
    status, said = call()
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == ["run", made.CASE, made.SWEEP, made.MORE, made.BASE]
    assert max(map(len, said.splitlines())) <= 80
    assert len(call("list", "verb=sweep")[1].splitlines()) == 2
    assert call("rows=1")[1].endswith("3 more runs: see them with rows=N, verb=VERB or label=TEXT\n")
    assert "no runs of this kind" in call("verb=train")[1]
    assert store.is_dir()


def test_one_run_is_shown_in_full(store: Path, call: Any) -> None:
    status, said = call("show", "cccc")
    assert status == 0
    for words in (made.SWEEP, "experiment=strategies 'out=my folder'", "2026-05-04 10:00:00 UTC", "12 points"):
        assert words in said
    assert f"{made.SWEEP}.1.parquet" in said
    assert len(list(store.iterdir())) == 5


def test_a_label_touches_no_file_of_a_run(store: Path, call: Any) -> None:
    before = {path: path.read_bytes() for path in store.iterdir()}
    assert call("label", "20260504", "tender 12")[0] == 0
    assert {path: path.read_bytes() for path in before} == before
    assert "tender 12" in call()[1]
    assert call("show", "tender 12")[1].startswith(f"run         {made.SWEEP}")


def test_prune_says_what_it_would_remove_and_removes_it_when_told(store: Path, call: Any) -> None:
    call("label", made.BASE, "base")
    assert "2 of 4 runs" in call("prune", "keep=1")[1]
    assert "would be removed; yes=true removes them" in call("prune", "keep=1", "yes=false")[1]
    assert len(stored_runs(store)) == 4
    assert "2 of 4 runs" in call("prune", "keep=1", "yes=true")[1]
    assert [run.record.run for run in stored_runs(store)] == [made.CASE, made.BASE]  # one has a label
    assert call("prune", "label=base", "yes=true")[0] == 0
    assert [path.name for path in store.iterdir()] == [f"{made.CASE}.parquet"]


def test_prune_by_age(store: Path, call: Any) -> None:
    assert "0 of 4 runs" in call("prune", "older_than=100000")[1]
    assert "0 of 4 runs" in call("prune", "older_than=0", "keep=4")[1]
    status, said = call("prune", "older_than=0", "yes=true")
    # runs of the day on which this test was written are older than now
    assert (status, "4 of 4 runs" in said) == (0, True)
    assert list(store.iterdir()) == []


def test_check_finds_a_page_that_changed(store: Path, call: Any) -> None:
    assert call("check") == (0, "5 files checked, 0 problems\n")
    path = store / f"{made.BASE}.parquet"
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    status, said = call("check")
    assert status == 1
    assert said.startswith(f"results/store/{made.BASE}.parquet: ")
    assert said.endswith("5 files checked, 1 problems\n")


REFUSED = {
    "lits": "results: unknown action 'lits'; known ['list', 'show', 'label', 'prune', 'check']",
    "show": "results show: takes 1 words without a key, got []",
    "show nobody": "run: no run 'nobody' in the store",
    "show 20260503": "run: '20260503' is 2 runs",
    "label 20260504": "results label: takes 2 words without a key",
    "prune": "results prune: expected older_than=DAYS, keep=N or label=TEXT",
    "prune yes=true": "results prune: expected older_than=DAYS",
    "prune keep=-1": "keep: expected a whole number from 0",
    "prune older_than=soon": "older_than: expected a whole number",
    "prune keep=1 yes=please": "yes: expected true or false, got 'please'",
    "prune seed=1": "seed: unknown key",
    "list store=nowhere": "store: no such folder: 'nowhere'",
}


@pytest.mark.parametrize("words", REFUSED)
def test_bad_words_cost_one_line_and_remove_nothing(words: str, store: Path, call: Any) -> None:
    status, said = call(*words.split())
    assert status == 2
    assert said.startswith(REFUSED[words])
    assert said.count("\n") == 1
    assert len(list(store.iterdir())) == 5


@pytest.mark.slow
def test_a_thousand_runs_are_listed_in_a_second(tmp_path: Path, call: Any) -> None:
    content = add_run(tmp_path, made.rows()).read_bytes()
    for number in range(999):
        run = f"20260503-090000-{number:08x}"
        # names have one length, so that the record may be changed in place
        (tmp_path / f"{run}.parquet").write_bytes(content.replace(made.BASE.encode(), run.encode()))
    begin = time.perf_counter()
    status, said = call(f"store={tmp_path}")
    assert time.perf_counter() - begin < 1.0
    assert (status, "960 more runs" in said) == (0, True)

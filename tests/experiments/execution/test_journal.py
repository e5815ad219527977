"""What is finished is kept: it is not done again, and what is damaged or foreign is not even read."""

from __future__ import annotations

import functools
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pieces import note_and_square, square_or_failure

from experiments.execution import content, journal
from experiments.execution.content import digest, model_fingerprint
from experiments.execution.journal import PIECES, Journal
from sim.caching import cache_files

KEYS = [f"piece {n}" for n in range(6)]


def carried_out(folder: Path, notes: Path, processes: int = 1, **more: Any) -> tuple[list[Any], list[int]]:
    """Return the results of six pieces in a run of that folder, and which of them were done now."""
    notes.unlink(missing_ok=True)
    with Journal(folder, **more):
        work = functools.partial(note_and_square, notes)
        found = list(journal.results("stage", work, range(6), processes, None, KEYS))
    done = sorted(map(int, notes.read_text().split())) if notes.exists() else []
    return found, done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run" / ".unfinished"


@pytest.mark.parametrize("processes", [1, 2])
def test_what_is_kept_is_not_done_again(folder: Path, tmp_path: Path, processes: int) -> None:
    first, done = carried_out(folder, tmp_path / "notes", processes)
    assert done == list(range(6))
    again, done = carried_out(folder, tmp_path / "notes", processes)
    assert done == []
    assert repr(again) == repr(first)
    assert [array.tobytes() for array in again] == [array.tobytes() for array in first]


def test_the_folder_is_the_users_alone(folder: Path, tmp_path: Path) -> None:
    carried_out(folder, tmp_path / "notes")
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob(f"*.{PIECES}")} == {"0o600"}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_without_a_run_nothing_is_kept_and_no_key_is_asked_for() -> None:
    def refuse() -> list[str]:
        raise AssertionError

    assert journal.open_journal() is None
    assert list(journal.results("stage", abs, [-1, 2], 1, None, refuse)) == [1, 2]


@pytest.mark.parametrize("change", ["stage", "key", "sources", "versions"])
def test_another_stage_key_source_or_version_is_done(
    folder: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried_out(folder, tmp_path / "notes")
    if change == "sources":
        monkeypatch.setattr(journal, "sources_hash", lambda: "other")
    if change == "versions":
        monkeypatch.setattr(journal, "program_versions", lambda: {"numpy": "0"})
    keys = [f"other {key}" for key in KEYS] if change == "key" else KEYS
    notes = tmp_path / "again"
    with Journal(folder):
        work = functools.partial(note_and_square, notes)
        list(journal.results("other" if change == "stage" else "stage", work, range(6), 1, None, keys))
    assert len(notes.read_text().split()) == 6


@pytest.mark.parametrize("damage", ["flipped", "truncated", "empty", "another key"])
def test_a_damaged_or_foreign_file_is_dropped_with_one_line(
    folder: Path, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _ = carried_out(folder, tmp_path / "notes")
    for path in folder.rglob(f"*.{PIECES}"):
        whole = path.read_bytes()
        if damage == "another key":
            cache_files.write(path, whole[cache_files._HEAD_BYTES :], cache_files.Cache(folder, bytes(32)))
        else:
            changed = whole[:-1] + bytes([whole[-1] ^ 1])
            path.write_bytes({"flipped": changed, "truncated": whole[:-9], "empty": b""}[damage])
    again, done = carried_out(folder, tmp_path / "notes")
    assert done == list(range(6))
    assert repr(again) == repr(first)
    assert capsys.readouterr().err.count("\n") == 1
    assert carried_out(folder, tmp_path / "notes")[1] == []


def test_a_planted_pickle_runs_nothing(folder: Path, tmp_path: Path) -> None:
    class Planted:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(tmp_path / "planted"),)

    carried_out(folder, tmp_path / "notes")
    evil = pickle.dumps([(digest("x"), False, pickle.dumps(Planted()))])
    (folder / PIECES / f"0.{PIECES}").write_bytes(evil)
    (folder / PIECES / f"1.{PIECES}").write_bytes(pickle.dumps(Planted()))
    _, done = carried_out(folder, tmp_path / "notes")
    assert done == []
    assert not (tmp_path / "planted").exists()


def test_a_piece_is_on_disk_before_the_stage_has_ended(folder: Path) -> None:
    with Journal(folder) as kept:
        results = journal.results("stage", abs, range(3), 1, None, KEYS[:3])
        next(results)
        kept.flush()
        assert len(Journal(folder).where) == 1
        assert list(results) == [1, 2]


def test_failures_are_kept_and_done_again_only_if_asked(folder: Path) -> None:
    def run(bad: int, **more: Any) -> tuple[list[Mapping[str, Any]], int]:
        with Journal(folder, **more) as kept:
            work = functools.partial(square_or_failure, bad)
            return list(journal.results("stage", work, range(3), 1, None, KEYS[:3])), len(kept.failures)

    assert run(1) == ([{"failed": None, "square": 0}, {"failed": "no"}, {"failed": None, "square": 4}], 1)
    assert run(-1)[0][1] == {"failed": "no"}
    assert run(-1, retry_failed=True) == ([{"failed": None, "square": n * n} for n in range(3)], 0)
    assert run(-1)[1] == 0


def test_progress_begins_with_what_is_kept(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    with Journal(folder):
        list(journal.results("stage", abs, range(2), 1, None, KEYS[:2]))
    with Journal(folder):
        list(journal.results("stage", abs, range(5), 1, lambda *counts: told.append(counts), KEYS[:5]))
    assert told == [(2, 5), (3, 5), (4, 5), (5, 5)]


def test_a_place_in_memory_is_no_content() -> None:
    with pytest.raises(TypeError, match="no content"):
        digest(object())
    assert digest("a", 1.0) != digest("a1.0")


def test_a_models_fingerprint_is_of_what_it_does() -> None:
    class Scorer:
        def __init__(self, shift: float) -> None:
            self.shift, self.scale = shift, np.arange(4.0)

        def score(self, manifest: Any) -> Any:
            share = manifest["lead_time_h"] * 0.0 + 0.5 + self.shift
            return manifest.assign(p_hit=share, risk_score=share)

    assert model_fingerprint(Scorer(0.0)) == model_fingerprint(Scorer(0.0))
    assert model_fingerprint(Scorer(0.0)) != model_fingerprint(Scorer(1e-16 * 2))


def test_sources_are_those_of_every_folder_that_decides_results() -> None:
    assert len(content.sources_hash()) == 32
    assert {"sim", "models", "experiments/execution"} <= set(content.DECIDING)

"""Files of a run: whole or not at all, and only below the run's folder."""

from __future__ import annotations

import hashlib
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from experiments.files import OutputFolder, check_writable, settle_folder
from sim.errors import OutputError

ROOT = Path(__file__).parents[2]


def test_files_are_written_and_nothing_else_stays(tmp_path: Path) -> None:
    output = OutputFolder(tmp_path / "a" / "b")
    output.write_text("note.txt", "eins\nzwei\n")
    output.write_json("run.json", {"seed": 1, "out": Path("x")})
    output.write_parquet("metrics.parquet", pd.DataFrame({"wait_mean_min": [1.5, 2.5]}))
    output.write_text("below/deep.txt", "x")
    files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"note.txt", "run.json", "metrics.parquet", "deep.txt"}
    assert (tmp_path / "a/b/note.txt").read_bytes() == b"eins\nzwei\n"
    assert json.loads((tmp_path / "a/b/run.json").read_text()) == {"seed": 1, "out": "x"}
    assert pd.read_parquet(tmp_path / "a/b/metrics.parquet")["wait_mean_min"].tolist() == [1.5, 2.5]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    output = OutputFolder(tmp_path)
    output.write_text("note.txt", "old")

    def fail() -> None:
        with output.file("note.txt") as path:
            path.write_text("half")
            message = "stop"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    assert (tmp_path / "note.txt").read_text() == "old"


def test_a_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("old")
    code = (
        "import os, signal, sys; from pathlib import Path; from experiments.files import OutputFolder\n"
        "with OutputFolder(Path(sys.argv[1])).file('note.txt') as path:\n"
        "    path.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "note.txt").read_text() == "old"


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/tmp/out.txt", "", "."])  # noqa: S108
def test_a_name_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="is not a file name below"):
        OutputFolder(tmp_path / "run").write_text(name, "x")
    assert list(tmp_path.iterdir()) == []


def test_nan_has_no_place_in_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        OutputFolder(tmp_path).write_json("run.json", {"wait": math.nan})
    assert list(tmp_path.iterdir()) == []


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"alternative": ["a", "b"], "trucks": [1, 2]})
    output = OutputFolder(tmp_path)
    first = output.write_parquet("a.parquet", frame).read_bytes()
    assert output.write_parquet("b.parquet", frame.copy()).read_bytes() == first


def test_a_good_folder_passes_and_stays_unmade(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "deeper")
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is not a folder"):
        check_writable(tmp_path / "file")
    with pytest.raises(OutputError, match="is not a folder"):
        check_writable(tmp_path / "file" / "below")
    with pytest.raises(OutputError, match="cannot write to"):
        check_writable(Path("/proc/throughgate/results"))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_locked_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        check_writable(tmp_path / "locked" / "results")


@pytest.fixture
def earlier(tmp_path: Path) -> OutputFolder:
    """Return a folder in which a run before this one left four files, and the user one."""
    output = OutputFolder(tmp_path)
    for name in ("run.json", "ledger.parquet", "tables/costs.csv", "report.html"):
        output.write_text(name, "old")
    settle_folder(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    return output


def names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_folder_used_again_loses_what_only_the_run_before_wrote(earlier: OutputFolder) -> None:
    (earlier.folder / "report.html").write_text("old, and changed by the user")
    earlier.write_text("run.json", "new")
    assert settle_folder(earlier.folder) == [
        f"Written over in {earlier.folder}, of the run before: run.json",
        f"Removed from {earlier.folder}, of the run before: ledger.parquet, tables/costs.csv",
        f"Left in {earlier.folder}, not of this run: notes.txt, report.html",
    ]
    assert names_in(earlier.folder) == [".written", "notes.txt", "report.html", "run.json"]
    assert not (earlier.folder / "tables").exists()


def test_a_run_written_over_is_said_even_where_nothing_else_is_left(tmp_path: Path) -> None:
    output, names = OutputFolder(tmp_path), ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv"]
    for name in names:
        output.write_text(name, "old")
    assert settle_folder(tmp_path) == []
    for name in names:
        output.write_text(name, "new")
    (line,) = settle_folder(tmp_path)
    assert line == f"Written over in {tmp_path}, of the run before: a.csv, b.csv, c.csv, 2 more"


def test_what_no_record_names_is_never_removed(earlier: OutputFolder) -> None:
    (earlier.folder / ".written").unlink()
    earlier.write_text("run.json", "new")
    assert settle_folder(earlier.folder) == [
        f"Left in {earlier.folder}, not of this run: ledger.parquet, notes.txt, report.html"
    ]


def test_a_record_that_points_elsewhere_removes_nothing(earlier: OutputFolder, tmp_path: Path) -> None:
    other = tmp_path.parent / f"{tmp_path.name}-other.txt"
    other.write_text("old")
    record = {f"../{other.name}": hashlib.sha256(b"old").hexdigest()}
    (tmp_path / ".written").write_text(json.dumps(record))
    earlier.write_text("run.json", "new")
    settle_folder(tmp_path)
    assert other.read_text() == "old"


def test_a_run_that_wrote_nothing_clears_nothing(earlier: OutputFolder) -> None:
    before = names_in(earlier.folder)
    assert settle_folder(earlier.folder) == []
    assert names_in(earlier.folder) == before

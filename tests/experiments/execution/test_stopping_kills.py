"""Kills at any moment: no process stays, nothing finished is lost, and the tables are those of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import kills
import pytest

from experiments.execution.run_folder import HIDDEN, NOTE, folder_state

BACKENDS = {"loky 1": ("processes=1",), "loky 2": ("processes=2",), "dask": ("processes=2", "backend=dask")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """Return the tables of a run that nothing disturbs, and how many seconds it takes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    kills.run_whole(folder, "compare", *kills.STUDY, "processes=2", "out=first")
    seconds = kills.run_whole(folder, "compare", *kills.STUDY, "processes=2", "out=out")
    return kills.tables(folder / "out"), seconds


@pytest.mark.parametrize("how", BACKENDS.values(), ids=BACKENDS)
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, how: tuple[str, ...], undisturbed: tuple[dict[str, bytes], float]
) -> None:
    process = kills.start(tmp_path, "compare", *kills.STUDY, "out=out", *how)
    kills.wait_until(lambda: kills.kept_files(tmp_path / "out") or process.poll() is not None)
    kills.kill_session(process)
    assert kills.session(process.pid) == {}
    state = folder_state(tmp_path / "out")
    assert state.state == "interrupted"
    assert "throughgate compare resume=out" in (tmp_path / "out" / NOTE).read_text()
    kills.go_on(tmp_path, how)
    assert kills.tables(tmp_path / "out") == undisturbed[0]
    files = {path for path in (tmp_path / "out").iterdir() if path.name != ".written"}
    assert {path.suffix for path in files} == {".parquet", ".html", ".json"}


@pytest.mark.parametrize("how", BACKENDS.values(), ids=BACKENDS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_and_says_how_to_go_on(
    tmp_path: Path, how: tuple[str, ...], number: signal.Signals
) -> None:
    process = kills.start(tmp_path, "compare", *kills.STUDY, "out=out", *how)
    kills.wait_until(lambda: kills.kept_files(tmp_path / "out") or process.poll() is not None)
    os.kill(process.pid, number)
    kills.wait_until(lambda: process.poll() is not None)
    assert process.returncode == 128 + number
    kills.wait_until(lambda: not kills.session(process.pid))
    last = (tmp_path / "said.txt").read_text().splitlines()[-1]
    assert last == "interrupted; resume with: throughgate compare resume=out"


@pytest.mark.parametrize("after_s", [0.15, 0.4, 1.0])
def test_a_signal_during_the_start_costs_one_line(tmp_path: Path, after_s: float) -> None:
    process = kills.start(tmp_path, "compare", *kills.STUDY, "out=out")
    time.sleep(after_s)
    os.kill(process.pid, signal.SIGTERM)
    process.wait(kills.PATIENCE_S)
    assert kills.session(process.pid) == {}
    # before the program has begun, Python knows nothing of its signals
    said = (tmp_path / "said.txt").read_text().splitlines()
    assert process.returncode in (143, -signal.SIGTERM)
    assert len(said) == (process.returncode == 143)


@pytest.mark.parametrize("how", [BACKENDS["loky 2"], BACKENDS["dask"]], ids=["loky 2", "dask"])
def test_workers_end_with_a_program_that_is_killed_alone(tmp_path: Path, how: tuple[str, ...]) -> None:
    process = kills.start(tmp_path, "compare", *kills.STUDY, "out=out", *how)
    kills.wait_until(lambda: kills.kept_files(tmp_path / "out") or process.poll() is not None)
    assert len(kills.session(process.pid)) > 1
    process.kill()
    process.wait()
    kills.wait_until(lambda: not kills.session(process.pid), 10.0)


@pytest.mark.parametrize("how", [BACKENDS["loky 2"], BACKENDS["dask"]], ids=["loky 2", "dask"])
def test_a_killed_worker_costs_nothing_but_time(
    tmp_path: Path, how: tuple[str, ...], undisturbed: tuple[dict[str, bytes], float]
) -> None:
    process = kills.start(tmp_path, "compare", *kills.STUDY, "out=out", *how)
    kills.wait_until(lambda: kills.kept_files(tmp_path / "out") or process.poll() is not None)
    _kill_a_worker(process.pid)
    assert process.wait(kills.PATIENCE_S) == 0, (tmp_path / "said.txt").read_text()
    assert kills.tables(tmp_path / "out") == undisturbed[0]


def _kill_a_worker(leader: int) -> None:
    words = ("dask_worker", "LokyProcess", "popen_loky")
    workers = [number for number, line in kills.session(leader).items() if any(word in line for word in words)]
    os.kill(workers[-1], signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_twenty_kills_at_random_moments(
    tmp_path: Path, number: int, undisturbed: tuple[dict[str, bytes], float]
) -> None:
    tables, seconds = undisturbed
    how = list(BACKENDS.values())[number % 3]
    chance = random.Random(number)  # noqa: S311
    process = kills.start(tmp_path, "compare", *kills.STUDY, "out=out", *how)
    time.sleep(chance.uniform(0.2, seconds))
    if number % 5 == 4 and len(kills.session(process.pid)) > 2:
        _kill_a_worker(process.pid)
        assert process.wait(kills.PATIENCE_S) == 0, (tmp_path / "said.txt").read_text()
    else:
        kills.kill_session(process)
        assert kills.session(process.pid) == {}
        kills.go_on(tmp_path, how)
    assert kills.tables(tmp_path / "out") == tables
    assert not (tmp_path / "out" / HIDDEN).exists()

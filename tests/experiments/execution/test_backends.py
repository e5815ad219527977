"""Pieces on a Dask cluster: in order, by workers of this program alone, whoever is killed meanwhile."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pieces import fail_at, sleep_and_square

from experiments.cli import main
from experiments.execution import backends, parallel
from experiments.execution.backends import Dask, connected
from experiments.execution.content import sources_hash

ROOT = Path(__file__).parents[3]
PATIENCE_S = 1200.0
SMALL = ("policy=no_referral", "replications=2", "days=1", "bottleneck=false", "robustness.draws=0")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Dask]:
    """Return a cluster of this machine with two workers, which find the pieces of tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'tests'}")
        with connected(["backend=dask", "processes=2"]) as backend:
            assert isinstance(backend, Dask)
            yield backend


def until(cluster: Dask, enough: Callable[[list[int]], object]) -> list[int]:
    """Return the processes that made squares, until there are enough of them; the squares come in order."""
    made: list[int] = []
    work = functools.partial(sleep_and_square, 0.02)
    begun = time.monotonic()
    for number, (square, process) in enumerate(parallel.results(work, range(100_000), 2, backend=cluster)):
        assert square == number * number
        assert time.monotonic() < begun + PATIENCE_S
        made.append(process)
        if enough(made):
            break
    return made


def test_results_come_in_order_and_are_kept(cluster: Dask) -> None:
    kept: dict[int, object] = {}
    work = functools.partial(sleep_and_square, 0.01)
    found = list(parallel.results(work, range(40), 2, backend=cluster, keep=kept.__setitem__))
    assert [square for square, _ in found] == [n * n for n in range(40)]
    assert os.getpid() not in {process for _, process in found}
    assert kept == dict(enumerate(found))


def test_all_workers_work(cluster: Dask) -> None:
    until(cluster, lambda made: len(set(made)) == 2)
    assert parallel.workers_at_work() == 2


def test_an_error_of_a_piece_is_raised_and_the_cluster_serves_on(cluster: Dask) -> None:
    with pytest.raises(ValueError, match="piece 3"):
        list(parallel.results(functools.partial(fail_at, bad=3), range(8), 2, backend=cluster))
    assert list(parallel.results(abs, [-1, 2], 2, backend=cluster)) == [1, 2]
    assert list(parallel.results(abs, [], 2, backend=cluster)) == []


def test_whoever_stops_reading_leaves_nothing_running(cluster: Dask) -> None:
    for square, _ in parallel.results(functools.partial(sleep_and_square, 0.05), range(1000), 2, backend=cluster):
        if square >= 4:
            break
    begun = time.monotonic()
    assert list(parallel.results(abs, [-1], 2, backend=cluster)) == [1]
    assert time.monotonic() - begun < 10.0


def test_a_killed_worker_and_one_that_joins(cluster: Dask, tmp_path: Path) -> None:
    joined = backends._start_worker(cluster.client.cluster.scheduler_address, str(tmp_path))
    killed: list[int] = []

    def enough(made: list[int]) -> bool:
        if len(made) >= 20 and not killed and made[-1] != joined.pid:
            os.kill(made[-1], signal.SIGKILL)
            killed.append(made[-1])
        return bool(killed) and made[-1] == joined.pid

    try:
        until(cluster, enough)
    finally:
        joined.kill()
        joined.wait()


def test_a_worker_of_other_sources_is_refused_by_name(
    cluster: Dask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("sim", "models", "configs", "experiments"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "sim" / "errors.py").open("a") as file:
        file.write("# another version\n")
    address = cluster.client.cluster.scheduler_address
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT / 'tests'}")
        patch.chdir(tmp_path)
        stranger = backends._start_worker(address, str(tmp_path))
    try:
        made = until(cluster, lambda _made: cluster.refused)
        assert stranger.pid not in made
        line = capsys.readouterr().err
        assert line.startswith("worker tcp://127.0.0.1:")
        assert f"{sources_hash()[:8]} here" in line
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({}, "python: None there"),
        ({"numpy": "1.0"}, "numpy: 1.0 there, "),
        (ModuleNotFoundError("No module named 'experiments'"), "throughgate cannot be used there"),
    ],
)
def test_what_differs_at_a_worker_is_named(answer: object, problem: str) -> None:
    whole = backends._program() | answer if answer and isinstance(answer, dict) else answer
    assert problem in backends._difference(whole)
    assert backends._difference(backends._program()) == ""


Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Return a function that runs a command line that is refused, and returns its one line."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> str:
        assert main(["run", *SMALL, *argv]) == 2
        screen = capsys.readouterr()
        assert (screen.out, screen.err.count("\n")) == ("", 1)
        assert list(tmp_path.iterdir()) == []
        return screen.err

    return run


def test_a_scheduler_that_does_not_answer_costs_one_line(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "CONNECT_S", 1)
    line = refused("backend=dask", "backend.address=tcp://127.0.0.1:9")
    assert line.startswith("backend.address: no scheduler answers at 'tcp://127.0.0.1:9' within 1 s")


def test_a_cluster_whose_worker_runs_another_program_is_refused_before_anything(
    refused: Refused, cluster: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "_difference", lambda _answer: "numpy: 1.0 there, 2.4 here")
    line = refused("backend=dask", f"backend.address={cluster.client.cluster.scheduler_address}")
    assert "is refused: numpy: 1.0 there, 2.4 here" in line


def test_bad_settings_of_the_backend_cost_one_line(refused: Refused) -> None:
    assert "backend: no option 'ray'; known ['dask', 'loky']" in refused("backend=ray")
    assert "only backend=dask has an address" in refused("backend.address=tcp://127.0.0.1:1")
    assert "expected tcp://HOST:PORT" in refused("backend=dask", "backend.address=127.0.0.1")


def test_without_dask_the_extra_is_named(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert 'needs the packages of the extra "cluster"' in refused("backend=dask")


def test_workers_of_this_machine_end_with_the_block() -> None:
    with connected(["backend=dask", "processes=1"]) as backend:
        assert isinstance(backend, Dask)
        assert list(parallel.results(abs, [-1, 2], 1, backend=backend)) == [1, 2]
    said = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args"], capture_output=True, text=True, check=False)
    address = backend.client.scheduler.address if backend.client.scheduler else "none"
    assert address not in said.stdout

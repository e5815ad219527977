from __future__ import annotations

import functools
import os
import time

import pytest
from pieces import fail_at, square_and_process

from experiments.execution.parallel import run_pieces, start_workers


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_come_in_the_order_of_the_pieces(processes: int) -> None:
    pieces = [functools.partial(square_and_process, n) for n in range(9)]
    found = list(run_pieces(pieces, processes))
    assert [square for square, _ in found] == [n * n for n in range(9)]


def test_the_process_that_asks_works_too_and_the_others_as_well() -> None:
    start_workers(2, functools.partial(int, 0))
    list(run_pieces([functools.partial(square_and_process, n) for n in range(2)], 2))
    pieces = [functools.partial(square_and_process, n) for n in range(20)]
    workers = {process for _, process in run_pieces(pieces, 2)}
    assert os.getpid() in workers
    assert len(workers) >= 2


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(run_pieces([], 2)) == []


@pytest.mark.parametrize("bad", [0, 1, 5])
def test_an_error_comes_out_wherever_it_happened(bad: int) -> None:
    pieces = [functools.partial(fail_at, n, bad) for n in range(8)]
    with pytest.raises(ValueError, match=f"piece {bad}"):
        list(run_pieces(pieces, 2))
    assert list(run_pieces([functools.partial(fail_at, n, -1) for n in range(3)], 2)) == [0, 1, 2]


def test_whoever_stops_reading_leaves_nothing_running() -> None:
    pieces = [functools.partial(square_and_process, n) for n in range(1000)]
    begun = time.perf_counter()
    for square, _ in run_pieces(pieces, 2):
        if square >= 4:
            break
    assert time.perf_counter() - begun < 5.0


def test_processes_called_up_serve_whoever_comes_next() -> None:
    start_workers(2, functools.partial(int, 0))
    assert list(run_pieces([functools.partial(fail_at, n, -1) for n in range(4)], 2)) == [0, 1, 2, 3]
    start_workers(3, functools.partial(int, 0))
    assert list(run_pieces([functools.partial(fail_at, n, -1) for n in range(4)], 2)) == [0, 1, 2, 3]

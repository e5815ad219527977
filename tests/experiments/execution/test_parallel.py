from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from pieces import fail_at, square_and_process

from experiments.execution.parallel import Done, InProcess, Keep, Piece, results, start_workers


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_come_in_the_order_of_the_pieces(processes: int) -> None:
    told: list[tuple[int, int]] = []
    found = list(results(square_and_process, range(9), processes, lambda *counts: told.append(counts)))
    assert told == [(n, 9) for n in range(1, 10)]
    assert [square for square, _ in found] == [n * n for n in range(9)]


def test_the_process_that_asks_works_too_and_the_others_as_well() -> None:
    start_workers(2, functools.partial(int, 0))
    list(results(square_and_process, range(2), 2))
    workers = {process for _, process in results(square_and_process, range(20), 2)}
    assert os.getpid() in workers
    assert len(workers) >= 2


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(results(abs, [], 2)) == []


@pytest.mark.parametrize("bad", [0, 1, 5])
def test_an_error_comes_out_wherever_it_happened(bad: int) -> None:
    with pytest.raises(ValueError, match=f"piece {bad}"):
        list(results(functools.partial(fail_at, bad=bad), range(8), 2))
    assert list(results(functools.partial(fail_at, bad=-1), range(3), 2)) == [0, 1, 2]


def test_whoever_stops_reading_leaves_nothing_running() -> None:
    begun = time.perf_counter()
    for square, _ in results(square_and_process, range(1000), 2):
        if square >= 4:
            break
    assert time.perf_counter() - begun < 5.0


def test_processes_called_up_serve_whoever_comes_next() -> None:
    start_workers(2, functools.partial(int, 0))
    assert list(results(functools.partial(fail_at, bad=-1), range(4), 2)) == [0, 1, 2, 3]
    start_workers(3, functools.partial(int, 0))
    assert list(results(functools.partial(fail_at, bad=-1), range(4), 2)) == [0, 1, 2, 3]


def test_another_backend_takes_the_place_of_both() -> None:
    asked: list[int] = []

    class Backwards:
        def results(
            self, function: Callable[[Piece], Done], pieces: Sequence[Piece], keep: Keep | None = None
        ) -> Iterator[Done]:
            del keep
            asked.append(len(pieces))
            made = [function(piece) for piece in reversed(pieces)]
            return reversed(made)

    assert list(results(abs, [-1, 2, -3], 2, backend=Backwards())) == [1, 2, 3]
    assert asked == [3]
    assert [process for _, process in results(square_and_process, range(3), 2, backend=InProcess())] == [
        os.getpid()
    ] * 3

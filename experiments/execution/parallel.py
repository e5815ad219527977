"""An ordered stream of results from independent pieces of work, on one process or several.

The process that asks does not wait for others: it works too, so that what it has made already (the
trucks of a window, plans, compiled code) serves at once, and two processes cost one start-up.
Every piece has a process of its own choice (piece i belongs to process i modulo their number), so
that what a process keeps of a window is met again; who is done early takes from the others.
"""

from __future__ import annotations

import collections
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from experiments.execution import stopping

Piece = TypeVar("Piece")
Done = TypeVar("Done")
Progress = Callable[[int, int], None]
"""Told (pieces done, pieces in all)."""
Keep = Callable[[int, Any], None]
"""Told (place of a piece, its result), from any thread."""
IDLE_S = 300
"""A process that has had nothing to do for so long ends."""
TRIES: Final = 3
"""Times that a piece is tried whose process is killed."""


class Backend(Protocol):
    """What carries pieces out: results in the order of the pieces, wherever they are made.

    An error of a piece is raised where its result, or an earlier one, is waited for. Whoever stops
    reading leaves nothing behind that still runs.
    """

    def results(
        self, function: Callable[[Piece], Done], pieces: Sequence[Piece], keep: Keep | None = None
    ) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece, in order; ``keep`` is told each as soon as it is done."""
        ...


class InProcess:
    """One piece after the other, in this process."""

    def results(
        self, function: Callable[[Piece], Done], pieces: Sequence[Piece], keep: Keep | None = None
    ) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece as it is asked for."""
        for place, piece in enumerate(pieces):
            result = function(piece)
            if keep is not None:
                keep(place, result)
            yield result


@dataclass(frozen=True, slots=True)
class Loky:
    """The process that asks, and ``processes - 1`` others that stay for the next pieces."""

    processes: int

    def results(
        self, function: Callable[[Piece], Done], pieces: Sequence[Piece], keep: Keep | None = None
    ) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece as soon as those before it are there."""
        return _Pieces(function, pieces, min(self.processes, len(pieces)), keep).results()


def results(
    function: Callable[[Piece], Done],
    pieces: Iterable[Piece],
    processes: int,
    progress: Progress | None = None,
    backend: Backend | None = None,
    keep: Keep | None = None,
) -> Iterator[Done]:
    """Yield ``function(piece)`` of every piece, in the order of the pieces.

    ``function`` is of a module, with its arguments (``functools.partial``), and what it gives must not depend on the
    process that runs it; ``pieces`` can be pickled; ``processes`` count this one. The ``backend`` is `Loky` on several
    processes and `InProcess` on one, if left out. ``keep`` is told (place of a piece, its result) as soon as it is
    done, from any thread.

    Examples
    --------
    >>> list(results(abs, [-1, 2, -3], processes=1))
    [1, 2, 3]
    """
    listed = list(pieces)
    many = min(processes, len(listed))
    note_workers(max(many, 1))
    chosen = backend or (Loky(many) if many > 1 else InProcess())
    for number, result in enumerate(chosen.results(function, listed, keep), 1):
        if progress is not None:
            progress(number, len(listed))
        yield result


def start_workers(processes: int, prepare: Callable[[], object]) -> None:
    """Start the other processes now, and have each of them do ``prepare`` while nobody waits."""
    if processes > 1:
        others = _others(processes - 1)
        with stopping.signals_withheld():
            for _ in range(processes - 1):
                others.submit(prepare)


class _Pieces(Generic[Piece, Done]):
    def __init__(
        self, function: Callable[[Piece], Done], pieces: Sequence[Piece], processes: int, keep: Keep | None
    ) -> None:
        self.function, self.pieces, self.keep = function, pieces, keep
        self.todo = [collections.deque(range(mine, len(pieces), processes)) for mine in range(processes)]
        self.done: dict[int, Done] = {}
        self.failed: list[BaseException] = []
        self.changed = threading.Condition()

    def results(self) -> Iterator[Done]:
        """Work on pieces here, and yield every result as soon as those before it are there."""
        feeders = [threading.Thread(target=self._feed, args=(mine,), daemon=True) for mine in range(1, len(self.todo))]
        for feeder in feeders:
            feeder.start()
        given = 0
        try:
            while given < len(self.pieces):
                own = self._next(0)
                if own is not None:
                    self._keep(own, self.function(self.pieces[own]))
                while given < len(self.pieces) and (own is None or given in self.done):
                    yield self._wait_for(given)
                    given += 1
        finally:
            # whoever stops here, by choice or by an error, leaves nothing behind that still runs
            for deque in self.todo:
                deque.clear()
            for feeder in feeders:
                feeder.join()

    def _feed(self, worker: int) -> None:
        try:
            while (piece := self._next(worker)) is not None:
                self._keep(piece, self._elsewhere(piece))
        # It is raised again where the results are awaited.
        except BaseException as error:
            with self.changed:
                self.failed.append(error)
                self.changed.notify_all()

    def _elsewhere(self, piece: int) -> Done:
        """Return what another process makes of a piece; a process that is killed costs another try."""
        for left in reversed(range(TRIES)):
            try:
                result: Done = _others(len(self.todo) - 1).submit(self.function, self.pieces[piece]).result()
            except BrokenExecutor:
                if not left or stopping.is_stopping():
                    raise
            else:
                return result
        raise AssertionError

    def _next(self, worker: int) -> int | None:
        """Return the next piece of one's own, or the last of whoever has most left."""
        with self.changed:
            if self.todo[worker]:
                return self.todo[worker].popleft()
            longest = max(self.todo, key=len)
            return longest.pop() if longest else None

    def _keep(self, piece: int, result: Done) -> None:
        if self.keep is not None:
            self.keep(piece, result)
        with self.changed:
            self.done[piece] = result
            self.changed.notify_all()

    def _wait_for(self, piece: int) -> Done:
        with self.changed:
            self.changed.wait_for(lambda: piece in self.done or self.failed)
            if self.failed:
                raise self.failed[0]
            return self.done.pop(piece)


_AT_WORK = [1]


def note_workers(n_workers: int) -> None:
    """Note how many processes or workers are at work now, for whoever shows progress."""
    _AT_WORK[0] = n_workers


def workers_at_work() -> int:
    """Return how many processes or workers are at work now."""
    return _AT_WORK[0]


def _begin_worker(parent: int) -> None:
    """Make this process a worker that keeps what it draws: loky would end one that has grown by 300 MB."""
    from joblib.externals.loky import process_executor

    process_executor._USE_PSUTIL = False
    stopping.serve(parent)


_MOST = [0]
"""The most processes that were asked for so far: a pool that shrinks would wait for its work."""
_POOL: Final[list[Any]] = []
_POOL_LOCK: Final = threading.Lock()


def _others(n_processes: int) -> Any:  # noqa: ANN401
    # Late: a study on one process needs none of it.
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.backend import resource_tracker

    with _POOL_LOCK, warnings.catch_warnings():
        _MOST[0] = max(_MOST[0], n_processes)
        warnings.filterwarnings("ignore", message="Trying to resize an executor")
        # where it starts, it lets the signals of its thread through again, which workers are not to get
        resource_tracker.ensure_running()
        if threading.current_thread() is not threading.main_thread():
            signal.pthread_sigmask(signal.SIG_BLOCK, stopping.SIGNALS)
        pool = get_reusable_executor(
            max_workers=_MOST[0], timeout=IDLE_S, initializer=_begin_worker, initargs=(os.getpid(),)
        )
        _POOL[:] = [pool]
        return pool


def _kill_others() -> None:
    for pool in _POOL:
        for process in tuple(getattr(pool, "_processes", None) or ()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


stopping.at_stop.append(_kill_others)

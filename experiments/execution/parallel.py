"""An ordered stream of results from independent pieces of work, on one process or several.

The process that asks does not wait for others: it works too, so that what it has made already (the
trucks of a window, plans, compiled code) serves at once, and two processes cost one start-up.
Every piece has a process of its own choice (piece i belongs to process i modulo their number), so
that what a process keeps of a window is met again; who is done early takes from the others.
"""

from __future__ import annotations

import collections
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")
Progress = Callable[[int, int], None]
"""Told (pieces done, pieces in all)."""
IDLE_S = 300
"""A process that has had nothing to do for so long ends."""


class Backend(Protocol):
    """What carries pieces out: results in the order of the pieces, wherever they are made.

    An error of a piece is raised where its result, or an earlier one, is waited for. Whoever stops
    reading leaves nothing behind that still runs.
    """

    def results(self, function: Callable[[Piece], Done], pieces: Sequence[Piece]) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece, in order."""
        ...


class InProcess:
    """One piece after the other, in this process."""

    def results(self, function: Callable[[Piece], Done], pieces: Sequence[Piece]) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece as it is asked for."""
        return map(function, pieces)


@dataclass(frozen=True, slots=True)
class Loky:
    """The process that asks, and ``processes - 1`` others that stay for the next pieces."""

    processes: int

    def results(self, function: Callable[[Piece], Done], pieces: Sequence[Piece]) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece as soon as those before it are there."""
        return _Pieces(function, pieces, self.processes).results()


def results(
    function: Callable[[Piece], Done],
    pieces: Iterable[Piece],
    processes: int,
    progress: Progress | None = None,
    backend: Backend | None = None,
) -> Iterator[Done]:
    """Yield ``function(piece)`` of every piece, in the order of the pieces.

    ``function`` is of a module, with its arguments (``functools.partial``), and what it gives must not depend on the
    process that runs it; ``pieces`` can be pickled; ``processes`` count this one. The ``backend`` is `Loky` on several
    processes and `InProcess` on one, if left out.

    Examples
    --------
    >>> list(results(abs, [-1, 2, -3], processes=1))
    [1, 2, 3]
    """
    listed = list(pieces)
    many = min(processes, len(listed))
    chosen = backend or (Loky(many) if many > 1 else InProcess())
    for number, result in enumerate(chosen.results(function, listed), 1):
        if progress is not None:
            progress(number, len(listed))
        yield result


def start_workers(processes: int, prepare: Callable[[], object]) -> None:
    """Start the other processes now, and have each of them do ``prepare`` while nobody waits."""
    if processes > 1:
        others = _others(processes - 1)
        for _ in range(processes - 1):
            others.submit(prepare)


class _Pieces(Generic[Piece, Done]):
    def __init__(self, function: Callable[[Piece], Done], pieces: Sequence[Piece], processes: int) -> None:
        self.function, self.pieces = function, pieces
        self.todo = [collections.deque(range(mine, len(pieces), processes)) for mine in range(processes)]
        self.done: dict[int, Done] = {}
        self.failed: list[BaseException] = []
        self.changed = threading.Condition()

    def results(self) -> Iterator[Done]:
        """Work on pieces here, and yield every result as soon as those before it are there."""
        others = _others(len(self.todo) - 1)
        feeders = [
            threading.Thread(target=self._feed, args=(mine, others), daemon=True) for mine in range(1, len(self.todo))
        ]
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

    def _feed(self, worker: int, executor: Any) -> None:  # noqa: ANN401
        try:
            while (piece := self._next(worker)) is not None:
                self._keep(piece, executor.submit(self.function, self.pieces[piece]).result())
        # It is raised again where the results are awaited.
        except BaseException as error:
            with self.changed:
                self.failed.append(error)
                self.changed.notify_all()

    def _next(self, worker: int) -> int | None:
        """Return the next piece of one's own, or the last of whoever has most left."""
        with self.changed:
            if self.todo[worker]:
                return self.todo[worker].popleft()
            longest = max(self.todo, key=len)
            return longest.pop() if longest else None

    def _keep(self, piece: int, result: Done) -> None:
        with self.changed:
            self.done[piece] = result
            self.changed.notify_all()

    def _wait_for(self, piece: int) -> Done:
        with self.changed:
            self.changed.wait_for(lambda: piece in self.done or self.failed)
            if self.failed:
                raise self.failed[0]
            return self.done.pop(piece)


_MOST = [0]
"""The most processes that were asked for so far: a pool that shrinks would wait for its work."""


def _others(n_processes: int) -> Any:  # noqa: ANN401
    # Late: a study on one process needs none of it.
    from joblib.externals.loky import get_reusable_executor

    _MOST[0] = max(_MOST[0], n_processes)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Trying to resize an executor")
        return get_reusable_executor(max_workers=_MOST[0], timeout=IDLE_S)

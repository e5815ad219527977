"""What a long run has finished, kept on disk at once, so that a run that was stopped goes on.

Every long verb has its independent pieces carried out by

    results(stage, function, pieces, processes, progress, keys) -> results in the order of the pieces

``stage`` names the step, ``keys`` hold for each piece a text that decides its result: content of the
scenario, window (with its seed), fingerprint of the fitted model (see `experiments.execution.content`).
While a run is open (`experiments.execution.run_folder`), what is finished is kept in its folder under
a hash of the sources and versions, the stage and the key; what is kept is not done again. A result
with a true ``failed`` (attribute or key of a mapping) is kept as a failure: the run goes on, its
folder stays marked, and ``retry=failed`` does it again. Without an open run nothing is kept.

Finished pieces are pickled and written about once a second, several to a file: a hidden file with a
keyed checksum (`sim.caching.cache_files`) that then takes its name, so that a file is whole or is not
there. The checksum is verified before a byte of it is unpickled. A file that is damaged or was
written with another key is dropped with one line, and its pieces are done again.
"""

from __future__ import annotations

import functools
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from experiments.execution import parallel
from experiments.execution.content import digest, program_versions, sources_hash
from experiments.execution.parallel import Done, Piece, Progress
from sim.caching import cache_files
from sim.caching.cache_files import Cache
from sim.caching.private_files import CacheError, make_folder

Keys = Sequence[str] | Callable[[], Sequence[str]]
FLUSH_S: Final = 1.0
"""Seconds after which what is finished is on disk."""
FLUSH_BYTES: Final = 32_000_000
"""Finished pieces that are written whatever the time."""
PIECES: Final = "pieces"
"""Folder of the files, and their ending."""


def results(
    stage: str,
    function: Callable[[Piece], Done],
    pieces: Iterable[Piece],
    processes: int,
    progress: Progress | None,
    keys: Keys,
) -> Iterator[Done]:
    """Yield ``function(piece)`` of every piece, in order; of those that are kept, what is kept.

    Parameters
    ----------
    stage : str
        Name of the step, the same in every run.
    function, pieces, processes, progress
        See `experiments.execution.parallel.results`.
    keys : sequence of str, or callable
        For each piece, what decides its result; a callable is asked only if pieces are kept.
    """
    if not _OPEN:
        return parallel.results(function, pieces, processes, progress)
    return _OPEN[-1].results(stage, function, pieces, processes, progress, keys)


def open_journal() -> Journal | None:
    """Return the journal of the run that is open in this process."""
    return _OPEN[-1] if _OPEN else None


_OPEN: Final[list[Journal]] = []


class Journal:
    """The finished pieces of one run, in a folder that is the user's alone.

    Parameters
    ----------
    folder : Path
        Made, mode 0700.
    retry_failed : bool
        Whether pieces that are kept as failures are done again.
    backend : Backend, optional
        What carries pieces out; see `experiments.execution.parallel.results`.
    """

    def __init__(self, folder: Path, *, retry_failed: bool = False, backend: parallel.Backend | None = None) -> None:
        self.folder, self.retry_failed, self.backend = folder.absolute(), retry_failed, backend
        self.files = Cache(self.folder, cache_files.cache().key)
        make_folder(self.folder / PIECES, self.folder)
        self.where: dict[str, tuple[Path, int]] = {}
        """The file that keeps a piece, and the place in it, by the piece's name."""
        self.failures: set[str] = set()
        self.has_kept = False
        """Whether this process has kept a piece."""
        self._waiting: list[tuple[str, bool, bytes]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._read = functools.lru_cache(maxsize=4)(self._content)
        self._begin()
        self._writer = threading.Thread(target=self._write_on, daemon=True)

    def __enter__(self) -> Journal:
        _OPEN.append(self)
        self._writer.start()
        return self

    def __exit__(self, *_: object) -> None:
        _OPEN.remove(self)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._writer.join()
        self.flush()

    def results(
        self,
        stage: str,
        function: Callable[[Piece], Done],
        pieces: Iterable[Piece],
        processes: int,
        progress: Progress | None,
        keys: Keys,
    ) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece, in order; see `results`."""
        listed = list(pieces)
        deciding = digest(sources_hash(), sorted(program_versions().items()), stage)
        names = [digest(deciding, key) for key in (keys() if callable(keys) else keys)]
        kept = {place: self.where[name] for place, name in enumerate(names) if self._is_kept(name)}
        todo = [place for place in range(len(listed)) if place not in kept]
        if progress is not None:
            progress(len(kept), len(listed))

        def keep(place: int, result: Done) -> None:
            self.keep(names[todo[place]], result)

        fresh = parallel.results(
            function, [listed[place] for place in todo], processes, _after(progress, len(kept)), self.backend, keep
        )
        for place, _ in enumerate(listed):
            if place not in kept:
                yield next(fresh)
            else:
                path, at = kept[place]
                yield pickle.loads(self._read(path)[at][2])  # noqa: S301  verified by `_content`
        next(fresh, None)

    def keep(self, name: str, result: object) -> None:
        """Keep what a piece has given; it is on disk within `FLUSH_S`."""
        failed = bool(result.get("failed") if isinstance(result, Mapping) else getattr(result, "failed", False))
        content = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        with self._changed:
            self.has_kept = True
            if failed:
                self.failures.add(name)
            else:
                self.failures.discard(name)
            self._waiting.append((name, failed, content))
            self._changed.notify_all()

    def flush(self) -> None:
        """Write all that is finished."""
        with self._changed:
            waiting, self._waiting = self._waiting, []
        if waiting:
            path = self.folder / PIECES / f"{time.time_ns():020d}-{os.getpid()}.{PIECES}"
            cache_files.write(path, pickle.dumps(waiting, protocol=pickle.HIGHEST_PROTOCOL), self.files)

    def _write_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                self._changed.wait_for(self._is_urgent, timeout=FLUSH_S)
            self.flush()

    def _is_urgent(self) -> bool:
        return self._closed or sum(len(content) for _, _, content in self._waiting) > FLUSH_BYTES

    def _is_kept(self, name: str) -> bool:
        return name in self.where and not (self.retry_failed and name in self.failures)

    def _begin(self) -> None:
        """Read what earlier processes have kept; what cannot be used is dropped with one line."""
        dropped = 0
        for path in sorted((self.folder / PIECES).iterdir()):
            try:
                content = self._content(path)
            except (CacheError, OSError):
                dropped += not path.name.endswith(".tmp")
                path.unlink()
                continue
            for place, (name, failed, _) in enumerate(content):
                self.where[name] = (path, place)
                (self.failures.add if failed else self.failures.discard)(name)
        if dropped:
            problem = "damaged, or not written by this user; dropped, their pieces are done again"
            cache_files.tell(f"{self.folder / PIECES}: {dropped} of its files {problem}")

    def _content(self, path: Path) -> list[tuple[str, bool, bytes]]:
        """Return what a file holds, its checksum verified over the very bytes that are unpickled."""
        content: list[tuple[str, bool, bytes]] = pickle.loads(cache_files.verified(path, self.files))  # noqa: S301
        return content


def _after(progress: Progress | None, kept: int) -> Progress | None:
    """Return the progress of the pieces that are left, told as that of all."""
    if progress is None or not kept:
        return progress
    return lambda done, total: progress(done + kept, total + kept)

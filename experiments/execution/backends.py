"""Dask as what carries pieces out: on a cluster that is there, or one of this machine's own.

A worker gets a stage's function (alternatives, fitted models) once and keeps it; then each piece is
a message of a few bytes. No worker gets a piece before it has said what it runs: one whose sources,
Python or packages differ is refused by name. A piece that a worker took along when it was killed is
given to another; results are fetched as they come, so that no finished piece is done again.

Dask's wire is open: whoever reaches it can run code. Bind it to the loopback address, or use TLS by
Dask's own settings (``DASK_DISTRIBUTED__COMM__TLS__...``, tls://HOST:PORT); see ``docs/reference/scaling.md``.
"""

from __future__ import annotations

import collections
import hashlib
import logging
import os
import pickle
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from hydra.core.override_parser.types import Override

from experiments.execution import parallel, stopping
from experiments.execution.content import program_versions, sources_hash
from experiments.execution.parallel import Backend, Done, Keep, Piece
from experiments.study.compose import compose_config, parse_overrides
from experiments.study.settings import BackendSettings
from sim.caching.cache_files import tell
from sim.errors import ConfigError
from sim.setting.spec import build_spec

CONNECT_S: Final = 8
"""Seconds after which a scheduler that does not answer is given up."""
START_S: Final = 120
"""Seconds within which a worker that can be used is to be there."""
AHEAD: Final = 3
"""Pieces that a worker has before it, one of them under way."""
WINDOW: Final = 32
"""Results by worker that may wait for an earlier one."""
LOOK_S: Final = 0.5
"""So often it is looked who has joined and who has left."""
FETCH_S: Final = 60
"""Seconds after which a result that cannot be fetched is made again."""
KEPT_FUNCTIONS: Final = 4
LOOPBACK: Final = "127.0.0.1"

_FUNCTIONS: Final[dict[str, Any]] = {}
"""In a worker: functions of the last stages by name, pickled until they are first called."""


class UnknownFunctionError(Exception):
    """A worker was started again at the same address, and has forgotten a function."""


def join(name: str, function: bytes, parent: int | None) -> dict[str, str]:
    """Keep a stage's function in this worker and return what it runs; ``parent`` is whose end it shares."""
    if parent is not None and not _FUNCTIONS:
        stopping.end_with_parent(parent)
    while len(_FUNCTIONS) >= KEPT_FUNCTIONS:
        _FUNCTIONS.pop(next(iter(_FUNCTIONS)))
    _FUNCTIONS[name] = function
    return _program()


def call(name: str, piece: object) -> object:
    """Return what a stage's function makes of a piece, in a worker."""
    function = _FUNCTIONS.get(name)
    if function is None:
        raise UnknownFunctionError(name)
    if isinstance(function, bytes):
        function = _FUNCTIONS[name] = pickle.loads(function)  # noqa: S301  Dask itself runs what it is sent
    return function(piece)


def _program() -> dict[str, str]:
    return {"sources": sources_hash()[:8]} | program_versions()


class Dask:
    """The workers of a Dask cluster, those that join or leave meanwhile too.

    Parameters
    ----------
    client : distributed.Client
    parent : int, optional
        Process number of this process, if the workers are its own and end with it.
    """

    def __init__(self, client: Any, parent: int | None) -> None:  # noqa: ANN401
        self.client, self.parent = client, parent
        self.refused: dict[str, str] = {}
        """What differs at a worker, by its address."""

    def results(
        self, function: Callable[[Piece], Done], pieces: Sequence[Piece], keep: Keep | None = None
    ) -> Iterator[Done]:
        """Yield ``function(piece)`` of every piece, in order, as soon as those before it are there."""
        stage = _Stage(self, function, pieces, keep)
        try:
            yield from stage.results()
        finally:
            stage.cancel()

    def workers(self) -> list[str]:
        """Return the addresses of all workers that are there.

        Raises
        ------
        ConfigError
            ``backend.address``: the scheduler is gone.
        """
        try:
            return list(self.client.nthreads())
        except (OSError, TimeoutError, RuntimeError, ValueError):
            raise ConfigError("backend.address", "the scheduler no longer answers") from None

    def admit(self, addresses: Sequence[str], name: str, function: bytes) -> list[str]:
        """Give a function to workers, and return those of them that run the same program as this process."""
        said = self.client.run(join, name, function, self.parent, workers=list(addresses), on_error="return")
        for address, answer in said.items():
            if problem := _difference(answer):
                self.refused[address] = problem
                tell(f"worker {address} is refused: {problem}")
        return [
            address for address, answer in said.items() if isinstance(answer, Mapping) and address not in self.refused
        ]


def _difference(answer: object) -> str:
    """Return in what a worker differs from this process."""
    if isinstance(answer, OSError):
        return ""
    if not isinstance(answer, Mapping):
        return f"throughgate cannot be used there ({type(answer).__name__}: {' '.join(str(answer).split())})"
    return "; ".join(
        f"{key}: {answer.get(key)} there, {here} here" for key, here in _program().items() if answer.get(key) != here
    )


class _Joining(threading.Thread):
    """Workers that are given a stage's function: they may have to import a lot, and nobody waits for them."""

    def __init__(self, cluster: Dask, addresses: Sequence[str], name: str, function: bytes) -> None:
        super().__init__(daemon=True)
        self.cluster, self.addresses, self.function_name, self.function = cluster, addresses, name, function
        self.admitted: set[str] = set()
        self.start()

    def run(self) -> None:
        """Ask them; who is gone meanwhile is asked again when it is back."""
        with suppress(OSError):
            self.admitted = set(self.cluster.admit(self.addresses, self.function_name, self.function))


class _Stage:
    """The pieces of one stage: those to do, those with workers, and results that wait for earlier ones."""

    def __init__(self, cluster: Dask, function: Callable[[Any], Any], pieces: Sequence[Any], keep: Keep | None) -> None:
        import cloudpickle

        self.cluster, self.pieces, self.keep = cluster, pieces, keep
        self.function = cloudpickle.dumps(function)
        self.name = hashlib.sha256(self.function).hexdigest()[:32]
        self.todo = collections.deque(range(len(pieces)))
        self.tries = collections.Counter[int]()
        self.flying: dict[str, tuple[int, Any, frozenset[str]]] = {}
        """Place of a piece, its future, and the workers that may do it, by the future's key."""
        self.ended: queue.Queue[str] = queue.Queue()
        self.done: dict[int, Any] = {}
        self.ready: set[str] = set()
        self.joining: _Joining | None = None
        self.looked = 0.0

    def results(self) -> Iterator[Any]:
        given, patience = 0, time.monotonic() + START_S
        while given < len(self.pieces):
            self._look()
            if self.ready:
                patience = time.monotonic() + START_S
            elif time.monotonic() > patience:
                problem = f"no worker that can be used has joined within {START_S} s"
                raise ConfigError("backend", "; ".join([problem, *self.cluster.refused.values()]))
            self._submit(given)
            with suppress(queue.Empty):
                self._take(self.ended.get(timeout=LOOK_S / 2))
                while True:
                    self._take(self.ended.get_nowait())
            while given in self.done:
                yield self.done.pop(given)
                given += 1

    def _look(self) -> None:
        """See who is there, and give to others what those have who left."""
        if time.monotonic() < self.looked + LOOK_S:
            return
        self.looked = time.monotonic()
        there = set(self.cluster.workers())
        self.ready &= there
        new = sorted(there - self.ready - self.cluster.refused.keys())
        if self.joining is None and new:
            self.joining = _Joining(self.cluster, new, self.name, self.function)
        elif self.joining is not None and not self.joining.is_alive():
            self.ready |= self.joining.admitted & there
            self.joining = None
        parallel.note_workers(len(self.ready))
        for key, (piece, future, allowed) in tuple(self.flying.items()):
            if not allowed & self.ready:
                del self.flying[key]
                future.cancel()
                self.todo.appendleft(piece)

    def _submit(self, given: int) -> None:
        while (
            self.todo and len(self.flying) < AHEAD * len(self.ready) and self.todo[0] < given + WINDOW * len(self.ready)
        ):
            piece = self.todo.popleft()
            self.tries[piece] += 1
            key = f"throughgate-{self.name}-{os.urandom(8).hex()}"
            allowed = frozenset(self.ready)
            future = self.cluster.client.submit(
                call, self.name, self.pieces[piece], key=key, workers=sorted(allowed), pure=False
            )
            self.flying[key] = (piece, future, allowed)
            future.add_done_callback(lambda ended: self.ended.put(ended.key))

    def _take(self, key: str) -> None:
        from distributed import KilledWorker

        if key not in self.flying:
            return
        piece, future, _ = self.flying.pop(key)
        try:
            self.done[piece] = future.result(timeout=FETCH_S)
        except (KilledWorker, TimeoutError, UnknownFunctionError, OSError, _cancelled()):
            if self.tries[piece] >= parallel.TRIES or stopping.is_stopping():
                raise
            # whoever is there gets the function again
            self.ready.clear()
            self.looked = 0.0
            self.todo.appendleft(piece)
        else:
            if self.keep is not None:
                self.keep(piece, self.done[piece])

    def cancel(self) -> None:
        futures = [future for _, future, _ in self.flying.values()]
        self.flying.clear()
        if futures and not (stopping.is_stopping() and self.cluster.parent is not None):
            with suppress(Exception):
                self.cluster.client.cancel(futures)


def _cancelled() -> type[BaseException]:
    from distributed.client import FutureCancelledError

    found: type[BaseException] = FutureCancelledError
    return found


@contextmanager
def connected(overrides: Sequence[str]) -> Iterator[Backend | None]:
    """Give the backend that overrides ask for, connected and checked; None: processes of this machine by loky.

    Raises
    ------
    ConfigError
        ``backend...``: Dask is not installed, no scheduler answers, a worker runs another program.
    """
    said = [str(o.input_line) for o in parse_overrides(overrides) if _decides(o)]
    mapping = compose_config(said).mapping
    settings = build_spec(BackendSettings, mapping["backend"], "backend")
    if settings.name == "loky":
        yield None
        return
    try:
        import distributed
    except ImportError:
        problem = 'dask needs the packages of the extra "cluster": pip install "throughgate[cluster]"'
        raise ConfigError("backend", problem) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if settings.address is None:
        with _local_cluster(distributed, int(mapping["processes"])) as client:
            yield Dask(client, os.getpid())
        return
    client = _connected_client(distributed, settings.address)
    try:
        yield _checked(Dask(client, None), settings.address)
    finally:
        with suppress(Exception):
            client.close(timeout=1)


def _decides(override: Override) -> bool:
    root = override.key_or_group.split(".", maxsplit=1)[0]
    return root in ("backend", "processes", "experiment", "hydra") and not override.is_sweep_override()


def _connected_client(distributed: Any, address: str) -> Any:  # noqa: ANN401
    try:
        return distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        problem = f"no scheduler answers at {address!r} within {CONNECT_S} s ({reason})"
        raise ConfigError("backend.address", problem) from None


def _checked(cluster: Dask, address: str) -> Dask:
    """Return the cluster if its workers run the program of this process."""
    workers = cluster.workers()
    if not workers:
        problem = f"the cluster at {address!r} has no workers"
        raise ConfigError("backend.address", f"{problem}; start one: dask worker {address} --nthreads 1")
    for worker, answer in cluster.client.run(_program, on_error="return").items():
        if problem := _difference(answer):
            raise ConfigError("backend.address", f"worker {worker} is refused: {problem}")
    return cluster


@contextmanager
def _local_cluster(distributed: Any, processes: int) -> Iterator[Any]:  # noqa: ANN401
    """Give a client of a scheduler in this process, with workers that end with it."""
    folder = tempfile.mkdtemp(prefix="throughgate-dask-")
    with stopping.signals_withheld():
        # LocalCluster would listen for web pages on every address of the machine
        options = {"host": LOOPBACK, "port": 0, "dashboard": False, "dashboard_address": f"{LOOPBACK}:0"}
        cluster = distributed.SpecCluster(
            workers={}, scheduler={"cls": distributed.Scheduler, "options": options}, silence_logs=logging.CRITICAL
        )
        workers = [_start_worker(cluster.scheduler_address, folder) for _ in range(processes)]

    def end_workers() -> None:
        for worker in workers:
            worker.kill()

    stopping.at_stop.append(end_workers)
    try:
        with distributed.Client(cluster, timeout=CONNECT_S, set_as_default=False) as client:
            yield client
    finally:
        end_workers()
        for worker in workers:
            worker.wait()
        stopping.at_stop.remove(end_workers)
        with suppress(Exception):
            cluster.close(timeout=1)
        shutil.rmtree(folder, ignore_errors=True)


def _start_worker(address: str, folder: str) -> subprocess.Popen[bytes]:
    options = ["--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", LOOPBACK]
    # a worker answers about its health on every address of the machine, unless told otherwise
    options += ["--dashboard-address", f"{LOOPBACK}:0"]
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, *options]
    return subprocess.Popen(  # noqa: S603
        [*command, "--death-timeout", "15", "--local-directory", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

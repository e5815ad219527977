"""Stopping a run: Ctrl-C, SIGTERM and SIGHUP end it within two seconds and leave no process behind.

The signal ends the worker processes at once and raises `Stopped` in the main thread. Compiled code
lets no exception through, so that a thread stands by: where the main thread has not come to its end in
time, it writes down what is finished and ends the process. A worker whose parent is gone, however it
ended, ends itself. This module imports nothing but the standard library: it is there before all others.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_S: Final = 1.0
"""After so long a process that has not ended by itself is ended."""
LOOK_S: Final = 0.25
"""So often a worker looks whether its parent is there."""

at_stop: Final[list[Callable[[], object]]] = []
"""Called when a signal comes, in this order and from any thread: each ends some workers."""
at_end: Final[list[Callable[[], object]]] = []
"""Called before a process is ended that does not end by itself: each writes what would be lost."""
resume_with: Final[list[str]] = []
"""The command that goes on with what was stopped."""
_starting = threading.Event()
"""Set while the program reads its question: nothing is written yet, and libraries are being imported."""
_stopping = threading.Event()
_said = threading.Event()


class Stopped(KeyboardInterrupt):
    """A signal that asks the process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def is_stopping() -> bool:
    """Return whether a signal has asked this process to end."""
    return _stopping.is_set()


def begin_work() -> None:
    """Say that the question is read: from here on a signal lets what is open be closed."""
    _starting.clear()


def take_signals() -> None:
    """Let signals end this process as this module says; called once, by the main thread."""
    _starting.set()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in SIGNALS:
        # nohup stays in force
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _raise)
    threading.Thread(target=_stand_by, args=(reader,), daemon=True).start()


def _raise(number: int, _frame: FrameType | None) -> None:
    if not _stopping.is_set():
        _stop_workers()
        if _starting.is_set():
            # a library that is being imported may turn what is raised into an error of its own
            say_stopped()
            os._exit(128 + number)
        raise Stopped(number)


def _stand_by(reader: int) -> None:
    """End the process where a signal has come and the main thread takes too long."""
    number = 0
    while number not in SIGNALS:
        number = os.read(reader, 1)[0]
    time.sleep(PATIENCE_S / 6)
    _stop_workers()
    time.sleep(PATIENCE_S)
    for finish in at_end:
        finish()
    say_stopped()
    os._exit(128 + number)


def _stop_workers() -> None:
    _stopping.set()
    for stop in tuple(at_stop):
        stop()


def say_stopped() -> None:
    """Say in one line on stderr that the run was stopped and how to go on with it; only once."""
    if not _said.is_set():
        if _stopping.is_set():
            _said.set()
        sys.stderr.write("interrupted" + "".join(f"; resume with: {command}" for command in resume_with[-1:]) + "\n")
        sys.stderr.flush()
        resume_with.clear()


@contextmanager
def signals_withheld() -> Iterator[None]:
    """Start processes that do not get the terminal's signals: whoever started them ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve(parent: int) -> None:
    """Make this process a worker that heeds no signal of the terminal and ends with its parent."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(parent)


def end_with_parent(parent: int) -> None:
    """End this worker process as soon as its parent, of that process number, is gone."""
    threading.Thread(target=_look_for, args=(parent,), daemon=True).start()


def _look_for(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGKILL)

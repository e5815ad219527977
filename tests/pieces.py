"""Pieces of work for tests of the processes: other processes find them by their module."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt


def square_and_process(n: int) -> tuple[int, int]:
    time.sleep(0.01)
    return n * n, os.getpid()


def fail_at(n: int, bad: int) -> int:
    if n == bad:
        raise ValueError(f"piece {n}")
    return n


def note_and_square(notes: Path, number: int) -> npt.NDArray[np.float64]:
    """Note in a file that the piece was done, and return an array of its square."""
    with notes.open("a") as file:
        file.write(f"{number}\n")
    return np.full(3, number * number / 7.0)


def square_or_failure(bad: int, number: int) -> dict[str, object]:
    """Return a square, or at one place what a piece returns that has failed."""
    return {"failed": "no"} if number == bad else {"failed": None, "square": number * number}


def sleep_and_square(seconds: float, number: int) -> tuple[int, int]:
    """Return a square after a while, and the process that made it."""
    time.sleep(seconds)
    return number * number, os.getpid()

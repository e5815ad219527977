"""Pieces of work for tests of the crew: other processes find them by their module."""

from __future__ import annotations

import os
import time


def square_and_process(n: int) -> tuple[int, int]:
    time.sleep(0.01)
    return n * n, os.getpid()


def fail_at(n: int, bad: int) -> int:
    if n == bad:
        raise ValueError(f"piece {n}")
    return n

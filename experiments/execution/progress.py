"""How fast a run gets on, and how long it will take: by what was done lately, not since its start.

Workers come and go, and what an earlier process has kept costs nothing, so that a mean since the
start says little. Where nothing is done any more, the rate falls and the time left grows.
"""

from __future__ import annotations

import collections
import time
from collections.abc import Callable
from typing import Final

from rich.progress import ProgressColumn, Task
from rich.text import Text

from experiments.execution.parallel import workers_at_work

WINDOW_S: Final = 30.0
"""Seconds over which the rate is taken."""
SILENCE_S: Final = 30.0
"""A log hears of a stage so often, if anything is done, and when it is done."""
SHORT_S: Final = 20.0
"""A run that has taken less says nothing of the time left."""


class Pace:
    """The rate of the last `WINDOW_S` seconds; the first that is told was done before.

    Examples
    --------
    >>> clock = iter([0.0, 10.0, 20.0]).__next__
    >>> pace = Pace(clock)
    >>> pace.note(100, 200)
    >>> pace.note(120, 200)
    >>> pace.left_s()
    80.0
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.samples: collections.deque[tuple[float, int]] = collections.deque()
        self.total = 0

    def note(self, done: int, total: int) -> None:
        """Note how many are done, of how many."""
        now, self.total = self.clock(), total
        self.samples.append((now, done))
        while len(self.samples) > 2 and self.samples[1][0] < now - WINDOW_S:
            self.samples.popleft()

    def per_s(self) -> float:
        """Return how many are done a second; 0: too little is known."""
        if len(self.samples) < 2:
            return 0.0
        (begin, first), (_, last) = self.samples[0], self.samples[-1]
        return (last - first) / max(self.clock() - begin, 1e-9)

    def left_s(self) -> float | None:
        """Return the seconds that the rest will take; None: too little is known."""
        rate = self.per_s()
        return (self.total - self.samples[-1][1]) / rate if rate > 0.0 else None


def in_words(seconds: float) -> str:
    """Return a length of time as people say it.

    Examples
    --------
    >>> in_words(42.0), in_words(200.0), in_words(9000.0)
    ('42 s', '3 min', '2.5 h')
    """
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 5400.0 else f"{seconds / 3600.0:.1f} h"


class PaceColumn(ProgressColumn):
    """Rate, workers and time left, as they are at the moment of drawing."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace

    def render(self, task: Task) -> Text:
        """Return the column's text."""
        del task
        left = self.pace.left_s()
        if left is None:
            return Text("")
        workers = workers_at_work()
        noun = "worker" if workers == 1 else "workers"
        return Text(f"{self.pace.per_s():.2g}/s, {workers} {noun}, {in_words(left)} left")


class PlainProgress:
    """A line when all is done, and one every half minute.

    Parameters
    ----------
    label : str
        What is counted.
    say : callable
        Told each line.
    """

    def __init__(self, label: str, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.label, self.say, self.clock = label, say, clock
        self.pace = Pace(clock)
        self.ended = False
        self.begun = self.spoke = clock()

    def __call__(self, done: int, total: int) -> None:
        """Say how far it has come, where that is worth a line."""
        self.pace.note(done, total)
        now, ends = self.clock(), done >= total
        if self.ended or (not ends and now < self.spoke + SILENCE_S):
            return
        self.ended, self.spoke = ends, now
        line, left = f"{self.label}: {done} of {total}", self.pace.left_s()
        if left and now > self.begun + SHORT_S:
            line += f", {in_words(left)} left"
        self.say(line)

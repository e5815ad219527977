"""How much a command says: its answer and path alone, the answer and what a reader needs, or everything.

A word of the command line and no key of a study: no number depends on it, and no record holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal

Level = Literal["quiet", "brief", "details", "timed"]
"""``-q``; what is said without a word; ``details=true``; ``-v``, which adds the time that each stage took."""
_LEVEL: Final[ContextVar[Level]] = ContextVar("level", default="brief")


def is_quiet() -> bool:
    """Return whether nothing is said but answer, path and errors."""
    return _LEVEL.get() == "quiet"


def has_details() -> bool:
    """Return whether everything is said."""
    return _LEVEL.get() in ("details", "timed")


def has_times() -> bool:
    """Return whether each stage says how long it took."""
    return _LEVEL.get() == "timed"


@contextmanager
def spoken_at(level: Level) -> Iterator[None]:
    """Say so much within the context.

    Examples
    --------
    >>> with spoken_at("timed"):
    ...     has_details(), has_times(), is_quiet()
    (True, True, False)
    """
    token = _LEVEL.set(level)
    try:
        yield
    finally:
        _LEVEL.reset(token)

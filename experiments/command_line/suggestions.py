"""What a mistyped name was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def unknown_name(name: str, known: Iterable[str], kind: str) -> str:
    """Return the problem of a name that does not exist: the nearest that do, or all.

    Examples
    --------
    >>> unknown_name("compair", ["compare", "run"], "verb")
    "unknown verb; did you mean 'compare'?"
    >>> unknown_name("zzz", ["compare", "run"], "verb")
    "unknown verb; known ['compare', 'run']"
    """
    every = list(known)
    near = difflib.get_close_matches(name, every, n=3, cutoff=0.7)
    if near:
        return f"unknown {kind}; did you mean {' or '.join(map(repr, near))}?"
    return f"unknown {kind}; known {every}"

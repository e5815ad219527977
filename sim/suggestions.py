"""What a mistyped name was meant to be, in a refusal of one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

MOST_LISTED: Final = 8
"""So many names are listed whole; of more, the nearest."""
NEAREST: Final = 3
ALIKE: Final = 0.66
"""Likeness (difflib's ratio) from which a name is taken to be meant."""


def nearest_names(name: str, known: Iterable[str], see_all: str = "") -> str:
    """Return which known names are near one that does not exist, and where all of them are to be seen.

    Parameters
    ----------
    name : str
        What was found.
    known : iterable of str
        What is allowed; a few are listed whole, of many the nearest three.
    see_all : str
        Where all of them are listed, e.g. ``throughgate run --help``.

    Examples
    --------
    >>> nearest_names("polcy", ["policy", "port"])
    "did you mean 'policy'?"
    >>> nearest_names("zzz", ["policy", "port"])
    "known ['policy', 'port']"
    >>> nearest_names("zz", [f"key_{n}" for n in range(20)], "throughgate run --help")
    "nearest of 20: 'key_0', 'key_1', 'key_2' (all: throughgate run --help)"
    """
    every = list(known)
    near = difflib.get_close_matches(name, every, n=NEAREST, cutoff=ALIKE)
    where = f" (all: {see_all})" if see_all and len(every) > MOST_LISTED else ""
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?{where}"
    if len(every) <= MOST_LISTED:
        return f"known {every}"
    ratio = {other: difflib.SequenceMatcher(None, name, other).ratio() for other in every}
    best = sorted(every, key=lambda other: -ratio[other])[:NEAREST]
    return f"nearest of {len(every)}: {', '.join(map(repr, best))}{where}"


def unknown_name(name: str, known: Iterable[str], kind: str, see_all: str = "") -> str:
    """Return the problem of a name that does not exist.

    Examples
    --------
    >>> unknown_name("compair", ["compare", "run"], "verb")
    "unknown verb; did you mean 'compare'?"
    """
    return f"unknown {kind}; {nearest_names(name, known, see_all)}"

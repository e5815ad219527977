"""What was worked out of frozen parts of a scenario in this process, kept by the very objects."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class KeptResults(Generic[Result]):
    """Results by the objects that they hang on, which are known by identity, and by further plain keys.

    Two equal objects have results of their own: to look whether they are equal would take longer.

    >>> kept, part = KeptResults[int](most=2), object()
    >>> kept.once((part,), ("a",), lambda: 1), kept.once((part,), ("a",), lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._results: dict[Hashable, tuple[tuple[object, ...], Result]] = {}

    def once(self, objects: tuple[object, ...], key: Hashable, make: Callable[[], Result]) -> Result:
        """Return what ``make`` gives, made the first time only; all is forgotten when there would be too many."""
        place = (*map(id, objects), key)
        if place not in self._results:
            if len(self._results) >= self._most:
                self._results.clear()
            # the objects are kept with it, so that no other can come to stand in their place
            self._results[place] = (objects, make())
        return self._results[place][1]

"""The ways to take a load across: which kind of truck, at what time of day, hidden how.

All options of a week are priced at once, because every truck is a probe (`sim.results.detection_by_group`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.caching.kept_results import KeptResults
from sim.frames import column
from sim.results.detection_by_group import GroupTotals
from sim.setting.contraband import CONCEALMENTS, CONTRABAND

Array = npt.NDArray[np.float64]

Margin = Literal["front", "day_part", "concealment"]
FRONTS: Final = ("fast", "laden", "empty")
"""Whose truck a load rides in: a FAST member's, another laden truck, another empty one."""
DAY_PARTS: Final = ("night", "morning", "afternoon", "evening")
"""Six hours each, from midnight."""
LEVELS: Final[dict[Margin, tuple[str, ...]]] = {"front": FRONTS, "day_part": DAY_PARTS, "concealment": CONCEALMENTS}


class Option(NamedTuple):
    """One way across; ``any`` where the margin is not one that organizations move."""

    front: str
    day_part: str
    concealment: str


@dataclass(frozen=True, slots=True)
class Prices:
    """What one simulated week says of every option.

    Attributes
    ----------
    loads : float[option]
        Expected loads under the static threat model, of trucks that have left primary.
    caught : float[option]
        Expected seizures of them.
    """

    loads: Array
    caught: Array

    @property
    def shares(self) -> Array:
        """The options' shares of all loads."""
        return np.asarray(self.loads / self.loads.sum())

    @property
    def detection(self) -> Array:
        """P(found | a load takes this option); NaN where no truck of its kind came, so that no load could."""
        return np.divide(self.caught, self.loads, out=np.full_like(self.loads, np.nan), where=self.loads > 0.0)


_KINDS: Final = KeptResults[npt.NDArray[np.int64]](most=4)
"""Kinds of the trucks asked for last: alternatives of a week share their trucks."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a campaign: the product of the margins that organizations move.

    Examples
    --------
    >>> [tuple(option) for option in Options(("front", "concealment")).names()[:2]]
    [('fast', 'any', 'in_cargo'), ('fast', 'any', 'structure')]
    """

    margins: tuple[Margin, ...]

    def __post_init__(self) -> None:
        """Refuse (ValueError) a margin that is not known or named twice."""
        unknown = [margin for margin in self.margins if margin not in LEVELS]
        if unknown or len(set(self.margins)) != len(self.margins) or not self.margins:
            raise ValueError(f"margins: expected some of {list(LEVELS)}, each once, got {list(self.margins)}")

    def levels(self) -> tuple[tuple[str, ...], ...]:
        """Return the levels of front, day part and concealment."""
        return tuple(names if margin in self.margins else ("any",) for margin, names in LEVELS.items())

    def names(self) -> tuple[Option, ...]:
        """Return every option, in the order of all arrays: front, then day part, then concealment."""
        fronts, parts, concealments = self.levels()
        return tuple(Option(f, p, c) for f in fronts for p in parts for c in concealments)

    @property
    def groups(self) -> int:
        """How many kinds of trucks the options tell apart."""
        fronts, parts, _ = self.levels()
        return len(fronts) * len(parts)

    def group_of(self, manifest: pd.DataFrame) -> npt.NDArray[np.int64]:
        """Return the kind of each truck, int64[n], from front and arrival.

        Parameters
        ----------
        manifest : DataFrame
            MANIFEST: ``fast``, ``laden`` and ``arrive_hour``.
        """
        return _KINDS.once((manifest,), self.margins, lambda: self._group_of(manifest))

    def _group_of(self, manifest: pd.DataFrame) -> npt.NDArray[np.int64]:
        number = np.zeros(len(manifest), dtype=np.int64)
        if "front" in self.margins:
            fast, laden = column(manifest, "fast").astype(bool), column(manifest, "laden").astype(bool)
            number = np.where(fast, 0, np.where(laden, 1, 2)).astype(np.int64)
        if "day_part" in self.margins:
            hour = column(manifest, "arrive_hour")
            number = number * len(DAY_PARTS) + np.minimum(hour // 6.0, 3.0).astype(np.int64)
        number.setflags(write=False)
        return number

    def prices(self, totals: GroupTotals, contraband: Sequence[str] = CONTRABAND) -> Prices:
        """Return what the week says of every option, added up over the types of contraband named."""
        kinds = [CONTRABAND.index(name) for name in contraband]
        loads, caught = (part[:, kinds].sum(axis=1) for part in totals)
        if "concealment" not in self.margins:
            loads, caught = (part.sum(axis=1, keepdims=True) for part in (loads, caught))
        return Prices(np.ascontiguousarray(loads).ravel(), np.ascontiguousarray(caught).ravel())

"""Which stations a study has, and what planners call them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from sim.order import STATIONS

TITLES: Final = {
    "origin": "check on leaving",
    "low_energy": "low-energy portal",
    "canine": "dogs",
    "radiation": "radiation alarms",
    "safety": "safety check",
}
SHORT: Final = {
    "origin": "leaving",
    "approach": "appr.",
    "low_energy": "low en.",
    "radiation": "rad.",
    "secondary": "sec.",
}
KINDS: Final = ("", "_general", "_fast")
"""Endings of a station's rows in a weekly load: all of it, or one kind of its lanes."""


def title(station: str) -> str:
    """Return what a station is called in a sentence.

    >>> title("low_energy"), title("dock")
    ('low-energy portal', 'dock')
    """
    return TITLES.get(station, station)


def short(station: str) -> str:
    """Return a station's name for the head of a narrow column."""
    return SHORT.get(station, station)


def row_title(row: str) -> str:
    """Return what a row of a weekly load is called: a station, or one kind of its lanes.

    >>> row_title("low_energy"), row_title("primary_fast"), row_title("portal_slow")
    ('low-energy portal', 'primary (FAST)', 'portal (slow)')
    """
    station = next((s for s in STATIONS if row == s or row.startswith(f"{s}_")), row)
    kind = row.removeprefix(station).removeprefix("_").replace("fast", "FAST")
    if station == "portal":
        kind = kind.lower()
    return f"{title(station)} ({kind})" if kind else title(station)


def station_load(load: pd.DataFrame, station: str) -> float:
    """Return a station's weekly load share: the highest of its kinds of lane; NaN: not there."""
    own = load["station"].isin([station + kind for kind in KINDS])
    return float(load.loc[own, "load_share"].max()) if own.any() else float("nan")


def present(loads: Iterable[pd.DataFrame]) -> tuple[str, ...]:
    """Return the stations that some alternative has, in the order of the road."""
    rows = {name for load in loads for name in load["station"]}
    return tuple(s for s in STATIONS if rows & {s + kind for kind in KINDS})

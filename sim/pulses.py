"""Unannounced pulses: when a check is made that nobody should be able to foresee."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.site import Pulses
from sim.window import Window

Span = tuple[float, float]
PULSE_KEY: Final = 1_000_001
"""First part of the stream key of pulses, far above the purposes of a truck's own luck."""


def draw_pulses(pulses: Pulses, hours: list[Span], window: Window, station: int) -> list[Span]:
    """Draw the pulses of one station within its hours: a Poisson number, each anywhere.

    Parameters
    ----------
    pulses : Pulses
        ``per_week`` of them begin in a calendar week of working hours, each ``length_h`` long.
    hours : list of (start, end)
        Disjoint working hours in minutes, ascending.

    Returns
    -------
    list of (start, end)
        Union of the pulses, cut to the hours. Begun anywhere in the hours, so that no hour is safe;
        a pulse stops as the port closes.
    """
    open_min = sum(end - start for start, end in hours)
    if open_min == 0.0:
        return []
    key = window.spawn_key(PULSE_KEY, station)
    rng = np.random.default_rng(np.random.SeedSequence(window.seed, spawn_key=key))
    number = rng.poisson(pulses.per_week * window.days / 7.0)
    begun = sorted(_within(hours, place * open_min) for place in rng.random(number))
    return _union([(start, min(start + 60.0 * pulses.length_h, end)) for start, end in begun])


def _within(hours: list[Span], place: float) -> Span:
    """Return the moment at ``place`` minutes of work, and the end of the hours it falls into."""
    for start, end in hours:
        if place < end - start:
            return start + place, end
        place -= end - start
    return hours[-1][1], hours[-1][1]


def _union(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged

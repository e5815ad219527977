"""Why no set of options keeps the limits, and the cheapest set that would keep the waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from experiments.funding.allocation import RULE, Limit, Programme

CEILING: Final = "wait ceiling"
"""How the names of wait ceilings begin."""


def why_infeasible(programme: Programme) -> tuple[str, str]:
    """Return the limit that no set can keep, alone or last of all, and why, for one line.

    First ceilings that no option of a port meets; then the first limit, in their order, that
    cannot be kept beside those before it, with the set that needs least of it.
    """
    kept: tuple[Limit, ...] = ()
    order = sorted(programme.limits, key=lambda one: not one.name.startswith(CEILING))
    for one in order:
        if replace(programme, limits=(*kept, one)).best() is None:
            return one.name, _problem(replace(programme, limits=kept), one)
        kept = (*kept, one)
    return "limits", "no set keeps all of them"


def _problem(before: Programme, one: Limit) -> str:
    if one.unit == RULE:
        return "cannot be kept beside the limits before it"
    chosen = before.cheapest(one.row, -np.inf) or ()
    used = float(one.row[list(chosen)].sum())
    if one.name.startswith(CEILING):
        met = _words(before, [place for place in chosen if one.row[place] > 0.0])
        return f"no option keeps to {one.bound:,.0f} min: the least wait is {used:,.1f} min ({met})"
    words = _words(before, [place for place in chosen if one.row[place] > 0.0])
    beside = ""
    if any(limit.name.startswith(CEILING) for limit in before.limits):
        beside = ", and the wait ceilings must be kept"
    return (
        f"{one.bound:,.0f} {one.unit} is not enough{beside}: the cheapest set takes {used:,.0f} "
        f"({words})"
    )


def _words(programme: Programme, chosen: Sequence[int]) -> str:
    own = [programme.options[place] for place in chosen]
    return ", ".join(
        f"{one.name} at {one.port}"
        + (f" from year {one.start_y}" if one.start_y else "")
        + (f" for {one.initial_usd / 1e6:,.1f} m USD" if one.initial_usd else "")
        for one in own
    )

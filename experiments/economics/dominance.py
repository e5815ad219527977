"""Cost-effectiveness: who is on the frontier, at which ratio, and who keeps the others off it.

Options in the order of their effect. *Strong dominance*: another costs no more and does no less,
one of them strictly. *Extended dominance*: the ratio to reach an option is not below the ratio to
go on from it, so that a mix of its neighbours does as much for less. What is left is the lower
convex hull, whose incremental cost-effectiveness ratios (ICERs) rise strictly.

The options of the frontier lead one after another as the worth of an effect rises, which
`net_monetary.leaders` finds the other way round.

Source: Karlsson and Johannesson (1996) for the decision rules of cost-effectiveness analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from experiments.economics.appraisal import Worth


@dataclass(frozen=True, slots=True)
class Place:
    """Where an option stands: on the frontier with its ICER, or off it and by whom."""

    name: str
    cost: float
    effect: float
    status: Literal["frontier", "strong", "extended", "same"]
    icer: float | None
    """Cost of one more effect over the option before it; None for the first, and off it."""
    by: tuple[str, ...]
    """Who dominates it: one option (strong, same) or the two whose mix does (extended)."""


def places(points: Mapping[str, tuple[float, float]]) -> list[Place]:
    """Return the place of every option, in the order given.

    Parameters
    ----------
    points : mapping
        (cost, effect) by name; both may be negative, as differences from a baseline are.

    Examples
    --------
    >>> found = places({"none": (0, 0), "one": (2, 1), "poor": (3, 1), "two": (3, 2)})
    >>> [(place.name, place.status, place.icer, place.by) for place in found]
    [('none', 'frontier', None, ()), ('one', 'extended', None, ('none', 'two')),
     ('poor', 'strong', None, ('one',)), ('two', 'frontier', 1.5, ('none',))]
    """
    off: dict[str, tuple[Literal["strong", "same", "extended"], tuple[str, ...]]] = {}
    for name in points:
        if (found := _dominator(name, points)) is not None:
            off[name] = found
    hull = sorted((name for name in points if name not in off), key=lambda name: points[name][1])
    hull = _convex(hull, points, off)
    before = dict(zip(hull[1:], hull[:-1], strict=True))
    return [_place(name, points, off, before) for name in points]


def agency_places(worths: Mapping[str, Worth]) -> list[Place]:
    """Return the frontier that a budget sees: what the agency pays for loads interdicted."""
    return places({name: (worth.cost, worth.loads) for name, worth in worths.items()})


def social_places(worths: Mapping[str, Worth]) -> list[Place]:
    """Return the frontier that society sees: what all pay, users' time included, for loads."""
    return places({name: (-worth.npv0, worth.loads) for name, worth in worths.items()})


def icer(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Return the cost of one more effect between two options of different effect."""
    return (after[0] - before[0]) / (after[1] - before[1])


def _dominator(
    name: str, points: Mapping[str, tuple[float, float]]
) -> tuple[Literal["strong", "same"], tuple[str, ...]] | None:
    """Return who keeps an option off: the cheapest dominator, or the first of those alike."""
    cost, effect = points[name]
    order = list(points)
    rivals = [
        other
        for other, (c, e) in points.items()
        if c <= cost and e >= effect and (c, e) != (cost, effect)
    ]
    if rivals:
        return "strong", (min(rivals, key=lambda other: (points[other][0], -points[other][1])),)
    alike = [other for other in order[: order.index(name)] if points[other] == points[name]]
    return ("same", (alike[0],)) if alike else None


def _convex(
    names: list[str],
    points: Mapping[str, tuple[float, float]],
    off: dict[str, tuple[Literal["strong", "same", "extended"], tuple[str, ...]]],
) -> list[str]:
    """Return the lower convex hull of options in order; note who is off it, and between whom."""
    hull: list[str] = []
    dropped = []
    for name in names:
        while len(hull) > 1 and icer(points[hull[-2]], points[hull[-1]]) >= icer(
            points[hull[-1]], points[name]
        ):
            dropped.append(hull.pop())
        hull.append(name)
    for name in dropped:
        effect = points[name][1]
        below = [one for one in hull if points[one][1] < effect][-1]
        above = next(one for one in hull if points[one][1] > effect)
        off[name] = ("extended", (below, above))
    return hull


def _place(
    name: str,
    points: Mapping[str, tuple[float, float]],
    off: Mapping[str, tuple[Literal["strong", "same", "extended"], tuple[str, ...]]],
    before: Mapping[str, str],
) -> Place:
    cost, effect = points[name]
    if name in off:
        status, by = off[name]
        return Place(name, cost, effect, status, None, by)
    if name not in before:
        return Place(name, cost, effect, "frontier", None, ())
    ratio = icer(points[before[name]], points[name])
    return Place(name, cost, effect, "frontier", ratio, (before[name],))

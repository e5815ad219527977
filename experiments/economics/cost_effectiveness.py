"""Cost-effectiveness: dominance and ICERs, break-even values of a load, net monetary benefit.

*Strong dominance*: another option costs no more and does no less, one of them strictly. *Extended
dominance*: the ratio to reach an option is not below the ratio to go on from it. What is left, the
lower convex hull, has incremental cost-effectiveness ratios (ICERs) that rise strictly. No value of
a load is assumed. Acceptability and the value of perfect information are over draws of *parameters*
[draw, alternative], never over replications.

Sources: Karlsson and Johannesson (1996) for dominance; RAND WR-487 (2007) for break-even analysis
of a land-border rule; Fenwick, Claxton and Sculpher (2001) for acceptability; Raiffa and Schlaifer
(1961) for the expected value of perfect information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from experiments.economics.appraisal import PresentWorth
from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field

Points = Mapping[str, tuple[float, float]]
"""(cost, effect) by name."""
Standing = tuple[Literal["frontier", "strong", "same", "extended"], tuple[str, ...]]
"""How an option stands, and by whom: who dominates it, or who comes before it on the frontier."""


@dataclass(frozen=True, slots=True)
class FrontierPlace:
    """Where an option stands: on the frontier with its ICER, or off it and by whom."""

    name: str
    cost: float
    effect: float
    status: Literal["frontier", "strong", "extended", "same"]
    icer: float | None
    """Cost of one more effect over the option before it; None for the first, and off it."""
    by: tuple[str, ...]
    """Who dominates it: one option (strong, same) or the two whose mix does (extended)."""


def frontier_places(points: Points) -> list[FrontierPlace]:
    """Return the place of every option, in the order given; costs and effects may be negative.

    Examples
    --------
    >>> found = frontier_places({"none": (0, 0), "one": (2, 1), "poor": (3, 1), "two": (3, 2)})
    >>> [(place.name, place.status, place.icer, place.by) for place in found]
    [('none', 'frontier', None, ()), ('one', 'extended', None, ('none', 'two')),
     ('poor', 'strong', None, ('one',)), ('two', 'frontier', 1.5, ('none',))]
    """
    dominated: dict[str, Standing] = {}
    for name in points:
        _note_dominator(name, points, dominated)
    hull = sorted((name for name in points if name not in dominated), key=lambda name: points[name][1])
    hull = _convex(hull, points, dominated)
    before = dict(zip(hull[1:], hull[:-1], strict=True))
    places = []
    for name, point in points.items():
        on_frontier: Standing = ("frontier", (before[name],) if name in before else ())
        status, by = dominated.get(name, on_frontier)
        ratio = icer(points[by[0]], point) if status == "frontier" and by else None
        places.append(FrontierPlace(name, *point, status, ratio, by))
    return places


def agency_frontier(worths: Mapping[str, PresentWorth]) -> list[FrontierPlace]:
    """Return the frontier that a budget sees: what the agency pays for loads interdicted."""
    return frontier_places({name: (worth.cost, worth.loads) for name, worth in worths.items()})


def social_frontier(worths: Mapping[str, PresentWorth]) -> list[FrontierPlace]:
    """Return the frontier that society sees: what all pay, users' time included, for loads."""
    return frontier_places({name: (-worth.npv0, worth.loads) for name, worth in worths.items()})


def icer(lower: tuple[float, float], higher: tuple[float, float]) -> float:
    """Return the cost of one more effect between two options of different effect."""
    return (higher[0] - lower[0]) / (higher[1] - lower[1])


def _note_dominator(name: str, points: Points, dominated: dict[str, Standing]) -> None:
    """Note who dominates an option: the cheapest of several, or the first of those alike."""
    cost, effect = points[name]
    order = list(points)
    rivals = [other for other, (c, e) in points.items() if c <= cost and e >= effect and (c, e) != (cost, effect)]
    alike = [other for other in order[: order.index(name)] if points[other] == points[name]]
    if rivals:
        dominated[name] = "strong", (min(rivals, key=lambda other: (points[other][0], -points[other][1])),)
    elif alike:
        dominated[name] = "same", (alike[0],)


def _convex(names: list[str], points: Points, dominated: dict[str, Standing]) -> list[str]:
    """Return the lower convex hull of options in order; note who is off it, and between whom."""
    hull: list[str] = []
    dropped = []
    for name in names:
        while len(hull) > 1 and icer(points[hull[-2]], points[hull[-1]]) >= icer(points[hull[-1]], points[name]):
            dropped.append(hull.pop())
        hull.append(name)
    for name in dropped:
        effect = points[name][1]
        below = [one for one in hull if points[one][1] < effect][-1]
        above = next(one for one in hull if points[one][1] > effect)
        dominated[name] = ("extended", (below, above))
    return hull


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm(Spec):
    """What a load of drugs would do if nothing replaced it, in lives, never in street value."""

    name: str
    price_year: int = bounded_field(1990, 2100)
    value_of_statistical_life_usd: float = bounded_field(1.0)
    deaths_per_y: float = bounded_field(0.0)
    pure_consumed_kg_per_y: float = bounded_field(1e-9)
    pure_kg_per_load: float = bounded_field(0.0)
    """Of the drug that the deaths are of, in a mean interdicted load of the user's own mix."""
    not_replaced_low_share: float = bounded_field(0.0, 1.0)
    """Prior range of the share of what is seized that is not replaced."""
    not_replaced_high_share: float = bounded_field(0.0, 1.0)

    @property
    def deaths_per_pure_kg(self) -> float:
        """Mean deaths per pure kilogram consumed."""
        return self.deaths_per_y / self.pure_consumed_kg_per_y

    @property
    def usd_per_load(self) -> float:
        """What a load would do if nothing replaced it, in dollars of statistical lives."""
        return self.pure_kg_per_load * self.deaths_per_pure_kg * self.value_of_statistical_life_usd

    def check(self) -> None:
        """Refuse a range that ends before it begins."""
        if self.not_replaced_low_share > self.not_replaced_high_share:
            raise ConfigError("not_replaced_low_share", "above not_replaced_high_share")


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The threshold of one option and its companions; None where there is none."""

    usd_per_load: float | None
    """Value of a load at which the net present value is zero; None: it finds no more loads."""
    pays_without: bool
    """Whether the option pays on time and money alone, whatever a load is worth."""
    annual_gap_usd: float
    """Equal sum a year that interdiction must be worth; negative: what is left over."""
    deaths_per_y: float
    """The same as statistical deaths a year."""
    not_replaced_share: float | None
    """Share of what is seized that must not be replaced; above 1: harm cannot pay for it."""


def break_even_usd_per_load(worth: PresentWorth) -> float | None:
    """Return the value of a load at which the option breaks even; None: it interdicts no more than the baseline."""
    return -worth.npv0 / worth.loads if worth.loads > 0.0 else None


def break_even_threshold(worth: PresentWorth, harm: Harm) -> BreakEven:
    """Return the threshold and its companions; the harm must be in the study's dollars."""
    threshold, per_load = break_even_usd_per_load(worth), harm.usd_per_load
    gap = 0.0 if worth.npv0 == 0.0 else -worth.annualised_net(None)
    shared = None if threshold is None or per_load <= 0.0 else threshold / per_load
    return BreakEven(
        usd_per_load=threshold,
        pays_without=worth.npv0 >= 0.0,
        annual_gap_usd=gap,
        deaths_per_y=gap / harm.value_of_statistical_life_usd,
        not_replaced_share=shared,
    )


def loads_after_displacement(loads: float, share: float) -> float:
    """Return the loads above the baseline's that are left if a share goes by another way."""
    if not 0.0 <= share <= 1.0:
        raise ConfigError("displaced_share", f"must be between 0 and 1, got {share:g}")
    return loads * (1.0 - share)


@dataclass(frozen=True, slots=True)
class DrawOutcomes:
    """What every draw makes of every alternative."""

    names: tuple[str, ...]
    npv0: FloatArray
    """[draw, alternative], dollars."""
    loads: FloatArray
    """[draw, alternative], discounted loads above the baseline's."""
    cost: FloatArray
    """[alternative], mean present cost: ties go to the cheaper."""

    @classmethod
    def of(cls, draws: Sequence[Mapping[str, PresentWorth]]) -> DrawOutcomes:
        """Return the outcomes of draws, each a worth by alternative, all of the same names."""
        names = tuple(draws[0])
        npv0, loads, cost = (
            np.array([[getattr(draw[name], amount) for name in names] for draw in draws])
            for amount in ("npv0", "loads", "cost")
        )
        return cls(names, npv0, loads, cost.mean(axis=0))

    def first(self, draws: int) -> DrawOutcomes:
        """Return the first draws alone."""
        return DrawOutcomes(self.names, self.npv0[:draws], self.loads[:draws], self.cost)

    def benefit(self, usd_per_load: float) -> FloatArray:
        """Return the net monetary benefit [draw, alternative] at one value of a load."""
        return self.npv0 + usd_per_load * self.loads


@dataclass(frozen=True, slots=True)
class DecisionAtValue:
    """How the alternatives stand at one value of a load."""

    usd_per_load: float
    acceptability: FloatArray
    """Share of draws in which each alternative is best; adds up to 1."""
    best: str
    """The alternative of the highest mean."""
    frontier: float
    """Its acceptability; a lower one than another's is possible, and is why both are shown."""
    expected_loss: FloatArray
    """Mean shortfall of each alternative against the best of each draw, dollars."""
    perfect_information: float
    """Expected value of perfect information: the loss that choosing ``best`` leaves, dollars."""


def decide_at_value(outcomes: DrawOutcomes, usd_per_load: float) -> DecisionAtValue:
    """Return acceptability, frontier, expected losses and the value of perfect information."""
    benefit = outcomes.benefit(usd_per_load)
    winners = [_leader(row, outcomes.cost) for row in benefit]
    shares = np.bincount(winners, minlength=len(outcomes.names)) / len(benefit)
    losses = (benefit.max(axis=1, keepdims=True) - benefit).mean(axis=0)
    best = _leader(benefit.mean(axis=0), outcomes.cost)
    return DecisionAtValue(
        usd_per_load=usd_per_load,
        acceptability=shares,
        best=outcomes.names[best],
        frontier=float(shares[best]),
        expected_loss=losses,
        perfect_information=float(losses[best]),
    )


def best_by_value(worths: Mapping[str, PresentWorth], usd_per_load: npt.ArrayLike) -> list[str]:
    """Return who has the highest net monetary benefit at each value of a load; ties: the cheaper.

    Swept from 0 upwards it names the social frontier in its order.
    """
    outcomes = DrawOutcomes.of([worths])
    return [
        outcomes.names[_leader(outcomes.benefit(float(price))[0], outcomes.cost)]
        for price in np.atleast_1d(np.asarray(usd_per_load, dtype=np.float64))
    ]


def _leader(benefit: FloatArray, cost: FloatArray) -> int:
    """Return the place of the highest benefit; among equals that of the lowest cost."""
    best = np.flatnonzero(benefit == benefit.max())
    return int(best[np.argmin(cost[best])])

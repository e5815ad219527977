"""What a funding case is worth as a function of everything that is uncertain about it.

Drawn prices, lives and values, and drawn changes of the response, go through the same arithmetic as
the headline (`experiments.funding.cash_flows.price_alternatives`): there is no second account.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from experiments.economics.appraisal import PresentWorth, appraise
from experiments.economics.cost_effectiveness import DrawOutcomes
from experiments.economics.costs import Asset, CostPart, InvestmentMeasure, amounts_of
from experiments.funding.annual import DEVIATION, LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.uncertainty.accepted_draws import range_positions
from experiments.funding.uncertainty.input_distributions import LOADS_SCALE, NOT_REPLACED, OVERRUN, UncertainInput
from experiments.funding.uncertainty.redrawn_worlds import FittedFormulas
from sim.arrays import FloatArray

DrawnChanges = Mapping[str, tuple[float, float]]
"""Key -> (drawn number, its central value)."""
Part: TypeAlias = Any
"""A dataclass of a case, or a mapping below one."""


def drawn_changes(inputs: Sequence[UncertainInput], numbers: Sequence[float]) -> dict[str, tuple[float, float]]:
    """Return the drawn number of every key, beside the number that it replaces."""
    changes = {}
    for one, number in zip(inputs, numbers, strict=True):
        whole = float(round(number)) if one.whole else float(number)
        changes.update(dict.fromkeys(one.keys, (whole, one.value)))
    return changes


def changes_by_draw(
    inputs: Sequence[UncertainInput], uniforms: Iterable[FloatArray], draws: int
) -> list[dict[str, tuple[float, float]]]:
    """Return what every draw changes, from the uniforms of each input, [draw] each."""
    columns = [one.law.at(u).tolist() for one, u in zip(inputs, uniforms, strict=True)]
    return [drawn_changes(inputs, row) for row in zip(*columns, strict=True)] if columns else [{} for _ in range(draws)]


def redrawn_case(case: FundingCase, drawn_changes: DrawnChanges) -> FundingCase:
    """Return the case with prices, lives, values and harms as drawn.

    Prices are restated already, so that they are scaled by drawn over central; everything else is
    set. A number that no part of the case may have raises `ConfigError`.
    """
    over = {key.removeprefix(OVERRUN): v for key, (v, _) in drawn_changes.items() if key.startswith(OVERRUN)}
    return dataclasses.replace(
        case,
        catalogue={
            name: _measure(measure, _below(drawn_changes, f"cost.{name}."), over)
            for name, measure in case.catalogue.items()
        },
        value=_set(case.value, _below(drawn_changes, "value.")),
        benefit=_set(case.benefit, _below(drawn_changes, "benefit.")),
        harm=_set(case.harm, {k: v for k, v in _below(drawn_changes, "harm.").items() if f"harm.{k}" != NOT_REPLACED}),
    )


def _below(drawn_changes: DrawnChanges, prefix: str) -> dict[str, tuple[float, float]]:
    return {key.removeprefix(prefix): v for key, v in drawn_changes.items() if key.startswith(prefix)}


def _set(part: Part, changes: DrawnChanges) -> Part:
    """Return a dataclass with numbers set, by dotted key; mappings and dataclasses below it too."""
    heads: dict[str, dict[str, tuple[float, float]]] = {}
    plain: dict[str, Any] = {}
    for key, pair in changes.items():
        head, _, tail = key.partition(".")
        if tail:
            heads.setdefault(head, {})[tail] = pair
        else:
            plain[head] = pair[0]
    for head, below in heads.items():
        inner = part[head] if isinstance(part, Mapping) else getattr(part, head)
        plain[head] = _set(inner, below)
    if isinstance(part, Mapping):
        return {**part, **plain}
    return dataclasses.replace(part, **plain) if plain else part


def _measure(measure: InvestmentMeasure, changes: DrawnChanges, overruns: Mapping[str, float]) -> InvestmentMeasure:
    if not changes and not measure.assets:
        return measure

    def scale(key: str) -> float:
        number, central = changes.get(key, (1.0, 1.0))
        return number / central if central else 1.0

    def whole(key: str, otherwise: int) -> int:
        return int(changes[key][0]) if key in changes else otherwise

    def revised(key: str, part: CostPart) -> CostPart:
        fields: dict[str, Any] = {name: usd * scale(f"{key}.{name}") for name, usd in amounts_of(part).items()}
        if isinstance(part, Asset):
            fields["price_usd"] = part.price_usd * (scale(f"{key}.price_usd") * overruns.get(part.kind, 1.0))
            fields["life_y"] = whole(f"{key}.life_y", part.life_y)
        return dataclasses.replace(part, **fields)

    return dataclasses.replace(
        measure.with_parts(revised),
        staff={name: n * scale(f"staff.{name}") for name, n in measure.staff.items()},
        construction_y=whole("construction_y", measure.construction_y),
        ramp_up_share=_ramp(measure.ramp_up_share, changes.get("ramp_up_share")),
    )


def _ramp(shares: tuple[float, ...], drawn_and_central: tuple[float, float] | None) -> tuple[float, ...]:
    """Return the first year's share as drawn; later ones keep their way between it and 1."""
    if drawn_and_central is None or not shares:
        return shares
    first, own = drawn_and_central
    if own >= 1.0:
        return tuple(first for _ in shares)
    return tuple(first + (share - own) * (1.0 - first) / (1.0 - own) for share in shares)


class DrawnCase(NamedTuple):
    """A case with drawn numbers in the place of its own."""

    case: FundingCase
    response: Response
    scale: float
    """Factor on loads above the baseline's, for what simulation does not know."""


TOTALS: Final = ("user_benefit", "cost", "capital")


@dataclass(frozen=True, slots=True)
class ValuationPoints:
    """Outcomes of many draws, and what goes with them: dollars [point, alternative]."""

    outcomes: DrawOutcomes
    user_benefit: FloatArray
    costs: FloatArray
    capital: FloatArray
    harm_usd_per_load: FloatArray
    """[point] what a load would do if nothing replaced it; for shares of seizures only."""
    not_replaced: FloatArray
    """[point] share of seizures not replaced, from its prior."""


@dataclass(frozen=True, slots=True)
class Valuation:
    """A case, its mean response, and everything that is uncertain about both."""

    asked: FundingCase
    response: Response
    """Means of the replications: one replication."""
    economic: tuple[UncertainInput, ...]
    formulas: FittedFormulas | None

    @property
    def beliefs(self) -> tuple[UncertainInput, ...]:
        """Every uncertain number, those of the economics first."""
        return (*self.economic, *(self.formulas.inputs if self.formulas else ()))

    def at(self, uniforms: FloatArray, shifts: FloatArray | None) -> ValuationPoints:
        """Return the worth of every alternative at many points.

        ``uniforms`` are [point, economic input]; ``shifts`` [point, column] change the response on
        a log scale (None: as in the case itself).
        """
        changes = changes_by_draw(self.economic, uniforms.T, len(uniforms))
        factors = self.factors(shifts, len(uniforms))
        rows = [self.worths(*each) for each in zip(changes, factors, strict=True)]
        gains, costs, capital = (
            np.array([[getattr(worth, name) for worth in row.values()] for row in rows]) for name in TOTALS
        )
        harms, shares = np.array([self._harm(drawn) for drawn in changes]).T
        return ValuationPoints(DrawOutcomes.of(rows), gains, costs, capital, harms, shares)

    def emulated(self, uniforms: FloatArray) -> FloatArray | None:
        """Return changes of the response [point, column] by formulas, from uniforms [point, simulation input]."""
        formulas = self.formulas
        return None if formulas is None else formulas.emulator.shift(range_positions(formulas.inputs, uniforms))

    def only(self, uniforms: FloatArray, group: Sequence[bool]) -> DrawOutcomes:
        """Return the outcomes if some numbers alone were drawn, all others as in the case itself.

        ``uniforms`` are [point, input], ``group`` says which inputs are drawn. Simulation inputs
        act by formulas that have not seen the draw's own world.
        """
        n = len(self.economic)
        places = [place for place in range(n) if group[place]]
        changes = changes_by_draw([self.economic[p] for p in places], uniforms.T[places], len(uniforms))
        shifts = None
        if self.formulas is not None and any(group[n:]):
            points = range_positions(self.formulas.inputs, uniforms[:, n:])
            kept = np.where(np.asarray(group[n:]), points, self.formulas.emulator.centre)
            shifts = self.formulas.shift_left_out(kept)
        factors = self.factors(shifts, len(uniforms))
        return DrawOutcomes.of([self.worths(*each) for each in zip(changes, factors, strict=True)])

    def ends(self, points: Sequence[float]) -> list[list[dict[str, PresentWorth]]]:
        """Return the worths with one number at each quantile, [belief][quantile].

        As simulated there, for simulation inputs that lead; else by formulas.
        """
        ends = [
            [self.worths(drawn_changes([one], [float(one.law.at(u))]), None) for u in points] for one in self.economic
        ]
        if self.formulas is None:
            return ends
        n, formulas = len(self.formulas.inputs), self.formulas
        worlds = np.repeat(formulas.emulator.centre[None, :], n * len(points), axis=0)
        for place, one in enumerate(formulas.inputs):
            for step, u in enumerate(points):
                worlds[place * len(points) + step, place] = float(one.law.at(u))
        shifts = formulas.emulator.shift(worlds)
        for (place, u), change in formulas.ends.items():
            if u in points:
                shifts[place * len(points) + points.index(u)] = change
        every = [self.worths({}, factor) for factor in formulas.factors(shifts)]
        return ends + [every[i * len(points) : (i + 1) * len(points)] for i in range(n)]

    def worths(self, drawn_changes: DrawnChanges, factors: FloatArray | None) -> dict[str, PresentWorth]:
        """Return the worths with drawn numbers, and amounts changed by factors."""
        drawn = self.drawn(drawn_changes, factors)
        alternatives = price_alternatives(drawn.case, drawn.response)
        worths = appraise(alternatives, self.asked.study.baseline, self.asked.appraisal.discount_rate)
        return {name: dataclasses.replace(worth, loads=worth.loads * drawn.scale) for name, worth in worths.items()}

    def drawn(self, drawn_changes: DrawnChanges, factors: FloatArray | None) -> DrawnCase:
        """Return the case with drawn numbers, and its response changed by factors."""
        case = redrawn_case(self.asked, drawn_changes) if drawn_changes else self.asked
        response = self.response if factors is None else scale_response(self.response, factors)
        return DrawnCase(case, response, drawn_changes.get(LOADS_SCALE, (1.0, 1.0))[0])

    def drawn_cases(self, uniforms: Iterable[FloatArray], shifts: FloatArray | None, draws: int) -> Iterator[DrawnCase]:
        """Yield the case of every draw, from the uniforms of each economic input, [draw] each."""
        changes = changes_by_draw(self.economic, uniforms, draws)
        return (self.drawn(*each) for each in zip(changes, self.factors(shifts, draws), strict=True))

    def factors(self, shifts: FloatArray | None, points: int) -> Sequence[FloatArray | None]:
        """Return the factors on the response by point; None: as in the case itself."""
        return [None] * points if self.formulas is None or shifts is None else list(self.formulas.factors(shifts))

    def _harm(self, drawn_changes: DrawnChanges) -> tuple[float, float]:
        harm = redrawn_case(self.asked, drawn_changes).harm
        return harm.usd_per_load, drawn_changes.get(NOT_REPLACED, (harm.not_replaced_high_share, 0.0))[0]


def scale_response(response: Response, factors: FloatArray) -> Response:
    """Return a response with hours, trips and loads changed [output, alternative, year].

    All classes change alike; the spread of a class's hours changes as its mean does.
    """
    hours, trips, loads = (factor[:, :, None] for factor in factors)
    by_prefix = {TRUCK_H: hours, TRIPS: trips, DEVIATION: hours / trips}
    amounts: dict[str, FloatArray] = dict(response.amounts)
    amounts[LOADS] = amounts[LOADS] * loads
    for prefix, factor in by_prefix.items():
        for name in response.classes:
            if (key := f"{prefix}{name}") in amounts:
                amounts[key] = amounts[key] * factor
    return Response(response.alternatives, response.years, amounts)


def mean_response(response: Response) -> Response:
    """Return a response of one replication: the mean of all."""
    amounts = {name: values.mean(axis=2, keepdims=True) for name, values in response.amounts.items()}
    return Response(response.alternatives, response.years, amounts)

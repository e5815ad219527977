"""What a funding case is worth as a function of everything that is uncertain about it.

One evaluation takes drawn prices, lives and values, and drawn changes of the response, through the
very arithmetic of the headline (`money.priced`): there is no second account.

A funding case with drawn numbers in the place of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.economics.appraisal import PresentWorth, appraise
from experiments.economics.cost_effectiveness import DrawOutcomes
from experiments.economics.costs import InvestmentMeasure
from experiments.funding.annual import DEVIATION, LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.uncertainty.input_distributions import LOADS_SCALE, NOT_REPLACED, OVERRUN, UncertainInput
from experiments.funding.uncertainty.redrawn_worlds import FittedFormulas
from sim.arrays import FloatArray, IntArray

DrawnChanges = Mapping[str, tuple[float, float]]
"""Key -> (drawn number, its central value)."""


def drawn_changes(
    uncertain_inputs: Sequence[UncertainInput], numbers: Sequence[float]
) -> dict[str, tuple[float, float]]:
    """Return the drawn number of every key, beside the number that it replaces."""
    found = {}
    for belief, number in zip(uncertain_inputs, numbers, strict=True):
        whole = float(round(number)) if belief.whole else float(number)
        found.update(dict.fromkeys(belief.keys, (whole, belief.value)))
    return found


def redrawn_case(case: FundingCase, drawn_changes: DrawnChanges) -> FundingCase:
    """Return the case with prices, lives, values and harms as drawn.

    Prices are restated already, so that they are scaled by drawn over central; everything else is
    set.

    Raises
    ------
    ConfigError
        A drawn number that no part of the case may have.
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


def _set(part: Any, changes: DrawnChanges) -> Any:  # noqa: ANN401
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

    def price(name: str, kind: str) -> float:
        return scale(f"assets.{name}.price_usd") * overruns.get(kind, 1.0)

    def whole(key: str, otherwise: int) -> int:
        return int(changes[key][0]) if key in changes else otherwise

    assets = {
        name: dataclasses.replace(
            asset,
            price_usd=asset.price_usd * price(name, asset.kind),
            removal_usd=asset.removal_usd * scale(f"assets.{name}.removal_usd"),
            life_y=whole(f"assets.{name}.life_y", asset.life_y),
        )
        for name, asset in measure.assets.items()
    }
    once = {
        name: dataclasses.replace(one, cost_usd=one.cost_usd * scale(f"once.{name}.cost_usd"))
        for name, one in measure.once.items()
    }
    yearly = {
        name: dataclasses.replace(each, cost_usd_per_y=each.cost_usd_per_y * scale(f"yearly.{name}.cost_usd_per_y"))
        for name, each in measure.yearly.items()
    }
    return dataclasses.replace(
        measure,
        assets=assets,
        once=once,
        yearly=yearly,
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


@dataclass(frozen=True, slots=True)
class ValuationPoints:
    """Outcomes of many draws, and what goes with them."""

    outcomes: DrawOutcomes
    user_benefit: FloatArray
    """[point, alternative]."""
    costs: FloatArray
    """[point, alternative]."""
    capital: FloatArray
    """[point, alternative]."""
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

        Parameters
        ----------
        uniforms : array
            [point, economic belief].
        shifts : array, optional
            [point, column] change of the response on a log scale; None: as in the case itself.
        """
        columns = [one.law.at(u) for one, u in zip(self.economic, uniforms.T, strict=True)]
        drawns = [drawn_changes(self.economic, row) for row in np.column_stack(columns).tolist()]
        factors = self._factors(shifts)
        rows = [self.worths(found, None if factors is None else factors[place]) for place, found in enumerate(drawns)]
        harms = [self._harm(found) for found in drawns]
        return ValuationPoints(
            DrawOutcomes.of(rows),
            np.array([[worth.user_benefit for worth in row.values()] for row in rows]),
            np.array([[worth.cost for worth in row.values()] for row in rows]),
            np.array([[worth.capital for worth in row.values()] for row in rows]),
            np.array([one for one, _ in harms]),
            np.array([share for _, share in harms]),
        )

    def emulated(self, uniforms: FloatArray, errors: IntArray | None = None) -> FloatArray | None:
        """Return changes of the response by formulas [point, column].

        Parameters
        ----------
        uniforms : array
            [point, simulation input].
        errors : int array, optional
            [point] whose world's error of the formulas is added; none if left out.
        """
        if self.formulas is None:
            return None
        shifts = self.formulas.emulator.shift(self._positions(uniforms))
        return shifts if errors is None else shifts + self.formulas.emulator.errors[errors]

    def only(self, uniforms: FloatArray, group: Sequence[bool]) -> DrawOutcomes:
        """Return the outcomes if some numbers alone were drawn, all others as in the case itself.

        Simulation inputs act by formulas that have not seen the draw's own world.

        Parameters
        ----------
        uniforms : array
            [point, belief].
        group : sequence of bool
            Which beliefs are drawn.
        """
        n = len(self.economic)
        chosen = [place for place in range(n) if group[place]]
        some = [self.economic[place] for place in chosen]
        numbers = [self.economic[place].law.at(uniforms[:, place]).tolist() for place in chosen]
        factors: FloatArray | None = None
        if self.formulas is not None and any(group[n:]):
            points = self._positions(uniforms[:, n:])
            kept = np.where(np.asarray(group[n:]), points, self.formulas.emulator.centre)
            factors = self.formulas.factors(self.formulas.shift_left_out(kept))
        rows = []
        for place in range(len(uniforms)):
            found = drawn_changes(some, [column[place] for column in numbers])
            rows.append(self.worths(found, None if factors is None else factors[place]))
        return DrawOutcomes.of(rows)

    def ends(self, points: Sequence[float]) -> list[list[dict[str, PresentWorth]]]:
        """Return the worths with one number at each quantile, [belief][quantile].

        As simulated there, for simulation inputs that lead; else by formulas.
        """
        found = [[self.moved(one, u) for u in points] for one in self.economic]
        if self.formulas is None:
            return found
        formulas = self.formulas
        n = len(formulas.inputs)
        worlds = np.repeat(formulas.emulator.centre[None, :], n * len(points), axis=0)
        for place, belief in enumerate(formulas.inputs):
            for step, u in enumerate(points):
                worlds[place * len(points) + step, place] = float(belief.law.at(u))
        shifts = formulas.emulator.shift(worlds)
        for (place, u), change in formulas.ends.items():
            if u in points:
                shifts[place * len(points) + points.index(u)] = change
        factors = formulas.factors(shifts)
        every = [self.worths({}, factor) for factor in factors]
        return found + [every[i * len(points) : (i + 1) * len(points)] for i in range(n)]

    def moved(self, uncertain_input: UncertainInput, u: float) -> dict[str, PresentWorth]:
        """Return the worths with one number at a quantile and all others as in the case itself."""
        if self.formulas is None or uncertain_input.assumption is None:
            return self.worths(drawn_changes([uncertain_input], [float(uncertain_input.law.at(u))]), None)
        place = self.formulas.inputs.index(uncertain_input)
        point = self.formulas.emulator.centre.copy()
        point[place] = float(uncertain_input.law.at(u))
        factors = self.formulas.factors(self.formulas.emulator.shift(point[None, :]))
        return self.worths({}, factors[0])

    def worths(self, drawn_changes: DrawnChanges, factors: FloatArray | None) -> dict[str, PresentWorth]:
        """Return the worths with drawn numbers, and amounts changed by factors."""
        moved = redrawn_case(self.asked, drawn_changes) if drawn_changes else self.asked
        response = self.response if factors is None else scale_response(self.response, factors)
        worths = appraise(
            price_alternatives(moved, response), self.asked.study.baseline, self.asked.appraisal.discount_rate
        )
        scale = drawn_changes.get(LOADS_SCALE, (1.0, 1.0))[0]
        return {name: dataclasses.replace(worth, loads=worth.loads * scale) for name, worth in worths.items()}

    def _factors(self, shifts: FloatArray | None) -> FloatArray | None:
        if self.formulas is None or shifts is None:
            return None
        return self.formulas.factors(shifts)

    def _positions(self, uniforms: FloatArray) -> FloatArray:
        inputs = () if self.formulas is None else self.formulas.inputs
        return np.column_stack([one.law.at(column) for one, column in zip(inputs, uniforms.T, strict=True)])

    def _harm(self, drawn_changes: DrawnChanges) -> tuple[float, float]:
        harm = redrawn_case(self.asked, drawn_changes).harm
        per_load = harm.pure_kg_per_load * harm.deaths_per_pure_kg * harm.value_of_statistical_life_usd
        return per_load, drawn_changes.get(NOT_REPLACED, (harm.not_replaced_high_share, 0.0))[0]


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

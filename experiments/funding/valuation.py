"""What a funding case is worth as a function of everything that is uncertain about it.

One evaluation takes drawn prices, lives and values, and drawn changes of the response, through the
very arithmetic of the headline (`money.priced`): there is no second account.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.economics.appraisal import Worth, appraise
from experiments.economics.net_monetary import Outcomes
from experiments.funding.beliefs import LOADS_SCALE, NOT_REPLACED, Belief
from experiments.funding.case import Case
from experiments.funding.money import priced
from experiments.funding.redrawn_case import Drawn, drawn, redrawn_case
from experiments.funding.redrawn_worlds import Formulas
from experiments.funding.response import LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.year_amounts import DEVIATION

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Points:
    """Outcomes of many draws, and what goes with them."""

    outcomes: Outcomes
    user_benefit: Floats
    """[point, alternative]."""
    costs: Floats
    """[point, alternative]."""
    capital: Floats
    """[point, alternative]."""
    harm_usd_per_load: Floats
    """[point] what a load would do if nothing replaced it; for shares of seizures only."""
    not_replaced: Floats
    """[point] share of seizures not replaced, from its prior."""


@dataclass(frozen=True, slots=True)
class Valuation:
    """A case, its mean response, and everything that is uncertain about both."""

    asked: Case
    response: Response
    """Means of the replications: one replication."""
    economic: tuple[Belief, ...]
    formulas: Formulas | None

    @property
    def beliefs(self) -> tuple[Belief, ...]:
        """Every uncertain number, those of the economics first."""
        return (*self.economic, *(self.formulas.inputs if self.formulas else ()))

    def at(self, uniforms: Floats, shifts: Floats | None) -> Points:
        """Return the worth of every alternative at many points.

        Parameters
        ----------
        uniforms : array
            [point, economic belief].
        shifts : array, optional
            [point, column] change of the response on a log scale; None: as in the case itself.
        """
        columns = [one.law.at(u) for one, u in zip(self.economic, uniforms.T, strict=True)]
        drawns = [drawn(self.economic, row) for row in np.column_stack(columns).tolist()]
        factors = self._factors(shifts)
        rows = [
            self.worths(found, None if factors is None else factors[place])
            for place, found in enumerate(drawns)
        ]
        harms = [self._harm(found) for found in drawns]
        return Points(
            Outcomes.of(rows),
            np.array([[worth.user_benefit for worth in row.values()] for row in rows]),
            np.array([[worth.cost for worth in row.values()] for row in rows]),
            np.array([[worth.capital for worth in row.values()] for row in rows]),
            np.array([one for one, _ in harms]),
            np.array([share for _, share in harms]),
        )

    def emulated(self, uniforms: Floats, errors: Ints | None = None) -> Floats | None:
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

    def only(self, uniforms: Floats, group: Sequence[bool]) -> Outcomes:
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
        factors: Floats | None = None
        if self.formulas is not None and any(group[n:]):
            points = self._positions(uniforms[:, n:])
            kept = np.where(np.asarray(group[n:]), points, self.formulas.emulator.centre)
            factors = self.formulas.factors(self.formulas.shift_left_out(kept))
        rows = []
        for place in range(len(uniforms)):
            found = drawn(some, [column[place] for column in numbers])
            rows.append(self.worths(found, None if factors is None else factors[place]))
        return Outcomes.of(rows)

    def ends(self, points: Sequence[float]) -> list[list[dict[str, Worth]]]:
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

    def moved(self, belief: Belief, u: float) -> dict[str, Worth]:
        """Return the worths with one number at a quantile and all others as in the case itself."""
        if self.formulas is None or belief.assumption is None:
            return self.worths(drawn([belief], [float(belief.law.at(u))]), None)
        place = self.formulas.inputs.index(belief)
        point = self.formulas.emulator.centre.copy()
        point[place] = float(belief.law.at(u))
        factors = self.formulas.factors(self.formulas.emulator.shift(point[None, :]))
        return self.worths({}, factors[0])

    def worths(self, found: Drawn, factors: Floats | None) -> dict[str, Worth]:
        """Return the worths with drawn numbers, and amounts changed by factors."""
        moved = redrawn_case(self.asked, found) if found else self.asked
        response = self.response if factors is None else changed(self.response, factors)
        worths = appraise(
            priced(moved, response), self.asked.study.baseline, self.asked.appraisal.discount_rate
        )
        scale = found.get(LOADS_SCALE, (1.0, 1.0))[0]
        return {
            name: dataclasses.replace(worth, loads=worth.loads * scale)
            for name, worth in worths.items()
        }

    def _factors(self, shifts: Floats | None) -> Floats | None:
        if self.formulas is None or shifts is None:
            return None
        return self.formulas.factors(shifts)

    def _positions(self, uniforms: Floats) -> Floats:
        inputs = () if self.formulas is None else self.formulas.inputs
        return np.column_stack(
            [one.law.at(column) for one, column in zip(inputs, uniforms.T, strict=True)]
        )

    def _harm(self, found: Drawn) -> tuple[float, float]:
        harm = redrawn_case(self.asked, found).harm
        per_load = (
            harm.pure_kg_per_load * harm.deaths_per_pure_kg * harm.value_of_statistical_life_usd
        )
        return per_load, found.get(NOT_REPLACED, (harm.not_replaced_high_share, 0.0))[0]


def changed(response: Response, factors: Floats) -> Response:
    """Return a response with hours, trips and loads changed [output, alternative, year].

    All classes change alike; the spread of a class's hours changes as its mean does.
    """
    hours, trips, loads = (factor[:, :, None] for factor in factors)
    by_prefix = {TRUCK_H: hours, TRIPS: trips, DEVIATION: hours / trips}
    amounts: dict[str, Floats] = dict(response.amounts)
    amounts[LOADS] = amounts[LOADS] * loads
    for prefix, factor in by_prefix.items():
        for name in response.classes:
            if (key := f"{prefix}{name}") in amounts:
                amounts[key] = amounts[key] * factor
    return Response(response.alternatives, response.years, amounts)


def mean_response(found: Response) -> Response:
    """Return a response of one replication: the mean of all."""
    amounts = {name: values.mean(axis=2, keepdims=True) for name, values in found.amounts.items()}
    return Response(found.alternatives, found.years, amounts)

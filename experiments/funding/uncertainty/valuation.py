"""What a funding case is worth as a function of everything that is uncertain about it.

Drawn prices, lives and values, and the response of simulated sets of assumptions, go through the same arithmetic as
the headline (`experiments.funding.cash_flows.price_alternatives`): there is no second account.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from experiments.economics.appraisal import AnnualFlows, PresentWorth, appraise, project_returns
from experiments.economics.cost_effectiveness import DrawOutcomes
from experiments.economics.costs import Asset, CostPart, InvestmentMeasure, amounts_of
from experiments.funding.annual import Response
from experiments.funding.budget.spending import BUDGET_FIGURES
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.sets.input_distributions import LOADS_SCALE, NOT_REPLACED, OVERRUN, UncertainInput
from experiments.funding.sets.simulated_sets import ENDS, SimulatedSets
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

    def flows(self) -> dict[str, AnnualFlows]:
        """Return costs, users' gain and loads of every alternative by year."""
        return price_alternatives(self.case, self.response)

    def worths(self, flows: Mapping[str, AnnualFlows]) -> dict[str, PresentWorth]:
        """Return present values at the headline's rate."""
        found = appraise(flows, self.case.study.baseline, self.case.appraisal.discount_rate)
        return {name: dataclasses.replace(one, loads=one.loads * self.scale) for name, one in found.items()}


Figure = Callable[[FundingCase, AnnualFlows], float]
"""The drawn case and one alternative's flows in it -> a figure of the alternative."""


DRAWN_FIGURES: Final[Mapping[str, Figure]] = BUDGET_FIGURES
"""Column of the draws -> figure of every alternative, beside the present values."""
TOTALS: Final = ("user_benefit", "cost", "capital")


@dataclass(frozen=True, slots=True)
class ValuationPoints:
    """Outcomes of many draws, and what goes with them: dollars [point, alternative]."""

    outcomes: DrawOutcomes
    user_benefit: FloatArray
    costs: FloatArray
    capital: FloatArray
    figures: Mapping[str, FloatArray]
    """`DRAWN_FIGURES` by name."""
    harm_usd_per_load: FloatArray
    """[point] what a load would do if nothing replaced it; for shares of seizures only."""
    not_replaced: FloatArray
    """[point] share of seizures not replaced, from its prior."""
    priced: Sequence[tuple[DrawnCase, Mapping[str, AnnualFlows]]]
    """[point] the drawn case, and its flows by alternative."""


@dataclass(frozen=True, slots=True)
class Valuation:
    """A case, its mean response, and everything that is uncertain about both."""

    asked: FundingCase
    response: Response
    """Means of the replications: one replication."""
    economic: tuple[UncertainInput, ...]
    sets: SimulatedSets | None
    """None: simulation inputs stay as they are."""

    @property
    def beliefs(self) -> tuple[UncertainInput, ...]:
        """Every uncertain number, those of the economics first."""
        return (*self.economic, *(self.sets.inputs if self.sets else ()))

    def responses_of(self, draws: int) -> list[Response] | None:
        """Return what each draw was simulated to, sets in turn where there are more draws; None: the case's own."""
        if self.sets is None:
            return None
        return [self.sets.drawn[draw % len(self.sets.drawn)].whole for draw in range(draws)]

    def n_independent(self, draws: int) -> int:
        """Return how many of so many draws have a set of their own: the first ones."""
        return draws if self.sets is None else min(draws, len(self.sets.drawn))

    def at(self, uniforms: FloatArray, responses: Sequence[Response] | None) -> ValuationPoints:
        """Return the outcomes of draws: uniforms [draw, economic input], and the response of each."""
        changes = changes_by_draw(self.economic, uniforms.T, len(uniforms))
        drawn = [
            self.drawn(one, response) for one, response in zip(changes, self._each(responses, changes), strict=True)
        ]
        flows = [one.flows() for one in drawn]
        rows = [one.worths(of) for one, of in zip(drawn, flows, strict=True)]
        gains, costs, capital = (
            np.array([[getattr(worth, name) for worth in row.values()] for row in rows]) for name in TOTALS
        )
        figures = {
            name: np.array([[figure(one.case, of[n]) for n in of] for one, of in zip(drawn, flows, strict=True)])
            for name, figure in DRAWN_FIGURES.items()
        }
        harms, shares = np.array([self._harm(one) for one in changes]).T
        priced = tuple(zip(drawn, flows, strict=True))
        return ValuationPoints(DrawOutcomes.of(rows), gains, costs, capital, figures, harms, shares, priced)

    def only(self, uniforms: FloatArray, group: Sequence[bool]) -> DrawOutcomes:
        """Return the outcomes if some economic numbers alone were drawn, all else as in the case itself.

        ``uniforms`` are [draw, economic input], ``group`` says which of them are drawn.
        """
        places = [place for place, mine in enumerate(group) if mine]
        changes = changes_by_draw([self.economic[p] for p in places], uniforms.T[places], len(uniforms))
        return DrawOutcomes.of([self.worths(one) for one in changes])

    def only_simulated(self, draws: int) -> DrawOutcomes:
        """Return the outcomes if the simulation inputs alone were drawn, as simulated.

        Raises
        ------
        ValueError
            No set was simulated.
        """
        if (responses := self.responses_of(draws)) is None:
            raise ValueError("no sets of assumptions were simulated")
        return DrawOutcomes.of([self.worths({}, one) for one in responses])

    def ends(self, points: Sequence[float] = ENDS) -> dict[int, list[dict[str, PresentWorth]]]:
        """Return the worths with one number at each quantile, [quantile], by place of the belief.

        Of every economic number, and of the simulation inputs that were simulated there: above what the case itself
        comes to on the same seeds.
        """
        found = {
            place: [self.worths(drawn_changes([one], [float(one.law.at(u))])) for u in points]
            for place, one in enumerate(self.economic)
        }
        if self.sets is None:
            return found
        for place in sorted({place for place, _ in self.sets.ends}):
            moved = [self.sets.ends.get((place, u)) for u in points]
            if all(one is not None for one in moved):
                found[len(self.economic) + place] = [self.moved_worths(one.whole) for one in moved if one is not None]
        return found

    def moved_worths(self, response: Response) -> dict[str, PresentWorth]:
        """Return the case's own worths, moved as far as a simulated set lies from the case on the same seeds.

        Raises
        ------
        ValueError
            No set was simulated.
        """
        if self.sets is None:
            raise ValueError("no sets of assumptions were simulated")
        base = self.worths({})
        there, here = self.worths({}, response), self.worths({}, self.sets.itself.whole)
        return {
            name: dataclasses.replace(
                worth,
                user_benefit=worth.user_benefit + there[name].user_benefit - here[name].user_benefit,
                loads=worth.loads + there[name].loads - here[name].loads,
            )
            for name, worth in base.items()
        }

    def worths(self, drawn_changes: DrawnChanges, response: Response | None = None) -> dict[str, PresentWorth]:
        """Return the worths with drawn numbers, and a response in the place of the case's own."""
        drawn = self.drawn(drawn_changes, response)
        return drawn.worths(drawn.flows())

    def drawn(self, drawn_changes: DrawnChanges, response: Response | None = None) -> DrawnCase:
        """Return the case with drawn numbers, and a response in the place of its own."""
        case = redrawn_case(self.asked, drawn_changes) if drawn_changes else self.asked
        scale = drawn_changes.get(LOADS_SCALE, (1.0, 1.0))[0]
        return DrawnCase(case, self.response if response is None else response, scale)

    def drawn_cases(
        self, uniforms: Iterable[FloatArray], responses: Sequence[Response] | None, draws: int
    ) -> Iterator[DrawnCase]:
        """Yield the case of every draw, from the uniforms of each economic input, [draw] each."""
        changes = changes_by_draw(self.economic, uniforms, draws)
        return (self.drawn(*each) for each in zip(changes, self._each(responses, changes), strict=True))

    def _each(self, responses: Sequence[Response] | None, changes: Sequence[object]) -> Sequence[Response | None]:
        return [None] * len(changes) if responses is None else responses

    def _harm(self, drawn_changes: DrawnChanges) -> tuple[float, float]:
        harm = redrawn_case(self.asked, drawn_changes).harm
        return harm.usd_per_load, drawn_changes.get(NOT_REPLACED, (harm.not_replaced_high_share, 0.0))[0]


def mean_response(response: Response) -> Response:
    """Return a response of one replication: the mean of all."""
    amounts = {name: values.mean(axis=2, keepdims=True) for name, values in response.amounts.items()}
    return Response(response.alternatives, response.years, amounts)


RATE_COLUMNS: Final = (
    "draw", "alternative", "rate", "capital_usd", "cost_usd", "user_benefit_usd", "npv0_usd", "loads",
)  # fmt: skip
RETURN_COLUMNS: Final = ("draw", "alternative", "irr", "irr_reason", "payback_y", "discounted_payback_y")


def draws_at_other_rates(valuation: Valuation, points: ValuationPoints) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every draw at every other rate (`RATE_COLUMNS`), and every draw's returns (`RETURN_COLUMNS`).

    ``points`` are the headline's draws. The baseline, which is zero, is left out. Missing: no rate, or never paid
    back within the years.
    Where the user gives a value of a load, it is in the returns as in the headline's.
    """
    case, baseline = valuation.asked, valuation.asked.study.baseline
    price = case.appraisal.interdiction_usd_per_load
    rates: list[tuple[object, ...]] = []
    returns: list[tuple[object, ...]] = []
    for number, (draw, alternatives) in enumerate(points.priced):
        rates += [
            (number, name, rate, worth.capital, worth.cost, worth.user_benefit, worth.npv0, draw.scale * worth.loads)
            for rate in case.appraisal.rates()
            if rate != case.appraisal.discount_rate
            for name, worth in appraise(alternatives, baseline, rate).items()
            if name != baseline
        ]
        scaled = None if price is None else draw.scale * price
        for name, flows in alternatives.items():
            if name != baseline:
                found = project_returns(flows, alternatives[baseline], scaled, case.appraisal.discount_rate)
                returns.append((number, name, *found))
    return pd.DataFrame(rates, columns=list(RATE_COLUMNS)), pd.DataFrame(returns, columns=list(RETURN_COLUMNS))

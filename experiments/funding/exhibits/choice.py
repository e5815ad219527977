"""What the numbers support, and what it asks for: the choice and the request behind it.

With a value of a load that the user set, the choice has the highest net present value. Without one
it is the option that pays on time and money alone; if none does, the first option of the social
frontier, which asks least of each further load. No value of a load is ever assumed to choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from experiments.economics.appraisal import PresentWorth
from experiments.economics.cost_effectiveness import social_frontier
from experiments.economics.costs import INITIAL_COST_KINDS, purchases_with_staff, units_by_measure
from experiments.funding.cash_flows import AppraisedCase

ONCE: Final = ("training",)
YEARLY: Final = ("operation", "staff", "training")
PERSON: Final = "person"
"""Unit of the measures that are people."""
PAYERS: Final = {"united_states": "United States government", "mexico": "Mexican government"}
COST_KIND_WORDS: Final = {
    "equipment": "equipment",
    "civil_works": "civil works",
    "integration": "integration",
    "training": "training",
    "replacement": "replacement",
    "operation": "operation and upkeep",
    "staff": "staff",
    "removal": "removal",
    "residual": "residual value",
}
"""Kinds of cost in a reader's words, in the order in which they fall due."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the numbers support."""

    name: str
    why: Literal["priced", "pays", "threshold", "none"]
    """``priced``: best at the user's value of a load; ``pays``: best on time and money alone, and
    above zero; ``threshold``: pays from its break-even value on; ``none``: the baseline stands."""


@dataclass(frozen=True, slots=True)
class FundingRequest:
    """What has to be granted for one alternative; dollars of the price year, not discounted."""

    capital: Mapping[tuple[str, str], float]
    """Initial spending by payer and kind: buying, building, joining."""
    once_usd: float
    """Training before service."""
    yearly_usd: float
    """Operation and staff in a year of full service."""
    persons: Mapping[str, float]
    """Full-time staff by what they are; a post over the week takes ``persons_per_post`` of them."""
    units: tuple[tuple[str, float, str], ...]
    """Measure, how many, and what one unit is."""
    first_service_y: int | None

    @property
    def capital_usd(self) -> float:
        """Initial capital of all payers."""
        return sum(self.capital.values())


def choose_alternative(worths: Mapping[str, PresentWorth], baseline: str, usd_per_load: float | None) -> Choice:
    """Return what the numbers support at the central inputs.

    Ties in net present value go to the alternative that costs least; ties in the price of a load to
    the one that interdicts most, as on the frontier (decision 012).
    """
    best = max(worths, key=lambda name: (worths[name].npv(usd_per_load), -worths[name].cost))
    if usd_per_load is not None:
        return Choice(best, "priced" if best != baseline else "none")
    if best != baseline and worths[best].npv0 > 0.0:
        return Choice(best, "pays")
    more = [p for p in social_frontier(worths) if p.status == "frontier" and p.name != baseline and p.effect > 0.0]
    return Choice(min(more, key=lambda p: p.effect).name, "threshold") if more else Choice(baseline, "none")


def request_funding(appraised: AppraisedCase, name: str) -> FundingRequest:
    """Return what one alternative asks for, above the baseline."""
    case = appraised.case
    own, base = (appraised.alternatives[one].cost for one in (name, case.study.baseline))
    capital = {
        (payer, kind): float(own.total(payer, [kind]).sum() - base.total(payer, [kind]).sum())
        for payer in own.payers()
        for kind in INITIAL_COST_KINDS
    }
    purchases = case.purchases.get(name, ())
    bought = units_by_measure(purchases_with_staff(purchases, case.catalogue))
    kinds = {name: case.catalogue[name].unit for name in bought}
    once, yearly = (own.total(kinds=of) - base.total(kinds=of) for of in (ONCE, YEARLY))
    first = [p.first_service_y(case.catalogue[p.measure]) for p in purchases]
    return FundingRequest(
        capital={line: usd for line, usd in capital.items() if usd},
        once_usd=float(once[: min(first, default=1)].sum()),
        yearly_usd=float(yearly[case.appraisal.years - 1]),
        persons={name: n for name, n in bought.items() if kinds[name] == PERSON},
        units=tuple((name, n, kinds[name]) for name, n in bought.items() if kinds[name] != PERSON),
        first_service_y=min(first, default=None),
    )

"""What is never sampled, as scenarios: rates, years, growth, late or idle equipment, views.

Each scenario changes one thing in the case and goes through the arithmetic of the headline.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from experiments.economics.appraisal import PresentWorth, appraise
from experiments.economics.benefits import Benefit
from experiments.economics.cost_effectiveness import break_even_usd_per_load, loads_after_displacement
from experiments.funding.annual import Response
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.request import read_economic_option, read_time_values
from experiments.funding.sets.accepted_draws import DEMAND
from experiments.funding.sets.input_distributions import UncertainInput
from experiments.funding.uncertainty.valuation import Valuation

OTHER_VIEWS = ("dot_2023", "dot_2023_cargo", "carrier_2024")
"""Benefits that are shown beside the case's own, never added to it."""
WorthScenario = tuple[str, str, Mapping[str, PresentWorth]]
"""Words, kind, worths."""


def scenario_table(valuation: Valuation, settings: UncertaintySettings) -> pd.DataFrame:
    """Return every scenario by alternative; see `Uncertainty.scenarios`."""
    base = valuation.worths({})
    found = [("the case itself", "base", base), *_of_case(valuation, settings), *_of_worths(base, settings)]
    found += _views(valuation.asked, valuation.response)
    return pd.DataFrame(row for scenario in found for row in _rows(*scenario))


def two_way_table(valuation: Valuation, settings: UncertaintySettings, usd_per_load: Iterable[float]) -> pd.DataFrame:
    """Return who leads where loads and saved hours are worth more or less.

    Columns: ``usd_per_load``, ``saving_factor``, ``best``, ``nmb_usd``.
    """
    base = valuation.worths({})
    rows = []
    for price in usd_per_load:
        for factor in settings.saving_factors:
            benefit = {
                name: factor * worth.user_benefit - worth.cost + price * worth.loads for name, worth in base.items()
            }
            # ties go to the cheaper, as everywhere
            best = max(benefit, key=lambda name: (benefit[name], -base[name].cost))
            rows.append((price, factor, best, benefit[best]))
    return pd.DataFrame(rows, columns=["usd_per_load", "saving_factor", "best", "nmb_usd"])


def _rows(scenario: str, kind: str, worths: Mapping[str, PresentWorth]) -> Iterator[dict[str, object]]:
    best = max(worths, key=lambda name: (worths[name].npv0, -worths[name].cost))
    for name, worth in worths.items():
        yield {
            "scenario": scenario,
            "kind": kind,
            "alternative": name,
            "npv0_usd": worth.npv0,
            "user_benefit_usd": worth.user_benefit,
            "cost_usd": worth.cost,
            "loads": worth.loads,
            "break_even_usd": break_even_usd_per_load(worth),
            "best": name == best,
        }


def _worths(case: FundingCase, response: Response, **appraisal: Any) -> dict[str, PresentWorth]:  # noqa: ANN401
    """Return the worths of a case, with fields of its appraisal replaced."""
    moved = dataclasses.replace(case, appraisal=dataclasses.replace(case.appraisal, **appraisal))
    return appraise(price_alternatives(moved, response), case.study.baseline, moved.appraisal.discount_rate)


def _of_case(valuation: Valuation, settings: UncertaintySettings) -> Iterator[WorthScenario]:
    """Yield what changes the case before its cash flows."""
    case, response, last = valuation.asked, valuation.response, valuation.asked.appraisal.years
    for rate in case.appraisal.rates():
        yield f"discount rate {rate:.1%}", "rate", _worths(case, response, discount_rate=rate)
    for years in sorted({*settings.horizons_y, last}):
        if last_service_y(case) <= years <= last:
            yield f"{years} years of operation", "horizon", _worths(case, response, years=years)
    yield from _growth(valuation)
    for late in settings.late_y:
        moved = defer_purchases(case, late_y=late)
        if last_service_y(moved) <= last:
            yield f"everything {late} years late", "late", _worths(moved, response)


def _of_worths(base: Mapping[str, PresentWorth], settings: UncertaintySettings) -> Iterator[WorthScenario]:
    """Yield what is left where a share of what was bought stands still (costs stay), or of loads goes elsewhere."""
    for share in settings.downtime_shares:
        up = 1.0 - share
        worths = {
            name: dataclasses.replace(worth, user_benefit=worth.user_benefit * up, loads=worth.loads * up)
            for name, worth in base.items()
        }
        yield f"out of service {share:.0%} of the time", "downtime", worths
    for share in settings.displaced_shares:
        left = {n: dataclasses.replace(w, loads=loads_after_displacement(w.loads, share)) for n, w in base.items()}
        yield f"{share:.0%} of loads go another way", "displaced", left


def _views(case: FundingCase, response: Response) -> Iterator[WorthScenario]:
    """Yield the other views of a truck-hour; they count the same time and are never added."""
    for name in OTHER_VIEWS:
        if name != case.benefit.name:
            benefit = read_economic_option(Benefit, "benefit", name)
            moved = dataclasses.replace(case, benefit=benefit, value=read_time_values(benefit))
            words = "the carrier's" if benefit.view == "carrier" else "DOT's"
            yield f"{words} view of a truck-hour ({name})", "view", _worths(moved, response)


def last_service_y(case: FundingCase, *names: str) -> int:
    """Return the year in which the last purchase (of some alternatives) comes into service; 1 without any."""
    bought = [one for name in names or case.purchases for one in case.purchases[name]]
    return max((one.first_service_y(case.catalogue[one.measure]) for one in bought), default=1)


def defer_purchases(case: FundingCase, order_y: int = 0, late_y: int = 0) -> FundingCase:
    """Return the case with every order, or every delivery, so many years later."""
    purchases = {
        name: tuple(dataclasses.replace(o, order_y=o.order_y + order_y, late_y=o.late_y + late_y) for o in bought)
        for name, bought in case.purchases.items()
    }
    return dataclasses.replace(case, purchases=purchases)


def growth_steps(case: FundingCase, inputs: Sequence[UncertainInput], points: float) -> dict[float, tuple[int, float]]:
    """Return slower and faster growth of demand, within its range: growth -> (place of the input, position)."""
    found = {}
    for place, belief in enumerate(inputs):
        one = belief.assumption
        if one is None or one.key != f"{DEMAND}growth_share_per_y":
            continue
        for step in (-points, points):
            growth = min(max(case.terms.demand.growth_share_per_y + step, one.low), one.high)
            found[growth] = (place, (growth - one.low) / (one.high - one.low))
    return found


def _growth(valuation: Valuation) -> Iterator[WorthScenario]:
    """Yield slower and faster growth, as simulated."""
    if valuation.sets is None:
        return
    for growth, amounts in valuation.sets.growth.items():
        yield f"growth {growth:.1%} a year", "growth", valuation.moved_worths(amounts.whole)

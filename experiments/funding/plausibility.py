"""Gains by officer, booth and truck, beside what studies print: a result far above them needs a reason.

No study prints the gain of a booth. A booth that is open has the officers of one post, so that it is held against what
their number is printed to gain. Gains of a truck are held against all that delay costs a truck: no measure saves more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from experiments.economics.appraisal import PresentWorth
from experiments.economics.discounting import annualised
from experiments.funding.annual import TRIPS, WANTED
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.checks import MANS, ON_ROSTER, bought_units
from experiments.number_format import number, usd

Unit = Literal["officer", "booth", "truck"]
UNIT_WORDS: Final[dict[Unit, str]] = {
    "officer": "an officer more, a year",
    "booth": "an open booth more, a year",
    "truck": "a truck that crosses",
}
"""What a gain is of, in words."""


@dataclass(frozen=True, slots=True)
class PublishedComparison:
    """How many units an alternative spreads its gain over, and what is printed of one."""

    unit: Unit
    units: float
    """Officers or open booths bought; trucks a year that want to cross."""
    published_usd: float
    """Of one unit, dollars of the appraisal's price year."""

    def usd_per_unit(self, worth: PresentWorth) -> float:
        """Return the users' equal gain a year of one unit."""
        return annualised(worth.user_benefit, worth.rate, worth.years) / self.units

    def multiple(self, worth: PresentWorth) -> float:
        """Return the gain of a unit over what is printed; below zero: a loss."""
        return self.usd_per_unit(worth) / self.published_usd


def published_comparisons(appraised: AppraisedCase, name: str) -> list[PublishedComparison]:
    """Return what the gain of one alternative is held against: officers and booths only where it buys any."""
    case = appraised.case
    to, published, posts = case.appraisal.price_year, case.terms.published, case.terms.persons_per_post
    officer = case.deflator.restated(published.officer_usd_per_y, published.officer_price_year, to)
    truck = case.deflator.restated(published.delay_usd_per_truck, published.delay_price_year, to)
    scenario = case.study.alternatives[name]
    bought = bought_units(case.purchases[name], case.catalogue, MANS if scenario.staffing.roster is None else ON_ROSTER)
    officers = bought.get("officer", 0.0)
    found = [PublishedComparison("truck", _trucks(appraised), truck)]
    if officers > 0.0:
        found.append(PublishedComparison("officer", officers, officer))
        found.append(PublishedComparison("booth", officers / posts, officer * posts))
    return found


def implausible_gains(appraised: AppraisedCase) -> Iterator[str]:
    """Yield a warning for each alternative of which one unit gains more than a multiple of what is printed."""
    most = appraised.case.terms.published.most_multiple
    for name, worth in appraised.worths[appraised.case.appraisal.discount_rate].items():
        if name == appraised.case.study.baseline:
            continue
        over = [one for one in published_comparisons(appraised, name) if one.multiple(worth) > most]
        if over:
            worst = max(over, key=lambda one: one.multiple(worth))
            yield (
                f"Check {name}: users would gain {usd(worst.usd_per_unit(worth))} for {UNIT_WORDS[worst.unit]}, "
                f"{number(worst.multiple(worth), 0)} times what is published ({usd(worst.published_usd)}). It rests on "
                "the booths that are open today, which are fitted: have them counted before money is asked for."
            )


def _trucks(appraised: AppraisedCase) -> float:
    """Return the trucks that want to cross in a mean simulated year of the baseline."""
    response = appraised.response
    place = response.alternatives.index(appraised.case.study.baseline)
    prefix = WANTED if any(name.startswith(WANTED) for name in response.amounts) else TRIPS
    return float(np.sum([response.amounts[f"{prefix}{kind}"][place].mean() for kind in response.classes]))

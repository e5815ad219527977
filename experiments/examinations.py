"""Random examinations in words: what they say, and how many a wanted precision would take."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.findings import Findings
from experiments.interdiction import Estimate, estimates
from experiments.sections import Text
from experiments.wording import NONE, number, percent
from sim.sampling import Interval

PER: float = 1e5
"""Rates of loads are said per so many trucks."""


def random_rows(found: Findings) -> Iterator[dict[str, object]]:
    """Yield what an agency could infer from each alternative's random stream."""
    for one in _estimates(found):
        yield {
            "name": one.alternative,
            "inspected": Text(number(one.inspected, 0), f"{number(one.opened, 0)} of them opened"),
            "found": number(one.found, 0),
            "rate": Text(number(PER * one.rate.estimate), _per_100k(one.rate)),
            "interdicted": Text(percent(one.interdicted.estimate), _shares(one.interdicted)),
            "truth": percent(one.truth),
            "needed": _needed(found, one),
            "clean": Text(number(one.clean, 0), _at_this_rate(found, one, one.clean)),
        }


def random_words(found: Findings) -> str:
    """Return what the random stream is and what its estimate leaves out."""
    wanted = found.study.random_stream
    return (
        "Trucks that luck alone sent to the portal, among those that targeting let pass, all "
        "replications together. E = F / (F + (x / n) M): F loads found by targeting, x found in n "
        "random inspections, M trucks let pass (GAO-02-215R); what luck finds is not targeting's. "
        "Rates have Clopper-Pearson intervals. A random inspection finds only what image and exam "
        "see, so the estimate lies above the truth, which only a simulation knows. Sample wanted: "
        "trucks to inspect until the interval of the rate is as narrow as "
        f"±{percent(wanted.relative_half_width, 0)} of it. All clean: trucks which, inspected and "
        f"all found clean, give {percent(found.study.coverage, 0)} confidence that fewer than "
        f"{percent(wanted.below_share, 2)} of those let pass hold a load that inspection can see."
    )


def random_answer(found: Findings) -> str:
    """Return in a few sentences what the baseline's random stream says; empty: it has none."""
    one = next((e for e in _estimates(found) if e.alternative == found.study.baseline), None)
    if one is None:
        return ""
    wanted, sure = found.study.random_stream, percent(found.study.coverage, 0)
    loads = f"{number(one.found, 0)} load{'' if one.found == 1 else 's'}"
    text = (
        f"Random examinations under {one.alternative}: {number(one.inspected, 0)} trucks, {loads} "
        f"found, {number(PER * one.rate.estimate)} per 100,000 {_per_100k(one.rate)}. From them an "
        f"agency would put the loads that targeting interdicts at "
        f"{percent(one.interdicted.estimate, 0)} {_shares(one.interdicted)}; in truth it is "
        f"{percent(one.truth)}. "
    )
    if one.needed is not None:
        text += (
            f"To know the rate to within ±{percent(wanted.relative_half_width, 0)} takes "
            f"{number(one.needed, 0)} ({_at_this_rate(found, one, one.needed)}). "
        )
    return text + (
        f"{number(one.clean, 0)} examinations, all clean, give {sure} confidence of fewer than "
        f"{percent(wanted.below_share, 2)}."
    )


def _estimates(found: Findings) -> list[Estimate]:
    return estimates(found.metrics, found.study.random_stream, found.study.coverage)


def _needed(found: Findings, one: Estimate) -> Text:
    if one.needed is None:
        return Text(NONE, "nothing found to size it by")
    return Text(number(one.needed, 0), _at_this_rate(found, one, one.needed))


def _at_this_rate(found: Findings, one: Estimate, wanted: int) -> str:
    """Return how long the alternative's own random stream would take."""
    days = wanted / one.inspected * found.study.replications * found.study.days
    return f"{number(days, 0)} days at this rate" if days >= 1.0 else "within a day at this rate"


def _per_100k(rate: Interval) -> str:
    return f"[{number(PER * rate.low)}, {number(PER * rate.high)}]"


def _shares(share: Interval) -> str:
    return f"[{percent(share.low, 0)}, {percent(share.high, 0)}]"

"""Net value by rate, ratios and returns on the terminal, each over its range from the draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from experiments.economics.appraisal import Worth, net_flow, payback_y
from experiments.economics.internal_rate import internal_rate
from experiments.exhibits.evidence import TAIL, Evidence
from experiments.funding.fund_answer import MILLION, THOUSAND
from experiments.wording import NONE, number, percent, signed

Rows = tuple[list[str], list[list[str]]]
RANGES: Final = (
    "Below each line: the 5th and the 95th percentile of the draws, at every rate; of the internal "
    "rate, of the draws that have one."
)
ENDS: Final = (TAIL / 100.0, 1.0 - TAIL / 100.0)


def held(evidence: Evidence, name: str) -> str:
    """Return what the draws say of the alternative that the answer is about; empty: nothing."""
    if not evidence.draws or name == evidence.baseline:
        return ""
    npv = evidence.npv_range(name)
    share = evidence.share_above(name) or 0.0
    if npv is None:
        return ""
    low, high = (number(MILLION * end) for end in npv)
    words = f"Over {len(evidence.draws)} draws of all that is uncertain, {name} is worth {low} to "
    words += f"{high} million USD net and pays in {percent(share, 0)} of them"
    even = evidence.break_even_range(name)
    if even is None:
        return f"{words}."
    ends = [number(THOUSAND * e, 0) if np.isfinite(e) else "none" for e in even]
    return f"{words}; its break-even is {ends[0]} to {ends[1]} thousand USD a load."


def rates_table(evidence: Evidence) -> Rows:
    """Return net present value by rate, both ratios, internal rate and payback, with ranges."""
    rates = sorted(evidence.appraised.worths)
    rows = []
    for name in evidence.rivals:
        cells = [*_figures(evidence, rates, name), *_returns(evidence, name)]
        rows.append([name, *(one[0] for one in cells)])
        if evidence.draws:
            rows += [[words, *(one[k] for one in cells)] for k, words in _LINES]
    heads = [f"at {percent(rate, 0)}" for rate in rates]
    return ["net value, m", *heads, "BCR DOT", "BCR life", "IRR", "payback, y"], rows


_LINES: Final = ((1, "  5 %"), (2, "  95 %"))


def _figures(evidence: Evidence, rates: list[float], name: str) -> Iterator[tuple[str, str, str]]:
    price = evidence.usd_per_load
    for rate in rates:
        at = evidence if rate == evidence.rate else evidence.at(rate)
        yield _cell(at, name, lambda w: w.npv(price), lambda usd: signed(MILLION * usd))
    yield _cell(evidence, name, lambda w: w.dot_ratio(price), lambda r: number(r, 2))
    yield _cell(evidence, name, lambda w: w.life_cycle_ratio(price), lambda r: number(r, 2))


def _cell(
    at: Evidence,
    name: str,
    figure: Callable[[Worth], float | None],
    written: Callable[[float], str],
) -> tuple[str, str, str]:
    value, ends = figure(at.worths[name]), at.of(name, figure)
    shown = NONE if value is None else written(value)
    return (shown, NONE, NONE) if ends is None else (shown, written(ends[0]), written(ends[1]))


def _returns(evidence: Evidence, name: str) -> Iterator[tuple[str, str, str]]:
    own, base = evidence.alternative(name), evidence.alternative(evidence.baseline)
    net = net_flow(own, base, evidence.usd_per_load)
    found = internal_rate(net)
    shown = found.reason.partition(":")[0] if found.rate is None else percent(found.rate)
    known = evidence.returns(name, "irr")
    known = known[np.isfinite(known)]
    ends = [NONE] * 2
    if len(known):
        found_ends = np.quantile(known, ENDS, method="inverted_cdf")
        ends = [percent(float(end)) for end in found_ends]
    yield shown, ends[0], ends[1]
    year = payback_y(net)
    drawn = evidence.returns(name, "payback_y")
    years = np.where(np.isfinite(drawn), drawn, np.inf)
    last = [_year(e) for e in np.quantile(years, ENDS, method="inverted_cdf")] if len(years) else []
    low, high = last or [NONE] * 2
    yield ("never" if year is None else str(year)), low, high


def _year(year: float) -> str:
    return f"{year:.0f}" if np.isfinite(year) else "never"

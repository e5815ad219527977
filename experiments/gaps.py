"""Differences from the baseline in words: how large, how sure, and what they are the price of.

Answers that list alternatives with what each wins and costs share these words. A difference counts
as sure where Holm's verdict over all alternatives says so.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from experiments.findings import Findings
from experiments.intervals import Difference
from experiments.wording import number, span

FOUND: Final = "detection_expected"
WAIT: Final = "wait_mean_min"
HOURS: Final = "officer_h"


class Price(NamedTuple):
    """A metric in which something is paid: its words, and the least that is worth saying."""

    metric: str
    words: str
    scale: float = 1.0
    digits: int = 1
    least: float = 0.1
    a_day: bool = False


PRICES: Final = (
    Price(WAIT, "min of mean wait"),
    Price(HOURS, "officer hours a day", 1.0, 0, 2.0, a_day=True),
)


def gap(found: Findings, name: str, metric: str) -> Difference:
    """Return an alternative minus the baseline, with its interval."""
    row = found.row(name, metric)
    low, high = row["diff_low"], row["diff_high"]
    return Difference(row["difference"], low, high, row["p_value"], int(row["n"]), row["note"])


def verdict(found: Findings, name: str, metric: str) -> str:
    """Return Holm's verdict on an alternative's difference from the baseline."""
    return str(found.row(name, metric)["holm_verdict"])


def sure(found: Findings, name: str, metric: str) -> bool:
    """Return whether an alternative surely differs from the baseline in a metric."""
    return verdict(found, name, metric) in ("higher", "lower")


def points(one: Difference) -> str:
    """Return a difference of shares in percentage points, with its interval.

    Examples
    --------
    >>> points(Difference(0.021, 0.018, 0.024, 0.0, 9))
    '2.1 [1.8, 2.4]'
    """
    return f"{number(100.0 * one.mean)} {span(one, 100.0)}"


def turned(one: Difference) -> Difference:
    """Return the difference the other way round: baseline minus alternative."""
    return Difference(-one.mean, -one.high, -one.low, one.p_value, one.n, one.reason)


def price(one: Difference, of: Price, scale: float, more: str = "") -> str:
    """Return what is paid more, or saved.

    Parameters
    ----------
    more : str
        Word behind what is paid; what is saved is followed by "less".

    Examples
    --------
    >>> price(Difference(-2.0, -3.0, -1.0, 0.0, 9), PRICES[0], 1.0)
    '2.0 min of mean wait less [1.0, 3.0]'
    """
    size = one if one.mean >= 0.0 else turned(one)
    change = more if one.mean >= 0.0 else "less"
    words = " ".join(
        [number(scale * size.mean, of.digits), of.words, *([change] if change else [])]
    )
    # a roster is the same in every replication, but for some overtime
    ends = {number(scale * end, of.digits) for end in (size.low, size.mean, size.high)}
    return words if len(ends) == 1 else f"{words} {span(size, scale, of.digits)}"


def prices(found: Findings, name: str, of: tuple[Price, ...] = PRICES, more: str = "") -> list[str]:
    """Return what an alternative surely costs or saves, by far enough to be worth saying."""
    said = []
    for one in of:
        scale = one.scale / (found.study.days if one.a_day else 1)
        own = gap(found, name, one.metric)
        if sure(found, name, one.metric) and abs(scale * own.mean) >= one.least:
            said.append(price(own, one, scale, more))
    return said

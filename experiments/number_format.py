"""Numbers and stations as a reader meets them: sensible digits, an interval or why there is none.

Terminals, pages and scorecards format with these; templates know them as filters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Final

import numpy as np
import pandas as pd

from experiments.intervals import IDENTICAL, Difference, IntervalEstimate
from sim.roster_load import ROSTER_ROW
from sim.stations import STATION, STATIONS

NONE = "-"
"""What a table shows where there is no number."""


def number(value: float, digits: int = 1) -> str:
    """Return a number with a thousands separator.

    >>> number(12345.67, 0), number(float("nan"))
    ('12,346', '-')
    """
    if not np.isfinite(value):
        return NONE if np.isnan(value) else "unlimited"
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0.0 else text


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage.

    >>> percent(0.1912)
    '19.1%'
    """
    return f"{number(100.0 * share, digits)}%" if np.isfinite(share) else number(share)


def typeset(text: str) -> str:
    """Return a text as it is printed: en dashes in ranges of numbers, a sign for plus or minus.

    >>> typeset("4-6 times (+-0.2), since 2011-12-01"), typeset("GAO-02-215R")
    ('4–6 times (±0.2), since 2011-12-01', 'GAO-02-215R')
    """
    return re.sub(r"(?<![\w.-])(\d[\d.,]*%?)-(\d[\d.,]*%?)(?![\w-])", r"\1–\2", text.replace("+-", "±"))


def signed(value: float, digits: int = 1) -> str:
    """Return a number with its sign, zero without one.

    >>> signed(7.13), signed(-0.01)
    ('+7.1', '0.0')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0.0 and float(text.replace(",", "")) != 0.0 else text


def span(estimate: IntervalEstimate | Difference, scale: float = 1.0, digits: int = 1) -> str:
    """Return the interval in brackets, or the reason why there is none.

    >>> span(IntervalEstimate(0.19, 0.189, 0.193, 20), 100.0)
    '[18.9, 19.3]'
    """
    if not np.isfinite(estimate.low):
        return f"(no interval: {estimate.reason or 'unknown'})"
    if estimate.reason == IDENTICAL:
        return f"({IDENTICAL})"
    return f"[{number(scale * estimate.low, digits)}, {number(scale * estimate.high, digits)}]"


def with_span(estimate: IntervalEstimate | Difference, unit: str = "", scale: float = 1.0, digits: int = 1) -> str:
    """Return an estimate with its unit and its interval.

    >>> with_span(IntervalEstimate(0.19, 0.189, 0.193, 20), " min", 60.0)
    '11.4 min [11.3, 11.6]'
    """
    return f"{number(scale * estimate.mean, digits)}{unit} {span(estimate, scale, digits)}"


def percent_with_span(share: IntervalEstimate | Difference) -> str:
    """Return a share as a percentage with its interval."""
    return f"{percent(share.mean)} {span(share, 100.0)}"


NO_INTERVAL: Final = "(too few)"
"""In a column where replications are too few for an interval."""


def brief_span(estimate: IntervalEstimate | Difference, scale: float = 1.0, digits: int = 1) -> str:
    """Return the interval in brackets, or a word that fits a narrow column.

    >>> brief_span(IntervalEstimate(31.24, 29.1, 33.38, 9)), brief_span(IntervalEstimate(3.0, np.nan, np.nan, 2))
    ('[29.1, 33.4]', '(too few)')
    """
    return span(estimate, scale, digits) if np.isfinite(estimate.low) else NO_INTERVAL


def usd(amount: float) -> str:
    """Return dollars to three digits.

    >>> usd(12_980_000.0), usd(40_844.0), usd(-95.3), usd(1.5e9), usd(0.0)
    ('$13.0 million', '$40,800', '-$95.3', '$1.50 billion', '$0')
    """
    if not math.isfinite(amount):
        return NONE
    rounded = float(f"{abs(amount):.3g}")
    if rounded == 0.0:
        return "$0"
    scale, name = (1e9, " billion") if rounded >= 1e9 else (1e6, " million") if rounded >= 1e6 else (1.0, "")
    places = min(max(0, 2 - math.floor(math.log10(rounded / scale))), 4)
    return f"{'-' if amount < 0.0 else ''}${rounded / scale:,.{places}f}{name}"


def usd_at_least(amount: float) -> str:
    """Return dollars to three digits, rounded up: what is stated as enough must not fall short by its rounding.

    >>> usd_at_least(10_047_479.0), usd_at_least(9_995_000.0), usd_at_least(683_200.0), usd_at_least(-95.38)
    ('$10.1 million', '$10.0 million', '$684,000', '-$95.3')
    """
    if amount == 0.0 or not math.isfinite(amount):
        return usd(amount)
    exact = Decimal(amount)
    return usd(float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), rounding=ROUND_CEILING)))


def millions_at_least(amount_usd: float, digits: int = 2) -> str:
    """Return dollars in millions, rounded up to so many decimals.

    >>> millions_at_least(10_041_000.0), millions_at_least(10_040_000.0)
    ('10.05', '10.04')
    """
    if not math.isfinite(amount_usd):
        return number(amount_usd)
    unit = Decimal(1).scaleb(6 - digits)
    return number(float(Decimal(amount_usd).quantize(unit, rounding=ROUND_CEILING)) / 1e6, digits)


def listed(names: Sequence[str]) -> str:
    """Return names joined as in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def wait_difference_words(gap: Difference) -> str:
    """Say how a mean wait differs, and no more than the interval does."""
    if np.isnan(gap.mean):
        return "their waits cannot be compared"
    if np.isnan(gap.low):
        return f"the average wait differs by {signed(gap.mean)} min {span(gap)}"
    if gap.low <= 0.0 <= gap.high:
        return f"the average wait shows no clear difference ({signed(gap.mean)} min {span(gap)})"
    return f"the average wait is {with_span(gap.size(), ' min longer' if gap.mean > 0.0 else ' min shorter')}"


LANE_SUFFIXES: Final = ("", "_general", "_fast")
"""Endings of a station's rows in a weekly load: all of it, or one kind of its lanes."""


def station_title(station: str) -> str:
    """Return what a station is called in a sentence.

    >>> station_title("low_energy"), station_title("dock")
    ('low-energy portal', 'dock')
    """
    row = STATION.get(station)
    return row.title if row and row.title else station


def short_station_title(station: str) -> str:
    """Return a station's name for the head of a narrow column."""
    row = STATION.get(station)
    return row.short_title if row and row.short_title else station


def load_row_title(row: str) -> str:
    """Return what a row of a weekly load is called: a station, or one kind of its lanes.

    >>> load_row_title("low_energy"), load_row_title("primary_fast"), load_row_title("portal_slow")
    ('low-energy portal', 'primary (FAST)', 'portal (slow)')
    """
    station = next((s for s in STATIONS if row == s or row.startswith(f"{s}_")), row)
    kind = row.removeprefix(station).removeprefix("_").replace("fast", "FAST")
    if station == "portal":
        kind = kind.lower()
    return f"{station_title(station)} ({kind})" if kind else station_title(station)


def station_load(load: pd.DataFrame, station: str) -> float:
    """Return a station's weekly load share: the highest of its kinds of lane; NaN: not there."""
    own = load["station"].isin([station + kind for kind in LANE_SUFFIXES])
    return float(load.loc[own, "load_share"].max()) if own.any() else float("nan")


def present_stations(loads: Iterable[pd.DataFrame]) -> tuple[str, ...]:
    """Return the stations that some alternative has, in the order of the road; last, all officers of a roster."""
    rows = {name for load in loads for name in load["station"]}
    return tuple(s for s in (*STATIONS, ROSTER_ROW) if rows & {s + kind for kind in LANE_SUFFIXES})

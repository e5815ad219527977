"""The config file that later runs use by name: fitted keys, each with its range, and where they come from."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.calibration.estimates import Estimate
from experiments.calibration.forecast import Score

ORIGIN: Final = {"waits": "fitted", "both": "fitted, in part assumed", "prior": "assumed: waits hardly identify it"}
"""What a number rests on, by what identifies it."""
PLACES: Final = 4
"""Significant digits of ranges."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a calibration comes from."""

    port: str
    file: str
    sha256: str
    months: Sequence[int]
    cells: int
    made: dt.date
    command: str
    in_sample: Score
    left_out: tuple[Score, Score] | None
    """Of months left out, simulated and by the hour's mean of the others; None: a single month was observed."""
    coverage: float


def calibration_yaml(keys: Mapping[str, Any], estimates: Sequence[Estimate], from_where: Provenance) -> str:
    """Return the text of ``calibration/NAME.yaml``: one comment a number, in the form of the repository's configs."""
    ranges: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        ranges.setdefault(estimate.key, []).append(estimate)
    return "\n".join([*_head(from_where), *_lines(keys, ranges), ""])


def _head(p: Provenance) -> list[str]:
    months = f"months {p.months[0]} to {p.months[-1]}" if len(p.months) > 1 else f"month {p.months[0]}"
    return [
        "# @package _global_",
        f"# {p.port}, fitted to observed waits by throughgate calibrate on {p.made}: {p.cells} cells of {months}.",
        f"# Observed: {p.file}, SHA-256 {p.sha256[:16]}.",
        f"# {p.command}",
        f"# Simulated waits against observed ones: RMSE {p.in_sample.rmse:.1f} min, bias {p.in_sample.bias:+.1f};",
        f"# {_left_out_words(p)}.",
        f"# Ranges are {100 * p.coverage:g}% intervals of the posterior distribution, given the timetable;",
        "# how often they hold what is true on synthetic ports: docs/explanation/calibration.md.",
    ]


def _left_out_words(p: Provenance) -> str:
    if p.left_out is None:
        return "a single month, so that none was left out and nothing tells how far other months are off"
    mine, naive = p.left_out
    return (
        f"each month left out in turn: {mine.rmse:.1f}, bias {mine.bias:+.1f}, months' means "
        f"{mine.month_error:.1f} off (naive {naive.rmse:.1f} and {naive.month_error:.1f})"
    )


def _lines(keys: Mapping[str, Any], ranges: Mapping[str, Sequence[Estimate]]) -> Iterator[str]:
    volume, primary = keys["port"]["volume"], keys["port"]["primary"]
    rules = keys["port"]["lane_response"]
    yield "port:"
    yield "  volume:"
    words = _factors(ranges["port.volume.weekday_weight"])
    yield f"    weekday_weight: {_plain(volume['weekday_weight'])}  # {words}"
    yield "    hour_share:"
    for kind, shares in volume["hour_share"].items():
        words = _factors(ranges[f"port.volume.hour_share.{kind}"])
        yield f"      {kind}: {_plain(shares)}  # {words}, given the lanes below"
    yield "    day_factor:"
    for key, value in volume["day_factor"].items():
        yield f"      {key}: {value:g}  # {_range(ranges, f'port.volume.day_factor.{key}', value)}"
    yield "  primary:"
    service = primary["service"]["mean_min"]
    ends = _range(ranges, "port.primary.service.mean_min", service).partition("]")[0]
    yield "    service:"
    yield f"      mean_min: {service:g}  # {ends}] given the lanes below; only the ratio of the two is identified"
    yield "    open_by_shift:  # [T by definition] the number that fits best; more open with the line"
    for kind, shifts in primary["open_by_shift"].items():
        yield f"      {kind}:"
        for shift in shifts:
            cells = ", ".join(f"{key}: {_number(shift[key])}" for key in ("from_h", "to_h", "lanes", "fast_lanes"))
            yield f"        - {{{cells}}}"
    yield "  lane_response:"
    for key in ("review_every_min", "delay_reviews", "min_open_reviews", "reserve_lanes"):
        yield f"    {key}: {rules[key]}  # [T by definition] fixed: hourly means do not identify it"
    yield "    most_officers: null"
    for key in ("open_above_min", "close_below_min"):
        yield f"    {key}: {rules[key]:g}  # {_range(ranges, f'port.lane_response.{key}', rules[key])}"


def _plain(values: Sequence[float]) -> str:
    return "[" + ", ".join(_number(x) for x in values) + "]"


def _number(value: float) -> str:
    return f"{value:g}" if value else "0"


def _range(ranges: Mapping[str, Sequence[Estimate]], key: str, value: float) -> str:
    """Return the comment of a number with its interval, widened to hold the number as written."""
    (estimate,) = ranges[key]
    low, high = min(estimate.low, value), max(estimate.high, value)
    return f"[A {low:.{PLACES}g}..{high:.{PLACES}g}] {ORIGIN[estimate.identified_by]}"


def _factors(estimates: Sequence[Estimate]) -> str:
    """Return the comment of a list: the middle one of its intervals, as factors on the numbers themselves."""
    low, high = (
        statistics.median(end / estimate.value for estimate, end in ends)
        for ends in ([(one, one.low) for one in estimates], [(one, one.high) for one in estimates])
    )
    return f"[A {low:.2f}..{high:.2f}] fitted; factors, of the list's middle interval"

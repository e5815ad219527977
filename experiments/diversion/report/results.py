"""A corridor that has run, as screen and page read it."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.diversion.fit import MEASURES, Band, MonthResult, effective_sets
from experiments.diversion.request import Corridor
from experiments.diversion.running import CorridorTables
from experiments.intervals import KIND_WORDS, IntervalEstimate, Sample, estimate_interval
from experiments.number_format import number, percent
from sim.arrays import FloatArray

MEASURE_WORDS: Final = {
    "log_odds": "change of the log odds of the ports around",
    "regained_share": "share of what was lost that crossed elsewhere",
    "lost": "trucks that did not cross",
}
NOTICED_MIN: Final = 0.5
"""Minutes below which a longer wait is none: a tenth of the 5 minutes to which observed waits are rounded."""
FEWEST_SETS: Final = 8.0
"""Effective sets below which bands rest on too few sets, and the page says so."""


@dataclass(frozen=True, slots=True)
class CorridorResults:
    """A corridor and all that was found."""

    corridor: Corridor
    tables: CorridorTables
    loads: pd.DataFrame
    """Where loads go; empty where months are counted."""
    weights: FloatArray | None
    months: Sequence[MonthResult]

    def title(self, port: str) -> str:
        """Return what readers meet in place of a port's id: its title without the direction."""
        return self.corridor.study.alternatives[port].port.title.removesuffix(" (northbound)")

    @property
    def kind_words(self) -> str:
        """What intervals over replications are over."""
        return KIND_WORDS["both" if self.corridor.settings.varied else "replications"]

    def of_side(self, side: str, port: str) -> pd.DataFrame:
        """Return the sums of a port on one side, a row a replication, over all days."""
        rows = self.tables.ports
        rows = rows[(rows["side"] == side) & (rows["port"] == port)]
        return rows.groupby("replication").sum(numeric_only=True)

    def ratio(self, side: str, port: str, top: str, bottom: str | None = None) -> IntervalEstimate:
        """Return a mean, or a ratio of sums, over replications."""
        rows = self.of_side(side, port)
        below = None if bottom is None else rows[bottom].to_numpy(dtype=np.float64)
        if below is not None and not below.any():
            return IntervalEstimate(math.nan, math.nan, math.nan, 0, "nobody came")
        found = estimate_interval(Sample.of(rows[top].to_numpy(dtype=np.float64), below), self.corridor.study.coverage)
        return found.within(0.0, math.inf)

    def whole(self, side: str, top: str, bottom: str | None = None) -> IntervalEstimate:
        """Return a sum over ports, or a ratio of such sums, over replications."""
        rows = self.tables.ports[self.tables.ports["side"] == side].groupby("replication").sum(numeric_only=True)
        below = None if bottom is None else rows[bottom].to_numpy(dtype=np.float64)
        found = estimate_interval(Sample.of(rows[top].to_numpy(dtype=np.float64), below), self.corridor.study.coverage)
        return found.within(0.0, math.inf)

    def later_loads(self, adversary: str, column: str) -> IntervalEstimate:
        """Return a column of the organizations' weeks, its mean over the later half of the weeks, over replications."""
        rows = self.loads[self.loads["adversary"] == adversary]
        later = rows[rows["week"] > self.corridor.keys.weeks / 2]
        means = later.groupby("replication")[column].mean()
        return estimate_interval(Sample.of(means.to_numpy()), self.corridor.study.coverage).within(0.0, 1.0)

    def first_loads(self, column: str) -> IntervalEstimate:
        """Return a column of week 0, in which nothing has changed and no organization has reacted."""
        rows = self.loads[(self.loads["week"] == 0) & (self.loads["adversary"] == self.corridor.keys.adversaries[0])]
        return estimate_interval(Sample.of(rows[column].to_numpy()), self.corridor.study.coverage).within(0.0, 1.0)

    @property
    def starts_differ(self) -> bool:
        """Whether some stretch ended at other shares from another start: several equilibria."""
        return len(self.tables.equilibria) > 0 and not bool(self.tables.equilibria["alike"].all())


def corridor_sentences(results: CorridorResults) -> list[str]:
    """Return what was found, the answer to the corridor's question first."""
    if results.months:
        return _counted_answer(results)
    return _changed_answer(results)


def closing_sentence(results: CorridorResults) -> str:
    """Return the answer in one sentence, as an official would say it."""
    if results.months:
        return _counted_closing(results)
    settings = results.corridor.settings
    ports = list(dict.fromkeys(measure.port for measure in settings.measures.values()))
    if not ports:
        return "Nothing changes, and nobody goes elsewhere."
    others = [port for port in settings.ports if port not in ports]
    moved = results.whole("changed", "diverted_out", "demand")
    lost = results.whole("changed", "lost", "demand")
    words = f"{percent(moved.mean)} of the corridor's trucks change port and {percent(lost.mean)} do not cross"
    if others:
        gaps = [
            results.ratio("changed", port, "wait_sum_min", "crossed").mean
            - results.ratio("usual", port, "wait_sum_min", "crossed").mean
            for port in others
        ]
        worst = int(np.nanargmax(gaps))
        longer = f"at {results.title(others[worst])} everybody waits {number(gaps[worst])} minutes longer"
        words += f"; {longer if gaps[worst] >= NOTICED_MIN else 'nobody at a neighboring port waits noticeably longer'}"
    gain = _taken_back(results, "responsive")
    if gain is not None:
        words += f", and smugglers who see the chances take back {percent(gain, 0)} of what is gained"
    return f"{words}."


def _counted_closing(results: CorridorResults) -> str:
    first = results.months[0].month
    found = {one.measure: one for one in results.months if one.month == first}
    tenths = round(10.0 * found["regained_share"].band.middle)
    counted = round(10.0 * found["regained_share"].counted)
    predicted = [one for one in results.months if one.kind == "predicted" and one.measure not in MEASURES]
    inside = sum(one.band.holds(one.counted) for one in predicted)
    return (
        f"Of ten trucks that cannot cross where they usually do, about {tenths} cross at a neighboring port in that "
        f"month (counted: {counted}) and the others do not cross; {inside} of {len(predicted)} port counts that "
        "nothing was fitted to lie where the model says."
    )


def _taken_back(results: CorridorResults, adversary: str) -> float | None:
    """Return the part of what is gained without a reaction that one takes back.

    None: it is not known, or what is gained is within the margin in which detection rates are alike.
    """
    names = results.corridor.keys.adversaries
    if results.loads.empty or "static" not in names or adversary not in names:
        return None
    usual = results.first_loads("true_caught").mean
    gain, least = results.later_loads("static", "true_caught").mean - usual, results.corridor.study.alike.found_share
    return 1.0 - (results.later_loads(adversary, "true_caught").mean - usual) / gain if gain > least else None


def month_words(month: str) -> str:
    """Return a month in words.

    >>> month_words("2023-09")
    'September 2023'
    """
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


MONTHS: Final = tuple(calendar.month_name)[1:]


def band_words(band: Band, measure: str) -> str:
    """Return the 80% band of a measure."""
    if not math.isfinite(band.low):
        return "(no band)"
    if measure == "regained_share":
        return f"[{percent(band.low, 0)}, {percent(band.high, 0)}]"
    digits = 2 if measure == "log_odds" else 0
    return f"[{number(band.low, digits)}, {number(band.high, digits)}]"


def value_words(value: float, measure: str) -> str:
    """Return a measure's value.

    >>> value_words(0.404, "regained_share"), value_words(14549.2, "lost"), value_words(1.0234, "log_odds")
    ('40%', '14,549', '1.02')
    """
    if measure == "regained_share":
        return percent(value, 0)
    return number(value, 2 if measure == "log_odds" else 0)


def _counted_answer(results: CorridorResults) -> list[str]:
    found = {(one.month, one.measure): one for one in results.months}
    sentences = []
    for month in dict.fromkeys(one.month for one in results.months):
        regained, lost = found[month, "regained_share"], found[month, "lost"]
        verb = "says" if regained.kind == "fitted" else "predicts"
        sentences.append(
            f"{month_words(month)} ({regained.kind}): of every 100 trucks that the ports hit by it lost, the model "
            f"{verb} that {number(100.0 * regained.band.middle, 0)} crossed elsewhere "
            f"[{number(100.0 * regained.band.low, 0)}, {number(100.0 * regained.band.high, 0)}], counted "
            f"{number(100.0 * regained.counted, 0)}; {number(lost.band.middle, 0)} did not cross "
            f"[{number(lost.band.low, 0)}, {number(lost.band.high, 0)}], counted {number(lost.counted, 0)}."
        )
    predicted = [one for one in results.months if one.kind == "predicted" and one.measure not in MEASURES]
    missed = [one for one in predicted if not one.band.holds(one.counted)]
    inside = len(predicted) - len(missed)
    words = f"Of {len(predicted)} port counts that were predicted, {inside} lie within their 80% bands"
    if missed:
        names = "; ".join(
            f"{results.title(one.measure)} {month_words(one.month)}: counted {number(one.counted, 0)}, band "
            f"{band_words(one.band, one.measure)}"
            for one in missed
        )
        words += f"; missed: {names}"
    sentences.append(words + ".")
    beside = [one for one in results.months if one.kind == "predicted" and one.measure in MEASURES]
    off = [one for one in beside if not one.band.holds(one.counted)]
    if off:
        names = "; ".join(
            f"{MEASURE_WORDS[one.measure]}, {month_words(one.month)}: counted {value_words(one.counted, one.measure)}, "
            f"band {band_words(one.band, one.measure)}"
            for one in off
        )
        sentences.append(f"Missed as well: {names}.")
    if results.weights is not None:
        sets, of_all = effective_sets(results.weights), len(results.weights)
        thin = ": bands rest on few sets" if sets < FEWEST_SETS else ""
        sentences.append(f"{number(sets)} effective sets of assumptions of {of_all} carry the weight{thin}.")
    return sentences


def _changed_answer(results: CorridorResults) -> list[str]:
    corridor = results.corridor
    measured = [measure.port for measure in corridor.settings.measures.values()]
    if not measured:
        return ["Nothing changes at any port: every truck takes the port that it takes as usual."]
    sentences = []
    for port in dict.fromkeys(measured):
        out, home = results.ratio("changed", port, "diverted_out", "demand"), results.title(port)
        before, after = (results.ratio(side, port, "wait_sum_min", "crossed") for side in ("usual", "changed"))
        sentences.append(
            f"Of the trucks that use {home}, {_with(out, 100.0, '%')} go to another port; who crosses there waits "
            f"{_with(after, 1.0, ' min')} in place of {number(before.mean)}."
        )
    for port in corridor.settings.ports:
        if port not in measured:
            before, after = (results.ratio(side, port, "wait_sum_min", "crossed") for side in ("usual", "changed"))
            sentences.append(
                f"At {results.title(port)} all wait {_with(after, 1.0, ' min')} in place of {number(before.mean)}."
            )
    loads = _loads_answer(results)
    return [*loads, *sentences] if _taken_back(results, "static") is not None else [*sentences, *loads]


def _loads_answer(results: CorridorResults) -> list[str]:
    if results.loads.empty:
        return []
    names = results.corridor.keys.adversaries
    if "static" not in names:
        return []
    usual, still = results.first_loads("true_caught"), results.later_loads("static", "true_caught")
    found = []
    for name in (one for one in names if one != "static"):
        back = _taken_back(results, name)
        if back is None:
            caught = results.later_loads(name, "true_caught")
            found.append(f"against the {name} organization {_with(caught, 100.0, '')} are found")
        else:
            found.append(f"a {name} organization takes back {percent(back, 0)} of what is gained")
    lead = (
        f"Of 100 attempts {_with(usual, 100.0, '')} were found before and {_with(still, 100.0, '')} would be if no "
        "organization moved"
    )
    return [f"{lead}; {'; '.join(found)}." if found else f"{lead}."]


def _with(estimate: IntervalEstimate, scale: float, unit: str) -> str:
    words = f"{number(scale * estimate.mean)}{unit}"
    if not math.isfinite(estimate.low):
        return words
    return f"{words} [{number(scale * estimate.low)}, {number(scale * estimate.high)}]"

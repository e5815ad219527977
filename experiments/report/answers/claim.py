"""The claim of a comparison: an effect, its interval over replications, and in how many sets of assumptions it holds.

A headline is made of a claim, and a claim of all three; without one of them nothing but `Withheld` can be made, which
says why. Terminal, page and ``answer.json`` read the same object.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.comparison import GROWING
from experiments.execution.robustness import RedrawnResults
from experiments.execution.tuning import SCAN_SHARE
from experiments.intervals import KIND_WORDS, Difference, IntervalKind
from experiments.number_format import number, percent, signed
from experiments.report.frontier import LOADS_FOUND, WAIT
from experiments.report.standings import WORTH_DETECTION, WORTH_WAIT_MIN
from experiments.study.display_names import lower_first
from sim.algorithms.sampling import ShareInterval, clopper_pearson
from sim.tables import METRICS


class EffectWords(NamedTuple):
    """How an effect on a metric is told."""

    words: str
    scale: float = 1.0
    digits: int = 1
    a_day: bool = False


EFFECT_WORDS: Final[Mapping[str, EffectWords]] = {
    LOADS_FOUND: EffectWords("points of detection rate", 100.0),
    WAIT: EffectWords("min of average wait"),
    "exited": EffectWords("trucks through a day", digits=0, a_day=True),
    "delay_truck_h": EffectWords("truck-hours of delay a day", digits=0, a_day=True),
}
"""Metrics that an answer may rest on."""
LEAST: Final[Mapping[str, float]] = {LOADS_FOUND: WORTH_DETECTION, WAIT: WORTH_WAIT_MIN}
"""The least difference that counts within a set of assumptions; of other metrics any."""
UNITS: Final = {metric.name: metric.unit for metric in METRICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What an answer rests on, before it is asked whether other assumptions bear it out."""

    text: str
    alternative: str
    against: str
    metric: str
    gap: Difference
    sure: bool
    """Whether the effect is surely there; else the answer is that it is not."""
    equal_share: bool = False
    """Whether both scan the same share of trucks."""
    least: float | None = None
    """The least difference that counts; None: that of the metric."""

    def holds(self, gap: float) -> bool:
        """Return whether a set of assumptions with this difference bears the answer out."""
        least = LEAST.get(self.metric, 0.0) if self.least is None else self.least
        there = math.copysign(1.0, self.gap.mean) * gap >= max(least, 1e-12)
        return there == self.sure


@dataclass(frozen=True, slots=True)
class Support:
    """In how many sets of assumptions an effect holds, of how many in which it could be compared.

    ValueError: of none, or in more than there are.
    """

    held: int
    of: int
    not_compared: int = 0

    def __post_init__(self) -> None:
        if self.of < 1 or not 0 <= self.held <= self.of:
            raise ValueError(f"an effect cannot hold in {self.held} of {self.of} sets of assumptions")

    def interval(self) -> ShareInterval:
        """Return the Clopper-Pearson interval of the share, over sets of assumptions."""
        return clopper_pearson(self.held, self.of)

    def words(self) -> str:
        """Return the count as a reader meets it.

        >>> Support(17, 30).words()
        '17 of 30'
        """
        return f"{self.held} of {self.of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One effect of one alternative; ValueError where any part of it is missing."""

    alternative: str
    against: str
    metric: str
    effect: float
    low: float
    high: float
    coverage: float
    holds_in: Support
    equal_share: bool
    days: int
    kind: IntervalKind = "replications"

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.effect, self.low, self.high))) or not self.low <= self.effect <= self.high:
            raise ValueError(f"an effect of {self.effect} has no interval [{self.low}, {self.high}]")

    def words(self, *, named: bool = True) -> str:
        """Return the claim in a sentence: the effect, its interval with its kind, and where it holds.

        Parameters
        ----------
        named : bool
            Whether both alternatives are named; False after a sentence that names them.
        """
        told = EFFECT_WORDS[self.metric]
        scale = told.scale / (self.days if told.a_day else 1)
        share = " at equal scan share" if self.equal_share else ""
        head = f"{self.alternative} against {lower_first(self.against)}{share}" if named else f"Difference{share}"
        ends = ", ".join(number(scale * end, told.digits) for end in (self.low, self.high))
        support = self.holds_in.interval()
        left = self.holds_in.not_compared
        effect = f"{signed(scale * self.effect, told.digits)} {told.words} [{ends}]"
        kind = f"{percent(self.coverage, 0)} interval {KIND_WORDS[self.kind]}"
        words = (
            f"{head}: {effect} ({kind}); holds in {self.holds_in.words()} "
            f"sets of assumptions [{percent(support.low, 0)}, {percent(support.high, 0)}]"
        )
        return f"{words}; in {left} more the two could not be compared." if left else f"{words}."

    def record(self) -> dict[str, Any]:
        """Return the claim as plain values, in the metric's own unit."""
        return {
            "alternative": self.alternative,
            "against": self.against,
            "measure": self.metric,
            "unit": UNITS[self.metric],
            "at_equal_scan_share": self.equal_share,
            "effect": self.effect,
            "low": self.low,
            "high": self.high,
            "coverage": self.coverage,
            "interval_kind": self.kind,
            "holds_in": self.holds_in.words(),
            "sets_not_compared": self.holds_in.not_compared,
        }


@dataclass(frozen=True, slots=True)
class Headline:
    """What is said first: a sentence, and the claim that it rests on. TypeError without a claim."""

    lead: str
    claim: Claim

    def __post_init__(self) -> None:
        if not isinstance(self.claim, Claim):
            raise TypeError(f"a headline needs a claim, got {type(self.claim).__name__}")

    @property
    def text(self) -> str:
        """Both, in the order in which they are read."""
        lead, pair = self.lead.lower(), (self.claim.alternative.lower(), self.claim.against.lower())
        return f"{self.lead} {self.claim.words(named=not all(name in lead for name in pair))}"

    def record(self) -> dict[str, Any]:
        """Return what ``answer.json`` holds."""
        return {"headline": self.text, "claim": self.claim.record(), "withheld": None}


@dataclass(frozen=True, slots=True)
class Withheld:
    """The line that stands where no headline can."""

    reason: str

    @property
    def text(self) -> str:
        """The line."""
        return f"No headline: {self.reason}. The table holds for the assumptions as they stand."

    def record(self) -> dict[str, Any]:
        """Return what ``answer.json`` holds."""
        return {"headline": None, "claim": None, "withheld": self.reason}


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of one alternative: levels, and nothing that is compared."""

    text: str

    def record(self) -> dict[str, Any]:
        """Return what ``answer.json`` holds."""
        return {"headline": None, "claim": None, "withheld": None, "description": self.text}


Answer = Headline | Withheld | Description


def answer_of(lead: Lead, redrawn: RedrawnResults | None, coverage: float, days: int) -> Headline | Withheld:
    """Return the headline of a lead, or why there can be none."""
    pair = lower_first(lead.alternative), lower_first(lead.against)
    if not np.isfinite(lead.gap.low):
        return Withheld(f"{pair[0]} against {pair[1]} has no interval ({lead.gap.reason or 'unknown'})")
    if redrawn is None:
        return Withheld(
            "nobody has looked in how many sets of assumptions the answer holds (robustness.draws=0, quick=true "
            "or a single replication)"
        )
    gaps = _gaps(lead, redrawn.rows)
    if not len(gaps):
        return Withheld(f"{pair[0]} and {pair[1]} could be compared in no set of assumptions")
    held = sum(lead.holds(float(gap)) for gap in gaps)
    return Headline(
        lead.text,
        Claim(
            alternative=lead.alternative,
            against=lead.against,
            metric=lead.metric,
            effect=lead.gap.mean,
            low=lead.gap.low,
            high=lead.gap.high,
            coverage=coverage,
            holds_in=Support(held, len(gaps), redrawn.asked - len(gaps)),
            equal_share=lead.equal_share,
            days=days,
        ),
    )


def _gaps(lead: Lead, rows: pd.DataFrame) -> pd.Series:
    """Return the difference in each set of assumptions in which the two can be compared."""
    own, base = (rows[rows["alternative"] == name].set_index("draw") for name in (lead.alternative, lead.against))
    column = "equal_detection" if lead.equal_share else lead.metric
    comparable = pd.Series(data=True, index=base.index)
    if lead.equal_share:
        comparable = (own["equal_scan_rate"] - base["equal_scan_rate"]).abs() <= SCAN_SHARE.equal
    elif lead.metric in GROWING:
        comparable = ~(own["unstable"].astype(bool) | base["unstable"].astype(bool))
    return (own[column] - base[column])[comparable].dropna()

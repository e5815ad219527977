"""The lines of the scorecard: what each measures, in which unit, which way is better.

A line is a ratio of sums of METRICS over replications, or a mean, or a function of several of
them; `experiments.scorecards.levels` computes it. A line that names a chance of being found is
withheld from the public edition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from experiments.report.tables import CONTRABAND_WORDS, amount_unit_words
from sim.results.metrics import RATIOS
from sim.scenario import Scenario
from sim.setting.contraband import amount_column
from sim.stations import SCANNERS

Better = Literal["low", "high", "neither"]
WAITS_GROUP: Final = "Waits and reliability"
COMMERCE: Final = "Commerce"
KPP: Final = "CBP's key performance parameters"
DETECTION: Final = "Detection by type of contraband"
FLOW: Final = "Seizures against estimated flow"
ALARMS: Final = "False alarms"
TRUST: Final = "Cooperation and integrity"
GROUPS: Final = (WAITS_GROUP, COMMERCE, KPP, DETECTION, FLOW, ALARMS, TRUST)
"""Headings, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A ratio of sums of METRICS over replications; without ``bottoms`` a mean of ``tops``."""

    tops: tuple[str, ...]
    bottoms: tuple[str, ...] = ()
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardLine:
    """One line: how it is computed, shown and judged."""

    key: str
    group: str
    title: str
    short: str
    """For the terminal: at most 26 characters."""
    definition: str
    unit: str
    better: Better
    formulas: tuple[Formula, ...] = ()
    combine: Callable[..., Any] = lambda value: value
    special: Literal["", "sharing", "agency"] = ""
    """What is computed from settings, or from counts, and not by ``formulas``."""
    scale: float = 1.0
    digits: int = 1
    target: str = ""
    """Field of `targets.Targets`; empty: none can be set."""
    assumed: bool = False
    """Whether it rests on prevalence, sensors or people that nobody has measured."""
    withheld: bool = False
    kpp: int = 0
    """Number of CBP's key performance parameter that the line carries."""
    share: bool = False
    """Whether it cannot exceed 1: an interval that would is cut there."""
    signed: bool = False
    """Whether it can be less than nothing; the interval of any other line is cut at 0."""
    amount: str = ""
    """Type of contraband whose amounts are said beside the share."""


def metric_formula(name: str) -> tuple[Formula, ...]:
    """Return the formula of one metric of METRICS.

    Examples
    --------
    >>> metric_formula("scan_rate")[0].bottoms, metric_formula("buffer_index")[0].bottoms
    (('exited',), ())
    """
    if name not in RATIOS:
        return (Formula((name,)),)
    numerator, denominator, scale = RATIOS[name]
    return (Formula((numerator,), (denominator,), scale),)


def _sums(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.format(station) for station in SCANNERS)


PERCENT_STYLE: Final[dict[str, Any]] = {"unit": "%", "scale": 100.0, "share": True}
WAIT_LINES: Final = (
    ScorecardLine(
        key="wait_mean",
        group=WAITS_GROUP,
        title="Mean wait",
        short="mean wait",
        definition="end of the queue to the primary inspection point, the wait that CBP publishes (GAO-13-603)",
        unit="min",
        better="low",
        formulas=metric_formula("wait_mean_min"),
        target="wait_mean_at_most_min",
    ),
    ScorecardLine(
        key="wait_over_30",
        group=WAITS_GROUP,
        title="Waited over 30 minutes",
        short="waited over 30 min",
        definition="share of trucks, by the same wait",
        better="low",
        formulas=metric_formula("p_wait_over_30_min"),
        target="wait_over_30_at_most_share",
        **PERCENT_STYLE,
    ),
    ScorecardLine(
        key="crossing_mean",
        group=WAITS_GROUP,
        title="Mean crossing time",
        short="mean crossing",
        definition="end of the queue to the last exit, secondary and state inspection included (FHWA-HOP-12-049)",
        unit="min",
        better="low",
        formulas=metric_formula("crossing_mean_min"),
        target="crossing_mean_at_most_min",
    ),
    ScorecardLine(
        key="crossing_p95",
        group=WAITS_GROUP,
        title="95th percentile of crossing time",
        short="95th pct. of crossing",
        definition="one truck in twenty takes longer; mean over replications",
        unit="min",
        better="low",
        digits=0,
        formulas=metric_formula("crossing_p95_min"),
        target="crossing_p95_at_most_min",
    ),
    ScorecardLine(
        key="buffer_index",
        group=WAITS_GROUP,
        title="Buffer index",
        short="buffer index",
        definition="(95th percentile - mean) / mean of crossing time: what must be set aside "
        "beyond the mean to be on time 19 times in 20 (FHWA)",
        unit="",
        better="low",
        digits=2,
        formulas=metric_formula("buffer_index"),
        target="buffer_index_at_most",
    ),
    ScorecardLine(
        key="planning_time_index",
        group=WAITS_GROUP,
        title="Planning-time index",
        short="planning-time index",
        definition="95th percentile of crossing time over its median in an empty port (FHWA)",
        unit="",
        better="low",
        formulas=metric_formula("planning_time_index"),
        target="planning_time_index_at_most",
    ),
)
COMMERCE_LINES: Final = (
    ScorecardLine(
        key="commerce",
        group=COMMERCE,
        title="Commerce per minute",
        short="commerce per minute",
        definition="declared value of laden trucks released, over the minutes that the port is open",
        unit="thousand USD/min",
        scale=1e-3,
        better="high",
        formulas=metric_formula("commerce_usd_per_min"),
        target="commerce_at_least_usd_per_min",
    ),
    ScorecardLine(
        key="availability",
        group=KPP,
        title="Availability of scanners",
        short="availability",
        definition="hours that large-scale scanners were in order over the hours that they were "
        "scheduled, all portals and scanners together",
        better="high",
        kpp=1,
        target="availability_at_least_share",
        formulas=(Formula(_sums("available_{}_min"), _sums("scheduled_{}_min")),),
        **PERCENT_STYLE,
    ),
    ScorecardLine(
        key="high_risk_inspected",
        group=KPP,
        title="Inspection of high-risk trucks",
        short="high-risk inspected",
        definition="high-risk trucks that were scanned or opened, "
        "over all high-risk trucks that left; high-risk is a risk score at or above a threshold",
        better="high",
        kpp=2,
        formulas=metric_formula("high_risk_inspection_rate"),
        target="high_risk_inspected_at_least_share",
        **PERCENT_STYLE,
    ),
    ScorecardLine(
        key="exam_rate",
        group=KPP,
        title="Examination of cargo",
        short="cargo examined",
        definition="trucks physically examined over trucks that left",
        better="high",
        kpp=3,
        digits=2,
        formulas=metric_formula("exam_rate"),
        target="exam_at_least_share",
        **PERCENT_STYLE,
    ),
    ScorecardLine(
        key="scan_rate",
        group=KPP,
        title="Scan rate",
        short="scanned",
        definition="trucks that a portal or a scanner imaged over trucks that left",
        better="high",
        formulas=metric_formula("scan_rate"),
        target="scan_at_least_share",
        **PERCENT_STYLE,
    ),
)
LEAVING_LINE: Final = ScorecardLine(
    key="leaving_opened",
    group=KPP,
    title="Opened by the country they leave",
    short="opened on leaving",
    definition="trucks that the country they leave examined, over trucks that left the port",
    better="high",
    digits=2,
    target="leaving_opened_at_least_share",
    formulas=(Formula(("n_opened_on_leaving",), ("exited",)),),
    **PERCENT_STYLE,
)
DETECTION_LINE: Final = ScorecardLine(
    key="detection",
    group=DETECTION,
    title="Loads found, all types",
    short="loads found",
    definition="expected seizures over expected loads, every truck a probe: P(carrying) x "
    "P(seized if carrying, on this truck's path)",
    better="high",
    formulas=metric_formula("detection_expected"),
    target="detection_at_least_share",
    assumed=True,
    withheld=True,
    **PERCENT_STYLE,
)
SEIZURE_LINES: Final = (
    ScorecardLine(
        key="seized_per_100k",
        group=FLOW,
        title="Seizures expected",
        short="seizures",
        definition="expected seizures per 100,000 trucks that arrive",
        unit="per 100,000",
        digits=2,
        better="neither",
        assumed=True,
        withheld=True,
        formulas=metric_formula("seized_expected_per_100k"),
    ),
    ScorecardLine(
        key="agency",
        group=FLOW,
        title="Interdicted, as the agency could know it",
        short="interdicted, as known",
        definition="F / (F + (x / n) M): F loads found by "
        "targeting, x found in n random inspections of the M trucks that targeting let pass "
        "(GAO-02-215R); an upper view, since an inspection misses loads too",
        better="high",
        special="agency",
        assumed=True,
        withheld=True,
        **PERCENT_STYLE,
    ),
)
ALARM_LINES: Final = (
    ScorecardLine(
        key="false_alarms",
        group=ALARMS,
        title="False alarms",
        short="false alarms",
        definition="clean trucks on which a scanner alarmed, over clean trucks scanned",
        better="low",
        formulas=metric_formula("false_alarm_rate"),
        target="false_alarm_at_most_share",
        assumed=True,
        withheld=True,
        **PERCENT_STYLE,
    ),
    ScorecardLine(
        key="hit_rate",
        group=ALARMS,
        title="Exams that find",
        short="exams that find",
        definition="expected seizures over physical examinations",
        better="high",
        digits=2,
        assumed=True,
        withheld=True,
        formulas=(Formula(("expected_caught",), ("n_opened",)),),
        **PERCENT_STYLE,
    ),
)
TRUST_LINES: Final = (
    ScorecardLine(
        key="sharing",
        group=TRUST,
        title="Data-sharing level",
        short="data shared",
        definition="of four things that a partner can send of every truck (export declaration, "
        "scan, certified plant, time on the way), the share that is sent, mean of the four",
        better="high",
        special="sharing",
        assumed=True,
        target="sharing_at_least_share",
        digits=0,
        **PERCENT_STYLE,
    ),
    ScorecardLine(
        key="insider_loss",
        group=TRUST,
        title="Insider exposure",
        short="finds lost to insiders",
        definition="1 - loads found / loads found of those without help inside: the part of the "
        "finds that officers who help smugglers undo",
        better="low",
        assumed=True,
        withheld=True,
        target="insider_loss_at_most_share",
        formulas=metric_formula("detection_expected") + metric_formula("detection_expected_unhelped"),
        combine=lambda found, unhelped: 1.0 - found / unhelped,
        signed=True,
        **PERCENT_STYLE,
    ),
)


def scorecard_lines(scenario: Scenario) -> list[ScorecardLine]:
    """Return the lines of one direction, those of the types that occur there among them."""
    leaving = [LEAVING_LINE] if scenario.servers("origin") else []
    types = scenario.threat.types()
    return [
        *WAIT_LINES,
        *COMMERCE_LINES,
        *leaving,
        DETECTION_LINE,
        *_by_type(types),
        SEIZURE_LINES[0],
        *_amounts(types),
        SEIZURE_LINES[1],
        *ALARM_LINES,
        *TRUST_LINES,
    ]


def _by_type(types: tuple[str, ...]) -> Iterator[ScorecardLine]:
    for kind in types:
        yield ScorecardLine(
            key=f"detection_{kind}",
            group=DETECTION,
            title=f"Loads found, {CONTRABAND_WORDS[kind]}",
            short=f"  {CONTRABAND_WORDS[kind]}",
            definition="the same, of loads of this type",
            better="high",
            formulas=metric_formula(f"detection_expected_{kind}"),
            assumed=True,
            target="detection_at_least_share",
            withheld=True,
            **PERCENT_STYLE,
        )


def _amounts(types: tuple[str, ...]) -> Iterator[ScorecardLine]:
    for kind in types:
        top, bottom = amount_column("seized_expected", kind), amount_column("presented_expected", kind)
        yield ScorecardLine(
            key=f"flow_{kind}",
            group=FLOW,
            title=f"Seized of the flow, {CONTRABAND_WORDS[kind]}",
            short=f"  {CONTRABAND_WORDS[kind]}",
            definition=f"expected {amount_unit_words(kind)} seized over expected flow",
            better="high",
            formulas=(Formula((top,), (bottom,)),),
            assumed=True,
            withheld=True,
            amount=kind,
            **PERCENT_STYLE,
        )

"""The lines of the scorecard: what each measures, in which unit, which way is better.

A line is a ratio of sums of METRICS over replications, or a mean, or a function of several of
them; `experiments.scorecards.levels` computes it. A line that names a chance of being found is
withheld from the public edition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from experiments.report.tables import CONTRABAND_WORDS, amount_unit_words
from sim.results.metrics import RATIOS
from sim.scenario import Scenario
from sim.setting.contraband import amount_column
from sim.stations import SCANNERS
from sim.tables import METRICS, CardLine, Metric

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
    metric: str = ""
    """The metric that the line is; empty: it is made of several."""
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
HIDDEN: Final[dict[str, Any]] = PERCENT_STYLE | {"assumed": True, "withheld": True}
"""Of a share that rests on assumptions and helps a smuggler."""
AVAILABILITY_LINE: Final = ScorecardLine(
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
OTHER_LINES: Final = (
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
        **HIDDEN,
    ),
    ScorecardLine(
        key="hit_rate",
        group=ALARMS,
        title="Exams that find",
        short="exams that find",
        definition="expected seizures over physical examinations",
        better="high",
        digits=2,
        formulas=(Formula(("expected_caught",), ("n_opened",)),),
        **HIDDEN,
    ),
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
        target="insider_loss_at_most_share",
        formulas=metric_formula("detection_expected") + metric_formula("detection_expected_unhelped"),
        combine=lambda found, unhelped: 1.0 - found / unhelped,
        signed=True,
        **HIDDEN,
    ),
)


def metric_line(metric: Metric, line: CardLine) -> ScorecardLine:
    """Return the line that is one metric, as METRICS declares it."""
    return ScorecardLine(
        key=line.key,
        group=line.group,
        title=line.title,
        short=line.short,
        definition=line.definition,
        unit=metric.shown_unit,
        better=metric.better,
        formulas=metric_formula(metric.name),
        scale=metric.scale,
        digits=metric.digits,
        target=line.target,
        assumed=line.assumed,
        withheld=line.assumed,
        kpp=line.kpp,
        share=metric.unit == "0-1",
        metric=metric.name,
    )


METRIC_LINES: Final = tuple(metric_line(metric, metric.line) for metric in METRICS if metric.line is not None)
LAST: Final = 9
"""Place of a line that carries no key performance parameter, in its group."""


def scorecard_lines(scenario: Scenario) -> list[ScorecardLine]:
    """Return the lines of one direction, those of the types that occur there among them."""
    types = scenario.threat.types()
    lines = [
        *METRIC_LINES,
        AVAILABILITY_LINE,
        *([LEAVING_LINE] if scenario.servers("origin") else []),
        *(_detection_line(kind) for kind in types),
        *(_flow_line(kind) for kind in types),
        *OTHER_LINES,
    ]
    return sorted(lines, key=lambda line: (GROUPS.index(line.group), line.kpp or LAST))


def _detection_line(kind: str) -> ScorecardLine:
    return ScorecardLine(
        key=f"detection_{kind}",
        group=DETECTION,
        title=f"Loads found, {CONTRABAND_WORDS[kind]}",
        short=f"  {CONTRABAND_WORDS[kind]}",
        definition="the same, of loads of this type",
        better="high",
        formulas=metric_formula(f"detection_expected_{kind}"),
        target="detection_at_least_share",
        **HIDDEN,
    )


def _flow_line(kind: str) -> ScorecardLine:
    top, bottom = amount_column("seized_expected", kind), amount_column("presented_expected", kind)
    return ScorecardLine(
        key=f"flow_{kind}",
        group=FLOW,
        title=f"Seized of the flow, {CONTRABAND_WORDS[kind]}",
        short=f"  {CONTRABAND_WORDS[kind]}",
        definition=f"expected {amount_unit_words(kind)} seized over expected flow",
        better="high",
        formulas=(Formula((top,), (bottom,)),),
        amount=kind,
        **HIDDEN,
    )

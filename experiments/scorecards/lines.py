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
    special: Literal["", "sharing", "agency", "availability"] = ""
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
HIDDEN: Final[dict[str, Any]] = {"assumed": True, "withheld": True}
"""Of a share that rests on assumptions and helps a smuggler."""


def _share_line(key: str, group: str, title: str, short: str, definition: str, **more: Any) -> ScorecardLine:  # noqa: ANN401
    """Return the line of a share in per cent, of which more is better unless it says otherwise."""
    style = PERCENT_STYLE | {"better": "high"} | more
    return ScorecardLine(key=key, group=group, title=title, short=short, definition=definition, **style)


SCHEDULED: Final = _sums("scheduled_{}_min")
"""Columns of METRICS with the minutes for which scanners are scheduled."""
AVAILABILITY_LINE: Final = _share_line(
    "availability", KPP, "Availability of scanners", "availability",
    "hours that large-scale scanners are available over the hours that they are scheduled, all portals and scanners "
    "together; an input (scanner.*.outages), not an estimate",
    special="availability", kpp=1, target="availability_at_least_share",
)  # fmt: skip
LEAVING_LINE: Final = _share_line(
    "leaving_opened", KPP, "Opened by the country they leave", "physically examined on leaving",
    "trucks that the country they leave examined, over trucks that left the port",
    digits=2, target="leaving_opened_at_least_share", formulas=(Formula(("n_opened_on_leaving",), ("exited",)),),
)  # fmt: skip
OTHER_LINES: Final = (
    _share_line(
        "agency", FLOW, "Interdicted, as the agency could know it", "interdicted, as known",
        "F / (F + (x / n) M): F loads detected by targeting, x found in n random inspections of the M trucks that "
        "targeting let pass (GAO-02-215R); an upper view, since an inspection misses loads too",
        special="agency", **HIDDEN,
    ),
    _share_line(
        "hit_rate", ALARMS, "Exams that find", "exams that find", "expected seizures over physical examinations",
        digits=2, formulas=(Formula(("expected_caught",), ("n_opened",)),), **HIDDEN,
    ),
    _share_line(
        "sharing", TRUST, "Data-sharing level", "data shared",
        "of four things that a partner can send of every truck (export declaration, scan, certified plant, time on "
        "the way), the share that is sent, mean of the four",
        special="sharing", assumed=True, target="sharing_at_least_share", digits=0,
    ),
    _share_line(
        "insider_loss", TRUST, "Insider exposure", "finds lost to insiders",
        "1 - loads detected / loads detected of those without help inside: the part of the finds that officers who "
        "help smugglers undo",
        better="low", target="insider_loss_at_most_share",
        formulas=metric_formula("detection_expected") + metric_formula("detection_expected_unhelped"),
        combine=lambda found, unhelped: 1.0 - found / unhelped, signed=True, **HIDDEN,
    ),
)  # fmt: skip


def _metric_line(metric: Metric, line: CardLine) -> ScorecardLine:
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


METRIC_LINES: Final = tuple(_metric_line(metric, metric.line) for metric in METRICS if metric.line is not None)
LAST: Final = 9
"""Place of a line that carries no key performance parameter, in its group."""


def scorecard_lines(scenario: Scenario) -> list[ScorecardLine]:
    """Return the lines of one direction, those of the types that occur there among them."""
    types = scenario.threat.types()
    lines = [
        *METRIC_LINES,
        AVAILABILITY_LINE,
        *([LEAVING_LINE] if scenario.servers("origin") else []),
        *(line for kind in types for line in _type_lines(kind)),
        *OTHER_LINES,
    ]
    return sorted(lines, key=lambda line: (GROUPS.index(line.group), line.kpp or LAST))


def _type_lines(kind: str) -> tuple[ScorecardLine, ScorecardLine]:
    """Return what is found of one type's loads, and what is seized of its flow."""
    words = CONTRABAND_WORDS[kind]
    seized, flow = (amount_column(f"{what}_expected", kind) for what in ("seized", "presented"))
    found = _share_line(
        f"detection_{kind}", DETECTION, f"Detection rate, {words}", f"  {words}", "the same, of loads of this type",
        formulas=metric_formula(f"detection_expected_{kind}"), target="detection_at_least_share", **HIDDEN,
    )  # fmt: skip
    of_flow = _share_line(
        f"flow_{kind}", FLOW, f"Seized of the flow, {words}", f"  {words}",
        f"expected {amount_unit_words(kind)} seized over expected flow",
        formulas=(Formula((seized,), (flow,)),), amount=kind, **HIDDEN,
    )  # fmt: skip
    return found, of_flow

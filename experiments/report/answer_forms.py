"""Answers to special questions: posts, equipment, FAST lanes, insiders.

Each alternative is told against the baseline, in loads found, waits and officer hours, and only as
far as Holm's verdict over all alternatives goes. Of several numbers of one post, one is *enough*
where its mean wait is surely less than `WORTH_MIN` above that of the most that was tried
(intervals hold for all numbers at once, Bonferroni). A port without insiders is no choice that
anybody has: guards are compared with the port that has insiders and does nothing.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, NamedTuple

from experiments.comparison import metric_sample, metrics_by_alternative
from experiments.intervals import Difference, paired_difference
from experiments.number_format import listed, number, percent, span
from experiments.report.findings import Findings
from experiments.report.tables import CONTRABAND_WORDS, UNIT_WORDS, amount_decimals, occurring_types
from experiments.study.study import MONTHS
from sim.scenario import Scenario, replace_parts
from sim.setting.contraband import CONTRABAND_UNIT, amount_column
from sim.tables import LANE_CLASSES

LOADS_FOUND: Final = "detection_expected"
WAIT: Final = "wait_mean_min"
HOURS: Final = "officer_h"


class PriceMetric(NamedTuple):
    """A metric in which something is paid: its words, and the least that is worth saying."""

    metric: str
    words: str
    scale: float = 1.0
    digits: int = 1
    least: float = 0.1
    a_day: bool = False


PRICE_METRICS: Final = (
    PriceMetric(WAIT, "min of mean wait"),
    PriceMetric(HOURS, "officer hours a day", 1.0, 0, 2.0, a_day=True),
)


def baseline_difference(findings: Findings, name: str, metric: str) -> Difference:
    """Return an alternative minus the baseline, with its interval."""
    row = findings.row(name, metric)
    low, high = row["diff_low"], row["diff_high"]
    return Difference(row["difference"], low, high, row["p_value"], int(row["n"]), row["note"])


def holm_verdict(findings: Findings, name: str, metric: str) -> str:
    """Return Holm's verdict on an alternative's difference from the baseline."""
    return str(findings.row(name, metric)["holm_verdict"])


def is_sure(findings: Findings, name: str, metric: str) -> bool:
    """Return whether an alternative surely differs from the baseline in a metric."""
    return holm_verdict(findings, name, metric) in ("higher", "lower")


def points_words(difference: Difference) -> str:
    """Return a difference of shares in percentage points, with its interval.

    Examples
    --------
    >>> points_words(Difference(0.021, 0.018, 0.024, 0.0, 9))
    '2.1 [1.8, 2.4]'
    """
    return f"{number(100.0 * difference.mean)} {span(difference, 100.0)}"


def price_words(difference: Difference, metric: PriceMetric, scale: float, suffix: str = "") -> str:
    """Return what is paid more, or saved.

    Parameters
    ----------
    suffix : str
        Word behind what is paid; what is saved is followed by "less".

    Examples
    --------
    >>> price_words(Difference(-2.0, -3.0, -1.0, 0.0, 9), PRICE_METRICS[0], 1.0)
    '2.0 min of mean wait less [1.0, 3.0]'
    """
    size = difference.size()
    change = suffix if difference.mean >= 0.0 else "less"
    words = " ".join([number(scale * size.mean, metric.digits), metric.words, *([change] if change else [])])
    # a roster is the same in every replication, but for some overtime
    ends = {number(scale * end, metric.digits) for end in (size.low, size.mean, size.high)}
    return words if len(ends) == 1 else f"{words} {span(size, scale, metric.digits)}"


def price_phrases(
    findings: Findings, name: str, metrics: tuple[PriceMetric, ...] = PRICE_METRICS, suffix: str = ""
) -> list[str]:
    """Return what an alternative surely costs or saves, by far enough to be worth saying."""
    said = []
    for one in metrics:
        scale = one.scale / (findings.study.days if one.a_day else 1)
        own = baseline_difference(findings, name, one.metric)
        if is_sure(findings, name, one.metric) and abs(scale * own.mean) >= one.least:
            said.append(price_words(own, one, scale, suffix))
    return said


DOCKS: Final = PriceMetric("utilisation_dock", "points of the docks' time", 100.0)
CROSSING: Final = PriceMetric("crossing_mean_min", "min of mean crossing")
WORTH_POINTS: Final = 0.1
"""Smaller differences in loads found are called alike, however sure they are."""
WORTH_AMOUNTS: Final = 1.0
"""Points of difference from which on amounts of each type are told."""
OTHER_SHARE: Final = 0.01
"""From here on a scan share is worth saying: the difference is one of doses."""


def varies_equipment(findings: Findings) -> bool:
    """Return whether alternatives differ in port or scanner while the choice of trucks stands."""
    base, *rest = _scenarios(findings)
    moved = any((other.port, other.scanner) != (base.port, base.scanner) for other in rest)
    steady = all((s.policy, s.risk, s.threat) == (base.policy, base.risk, base.threat) for s in rest)
    return moved and (steady or _south(base))


def equipment_answer(findings: Findings) -> str:
    """Return what the baseline finds, and what each alternative changes at which price."""
    base = findings.study.baseline
    finds, wait = findings.interval(base, LOADS_FOUND), findings.interval(base, WAIT)
    rivals = sorted(
        (n for n in findings.names if n != base), key=lambda n: -baseline_difference(findings, n, LOADS_FOUND).mean
    )
    head = (
        f"Against {base}, which finds {percent(finds.mean)} of loads {span(finds, 100.0)} at a "
        f"mean wait of {number(wait.mean)} min {span(wait)}"
    )
    return f"{head}: {'; '.join(_equipment_phrase(findings, name) for name in rivals)}."


def _scenarios(findings: Findings) -> list[Scenario]:
    """Return the scenarios, the baseline's first."""
    every, base = findings.study.alternatives, findings.study.baseline
    return [every[base], *(every[name] for name in findings.names if name != base)]


def _south(scenario: Scenario) -> bool:
    return scenario.port.direction == "southbound"


def _equipment_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return f"{name} cannot carry its load ({findings.unstable[name]})"
    paid = price_phrases(findings, name, _prices(findings), "more")
    scans = findings.interval(name, "scan_rate").mean
    other = abs(scans - findings.interval(findings.study.baseline, "scan_rate").mean) >= OTHER_SHARE
    dose = f" (scanning {percent(scans, 0)})" if other else ""
    return f"{name}{dose} {_finds(findings, name)}, {_paid(paid)}"


def _prices(findings: Findings) -> tuple[PriceMetric, ...]:
    """Return what is paid in: docks where sensors alone differ, crossings where checks do."""
    base, *rest = _scenarios(findings)
    wait, hours = PRICE_METRICS
    if _south(base):
        return (CROSSING, hours)
    if all((s.port, s.staffing) == (base.port, base.staffing) for s in rest):
        return (wait, DOCKS, hours)
    checks = {(s.port.origin, s.port.safety, s.port.joint_inspection) for s in (base, *rest)}
    return (wait, CROSSING, hours) if len(checks) > 1 else (wait, hours)


def _finds(findings: Findings, name: str) -> str:
    own = baseline_difference(findings, name, LOADS_FOUND)
    if not is_sure(findings, name, LOADS_FOUND) or abs(100.0 * own.mean) < WORTH_POINTS:
        return "finds as many"
    more = holm_verdict(findings, name, LOADS_FOUND) == "higher"
    kinds = _kinds(findings, name, finds_more=more)
    size = f"{points_words(own.size())} points {'more' if more else 'fewer'}"
    return f"finds {size}{f' ({kinds})' if kinds else ''}"


def _kinds(findings: Findings, name: str, *, finds_more: bool) -> str:
    """Return the difference in what is found of each type, where types have units of their own."""
    parts = []
    kinds, least = occurring_types(findings.study), WORTH_AMOUNTS / 100.0
    if (
        len({CONTRABAND_UNIT[k] for k in kinds}) < 2
        or abs(baseline_difference(findings, name, LOADS_FOUND).mean) < least
    ):
        return ""
    for kind in kinds:
        metric = amount_column("seized_expected", kind)
        if holm_verdict(findings, name, metric) == ("higher" if finds_more else "lower"):
            own = baseline_difference(findings, name, metric)
            parts.append(_amount(own.size(), kind))
    return f"{listed(parts)} {_when(findings)}" if parts else ""


def _amount(size: Difference, kind: str) -> str:
    unit = UNIT_WORDS[CONTRABAND_UNIT[kind]]
    scale = 1e-3 if CONTRABAND_UNIT[kind] == "usd" else 1.0
    unit = f"thousand {unit}" if scale != 1.0 else unit
    what = f"{unit} of {CONTRABAND_WORDS[kind]}" if unit else CONTRABAND_WORDS[kind]
    places = max(amount_decimals(scale * size.mean) - (CONTRABAND_UNIT[kind] == "n"), 0)
    return f"{number(scale * size.mean, places)} {span(size, scale, places)} {what}"


def _when(findings: Findings) -> str:
    days = findings.study.days
    return {1: "a day", 7: "a week"}.get(days, f"in {days} days")


def _paid(paid: list[str]) -> str:
    return f"at {listed(paid)}" if paid else "at no sure price"


WORTH_MIN: Final = 0.5
"""A mean wait longer by less than this is not worth a post."""
POSTS: Final = {"analysts": "analyst", "docks": "dock"}
"""Keys of ``staffing`` that are posts, and the station whose posts they are."""


def varies_staffing(findings: Findings) -> bool:
    """Return whether the alternatives differ in the number of one post, and in nothing else."""
    return len(findings.names) > 2 and _post(findings) is not None


def staffing_answer(findings: Findings) -> str:
    """Return the least number that is enough, and how much longer waits are with fewer."""
    key = str(_post(findings))
    ladder = sorted(findings.names, key=lambda name: _posts(findings, name))
    most = ladder[-1]
    if most in findings.unstable:
        return f"{_posts(findings, most)} {key} are not enough: {findings.unstable[most]}."
    gaps = {name: _behind(findings, name, most) for name in ladder if name not in findings.unstable}
    enough = next(n for n in ladder if n == most or (n in gaps and gaps[n].high < WORTH_MIN))
    waits = findings.interval(enough, WAIT)
    base = findings.study.baseline
    head = f"{_posts(findings, enough)} {key} are enough"
    if enough != base:
        head += f" ({_posts(findings, base)} are there)"
    head += f": trucks wait {number(waits.mean)} min {span(waits)} on average"
    if enough != most:
        head += f", {_over(gaps[enough])} than with {_posts(findings, most)}"
    fewer = ladder[: ladder.index(enough)]
    over = [str(_posts(findings, name)) for name in fewer if name in findings.unstable]
    parts = [f"with {_posts(findings, n)} {_over(gaps[n])}" for n in reversed(fewer) if n in gaps]
    parts += [f"{listed(over)} cannot carry the load"] if over else []
    if enough == most and len(ladder) > 1:
        head = f"No number tried is surely enough but the most, {head}"
    return f"{'; '.join([head, *parts])}."


def _over(gap: Difference) -> str:
    """Return how much longer than with the most a mean wait is."""
    change = "longer" if gap.mean >= 0.0 else "shorter"
    size = gap.size()
    digits = 2 if size.mean < 1.0 else 1
    return f"{number(size.mean, digits)} min {change} {span(size, digits=digits)}"


def _post(findings: Findings) -> str | None:
    """Return the one key of staffing that differs between alternatives; None: another study."""
    every = list(findings.study.alternatives.values())
    for key in POSTS:
        rest = [_without_post(scenario, key) for scenario in every]
        if all(other == rest[0] for other in rest[1:]) and len({_count(scenario, key) for scenario in every}) == len(
            every
        ):
            return key
    return None


def _without_post(scenario: Scenario, key: str) -> Scenario:
    nobody: dict[str, Any] = {key: None}
    staffing = dataclasses.replace(scenario.staffing, **nobody)
    return replace_parts(scenario, staffing=staffing)


def _count(scenario: Scenario, key: str) -> int:
    return scenario.servers(POSTS[key])


def _posts(findings: Findings, name: str) -> int:
    return _count(findings.study.alternatives[name], str(_post(findings)))


def _behind(findings: Findings, name: str, largest: str) -> Difference:
    """Return how much longer trucks wait than with the most, paired, sure for all at once."""
    frames = metrics_by_alternative(findings.metrics)
    strata = MONTHS if findings.study.calendar == "year" else None
    own, other = (metric_sample(frames[one], WAIT, strata) for one in (name, largest))
    return paired_difference(own, other, 1.0 - findings.alpha / max(len(findings.names) - 1, 1))


CLASS_WORDS = {"general": "the others", "fast": "FAST trucks"}
DELAY = "delay_truck_h"


def varies_fast_lanes(findings: Findings) -> bool:
    """Return whether the alternatives differ in what FAST trucks have to themselves alone."""
    rules = {_rules(scenario) for scenario in findings.study.alternatives.values()}
    rest = [_rest(scenario) for scenario in findings.study.alternatives.values()]
    return len(rules) > 1 and all(other == rest[0] for other in rest[1:])


def fast_lane_answer(findings: Findings) -> str:
    """Return both classes' waits under the baseline, and what each other rule changes."""
    base = findings.study.baseline
    waits = [(findings.interval(base, f"wait_{c}_mean_min"), CLASS_WORDS[c]) for c in reversed(LANE_CLASSES)]
    said = [f"{words} wait {number(one.mean)} min {span(one)}" for one, words in waits]
    rivals = [name for name in findings.names if name != base]
    return f"Under {base} {listed(said)}; {'; '.join(_fast_lane_phrase(findings, name) for name in rivals)}."


def _fast_lane_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return f"{name} cannot carry its load ({findings.unstable[name]})"
    parts = [f"{CLASS_WORDS[c]} {_change(findings, name, c)}" for c in reversed(LANE_CLASSES)]
    return f"under {name} {listed(parts)}, {_delay(findings, name)}"


def _change(findings: Findings, name: str, kind: str) -> str:
    metric = f"wait_{kind}_mean_min"
    one = baseline_difference(findings, name, metric)
    if not is_sure(findings, name, metric):
        near = {number(end) for end in (one.low, one.high)} == {"0.0"}
        return "as long" if near else f"as long (within {span(one)} min)"
    longer = one.mean > 0.0
    return f"{_size(one)} min {'longer' if longer else 'shorter'}"


def _size(difference: Difference, scale: float = 1.0, digits: int = 1) -> str:
    size = difference.size()
    return f"{number(scale * size.mean, digits)} {span(size, scale, digits)}"


def _delay(findings: Findings, name: str) -> str:
    one, scale = baseline_difference(findings, name, DELAY), 1.0 / findings.study.days
    if not is_sure(findings, name, DELAY):
        return "in all no sure change of delay"
    change = "more" if one.mean > 0.0 else "fewer"
    return f"in all {_size(one, scale, 0)} truck-hours of delay a day {change}"


def _rules(scenario: Scenario) -> tuple[object, ...]:
    primary = scenario.port.primary
    return (
        primary.lanes_serve,
        primary.fast_lanes_serve,
        primary.lanes,
        primary.fast_lanes,
        scenario.port.approach.fast_lane,
    )


def _rest(scenario: Scenario) -> Scenario:
    """Return the scenario as if nothing were FAST trucks' own, to see whether all else is alike."""
    port = scenario.port
    primary = dataclasses.replace(
        port.primary, lanes_serve="all", fast_lanes_serve="all", lanes=1, fast_lanes=1, open_by_shift=None
    )
    approach = dataclasses.replace(port.approach, fast_lane="own")
    port = dataclasses.replace(port, primary=primary, approach=approach)
    return replace_parts(scenario, port=port)


def varies_insiders(findings: Findings) -> bool:
    """Return whether the baseline has insiders and some alternative has none."""
    return _helped(findings, findings.study.baseline) and bool(_without_insiders(findings)) and bool(_guards(findings))


def insider_answer(findings: Findings) -> str:
    """Return what help from inside costs, and what each guard wins back at which price."""
    base, clean = findings.study.baseline, _without_insiders(findings)[0]
    cost, finds = baseline_difference(findings, clean, LOADS_FOUND), findings.interval(base, LOADS_FOUND)
    if holm_verdict(findings, clean, LOADS_FOUND) != "higher":
        return (
            f"Help from inside makes no sure difference: {percent(finds.mean)} of loads are found "
            f"{span(finds, 100.0)} with it, {points_words(cost)} points more without."
        )
    parts = [_guard(findings, name) for name in sorted(_guards(findings), key=lambda n: _order(findings, n))]
    return (
        f"Help from inside costs {points_words(cost)} points of the loads found ({percent(finds.mean)} "
        f"{span(finds, 100.0)} are under {base}); won back: {'; '.join(parts)}."
    )


def _helped(findings: Findings, name: str) -> bool:
    return findings.study.alternatives[name].insider.helped_load_share > 0.0


def _without_insiders(findings: Findings) -> list[str]:
    return [name for name in findings.names if not _helped(findings, name)]


def _guards(findings: Findings) -> list[str]:
    return [n for n in findings.names if n != findings.study.baseline and _helped(findings, n)]


def _order(findings: Findings, name: str) -> float:
    return -baseline_difference(findings, name, LOADS_FOUND).mean


def _guard(findings: Findings, name: str) -> str:
    """Return what one guard wins back, and its price in waits and officer hours."""
    surely = holm_verdict(findings, name, LOADS_FOUND) == "higher"
    head = f"{name} {points_words(baseline_difference(findings, name, LOADS_FOUND)) if surely else 'surely nothing'}"
    if name in findings.unstable:
        return f"{head}, but it cannot carry its load ({findings.unstable[name]})"
    return f"{head} for {' and '.join(price_phrases(findings, name)) or 'no sure price'}"

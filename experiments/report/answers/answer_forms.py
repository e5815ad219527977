"""Answers to special questions: posts, equipment, lanes that follow the line, FAST lanes, insiders.

Each alternative is told against the baseline, in loads found, waits and officer hours, and only as far as Holm's
verdict over all alternatives goes. Of several numbers of one post, one is *enough* where its mean wait is surely less
than `WORTH_MIN` above that of the most that was tried (intervals hold for all numbers at once, Bonferroni). A port
without insiders is no choice that anybody has: guards are compared with the port that has insiders and does nothing.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np

from experiments.comparison import metric_samples
from experiments.intervals import Difference, paired_difference
from experiments.number_format import listed, number, percent, percent_with_span, signed, span, with_span
from experiments.report.answers.claim import Lead
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT
from experiments.report.tables import amount_decimals, amount_kind_words, occurring_types
from sim.scenario import Scenario, replace_parts
from sim.setting.contraband import CONTRABAND_UNIT, amount_column
from sim.setting.staffing import lane_response
from sim.tables import LANE_CLASSES

HOURS: Final = "officer_h"


class PriceMetric(NamedTuple):
    """A metric in which something is paid: its words behind a number, and the least that is worth saying."""

    metric: str
    words: str
    changed: str
    """The same with a place for "more" or "less"."""
    scale: float = 1.0
    digits: int = 1
    least: float = 0.1
    a_day: bool = False


PRICE_METRICS: Final = (
    PriceMetric(WAIT, "min of average wait", "min {} average wait"),
    PriceMetric(HOURS, "officer-hours a day", "{} officer-hours a day", 1.0, 0, 2.0, a_day=True),
)


def baseline_difference(findings: Findings, name: str, metric: str) -> Difference:
    """Return an alternative minus the baseline, with its interval."""
    row = findings.row(name, metric)
    return Difference(row["difference"], row["diff_low"], row["diff_high"], row["p_value"], int(row["n"]), row["note"])


def lead_on(findings: Findings, name: str, metric: str, text: str) -> Lead:
    """Return the lead of an alternative's difference from the baseline, as both ran."""
    return Lead(
        text=text,
        alternative=name,
        against=findings.study.baseline,
        metric=metric,
        gap=baseline_difference(findings, name, metric),
        sure=is_sure(findings, name, metric),
    )


def overloaded_words(findings: Findings, name: str) -> str:
    """Return that an alternative cannot carry its load, and which station."""
    return f"{name} cannot carry its load ({findings.unstable[name]})"


def holm_verdict(findings: Findings, name: str, metric: str) -> str:
    """Return Holm's verdict on an alternative's difference from the baseline."""
    return str(findings.row(name, metric)["holm_verdict"])


def is_sure(findings: Findings, name: str, metric: str) -> bool:
    """Return whether an alternative surely differs from the baseline in a metric."""
    return holm_verdict(findings, name, metric) in ("higher", "lower")


def points_words(difference: Difference) -> str:
    """Return a difference of shares in percentage points, with its interval."""
    return with_span(difference, scale=100.0)


def price_words(difference: Difference, metric: PriceMetric, scale: float, suffix: str = "") -> str:
    """Return what is paid, with ``suffix`` ("more"), or what is saved, with "less" or "fewer".

    Examples
    --------
    >>> price_words(Difference(-2.0, -3.0, -1.0, 0.0, 9), PRICE_METRICS[0], 1.0)
    '2.0 min less average wait [1.0, 3.0]'
    """
    size = difference.size()
    fewer = "fewer" if metric.changed.startswith("{}") else "less"
    change = suffix if difference.mean >= 0.0 else fewer
    words = f"{number(scale * size.mean, metric.digits)} {metric.changed.format(change) if change else metric.words}"
    # a roster is the same in every replication, but for some overtime
    ends = {number(scale * end, metric.digits) for end in (size.low, size.mean, size.high)}
    return words if len(ends) == 1 else f"{words} {span(size, scale, metric.digits)}"


def price_phrases(
    findings: Findings, name: str, metrics: tuple[PriceMetric, ...] = PRICE_METRICS, suffix: str = ""
) -> list[str]:
    """Return what an alternative surely costs or saves, by far enough to be worth saying."""
    said = []
    for price in metrics:
        scale = price.scale / (findings.study.days if price.a_day else 1)
        gap = baseline_difference(findings, name, price.metric)
        if is_sure(findings, name, price.metric) and abs(scale * gap.mean) >= price.least:
            said.append(price_words(gap, price, scale, suffix))
    return said


DOCKS: Final = PriceMetric("utilisation_dock", "points of the docks' time", "points {} of the docks' time", 100.0)
CROSSING: Final = PriceMetric("crossing_mean_min", "min of average crossing", "min {} average crossing")
WORTH_POINTS: Final = 0.1
"""Smaller differences in loads found are called alike, however sure they are."""
WORTH_AMOUNTS: Final = 1.0
"""Points of difference from which on amounts of each type are told."""
OTHER_SHARE: Final = 0.01
"""From here on a scan share is worth saying: the difference is one of doses."""


def varies_equipment(findings: Findings) -> bool:
    """Return whether alternatives differ in port or scanner while the choice of trucks stands."""
    base, *rest = _scenarios(findings)
    moved = any((s.port, s.scanner) != (base.port, base.scanner) for s in rest)
    steady = all((s.policy, s.risk, s.threat) == (base.policy, base.risk, base.threat) for s in rest)
    return moved and (steady or base.port.direction == "southbound")


def equipment_answer(findings: Findings) -> Lead:
    """Return what the baseline finds, and what each alternative changes at which price."""
    base = findings.study.baseline
    finds, wait = findings.interval(base, LOADS_FOUND), findings.interval(base, WAIT)
    rivals = sorted(
        (n for n in findings.names if n != base), key=lambda n: -baseline_difference(findings, n, LOADS_FOUND).mean
    )
    text = (
        f"Against {base}, which finds {percent(finds.mean)} of loads {span(finds, 100.0)} at an average wait of "
        f"{with_span(wait, ' min')}: {'; '.join(_equipment_phrase(findings, name) for name in rivals)}."
    )
    return lead_on(findings, rivals[0], LOADS_FOUND, text)


def _scenarios(findings: Findings) -> list[Scenario]:
    """Return the scenarios, the baseline's first."""
    every, base = findings.study.alternatives, findings.study.baseline
    return [every[base], *(every[name] for name in findings.names if name != base)]


def _equipment_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return overloaded_words(findings, name)
    paid = price_phrases(findings, name, _prices(findings), "more")
    scans = findings.interval(name, "scan_rate").mean
    other = abs(scans - findings.interval(findings.study.baseline, "scan_rate").mean) >= OTHER_SHARE
    dose = f" (scanning {percent(scans, 0)})" if other else ""
    return f"{name}{dose} {_finds(findings, name)}, at {listed(paid) or 'no clear price'}"


def _prices(findings: Findings) -> tuple[PriceMetric, ...]:
    """Return what is paid in: docks where sensors alone differ, crossings where checks do."""
    base, *rest = _scenarios(findings)
    wait, hours = PRICE_METRICS
    if base.port.direction == "southbound":
        return (CROSSING, hours)
    if all((s.port, s.staffing) == (base.port, base.staffing) for s in rest):
        return (wait, DOCKS, hours)
    checks = {(s.port.origin, s.port.safety, s.port.joint_inspection) for s in (base, *rest)}
    return (wait, CROSSING, hours) if len(checks) > 1 else (wait, hours)


def _finds(findings: Findings, name: str) -> str:
    gap = baseline_difference(findings, name, LOADS_FOUND)
    margin = findings.study.alike.found_share
    if -margin < gap.low and gap.high < margin:
        return f"finds as many to within {number(100.0 * margin)} points"
    if not is_sure(findings, name, LOADS_FOUND) or abs(100.0 * gap.mean) < WORTH_POINTS:
        return f"shows no clear difference in detection rate ({signed(100.0 * gap.mean)} points {span(gap, 100.0)})"
    verdict = holm_verdict(findings, name, LOADS_FOUND)
    kinds = _kinds(findings, name, verdict) if abs(gap.mean) >= WORTH_AMOUNTS / 100.0 else ""
    size = f"{points_words(gap.size())} points {'more' if verdict == 'higher' else 'fewer'}"
    return f"finds {size}{f' ({kinds})' if kinds else ''}"


def _kinds(findings: Findings, name: str, verdict: str) -> str:
    """Return the difference in what is found of each type, where types have units of their own."""
    kinds, days = occurring_types(findings.study), findings.study.days
    if len({CONTRABAND_UNIT[kind] for kind in kinds}) < 2:
        return ""
    metrics = {kind: amount_column("seized_expected", kind) for kind in kinds}
    parts = [
        _amount(baseline_difference(findings, name, metric).size(), kind)
        for kind, metric in metrics.items()
        if holm_verdict(findings, name, metric) == verdict
    ]
    when = {1: "a day", 7: "a week"}.get(days, f"in {days} days")
    return f"{listed(parts)} {when}" if parts else ""


def _amount(size: Difference, kind: str) -> str:
    scale = 1e-3 if CONTRABAND_UNIT[kind] == "usd" else 1.0
    places = max(amount_decimals(scale * size.mean) - (CONTRABAND_UNIT[kind] == "n"), 0)
    return f"{with_span(size, '', scale, places)}{' thousand' if scale != 1.0 else ''} {amount_kind_words(kind)}"


WORTH_MIN: Final = 0.5
"""A mean wait longer by less than this is not worth a post."""
POSTS: Final = {"analysts": "analyst", "docks": "dock"}
"""Keys of ``staffing`` that are posts, and the station whose posts they are."""


def varies_staffing(findings: Findings) -> bool:
    """Return whether the alternatives differ in the number of one post, and in nothing else."""
    return len(findings.names) > 2 and _post(findings) is not None


def staffing_answer(findings: Findings) -> Lead:
    """Return the least number that is enough, and how much longer waits are with fewer."""
    key = str(_post(findings))
    posts = {name: _count(scenario, key) for name, scenario in findings.study.alternatives.items()}
    ladder = sorted(findings.names, key=lambda name: posts[name])
    most = ladder[-1]
    if most in findings.unstable:
        text = f"{posts[most]} {key} are not enough: {findings.unstable[most]}."
        other = next(name for name in reversed(ladder) if name != findings.study.baseline)
        return lead_on(findings, other, "exited", text)
    gaps = {name: _behind(findings, name, most) for name in ladder if name not in findings.unstable}
    enough = next(n for n in ladder if n == most or (n in gaps and gaps[n].high < WORTH_MIN))
    base = findings.study.baseline
    head = f"{posts[enough]} {key} are enough{f' ({posts[base]} are there)' if enough != base else ''}"
    head += f": trucks wait {with_span(findings.interval(enough, WAIT), ' min')} on average"
    if enough != most:
        head += f", {_over(gaps[enough])} than with {posts[most]}"
    elif len(ladder) > 1:
        head = f"No number tried is clearly enough but the most, {head}"
    fewer = ladder[: ladder.index(enough)]
    over = [str(posts[name]) for name in fewer if name in findings.unstable]
    parts = [f"with {posts[name]} {_over(gaps[name])}" for name in reversed(fewer) if name in gaps]
    text = f"{'; '.join([head, *parts, *([f'{listed(over)} cannot carry the load'] if over else [])])}."
    told = enough if enough != most else next(name for name in reversed(ladder) if name != most)
    if told not in gaps:
        return lead_on(findings, told if told != base else most, "exited", text)
    sure = gaps[told].high >= WORTH_MIN
    return Lead(text=text, alternative=told, against=most, metric=WAIT, gap=gaps[told], sure=sure, least=WORTH_MIN)


def _over(gap: Difference) -> str:
    """Return how much longer than with the most a mean wait is."""
    size = gap.size()
    return with_span(size, f" min {'longer' if gap.mean >= 0.0 else 'shorter'}", digits=2 if size.mean < 1.0 else 1)


def _post(findings: Findings) -> str | None:
    """Return the one key of staffing that differs between alternatives; None: another study."""
    scenarios = list(findings.study.alternatives.values())
    for key in POSTS:
        rest = [_without_post(scenario, key) for scenario in scenarios]
        counts = {_count(scenario, key) for scenario in scenarios}
        if len(counts) == len(scenarios) and all(other == rest[0] for other in rest[1:]):
            return key
    return None


def _without_post(scenario: Scenario, key: str) -> Scenario:
    nobody: dict[str, Any] = {key: None}
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, **nobody))


def _count(scenario: Scenario, key: str) -> int:
    return scenario.servers(POSTS[key])


def _behind(findings: Findings, name: str, largest: str) -> Difference:
    """Return how much longer trucks wait than with the most, paired, sure for all at once."""
    samples = metric_samples(findings.metrics, WAIT, findings.strata)
    return paired_difference(samples[name], samples[largest], 1.0 - findings.alpha / max(len(findings.names) - 1, 1))


def varies_lane_response(findings: Findings) -> bool:
    """Return whether lanes follow the line by different rules, and alternatives differ in their staffing alone."""
    base, *rest = _scenarios(findings)
    alike = all(replace_parts(scenario, staffing=base.staffing) == base for scenario in rest)
    return alike and len({lane_response(scenario.port, scenario.staffing) for scenario in (base, *rest)}) > 1


def lane_response_answer(findings: Findings) -> Lead:
    """Return the baseline's wait, and what each other rule for lanes takes off it for how many officer hours."""
    base = findings.study.baseline
    rivals = sorted((n for n in findings.names if n != base), key=lambda n: baseline_difference(findings, n, WAIT).mean)
    wait = with_span(findings.interval(base, WAIT), " min")
    text = (
        f"Against {base}, with a average wait of {wait}: {'; '.join(_lane_phrase(findings, name) for name in rivals)}."
    )
    return lead_on(findings, rivals[0], WAIT, text)


def _lane_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return overloaded_words(findings, name)
    return f"{name} has {listed(price_phrases(findings, name, suffix='more')) or 'no clear change'}"


CLASS_WORDS: Final = {"general": "the others", "fast": "FAST trucks"}
DELAY: Final = "delay_truck_h"
FAST_RULES: Final = attrgetter(
    "primary.lanes_serve", "primary.fast_lanes_serve", "primary.lanes", "primary.fast_lanes", "approach.fast_lane",
    "approach.split_trucks",
)  # fmt: skip
"""What a port gives FAST trucks to themselves."""


def varies_fast_lanes(findings: Findings) -> bool:
    """Return whether the alternatives differ in what FAST trucks have to themselves alone."""
    first, *others = findings.study.alternatives.values()
    differs = any(FAST_RULES(scenario.port) != FAST_RULES(first.port) for scenario in others)
    return differs and all(_rest(scenario) == _rest(first) for scenario in others)


def fast_lane_answer(findings: Findings) -> Lead:
    """Return both classes' waits under the baseline, and what each other rule changes."""
    base = findings.study.baseline
    waits = [
        f"{CLASS_WORDS[kind]} wait {with_span(findings.interval(base, f'wait_{kind}_mean_min'), ' min')}"
        for kind in reversed(LANE_CLASSES)
    ]
    rivals = [name for name in findings.names if name != base]
    text = f"Under {base} {listed(waits)}; {'; '.join(_fast_lane_phrase(findings, name) for name in rivals)}."
    sizes = {name: np.nan_to_num(abs(baseline_difference(findings, name, DELAY).mean), nan=-1.0) for name in rivals}
    return lead_on(findings, max(rivals, key=sizes.__getitem__), DELAY, text)


def _fast_lane_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return overloaded_words(findings, name)
    parts = [f"{CLASS_WORDS[kind]} {_change(findings, name, kind)}" for kind in reversed(LANE_CLASSES)]
    return f"under {name} {listed(parts)}, {_delay(findings, name)}"


def _change(findings: Findings, name: str, kind: str) -> str:
    metric = f"wait_{kind}_mean_min"
    gap = baseline_difference(findings, name, metric)
    if not is_sure(findings, name, metric):
        near = {number(end) for end in (gap.low, gap.high)} == {"0.0"}
        return "as long" if near else f"as long (within {span(gap)} min)"
    return f"{with_span(gap.size())} min {'longer' if gap.mean > 0.0 else 'shorter'}"


def _delay(findings: Findings, name: str) -> str:
    gap, scale = baseline_difference(findings, name, DELAY), 1.0 / findings.study.days
    if not is_sure(findings, name, DELAY):
        return "in all no clear change of delay"
    change = "more" if gap.mean > 0.0 else "fewer"
    return f"in all {with_span(gap.size(), '', scale, 0)} truck-hours of delay a day {change}"


def _rest(scenario: Scenario) -> Scenario:
    """Return the scenario as if nothing were FAST trucks' own, to see whether all else is alike."""
    port = scenario.port
    primary = dataclasses.replace(
        port.primary, lanes_serve="all", fast_lanes_serve="all", lanes=1, fast_lanes=1, open_by_shift=None
    )
    approach = dataclasses.replace(port.approach, fast_lane="own", split_trucks=None)
    port = dataclasses.replace(port, primary=primary, approach=approach)
    return replace_parts(scenario, port=port)


def varies_insiders(findings: Findings) -> bool:
    """Return whether the baseline has insiders, and of the others some have them and some have none."""
    others = {_helped(findings, name) for name in findings.names if name != findings.study.baseline}
    return _helped(findings, findings.study.baseline) and len(others) > 1


def insider_answer(findings: Findings) -> Lead:
    """Return what help from inside costs, and what each guard wins back at which price."""
    base, clean = findings.study.baseline, next(name for name in findings.names if not _helped(findings, name))
    gaps = {name: baseline_difference(findings, name, LOADS_FOUND) for name in findings.names}
    cost, finds = points_words(gaps[clean]), findings.interval(base, LOADS_FOUND)
    if holm_verdict(findings, clean, LOADS_FOUND) != "higher":
        text = (
            f"Help from inside makes no clear difference: {percent(finds.mean)} of loads are detected "
            f"{span(finds, 100.0)} with it, {cost} points more without."
        )
        return lead_on(findings, clean, LOADS_FOUND, text)
    guards = sorted(
        (name for name in findings.names if name != base and _helped(findings, name)), key=lambda name: -gaps[name].mean
    )
    text = (
        f"Help from inside costs {cost} points of detection rate ({percent_with_span(finds)} are under {base}); "
        f"won back: {'; '.join(_guard(findings, name, gaps[name]) for name in guards)}."
    )
    return lead_on(findings, guards[0] if guards else clean, LOADS_FOUND, text)


def _helped(findings: Findings, name: str) -> bool:
    return findings.study.alternatives[name].insider.helped_load_share > 0.0


def _guard(findings: Findings, name: str, gap: Difference) -> str:
    """Return what one guard wins back, and its price in waits and officer hours."""
    clearly = holm_verdict(findings, name, LOADS_FOUND) == "higher"
    head = f"{name} {points_words(gap) if clearly else 'clearly nothing'}"
    if name in findings.unstable:
        return f"{head}, but it cannot carry its load ({findings.unstable[name]})"
    return f"{head} for {' and '.join(price_phrases(findings, name)) or 'no clear price'}"

"""The answer where equipment differs: what each alternative detects more, and at which price."""

from __future__ import annotations

from typing import Final

from experiments.intervals import Difference
from experiments.number_format import listed, number, percent, signed, span, with_span
from experiments.report.answers.claim import Lead
from experiments.report.answers.differences import (
    PRICE_METRICS,
    PriceMetric,
    baseline_difference,
    holm_verdict,
    is_sure,
    lead_on,
    overloaded_words,
    points_words,
    price_phrases,
    scenarios_baseline_first,
)
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT
from experiments.report.tables import amount_decimals, amount_kind_words, occurring_types
from sim.setting.contraband import CONTRABAND_UNIT, amount_column

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
    base, *rest = scenarios_baseline_first(findings)
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
        f"Against {base}, with {percent(finds.mean)} of loads detected {span(finds, 100.0)} at an average wait of "
        f"{with_span(wait, ' min')}: {'; '.join(_equipment_phrase(findings, name) for name in rivals)}."
    )
    return lead_on(findings, rivals[0], LOADS_FOUND, text)


def _equipment_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return overloaded_words(findings, name)
    paid = price_phrases(findings, name, _prices(findings), "more")
    scans = findings.interval(name, "scan_rate").mean
    other = abs(scans - findings.interval(findings.study.baseline, "scan_rate").mean) >= OTHER_SHARE
    dose = f" (scanning {percent(scans, 0)})" if other else ""
    return f"with {name}{dose}, {_finds(findings, name)}, at {listed(paid) or 'no clear price'}"


def _prices(findings: Findings) -> tuple[PriceMetric, ...]:
    """Return what is paid in: docks where sensors alone differ, crossings where checks do."""
    base, *rest = scenarios_baseline_first(findings)
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
        return f"as many to within {number(100.0 * margin)} points"
    if not is_sure(findings, name, LOADS_FOUND) or abs(100.0 * gap.mean) < WORTH_POINTS:
        return f"no clear difference in detection rate ({signed(100.0 * gap.mean)} points {span(gap, 100.0)})"
    verdict = holm_verdict(findings, name, LOADS_FOUND)
    kinds = _kinds(findings, name, verdict) if abs(gap.mean) >= WORTH_AMOUNTS / 100.0 else ""
    size = f"{points_words(gap.size())} points {'more' if verdict == 'higher' else 'fewer'}"
    return f"{size}{f' ({kinds})' if kinds else ''}"


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

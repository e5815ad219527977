"""The answer of a study of equipment: what each choice finds more or fewer, and what it costs.

Where portals stand, how nervous they are, who looks at outbound trucks: no choice of trucks is
under study, so that nothing is to be held at equal scan share. Every alternative is said against
the baseline: loads found, then waits, officer hours and docks, each as far as Holm's verdict goes.
Southbound the port's two sides are compared, in firearms, cash and chemicals too.
"""

from __future__ import annotations

from typing import Final

from experiments.amounts import UNIT_WORDS, WORDS, digits, types
from experiments.findings import Findings
from experiments.gaps import FOUND, PRICES, WAIT, Price, gap, points, prices, sure, turned, verdict
from experiments.intervals import Difference
from experiments.wording import listed, number, percent, span
from sim.contraband import UNIT, amount
from sim.scenario import Scenario

DOCKS: Final = Price("utilisation_dock", "points of the docks' time", 100.0)
CROSSING: Final = Price("crossing_mean_min", "min of mean crossing")
WORTH_POINTS: Final = 0.1
"""Smaller differences in loads found are called alike, however sure they are."""
WORTH_AMOUNTS: Final = 1.0
"""Points of difference from which on amounts of each type are told."""
OTHER_SHARE: Final = 0.01
"""From here on a scan share is worth saying: the difference is one of doses."""


def asked(found: Findings) -> bool:
    """Return whether alternatives differ in port or scanner while the choice of trucks stands."""
    base, *rest = _scenarios(found)
    moved = any((other.port, other.scanner) != (base.port, base.scanner) for other in rest)
    steady = all(
        (s.policy, s.risk, s.threat) == (base.policy, base.risk, base.threat) for s in rest
    )
    return moved and (steady or _south(base))


def answer(found: Findings) -> str:
    """Return what the baseline finds, and what each alternative changes at which price."""
    base = found.study.baseline
    finds, wait = found.interval(base, FOUND), found.interval(base, WAIT)
    rivals = sorted((n for n in found.names if n != base), key=lambda n: -gap(found, n, FOUND).mean)
    head = (
        f"Against {base}, which finds {percent(finds.mean)} of loads {span(finds, 100.0)} at a "
        f"mean wait of {number(wait.mean)} min {span(wait)}"
    )
    return f"{head}: {'; '.join(_rival(found, name) for name in rivals)}."


def _scenarios(found: Findings) -> list[Scenario]:
    """Return the scenarios, the baseline's first."""
    every, base = found.study.alternatives, found.study.baseline
    return [every[base], *(every[name] for name in found.names if name != base)]


def _south(scenario: Scenario) -> bool:
    return scenario.port.direction == "southbound"


def _rival(found: Findings, name: str) -> str:
    if name in found.unstable:
        return f"{name} cannot carry its load ({found.unstable[name]})"
    paid = prices(found, name, _prices(found), "more")
    scans = found.interval(name, "scan_rate").mean
    other = abs(scans - found.interval(found.study.baseline, "scan_rate").mean) >= OTHER_SHARE
    dose = f" (scanning {percent(scans, 0)})" if other else ""
    return f"{name}{dose} {_finds(found, name)}, {_paid(paid)}"


def _prices(found: Findings) -> tuple[Price, ...]:
    """Return what is paid in: docks where sensors alone differ, crossings where checks do."""
    base, *rest = _scenarios(found)
    wait, hours = PRICES
    if _south(base):
        return (CROSSING, hours)
    if all((s.port, s.staffing) == (base.port, base.staffing) for s in rest):
        return (wait, DOCKS, hours)
    checks = {(s.port.origin, s.port.safety, s.port.joint_inspection) for s in (base, *rest)}
    return (wait, CROSSING, hours) if len(checks) > 1 else (wait, hours)


def _finds(found: Findings, name: str) -> str:
    own = gap(found, name, FOUND)
    if not sure(found, name, FOUND) or abs(100.0 * own.mean) < WORTH_POINTS:
        return "finds as many"
    more = verdict(found, name, FOUND) == "higher"
    kinds = _kinds(found, name, more=more)
    size = f"{points(own)} points more" if more else f"{points(turned(own))} points fewer"
    return f"finds {size}{f' ({kinds})' if kinds else ''}"


def _kinds(found: Findings, name: str, *, more: bool) -> str:
    """Return the difference in what is found of each type, where types have units of their own."""
    parts = []
    kinds, least = types(found.study), WORTH_AMOUNTS / 100.0
    if len({UNIT[k] for k in kinds}) < 2 or abs(gap(found, name, FOUND).mean) < least:
        return ""
    for kind in kinds:
        metric = amount("seized_expected", kind)
        if verdict(found, name, metric) == ("higher" if more else "lower"):
            own = gap(found, name, metric)
            parts.append(_amount(own if more else turned(own), kind))
    return f"{listed(parts)} {_when(found)}" if parts else ""


def _amount(size: Difference, kind: str) -> str:
    unit = UNIT_WORDS[UNIT[kind]]
    scale = 1e-3 if UNIT[kind] == "usd" else 1.0
    unit = f"thousand {unit}" if scale != 1.0 else unit
    what = f"{unit} of {WORDS[kind]}" if unit else WORDS[kind]
    places = max(digits(scale * size.mean) - (UNIT[kind] == "n"), 0)
    return f"{number(scale * size.mean, places)} {span(size, scale, places)} {what}"


def _when(found: Findings) -> str:
    days = found.study.days
    return {1: "a day", 7: "a week"}.get(days, f"in {days} days")


def _paid(paid: list[str]) -> str:
    return f"at {listed(paid)}" if paid else "at no sure price"

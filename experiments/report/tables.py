"""Findings -> rows of the report's later sections: what binds, equal levels, redraws, luck.

Findings -> the comparison's tables: one row an alternative, a few measures in each table.

The first table holds what most readers came for and stands open; the others are unfolded. On a
narrow screen every row becomes a card, so nothing has to be scrolled sideways.

What is found by type of contraband, each in its own unit; types that do not occur are left out.

What a policy finds of a type is what the probes lose over what they carry: expected amounts, with
their intervals, because a counted week holds a handful of loads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.execution.bottleneck import ResourceGain, binding_stations
from experiments.execution.robustness import DrawStanding, LeadingInput, standings_over_draws
from experiments.execution.tuning import YARDSTICKS
from experiments.intervals import Difference
from experiments.number_format import NONE, listed, number, percent, signed, span, station_title
from experiments.report.findings import Findings
from experiments.report.frontier import LevelComparison
from experiments.study.study import Study
from sim.algorithms.sampling import ShareInterval
from sim.setting.contraband import CONTRABAND, CONTRABAND_UNIT, SOUTHBOUND_CONTRABAND, amount_column
from sim.tables import METRICS, Heading, Metric, Table

HUNDRED: Final = 100.0


@dataclass(frozen=True, slots=True)
class TextCell:
    """A cell: what it says, what stands small beneath, a class for its look."""

    text: str
    below: str = ""
    look: str = ""


def binding_rows(findings: Findings) -> Iterator[dict[str, str]]:
    """Yield each alternative's binding stations over an average weekday, the baseline's first."""
    for name in sorted(findings.names, key=lambda name: name != findings.study.baseline):
        yield {"name": name, "words": binding_words(findings, name)}


def binding_words(findings: Findings, name: str) -> str:
    """Return which station binds from when to when, and its part of the time lost."""
    parts = [
        f"{s.from_h:02d}-{s.to_h:02d} h {station_title(s.station)} ({percent(s.share, 0)} of the standing, "
        f"{number(s.truck_h, 0)} truck-h)"
        for s in binding_stations(findings.profiles[name])
    ]
    return "; ".join(parts) or "nothing binds"


def gain_rows(findings: Findings) -> Iterator[dict[str, object]]:
    """Yield what one more of each resource of the baseline changes."""
    unstable = findings.study.baseline in findings.unstable
    for gain in findings.gains:
        wait = _change(gain, "wait_mean_min", findings.alpha)
        yield {
            "resource": gain.resource,
            "wait": TextCell("unstable") if unstable else wait,
            "found": _change(gain, "detection_expected", findings.alpha, HUNDRED, 2),
            "out": _change(gain, "exited", findings.alpha, 1.0 / findings.study.days, 0),
            "officers": signed(gain.gaps["officer_h"].mean / findings.study.days, 0),
        }


def _change(gain: ResourceGain, metric: str, alpha: float, scale: float = 1.0, digits: int = 2) -> TextCell:
    gap = gain.gaps[metric]
    if np.isnan(gap.mean):
        return TextCell(NONE, gap.reason)
    sure = gain.sure(metric, alpha)
    if sure and abs(scale * gap.mean) < 0.5 * 10.0**-digits:
        sure = False
    mark = " *" if sure else ""
    text = f"{signed(scale * gap.mean, digits)}{mark}"
    return TextCell(text, span(gap, scale, digits), "sure" if sure else "")


def bottleneck_answer(findings: Findings) -> str:
    """Return in a sentence what binds the baseline and what would help most; empty: not asked."""
    base = findings.study.baseline
    if not findings.gains:
        return ""
    stretches = binding_stations(findings.profiles[base])
    head = f"Nothing binds under {base}."
    if stretches:
        top = max(stretches, key=lambda s: s.truck_h)
        hours = [f"{s.from_h:02d}-{s.to_h:02d} h" for s in stretches if s.station == top.station]
        head = f"Under {base} {station_title(top.station)} binds on weekdays ({listed(hours)})."
    if base in findings.unstable:
        return head
    helps = [
        g for g in findings.gains if g.sure("wait_mean_min", findings.alpha) and g.gaps["wait_mean_min"].mean <= -0.1
    ]
    if not helps:
        return f"{head} One more of no resource surely shortens the mean wait by 0.1 min."
    best = min(helps, key=lambda g: g.gaps["wait_mean_min"].mean)
    gap = best.gaps["wait_mean_min"]
    size = Difference(-gap.mean, -gap.high, -gap.low, gap.p_value, gap.n)
    officers = number(best.gaps["officer_h"].mean / findings.study.days, 0)
    return (
        f"{head} One more {best.resource} shortens the mean wait by {number(size.mean)} min "
        f"{span(size)} for {officers} officer hours a day; no other resource by more."
    )


def level_rows(findings: Findings) -> Iterator[dict[str, object]]:
    """Yield loads found against the baseline at equal wait, p95 and officer hours."""
    sticks = [stick for stick in YARDSTICKS if stick.metric in findings.levels]
    for place, name in enumerate(findings.names):
        cells = [_level(findings, findings.levels[stick.metric][place]) for stick in sticks]
        yield {"name": name, "cells": cells}


def level_heads(findings: Findings) -> list[str]:
    """Return the headings of `level_rows`: what is held equal, and the baseline's level."""
    heads = []
    for stick in YARDSTICKS:
        shares = findings.levels.get(stick.metric)
        if shares:
            base = next(s for s in shares if s.alternative == findings.study.baseline)
            unit = "h" if stick.metric == "officer_h" else "min"
            level = number(base.scanned.mean, 0 if unit == "h" else 1)
            heads.append(f"{stick.words} ({level} {unit})")
    return heads


def _level(findings: Findings, share: LevelComparison) -> TextCell:
    if share.alternative == findings.study.baseline:
        return TextCell("baseline", f"{percent(share.found.mean)} {span(share.found, HUNDRED)}")
    gap = share.found_gap
    if gap is None:
        return TextCell(NONE, f"{number(share.scanned.mean)}: {share.why}", "aside")
    mark = " *" if share.sure(findings.alpha) else ""
    below = span(gap, HUNDRED) + (f"; {share.setting}" if share.setting else "")
    return TextCell(f"{signed(HUNDRED * gap.mean)} points{mark}", below, "sure" if mark else "")


def redrawn_rows(findings: Findings) -> Iterator[dict[str, object]]:
    """Yield how every alternative fares over the redraws."""
    redrawn = findings.redrawn
    if redrawn is None or len(findings.names) == 1:
        return
    for standing in standings_over_draws(redrawn, findings.study.baseline):
        base = standing.alternative == findings.study.baseline
        yield {
            "name": standing.alternative,
            "undominated": _times(standing, "undominated"),
            "more": TextCell("baseline") if base else _times(standing, "more"),
            "gap": TextCell(NONE) if base else _range(standing),
            "hangs": TextCell(NONE) if base else _hangs(standing, findings.alpha),
        }


def _times(standing: DrawStanding, frequency: str) -> TextCell:
    k, n = getattr(standing, frequency)
    if n == 0:
        return TextCell(NONE, "never compared")
    return TextCell(f"{k} of {n}", share_span(standing.interval(frequency)))


def share_span(share: ShareInterval) -> str:
    """Return the interval of a share in brackets, in whole per cent."""
    return f"[{percent(share.low, 0)}, {percent(share.high, 0)}]"


def _range(standing: DrawStanding) -> TextCell:
    low, middle, high = (HUNDRED * value for value in standing.gap)
    if np.isnan(middle):
        return TextCell(NONE)
    return TextCell(signed(middle), f"{signed(low)} to {signed(high)}")


def _hangs(standing: DrawStanding, alpha: float) -> TextCell:
    learned, blame = standing.likeness, standing.culprit
    if blame is None:
        return TextCell(NONE)
    if blame.p_holm <= alpha:
        return TextCell(blame.key, _rho(blame), "words")
    if learned is not None and learned.p_holm <= alpha:
        return TextCell("traits that the model learned", _rho(learned), "words")
    return TextCell("no single input", f"most: {blame.key}, {_rho(blame)}", "words")


def _rho(leading: LeadingInput) -> str:
    rho = leading.rho
    return f"{signed(rho.estimate, 2)} [{number(rho.low, 2)}, {number(rho.high, 2)}]"


@dataclass(frozen=True, slots=True)
class ComparisonCell:
    """One cell of a table: the number, its interval and its difference, a class for its look."""

    text: str
    below: str = ""
    look: str = ""
    gap: str = ""


COMPARISON_TABLES: Final[tuple[Table, ...]] = (
    "In short",
    "Waits and crossings",
    "Through the port",
    "Seizures and alarms",
)
"""Titles in the order of the page; hits and loads found stand together."""


def table_columns(table: Table) -> list[tuple[Metric, Heading]]:
    """Return the metrics of a table with their headings, from the left."""
    columns = [(metric, heading) for metric in METRICS for heading in metric.headings if heading.table == table]
    return sorted(columns, key=lambda column: column[1].place)


def measure_tables(findings: Findings) -> Iterator[dict[str, object]]:
    """Yield each table: its title, its headings (words, unit, badges), a row an alternative."""
    for title in COMPARISON_TABLES:
        columns = [column for column in table_columns(title) if not _absent(findings, column[0])]
        if columns:
            rows = [
                {"name": name, "cells": [comparison_cell(findings, name, metric) for metric, _ in columns]}
                for name in findings.names
            ]
            yield {"title": title, "heads": [_head(findings, *column) for column in columns], "rows": rows}


def _absent(findings: Findings, metric: Metric) -> bool:
    rows = [findings.row(name, metric.name) for name in findings.names]
    return all(np.isnan(row["mean"]) and not row["note"].startswith("unstable") for row in rows)


def _head(findings: Findings, metric: Metric, heading: Heading) -> dict[str, object]:
    badges = sorted({str(findings.row(name, metric.name)["badge"]) for name in findings.names})
    return {"words": heading.words, "unit": metric.heading_unit(heading), "badges": badges}


def comparison_cell(findings: Findings, name: str, metric: Metric) -> ComparisonCell:
    """Return one measure of one alternative: its interval, and its difference where it is sure.

    A difference that is sure but smaller than the digits shown is not set apart.
    """
    row, own = findings.row(name, metric.name), findings.interval(name, metric.name)
    scale, digits = metric.scale, metric.digits
    if str(row["note"]).startswith("unstable"):
        return ComparisonCell("unstable", "", "poor")
    if np.isnan(own.mean):
        return ComparisonCell(NONE, own.reason)
    text, below = number(scale * own.mean, digits), span(own, scale, digits)
    gap = scale * float(row["difference"])
    if row["holm_verdict"] not in ("higher", "lower") or abs(gap) < 0.5 * 10.0**-digits:
        return ComparisonCell(text, below)
    return ComparisonCell(text, below, "sure", f"{signed(gap, digits)} *")


CONTRABAND_WORDS: Final = dict(zip(CONTRABAND, CONTRABAND, strict=True)) | {
    "persons": "people",
    "bulk_cash": "bulk cash",
    "precursors": "precursor chemicals",
}
"""Types as a reader knows them."""
UNIT_WORDS: Final = {"kg": "kg", "usd": "USD", "n": ""}
TRUCKS_ONLY: Final = "Trucks only: most fentanyl that is seized travels in passenger vehicles, which are not modelled."
"""What every report says; `trucks_only_note` adds what is known of the threat's own types."""


def occurring_types(study: Study) -> list[str]:
    """Return the types that occur under some alternative, in the order of their codes."""
    occur = {name for scenario in study.alternatives.values() for name in scenario.threat.types()}
    return [name for name in CONTRABAND if name in occur]


def trucks_only_note(study: Study) -> str:
    """Return in words what is left out by modelling trucks alone, and what nobody publishes."""
    occur = occurring_types(study)
    south = [CONTRABAND_WORDS[name] for name in occur if name in SOUTHBOUND_CONTRABAND]
    unknown = [*(["people smuggled north"] if "persons" in occur else [])]
    unknown += [f"{listed(south)} smuggled south"] if south else []
    if not unknown:
        return TRUCKS_ONLY
    return f"{TRUCKS_ONLY} What part of the {listed(unknown)} goes in trucks is not published; it is assumed."


def amount_unit_words(kind: str) -> str:
    """Return what stands behind an amount of this type.

    Examples
    --------
    >>> amount_unit_words("persons"), amount_unit_words("bulk_cash"), amount_unit_words("heroin")
    ('people', 'USD', 'kg')
    """
    return UNIT_WORDS[CONTRABAND_UNIT[kind]] or CONTRABAND_WORDS[kind]


def amount_decimals(largest: float) -> int:
    """Return the decimals that an amount of this size deserves.

    Examples
    --------
    >>> amount_decimals(1234.0), amount_decimals(12.3), amount_decimals(0.4)
    (0, 1, 2)
    """
    return 0 if abs(largest) >= 100.0 else 1 if abs(largest) >= 10.0 else 2


def amount_rows(findings: Findings) -> Iterator[dict[str, object]]:
    """Yield one row a type: its words and unit, and what each alternative finds of it."""
    for kind in occurring_types(findings.study):
        cells = [_cell(findings, name, kind) for name in findings.names]
        if any(cell["share"] for cell in cells):
            yield {"words": CONTRABAND_WORDS[kind], "unit": amount_unit_words(kind), "cells": cells}


def _cell(findings: Findings, name: str, kind: str) -> dict[str, str]:
    share = findings.interval(name, f"detection_expected_{kind}")
    if kind not in findings.study.alternatives[name].threat.types() or share.mean != share.mean:
        return {"share": "", "span": "", "amount": ""}
    seized = findings.interval(name, amount_column("seized_expected", kind))
    carried = findings.interval(name, amount_column("presented_expected", kind))
    places = amount_decimals(seized.mean)
    return {
        "share": percent(share.mean),
        "span": span(share, 100.0),
        "amount": f"{number(seized.mean, places)} {span(seized, digits=places)} of "
        f"{number(carried.mean, amount_decimals(carried.mean))}",
    }


def amounts_sentence(findings: Findings) -> str:
    """Return what the baseline finds of every type, in a sentence; empty: nothing occurs."""
    base = findings.study.baseline
    parts = []
    for kind in occurring_types(findings.study):
        cell = _cell(findings, base, kind)
        if cell["share"]:
            unit = UNIT_WORDS[CONTRABAND_UNIT[kind]]
            what = f"{unit} of {CONTRABAND_WORDS[kind]}" if unit else CONTRABAND_WORDS[kind]
            parts.append(f"{cell['amount']} {what} ({cell['share']} of loads)")
    days = findings.study.days
    when = "a day" if days == 1 else f"{days} days"
    return f"Expected finds of {base} in {when}: {'; '.join(parts)}." if parts else ""

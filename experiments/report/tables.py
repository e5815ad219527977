"""Findings -> the tables of a comparison, and the sentences that stand with them.

METRICS say which of them stand in which table; the first one stands open, the others are unfolded. Amounts are of
each type in its own unit, expected over all trucks as probes, because a counted week holds a handful of loads.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from experiments.execution.bottleneck import ResourceGain, binding_stations
from experiments.execution.tuning import YARDSTICKS, Yardstick
from experiments.number_format import (
    NONE,
    listed,
    number,
    percent,
    percent_with_span,
    present_stations,
    signed,
    span,
    station_load,
    station_title,
    with_span,
)
from experiments.page_templates import Cell, Table, TableColumn, page_table
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, LevelComparison
from experiments.report.standings import DrawStanding, LeadingInput, standings_over_draws
from experiments.study.study import Study
from sim.algorithms.sampling import ShareInterval
from sim.setting.contraband import CONTRABAND, CONTRABAND_UNIT, SOUTHBOUND_CONTRABAND, amount_column
from sim.tables import METRICS, Heading, Metric, ResultTable

HUNDRED: Final = 100.0


def binding_rows(findings: Findings) -> list[tuple[str, str]]:
    """Return each alternative's binding stations over an average weekday, the baseline's first."""
    rows = []
    for name in sorted(findings.names, key=lambda name: name != findings.study.baseline):
        parts = [
            f"{s.from_h}–{s.to_h} h {station_title(s.station)} ({percent(s.share, 0)} of the time in line, "
            f"{number(s.truck_h, 0)} truck-h)"
            for s in binding_stations(findings.profiles[name])
        ]
        rows.append((name, "; ".join(parts) or "no bottleneck"))
    return rows


def gains_table(findings: Findings) -> Table:
    """Return what one more of each resource of the baseline changes."""
    unstable, days = findings.study.baseline in findings.unstable, findings.study.days
    heads = ("average wait, min", "detection rate, points", "trucks out a day", "officer hours a day")
    rows = [
        (
            gain.resource,
            (
                "unstable" if unstable else _change(gain, "wait_mean_min", findings.alpha),
                _change(gain, "detection_expected", findings.alpha, HUNDRED),
                _change(gain, "exited", findings.alpha, 1.0 / days, 0),
                signed(gain.gaps["officer_h"].mean / days, 0),
            ),
        )
        for gain in findings.gains
    ]
    return page_table("One more of each resource", "one more", heads, rows)


def _change(gain: ResourceGain, metric: str, alpha: float, scale: float = 1.0, digits: int = 2) -> Cell:
    gap = gain.gaps[metric]
    if np.isnan(gap.mean):
        return Cell(NONE, gap.reason)
    sure = gain.sure(metric, alpha) and abs(scale * gap.mean) >= 0.5 * 10.0**-digits
    text = f"{signed(scale * gap.mean, digits)}{' *' if sure else ''}"
    return Cell(text, span(gap, scale, digits), look="sure" if sure else "")


def bottleneck_answer(findings: Findings) -> str:
    """Return in a sentence which station limits the baseline and what would help most; empty: not asked."""
    base = findings.study.baseline
    if not findings.gains:
        return ""
    stretches = binding_stations(findings.profiles[base])
    head = f"Under {base} no station is a bottleneck."
    if stretches:
        top = max(stretches, key=lambda s: s.truck_h)
        spans = [f"{s.from_h}–{s.to_h} h" for s in stretches if s.station == top.station]
        head = f"Under {base} the bottleneck on weekdays is {station_title(top.station)} ({listed(spans)})."
    if base in findings.unstable:
        return findings.sentences(head)
    helps = [
        g for g in findings.gains if g.sure("wait_mean_min", findings.alpha) and g.gaps["wait_mean_min"].mean <= -0.1
    ]
    if not helps:
        head += " Adding one unit of any resource would not clearly shorten the average wait by 0.1 min."
        return findings.sentences(head)
    best = min(helps, key=lambda g: g.gaps["wait_mean_min"].mean)
    size = best.gaps["wait_mean_min"].size()
    hours = best.gaps["officer_h"].mean / findings.study.days
    officers = f"{number(abs(hours), 0)} {'more' if hours >= 0.0 else 'fewer'}"
    return findings.sentences(
        f"{head} One more {best.resource} shortens the average wait by {with_span(size, ' min')} "
        f"for {officers} officer-hours a day; no other resource by more."
    )


def shares_table(findings: Findings) -> Table:
    """Return the comparison at equal realised scan share; others say at what share they ran."""
    heads = ("scanned", "detection rate", f"against {findings.study.baseline}")
    return page_table("At equal scan share", "alternative", heads, (_share_row(findings, s) for s in findings.shares))


def _share_row(findings: Findings, share: LevelComparison) -> tuple[str, list[Cell]]:
    gap, words = share.found_gap, f"ran at {percent(share.scanned.mean)}: not compared"
    if share.alternative == findings.study.baseline:
        words = "baseline"
    elif gap is not None:
        words = f"{signed(HUNDRED * gap.mean)} points {span(gap, HUNDRED)}{' *' if share.sure(findings.alpha) else ''}"
    texts = (percent_with_span(share.scanned), percent_with_span(share.found), words)
    name = f"{share.alternative} ({share.setting})" if share.setting else share.alternative
    return name, [Cell(text, look="" if share.equal else "aside") for text in texts]


def levels_table(findings: Findings) -> Table:
    """Return loads found against the baseline at equal wait, p95 and officer hours.

    Each heading says what is held equal, and the baseline's level of it.
    """
    sticks = [stick for stick in YARDSTICKS if findings.levels.get(stick.metric)]
    rows = [
        (name, [_level(findings, findings.levels[stick.metric][place]) for stick in sticks])
        for place, name in enumerate(findings.names)
    ]
    return page_table("At equal levels", "alternative", [_level_head(findings, stick) for stick in sticks], rows)


def _level_head(findings: Findings, stick: Yardstick) -> str:
    level = findings.levels[stick.metric][findings.names.index(findings.study.baseline)].scanned.mean
    shown = f"{number(level, 0)} h" if stick.metric == "officer_h" else f"{number(level)} min"
    return f"{stick.words} ({shown})"


def _level(findings: Findings, share: LevelComparison) -> Cell:
    if share.alternative == findings.study.baseline:
        return Cell("baseline", percent_with_span(share.found))
    gap = share.found_gap
    if gap is None:
        return Cell(NONE, f"{number(share.scanned.mean)}: {share.why}", look="aside")
    mark = " *" if share.sure(findings.alpha) else ""
    below = span(gap, HUNDRED) + (f"; {share.setting}" if share.setting else "")
    return Cell(f"{signed(HUNDRED * gap.mean)} points{mark}", below, look="sure" if mark else "")


def redrawn_table(findings: Findings) -> Table | None:
    """Return how every alternative fares over the redraws; None: there are none, or nothing to compare."""
    redrawn, base = findings.redrawn, findings.study.baseline
    if redrawn is None or len(findings.names) == 1:
        return None
    heads = (
        "efficient",
        findings.sentences(f"detects more than {base} at equal scan share"),
        "by points: median, range over sets of assumptions",
        "depends most on (rank correlation)",
    )
    rows = []
    for standing in standings_over_draws(redrawn, base):
        rest: list[str | Cell] = ["baseline", NONE, NONE]
        if standing.alternative != base:
            rest = [_times(standing, "more"), _range(standing), _hangs(standing, findings.alpha)]
        rows.append((standing.alternative, [_times(standing, "undominated"), *rest]))
    return page_table("Sensitivity to assumptions", "alternative", heads, rows)


def _times(standing: DrawStanding, frequency: str) -> Cell:
    k, n = getattr(standing, frequency)
    return Cell(f"{k} of {n}", share_span(standing.interval(frequency))) if n else Cell(NONE, "never compared")


def share_span(share: ShareInterval) -> str:
    """Return the interval of a share in brackets, in whole per cent."""
    return f"[{percent(share.low, 0)}, {percent(share.high, 0)}]"


def _range(standing: DrawStanding) -> Cell:
    low, middle, high = (HUNDRED * value for value in standing.gap)
    return Cell(NONE) if np.isnan(middle) else Cell(signed(middle), f"{signed(low)} to {signed(high)}")


def _hangs(standing: DrawStanding, alpha: float) -> Cell:
    blame = standing.culprit
    if blame is None:
        return Cell(NONE)
    if blame.p_holm <= alpha:
        return Cell(blame.key, rank_correlation(blame), look="words")
    return Cell("no single input", f"most: {blame.key}, {rank_correlation(blame)}", look="words")


def rank_correlation(leading: LeadingInput) -> str:
    """Return a rank correlation with its interval."""
    rho = leading.rho
    return f"{signed(rho.estimate, 2)} [{number(rho.low, 2)}, {number(rho.high, 2)}]"


COMPARISON_TABLES: Final[tuple[ResultTable, ...]] = (
    "In short",
    "Waits and crossings",
    "Through the port",
    "Seizures and alarms",
)
"""Titles in the order of the page; hits and loads found stand together."""


def table_columns(table: ResultTable) -> list[tuple[Metric, Heading]]:
    """Return the metrics of a table with their headings, from the left."""
    columns = [(metric, heading) for metric in METRICS for heading in metric.headings if heading.table == table]
    return sorted(columns, key=lambda column: column[1].place)


def measure_tables(findings: Findings) -> list[Table]:
    """Return each table of the comparison, those that detect most first; what nobody has is left out."""
    tables = []
    for title in COMPARISON_TABLES:
        columns = [column for column in table_columns(title) if not _absent(findings, column[0])]
        names = sorted(findings.names, key=lambda name: -findings.interval(name, LOADS_FOUND).mean)
        rows = [(name, [comparison_cell(findings, name, metric) for metric, _ in columns]) for name in names]
        tables.append(page_table(title, "alternative", [_head(findings, *column) for column in columns], rows))
    return [table for table in tables if table.columns]


def _absent(findings: Findings, metric: Metric) -> bool:
    rows = [findings.row(name, metric.name) for name in findings.names]
    return all(np.isnan(row["mean"]) and not row["note"].startswith("unstable") for row in rows)


def _head(findings: Findings, metric: Metric, heading: Heading) -> TableColumn:
    badges = sorted({findings.row(name, metric.name)["badge"] for name in findings.names})
    return TableColumn(metric.name, heading.words, metric.heading_unit(heading), of_rows=tuple(badges))


def comparison_cell(findings: Findings, name: str, metric: Metric) -> Cell:
    """Return one measure of one alternative: its interval, and its difference where it is sure.

    A difference that is sure but smaller than the digits shown is not set apart.
    """
    row, own = findings.row(name, metric.name), findings.interval(name, metric.name)
    scale, digits = metric.scale, metric.digits
    if own.reason.startswith("unstable"):
        return Cell("unstable", look="poor")
    if np.isnan(own.mean):
        return Cell(NONE, own.reason)
    text, below = number(scale * own.mean, digits), span(own, scale, digits)
    gap = scale * float(row["difference"])
    if row["holm_verdict"] not in ("higher", "lower") or abs(gap) < 0.5 * 10.0**-digits:
        return Cell(text, below)
    return Cell(text, below, look="sure", gap=f"{signed(gap, digits)} *")


def loads_table(findings: Findings) -> Table:
    """Return each alternative's weekly load by station, and its largest sustainable scan share."""
    stations, rows = present_stations(findings.loads.values()), []
    for name, load in findings.loads.items():
        shares = [station_load(load, station) for station in stations]
        cells = [Cell(percent(share, 0), look="poor" if share >= 1.0 else "") for share in shares]
        rows.append((name, [*cells, Cell(largest_scan_share(load))]))
    heads = [*(station_title(station) for station in stations), "largest scan share"]
    return page_table("Load of the stations", "alternative", heads, rows)


def largest_scan_share(load: pd.DataFrame) -> str:
    """Return the largest sustainable scan share of the port: that of its tightest station.

    Examples
    --------
    >>> largest_scan_share(pd.DataFrame({"largest_scan_share": [0.61, 0.4, float("nan")]}))
    '40%'
    """
    shares = load["largest_scan_share"].dropna()
    return percent(min(float(shares.min()), 1.0), 0) if len(shares) else NONE


CONTRABAND_WORDS: Final = dict(zip(CONTRABAND, CONTRABAND, strict=True)) | {
    "persons": "people",
    "bulk_cash": "bulk cash",
    "precursors": "precursor chemicals",
}
"""Types as a reader knows them."""
UNIT_WORDS: Final = {"kg": "kg", "usd": "USD", "n": ""}
TRUCKS_ONLY: Final = (
    "Commercial trucks only: most fentanyl that is seized travels in passenger vehicles, which are not modeled."
)
"""What every report says; `trucks_only_note` adds what is known of the threat's own types."""


def occurring_types(study: Study) -> list[str]:
    """Return the types that occur under some alternative, in the order of their codes."""
    occur = {name for scenario in study.alternatives.values() for name in scenario.threat.types()}
    return [name for name in CONTRABAND if name in occur]


def trucks_only_note(study: Study) -> str:
    """Return in words what is left out by modelling trucks alone, and what nobody publishes."""
    occur = occurring_types(study)
    south = [CONTRABAND_WORDS[name] for name in occur if name in SOUTHBOUND_CONTRABAND]
    unknown = ["people smuggled north"] if "persons" in occur else []
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


def amount_kind_words(kind: str) -> str:
    """Return a type behind its unit: "kg of heroin", or the type alone where it is counted."""
    unit = UNIT_WORDS[CONTRABAND_UNIT[kind]]
    return f"{unit} of {CONTRABAND_WORDS[kind]}" if unit else CONTRABAND_WORDS[kind]


def amount_decimals(largest: float) -> int:
    """Return the decimals that an amount of this size deserves.

    Examples
    --------
    >>> amount_decimals(1234.0), amount_decimals(12.3), amount_decimals(0.4)
    (0, 1, 2)
    """
    return 0 if abs(largest) >= 100.0 else 1 if abs(largest) >= 10.0 else 2


def amounts_table(findings: Findings) -> Table | None:
    """Return what each alternative finds of each type that is found at all; None: nothing is."""
    cells = {
        kind: [_amount_cell(findings, name, kind) for name in findings.names]
        for kind in occurring_types(findings.study)
    }
    cells = {kind: column for kind, column in cells.items() if any(cell.text != NONE for cell in column)}
    rows = zip(findings.names, zip(*cells.values(), strict=True), strict=True) if cells else ()
    heads = [CONTRABAND_WORDS[kind] for kind in cells]
    return page_table("What is detected, by type", "alternative", heads, rows) if cells else None


def _amount_cell(findings: Findings, name: str, kind: str) -> Cell:
    amount = _found_amount(findings, name, kind)
    if not amount:
        return Cell(NONE)
    share = findings.interval(name, f"detection_expected_{kind}")
    return Cell(percent_with_span(share), f"{amount} {amount_unit_words(kind)}")


def _found_amount(findings: Findings, name: str, kind: str) -> str:
    """Return how much an alternative finds of one type, of how much; empty: the type does not occur there."""
    share = findings.interval(name, f"detection_expected_{kind}")
    if kind not in findings.study.alternatives[name].threat.types() or np.isnan(share.mean):
        return ""
    seized = findings.interval(name, amount_column("seized_expected", kind))
    carried = findings.interval(name, amount_column("presented_expected", kind)).mean
    words = with_span(seized, digits=amount_decimals(seized.mean))
    return f"{words} of {number(carried, amount_decimals(carried))}"


def amounts_sentence(findings: Findings) -> str:
    """Return what the baseline finds of every type, in a sentence; empty: nothing occurs."""
    base, days = findings.study.baseline, findings.study.days
    amounts = {kind: _found_amount(findings, base, kind) for kind in occurring_types(findings.study)}
    parts = [
        f"{amount} {amount_kind_words(kind)} "
        f"({percent(findings.interval(base, f'detection_expected_{kind}').mean)} of loads)"
        for kind, amount in amounts.items()
        if amount
    ]
    if not parts:
        return ""
    return findings.sentences(
        f"Expected finds of {base} in {'a day' if days == 1 else f'{days} days'}: {'; '.join(parts)}."
    )

"""What a funding case says on the terminal: the answer, four tables of 80 columns, the notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.text import Text

from experiments.command_line.verbosity import has_details
from experiments.economics.appraisal import PresentWorth, project_returns
from experiments.economics.cost_effectiveness import (
    FrontierPlace,
    agency_frontier,
    break_even_threshold,
    social_frontier,
)
from experiments.funding.annual import ELSEWHERE
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.chapters.money import year_words
from experiments.funding.exhibits.elements import quoted_name, terminal_table
from experiments.funding.exhibits.evidence import Evidence, drawn_ends
from experiments.funding.exhibits.labeled import labeled_evidence, labeled_worths
from experiments.funding.noise import MEASURES, WorthsByReplication, measure_interval, ratio_interval
from experiments.funding.plausibility import implausible_gains
from experiments.funding.report.summary import case_answer
from experiments.funding.tables import lost_trips_words
from experiments.funding.uncertainty.analysis import Uncertainty
from experiments.intervals import KIND_WORDS
from experiments.number_format import NONE, brief_span, listed, number, percent, signed
from experiments.page_templates import Table
from experiments.report import terminal as report_terminal
from experiments.report.labeled import labeled_study, labeled_table
from experiments.study.calibrated_waits import not_calibrated_note
from experiments.study.volume_years import stand_in_note
from sim.arrays import FloatArray

TO_MILLIONS: Final = 1e-6
TO_THOUSANDS: Final = 1e-3
MOVING = ("npv0_p5_usd", "npv0_p95_usd", "loads_p5", "loads_p95")
"""All zero in the row of the baseline, which is left out."""


def draw_ranges_table(uncertainty: Uncertainty) -> Table:
    """Return net value, loads and break-even of every alternative over the draws, 5 to 95 %."""
    headings = ("5 to 95% of draws", "net, $M", "more loads", "break-even, $000/load", "pays, %", "best, %")
    rows = (
        [
            str(row["alternative"]),
            _range(row, "npv0", TO_MILLIONS, "_usd"),
            _range(row, "loads", 1.0, ""),
            _range(row, "break_even", TO_THOUSANDS, "_usd", 0),
            *(f"{100.0 * float(row[share]):.0f}" for share in ("pays_share", "best_share")),
        ]
        for row in uncertainty.intervals.to_dict(orient="records")
        if any(row[name] for name in MOVING)
    )
    return terminal_table(headings, rows)


def draw_ranges_note(uncertainty: Uncertainty) -> str:
    """Return what the table stands for, and how wide the noise of replications is beside it."""
    draws = int(uncertainty.draws["draw"].nunique())
    parts = [
        f"{draws} draws of all prices, values and assumptions together: what is not known."
        if (uncertainty.draws["set"] >= 0).any()
        else f"{draws} draws of all prices and values together; the simulation's inputs were held: what is not known.",
        _noise_words(uncertainty),
    ]
    noise = uncertainty.noise_share
    for row in (noise.loc[noise["measure"] == "npv0"] if len(noise) else noise).to_dict(orient="records"):
        span = f"{percent(row['low'], 0)} to {percent(row['high'], 0)}"
        parts.append(
            f"Noise of simulation is {percent(row['share'], 0)} [{span}] of the variance of {row['alternative']}."
        )
    ends = "pays: draws with a net value above zero; best: draws in which it leads, with no worth put on loads."
    return f"{' '.join(parts)} {ends}"


def _noise_words(uncertainty: Uncertainty) -> str:
    """Return the widest interval over replications of a net value, as a share of its range over draws."""
    noise = uncertainty.noise
    rows = noise.loc[noise["measure"] == "npv0"].to_dict("records") if not noise.empty else []
    ranges = uncertainty.intervals.set_index("alternative")
    shares = []
    for row in rows:
        drawn = ranges.loc[row["alternative"], ["npv0_p5_usd", "npv0_p95_usd"]].to_numpy(np.float64)
        width = float(row["high"]) - float(row["low"])
        if math.isfinite(width) and drawn[1] > drawn[0]:
            shares.append(width / float(drawn[1] - drawn[0]))
    if not shares or len(shares) < len(rows):
        return "The noise of the replications is not known beside it: they are too few."
    return f"The noise of the replications above is {percent(max(shares), 0)} of the range of net values, at most."


def _range(row: dict[Any, Any], name: str, unit: float, ending: str, digits: int = 1) -> str:
    low, high = (float(row[f"{name}_p{share}{ending}"]) for share in (5, 95))
    if math.isnan(low) or math.isnan(high):  # a percentile at which there is no break-even
        return "none in part"
    return f"{number(unit * low, digits)} to {number(unit * high, digits)}"


RANGES: Final = (
    "Below each line: the 5th and the 95th percentile of the draws, at every rate; of the internal "
    "rate, of the draws that have one."
)


def rates_table(evidence: Evidence) -> Table:
    """Return net present value by rate, both ratios, internal rate and payback, with ranges."""
    rates = sorted(evidence.appraised.worths)
    lines = ("{name}", "  5%", "  95%") if evidence.draws else ("{name}",)
    figures = {name: (*_figures(evidence, rates, name), *_returns(evidence, name)) for name in evidence.rivals}
    rows = [
        [words.format(name=name), *(cell[place] for cell in figures[name])]
        for name in evidence.rivals
        for place, words in enumerate(lines)
    ]
    heads = [f"at {percent(rate, 0)}" for rate in rates]
    return terminal_table(["net value, $M", *heads, "BCR DOT", "BCR life", "IRR", "payback, y"], rows)


def _figures(evidence: Evidence, rates: list[float], name: str) -> Iterator[tuple[str, str, str]]:
    price = evidence.usd_per_load
    for rate in rates:
        at = evidence if rate == evidence.rate else evidence.at(rate)
        yield _cell(at, name, lambda w: w.npv(price), lambda usd: signed(TO_MILLIONS * usd))
    yield _cell(evidence, name, lambda w: w.dot_ratio(price), lambda r: number(r, 2))
    yield _cell(evidence, name, lambda w: w.life_cycle_ratio(price), lambda r: number(r, 2))


def _cell(
    evidence: Evidence, name: str, figure: Callable[[PresentWorth], float | None], format_value: Callable[[float], str]
) -> tuple[str, str, str]:
    value, ends = figure(evidence.worths[name]), evidence.of(name, figure)
    shown = NONE if value is None else format_value(value)
    return (shown, NONE, NONE) if ends is None else (shown, format_value(ends[0]), format_value(ends[1]))


def _returns(evidence: Evidence, name: str) -> Iterator[tuple[str, str, str]]:
    own, base = evidence.alternative(name), evidence.alternative(evidence.baseline)
    found = project_returns(own, base, evidence.usd_per_load, evidence.rate)
    rates, years = evidence.returns(name, "irr"), evidence.returns(name, "payback_y")
    shown = found.irr_reason.partition(":")[0] if found.irr is None else percent(found.irr)
    yield shown, *_ends(rates[np.isfinite(rates)], percent)
    yield (
        "never" if found.payback_y is None else str(found.payback_y),
        *_ends(np.where(np.isfinite(years), years, np.inf), year_words),
    )


def _ends(drawn: FloatArray, format_value: Callable[[float], str]) -> tuple[str, str]:
    ends = drawn_ends(drawn)
    return (NONE, NONE) if ends is None else (format_value(ends[0]), format_value(ends[1]))


def print_case_plan(terminal: Console, case: FundingCase, shortfalls: pd.DataFrame) -> None:
    """Say what is simulated, and which alternatives cannot carry their load."""
    study, years = labeled_study(case.study), case.terms.simulated_years
    names = [quoted_name(name) for name in study.alternatives if name != study.baseline]
    report_terminal.print_line(
        terminal,
        f"{listed(names)} against {quoted_name(study.baseline)}: years {listed([str(y) for y in years])} of "
        f"demand, 12 representative days each, {study.replications} replications.",
    )
    for row in labeled_table(case.study, shortfalls).to_dict(orient="records"):
        done = "completed" if row["completed"] else "refused"
        price = number(TO_MILLIONS * float(row["price_usd"]))
        report_terminal.print_line(
            terminal,
            f"{done}: {row['alternative']}: {row['short']}; the cheapest completion is "
            f"{row['completion']}, {price} million USD: {row['overrides']} and purchases "
            f"{row['purchases']}" + ("" if row["completed"] else " (complete=true takes it)"),
        )


def print_case_results(
    terminal: Console, evidence: Evidence, by_replication: WorthsByReplication, paths: Sequence[Path], wall_s: float
) -> None:
    """Print the answer, what each alternative costs and brings, and where the page is; the rest with details."""
    by_replication = labeled_worths(evidence.appraised.case.study, by_replication)
    evidence = labeled_evidence(evidence)
    appraised = evidence.appraised
    terminal.print()
    for term, text in case_answer(evidence):
        report_terminal.print_answer(terminal, f"{term}: {text}")
    terminal.print()
    worths = present_worth_table(appraised, by_replication)
    report_terminal.print_short_table(terminal, worths.headings(), worths.lines())
    report_terminal.print_line(terminal, present_worth_legend(appraised))
    for warning in implausible_gains(appraised):
        report_terminal.print_line(terminal, warning)
    if has_details():
        _print_details(terminal, evidence, paths, wall_s)
    report_terminal.print_path(terminal, next((p for p in paths if p.suffix == ".html"), appraised.case.study.out))


def _print_details(terminal: Console, evidence: Evidence, paths: Sequence[Path], wall_s: float) -> None:
    """Print ranges over draws, rates, the port's performance, frontiers, payers, files and notes, in this order."""
    appraised, uncertainty = evidence.appraised, evidence.uncertainty
    terminal.print()
    if uncertainty is not None:
        print_table(terminal, draw_ranges_table(uncertainty))
        report_terminal.print_line(terminal, draw_ranges_note(uncertainty))
        terminal.print()
    print_table(terminal, rates_table(evidence))
    report_terminal.print_line(terminal, RANGES)
    terminal.print()
    print_table(terminal, port_performance_table(appraised))
    for line in (*frontier_words(appraised), *spending_by_payer(appraised)):
        report_terminal.print_line(terminal, line)
    terminal.print()
    print_files(terminal, appraised.case.study.out, paths, wall_s)
    terminal.print()
    for line in case_notes(appraised):
        report_terminal.print_line(terminal, f"Note: {line}")


def print_table(terminal: Console, table: Table) -> None:
    """Print a table in words, in as many parts under each other as the terminal is narrow."""
    report_terminal.print_table(terminal, table.headings(), table.lines())


def print_files(terminal: Console, folder: Path, paths: Sequence[Path], wall_s: float) -> None:
    """Say where the files are: those of the folder by name, those below it by number."""
    terminal.print(Text(f"Written to {folder}"), soft_wrap=True)
    here = [path for path in paths if folder.absolute() in path.parents]
    top = [path.name for path in here if path.parent == folder.absolute()]
    below = sorted({path.parent.name for path in here if path.parent != folder.absolute()})
    tables = [f"{sum(path.parent.name == name for path in here)} tables in {name}" for name in below]
    report_terminal.print_line(terminal, f"{', '.join([*top, *tables])} ({wall_s:.0f} s)")
    report_terminal.print_stored(terminal, folder, paths)


def present_worth_table(appraised: AppraisedCase, by_replication: WorthsByReplication) -> Table:
    """Return cost, users' gain, loads, net value and threshold of every alternative."""
    rate, coverage = appraised.case.appraisal.discount_rate, appraised.case.study.coverage

    def paired(name: str, measure: str) -> str:
        level = measure_interval(by_replication, rate, name, measure, coverage)
        value, scale = MEASURES[measure](appraised.worths[rate][name]), TO_MILLIONS if "usd" in measure else 1.0
        return f"{number(scale * value)} {brief_span(level, scale)}"

    rows = (
        [
            name,
            number(TO_MILLIONS * appraised.worths[rate][name].cost),
            *(paired(name, measure) for measure in ("user_benefit_usd", "npv0_usd", "loads")),
            _threshold(appraised, by_replication, name),
        ]
        for name in _rivals(appraised)
    )
    return terminal_table(
        ("alternative", "cost, $M", "users, $M", "net, $M", "more loads", "break-even, $000/load"), rows
    )


def _threshold(appraised: AppraisedCase, by_replication: WorthsByReplication, name: str) -> str:
    rate = appraised.case.appraisal.discount_rate
    even = break_even_threshold(appraised.worths[rate][name], appraised.case.harm)
    if even.pays_without:
        return "pays anyway"
    if even.usd_per_load is None:
        return "none"
    noise = ratio_interval(by_replication, rate, name, lambda w: -w.npv0, appraised.case.study.coverage)
    return f"{number(TO_THOUSANDS * even.usd_per_load, 0)} {brief_span(noise, TO_THOUSANDS, 0)}"


def port_performance_table(appraised: AppraisedCase) -> Table:
    """Return wait, scans, loads found and trips lost in the first and the last year."""
    columns = (
        ("wait, min", "wait_mean_min", 1.0, 1),
        ("scanned, %", "scan_rate", 100.0, 0),
        ("detected, %", "detection_expected", 100.0, 1),
        ("elsewhere, 1,000/yr", ELSEWHERE, TO_THOUSANDS, 0),
    )
    amounts = appraised.response.amounts
    rows = []
    for place, name in enumerate(appraised.response.alternatives):
        means = [scale * amounts[amount][place].mean(axis=1) for _, amount, scale, _ in columns]
        ends = (f"{number(m[0], c[3])} to {number(m[-1], c[3])}" for m, c in zip(means, columns, strict=True))
        rows.append([name, *ends])
    years = f"years {appraised.response.years[0]} and {appraised.response.years[-1]}"
    return terminal_table([years, *(heading for heading, *_ in columns)], rows)


def frontier_words(appraised: AppraisedCase) -> list[str]:
    """Return both frontiers in words: who keeps others off, and what one more load costs."""
    rate = appraised.case.appraisal.cost_effectiveness_rate
    worths = appraised.worths[rate]
    agency, social = agency_frontier(worths), social_frontier(worths)
    title = f"Governments' money for loads at {percent(rate)} (agency frontier)"
    return [_frontier(title, agency), _frontier("All costs, users' time too (social frontier)", social)]


def _frontier(title: str, places: Sequence[FrontierPlace]) -> str:
    on = sorted((p for p in places if p.status == "frontier"), key=lambda p: p.effect)
    ratios = ("" if p.icer is None else f" ({number(TO_THOUSANDS * p.icer, 0)} k a further load)" for p in on)
    steps = ", then ".join(f"{quoted_name(p.name)}{ratio}" for p, ratio in zip(on, ratios, strict=True))
    off = [
        f"{quoted_name(p.name)} is off it ({'dominated by' if p.status != 'extended' else 'better is a mix of'} "
        f"{listed([quoted_name(name) for name in p.by])})"
        for p in places
        if p.status != "frontier"
    ]
    return f"{'; '.join([f'{title}: {steps}', *off])}."


def spending_by_payer(appraised: AppraisedCase) -> list[str]:
    """Return who pays what, undiscounted, of every alternative."""
    lines = []
    for name in _rivals(appraised):
        cost = appraised.alternatives[name].cost
        millions = {payer: TO_MILLIONS * float(cost.total(payer).sum()) for payer in cost.payers()}
        paid = [f"{payer.replace('_', ' ')} {number(amount)} m" for payer, amount in millions.items()]
        lines.append(f"{quoted_name(name)} spends over all years, undiscounted: {listed(paid) or 'nothing'}.")
    return lines


def present_worth_legend(appraised: AppraisedCase) -> str:
    """Say what the first table's columns mean."""
    appraisal, coverage = appraised.case.appraisal, appraised.case.study.coverage
    return (
        f"Present values above {quoted_name(appraised.case.study.baseline)}, USD of {appraisal.price_year} at "
        f"{percent(appraisal.discount_rate, 0)} over {appraisal.years} years after {appraisal.base_year}; users: "
        f"{appraised.case.benefit.view} view of time and fuel; loads discounted like money; in brackets here "
        f"the {percent(coverage, 0)} interval {KIND_WORDS['replications']} alone, beside a share of draws that of "
        "counting draws."
    )


def case_notes(appraised: AppraisedCase) -> list[str]:
    """Return what a reader must know before using a number, with the badges of the figures."""
    asked = appraised.case
    demand, kinds = asked.terms.demand, [row.kind for row in asked.inputs]
    assumed = sum(kind == "assumption" for kind in kinds)
    lines = [
        "Badges: hours, loads and waits are predicted, but for the wait of today's practice in "
        "today's traffic, which is fitted through open lanes; prices are sourced where published "
        f"and else assumed ({assumed} of {len(kinds)} numbers; ranges in data/inputs.csv).",
        f"Demand grows by {percent(demand.growth_share_per_y)} a year (assumed); years "
        f"{listed([str(y) for y in asked.terms.simulated_years])} are simulated, amounts lie straight between them. "
        f"Trips that would wait more than {number(demand.wait_ceiling_min, 0)} min (assumed) go by the other bridge: "
        "each is priced by what it takes there, and its load counts there.",
    ]
    if (lost := lost_trips_words(appraised)) is not None:
        lines.append(lost)
    lines += [note for note in (stand_in_note([asked.study]), not_calibrated_note([asked.study])) if note]
    if asked.appraisal.interdiction_usd_per_load is None:
        lines.append(
            "Interdiction is not priced: break-even values are thresholds, not worths. Set "
            "appraisal.interdiction_usd_per_load to count one."
        )
    return lines


def _rivals(appraised: AppraisedCase) -> list[str]:
    return [name for name in appraised.response.alternatives if name != appraised.case.study.baseline]

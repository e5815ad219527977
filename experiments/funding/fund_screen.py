"""What a funding case says on the terminal: the answer, two tables of 80 columns, the notes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.text import Text

from experiments import screen
from experiments.economics.break_even import break_even
from experiments.economics.dominance import Place, agency_places, social_places
from experiments.exhibits.evidence import Evidence
from experiments.funding.appraised import Appraised
from experiments.funding.case import Case
from experiments.funding.doubt_words import doubt_table, doubt_words
from experiments.funding.fund_answer import MILLION, THOUSAND, answer, choice
from experiments.funding.fund_rates import RANGES, held, rates_table
from experiments.funding.lost_trips import lost_words
from experiments.funding.replication_noise import (
    MEASURES,
    ByReplication,
    measure_interval,
    ratio_interval,
)
from experiments.funding.uncertainty import Uncertainty
from experiments.funding.year_amounts import ELSEWHERE
from experiments.wording import half_width, listed, number, percent, plus_minus

Rows = tuple[list[str], list[list[str]]]


def before(terminal: Console, asked: Case, short: pd.DataFrame) -> None:
    """Say what is simulated, and which alternatives cannot carry their load."""
    study, years = asked.study, asked.terms.simulated_years
    names = [name for name in study.alternatives if name != study.baseline]
    screen.say(
        terminal,
        f"{listed(names)} against {study.baseline}: years {listed([str(y) for y in years])} of "
        f"demand, 12 representative days each, {study.replications} replications.",
    )
    for row in short.to_dict(orient="records"):
        done = "completed" if row["completed"] else "refused"
        price = number(MILLION * float(row["price_usd"]))
        screen.say(
            terminal,
            f"{done}: {row['alternative']}: {row['short']}; the cheapest completion is "
            f"{row['completion']}, {price} million USD: {row['overrides']} and purchases "
            f"{row['purchases']}" + ("" if row["completed"] else " (complete=true takes it)"),
        )


def after(
    terminal: Console,
    found: Appraised,
    each: ByReplication,
    unsure: Uncertainty,
    written: tuple[Sequence[Path], float],
) -> None:
    """Print the answer, the tables, what was written, and the notes, in this order."""
    terminal.print()
    said = f"{answer(found, each)} {held(Evidence(found, unsure), choice(found))}"
    terminal.print(Text(screen.wrapped(terminal, said), style="bold"))
    terminal.print()
    screen.print_table(terminal, *worth_table(found, each))
    screen.say(terminal, legend(found))
    terminal.print()
    screen.print_table(terminal, *doubt_table(unsure))
    screen.say(terminal, doubt_words(unsure))
    terminal.print()
    screen.print_table(terminal, *rates_table(Evidence(found, unsure)))
    screen.say(terminal, RANGES)
    terminal.print()
    screen.print_table(terminal, *port_table(found))
    for line in (*frontier_words(found), *spent_words(found)):
        screen.say(terminal, line)
    terminal.print()
    _files(terminal, found, *written)
    terminal.print()
    for line in notes(found):
        screen.say(terminal, f"Note: {line}")


def _files(terminal: Console, found: Appraised, written: Sequence[Path], wall_s: float) -> None:
    folder = found.case.study.out
    terminal.print(Text(f"Written to {folder}"), soft_wrap=True)
    top = [path.name for path in written if path.parent == folder.absolute()]
    below = sorted({path.parent.name for path in written if path.parent != folder.absolute()})
    tables = [f"{sum(p.parent.name == one for p in written)} tables in {one}" for one in below]
    screen.say(terminal, f"{', '.join([*top, *tables])} ({wall_s:.0f} s)")


def worth_table(found: Appraised, each: ByReplication) -> Rows:
    """Return cost, users' gain, loads, net value and threshold of every alternative."""
    rate, coverage = found.case.appraisal.discount_rate, found.case.study.coverage
    rows = []
    for name in _rivals(found):
        worth = found.worths[rate][name]
        noise = {
            measure: (
                MEASURES[measure](worth),
                measure_interval(each, rate, name, measure, coverage),
            )
            for measure in ("user_benefit_usd", "npv0_usd", "loads")
        }
        rows.append(
            [
                name,
                number(MILLION * worth.cost),
                *(
                    plus_minus(value, one.low, one.high, MILLION if "usd" in measure else 1.0)
                    for measure, (value, one) in noise.items()
                ),
                _threshold(found, each, name),
            ]
        )
    headings = ["alternative", "cost, m", "users, m", "net, m", "more loads", "break-even, k/load"]
    return headings, rows


def _threshold(found: Appraised, each: ByReplication, name: str) -> str:
    rate = found.case.appraisal.discount_rate
    even = break_even(found.worths[rate][name], found.case.harm)
    if even.pays_without:
        return "pays anyway"
    if even.usd_per_load is None:
        return "none"
    noise = ratio_interval(
        each, rate, name, (lambda w: -w.npv0, lambda w: w.loads), found.case.study.coverage
    )
    half = half_width(noise.low, noise.high, THOUSAND, 0)
    return f"{number(THOUSAND * even.usd_per_load, 0)} ±{half}"


def port_table(found: Appraised) -> Rows:
    """Return wait, scans, loads found and trips lost in the first and the last year."""
    first, last = 0, len(found.response.years) - 1
    columns = (
        ("wait, min", "wait_mean_min", 1.0, 1),
        ("scanned, %", "scan_rate", 100.0, 0),
        ("found, %", "detection_expected", 100.0, 1),
        ("elsewhere, k/y", ELSEWHERE, THOUSAND, 0),
    )
    rows = []
    for place, name in enumerate(found.response.alternatives):
        cells = []
        for _, amount, scale, digits in columns:
            values = found.response.amounts[amount][place].mean(axis=1)
            ends = (number(scale * float(values[y]), digits) for y in (first, last))
            cells.append(" to ".join(ends))
        rows.append([name, *cells])
    years = f"years {found.response.years[first]} and {found.response.years[last]}"
    return [years, *(heading for heading, *_ in columns)], rows


def frontier_words(found: Appraised) -> list[str]:
    """Return both frontiers in words: who keeps others off, and what one more load costs."""
    worths = found.worths[found.case.appraisal.discount_rate]
    return [
        _frontier("Governments' money for loads (agency frontier)", agency_places(worths)),
        _frontier("All costs, users' time too (social frontier)", social_places(worths)),
    ]


def _frontier(title: str, places: Sequence[Place]) -> str:
    on = sorted((p for p in places if p.status == "frontier"), key=lambda p: p.effect)
    steps = [
        p.name if p.icer is None else f"{p.name} ({number(THOUSAND * p.icer, 0)} k a further load)"
        for p in on
    ]
    off = [
        f"{p.name} is off it ({'dominated' if p.status != 'extended' else 'a mix does better'}: "
        f"{listed(p.by)})"
        for p in places
        if p.status != "frontier"
    ]
    return f"{title}: {', then '.join(steps)}{'; ' if off else ''}{'; '.join(off)}."


def spent_words(found: Appraised) -> list[str]:
    """Return who pays what, undiscounted, of every alternative."""
    lines = []
    for name in _rivals(found):
        cost = found.alternatives[name].cost
        paid = [
            f"{payer.replace('_', ' ')} {number(MILLION * float(cost.total(payer).sum()))} m"
            for payer in cost.payers()
        ]
        lines.append(f"{name} spends over all years, undiscounted: {listed(paid) or 'nothing'}.")
    return lines


def legend(found: Appraised) -> str:
    """Say what the first table's columns mean."""
    appraisal, coverage = found.case.appraisal, found.case.study.coverage
    return (
        f"Present values above {found.case.study.baseline}, USD of {appraisal.price_year} at "
        f"{percent(appraisal.discount_rate, 0)} over {appraisal.years} years after "
        f"{appraisal.base_year}; users: {found.case.benefit.view} view of time and fuel; loads "
        f"discounted like money; ± half-width of the {percent(coverage, 0)} interval over "
        "replications alone."
    )


def notes(found: Appraised) -> list[str]:
    """Return what a reader must know before using a number, with the badges of the figures."""
    asked = found.case
    demand, kinds = asked.terms.demand, [row.kind for row in asked.inputs]
    assumed = sum(kind == "assumption" for kind in kinds)
    lines = [
        "Badges: hours, loads and waits are predicted, but for the wait of today's practice in "
        "today's traffic, which is fitted through open lanes; prices are sourced where published "
        f"and else assumed ({assumed} of {len(kinds)} numbers; ranges in data/inputs.csv).",
        f"Demand grows by {percent(demand.growth_share_per_y)} a year (assumed); years "
        f"{listed([str(y) for y in asked.terms.simulated_years])} are simulated, amounts lie "
        "straight between them. Trips that would wait more than "
        f"{number(demand.wait_ceiling_min, 0)} min (assumed) go elsewhere; trips won or lost "
        "count half of what is left to that.",
    ]
    if (lost := lost_words(found)) is not None:
        lines.append(lost)
    if asked.appraisal.interdiction_usd_per_load is None:
        lines.append(
            "Interdiction is not priced: break-even values are thresholds, not worths. Set "
            "appraisal.interdiction_usd_per_load to count one."
        )
    return lines


def _rivals(found: Appraised) -> list[str]:
    return [name for name in found.response.alternatives if name != found.case.study.baseline]

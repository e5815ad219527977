"""The chapter on break-even: what interdiction would have to be worth, in terms one can judge."""

from __future__ import annotations

import pandas as pd

from experiments.economics.discounting import annualised
from experiments.exhibits import plot_chance
from experiments.exhibits.choice import PERSON
from experiments.exhibits.dollars import Range, dollars, millions, significant
from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Cell, Column, Part, Prose, Section, Table
from experiments.exhibits.frames import rows_of
from experiments.wording import number, percent


def break_even(evidence: Evidence) -> Section:
    """Return the break-even values, what displacement does to them, and what they would mean."""
    harm = evidence.appraised.case.harm
    parts: list[Part] = [
        Prose(
            "Interdiction is not priced: agencies use break-even analysis where the worth of "
            "security cannot be estimated. For each alternative: what a load would have to be "
            "worth for it to pay, the yearly sum that interdiction would have to be worth, the "
            "same as statistical deaths, the officers that the same yearly cost would pay, and "
            "the share of what is seized that must not be replaced by other loads. What studies "
            "of drug markets leave possible for that share: "
            f"{percent(harm.not_replaced_low_share)} to "
            f"{percent(harm.not_replaced_high_share, 0)}. It rests on "
            f"{significant(harm.pure_kg_per_load)} pure kg of the deadly drug in the mean load, "
            "which is assumed and must be set to the port's own mix."
        ),
        plot_chance.displacement(evidence),
        plot_chance.not_replaced(evidence),
        _companions(evidence),
    ]
    if evidence.usd_per_load is not None:
        parts.insert(1, plot_chance.break_even_panel(evidence))
    title = "Break-even: what interdiction would have to be worth"
    return Section(15, "break-even", title, tuple(parts))


def _companions(evidence: Evidence) -> Table:
    columns = (
        Column("break_even_usd_per_load", "break-even value of a load", "$", "assumed"),
        Column("annual_gap_usd", "gap a year", "$ M", "assumed"),
        Column("deaths_per_y", "as statistical deaths a year", "", "assumed"),
        Column("officers", "officers that the yearly cost would pay", "", "assumed"),
        Column("not_replaced_share", "share that must not be replaced", "%", "assumed"),
        Column("no_break_even_share", "draws without any break-even", "%"),
    )
    rows = tuple((plain(n), _companion_cells(evidence, n)) for n in evidence.rivals)
    return Table(
        "break_even",
        "Break-even values and their companions",
        Column("alternative", "alternative"),
        columns,
        rows,
        note="Gap below zero: what is left over, so that no worth of interdiction is needed. "
        f"{evidence.range_note}",
    )


def _companion_cells(evidence: Evidence, name: str) -> tuple[Cell, ...]:
    found, worth = evidence.break_even(name), evidence.worths[name]
    held = evidence.of(name, lambda w: -w.annualised_net(None))
    life = evidence.appraised.case.harm.value_of_statistical_life_usd
    deaths = None if held is None else (held[0] / life, held[1] / life)
    officer = _officer_usd(evidence)
    cost = annualised(worth.cost, worth.rate, worth.years)
    none = _share(evidence, name, "no_break_even_share")
    return (
        dollars(found.usd_per_load, evidence.break_even_range(name), "no more loads"),
        millions(found.annual_gap_usd, held),
        Cell(significant(found.deaths_per_y), _held(deaths), found.deaths_per_y, *_ends(deaths)),
        Cell("not known", "no officer in the catalogue")
        if officer is None
        else Cell(number(cost / officer), "", cost / officer),
        _not_replaced(evidence, name, found.not_replaced_share),
        Cell("not known", "no draws") if none is None else Cell(percent(none, 0), "", 100.0 * none),
    )


def _not_replaced(evidence: Evidence, name: str, share: float | None) -> Cell:
    if share is None:
        return Cell("none", "no more loads", look="aside")
    ends = [_share(evidence, name, f"not_replaced_{p}") for p in ("p5", "p95")]
    held = None if None in ends else (100.0 * float(ends[0] or 0.0), 100.0 * float(ends[1] or 0.0))
    return Cell(significant(100.0 * share), _held(held), 100.0 * share, *_ends(held))


def _share(evidence: Evidence, name: str, column: str) -> float | None:
    if evidence.uncertainty is None or column not in evidence.uncertainty.intervals:
        return None
    rows = rows_of(evidence.uncertainty.intervals, [name])
    if rows.empty or pd.isna(rows.iloc[0][column]):
        return None
    return float(rows.iloc[0][column])


def _officer_usd(evidence: Evidence) -> float | None:
    """Return what an officer costs a year, or None if the catalogue holds none."""
    officer = evidence.appraised.case.catalogue.get("officer")
    if officer is None or officer.unit != PERSON:
        return None
    return sum(each.cost_usd_per_y for each in officer.yearly.values()) or None


def _held(held: Range) -> str:
    return "" if held is None else f"[{significant(held[0])}, {significant(held[1])}]"


def _ends(held: Range) -> tuple[float | None, float | None]:
    return (None, None) if held is None else held

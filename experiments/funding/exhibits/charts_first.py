"""What stands on the first screen beside the words: cost by fiscal year, and one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from experiments.drawing.labels import label_ends
from experiments.drawing.marks import FAINT, INK, alternative_marks
from experiments.drawing.svg import finish_chart, open_figure
from experiments.economics.costs import Stage
from experiments.funding.budget.spending import spending_plan
from experiments.funding.exhibits.cells import MILLION, Range, millions_cell
from experiments.funding.exhibits.elements import plain_name, table_by_column
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import percent, usd, usd_at_least
from experiments.page_templates import Cell, Chart, Table, TableColumn
from sim.arrays import FloatArray

FIRST_YEARS: Final = 5
"""Fiscal years that have a row of their own."""
POINTS: Final = 161
"""Values of a load at which the picture is drawn."""
REACH: Final = 1.6
"""Times the highest break-even value of a draw up to which it is drawn."""
STAGES: Final[Mapping[str, tuple[str, tuple[Stage, ...]]]] = {
    "initial": ("initial", ("acquisition",)),
    "running": ("running, staff, training", ("operation",)),
    "replacement": ("replacement, removal", ("replacement", "disposal")),
}
"""Columns of cost by fiscal year: words, and the stages of the spending plan in them."""


def by_fiscal_year(evidence: Evidence, name: str) -> Table:
    """Return the spending plan of one alternative by fiscal year and stage, the later years together.

    The baseline buys nothing, so that all of it is above the baseline.
    """
    plan = spending_plan(evidence.appraised.case, name)
    years, count = plan.fiscal_years, len(plan.fiscal_years)
    rows = {str(year): slice(place, place + 1) for place, year in enumerate(years[:FIRST_YEARS])}
    if count > FIRST_YEARS:
        rows[f"{years[FIRST_YEARS]} to {years[-1]}"] = slice(FIRST_YEARS, count)
    rows["all years"] = slice(0, count)

    def of(amounts: FloatArray) -> Callable[[str], Cell]:
        return lambda row: millions_cell(float(amounts[rows[row]].sum()))

    price_year = evidence.appraised.case.appraisal.price_year
    columns: dict[TableColumn, Callable[[str], Cell]] = {}
    for key, (words, stages) in STAGES.items():
        columns[TableColumn(f"{key}_then_year_usd", words, "$ M")] = of(plan.then_year(stages=stages))
    columns[TableColumn("then_year_usd", "together", "$ M")] = of(plan.then_year())
    columns[TableColumn("usd", f"in {price_year} dollars", "$ M")] = of(plan.constant())
    note = (
        "Planner's figures above the baseline, in then-year dollars but for the last column; prices are assumed. "
        "Fiscal years begin on October 1. Initial: with the first training, which the capital requested does not hold."
    )
    title = f"Cost by fiscal year: {plain_name(name)}"
    return table_by_column("cost_by_fiscal_year", title, rows, columns, (TableColumn("year", "fiscal year"), str), note)


def first_picture(evidence: Evidence) -> Chart:
    """Return the one picture: in how many draws each alternative pays as a load is worth more, or its gain and cost."""
    names = [name for name in evidence.rivals if evidence.worths[name].loads > 0.0]
    if evidence.draws and evidence.usd_per_load is None and names:
        return pays_chart(evidence, names)
    return gain_and_cost_chart(evidence)


def pays_chart(evidence: Evidence, names: list[str]) -> Chart:
    """Share of draws in which an alternative pays, by what one more interdicted load is worth."""
    looks, ends, said = alternative_marks(evidence.names), [], []
    drawn = {name: _thresholds(evidence, name) for name in names}
    known = np.concatenate([values[np.isfinite(values)] for values in drawn.values()] or [np.zeros(1)])
    most = REACH * max(float(np.quantile(known, 0.95)) if len(known) else 0.0, 1.0)
    grid = np.linspace(0.0, most, POINTS)
    with open_figure(2.4) as (figure, axes):
        for name in names:
            share = 100.0 * np.array([(drawn[name] <= value).mean() for value in grid])
            axes.plot(grid / 1e3, share, color=looks[name].colour, ls=looks[name].dash, lw=2.0)
            ends.append((plain_name(name), most / 1e3, float(share[-1]), looks[name].colour))
            half = float(np.quantile(drawn[name], 0.5, method="inverted_cdf"))
            start = f"from {usd_at_least(half)} a load in half of the draws"
            when = start if np.isfinite(half) else "in fewer than half of them"
            said.append(f"{plain_name(name)} pays {when}.")
        axes.axhline(50.0, color=FAINT, lw=1.0, ls=":")
        axes.set(xlim=(0.0, most / 1e3), ylim=(0.0, 104.0), ylabel="draws in which it pays, %")
        axes.set_xlabel("value of one more interdicted load, $1,000")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        label_ends(axes, ends, 0.09)
        title = "How often it pays, by what a load is worth"
        caption = f"{len(evidence.draws)} draws of {evidence.drawn_inputs}. Dotted: half of them. No value is claimed."
        return finish_chart(figure, "first", title, " ".join(said), caption, "assumed")


def _thresholds(evidence: Evidence, name: str) -> FloatArray:
    """Return by draw the least value of a load at which an alternative pays; infinite: none does."""
    return np.maximum(evidence.drawn_break_even(name), 0.0)


def gain_and_cost_chart(evidence: Evidence) -> Chart:
    """Present values of what each alternative costs and what its users gain, with ranges where inputs were drawn."""
    names, said = evidence.rivals[::-1], []
    with open_figure(max(2.2, 1.0 + 0.6 * len(names))) as (figure, axes):
        for place, name in enumerate(names):
            worth = evidence.worths[name]
            bars = (("cost", worth.cost, 0.18, "#33475b"), ("users' gain", worth.user_benefit, -0.18, "white"))
            for words, amount, above, face in bars:
                label = words if place == 0 else None
                axes.barh(place + above, amount / MILLION, height=0.32, fc=face, ec=INK, lw=0.8, label=label)
                _range_line(axes, _range(evidence, name, words), place + above)
            said.append(f"{plain_name(name)} costs {usd(worth.cost)}; its users gain {usd(worth.user_benefit)}.")
        axes.axvline(0.0, color=INK, lw=0.8)
        axes.set_yticks(range(len(names)), [plain_name(name) for name in names])
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(f"present value at {percent(evidence.rate, 0)}, $ million")
        figure.legend(loc="outside upper center", ncols=2, frameon=False)
        held = evidence.range_note if not evidence.draws else f"Lines: {evidence.range_words}."
        title = "What it costs, and what its users gain"
        return finish_chart(figure, "first", title, " ".join(said), f"Bars: planner's figures. {held}", "assumed")


def _range(evidence: Evidence, name: str, words: str) -> Range:
    return evidence.of(name, lambda worth: worth.cost if words == "cost" else worth.user_benefit)


def _range_line(axes: object, ends: Range, height: float) -> None:
    if ends is not None:
        axes.plot([ends[0] / MILLION, ends[1] / MILLION], [height, height], color=FAINT, lw=2.2, marker="|", ms=8)  # type: ignore[attr-defined]

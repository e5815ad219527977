"""Chart: which assumed inputs go along most with what an alternative detects beyond the baseline."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, NamedTuple

from experiments.drawing.labels import name_rows
from experiments.drawing.marks import COLOURS, INK, PALE
from experiments.drawing.svg import FONT_PT, finish_chart, open_figure
from experiments.number_format import number, percent, signed
from experiments.page_templates import Cell, Chart, Table, page_table
from experiments.report.answers.answer import lead_of
from experiments.report.charts.wording import run_words
from experiments.report.findings import Findings
from experiments.report.input_names import input_title
from experiments.report.standings import FEWEST_DRAWS, LeadingInput, gaps_by_set, noise_floor, ranked_inputs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN: Final = 8
"""Inputs that are drawn: those with the largest rank correlations."""
ROW_IN: Final = 0.4
NAME_LETTERS: Final = 26
"""Of an input's name, side by side."""


class Sensitivity(NamedTuple):
    """How the assumed inputs go along with one alternative's difference in detection from the baseline."""

    alternative: str
    inputs: list[LeadingInput]
    """The largest rank correlations, the largest first."""
    sets: int
    looked_at: int
    floor: float
    """The rank correlation that chance alone passes with the study's chance of a false verdict."""


def sensitivity(findings: Findings) -> Sensitivity | str:
    """Return the inputs; a sentence where too few sets of assumptions were drawn."""
    redrawn = findings.redrawn
    if redrawn is None or len(findings.names) == 1:
        return "No other sets of assumptions were drawn in this run, so that no chart says which inputs matter most."
    name, base = lead_of(findings).alternative, findings.study.baseline
    gap = gaps_by_set(redrawn.rows, name, base)
    ranked = ranked_inputs(gap, redrawn.numbers)
    if not ranked:
        return findings.sentences(
            f"Which inputs matter most is not drawn: {findings.label(name)} and {findings.label(base)} were compared "
            f"at equal scan share in {len(gap)} of the sets of assumptions, and {FEWEST_DRAWS} that differ are needed."
        )
    floor = noise_floor(len(gap), len(ranked), findings.alpha)
    return Sensitivity(name, ranked[:SHOWN], len(gap), len(ranked), floor)


def sensitivity_chart(findings: Findings, ranking: Sensitivity) -> Chart:
    """Return the chart: rank correlations with their intervals, and the band that chance alone fills."""
    label, base = findings.label(ranking.alternative), findings.label(findings.study.baseline)
    rows = ranking.inputs[::-1]
    with open_figure(1.5 + ROW_IN * len(rows)) as (figure, axes):
        axes.axvspan(-ranking.floor, ranking.floor, color=PALE, lw=0, zorder=0)
        axes.axvline(0.0, color=INK, lw=1.0, zorder=1)
        for place, row in enumerate(rows):
            _draw_row(axes, row, place, beyond=row.p_holm <= findings.alpha)
        name_rows(axes, [textwrap.fill(input_title(row.key), NAME_LETTERS) for row in rows])
        axes.tick_params(axis="y", labelsize=FONT_PT - 1.5)
        axes.set(xlim=(-1.0, 1.0), xlabel="rank correlation")
        axes.set_title("grey: what chance alone reaches", fontsize=FONT_PT - 1.0, loc="right")
        subtitle = findings.sentences(
            f"Spearman’s rank correlation of each redrawn input with the difference in detection rate between {label} "
            f"and {base}, over {ranking.sets} sets of assumptions. {run_words(findings)}"
        )
        words = " ".join(f"{input_title(row.key)}: {_rho(row)}." for row in ranking.inputs)
        return finish_chart(
            figure, "sensitivity", _title(findings, ranking), words, _caption(findings, ranking), subtitle=subtitle
        )


def sensitivity_table(ranking: Sensitivity) -> Table:
    """Return the same in numbers, each input with its key."""
    heads = ("key", "rank correlation, 95% interval over sets of assumptions", "p, adjusted")
    rows = [(input_title(row.key), (Cell(row.key, look="words"), _rho(row), _p_value(row))) for row in ranking.inputs]
    return page_table("Inputs that go along most with the difference", "input", heads, rows)


def _draw_row(axes: Axes, row: LeadingInput, place: int, *, beyond: bool) -> None:
    colour = COLOURS[1]
    axes.plot([row.rho.low, row.rho.high], [place] * 2, color=colour, lw=2.0, solid_capstyle="butt")
    axes.plot(row.rho.estimate, place, "o", ms=7, mec=colour, mfc=colour if beyond else "white", mew=1.4)


def _rho(row: LeadingInput) -> str:
    return f"{signed(row.rho.estimate, 2)} [{number(row.rho.low, 2)}, {number(row.rho.high, 2)}]"


def _p_value(row: LeadingInput) -> str:
    return "<0.001" if row.p_holm < 0.001 else number(row.p_holm, 3)


def _title(findings: Findings, ranking: Sensitivity) -> str:
    beyond = [row for row in ranking.inputs if row.p_holm <= findings.alpha]
    label = findings.label(ranking.alternative)
    if not beyond:
        return findings.sentences(
            f"No single one of {ranking.looked_at} redrawn inputs clearly decides what is gained with {label}"
        )
    first = input_title(beyond[0].key)
    more = "more" if beyond[0].rho.estimate > 0.0 else "less"
    others = f", and {len(beyond) - 1} more inputs count" if len(beyond) > 1 else ""
    return findings.sentences(f"With {label}, {more} is gained where this input is higher: {first}{others}")


def _caption(findings: Findings, ranking: Sensitivity) -> str:
    return (
        f"The {len(ranking.inputs)} largest of {ranking.looked_at}, with 95% intervals over sets of assumptions, each "
        "for itself. Filled: clear of zero for all inputs at once (Holm’s test). Grey band: the largest of "
        f"{ranking.looked_at} unrelated inputs stays within ±{number(ranking.floor, 2)} with "
        f"{percent(findings.study.coverage, 0)} chance."
    )

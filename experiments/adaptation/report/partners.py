"""What a campaign says of the two governments: trust and sharing by week, shocks, leaks, and honest officers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.adaptation.report.results import ADVERSARY_WORDS, CampaignResults
from experiments.drawing.marks import FAINT, alternative_marks
from experiments.drawing.svg import finish_chart, open_figure
from experiments.intervals import Sample, estimate_interval
from experiments.number_format import number, percent, span
from experiments.page_templates import Cell, Chart, Table, page_table
from sim.arrays import FloatArray

TRUST_WORDS = {
    "trust_us": "trust of the United States",
    "trust_mx": "trust of Mexico",
    "sent_share": "agreed items that Mexico sends",
    "used_share": "items that the port uses",
}
RECOVERED = 0.5
"""Sharing counts as back where it has made up so much of what a shock took."""


def sharing_alternatives(results: CampaignResults) -> list[str]:
    """Return the alternatives under which something is agreed to be shared."""
    study = results.campaign.study
    return [
        name
        for name, scenario in study.alternatives.items()
        if scenario.sharing.has_partner or scenario.sharing.has_tips
    ]


def trust_charts(results: CampaignResults) -> list[Chart]:
    """Return trust of both sides and what is sent and used, by week; none where trust stands still."""
    settings = results.campaign.settings
    if not settings.trust.moves:
        return []
    return [_trust_chart(results, name, settings.adversaries[-1]) for name in sharing_alternatives(results)]


def _trust_chart(results: CampaignResults, alternative: str, adversary: str) -> Chart:
    weekly = _mean_by_week(results.epochs, alternative, adversary)
    marks = alternative_marks(list(TRUST_WORDS))
    with open_figure(3.2) as (figure, axes):
        for column, mark in marks.items():
            axes.plot(
                weekly.index, 100.0 * weekly[column], color=mark.colour, linestyle=mark.dash, label=TRUST_WORDS[column]
            )
        for shock in results.campaign.settings.trust.shocks:
            axes.axvline(shock.week + 0.5, color=FAINT, linewidth=1.0, linestyle=":")
        axes.set_ylim(0.0, 105.0)
        axes.set_xlabel("week of the campaign")
        axes.set_ylabel("%")
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize="small")
        first, last = weekly.index[0], weekly.index[-1]
        said = "; ".join(
            f"{words} from {percent(weekly.loc[first, column], 0)} to {percent(weekly.loc[last, column], 0)}"
            for column, words in TRUST_WORDS.items()
        )
        shocks = ", ".join(f"{one.name} (week {one.week})" for one in results.campaign.settings.trust.shocks)
        return finish_chart(
            figure,
            f"trust-{alternative}",
            f"Trust and sharing by week: {results.label(alternative)}",
            f"Mean over {results.campaign.study.replications} replications: {said}.",
            f"Dotted: {shocks}." if shocks else "No shock.",
            subtitle=f"The organization {ADVERSARY_WORDS[adversary]}. Source: EPOCHS, what both governments see.",
        )


def _mean_by_week(epochs: pd.DataFrame, alternative: str, adversary: str) -> pd.DataFrame:
    rows = epochs[(epochs["alternative"] == alternative) & (epochs["adversary"] == adversary)]
    return rows.groupby("week")[list(TRUST_WORDS)].mean()


def shock_sentences(results: CampaignResults) -> list[str]:
    """Return a sentence for each shock: what is sent before and after it, and when half of the loss is made up."""
    settings, found = results.campaign.settings, []
    if not settings.trust.moves:
        return []
    for name in sharing_alternatives(results):
        sent = _mean_by_week(results.epochs, name, settings.adversaries[-1])["sent_share"].to_numpy()
        for shock in settings.trust.shocks:
            if shock.week + 1 >= len(sent):
                continue
            before, after = sent[shock.week], sent[shock.week + 1]
            back = np.flatnonzero(sent[shock.week + 1 :] >= after + RECOVERED * (before - after))
            when = (
                f"half of the loss is made up after {back[0]} weeks"
                if len(back)
                else (f"half of the loss is not made up by week {len(sent) - 1}")
            )
            found.append(
                f"{results.label(name)}: {shock.name}, week {shock.week}: items sent go from {percent(before, 0)} to "
                f"{percent(after, 0)} (mean over replications); {when}."
            )
    return found


def partners_table(results: CampaignResults) -> Table | None:
    """Return leaks and what became of officers and sources, totals a replication; None where nothing of it acts."""
    acting, study = results.campaign.settings.acting(), results.campaign.study
    if not (acting["knowledge"] or acting["vetting"] or acting["trust"]):
        return None
    rows = []
    for name in study.alternatives:
        for adversary in results.campaign.settings.adversaries:
            of = results.epochs[(results.epochs["alternative"] == name) & (results.epochs["adversary"] == adversary)]
            last = of[of["week"] == of["week"].max()]
            totals = of.groupby("replication")[["true_leaks_drawn", "leaks_noticed", "true_called_off_expected"]].sum()
            values = [totals[column].to_numpy(dtype=np.float64) for column in totals]
            ends = ("true_rule_known", "true_sources_left", "true_insider_booth")
            values += [100.0 * last[column].to_numpy(dtype=np.float64) for column in ends]
            rows.append(
                (f"{results.label(name)}: {ADVERSARY_WORDS[adversary]}", [_cell(one, study.coverage) for one in values])
            )
    heads = ["leaks", "leaks noticed", "loads called off"]
    heads += ["rule known at the end, %", "sources left, %", "officers at booths who help, %"]
    return page_table("What leaked, and who was left", "alternative and organization", heads, rows)


def _cell(values: FloatArray, coverage: float) -> Cell:
    if len(values) < 2 or np.ptp(values) == 0.0:
        return Cell(number(float(values.mean()), 2))
    interval = estimate_interval(Sample.of(values), coverage)
    return Cell(number(interval.mean, 2), span(interval, digits=2))

"""Charts of a campaign: detection week by week against each adversary, and where attempts went."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from experiments.adaptation.report.results import ADVERSARY_WORDS, CampaignResults
from experiments.drawing.marks import FAINT, alternative_marks
from experiments.drawing.svg import finish_chart, open_figure
from experiments.number_format import percent
from experiments.page_templates import Chart

MOVED: Final = 1e-3
"""Shares that change by less stand still in a chart."""


def detection_chart(results: CampaignResults, adversary: str) -> Chart:
    """Return detection by week of every alternative, mean over replications."""
    study = results.campaign.study
    marks = alternative_marks(list(study.alternatives))
    of_weeks = _weekly(results.epochs[results.epochs["adversary"] == adversary])
    with open_figure(3.4) as (figure, axes):
        for name, mark in marks.items():
            series = of_weeks.loc[name]
            axes.plot(
                series.index,
                100.0 * series.to_numpy(),
                color=mark.colour,
                linestyle=mark.dash,
                label=results.label(name),
            )
        axes.axvline(results.later_from - 0.5, color=FAINT, linewidth=0.8, linestyle=":")
        axes.set_ylim(0.0, None)
        axes.set_xlabel("week of the campaign")
        axes.set_ylabel("loads detected, %")
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize="small")
        ends_of, last = of_weeks, results.campaign.settings.weeks - 1
        ends = "; ".join(
            f"{results.label(name)} from {percent(ends_of.loc[name, 0])} to {percent(ends_of.loc[name, last])}"
            for name in study.alternatives
        )
        return finish_chart(
            figure,
            f"weeks-{adversary}",
            f"Detection by week: the organization {ADVERSARY_WORDS[adversary]}",
            f"Mean over {study.replications} replications, from week 0 to the last: {ends}.",
            "To the left of the dotted line the organization is on its way from the static threat. Means over "
            "replications; intervals stand in the tables.",
            subtitle="Loads detected per load that came by truck, %. Source: EPOCHS, expected loads of all trucks.",
        )


def _weekly(epochs: pd.DataFrame) -> pd.Series:
    """Return detection by alternative and week: a ratio of sums over replications."""
    sums = epochs.groupby(["alternative", "week"], sort=False)[["true_found_expected", "true_loads_expected"]].sum()
    return sums["true_found_expected"] / sums["true_loads_expected"]


def attempts_chart(results: CampaignResults, adversary: str) -> Chart:
    """Return the shares of attempts by option margin, week by week, against the baseline."""
    study = results.campaign.study
    rows = results.options
    rows = rows[(rows["adversary"] == adversary) & (rows["alternative"] == study.baseline)]
    margin = results.campaign.settings.margins[0]
    loads = rows.pivot_table("true_loads_expected", index="week", columns=margin, aggfunc="sum", sort=False)
    shares = loads.div(loads.sum(axis=1), axis=0)
    marks = alternative_marks(list(shares.columns))
    with open_figure(3.0) as (figure, axes):
        for name, mark in marks.items():
            axes.plot(shares.index, 100.0 * shares[name], color=mark.colour, linestyle=mark.dash, label=name)
        axes.set_ylim(0.0, None)
        axes.set_xlabel("week of the campaign")
        axes.set_ylabel("share of loads, %")
        figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize="small")
        words = "; ".join(
            f"{name} from {percent(float(shares[name].iloc[0]))} to {percent(float(shares[name].iloc[-1]))}"
            for name in shares.columns
        )
        return finish_chart(
            figure,
            f"attempts-{adversary}",
            f"Where loads go under {results.label(study.baseline)}: the organization {ADVERSARY_WORDS[adversary]}",
            f"Shares of loads by {margin.replace('_', ' ')}: {words}.",
            "",
            subtitle=f"Share of loads by {margin.replace('_', ' ')}, %, mean over replications. Source: OPTIONS.",
        )


def is_moving(results: CampaignResults, adversary: str) -> bool:
    """Tell whether attempts of an adversary move at all."""
    rows = results.options[results.options["adversary"] == adversary]
    if adversary == "static" or rows["week"].nunique() < 2:
        return False
    option = ["front", "day_part", "concealment"]
    means = rows.pivot_table("true_share", index=option, columns="week", aggfunc="mean")
    return bool(np.abs(means.iloc[:, -1] - means.iloc[:, 0]).max() > MOVED)

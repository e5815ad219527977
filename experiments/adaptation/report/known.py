"""Chart: what is detected in truth, and what an agency could infer of it, as two bands on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.adaptation.report.results import ADVERSARY_WORDS, CampaignResults, ordered_alternatives
from experiments.drawing.labels import name_rows
from experiments.drawing.marks import COLOURS, FAINT
from experiments.drawing.svg import finish_chart, open_figure
from experiments.intervals import IntervalEstimate
from experiments.number_format import percent, span
from experiments.page_templates import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDS: Final = (0.1, 0.9)
"""Of what agencies infer: four of five replications lie between."""
ROW_IN: Final = 0.55
UP: Final = 0.16


class KnownBand(NamedTuple):
    """What agencies would infer of one alternative, each from its own finds (later half of the weeks).

    Finds over the loads that finds in randomly selected trucks stand for; loads that scans miss are in neither.
    """

    low: float
    middle: float
    high: float
    without: float
    """Share of replications in which random selection found nothing, so that nothing can be inferred."""


def known_band(epochs: pd.DataFrame) -> KnownBand | None:
    """Return the band over replications of one alternative and organization; None: random selection is not fair."""
    sums = epochs.groupby("replication")[["found_drawn", "random_loads_projected"]].sum(min_count=1)
    loads, found = (sums[name].to_numpy(dtype=np.float64) for name in ("random_loads_projected", "found_drawn"))
    if not np.isfinite(loads).any():
        return None
    known = np.isfinite(loads) & (loads > 0.0)
    if not known.any():
        return KnownBand(np.nan, np.nan, np.nan, 1.0)
    inferred = np.minimum(found[known] / loads[known], 1.0)
    low, middle, high = (float(np.quantile(inferred, one)) for one in (ENDS[0], 0.5, ENDS[1]))
    return KnownBand(low, middle, high, float(1.0 - known.mean()))


def shown_adversary(results: CampaignResults) -> str:
    """Return the organization that the chart is about: one that learns, or the last that is no bound."""
    names = results.campaign.settings.adversaries
    return "learning" if "learning" in names else next((one for one in names[::-1] if one != "knowing"), names[0])


def known_chart(results: CampaignResults) -> Chart:
    """Return the chart."""
    adversary, names = shown_adversary(results), ordered_alternatives(results)[::-1]
    later = results.epochs[(results.epochs["adversary"] == adversary) & (results.epochs["week"] >= results.later_from)]
    words = []
    with open_figure(1.6 + ROW_IN * len(names)) as (figure, axes):
        for place, name in enumerate(names):
            truth = results.later.results[name, adversary].detection
            band = known_band(later[later["alternative"] == name])
            _draw_row(axes, place, truth, band)
            words.append(f"{results.label(name)}: {_words(truth, band)}")
        axes.plot([], [], color=COLOURS[1], marker="o", lw=2.5, label="true value, with its interval")
        axes.plot([], [], color=FAINT, marker="D", lw=2.5, ls=":", label="what agencies infer, 80% of replications")
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize="small")
        name_rows(axes, [results.label(name) for name in names])
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("loads detected, %")
        return finish_chart(
            figure,
            "known",
            "What is detected, and what an agency could know of it",
            " ".join(words[::-1]),
            "An agency divides its finds by the loads that finds in randomly selected trucks stand for. What scans "
            "miss is in neither, so that it infers too much. A row without a lower band has no fair random selection "
            "or found nothing by it.",
            badge="assumed",
            subtitle=f"Weeks {results.later_from} to {results.campaign.settings.weeks - 1}; the organization "
            f"{ADVERSARY_WORDS[adversary]}. Intervals over replications. Source: EPOCHS.",
        )


def _draw_row(axes: Axes, place: int, truth: IntervalEstimate, band: KnownBand | None) -> None:
    axes.plot([100.0 * truth.low, 100.0 * truth.high], [place + UP] * 2, color=COLOURS[1], lw=2.5)
    axes.plot(100.0 * truth.mean, place + UP, color=COLOURS[1], marker="o")
    if band is not None and np.isfinite(band.middle):
        axes.plot([100.0 * band.low, 100.0 * band.high], [place - UP] * 2, color=FAINT, lw=2.5, ls=":")
        axes.plot(100.0 * band.middle, place - UP, color=FAINT, marker="D")


def _words(truth: IntervalEstimate, band: KnownBand | None) -> str:
    said = f"{percent(truth.mean)} {span(truth, 100.0)} as the true value"
    if band is None or not np.isfinite(band.middle):
        return f"{said}; nothing can be inferred."
    return f"{said}; four of five agencies infer {percent(band.low)} to {percent(band.high)}."

"""Chart: the wait over the day, as a ribbon of the baseline and a line of the best alternative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from experiments.drawing.marks import BAND, COLOURS, FAINT, INK, PALE
from experiments.drawing.svg import FONT_PT, finish_chart, open_figure
from experiments.execution.bottleneck import profile_weekdays
from experiments.number_format import number
from experiments.page_templates import Chart
from experiments.report.answers.answer import lead_of
from experiments.report.charts.wording import run_words
from experiments.report.findings import Findings
from sim.arrays import FloatArray
from sim.results.profiles import HOURS, SLOT_MIN, mean_queue, wait_percentiles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARES: Final = (0.25, 0.5, 0.75, 0.95)
MIDDLE: Final = 1
"""Place of the median among `SHARES`."""
TWO_COLUMNS: Final = 34
"""Letters of the longest entry of a legend up to which two stand side by side."""


def day_chart(findings: Findings, target_min: float | None = None) -> Chart | str:
    """Return the chart; a sentence where the baseline cannot carry its load or nobody arrived.

    ``target_min`` is the most that the average wait should be, of the scorecard; None: there is no target.
    """
    base = findings.study.baseline
    label = findings.label(base)
    if base in findings.unstable:
        return findings.sentences(
            f"The wait over the day is not drawn: {label} cannot carry its load, so that no day is like another."
        )
    waits_min = wait_percentiles(findings.profiles[base], SHARES)
    if not np.isfinite(waits_min).any():
        return "The wait over the day is not drawn: no truck reached primary."
    other = best_alternative(findings)
    with open_figure() as (figure, axes):
        _shade_closed(axes, findings)
        _draw_ribbon(axes, waits_min, label)
        if other:
            line = wait_percentiles(findings.profiles[other], SHARES)[MIDDLE]
            axes.plot(_hours(line), line, color=COLOURS[2], ls="--", lw=1.8, label=f"{findings.label(other)}: median")
        if target_min is not None:
            axes.axhline(target_min, color=INK, ls=":", lw=1.4, label=f"target for the average: {target_min:g} min")
        axes.set(xlim=(0.0, HOURS), xlabel="hour of arrival", ylabel="wait to primary, minutes")
        axes.set_ylim(0.0, 1.08 * max(float(np.nanmax(waits_min)), target_min or 0.0, 1.0))
        axes.set_xticks(range(0, HOURS + 1, 3))
        longest = max(len(text) for text in axes.get_legend_handles_labels()[1])
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=2 if longest <= TWO_COLUMNS else 1,
            frameon=False,
            fontsize=FONT_PT - 1.0,
            borderaxespad=0.2,
            handlelength=1.6,
            columnspacing=1.2,
        )
        subtitle = f"Wait to primary by hour of arrival, {_days(findings)}, minutes. {run_words(findings)}"
        return finish_chart(
            figure,
            "day",
            _title(waits_min),
            _words(waits_min, label),
            _caption(findings),
            "predicted",
            subtitle=subtitle,
        )


def best_alternative(findings: Findings) -> str:
    """Return the alternative that the answer is about, where its waits can be drawn; empty: there is none."""
    if len(findings.names) == 1:
        return ""
    name = lead_of(findings).alternative
    return "" if name in findings.unstable or name == findings.study.baseline else name


def _hours(values: FloatArray) -> FloatArray:
    return np.arange(len(values), dtype=np.float64) + 0.5


def _draw_ribbon(axes: Axes, waits_min: FloatArray, label: str) -> None:
    hours = _hours(waits_min[0])
    low, middle, high, most = waits_min
    axes.fill_between(hours, high, most, color=PALE, lw=0, label="up to the 95th percentile")
    axes.fill_between(hours, low, high, color=BAND, lw=0, label="middle half of trucks")
    axes.plot(hours, most, color=FAINT, lw=0.8)
    axes.plot(hours, middle, color=INK, lw=2.0, label=f"{label}: median")


def _shade_closed(axes: Axes, findings: Findings) -> None:
    """Shade the hours in which the port takes no trucks."""
    scenario = findings.study.alternatives[findings.study.baseline]
    weekdays = max(profile_weekdays(findings.profiles[findings.study.baseline])) < 5
    hours = scenario.port.hours.get("weekday" if weekdays else "saturday")
    spans = [(0.0, 24.0)] if hours is None else [(0.0, hours.open_h), (hours.close_h, 24.0)]
    for begin, end in spans:
        if end > begin:
            axes.axvspan(begin, end, fc="none", ec="#b0b0b0", hatch="////", lw=0.0)
            axes.annotate(
                "closed",
                ((begin + end) / 2.0, 0.5),
                xycoords=("data", "axes fraction"),
                ha="center",
                color=FAINT,
                bbox={"fc": "white", "ec": "none", "pad": 1.5},
            )


def _days(findings: Findings) -> str:
    weekdays = profile_weekdays(findings.profiles[findings.study.baseline])
    return "Monday to Friday" if max(weekdays) < 5 else "all days"


def _title(waits_min: FloatArray) -> str:
    middle, hour = float(np.nanmax(waits_min[MIDDLE])), int(np.nanargmax(waits_min[-1]))
    return (
        f"At no hour does the median wait pass {number(middle, 0)} minutes, yet one in twenty trucks that arrive from "
        f"{hour}:00 to {hour + 1}:00 waits more than {number(float(waits_min[-1, hour]), 0)}"
    )


def _words(waits_min: FloatArray, label: str) -> str:
    parts = [
        f"{hour} h: {number(waits_min[MIDDLE, hour], 0)} "
        f"({number(waits_min[0, hour], 0)}–{number(waits_min[2, hour], 0)}, "
        f"95th percentile {number(waits_min[-1, hour], 0)})"
        for hour in range(HOURS)
        if np.isfinite(waits_min[MIDDLE, hour])
    ]
    return f"{label}, median wait in minutes with quartiles, by hour of arrival: {'; '.join(parts)}."


def _caption(findings: Findings) -> str:
    """Return how long the line is at its longest."""
    base = findings.study.baseline
    profiles = dict(findings.profiles[base])
    queue = mean_queue(profiles, profile_weekdays(profiles)).sum(axis=1)
    slot = int(np.nanargmax(queue))
    hour, minute = divmod(int(SLOT_MIN * slot), 60)
    return (
        f"The line before primary is longest at about {hour}:{minute:02d}, with {number(float(queue[slot]), 0)} "
        "trucks on average. Spread over trucks and days, not over assumptions."
    )

"""Charts of the port: waits by alternative, by year and over the day; and of what is spent when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from experiments.drawing.labels import label_ends, name_rows
from experiments.drawing.marks import FAINT, INK, alternative_marks
from experiments.drawing.svg import HEIGHT_IN, finish_chart, open_figure
from experiments.funding.annual import HOUR
from experiments.funding.exhibits.cells import MILLION
from experiments.funding.exhibits.choice import COST_KIND_WORDS
from experiments.funding.exhibits.elements import plain_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.intervals import IntervalEstimate
from experiments.number_format import number, span, usd
from experiments.page_templates import Chart
from sim.arrays import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROOM: Final = 1.6
"""Height of a chart over its highest mean: an interval that is wider still is cut, so that it flattens no curve."""
CROSSING_MARKERS: Final = (
    ("crossing_p50_min", "median", "o", "white"),
    ("crossing_mean_min", "mean", "D", INK),
    ("crossing_p95_min", "95th percentile", "|", INK),
)


def crossing_time_chart(evidence: Evidence) -> Chart:
    """Crossing time of each alternative: median, mean and 95th percentile with intervals."""
    names = evidence.names[::-1]
    height = max(HEIGHT_IN - 0.8, 0.9 + 0.34 * len(names))
    with open_figure(height) as (figure, axes):
        for place, name in enumerate(names):
            _one_wait(axes, evidence, name, place)
        name_rows(axes, [plain_name(name) for name in names])
        axes.set(xlim=(0.0, None), xlabel="crossing time, minutes")
        handles, labels = axes.get_legend_handles_labels()
        unique = dict(zip(labels, handles, strict=True))
        figure.legend(unique.values(), unique.keys(), loc="outside upper center", ncols=3, frameon=False)
        said = " ".join(_wait_words(evidence, name) for name in evidence.names)
        title, caption = "Crossing time in the first year", "Bars: intervals over replications."
        return finish_chart(figure, "waits", title, said, caption, "predicted")


def _one_wait(axes: Axes, evidence: Evidence, name: str, row_index: int) -> None:
    found = {key: evidence.level(name, key) for key, *_ in CROSSING_MARKERS}
    ends = [f.mean for f in found.values() if f is not None]
    if ends:
        axes.plot([min(ends), max(ends)], [row_index, row_index], color=FAINT, lw=1.0, zorder=1)
    for key, words, marker, face in CROSSING_MARKERS:
        if (level := found[key]) is None:
            continue
        look: dict[str, Any] = {"marker": marker, "mec": INK, "mfc": face, "color": INK, "ls": "none"}
        look |= {"ms": 11, "mew": 1.6} if marker == "|" else {"ms": 7, "mew": 1.1}
        axes.errorbar(level.mean, row_index, xerr=_arms([level]), label=words, capsize=3, lw=1.1, **look)


def _arms(levels: Sequence[IntervalEstimate | None]) -> FloatArray:
    """Return how far each interval reaches below and above its mean [2, n]; 0 where there is none."""
    reach = [(0.0, 0.0) if e is None or not np.isfinite(e.high) else (e.mean - e.low, e.high - e.mean) for e in levels]
    return np.asarray(reach, np.float64).T


def _wait_words(evidence: Evidence, name: str) -> str:
    parts = [
        f"{words} {number(level.mean)} {span(level)}"
        for key, words, *_ in CROSSING_MARKERS
        if (level := evidence.level(name, key)) is not None
    ]
    return f"{plain_name(name)}: {', '.join(parts)} minutes."


def wait_by_year_chart(evidence: Evidence) -> Chart:
    """Mean wait by simulated year, one line an alternative."""
    response = evidence.appraised.response
    looks = alternative_marks(evidence.names)
    with open_figure() as (figure, axes):
        ends = []
        for name in evidence.names:
            levels = [evidence.level(name, "wait_mean_min", year) for year in response.years]
            known = [(y, v) for y, v in zip(response.years, levels, strict=True) if v is not None]
            if not known:
                continue
            x, y = [evidence.calendar_year(year) for year, _ in known], [level.mean for _, level in known]
            half, look = _arms([level for _, level in known]), looks[name]
            axes.errorbar(x, y, yerr=half, color=look.colour, ls=look.dash, marker=look.marker, ms=5, capsize=2.5)
            ends.append((plain_name(name), x[-1], y[-1], look.colour))
        ticks = [evidence.calendar_year(year) for year in response.years]
        axes.set(xlabel="year", ylabel="average wait to primary, minutes", xticks=ticks)
        axes.set_ylim(0.0, max(end[2] for end in ends) * ROOM if ends else None)
        label_ends(axes, ends, 0.075)
        title = "Average wait as traffic grows"
        said = " ".join(f"{name}: {number(y)} minutes in {x}." for name, x, y, _ in ends)
        return finish_chart(
            figure, "growth", title, said, "Marks: simulated years. Bars: intervals over replications.", "predicted"
        )


def hourly_wait_chart(evidence: Evidence) -> Chart | None:
    """Mean wait by hour of arrival; None if the run kept none."""
    ends_of_keys = (key.removeprefix(HOUR) for key in evidence.appraised.response.amounts if key.startswith(HOUR))
    hours = sorted(int(end) for end in ends_of_keys if end.isdigit())
    if not hours:
        return None
    looks = alternative_marks(evidence.names)
    title, said, highest = "Wait over the day in the first year", [], 1.0
    with open_figure() as (figure, axes):
        ends = []
        for name in evidence.names:
            levels = [evidence.level(name, f"{HOUR}{hour:02d}") for hour in hours]
            y = np.array([np.nan if v is None else v.mean for v in levels])
            if not np.isfinite(y).any():
                continue
            (below, above), look = _arms(levels), looks[name]
            axes.plot(hours, y, color=look.colour, ls=look.dash, marker=look.marker, ms=3.5)
            axes.fill_between(hours, y - below, y + above, color=look.colour, alpha=0.15, lw=0)
            last = int(np.flatnonzero(np.isfinite(y))[-1])
            ends.append((plain_name(name), float(hours[last]), float(y[last]), look.colour))
            top = int(np.nanargmax(y))
            highest = max(highest, float(y[top]))
            said.append(f"{plain_name(name)}: highest {number(y[top])} minutes at {hours[top]} h.")
        axes.set(xlabel="hour of arrival", ylabel="average wait to primary, minutes")
        axes.set_ylim(0.0, ROOM * highest)
        label_ends(axes, ends, 0.075)
        caption = "Bands: intervals over replications; one that is far wider than the waits is cut at the frame."
        return finish_chart(figure, "hourly", title, " ".join(said), caption, "predicted")


FILLS: Final = {
    "equipment": ("#33475b", ""),
    "civil_works": ("#ffffff", "////"),
    "integration": ("#c9d3dc", "xx"),
    "training": ("#ffffff", ".."),
    "replacement": ("#8ea0b2", ""),
    "operation": ("#e6eaee", ""),
    "staff": ("#ffffff", "\\\\\\\\"),
    "removal": ("#c9d3dc", "++"),
    "residual": ("#ffffff", "--"),
}
"""Grey and pattern of each kind: dark for what is bought, light for what is paid every year."""


def spending_chart(evidence: Evidence, name: str) -> Chart:
    """Yearly spending of one alternative by kind, not discounted; residual value below zero."""
    own, base = (evidence.alternative(one).cost for one in (name, evidence.baseline))
    years = evidence.calendar_year(0) + np.arange(evidence.years + 1)
    title, said = f"Spending by year: {plain_name(name)}", []
    with open_figure(3.5) as (figure, axes):
        above, below = np.zeros(len(years)), np.zeros(len(years))
        for kind, words in COST_KIND_WORDS.items():
            amounts = (own.total(kinds=[kind]) - base.total(kinds=[kind])) / MILLION
            if not amounts.any():
                continue
            bottom = np.where(amounts >= 0.0, above, below)
            fill, hatch = FILLS[kind]
            axes.bar(years, amounts, bottom=bottom, width=0.8, label=words, ec=INK, lw=0.5, fc=fill, hatch=hatch)
            above += np.maximum(amounts, 0.0)
            below += np.minimum(amounts, 0.0)
            said.append(f"{words} {usd(MILLION * float(amounts.sum()))} in all.")
        axes.axhline(0.0, color=INK, lw=0.8)
        axes.set_xticks(years[:: 4 if evidence.years <= 20 else 5])
        axes.set(xlabel="year", ylabel="$ million, not discounted", xlim=(years[0] - 0.6, years[-1] + 0.6))
        axes.set_ylim(1.08 * below.min(), 1.08 * above.max() if above.any() else 1.0)
        axes.grid(axis="x", visible=False)
        if said:
            figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8.5)
        caption = "Central inputs. Below zero: value that is left at the end."
        return finish_chart(figure, f"spending-{name}", title, " ".join(said) or "Nothing is spent.", caption)

"""Charts of the port: waits by alternative and year, and the wait over the day."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.exhibits.drawing import (
    FAINT,
    HEIGHT_IN,
    INK,
    canvas,
    label_ends,
    plain,
    styles,
    svg,
)
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Chart
from experiments.wording import number, span

KINDS: Final = (
    ("crossing_p50_min", "median", "o", "white"),
    ("crossing_mean_min", "mean", "D", INK),
    ("crossing_p95_min", "95th percentile", "|", INK),
)
HOUR: Final = "wait_min_hour_"
"""Prefix of the mean wait of trucks that arrive in one hour of the day."""


def waits(evidence: Evidence) -> Chart:
    """Crossing time of each alternative: median, mean and 95th percentile with intervals."""
    names = evidence.names[::-1]
    height = max(HEIGHT_IN - 0.8, 0.9 + 0.34 * len(names))
    with canvas(height) as (figure, axes):
        for place, name in enumerate(names):
            _one_wait(axes, evidence, name, place)
        axes.set_yticks(range(len(names)), [plain(name) for name in names])
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.set_xlim(left=0.0)
        axes.set_xlabel("crossing time, minutes")
        axes.grid(axis="y", visible=False)
        handles, labels = axes.get_legend_handles_labels()
        unique = dict(zip(labels, handles, strict=True))
        figure.legend(
            unique.values(), unique.keys(), loc="outside upper center", ncols=3, frameon=False
        )
        said = " ".join(_wait_words(evidence, name) for name in evidence.names)
        title = "Crossing time in the first year"
        drawing = svg(figure, "waits", title, said)
    caption = "Bars: intervals over replications."
    return Chart("waits", title, drawing, said, caption, "predicted")


def _one_wait(axes, evidence: Evidence, name: str, place: int) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    found = {key: evidence.level(name, key) for key, *_ in KINDS}
    ends = [f.mean for f in found.values() if f is not None]
    if ends:
        axes.plot([min(ends), max(ends)], [place, place], color=FAINT, lw=1.0, zorder=1)
    for key, words, marker, face in KINDS:
        level = found[key]
        if level is None:
            continue
        half = level.high - level.mean if np.isfinite(level.high) else 0.0
        axes.errorbar(
            level.mean,
            place,
            xerr=half,
            marker=marker,
            ms=11 if marker == "|" else 7,
            mec=INK,
            mfc=face,
            mew=1.6 if marker == "|" else 1.1,
            color=INK,
            capsize=3,
            lw=1.1,
            ls="none",
            label=words,
        )


def _wait_words(evidence: Evidence, name: str) -> str:
    parts = [
        f"{words} {number(level.mean)} {span(level)}"
        for key, words, *_ in KINDS
        if (level := evidence.level(name, key)) is not None
    ]
    return f"{plain(name)}: {', '.join(parts)} minutes."


def growth(evidence: Evidence) -> Chart:
    """Mean wait by simulated year, one line an alternative."""
    response = evidence.appraised.response
    looks = styles(evidence.names)
    with canvas() as (figure, axes):
        ends = []
        for name in evidence.names:
            levels = [evidence.level(name, "wait_mean_min", year) for year in response.years]
            known = [(y, v) for y, v in zip(response.years, levels, strict=True) if v is not None]
            if not known:
                continue
            x, y = [year for year, _ in known], [level.mean for _, level in known]
            half = [v.high - v.mean if np.isfinite(v.high) else 0.0 for _, v in known]
            look = looks[name]
            axes.errorbar(
                x,
                y,
                yerr=half,
                color=look.colour,
                ls=look.dash,
                marker=look.marker,
                ms=5,
                capsize=2.5,
            )
            ends.append((plain(name), x[-1], y[-1], look.colour))
        axes.set_xlabel("study year")
        axes.set_ylabel("mean wait to primary, minutes")
        axes.set_ylim(bottom=0.0)
        axes.set_xticks(response.years)
        label_ends(axes, ends, 0.075)
        title = "Mean wait as traffic grows"
        said = " ".join(f"{name}: {number(y)} minutes in year {x}." for name, x, y, _ in ends)
        drawing = svg(figure, "growth", title, said)
    return Chart(
        "growth", title, drawing, said, "Marks: simulated years. Bars: intervals.", "predicted"
    )


def hourly(evidence: Evidence) -> Chart | None:
    """Mean wait by hour of arrival; None if the run kept none."""
    hours = sorted(
        int(key.removeprefix(HOUR))
        for key in evidence.appraised.response.amounts
        if key.startswith(HOUR) and key.removeprefix(HOUR).isdigit()
    )
    if not hours:
        return None
    looks = styles(evidence.names)
    title, said = "Wait over the day in the first year", []
    with canvas() as (figure, axes):
        ends = []
        for name in evidence.names:
            levels = [evidence.level(name, f"{HOUR}{hour:02d}") for hour in hours]
            y = np.array([np.nan if v is None else v.mean for v in levels])
            if not np.isfinite(y).any():
                continue
            half = np.array(
                [0.0 if v is None or not np.isfinite(v.high) else v.high - v.mean for v in levels]
            )
            look = looks[name]
            axes.plot(hours, y, color=look.colour, ls=look.dash, marker=look.marker, ms=3.5)
            axes.fill_between(hours, y - half, y + half, color=look.colour, alpha=0.15, lw=0)
            last = int(np.flatnonzero(np.isfinite(y))[-1])
            ends.append((plain(name), float(hours[last]), float(y[last]), look.colour))
            top = int(np.nanargmax(y))
            said.append(f"{plain(name)}: highest {number(y[top])} minutes at {hours[top]} h.")
        axes.set_xlabel("hour of arrival")
        axes.set_ylabel("mean wait to primary, minutes")
        axes.set_ylim(bottom=0.0)
        label_ends(axes, ends, 0.075)
        drawing = svg(figure, "hourly", title, " ".join(said))
    return Chart(
        "hourly", title, drawing, " ".join(said), "Bands: intervals over replications.", "predicted"
    )

"""Charts of what is not known: break-even values, acceptability, expected loss, tornado."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from experiments.drawing.labels import label_ends, name_rows
from experiments.drawing.marks import FAINT, INK, PALE, alternative_marks
from experiments.drawing.svg import FONT_PT, finish_chart, open_figure
from experiments.funding.exhibits.cells import MILLION, usd_range_words
from experiments.funding.exhibits.elements import Prose, plain_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import percent, usd
from experiments.page_templates import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN_BARS: Final = 10
"""Inputs of a tornado; the rest move the outcome less."""
SPREAD: Final = 30.0
"""Times the least value above which a sweep is drawn on a logarithmic axis."""
KNEE: Final = 4.0
"""Times the largest break-even value up to which a sweep is drawn."""


def break_even_chart(evidence: Evidence) -> Chart | Prose:
    """Break-even value of a load of each alternative, with its range; a sentence where nobody interdicts more."""
    names = [n for n in evidence.rivals if evidence.worths[n].loads > 0.0][::-1]
    if not names:
        return Prose("No break-even value is drawn: no alternative interdicts more loads than the baseline.", "absent")
    title, said = "Break-even value of an interdicted load", []
    bars = f"Bars: {evidence.range_words}." if evidence.draws else evidence.range_note
    with open_figure(max(2.2, 1.0 + 0.36 * len(names))) as (figure, axes):
        for place, name in enumerate(names):
            found = evidence.break_even(name).usd_per_load or 0.0
            held = evidence.break_even_range(name)
            if held is not None:
                _bar(axes, held, place)
            axes.plot(found / 1e3, place, "D", color=INK, ms=7)
            said.append(f"{plain_name(name)}: {usd(found)} a load, range {usd_range_words(held)}.")
        axes.axvline(0.0, color=INK, lw=0.8)
        name_rows(axes, [plain_name(name) for name in names])
        axes.set_xlabel("break-even value of a load, $1,000; below 0: pays for itself")
        axes.locator_params(axis="x", nbins=5)  # an option that pays by far has long numbers
        axes.xaxis.set_major_formatter("{x:,.0f}")
        return finish_chart(figure, "break-even", title, " ".join(said), f"Diamonds: central inputs. {bars}")


def _bar(axes: Any, value_range: tuple[float, float], row_index: int) -> None:  # noqa: ANN401
    """Draw a range; one that no value of a load ends runs out of the picture."""
    low, high = value_range
    if np.isfinite(high):
        axes.plot([low / 1e3, high / 1e3], [row_index, row_index], color=INK, lw=1.2, marker="|", ms=9)
        return
    axes.plot(low / 1e3, row_index, color=INK, marker="|", ms=9)
    arrow, right = {"arrowstyle": "->", "color": INK, "lw": 1.2}, axes.get_yaxis_transform()
    ends = (1.0, row_index), (low / 1e3, row_index)
    axes.annotate("", *ends, xycoords=right, textcoords="data", arrowprops=arrow)


def displacement_chart(evidence: Evidence) -> Chart | Prose:
    """Break-even value as a share of the extra loads goes by another way: v* / (1 - share); a sentence without one."""
    thresholds = {name: evidence.break_even(name).usd_per_load or 0.0 for name in evidence.rivals}
    even = {name: least for name, least in thresholds.items() if least > 0.0}
    if not even:
        why = "Break-even values if smugglers go another way are not drawn: no alternative has one above zero."
        return Prose(why, "absent")
    looks = alternative_marks(evidence.names)
    shares = np.linspace(0.0, 0.8, 60)
    title = "Break-even value if smugglers go another way"
    with open_figure() as (figure, axes):
        ends = []
        for name, least in even.items():
            y, look = least / (1.0 - shares) / 1e3, looks[name]
            axes.plot(100.0 * shares, y, color=look.colour, ls=look.dash)
            ends.append((plain_name(name), 80.0, float(y[-1]), look.colour))
        axes.set(xlim=(0.0, 80.0), xlabel="share of the extra loads that goes another way, %")
        axes.set(yscale="log", ylabel="threshold, $ thousand a load (log)")
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:,g}")
        label_ends(axes, ends, 0.075)
        said = [f"{plain_name(n)}: {usd(v)} if none does, {usd(2.0 * v)} if half does." for n, v in even.items()]
        caption = "Central inputs; the ranges of the values at 0% stand in the panel."
        return finish_chart(figure, "displacement", title, " ".join(said), caption)


def not_replaced_chart(evidence: Evidence) -> Chart | Prose:
    """Share of what is seized that must not be replaced, against the range thought possible; a sentence without one."""
    harm = evidence.appraised.case.harm
    shares = {n: evidence.break_even(n).not_replaced_share for n in evidence.rivals}
    known = {n: s for n, s in shares.items() if s is not None and s > 0.0}
    names = list(known)[::-1]
    low, high = harm.not_replaced_low_share, harm.not_replaced_high_share
    if not names:
        why = "The share of seizures that must not be replaced is not drawn: no alternative breaks even at any."
        return Prose(why, "absent")
    title = "Share of seizures that must not be replaced"
    said = [f"Prior range {percent(low, 2)} to {percent(high, 0)}."]
    with open_figure(max(2.2, 1.1 + 0.36 * len(names))) as (figure, axes):
        axes.axvspan(low, high, color=PALE, zorder=0)
        axes.axvline(1.0, color=FAINT, ls=":", lw=1.2)
        for place, name in enumerate(names):
            _share_bar(axes, evidence, name, place, known[name])
            said.append(f"{plain_name(name)}: {100.0 * known[name]:.3g} %.")
        axes.set_xscale("log")
        name_rows(axes, [plain_name(name) for name in names])
        axes.xaxis.set_major_formatter(lambda x, _: f"{100.0 * x:g}%")
        axes.set_xlabel("share not replaced at which it breaks even (log scale)")
        caption = (
            "Grey: what studies of drug markets leave possible. Left of it: pays under all of them; "
            "right of it: under none. Dotted: all of it, which no study supports."
        )
        return finish_chart(figure, "not-replaced", title, " ".join(said), caption)


def _share_bar(axes: Axes, evidence: Evidence, name: str, row_index: int, central: float) -> None:
    table = None if evidence.uncertainty is None else evidence.uncertainty.intervals
    if table is not None:
        row = table.loc[table["alternative"] == name]
        ends = [] if row.empty else row.iloc[0][["not_replaced_p5", "not_replaced_p95"]].tolist()
        if ends and np.isfinite(ends).all() and ends[1] > 0.0:
            first = max(float(ends[0]), central / 1e3)
            axes.plot([first, float(ends[1])], [row_index, row_index], color=INK, lw=1.2, marker="|", ms=9)
    axes.plot(central, row_index, "D", color=INK, ms=7)


def acceptability_chart(evidence: Evidence, table: pd.DataFrame) -> Chart:
    """Draw acceptability curves, with the frontier (the option of the highest mean) drawn bold."""
    with open_figure(3.6) as (figure, axes):
        shown = _draw_sweep(axes, evidence, table, ("acceptability", 100.0), (-2.0, 102.0))
        axes.set_ylabel("draws in which it is best, %")
        caption = "Marks: the alternative of the highest mean there (acceptability frontier)."
        title, words = "How often each alternative is best", _acceptability_words(shown)
        return finish_chart(figure, "acceptability", title, words, caption)


def expected_loss_chart(evidence: Evidence, table: pd.DataFrame) -> Chart:
    """Draw the expected loss of each choice; the lowest is what knowing all would be worth."""
    with open_figure() as (figure, axes):
        shown = _draw_sweep(axes, evidence, table, ("expected_loss_usd", 1.0 / MILLION), (0.0, None))
        axes.set_ylabel("expected loss, $ million")
        caption = "The lowest line at each value is the expected value of perfect information."
        title, words = "Expected opportunity loss", "Lowest at each value: " + " ".join(_lowest(shown))
        return finish_chart(figure, "expected-loss", title, words, caption)


def _draw_sweep(
    axes: Axes,
    evidence: Evidence,
    table: pd.DataFrame,
    column_and_scale: tuple[str, float],
    limits: tuple[float, float | None],
) -> pd.DataFrame:
    """Draw a column over the value of a load, a line an alternative; return the rows that are shown."""
    column, scale = column_and_scale
    shown, ends = _swept(evidence, table), []
    for name, look in alternative_marks(evidence.names).items():
        rows = shown.loc[shown["alternative"] == name]
        x, y = rows["usd_per_load"] / 1e3, scale * rows[column]
        axes.plot(x, y, color=look.colour, ls=look.dash)
        if column == "acceptability":
            best = rows["best"].astype(bool)
            axes.plot(x[best], y[best], ls="none", marker=look.marker, color=look.colour, ms=6.5)
        ends.append((plain_name(name), float(x.iloc[-1]), float(y.iloc[-1]), look.colour))
    values = sorted(value for value in shown["usd_per_load"].unique() / 1e3 if value > 0.0)
    if len(values) > 2 and values[-1] > SPREAD * values[0]:  # points lie evenly in the logarithm
        axes.set_xscale("symlog", linthresh=values[0])
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,g}")
    axes.set(ylim=limits, xlabel="threshold, $ thousand a load: no value is claimed")
    label_ends(axes, ends, 0.075)
    return shown


def _swept(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """Return the sweep as far as something changes: some times the largest break-even value, and the last change."""
    found = [evidence.break_even(n).usd_per_load or 0.0 for n in evidence.rivals]
    best = table.loc[table["best"].astype(bool)].sort_values("usd_per_load", kind="stable")
    changes = best.loc[best["alternative"] != best["alternative"].shift(), "usd_per_load"]
    most = max([KNEE * max(found, default=0.0), evidence.usd_per_load or 0.0, float(changes.max())])
    near = table.loc[table["usd_per_load"] <= most] if most > 0.0 else table
    few = near["usd_per_load"].nunique() < 3
    return (table if few else near).sort_values("usd_per_load", kind="stable")


def _acceptability_words(shown: pd.DataFrame) -> str:
    first = shown["usd_per_load"].min()
    rows = shown.loc[shown["usd_per_load"] == first]
    said = [f"{plain_name(str(r.alternative))} {percent(float(r.acceptability), 0)}" for r in rows.itertuples()]
    return f"With nothing counted for interdiction: {', '.join(said)} of draws."


def _lowest(shown: pd.DataFrame) -> list[str]:
    said = []
    for value, rows in shown.groupby("usd_per_load"):
        best = rows.sort_values("expected_loss_usd", kind="stable").iloc[0]
        said.append(f"{usd(float(str(value)))}: {plain_name(str(best['alternative']))}.")
    return said[:: max(1, len(said) // 6)]


def tornado_chart(evidence: Evidence, name: str, rows: pd.DataFrame) -> Chart:
    """One input at a time at its 10 and 90% points, the widest swing on top."""
    shown = rows.sort_values("swing_usd", ascending=False, kind="stable").head(SHOWN_BARS)[::-1]
    base = float(shown["base_usd"].iloc[0]) / MILLION
    title = f"What moves the net present value of {plain_name(name)}"
    with open_figure(1.1 + 0.34 * len(shown)) as (figure, axes):
        labels = []
        for place, row in enumerate(shown.to_dict("records")):
            low, high = float(row["low_usd"]) / MILLION, float(row["high_usd"]) / MILLION
            for end, hatch, face in ((low, "", "#33475b"), (high, "////", "white")):
                axes.barh(place, end - base, left=base, height=0.62, hatch=hatch, fc=face, ec=INK, lw=0.8)
            labels.append(_short(str(row["input"])))
        axes.axvline(base, color=INK, lw=1.0)
        floor = float(shown["dummy_floor_usd"].iloc[0]) / MILLION
        if np.isfinite(floor):
            axes.axvspan(base - floor / 2.0, base + floor / 2.0, color=PALE, zorder=0)
        if shown[["low_usd", "high_usd"]].min().min() < 0.0 < shown[["low_usd", "high_usd"]].max().max():
            axes.axvline(0.0, color=FAINT, lw=1.2, ls=":")
        axes.set_yticks(range(len(labels)), labels, fontsize=FONT_PT - 1.5)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("net present value, $ million (dotted: zero)")
        points = [(r["input"], usd(r["low_usd"]), usd(r["high_usd"])) for r in shown[::-1].to_dict("records")]
        said = " ".join(f"{what}: {low} at its low point, {high} at its high." for what, low, high in points)
        caption = "Dark: the input at its 10% point; hatched: at its 90% point."
        if np.isfinite(floor):
            caption += (
                " Grey: what a simulated input that moves nothing (a dummy) would swing by noise of simulation; a bar "
                "of a simulated input within it says nothing."
            )
            said += f" Noise floor: {usd(floor * MILLION)}."
        return finish_chart(figure, "tornado", title, said, caption)


def _short(text: str, max_length: int = 34) -> str:
    """Return a label that leaves room for its bar."""
    words = plain_name(text.partition(" + ")[0]).split(".")
    label = " ".join(words[-2:]) if len(words) > 1 else words[0]
    return label if len(label) <= max_length else f"{label[: max_length - 1]}…"

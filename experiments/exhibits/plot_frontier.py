"""Charts of cost against loads interdicted: the plane with its draws, and the two frontiers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from experiments.economics.appraisal import Worth
from experiments.economics.dominance import Place
from experiments.exhibits.dollars import MILLION, significant, usd
from experiments.exhibits.drawing import (
    FAINT,
    FONT_PT,
    INK,
    canvas,
    label_ends,
    plain,
    styles,
    svg,
)
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Chart
from experiments.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_DRAWN: Final = 200
"""Draws of one alternative that a picture can hold."""
LOADS: Final = "more loads interdicted (discounted)"


def plane(evidence: Evidence) -> Chart:
    """Cost-effectiveness plane: extra agency cost against extra loads, draws behind the means."""
    looks = styles(evidence.names)
    title = "Cost-effectiveness plane"
    with canvas(3.6) as (figure, axes):
        for name in evidence.names:
            _cloud(axes, evidence, name, looks[name].colour)
        points = {name: (w.loads, w.cost / MILLION) for name, w in evidence.worths.items()}
        for name, (x, y) in points.items():
            look = looks[name]
            axes.plot(x, y, look.marker, color=look.colour, mec="white", mew=0.8, ms=9, zorder=5)
            _name(axes, name, (x, y))
        axes.axhline(0.0, color=INK, lw=0.8)
        axes.axvline(0.0, color=INK, lw=0.8)
        axes.set_xlabel(LOADS)
        axes.set_ylabel("agency cost above baseline, $ million")
        said = " ".join(
            f"{plain(n)}: {number(x)} more loads for {usd(MILLION * y)}."
            for n, (x, y) in points.items()
        )
        drawing = svg(figure, "plane", title, said)
    drawn = "Small marks: draws of all uncertain inputs. " if evidence.draws else ""
    caption = (
        f"{drawn}Large marks: central inputs. Upper right: dearer and interdicts more; lower left: "
        "cheaper and interdicts less."
    )
    return Chart("plane", title, drawing, said, caption, "assumed")


def _cloud(axes: Axes, evidence: Evidence, name: str, colour: str) -> None:
    if name == evidence.baseline or not evidence.draws:
        return
    drawn = [draw[name] for draw in evidence.draws[:MOST_DRAWN]]
    axes.plot(
        [w.loads for w in drawn],
        [w.cost / MILLION for w in drawn],
        "o",
        color=colour,
        ms=2.6,
        alpha=0.5,
        mew=0,
        zorder=2,
    )


def _name(axes: Axes, name: str, at: tuple[float, float]) -> None:
    axes.annotate(
        plain(name),
        at,
        (6, 6),
        textcoords="offset points",
        fontsize=FONT_PT - 0.5,
        fontweight="bold",
        zorder=6,
        annotation_clip=False,
        bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75},
    )


def frontier(evidence: Evidence, name: str, title: str, places: Sequence[Place]) -> Chart:
    """One frontier: those on it joined, the cost of one more load written along the line."""
    title_axis = "agency cost" if name == "agency" else "cost to society"
    with canvas(3.4) as (figure, axes):
        hull = sorted((p for p in places if p.status == "frontier"), key=lambda p: p.effect)
        axes.plot([p.effect for p in hull], [p.cost / MILLION for p in hull], color=INK, lw=1.4)
        for place in places:
            on = place.status == "frontier"
            axes.plot(
                place.effect,
                place.cost / MILLION,
                "o",
                ms=9 if on else 7,
                mfc=INK if on else "white",
                mec=INK if on else FAINT,
                zorder=4,
            )
            _name(axes, place.name, (place.effect, place.cost / MILLION))
        for before, after in itertools.pairwise(hull):
            _slope(axes, before, after)
        axes.axhline(0.0, color=FAINT, lw=0.7)
        axes.set_xlabel(LOADS)
        axes.set_ylabel(f"{title_axis}, $ million")
        said = " ".join(_place_words(place) for place in places)
        drawing = svg(figure, f"frontier-{name}", title, said)
    return Chart(
        f"frontier-{name}",
        title,
        drawing,
        said,
        "Filled and joined: on the frontier; open: off it. Along the line: cost of one more load, "
        "present dollars over discounted loads, central inputs.",
        "assumed",
    )


def _slope(axes: Axes, before: Place, after: Place) -> None:
    if after.icer is None:
        return
    middle = ((before.effect + after.effect) / 2.0, (before.cost + after.cost) / 2.0 / MILLION)
    axes.annotate(
        f"{usd(after.icer)} a load",
        middle,
        (10, -13),
        textcoords="offset points",
        fontsize=FONT_PT - 1.0,
        style="italic",
        bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8},
    )


def _place_words(place: Place) -> str:
    where = f"{plain(place.name)}: {significant(place.effect)} loads, {usd(place.cost)}"
    if place.status == "frontier":
        more = "" if place.icer is None else f", {usd(place.icer)} for one more load"
        return f"{where}, on the frontier{more}."
    return f"{where}, off the frontier."


def net_benefit(evidence: Evidence, most_usd: float) -> Chart:
    """Net monetary benefit over the value of a load; drawn only where the user set a value."""
    looks = styles(evidence.names)
    title = "Net benefit over the value of a load"
    values = np.linspace(0.0, most_usd, 50)
    with canvas() as (figure, axes):
        ends = []
        for name in evidence.names:
            _band(axes, evidence, name, values, looks[name].colour)
            y = _line(evidence.worths[name], values)
            axes.plot(values / 1e3, y, color=looks[name].colour, ls=looks[name].dash)
            ends.append((plain(name), values[-1] / 1e3, float(y[-1]), looks[name].colour))
        chosen = evidence.usd_per_load or 0.0
        axes.axvline(chosen / 1e3, color=FAINT, ls=":", lw=1.2)
        axes.axhline(0.0, color=INK, lw=0.8)
        axes.set_xlabel("value of an interdicted load, $ thousand (dotted: the user's)")
        axes.set_ylabel("net present benefit, $ million")
        label_ends(axes, ends, 0.075)
        said = " ".join(
            f"{plain(name)}: {usd(w.npv0)} at 0, {usd(w.npv(chosen))} at the user's value."
            for name, w in evidence.worths.items()
        )
        drawing = svg(figure, "net-benefit", title, said)
    return Chart("net-benefit", title, drawing, said, f"Bands: {evidence.range_words}.", "assumed")


def _line(worth: Worth, values: np.ndarray) -> np.ndarray:
    return np.asarray((worth.npv0 + values * worth.loads) / MILLION)


def _band(axes: Axes, evidence: Evidence, name: str, values: np.ndarray, colour: str) -> None:
    ends = [_range_at(evidence, name, float(value)) for value in values]
    known = [end for end in ends if end is not None]
    if len(known) == len(values) and name != evidence.baseline:
        low, high = np.array(known).T / MILLION
        axes.fill_between(values / 1e3, low, high, color=colour, alpha=0.12, lw=0)


def _range_at(evidence: Evidence, name: str, usd_per_load: float) -> tuple[float, float] | None:
    figure: Callable[[Worth], float] = lambda worth: worth.npv(usd_per_load)  # noqa: E731
    return evidence.of(name, figure)

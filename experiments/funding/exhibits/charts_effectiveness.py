"""Charts of cost against loads interdicted: the plane with its draws, and the two frontiers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from experiments.drawing.labels import label_ends
from experiments.drawing.marks import FAINT, INK, alternative_marks
from experiments.drawing.svg import FONT_PT, finish_chart, open_figure
from experiments.economics.cost_effectiveness import FrontierPlace
from experiments.funding.exhibits.cells import MILLION, significant
from experiments.funding.exhibits.elements import plain_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import number, usd
from experiments.page_templates import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_DRAWN: Final = 200
"""Draws of one alternative that a picture can hold."""
LOADS: Final = "more loads interdicted (discounted)"
WHITE: Final[dict[str, Any]] = {"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none"}
"""Box behind a word, so that it is read over lines."""


def cost_effectiveness_chart(evidence: Evidence) -> Chart:
    """Cost-effectiveness plane: extra agency cost against extra loads, draws behind the means."""
    looks = alternative_marks(evidence.names)
    title = "Cost-effectiveness plane"
    with open_figure(3.6) as (figure, axes):
        for name in evidence.names:
            _cloud(axes, evidence, name, looks[name].colour)
        points = {name: (w.loads, w.cost / MILLION) for name, w in evidence.worths.items()}
        for name, (x, y) in points.items():
            look = looks[name]
            axes.plot(x, y, look.marker, color=look.colour, mec="white", mew=0.8, ms=9, zorder=5)
            _name(axes, name, (x, y))
        axes.axhline(0.0, color=INK, lw=0.8)
        axes.axvline(0.0, color=INK, lw=0.8)
        axes.set(xlabel=LOADS, ylabel="agency cost above baseline, $ million")
        said = " ".join(
            f"{plain_name(n)}: {number(x)} more loads for {usd(MILLION * y)}." for n, (x, y) in points.items()
        )
        drawn = f"Small marks: draws of {evidence.drawn_inputs}. " if evidence.draws else ""
        caption = (
            f"{drawn}Large marks: central inputs. Upper right: dearer and interdicts more; lower left: "
            "cheaper and interdicts less."
        )
        return finish_chart(figure, "plane", title, said, caption)


def _cloud(axes: Axes, evidence: Evidence, name: str, colour: str) -> None:
    if name == evidence.baseline or not evidence.draws:
        return
    drawn = [draw[name] for draw in evidence.draws[:MOST_DRAWN]]
    x, y = [w.loads for w in drawn], [w.cost / MILLION for w in drawn]
    axes.plot(x, y, "o", color=colour, ms=2.6, alpha=0.5, mew=0, zorder=2)


def _name(axes: Axes, name: str, point: tuple[float, float]) -> None:
    look: dict[str, Any] = {"fontsize": FONT_PT - 0.5, "fontweight": "bold", "zorder": 6, "annotation_clip": False}
    axes.annotate(plain_name(name), point, (6, 6), textcoords="offset points", bbox=WHITE | {"alpha": 0.75}, **look)


def cost_frontier_chart(evidence: Evidence, name: str, title: str, places: Sequence[FrontierPlace]) -> Chart:
    """One frontier: those on it joined, the cost of one more load written along the line."""
    title_axis = "agency cost" if name == "agency" else "cost to society"
    with open_figure(3.4) as (figure, axes):
        hull = sorted((p for p in places if p.status == "frontier"), key=lambda p: p.effect)
        axes.plot([p.effect for p in hull], [p.cost / MILLION for p in hull], color=INK, lw=1.4)
        for place in places:
            look = {"ms": 9, "mfc": INK, "mec": INK} if place in hull else {"ms": 7, "mfc": "white", "mec": FAINT}
            axes.plot(place.effect, place.cost / MILLION, "o", **look, zorder=4)
            _name(axes, place.name, (place.effect, place.cost / MILLION))
        for before, after in itertools.pairwise(hull):
            _slope(axes, before, after)
        axes.axhline(0.0, color=FAINT, lw=0.7)
        axes.set(xlabel=LOADS, ylabel=f"{title_axis}, $ million")
        said = " ".join(_place_words(place) for place in places)
        caption = (
            "Filled and joined: on the frontier; open: off it. Along the line: cost of one more load, "
            "present dollars over discounted loads, central inputs."
        )
        return finish_chart(figure, f"frontier-{name}", title, said, caption)


def _slope(axes: Axes, lower: FrontierPlace, higher: FrontierPlace) -> None:
    if higher.icer is None:
        return
    middle = ((lower.effect + higher.effect) / 2.0, (lower.cost + higher.cost) / 2.0 / MILLION)
    look: dict[str, Any] = {"fontsize": FONT_PT - 1.0, "style": "italic", "bbox": WHITE | {"alpha": 0.8}}
    axes.annotate(f"{usd(higher.icer)} a load", middle, (10, -13), textcoords="offset points", **look)


def _place_words(place: FrontierPlace) -> str:
    where = f"{plain_name(place.name)}: {significant(place.effect)} loads, {usd(place.cost)}"
    if place.status == "frontier":
        more = "" if place.icer is None else f", {usd(place.icer)} for one more load"
        return f"{where}, on the frontier{more}."
    return f"{where}, off the frontier."


def net_benefit_chart(evidence: Evidence, most_usd: float) -> Chart:
    """Net monetary benefit over the value of a load; drawn only where the user set a value."""
    looks = alternative_marks(evidence.names)
    title = "Net benefit over the value of a load"
    values = np.linspace(0.0, most_usd, 50)
    with open_figure() as (figure, axes):
        ends = []
        for name in evidence.names:
            _band(axes, evidence, name, values, looks[name].colour)
            y = (evidence.worths[name].npv0 + values * evidence.worths[name].loads) / MILLION
            axes.plot(values / 1e3, y, color=looks[name].colour, ls=looks[name].dash)
            ends.append((plain_name(name), values[-1] / 1e3, float(y[-1]), looks[name].colour))
        chosen = evidence.usd_per_load or 0.0
        axes.axvline(chosen / 1e3, color=FAINT, ls=":", lw=1.2)
        axes.axhline(0.0, color=INK, lw=0.8)
        axes.set_xlabel("value of an interdicted load, $ thousand (dotted: the user's)")
        axes.set_ylabel("net present benefit, $ million")
        label_ends(axes, ends, 0.075)
        said = " ".join(
            f"{plain_name(name)}: {usd(w.npv0)} at 0, {usd(w.npv(chosen))} at the user's value."
            for name, w in evidence.worths.items()
        )
        return finish_chart(figure, "net-benefit", title, said, f"Bands: {evidence.range_words}.")


def _band(axes: Axes, evidence: Evidence, name: str, values: np.ndarray, colour: str) -> None:
    ends = [evidence.of(name, lambda worth, value=float(v): worth.npv(value)) for v in values]  # type: ignore[misc]
    if name != evidence.baseline and None not in ends:
        low, high = np.array(ends).T / MILLION
        axes.fill_between(values / 1e3, low, high, color=colour, alpha=0.12, lw=0)

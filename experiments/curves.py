"""The figures of curves: the queue over the day, and how long trucks wait.

Alternatives whose curves lie within a line's width of each other are drawn once, under the name of
the first of them; the caption says for whom a line stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from experiments.canvas import Label, add_labels, blank, height_for, marks
from experiments.findings import Findings
from experiments.wording import listed
from sim.profiles import BIN_MIN, N_BINS, N_SLOTS, SLOT_MIN, mean_queue, share_of_waits

Floats = npt.NDArray[np.float64]
Curves = dict[str, Floats]
ALIKE: Final = 0.02
"""Curves that never differ by more than this part of the highest point are drawn once."""
QUEUE_LABELS_AT: Final = 0.5
WAIT_LABELS_AT: Final = 0.35
"""Height at which a curve is named, as a part of its own highest point."""


def steady(found: Findings) -> list[str]:
    """Return the alternatives whose waits do not hang on the run's length, the baseline first."""
    names = [name for name in found.names if name not in found.unstable]
    return sorted(names, key=lambda name: name != found.study.baseline)


def queues(found: Findings) -> Curves:
    """Return the mean number of trucks before primary of each alternative, over the day [96]."""
    return {name: mean_queue_of(found, name) for name in steady(found)}


def beyond(found: Findings) -> Curves:
    """Return the share of trucks that waited longer than each bin's start, in per cent [241]."""
    return {
        name: 100.0 * longer_than(share_of_waits(dict(found.profiles[name])))
        for name in steady(found)
    }


def alike(curves: Mapping[str, Floats]) -> dict[str, list[str]]:
    """Return who is drawn, and who lies on that line within `ALIKE` of the highest point.

    Examples
    --------
    >>> flat = np.zeros(3)
    >>> alike({"a": flat + 1.0, "b": flat + 1.01, "c": flat + 2.0})
    {'a': ['b'], 'c': []}
    """
    top = max((float(np.nanmax(curve, initial=0.0)) for curve in curves.values()), default=0.0)
    drawn: dict[str, list[str]] = {}
    for name, curve in curves.items():
        near = (
            other
            for other in drawn
            if np.nanmax(np.abs(curve - curves[other]), initial=0.0) <= ALIKE * top
        )
        head = next(near, None)
        if head is None:
            drawn[name] = []
        else:
            drawn[head].append(name)
    return drawn


def queue(found: Findings) -> go.Figure:
    """Mean number of trucks before primary over an average day, both classes together."""
    hours = np.asarray(SLOT_MIN * (np.arange(N_SLOTS) + 0.5) / 60.0, np.float64)
    return _drawn(found, queues(found), hours, ("hour of the day", "trucks before primary"))


def waits(found: Findings) -> go.Figure:
    """Share of trucks that waited longer than so many minutes."""
    edges = np.asarray(BIN_MIN * np.arange(N_BINS + 1), np.float64)
    curves = beyond(found)
    seen = [edges[curve > 0.5].max(initial=0.0) for curve in curves.values()]
    figure = _drawn(found, curves, edges, ("minutes", "waited longer, % of trucks"))
    figure.update_xaxes(range=[0.0, max([30.0, *seen])])
    return figure


def _drawn(found: Findings, curves: Curves, x: Floats, titles: tuple[str, str]) -> go.Figure:
    heads = alike(curves)
    figure = blank(*titles, height_for(len(heads), 380))
    top = 1.05 * max([1.0, *(float(np.nanmax(c, initial=0.0)) for c in curves.values())])
    of_name = marks(found.names)
    for name in heads:
        _add_line(figure, name, (of_name[name].colour, of_name[name].dash), (x, curves[name]))
    rising = x[-1] <= 24.0
    at = _rise if rising else _fall
    labels = [
        _label(name, more, (x, curves[name]), at)._replace(left=rising)
        for name, more in heads.items()
    ]
    add_labels(figure, [label for label in labels if np.isfinite(label.y)], top)
    if rising:
        figure.update_xaxes(range=[0, 24], dtick=4)
    figure.update_yaxes(range=[0, top])
    return figure


def _label(
    name: str, more: Sequence[str], points: tuple[Floats, Floats], at: Callable[[Floats], int]
) -> Label:
    x, curve = points
    place = at(curve)
    text = f"{name} +{len(more)}" if more else name
    return Label(text, float(x[place]), float(curve[place]))


def _rise(curve: Floats) -> int:
    """Return where a curve first comes to half of its highest point: before it all is free."""
    return int(np.argmax(np.nan_to_num(curve) >= QUEUE_LABELS_AT * np.nanmax(curve, initial=0.0)))


def _fall(curve: Floats) -> int:
    """Return where a falling curve comes below a third of its start: beyond it all is free."""
    return int(np.argmax(np.nan_to_num(curve) <= WAIT_LABELS_AT * np.nanmax(curve, initial=0.0)))


def _add_line(
    figure: go.Figure, name: str, look: tuple[str, str], points: tuple[Floats, Floats]
) -> None:
    figure.add_scatter(
        x=points[0],
        y=points[1],
        mode="lines",
        line={"color": look[0], "dash": look[1], "width": 2},
        name=name,
        hovertemplate=f"<b>{name}</b><br>%{{x:.1f}}: %{{y:.1f}}<extra></extra>",
    )


def stands_for(found: Findings, name: str) -> str:
    """Return for whom the lines of a figure stand, where one stands for several."""
    curves = queues(found) if name == "queue" else beyond(found)
    parts = [
        f"{head} +{len(more)} stands for {listed(more)} too, never further from it than "
        f"{100.0 * ALIKE:.0f} % of the highest point"
        for head, more in alike(curves).items()
        if more
    ]
    return f"{'; '.join(parts)}." if parts else ""


def mean_queue_of(found: Findings, name: str) -> Floats:
    """Return the mean queue on weekdays, or on all days where the study holds no weekday [96]."""
    profiles = dict(found.profiles[name])
    weekdays: Sequence[int] = (0, 1, 2, 3, 4)
    if not profiles["queue_days"][:5].sum():
        weekdays = range(7)
    return np.asarray(mean_queue(profiles, tuple(weekdays)).sum(axis=1))


def longer_than(shares: Floats) -> Floats:
    """Return the share that waited at least until the start of each bin.

    Examples
    --------
    >>> longer_than(np.array([0.5, 0.25, 0.25])).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(np.cumsum(shares[::-1])[::-1])

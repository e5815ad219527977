"""Pictures of a calibration: observed against simulated waits by hour and by month, as plain SVG that prints in grey.

A circle is observed, the line is simulated without the month that it shows, the pale band holds four of five cells of
months left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from markupsafe import Markup, escape

from experiments.calibration.report.result import Judgment
from sim.arrays import BoolArray, FloatArray

WIDTH, HEIGHT = 340.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 8.0, 10.0, 28.0
PALE, DARK, BLUE = "#c9d3dc", "#1a1a1a", "#0072b2"
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Plane:
    """A plane of numbers on a picture."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x, self.y = x, y

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point in the picture."""
        across = LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)
        down = HEIGHT - BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - TOP - BOTTOM)
        return round(across, 1), round(down, 1)

    def line(self, points: Sequence[tuple[float, float]]) -> str:
        """Return the path of a line."""
        return "M" + " L".join(f"{x},{y}" for x, y in (self.at(*point) for point in points))


def hour_pictures(judged: Judgment) -> list[tuple[str, Markup, str]]:
    """Return a picture of each month's weekdays by hour: title, picture, words."""
    return [_hours(judged, at) for at in range(len(judged.months.months))]


def _hours(judged: Judgment, at: int) -> tuple[str, Markup, str]:
    month, out = MONTHS[judged.months.months[at] - 1], judged.months
    seen = np.isfinite(judged.observed[at, :5])
    hours = np.flatnonzero(seen.any(axis=0))
    observed = np.array([judged.observed[at, :5][seen[:, h], h].mean() for h in hours])
    simulated = np.array([out.simulated[at, :5][seen[:, h], h].mean() for h in hours])
    top = max(60.0, float(np.max([*observed, *(simulated + out.half_width)], initial=0.0)))
    plane = Plane(
        (float(hours.min()), float(hours.max() + 1)) if len(hours) else (0.0, 24.0), (0.0, 10.0 * np.ceil(top / 10.0))
    )
    ticks = [float(h) for h in hours if h % 3 == 0]
    words = (
        f"{month}, Monday to Friday: observed {observed.mean():.0f} min on average, simulated without this month "
        f"{simulated.mean():.0f}; RMSE of its cells {judged.simulated.by_month[at]:.1f} min."
    )
    body = [
        *_axes(plane, ticks, "h"),
        *_series(plane, hours.astype(np.float64) + 0.5, observed, simulated, out.half_width),
    ]
    return month, _picture(body, words), words


def month_picture(judged: Judgment) -> tuple[Markup, str]:
    """Return the picture of the months' means, and words."""
    out, seen = judged.months, np.isfinite(judged.observed)
    months = np.array(out.months, dtype=np.float64)
    observed = _means(judged.observed, seen)
    simulated, naive = _means(out.simulated, seen), _means(out.hour_mean, seen)
    top = 10.0 * np.ceil(max(observed.max(), simulated.max(), naive.max()) / 10.0 + 0.2)
    plane = Plane((months.min() - 0.5, months.max() + 0.5), (0.0, float(top)))
    body = list(_axes(plane, months.tolist(), "", [MONTHS[int(m) - 1][:3] for m in months]))
    for values, dash in ((simulated, ""), (naive, ' stroke-dasharray="4 3"')):
        points = list(zip(months.tolist(), values.tolist(), strict=True))
        body.append(f'<path d="{plane.line(points)}" fill="none" stroke="{BLUE}" stroke-width="2"{dash}/>')
    body += _dots(plane, months, observed)
    parts = [f"{MONTHS[int(m) - 1]} {o:.0f}, {s:.0f}" for m, o, s in zip(months, observed, simulated, strict=True)]
    words = f"Average wait of each month's observed cells, observed and simulated without it: {'; '.join(parts)} min."
    return _picture(body, words), words


def _means(values: FloatArray, seen: BoolArray) -> FloatArray:
    return np.array([one[mine].mean() for one, mine in zip(values, seen, strict=True)])


def _series(plane: Plane, x: FloatArray, observed: FloatArray, simulated: FloatArray, width: float) -> Iterator[str]:
    high = list(zip(x.tolist(), (simulated + width).tolist(), strict=True))
    low = list(zip(x.tolist(), np.maximum(simulated - width, 0.0).tolist(), strict=True))
    yield f'<path d="{plane.line([*high, *reversed(low)])} Z" fill="{PALE}"/>'
    middle = plane.line(list(zip(x.tolist(), simulated.tolist(), strict=True)))
    yield f'<path d="{middle}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
    yield from _dots(plane, x, observed)


def _dots(plane: Plane, x: FloatArray, y: FloatArray) -> list[str]:
    places = [plane.at(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    return [f'<circle cx="{a}" cy="{b}" r="3.2" fill="#fff" stroke="{DARK}" stroke-width="1.5"/>' for a, b in places]


def _axes(plane: Plane, ticks: Sequence[float], unit: str, labels: Sequence[str] = ()) -> Iterator[str]:
    step = 20.0 if plane.y[1] > 50.0 else 10.0
    for value in np.arange(0.0, plane.y[1] + 0.1, step):
        x, y = plane.at(plane.x[0], float(value))
        right = WIDTH - RIGHT
        yield f'<line x1="{x}" y1="{y}" x2="{right}" y2="{y}" stroke="#ddd" stroke-width="1"/>'
        yield f'<text x="{x - 5}" y="{y + 4}" text-anchor="end">{value:g}</text>'
    names = labels or [f"{tick:g}" for tick in ticks]
    for tick, name in zip(ticks, names, strict=True):
        x, y = plane.at(tick, 0.0)
        yield f'<text x="{x}" y="{y + 16}" text-anchor="middle">{escape(name)}{unit and " " + unit}</text>'
    yield f'<text x="{LEFT + 3}" y="{TOP + 9}" fill="#555">min</text>'


def _picture(body: Sequence[str], words: str) -> Markup:
    head = (
        f'<svg class="plot" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(words)}" '
        'font-size="12" fill="#1a1a1a">'
    )
    return Markup("".join([head, *body, "</svg>"]))  # noqa: S704

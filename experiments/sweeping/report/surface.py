"""The response surface of a reading over the two axes that change it most, with its error.

Of a grid it is the mean over the other axes. So that every cell is a mean over the same combinations of the others, it
rests on the block of cells and combinations without a missing point that holds most points; other cells say how many
of their points are unstable or failed. Of a design it is what a fit says, where the fit foretells held-out points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.intervals import Difference
from experiments.number_format import number as number_words
from experiments.sweeping.report.fit import LEAST_R2, Fit
from experiments.sweeping.report.levers import Lever, Levers, levels_of_points
from experiments.sweeping.report.readings import Reading
from experiments.sweeping.request import Sweep

FITTED_CELLS: Final = 11
"""Values on either axis at which a fit is read off."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A reading over two axes."""

    reading: Reading
    x: Lever
    y: Lever
    x_values: tuple[float | str, ...]
    y_values: tuple[float | str, ...]
    cells: tuple[tuple[Difference | None, ...], ...]
    """[y][x]; None: no number."""
    missing: tuple[tuple[str, ...], ...]
    """[y][x] how many of a cell's points have no number."""
    fitted: bool
    note: str
    """What it is a mean over, or how well the fit does."""


def response_surface(sweep: Sweep, levers: Levers) -> tuple[Surface | None, str]:
    """Return the surface over the two strongest axes; None, and why, where there is none."""
    if not levers.reading.estimates:
        return None, "No point that is done carries its load."
    return _fitted(levers) if sweep.drawn else _of_cells(sweep, levers)


def _of_cells(sweep: Sweep, levers: Levers) -> tuple[Surface | None, str]:
    if len(levers.order) < 2:
        return None, "There are no two levers to draw it over: the changes above are all there is."
    x, y = sorted(levers.order[:2], key=lambda lever: -len(lever.axis.values))
    reading = levers.reading
    columns, rows = levels_of_points(sweep, x.place), levels_of_points(sweep, y.place)
    cells = [[sorted(set(column) & set(row)) for column in columns] for row in rows]
    known = np.array([[[point in reading.terms for point in cell] for cell in row] for row in cells])
    used, combinations = _fullest_block(known)
    shown = []
    for row, flags in zip(cells, used, strict=True):
        chosen = [[point for point, use in zip(cell, combinations, strict=True) if use] for cell in row]
        means = [
            reading.weighted(dict.fromkeys(points, 1.0 / len(points))) if flag else None
            for points, flag in zip(chosen, flags, strict=True)
        ]
        shown.append(tuple(means))
    missing = tuple(
        tuple("" if flag else f"{int((~cell).sum())} of {len(cell)}" for cell, flag in zip(row, flags, strict=True))
        for row, flags in zip(known, used, strict=True)
    )
    return Surface(
        reading,
        x,
        y,
        x.axis.texts,
        y.axis.texts,
        tuple(shown),
        missing,
        fitted=False,
        note=_cell_note(known, combinations, whole=bool(used.all())),
    ), ""


def _fullest_block(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells [y, x] and combinations [n] that hold most points, none of them missing.

    Cells are tried in the order of how many of their points are known.
    """
    counts = known.sum(axis=2)
    best = (np.zeros(counts.shape, np.bool_), np.zeros(known.shape[2], np.bool_))
    for least in sorted(set(counts[counts > 0].tolist()), reverse=True):
        cells = counts >= least
        combinations = known[cells].all(axis=0)
        if cells.sum() * combinations.sum() > best[0].sum() * best[1].sum():
            best = cells, combinations
    return best


def _cell_note(known: np.ndarray, combinations: np.ndarray, *, whole: bool) -> str:
    total, used = known.shape[2], int(combinations.sum())
    if total == 1:
        words = "Each cell is one point."
    elif used == total:
        words = f"Each cell is the mean over all {total} combinations of the other axes."
    else:
        words = (
            f"Each cell is the mean over {used} of {total} combinations of the other axes, the same in every cell: "
            "those at which all cells with a number carry their load."
        )
    return words if whole else f"{words} A cell without a number says how many of its points are unstable or failed."


def fit_words(fit: Fit | None, unit: str) -> str:
    """Say how well a fit does, and whether it is shown."""
    if fit is None:
        return "There are too few points for a fit."
    kind = "quadratic" if fit.basis.quadratic else "plane"
    words = f"The {kind} fitted to {len(fit.points)} stable points has a held-out R2 of {number_words(fit.r2, 2)}"
    if fit.r2 < LEAST_R2:
        return f"{words}, below {LEAST_R2:g}: it is not shown, and nothing is read off it."
    return f"{words} (leave-one-out) and misses a held-out point by {number_words(fit.miss)} {unit} (root mean square)."


def _fitted(levers: Levers) -> tuple[Surface | None, str]:
    fit, reading = levers.fit, levers.reading
    words = fit_words(fit, reading.metric.shown_unit)
    if fit is None or fit.r2 < LEAST_R2:
        return None, words
    ranges = [lever for lever in levers.order if lever.place in fit.basis.squared]
    if len(ranges) < 2:
        return None, f"{words} There are no two axes of at least three numbers to draw it over."
    x, y = ranges[:2]
    ends = [
        np.linspace(fit.basis.low[axis.place], fit.basis.high[axis.place], FITTED_CELLS).tolist() for axis in (x, y)
    ]
    cells = tuple(
        tuple(fit.read_off(fit.mean_terms({x.place: across, y.place: up})) for across in ends[0]) for up in ends[1]
    )
    blank = tuple(("",) * FITTED_CELLS for _ in range(FITTED_CELLS))
    return Surface(reading, x, y, tuple(ends[0]), tuple(ends[1]), cells, blank, fitted=True, note=words), ""


def half_widths(surface: Surface) -> list[list[float]]:
    """Return half the width of every interval [y][x]; NaN where there is none."""
    return [[np.nan if cell is None else (cell.high - cell.low) / 2.0 for cell in row] for row in surface.cells]


def cell_means(surface: Surface) -> list[list[float]]:
    """Return the numbers [y][x]; NaN where there is none."""
    return [[np.nan if cell is None else cell.mean for cell in row] for row in surface.cells]


def widest(rows: Sequence[Sequence[float]]) -> float:
    """Return the largest number; NaN where there is none."""
    known = [value for row in rows for value in row if np.isfinite(value)]
    return max(known, default=np.nan)

"""Sobol's indices of groups of inputs from simulations: noise of simulation is measured and taken out.

Of every row of a base sample the output is known on two independent seeds, with one group drawn anew and all else kept
(for the total index), and with one group kept and all else drawn anew (for the first). Where inputs depend on each
other, because some sets of them were rejected, what is drawn anew is drawn given what is kept: the first index is then
the variance of the mean given the group, the total one the mean of the variance given all others.

    noise   = E[(f - f')^2] / 2             f, f' the same inputs on other seeds
    V       = Var f - noise
    first   = Cov(f, f_kept) / V
    total   = (E[(f - f_redrawn)^2] / 2 - noise) / V

A group that no simulation depends on is drawn anew on the same seed, on both seeds of a row. What it changes is
then multiplied over the two seeds, so that noise drops out, whether it adds to the output or acts through it (a yes or
no, hours times a price):

    total   = E[(f - f_redrawn) (f' - f'_redrawn)] / 2 / V

Half-widths are 1.96 standard deviations over rows drawn again.

Sources: Saltelli et al. (2010) for the estimators; Kucherenko et al. (2012) for inputs that depend on each other; Mazo
(2021) for outputs with noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from sim.arrays import FloatArray, IntArray

Z95: Final = 1.959963984540054
RESAMPLES: Final = 400
MOST_HALF_WIDTH: Final = 0.1
"""Half-width up to which an index is ranked."""
FIRST_LOOK: Final = 1024
"""Rows below which the indices are a first look."""
SOBOL_COLUMNS: Final = (
    "output", "group", "first", "first_half_width", "first_resolved", "total", "total_half_width", "total_resolved",
    "noise_share", "rows",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SobolSample:
    """One output at every row [row], and how it is known."""

    base: FloatArray
    """At the base sample."""
    other_seeds: FloatArray
    """The same rows on other seeds."""
    redrawn: Mapping[str, FloatArray]
    """By group: the group alone drawn anew; simulated on seeds of its own, or on the base's where `unsimulated`."""
    kept: Mapping[str, FloatArray]
    """By group: all but the group drawn anew, on seeds of their own."""
    redrawn_other_seeds: Mapping[str, FloatArray] = field(default_factory=dict)
    """Of `unsimulated` groups: as ``redrawn``, on the seeds of ``other_seeds``."""

    @property
    def unsimulated(self) -> tuple[str, ...]:
        """Groups that no simulation depends on."""
        return tuple(self.redrawn_other_seeds)

    def columns(self) -> list[FloatArray]:
        """Return every column of it."""
        return [
            self.base,
            self.other_seeds,
            *self.redrawn.values(),
            *self.kept.values(),
            *self.redrawn_other_seeds.values(),
        ]

    def transformed(self, reference: FloatArray) -> SobolSample:
        """Return the normal scores of the sample within a reference."""
        return SobolSample(
            normal_scores(self.base, reference),
            normal_scores(self.other_seeds, reference),
            *(
                {name: normal_scores(column, reference) for name, column in of.items()}
                for of in (self.redrawn, self.kept, self.redrawn_other_seeds)
            ),
        )


def normal_scores(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the standard normal quantiles of the ranks of ``values`` within ``reference``; ties have one score.

    Examples
    --------
    >>> normal_scores(np.array([1.0, 2.0, 9.0]), np.array([1.0, 2.0, 3.0])).round(2).tolist()
    [-0.97, 0.0, 0.97]
    """
    ranked = np.sort(reference)
    below, upto = (np.searchsorted(ranked, values, side=side) for side in ("left", "right"))
    place = np.clip((below + upto) / 2.0, 0.5, len(ranked) - 0.5)
    return np.asarray(special.ndtri(place / len(ranked)))


def sobol_table(samples: Mapping[str, SobolSample], seed: int) -> pd.DataFrame:
    """Return the indices of every output by group; see `experiments.funding.uncertainty.analysis.Uncertainty`.

    Indices of an output that nothing moves, or noise alone, are missing.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for output, sample in samples.items():
        n = len(sample.base)
        resamples = [rng.integers(n, size=n) for _ in range(RESAMPLES)]
        whole = np.arange(n)
        noise, explained = _variances(sample, whole)
        noise_share = noise / (noise + explained) if noise + explained > 0.0 else np.nan
        for group in sample.redrawn:
            parts: list[object] = []
            for index in (_first, _total):
                value = index(sample, group, whole)
                half = Z95 * float(np.std([index(sample, group, rows_) for rows_ in resamples]))
                parts += [value, half, bool(half <= MOST_HALF_WIDTH)]
            rows.append((output, group, *parts, noise_share, n))
    table = pd.DataFrame(rows, columns=list(SOBOL_COLUMNS))
    return table.sort_values(
        ["output", "total_resolved", "total"], ascending=[True, False, False], ignore_index=True, kind="stable"
    )


def _variances(sample: SobolSample, rows: IntArray) -> tuple[float, float]:
    """Return the variance of noise, and that of the output without it."""
    first, second = sample.base[rows], sample.other_seeds[rows]
    noise = float(((first - second) ** 2).mean()) / 2.0
    return noise, float(first.var() + second.var()) / 2.0 - noise


def _first(sample: SobolSample, group: str, rows: IntArray) -> float:
    _, explained = _variances(sample, rows)
    base, kept = (sample.base[rows] + sample.other_seeds[rows]) / 2.0, sample.kept[group][rows]
    if explained <= 0.0:
        return np.nan
    return float(((base - base.mean()) * (kept - kept.mean())).mean()) / explained


def _total(sample: SobolSample, group: str, rows: IntArray) -> float:
    noise, explained = _variances(sample, rows)
    if explained <= 0.0:
        return np.nan
    first, second, redrawn = sample.base[rows], sample.other_seeds[rows], sample.redrawn[group][rows]
    if group in sample.redrawn_other_seeds:
        other = sample.redrawn_other_seeds[group][rows]
        return float(((first - redrawn) * (second - other)).mean()) / 2.0 / explained
    gap = float(((first - redrawn) ** 2 + (second - redrawn) ** 2).mean()) / 4.0
    return (gap - noise) / explained

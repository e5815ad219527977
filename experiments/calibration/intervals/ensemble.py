"""An ensemble sampler that needs no derivatives: differential evolution Markov chains.

Half of the walkers move at a time, along differences of the other half (ter Braak, Statistics and Computing 16, 2006;
snooker moves: ter Braak and Vrugt, Statistics and Computing 18, 2008; halves: Nelson, Ford and Payne, Astrophysical
Journal Supplement 210, 2014). Steps take the shape of what they sample, and a whole difference carries a walker from
one maximum to another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from sim.arrays import FloatArray, IntArray

SNOOKER: Final = 0.1
"""Share of sweeps along lines through a third walker, which reach across maxima."""
WHOLE: Final = 0.1
"""Share of sweeps by whole differences: from one maximum to another."""
JITTER: Final = 1e-4

LogDensities = Callable[[FloatArray], FloatArray]
"""Points [n, p] -> logarithm of the density at each, up to a constant, [n]; -inf: impossible."""


def sample(
    density: LogDensities, start: FloatArray, sweeps: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return all walkers after each sweep, [sweeps, walkers, p], and the logarithm of their density [sweeps, walkers].

    Parameters
    ----------
    density : callable
        Of points [n, p].
    start : float array [walkers, p]
        Where they begin; an even number, more than 2 p of them, not all on one line.
    sweeps : int
        How often every walker may move.
    rng : numpy.random.Generator
    """
    walkers, p = start.shape
    at, level = start.copy(), density(start)
    path, levels = np.empty((sweeps, walkers, p)), np.empty((sweeps, walkers))
    for sweep in range(sweeps):
        halves = np.array_split(rng.permutation(walkers), 2)
        for mine, others in (halves, halves[::-1]):
            kind = rng.random()
            if kind < SNOOKER:
                there, volume = _snooker(at[mine], at[others], rng)
            else:
                whole = kind < SNOOKER + WHOLE
                there, volume = _along_differences(at[mine], at[others], whole, rng), np.zeros(len(mine))
            value = density(there)
            moves = np.log(rng.random(len(mine))) < value - level[mine] + volume
            at[mine[moves]], level[mine[moves]] = there[moves], value[moves]
        path[sweep], levels[sweep] = at, level
    return path, levels


def _along_differences(mine: FloatArray, others: FloatArray, whole: bool, rng: np.random.Generator) -> FloatArray:  # noqa: FBT001
    n, p = mine.shape
    a, b = _pairs(n, len(others), rng)
    stretch = 1.0 if whole else 2.38 / np.sqrt(2.0 * p) * rng.uniform(0.5, 1.2, (n, 1))
    there: FloatArray = mine + stretch * (others[a] - others[b])
    return np.asarray(there + JITTER * others.std(axis=0) * rng.standard_normal((n, p)))


def _snooker(mine: FloatArray, others: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return where a move along the line through another walker leads, and the logarithm of its change of volume."""
    n, p = mine.shape
    axis = others[rng.integers(len(others), size=n)]
    a, b = _pairs(n, len(others), rng)
    line = mine - axis
    length = np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-12)
    unit = line / length
    step = ((others[a] - others[b]) * unit).sum(axis=1, keepdims=True)
    there = mine + rng.uniform(1.2, 2.2, (n, 1)) * step * unit
    after = np.maximum(np.linalg.norm(there - axis, axis=1), 1e-12)
    volume: FloatArray = (p - 1.0) * (np.log(after) - np.log(length[:, 0]))
    return there, volume


def _pairs(n: int, of: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    a = rng.integers(of, size=n)
    return a, np.asarray((a + rng.integers(1, of, size=n)) % of)


def effective_draws(path: FloatArray) -> float:
    """Return how many independent draws the walkers' sweeps [sweeps, walkers, p] are worth, by the worst parameter.

    Integrated autocorrelation time of the walkers' mean (Goodman and Weare, Comm. Appl. Math. Comp. Sci. 5, 2010).
    """
    sweeps, walkers, p = path.shape
    apart = path - path.mean(axis=(0, 1))
    size = 1 << (2 * sweeps - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(apart, size, axis=0)) ** 2
    power = np.fft.irfft(spectrum.mean(axis=1), size, axis=0)[:sweeps]
    rho = power / np.maximum(power[:1], 1e-300)
    times: Sequence[float] = [_time(rho[:, at]) for at in range(p)]
    return float(sweeps * walkers / max(times))


def _time(rho: FloatArray) -> float:
    total = 2.0 * np.cumsum(rho) - 1.0
    window = np.flatnonzero(np.arange(len(rho)) >= 5.0 * total)
    return max(float(total[window[0] if len(window) else -1]), 1.0)

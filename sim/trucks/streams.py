"""Named streams of chance, and the quantile functions that turn them into numbers.

A stream is keyed by (seed, epoch, replication, layer, purpose); a position in it is the number of
the candidate truck. So a truck keeps its luck whatever a policy does and whoever else comes. All
transcendental arithmetic of the model happens here and in its callers, in NumPy, by inversion;
engines only add, subtract, multiply, divide and compare.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, unique
from typing import Final, TypeAlias

import numpy as np
from scipy import special

from sim.arrays import FloatArray
from sim.setting.window import Window
from sim.stations import TABLE


@unique
class Purpose(IntEnum):
    """What a stream is for. The numbers are part of the results: add new ones, never reuse one.

    Those of the service times and the noise of stations stand in `sim.stations.TABLE`.
    """

    GAP = 0
    KEEP = 1
    SCHEDULE = 2
    DAY_FACTOR = 3
    FAST = 10
    LADEN = 11
    SHIPPER = 12
    CARRIER = 13
    PLATE = 14
    DRIVER = 15
    DRIVER_CHANGE = 16
    CONSIGNEE = 17
    FIRST_PAIR = 18
    DENSITY = 20
    HAZMAT = 21
    PIECES = 22
    WEIGHT = 23
    VALUE = 24
    ENTRY_TYPE = 25
    LEAD_TIME = 26
    AMENDED = 27
    SEAL = 28
    TIE = 40
    SELECT = 41
    FLOOR = 42
    OFFICER = 43
    ORDER = 44
    Z_CONCEALMENT = 63
    Z_MACHINE = 66
    HIDDEN = 70
    CARRYING = 71
    CONTRABAND = 72
    CONCEALMENT = 73
    LOAD = 74
    LANE = 80
    SLOW = 81
    SERVICE_PORTAL_SLOW = 82
    ORIGIN = 84
    LOW_ENERGY = 85
    RADIATION = 86
    SAFETY = 87
    CARRIER_RANK = 100
    CARRIER_AGE = 101
    CARRIER_MEMBER = 102
    CARRIER_LATENT = 103
    CARRIER_EXAMS = 104
    CARRIER_FINDS = 105
    CARRIER_CROSSINGS = 106
    CARRIER_STATE = 107
    SHIPPER_RANK = 110
    SHIPPER_AGE = 111
    SHIPPER_MEMBER = 112
    SHIPPER_LATENT = 113
    SHIPPER_EXAMS = 114
    SHIPPER_FINDS = 115
    SHIPPER_ENTRIES = 116
    SHIPPER_STATE = 117
    SHIPPER_VALUE = 118
    SHIPPER_CUSTOMERS = 119
    SHIPPER_CONSIGNEES = 120
    DRIVER_TENURE = 130
    DRIVER_CROSSINGS = 131
    PLATE_TENURE = 132
    PLATE_CROSSINGS = 133
    SAMPLE = 140
    SHIPPER_CERTIFIED = 150
    GAP_FATE = 151
    GAP_DELAY = 152
    GAP_VALUE = 153
    PARTNER_SCAN_FATE = 154
    PARTNER_SCAN_DELAY = 155
    PARTNER_SCAN_VALUE = 156
    CERTIFIED_FATE = 157
    CERTIFIED_DELAY = 158
    CERTIFIED_VALUE = 159
    DWELL_FATE = 160
    DWELL_DELAY = 161
    DWELL_VALUE = 162
    TIP_FATE = 163
    TIP_DELAY = 164
    TIP_VALUE = 165
    INSIDER_HELP = 200
    INSIDER_BOOTH = 201
    INSIDER_DOCK = 202
    INSIDER_IMAGE = 203
    DOCK_REVIEW = 204
    IMAGE_REVIEW = 205
    AUDIT = 206
    GIVE_UP = 210
    DOCK_ROOM = 220
    ATTEMPTS = 230
    ATTEMPTS_FOUND = 231
    ATTEMPTS_BY_LUCK = 232
    SURGES = 233
    FOUND_TRUCK = 234
    PARTNER_FINDS = 235
    LEAKS = 236
    LEAKS_NOTICED = 237
    PORT_CHOICE = 240
    PATIENCE = 241


_OF_STATIONS = [number for station in TABLE for number in (station.stream, station.noise[0]) if number]
assert len({*_OF_STATIONS, *Purpose}) == len(_OF_STATIONS) + len(Purpose)  # noqa: S101  (one stream, one purpose)
Draw: TypeAlias = Callable[[int], FloatArray]
"""The luck of n trucks: a purpose gives their n uniforms."""


def keyed_uniforms(seed: int, key: tuple[int, ...], n: int) -> FloatArray:
    """Return n uniforms strictly inside (0, 1), fixed by the seed and the key.

    The first m of n are the same for every n >= m.
    """
    bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key))
    u = np.random.Generator(bits).random(n)
    return np.maximum(u, 2.0**-54, out=u)  # 0 has probability 2**-53 and would give -inf


def draw_uniforms(window: Window, purpose: int, n: int, layer: int = 0) -> FloatArray:
    """Return the first n uniforms of a window's stream, strictly inside (0, 1).

    ``purpose`` is a `Purpose` or a stream of `sim.stations.TABLE`; streams of different purposes are
    independent. ``layer`` is 0 for the common base stream, 1, 2, ... for demand on top of it.

    >>> from sim.setting.window import EVALUATION
    >>> week = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
    >>> bool((draw_uniforms(week, Purpose.TIE, 3) == draw_uniforms(week, Purpose.TIE, 5)[:3]).all())
    True
    """
    return keyed_uniforms(window.seed, window.spawn_key(layer, int(purpose)), n)


def normal_quantiles(u: FloatArray) -> FloatArray:
    """Return standard normal quantiles.

    >>> normal_quantiles(np.array([0.5, 0.975])).round(4).tolist()
    [0.0, 1.96]
    """
    return np.asarray(special.ndtri(u))


def lognormal_quantiles(u: FloatArray, median: float | FloatArray, ln_sd: float | FloatArray) -> FloatArray:
    """Return quantiles of a lognormal: median x exp(ln_sd x z)."""
    z = normal_quantiles(u)
    z *= ln_sd
    np.exp(z, out=z)
    z *= median
    return z


def exponential_quantiles(u: FloatArray, mean: float) -> FloatArray:
    """Return quantiles of an exponential: -mean ln(1 - u).

    >>> exponential_quantiles(np.array([0.5]), 2.0).round(4).tolist()
    [1.3863]
    """
    x = np.negative(u)
    np.log1p(x, out=x)
    x *= -mean
    return x


def poisson_quantiles(u: FloatArray, mean: FloatArray) -> FloatArray:
    """Return Poisson quantiles: the least k with P(N <= k) >= u; 0 where the mean is 0.

    >>> poisson_quantiles(np.array([0.5, 0.99, 0.5]), np.array([2.0, 2.0, 0.0])).tolist()
    [2.0, 6.0, 0.0]
    """
    safe, z = np.maximum(mean, 1e-12), normal_quantiles(u)
    # where the normal says it lies (Cornish and Fisher), and from there, step by step, where it does lie
    k = np.maximum(np.floor(safe + np.sqrt(safe) * z + (z * z - 1.0) / 6.0 + 0.5), 0.0)
    low = special.pdtr(k, safe) < u
    rows = np.flatnonzero(low)
    while rows.size:
        k[rows] += 1.0
        rows = rows[special.pdtr(k[rows], safe[rows]) < u[rows]]
    rows = np.flatnonzero(~low & (k > 0.0))
    while rows.size:
        rows = rows[special.pdtr(k[rows] - 1.0, safe[rows]) >= u[rows]]
        k[rows] -= 1.0
        rows = rows[k[rows] > 0.0]
    last = np.flatnonzero(u > LAST_SURE_SHARE)
    k[last] = _poisson_by_inversion(u[last], safe[last])
    return np.where(mean > 0.0, k, 0.0)


LAST_SURE_SHARE: Final = 1.0 - 2.0**-30
"""Above it sums of the Poisson are so near one that rounding, not order, decides which reaches a uniform first."""


def _poisson_by_inversion(u: FloatArray, mean: FloatArray) -> FloatArray:
    """Return Poisson quantiles by the inverse of the incomplete gamma: a hundred times as slow."""
    above = np.maximum(np.ceil(np.nan_to_num(special.pdtrik(u, mean))), 0.0)
    below = np.maximum(above - 1.0, 0.0)
    return np.asarray(np.where(special.pdtr(below, mean) >= u, below, above))

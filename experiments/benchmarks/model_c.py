"""Model c of the benchmark: booths, then scanners for the risky, then docks for some of those.

Poisson arrivals, 5 a minute; 10 booths, lognormal 1.5 min (CV 0.5); a quarter of the trucks to 6
scanners, lognormal 4 min (CV 0.5); a fifth of those to 18 docks, gamma of shape 4, 60 min. Start
and end of every service are kept. With ``exponential`` services of the same means each station is
M/M/c with Poisson arrivals (Burke, Jackson): every implementation is checked against its known
waits before it is timed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.algorithms.queueing import mmc_wait_min
from sim.arrays import BoolArray, FloatArray, IntArray
from sim.engine.flow import NO_LIMIT, Flow, assemble_flow
from sim.engine.routes import N_COLUMNS, REFERRED
from sim.stations import DOCK, N_STATIONS, PRIMARY, SECONDARY
from sim.trucks.streams import exponential_quantiles as exponential_times

ARRIVALS_PER_MIN: Final = 5.0
SERVERS: Final = (10, 6, 18)
MEAN_MIN: Final = (1.5, 4.0, 60.0)
SHARE: Final = (1.0, 0.25, 0.2)
"""Of the trucks of the station before, those that come to this one."""
CV: Final = 0.5
DOCK_SHAPE: Final = 4.0
AT: Final = (PRIMARY, SECONDARY, DOCK)
LN_SD: Final = float(np.sqrt(np.log1p(CV**2)))


class ModelCTrucks(NamedTuple):
    """The random numbers of ``n`` trucks, drawn before the run."""

    arrive_min: FloatArray
    to_scan: BoolArray
    """[n], risk above 0.75."""
    to_dock: BoolArray
    """[n], a scanned truck whose scan alarms."""
    visitors: tuple[IntArray, IntArray, IntArray]
    """The trucks that come to each station."""
    service_min: tuple[FloatArray, FloatArray, FloatArray]
    """Minutes of the visitors of each station, in their order."""


def draw_model_c_trucks(n: int, seed: int, *, exponential: bool = False) -> ModelCTrucks:
    """Draw the trucks of one run in arrays: a service for each station that a truck comes to."""
    rng = np.random.Generator(np.random.SFC64(seed))
    arrive = exponential_times(rng.random(n), 1.0 / ARRIVALS_PER_MIN)
    np.cumsum(arrive, out=arrive)
    to_scan, to_dock = rng.random(n) > 1.0 - SHARE[1], np.zeros(n, dtype=bool)
    scanned = np.flatnonzero(to_scan)
    docked = scanned[rng.random(len(scanned)) < SHARE[2]]
    to_dock[docked] = True
    visits = (n, len(scanned), len(docked))
    if exponential:
        booth, scan, dock = (
            exponential_times(rng.random(visit), mean) for mean, visit in zip(MEAN_MIN, visits, strict=True)
        )
    else:
        booth, scan = (_lognormal(rng, MEAN_MIN[place], visits[place]) for place in range(2))
        dock = rng.gamma(DOCK_SHAPE, MEAN_MIN[2] / DOCK_SHAPE, visits[2])
    return ModelCTrucks(arrive, to_scan, to_dock, (np.arange(n), scanned, docked), (booth, scan, dock))


def _lognormal(rng: np.random.Generator, mean: float, n: int) -> FloatArray:
    z = _normal(rng, n)
    z *= LN_SD
    z += np.log(mean) - LN_SD**2 / 2.0
    return np.exp(z, out=z)


def _normal(rng: np.random.Generator, n: int) -> FloatArray:
    """Return normals in pairs (Box and Muller 1958), by whole columns: half the generator's time.

    With t the tangent of half the angle, the cosine is (1 - t^2) / (1 + t^2), the sine
    2 t / (1 + t^2).
    """
    half = (n + 1) // 2
    radius = exponential_times(rng.random(half), 2.0)
    np.sqrt(radius, out=radius)
    t = rng.random(half)
    t *= np.pi
    np.tan(t, out=t)
    square = t * t
    radius /= square + 1.0
    z = np.empty(2 * half)
    np.multiply(radius, np.subtract(1.0, square, out=square), out=z[:half])
    t *= 2.0
    np.multiply(radius, t, out=z[half:])
    return z[:n]


def model_c_flow(trucks: ModelCTrucks) -> Flow:
    """Lay the model out for this project's engines; it ends when the last truck has left."""
    n, none = len(trucks.arrive_min), np.zeros(N_STATIONS)
    # the work of a station that a truck does not come to is never read
    work, alarm = np.empty((N_STATIONS, n)), np.zeros((N_STATIONS, n), dtype=np.uint8)
    columns = np.zeros((n, N_COLUMNS))
    columns[:, REFERRED] = trucks.to_scan
    alarm[SECONDARY] = trucks.to_dock
    work[PRIMARY] = trucks.service_min[0]
    for k, who, minutes in zip(AT[1:], trucks.visitors[1:], trucks.service_min[1:], strict=True):
        work[k, who] = minutes
    counts = np.zeros(N_STATIONS, dtype=np.int64)
    counts[list(AT)] = SERVERS
    station = np.repeat(np.arange(N_STATIONS), counts)
    number = np.concatenate([np.arange(count) for count in counts])
    absent = sum(1 << k for k in np.flatnonzero(counts == 0).tolist())
    end = float(trucks.arrive_min[-1]) + 1e6
    up, down, drains = (np.zeros(len(station)), np.full(len(station), 2.0 * end), np.ones(len(station)))
    return assemble_flow(
        horizon_min=end,
        arrive_min=trucks.arrive_min,
        lane_class=np.zeros(n, dtype=np.int64),
        service_min=work,
        alarm=alarm,
        columns=columns,
        absent=absent,
        server_first=np.concatenate([[0], np.cumsum(counts)]),
        serves=np.full(len(station), 3),
        capacity=(station, number, up, down, drains),
        doors=([], []),
        hold_min=np.full(N_STATIONS, np.inf),
        fast_first=none,
        room=np.full((N_STATIONS, 2), NO_LIMIT),
        shared_room=np.ones(N_STATIONS),
        suspend=none,
        finishes=none,
        closing=0,
        per_lane=none,
        lane_random=none,
        lane_draw=np.zeros(n),
        profiled=-1,
        slow_min=[],
        slow_alarm=[],
        fork=-1,
        judge=-1,
        join=PRIMARY,
        state=[0.0],
    )


def theoretical_waits() -> tuple[float, ...]:
    """Return the mean waits with exponential services, in minutes, station by station (Erlang C).

    Examples
    --------
    >>> [round(wait, 2) for wait in theoretical_waits()]
    [0.18, 2.35, 7.23]
    """
    rates = np.cumprod((ARRIVALS_PER_MIN, *SHARE[1:])) * 60.0
    return tuple(
        mmc_wait_min(float(rate), 60.0 / mean, servers)
        for rate, mean, servers in zip(rates, MEAN_MIN, SERVERS, strict=True)
    )

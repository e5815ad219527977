"""Which port a truck takes when waits change: a logit that pivots on the port it takes as usual.

Each truck has a utility for each port, drawn once: ln(base share) less the cost of the drive, plus a Gumbel number,
given that its own port is the best of those open to it. So nobody moves while nothing changes, those who move do so by
the logit of base shares, drives and changed minutes, and a truck keeps its numbers whatever else changes.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.setting.window import Window
from sim.trucks.streams import Purpose, draw_uniforms

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LOST = -1
"""In place of a port: the truck does not cross."""


def utilities(
    base: npt.ArrayLike, uniforms: npt.ArrayLike, *, home: npt.ArrayLike, usual: npt.ArrayLike, open_now: npt.ArrayLike
) -> Array:
    """Return the utility of each port to each truck as usual, drawn so that the truck's own port is the best.

    Parameters
    ----------
    base : float[port] or float[truck, port]
        Base shares; of a port that is not in use, the share that it would have. To a truck of another port a share
        may be less by its drive: times exp(-per_min x minutes).
    uniforms : float[truck, port]
        Inside (0, 1), one for each truck and port.
    home : int[truck]
        The port that each truck takes as usual.
    usual : bool[truck, port]
        Ports that each truck could have taken as usual; its own is always one.
    open_now : bool[truck, port]
        Ports that it can take now; the others have utility -inf.

    Returns
    -------
    float[truck, port]

    Source
    ------
    Gumbel numbers given which is the largest: Maddison, Tarlow and Minka 2014; Oberst and Sontag 2019.

    Examples
    --------
    >>> u = np.array([[0.3, 0.8], [0.9, 0.1]])
    >>> both = np.ones((2, 2), dtype=bool)
    >>> utilities([0.5, 0.5], u, home=[0, 1], usual=both, open_now=both).argmax(axis=1).tolist()
    [0, 1]
    """
    shares, u = np.asarray(base, dtype=np.float64), np.asarray(uniforms, dtype=np.float64)
    own = np.asarray(home, dtype=np.int64)
    rows = np.arange(len(own))
    shares = np.broadcast_to(shares, u.shape)
    could = np.asarray(usual, dtype=bool).copy()
    could[rows, own] = True
    hazard = -np.log(u)
    # e to the minus the largest utility: an exponential number of rate 1 over the sum of the shares
    top = hazard[rows, own] / (could * shares).sum(axis=1)
    with np.errstate(divide="ignore"):
        below = -np.log(top[:, None] + hazard / shares)
        fresh = np.log(shares) - np.log(hazard)
    found = np.where(could, below, fresh)
    found[rows, own] = -np.log(top)
    return np.where(np.asarray(open_now, dtype=bool), found, -np.inf)


def choose_ports(utility: Array, minutes: Array, waits: Array, patience_min: Array | None, *, per_min: float) -> Ints:
    """Return the port that each truck takes now.

    Parameters
    ----------
    utility : float[truck, port]
        As usual; -inf where the port is not open to the truck.
    minutes : float[truck, port]
        Minutes that each port costs more than as usual.
    waits : float[truck, port]
        Minutes in line that the truck expects there.
    patience_min : float[truck], optional
        Wait beyond which a truck does not cross.
    per_min : float
        Log odds lost for each minute.

    Returns
    -------
    int[truck]
        The port, or `LOST`: no port is open to it, or it would wait longer than it is willing to.

    Examples
    --------
    >>> choose_ports(np.array([[1.0, 0.5]]), np.array([[100.0, 0.0]]), np.zeros((1, 2)), None, per_min=0.01).tolist()
    [1]
    """
    worth = utility - per_min * minutes
    taken: Ints = worth.argmax(axis=1).astype(np.int64)
    rows = np.arange(len(taken))
    taken[~np.isfinite(worth[rows, taken])] = LOST
    if patience_min is not None:
        taken[(taken != LOST) & (waits[rows, taken] > patience_min)] = LOST
    return taken


def port_uniforms(window: Window, home: str, others: Sequence[str], n: int) -> Array:
    """Return a uniform for each of the n trucks of a port and each port of the corridor, float[n, port].

    Each is keyed by the window and the names of both ports: another port, or another order, moves none of them.
    """
    parts = [draw_uniforms(window, Purpose.PORT_CHOICE, n, layer=_key(f"{home}>{name}")) for name in others]
    return np.stack(parts, axis=1) if n else np.zeros((0, len(others)))


def patience_uniforms(window: Window, home: str, n: int) -> Array:
    """Return the uniforms that say how patient each truck of a port is, float[n]."""
    return draw_uniforms(window, Purpose.PATIENCE, n, layer=_key(home))


def port_seed(seed: int, name: str) -> int:
    """Return the seed of one port's trucks: ports of a corridor have luck of their own.

    ``throughgate run port=NAME seed=THIS`` draws the same trucks.

    >>> port_seed(1, "ysleta") == port_seed(1, "bota")
    False
    """
    return (seed + _key(name)) % 2**31


def _key(text: str) -> int:
    return zlib.crc32(text.encode())

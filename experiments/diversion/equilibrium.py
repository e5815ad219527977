"""Where trucks go once their choices and the waits that these cause agree, from two starts.

Successive averages: expected waits move by 1/(k + 1) of the way to those that step k caused. Undamped, a corridor that
repeats last week's waits makes waves of its own. What is left is shown: how far the last step moved shares, and how far
the waits that trucks met lie from those that they expected.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Start = Literal["home", "emptiest"]
STARTS: Final[tuple[Start, ...]] = ("home", "emptiest")
SETTLED_SHARE: Final = 0.001
"""A tenth of a point: where no port's share moves by as much, `SETTLED_STEPS` in a row, trucks have settled."""
SETTLED_STEPS: Final = 2
ALIKE_SHARE: Final = 0.02
"""Part of trucks by which the shares of two starts may differ and still be called one equilibrium."""


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Where trucks went.

    Attributes
    ----------
    taken : int[truck]
        The port of each, or -1: it did not cross.
    expected, waits : float[port, class, hour]
        On what they chose, and what these choices caused.
    steps : int
    moved_share : float
        The most by which the last step moved a port's share of the trucks, or the share of those that do not cross.
    """

    taken: Ints
    expected: Array
    waits: Array
    steps: int
    moved_share: float


def settle(
    first: Ints,
    choose: Callable[[Array], Ints],
    simulate: Callable[[Ints], Array],
    *,
    most_steps: int,
    ports: int,
    settled_share: float = SETTLED_SHARE,
) -> Equilibrium:
    """Return where choices end that begin somewhere.

    Parameters
    ----------
    first : int[truck]
        Where the trucks go at the start.
    choose : callable
        Expected waits -> the port of each truck.
    simulate : callable
        The port of each truck -> the waits that this causes.
    most_steps : int
        Steps after which it ends, settled or not.
    ports : int
        How many there are.
    settled_share : float
        It ends once `SETTLED_STEPS` in a row move all shares by less.

    Examples
    --------
    >>> stay, half = np.zeros(4, dtype=int), np.arange(4) % 2
    >>> halves = settle(stay, lambda w: half, lambda t: np.zeros((2, 1, 1)), most_steps=9, ports=2)
    >>> halves.taken.tolist(), halves.steps, halves.moved_share
    ([0, 1, 0, 1], 3, 0.0)
    """
    if most_steps < 1:
        raise ValueError(f"most_steps: {most_steps} is not 1 or more")
    taken, caused = first, simulate(first)
    expected = known = caused
    moved, step, still = 1.0, 0, 0
    while step < most_steps:
        step += 1
        chosen, known = choose(expected), expected
        moved = float(np.abs(port_shares(taken, ports) - port_shares(chosen, ports)).max())
        taken, caused = chosen, simulate(chosen)
        still = still + 1 if moved < settled_share else 0
        if still == SETTLED_STEPS:
            break
        expected = expected + (caused - expected) / (step + 1.0)
    return Equilibrium(taken, known, caused, step, moved)


def port_shares(taken: Ints, ports: int) -> Array:
    """Return the part of trucks at each port, and last of those that do not cross, float[port + 1].

    >>> port_shares(np.array([0, 1, 1, -1]), 2).tolist()
    [0.25, 0.5, 0.25]
    """
    return np.bincount(np.where(taken < 0, ports, taken), minlength=ports + 1) / max(len(taken), 1)


def are_alike(first: Ints, second: Ints, ports: int) -> bool:
    """Tell whether two starts end at the same shares, within `ALIKE_SHARE`."""
    return bool(np.abs(port_shares(first, ports) - port_shares(second, ports)).max() <= ALIKE_SHARE)

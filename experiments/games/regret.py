"""Learning without a model of the opponent: Hedge with all losses seen, EXP3 with the own outcome alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HedgeGame:
    """Two learners by Hedge in a game of one loss: who minimizes it and who maximizes it.

    Attributes
    ----------
    mean_loss : float
        Over all rounds.
    exploitable : float
        What a best reply to the defender's mean play gains.
    guaranteed : float
        What the attacker's mean play gains whatever the defender does.
    bound : float
        The gap (exploitable less guaranteed) is never larger.
    defender, attacker : float[n], float[m]
        Mean play.
    """

    mean_loss: float
    exploitable: float
    guaranteed: float
    bound: float
    defender: Array
    attacker: Array

    @property
    def gap(self) -> float:
        """Exploitable less guaranteed: 0 in equilibrium."""
        return self.exploitable - self.guaranteed


def hedge(losses_matrix: npt.ArrayLike, *, rounds: int) -> HedgeGame:
    """Let two learners play ``rounds`` rounds, each by Hedge on all losses of the round.

    Weights are exp(-eta x losses so far), eta = sqrt(8 ln n / T) / (range of the losses).

    Parameters
    ----------
    losses_matrix : float[n, m]
        The defender's loss: rows are the defender's choices, columns the attacker's.
    rounds : int
        T, 1 or more.

    Raises
    ------
    ValueError
        Where the matrix is empty, not finite or constant, or there is no round.

    Source
    ------
    Freund and Schapire 1999, Games and Economic Behavior 29; Cesa-Bianchi and Lugosi 2006, theorem 2.2.

    Examples
    --------
    >>> values = np.array([10.0, 6.0, 4.0, 2.0])
    >>> game = hedge(values * (1.0 - np.eye(4)), rounds=1000)  # one of four targets is covered in full
    >>> [round(part, 6) for part in (game.mean_loss, game.exploitable, game.guaranteed, game.gap, game.bound)]
    [3.850901, 3.947434, 3.715724, 0.23171, 0.526554]
    """
    losses = np.asarray(losses_matrix, dtype=np.float64)
    if losses.ndim != 2 or losses.size == 0 or not np.isfinite(losses).all() or rounds < 1:
        raise ValueError(f"a finite matrix and a round or more are needed: shape {losses.shape}, {rounds} rounds")
    span = float(losses.max() - losses.min())
    if span == 0.0:
        raise ValueError("all losses are the same: there is nothing to learn")
    rows, columns = losses.shape
    eta = [float(np.sqrt(8.0 * np.log(count) / rounds) / span) for count in (rows, columns)]
    lost, gained = np.zeros(rows), np.zeros(columns)
    defender, attacker, total = np.zeros(rows), np.zeros(columns), 0.0
    for _ in range(rounds):
        x, y = _weights(-eta[0] * lost), _weights(eta[1] * gained)
        total += float(x @ losses @ y)
        lost += losses @ y
        gained += x @ losses
        defender += x
        attacker += y
    bound = span * float(sum(np.sqrt(np.log(count) / (2.0 * rounds)) for count in (rows, columns)))
    return HedgeGame(
        mean_loss=total / rounds,
        exploitable=float((defender @ losses).max()) / rounds,
        guaranteed=float((losses @ attacker).min()) / rounds,
        bound=bound,
        defender=defender / rounds,
        attacker=attacker / rounds,
    )


def exp3_rate(options: int, *, rounds: int) -> float:
    """Return the learning rate sqrt(2 ln k / (n k)) of EXP3 for k options and n rounds.

    Examples
    --------
    >>> round(exp3_rate(4, rounds=1_000), 5)
    0.02633
    """
    return float(np.sqrt(2.0 * np.log(max(options, 2)) / (rounds * options)))


class Exp3:
    """A learner that sees the outcome of its own choice alone.

    Source
    ------
    Auer and others 2002; Lattimore and Szepesvari 2020, algorithm 9 and theorem 11.2.

    Examples
    --------
    >>> learner = Exp3(2, rounds=100)
    >>> learner.learn(0, 1.0)
    >>> bool(learner.probabilities()[0] == 0.5)
    True
    >>> learner.learn(1, 0.0)
    >>> bool(learner.probabilities()[0] > 0.5)
    True
    """

    def __init__(self, options: int, *, rounds: int) -> None:
        """Begin with equal chances; the rate is sqrt(2 ln k / (n k)) for k options and n rounds."""
        if options < 1 or rounds < 1:
            raise ValueError(f"an option and a round or more are needed: {options}, {rounds}")
        self.rate = exp3_rate(options, rounds=rounds)
        self.rewards = np.zeros(options)

    def probabilities(self) -> Array:
        """Return the chance of each option in the next round."""
        return _weights(self.rate * self.rewards)

    def learn(self, option: int, reward: float) -> None:
        """Add one outcome, between 0 and 1: estimated reward 1 - (1 - reward) / P for the option, 1 for the others."""
        p = float(self.probabilities()[option])
        self.rewards += 1.0
        self.rewards[option] -= (1.0 - reward) / p


def exp3(rewards: npt.ArrayLike, *, uniforms: npt.ArrayLike) -> float:
    """Return the regret of EXP3 on a table of rewards: the best constant option's total less the learner's.

    Parameters
    ----------
    rewards : float[n, k]
        Between 0 and 1, by round and option.
    uniforms : float[n]
        The learner's own uniform numbers.

    Examples
    --------
    >>> rounds = np.tile([1.0, 0.0], (2_000, 1))
    >>> exp3(rounds, uniforms=np.random.default_rng(1).random(2_000)) <= exp3_bound(2_000, 2)
    True
    """
    table = np.asarray(rewards, dtype=np.float64)
    learner, total = Exp3(table.shape[1], rounds=len(table)), 0.0
    for row, uniform in zip(table, np.asarray(uniforms, dtype=np.float64), strict=True):
        option = min(int(np.searchsorted(np.cumsum(learner.probabilities()), uniform, side="right")), len(row) - 1)
        total += float(row[option])
        learner.learn(option, float(row[option]))
    return float(table.sum(axis=0).max()) - total


def exp3_bound(rounds: int, options: int) -> float:
    """Return sqrt(2 n k ln k): the expected regret of EXP3 is never larger.

    Examples
    --------
    >>> round(exp3_bound(1_000, 4), 3)
    105.311
    """
    return float(np.sqrt(2.0 * rounds * options * np.log(options)))


def _weights(exponents: Array) -> Array:
    grown = np.exp(exponents - exponents.max())
    return np.asarray(grown / grown.sum())

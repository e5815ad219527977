"""How smuggling organizations spread their attempts over options, from one week to the next.

An option is a way to take a load across. Attempts begin at base shares, those of the static threat model; an adversary
turns what happened into the shares of the next week. With a reaction of 0 ``static``, ``responsive`` and ``learning``
stay at the base shares. No strength, speed or cost of a reaction holds ``fictitious``, ``exp3`` and ``knowing`` back,
and what they send outside stays at its base share; ``knowing`` is a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from experiments.adaptation.beliefs import Beliefs, believed_detection, learn, pooled, start_beliefs
from experiments.games import logit
from experiments.games.regret import exp3_rate

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """How strongly and how fast organizations react.

    Attributes
    ----------
    reaction_per_detection : float
        L, log odds lost for each unit of P(found).
    reconsider_share : float
        a, the part of attempts that is chosen anew each week, above 0 and at most 1.
    memory_share : float
        phi, the part of experience that is left after a week.
    prior_loads : float
        Loads on each option that organizations have behind them at the start.
    organizations : int
        Each learns from its own loads.
    outside_share : float
        Share of attempts that go by other ways than these options, at base.
    switching_cost : float
        Log odds by which an option must be better for those who used another.
    shared : bool
        Whether organizations tell each other what happened to their loads.
    """

    reaction_per_detection: float
    reconsider_share: float
    memory_share: float
    prior_loads: float
    organizations: int
    outside_share: float
    switching_cost: float
    shared: bool = False

    def __post_init__(self) -> None:
        """Refuse (ValueError) what is out of range."""
        ranges = {
            "reaction_per_detection": (self.reaction_per_detection, 0.0, 1000.0),
            "reconsider_share": (self.reconsider_share, 1e-9, 1.0),
            "memory_share": (self.memory_share, 1e-9, 1.0),
            "prior_loads": (self.prior_loads, 1e-9, 1e9),
            "organizations": (self.organizations, 1, 1000),
            "outside_share": (self.outside_share, 0.0, 1.0 - 1e-9),
            "switching_cost": (self.switching_cost, 0.0, 100.0),
        }
        for key, (number, low, high) in ranges.items():
            if not low <= number <= high:
                raise ValueError(f"{key}: {number} is not between {low:g} and {high:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One week, as far as an adversary may know of it.

    Attributes
    ----------
    detection : float[option]
        The true chances of being found; NaN where no truck of the option came. Adversaries that learn do not read them.
    found, passed : float[organization, option]
        Outcomes of each organization's own loads.
    knowledge_share : float
        kappa, how much of the rule has leaked.
    """

    detection: Array
    found: Array
    passed: Array
    knowledge_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where an adversary stands before a week.

    Attributes
    ----------
    base : float[option]
        Base shares, adding up to 1.
    base_detection : float[option]
        The chances under the plan to which the base shares belong.
    shares : float[organization, option + 1]
        Shares of each organization's attempts; the last is the way outside.
    beliefs : Beliefs
        Of each organization.
    last_detection : float[option]
        The chances of the last week in which a truck of the option came; before one did, those of ``base_detection``.
    detection_sum, weeks : float[option]
        Of all weeks so far in which a truck of the option came.
    losses : float[organization, option]
        What ``exp3`` estimates that each option has lost so far, in loads.
    """

    base: Array
    base_detection: Array
    shares: Array
    beliefs: Beliefs
    last_detection: Array
    detection_sum: Array
    weeks: Array
    losses: Array


AdversaryName = Literal["static", "responsive", "learning", "fictitious", "exp3", "knowing"]


def start_state(base: npt.ArrayLike, base_detection: npt.ArrayLike, reaction: Reaction) -> State:
    """Return an adversary at its base shares.

    Examples
    --------
    >>> slow = Reaction(reaction_per_detection=10.0, reconsider_share=0.15, memory_share=0.95, prior_loads=20.0,
    ...                 organizations=1, outside_share=0.2, switching_cost=0.0)
    >>> start_state([1.0, 3.0], [0.1, 0.1], slow).shares.round(6).tolist()
    [[0.2, 0.6, 0.2]]
    """
    weights = np.asarray(base, dtype=np.float64)
    # an option that nobody takes at first stays closed, so that its chance is never read
    chance = np.where(weights > 0.0, np.asarray(base_detection, dtype=np.float64), 0.0)
    within = logit.shares(weights, change=np.zeros_like(weights), scale=0.0)
    every = np.append(within * (1.0 - reaction.outside_share), reaction.outside_share)
    return State(
        base=within,
        base_detection=chance,
        shares=np.tile(every, (reaction.organizations, 1)),
        beliefs=start_beliefs(chance, organizations=reaction.organizations, prior_loads=reaction.prior_loads),
        last_detection=chance,
        detection_sum=np.zeros_like(chance),
        weeks=np.zeros_like(chance),
        losses=np.zeros((reaction.organizations, len(chance))),
    )


def react(name: AdversaryName, state: State, seen: Seen, reaction: Reaction) -> State:
    """Return the adversary before the next week.

    Parameters
    ----------
    name : str
        ``static``, ``responsive`` (to the true chances), ``learning`` (from its own loads), ``fictitious`` (best
        response to the mean of all weeks), ``exp3`` (no model, own loads alone) or ``knowing`` (best response to
        ``seen.detection``; give it those of the week for which it chooses).

    Examples
    --------
    >>> quick = Reaction(reaction_per_detection=10.0, reconsider_share=1.0, memory_share=0.95, prior_loads=20.0,
    ...                  organizations=1, outside_share=0.0, switching_cost=0.0)
    >>> start = start_state([0.5, 0.3, 0.2], [0.14] * 3, quick)
    >>> week = Seen(detection=np.array([0.28, 0.14, 0.14]), found=np.zeros((1, 3)), passed=np.zeros((1, 3)))
    >>> react("responsive", start, week, quick).shares.round(5).tolist()
    [[0.19782, 0.48131, 0.32087, 0.0]]
    """
    memory = reaction.memory_share
    beliefs = learn(
        state.beliefs,
        pooled(seen.found, shared=reaction.shared),
        pooled(seen.passed, shared=reaction.shared),
        memory_share=memory,
    )
    known = np.isfinite(seen.detection)
    after = replace(
        state,
        beliefs=beliefs,
        last_detection=np.where(known, seen.detection, state.last_detection),
        detection_sum=state.detection_sum + np.where(known, seen.detection, 0.0),
        weeks=state.weeks + known,
    )
    return REACTIONS[name](after, seen, reaction)


def _static(state: State, seen: Seen, reaction: Reaction) -> State:
    del seen, reaction
    return state


def _responsive(state: State, seen: Seen, reaction: Reaction) -> State:
    del seen
    chances = np.broadcast_to(state.last_detection, state.beliefs.found.shape)
    return _moved(state, chances, reaction)


def _learning(state: State, seen: Seen, reaction: Reaction) -> State:
    chances = believed_detection(state.beliefs, state.last_detection, knowledge_share=seen.knowledge_share)
    return _moved(state, chances, reaction)


def _moved(state: State, chances: Array, reaction: Reaction) -> State:
    """Return each organization's shares after a part of its attempts was chosen anew by logit."""
    part = reaction.reconsider_share
    if reaction.reaction_per_detection == 0.0:
        return state
    rise = chances - state.base_detection
    out = np.zeros((len(rise), 1))
    base = np.append(state.base * (1.0 - reaction.outside_share), reaction.outside_share)
    shares = np.empty_like(state.shares)
    for row, (now, change) in enumerate(zip(state.shares, np.hstack([rise, out]), strict=True)):
        wanted = _wanted(base, now, change, reaction)
        shares[row] = (1.0 - part) * now + part * wanted
    return replace(state, shares=shares)


def _wanted(base: Array, now: Array, change: Array, reaction: Reaction) -> Array:
    """Return where attempts that are chosen anew go: by logit, with the option of before held at an advantage."""
    scale = reaction.reaction_per_detection
    if reaction.switching_cost == 0.0:
        return logit.shares(base, change=change, scale=scale)
    total = np.zeros_like(now)
    for option in np.flatnonzero(now > 0.0):
        cost = np.full(len(now), reaction.switching_cost / scale)
        cost[option] = 0.0
        total += now[option] * logit.shares(base, change=change + cost, scale=scale)
    return total


def _fictitious(state: State, seen: Seen, reaction: Reaction) -> State:
    del seen
    mean = np.divide(state.detection_sum, state.weeks, out=state.base_detection.copy(), where=state.weeks > 0.0)
    return _best(state, mean, reaction)


def _knowing(state: State, seen: Seen, reaction: Reaction) -> State:
    return _best(state, seen.detection, reaction)


TIE: Final = 1e-12
"""Chances that differ by less count as equally good."""


def _best(state: State, chances: Array, reaction: Reaction) -> State:
    """Return all attempts within the options on the best of them; equally good ones keep their base odds.

    The outside share stays: that way has no chance that could be compared. Where no option has a chance nobody moves.
    """
    open_options = (state.base > 0.0) & np.isfinite(chances)
    if not open_options.any():
        return state
    best = open_options & (chances <= chances[open_options].min() + TIE)
    within = np.where(best, state.base, 0.0)
    within = within / within.sum() * (1.0 - reaction.outside_share)
    every = np.append(within, reaction.outside_share)
    return replace(state, shares=np.tile(every, (reaction.organizations, 1)))


EXP3_ROUNDS: Final = 1000
"""Loads for which the rate of ``exp3`` is set: a larger number makes it slower and safer."""


def _exp3(state: State, seen: Seen, reaction: Reaction) -> State:
    """Return shares by EXP3 that begins at the base shares.

    A load found on an option lowers its weight by 1 / (the share with which loads were sent there), one that passed by
    nothing; a load of a fraction counts as that part.
    """
    options = state.base > 0.0
    sent = state.shares[:, :-1] / (1.0 - state.shares[:, -1:])
    lost = np.divide(seen.found, sent, out=np.zeros_like(sent), where=sent > 0.0)
    losses = state.losses + lost
    rate = exp3_rate(int(options.sum()), rounds=EXP3_ROUNDS)
    within = np.zeros_like(losses)
    for row, of_row in enumerate(losses):
        within[row, options] = logit.shares(state.base[options], change=of_row[options], scale=rate)
    inside = 1.0 - reaction.outside_share
    outside = np.full((len(losses), 1), reaction.outside_share)
    return replace(state, shares=np.hstack([within * inside, outside]), losses=losses)


REACTIONS: Final[dict[AdversaryName, Callable[[State, Seen, Reaction], State]]] = {
    "static": _static,
    "responsive": _responsive,
    "learning": _learning,
    "fictitious": _fictitious,
    "exp3": _exp3,
    "knowing": _knowing,
}

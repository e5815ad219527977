"""One adversary against one alternative, week after week: attempts, what is found of them, and how they move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.adaptation.adversary import AdversaryName, Reaction, Seen, State, react, start_state
from experiments.adaptation.options import Prices
from sim.setting.window import Window
from sim.trucks.streams import Purpose, draw_uniforms

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AttemptWeek:
    """One week of one adversary.

    Attributes
    ----------
    shares : float[organization, option + 1]
        Shares of attempts, the way outside last.
    loads : float[organization, option]
        Expected attempts on each option.
    detection : float[option]
        P(found | option).
    outside : float
        Expected attempts that went another way, those called off among them.
    called_off : float
        Expected attempts called off because a shared record leaked.
    drawn, found : float[organization, option]
        Attempts and finds that happened, by the week's own random numbers.
    """

    shares: Array
    loads: Array
    detection: Array
    outside: float
    drawn: Array
    found: Array
    called_off: float = 0.0

    @property
    def attempts(self) -> float:
        """Expected attempts on all options and outside."""
        return float(self.loads.sum()) + self.outside

    @property
    def caught(self) -> float:
        """Expected seizures."""
        return float((self.loads * np.nan_to_num(self.detection)).sum())

    @property
    def detection_rate(self) -> float:
        """Expected seizures per expected attempt on the options; NaN: none was made."""
        loads = float(self.loads.sum())
        return self.caught / loads if loads > 0.0 else float("nan")

    @property
    def best_evasion(self) -> float:
        """1 - detection on the option that is found least of those that are used; NaN: none is."""
        used = self.loads.sum(axis=0) > 0.0
        return float(1.0 - self.detection[used].min()) if used.any() else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSettings:
    """How an adversary meets a port.

    Attributes
    ----------
    knowledge_share : float
        How much of the rule organizations know beside their own experience.
    feedback : str
        ``drawn``: organizations see what happened to their loads. ``expected``: they see the expected part of them.
    sees_this_week : bool
        Whether a responsive adversary chooses with this week's chances before him, not last week's.
    """

    name: AdversaryName
    reaction: Reaction
    knowledge_share: float = 0.0
    feedback: str = "drawn"
    sees_this_week: bool = False


def play_weeks(
    weeks: Iterable[tuple[Window, Prices]], base: Prices, settings: AttemptSettings
) -> Iterator[AttemptWeek]:
    """Yield the weeks of one adversary against one plan.

    Expected loads of a week are those of the static threat model, tilted by share over base share; with base shares
    they are the static threat's. An option of which no truck comes in a week takes no load in it; an organization whose
    options are all of this kind waits that week. Random numbers are keyed by the week alone, so that all adversaries
    and plans meet the same luck.

    Parameters
    ----------
    weeks : iterable of (Window, Prices)
        In order, week 0 first.
    base : Prices
        Week 0 under today's practice: base shares, and the chances to which they belong.

    Examples
    --------
    >>> plan = Prices(loads=np.array([2.0, 2.0]), caught=np.array([1.0, 0.0]))
    >>> window = Window(seed=1, epoch=0, replication=0, start_date="2024-05-13", days=7)
    >>> still = Reaction(reaction_per_detection=0.0, reconsider_share=0.2, memory_share=0.9, prior_loads=20.0,
    ...                  organizations=1, outside_share=0.0, switching_cost=0.0)
    >>> week = next(play_weeks([(window, plan)], plan, AttemptSettings(name="static", reaction=still)))
    >>> week.loads.tolist(), week.detection_rate
    ([[2.0, 2.0]], 0.25)
    """
    organizations = Organizations.start(base, settings)
    for window, prices in weeks:
        yield organizations.play(window, prices)


@dataclass(slots=True)
class Organizations:
    """One adversary against one alternative, a week at a time; what `play_weeks` does of all weeks at once."""

    settings: AttemptSettings
    state: State
    last: AttemptWeek | None = None

    @classmethod
    def start(cls, base: Prices, settings: AttemptSettings) -> Organizations:
        """Return the adversary before week 0; ``base`` is week 0 under today's practice."""
        return cls(settings, start_state(base.loads, base.detection, settings.reaction))

    def play(self, window: Window, prices: Prices, called_off: float = 0.0, leaked_rule: float = 0.0) -> AttemptWeek:
        """Return the next week: organizations react to the one before, or to this one, and attempt.

        Parameters
        ----------
        called_off : float
            Of loads, those that are not sent because a shared record leaked.
        leaked_rule : float
            Part of the targeting rule that organizations know by leaks.
        """
        name, reaction = self.settings.name, self.settings.reaction
        if self.last is not None:
            at_once = name == "knowing" or (name == "responsive" and self.settings.sees_this_week)
            seen = _nothing_happened(prices, reaction) if at_once else _seen(self.last, self.settings, leaked_rule)
            self.state = react(name, self.state, seen, reaction)
        self.last = _week(self.state, window, prices, reaction, called_off)
        return self.last


def _nothing_happened(prices: Prices, reaction: Reaction) -> Seen:
    nothing = np.zeros((reaction.organizations, len(prices.loads)))
    return Seen(detection=prices.detection, found=nothing, passed=nothing)


def _seen(week: AttemptWeek, settings: AttemptSettings, leaked_rule: float) -> Seen:
    found, sent = week.found, week.drawn
    if settings.feedback == "expected":
        found, sent = week.loads * np.nan_to_num(week.detection), week.loads
    known = settings.knowledge_share + (1.0 - settings.knowledge_share) * leaked_rule
    return Seen(detection=week.detection, found=found, passed=sent - found, knowledge_share=known)


def _week(state: State, window: Window, prices: Prices, reaction: Reaction, called_off: float) -> AttemptWeek:
    inside = float(prices.loads.sum())
    of_each = inside / (1.0 - reaction.outside_share) / reaction.organizations
    tilt = np.divide(state.shares[:, :-1], state.base, out=np.zeros_like(state.shares[:, :-1]), where=state.base > 0.0)
    weights = prices.loads * tilt
    totals = weights.sum(axis=1, keepdims=True)
    stay = 1.0 - state.shares[:, -1:]
    meant = of_each * stay * np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0.0)
    loads = meant * (1.0 - called_off)
    chances = np.nan_to_num(prices.detection)
    drawn = stats.poisson.ppf(week_uniforms(window, Purpose.ATTEMPTS, loads.shape), loads)
    drawn = np.where(loads > 0.0, drawn, 0.0)
    found = stats.binom.ppf(week_uniforms(window, Purpose.ATTEMPTS_FOUND, loads.shape), drawn, chances)
    return AttemptWeek(
        shares=state.shares,
        loads=loads,
        detection=prices.detection,
        outside=float(of_each * state.shares[:, -1].sum()) + called_off * float(meant.sum()),
        drawn=drawn,
        found=np.where(drawn > 0.0, found, 0.0),
        called_off=called_off * float(meant.sum()),
    )


def week_uniforms(window: Window, purpose: int, shape: tuple[int, ...]) -> Array:
    """Return the uniforms of a week for one purpose, in a shape."""
    return draw_uniforms(window, purpose, int(np.prod(shape))).reshape(shape)

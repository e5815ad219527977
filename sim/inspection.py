"""What every inspection policy is: who is selected before arrival, and how a truck is routed.

A policy reads the truck's own score and luck and what past days were like; never the other trucks
of the day, which have not come yet. Most policies are a list: ``choose`` says who goes to the
portal, and trucks follow `sim.route.route_standard`. One that must see queues, finds or its own
earlier choices brings a routing hook of its own (``route``) with what that reads (``laid_out``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.flow import Flow
from sim.past import Past
from sim.route import Profile, Route, profile_fast, route_standard
from sim.spec import Spec, share

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.sensor import OperatingPoints
    from sim.window import Window

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Day(NamedTuple):
    """What a routing hook is laid out from: one replication, before its first truck comes."""

    scenario: Scenario
    window: Window
    trucks: pd.DataFrame
    scores: pd.DataFrame
    past: Past
    points: OperatingPoints
    arrivals_per_h: Floats
    """[24 days], expected arrivals of each hour."""
    slow_share: float = 0.0
    """Share of portal scans that are to be made slowly; see `Policy.slow_share_of`."""


class Laid(NamedTuple):
    """What a policy's own hook reads beside the standard columns."""

    columns: Floats
    """[n, m], appended after the columns of `sim.route`."""
    state: Floats
    """[s], the policy's memory as the replication begins."""


class Reading(NamedTuple):
    """A sensor that the hook reads in more than one channel."""

    station: int
    column: int
    """Counts the thresholds that the truck exceeds there; 0 where it raises no alarm."""
    steps: tuple[float, ...]
    """The thresholds, each so much above the sensor's own; the first is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Spec):
    """What every inspection policy can be told."""

    route: ClassVar[Route] = staticmethod(route_standard)
    """The routing hook that both engines call."""
    profile: ClassVar[Profile] = staticmethod(profile_fast)
    """The hook that chooses the fast or the slow scan as it begins, where the portal has both."""
    tests_before_primary: ClassVar[bool] = False
    """Whether alarms decide where a truck goes before it leaves primary."""
    plans_ahead: ClassVar[bool] = False
    """Whether the policy makes a plan for its port that `describe` puts in words."""
    even_luck: ClassVar[bool] = True
    """Whether those whom luck selects are a fair sample of all that the policy itself lets pass."""

    name: str
    random_floor_share: float = share()
    """At least this share is selected at random for the portal, whatever the policy says."""
    officer_referral: bool
    """Whether the primary officer's own judgement counts."""

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return bool[n], who is selected before arrival, the random floor left out.

        Parameters
        ----------
        trucks, scores : DataFrame
            MANIFEST (or its `sim.past.PAST_COLUMNS`) and SCORES of the same ``n`` trucks.
        """
        raise NotImplementedError

    def at_the_port(self) -> bool:
        """Tell whether a choice is made at the port, and not of all before arrival."""
        return False

    def random_share(self) -> float:
        """Return the share that ``choose`` takes by ``u_select`` alone, whatever the score."""
        return 0.0

    def ex_ante(
        self, scenario: Scenario, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past
    ) -> tuple[Floats, Floats]:
        """Return P(scanned at the portal) of each truck if clean and if carrying, before the run.

        The random floor is left out. A policy that reads queues expects them from past days.
        """
        del scenario
        chosen = self.choose(trucks, scores, past).astype(np.float64)
        return chosen, chosen

    def tested(self, scenario: Scenario, past: Past) -> dict[str, float]:
        """Return the share of clean trucks that a policy with tests of its own sends to each.

        By station, ``dock`` among them; empty where trucks follow the standard route after the
        portal.
        """
        del scenario, past
        return {}

    def describe(self, scenario: Scenario, past: Past) -> str:
        """Return the policy's plan in words, where it makes one for the port; else nothing."""
        del scenario, past
        return ""

    def check_within(self, scenario: Scenario) -> None:
        """Refuse a port or scanner at which the policy cannot be carried out, by its full key."""
        del scenario

    def slow_share_of(self, scenario: Scenario, p_fast: float, p_slow: float) -> float:
        """Return the share of portal scans that are made slowly in the long run.

        ``p_fast`` and ``p_slow`` are P(portal alarm | carrying) of the two profiles.
        """
        del scenario, p_fast, p_slow
        return 0.0

    def always_slow(self) -> int:
        """Return how many portal lanes, from the first on, scan slowly whatever comes."""
        return 0

    def laid_out(self, day: Day) -> Laid:
        """Return the columns and the memory of the policy's own hook."""
        return Laid(np.zeros((len(day.trucks), 0)), np.zeros(1))

    def readings(self, scenario: Scenario) -> tuple[Reading, ...]:
        """Return which columns of the hook are readings of sensors."""
        del scenario
        return ()


def with_policy(flow: Flow, laid: Laid) -> Flow:
    """Return the flow with what the policy's own hook reads."""
    columns = np.ascontiguousarray(np.column_stack([flow.columns, laid.columns]))
    # a run writes into it: every `Laid` is a new one
    state = np.require(laid.state, dtype=np.float64, requirements=["C", "W"])
    return flow._replace(columns=columns, state=state)


def score_of(scores: pd.DataFrame) -> Floats:
    """Return ``risk_score`` as float[n]."""
    return np.asarray(scores["risk_score"].to_numpy(dtype=np.float64))

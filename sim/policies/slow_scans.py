"""Policies that choose between a fast and a slow portal scan: by tickets, by lot, by lane.

The riskiest ``share`` of trucks go to the portal (all of them with 1); which scan each gets is
decided as the scan begins. All three need a portal with a slow scan (``scanner.portal.slow``).

`Ticketed` guarantees detection. A box holds tickets in two colours, fast and slow, in the proportion
that the wanted detection asks for; it is refilled when it is empty, so that detection over each box
is what was asked for whatever the queues do. When a lane turns to its next truck, the lanes are ranked
by how many trucks wait in them (half a truck more for one in service; ties by lane number), and the
shortest ones draw slow tickets: as many lanes as the box's remaining share of slow tickets stands for.
A colour that is used up falls back on the other. Source: the queue-aware screening of the Rutgers port
simulations (V5 of the published checks): the same detection at half the wait, with no new equipment.
The part of a ticket by which the boxes so far fall short is carried over to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.compiling import Profile
from sim.engine.routes import N_COLUMNS
from sim.errors import ConfigError
from sim.policies.base import HookData, HookInputs, PastTraffic, Policy, register, risk_scores, select_riskiest
from sim.setting.spec import bounded_field, share_field

if TYPE_CHECKING:
    from sim.setting.setting import Setting

FAST_LEFT, SLOW_LEFT, BOX, SLOW_PER_BOX, OWED = 0, 1, 2, 3, 4
"""Places in the memory: tickets left; tickets of a box, those slow, what past boxes are short of
(the last two no whole numbers)."""
U_SLOW = N_COLUMNS
"""Column of a truck's own draw, the first after those of `sim.engine.routes`."""
BY_ONE_BILLION = 1e-9
"""Guards a whole number of tickets against rounding."""


def slow_share_for_detection(target_detection: float, p_fast: float, p_slow: float) -> float:
    """Return the share of slow screenings that gives the wanted detection.

    Raises
    ------
    ValueError
        The target lies outside what fast and slow screening can detect.

    Examples
    --------
    >>> round(slow_share_for_detection(0.40, 0.3, 0.8), 12)
    0.2
    """
    if not p_fast <= target_detection <= p_slow or p_fast == p_slow:
        raise ValueError(f"target_detection must lie between {p_fast:g} and {p_slow:g}")
    return (target_detection - p_fast) / (p_slow - p_fast)


def full_ticket_box(tickets: int, share: float) -> list[float]:
    """Return the memory of a policy that begins with a full box of ``tickets``.

    >>> full_ticket_box(100, 0.2)
    [80.0, 20.0, 100.0, 20.0, 0.0]
    >>> full_ticket_box(7, 0.2)[:2]
    [6.0, 1.0]
    """
    per_box = tickets * share
    slow = float(int(per_box + 0.5 + BY_ONE_BILLION))
    return [tickets - slow, slow, float(tickets), per_box, per_box - slow]


def profile_ticket(
    truck: int, lane: int, waiting: IntArray, serving: IntArray, columns: FloatArray, state: FloatArray
) -> int:
    """Draw a slow ticket where the lane is among the shortest, else a fast one."""
    if state[FAST_LEFT] + state[SLOW_LEFT] <= 0.0:
        wanted = state[SLOW_PER_BOX] + state[OWED]
        state[SLOW_LEFT] = float(int(wanted + 0.5 + BY_ONE_BILLION))
        state[FAST_LEFT] = state[BOX] - state[SLOW_LEFT]
        state[OWED] = wanted - state[SLOW_LEFT]
    lanes = len(waiting)
    own = 2 * waiting[lane]
    rank = 0
    for other in range(lanes):
        length = 2 * waiting[other] + serving[other]
        if length < own or (length == own and other < lane):
            rank += 1
    left = state[FAST_LEFT] + state[SLOW_LEFT]
    slow_lanes = int(lanes * state[SLOW_LEFT] / left + 0.5)
    slow = rank < slow_lanes
    if slow and state[SLOW_LEFT] <= 0.0:
        slow = False
    if not slow and state[FAST_LEFT] <= 0.0:
        slow = True
    if slow:
        state[SLOW_LEFT] -= 1.0
        return 1
    state[FAST_LEFT] -= 1.0
    return 0


def profile_mix(
    truck: int, lane: int, waiting: IntArray, serving: IntArray, columns: FloatArray, state: FloatArray
) -> int:
    """Serve slowly at random: by the truck's own uniform; state[0] is the slow share."""
    return int(columns[truck, U_SLOW] < state[0])


def profile_lanes(
    truck: int, lane: int, waiting: IntArray, serving: IntArray, columns: FloatArray, state: FloatArray
) -> int:
    """Serve slowly in the first lanes, whatever comes; state[0] says how many."""
    return int(lane < state[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoProfiles(Policy):
    """The riskiest go to the portal, and are scanned fast or slowly there."""

    share: float = share_field()
    """Of all trucks, to the portal."""

    def at_the_port(self) -> bool:
        """Tell that the profile is chosen at the port."""
        return True

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the trucks above the past quantile, ties broken by their own uniform."""
        return select_riskiest(trucks, risk_scores(scores), past.risk_score, self.share)

    def check_within(self, setting: Setting) -> None:
        """Refuse a port without a portal, and a portal with one way to scan."""
        if setting.servers("portal") == 0:
            raise ConfigError("port.portal.servers", f"expected at least 1 with policy={self.name}, got 0")
        if setting.scanner.portal.slow is None:
            problem = f"expected a service and a sensing with policy={self.name}, got null"
            raise ConfigError("scanner.portal.slow", f"{problem}; see scanner=two_speeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedProfiles(TwoProfiles):
    """A share of scans is slow, given as such or by the detection that it is to guarantee."""

    slow_share: float | None = share_field()
    """Share of scans that are slow; null: it follows from ``target_detection``."""
    target_detection: float | None = share_field()
    """P(portal alarm | carrying) over the trucks scanned; null: it follows from ``slow_share``."""

    def check(self) -> None:
        """Refuse both or neither of the two ways to say how many scans are slow."""
        if (self.slow_share is None) == (self.target_detection is None):
            found = f"got {self.slow_share} and {self.target_detection}"
            problem = f"expected a number here or in target_detection, and null in the other, {found}"
            raise ConfigError("slow_share", problem)

    def check_within(self, setting: Setting) -> None:
        """Refuse also a target beyond what the two scans detect of any cargo, as quoted."""
        from sim.screening import reachable_detection
        from sim.sensors import operating_points

        # bare super() does not work in a dataclass with slots
        TwoProfiles.check_within(self, setting)
        if self.target_detection is not None:
            reference = setting.scanner.analyst.reference_threat_image_share
            low, high = reachable_detection(setting, operating_points(setting, reference))
            _refuse_beyond(self.target_detection, low, high)

    def slow_share_of(self, setting: Setting, p_fast: float, p_slow: float) -> float:
        """Return the share of slow scans, as asked for or as the target needs it.

        Raises
        ------
        ConfigError
            The target lies outside what the two scans detect of the port's own traffic.
        """
        del setting
        if self.target_detection is None:
            assert self.slow_share is not None  # noqa: S101
            return self.slow_share
        _refuse_beyond(self.target_detection, p_fast, p_slow)
        if p_fast == p_slow:
            return 0.0
        return slow_share_for_detection(min(max(self.target_detection, p_fast), p_slow), p_fast, p_slow)


def _refuse_beyond(target: float, p_fast: float, p_slow: float) -> None:
    if not p_fast - 1e-9 <= target <= p_slow + 1e-9:
        problem = f"expected {p_fast:.4g} (all scans fast) to {p_slow:.4g} (all slow), got {target:g}"
        raise ConfigError("policy.target_detection", problem)


@register("ticketed")
@dataclass(frozen=True, slots=True, kw_only=True)
class Ticketed(MixedProfiles):
    """Slow scans go to the shortest lines, and a box of tickets guarantees how many there are.

    Source: the queue-aware screening of the Rutgers port simulations; see `sim.policies.slow_scans`.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"
    profile: ClassVar[Profile] = staticmethod(profile_ticket)
    box_trucks: int = bounded_field(1, 1_000_000)
    """Tickets of a box: detection over each is as promised, up to half a ticket."""

    def check_within(self, setting: Setting) -> None:
        """Refuse also lanes that share one line, which cannot be ranked."""
        MixedProfiles.check_within(self, setting)
        queue = setting.port.portal.queue
        if queue != "per_lane":
            problem = f"expected per_lane with policy={self.name}, got {queue}"
            raise ConfigError("port.portal.queue", f"{problem}: lanes are ranked by their lines")

    def laid_out(self, hook_inputs: HookInputs) -> HookData:
        """Return a full box."""
        box = full_ticket_box(self.box_trucks, hook_inputs.slow_share)
        return HookData(np.zeros((len(hook_inputs.trucks), 0)), np.array(box))


@register("random_slow")
@dataclass(frozen=True, slots=True, kw_only=True)
class RandomSlow(MixedProfiles):
    """Each truck is scanned slowly by its own draw, whatever the lines.

    Source: the random mix that the queue-aware screening is measured against; see `sim.policies.slow_scans`.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"
    profile: ClassVar[Profile] = staticmethod(profile_mix)

    def laid_out(self, hook_inputs: HookInputs) -> HookData:
        """Return the trucks' draws and the share of slow scans."""
        draws = hook_inputs.trucks["u_slow"].to_numpy(dtype=np.float64)
        return HookData(draws[:, None], np.array([hook_inputs.slow_share]))


@register("dedicated_slow")
@dataclass(frozen=True, slots=True, kw_only=True)
class DedicatedSlow(TwoProfiles):
    """Some lanes always scan slowly, the others always fast.

    Source: the static assignment that the queue-aware screening is measured against; see
    `sim.policies.slow_scans`. Where trucks pick lanes at random, a slow lane gets as many as a fast one, which
    it may be unable to carry; the weekly load says so before the run.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"
    profile: ClassVar[Profile] = staticmethod(profile_lanes)
    slow_lanes: int = bounded_field(0, 1000)
    """The first lanes of the portal."""

    def check_within(self, setting: Setting) -> None:
        """Refuse also more slow lanes than there are."""
        TwoProfiles.check_within(self, setting)
        lanes = setting.servers("portal")
        if self.slow_lanes > lanes:
            problem = f"expected at most the portal's {lanes} lanes, got {self.slow_lanes}"
            raise ConfigError("policy.slow_lanes", problem)

    def always_slow(self) -> int:
        """Return the slow lanes."""
        return self.slow_lanes

    def slow_share_of(self, setting: Setting, p_fast: float, p_slow: float) -> float:
        """Return the share of trucks that slow lanes get: drawn, or as fast as they work."""
        from sim.screening import portal_mean_min

        del p_fast, p_slow
        lanes, portal = setting.servers("portal"), setting.port.portal
        fast_min, slow_min = (portal_mean_min(setting, share) for share in (0.0, 1.0))
        if portal.queue == "per_lane" and portal.lane_choice == "random":
            return self.slow_lanes / lanes
        # lanes that share the work are busy alike, so that each does as much as it can
        slow_rate, fast_rate = self.slow_lanes * fast_min, (lanes - self.slow_lanes) * slow_min
        total = slow_rate + fast_rate
        return slow_rate / total if total > 0.0 else 0.0

    def laid_out(self, hook_inputs: HookInputs) -> HookData:
        """Return the number of slow lanes."""
        return HookData(np.zeros((len(hook_inputs.trucks), 0)), np.array([float(self.slow_lanes)]))

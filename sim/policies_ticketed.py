"""Policies that choose between a fast and a slow portal scan: by tickets, by lot, by lane.

The riskiest ``share`` of trucks go to the portal (all of them with 1); which scan each gets is
decided as the scan begins. All three need a portal with a slow scan (``scanner.portal.slow``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import ConfigError
from sim.inspection import Day, Laid, Policy, score_of
from sim.past import Past, riskiest
from sim.route import Profile
from sim.spec import bounded, share
from sim.tickets import full_box, profile_lanes, profile_mix, profile_ticket, slow_share

if TYPE_CHECKING:
    from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoProfiles(Policy):
    """The riskiest go to the portal, and are scanned fast or slowly there."""

    share: float = share()
    """Of all trucks, to the portal."""

    def at_the_port(self) -> bool:
        """Tell that the profile is chosen at the port."""
        return True

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return the trucks above the past quantile, ties broken by their own uniform."""
        return riskiest(trucks, score_of(scores), past.risk_score, self.share)

    def check_within(self, scenario: Scenario) -> None:
        """Refuse a port without a portal, and a portal with one way to scan."""
        if scenario.servers("portal") == 0:
            problem = f"expected at least 1 with policy={self.name}, got 0"
            raise ConfigError("port.portal.servers", problem)
        if scenario.scanner.portal.slow is None:
            problem = f"expected a service and a sensing with policy={self.name}, got null"
            raise ConfigError("scanner.portal.slow", f"{problem}; see scanner=two_speeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed(TwoProfiles):
    """A share of scans is slow, given as such or by the detection that it is to guarantee."""

    slow_share: float | None = share()
    """Share of scans that are slow; null: it follows from ``target_detection``."""
    target_detection: float | None = share()
    """P(portal alarm | carrying) over the trucks scanned; null: it follows from ``slow_share``."""

    def check(self) -> None:
        """Refuse both or neither of the two ways to say how many scans are slow."""
        if (self.slow_share is None) == (self.target_detection is None):
            found = f"got {self.slow_share} and {self.target_detection}"
            problem = (
                f"expected a number here or in target_detection, and null in the other, {found}"
            )
            raise ConfigError("slow_share", problem)

    def check_within(self, scenario: Scenario) -> None:
        """Refuse also a target beyond what the two scans detect of any cargo, as quoted."""
        from sim.screening import reachable
        from sim.sensor import operating_points

        # bare super() does not work in a dataclass with slots
        TwoProfiles.check_within(self, scenario)
        if self.target_detection is not None:
            reference = scenario.scanner.analyst.reference_threat_image_share
            low, high = reachable(scenario, operating_points(scenario, reference))
            _refuse_beyond(self.target_detection, low, high)

    def slow_share_of(self, scenario: Scenario, p_fast: float, p_slow: float) -> float:
        """Return the share of slow scans, as asked for or as the target needs it.

        Raises
        ------
        ConfigError
            The target lies outside what the two scans detect of the port's own traffic.
        """
        del scenario
        if self.target_detection is None:
            assert self.slow_share is not None  # noqa: S101
            return self.slow_share
        _refuse_beyond(self.target_detection, p_fast, p_slow)
        if p_fast == p_slow:
            return 0.0
        return slow_share(min(max(self.target_detection, p_fast), p_slow), p_fast, p_slow)


def _refuse_beyond(target: float, p_fast: float, p_slow: float) -> None:
    if not p_fast - 1e-9 <= target <= p_slow + 1e-9:
        problem = (
            f"expected {p_fast:.4g} (all scans fast) to {p_slow:.4g} (all slow), got {target:g}"
        )
        raise ConfigError("policy.target_detection", problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticketed(Mixed):
    """Slow scans go to the shortest lines, and a box of tickets guarantees how many there are.

    Source: the queue-aware screening of the Rutgers port simulations; see `sim.tickets`.

    Version history: 1 (0.2.0).
    """

    profile: ClassVar[Profile] = staticmethod(profile_ticket)
    box_trucks: int = bounded(1, 1_000_000)
    """Tickets of a box: detection over each is as promised, up to half a ticket."""

    def check_within(self, scenario: Scenario) -> None:
        """Refuse also lanes that share one line, which cannot be ranked."""
        Mixed.check_within(self, scenario)
        queue = scenario.port.portal.queue
        if queue != "per_lane":
            problem = f"expected per_lane with policy={self.name}, got {queue}"
            raise ConfigError("port.portal.queue", f"{problem}: lanes are ranked by their lines")

    def laid_out(self, day: Day) -> Laid:
        """Return a full box."""
        return Laid(
            np.zeros((len(day.trucks), 0)), np.array(full_box(self.box_trucks, day.slow_share))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomSlow(Mixed):
    """Each truck is scanned slowly by its own draw, whatever the lines.

    Source: the random mix that the queue-aware screening is measured against; see `sim.tickets`.

    Version history: 1 (0.2.0).
    """

    profile: ClassVar[Profile] = staticmethod(profile_mix)

    def laid_out(self, day: Day) -> Laid:
        """Return the trucks' draws and the share of slow scans."""
        draws = day.trucks["u_slow"].to_numpy(dtype=np.float64)
        return Laid(draws[:, None], np.array([day.slow_share]))


@dataclass(frozen=True, slots=True, kw_only=True)
class DedicatedSlow(TwoProfiles):
    """Some lanes always scan slowly, the others always fast.

    Source: the static assignment that the queue-aware screening is measured against; see
    `sim.tickets`. Where trucks pick lanes at random, a slow lane gets as many as a fast one, which
    it may be unable to carry; the weekly load says so before the run.

    Version history: 1 (0.2.0).
    """

    profile: ClassVar[Profile] = staticmethod(profile_lanes)
    slow_lanes: int = bounded(0, 1000)
    """The first lanes of the portal."""

    def check_within(self, scenario: Scenario) -> None:
        """Refuse also more slow lanes than there are."""
        TwoProfiles.check_within(self, scenario)
        lanes = scenario.servers("portal")
        if self.slow_lanes > lanes:
            problem = f"expected at most the portal's {lanes} lanes, got {self.slow_lanes}"
            raise ConfigError("policy.slow_lanes", problem)

    def always_slow(self) -> int:
        """Return the slow lanes."""
        return self.slow_lanes

    def slow_share_of(self, scenario: Scenario, p_fast: float, p_slow: float) -> float:
        """Return the share of trucks that slow lanes get: drawn, or as fast as they work."""
        from sim.screening import portal_mean_min

        del p_fast, p_slow
        lanes, portal = scenario.servers("portal"), scenario.port.portal
        fast_min, slow_min = (portal_mean_min(scenario, share) for share in (0.0, 1.0))
        if portal.queue == "per_lane" and portal.lane_choice == "random":
            return self.slow_lanes / lanes
        # lanes that share the work are busy alike, so that each does as much as it can
        slow_rate, fast_rate = self.slow_lanes * fast_min, (lanes - self.slow_lanes) * slow_min
        total = slow_rate + fast_rate
        return slow_rate / total if total > 0.0 else 0.0

    def laid_out(self, day: Day) -> Laid:
        """Return the number of slow lanes."""
        return Laid(np.zeros((len(day.trucks), 0)), np.array([float(self.slow_lanes)]))

"""The keys of ``configs/collusion.yaml``."""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, share_field

MOST_WEEKS = 104


@dataclass(frozen=True, slots=True, kw_only=True)
class CollusionSettings(Spec):
    """How logs are tested, and what an officer and a carrier who collude do."""

    test_weeks: tuple[int, ...]
    """The log is tested after each of these weeks, on all weeks up to it."""
    steered_shares: tuple[float, ...]
    """Of the carrier's trucks that come while the officer is on duty, those that are to reach him."""
    officers_per_post: float = bounded_field(1.0, 10.0)
    carriers: int = bounded_field(2, 5000)
    """The largest carriers, whose pairs are tested."""
    false_alarm_share: float = bounded_field(0.001, 0.5)
    shuffles: int = bounded_field(19, 10_000)
    """Shuffled logs from which the alarm is set, over all replications."""
    runs: int = bounded_field(10, 10_000)
    """Pairs that collude, one after the other, over all replications."""
    careful_margin_sd: float = bounded_field(0.0, 10.0)
    """How far below the alarm an officer who knows the test keeps his pair."""
    helped_load_share: float = share_field()
    """Of the carrier's trucks that reach the officer, those with a load."""
    image_detection: float = share_field()
    """P(a second look at a recorded image sees the load)."""

    def check(self) -> None:
        """Refuse weeks and shares that are not lists of distinct values within their bounds."""
        weeks, shares = self.test_weeks, self.steered_shares
        if not weeks or any(isinstance(week, bool) or not isinstance(week, int) for week in weeks):
            raise ConfigError("test_weeks", f"expected one or more whole numbers, got {list(weeks)}")
        if list(weeks) != sorted(set(weeks)) or weeks[0] < 1 or weeks[-1] > MOST_WEEKS:
            raise ConfigError("test_weeks", f"expected rising weeks from 1 to {MOST_WEEKS}, got {list(weeks)}")
        if not shares or list(shares) != sorted(set(shares)) or shares[0] <= 0.0 or shares[-1] > 1.0:
            raise ConfigError("steered_shares", f"expected rising shares above 0 and up to 1, got {list(shares)}")

"""Policies that make a list before arrival by a published method; the plainest ones are in `sim.policies.lists`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.algorithms.security_game import minimax_coverage
from sim.algorithms.selectivity import LANES, LaneRates, LaneSteps, assign_lanes, lane_steps
from sim.algorithms.square_root import PlateCrossings, scale_for_share, screen_in_turn
from sim.arrays import BoolArray, FloatArray
from sim.errors import ConfigError
from sim.policies.base import (
    PastTraffic,
    Policy,
    past_quantile,
    refuse_empty_past,
    register,
    risk_position,
    risk_scores,
    select_riskiest,
)
from sim.setting.spec import bounded_field, share_field


@register("square_root")
@dataclass(frozen=True, slots=True, kw_only=True)
class SquareRoot(Policy):
    """At random, with a probability proportional to the square root of the risk.

    A truck is selected with probability min(1, c sqrt(p_hit)), c such that ``share`` of past days'
    trucks would have been. With memory, a tractor that was selected rests for ``memory_days``, and
    the riskiest of the others take its place.

    Source: Press 2009, PNAS 106:1716: without memory, profiling in proportion to risk finds a
    violator no sooner than uniform sampling does; in proportion to its square root is fastest. With
    memory it is fastest to go down the list. Both hold for a violator whose luck at each screening
    is new.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"
    even_luck: ClassVar[bool] = False

    with_memory: bool
    memory_days: float = bounded_field(0.0, 3650.0)
    share: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the trucks whose luck is under their probability, or whose turn it is."""
        refuse_empty_past(past.p_hit)
        if self.with_memory:
            return self._in_turn(trucks, scores, past)
        p_hit, past_p_hit = scores["p_hit"].to_numpy(dtype=np.float64), past.p_hit
        if not past_p_hit.any():
            # a score that knows of no risk is no reason to select nobody
            p_hit, past_p_hit = np.ones_like(p_hit), np.ones_like(past_p_hit)
        scale = scale_for_share(np.sqrt(past_p_hit), self.share)
        chance = np.where(p_hit > 0.0, scale, 0.0) * np.sqrt(np.maximum(p_hit, 1e-300))
        return np.asarray(trucks["u_select"].to_numpy() < chance)

    def _in_turn(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        def crossings(frame: pd.DataFrame, p_hit: FloatArray) -> PlateCrossings:
            return PlateCrossings(
                frame["plate"].to_numpy(dtype=np.int64),
                risk_position(frame, p_hit, past.p_hit),
                frame["u_select"].to_numpy(dtype=np.float64),
                frame["arrive_min"].to_numpy(dtype=np.float64),
            )

        today = crossings(trucks, scores["p_hit"].to_numpy(dtype=np.float64))
        before = crossings(past.trucks, past.p_hit)
        return screen_in_turn(today, before, self.share, 1440.0 * self.memory_days)


@register("trusted_trader")
@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedTrader(Policy):
    """Trusted traders are exempt but for a random audit; of the others, the riskiest.

    FAST trucks and C-TPAT carriers are selected at ``audit_share``; the riskiest of the others make
    the whole up to ``share`` of all trucks, as far as there are enough of them.

    Source: C-TPAT and FAST promise members fewer examinations, and validate them (SAFE Port Act of
    2006, 6 U.S.C. 961-973); exemption but for an audit is that promise kept to the letter.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"
    even_luck: ClassVar[bool] = False

    audit_share: float = share_field()
    share: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the audited among the trusted, and the riskiest of the others."""
        refuse_empty_past(past.risk_score)
        member, before = _trusted(trucks), _trusted(past.trucks)
        members = float(before.mean())
        audited = member & (trucks["u_select"].to_numpy() < self.audit_share)
        if members == 1.0:
            return audited
        wanted = (self.share - self.audit_share * members) / (1.0 - members)
        top = min(max(wanted, 0.0), 1.0)
        others = select_riskiest(trucks, risk_scores(scores), past.risk_score[~before], top)
        return np.asarray(audited | (others & ~member))


def _trusted(trucks: pd.DataFrame) -> BoolArray:
    return np.asarray(trucks["fast"].to_numpy(bool) | trucks["ctpat_carrier"].to_numpy(bool))


@register("asycuda")
@dataclass(frozen=True, slots=True, kw_only=True)
class Asycuda(Policy):
    """Three-step selectivity; the red lane goes through the portal.

    1. Criteria: the riskiest by past quantiles, red before yellow before blue.
    2. A minimum random rate from the would-be-green, lane by lane.
    3. A top-up from the would-be-green, lane by lane, until the expected rate.

    Yellow (documents) and blue (control after release) stop no truck at the port, but take trucks
    that the red lane cannot have any more.

    Source: UNCTAD, ASYCUDAWorld selectivity; see `sim.algorithms.selectivity`.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "red_expected_share"

    red_criteria_share: float = share_field()
    red_random_share: float = share_field()
    red_expected_share: float = share_field()
    yellow_criteria_share: float = share_field()
    yellow_random_share: float = share_field()
    yellow_expected_share: float = share_field()
    blue_criteria_share: float = share_field()
    blue_random_share: float = share_field()
    blue_expected_share: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the red lane."""
        place = risk_position(trucks, risk_scores(scores), past.risk_score)
        return np.asarray(assign_lanes(place, trucks["u_select"].to_numpy(), self.rates()) == 0)

    def rates(self) -> tuple[LaneRates, ...]:
        """Return the rates of red, yellow and blue."""
        parts = ("criteria", "random", "expected")
        return tuple(LaneRates(*(getattr(self, f"{lane}_{part}_share") for part in parts)) for lane in LANES[:-1])

    def steps(self) -> tuple[LaneSteps, ...]:
        """Return what each step sends to each lane, as shares of all trucks."""
        return lane_steps(self.rates())

    def random_share(self) -> float:
        """Return the red lane's part of those that no criterion takes."""
        green = 1.0 - sum(lane.criteria for lane in self.steps())
        red = self.steps()[0]
        return min((red.random + red.top_up) / green, 1.0) if green > 0.0 else 0.0


@register("minimax")
@dataclass(frozen=True, slots=True, kw_only=True)
class Minimax(Policy):
    """The coverage of classes of trucks that leaves a watching smuggler least.

    Classes are commodity groups (and empty trucks) x FAST. The smuggler knows how often each class
    is scanned and takes the class where (1 - p_detection x scan share) x value is largest; `share`
    of all trucks is spread so that this is least. Risk scores play no part.

    Source: security games (Kiekintveld et al. 2009, AAMAS; Tambe 2011); see `sim.algorithms.security_game`.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"
    even_luck: ClassVar[bool] = False

    p_detection: float = share_field()
    """What a smuggler believes a scan to detect."""
    value_by_commodity: dict[str, float] = bounded_field(1e-6, 1e6)  # noqa: RUF009
    """What a load hidden among these goods gains a smuggler if missed; ``empty``: no goods."""
    fast_value_ratio: float = bounded_field(1e-6, 1e6)
    share: float = share_field()

    def check(self) -> None:
        """Refuse a list of values that leaves a class out."""
        from sim.setting.port import COMMODITIES  # site knows policies' setting, not the reverse

        if set(self.value_by_commodity) != {"empty", *COMMODITIES}:
            raise ConfigError("value_by_commodity", f"expected {['empty', *COMMODITIES]}")

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return each truck with its class's probability."""
        del scores
        covered = self.coverage(past)[_classes(trucks)]
        return np.asarray(trucks["u_select"].to_numpy() < covered)

    def values(self) -> FloatArray:
        """Return the value of each class, float[classes]: code + 1, general then FAST."""
        from sim.setting.port import COMMODITIES

        by_code = [self.value_by_commodity[name] for name in ("empty", *COMMODITIES)]
        return np.outer(by_code, [1.0, self.fast_value_ratio]).ravel()

    def coverage(self, past: PastTraffic) -> FloatArray:
        """Return the scan share of each class, float[classes]."""
        values = self.values()
        counts = np.bincount(_classes(past.trucks), minlength=len(values)).astype(np.float64)
        refuse_empty_past(counts[counts > 0.0])
        return minimax_coverage(values, self.share, self.p_detection, counts / counts.sum())


def _classes(trucks: pd.DataFrame) -> npt.NDArray[np.int64]:
    commodity = trucks["commodity"].to_numpy(dtype=np.int64)
    return np.asarray(2 * (commodity + 1) + trucks["fast"].to_numpy(dtype=np.int64))


@register("exploration")
@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration(Policy):
    """The riskiest, and a share to learn from: partly at random, partly the most uncertain.

    ``share`` of all trucks, of which ``exploration_share`` (of all trucks) explores; of these,
    ``random_part_share`` at random and the rest those whose p_hit is nearest the cutoff.

    Source: Kim et al. 2020, KDD (DATE) and 2022 (gATE, exploration in customs selection): a model
    that learns only from what it chose goes blind when the threat moves.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"
    least_setting: ClassVar[str | None] = "exploration_share"

    exploration_share: float = share_field()
    random_part_share: float = share_field()
    share: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the riskiest, the random and the uncertain."""
        top_share = self.share - self.exploration_share
        top = select_riskiest(trucks, risk_scores(scores), past.risk_score, top_share)
        at_random = trucks["u_select"].to_numpy() < self.random_share()
        return np.asarray(top | at_random | (self._uncertain(trucks, scores, past) & ~top))

    def random_share(self) -> float:
        """Return the random part among those that are not at the top."""
        rest = 1.0 - self.share + self.exploration_share
        return self.random_part_share * self.exploration_share / rest if rest > 0.0 else 0.0

    def _uncertain(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the trucks nearest the cutoff among past ones that neither top nor luck took."""
        top_share = self.share - self.exploration_share
        wanted = (1.0 - self.random_part_share) * self.exploration_share
        luck = 1.0 - self.random_share()
        below = risk_position(past.trucks, past.risk_score, past.risk_score) >= top_share
        if wanted == 0.0 or not below.any():
            return np.zeros(len(trucks), dtype=bool)
        cutoff = past_quantile(past.p_hit, top_share)[0] if top_share > 0.0 else past.p_hit.max()
        near = -np.abs(scores["p_hit"].to_numpy(dtype=np.float64) - cutoff)
        near_past = -np.abs(past.p_hit[below] - cutoff)
        part = min(wanted / (float(below.mean()) * luck), 1.0) if luck > 0.0 else 0.0
        return select_riskiest(trucks, near, near_past, part)

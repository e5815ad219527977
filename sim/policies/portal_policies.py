"""Policies that decide as a truck comes to the portal: by its queue, by finds, by what is left.

Each states its rule as a `Gate`; `sim.policies.portal_route` is the compiled hook that asks them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from sim.algorithms.queueing import p_queue_below, queue_length_distribution
from sim.algorithms.sampling import assignment_thresholds, csp1_fraction
from sim.arrays import BoolArray, FloatArray
from sim.compiling import Route
from sim.errors import ConfigError
from sim.policies import portal_route
from sim.policies.base import (
    Chances,
    HookData,
    HookInputs,
    PastTraffic,
    Policy,
    refuse_empty_past,
    register,
    risk_position,
    risk_scores,
)
from sim.policies.portal_route import Gate, assemble_gates, route_gated
from sim.setting.spec import bounded_field, share_field

if TYPE_CHECKING:
    from sim.setting.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class GatedPolicy(Policy):
    """A policy that asks gates at the port; nobody is listed before arrival but by the floor."""

    route: ClassVar[Route] = staticmethod(route_gated)
    even_luck: ClassVar[bool] = False

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return nobody: the choice is made at the port."""
        del scores, past
        return np.zeros(len(trucks), dtype=bool)

    def at_the_port(self) -> bool:
        """Tell that trucks are chosen at the port."""
        return True

    def laid_out(self, hook_inputs: HookInputs) -> HookData:
        """Return the columns and the memory of the policy's gates."""
        return HookData(*assemble_gates(gate_program(self, hook_inputs), len(hook_inputs.trucks)))

    def gate(self, hook_inputs: HookInputs) -> Gate:
        """Return the policy's own gate."""
        raise NotImplementedError


def gate_program(policy: Policy, hook_inputs: HookInputs) -> list[Gate]:
    """Return the gates that a policy asks: its own, its parts', or its list."""
    if isinstance(policy, CombinedPolicy):
        return portal_route.combine_gates(policy.kind, [gate_program(part, hook_inputs) for part in policy.parts])
    if isinstance(policy, GatedPolicy):
        return [policy.gate(hook_inputs)]
    listed = policy.choose(hook_inputs.trucks, hook_inputs.scores, hook_inputs.past)
    return [Gate(portal_route.GATE_LISTED, listed.astype(np.float64), np.empty(0))]


_LARGEST: list[FloatArray] = []
"""The largest table of thresholds made so far: what it says does not hang on its size."""


def _thresholds(scans: int, arrivals: int) -> FloatArray:
    """Return t[k, n] up to these numbers, out of a table that serves others as well."""
    scans_known, arrivals_known = (length - 1 for length in _LARGEST[0].shape) if _LARGEST else (0, 0)
    if not _LARGEST or scans > scans_known or arrivals > arrivals_known:
        # it grows in both ways alone, lest numbers that take turns make it anew each time
        most = max(_round_up(scans), scans_known), max(_round_up(arrivals), arrivals_known)
        _LARGEST[:] = [assignment_thresholds(*most)]
    return _LARGEST[0][: scans + 1, : arrivals + 1]


def _round_up(number: int) -> int:
    return 256 * math.ceil((number + 1) / 256.0)


def _position(hook_inputs: HookInputs) -> FloatArray:
    return risk_position(hook_inputs.trucks, risk_scores(hook_inputs.scores), hook_inputs.past.risk_score)


@register("queue_aware")
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAware(GatedPolicy):
    """The riskiest, fewer of them the longer the portal's queue.

    With w trucks waiting at the portal, the riskiest ``share`` x (1 - w / ``stop_queue_trucks``) of
    trucks are selected: on a quiet day the riskiest ``share``, nobody once the queue has reached
    ``stop_queue_trucks``.

    Source: thresholds that fall with congestion, as in the queueing control of inspection (Zhang,
    Luh, Wang 2011, Management Science 57:1979). The linear form is ours.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"

    share: float = share_field()
    stop_queue_trucks: float = bounded_field(1e-6, 1e6)

    def gate(self, hook_inputs: HookInputs) -> Gate:
        """Return the gate that reads the portal's queue."""
        return Gate(portal_route.GATE_QUEUE, _position(hook_inputs), np.array([self.share, self.stop_queue_trucks]))

    def ex_ante(self, setting: Setting, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> Chances:
        """Return the chance that the queue is short enough, by past days' arrivals hour by hour."""
        from sim.trucks.service_times import service_mean_min

        place = risk_position(trucks, risk_scores(scores), past.risk_score)
        portal, servers = setting.scanner.portal, setting.servers("portal")
        served_min = service_mean_min(portal.service)
        if servers == 0 or served_min == 0.0 or self.share == 0.0 or len(trucks) == 0:
            chosen = (place < self.share).astype(np.float64)
            return chosen, chosen
        hour = (trucks["arrive_min"].to_numpy() // 60.0).astype(np.int64)
        floor = self.random_floor_share
        sent = floor + (1.0 - floor) * self.share
        served_per_h = 60.0 / served_min * portal.outages.availability_share
        arrivals = np.bincount(hour).astype(np.float64)
        stop = self.stop_queue_trucks
        law = queue_length_distribution(sent * arrivals, served_per_h, servers, stop, floor / sent)
        chance = p_queue_below(law, hour, stop * (1.0 - place / self.share))
        return chance, chance


@register("skip_lot")
@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLot(GatedPolicy):
    """Skip-lot plan CSP-1: everybody until so many clean in a row, then a fraction at random.

    A scanned truck counts as clean when its image was cleared, or its exam found nothing; any find
    at a dock returns to everybody. Results come with the delay of the port, and trucks that come
    meanwhile are judged by what is known then.

    Source: Dodge 1943, Annals of Mathematical Statistics 14:264; see `sim.algorithms.sampling.csp1_fraction`.

    Version history: 1 (0.2.0).
    """

    learns_from_finds: ClassVar[bool] = True
    tuned_setting: ClassVar[str | None] = "fraction"

    clearance_trucks: int = bounded_field(0, 10_000_000)
    fraction: float = share_field()

    def gate(self, hook_inputs: HookInputs) -> Gate:
        """Return the gate that counts clean trucks; it marks each truck that it watches."""
        memory = np.zeros(3 + len(hook_inputs.trucks))
        memory[:2] = self.clearance_trucks, self.fraction
        return Gate(portal_route.GATE_SKIP, hook_inputs.trucks["u_select"].to_numpy(dtype=np.float64), memory)

    def random_share(self) -> float:
        """Return the fraction: taken at random whatever was found."""
        return self.fraction

    def ex_ante(self, setting: Setting, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> Chances:
        """Return the plan's long-run fraction, at the finds that p_hit leads to expect."""
        del setting, scores
        refuse_empty_past(past.risk_score)
        p_find = float(past.p_hit.mean()) if len(past.p_hit) else 0.0
        fraction = csp1_fraction(p_find, self.clearance_trucks, self.fraction)
        chance = np.full(len(trucks), fraction)
        return chance, chance


@register("scan_budget")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScanBudget(GatedPolicy):
    """A fixed number of scans a shift, given out one by one to trucks that may not be called back.

    A shift of n expected arrivals has k = ``share`` x n scans. A truck is scanned if its place
    among past scores exceeds the threshold of (k left, n left), which is best when places are
    uniform and independent. More arrivals than expected share the last scans as they come.

    Source: Derman, Lieberman & Ross 1972, Management Science 18:349; see
    `sim.algorithms.sampling.assignment_thresholds`.

    Version history: 1 (0.2.0).
    """

    tuned_setting: ClassVar[str | None] = "share"

    share: float = share_field()
    shift_h: float = bounded_field(0.25, 24.0)

    def gate(self, hook_inputs: HookInputs) -> Gate:
        """Return the gate that keeps count of scans and arrivals left in the shift."""
        arrivals = self.arrivals_per_shift(hook_inputs.arrivals_per_h)
        n = np.maximum(np.rint(arrivals), 1.0)
        k = np.rint(self.share * n)
        thresholds = _thresholds(int(k.max()), int(n.max()))
        head = [60.0 * self.shift_h, len(n), thresholds.shape[1], -1.0, 0.0, 0.0, *k, *n]
        memory = np.empty(len(head) + thresholds.size)
        memory[: len(head)] = head
        memory[len(head) :].reshape(thresholds.shape)[:] = thresholds
        return Gate(portal_route.GATE_BUDGET, 1.0 - _position(hook_inputs), memory)

    def arrivals_per_shift(self, arrivals_per_h: FloatArray) -> FloatArray:
        """Return the expected arrivals of each shift, the first of which begins at midnight."""
        hours = len(arrivals_per_h)
        upto = np.concatenate([[0.0], np.cumsum(arrivals_per_h)])
        edges = np.append(np.arange(0.0, hours, self.shift_h), hours)
        return np.diff(np.interp(edges, np.arange(hours + 1), upto))

    def ex_ante(self, setting: Setting, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> Chances:
        """Return the riskiest share: what the thresholds come to over a long shift."""
        del setting
        place = risk_position(trucks, risk_scores(scores), past.risk_score)
        chosen = (place < self.share).astype(np.float64)
        return chosen, chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedPolicy(GatedPolicy):
    """Several policies asked together."""

    kind: ClassVar[int] = portal_route.GATE_ANY
    parts: tuple[Policy, ...]
    """Their random floor and referral are those of the whole."""

    def check(self) -> None:
        """Refuse nothing to combine, and parts that cannot be asked at the portal."""
        if not self.parts:
            raise ConfigError("parts", "must name at least one policy")
        for place, part in enumerate(self.parts):
            if part.tests_before_primary:
                problem = f"{part.name} routes its trucks itself and cannot be combined"
                raise ConfigError(f"parts[{place}].name", problem)

    def tuned(self) -> str | None:
        """Return the setting of the first part that has one."""
        names = (part.tuned() for part in self.parts)
        return next((f"parts.{place}.{name}" for place, name in enumerate(names) if name), None)

    def at_the_port(self) -> bool:
        """Tell whether a part decides at the port."""
        return any(part.at_the_port() for part in self.parts)

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return whom the parts select together, where all of them make lists."""
        if self.at_the_port():
            return np.zeros(len(trucks), dtype=bool)
        chosen = np.stack([part.choose(trucks, scores, past) for part in self.parts])
        return np.asarray(chosen.any(axis=0) if self.kind == portal_route.GATE_ANY else chosen.all(axis=0))

    def random_share(self) -> float:
        """Return what all parts (or any part) take by ``u_select``, which all of them read."""
        each = [part.random_share() for part in self.parts]
        return max(each) if self.kind == portal_route.GATE_ANY else min(each)

    def ex_ante(self, setting: Setting, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> Chances:
        """Combine the parts' chances as if independent: exact for lists."""
        each = [part.ex_ante(setting, trucks, scores, past) for part in self.parts]
        clean, carrying = (np.stack(chances) for chances in zip(*each, strict=True))
        if self.kind == portal_route.GATE_ANY:
            return 1.0 - (1.0 - clean).prod(axis=0), 1.0 - (1.0 - carrying).prod(axis=0)
        return clean.prod(axis=0), carrying.prod(axis=0)


@register("any_of")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(CombinedPolicy):
    """Selected if any of the named policies selects.

    Each part keeps its own count as if it alone decided: a scan budget is spent when its own gate
    says yes.

    Source: layered targeting, as in CBP's list of rules, of which one is enough (GAO, October 2012;
    S25 in docs/reference/sources.md).

    Version history: 1 (0.2.0).
    """

    kind: ClassVar[int] = portal_route.GATE_ANY


@register("all_of")
@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(CombinedPolicy):
    """Selected only if all of the named policies select.

    Source: as `AnyOf`; a second reason before a truck is stopped, as where a list must be confirmed
    by a score.

    Version history: 1 (0.2.0).
    """

    kind: ClassVar[int] = portal_route.GATE_ALL

"""What every inspection policy is: who is selected before arrival, and how a truck is routed.

A policy reads the truck's own score and luck and what past days were like; never the other trucks
of the day, which have not come yet. Most policies are a list: ``choose`` says who goes to the
portal, and trucks follow `sim.engine.routes.route_standard`. One that must see queues, finds or its own
earlier choices brings a routing hook of its own (``route``) with what that reads (``laid_out``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.compiling import Profile, Route
from sim.engine.flow import Flow
from sim.engine.routes import profile_fast, route_standard
from sim.errors import ConfigError, PolicyError
from sim.setting.spec import Spec, share_field

if TYPE_CHECKING:
    from sim.sensors import OperatingPoints
    from sim.setting.setting import Setting
    from sim.setting.window import Window

PAST_COLUMNS = (
    "truck",
    "arrive_min",
    "arrive_hour",
    "u_tie",
    "u_select",
    "u_floor",
    "fast",
    "ctpat_carrier",
    "commodity",
    "laden",
    "density",
    "plate",
    "true_p_carrying",
)
"""Columns of past days' trucks from which a plan is made; the hidden one by the analysts alone."""
BELOW_ONE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True)
class PastTraffic:
    """A sample of ``m`` trucks of earlier days, as a planner knows it before the day begins."""

    risk_score: FloatArray
    """[m]"""
    u_tie: FloatArray
    """[m]"""
    p_carrying: FloatArray
    """[m], P(carrying | all traits); what analysts expect, and what a promise of detection
    is reckoned with; never what selects a truck."""
    trucks_per_day: float
    p_hit: FloatArray = field(default_factory=lambda: np.empty(0))
    """[m]"""
    trucks: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Visible columns of the same trucks, as far as a policy reads them."""


@dataclass(frozen=True, slots=True)
class PolicyExpectation:
    """What a policy is expected to do, from past days and before the run."""

    scan_share: float
    """Share of trucks scanned at the portal."""
    threat_image_share: float
    """Share of the images judged by analysts that hold a threat, test images included."""
    tested: Mapping[str, float] = field(default_factory=dict)
    """Share of clean trucks that the policy's own tests send to each station, and open."""
    slow_share: float = 0.0
    """Share of portal scans that are made slowly."""


def risk_position(trucks: pd.DataFrame, risk_score: FloatArray, past_score: FloatArray) -> FloatArray:
    """Return float[n] in [0, 1): the share of past trucks that are riskier than each truck.

    A truck whose score is that of several past ones is placed among them by its own ``u_tie``, so
    that ``position < s`` holds for a share s of trucks like those of the past.

    Raises
    ------
    PolicyError
        No truck came on the past days.
    """
    refuse_empty_past(past_score)
    u_tie = trucks["u_tie"].to_numpy()

    def place() -> FloatArray:
        ranked = _ranked(past_score)
        high = np.searchsorted(ranked, risk_score, side="right")
        tied = high - np.searchsorted(ranked, risk_score, side="left")
        return np.asarray(np.minimum((len(ranked) - high + u_tie * tied) / len(ranked), BELOW_ONE))

    return _remembered(_PLACED, (u_tie, risk_score, past_score), place)


def _ranked(scores: FloatArray) -> FloatArray:
    """Return the scores in ascending order; every policy asks for those of the same past days."""
    return _remembered(_RANKED, (scores,), lambda: np.sort(scores))


MOST_REMEMBERED = 6
"""Sets of trucks whose places are kept, a few MB each: days and the past, by each of the models."""
_Remembered = list[tuple[tuple[FloatArray, ...], FloatArray]]
_PLACED: _Remembered = []
_RANKED: _Remembered = []


def _remembered(memory: _Remembered, inputs: tuple[FloatArray, ...], make: Callable[[], FloatArray]) -> FloatArray:
    """Return what ``make`` gave for these very arrays, where it is one of the last results: policies ask alike."""
    for number, (known, result) in enumerate(memory):
        if all(map(_same, known, inputs)):
            memory.insert(0, memory.pop(number))
            return result
    result = make()
    result.setflags(write=False)
    memory[:] = [(inputs, result), *memory[: MOST_REMEMBERED - 1]]
    return result


def _same(first: FloatArray, second: FloatArray) -> bool:
    """Tell whether two arrays are the same memory, which both keep from being used anew."""
    return (
        first.shape == second.shape
        and first.strides == second.strides
        and first.__array_interface__["data"] == second.__array_interface__["data"]
    )


def select_riskiest(
    trucks: pd.DataFrame, risk_score: FloatArray, past_score: FloatArray, top_share: float
) -> BoolArray:
    """Return the trucks that rank in the top ``top_share`` of past days' scores.

    A truck is taken above the past quantile c, and at c itself with the probability that brings the
    whole to ``top_share``, decided by its own ``u_tie``. With a constant score that is random
    selection of exactly that share.
    """
    if top_share in (0.0, 1.0) or len(trucks) == 0:
        return np.full(len(trucks), top_share == 1.0)
    cutoff, p_tie = past_quantile(past_score, top_share)
    tied = (risk_score == cutoff) & (trucks["u_tie"].to_numpy() < p_tie)
    return np.asarray((risk_score > cutoff) | tied)


def past_quantile(risk_score: FloatArray, top_share: float) -> tuple[float, float]:
    """Return (c, p) with P(score > c) + p P(score = c) = ``top_share`` over past days.

    >>> past_quantile(np.array([0.1, 0.5, 0.5, 0.9]), 0.5)
    (0.5, 0.5)
    """
    refuse_empty_past(risk_score)
    m = len(risk_score)
    ranked = _ranked(risk_score)
    cutoff = float(ranked[m - min(max(int(np.ceil(top_share * m)), 1), m)])
    above = m - int(np.searchsorted(ranked, cutoff, side="right"))
    tied = m - above - int(np.searchsorted(ranked, cutoff, side="left"))
    return cutoff, (top_share * m - above) / tied


def refuse_empty_past(past_score: FloatArray) -> None:
    """Raise PolicyError where there is no past from which a quantile could be taken."""
    if len(past_score) == 0:
        raise PolicyError("policy: no truck came on the past days, so a top share has no quantile")


Chances: TypeAlias = tuple[FloatArray, FloatArray]
"""P(scanned at the portal) of each truck [n] if clean, and if carrying."""


class HookInputs(NamedTuple):
    """What a routing hook is laid out from: one replication, before its first truck comes."""

    setting: Setting
    window: Window
    trucks: pd.DataFrame
    scores: pd.DataFrame
    past: PastTraffic
    points: OperatingPoints
    arrivals_per_h: FloatArray
    """[24 days], expected arrivals of each hour."""
    slow_share: float = 0.0
    """Share of portal scans that are to be made slowly; see `Policy.slow_share_of`."""


class HookData(NamedTuple):
    """What a policy's own hook reads beside the standard columns."""

    columns: FloatArray
    """[n, m], appended after the columns of `sim.engine.routes`."""
    state: FloatArray
    """[s], the policy's memory as the replication begins."""


class HookReading(NamedTuple):
    """A sensor that the hook reads in more than one channel."""

    station: int
    column: int
    """Counts the thresholds that the truck exceeds there; 0 where it raises no alarm."""
    steps: tuple[float, ...]
    """The thresholds, each so much above the sensor's own; the first is 0."""


WHOLE_POLICY_DEFAULTS: Final[Mapping[str, object]] = {"random_floor_share": 0.0, "officer_referral": False}
"""What a policy that is part of another may not say: these are said once, for the whole."""
POLICIES: Final[dict[str, type[Policy]]] = {}
"""Every policy that a configuration may name, filled by `register`; see `sim.policies.registry`."""
_Class = TypeVar("_Class", bound="type[Policy]")


def register(name: str) -> Callable[[_Class], _Class]:
    """Return a decorator that enters a policy under the name that configurations give it."""

    def enter(policy: _Class) -> _Class:
        POLICIES[name] = policy
        return policy

    return enter


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Spec):
    """What every inspection policy can be told."""

    route: ClassVar[Route] = staticmethod(route_standard)
    """The routing hook that both engines call."""
    profile: ClassVar[Profile] = staticmethod(profile_fast)
    """The hook that chooses the fast or the slow scan as it begins, where the portal has both."""
    tests_before_primary: ClassVar[bool] = False
    """Whether alarms decide where a truck goes before it leaves primary."""
    learns_from_finds: ClassVar[bool] = False
    """Whether choices hang on what was found before, in the same run."""
    plans_ahead: ClassVar[bool] = False
    """Whether the policy makes a plan for its port that `describe` puts in words."""
    tuned_setting: ClassVar[str | None] = None
    """The setting that decides how many trucks are selected; None: there is none."""
    least_setting: ClassVar[str | None] = None
    """The setting below which ``tuned_setting`` cannot go; None: it can go to zero."""
    even_luck: ClassVar[bool] = True
    """Whether those whom luck selects are a fair sample of all that the policy itself lets pass."""

    name: str
    random_floor_share: float = share_field()
    """At least this share is selected at random for the portal, whatever the policy says."""
    officer_referral: bool
    """Whether the primary officer's own judgement counts."""

    @classmethod
    def variants(cls) -> Mapping[str, type[Spec]] | None:
        """Return the registered policies, of which ``name`` selects one."""
        return POLICIES if cls is Policy else None

    @classmethod
    def as_part(cls, mapping: Mapping[str, object], key: str) -> Mapping[str, object]:
        """Return a policy that is part of another, its random floor and referral left to the whole."""
        for name in WHOLE_POLICY_DEFAULTS:
            if name in mapping:
                raise ConfigError(f"{key}.{name}", "set it for the whole policy, not for a part")
        return {**mapping, **WHOLE_POLICY_DEFAULTS}

    def check(self) -> None:
        """Refuse a whole share that is smaller than its part ``least_setting``."""
        if self.tuned_setting and self.least_setting:
            share, least = getattr(self, self.tuned_setting), getattr(self, self.least_setting)
            if share < least:
                problem = f"must be at least {self.least_setting}={least:g}, got {share:g}"
                raise ConfigError(self.tuned_setting, problem)

    def tuned(self) -> str | None:
        """Return the dotted name of the setting that decides how many trucks are selected."""
        return self.tuned_setting

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return bool[n], who is selected before arrival, the random floor left out.

        Parameters
        ----------
        trucks, scores : DataFrame
            MANIFEST (or its `sim.policies.base.PAST_COLUMNS`) and SCORES of the same ``n`` trucks.
        """
        raise NotImplementedError

    def at_the_port(self) -> bool:
        """Tell whether a choice is made at the port, and not of all before arrival."""
        return False

    def random_share(self) -> float:
        """Return the share that ``choose`` takes by ``u_select`` alone, whatever the score."""
        return 0.0

    def ex_ante(self, setting: Setting, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> Chances:
        """Return the chances of a scan before the run.

        The random floor is left out. A policy that reads queues expects them from past days.
        """
        del setting
        chosen = self.choose(trucks, scores, past).astype(np.float64)
        return chosen, chosen

    def tested(self, setting: Setting, past: PastTraffic) -> dict[str, float]:
        """Return the share of clean trucks that a policy with tests of its own sends to each.

        By station, ``dock`` among them; empty where trucks follow the standard route after the
        portal.
        """
        del setting, past
        return {}

    def describe(self, setting: Setting, past: PastTraffic) -> str:
        """Return the policy's plan in words, where it makes one for the port; else nothing."""
        del setting, past
        return ""

    def check_within(self, setting: Setting) -> None:
        """Refuse a port or scanner at which the policy cannot be carried out, by its full key."""
        del setting

    def slow_share_of(self, setting: Setting, p_fast: float, p_slow: float) -> float:
        """Return the share of portal scans that are made slowly in the long run.

        ``p_fast`` and ``p_slow`` are P(portal alarm | carrying) of the two profiles.
        """
        del setting, p_fast, p_slow
        return 0.0

    def always_slow(self) -> int:
        """Return how many portal lanes, from the first on, scan slowly whatever comes."""
        return 0

    def laid_out(self, hook_inputs: HookInputs) -> HookData:
        """Return the columns and the memory of the policy's own hook."""
        return HookData(np.zeros((len(hook_inputs.trucks), 0)), np.zeros(1))

    def readings(self, setting: Setting) -> tuple[HookReading, ...]:
        """Return which columns of the hook are readings of sensors."""
        del setting
        return ()


def with_hook_data(flow: Flow, hook_data: HookData) -> Flow:
    """Return the flow with what the policy's own hook reads."""
    columns = flow.columns
    if hook_data.columns.shape[1]:
        columns = np.ascontiguousarray(np.column_stack([columns, hook_data.columns]))
    # a run writes into it: every `Laid` is a new one
    state = np.require(hook_data.state, dtype=np.float64, requirements=["C", "W"])
    return flow._replace(columns=columns, state=state)


def risk_scores(scores: pd.DataFrame) -> FloatArray:
    """Return ``risk_score`` as float[n]."""
    return np.asarray(scores["risk_score"].to_numpy(dtype=np.float64))

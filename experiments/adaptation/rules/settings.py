"""The keys of the groups ``effort`` and ``retraining``, and the names of the rules that read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from experiments.adaptation.options import FRONTS
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, share_field

RULE_WORDS: Final = {
    "constant": "the plan stays",
    "chase": "scans follow the last finds",
    "surges_fixed": "surges on ways drawn once",
    "surges_redrawn": "surges on ways drawn anew",
    "minimax": "scans spread against the best way across",
    "stackelberg": "scans spread against one who watches",
    "monotone": "scans spread against all who prefer better ways",
    "retrain": "the model is trained anew on the port's own finds",
    "retrain_partner": "the model is trained anew, with a partner's finds",
}
"""Every rule, as readers meet it."""
RETRAINING: Final = ("retrain", "retrain_partner")
"""Rules that train the risk model; all others but ``constant`` move scans."""
READ_FINDS: Final = ("chase", *RETRAINING)
"""Rules whose next week depends on finds, and therefore on the organization that they meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortSettings(Spec):
    """The keys of ``configs/effort``."""

    name: str
    chase_exponent: float = bounded_field(0.01, 10.0)
    memory_share: float = bounded_field(0.0, 0.999)
    prior_finds: float = bounded_field(1e-9, 1e6)
    finds_per_scan: bool
    hot_share: float = bounded_field(0.01, 1.0)
    surge_share: float = share_field()
    replan_every_weeks: int = bounded_field(1, 520)
    scan_detection: dict[str, float] = bounded_field(0.01, 1.0)  # noqa: RUF009
    exam_detection: float = share_field()
    gain: dict[str, float] = bounded_field(1e-3, 1e3)  # noqa: RUF009

    def check(self) -> None:
        """Refuse numbers by front that leave a front out."""
        for key, by_front in (("scan_detection", self.scan_detection), ("gain", self.gain)):
            if set(by_front) != set(FRONTS):
                raise ConfigError(key, f"expected {list(FRONTS)}, got {sorted(by_front)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingSettings(Spec):
    """The keys of ``configs/retraining``."""

    name: str
    every_weeks: int = bounded_field(1, 520)
    window_weeks: int = bounded_field(1, 520)
    forgetting_per_week: float = bounded_field(0.01, 1.0)
    shrinkage: float = bounded_field(0.01, 1e4)
    exploration_share: float = share_field()
    correct: Literal["none", "inverse_probability"]
    detector: Literal["none", "poisson_cusum"]
    alarm_finds_per_week: float = bounded_field(0.001, 1e4)
    alarm_limit: float = bounded_field(0.01, 1e4)
    alarm_window_weeks: int = bounded_field(1, 520)
    partner_find_share: float = share_field()

"""The study keys: how a question is run, the same for every verb."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.errors import ConfigError
from sim.spec import Spec, bounded, share

MONTHS = 12
"""Strata of a year's replications: replication r is a week of month r modulo 12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness(Spec):
    """How often, and how long, the assumed inputs are redrawn to see whether a ranking holds."""

    draws: int = bounded(0, 10_000)
    replications: int = bounded(1, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomStream(Spec):
    """The precision that random examinations are to have, for which a sample is sized."""

    relative_half_width: float = bounded(0.01, 10.0)
    """Half the width of the rate's interval, over the rate."""
    below_share: float = bounded(1e-6, 0.5)
    """Share of trucks with a load which examinations that are all clean are to rule out."""


SIZED = RandomStream(relative_half_width=0.5, below_share=0.005)
NO_REDRAWS = Robustness(draws=0, replications=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Spec):
    """The study keys of ``configs/config.yaml``, the same for every verb."""

    replications: int = bounded(1, 100_000)
    days: int = bounded(1, 366)
    start_date: str
    calendar: Literal["week", "year"]
    seed: int = bounded(0, 2**63 - 1)
    coverage: float = bounded(0.5, 0.9999)
    baseline: str | None
    alternatives: dict[str, tuple[str, ...]]
    processes: int = bounded(1, 1024)
    engine: Literal["compiled", "simpy"]
    out: str | None
    ledger: bool
    manifest: str | None
    bottleneck: bool
    spread: int = bounded(0, 1000)
    explain: int = bounded(0, 1000)
    robustness: Robustness
    random_stream: RandomStream
    high_risk_score: float = share()

    def check(self) -> None:
        """Refuse a date that is none, an empty folder name, and a manifest that is not there."""
        if self.spread == 1:
            raise ConfigError("spread", "one past has no spread; expected 0 or at least 2")
        if not _is_date(self.start_date):
            raise ConfigError("start_date", f"expected a date YYYY-MM-DD, got {self.start_date!r}")
        if self.out is not None and not self.out.strip():
            raise ConfigError("out", f"expected a folder or null, got {self.out!r}")
        if self.manifest is not None and not Path(self.manifest).is_file():
            raise ConfigError("manifest", f"no such file: {self.manifest!r}")
        if self.manifest is not None and self.calendar == "year":
            raise ConfigError("calendar", "a manifest is one stretch of days; expected week")


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

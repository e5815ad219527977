"""What a study is asked with: the study keys of ``configs/config.yaml``, checked, with units and bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, share_field
from sim.setting.window import PAST_DAYS, check_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeMargins(Spec):
    """Two alternatives are alike where the interval of their difference lies within these margins."""

    wait_min: float = bounded_field(0.01, 60.0)
    """Of the mean wait."""
    found_share: float = bounded_field(1e-4, 0.5)
    """Of the share of loads found."""


DEFAULT_MARGINS = AlikeMargins(wait_min=0.5, found_share=0.005)


@dataclass(frozen=True, slots=True, kw_only=True)
class WideTraits(Spec):
    """One range for the odds of all traits, and how many draws are repeated with it."""

    low: float = bounded_field(-10.0, 10.0)
    high: float = bounded_field(-10.0, 10.0)
    draws: int = bounded_field(0, 10_000)
    """Of the first draws, to be printed beside those of ``traits=sourced``."""

    def check(self) -> None:
        """Refuse a range that holds nothing."""
        if self.low >= self.high:
            raise ConfigError("high", f"must be above low ({self.low:g}), got {self.high:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessSettings(Spec):
    """How often, and how long, the assumed inputs are redrawn to see whether a ranking holds."""

    draws: int = bounded_field(0, 10_000)
    replications: int = bounded_field(1, 1000)
    traits: Literal["sourced", "wide"]
    """Range of the odds of each trait of the threat: its own, or the one of ``wide_traits`` for all."""
    wide_traits: WideTraits


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomStreamPrecision(Spec):
    """The precision that random examinations are to have, for which a sample is sized."""

    relative_half_width: float = bounded_field(0.01, 10.0)
    """Half the width of the rate's interval, over the rate."""
    below_share: float = bounded_field(1e-6, 0.5)
    """Share of trucks with a load which examinations that are all clean are to rule out."""


DEFAULT_PRECISION = RandomStreamPrecision(relative_half_width=0.5, below_share=0.005)
NO_REDRAWS = RobustnessSettings(
    draws=0, replications=1, traits="sourced", wide_traits=WideTraits(low=-2.0, high=2.5, draws=0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendSettings(Spec):
    """What carries the independent pieces of a run out (``configs/backend``); no result depends on it."""

    name: Literal["loky", "dask"]
    address: str | None
    """Of a scheduler; none: a cluster of this machine's own."""

    def check(self) -> None:
        """Refuse an address that is none, or that nobody asks for."""
        if self.address is None:
            return
        if self.name != "dask":
            raise ConfigError("address", f"only backend=dask has an address, got {self.address!r} for {self.name}")
        if not re.fullmatch(r"(tcp|tls)://(\[[\da-fA-F:]+\]|[^\s/:\[\]]+):\d{1,5}", self.address):
            problem = f"expected tcp://HOST:PORT or tls://HOST:PORT, got {self.address!r}"
            raise ConfigError("address", problem)


LOKY = BackendSettings(name="loky", address=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettings(Spec):
    """The study keys of ``configs/config.yaml``, the same for every verb."""

    quick: bool
    replications: int = bounded_field(1, 100_000)
    days: int = bounded_field(1, 366)
    start_date: str
    calendar: Literal["week", "year"]
    seed: int = bounded_field(0, 2**63 - 1)
    coverage: float = bounded_field(0.5, 0.9999)
    baseline: str | None
    alternatives: dict[str, tuple[str, ...]]
    crossed_with: dict[str, tuple[str, ...]]
    separate: bool
    equal_levels: bool
    processes: int = bounded_field(1, 1024)
    engine: Literal["compiled", "simpy"]
    out: str | None
    store: str | None
    ledger: bool
    csv: bool
    manifest: str | None
    bottleneck: bool
    spread: int = bounded_field(0, 1000)
    explain: int = bounded_field(0, 1000)
    backend: BackendSettings
    robustness: RobustnessSettings
    random_stream: RandomStreamPrecision
    alike: AlikeMargins
    high_risk_score: float = share_field()

    def check(self) -> None:
        """Refuse a date that is none, an empty folder name, and a manifest that is not there."""
        if self.spread == 1:
            raise ConfigError("spread", "one past has no spread; expected 0 or at least 2")
        # a year's weeks begin anywhere in it; loads are those of the week that a shorter window begins
        year = self.calendar == "year"
        check_dates(
            "start_date", self.start_date, 366 + self.days if year else max(self.days, 7), 366 if year else PAST_DAYS
        )
        if self.out is not None and not self.out.strip():
            raise ConfigError("out", f"expected a folder or null, got {self.out!r}")
        if self.store is not None and not self.store.strip():
            raise ConfigError("store", f"expected a folder, auto or null, got {self.store!r}")
        if self.manifest is not None and not Path(self.manifest).expanduser().is_file():
            raise ConfigError("manifest", f"no such file: {self.manifest!r}")
        if self.manifest is not None and self.calendar == "year":
            raise ConfigError("calendar", "a manifest is one stretch of days; expected week")

"""Who trades through a port and what is declared: assumptions of shape, from ``configs/traffic``.

No table of these is published for one port, so each stands in ``configs/`` with the range over
which results are swept. ``sim.trucks.population`` draws by the firms' part of it,
``sim.trucks.declared`` by the declarations' part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.errors import ConfigError
from sim.setting.port import COMMODITIES
from sim.setting.spec import Spec, bounded_field, share_field

BY_COMMODITY = ("usual_weight_kg", "low_density_share", "high_density_share", "hazmat_weight", "value_lean_sd")
"""Fields of `Declared` that hold one number for each commodity group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms(Spec):
    """Carriers, shippers and crews: sizes, ages, standing, records, habits."""

    size_zipf_exponent: float = bounded_field(0.0, 3.0)
    carrier_rank_shift: float = bounded_field(1.0, 1e6)
    shipper_rank_shift: float = bounded_field(1.0, 1e6)
    """Size ~ 1 / (rank + shift) ** exponent, the first rank being 0."""
    new_firm_share: float = bounded_field(0.001, 0.999)
    """Share of firms that began within a year."""
    new_size_ratio: float = bounded_field(0.0, 10.0)
    old_firm_mean_further_age_years: float = bounded_field(0.0, 100.0)
    new_crew_share: float = bounded_field(0.001, 1.0)
    """Share of drivers, and of tractors, that began within a year."""
    member_traffic_share: float = share_field()
    """C-TPAT members' share of the trucks, by size."""
    member_size_exponent: float = bounded_field(0.0, 3.0)
    exams_per_crossing: float = share_field()
    member_exam_ratio: float = bounded_field(0.0, 10.0)
    exam_latent_ln: float = bounded_field(-2.0, 2.0)
    finds_per_crossing: float = share_field()
    n_customers: int = bounded_field(1, 100)
    first_pair_new_share: float = share_field()
    first_pair_old_share: float = share_field()
    driver_change_share: float = share_field()
    state_zipf_exponent: float = bounded_field(0.0, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Spec):
    """What an e-Manifest and its entry say of a truck."""

    schedule_sd_h: float = bounded_field(0.0, 24.0)
    usual_weight_kg: dict[str, float] = bounded_field(1.0, 1e5)
    weight_ln_sd: float = bounded_field(0.0, 3.0)
    n_pieces_median: float = bounded_field(0.0, 1e6)
    pieces_ln_sd: float = bounded_field(0.0, 3.0)
    low_density_share: dict[str, float] = bounded_field(0.0, 1.0)
    high_density_share: dict[str, float] = bounded_field(0.0, 1.0)
    """The rest of each commodity is of medium density."""
    hazmat_weight: dict[str, float] = bounded_field(0.0, 1e3)
    """Relative chance of hazardous goods; ``port.mix.hazmat_share`` sets the level."""
    value_lean_sd: dict[str, float] = bounded_field(-10.0, 10.0)
    value_shipper_share: float = share_field()
    in_bond_share: float = share_field()
    informal_share: float = share_field()
    lead_ratio_median: float = bounded_field(0.0, 1e3)
    """Filing ahead of the least time, in multiples of it."""
    lead_ln_sd: float = bounded_field(0.0, 3.0)
    amended_share: float = share_field()
    seal_mismatch_share: float = share_field()

    def check(self) -> None:
        """Refuse shares of one whole that exceed it."""
        if (total := self.in_bond_share + self.informal_share) > 1.0:
            raise ConfigError("informal_share", f"with in_bond_share at most 1, got {total:g}")
        for name, low in self.low_density_share.items():
            if (total := low + self.high_density_share.get(name, 0.0)) > 1.0 + 1e-9:
                raise ConfigError(f"high_density_share.{name}", f"with low_density_share at most 1, got {total:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic(Spec):
    """Where arrivals come from: the port's own profile, or rates for theory."""

    name: Literal["profile", "flat", "hourly"]
    volume_scale: float = bounded_field(0.0, 20.0)
    trucks_per_h: float | None = bounded_field(0.0)
    """For ``flat``."""
    trucks_per_h_by_hour: tuple[float, ...] = bounded_field(0.0)
    """For ``hourly``: 24 rates, the same every day."""
    population_seed: int = bounded_field(0)
    n_carriers: int = bounded_field(10, 100_000)
    n_drivers: int = bounded_field(10, 1_000_000)
    n_plates: int = bounded_field(10, 1_000_000)
    n_shippers: int = bounded_field(10, 1_000_000)
    n_consignees: int = bounded_field(10, 1_000_000)
    firms: Firms
    declared: Declared

    def check(self) -> None:
        for name in BY_COMMODITY:
            if set(getattr(self.declared, name)) != set(COMMODITIES):
                raise ConfigError(f"declared.{name}", f"expected the groups {list(COMMODITIES)}")
        if self.name == "flat" and self.trucks_per_h is None:
            raise ConfigError("trucks_per_h", "missing: traffic=flat needs a number")
        if self.name == "hourly" and len(self.trucks_per_h_by_hour) != 24:
            raise ConfigError("trucks_per_h_by_hour", "traffic=hourly needs 24 numbers")

"""Who trades through a port and what is declared: assumptions of shape, from ``configs/traffic``.

No table of these is published for one port, so each stands in ``configs/`` with the range over
which results are swept. ``sim.firms`` and ``sim.population`` draw by `Firms`, ``sim.declared`` by
`Declared`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import ConfigError
from sim.spec import Spec, bounded, share

BY_COMMODITY = (
    "usual_weight_kg",
    "low_density_share",
    "high_density_share",
    "hazmat_weight",
    "value_lean_sd",
)
"""Fields of `Declared` that hold one number for each commodity group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms(Spec):
    """Carriers, shippers and crews: sizes, ages, standing, records, habits."""

    size_zipf_exponent: float = bounded(0.0, 3.0)
    carrier_rank_shift: float = bounded(1.0, 1e6)
    shipper_rank_shift: float = bounded(1.0, 1e6)
    """Size ~ 1 / (rank + shift) ** exponent, the first rank being 0."""
    new_firm_share: float = bounded(0.001, 0.999)
    """Share of firms that began within a year."""
    new_size_ratio: float = bounded(0.0, 10.0)
    old_firm_mean_further_age_years: float = bounded(0.0, 100.0)
    new_crew_share: float = bounded(0.001, 1.0)
    """Share of drivers, and of tractors, that began within a year."""
    member_traffic_share: float = share()
    """C-TPAT members' share of the trucks, by size."""
    member_size_exponent: float = bounded(0.0, 3.0)
    exams_per_crossing: float = share()
    member_exam_ratio: float = bounded(0.0, 10.0)
    exam_latent_ln: float = bounded(-2.0, 2.0)
    finds_per_crossing: float = share()
    n_customers: int = bounded(1, 100)
    first_pair_new_share: float = share()
    first_pair_old_share: float = share()
    driver_change_share: float = share()
    state_zipf_exponent: float = bounded(0.0, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Spec):
    """What an e-Manifest and its entry say of a truck."""

    schedule_sd_h: float = bounded(0.0, 24.0)
    usual_weight_kg: dict[str, float] = bounded(1.0, 1e5)
    weight_ln_sd: float = bounded(0.0, 3.0)
    n_pieces_median: float = bounded(0.0, 1e6)
    pieces_ln_sd: float = bounded(0.0, 3.0)
    low_density_share: dict[str, float] = bounded(0.0, 1.0)
    high_density_share: dict[str, float] = bounded(0.0, 1.0)
    """The rest of each commodity is of medium density."""
    hazmat_weight: dict[str, float] = bounded(0.0, 1e3)
    """Relative chance of hazardous goods; ``port.mix.hazmat_share`` sets the level."""
    value_lean_sd: dict[str, float] = bounded(-10.0, 10.0)
    value_shipper_share: float = share()
    in_bond_share: float = share()
    informal_share: float = share()
    lead_ratio_median: float = bounded(0.0, 1e3)
    """Filing ahead of the least time, in multiples of it."""
    lead_ln_sd: float = bounded(0.0, 3.0)
    amended_share: float = share()
    seal_mismatch_share: float = share()

    def check(self) -> None:
        """Refuse shares of one whole that exceed it."""
        if (total := self.in_bond_share + self.informal_share) > 1.0:
            raise ConfigError("informal_share", f"with in_bond_share at most 1, got {total:g}")
        for name, low in self.low_density_share.items():
            if (total := low + self.high_density_share.get(name, 0.0)) > 1.0 + 1e-9:
                problem = f"with low_density_share at most 1, got {total:g}"
                raise ConfigError(f"high_density_share.{name}", problem)

"""What others share beyond the port's own information: which items, how soon, how true.

Two tiers stand beside ``own``: the *partner's* items (the Mexican export declaration, the
partner's scan, certification of the plant, dwell by GPS) and *tips* of intelligence. `sim.trucks.partner`
draws them; a risk model reads them if ``risk.tier`` says so.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final, Literal

from sim.setting.spec import Spec, bounded_field, share_field

Tier = Literal["own", "partner", "tip"]
TIERS: Final[tuple[Tier, ...]] = ("own", "partner", "tip")
"""Tiers of information; each holds those before it."""
_ABSENT: Final = "NaN: none in time"
SHARED_ITEMS: Final[tuple[tuple[str, str, str, str, Literal["partner", "tip"]], ...]] = (
    ("partner_weight_gap", "-", "ln(weight of the Mexican export declaration / weight declared)", _ABSENT, "partner"),
    ("partner_scan_z", "z", "reading of the partner's scan, standard normal if clean", _ABSENT, "partner"),
    ("partner_certified", "0-1", "1: the plant is certified by the partner, 0: it is not", _ABSENT, "partner"),
    ("partner_dwell_h", "h", "time on the way by GPS beyond what the route takes", _ABSENT, "partner"),
    ("tip", "0-1", "chance that the truck carries, as a tip states it", "0: no tip", "tip"),
)
"""Columns that others share: name, unit, meaning, what stands where there is none, tier."""
IF_CARRYING_PREFIX: Final = "true_if_"
"""Begins the name of a column that says what another would hold were the truck carrying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedItem(Spec):
    """One item of information, as it comes to the port of entry."""

    completeness_share: float = share_field()
    """Share of the trucks for which the item exists and is sent at all."""
    delay_mean_h: float = bounded_field(0.0, 1e4)
    """Mean of an exponential delay after the e-Manifest was filed; void if the truck is there."""
    error_share: float = share_field()
    """Share of the items that speak of something else: they are as of any clean truck."""
    withheld_share: float = share_field()
    """Of the items on trucks that carry, those held back: a bribe, or a source to protect."""
    p_leak: float = share_field()
    """Chance that those who send a load know of the item and hide from it: it reads as clean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(SharedItem):
    """The Mexican export declaration, held against the entry: ln of the ratio of weights."""

    gap_ln_sd: float = bounded_field(0.0, 10.0)
    gap_carrying_ln_sd: float = bounded_field(0.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerScan(SharedItem):
    """The partner's scan: a binormal reading, standard normal where the truck is clean."""

    d_prime: float = bounded_field(0.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification(SharedItem):
    """An audited, certified plant: the less likely, the more its shipper leans to smuggling."""

    certified_share: float = share_field()
    """Of shippers."""
    latent_correlation: float = share_field()
    """Between an audit's verdict and the shipper's hidden propensity, with its sign turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell(SharedItem):
    """Time that GPS shows on the way beyond what the route takes: exponential."""

    mean_h: float = bounded_field(0.0, 1e3)
    mean_carrying_h: float = bounded_field(0.0, 1e3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip(SharedItem):
    """Intelligence on this very truck."""

    recall_share: float = share_field()
    """Share of loads of which an informant tells."""
    precision_share: float = bounded_field(1e-6, 1.0)
    """Share of tips that are right, at the prevalence of ``threat``; the tip says so itself."""

    def p_false(self, prevalence: float) -> float:
        """Return the chance of a tip on a clean truck that gives tips their precision.

        recall x q (1 - precision) / (precision (1 - q)), where a share q of trucks carry.
        """
        odds = (1.0 - self.precision_share) / self.precision_share
        return min(self.recall_share * prevalence * odds / (1.0 - prevalence), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing(Spec):
    """Everything that others share with the port."""

    name: str
    declaration: Declaration
    scan: PartnerScan
    certification: Certification
    dwell: Dwell
    tip: Tip

    @property
    def has_partner(self) -> bool:
        """Return whether any item of tier ``partner`` ever arrives."""
        items = (self.declaration, self.scan, self.certification, self.dwell)
        return any(item.completeness_share > 0.0 for item in items)

    @property
    def has_tips(self) -> bool:
        """Return whether a tip ever arrives."""
        return self.tip.completeness_share > 0.0 and self.tip.recall_share > 0.0

    def as_agreed(self) -> Sharing:
        """Return the sharing before anything leaked or was held back, and without tips.

        That is the past from which a model learns; what is spoiled since, it does not know.
        """
        items = {
            name: dataclasses.replace(getattr(self, name), withheld_share=0.0, p_leak=0.0)
            for name in ("declaration", "scan", "certification", "dwell")
        }
        return dataclasses.replace(self, name="as_agreed", tip=_NO_TIPS, **items)


_NO_TIPS = Tip(**dict.fromkeys((field.name for field in dataclasses.fields(Tip)), 0.0) | {"precision_share": 1.0})

"""How large a difference may be and still be called alike: what an equivalence is held to."""

from __future__ import annotations

from dataclasses import dataclass

from sim.setting.spec import Spec, bounded_field


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeMargins(Spec):
    """Two alternatives are alike where the interval of their difference lies within these margins."""

    wait_min: float = bounded_field(0.01, 60.0)
    """Of the mean wait."""
    found_share: float = bounded_field(1e-4, 0.5)
    """Of the share of loads found."""


DEFAULT_MARGINS = AlikeMargins(wait_min=0.5, found_share=0.005)

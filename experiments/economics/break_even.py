"""What one more interdicted load must be worth for an option to pay, and what that would mean.

No value of a load is assumed: the threshold is turned into things a reader can judge. This is the
break-even analysis that DHS uses where benefits of security cannot be estimated.

Source: RAND WR-487 (2007) for break-even analysis of a land-border rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from experiments.economics.appraisal import Worth
from sim.errors import ConfigError
from sim.spec import Spec, bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm(Spec):
    """What a load of drugs would do if nothing replaced it, in lives, never in street value."""

    name: str
    price_year: int = bounded(1990, 2100)
    value_of_statistical_life_usd: float = bounded(1.0)
    deaths_per_y: float = bounded(0.0)
    pure_consumed_kg_per_y: float = bounded(1e-9)
    pure_kg_per_load: float = bounded(0.0)
    """Of the drug that the deaths are of, in a mean interdicted load of the user's own mix."""
    not_replaced_low_share: float = bounded(0.0, 1.0)
    """Prior range of the share of what is seized that is not replaced."""
    not_replaced_high_share: float = bounded(0.0, 1.0)

    @property
    def deaths_per_pure_kg(self) -> float:
        """Mean deaths per pure kilogram consumed."""
        return self.deaths_per_y / self.pure_consumed_kg_per_y

    def check(self) -> None:
        """Refuse a range that ends before it begins."""
        if self.not_replaced_low_share > self.not_replaced_high_share:
            raise ConfigError("not_replaced_low_share", "above not_replaced_high_share")


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The threshold of one option and its companions; None where there is none."""

    usd_per_load: float | None
    """Value of a load at which the net present value is zero; None: it finds no more loads."""
    pays_without: bool
    """Whether the option pays on time and money alone, whatever a load is worth."""
    annual_gap_usd: float
    """Equal sum a year that interdiction must be worth; negative: what is left over."""
    deaths_per_y: float
    """The same as statistical deaths a year."""
    not_replaced_share: float | None
    """Share of what is seized that must not be replaced; above 1: harm cannot pay for it."""


def break_even_usd_per_load(worth: Worth) -> float | None:
    """Return the value of a load at which the option breaks even.

    -NPV0 / loads; None where it interdicts no more than the baseline does.
    """
    return -worth.npv0 / worth.loads if worth.loads > 0.0 else None


def break_even(worth: Worth, harm: Harm) -> BreakEven:
    """Return the threshold and its companions; the harm must be in the study's dollars."""
    threshold = break_even_usd_per_load(worth)
    gap = 0.0 if worth.npv0 == 0.0 else -worth.annualised_net(None)
    per_load = harm.pure_kg_per_load * harm.deaths_per_pure_kg * harm.value_of_statistical_life_usd
    shared = None if threshold is None or per_load <= 0.0 else threshold / per_load
    return BreakEven(
        usd_per_load=threshold,
        pays_without=worth.npv0 >= 0.0,
        annual_gap_usd=gap,
        deaths_per_y=gap / harm.value_of_statistical_life_usd,
        not_replaced_share=shared,
    )


def additive_not_replaced(
    elasticity: float, cost_usd_per_kg: float, price_usd_per_kg: float
) -> float:
    """Return the share of a seizure that lowers consumption if costs pass to prices one for one.

    |elasticity| x replacement cost / retail price. With delivered quantity Q, seizure rate s and
    replacement cost c, dp/ds = c / (1 - s)^2 and dS/ds = Q / (1 - s)^2, hence -dQ/dS.

    Examples
    --------
    >>> round(additive_not_replaced(-0.5, 10_000.0, 5.0 / 2.25e-6), 5)
    0.00225
    """
    return abs(elasticity) * cost_usd_per_kg / price_usd_per_kg


def displaced(loads: float, share: float) -> float:
    """Return the loads above the baseline's that are left if a share goes by another way."""
    if not 0.0 <= share <= 1.0:
        raise ConfigError("displaced_share", f"must be between 0 and 1, got {share:g}")
    return loads * (1.0 - share)

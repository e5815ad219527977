"""Detection layers: service, sensing, outages, crew and cost of each instrument (``scanner``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.errors import ConfigError
from sim.setting.contraband import CONCEALMENTS, CONTRABAND, DENSITIES
from sim.setting.spec import Spec, bounded_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Spec):
    """A service-time distribution by its mean and coefficient of variation."""

    dist: Literal["exponential", "lognormal", "gamma", "triangular", "deterministic", "empirical"]
    mean_min: float = bounded_field(0.0)
    cv: float = bounded_field(0.0, 5.0)
    values_min: tuple[float, ...] = bounded_field(0.0)
    """``empirical``: observed times, drawn with equal weight. ``triangular``: least, most likely
    and greatest time, from which mean and spread then follow; without them it is symmetric."""

    def check(self) -> None:
        given = len(self.values_min)
        if self.dist == "triangular" and given:
            if given != 3 or list(self.values_min) != sorted(self.values_min):
                raise ConfigError("values_min", f"expected [least, most likely, greatest], got {list(self.values_min)}")
        elif (self.dist == "empirical") != bool(given):
            raise ConfigError("values_min", "goes with dist=empirical or triangular, and only with them")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensing(Spec):
    """A binormal ROC by contraband x concealment x cargo density, and the point it is run at."""

    threshold_z: float = bounded_field(-5.0, 6.0)
    """Operating threshold; a clean truck alarms with probability Phi(-threshold_z)."""
    d_prime: dict[str, float] = bounded_field(0.0, 8.0)
    """Separation by concealment, at medium density."""
    density_shift: dict[str, float] = bounded_field(-8.0, 8.0)
    contraband_shift: dict[str, float] = bounded_field(-8.0, 8.0)

    def check(self) -> None:
        for name, expected in (
            ("d_prime", CONCEALMENTS),
            ("density_shift", DENSITIES),
            ("contraband_shift", CONTRABAND),
        ):
            if set(getattr(self, name)) != set(expected):
                raise ConfigError(name, f"expected the keys {list(expected)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages(Spec):
    """Breakdowns of one unit: availability and a heavy-tailed (lognormal) repair."""

    availability_share: float = bounded_field(0.01, 1.0)
    repair_median_h: float = bounded_field(0.0)
    repair_ln_sd: float = bounded_field(0.0, 4.0)
    repair_max_h: float = bounded_field(0.0)
    """Repairs are cut at this length."""
    hold_min: float | None = bounded_field(0.0)
    """A truck in a broken unit is taken out unserved after this long; null: it waits for repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor(Spec):
    """One kind of instrument or exam: service, sensing, outages, crew. What it costs stands in configs/cost."""

    title: str
    units: int | None = bounded_field(0, 1000)
    """Overrides the port's number of units; null keeps the port's."""
    service: Service
    sensing: Sensing
    outages: Outages
    crew_officers: float = bounded_field(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowScan(Spec):
    """The second service profile of a portal: it takes another time and sees otherwise."""

    service: Service
    sensing: Sensing


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal(Sensor):
    """A portal: its own service and sensing are those of the fast scan."""

    slow: SlowScan | None
    """Chosen by the policy as a scan begins; null: there is one way to scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyst(Spec):
    """The pool that judges portal images; prevalence moves its criterion, never d'."""

    service: Service
    criterion_slope_z: float = bounded_field(0.0, 2.0)
    """Criterion shift (z units) per unit of ln odds of the threat-image share."""
    reference_threat_image_share: float = bounded_field(1e-9, 0.999)
    """Threat-image share at which the portal's quoted operating point holds."""
    test_images_per_day: float = bounded_field(0.0)
    auto_clear_share: float = bounded_field(0.0, 0.999)
    """Share of clean images that a machine clears before an analyst sees them."""
    auto_clear_d_prime: float = bounded_field(0.0, 8.0)
    """How well that machine tells threats from clean images, less the portal's shifts by type."""
    from_roster: bool = False
    """Analysts are cargo officers of the port, whom ``staffing.roster`` places; false: people of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner(Spec):
    """All detection layers of the port and the correlation between them."""

    name: str
    low_energy: Sensor
    portal: Portal
    secondary: Sensor
    canine: Sensor
    exam: Sensor
    origin: Sensing
    """How the check of the country that the truck leaves finds a load; see ``port.origin``."""
    analyst: Analyst
    rho: float = bounded_field(0.0, 0.99)
    """Correlation between sensors through a carrying truck's concealment factor."""
    other_exam_d_prime_shift: float = bounded_field(-8.0, 0.0)
    """An exam for another reason looks less closely: its d' differs by this."""

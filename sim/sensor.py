"""Alarms: a binormal ROC for each sensor, run at a threshold; a well-hidden load evades them all.

Sensor k sees of truck i the decision variable

    X = d' - sqrt(rho) z_concealment + sqrt(1 - rho) z_k    where the truck carries,
    X = z_k                                                 where it does not,

and alarms where X exceeds its threshold. A load that is hidden well (z_concealment high) is hidden
from every sensor, so layers overlap; false alarms of different sensors are independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit, ndtr

from sim.contraband import CONTRABAND
from sim.insider import let_pass
from sim.instruments import CONCEALMENTS, DENSITIES, Sensing
from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
SensorName = Literal["portal", "portal_slow", "secondary", "exam", "exam_other"]
"""``portal_slow`` is the portal's slow scan (the fast one, where there is none); ``exam_other`` is
the physical exam made for agriculture or trade compliance."""

NOISE: Final[dict[SensorName, str]] = {
    "portal": "z_portal",
    "portal_slow": "z_portal",
    "secondary": "z_secondary",
    "exam": "z_exam",
    "exam_other": "z_exam",
}
"""Column of a truck's own noise at each sensor; a truck is scanned at the portal once, and
opened at most once."""
LEAST_SHARE: Final = 1e-9
"""Threat-image shares below it count as this: an analyst's criterion stays finite."""


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """Thresholds in z units: a clean truck alarms with probability Phi(-threshold)."""

    portal: float
    portal_slow: float
    secondary: float
    exam: float

    def threshold(self, sensor: SensorName) -> float:
        """Return the threshold of one sensor; both kinds of exam share theirs."""
        return {
            "portal": self.portal,
            "portal_slow": self.portal_slow,
            "secondary": self.secondary,
            "exam": self.exam,
            "exam_other": self.exam,
        }[sensor]


class Load(NamedTuple):
    """What is hidden, how, and behind what: codes as in MANIFEST, arrays that broadcast."""

    contraband: Ints
    concealment: Ints
    density: Ints


def operating_points(scenario: Scenario, threat_image_share: float) -> OperatingPoints:
    """Return the thresholds, the portal's moved by its analysts' criterion.

    The rarer threats are among the images that analysts judge, the higher their criterion::

        threshold = threshold_z + slope (logit(reference share) - logit(share))

    so hits and false alarms fall together and d' never moves. Without a portal or without
    analysts nothing is moved.

    Parameters
    ----------
    threat_image_share : float
        Expected share of images that hold a threat, test images included (`sim.policy.expected`).

    Source
    ------
    Wolfe et al. 2005, Nature 435:439: misses of 7, 16 and 30 % at 50, 10 and 1 % prevalence. The
    slope 0.207 is the line through them: (z(.30) - z(.07)) / (logit(.50) - logit(.01)).
    """
    scanner = scenario.scanner
    shift_z = 0.0
    if scenario.servers("portal") > 0 and scenario.servers("analyst") > 0:
        analyst = scanner.analyst
        share = min(max(threat_image_share, LEAST_SHARE), 1.0 - LEAST_SHARE)
        rarity = logit(analyst.reference_threat_image_share) - logit(share)
        shift_z = analyst.criterion_slope_z * float(rarity)
    return OperatingPoints(
        portal=scanner.portal.sensing.threshold_z + shift_z,
        portal_slow=slow_sensing(scenario).threshold_z + shift_z,
        secondary=scanner.secondary.sensing.threshold_z,
        exam=scanner.exam.sensing.threshold_z,
    )


def slow_sensing(scenario: Scenario) -> Sensing:
    """Return how the portal's slow scan sees: as the fast one, where there is no slow one."""
    portal = scenario.scanner.portal
    return portal.sensing if portal.slow is None else portal.slow.sensing


def d_prime(scenario: Scenario, sensor: SensorName) -> Floats:
    """Return d' of one sensor, float64[contraband, concealment, density], never below 0."""
    scanner = scenario.scanner
    parts: dict[SensorName, Sensing] = {
        "portal": scanner.portal.sensing,
        "portal_slow": slow_sensing(scenario),
        "secondary": scanner.secondary.sensing,
        "exam": scanner.exam.sensing,
        "exam_other": scanner.exam.sensing,
    }
    sensing = parts[sensor]
    shift = scanner.other_exam_d_prime_shift if sensor == "exam_other" else 0.0
    by_contraband = np.array([sensing.contraband_shift[name] for name in CONTRABAND])
    by_concealment = np.array([sensing.d_prime[name] for name in CONCEALMENTS])
    by_density = np.array([sensing.density_shift[name] for name in DENSITIES])
    table = by_contraband[:, None, None] + by_concealment[:, None] + by_density + shift
    return np.asarray(np.maximum(table, 0.0), dtype=np.float64)


def p_alarm(
    scenario: Scenario,
    points: OperatingPoints,
    sensor: SensorName,
    load: Load,
    z_concealment: Floats,
) -> Floats:
    """Return P(alarm | carrying, z_concealment) = Phi((d' - sqrt(rho) z - t) / sqrt(1 - rho)).

    ``load`` and ``z_concealment`` broadcast. Given z the sensors are independent; averaged over z,
    each alarms with probability Phi(d' - t), whatever rho.
    """
    rho = scenario.scanner.rho
    separation = d_prime(scenario, sensor)[load]
    excess = separation - np.sqrt(rho) * z_concealment - points.threshold(sensor)
    return np.asarray(ndtr(excess / np.sqrt(1.0 - rho)), dtype=np.float64)


def p_false_alarm(points: OperatingPoints, sensor: SensorName) -> float:
    """Return P(alarm | clean) = Phi(-threshold)."""
    return float(ndtr(-points.threshold(sensor)))


def alarms(scenario: Scenario, points: OperatingPoints, manifest: pd.DataFrame) -> dict[str, Bools]:
    """Return what each sensor would say of each truck, if it came there.

    Returns
    -------
    dict of bool[n]
        ``portal``, ``portal_slow``, ``secondary``: alarms; ``exam_find``, ``exam_find_other``: a
        physical exam, made for contraband or for another reason, finds the load (never where the
        truck carries none). A helped load that a compromised officer lets pass there is neither
        seen nor found.
    """
    carrying = manifest["true_carrying"].to_numpy(dtype=bool)
    _, at_dock, at_image = let_pass(scenario, manifest).T

    def alarm(sensor: SensorName) -> Bools:
        return _decision(scenario, sensor, manifest) > points.threshold(sensor)

    return {
        "portal": alarm("portal") & ~at_image,
        "portal_slow": alarm("portal_slow") & ~at_image,
        "secondary": alarm("secondary"),
        "exam_find": carrying & alarm("exam") & ~at_dock,
        "exam_find_other": carrying & alarm("exam_other") & ~at_dock,
    }


def _decision(scenario: Scenario, sensor: SensorName, manifest: pd.DataFrame) -> Floats:
    """Return the decision variable X of one sensor for every truck."""
    rho = scenario.scanner.rho
    noise = manifest[NOISE[sensor]].to_numpy(dtype=np.float64)
    hidden = manifest["z_concealment"].to_numpy(dtype=np.float64)
    separation = d_prime(scenario, sensor)[_load(manifest)]
    seen = separation - np.sqrt(rho) * hidden + np.sqrt(1.0 - rho) * noise
    return np.where(manifest["true_carrying"].to_numpy(dtype=bool), seen, noise)


def _load(manifest: pd.DataFrame) -> Load:
    laden = manifest["laden"].to_numpy(dtype=bool)
    return Load(
        contraband=manifest["true_contraband"].to_numpy(dtype=np.int64),
        concealment=manifest["true_concealment"].to_numpy(dtype=np.int64),
        # nothing stands before a load in an empty trailer
        density=np.where(laden, manifest["density"].to_numpy(dtype=np.int64), 0),
    )

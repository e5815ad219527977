"""Alarms: a binormal ROC for each sensor, run at a threshold; a well-hidden load evades them all.

Sensor k sees of truck i the decision variable

    X = d' - sqrt(rho) z_concealment + sqrt(1 - rho) z_k    where the truck carries,
    X = z_k                                                 where it does not,

and alarms where X exceeds its threshold. A load that is hidden well (z_concealment high) is hidden
from every sensor, so layers overlap; false alarms of different sensors are independent.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy.special import logit, ndtr, ndtri

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.caching.kept_results import KeptResults
from sim.frames import LazyColumns, column, column_at
from sim.setting.contraband import CONCEALMENTS, CONTRABAND, DENSITIES
from sim.setting.insider import AT_DOCK, IMAGE
from sim.setting.scanner import Sensing, Sensor
from sim.setting.setting import Setting
from sim.stations import SENSED_STATIONS, TABLE
from sim.trucks.insider import stages_let_pass

SensorName: TypeAlias = str
"""A key of `NOISE`: ``origin`` is the check of the country that the truck leaves, ``portal_slow`` the portal's slow
scan (the fast one, where there is none), ``exam_other`` the physical exam made for agriculture or
trade compliance."""

OTHER_USE: Final = {"portal": ("portal_slow",), "exam": ("exam_other",)}
NOISE: Final[dict[SensorName, str]] = {
    name: f"z_{station.sensor}"
    for station in TABLE
    if station.sensor
    for name in (station.sensor, *OTHER_USE.get(station.sensor, ()))
}
"""Column of a truck's own noise at each sensor; a truck is scanned at the portal once, and
opened at most once."""
Z_MACHINE: Final = "z_machine"
"""Column of the noise of the machine that reads images."""
LEAST_SHARE: Final = 1e-9
"""Threat-image shares below it count as this: an analyst's criterion stays finite."""


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """Thresholds in z units: a clean truck alarms with probability Phi(-threshold)."""

    z: Mapping[SensorName, float]

    def threshold(self, sensor: SensorName) -> float:
        """Return the threshold of one sensor; both kinds of exam share theirs."""
        return self.z[sensor]

    def shifted(self, sensor: SensorName, step: float) -> OperatingPoints:
        """Return the points with one sensor's threshold raised by ``step``."""
        return OperatingPoints({**self.z, sensor: self.z[sensor] + step})


class HiddenLoad(NamedTuple):
    """What is hidden, how, and behind what: codes as in MANIFEST, arrays that broadcast."""

    contraband: IntArray
    concealment: IntArray
    density: IntArray


def operating_points(setting: Setting, threat_image_share: float) -> OperatingPoints:
    """Return the thresholds, the portal's moved by its analysts' criterion.

    The rarer threats are among the images that analysts judge, the higher their criterion::

        threshold = threshold_z + slope (logit(reference share) - logit(share))

    so hits and false alarms fall together and d' never moves. Without a portal or without
    analysts nothing is moved.

    Parameters
    ----------
    threat_image_share : float
        Expected share of images that hold a threat, test images included (`sim.policies.registry.policy_expectation`).

    Source
    ------
    Wolfe et al. 2005, Nature 435:439: misses of 7, 16 and 30 % at 50, 10 and 1 % prevalence. The
    slope 0.207 is the line through them: (z(.30) - z(.07)) / (logit(.50) - logit(.01)).
    """
    scanner = setting.scanner
    shift_z = 0.0
    if setting.servers("portal") > 0 and setting.servers("analyst") > 0:
        analyst = scanner.analyst
        share = min(max(threat_image_share, LEAST_SHARE), 1.0 - LEAST_SHARE)
        rarity = logit(analyst.reference_threat_image_share) - logit(share)
        shift_z = analyst.criterion_slope_z * float(rarity)
    points = {name: _sensing(setting, name).threshold_z for name in NOISE}
    return OperatingPoints(points | {name: points[name] + shift_z for name in ("portal", "portal_slow")})


def d_prime(setting: Setting, sensor: SensorName) -> FloatArray:
    """Return d' of one sensor, float64[contraband, concealment, density], never below 0."""
    sensing = _sensing(setting, sensor)
    shift = setting.scanner.other_exam_d_prime_shift if sensor == "exam_other" else 0.0
    by_contraband = np.array([sensing.contraband_shift[name] for name in CONTRABAND])
    by_concealment = np.array([sensing.d_prime[name] for name in CONCEALMENTS])
    by_density = np.array([sensing.density_shift[name] for name in DENSITIES])
    table = by_contraband[:, None, None] + by_concealment[:, None] + by_density + shift
    return np.asarray(np.maximum(table, 0.0), dtype=np.float64)


def _sensing(setting: Setting, sensor: SensorName) -> Sensing:
    scanner = setting.scanner
    if sensor == "origin":
        return scanner.origin
    if sensor == "portal_slow" and scanner.portal.slow is not None:
        return scanner.portal.slow.sensing
    part: Sensor = getattr(scanner, {"exam_other": "exam", "portal_slow": "portal"}.get(sensor, sensor))
    return part.sensing


def auto_clear_z(setting: Setting) -> float:
    """Return the machine's threshold: images that read below it are cleared unseen.

    A share ``auto_clear_share`` of clean images reads below it. Without portal or analysts nothing
    is cleared.
    """
    judged = setting.servers("portal") > 0 and setting.servers("analyst") > 0
    cleared = setting.scanner.analyst.auto_clear_share if judged else 0.0
    return float(ndtri(cleared))


def p_auto_clear(setting: Setting, load: HiddenLoad, z_concealment: FloatArray) -> FloatArray:
    """Return P(the machine clears the image | carrying, z_concealment); broadcasts as `p_alarm`.

    The machine reads the same image with a noise of its own: its d' differs from the portal's by
    one shift for all loads, so that what the portal sees badly the machine sees badly.
    """
    rho = setting.scanner.rho
    separation = _machine_d_prime(setting)[load]
    below = auto_clear_z(setting) - separation + np.sqrt(rho) * z_concealment
    return np.asarray(ndtr(below / np.sqrt(1.0 - rho)), dtype=np.float64)


def _machine_d_prime(setting: Setting) -> FloatArray:
    best = setting.scanner.portal.sensing.d_prime["in_cargo"]
    shift = setting.scanner.analyst.auto_clear_d_prime - best
    return np.asarray(np.maximum(d_prime(setting, "portal") + shift, 0.0))


def p_alarm(
    setting: Setting, points: OperatingPoints, sensor: SensorName, load: HiddenLoad, z_concealment: FloatArray
) -> FloatArray:
    """Return P(alarm | carrying, z_concealment) = Phi((d' - sqrt(rho) z - t) / sqrt(1 - rho)).

    ``load`` and ``z_concealment`` broadcast. Given z the sensors are independent; averaged over z,
    each alarms with probability Phi(d' - t), whatever rho.
    """
    rho = setting.scanner.rho
    separation = d_prime(setting, sensor)[load]
    excess = separation - np.sqrt(rho) * z_concealment - points.threshold(sensor)
    return np.asarray(ndtr(excess / np.sqrt(1.0 - rho)), dtype=np.float64)


def p_false_alarm(points: OperatingPoints, sensor: SensorName) -> float:
    """Return P(alarm | clean) = Phi(-threshold)."""
    return float(ndtr(-points.threshold(sensor)))


def sensor_readings(setting: Setting, manifest: pd.DataFrame) -> LazyColumns:
    """Return what each sensor sees of each truck, whatever its threshold: X of every truck.

    Returns
    -------
    float64[n] by name
        By `SensorName`, and ``machine`` for the one that reads the portal's images; each made when it is asked
        for. Under `of_loads` of a name stand those of the trucks that carry alone. It hangs on ``setting.scanner``
        and the trucks alone, so that alternatives can share it.
    """
    readings = LazyColumns()
    for name, noise_of in NOISE.items():
        _add_decision(readings, name, setting, functools.partial(d_prime, setting, name), noise_of, manifest)
    _add_decision(readings, "machine", setting, functools.partial(_machine_d_prime, setting), Z_MACHINE, manifest)
    return readings


def sensor_alarms(
    setting: Setting, points: OperatingPoints, manifest: pd.DataFrame, readings: LazyColumns | None = None
) -> LazyColumns:
    """Return what each sensor would say of each truck, if it came there.

    Parameters
    ----------
    readings : LazyColumns, optional
        What `sensor_readings` gave for these trucks and this scanner.

    Returns
    -------
    bool[n] by name, each made when it is asked for
        The names of `SENSED_STATIONS` and ``portal_slow``: alarms; ``auto_clear``: a machine clears the portal's
        image; ``exam_find``, ``exam_find_other``, ``origin_find``: a physical exam, made for contraband, for another
        reason, or by the country that the truck leaves, finds the load (never where the truck carries none). A helped
        load that a compromised officer lets pass there is neither seen nor found.
    """
    x = sensor_readings(setting, manifest) if readings is None else readings
    loaded = np.flatnonzero(column(manifest, "true_carrying"))
    passed = stages_let_pass(setting, manifest)[loaded]

    def alarm(sensor: SensorName) -> BoolArray:
        return np.asarray(x[sensor] > points.threshold(sensor))

    def judged_alarm(sensor: SensorName) -> BoolArray:
        raised = alarm(sensor)
        raised[loaded] &= ~passed[:, IMAGE]
        return raised

    def found(sensor: SensorName, missed: BoolArray | None = None) -> BoolArray:
        opened = np.zeros(len(manifest), dtype=bool)
        seen = x[of_loads(sensor)] > points.threshold(sensor)
        opened[loaded] = seen if missed is None else seen & ~missed
        return opened

    alarms = LazyColumns()
    for name in SENSED_STATIONS:
        alarms.add(name, functools.partial(alarm, name))
    for name in ("portal", "portal_slow"):
        alarms.add(name, functools.partial(judged_alarm, name))
    alarms.add("auto_clear", lambda: _cleared_by_machine(setting, x, len(manifest)))
    alarms.add("origin_find", functools.partial(found, "origin"))
    alarms.add("exam_find", functools.partial(found, "exam", passed[:, AT_DOCK]))
    alarms.add("exam_find_other", functools.partial(found, "exam_other", passed[:, AT_DOCK]))
    return alarms


def _cleared_by_machine(setting: Setting, readings: LazyColumns, n: int) -> BoolArray:
    edge = auto_clear_z(setting)
    return np.zeros(n, dtype=bool) if edge == -np.inf else np.asarray(readings["machine"] < edge)


def _add_decision(
    readings: LazyColumns,
    name: str,
    setting: Setting,
    separations: Callable[[], FloatArray],
    noise_column: str,
    manifest: pd.DataFrame,
) -> None:
    """Add the decision variable X of one sensor: the noise, but where a truck carries."""

    def seen_of(rows: IntArray, noise: FloatArray) -> FloatArray:
        rho = setting.scanner.rho
        hidden = column_at(manifest, "z_concealment", rows)
        return np.asarray(separations()[_load(manifest, rows)] - np.sqrt(rho) * hidden + np.sqrt(1.0 - rho) * noise)

    def of_all() -> FloatArray:
        seen = column(manifest, noise_column)
        loaded = np.flatnonzero(column(manifest, "true_carrying"))
        if loaded.size:
            seen = seen.copy()
            seen[loaded] = seen_of(loaded, seen[loaded])
        return seen

    def of_carrying() -> FloatArray:
        loaded = np.flatnonzero(column(manifest, "true_carrying"))
        return seen_of(loaded, column_at(manifest, noise_column, loaded))

    readings.add(name, of_all)
    readings.add(of_loads(name), of_carrying)


def of_loads(name: SensorName) -> str:
    """Return the name of a sensor's readings of trucks that carry, in their order."""
    return f"{name}, loads"


def _load(manifest: pd.DataFrame, rows: IntArray) -> HiddenLoad:
    laden = column(manifest, "laden")[rows]
    return HiddenLoad(
        contraband=column_at(manifest, "true_contraband", rows),
        concealment=column_at(manifest, "true_concealment", rows),
        # nothing stands before a load in an empty trailer
        density=np.where(laden, column(manifest, "density")[rows], 0),
    )


NODES: Final[FloatArray] = np.linspace(-8.0, 8.0, 161)
"""Concealment factor. The trapezoid rule at this step is exact to 1e-11 for rho up to 0.99, where
Gauss-Hermite quadrature with 64 nodes is out by 0.01."""
NODE_WEIGHTS: Final[FloatArray] = np.exp(-(NODES**2) / 2.0) / np.exp(-(NODES**2) / 2.0).sum()


AlarmChances: TypeAlias = dict[SensorName, FloatArray]
"""P(alarm | carrying) by sensor, each float64[contraband, concealment, density, node]; the portal's of
an image that analysts may judge: what a machine clears raises no alarm."""


def alarm_chances(setting: Setting, points: OperatingPoints) -> AlarmChances:
    """Return P(alarm | carrying) of every sensor at its operating point."""
    found = {name: _p_alarm(setting, points, name) for name in NOISE}
    return found | {name: found[name] * p_image_judged(setting) for name in ("portal", "portal_slow")}


def _p_alarm(setting: Setting, points: OperatingPoints, name: SensorName) -> FloatArray:
    """Return P(alarm | carrying) of one sensor; alternatives share all but the portal's point."""
    make = functools.partial(p_alarm, setting, points, name, _loads(), NODES)
    return _KNOWN.once((setting.scanner,), (name, points.threshold(name)), make)


_KNOWN = KeptResults[FloatArray](most=256)
"""Tables of P(alarm | carrying), 0.1 MB each; nobody writes into them."""


def p_image_judged(setting: Setting) -> FloatArray:
    """Return P(no machine clears the portal's image | carrying)."""

    def make() -> FloatArray:
        return np.asarray(1.0 - p_auto_clear(setting, _loads(), NODES), dtype=np.float64)

    return _KNOWN.once((setting.scanner,), ("judged", auto_clear_z(setting)), make)


def p_reading_above(setting: Setting, points: OperatingPoints, sensor: SensorName, margin: float) -> FloatArray:
    """Return P(reading exceeds the sensor's threshold by more than ``margin`` | carrying)."""
    exceeds = p_alarm(setting, points.shifted(sensor, margin), sensor, _loads(), NODES)
    return exceeds * p_image_judged(setting) if sensor == "portal" else exceeds


def _loads() -> HiddenLoad:
    contraband, concealment, density = np.indices((len(CONTRABAND), len(CONCEALMENTS), len(DENSITIES)))
    return HiddenLoad(contraband[..., None], concealment[..., None], density[..., None])

"""A port in which nothing is scarce and sensors are as told, so that a policy alone decides."""

from __future__ import annotations

from scipy.special import ndtri

from sim.setting.contraband import CONTRABAND

CLASSES = {
    "d_prime": ("in_cargo", "structure", "small"),
    "density_shift": ("low", "medium", "high"),
    "contraband_shift": CONTRABAND,
}


def sensor(name: str, false_alarms: float, hits: float) -> list[str]:
    """Return overrides that give one sensor one operating point, whatever the load."""
    threshold = float(-ndtri(false_alarms))
    wanted = {"d_prime": threshold + float(ndtri(hits)), "density_shift": 0.0, "contraband_shift": 0.0}
    found = [f"scanner.{name}.sensing.threshold_z={threshold}"]
    for group, classes in CLASSES.items():
        found += [f"scanner.{name}.sensing.{group}.{one}={wanted[group]}" for one in classes]
    return found


def clear_port(*overrides: str, trucks_per_h: float = 60.0, prevalence: float = 0.02) -> list[str]:
    """Return overrides for a port with room for all; exams find everything."""
    found = [
        "port=bare",
        "port.primary.lanes=50",
        "traffic=flat",
        f"traffic.trucks_per_h={trucks_per_h}",
        "port.primary.service.dist=deterministic",
        "port.primary.service.mean_min=0.001",
        "scanner.rho=0",
        "scanner.analyst.criterion_slope_z=0",
        f"threat.prevalence_per_truck={prevalence}",
        "port.analyst.servers=50",
        "scanner.analyst.service.dist=deterministic",
        "scanner.analyst.service.mean_min=0.001",
    ]
    for station, name in (("portal", "portal"), ("secondary", "secondary"), ("dock", "exam")):
        found += [
            f"port.{station}.servers=50",
            f"scanner.{name}.service.dist=deterministic",
            f"scanner.{name}.service.mean_min=0.001",
            f"scanner.{name}.outages.availability_share=1",
        ]
    return [*found, *sensor("exam", 1e-4, 0.9999), *overrides]

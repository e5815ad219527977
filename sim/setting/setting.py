"""What is there, whatever the policy: port, traffic, threat, scanners, staffing, sharing, insiders, prices."""

from __future__ import annotations

from dataclasses import dataclass

from sim.setting.insider import Insider
from sim.setting.port import Port, Segment
from sim.setting.scanner import Scanner
from sim.setting.sharing import Sharing
from sim.setting.spec import Spec, bounded_field
from sim.setting.staffing import Staffing, check_lane_response
from sim.setting.threat import Threat
from sim.setting.traffic import Traffic
from sim.stations import STATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Spec):
    """Prices of time, all in dollars of one price year."""

    name: str
    price_year: int = bounded_field(1990, 2100)
    value_of_time_usd_per_truck_h: float = bounded_field(0.0)
    idle_fuel_gal_per_h: float = bounded_field(0.0)
    diesel_usd_per_gal: float = bounded_field(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Spec):
    """Where an alternative is played out: all of it but the risk model and the policy."""

    port: Port
    traffic: Traffic
    threat: Threat
    scanner: Scanner
    staffing: Staffing
    sharing: Sharing
    value: Value
    insider: Insider

    def check(self) -> None:
        check_lane_response(self.port, self.staffing)

    def servers(self, station: str) -> int:
        """Return the units that stand at an inspection station, overrides applied."""
        if station == "origin" and self.port.joint_inspection:
            return 0
        row = STATION[station]
        override: int | None = getattr(self.staffing, row.posts) if row.posts else None
        if row.role == "sensor":
            override = getattr(self.scanner, row.sensor).units
        segment: Segment = getattr(self.port, station)
        return segment.servers if override is None else override

    def has_slow_scan(self) -> bool:
        """Return whether the port has a portal that can scan slowly."""
        return self.scanner.portal.slow is not None and self.servers("portal") > 0

"""What is there, whatever the policy: port, traffic, threat, scanners, staffing, sharing, insiders, prices."""

from __future__ import annotations

from dataclasses import dataclass

from sim.caching.kept_results import KeptResults
from sim.setting.insider import Insider
from sim.setting.port import Check, Port, Segment
from sim.setting.roster import FAST_BOOTHS, ROSTERED, Posts, check_roster
from sim.setting.scanner import Scanner, Sensor
from sim.setting.sharing import Sharing
from sim.setting.spec import Spec, bounded_field
from sim.setting.staffing import Staffing, check_extra_lanes, check_lane_response
from sim.setting.threat import Threat
from sim.setting.traffic import Traffic
from sim.stations import STATION

_FITTING = KeptResults[None](most=256)
"""Lanes and rosters that fit their port: a comparison turns policies hundreds of times at the same port."""


def _check_lanes(port: Port, staffing: Staffing) -> None:
    check_extra_lanes(port, staffing)
    check_lane_response(port, staffing)


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
        _FITTING.once((self.port, self.staffing), "lanes", lambda: _check_lanes(self.port, self.staffing))
        if self.staffing.roster is not None:
            parts, roster = (self.port, self.scanner, self.staffing), self.staffing.roster
            _FITTING.once(parts, "roster", lambda: check_roster(self.port, roster, self.roster_posts()))

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

    def crew_officers(self, station: str) -> float:
        """Return the officers on one server of a station: ``scanner.<instrument>.crew_officers``.

        A dock's team is that of the exam; a booth and an analyst are one officer; a check beside the chain says itself
        how many (none where another agency or country mans it).
        """
        row = STATION[station]
        if row.role == "check":
            check: Check = getattr(self.port, station)
            return check.crew_officers
        team = getattr(self.scanner, row.sensor) if row.sensor else None
        return float(team.crew_officers) if isinstance(team, Sensor) else 1.0

    def roster_posts(self) -> list[Posts]:
        """Return the kinds of posts that a roster staffs, in the order of the road, those without any left out.

        Checks by officers of another agency or country (``origin``, ``safety``) and posts without a crew are none of
        them; image analysts are where ``scanner.analyst.from_roster`` says so.
        """
        primary, kinds = self.port.primary, []
        for station in ROSTERED:
            row, crew = STATION[station], self.crew_officers(station)
            if station == "primary":
                for name, built in ((station, primary.lanes), (FAST_BOOTHS, primary.fast_lanes)):
                    kinds.append(
                        Posts(name=name, built=built, crew_officers=crew, crew_key="port.officers", extra_h=0.0)
                    )
            elif crew > 0.0 and (station != "analyst" or self.scanner.analyst.from_roster):
                part = f"port.{station}" if row.role == "check" else f"scanner.{row.sensor}"
                crew_key = "port.officers" if row.role == "judge" else f"{part}.crew_officers"
                extra_h = getattr(self.port, station).extra_h
                built = self.servers(station)
                kinds.append(Posts(name=station, built=built, crew_officers=crew, crew_key=crew_key, extra_h=extra_h))
        return [kind for kind in kinds if kind.built > 0]

    def has_slow_scan(self) -> bool:
        """Return whether the port has a portal that can scan slowly."""
        return self.scanner.portal.slow is not None and self.servers("portal") > 0

"""Axes that change nothing: found by a first look at one replication, and named with the key that would act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sim.scenario import Scenario
from sim.setting.staffing import lane_response
from sim.stations import STATION

Hint = Callable[[str, Scenario], str]


def key_that_would_act(key: str, scenario: Scenario) -> str:
    """Return what to say of a key that changes nothing: the key that would, and why, as far as it is known.

    Examples
    --------
    >>> from experiments.study.study import compose_scenario
    >>> key_that_would_act("port.primary.lanes", compose_scenario())
    'staffing.extra_lanes acts: the timetable port.primary.open_by_shift says how many are open'
    """
    return known_acting_key(key, scenario) or "no key is known that acts in its place"


def known_acting_key(key: str, scenario: Scenario) -> str:
    """Return the same; empty where nothing is known that could stand before the key."""
    return next((words for hint in HINTS if (words := hint(key, scenario))), "")


def _booths(key: str, scenario: Scenario) -> str:
    primary = scenario.port.primary
    for kind in ("lanes", "fast_lanes"):
        if key == f"port.primary.{kind}" and primary.open_by_shift is not None:
            return f"staffing.extra_{kind} acts: the timetable port.primary.open_by_shift says how many are open"
        if key == f"staffing.extra_{kind}":
            return f"port.primary.{kind} acts: no more booths can be opened than are built"
        if key == f"staffing.max_{kind}":
            return f"staffing.extra_{kind} acts: the timetable opens no more booths than this"
    return ""


def _extra(key: str, scenario: Scenario) -> str:
    """Return what stands before lanes between two hours."""
    staffing, port = scenario.staffing, scenario.port
    if key.partition("[")[0] != "staffing.extra":
        return ""
    spans = [(hours.open_h, hours.close_h, day) for day, hours in port.hours.items()]
    if not any(
        day in entry.days and entry.from_h < close and begin < entry.to_h
        for entry in staffing.extra
        for begin, close, day in spans
    ):
        return "port.hours acts: the port is closed in these hours"
    if staffing.roster is not None:
        return "staffing.roster.extra_officers acts: nobody of the roster is left to sit in more booths"
    if lane_response(port, staffing) is not None:
        return "port.primary.lanes acts: lanes that follow the line open all that are built in these hours without it"
    return "port.primary.lanes acts: no more booths can be opened than are built"


def _posts(key: str, scenario: Scenario) -> str:
    """Return the key that stands before the port's own number of servers."""
    for name, row in STATION.items():
        if key != f"port.{name}.servers":
            continue
        if row.posts and getattr(scenario.staffing, row.posts) is not None:
            return f"staffing.{row.posts} acts: it stands in place of {key}"
        if row.role == "sensor" and getattr(scenario.scanner, row.sensor).units is not None:
            return f"scanner.{row.sensor}.units acts: it stands in place of {key}"
    return ""


def _left_out(key: str, scenario: Scenario) -> str:
    """Return the key that puts a station there that the port has none of."""
    for name, row in STATION.items():
        prefixes = (f"port.{name}.", f"scanner.{row.sensor}." if row.sensor else f"port.{name}.")
        if key.startswith(prefixes) and row.role != "way" and scenario.servers(name) == 0:
            return f"port.{name}.servers acts: the port has no {name}"
    return ""


def _unread(key: str, scenario: Scenario) -> str:
    if key.startswith("risk"):
        return f"policy acts: {scenario.policy.name} may select without the risk score"
    if key.startswith("policy") and scenario.servers("portal") == 0:
        return "port.portal.servers acts: the port has no portal, so that nobody is scanned before primary"
    return ""


def _officers(key: str, scenario: Scenario) -> str:
    """Return what stands before the officers of a roster."""
    roster = scenario.staffing.roster
    if roster is not None and key.startswith("port.officers") and roster.officers is not None:
        return f"staffing.roster.officers acts: it stands in place of {key}"
    if roster is not None and key == "staffing.roster.extra_officers":
        return "every post that is wanted has its officers: staffing.extra_lanes and staffing.docks say how many are"
    if roster is None and key.startswith(("port.officers", "staffing.roster")):
        return "staffing=roster acts: every station has people of its own"
    return ""


HINTS: Final[tuple[Hint, ...]] = (_officers, _booths, _extra, _posts, _left_out, _unread)

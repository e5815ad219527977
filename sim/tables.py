"""Every column of every table between stages: name, type, unit, meaning.

Code and docs both read these declarations (``docs/tables.md`` prints them). ``check_table`` refuses a
frame that does not hold to its declaration.

A declared column of a table between stages, and the check that a frame holds to its table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from sim.errors import TableError
from sim.setting.contraband import CONTRABAND, CONTRABAND_UNIT, amount_column
from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS, TIERS, Tier
from sim.stations import INSPECTION_STATIONS, SENSED_STATIONS, STATIONS, TABLE

Kind = Literal["float", "int", "bool", "str"]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column.

    ``tier`` says who can see it: ``key`` (bookkeeping), ``own`` (what a United States risk model
    has before arrival), ``partner`` and ``tip`` (what others share, `sim.setting.sharing`), ``luck`` (draws
    fixed before any policy acts) or ``true`` (hidden truth).
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    tier: Literal["key", "own", "partner", "tip", "luck", "true"] = "key"


def check_table(frame: pd.DataFrame, table: tuple[Column, ...], name: str) -> pd.DataFrame:
    """Return ``frame`` if it holds exactly the declared columns with the declared kinds.

    Raises
    ------
    TableError
        Names the first missing, unknown or mistyped column.
    """
    declared = {column.name: column for column in table}
    for found_name in frame.columns:
        if found_name not in declared:
            raise TableError(f"{name}: unknown column '{found_name}'")
    for column in table:
        if column.name not in frame.columns:
            raise TableError(f"{name}: missing column '{column.name}'")
        found = frame[column.name].dtype.kind
        allowed = {"float": "f", "int": "iu", "bool": "b", "str": "OU"}[column.kind]
        if found not in allowed:
            raise TableError(f"{name}.{column.name}: expected {column.kind}, got {frame[column.name].dtype}")
    return frame


def _own(name: str, kind: Kind, unit: str, meaning: str) -> Column:
    return Column(name, kind, unit, meaning, "own")


def _luck(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "float", unit, meaning, "luck")


def _true(name: str, kind: Kind, unit: str, meaning: str) -> Column:
    return Column(name, kind, unit, meaning, "true")


_NOISES: Final = sorted(
    [
        *((station.noise[0], f"z_{station.sensor}", station.noise[1]) for station in TABLE if station.sensor),
        (66, "z_machine", "noise of the machine that clears portal images"),
    ]
)
"""Sensors in the order in which they were added: stream of chance, column, meaning."""
MANIFEST: Final = (
    Column("truck", "int", "-", "number of the truck in the replication, by arrival"),
    Column("arrive_min", "float", "min", "arrival at the end of the queue, since midnight of day 0"),
    _own("arrive_hour", "float", "h", "hour of the day of the scheduled arrival, 0-24"),
    _own("weekday", "int", "-", "day of the week, Monday 0"),
    _own("month", "int", "-", "calendar month, 1-12"),
    _own("carrier", "int", "code", "carrier (SCAC)"),
    _own("driver", "int", "code", "driver"),
    _own("plate", "int", "code", "tractor plate"),
    _own("shipper", "int", "code", "shipper; -1 for an empty truck"),
    _own("consignee", "int", "code", "consignee; -1 for an empty truck"),
    _own("fast", "bool", "-", "FAST truck: manufacturer, carrier and driver all enrolled"),
    _own("ctpat_carrier", "bool", "-", "carrier is a C-TPAT member"),
    _own("laden", "bool", "-", "carries goods"),
    _own("commodity", "int", "code", "commodity group (HS chapters), -1 when empty"),
    _own("density", "int", "code", "radiographic density of the declared cargo: 0 low, 1 medium, 2 high"),
    _own("hazmat", "bool", "-", "hazardous goods declared"),
    _own("pieces", "int", "-", "piece count at the lowest packaging level"),
    _own("weight_kg", "float", "kg", "declared gross weight of the cargo"),
    _own("weight_ratio", "float", "-", "declared weight over the usual weight of that commodity"),
    _own("value_usd", "float", "USD", "declared value of the entry, 0 when empty"),
    _own("entry_type", "int", "code", "0 PAPS, 1 in-bond, 2 informal, 3 empty/IIT"),
    _own("origin_state", "int", "code", "Mexican state of loading"),
    _own("lead_time_h", "float", "h", "filing lead time of the e-Manifest before arrival"),
    _own("amended", "bool", "-", "manifest amended after the first filing"),
    _own("seal_mismatch", "bool", "-", "seal number differs from the one first filed"),
    _own("driver_change", "bool", "-", "driver is not the one usual for this tractor"),
    _own("carrier_age_days", "float", "d", "days since the carrier's first crossing"),
    _own("shipper_age_days", "float", "d", "days since the shipper's first entry; 0 when empty"),
    _own("first_pair", "bool", "-", "first entry of this shipper with this consignee"),
    _own("carrier_crossings_12m", "float", "-", "crossings of the carrier in the past 12 months"),
    _own("driver_crossings_12m", "float", "-", "crossings of the driver in the past 12 months"),
    _own("plate_crossings_12m", "float", "-", "crossings of the tractor in the past 12 months"),
    _own("shipper_entries_12m", "float", "-", "entries of the shipper in the past 12 months"),
    _own("carrier_exams_12m", "float", "-", "exams of the carrier's trucks in the past 12 months"),
    _own("shipper_exams_12m", "float", "-", "exams of the shipper's goods in the past 12 months"),
    _own("carrier_finds_5y", "float", "-", "contraband finds with the carrier in the past 5 years"),
    _own("shipper_finds_5y", "float", "-", "contraband finds with the shipper in the past 5 years"),
    *(Column(name, "float", unit, f"{meaning}; {none}", tier) for name, unit, meaning, none, tier in SHARED_ITEMS),
    _luck("u_tie", "0-1", "breaks ties of the risk score"),
    _luck("u_select", "0-1", "random selection for the portal"),
    _luck("u_floor", "0-1", "random floor under a policy"),
    _luck("u_officer", "0-1", "the primary officer's judgement"),
    _luck("u_order", "0-1", "agriculture or trade-compliance exam ordered"),
    _luck("u_origin", "0-1", "picked for a check by the country that it leaves"),
    _luck("u_low_energy", "0-1", "led through the low-energy portal"),
    _luck("u_radiation", "0-1", "false alarm of the radiation portal"),
    _luck("u_safety", "0-1", "picked for the state's safety check"),
    _luck("u_help", "0-1", "whether its load, if it carried one, would have help inside the port"),
    _luck("u_booth_insider", "0-1", "whether a helped load meets a compromised officer at the booth"),
    _luck("u_dock_insider", "0-1", "the same at the dock"),
    _luck("u_image_insider", "0-1", "the same at the image"),
    _luck("u_dock_review", "0-1", "whether a second officer examines it too"),
    _luck("u_image_review", "0-1", "whether a second analyst judges its image too"),
    _luck("u_audit", "0-1", "whether its cleared image is reviewed later"),
    _luck("u_lane", "0-1", "picks its lane where each has a line of its own and lane_choice is random"),
    _luck("u_slow", "0-1", "slow portal scans at random"),
    *(_luck(f"service_{s}_min", "min", f"work that the truck asks of {s}") for s in STATIONS),
    _luck("service_portal_slow_min", "min", "work of a slow portal scan, 0 where the portal has none"),
    *(_luck(name, "z", meaning) for _, name, meaning in _NOISES),
    _luck("z_concealment", "z", "the truck's concealment factor, shared by all sensors"),
    _true("true_p_carrying", "float", "0-1", "P(carrying | all traits, seen and unseen)"),
    _true("true_carrying", "bool", "-", "carries contraband"),
    _true("true_contraband", "int", "code", "type of contraband it carries or would carry"),
    _true("true_concealment", "int", "code", "where the load is or would be hidden"),
    _true(
        "true_load",
        "float",
        "kg, n or USD",
        "amount in the unit of its type (persons and firearms: a count), 0 when it carries none",
    ),
    _true("true_insider_help", "bool", "-", "carries for an organisation that has help inside the port"),
    *(
        _true(f"{IF_CARRYING_PREFIX}{name}", "float", unit, f"{name} were the truck carrying")
        for name, unit, *_ in SHARED_ITEMS
    ),
)

SCORES: Final = (
    Column("truck", "int", "-", "number of the truck"),
    Column("p_hit", "float", "0-1", "calibrated probability that opening the truck yields a seizure"),
    Column("risk_score", "float", "0-1", "share of the training period's trucks that scored lower"),
)

CAPACITY: Final = (
    Column("station", "int", "code", "station, index into sim.stations.STATIONS"),
    Column("server", "int", "-", "server of that station, from 0"),
    Column("up_min", "float", "min", "start of an interval in which the server takes trucks"),
    Column("down_min", "float", "min", "its end"),
    Column("drains", "bool", "-", "True: a shift ends, the truck in hand is finished; False: a breakdown"),
)

MOMENTS: Final = ("enter", "start", "end", "leave")
_MOMENT_MEANING: Final = {
    "enter": "joins the queue of {s}",
    "start": "service at {s} begins",
    "end": "service at {s} ends",
    "leave": "gives up its server at {s} (later than end while blocked or waiting for its image)",
}

_DONE_MEANING: Final = "0 not visited, 1 served, 2 withdrawn from a breakdown, 3 waived, 4 turned away"

LEDGER: Final = (
    Column("truck", "int", "-", "number of the truck"),
    Column("arrive_min", "float", "min", "arrival at the end of the queue"),
    Column("lane_class", "int", "code", "0 general, 1 FAST"),
    *(
        Column(f"{s}_{m}_min", "float", "min", _MOMENT_MEANING[m].format(s=s) + "; NaN: did not happen")
        for s in STATIONS
        for m in MOMENTS
    ),
    *(Column(f"{s}_server", "int", "-", f"server of {s} that served it, -1: none") for s in STATIONS),
    *(Column(f"{s}_done", "int", "code", _DONE_MEANING) for s in STATIONS),
    Column("exit_min", "float", "min", "leaves the port; NaN: still inside at the end"),
    Column("selected", "bool", "-", "selected for the portal before arrival"),
    Column("referred", "bool", "-", "referred by the primary officer"),
    Column("ordered", "bool", "-", "agriculture or trade-compliance exam ordered"),
    *(Column(f"{s}_alarm", "bool", "-", f"alarmed at {s} (served trucks only)") for s in SENSED_STATIONS),
    Column("portal_slow", "bool", "-", "the portal chose the slow scan for it"),
    Column("cleared", "bool", "-", "a machine cleared its portal image: no analyst saw it"),
    Column("diverted", "bool", "-", "turned away in line as the port closed"),
    Column("opened", "bool", "-", "physically examined at a dock or by the country it leaves, to the end"),
    Column("seized", "bool", "-", "opened and found carrying"),
)


def visible_columns(tier: Tier = "own") -> tuple[str, ...]:
    """Return the manifest columns that a risk model of this tier may see."""
    seen = TIERS[: TIERS.index(tier) + 1]
    return tuple(column.name for column in MANIFEST if column.tier in seen)


UNIT_WORDS: Final = {"kg": "kg", "n": "count", "usd": "USD"}
"""Units of amounts of contraband as tables print them."""
HELP_SUFFIXES: Final = (("helped", "with"), ("unhelped", "without"))
"""Loads by whether they have help inside the port, and the word for it."""
LANE_CLASSES: Final = ("general", "fast")
"""Classes of trucks, by the code of ``lane_class``."""


def _count(name: str, meaning: str, unit: str = "trucks") -> Column:
    return Column(name, "float", unit, meaning)


METRICS: Final = (
    _count("trucks", "arrived in the window"),
    _count("exited", "left the port within the window, released or seized"),
    _count("n_diverted", "turned away in line as the port closed"),
    Column("diverted_share", "float", "0-1", "n_diverted / trucks"),
    Column("open_h", "float", "h", "hours that the port's doors are open within the window"),
    Column("throughput_per_h", "float", "trucks/h", "exited / open_h"),
    _count("n_waits", "trucks that reached primary"),
    Column("wait_sum_min", "float", "min", "sum of the waits of those that reached primary"),
    Column(
        "wait_mean_min",
        "float",
        "min",
        "wait_sum_min / n_waits: end of queue (after a check by the country it leaves) to primary [GAO-13-603]",
    ),
    *(
        _count(f"n_waits_{c}", f"{w} trucks that reached primary")
        for c, w in zip(LANE_CLASSES, ("general", "FAST"), strict=True)
    ),
    *(Column(f"wait_{c}_sum_min", "float", "min", f"sum of the waits of n_waits_{c}") for c in LANE_CLASSES),
    *(Column(f"wait_{c}_mean_min", "float", "min", f"wait_{c}_sum_min / n_waits_{c}") for c in LANE_CLASSES),
    Column(
        "wait_bound_sum_min",
        "float",
        "min",
        "wait_sum_min + the wait so far of those still before primary at the end, or when turned away",
    ),
    Column(
        "wait_bound_min",
        "float",
        "min",
        "wait_bound_sum_min / trucks: counts the unserved, a lower bound on their wait",
    ),
    _count("n_wait_known", "trucks known to have waited under or over 30 minutes"),
    _count("n_wait_over_30", "trucks that waited over 30 minutes, or still wait and have done so"),
    Column("p_wait_over_30_min", "float", "0-1", "n_wait_over_30 / n_wait_known"),
    _count("queue_max", "largest number that had arrived and not reached primary"),
    Column("crossing_sum_min", "float", "min", "sum of exit - arrival over exited trucks"),
    Column(
        "crossing_mean_min", "float", "min", "crossing_sum_min / exited: end of queue to last exit [FHWA-HOP-12-049]"
    ),
    Column("crossing_p50_min", "float", "min", "median crossing time, linear interpolation"),
    Column("crossing_p95_min", "float", "min", "95th percentile of crossing time, linear interpolation"),
    Column("crossing_p95_over_mean", "float", "-", "crossing_p95_min / crossing_mean_min"),
    Column(
        "free_flow_sum_min",
        "float",
        "min",
        "sum over exited trucks of the crossing time in an empty port: own work only",
    ),
    Column("free_flow_p50_min", "float", "min", "median crossing time in an empty port"),
    Column("buffer_index", "float", "-", "(p95 - mean) / mean of crossing time [FHWA]"),
    Column("planning_time_index", "float", "-", "p95 of crossing time / free_flow_p50_min [FHWA]"),
    Column(
        "delay_truck_h",
        "float",
        "h",
        "(crossing_sum_min - free_flow_sum_min) / 60: crossing less low-volume crossing [FHWA]",
    ),
    Column("delay_mean_min", "float", "min", "(crossing_sum_min - free_flow_sum_min) / exited"),
    Column("delay_cost_usd", "float", "USD", "delay_truck_h x (value of time + idle fuel x diesel price)"),
    Column("commerce_usd", "float", "USD", "declared value of laden trucks released within the window"),
    Column("open_min", "float", "min", "60 x open_h"),
    Column("commerce_usd_per_min", "float", "USD/min", "commerce_usd / open_min: this port, northbound, doors open"),
    _count("n_scanned", "exited trucks that a portal, a low-energy portal or the secondary scanner served"),
    Column("scan_rate", "float", "0-1", "n_scanned / exited"),
    _count("n_opened", "exited trucks that were physically examined", "exams"),
    _count("n_opened_on_leaving", "n_opened by the country that the trucks leave", "exams"),
    _count("n_cleared", "portal images that a machine cleared", "images"),
    Column("exam_rate", "float", "0-1", "n_opened / exited"),
    _count("n_clean_scanned", "n_scanned that carried nothing"),
    _count("n_false_alarms", "n_clean_scanned that a scanner alarmed on"),
    Column("false_alarm_rate", "float", "0-1", "n_false_alarms / n_clean_scanned"),
    _count("n_seized", "seizures"),
    _count("n_seized_on_leaving", "n_seized by the country that the trucks leave"),
    _count("n_carrying", "exited trucks that carried"),
    Column("hit_rate", "float", "0-1", "n_seized / n_opened"),
    _count("n_passed", "exited trucks that targeting let pass: luck alone could select them"),
    _count("n_passed_carrying", "n_passed that carried: the truth that no agency sees"),
    _count("n_random_inspected", "n_passed that luck selected and the portal served"),
    _count("n_random_opened", "n_random_inspected that were physically examined", "exams"),
    _count("n_random_seized", "seizures among n_random_inspected"),
    _count("n_high_risk", "exited trucks that score at least high_risk_score"),
    _count("n_high_risk_scanned", "n_high_risk that a scanner served"),
    _count("n_high_risk_inspected", "n_high_risk that were scanned or physically examined"),
    Column("high_risk_inspection_rate", "float", "0-1", "n_high_risk_inspected / n_high_risk"),
    Column("detection_rate", "float", "0-1", "n_seized / n_carrying: a handful of loads, nearly all noise"),
    Column("expected_weight", "float", "trucks", "sum of P(carrying) over trucks"),
    Column("expected_caught", "float", "trucks", "sum of P(carrying) x P(seized | carrying, this truck's path)"),
    Column("detection_expected", "float", "0-1", "expected_caught / expected_weight: every truck a probe"),
    Column(
        "expected_doubt",
        "float",
        "trucks",
        "by how much expected_caught may be out: see sim/results/expected_detection_error.py",
    ),
    Column(
        "detection_error_bound",
        "float",
        "0-1",
        "expected_doubt / expected_weight: detection_expected is out by no more, either way",
    ),
    Column("seized_expected_per_100k", "float", "per 100,000 trucks", "100,000 x expected_caught / trucks"),
    *(
        Column(f"expected_weight_{h}", "float", "trucks", f"expected_weight of loads {w} help inside the port")
        for h, w in HELP_SUFFIXES
    ),
    *(
        Column(f"expected_caught_{h}", "float", "trucks", f"expected_caught of loads {w} help inside the port")
        for h, w in HELP_SUFFIXES
    ),
    *(
        Column(f"detection_expected_{h}", "float", "0-1", f"expected_caught_{h} / expected_weight_{h}")
        for h, _ in HELP_SUFFIXES
    ),
    *(Column(f"expected_weight_{t}", "float", "trucks", f"expected_weight of {t}") for t in CONTRABAND),
    *(Column(f"expected_caught_{t}", "float", "trucks", f"expected_caught of {t}") for t in CONTRABAND),
    *(
        Column(f"detection_expected_{t}", "float", "0-1", f"expected_caught_{t} / expected_weight_{t}")
        for t in CONTRABAND
    ),
    *(Column(amount_column("seized", t), "float", UNIT_WORDS[CONTRABAND_UNIT[t]], f"{t} seized") for t in CONTRABAND),
    *(
        Column(amount_column("leaked", t), "float", UNIT_WORDS[CONTRABAND_UNIT[t]], f"{t} on trucks released")
        for t in CONTRABAND
    ),
    *(
        Column(
            amount_column("seized_expected", t), "float", UNIT_WORDS[CONTRABAND_UNIT[t]], f"{t} that the probes lose"
        )
        for t in CONTRABAND
    ),
    *(
        Column(
            amount_column("presented_expected", t),
            "float",
            UNIT_WORDS[CONTRABAND_UNIT[t]],
            f"{t} that the probes carry",
        )
        for t in CONTRABAND
    ),
    *(Column(f"busy_{s}_min", "float", "server-min", f"work of trucks served at {s}") for s in STATIONS),
    *(
        Column(
            f"held_{s}_min",
            "float",
            "server-min",
            f"start to leave at {s}: work, blocking, waiting for an image, repair",
        )
        for s in STATIONS
    ),
    *(Column(f"available_{s}_min", "float", "server-min", f"CAPACITY of {s} within the window") for s in STATIONS),
    *(
        Column(
            f"offered_{s}_min",
            "float",
            "server-min",
            f"work that all arrivals ask of {s}; see sim.results.usage.offered_min",
        )
        for s in STATIONS
    ),
    *(Column(f"utilisation_{s}", "float", "0-1", f"busy_{s}_min / available_{s}_min") for s in STATIONS),
    *(
        Column(
            f"occupied_{s}",
            "float",
            "-",
            f"held_{s}_min / available_{s}_min; above 1 when trucks sit in broken servers",
        )
        for s in STATIONS
    ),
    *(
        Column(
            f"load_{s}",
            "float",
            "-",
            f"offered_{s}_min / available_{s}_min; primary: the more loaded of its lane kinds",
        )
        for s in STATIONS
    ),
    *(
        Column(
            f"scheduled_{s}_min",
            "float",
            "server-min",
            f"units of {s} x opening hours (with extra_h) within the window",
        )
        for s in INSPECTION_STATIONS
    ),
    *(
        Column(f"availability_{s}", "float", "0-1", f"available_{s}_min / scheduled_{s}_min")
        for s in INSPECTION_STATIONS
    ),
    Column(
        "officer_h",
        "float",
        "h",
        "officers' hours: booths open + overtime_h + units x scheduled hours x crew of every post + audits",
    ),
    Column("overtime_h", "float", "h", "booth-hours with a truck in hand beyond the booth's own hours"),
    _count("n_audits", "cleared images reviewed later; not within the window's queues", "images"),
    _count("n_screened", "scanned at the portal to the end"),
    _count("n_screened_slow", "n_screened that were scanned slowly"),
    Column("slow_rate", "float", "0-1", "n_screened_slow / n_screened"),
    _count("n_screening_waits", "trucks whose portal scan began"),
    Column(
        "screening_wait_sum_min",
        "float",
        "min",
        "sum of their waits in the portal's lines: portal start - portal enter",
    ),
    Column("screening_wait_mean_min", "float", "min", "screening_wait_sum_min / n_screening_waits"),
    Column("screening_weight", "float", "trucks", "sum of P(carrying) over trucks that left primary"),
    Column("screened_weight", "float", "trucks", "the same over those of them that the portal scanned"),
    Column(
        "screening_caught",
        "float",
        "trucks",
        "sum of P(carrying) x P(portal alarm | carrying, the scan it got) over those scanned",
    ),
    Column(
        "screening_detection",
        "float",
        "0-1",
        "screening_caught / screening_weight: every truck a probe, the unscanned too",
    ),
    Column(
        "screened_detection",
        "float",
        "0-1",
        "screening_caught / screened_weight: what a promise of detection is held to",
    ),
    _count("n_stops", "stops of exited trucks at stations, the analyst not counted", "stops"),
    Column("stops_per_truck", "float", "stops", "n_stops / exited"),
    _count("still_inside", "trucks that have not left at the end of the window"),
    Column(
        "conserved",
        "bool",
        "-",
        "every truck accounted for once: arrived = released + seized + turned away + still inside",
    ),
    Column("stable", "bool", "-", "no station was asked for more work than it had server-minutes in this window"),
)
"""One row a replication; numerators and denominators stand beside every ratio."""

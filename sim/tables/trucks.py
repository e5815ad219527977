"""MANIFEST and SCORES: trucks before anyone decides anything, and what a risk model says of them."""

from __future__ import annotations

from functools import partial
from typing import Final

from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS, TIERS, Tier
from sim.stations import STATIONS, TABLE
from sim.tables.columns import Column

_own = partial(Column, tier="own")
_true = partial(Column, tier="true")


def _luck(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "float", unit, meaning, "chance")


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
    _luck("u_officer", "0-1", "the primary officer's judgment"),
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
    _true("true_insider_help", "bool", "-", "carries for an organization that has help inside the port"),
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


def visible_columns(tier: Tier = "own") -> tuple[str, ...]:
    """Return the manifest columns that a risk model of this tier may see."""
    seen = TIERS[: TIERS.index(tier) + 1]
    return tuple(column.name for column in MANIFEST if column.tier in seen)

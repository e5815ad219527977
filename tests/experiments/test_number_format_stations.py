from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.number_format import (
    LANE_SUFFIXES,
    load_row_title,
    present_stations,
    short_station_title,
    station_load,
    station_title,
)
from sim.stations import STATIONS

LOAD = pd.DataFrame(
    {
        "station": ["approach_general", "approach_fast", "low_energy", "primary", "dock"],
        "load_share": [0.2, 0.3, 0.4, 0.9, 0.5],
    }
)


def test_the_load_of_a_station_is_the_highest_of_its_kinds_of_lane() -> None:
    assert station_load(LOAD, "approach") == 0.3
    assert station_load(LOAD, "low_energy") == 0.4
    assert np.isnan(station_load(LOAD, "portal"))


def test_only_stations_that_some_alternative_has_are_shown() -> None:
    other = pd.DataFrame({"station": ["canine"], "load_share": [0.1]})
    assert present_stations([LOAD]) == ("approach", "low_energy", "primary", "dock")
    assert present_stations([LOAD, other]) == ("approach", "low_energy", "primary", "canine", "dock")


def test_names_are_told_apart() -> None:
    for name in (station_title, short_station_title):
        assert len({name(station) for station in STATIONS}) == len(STATIONS)
    assert LANE_SUFFIXES[0] == ""


def test_a_kind_of_lane_is_named_with_its_station() -> None:
    assert load_row_title("primary_general") == "primary (general)"
    assert load_row_title("approach_fast") == "approach (FAST)"
    assert load_row_title("portal_fast") == "portal (fast)"  # a fast scan, not a FAST truck
    assert all(load_row_title(station) == station_title(station) for station in STATIONS)

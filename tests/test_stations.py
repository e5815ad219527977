from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.stations import KINDS, present, row_title, short, station_load, title
from sim.order import STATIONS

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
    assert present([LOAD]) == ("approach", "low_energy", "primary", "dock")
    assert present([LOAD, other]) == ("approach", "low_energy", "primary", "canine", "dock")


def test_names_are_told_apart() -> None:
    for name in (title, short):
        assert len({name(station) for station in STATIONS}) == len(STATIONS)
    assert KINDS[0] == ""


def test_a_kind_of_lane_is_named_with_its_station() -> None:
    assert row_title("primary_general") == "primary (general)"
    assert row_title("approach_fast") == "approach (FAST)"
    assert row_title("portal_fast") == "portal (fast)"  # a fast scan, not a FAST truck
    assert all(row_title(station) == title(station) for station in STATIONS)

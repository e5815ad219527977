"""Where a fit begins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.calibration.fit import timetables
from experiments.calibration.steps import lane_minutes
from sim.scenario import replace_parts
from sim.setting.port import Hours
from tests.synthetic_waits import MONTHS, SERVICE_MIN, YEAR, any_fit, synthetic_port


def test_lanes_observed_say_how_long_a_truck_takes() -> None:
    """Four lanes for seven hours serve 840 trucks at two minutes each, on about 21 weekdays a month."""
    fit, _ = any_fit()
    waits, lanes = (np.full((len(MONTHS), 7, 24), np.nan) for _ in range(2))
    waits[:, :5, 8:15], lanes[:, :5, 8:15] = 30.0, 4.0
    trucks = {1: 22 * 840.0, 3: 23 * 840.0, 5: 23 * 840.0, 10: 22 * 840.0}
    likelihood = replace(fit.likelihood, wait_min=waits, lanes=lanes)
    assert lane_minutes(synthetic_port(), likelihood, trucks, YEAR) == pytest.approx(SERVICE_MIN)
    start = fit.model.parameters.fluid_start(waits, 3.0, 840.0, SERVICE_MIN)
    assert np.exp(start[fit.model.parameters.place["service"]]) == pytest.approx(SERVICE_MIN)


def test_without_all_lanes_nothing_is_said() -> None:
    fit, _ = any_fit()
    waits, lanes = (np.full((len(MONTHS), 7, 24), np.nan) for _ in range(2))
    waits[:, :5, 8:15], lanes[:, :5, 8:14] = 30.0, 4.0
    likelihood = replace(fit.likelihood, wait_min=waits, lanes=lanes)
    assert lane_minutes(synthetic_port(), likelihood, dict.fromkeys(MONTHS, 18_000.0), YEAR) is None


@pytest.mark.parametrize("unseen", [8, 11, 14])
def test_lanes_of_an_open_hour_that_nobody_observed_are_not_none(unseen: int) -> None:
    """Six lanes were seen in six of the seven open hours: the other hour may have had any number."""
    fit, _ = any_fit()
    waits, lanes = (np.full((len(MONTHS), 7, 24), np.nan) for _ in range(2))
    waits[:, :5, 8:15], lanes[:, :5, 8:15] = 30.0, 6.0
    waits[..., unseen], lanes[..., unseen] = np.nan, np.nan
    volumes = dict.fromkeys(MONTHS, 18_000.0)
    likelihood = replace(fit.likelihood, wait_min=waits, lanes=lanes)
    assert lane_minutes(synthetic_port(), likelihood, volumes, YEAR) is None
    found = timetables(fit.model.parameters, volumes, YEAR, SERVICE_MIN, lanes)
    assert found == timetables(fit.model.parameters, volumes, YEAR, SERVICE_MIN, np.full_like(lanes, np.nan))


def test_half_an_hour_of_open_lanes_counts_half() -> None:
    fit, _ = any_fit()
    waits, lanes = (np.full((len(MONTHS), 7, 24), np.nan) for _ in range(2))
    waits[:, :5, 8:15], lanes[:, :5, 8:15] = 30.0, 4.0
    likelihood, volumes = replace(fit.likelihood, wait_min=waits, lanes=lanes), dict.fromkeys(MONTHS, 18_000.0)
    port = synthetic_port()
    later = replace_parts(
        port, port=replace(port.port, hours={**port.port.hours, "weekday": Hours(open_h=8.5, close_h=15)})
    )
    whole, part = (lane_minutes(one, likelihood, volumes, YEAR) for one in (port, later))
    assert whole is not None
    assert part == pytest.approx(whole * 6.5 / 7.0)


def test_lanes_observed_say_what_the_timetable_opens() -> None:
    """Three lanes in the morning and up to six at noon: the timetable has three, or four."""
    fit, _ = any_fit()
    lanes = np.full((len(MONTHS), 7, 24), np.nan)
    lanes[:, :5, 8:15] = [3.0, 3.0, 4.0, 6.0, 6.0, 5.0, 3.4]
    volumes = dict.fromkeys(MONTHS, 18_000.0)
    found = [one.lanes["weekday"] for one in timetables(fit.model.parameters, volumes, YEAR, SERVICE_MIN, lanes)]
    assert found == [3, 4]
    none = np.full_like(lanes, np.nan)
    fluid = [one.lanes["weekday"] for one in timetables(fit.model.parameters, volumes, YEAR, SERVICE_MIN, none)]
    assert fluid == [2, 3]

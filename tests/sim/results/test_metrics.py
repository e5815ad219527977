from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.results import metrics
from sim.results.metrics import RATIOS, measure_replication
from sim.scenario import Scenario
from sim.setting.contraband import CONTRABAND, CONTRABAND_UNIT, amount_column
from sim.stations import STATIONS
from sim.tables import METRICS, Metric
from tests import ledgers

V11_MIN = np.array([20.0, 25, 30, 30, 35, 40, 45, 50, 60, 120])
FREE_FLOW_MIN = 15.0


def test_v11_border_delay_as_fhwa_states_it() -> None:
    mean, p95 = float(V11_MIN.mean()), metrics.percentile(V11_MIN, 95.0)
    assert mean == pytest.approx(45.5)
    assert metrics.percentile(V11_MIN, 50.0) == pytest.approx(37.5)
    assert p95 == pytest.approx(93.0)
    assert metrics.buffer_index(p95, mean) == pytest.approx(1.044, abs=5e-4)
    assert metrics.planning_time_index(p95, FREE_FLOW_MIN) == pytest.approx(6.2)
    assert metrics.delay_min(V11_MIN, FREE_FLOW_MIN).mean() == pytest.approx(30.5)


def test_v11_seven_crossings_of_2001() -> None:
    assert round(100 * metrics.buffer_index(70.1, 26.8)) == 162


def v11_port(make_scenario: Callable[..., Scenario]) -> dict[str, float]:
    """Ten trucks with the crossing times of V11, 15 minutes of them work, through `measure_replication`."""
    arrive = 60.0 * np.arange(10.0)
    start = arrive + V11_MIN - FREE_FLOW_MIN
    paths = [ledgers.at_primary(a, s, FREE_FLOW_MIN) for a, s in zip(arrive, start, strict=True)]
    return measure_replication(
        make_scenario("port=bare"),
        ledgers.window(),
        ledgers.manifest(arrive.tolist(), service_primary_min=FREE_FLOW_MIN, value_usd=1000.0),
        ledgers.ledger(arrive.tolist(), paths, (arrive + V11_MIN).tolist()),
        ledgers.capacity([("primary", lane, 0.0, 1440.0) for lane in range(4)]),
        ledgers.detection(weight=0.001, caught=0.0002),
    )


def test_v11_through_measure(make_scenario: Callable[..., Scenario]) -> None:
    found = v11_port(make_scenario)
    assert found["crossing_mean_min"] == pytest.approx(45.5)
    assert found["crossing_p50_min"] == pytest.approx(37.5)
    assert found["crossing_p95_min"] == pytest.approx(93.0)
    assert found["crossing_p95_over_mean"] == pytest.approx(93.0 / 45.5)
    assert found["buffer_index"] == pytest.approx(1.044, abs=5e-4)
    assert found["planning_time_index"] == pytest.approx(6.2)
    assert found["delay_mean_min"] == pytest.approx(30.5)
    assert found["delay_truck_h"] == pytest.approx(305.0 / 60.0)


def test_measure_returns_exactly_the_declared_columns(make_scenario: Callable[..., Scenario]) -> None:
    found = v11_port(make_scenario)
    assert list(found) == [column.name for column in METRICS]
    bools = {column.name for column in METRICS if column.kind == "bool"}
    assert {name for name, value in found.items() if isinstance(value, bool)} == bools


def test_every_ratio_is_made_of_declared_columns(make_scenario: Callable[..., Scenario]) -> None:
    found = v11_port(make_scenario)
    for name, (numerator, denominator, scale) in RATIOS.items():
        expected = scale * metrics.ratio_or_nan(found[numerator], found[denominator])
        assert found[name] == pytest.approx(expected, nan_ok=True), name


def test_money_and_hours(make_scenario: Callable[..., Scenario]) -> None:
    scenario, found = make_scenario("port=bare"), v11_port(make_scenario)
    assert found["open_h"] == 24.0
    assert found["throughput_per_h"] == pytest.approx(10.0 / 24.0)
    assert found["commerce_usd_per_min"] == pytest.approx(10_000.0 / 1440.0)
    fuel = scenario.value.idle_fuel_gal_per_h * scenario.value.diesel_usd_per_gal
    hourly = scenario.value.value_of_time_usd_per_truck_h + fuel
    assert found["delay_cost_usd"] == pytest.approx(305.0 / 60.0 * hourly)


def test_a_port_without_a_portal_gives_nan_and_no_warning(make_scenario: Callable[..., Scenario]) -> None:
    found = v11_port(make_scenario)
    for name in ("utilisation_portal", "availability_portal", "false_alarm_rate", "hit_rate"):
        assert np.isnan(found[name])
    assert found["scan_rate"] == 0.0
    assert found["detection_expected"] == pytest.approx(0.2)
    assert found["seized_expected_per_100k"] == pytest.approx(2.0)
    assert np.isnan(found["detection_expected_heroin"])
    assert found["stable"] is True


def test_nobody_came(make_scenario: Callable[..., Scenario]) -> None:
    found = measure_replication(
        make_scenario("port=bare"),
        ledgers.window(),
        ledgers.manifest([]),
        ledgers.ledger([], [], []),
        ledgers.capacity([("primary", 0, 0.0, 1440.0)]),
        ledgers.detection(),
    )
    assert found["trucks"] == found["queue_max"] == found["still_inside"] == 0.0
    assert np.isnan(found["wait_mean_min"])
    assert found["conserved"] is True


def test_the_unserved_raise_the_bound_and_not_the_mean(make_scenario: Callable[..., Scenario]) -> None:
    arrive = [0.0, 1400.0, 1430.0]
    paths = [ledgers.at_primary(0.0, 10.0, 5.0), {}, {}]
    found = measure_replication(
        make_scenario("port=bare"),
        ledgers.window(),
        ledgers.manifest(arrive, service_primary_min=5.0),
        ledgers.ledger(arrive, paths, [15.0, np.nan, np.nan]),
        ledgers.capacity([("primary", 0, 0.0, 1440.0)]),
        ledgers.detection(),
    )
    assert found["wait_mean_min"] == 10.0
    assert found["wait_bound_min"] == pytest.approx((10.0 + 40.0 + 10.0) / 3)
    assert found["n_wait_known"] == 2.0  # the third has waited 10 minutes so far: not known yet
    assert found["p_wait_over_30_min"] == 0.5
    assert found["still_inside"] == 2.0
    assert found["queue_max"] == 2.0


def inspected(make_scenario: Callable[..., Scenario], other: str = "fentanyl") -> dict[str, float]:
    """Four trucks: clean and scanned; the same with an alarm; carrying and caught; missed."""
    arrive = [0.0, 10.0, 20.0, 30.0]
    seen = [
        {
            "portal": (a, a, a + 2, a + 2),
            "primary": (a + 2, a + 2, a + 3, a + 5),
            "analyst": (a + 2, a + 2, a + 5, a + 5),
        }
        for a in arrive
    ]
    for truck in (1, 2):
        at = arrive[truck] + 5
        seen[truck]["dock"] = (at, at, at + 60, at + 60)
    seen[3] = dict(ledgers.at_primary(30.0, 30.0, 1.0))
    table = ledgers.ledger(arrive, seen, [5.0, 75.0, 85.0, 31.0])
    table["selected"] = [True, True, True, False]
    table["portal_alarm"] = [False, True, True, False]
    table["opened"] = [False, True, True, False]
    table["seized"] = [False, False, True, False]
    trucks = ledgers.manifest(
        arrive,
        service_portal_min=2.0,
        service_primary_min=1.0,
        service_analyst_min=3.0,
        service_dock_min=60.0,
        true_carrying=[False, False, True, True],
        true_contraband=[0, 0, 1, CONTRABAND.index(other)],
        true_load=[0.0, 0, 40, 7],
        laden=[True, True, True, False],
        value_usd=[100.0, 100, 100, 0],
    )
    units = [("portal", 0, 420.0, 1440.0), ("portal", 1, 420.0, 930.0), ("analyst", 0, 420.0, 1440.0)]
    units += [("primary", 0, 0.0, 1440.0), ("dock", 0, 420.0, 1440.0)]
    port = make_scenario("port.portal.servers=2", "staffing.docks=1", "staffing.analysts=1")
    window = ledgers.window()
    return measure_replication(port, window, trucks, table, ledgers.capacity(units), ledgers.detection())


def test_inspection_shares(make_scenario: Callable[..., Scenario]) -> None:
    found = inspected(make_scenario)
    assert found["scan_rate"] == 0.75
    assert found["exam_rate"] == 0.5
    assert found["false_alarm_rate"] == 0.5
    assert found["hit_rate"] == 0.5
    assert found["detection_rate"] == 0.5
    assert found["seized_kg_cocaine"] == 40.0
    assert found["leaked_kg_fentanyl"] == 7.0
    assert found["leaked_kg_cocaine"] == 0.0
    assert found["commerce_usd"] == 200.0
    assert found["stops_per_truck"] == (3 * 2 + 2 + 1) / 4
    assert found["conserved"] is True


@pytest.mark.parametrize("other", ["persons", "firearms", "bulk_cash", "precursors"])
def test_every_type_is_measured_in_its_own_unit(make_scenario: Callable[..., Scenario], other: str) -> None:
    found = inspected(make_scenario, other)
    assert found[amount_column("leaked", other)] == 7.0
    assert found[amount_column("seized", other)] == 0.0
    units = {column.name: column.unit for column in METRICS}
    assert units[amount_column("leaked", other)] == {"n": "count", "usd": "USD", "kg": "kg"}[CONTRABAND_UNIT[other]]
    assert np.isnan(found[f"detection_expected_{other}"])  # no probe carries it


def test_low_volume_crossing_is_the_trucks_own_path(make_scenario: Callable[..., Scenario]) -> None:
    found = inspected(make_scenario)
    own = (2 + 3) + (2 + 3 + 60) * 2 + 1  # the image takes longer than the booth
    assert found["free_flow_sum_min"] == own
    assert found["delay_truck_h"] == pytest.approx((5 + 65 + 65 + 1 - own) / 60.0)


def test_availability_and_utilisation(make_scenario: Callable[..., Scenario]) -> None:
    found = inspected(make_scenario)
    assert found["availability_portal"] == pytest.approx(0.75)  # one of two lost half of 07-24
    assert found["availability_dock"] == 1.0
    assert found["utilisation_portal"] == pytest.approx(6.0 / 1530.0)
    assert found["utilisation_primary"] == pytest.approx(4.0 / 1440.0)
    assert found["occupied_primary"] == pytest.approx((3 * 3 + 1) / 1440.0)


@pytest.mark.parametrize(
    ("arrive", "start", "expected"),
    [
        ([0.0, 1, 2, 3], [0.0, 1, 2, 3], 0),
        ([0.0, 1, 2, 3], [0.0, 10, 20, 30], 3),
        ([0.0, 1, 2, 3], [np.nan] * 4, 4),
        ([5.0, 5, 5, 20], [5.0, 6, 7, 20], 2),
    ],
)
def test_queue_max(arrive: list[float], start: list[float], expected: int) -> None:
    assert metrics.longest_queue(np.array(arrive), np.array(start)) == expected


def test_littles_law_on_a_single_queue(make_scenario: Callable[..., Scenario]) -> None:
    """L = lambda W holds sample path by sample path once everybody has left."""
    trucks, table = ledgers.tandem(2000)
    wait = (table["primary_start_min"] - table["arrive_min"]).to_numpy()
    moments = np.sort(np.concatenate([table["arrive_min"], table["primary_start_min"]]))
    middles = (moments[1:] + moments[:-1]) / 2
    arrived = np.searchsorted(np.sort(table["arrive_min"]), middles, side="right")
    started = np.searchsorted(np.sort(table["primary_start_min"]), middles, side="right")
    area = ((arrived - started) * np.diff(moments)).sum()
    assert area == pytest.approx(wait.sum())
    assert (arrived - started).max() == metrics.longest_queue(
        trucks["arrive_min"].to_numpy(), table["primary_start_min"].to_numpy()
    )


def test_an_overloaded_booth_is_unstable_however_short_the_run(make_scenario: Callable[..., Scenario]) -> None:
    arrive = np.arange(0.0, 1440.0, 2.0).tolist()
    start = np.array([3.0 * k if 3.0 * k < 1440.0 else np.nan for k in range(len(arrive))])
    paths = [ledgers.at_primary(a, s, 3.0) for a, s in zip(arrive, start, strict=True)]
    found = measure_replication(
        make_scenario("port=bare", "port.primary.lanes=1"),
        ledgers.window(),
        ledgers.manifest(arrive, service_primary_min=3.0),
        ledgers.ledger(arrive, paths, (start + 3.0).tolist()),
        ledgers.capacity([("primary", 0, 0.0, 1440.0)]),
        ledgers.detection(),
    )
    assert found["load_primary"] == pytest.approx(1.5)
    assert found["stable"] is False
    assert found["wait_bound_min"] > found["wait_mean_min"]


def test_the_frame_of_many_replications_has_the_declared_kinds(make_scenario: Callable[..., Scenario]) -> None:
    from sim.tables import check_table

    frame = pd.DataFrame([v11_port(make_scenario), inspected(make_scenario)])
    assert check_table(frame, METRICS, "metrics") is frame


def family(text: str) -> str:
    """Return a column's name or meaning with type and station left open, as the documentation has it."""
    for kind in CONTRABAND:
        text = text.replace(f"{CONTRABAND_UNIT[kind]}_{kind}", "<unit>_<type>").replace(kind, "<type>")
    return re.sub(rf"(?<=_)({'|'.join(STATIONS)})(?=_|$)", "<station>", text)


def documented(column: Metric) -> tuple[str, str, str]:
    """Return name, unit and meaning of a column as the documentation gives them."""
    name, unit, meaning = family(column.name), column.unit, family(column.meaning)
    if "<station>" in name:
        station = next(s for s in STATIONS if name.replace("<station>", s) == column.name)
        meaning = column.meaning.replace(station, "<station>")
    return name, "kg, count or USD" if "<unit>" in name else unit, meaning


def test_the_documentation_says_what_the_table_declares() -> None:
    text = (Path(metrics.__file__).parents[2] / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", text, flags=re.MULTILINE)
    told = [(name, unit, meaning.replace("\\", "")) for name, unit, meaning in rows]
    declared: dict[str, tuple[str, str, str]] = {}
    for column in METRICS:
        declared.setdefault(family(column.name), documented(column))
    assert told == list(declared.values())

"""Manifest: declared columns, the same luck whatever is decided, sensible declarations."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.port import COMMODITIES
from sim.setting.sharing import IF_CARRYING_PREFIX
from sim.setting.window import EVALUATION, HISTORY, PAST, Window
from sim.tables import MANIFEST, check_table, visible_columns
from sim.trucks.manifest import draw_manifest

Make = Callable[..., Scenario]
WEEK = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
DAY = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=1)


@pytest.fixture(scope="module")
def week(scenario: Scenario) -> pd.DataFrame:
    return draw_manifest(scenario, WEEK)


def _other(**changes: object) -> Window:
    values = {"seed": 1, "epoch": EVALUATION, "replication": 0, "start_date": "2024-05-13", "days": 1} | changes
    return Window(**values)  # type: ignore[arg-type]


def test_the_columns_are_those_declared(week: pd.DataFrame) -> None:
    check_table(week, MANIFEST, "manifest")
    assert list(week.columns) == [column.name for column in MANIFEST]
    assert (week["truck"] == np.arange(len(week))).all()
    assert (np.diff(week["arrive_min"]) > 0.0).all()
    shared = [
        column.name for column in MANIFEST if column.name.removeprefix(IF_CARRYING_PREFIX) in visible_columns("tip")
    ]
    known = week.drop(columns=set(shared) - set(visible_columns()))
    assert not known.isna().to_numpy().any()
    assert np.isfinite(known.select_dtypes("float").to_numpy()).all()


def test_hidden_columns_are_flagged_and_complete(week: pd.DataFrame) -> None:
    hidden = {column.name for column in MANIFEST if column.tier == "true"}
    assert hidden == {name for name in week.columns if name.startswith("true_")}
    assert not hidden & set(visible_columns("tip"))
    assert ((week["true_p_carrying"] > 0.0) & (week["true_p_carrying"] <= 0.9)).all()
    assert set(week["true_contraband"]) == {0, 1, 2, 3}
    assert set(week["true_concealment"]) == {0, 1, 2}


def test_same_window_same_manifest(scenario: Scenario, week: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(week, draw_manifest(scenario, WEEK))


@pytest.mark.parametrize("window", [_other(seed=2), _other(epoch=PAST), _other(epoch=HISTORY), _other(replication=1)])
def test_other_windows_have_other_trucks(scenario: Scenario, window: Window) -> None:
    first, other = draw_manifest(scenario, DAY), draw_manifest(scenario, window)
    for name in ("arrive_min", "u_tie", "z_exam", "service_dock_min", "true_p_carrying"):
        assert np.intersect1d(first[name], other[name]).size == 0


@pytest.mark.parametrize(
    "override",
    [
        "policy=scan_everything",
        "policy=no_referral",
        "risk=constant",
        "staffing=april_2019",
        "scanner.portal.units=1",
        "scanner.rho=0.7",
        "scanner.portal.outages.availability_share=0.5",
        "port.primary.lanes=3",
        "port.officer_referral_share=0.5",
        "value.diesel_usd_per_gal=9",
    ],
)
def test_what_does_not_matter_changes_nothing(make_scenario: Make, override: str) -> None:
    pd.testing.assert_frame_equal(draw_manifest(make_scenario(), DAY), draw_manifest(make_scenario(override), DAY))


@pytest.mark.parametrize(("small", "large"), [(0.8, 1.0), (1.0, 1.1), (1.1, 2.5)])
def test_demand_keeps_every_truck_whole(make_scenario: Make, small: float, large: float) -> None:
    fewer, more = (
        draw_manifest(make_scenario(f"traffic.volume_scale={scale}"), DAY).set_index("arrive_min")
        for scale in (small, large)
    )
    assert len(fewer) < len(more)
    pd.testing.assert_frame_equal(fewer.drop(columns="truck"), more.loc[fewer.index].drop(columns="truck"))


def test_service_times_change_alone(make_scenario: Make) -> None:
    base = draw_manifest(make_scenario(), DAY)
    slow = draw_manifest(make_scenario("scanner.portal.service.mean_min=2.4"), DAY)
    np.testing.assert_allclose(slow["service_portal_min"], 2.0 * base["service_portal_min"])
    others = [name for name in base.columns if name != "service_portal_min"]
    pd.testing.assert_frame_equal(base[others], slow[others])


def test_each_station_has_its_service_time(scenario: Scenario, week: pd.DataFrame) -> None:
    fast, port, scanner = week["fast"], scenario.port, scenario.scanner
    for name, group, service in (
        ("approach", fast | True, port.approach.service),
        ("portal", fast | True, scanner.portal.service),
        ("primary", ~fast, port.primary.service),
        ("primary", fast, port.primary.fast_service),
        ("secondary", fast | True, scanner.secondary.service),
        ("dock", fast | True, scanner.exam.service),
        ("analyst", fast | True, scanner.analyst.service),
    ):
        times = week.loc[group, f"service_{name}_min"]
        error = service.mean_min * service.cv / np.sqrt(len(times))
        assert abs(times.mean() - service.mean_min) <= 4.0 * error + 1e-9
        assert times.std() == pytest.approx(service.mean_min * service.cv, rel=0.1, abs=1e-9)


def test_a_time_that_cannot_be_drawn_is_refused_by_its_key(make_scenario: Make) -> None:
    wide = make_scenario("scanner.portal.service.dist=triangular", "scanner.portal.service.cv=0.9")
    with pytest.raises(ConfigError, match=r"^scanner\.portal\.service\.cv: "):
        draw_manifest(wide, DAY)


def test_the_calendar_is_that_of_the_window(scenario: Scenario) -> None:
    eve = draw_manifest(scenario, _other(start_date="2024-05-31", days=2))
    day = (eve["arrive_min"] // 1440).astype(int)
    assert (eve["weekday"] == 4 + day).all()
    assert (eve["month"] == 5 + day).all()
    late = (eve["arrive_min"] / 60.0) % 24.0 - eve["arrive_hour"]
    assert 0.2 < late.std() < 0.3
    assert eve["arrive_hour"].between(0.0, 24.0, inclusive="left").all()


def test_the_manifest_is_filed_in_time(week: pd.DataFrame) -> None:
    assert week.loc[week["fast"], "lead_time_h"].min() >= 0.5
    assert week.loc[~week["fast"], "lead_time_h"].min() >= 1.0


def test_empty_trucks_declare_nothing(week: pd.DataFrame) -> None:
    empty = week[~week["laden"]]
    for name in (
        "pieces",
        "weight_kg",
        "value_usd",
        "density",
        "hazmat",
        "seal_mismatch",
        "shipper_age_days",
        "shipper_entries_12m",
        "shipper_finds_5y",
    ):
        assert not empty[name].any(), name
    assert (empty["entry_type"] == 3).all()
    assert (empty[["commodity", "shipper", "consignee"]] == -1).all(axis=None)
    laden = week[week["laden"]]
    assert laden["entry_type"].max() < 3
    assert (laden[["pieces", "weight_kg", "value_usd", "shipper_age_days"]] > 0).all(axis=None)


def test_values_and_hazmat_are_the_ports(scenario: Scenario) -> None:
    weeks = [_other(replication=r, days=7) for r in range(3)]
    trucks = pd.concat([draw_manifest(scenario, week) for week in weeks])
    laden, mix = trucks[trucks["laden"]], scenario.port.mix
    # A shipper's level of value is shared by all its loads, so the error is that of the shippers.
    ln = np.log(laden["value_usd"])
    assert ln.mean() == pytest.approx(np.log(mix.value_median_usd), abs=0.05)
    assert ln.std() == pytest.approx(mix.value_sigma, rel=0.05)
    assert laden["hazmat"].mean() == pytest.approx(mix.hazmat_share, rel=0.15)
    usual = laden["weight_kg"] / laden["weight_ratio"]
    assert usual.groupby(laden["commodity"]).nunique().eq(1).sum() <= len(COMMODITIES)
    assert (usual.groupby(laden["commodity"]).std() < 1e-6).all()


def test_the_smallest_population_works(make_scenario: Make) -> None:
    names = ("carriers", "drivers", "plates", "shippers", "consignees")
    tiny = make_scenario(*(f"traffic.n_{name}=10" for name in names))
    check_table(draw_manifest(tiny, DAY), MANIFEST, "manifest")


@pytest.mark.parametrize("overrides", [("port=bare",), ("traffic=flat",), ("traffic=hourly",)])
def test_other_ports_and_traffic_work(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    check_table(draw_manifest(make_scenario(*overrides), DAY), MANIFEST, "manifest")


def test_a_window_without_trucks_is_an_empty_table(make_scenario: Make) -> None:
    none = draw_manifest(make_scenario("traffic.volume_scale=0"), DAY)
    check_table(none, MANIFEST, "manifest")
    assert len(none) == 0


def test_a_week_is_drawn_in_a_fraction_of_a_second(scenario: Scenario, week: pd.DataFrame) -> None:
    took = []
    for _ in range(3):
        start = time.process_time()
        draw_manifest(scenario, WEEK)
        took.append(time.process_time() - start)
    assert min(took) / len(week) < 4e-6

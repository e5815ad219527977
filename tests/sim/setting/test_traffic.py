"""Trade: each number of firms and declarations is a setting, refused by its key, and matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pandas as pd
import pytest

from experiments.study.compose import compose_config
from experiments.study.sources import input_sources
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.port import COMMODITIES
from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS
from sim.setting.traffic import BY_COMMODITY, Declared, Firms
from sim.setting.window import EVALUATION, Window
from sim.trucks.manifest import draw_manifest

Make = Callable[..., Scenario]
DAY = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=1)


@pytest.fixture(scope="module")
def base(make_scenario: Make) -> pd.DataFrame:
    return draw_manifest(make_scenario(), DAY)


def other_value(scenario: Scenario, part: str, name: str) -> str:
    """Return an override that changes one number."""
    value = getattr(getattr(scenario.traffic, part), name)
    if isinstance(value, dict):
        return f"traffic.{part}.{name}.produce={value['produce'] * 0.5}"
    return f"traffic.{part}.{name}={type(value)(value * 0.5)}"


@pytest.mark.parametrize(
    ("part", "name"), [(part, f.name) for part, cls in (("firms", Firms), ("declared", Declared)) for f in fields(cls)]
)
def test_every_number_moves_the_trucks(make_scenario: Make, base: pd.DataFrame, part: str, name: str) -> None:
    changed = draw_manifest(make_scenario(other_value(make_scenario(), part, name)), DAY)
    assert len(changed) == len(base)
    assert changed["arrive_min"].equals(base["arrive_min"])
    visible = [column for column in base.columns if not column.startswith("true_")]
    assert not changed[visible].equals(base[visible])


@pytest.mark.parametrize("name", BY_COMMODITY)
def test_each_commodity_has_its_number(make_scenario: Make, name: str) -> None:
    assert set(getattr(make_scenario().traffic.declared, name)) == set(COMMODITIES)
    with pytest.raises(ConfigError, match=rf"^traffic\.declared\.{name}: expected the groups"):
        make_scenario(f"+traffic.declared.{name}.gold=1.0")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("declared.in_bond_share=0.99", r"declared\.informal_share: with in_bond_share at most 1"),
        ("declared.low_density_share.metals=0.5", r"declared\.high_density_share\.metals: with"),
        ("declared.amended_share=-0.1", r"declared\.amended_share: must be between 0 and 1"),
        ("firms.carrier_rank_shift=0", r"firms\.carrier_rank_shift: must be between 1"),
        ("firms.n_customers=2.5", r"firms\.n_customers: expected int, got 2.5"),
    ],
)
def test_nonsense_is_refused_by_its_key(make_scenario: Make, override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"^traffic\.{message}"):
        make_scenario(f"traffic.{override}")


@pytest.mark.parametrize(
    "override",
    [
        "firms.driver_change_share=0",
        "firms.first_pair_new_share=1",
        "firms.n_customers=1",
        "firms.member_traffic_share=1",
        "declared.value_shipper_share=1",
        "declared.schedule_sd_h=0",
        "declared.lead_ratio_median=0",
        "declared.pieces_ln_sd=3",
    ],
)
def test_extremes_work(make_scenario: Make, override: str) -> None:
    frame = draw_manifest(make_scenario(f"traffic.{override}"), DAY)
    shared = [IF_CARRYING_PREFIX * hidden + name for name, *_ in SHARED_ITEMS for hidden in (0, 1)]
    assert not frame.drop(columns=shared).isna().to_numpy().any()
    if "driver_change" in override:
        assert not frame["driver_change"].any()


def test_hazmat_without_a_commodity_that_carries_it(make_scenario: Make) -> None:
    none = [f"traffic.declared.hazmat_weight.{name}=0" for name in COMMODITIES]
    assert not draw_manifest(make_scenario(*none), DAY)["hazmat"].any()


def test_other_traffic_shares_the_same_numbers(make_scenario: Make) -> None:
    profile = make_scenario().traffic
    for name in ("flat", "hourly"):
        traffic = make_scenario(f"traffic={name}").traffic
        assert (traffic.firms, traffic.declared) == (profile.firms, profile.declared)


@pytest.mark.parametrize("name", ["profile", "flat", "hourly"])
def test_every_assumption_has_its_range_in_every_kind_of_traffic(name: str) -> None:
    rows = [
        row
        for row in input_sources(compose_config([f"traffic={name}"]))
        if row.key.startswith(("traffic.firms.", "traffic.declared."))
    ]
    assert len(rows) == len(fields(Firms)) + len(fields(Declared)) + 9 * len(BY_COMMODITY)
    for row in rows:
        assert row.kind == "assumption", row.key
        assert row.low is not None, row.key
        assert row.file == "configs/traffic/profile.yaml", row.key


def test_ranges_of_density_leave_room_for_both() -> None:
    high = {row.key: row.high or 0.0 for row in input_sources(compose_config([]))}
    for name in COMMODITIES:
        keys = [f"traffic.declared.{level}_density_share.{name}" for level in ("low", "high")]
        assert sum(high[key] for key in keys) <= 1.0, name

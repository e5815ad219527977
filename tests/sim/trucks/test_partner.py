"""Shared items: observations of the truth that leave it alone, each parameter as it is meant."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim.scenario import Scenario
from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS
from sim.setting.window import EVALUATION, Window
from sim.tables import visible_columns
from sim.trucks.manifest import draw_manifest

Make = Callable[..., Scenario]
NAMES = [name for name, *_ in SHARED_ITEMS]
OF = {
    "partner_weight_gap": "declaration",
    "partner_scan_z": "scan",
    "partner_dwell_h": "dwell",
    "partner_certified": "certification",
    "tip": "tip",
}
PLAIN = tuple(
    f"sharing.{item}.{key}={value}"
    for item in OF.values()
    for key, value in {
        "completeness_share": 1,
        "delay_mean_h": 0,
        "error_share": 0,
        "withheld_share": 0,
        "p_leak": 0,
    }.items()
)
"""Every item arrives at once and is right."""


def week(scenario: Scenario, seed: int = 1) -> pd.DataFrame:
    window = Window(seed=seed, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
    return draw_manifest(scenario, window)


def agrees(values: npt.ArrayLike, mean: float) -> bool:
    """Return whether a sample's mean is within its own interval (99.9%) of what is expected."""
    found = np.asarray(values, dtype=np.float64)
    return bool(abs(found.mean() - mean) <= 3.3 * found.std() / np.sqrt(len(found)) + 1e-12)


@pytest.fixture(scope="module")
def plain(make_scenario: Make) -> pd.DataFrame:
    return week(make_scenario("sharing=full", *PLAIN, "threat.prevalence_per_truck=0.2"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sharing_changes_no_other_column(make_scenario: Make, seed: int) -> None:
    nothing, full = (week(make_scenario(f"sharing={name}"), seed) for name in ("none", "full"))
    others = [name for name in nothing if name.removeprefix(IF_CARRYING_PREFIX) not in NAMES]
    pd.testing.assert_frame_equal(nothing[others], full[others])
    assert nothing[NAMES[:4]].isna().to_numpy().all()
    assert (nothing[["tip", IF_CARRYING_PREFIX + "tip"]] == 0.0).to_numpy().all()


def test_trucks_that_carry_show_what_they_would_show(plain: pd.DataFrame) -> None:
    carrying = plain["true_carrying"]
    assert 1000 < carrying.sum() < len(plain)
    for name in NAMES:
        pd.testing.assert_series_equal(
            plain.loc[carrying, name], plain.loc[carrying, IF_CARRYING_PREFIX + name], check_names=False
        )
    clean, loaded = (plain.loc[~carrying, prefix + "partner_scan_z"] for prefix in ("", IF_CARRYING_PREFIX))
    assert np.allclose(loaded - clean, 1.2)


def test_readings_have_the_distributions_that_are_asked_for(plain: pd.DataFrame) -> None:
    clean = plain[~plain["true_carrying"]]
    assert agrees(clean["partner_scan_z"], 0.0)
    assert agrees(plain[IF_CARRYING_PREFIX + "partner_scan_z"], 1.2)
    assert agrees(clean["partner_dwell_h"], 0.5)
    assert agrees(plain[IF_CARRYING_PREFIX + "partner_dwell_h"], 0.8)
    gap = clean.loc[clean["laden"], "partner_weight_gap"]
    assert agrees(gap**2, 0.03**2)
    assert clean.loc[~clean["laden"], ["partner_weight_gap", "partner_certified"]].isna().to_numpy().all()
    assert agrees(plain[IF_CARRYING_PREFIX + "tip"] > 0.0, 0.12)


def test_tips_are_right_as_often_as_they_say(plain: pd.DataFrame) -> None:
    told = plain[plain["tip"] > 0.0]
    assert set(told["tip"]) == {0.2}
    # the week's own share of loads differs from the prevalence that precision is stated for
    share = plain["true_p_carrying"].mean()
    right = 0.12 * share
    wrong = 0.12 * 0.2 * 4.0 / 0.8 * (1.0 - share)
    assert agrees(told["true_carrying"], right / (right + wrong))


def test_certified_plants_lean_less_and_stay_certified(plain: pd.DataFrame) -> None:
    goods = plain[plain["laden"]]
    assert goods.groupby("shipper")["partner_certified"].nunique().max() == 1
    by_shipper = goods.groupby("shipper")["partner_certified"].first()
    assert 0.3 < by_shipper.mean() < 0.5
    p = goods.groupby("partner_certified")["true_p_carrying"].mean()
    assert p[1.0] < p[0.0]


@pytest.mark.parametrize("name", NAMES)
def test_completeness_and_delay_decide_what_arrives(make_scenario: Make, name: str) -> None:
    sent = (f"sharing.{OF[name]}.completeness_share=0.6", f"sharing.{OF[name]}.delay_mean_h=2")
    certain = ("sharing.tip.recall_share=1", "sharing.tip.precision_share=0.01")
    found = week(make_scenario("sharing=full", *PLAIN, *sent, *certain))
    found = found[found["laden"]]
    here = found[IF_CARRYING_PREFIX + name] > 0.0 if name == "tip" else found[IF_CARRYING_PREFIX + name].notna()
    expected = 0.6 * (1.0 - np.exp(-found["lead_time_h"] / 2.0))
    assert agrees(here - expected, 0.0)


@pytest.mark.parametrize("name", ["partner_weight_gap", "partner_scan_z", "partner_dwell_h"])
def test_errors_and_leaks_read_as_clean_and_the_withheld_is_absent(make_scenario: Make, name: str) -> None:
    key = f"sharing.{OF[name]}"
    spoilt = (f"{key}.error_share=0.2", f"{key}.withheld_share=0.25", f"{key}.p_leak=0.5")
    found = week(make_scenario("sharing=full", *PLAIN, *spoilt))
    found = found[found["laden"] & ~found["true_carrying"]]
    clean, loaded = found[name], found[IF_CARRYING_PREFIX + name]
    assert clean.notna().all()
    assert agrees(loaded.isna(), 0.8 * 0.25)
    assert agrees(loaded == clean, 0.2 + 0.8 * 0.75 * 0.5)


@pytest.mark.parametrize("key", ["withheld_share", "p_leak", "error_share"])
def test_what_is_spoilt_more_tells_no_more(make_scenario: Make, key: str) -> None:
    told = []
    for value in (0.0, 0.3, 0.6, 1.0):
        spoilt = [f"sharing.tip.{key}={value}"]
        found = week(make_scenario("sharing=full", *PLAIN, *spoilt))
        told.append(set(found.loc[found[IF_CARRYING_PREFIX + "tip"] > 0.0, "truck"]))
    assert told[0] > told[1] > told[2] > told[3]


def test_a_truck_has_its_own_items_whoever_else_is_seen(make_scenario: Make) -> None:
    found = week(make_scenario("sharing=full"))
    pd.testing.assert_frame_equal(found, week(make_scenario("sharing=full")))
    assert not set(visible_columns()) & set(NAMES)
    assert set(visible_columns("partner")) - set(visible_columns()) == set(NAMES[:4])
    assert set(visible_columns("tip")) - set(visible_columns("partner")) == {"tip"}

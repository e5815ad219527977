"""Complete: trucks given whole come back whole; what is missing is drawn to go with the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer

from experiments.study.study import compose_scenario
from sim.errors import TableError
from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS
from sim.setting.window import EVALUATION, Window
from sim.tables import MANIFEST, check_table, visible_columns
from sim.trucks.manifest import complete_manifest, draw_manifest, drawn_columns

DAY = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=1)
OTHER = Window(seed=1, epoch=EVALUATION, replication=1, start_date="2024-05-13", days=1)
OWN = ["arrive_min", *visible_columns()]
HISTORY = [name for name in visible_columns() if name.endswith(("_12m", "_5y", "_age_days"))]
STRANGER = 10**9


@pytest.fixture(scope="module")
def day(scenario: Scenario) -> pd.DataFrame:
    return draw_manifest(scenario, DAY)


def test_a_simulated_day_given_whole_comes_back_whole(scenario: Scenario, day: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(complete_manifest(scenario, DAY, day[OWN]), day, check_exact=True)


def test_arrivals_alone_bring_the_same_luck_and_the_same_trucks(scenario: Scenario, day: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(complete_manifest(scenario, DAY, day[["arrive_min"]]), day)


def test_rows_may_come_in_any_order(scenario: Scenario, day: pd.DataFrame) -> None:
    shuffled = day[OWN].sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(complete_manifest(scenario, DAY, shuffled), day)


def test_the_same_trucks_have_other_luck_in_another_replication(scenario: Scenario, day: pd.DataFrame) -> None:
    again = complete_manifest(scenario, OTHER, day[OWN])
    pd.testing.assert_frame_equal(again[OWN], day[OWN])
    for column in MANIFEST:
        # Times that do not vary stay, and one of a few kinds of load is often drawn again.
        if column.tier in ("chance", "true") and day[column.name].nunique() > 100:
            assert (again[column.name] != day[column.name]).mean() > 0.99, column.name


@pytest.mark.parametrize("missing", [["shipper"], HISTORY, ["laden"], ["weight_ratio"], ["fast"]])
def test_the_rest_is_kept_and_a_whole_table_comes_out(
    scenario: Scenario, day: pd.DataFrame, missing: list[str]
) -> None:
    given = day[OWN].drop(columns=missing)
    found = complete_manifest(scenario, OTHER, given)
    check_table(found, MANIFEST, "manifest")
    pd.testing.assert_frame_equal(found[given.columns], given)
    shared = [IF_CARRYING_PREFIX * hidden + name for name, *_ in SHARED_ITEMS for hidden in (0, 1)]
    assert not found.drop(columns=shared).isna().to_numpy().any()


def test_empty_trucks_are_known_by_what_they_lack(scenario: Scenario, day: pd.DataFrame) -> None:
    for name in ("shipper", "commodity", "consignee", "entry_type"):
        found = complete_manifest(scenario, OTHER, day[["arrive_min", name]])
        assert (found["laden"] == day["laden"]).all(), name
        assert (found.loc[~found["laden"], "value_usd"] == 0.0).all()
        assert "laden" not in drawn_columns(day[["arrive_min", name]])


def test_strangers_have_neither_history_nor_propensity(scenario: Scenario, day: pd.DataFrame) -> None:
    firms = ["carrier", "shipper", "driver", "plate"]
    given = day.loc[day["laden"], OWN].drop(columns=HISTORY).assign(**dict.fromkeys(firms, STRANGER))
    found = complete_manifest(scenario, DAY, given)
    assert (found[firms] == STRANGER).all(axis=None)
    assert not found[HISTORY].to_numpy().any()
    old = complete_manifest(scenario, DAY, given.assign(carrier_age_days=999.0, shipper_age_days=999.0))
    assert (old["carrier_age_days"] == 999.0).all()
    odds = scenario.threat.trait_ln_odds
    produce = old["commodity"].eq(3)
    ratio = np.log(found["true_p_carrying"] / old["true_p_carrying"])
    new = odds["new_carrier"] + odds["new_shipper"] + produce * odds["new_shipper_produce"]
    free = found["true_p_carrying"] < 0.9
    np.testing.assert_allclose(ratio[free], new[free], rtol=1e-9)


def test_p_carrying_follows_the_given_traits(scenario: Scenario, day: pd.DataFrame) -> None:
    ln = {}
    for broken in (False, True):
        given = day[OWN].assign(seal_mismatch=broken)
        ln[broken] = np.log(complete_manifest(scenario, DAY, given)["true_p_carrying"])
    np.testing.assert_allclose(ln[True] - ln[False], scenario.threat.trait_ln_odds["seal_mismatch"])


def test_no_trucks_are_no_trucks(scenario: Scenario, day: pd.DataFrame) -> None:
    found = complete_manifest(scenario, DAY, day[OWN].iloc[:0])
    check_table(found, MANIFEST, "manifest")
    assert len(found) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fast": [True]}, "missing column 'arrive_min'"),
        ({"arrive_min": [1.0], "true_carrying": [True]}, "'true_carrying' cannot be given"),
        ({"arrive_min": [1.0], "u_tie": [0.5]}, "'u_tie' cannot be given"),
        ({"arrive_min": [1440.0]}, "outside the window's 1 days"),
        ({"arrive_min": [-0.1]}, "outside the window's 1 days"),
    ],
)
def test_what_cannot_be_given_is_refused(scenario: Scenario, given: dict[str, list[object]], message: str) -> None:
    with pytest.raises(TableError, match=message):
        complete_manifest(scenario, DAY, pd.DataFrame(given))


def test_what_is_drawn_is_named() -> None:
    assert drawn_columns(pd.DataFrame(columns=OWN)) == ()
    bare = drawn_columns(pd.DataFrame(columns=["arrive_min"]))
    assert set(bare) == set(visible_columns()) - {"weekday", "month"}
    assert "weight_ratio" not in drawn_columns(pd.DataFrame(columns=["weight_kg"]))


def test_waits_are_those_of_the_arrival_times(day: pd.DataFrame) -> None:
    """All that moves the queue is luck and arrivals here, so both runs wait alike."""
    scenario = compose_scenario(["policy=no_referral"])
    scorer, past = FlatScorer(), draw_window_trucks(scenario, past_window(DAY))
    plan = make_plan(scenario, past, scorer.score(past))
    found = {}
    for name, given in (("simulated", None), ("given", day[OWN])):
        manifest = draw_window_trucks(scenario, DAY, given)
        found[name] = Replication(scenario, DAY, manifest, scorer.score(manifest), plan).run().metrics
    assert found["given"] == pytest.approx(found["simulated"], rel=0, abs=0, nan_ok=True)

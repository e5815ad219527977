from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import flow_and_ledger, ledger_of, window_of

from experiments.study.study import compose_scenario
from sim.engine.ledger import event_log
from sim.stations import SERVED, STATIONS
from sim.tables import LEDGER, MOMENTS, check_table

LOADED = ("threat.prevalence_per_truck=0.2", "policy=random_share", "policy.share=0.3")


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return ledger_of(compose_scenario(LOADED), window_of(1))


def test_columns_are_those_declared(ledger: pd.DataFrame) -> None:
    check_table(ledger, LEDGER, "LEDGER")


def test_only_opened_trucks_are_seized_and_some_are(ledger: pd.DataFrame) -> None:
    assert not (ledger["seized"] & ~ledger["opened"]).any()
    assert ledger["seized"].sum() > 20


def test_an_alarm_is_one_of_a_served_truck(ledger: pd.DataFrame) -> None:
    for station in ("portal", "secondary"):
        alarmed = ledger[ledger[f"{station}_alarm"]]
        assert len(alarmed) > 0
        assert (alarmed[f"{station}_done"] == SERVED).all()


def test_an_alarm_at_the_portal_leads_to_a_dock(ledger: pd.DataFrame) -> None:
    gone = ledger["exit_min"].notna()
    assert ledger.loc[ledger["portal_alarm"] & gone, "opened"].all()


def test_events_hold_each_moment_once_in_order_of_time(ledger: pd.DataFrame) -> None:
    log = event_log(ledger)
    moments = [f"{s}_{m}_min" for s in STATIONS for m in MOMENTS]
    assert len(log) == int(ledger[moments].notna().sum().sum())
    assert log["timestamp_min"].is_monotonic_increasing
    assert set(log["lifecycle"]) == set(MOMENTS)
    one = log[(log["case"] == 7) & (log["activity"] == "primary")]
    found = one.set_index("lifecycle")["timestamp_min"]
    assert found["start"] == ledger.loc[7, "primary_start_min"]
    assert np.isfinite(log["timestamp_min"]).all()


def test_a_ledger_in_which_nothing_happened_has_an_event_log_without_rows() -> None:
    nobody = pd.DataFrame({"arrive_min": []}, dtype="float64")
    scenario = compose_scenario(["port=bare", "traffic=flat", "policy=no_referral"])
    log = event_log(flow_and_ledger(scenario, window_of(1), user_trucks=nobody)[1])
    whole = event_log(flow_and_ledger(scenario, window_of(1))[1])
    assert len(log) == 0
    assert len(whole) > 0
    assert log.dtypes.to_dict() == whole.dtypes.to_dict()

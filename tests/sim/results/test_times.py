from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer, window_of

from experiments.study.study import compose_scenario
from sim.replication import Outcome, Replication, draw_window_trucks, make_plan
from sim.results.times import TIMES, crossing_intervals, group_statistics, times_of_replication, waits_by_cell
from sim.stations import WITHDRAWN
from sim.tables import INTERVALS, LANE_CLASSES, PATHS, check_table
from tests import ledgers

NAN = np.nan


def cell(table: pd.DataFrame, kind: str, month: int, weekday: int, hour: int) -> pd.Series:
    keys = ["class", "month", "weekday", "hour"]
    return table.set_index(keys).loc[(kind, month, weekday, hour)]


def timed(table: pd.DataFrame, path: str) -> dict[str, float]:
    mine = table[table["path"] == path]
    return dict(zip(mine["interval"], mine["mean_min"], strict=True))


def test_waits_are_of_the_class_month_weekday_and_hour_of_arrival() -> None:
    arrive = [5.0, 59.0, 59.5, 61.0, 1440.0 + 60.0]
    starts = [15.0, 79.0, 89.5, 61.0, 1530.0]
    paths = [ledgers.at_primary(a, s, 1.0) for a, s in zip(arrive, starts, strict=True)]
    ledger = ledgers.ledger(arrive, paths, [s + 1.0 for s in starts])
    ledger["lane_class"] = [0, 0, 0, 1, 0]
    found = waits_by_cell(ledger, ledgers.window(9, "2024-05-31"))  # a Friday, then the first of June
    assert len(found) == 3
    first = cell(found, "general", 5, 4, 0)
    assert first[["trucks", "n_waits", "wait_sum_min", "n_days"]].tolist() == [3, 3, 60.0, 1]
    assert first["wait_mean_min"] == 20.0
    assert first["wait_p95_min"] == pytest.approx(np.percentile([10.0, 20.0, 30.0], 95.0))
    assert cell(found, "fast", 5, 4, 1)["wait_mean_min"] == 0.0
    saturday = cell(found, "general", 6, 5, 1)
    assert saturday[["wait_mean_min", "n_days"]].tolist() == [30.0, 2]


def test_who_never_reaches_primary_is_counted_and_has_no_wait() -> None:
    ledger = ledgers.ledger([10.0, 20.0, 70.0], [{}, ledgers.at_primary(20.0, 25.0, 1.0), {}], [NAN, 26.0, 90.0])
    ledger["diverted"] = [False, False, True]
    found = waits_by_cell(ledger, ledgers.window())
    assert found["trucks"].tolist() == [2, 1]
    assert found["n_waits"].tolist() == [1, 0]
    assert found["wait_mean_min"].tolist()[0] == 5.0
    assert found[["wait_mean_min", "wait_p95_min"]].iloc[1].isna().all()
    assert found["wait_sum_min"].tolist() == [5.0, 0.0]


def test_the_check_on_leaving_is_not_part_of_the_wait() -> None:
    path = ledgers.at_primary(70.0, 90.0, 1.0) | {"origin": (50.0, 50.0, 70.0, 70.0)}
    ledger = ledgers.ledger([50.0], [path], [91.0])
    found = waits_by_cell(ledger, ledgers.window())
    assert found[["hour", "wait_mean_min"]].to_numpy().tolist() == [[0, 20.0]]
    intervals = timed(crossing_intervals(ledger), "primary")
    assert intervals["check_on_leaving"] == 20.0
    assert intervals["wait"] == 20.0
    assert intervals["arrival_to_release"] == 41.0


def test_cells_are_those_that_pandas_finds() -> None:
    _, ledger = ledgers.tandem(20_000, trucks_per_h=66.0)
    window = ledgers.window(15, "2024-12-25")
    ledger["lane_class"] = np.arange(len(ledger)) % 3 // 2
    dates = pd.DatetimeIndex(window.dates())[(ledger["arrive_min"] // 1440.0).astype(int)]
    wait = ledger["primary_start_min"] - ledger["arrive_min"]
    keys = [ledger["lane_class"], dates.month, dates.day_of_week, (ledger["arrive_min"] % 1440.0 // 60.0).astype(int)]
    expected = wait.groupby(keys).agg(["size", "sum", "mean", lambda values: values.quantile(0.95)])
    found = waits_by_cell(ledger, window)
    assert len(found) == len(expected)
    assert found["class"].tolist() == [LANE_CLASSES[code] for code, *_ in expected.index]
    assert found[["month", "weekday", "hour"]].to_numpy().tolist() == [list(key[1:]) for key in expected.index]
    names = ["n_waits", "wait_sum_min", "wait_mean_min", "wait_p95_min"]
    np.testing.assert_allclose(found[names].to_numpy(dtype=float), expected.to_numpy(dtype=float), rtol=1e-12)


def test_each_path_has_the_intervals_that_it_went_through() -> None:
    booth = ledgers.at_primary(0.0, 10.0, 2.0)
    paths = [
        booth,
        booth | {"portal": (0.0, 3.0, 4.0, 4.0)},
        booth | {"portal": (0.0, 3.0, 4.0, 4.0), "secondary": (12.0, 15.0, 20.0, 21.0)},
        booth | {"radiation": (12.0, 13.0, 14.0, 14.0), "dock": (14.0, 30.0, 60.0, 64.0)},
    ]
    found = crossing_intervals(ledgers.ledger([0.0] * 4, paths, [12.0, 12.0, 21.0, 64.0]))
    assert found["path"].drop_duplicates().tolist() == list(PATHS)
    short = {"wait": 10.0, "primary": 2.0, "primary_to_release": 0.0, "arrival_to_release": 12.0}
    assert timed(found, "primary") == timed(found, "portal") == short | {"arrival_to_exit": 12.0}
    secondary, dock = timed(found, "secondary"), timed(found, "dock")
    assert (secondary["referral"], secondary["inspection"], secondary["primary_to_release"]) == (3.0, 5.0, 9.0)
    assert (dock["referral"], dock["inspection"], dock["primary_to_release"]) == (1.0, 47.0, 52.0)


def test_release_is_before_the_check_of_the_state() -> None:
    path = ledgers.at_primary(0.0, 10.0, 2.0) | {"safety": (12.0, 20.0, 30.0, 30.0)}
    found = timed(crossing_intervals(ledgers.ledger([0.0], [path], [30.0])), "primary")
    assert (found["arrival_to_release"], found["safety_check"], found["arrival_to_exit"]) == (12.0, 18.0, 30.0)


def test_a_truck_that_a_breakdown_sends_on_was_there_until_it_left() -> None:
    path = ledgers.at_primary(0.0, 10.0, 2.0) | {"secondary": (12.0, 14.0, NAN, 40.0)}
    ledger = ledgers.ledger([0.0], [path], [40.0])
    ledger["secondary_done"] = WITHDRAWN
    assert timed(crossing_intervals(ledger), "secondary")["inspection"] == 26.0


def test_those_still_inside_turned_away_or_seized_before_primary_are_not_timed() -> None:
    booth = ledgers.at_primary(0.0, 10.0, 2.0)
    paths = [booth, {}, {"origin": (0.0, 0.0, 9.0, 9.0)}, booth]
    ledger = ledgers.ledger([0.0] * 4, paths, [NAN, 50.0, 9.0, 12.0])
    ledger["diverted"] = [False, True, False, False]
    found = crossing_intervals(ledger)
    assert (found["trucks"] == 1).all()
    assert len(found) == 5


def test_nobody_came() -> None:
    empty = ledgers.ledger([], [], [])
    for name, table in times_of_replication(empty, ledgers.window()).items():
        assert len(table) == 0
        assert list(table.columns) == [column.name for column in TIMES[name][2:]]


@pytest.mark.parametrize("n", [1, 2, 3, 20, 21, 1000])
def test_percentiles_are_those_of_numpy(n: int) -> None:
    values = np.random.default_rng(n).exponential(size=n)
    _, [(_, found)] = group_statistics([values], np.zeros(n, dtype=np.int64), 1, (0.0, 0.5, 0.95, 1.0))
    np.testing.assert_allclose(np.ravel(found), np.percentile(values, [0.0, 50.0, 95.0, 100.0]), rtol=1e-14)


@pytest.fixture(scope="module", params=[(), ("port.origin.servers=40", "port.safety.servers=20")])
def replication(request: pytest.FixtureRequest) -> Replication:
    """One day at World Trade Bridge, as it is and with the checks of Mexico and of Texas."""
    scenario, scorer, window = compose_scenario(request.param), FlatScorer(), window_of(1)
    trucks, past = draw_window_trucks(scenario, window), draw_window_trucks(scenario, window_of(1, 1))
    plan = make_plan(scenario, past, scorer.score(past))
    return Replication(scenario, window, trucks, scorer.score(trucks), plan)


@pytest.fixture(scope="module")
def outcome(replication: Replication) -> Outcome:
    return replication.run()


def test_both_tables_hold_to_their_declarations(outcome: Outcome) -> None:
    for name, table in outcome.times.items():
        check_table(table.assign(alternative="a", replication=0), TIMES[name], name)


def test_cells_add_up_to_the_waits_of_metrics(outcome: Outcome) -> None:
    waits, metrics = outcome.times["waits"], outcome.metrics
    assert waits["trucks"].sum() == metrics["trucks"]
    for kind in LANE_CLASSES:
        mine = waits[waits["class"] == kind]
        assert mine["n_waits"].sum() == metrics[f"n_waits_{kind}"]
        assert mine["wait_sum_min"].sum() == pytest.approx(metrics[f"wait_{kind}_sum_min"], rel=1e-9)


def test_intervals_add_up_to_the_crossing(outcome: Outcome) -> None:
    sums = outcome.times["crossings"].groupby("interval")[["trucks", "sum_min"]].sum().reindex(list(INTERVALS))
    total = sums["sum_min"].fillna(0.0)
    whole = total[["check_on_leaving", "wait", "primary", "primary_to_release"]].sum()
    assert whole == pytest.approx(total["arrival_to_release"], rel=1e-9)
    assert total["arrival_to_release"] + total["safety_check"] == pytest.approx(total["arrival_to_exit"], rel=1e-9)
    seized = outcome.ledger["seized"] & outcome.ledger["primary_end_min"].isna()
    never = (outcome.ledger["exit_min"] - outcome.ledger["arrive_min"])[seized].sum()
    assert total["arrival_to_exit"] + never == pytest.approx(outcome.metrics["crossing_sum_min"], rel=1e-9)
    assert sums["trucks"]["arrival_to_exit"] + seized.sum() == outcome.metrics["exited"]


def test_whoever_asks_for_metrics_alone_pays_for_no_tables(replication: Replication) -> None:
    assert replication.run_metrics().times == {}
    assert replication.run_levels().times == {}

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from ports import FlatScorer

from experiments.execution.replicate import replicate, weekly_loads
from experiments.study.study import Study, build_study, compose_scenario
from sim.replication import Replication
from sim.results.times import TIMES
from sim.shared_draws import manifest_key, risk_key
from sim.tables import check_table

SHORT = ["replications=4", "days=1", "processes=1"]


@pytest.fixture(scope="module")
def asked() -> Study:
    return build_study(SHORT, "compare")


def scorers(asked: Study) -> dict[str, FlatScorer]:
    return {risk_key(scenario): FlatScorer() for scenario in asked.alternatives.values()}


def test_one_and_two_processes_give_the_same_table(asked: Study) -> None:
    alone = replicate(asked, scorers(asked))
    together = replicate(replace(asked, processes=2), scorers(asked))
    pd.testing.assert_frame_equal(alone.metrics, together.metrics, check_exact=True)
    for name, profiles in alone.profiles.items():
        for key, values in profiles.items():
            assert (values == together.profiles[name][key]).all()
    for name, table in alone.times.items():
        pd.testing.assert_frame_equal(table, together.times[name], check_exact=True)


def test_rows_come_in_the_order_of_the_study(asked: Study) -> None:
    rows = replicate(asked, scorers(asked)).metrics
    assert rows["alternative"].drop_duplicates().tolist() == list(asked.alternatives)
    for _, part in rows.groupby("alternative"):
        assert part["replication"].tolist() == [0, 1, 2, 3]


def test_waits_and_crossings_stand_for_every_alternative_and_replication(asked: Study) -> None:
    done = replicate(asked, scorers(asked))
    keys = ["alternative", "replication"]
    for name, table in done.times.items():
        check_table(table, TIMES[name], name)
        pd.testing.assert_frame_equal(table[keys].drop_duplicates(ignore_index=True), done.metrics[keys])
    counted = done.times["waits"].groupby(keys, sort=False)["n_waits"].sum()
    assert counted.tolist() == done.metrics["n_waits"].tolist()


def test_a_run_for_metrics_alone_has_no_waits(asked: Study) -> None:
    few = replace(asked, replications=2)
    assert replicate(few, scorers(few), simulator=Replication.run_metrics).times == {}


def test_all_alternatives_meet_the_same_trucks(asked: Study) -> None:
    rows = replicate(asked, scorers(asked)).metrics
    for column in ("trucks", "n_carrying"):
        by_replication = rows.groupby("replication")[column]
        assert (by_replication.max() == by_replication.min()).all()


def test_a_longer_study_begins_with_the_shorter_one(asked: Study) -> None:
    short = replicate(replace(asked, replications=2), scorers(asked)).metrics
    whole = replicate(asked, scorers(asked)).metrics
    part = whole[whole["replication"] < 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(short, part, check_exact=True)


def test_progress_is_told_to_the_end(asked: Study) -> None:
    told: list[tuple[int, int]] = []
    replicate(asked, scorers(asked), lambda done, of: told.append((done, of)))
    assert told[-1] == (4, 4)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_policies_and_staffing_do_not_change_who_comes() -> None:
    base, other = (
        build_study([*SHORT, *more], "run").alternatives.popitem()[1]
        for more in (["policy=random_share"], ["policy=scan_everything", "staffing=april_2019"])
    )
    assert manifest_key(base) == manifest_key(other)
    volume = build_study([*SHORT, "traffic.volume_scale=1.1"], "run").alternatives.popitem()[1]
    assert manifest_key(base) != manifest_key(volume)


def test_loads_are_stated_for_every_alternative(asked: Study) -> None:
    stated = weekly_loads(asked, scorers(asked))
    assert list(stated) == list(asked.alternatives)
    portal = {name: rows.set_index("station")["load_share"]["portal"] for name, rows in stated.items()}
    assert portal["no_referral"] == 0.0
    assert portal["scan_everything"] > portal["random_27"] > 0.0


@pytest.mark.parametrize("part", ["low_energy", "portal", "secondary", "canine", "exam", "analyst"])
def test_another_service_time_of_any_instrument_is_another_truck(part: str) -> None:
    slower = f"scanner.{part}.service.mean_min=9.5"
    base, other = (compose_scenario(changes) for changes in ([], [slower]))
    assert manifest_key(base) != manifest_key(other)

"""A sweep gives what its points would give alone, however many processes run it and however it is cut."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from experiments.comparison import compare_to_baseline
from experiments.execution.replicate import replicate
from experiments.report.terminal import open_console
from experiments.study.study import Study
from experiments.sweeping import pieces, running
from experiments.sweeping.pieces import cut_into_pieces, group_of
from experiments.sweeping.request import Sweep, build_sweep
from experiments.sweeping.running import PointResult, distinct_works, metrics_table, run_sweep
from experiments.sweeping.table import sweep_table
from experiments.training.find_or_train import train_all

SMALL = ["port=bare", "days=1", "replications=3", "processes=1"]


def run(sweep: Sweep) -> list[PointResult]:
    return run_sweep(sweep, "simpy", lambda done, total: None)


def alone(study: Study) -> pd.DataFrame:
    study = dataclasses.replace(study, engine="simpy")
    return replicate(study, train_all(study, open_console())).metrics


@pytest.mark.parametrize(
    "words",
    [
        ["policy=top_share", "policy.share=0.2,0.4", "port.portal.servers=1,2"],
        ["experiment=lanes", "calendar=week", "traffic.volume_scale=0.8,1.0"],
        ["risk=constant,rules", "policy=top_share", "seed=1,2"],
    ],
)
def test_every_point_gives_what_it_gives_alone(words: list[str]) -> None:
    sweep = build_sweep([*SMALL, *words])
    table = metrics_table(sweep, run(sweep))
    for point in sweep.points:
        mine = table[table["point"] == point.number].drop(columns="point").reset_index(drop=True)
        expected = alone(point.study)
        pd.testing.assert_frame_equal(mine[expected.columns], expected, check_exact=True)


@pytest.mark.parametrize("seconds", [0.001, 0.3, 5.0])
def test_pieces_cover_every_run_once(seconds: float) -> None:
    sweep = build_sweep(["days=1", "port=bare,ysleta", "port.portal.servers=range(1,6)", "replications=2,3"])
    works = [dataclasses.replace(work, seconds=seconds) for work in distinct_works(sweep, "compiled")]
    cut = cut_into_pieces(works)
    covered = [(r, n) for piece in cut for task in piece.tasks for r in task.replications for n in task.points]
    assert sorted(covered) == sorted((r, n) for n, work in enumerate(works) for r in range(work.study.replications))
    lengths = [sum(len(t.replications) * len(t.points) for t in piece.tasks) * seconds for piece in cut]
    assert max(lengths) <= max(2.0, seconds)
    assert len({piece.key for piece in cut}) == len(cut)
    assert [piece.key for piece in cut_into_pieces(works)] == [piece.key for piece in cut]


def test_how_a_sweep_is_cut_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = build_sweep([*SMALL, "port.portal.servers=1,2,3", "policy.scan_share=0.2,0.4"])
    tables = []
    for per_truck in (1e-7, 1e-4, 1e-2):
        monkeypatch.setattr(running, "S_PER_TRUCK", per_truck)
        tables.append(metrics_table(sweep, run(sweep)))
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0], check_exact=True)


def test_points_that_meet_the_same_trucks_form_a_group() -> None:
    words = ["port.portal.servers=1,2", "policy.scan_share=0.2,0.4"]
    assert len({group_of(point.study) for point in build_sweep([*SMALL, *words]).points}) == 1
    words = ["traffic.volume_scale=0.9,1.0", "seed=1,2"]
    assert len({group_of(point.study) for point in build_sweep([*SMALL, *words]).points}) == 4


def test_equal_points_run_once() -> None:
    sweep = build_sweep([*SMALL, "port.primary.service.mean_min=2,2.0,3"])
    assert len(distinct_works(sweep, "simpy")) == 2
    first, second, third = run(sweep)
    assert first is second
    assert not np.array_equal(first.metrics, third.metrics)


def test_a_point_that_fails_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pieces.run_replication

    def fail(study: Study, *others: object) -> object:
        if study.alternatives[study.baseline].port.portal.servers == 2 and others[2] == 1:
            message = "no way out"
            raise ArithmeticError(message)
        return real(study, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(pieces, "run_replication", fail)
    sweep = build_sweep([*SMALL, "port.portal.servers=1,2,3"])
    outcomes = run(sweep)
    assert [outcome.status for outcome in outcomes] == ["done", "failed", "done"]
    assert outcomes[1].failure == "replication 1: ArithmeticError: no way out"
    table = sweep_table(sweep, outcomes)
    assert table["status"].tolist() == ["done", "failed", "done"]
    assert table["wait_mean_min"].isna().tolist() == [False, True, False]
    assert set(metrics_table(sweep, outcomes)["point"]) == {0, 2}


def test_the_table_says_what_a_comparison_says() -> None:
    words = ["experiment=lanes", "calendar=week", "port.portal.servers=1,2", "measures=[wait_mean_min,scan_rate]"]
    sweep = build_sweep([*SMALL, *words])
    outcomes = run(sweep)
    table = sweep_table(sweep, outcomes)
    assert len(table) == 6
    metrics = metrics_table(sweep, outcomes)
    for point in sweep.points:
        mine = metrics[metrics["point"] == point.number]
        comparison = compare_to_baseline(mine, point.study.baseline, unstable=outcomes[point.number].unstable)
        for row in table[table["point"] == point.number].to_dict("records"):
            for measure in sweep.measures:
                said = comparison[(comparison["alternative"] == row["alternative"]) & (comparison["metric"] == measure)]
                numbers = said[["mean", "low", "high", "difference", "diff_low", "diff_high"]].iloc[0].tolist()
                endings = ("", "_low", "_high", "_diff", "_diff_low", "_diff_high")
                shown = [row[f"{measure}{ending}"] for ending in endings]
                if row["alternative"] == row["baseline"]:
                    numbers, shown = numbers[:3], shown[:3]
                assert np.array_equal(shown, numbers, equal_nan=True)


def test_a_point_that_cannot_carry_its_load_is_flagged() -> None:
    sweep = build_sweep([*SMALL, "port.primary.service.mean_min=2,30"])
    outcomes = run(sweep)
    assert not outcomes[0].unstable
    assert "is asked for" in outcomes[1].unstable["todays_practice"]
    table = sweep_table(sweep, outcomes)
    assert table["unstable"].tolist()[0] == ""
    assert table["wait_mean_min"].isna().tolist() == [False, True]
    assert table["scan_rate"].notna().all()

"""The verb ``compare-runs``: inputs first, then versions, then measures, paired where that is right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.cli import main
from experiments.intervals import Sample, unpaired_difference
from experiments.store.write import add_run
from tests import stored_runs as made


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return made.make_store(tmp_path / "results" / "store")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str]:
        status = main(["compare-runs", *words])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def row(said: str, words: str) -> str:
    return next(line for line in said.splitlines() if line.startswith(words))


def test_inputs_come_first_then_the_program_then_measures(store: Path, call: Any) -> None:
    status, said = call("aaaa", "bbbb")
    assert status == 0
    assert max(map(len, said.splitlines())) <= 80
    order = ["One input differs:", "The same program:", "Paired over 5 replications", "average wait"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    assert "  traffic.volume_scale\n    A  1  [assumption: a guess]\n    B  1.1  [assumption: a guess]\n" in said
    # the same luck in both runs leaves the difference without an error
    assert row(said, "average wait, min").split() == [
        "average",
        "wait,",
        "min",
        "30.4",
        "41.4",
        "+11.0",
        "[11.0,",
        "11.0]",
        "*",
    ]
    assert store.is_dir()


def test_other_seeds_are_not_paired_and_it_is_said_so(store: Path, call: Any) -> None:
    other = made.more_traffic()
    seeds = other.inputs.assign(value_text=other.inputs["value_text"].where(other.inputs["key"] != "seed", "7"))
    add_run(store, replace(other, run_id="20260506-000000-eeee0005", inputs=seeds))
    _, said = call("aaaa", "eeee", "to=gaps.csv")
    assert "Unpaired, each run by itself (Welch): seed 1 and 7." in said
    table = pd.read_csv("gaps.csv").set_index(["alternative", "metric"])
    gap = table.loc[("today", "wait_mean_min")]
    luck = np.array([np.random.default_rng(r).normal() for r in range(5)])
    welch = stats.ttest_ind(41.0 + luck, 30.0 + luck, equal_var=False).confidence_interval(0.95)
    # ratios of sums over equal numbers of trucks are means
    assert gap[["diff_low", "diff_high"]].tolist() == pytest.approx([welch.low, welch.high])
    assert not table["paired"].any()


def test_only_replications_of_both_runs_are_paired(store: Path, call: Any) -> None:
    fewer = made.more_traffic()
    few = fewer.metrics[fewer.metrics["replication"] < 3]
    add_run(store, replace(fewer, run_id="20260506-000000-eeee0005", metrics=few))
    _, said = call("aaaa", "eeee", "alternative=today")
    assert "Paired over 3 replications" in said
    assert row(said, "average wait, min").split()[5] == "+11.0"
    assert "more_scans" not in said


def test_versions_that_differ_are_named(store: Path, call: Any) -> None:
    add_run(
        store, replace(made.rows(), run_id="20260506-000000-eeee0005", code_hash="f00d" * 16, program_version="0.2.0")
    )
    _, said = call("aaaa", "eeee")
    assert "No input differs." in said
    assert "  program: 0.1.0 and 0.2.0\n  code of sim/ and models/: c0dec0dec0de and f00df00df00d\n" in said


def test_three_runs_are_each_set_beside_the_first(store: Path, call: Any) -> None:
    _, said = call("aaaa", "bbbb", "dddd", "alternative=today")
    assert [line for line in said.splitlines() if line[:3] in ("A  ", "B  ", "C  ")] == [
        f"A  {made.BASE}", f"B  {made.MORE}", f"A  {made.BASE}", f"C  {made.CASE}",
    ]  # fmt: skip
    assert "C - A" in said
    assert store.is_dir()


def test_a_wait_that_an_overloaded_station_decides_is_not_compared(store: Path, call: Any) -> None:
    plain = made.more_traffic()
    held = plain.points.assign(unstable="today: primary at 112% of its hours")
    add_run(store, replace(plain, run_id="20260506-000000-eeee0005", points=held))
    _, said = call("aaaa", "eeee", "alternative=today")
    assert "B cannot carry its weekly load (today: primary at 112% of its hours)" in " ".join(said.split())
    assert row(said, "average wait, min").split()[-2:] == ["-", "unstable"]


def test_points_of_a_sweep_are_chosen_by_number(store: Path, call: Any) -> None:
    status, said = call("cccc", "aaaa", "alternative=today")
    assert (status, said) == (
        2,
        f"run: '{made.SWEEP}' has 12 points; choose one with point=N, or ask `throughgate query`\n",
    )
    add_run(store, replace(made.sweep_chunk(0), run_id="20260506-000000-eeee0005"))
    status, said = call("cccc", "eeee", "point=2", "all=true")
    assert status == 0
    assert "No input differs." in said
    assert "wait_sum_min, min" in said


REFUSED = {
    "aaaa": "compare-runs: expected two or three runs, got 1",
    "aaaa bbbb cccc dddd": "compare-runs: expected two or three runs, got 4",
    "aaaa nobody": "run: no run 'nobody' in the store",
    "aaaa empty": "run: 'empty' is a folder without run.json",
    "aaaa bbbb alternative=none": f"alternative: {made.BASE} has no 'none'; known ['today', 'more_scans']",
    "aaaa bbbb point=7": f"run: '{made.BASE}' holds no METRICS of point 7",
    "aaaa bbbb to=gaps.txt": "to: expected a file that ends in .csv or .parquet",
    "aaaa bbbb all=some": "all: expected true or false",
    "aaaa bbbb days=7": "days: unknown key",
}


@pytest.mark.parametrize("words", REFUSED)
def test_bad_words_cost_one_line(words: str, store: Path, tmp_path: Path, call: Any) -> None:
    (tmp_path / "empty").mkdir()
    status, said = call(*words.split())
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith(REFUSED[words])
    assert store.is_dir()


def test_welch_against_scipy_where_nothing_is_skewed() -> None:
    rng = np.random.default_rng(3)
    half, third = rng.normal(5.0, 1.0, 6), rng.normal(4.0, 3.0, 4)
    one, other = np.concatenate([half, 10.0 - half]), np.concatenate([third, 8.0 - third])
    gap = unpaired_difference(Sample.of(one), Sample.of(other), 0.9)
    test = stats.ttest_ind(one, other, equal_var=False)
    interval = test.confidence_interval(0.9)
    assert (gap.low, gap.high, gap.p_value) == pytest.approx((interval.low, interval.high, test.pvalue))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([1.0], [1.0, 2.0], "one replication only"),
        ([np.nan, np.nan], [1.0, 2.0], "undefined in every replication"),
        ([2.0, 2.0], [2.0, 2.0], "identical in every replication"),
        ([3.0, 3.0], [2.0, 2.0], "no spread between replications"),
    ],
)
def test_why_there_is_no_interval(first: list[float], second: list[float], reason: str) -> None:
    assert unpaired_difference(Sample.of(first), Sample.of(second)).reason == reason

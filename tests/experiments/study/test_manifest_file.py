"""A file of trucks: the round trip, the run on it, and one clear line for everything else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer

from experiments.cli import main
from experiments.execution.replicate import Replications, replicate, weekly_loads
from experiments.study import manifest_file
from experiments.study.manifest_file import read_manifest_file
from experiments.study.run_record import run_record
from experiments.study.study import Study, build_study
from sim.errors import ConfigError, OutputError, TableError
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.shared_draws import risk_key
from sim.tables import visible_columns
from sim.trucks.arrivals import rates_per_h
from sim.trucks.manifest import draw_manifest

WEEK = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
OWN = ["arrive_min", *visible_columns()]
SHORT = ["replications=2", "days=2", "processes=1", "policy=random_share"]
FLAG, WHOLE = "expected true or false (1 or 0)", "expected a whole number"
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def week(scenario: Scenario) -> pd.DataFrame:
    return draw_manifest(scenario, WEEK)[OWN]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function from the text of a CSV file, or a frame for Parquet, to its path."""

    def to_file(content: str | pd.DataFrame, name: str = "trucks") -> Path:
        if isinstance(content, str):
            path = tmp_path / f"{name}.csv"
            path.write_text(content, encoding="utf-8")
        else:
            path = tmp_path / f"{name}.parquet"
            content.to_parquet(path, index=False)
        return path

    return to_file


def manifest(path: Path) -> str:
    return f"manifest={path}"


def run(*overrides: str) -> tuple[Study, Replications]:
    asked = build_study([*SHORT, *overrides], "run")
    scorers = {risk_key(scenario): FlatScorer() for scenario in asked.alternatives.values()}
    return asked, replicate(asked, scorers)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_week_comes_back_as_it_was_written(week: pd.DataFrame, write: Write, kind: str) -> None:
    path = write(week.to_csv(index=False) if kind == "csv" else week)
    pd.testing.assert_frame_equal(read_manifest_file(path, 7), week, check_exact=True)


def test_flags_numbers_and_spaces_are_read_as_people_write_them(write: Write) -> None:
    text = "\ufeffarrive_min, fast\n"
    with pytest.raises(TableError, match="unknown column ' fast'"):
        read_manifest_file(write(text), 1)
    found = read_manifest_file(write("arrive_min,fast,carrier\n 5,TRUE,7\n1e2,0,-3\n3.5,true, 12\n\n\n"), 1)
    assert found["arrive_min"].tolist() == [5.0, 100.0, 3.5]
    assert found["fast"].tolist() == [True, False, True]
    assert found["carrier"].tolist() == [7, -3, 12]


def test_parquet_codes_stay_exact(write: Write) -> None:
    code = 2**53 + 1
    found = read_manifest_file(write(pd.DataFrame({"arrive_min": [1], "carrier": [code]})), 1)
    assert found["carrier"].tolist() == [code]
    assert found["arrive_min"].dtype == np.float64


def test_a_file_that_changes_is_read_again(write: Write) -> None:
    assert len(read_manifest_file(write("arrive_min\n1\n"), 1)) == 1
    path = write("arrive_min\n1\n2\n")
    assert len(read_manifest_file(path, 1)) == 2
    assert read_manifest_file(path, 1) is read_manifest_file(path, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "trucks.csv' is no table (No columns"),
        ("fast\n1\n", "trucks.csv: missing column 'arrive_min'"),
        ("arrive_min,colour\n1,red\n", "trucks.csv: unknown column 'colour'; known ['arrive_min'"),
        ("arrive_min,true_carrying\n1,1\n", "'true_carrying' is always drawn; leave it out"),
        ("arrive_min,u_tie\n1,0.5\n", "'u_tie' is always drawn; leave it out"),
        ("arrive_min,truck\n1,0\n", "unknown column 'truck'"),
        ("arrive_min,fast,fast\n1,1,1\n", "unknown column 'fast.1'"),
        ("arrive_min\n1\nsoon\n", "trucks.csv, line 3, arrive_min: expected a number, got 'soon'"),
        ("arrive_min\n1\n\n2\n", "line 3, arrive_min: expected a number, got an empty cell"),
        ("arrive_min\n1\ninf\n", "line 3, arrive_min: expected a number, got 'inf'"),
        ("arrive_min\n1\nnan\n", "line 3, arrive_min: expected a number, got 'nan'"),
        ("arrive_min,fast\n1,1\n2,\n", f"line 3, fast: {FLAG}, got an empty cell"),
        ("arrive_min,fast\n1,1\n2\n", f"line 3, fast: {FLAG}, got an empty cell"),
        ("arrive_min,fast\n1,1\n2,2\n", f"line 3, fast: {FLAG}, got '2'"),
        ("arrive_min,fast\n1,0.5\n", f"line 2, fast: {FLAG}, got '0.5'"),
        ("arrive_min,carrier\n1,1\n2,ABCD\n", f"line 3, carrier: {WHOLE}, got 'ABCD'"),
        ("arrive_min,carrier\n1,1.5\n", f"line 2, carrier: {WHOLE}, got '1.5'"),
        ("arrive_min,carrier\n1,1e30\n", f"line 2, carrier: {WHOLE}, got '1e30'"),
        ("arrive_min\n1\n-1\n", "line 3, arrive_min: must not be negative, got -1"),
        ("arrive_min\n1\n1440\n", "line 3, arrive_min: must be below 1440, the end of days=1"),
        ("arrive_min,arrive_hour\n1,25\n", "line 2, arrive_hour: must be between 0 and 24, got 25"),
        ("arrive_min,weekday\n1,7\n", "line 2, weekday: must be between 0 and 6, got 7"),
        ("arrive_min,month\n1,0\n", "line 2, month: must be between 1 and 12, got 0"),
        ("arrive_min,commodity\n1,10\n", "line 2, commodity: must be between -1 and 9, got 10"),
        ("arrive_min,density\n1,3\n", "line 2, density: must be between 0 and 2, got 3"),
        ("arrive_min,entry_type\n1,4\n", "line 2, entry_type: must be between 0 and 3, got 4"),
        ("arrive_min,origin_state\n1,32\n", "line 2, origin_state: must be between 0 and 31"),
        ("arrive_min,lead_time_h\n1,0\n", "line 2, lead_time_h: must be between 0.001 and"),
        ("arrive_min,weight_ratio\n1,0\n", "line 2, weight_ratio: must be between 0.001 and"),
        ("arrive_min,value_usd\n1,-5\n", "line 2, value_usd: must be at least 0, got -5"),
        ("arrive_min,carrier_finds_5y\n1,-1\n", "line 2, carrier_finds_5y: must be at least 0"),
        ("arrive_min\n1,2\n", "trucks.csv' is no table ("),
        ("arrive_min,fast\n1,1\n2,1,9\n", "trucks.csv' is no table ("),
    ],
)
def test_a_bad_file_is_refused_by_line_and_column(write: Write, text: str, message: str) -> None:
    with pytest.raises(TableError) as refused:
        read_manifest_file(write(text), 1)
    assert str(refused.value).startswith("manifest: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"arrive_min": [1.0, None]}, "row 2, arrive_min: expected a number, got an empty"),
        ({"arrive_min": pd.to_datetime(["2024-05-13"])}, "row 1, arrive_min: expected a number"),
        ({"arrive_min": [1.0], "fast": [2]}, f"row 1, fast: {FLAG}, got '2'"),
        ({"arrive_min": [1.0], "fast": [None]}, f"row 1, fast: {FLAG}, got an empty cell"),
        ({"arrive_min": [1.0], "carrier": ["ABCD"]}, f"row 1, carrier: {WHOLE}, got 'ABCD'"),
        ({"arrive_min": [1.0], "true_load": [1.0]}, "'true_load' is always drawn"),
    ],
)
def test_a_bad_parquet_file_is_refused_by_row(write: Write, frame: dict[str, object], message: str) -> None:
    with pytest.raises(TableError) as refused:
        read_manifest_file(write(pd.DataFrame(frame)), 1)
    assert message in str(refused.value)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    for name, content, error in (
        ("trucks.xlsx", b"arrive_min\n1\n", TableError),
        ("trucks.parquet", b"arrive_min\n1\n", TableError),
        ("trucks.csv", b"arrive_min\n\xff\xfe\n", TableError),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(error, match=r"^manifest: "):
            read_manifest_file(tmp_path / name, 1)
    (tmp_path / "folder.csv").mkdir()
    for name in ("folder.csv", "nowhere.csv"):
        with pytest.raises(OutputError, match=r"^manifest: cannot read "):
            read_manifest_file(tmp_path / name, 1)


def test_a_bad_file_costs_one_line_and_leaves_nothing(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("arrive_min,fast\n5,1\n6,maybe\n")
    out = tmp_path / "results"
    assert main(["run", manifest(path), f"out={out}"]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert "trucks.csv, line 3, fast: expected true or false (1 or 0), got 'maybe'" in lines[0]
    assert not out.exists()


def test_a_manifest_is_no_year(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"^calendar: a manifest is one stretch of days"):
        build_study([manifest(write("arrive_min\n1\n")), "calendar=year"], "run")


@pytest.mark.parametrize("columns", [OWN, ["arrive_min"]])
def test_a_run_on_the_simulated_trucks_is_the_simulated_run(
    scenario: Scenario, write: Write, columns: list[str]
) -> None:
    window = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=2)
    path = write(draw_manifest(scenario, window)[columns])
    _, simulated = run()
    _, given = run(manifest(path))
    pd.testing.assert_frame_equal(given.metrics.iloc[:1], simulated.metrics.iloc[:1])
    # The second replication has the same arrivals, and so as many trucks, but luck of its own.
    came, waited = given.metrics["trucks"], given.metrics["wait_sum_min"]
    assert came[0] == came[1]
    assert waited[0] != waited[1]


def test_all_alternatives_meet_the_given_trucks_however_many_processes(write: Write) -> None:
    path = write("arrive_min\n" + "\n".join(map(str, range(420, 1400))))
    asked = build_study([manifest(path), "replications=2", "days=1", "processes=1"], "compare")
    scorers = {risk_key(scenario): FlatScorer() for scenario in asked.alternatives.values()}
    rows = replicate(asked, scorers).metrics
    assert (rows["trucks"] == 980).all()
    weight = rows.groupby("replication")["expected_weight"]
    np.testing.assert_allclose(weight.max(), weight.min(), rtol=1e-9)
    together = replicate(dataclasses.replace(asked, processes=2), scorers).metrics
    pd.testing.assert_frame_equal(rows, together, check_exact=True)


def test_the_record_and_the_notes_say_what_was_drawn(write: Write) -> None:
    asked = build_study([manifest(write("arrive_min,fast\n5,1\n")), "days=1"], "run")
    record = run_record(asked, wall_s=1.0)["trucks"]
    assert record["trucks"] == 1
    assert "carrier" in record["drawn"]
    assert "fast" not in record["drawn"]
    line = manifest_file.drawn_columns_note(asked.manifest, asked.days)
    assert line is not None
    assert "trucks.csv" in line
    assert all(name in line for name in record["drawn"])
    assert "\n" not in line
    simulated = build_study(["days=1"], "run")
    assert run_record(simulated, wall_s=1.0)["trucks"] is None


def test_the_load_before_the_run_is_that_of_the_given_trucks(scenario: Scenario, write: Write) -> None:
    """Two days of the week are the file's, the other five as the port expects them."""
    crowd = write(pd.DataFrame({"arrive_min": np.linspace(420.0, 2000.0, 20_000)}))
    offered = []
    for more in ([], [manifest(crowd)]):
        asked = build_study([*SHORT, *more], "run")
        scorers = {risk_key(one): FlatScorer() for one in asked.alternatives.values()}
        (load,) = weekly_loads(asked, scorers).values()
        offered.append(load.set_index("station")["offered_min"]["primary_fast"])
    rates = rates_per_h(scenario, WEEK)
    expected = (rates[48:].sum() + 20_000) / rates.sum()
    assert offered[1] / offered[0] == pytest.approx(expected)

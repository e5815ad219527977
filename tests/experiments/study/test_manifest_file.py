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
from experiments.user_tables import cells
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.shared_draws import risk_key
from sim.tables import visible_columns
from sim.trucks.manifest import draw_manifest

WEEK = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
MONDAY = "2024-05-13"
OWN = ["arrive_min", *visible_columns()]
SHORT = ["replications=2", "days=2", "processes=1", "policy=random_share"]
TIME = "expected a number of minutes, or a date and time such as 2024-05-13T10:30"
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
    pd.testing.assert_frame_equal(read_manifest_file(path, 7, MONDAY), week, check_exact=True)


def test_flags_numbers_and_spaces_are_read_as_people_write_them(write: Write) -> None:
    text = "\ufeffarrive_min, fast,carrier\n 5,TRUE,7\n1e2,0,-3\n3.5,true, 12\n\n\n"
    found = read_manifest_file(write(text), 1, MONDAY)
    assert found["arrive_min"].tolist() == [5.0, 100.0, 3.5]
    assert found["fast"].tolist() == [True, False, True]
    assert found["carrier"].tolist() == [7, -3, 12]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arrive_min,fast\n2024-05-14T06:30:00-05:00,1\n", {"arrive_min": [1830.0], "fast": [True]}),
        ("arrive_min\n2024-05-13 24:00\n", {"arrive_min": [1440.0]}),
        ("arrive_min,arrive_hour\n1430,24:00\n", {"arrive_min": [1430.0], "arrive_hour": [24.0]}),
        ("\ufeffarrive_min;fast\n600,5;1\n", {"arrive_min": [600.5], "fast": [True]}),
        ("arrive_min;value_usd\n600,25;57.642,5\n", {"arrive_min": [600.25], "value_usd": [57642.5]}),
        ('arrive_min,value_usd\n600,"57,642"\n', {"arrive_min": [600.0], "value_usd": [57642.0]}),
        ('arrive_min\n"600,5"\n', {"arrive_min": [600.5]}),
        ("sep=;\narrive_min;fast\n600;no\n", {"arrive_min": [600.0], "fast": [False]}),
        ("arrive_min\tfast\r600\tY\r", {"arrive_min": [600.0], "fast": [True]}),
        ("arrive_min,carrier\n600,4611686018427387903\n", {"arrive_min": [600.0], "carrier": [2**62 - 1]}),
        (
            "arrive_min,commodity,density,entry_type,weekday,month\n600,Vehicle parts,HIGH,in-bond,Mon,May\n",
            {"arrive_min": [600.0], "commodity": [2], "density": [2], "entry_type": [1], "weekday": [0], "month": [5]},
        ),
    ],
)
def test_files_of_other_programs_are_read(write: Write, text: str, expected: dict[str, list[object]]) -> None:
    assert read_manifest_file(write(text), 2, MONDAY).to_dict("list") == expected


MIDNIGHT = "arrive_min\n1430\n1431\n1432\n1433\n1440\n"


@pytest.mark.parametrize("last", ["1440", "24:00", "2024-05-13T24:00"])
def test_midnight_ends_the_last_day_and_begins_any_other(write: Write, last: str) -> None:
    path = write(MIDNIGHT.replace("1440", last))
    (*early, ends) = read_manifest_file(path, 1, MONDAY)["arrive_min"]
    assert early == [1430.0, 1431.0, 1432.0, 1433.0]
    assert 1440.0 - 1e-9 < ends < 1440.0
    if ":" not in last or "T" in last:
        assert read_manifest_file(path, 2, MONDAY)["arrive_min"].tolist() == [*early, 1440.0]


def test_midnight_is_of_the_day_that_the_file_says(write: Write) -> None:
    path = write("arrive_min,weekday\n1440,Mon\n")
    assert read_manifest_file(path, 1, MONDAY)["weekday"].tolist() == [0]
    with pytest.raises(ConfigError, match="line 2: contradicts the calendar: weekday=Mon"):
        read_manifest_file(path, 2, MONDAY)


def test_a_truck_at_midnight_is_run(write: Write) -> None:
    for days in (1, 2):
        _, found = run(manifest(write(MIDNIGHT)), "port=bare", "policy=no_referral", f"days={days}")
        assert found.metrics["trucks"].tolist() == [5, 5]
        assert (found.metrics["wait_sum_min"] == 0.0).all()


def test_dates_and_times_of_parquet_are_read(write: Write) -> None:
    times = pd.to_datetime(["2024-05-13 10:30", "2024-05-14 00:00"])
    found = read_manifest_file(write(pd.DataFrame({"arrive_min": times})), 2, MONDAY)
    assert found["arrive_min"].tolist() == [630.0, 1440.0]


CONFLICTS = [
    ("laden,commodity\n600,1,-1", "laden=1, but commodity=-1 (-1 stands for an empty truck)"),
    ("laden,shipper\n600,no,7", "laden=no, but shipper=7"),
    ("laden,entry_type\n600,0,paps", "laden=0, but entry_type=paps (3 stands for an empty truck)"),
    ("commodity,consignee\n600,produce,-1", "commodity=produce, but consignee=-1"),
    ("laden,value_usd\n600,0,50000", "an empty truck (laden=0), but value_usd=50000"),
    ("shipper,weight_kg\n600,-1,9000", "an empty truck (shipper=-1), but weight_kg=9000"),
    ("weekday\n600,6", "contradicts the calendar: weekday=6, but arrive_min=600 from start_date=2024-05-13"),
    ("month\n600,1", "contradicts the calendar: month=1, but arrive_min=600"),
    ("arrive_hour\n600,3", "contradicts the calendar: arrive_hour=3 is more than 6 h from arrive_min=600"),
    ("carrier_exams_12m,carrier_crossings_12m\n600,9,8", "carrier_exams_12m=9 of carrier_crossings_12m=8"),
    ("fast,ctpat_carrier\n600,1,0", "fast=1, but ctpat_carrier=0"),
]


@pytest.mark.parametrize(("text", "message"), CONFLICTS)
def test_rows_that_contradict_themselves_or_the_calendar_are_refused(write: Write, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"trucks\.csv, line 2: contradicts") as refused:
        read_manifest_file(write(f"arrive_min,{text}\n"), 1, MONDAY)
    assert message in str(refused.value)


def test_all_problems_are_named_at_once(write: Write) -> None:
    text = "arrive_min,fast,laden,commodity\n0x10,1,1,1\n5,maybe,1,1\n6,1,1,-1\n1441,1,1,1\nN/A,1,1,1\n"
    with pytest.raises(ConfigError) as refused:
        read_manifest_file(write(text), 1, MONDAY)
    said = str(refused.value)
    assert "lines 2 and 6, arrive_min: expected a number of minutes, or a date" in said
    assert "got '0x10', 'N/A'" in said
    assert "line 3, fast: expected true or false (1 or 0), got 'maybe'" in said
    assert "line 4: contradicts itself: laden=1, but commodity=-1" in said
    assert "line 5, arrive_min: must lie within days=1 from start_date=2024-05-13" in said


def test_parquet_codes_stay_exact(write: Write) -> None:
    code = 2**53 + 1
    found = read_manifest_file(write(pd.DataFrame({"arrive_min": [1], "carrier": [code]})), 1, MONDAY)
    assert found["carrier"].tolist() == [code]
    assert found["arrive_min"].dtype == np.float64


@pytest.mark.parametrize("odd", ["5", '"1,000"'])
def test_zero_has_no_sign(write: Write, odd: str) -> None:
    """Read all at once, and cell by cell where one cell is written in another way."""
    found = read_manifest_file(write(f"arrive_min\n-0\n-0.0\n{odd}\n"), 1, MONDAY)["arrive_min"]
    assert not np.signbit(found).any()


def test_a_file_that_changes_is_read_again(write: Write) -> None:
    assert len(read_manifest_file(write("arrive_min\n1\n"), 1, MONDAY)) == 1
    path = write("arrive_min\n1\n2\n")
    assert len(read_manifest_file(path, 1, MONDAY)) == 2
    assert read_manifest_file(path, 1, MONDAY) is read_manifest_file(path, 1, MONDAY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "trucks.csv: is empty"),
        ("fast\n1\n", "trucks.csv: missing column 'arrive_min'"),
        ("arrive_min,colour\n1,red\n", "trucks.csv: unknown column 'colour'; known ['arrive_min'"),
        ("arrive_min,true_carrying\n1,1\n", "'true_carrying' is always drawn; leave it out"),
        ("arrive_min,u_tie\n1,0.5\n", "'u_tie' is always drawn; leave it out"),
        ("arrive_min,truck\n1,0\n", "unknown column 'truck'"),
        ("arrive_min,fast,fast\n1,1,1\n", "the column 'fast' comes twice"),
        ("arrive_min,,fast\n1,1,1\n", "column 2 has no name"),
        ("arrive_min,fats\n1,1\n", "unknown column 'fats' (did you mean 'fast'?)"),
        ("arrive_min;fast,laden\n1;1,1\n", "line 1: commas and semicolons in one header"),
        ("arrive_min;value_usd\n600;57.642\n", "line 2, value_usd: may be 57642 or 57.642"),
        ("arrive_min;value_usd\n600,5;1\n7;0.25\n", "'600,5' has a decimal comma, but line 3 a decimal point ('0.25')"),
        ("arrive_min\n1_000\n", f"line 2, arrive_min: {TIME}, got '1_000'"),
        ("arrive_min\n05/13/2024 10:30\n", "line 2, arrive_min: does not say which is the day and which the month"),
        ("arrive_min\n2024-05-13T10:30:00Z\n", "a time of UTC; expected the port's own clock"),
        ("arrive_min\n2024-05-13T10:30+02:00\n", "is not of the clock of a land port of the United States"),
        ("arrive_min\n10:30 PM\n", "is of a 12-hour clock"),
        ("arrive_min\n2024-02-30T10:30\n", "no such date"),
        ("arrive_min\n24:01\n", "no such time of day"),
        ("arrive_min\n2024-05-12T23:59\n", "must lie within days=1 from start_date=2024-05-13"),
        ('arrive_min\n"1\n', "line 2: a quotation mark is never closed"),
        ("arrive_min,commodity\n1,red\n", "line 2, commodity: expected a code or one of empty, electrical"),
        ("arrive_min\n1\nsoon\n", f"trucks.csv, line 3, arrive_min: {TIME}, got 'soon'"),
        ("arrive_min\n1\n\n2\n", f"line 3, arrive_min: {TIME}, got an empty cell"),
        ("arrive_min\n1\ninf\n", f"line 3, arrive_min: {TIME}, got 'inf'"),
        ("arrive_min\n1\nnan\n", f"line 3, arrive_min: {TIME}, got 'nan'"),
        ("arrive_min,fast\n1,1\n2,\n", f"line 3, fast: {FLAG}, got an empty cell"),
        ("arrive_min,fast\n1,1\n2\n", "line 3: 1 cell under 2 headings (commas between cells)"),
        ("arrive_min,fast\n1,1\n2,2\n", f"line 3, fast: {FLAG}, got '2'"),
        ("arrive_min,fast\n1,0.5\n", f"line 2, fast: {FLAG}, got '0.5'"),
        ("arrive_min,carrier\n1,1\n2,ABCD\n", f"line 3, carrier: {WHOLE}, got 'ABCD'"),
        ("arrive_min,carrier\n1,1.5\n", f"line 2, carrier: {WHOLE}, got '1.5'"),
        ("arrive_min,carrier\n1,1e30\n", f"line 2, carrier: {WHOLE}, got '1e30'"),
        (
            "arrive_min\n1\n-1\n",
            "line 3, arrive_min: must lie within days=1 from start_date=2024-05-13, from 0 to 1440 min, got '-1'",
        ),
        ("arrive_min\n1\n1440.1\n", "line 3, arrive_min: must lie within days=1"),
        ("arrive_min\n2024-05-14T00:00\n", "line 2, arrive_min: must lie within days=1"),
        ("arrive_min,arrive_hour\n1,25\n", "line 2, arrive_hour: must be between 0 and 24, got '25'"),
        ("arrive_min,weekday\n1,7\n", "line 2, weekday: must be between 0 and 6, got '7'"),
        ("arrive_min,month\n1,0\n", "line 2, month: must be between 1 and 12, got '0'"),
        ("arrive_min,commodity\n1,10\n", "line 2, commodity: must be between -1 and 9, got '10'"),
        ("arrive_min,density\n1,3\n", "line 2, density: must be between 0 and 2, got '3'"),
        ("arrive_min,entry_type\n1,4\n", "line 2, entry_type: must be between 0 and 3, got '4'"),
        ("arrive_min,origin_state\n1,32\n", "line 2, origin_state: must be between 0 and 31"),
        ("arrive_min,lead_time_h\n1,0\n", "line 2, lead_time_h: must be between 0.001 and"),
        ("arrive_min,weight_ratio\n1,0\n", "line 2, weight_ratio: must be between 0.001 and"),
        ("arrive_min,value_usd\n1,-5\n", "line 2, value_usd: must be at least 0, got '-5'"),
        ("arrive_min,carrier_finds_5y\n1,-1\n", "line 2, carrier_finds_5y: must be at least 0"),
        ("arrive_min\n1,2\n", "line 2: 2 cells under 1 heading "),
        ("arrive_min,fast\n1,1\n2,1,9\n", "line 3: 3 cells under 2 headings"),
    ],
)
def test_a_bad_file_is_refused_by_line_and_column(write: Write, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_manifest_file(write(text), 1, MONDAY)
    assert str(refused.value).startswith("manifest: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"arrive_min": [1.0, None]}, f"row 2, arrive_min: {TIME}, got an empty"),
        ({"arrive_min": [1.0], "fast": [2]}, f"row 1, fast: {FLAG}, got '2'"),
        ({"arrive_min": [1.0], "fast": [None]}, f"row 1, fast: {FLAG}, got an empty cell"),
        ({"arrive_min": [1.0], "carrier": ["ABCD"]}, f"row 1, carrier: {WHOLE}, got 'ABCD'"),
        ({"arrive_min": [1.0], "true_load": [1.0]}, "'true_load' is always drawn"),
    ],
)
def test_a_bad_parquet_file_is_refused_by_row(write: Write, frame: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_manifest_file(write(pd.DataFrame(frame)), 1, MONDAY)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("trucks.xlsx", b"arrive_min\n1\n", "expected a file .csv, .tsv, .txt or .parquet"),
        ("trucks.parquet", b"arrive_min\n1\n", "is no table ("),
        ("trucks.csv", b"arrive_min\n5\n\xff\xfe\n", "line 3: is not UTF-8"),
        ("trucks.csv", b"PK\x03\x04", "is no table (a spreadsheet or archive)"),
        ("trucks.csv", b"arrive_min\n5\0\n", "is no table (a NUL character)"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=r"^manifest: ") as refused:
        read_manifest_file(tmp_path / name, 1, MONDAY)
    assert words in str(refused.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name in ("folder.csv", "nowhere.csv"):
        with pytest.raises(ConfigError, match=r"^manifest: cannot read "):
            read_manifest_file(tmp_path / name, 1, MONDAY)


def test_a_file_that_is_too_large_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("arrive_min\n" + "1\n" * 20)
    monkeypatch.setattr(cells, "MOST_ROWS", 10)
    with pytest.raises(ConfigError, match="must have at most 10 rows"):
        read_manifest_file(path, 1, MONDAY)
    monkeypatch.setattr(cells, "MOST_MB", 0)
    with pytest.raises(ConfigError, match="must be at most 0 MB"):
        read_manifest_file(path, 1, MONDAY)


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


def test_a_file_without_trucks_is_run_and_says_so(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, port = tmp_path / "results", ["port=bare", "traffic=flat", "policy=no_referral", "engine=simpy"]
    small = ["days=1", "replications=2", "robustness.draws=0", "bottleneck=false", "processes=1"]
    given = [manifest(write("arrive_min,fast\n")), "ledger=true", "csv=true", f"out={out}"]
    assert main(["run", *port, *small, *given]) == 0
    said = capsys.readouterr().out
    assert "Under no targeting no truck was admitted" in said
    assert "-%" not in said
    assert pd.read_csv(out / "ledger.csv").empty
    assert pd.read_csv(out / "events.csv").empty


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
    line = manifest_file.drawn_columns_note(asked.manifest, asked.window(0))
    assert line is not None
    assert "trucks.csv" in line
    assert all(name in line for name in record["drawn"])
    assert "\n" not in line
    simulated = build_study(["days=1"], "run")
    assert run_record(simulated, wall_s=1.0)["trucks"] is None


def load_of(*overrides: str) -> pd.DataFrame:
    asked = build_study([*SHORT, *overrides], "run")
    scorers = {risk_key(one): FlatScorer() for one in asked.alternatives.values()}
    (load,) = weekly_loads(asked, scorers).values()
    return load.set_index("station")


def test_the_load_before_the_run_is_that_of_the_given_trucks_alone(write: Write) -> None:
    """One truck at a port that its own traffic overloads: its two minutes, of four booths and a day."""
    busy = ("port=bare", "traffic=flat", "traffic.trucks_per_h=200", "days=1")
    assert not load_of(*busy)["stable"]["primary"]
    load = load_of(*busy, manifest(write("arrive_min\n600\n")))
    assert load["load_share"]["primary"] == pytest.approx(1 * 2 / (4 * 1440))


def test_the_load_is_that_of_the_files_classes(write: Write) -> None:
    """The same times as FAST trucks and as general ones load booths of their own kind alone."""
    times = "\n".join(f"{420 + 0.2 * place},{{fast}}" for place in range(4000))
    fast, general = (
        load_of("days=1", manifest(write("arrive_min,fast\n" + times.format(fast=flag), f"fast{flag}")))["offered_min"]
        for flag in (1, 0)
    )
    assert fast["primary_general"] == general["primary_fast"] == 0.0
    assert fast["primary_fast"] == pytest.approx(4000 * 1.0)
    assert general["primary_general"] > fast["primary_fast"]


def test_an_exam_is_ordered_of_the_files_goods(write: Write) -> None:
    rows = "\n".join(f"{420 + place},{{goods}}" for place in range(900))
    loads = {
        goods: load_of("days=1", manifest(write("arrive_min,commodity\n" + rows.format(goods=goods), goods)))
        for goods in ("empty", "metals", "produce")
    }
    dock = {goods: load["offered_min"]["dock"] for goods, load in loads.items()}
    assert dock["empty"] < dock["metals"] < dock["produce"]


def test_no_truck_asks_for_nothing(write: Write) -> None:
    assert (load_of("days=1", manifest(write("arrive_min\n")))["load_share"] == 0.0).all()


@pytest.mark.parametrize(
    ("flag", "port", "kind"),
    [
        ("1", ("port.mix.fast_share=0", "port.primary.fast_lanes=0"), "FAST"),
        ("0", ("port.mix.fast_share=1", "port.primary.lanes=0"), "general"),
    ],
)
def test_trucks_that_no_booth_takes_are_refused_by_line(
    write: Write, flag: str, port: tuple[str, ...], kind: str
) -> None:
    other = str(1 - int(flag))
    path = write(f"arrive_min,fast\n500,{other}\n600,{flag}\n700,{flag}\n")
    timetable = "port.primary.open_by_shift=null"
    with pytest.raises(ConfigError) as refused:
        build_study([*SHORT, *port, timetable, manifest(path)], "run")
    assert f"trucks.csv, lines 3 and 4: a {kind} truck (fast={flag})" in str(refused.value)
    assert "primary has no lane open" in str(refused.value)


def test_a_load_above_what_the_window_can_do_is_unstable(write: Write) -> None:
    path = write("arrive_min\n" + "\n".join(f"{360 + 2.4 * place}" for place in range(300)))
    booth = ["port=bare", "traffic=flat", "port.primary.lanes=1", "days=1", "port.primary.service.mean_min=7"]
    hours = [f"port.hours.{day}={{open_h: 6, close_h: 18}}" for day in ("weekday", "saturday", "sunday")]
    load = load_of(*booth, *hours, manifest(path))
    assert load["load_share"]["primary"] == pytest.approx(300 * 7 / 720)
    assert not load["stable"]["primary"]

"""The config file of a calibration: what is written is what later runs read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.calibration.engine_waits import calibrated_keys
from experiments.calibration.estimates import estimate_parameters
from experiments.calibration.forecast import Score
from experiments.calibration.write import Provenance, calibration_yaml
from experiments.study.study import build_study
from tests.synthetic_waits import SERVICE_MIN, any_fit

SCORE = Score(8.0, -0.5, 3.0, (8.0,), (-0.5,))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    fit, draws = any_fit()
    keys = calibrated_keys(fit.model.parameters, fit.model.timetable, fit.theta)
    estimates = estimate_parameters(fit, draws, SERVICE_MIN, 0.95)
    where = Provenance(
        port="A port",
        file="waits.csv",
        sha256="0" * 64,
        months=(1, 3),
        cells=100,
        made=dt.date(2026, 1, 2),
        command="throughgate calibrate port=bare observed=waits.csv",
        in_sample=SCORE,
        left_out=(SCORE, SCORE),
        coverage=0.95,
    )
    path = tmp_path_factory.mktemp("made") / "calibration" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(calibration_yaml(keys, estimates, where), encoding="utf-8")
    return path, keys


def test_the_head_tells_what_months_left_out_say() -> None:
    where = Provenance(
        port="A port",
        file="waits.csv",
        sha256="0" * 64,
        months=(3,),
        cells=100,
        made=dt.date(2026, 1, 2),
        command="throughgate calibrate port=bare observed=waits.csv",
        in_sample=SCORE,
        left_out=None,
        coverage=0.95,
    )
    fit, draws = any_fit()
    keys = calibrated_keys(fit.model.parameters, fit.model.timetable, fit.theta)
    estimates = estimate_parameters(fit, draws, SERVICE_MIN, 0.95)
    one = calibration_yaml(keys, estimates, where)
    assert "# a single month, so that none was left out" in one
    more = calibration_yaml(keys, estimates, replace(where, months=(3, 4), left_out=(SCORE, SCORE)))
    assert "# each month left out in turn: 8.0, bias -0.5, months' means 3.0 off (naive 8.0 and 3.0)." in more


def test_a_run_reads_the_numbers_that_were_fitted(written: tuple[Path, dict[str, object]]) -> None:
    path, keys = written
    study = build_study(["port=bare", "port.primary.lanes=6", f"calibration={path}"], "run")
    mapping = study.mapping(study.baseline)

    def assert_under(wanted: dict[str, object], there: dict[str, object]) -> None:
        for key, value in wanted.items():
            if isinstance(value, dict):
                assert_under(value, there[key])  # type: ignore[arg-type]
            else:
                assert there[key] == value, key

    assert_under(keys, mapping)


def test_the_command_line_wins_over_a_calibration(written: tuple[Path, dict[str, object]]) -> None:
    path, _ = written
    study = build_study(
        ["port=bare", "port.primary.lanes=6", f"calibration={path}", "port.primary.service.mean_min=3.5"], "run"
    )
    assert study.alternatives[study.baseline].port.primary.service.mean_min == 3.5


def test_every_fitted_number_has_a_range_that_holds_it(written: tuple[Path, dict[str, object]]) -> None:
    path, _ = written
    study = build_study(["port=bare", "port.primary.lanes=6", f"calibration={path}"], "run")
    rows = {row.key: row for row in study.inputs(study.baseline)}
    for key in ("port.primary.service.mean_min", "port.lane_response.open_above_min", "port.volume.day_factor.ln_sd"):
        row = rows[key]
        assert row.low is not None
        assert row.high is not None
        assert row.low <= float(row.value) <= row.high  # type: ignore[arg-type]

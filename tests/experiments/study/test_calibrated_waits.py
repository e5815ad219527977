"""Which ports' waits may be quoted."""

from __future__ import annotations

from experiments.study.calibrated_waits import not_calibrated_note
from experiments.study.study import build_study


def test_each_port_without_observed_waits_is_named_once() -> None:
    words = [["port=pharr"], ["port=pharr", "days=1"], ["port=ysleta", "calibration=none"], ["port=ysleta"], []]
    note = not_calibrated_note(build_study(own, "run") for own in words)
    ports = "Pharr-Reynosa International Bridge and Ysleta-Zaragoza Bridge, El Paso"
    assert note == f"Waits at {ports} are not calibrated: compare alternatives, do not quote levels."


def test_a_port_that_was_calibrated_says_nothing() -> None:
    calibrated = build_study(["port=ysleta"], "run")
    assert calibrated.choices(calibrated.baseline)["calibration"] == "ysleta"
    assert not not_calibrated_note([calibrated, build_study([], "run")])

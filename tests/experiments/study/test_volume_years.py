"""A study says which year's counts its days have where they are not their own."""

from __future__ import annotations

from experiments.study.run_record import run_record
from experiments.study.study import build_study
from experiments.study.volume_years import stand_in_note, volume_years

COUNTED = ("port=bare", "port.volume.counted_year=2024", "port.volume.trucks_by_year={2022: " + f"{[62000] * 12}}}")


def test_counts_of_the_nearest_year_are_named() -> None:
    study = build_study([*COUNTED, "start_date=2026-12-30"], "run")
    assert list(volume_years(study).values()) == [{"2026": 2024, "2027": 2024}]
    assert stand_in_note([study]).endswith("where a year has none: those of 2024 for 2026 and those of 2024 for 2027.")
    assert run_record(study, 1.0)["volume_years"] == volume_years(study)


def test_a_year_with_counts_needs_no_word() -> None:
    for start in ("2022-05-09", "2024-05-13"):
        study = build_study([*COUNTED, f"start_date={start}"], "run")
        assert list(volume_years(study).values()) == [{start[:4]: int(start[:4])}]
        assert stand_in_note([study]) == ""


def test_where_no_counts_are_used_none_are_named() -> None:
    theory = build_study([*COUNTED, "traffic=flat", "traffic.trucks_per_h=10", "start_date=2026-01-05"], "run")
    same = build_study(["port=bare", "start_date=2026-01-05"], "run")
    for study in (theory, same):
        assert not any(volume_years(study).values())
        assert stand_in_note([study]) == ""

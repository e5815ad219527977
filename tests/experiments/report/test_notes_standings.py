from __future__ import annotations

from experiments.report.notes import frontier_notes, reader_notes
from experiments.report.tables import TRUCKS_ONLY
from tests import replications

ALIKE = {"todays_practice": (31.0, 0.12, 0.277), "twin": (31.0, 0.12, 0.277)}


def test_standings_name_who_dominates_whom() -> None:
    lines = frontier_notes(replications.findings())
    assert lines[0].endswith("no_referral, boosted_27 and scan_everything.")
    assert any("random_27" in line and "dominated by boosted_27" in line for line in lines)


def test_twins_are_named_once_and_a_saturated_port_says_what_it_scanned() -> None:
    found = replications.findings(ALIKE, over={"twin": ("portal",)})
    lines = frontier_notes(found)
    assert "todays_practice and twin are alike, within 0.5 min and 0.5 points of loads." in lines
    assert any("twin: portal is asked for 130%" in line and "27.7% were" in line for line in lines)


def test_notes_date_the_week_and_name_what_is_left_out() -> None:
    text = " ".join(reader_notes(replications.findings()))
    assert "Simulates 7 days (13 May to 19 May 2024), 20 times: not an annual estimate." in text
    assert TRUCKS_ONLY in text
    assert "fitted" in text
    assert "assumed" in text
    year = " ".join(reader_notes(replications.findings(ALIKE, n=24, overrides=["calendar=year"])))
    assert "Annual figures, the year 2024: 2 stretches of 7 days in every month" in year
    assert "stratified by month" in year

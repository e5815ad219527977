from __future__ import annotations

import re

import pytest

from experiments.answer import FENTANYL, answer, notes, standings
from tests import replications

ALIKE = {"todays_practice": (31.0, 0.12, 0.277), "twin": (31.0, 0.12, 0.277)}


def test_the_best_at_equal_scan_share_leads() -> None:
    found = replications.findings()
    text = answer(found)
    assert text.startswith("At equal scan share (28 %), boosted_27 finds ")
    assert "under todays_practice" in text
    row = found.row("boosted_27", "detection_expected")
    low, high = (float(x) for x in re.findall(r"loads \[([\d.]+), ([\d.]+)\]", text)[0])
    assert low == pytest.approx(100 * row["low"], abs=0.051)
    assert high == pytest.approx(100 * row["high"], abs=0.051)


def test_nothing_is_claimed_where_nothing_can_be_told_apart() -> None:
    text = answer(replications.findings(ALIKE))
    assert "nothing surely finds more than todays_practice" in text
    assert "no mean wait surely differs by 0.1 min or more" in text


def test_a_wait_that_surely_differs_is_said_with_its_interval() -> None:
    lanes = {"todays_practice": (31.0, 0.12, 0.277), "one_more": (22.0, 0.12, 0.277)}
    text = answer(replications.findings(lanes))
    assert re.search(
        r"under one_more the mean wait is [89]\.\d min shorter \[[89]\.\d, 9\.\d\]", text
    )


def test_finding_more_while_scanning_less_counts_as_better() -> None:
    sharper = {"todays_practice": (31.0, 0.12, 0.277), "sharper": (30.9, 0.2, 0.15)}
    text = answer(replications.findings(sharper))
    assert text.startswith("Scanning 15.0 % of trucks, sharper finds ")
    assert "todays_practice, which scans 27.7 %" in text


def test_worse_alternatives_are_not_hidden() -> None:
    worse = {"todays_practice": (31.0, 0.12, 0.277), "blind": (31.0, 0.05, 0.277)}
    assert "and blind less" in answer(replications.findings(worse))


def test_without_equal_share_the_price_is_named_beside_the_gain() -> None:
    other = {"todays_practice": (31.0, 0.12, 0.277), "scan_everything": (58.0, 0.33, 0.99)}
    text = answer(replications.findings(other))
    assert text.startswith("No alternative ran at the scan share of todays_practice (28 %)")
    assert "scan_everything, which scans 99 %" in text
    assert "min longer" in text


def test_an_overloaded_alternative_is_never_given_a_wait() -> None:
    found = replications.findings(ALIKE, over={"twin": ("primary",)})
    text = answer(found)
    assert text.startswith("twin cannot carry its load (primary is asked for 130 %")
    assert "waits cannot be compared" in text
    assert any("twin: unstable" in line for line in standings(found))


def test_one_replication_says_that_it_has_no_interval() -> None:
    text = answer(replications.findings(ALIKE, n=1))
    assert "(no interval: one replication only)" in text


def test_a_single_alternative() -> None:
    one = {"todays_practice": (31.0, 0.12, 0.277)}
    assert answer(replications.findings(one)).startswith("Under todays_practice trucks wait ")
    overloaded = answer(replications.findings(one, over={"todays_practice": ("dock",)}))
    assert "trucks wait" not in overloaded
    assert "of loads found" in overloaded


def test_standings_name_who_dominates_whom() -> None:
    lines = standings(replications.findings())
    assert lines[0].endswith("no_referral, boosted_27 and scan_everything.")
    assert any("random_27" in line and "dominated by boosted_27" in line for line in lines)


def test_twins_are_named_once_and_a_saturated_port_says_what_it_scanned() -> None:
    found = replications.findings(ALIKE, over={"twin": ("portal",)})
    lines = standings(found)
    assert "Not told apart from each other: todays_practice and twin." in lines
    assert any(
        "twin: portal is asked for 130 %" in line and "27.7 % were" in line for line in lines
    )


def test_notes_date_the_week_and_name_what_is_left_out() -> None:
    text = " ".join(notes(replications.findings()))
    assert "13 May to 19 May 2024, drawn 20 times: not a year" in text
    assert FENTANYL in text
    assert "fitted" in text
    assert "assumed" in text
    year = " ".join(notes(replications.findings(ALIKE, n=24, overrides=["calendar=year"])))
    assert "24 stretches of 7 days over the months of 2024" in year

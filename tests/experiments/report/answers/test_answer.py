from __future__ import annotations

import re

import pytest

from experiments.report.notes import frontier_notes
from tests import replications
from tests.replications import answer_text

ALIKE = {"todays_practice": (31.0, 0.12, 0.277), "twin": (31.0, 0.12, 0.277)}


def test_the_best_at_equal_scan_share_leads() -> None:
    found = replications.findings()
    text = answer_text(found)
    assert text.startswith(
        "At equal scan share (28%), 19.0% of loads [18.9, 19.0] are detected with boosted_27 against"
    )
    assert "with todays_practice" in text
    row = found.row("boosted_27", "detection_expected")
    low, high = (float(x) for x in re.findall(r"loads \[([\d.]+), ([\d.]+)\]", text)[0])
    assert low == pytest.approx(100 * row["low"], abs=0.051)
    assert high == pytest.approx(100 * row["high"], abs=0.051)


def test_nothing_is_claimed_where_nothing_can_be_told_apart() -> None:
    text = answer_text(replications.findings(ALIKE))
    assert "no alternative clearly detects more than todays_practice" in text
    assert "no average wait clearly differs by 0.1 min or more" in text


def test_where_loads_are_alike_a_surely_shorter_wait_leads() -> None:
    lanes = {"todays_practice": (31.0, 0.12, 0.277), "one_more": (22.0, 0.1201, 0.277)}
    text = answer_text(replications.findings(lanes))
    assert re.match(
        r"Under one_more trucks wait 2\d\.\d min \[.*\] on average, "
        r"[89]\.\d min shorter \[[89]\.\d, 9\.\d\] than under todays_practice; "
        r"detection rates are alike",
        text,
    )


def test_a_shorter_wait_does_not_lead_where_fewer_loads_are_found() -> None:
    laxer = {"todays_practice": (31.0, 0.12, 0.277), "laxer": (22.0, 0.08, 0.277)}
    assert "no alternative clearly detects more than todays_practice" in answer_text(replications.findings(laxer))


def test_differences_that_decide_nothing_do_not_lead() -> None:
    close = {"todays_practice": (31.0, 0.12, 0.277), "closer": (30.9, 0.1215, 0.277)}
    text = answer_text(replications.findings(close, n=400))
    assert text.startswith("At equal scan share (28%), no alternative detects more by 0.2 points than")


def test_finding_more_while_scanning_less_counts_as_better() -> None:
    sharper = {"todays_practice": (31.0, 0.12, 0.277), "sharper": (30.9, 0.2, 0.15)}
    text = answer_text(replications.findings(sharper))
    assert text.startswith("With sharper, scanning 15.0% of trucks, 20.0% of loads ")
    assert "todays_practice, scanning 27.7%" in text


def test_worse_alternatives_are_not_hidden() -> None:
    worse = {"todays_practice": (31.0, 0.12, 0.277), "blind": (31.0, 0.05, 0.277)}
    assert "and blind less" in answer_text(replications.findings(worse))


def test_without_equal_share_the_price_is_named_beside_the_gain() -> None:
    other = {"todays_practice": (31.0, 0.12, 0.277), "scan_everything": (58.0, 0.33, 0.99)}
    text = answer_text(replications.findings(other))
    assert text.startswith("No alternative ran at the scan share of todays_practice (28%)")
    assert "with scan_everything, scanning 99%, 33.0% of loads" in text
    assert "min longer" in text


def test_an_overloaded_port_is_judged_by_who_gets_through() -> None:
    found = replications.findings(ALIKE, over={"twin": ("primary",)})
    text = answer_text(found)
    assert text.startswith("In 7 days 44,000 trucks ")
    assert "get through under todays_practice and 30 " in text
    assert text.endswith("twin cannot carry the load.")
    assert "scan share" not in text
    assert any("twin: unstable" in line for line in frontier_notes(found))


def test_who_finds_more_leads_beside_an_overloaded_alternative() -> None:
    text = answer_text(replications.findings(over={"scan_everything": ("dock",)}))
    assert text.startswith(
        "At equal scan share (28%), 19.0% of loads [18.9, 19.0] are detected with boosted_27 against"
    )
    assert "scan_everything cannot carry its load (dock is asked for 130%" in text


def test_one_replication_says_that_it_has_no_interval() -> None:
    text = answer_text(replications.findings(ALIKE, n=1))
    assert "(no interval: one replication only)" in text


def test_a_kind_of_interval_is_named_where_there_is_one() -> None:
    one = {"todays_practice": (31.0, 0.12, 0.277)}
    assert "(95% intervals over replications)" in answer_text(replications.findings(one))
    few = answer_text(replications.findings(one, n=1))
    assert "(no interval: one replication only)" in few
    assert "95% intervals" not in few


def test_a_single_alternative() -> None:
    one = {"todays_practice": (31.0, 0.12, 0.277)}
    assert answer_text(replications.findings(one)).startswith("Under todays_practice trucks wait ")
    overloaded = answer_text(replications.findings(one, over={"todays_practice": ("dock",)}))
    assert "trucks wait" not in overloaded
    assert "of loads detected" in overloaded

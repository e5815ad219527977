"""One roster in words: which rule finds most, what ten officers more bring, and the table of one more officer."""

from __future__ import annotations

import dataclasses

from experiments.execution.officer_gains import RULES, OfficerGain
from experiments.execution.tuning import MatchedMetrics
from experiments.intervals import Difference
from experiments.report.answers.answer import lead_of
from experiments.report.answers.rosters import adds_officers, officer_pairs, officers_table, officers_words, varies_rule
from experiments.report.findings import Findings, SideResults, gather_findings
from experiments.study.study import compose_scenario
from tests import replications

ROSTER = ("staffing=roster",)
RULE_WORDS = {
    "booths_first": (*ROSTER, "staffing.roster.rule=booths_first"),
    "exams_first": (*ROSTER, "staffing.roster.rule=exams_first"),
    "separate": (*ROSTER, "staffing.roster=null"),
}
WAITS = {"booths_first": (30.0, 0.12, 0.277), "exams_first": (36.0, 0.13, 0.277), "separate": (28.0, 0.13, 0.277)}


def rule_findings(at_equal_wait: dict[str, tuple[float, float, float]] | None = None) -> Findings:
    asked = replications.study(list(WAITS), "replications=20", baseline="booths_first")
    worlds = {name: compose_scenario(words) for name, words in RULE_WORDS.items()}
    matched = {}
    if at_equal_wait is not None:
        settings = {"exams_first": "policy.scan_share=0.1500"}
        matched["wait_mean_min"] = MatchedMetrics(replications.metrics(at_equal_wait), settings)
    asked = dataclasses.replace(asked, alternatives=worlds)
    return gather_findings(asked, replications.done(WAITS), replications.weekly(WAITS), SideResults(matched=matched))


def test_rules_are_told_at_equal_hours_and_wait() -> None:
    found = rule_findings({"booths_first": (30.0, 0.12, 0.277), "exams_first": (30.0, 0.10, 0.15)})
    assert varies_rule(found)
    text = lead_of(found).text
    assert "officer hours a day of one roster and the average wait of booths_first" in text
    assert "no rule that meets it clearly detects more than booths_first" in text
    assert "exams_first 6." in text
    assert "min longer" in text
    assert "separate 2." in text


def test_the_rule_that_finds_more_at_equal_wait_leads() -> None:
    text = lead_of(rule_findings({"booths_first": (30.0, 0.12, 0.277), "exams_first": (30.0, 0.15, 0.15)})).text
    assert "most is detected with exams_first (set to policy.scan_share=0.1500): 15." in text
    assert "points more than with booths_first" in text


def officer_findings(over: tuple[str, ...] = ()) -> Findings:
    numbers = {
        "booths_first.today": (30.0, 0.12, 0.277),
        "booths_first.ten": (25.0, 0.12, 0.277),
        "by_line.today": (31.0, 0.12, 0.277),
        "by_line.ten": (28.0, 0.14, 0.277),
    }
    rules = ("booths_first", "by_line")
    worlds = {
        f"{rule}.{name}": compose_scenario([*ROSTER, f"staffing.roster.rule={rule}", *more])
        for rule in rules
        for name, more in (("today", ()), ("ten", ("staffing.roster.extra_officers=10",)))
    }
    asked = replications.study(list(numbers), "replications=20", baseline="booths_first.today")
    asked = dataclasses.replace(
        asked, alternatives=worlds, crossed_with={rule: (f"staffing.roster.rule={rule}",) for rule in rules}
    )
    done = replications.done(numbers)
    ten = done.metrics["alternative"].str.endswith("ten")
    done.metrics.loc[ten, "officer_h"] += 700.0
    return gather_findings(asked, done, replications.weekly(numbers, dict.fromkeys(over, ("dock",))))


def test_more_officers_are_told_rule_by_rule() -> None:
    found = officer_findings()
    assert adds_officers(found)
    assert [pair.few for pair in officer_pairs(found)] == ["booths_first.today", "by_line.today"]
    text = lead_of(found).text
    assert text.startswith("10 officers more on every shift, 100 officer hours a day: at today under booths_first 4.")
    assert "under by_line 2." in text
    assert "more loads detected" in text.partition("under by_line")[2]
    assert "detection rate" not in text.partition("under by_line")[0]


def test_a_pair_that_is_overloaded_tells_nothing() -> None:
    assert (
        "nothing that can be told, because by_line.ten cannot carry"
        in lead_of(officer_findings(over=("by_line.ten",))).text
    )


def test_one_more_officer_has_a_row_an_hour_and_a_column_a_rule() -> None:
    gap = Difference(-0.25, -0.3, -0.2, 0.001, 8)
    more = dict.fromkeys(("wait_mean_min", "detection_expected"), gap)
    gains = [
        OfficerGain(rule, hour, more, dict.fromkeys(more, p))
        for rule, p in zip(RULES, (0.01, 0.2, 0.2, 0.2, 0.2), strict=True)
        for hour in (7, 25)
    ]
    found = dataclasses.replace(officer_findings(), officers=gains)
    table = officers_table(found)
    assert table is not None
    assert [row[0] for row in table.rows] == ["7–8 h", "1–2 h, night after"]
    assert [cell.text for cell in table.rows[0][1]] == ["-0.25 min *", *["-0.25 min"] * 4]
    assert officers_words(found) == (
        "Beside one more in half of the other hours, one more officer brings most from 7–8 h under fixed: "
        "0.25 min [0.20, 0.30] less average wait."
    )
    none = dataclasses.replace(found, officers=gains[2:])
    assert officers_words(none) == (
        "Beside one more in half of the other hours, one more officer clearly shortens the average wait at no hour "
        "and by no rule."
    )


def test_without_a_roster_there_is_no_table_of_officers() -> None:
    assert officers_table(officer_findings()) is None
    assert officers_words(officer_findings()) == ""

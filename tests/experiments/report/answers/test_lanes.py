"""Lanes that follow the line: what each rule takes off the wait, and for how many officer hours."""

from __future__ import annotations

import dataclasses

import pytest

from experiments.report.findings import Findings, gather_findings
from experiments.study.study import compose_scenario
from tests import replications
from tests.replications import answer_text

WAITS = {"timetable": 30.0, "responds": 20.0, "one_more": 29.9}
RULES = {
    "timetable": ("staffing=timetable",),
    "responds": ("staffing=responsive",),
    "one_more": ("staffing=timetable", "staffing.extra_lanes=1"),
    "elsewhere": ("port=ysleta",),
}


def findings(waits: dict[str, float], over: dict[str, tuple[str, ...]] | None = None) -> Findings:
    numbers = {name: (wait, 0.12, 0.277) for name, wait in waits.items()}
    asked = replications.study(list(waits), "replications=20", baseline="timetable")
    worlds = {name: compose_scenario(RULES[name]) for name in waits}
    done = replications.done(numbers)
    mine = done.metrics["alternative"] == "responds"
    done.metrics.loc[mine, "officer_h"] += 70.0 + 0.1 * done.metrics.loc[mine, "replication"]
    asked = dataclasses.replace(asked, alternatives=worlds)
    return gather_findings(asked, done, replications.weekly(numbers, over))


def test_waits_are_told_with_their_officer_hours_the_shortest_first() -> None:
    text = answer_text(findings(WAITS))
    assert text.startswith("Against timetable, with an average wait of ")
    assert ": with responds, " in text
    assert text.index("min less average wait") < text.index("more officer-hours a day") < text.index("with one_more,")


def test_an_overloaded_rule_has_no_wait() -> None:
    text = answer_text(findings(WAITS, over={"one_more": ("primary",)}))
    assert "one_more cannot carry its load" in text


def test_rules_at_different_ports_are_another_question() -> None:
    assert not answer_text(findings(WAITS | {"elsewhere": 30.0})).startswith("Against timetable, with an average wait")


def test_timetables_under_one_rule_are_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    text = answer_text(findings({"timetable": 30.0, "one_more": 20.0}))
    assert text.startswith("Under one_more trucks wait ")
    for name in ("timetable", "one_more"):
        monkeypatch.setitem(RULES, name, tuple(word for word in RULES[name] if word != "staffing=timetable"))
    assert answer_text(findings({"timetable": 30.0, "one_more": 20.0})) == text

from __future__ import annotations

from experiments.ledgers.request import build_why


def test_the_baseline_stays_that_of_the_study_and_others_are_left_out() -> None:
    found = build_why(["experiment=border_checks", "truck=7", "alternative=state_check", "replication=3"], "why")
    assert (found.truck, found.alternative, found.replication) == (7, "state_check", 3)
    assert found.study.baseline == "as_it_is"
    assert list(found.study.alternatives) == ["as_it_is", "state_check"]


def test_the_first_replication_of_the_baseline_is_meant_unless_another_is_named() -> None:
    found = build_why(["truck=0", "port=bota"], "why")
    assert (found.alternative, found.replication) == (found.study.baseline, 0)

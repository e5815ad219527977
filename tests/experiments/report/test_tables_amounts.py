from __future__ import annotations

import dataclasses

import pytest

from experiments.report.findings import gather_findings
from experiments.report.tables import (
    CONTRABAND_WORDS,
    TRUCKS_ONLY,
    amount_unit_words,
    amounts_sentence,
    amounts_table,
    occurring_types,
    trucks_only_note,
)
from experiments.study.study import compose_scenario
from tests import replications

ONE = {"todays_practice": (31.0, 0.12, 0.277)}
OUTBOUND = ["firearms", "bulk_cash", "precursors"]


def test_a_study_names_the_types_that_occur() -> None:
    assert occurring_types(replications.study(["a"])) == ["methamphetamine", "cocaine", "heroin", "fentanyl"]
    assert occurring_types(replications.study(["a"], "threat=human_smuggling")) == ["persons"]
    assert occurring_types(replications.study(["a"], "threat=outbound")) == OUTBOUND


def test_what_trucks_alone_leave_out_fits_the_threat() -> None:
    assert trucks_only_note(replications.study(["a"])) == TRUCKS_ONLY
    for option, words in (
        ("human_smuggling", "the people smuggled north goes in trucks is not published"),
        ("hard_drugs_and_people", "the people smuggled north goes in trucks is not published"),
        ("outbound", "firearms, bulk cash and precursor chemicals smuggled south goes in trucks"),
    ):
        text = trucks_only_note(replications.study(["a"], f"threat={option}"))
        assert text.startswith(TRUCKS_ONLY)
        assert "most fentanyl that is seized travels in passenger vehicles" in text
        assert words in text


@pytest.mark.parametrize(
    ("option", "units"),
    [("hard_drugs", ["kg"] * 4), ("human_smuggling", ["people"]), ("outbound", ["firearms", "USD", "kg"])],
)
def test_rows_hold_the_types_of_the_threat_in_their_units(option: str, units: list[str]) -> None:
    found = replications.findings(ONE, overrides=[f"threat={option}"])
    table = amounts_table(found)
    assert table is not None
    assert [head.words for head in table.columns] == [CONTRABAND_WORDS[name] for name in occurring_types(found.study)]
    (_, cells), *_ = table.rows
    assert all(cell.below.endswith(f" {unit}") for cell, unit in zip(cells, units, strict=True))
    words = amounts_sentence(found)
    assert words.startswith("Expected finds of todays_practice in 7 days: ")
    for name in occurring_types(found.study):
        assert amount_unit_words(name) in words
    # one of one in every replication, as made up: found 100%, amounts without spread
    assert "1.00 [1.00, 1.00] of 1.00" in words
    if option != "hard_drugs":
        assert "methamphetamine" not in words


def test_a_type_that_only_another_alternative_meets_is_a_dash() -> None:
    names = {"todays_practice": (31.0, 0.12, 0.277), "people": (31.0, 0.2, 0.277)}
    study = replications.study(list(names))
    people = compose_scenario(["threat=human_smuggling"])
    study = dataclasses.replace(study, alternatives=study.alternatives | {"people": people})
    found = gather_findings(study, replications.done(names), replications.weekly(names))
    table = amounts_table(found)
    assert table is not None
    assert table.columns[-1].words == "people"
    (_, own), (_, other) = table.rows
    assert own[-1].text == "-"
    assert other[-1].text.startswith("100.0%")
    assert "people" not in amounts_sentence(found)

"""GAO's practices, STRESS-DES, validation: complete, open where only an author can answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.funding.chapters.checks import stress_des_items, stress_des_table, validation_table
from experiments.funding.chapters.practices import gao_practices, gao_practices_table
from experiments.funding.exhibits.evidence import Evidence
from experiments.page_templates import Table
from tests import funded


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence(funded.appraised(), funded.uncertainty(5))


def test_there_are_22_practices_in_order(evidence: Evidence) -> None:
    found = gao_practices(evidence)
    assert [one.number for one in found] == list(range(1, 23))
    assert {one.status for one in found} == {"done", "part", "open"}
    assert len(gao_practices_table(evidence).rows) == 22


def test_what_the_program_cannot_know_is_open(evidence: Evidence) -> None:
    status = {one.number: one.status for one in gao_practices(evidence)}
    for number in (2, 3, 4, 21):
        assert status[number] == "open"


def test_ranges_count_only_if_inputs_were_redrawn(evidence: Evidence) -> None:
    drawn = {one.number: one.status for one in gao_practices(evidence)}
    bare = {one.number: one.status for one in gao_practices(Evidence(funded.appraised()))}
    assert [drawn[16], drawn[17]] == ["done", "done"]
    assert [bare[16], bare[17]] == ["open", "open"]


def test_stress_des_has_24_rows_and_some_are_open(evidence: Evidence) -> None:
    found = stress_des_items(evidence)
    assert len(found) == 24
    assert not {item.number for item in found if not item.text} - {"2.1", "3.2", "6.1"}
    cells = dict(stress_des_table(evidence).rows)
    assert cells["2.1"][1].text == "open: for the author"
    assert "seed 1" in cells["5.2"][2].text


@pytest.mark.parametrize("port", ["world_trade_bridge", "pharr", "nogales"])
def test_ports_on_record_show_their_validation(port: str) -> None:
    table = validation_table(port)
    assert isinstance(table, Table)
    assert any("wait" in name for name, _ in table.rows)
    assert all(cells[0].text and cells[2].text for _, cells in table.rows)


def test_a_port_without_record_says_so(tmp_path: Path) -> None:
    assert validation_table("bare").kind == "prose"
    assert validation_table("pharr", tmp_path).kind == "prose"

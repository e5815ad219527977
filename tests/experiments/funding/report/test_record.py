"""``funding.json`` and the CSV files: they meet their schema and say what the page says."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest

from experiments.files import OutputFolder
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report.page import build_case_report, write_case_report
from experiments.funding.report.record import SCHEMA, funding_record, report_table_csv
from tests import funded

SCHEMA_KEYS = json.loads(SCHEMA.read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fund")
    write_case_report(OutputFolder(out), Evidence(funded.appraised(), funded.uncertainty()))
    return out


def test_the_json_meets_its_schema(folder: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA_KEYS)
    for evidence in (
        json.loads((folder / "funding.json").read_text("utf-8")),
        _record(Evidence(funded.appraised(3e5))),
    ):
        jsonschema.validate(evidence, SCHEMA_KEYS)
    assert (folder / "funding.schema.json").read_bytes() == SCHEMA.read_bytes()


def test_the_schema_refuses_what_is_not_declared(folder: Path) -> None:
    found = json.loads((folder / "funding.json").read_text("utf-8"))
    for wrong in ({**found, "more": 1}, {k: v for k, v in found.items() if k != "answer"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA_KEYS)


def test_the_worked_example_stands_in_the_json(folder: Path) -> None:
    found = json.loads((folder / "funding.json").read_text("utf-8"))
    headline = {row["key"]: row for row in found["answer"]["headline"]}
    assert found["answer"]["choice"] == "A4"
    assert f"{headline['npv_usd']['value'] / 1e6:.4g}" == "-12.98"
    assert f"{headline['break_even_usd_per_load']['value'] / 1e6:.4g}" == "0.04084"
    for row in headline.values():
        assert row["low"] < row["value"] < row["high"]
    table = found["tables"]["frontier_agency"]
    place = [column["key"] for column in table["columns"]].index("usd_per_more_load")
    ratios = {r["name"]: r["cells"][place]["value"] for r in table["rows"]}
    assert f"{ratios['A1'] / 1e6:.4g}" == "0.2514"
    assert f"{ratios['A4'] / 1e6:.4g}" == "0.2958"
    assert ratios["A2"] is None


def test_a_ledger_adds_up_to_the_net_present_value(folder: Path) -> None:
    text = (folder / "tables" / "ledger_A4.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    years = [row for row in rows if row["year"] != "sum"]
    assert len(years) == 21
    discounted = sum(float(row["discounted_usd"]) for row in years)
    assert f"{discounted / 1e6:.4g}" == "-12.98"
    assert float(years[-1]["so_far_usd"]) == pytest.approx(discounted)
    for row in years:
        net = float(row["user_benefit_usd"]) - float(row["cost_usd"])
        assert float(row["net_usd"]) == pytest.approx(net)


def test_every_table_has_its_file_and_the_same_rows(folder: Path) -> None:
    found = json.loads((folder / "funding.json").read_text("utf-8"))
    names = {path.stem for path in (folder / "tables").iterdir()}
    assert names == set(found["tables"])
    for name, table in found["tables"].items():
        text = (folder / "tables" / f"{name}.csv").read_text("utf-8")
        rows = list(csv.reader(io.StringIO(text)))
        assert [row[0] for row in rows[1:]] == [row["name"] for row in table["rows"]]
        assert len({len(row) for row in rows}) == 1


def test_no_table_name_is_used_twice() -> None:
    evidence = Evidence(funded.appraised(), funded.uncertainty(5))
    tables = list(build_case_report(evidence).tables())
    names = [table.name for table in tables]
    assert len(names) == len(set(names))
    for table in tables:
        keys = [column.key for column in table.columns]
        assert len(keys) == len(set(keys)), table.name
        assert all(len(cells) == len(keys) for _, cells in table.rows), table.name
        assert list(csv.reader(io.StringIO(report_table_csv(table))))


PRICED = re.compile(
    r"street[\s_-]*value|wholesale|usd_per_(kg|lb|g|gram|pound)\b|\$[\d,.]+ ?(million|billion)? ?"
    r"(per|a|/) ?(kg|kilogram|lb|pound|gram|pill)|value of (the )?(drugs|seizures|contraband)",
    re.IGNORECASE,
)
"""Words and units in which a dollar value of drugs would be written."""


def test_without_a_users_value_no_dollar_value_of_drugs_appears_anywhere(folder: Path) -> None:
    for path in (folder / "report.html", folder / "funding.json", *folder.glob("tables/*.csv")):
        text = path.read_text("utf-8")
        assert PRICED.search(text) is None, path.name
    found = json.loads((folder / "funding.json").read_text("utf-8"))
    assert found["case"]["appraisal"]["interdiction_usd_per_load"] is None
    parties = {r["name"]: r["cells"] for r in found["tables"]["present_values_by_party"]["rows"]}
    for cell in parties["public: loads kept out"]:
        assert "$" not in cell["text"]
    assert not any("user's value" in row for row in parties)


@pytest.mark.parametrize("text", ["street value", "$8,932 a pound", "$1.5 million per kg", "usd_per_kg"])
def test_the_search_would_find_a_value(text: str) -> None:
    assert PRICED.search(text)


def _record(evidence: Evidence) -> dict[str, object]:
    return funding_record(evidence, build_case_report(evidence))

"""With the value of a load null, no dollar value of drugs stands in any file of a case."""

from __future__ import annotations

import csv
import dataclasses
import html
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_response import response as made_response
from made_response import valuation
from small_case import SMALL

from experiments.fund import appraise_case, raw_case_tables, raw_uncertainty_tables, write_case_files
from experiments.funding.completion import completions_table
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.noise import noise_table, present_worths_by_replication
from experiments.funding.request import build_case, read_uncertainty_settings
from experiments.funding.uncertainty.analysis import tabulate_uncertainty
from tests.experiments.funding.test_cash_flows_money import response

WORTH = 3_123_457.0
"""A value of a load whose digits turn up nowhere by chance."""
FORBIDDEN = re.compile(
    r"street value|value of (the )?drugs|drugs? worth|worth of (the )?drugs|interdiction benefit", re.IGNORECASE
)
PRICED = ("npv_usd", "nmb_usd", "mean_nmb_usd")
"""Columns that hold loads in dollars."""


def priced_columns(path: Path) -> set[str]:
    """Return what a table may not hold; the report's own net present value counts no loads."""
    return set(PRICED) - ({"npv_usd"} if path.parent.name == "tables" else set())


def files(folder: Path, usd_per_load: float | None) -> Path:
    """Write all files of a made-up case and return their folder."""
    asked = build_case([*SMALL, f"out={folder}"])
    appraisal = dataclasses.replace(asked.appraisal, interdiction_usd_per_load=usd_per_load)
    asked = dataclasses.replace(asked, appraisal=appraisal)
    found = appraise_case(asked, response(0.1, 6.0), completions_table({}, completed=False))
    unsure = dataclasses.replace(valuation(), asked=asked)
    doubted = tabulate_uncertainty(unsure, read_uncertainty_settings(asked), noise_table(asked, made_response()))
    made = raw_case_tables(found, present_worths_by_replication(asked, found.response))
    write_case_files(Evidence(found, doubted), made | raw_uncertainty_tables(doubted, asked.appraisal), 0.0)
    return folder


def workbook_text(path: Path) -> str:
    """Return everything that is written in a workbook: its parts are XML in an archive."""
    with zipfile.ZipFile(path) as parts:
        return " ".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "funding.schema.json":
            text = workbook_text(path) if path.suffix == ".xlsx" else path.read_text(encoding="utf-8")
            yield path.name, html.unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.fixture(scope="module")
def unpriced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files(tmp_path_factory.mktemp("null"), None)


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files(tmp_path_factory.mktemp("priced"), WORTH)


def test_no_file_speaks_of_a_worth_of_drugs(unpriced: Path) -> None:
    for name, text in texts(unpriced):
        assert not FORBIDDEN.search(text), name


def test_no_table_prices_loads(unpriced: Path) -> None:
    assert not (unpriced / "data" / "net_benefit.csv").exists()
    for path in unpriced.rglob("*.csv"):
        assert not set(_heads(path)) & priced_columns(path), path.name


def test_draws_are_among_the_files_that_are_searched(unpriced: Path, priced: Path) -> None:
    for name in ("draws", "draws_at_rates", "drawn_returns", "acceptability", "two_way"):
        assert (unpriced / "data" / f"{name}.csv").is_file(), name
    assert "nmb_usd" in _heads(priced / "data" / "two_way.csv")
    assert "mean_nmb_usd" in _heads(priced / "data" / "acceptability.csv")


def test_no_amount_of_dollars_is_loads_at_some_price(unpriced: Path) -> None:
    """Whatever a threshold is, no file holds it times the loads of an alternative or a draw."""
    prices = {float(r["usd_per_load"]) for r in _rows(unpriced / "data" / "acceptability.csv")}
    measures = _rows(unpriced / "data" / "measures.csv")
    loads = {float(row["loads"]) for row in measures}
    worths = {price * load for price in prices - {0.0} for load in loads if load}
    # a break-even times its loads is the net cost by definition, and nobody's valuation
    worths -= {w for w in worths for r in measures if abs(abs(float(r["npv0_usd"])) - w) < 1.0}
    assert worths
    for path in (unpriced / "data").glob("*.csv"):
        for row in _rows(path):
            for head, cell in row.items():
                if head.endswith("_usd") and cell:
                    assert all(abs(float(cell) - worth) > 1e-3 for worth in worths), path.name


def test_the_null_is_written_as_null(unpriced: Path) -> None:
    text = (unpriced / "funding.json").read_text(encoding="utf-8")
    assert "nan" not in {str(value).lower() for value in _leaves(json.loads(text))}


def test_net_values_hold_no_loads(unpriced: Path, priced: Path) -> None:
    """The search can fail: with a value it finds what it looks for."""
    assert (priced / "data" / "net_benefit.csv").exists()
    with (priced / "data" / "measures.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(
        float(row["npv_usd"]) == pytest.approx(float(row["npv0_usd"]) + WORTH * float(row["loads"])) for row in rows
    )
    with (unpriced / "data" / "measures.csv").open(encoding="utf-8", newline="") as lines:
        null = list(csv.DictReader(lines))
    for row in null:
        ratio = (float(row["user_benefit_usd"])) / float(row["cost_usd"])
        assert float(row["life_cycle_ratio"]) == pytest.approx(ratio)
    for name, text in texts(unpriced):
        assert "3,123,457" not in text, name
        assert "3123457" not in text, name


def _heads(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines), [])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _leaves(node: object) -> Iterator[object]:
    if isinstance(node, dict):
        for inner in node.values():
            yield from _leaves(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _leaves(inner)
    else:
        yield node

"""The catalogue of investments: every entry builds, is restated, and names who pays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from experiments.economics.appraisal import Appraisal
from experiments.economics.cost_effectiveness import Harm
from experiments.economics.costs import InvestmentMeasure, Purchase, purchase_cash_flow, restate_measure
from experiments.economics.discounting import Deflator
from experiments.funding.request import read_economic_option, unverified_keys
from experiments.study.sources import CONFIGS
from sim.errors import ConfigError
from tests.catalogue import ECONOMICS, read_catalogue

GDP = read_economic_option(Deflator, "deflator", "gdp")
DOT = read_economic_option(Appraisal, "appraisal", "dot")
CATALOGUE = read_catalogue(DOT.price_year, GDP)
OPTIONS = [(group, path.stem) for group in ECONOMICS for path in sorted((CONFIGS / group).glob("*.yaml"))]
COOPERATION = {"data_sharing", "partner_scanner", "joint_inspection", "vetting", "training"}


@pytest.mark.parametrize(("group", "name"), OPTIONS)
def test_every_option_builds_under_its_own_name(group: str, name: str) -> None:
    assert read_economic_option(ECONOMICS[group], group, name).name == name  # type: ignore[attr-defined]


def test_the_catalogue_holds_what_funding_chooses_from() -> None:
    alone = {"portal", "secondary_scanner", "booth", "dock", "officer", "analyst", "ai_review"}
    assert {*alone, *COOPERATION, "risk_model"} <= set(CATALOGUE)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_measure_can_be_bought(name: str) -> None:
    flow = purchase_cash_flow([Purchase(measure=name, units=1.0, order_y=0, late_y=0)], CATALOGUE, DOT.years, 2023)
    south = ["mexico"] if name in {*COOPERATION, "mexican_officer"} else []
    north = [] if name in {"mexican_officer", "state_post"} else ["united_states"]
    state = ["texas"] if name == "state_post" else []
    assert flow.payers() == south + state + north
    assert float(flow.total().sum()) > 0.0
    for line in flow.lines.values():
        assert len(line) == DOT.years + 1


def test_prices_are_restated_and_nothing_else() -> None:
    before = read_economic_option(InvestmentMeasure, "cost", "secondary_scanner")
    after = restate_measure(before, 2023, GDP)
    scanner = after.assets["scanner"]
    assert scanner.price_usd == pytest.approx(3_250_000 * 122.272 / 97.277)
    assert scanner.removal_usd == pytest.approx(50_000 * 122.272 / 97.277)
    assert scanner.life_y == before.assets["scanner"].life_y
    assert set(after.price_years().values()) == {2023}
    assert len(set(before.price_years().values())) > 1


def private(tmp_path: Path, old: str, new: str) -> Path:
    shutil.copytree(CONFIGS / "cost", tmp_path / "cost")
    path = tmp_path / "cost" / "portal.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("new", ["[S103 U]", "no source"])
def test_an_unverified_number_needs_consent(tmp_path: Path, new: str) -> None:
    folder = private(tmp_path, "[S100 D]", new)
    key = "cost.portal.assets.site.price_usd"
    assert unverified_keys(folder / "cost" / "portal.yaml") == ["assets.site.price_usd"]
    with pytest.raises(ConfigError) as found:
        read_catalogue(2023, GDP, folder=folder)
    assert str(found.value).startswith(f"{key}: nobody has checked its source; accept it")
    assert "\n" not in str(found.value)
    assert read_catalogue(2023, GDP, [key], folder)["portal"] == CATALOGUE["portal"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("life_y: 10", "life_y: -3", "assets.scanner.life_y: must be between 1 and 100, got -3"),
        ("life_y: 10", "life_y: 0", "assets.scanner.life_y: must be between 1 and 100, got 0"),
        ("price_usd: 3500000", "price_usd: -1", "assets.scanner.price_usd: must be at least 0"),
        ("payer: united_states", "payer: nobody", "assets.scanner.payer: expected one of united_"),
        ("price_year: 2024", "price_year: 1999", "no price index of 1999; known 2013"),
        ("construction_y: 1", "construction_y: 0", "construction_y: must be between 1 and 20"),
    ],
)
def test_a_price_that_makes_no_sense(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = private(tmp_path, old, new)
    with pytest.raises(ConfigError) as found:
        read_catalogue(2023, GDP, folder=folder)
    assert message in str(found.value)
    assert "\n" not in str(found.value)


def test_an_option_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"^harm: no option 'street_value'; known \['opioids'\]"):
        read_economic_option(Harm, "harm", "street_value")


def test_a_measure_costs_something() -> None:
    with pytest.raises(ConfigError, match=r"^assets: a measure without any cost"):
        InvestmentMeasure(
            name="wish", unit="wish", construction_y=1, ramp_up_share=(), assets={}, once={}, yearly={}, staff={}
        )

"""A plan from its overrides: what is refused in one line, and the files that a choice leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from planned import found

from experiments.fund import port_cases, portfolio_folder
from experiments.funding.portfolio.options import portfolio_limits
from experiments.funding.portfolio_plan import PortfolioPlan
from experiments.funding.report.labeled_portfolio import labeled_portfolio
from experiments.funding.report.portfolio_files import write_portfolio_files
from experiments.funding.request import read_portfolio_plan
from sim.errors import ConfigError

SHIPPED = ["experiment=portfolio"]


def asked(*overrides: str) -> PortfolioPlan:
    made = read_portfolio_plan([*SHIPPED, *overrides])
    assert made is not None
    return made


def test_the_shipped_plan_is_sound_and_other_cases_have_none() -> None:
    assert set(asked().ports) == {"laredo", "el_paso"}
    assert portfolio_limits(asked(), 20).waits == {"laredo": (2.0, "%"), "el_paso": (2.0, "%")}
    assert read_portfolio_plan(["experiment=portals"]) is None


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("portfolio.budget_usd=-1", "portfolio.budget_usd"),
        ("portfolio.yearly_usd=-1", "portfolio.yearly_usd"),
        ("portfolio.budget_usd=much", "portfolio.budget_usd"),
        ("portfolio.ports={}", "portfolio.ports"),
        ("portfolio.start_y=[]", "portfolio.start_y"),
        ("portfolio.start_y=[2,0]", "portfolio.start_y"),
        ("portfolio.ports.laredo.wait_limit.rise_at_most=-5", "portfolio.ports.laredo.wait_limit.rise_at_most"),
        ("portfolio.ports.laredo.wait_limit.rise_at_most=5", "portfolio.ports.laredo.wait_limit.at_most"),
        ("portfolio.ports.laredo.wait_limit.at_most=0.5", "portfolio.ports.laredo.wait_limit.at_most"),
        ("portfolio.ports.laredo.wait_limit.measure=length", "portfolio.ports.laredo.wait_limit.measure"),
        ("portfolio.phase_after_y=[3,1]", "portfolio.phase_after_y"),
        ("portfolio.appropriations.operations.kinds=[]", "portfolio.appropriations.operations.kinds"),
        ("portfolio.appropriations.operations.kinds=[staff,staff]", "portfolio.appropriations.operations.kinds"),
        ("portfolio.appropriations.operations.kinds=[civil_works]", "portfolio.appropriations.operations.kinds"),
        ("portfolio.appropriations.operations.carry_over_y=-1", "portfolio.appropriations.operations.carry_over_y"),
        ("portfolio.appropriations.operations.payer=france", "portfolio.appropriations.operations.payer"),
        ("portfolio.packages={most_measures: 1, replications: 2, years: [1], checked: 0}", "portfolio.packages"),
        ("portfolio.payer=france", "portfolio.payer"),
        ("portfolio.objective=votes", "portfolio.objective"),
        ("portfolio.usd_per_load=5", "portfolio.usd_per_load"),
        ("portfolio.units={portal: -1}", "portfolio.units.portal"),
        ("portfolio.needs=[[laredo.two_more]]", "portfolio.needs"),
    ],
)
def test_a_plan_that_makes_no_sense_is_one_line(override: str, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        asked(override)
    assert str(refused.value).startswith(key)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("portfolio.price_year=2020", "budgets in dollars of 2020, costs in dollars of 2023"),
        ("+portfolio.units.blimp=1", "portfolio.units.blimp: no such measure"),
        ("portfolio.needs=[[laredo.ten_more, laredo.today]]", "no option 'laredo.ten_more'"),
        ("portfolio.ports.laredo.overrides=['port=atlantis']", "portfolio.ports.laredo: port"),
        (
            "portfolio.ports.laredo.overrides=['experiment=portals','replications=3']",
            "portfolio.ports.el_paso: another number of replications than laredo",
        ),
    ],
)
def test_what_only_the_ports_show_is_refused_in_one_line(override: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        port_cases(asked(override), [*SHIPPED, override])
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_asked_beside_the_plan_holds_at_every_port() -> None:
    made = port_cases(asked(), [*SHIPPED, "replications=2", "seed=7", "out=elsewhere"])
    assert {one.study.seed for one in made.values()} == {7}
    assert {one.study.replications for one in made.values()} == {2}
    assert portfolio_folder([*SHIPPED, "out=elsewhere"]) == Path("elsewhere")


def test_what_was_chosen_is_written(tmp_path: Path) -> None:
    made = found()
    names = {path.relative_to(tmp_path).as_posix() for path in write_portfolio_files(made, tmp_path)}
    assert {
        "portfolio.html",
        "portfolio.json",
        "portfolio.xlsx",
        "run.json",
        "data/shadow.csv",
        "tables/portfolio_options.csv",
        "tables/overview.csv",
    } <= names
    assert 'href="portfolio.xlsx"' in (tmp_path / "portfolio.html").read_text(encoding="utf-8")
    record = json.loads((tmp_path / "portfolio.json").read_text())
    assert record["usd_per_load"] is None
    assert record["why"] == list(labeled_portfolio(made).chosen.why)
    assert record["solver"]["proven"] is True
    assert record["answer"]["What to buy, where and when"].startswith("Buy at")
    with (tmp_path / "data" / "options.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loads"]) for row in rows] == pytest.approx([o.loads for o in made.options])
    assert len(record["tables"]["options"]) == len(rows)
    run = json.loads((tmp_path / "run.json").read_text())
    assert set(run["ports"]) == {"here", "there"}

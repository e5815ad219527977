"""The verb ``fund``: what is refused before anything runs, and a small case from end to end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from small_case import SMALL
from test_no_worth_of_drugs import FORBIDDEN, priced_columns, texts

from experiments.cli import main
from experiments.funding.request import build_case, read_uncertainty_settings
from experiments.funding.sets.input_distributions import uncertain_economic_inputs
from experiments.study.compose import search_override
from experiments.study.study import build_study
from sim.errors import ConfigError

REFUSED = {
    "appraisal.discount_rat=0.03": "appraisal.discount_rat: unknown key",
    "cost.portal.assets.scanner.life_y=-3": "cost.portal.assets.scanner.life_y: must be between",
    "appraisal.price_year=2031": "deflator.gdp.price_index: no price index of 2031",
    "baseline=null": "baseline: missing",
    "baseline=nobody": "baseline: no alternative 'nobody'",
    "appraisal.years=3": "simulated_years: hours are never extrapolated",
    "simulated_years=[7,20]": "simulated_years: hours are never extrapolated",
    "simulated_years=[1,20,7]": "simulated_years: expected years in order",
    "cost.portal.construction_y=9 appraisal.years=8 simulated_years=[1,8]": (
        "appraisal.years: 8 years end before portal is in service"
    ),
    "value=carrier_2024": "benefit.value: dot_2023 goes with dot_2023",
    "benefit=nothing": "benefit: no option 'nothing'",
    "days=7": "days: has no meaning to fund",
    "demand.growth=0.01": "demand.growth: unknown key",
    "demand.growth_share_per_y=-1.5": "demand.growth_share_per_y: must be between -0.2 and 0.2",
    "demand.wait_ceiling_min=0": "demand.wait_ceiling_min: must be between 1 and 1440, got 0",
    "demand.most_elsewhere_share=1.5": "demand.most_elsewhere_share: must be between 0 and 1, got 1.5",
    "demand.elsewhere_detection_share=-1": "demand.elsewhere_detection_share: must be between 0 and 1, got -1",
    "benefit.other_bridge.detour_min=-5": "benefit.other_bridge.detour_min: must be between 0 and 1440, got -5",
    "benefit.other_bridge=null": "benefit.other_bridge: ",
    "benefit.reefer_fuel_gal_per_h=-1": "benefit.reefer_fuel_gal_per_h: must be at least 0, got -1",
    "benefit.emissions.pm25_damage_usd_per_t=1e5": "benefit.emissions.pm25_g_per_h: null; expected",
    "benefit.safety.crash_usd_per_mile=-1": "benefit.safety.crash_usd_per_mile: must be at least 0, got -1",
    "published.most_multiple=0.5": "published.most_multiple: must be at least 1, got 0.5",
    "published.officer_usd_per_y=much": "published.officer_usd_per_y: expected float, got 'much'",
    "appraisal.cost_effectiveness_rate=2": "appraisal.cost_effectiveness_rate: must be between 0 and 1, got 2",
    "appraisal.excess_burden_share=25": "appraisal.excess_burden_share: must be between 0 and 2, got 25",
    "appraisal.discount_rate=-0.02": "appraisal.discount_rate: must be between 0 and 1, got -0.02",
    "appraisal.discount_rate=7": "appraisal.discount_rate: must be between 0 and 1, got 7",
    "appraisal.sensitivity_rates=[0.02,-1]": "appraisal.sensitivity_rates[1]: must be between",
    "appraisal.sensitivity_rates=0.03": "appraisal.sensitivity_rates: expected a list of float",
    "appraisal.years=0": "appraisal.years: must be between 1 and 60, got 0",
    "appraisal.interdiction_usd_per_load=-5": "interdiction_usd_per_load: must be at least 0",
    "simulated_years=[1,20,25]": "begin with 1 and end with 20, got [1, 20, 25]",
    "uncertainty.draws=0": "uncertainty.draws: must be between 10 and 100000, got 0",
    "uncertainty.worlds=5": "uncertainty.worlds: must be 0, or at least 10",
    "uncertainty.sobol_base=3": "uncertainty.sobol_base: must be 0 or a power of two, got 3",
    "uncertainty=none": "uncertainty: no option 'none'; known ['full', 'standard']",
    "persons_per_post=0": "persons_per_post: must be between 1 and 10, got 0",
    "cost.portal.assets.scanner.life_y=0": "life_y: must be between 1 and 100, got 0",
    "cost.portal.assets.scanner.price_usd=-1": "price_usd: must be at least 0, got -1",
    "cost.portal.assets.scanner.price_year=2026": "no price index of 2026; known 2013",
    "cost.portal.assets.scanner.payer=canada": "expected one of united_states, mexico, texas",
    "cost.portal.construction_y=0": "cost.portal.construction_y: must be between 1 and 20, got 0",
    "cost.portal.ramp_up_share=[1.5]": "cost.portal.ramp_up_share[0]: must be between 0 and 1",
    "+cost.portal.staff.robot=1": "cost.portal.staff: no measure 'robot'; known [",
    "cost.gate.construction_y=1": "cost.gate.construction_y: unknown key; nearest of",
    "harm.not_replaced_low_share=0.9": "not_replaced_low_share: above not_replaced_high_share",
    "benefit.view=both": "benefit.view: expected one of dot, carrier, got 'both'",
    "accept=[cost.portal.prize]": "accept[0]: no number 'cost.portal.prize'; nearest: cost.portal",
    "~purchases": "purchases: missing; expected a group of keys",
    "~appraisal": "appraisal: missing; expected the name of an option",
    "~alternatives.today": "baseline: no alternative 'today'; known ['one_more', 'two_more']",
    "alternatives={}": "alternatives: fund needs at least 2",
    "replications=1": "replications: must be at least 2 to compare, got 1",
    "+purchases.three=[]": "purchases.three: no such alternative; known ['today'",
    "+purchases.today=[{measure: portal, units: 1, order_y: 0, late_y: 0}]": "buys nothing",
    "purchases.two_more=[{measure: portal, units: -2, order_y: 0, late_y: 0}]": (
        "purchases.two_more[0].units: must be at least 0, got -2"
    ),
    "purchases.two_more=[{measure: portal, units: 2, order_y: 25, late_y: 0}]": (
        "appraisal.years: 20 years end before portal is in service (year 26)"
    ),
    "purchases.two_more=[{measure: portal, units: 2}]": ("purchases.two_more[0].order_y: missing; expected int"),
    "purchases.two_more=[]": "purchases.two_more: uses more than it buys: 2.00 of portal",
    "purchases.one_more=[{measure: gate, units: 1, order_y: 0, late_y: 0}]": "no measure 'gate'",
    "budget.inflation_share_per_y=2.5": "budget.inflation_share_per_y: must be between -0.05 and 0.2, got 2.5",
    "budget.first_month=13": "budget.first_month: must be between 1 and 12, got 13",
    "budget.contingency_share=-0.1": "budget.contingency_share: must be between 0 and 1, got -0.1",
    "budget.standing.us_carrier_share=2": "budget.standing.us_carrier_share: must be between 0 and 1, got 2",
    "budget.mexico.exchange_rate_mxn_per_usd=0": "exchange_rate_mxn_per_usd: must be between 0.01 and 1000, got 0",
    "budget.mexico.optimized_baseline=better": "budget.mexico.optimized_baseline: no such alternative 'better'",
    "budget=state": "budget: no option 'state'; known ['federal']",
    "~budget": "budget: missing; expected the name of an option",
    "cost.portal.assets.site.appropriation=cbp": "appropriation: expected one of gsa_construction, cbp_procurement",
    "+cost.portal.yearly.gift={kind: staff, payer: mexico, price_year: 2024}": "missing",
}


def _words(override: str) -> list[str]:
    """Return the overrides of one line; blanks within braces separate none."""
    return [override] if "{" in override else override.split()


@pytest.mark.parametrize("override", REFUSED)
def test_a_bad_request_costs_one_line_and_writes_nothing(
    override: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["fund", "experiment=portals", *_words(override), f"out={out}"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert REFUSED[override] in said.err
    assert not out.exists()


def test_an_unverified_number_is_taken_only_by_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "cost"
    folder.mkdir()
    text = (Path(__file__).parents[2] / "configs" / "cost" / "portal.yaml").read_text("utf-8")
    recalled = text.replace("# [A 100000..1000000] image", "# [S100 U] image")
    assert recalled != text
    (folder / "mine.yaml").write_text(recalled, encoding="utf-8")
    search = f"hydra.searchpath=['file://{tmp_path}']"
    mine = ["experiment=portals", search, "cost@cost.portal=mine"]
    key = "cost.portal.once.joining.cost_usd"
    with pytest.raises(ConfigError, match=f"{key}: unverified"):
        build_case(mine)
    assert build_case([*mine, f"accept=[{key}]"]).terms.accept == (key,)
    assert build_case([*mine, f"{key}=300000"]).catalogue["portal"].once["joining"].price_year == 2023


def test_overrides_reach_every_group() -> None:
    asked = build_case(
        [
            "appraisal.discount_rate=0.03",
            "cost.portal.assets.scanner.price_usd=4e6",
            "benefit=carrier_2024",
            "harm.pure_kg_per_load=0.2",
            "seed=7",
        ]
    )
    assert asked.appraisal.discount_rate == 0.03
    assert asked.catalogue["portal"].assets["scanner"].price_usd == pytest.approx(4e6 * 122.272 / 125.231)
    assert asked.value.name == asked.benefit.value == "carrier_2024"
    assert asked.harm.pure_kg_per_load == 0.2
    assert asked.study.seed == 7
    rows = {row.key: row for row in asked.inputs}
    assert rows["cost.portal.assets.scanner.price_usd"].kind == "user"
    assert rows["cost.portal.assets.site.price_usd"].source_id == "S100"
    assert rows["demand.growth_share_per_y"].high == 0.03


@pytest.mark.slow
def test_a_small_case_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fund", *SMALL, f"out={tmp_path}"]) == 0
    said = capsys.readouterr().out
    assert "break-even" in said
    for name, text in texts(tmp_path):
        assert not FORBIDDEN.search(text), name
    for path in tmp_path.rglob("*.csv"):
        heads = set(path.read_text("utf-8").partition("\n")[0].split(","))
        assert not heads & priced_columns(path), path.name
    assert max(map(len, said.replace(str(tmp_path), "").splitlines())) <= 80
    assert {"report.html", "funding.json", "run.json"} <= {p.name for p in tmp_path.iterdir()}
    measures = pd.read_csv(tmp_path / "data" / "measures.csv")
    assert set(measures["alternative"]) == {"more"}
    assert measures["npv0_usd"].notna().all()
    amounts = pd.read_csv(tmp_path / "data" / "amounts.csv").set_index(["amount", "alternative", "year"])
    assert amounts.loc["scan_rate", "more", 1]["difference"] > 0.0
    record = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert record["overrides"][: len(SMALL)] == list(SMALL)


def test_a_private_folder_adds_a_measure(tmp_path: Path) -> None:
    (tmp_path / "cost").mkdir()
    text = (Path(__file__).parents[2] / "configs" / "cost" / "training.yaml").read_text("utf-8")
    mine = text.replace("name: training", "name: mine")
    (tmp_path / "cost" / "mine.yaml").write_text(mine, encoding="utf-8")
    asked = build_case(
        [
            *SMALL,
            f"hydra.searchpath=['file://{tmp_path}']",
            "+cost@cost.mine=mine",
            "purchases.more=[{measure: portal, units: 1, order_y: 0, late_y: 0}, "
            "{measure: analyst, units: 1, order_y: 0, late_y: 0}, "
            "{measure: mine, units: 1, order_y: 1, late_y: 0}]",
        ]
    )
    assert asked.catalogue["mine"].price_years() == {
        key.replace("training", "mine", 1): 2023 for key in asked.catalogue["training"].price_years()
    }
    assert any(row.key == "cost.mine.once.design.cost_usd" and row.low for row in asked.inputs)


EVERY_REFUSAL = (
    "appraisal.years=4",
    "cost.portal.assets.scanner.life_y=0",
    "accept=[cost.portal.prize]",
    "uncertainty.worlds=5",
    "+purchases.three=[]",
    "purchases.one_more=[{measure: gate, units: 1, order_y: 0, late_y: 0}]",
)


def test_all_refusals_of_a_case_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["fund", "experiment=portals", *EVERY_REFUSAL[1:], f"out={out}"]) == 2
    lines = capsys.readouterr().err.splitlines()
    keys = ["accept[0]", "cost.portal.assets.scanner.life_y", "purchases.one_more[0].measure", "purchases.three"]
    assert sorted(line.partition(":")[0] for line in lines) == [*keys, "uncertainty.worlds"]
    whole = ["purchases.two_more=[]", "purchases.one_more=[]", "simulated_years=[1]"]
    assert main(["fund", "experiment=portals", *whole, f"out={out}"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert sorted(line.partition(":")[0] for line in lines) == [
        "purchases.one_more",
        "purchases.two_more",
        "simulated_years",
    ]
    assert not out.exists()


MINE = """\
name: mine
unit: gate
provides: port.portal.servers
construction_y: 1
ramp_up_share: [1.0]
assets:
  gate:
    kind: equipment
    payer: united_states
    price_usd: 4000000  # [A 3000000..6000000] two quotes
    price_year: 2024
    life_y: 12
    removal_usd: 0
once: {}
yearly:
  upkeep:
    kind: operation
    payer: united_states
    cost_usd_per_y: 500000
    price_year: 2024
staff: {analyst: 2.2}
"""
GATES = """\
# @package _global_
defaults:
  - /cost@cost.mine: mine
baseline: today
alternatives:
  today: [policy=todays_practice]
  more: [policy=todays_practice, policy.scan_share=0.5, port.portal.servers=2, staffing.analysts=2]
purchases:
  more:
    - {measure: mine, units: 1, order_y: 0, late_y: 0}
    - {measure: analyst, units: 1, order_y: 0, late_y: 0}
"""


@pytest.fixture
def gates(tmp_path: Path) -> list[str]:
    """Return the overrides of a case whose numbers, but for one range, carry no comment."""
    for group, name, text in (("cost", "mine", MINE), ("experiment", "gates", GATES)):
        (tmp_path / group).mkdir()
        (tmp_path / group / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [search_override(tmp_path), "experiment=gates", "port=bota", "replications=2"]


def test_a_private_measure_stands_for_equipment_and_its_numbers_are_the_planner_s(gates: list[str]) -> None:
    case = build_case(gates)
    rows = {row.key: row for row in case.inputs}
    assert rows["cost.mine.yearly.upkeep.cost_usd_per_y"].note == "set by the planner"
    assert rows["purchases.more"].note == "set by the planner"
    assert build_study(gates, "compare").baseline == "today"
    drawn = {key for one in uncertain_economic_inputs(case, read_uncertainty_settings(case)) for key in one.keys}
    assert "cost.mine.assets.gate.price_usd" in drawn
    assert "cost.mine.assets.gate.life_y" not in drawn


def test_a_private_measure_that_provides_something_else_does_not(gates: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"purchases.more: uses more than it buys: 1.00 of portal"):
        build_case([*gates, "cost.mine.provides=port.dock.servers"])
    with pytest.raises(ConfigError, match=r"cost.mine.provides: expected one of port.portal.servers, .* got 'gate'"):
        build_case([*gates, "cost.mine.provides=gate"])


def test_the_example_of_the_documentation_works_in_a_private_folder(tmp_path: Path) -> None:
    page = next(Path(__file__).parents[2].glob("docs/**/funding.md")).read_text(encoding="utf-8")
    example = re.search(r"\n((?: {4}.*\n)*? {4}purchases:\n(?: {4}.*\n)+)", page)
    assert example is not None
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\n" + re.sub("^ {4}", "", example[1], flags=re.MULTILINE)
    (tmp_path / "experiment" / "copied.yaml").write_text(text, encoding="utf-8")
    case = build_case([search_override(tmp_path), "experiment=copied"])
    assert [purchase.measure for purchase in case.purchases["two_more"]] == ["portal", "analyst"]

"""Sentences that a page and a terminal say only where the run bears them out: each in both directions."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest
from planned import found
from swings import Swing

from experiments.economics.appraisal import AnnualFlows
from experiments.funding.chapters.delivery import spending_chapter
from experiments.funding.exhibits.charts_portfolio import portfolio_spending_chart
from experiments.funding.exhibits.elements import Prose
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.input_words import input_words
from experiments.funding.exhibits.labeled import labeled_evidence
from experiments.funding.portfolio_plan import Appropriation, PackagePlan
from experiments.funding.report.page import build_case_report, render_case_report
from experiments.funding.report.portfolio_page import method_words
from experiments.funding.report.terminal import frontier_words, present_worth_legend, spending_by_payer
from tests import funded

KEY = re.compile(r"\b(cost|value|benefit|scanner|port|overrun|staffing|harm|demand)\.[a-z_]+(\.[a-z_]+)*")


def text_of(evidence: Evidence) -> str:
    page = render_case_report(evidence, build_case_report(evidence))
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL))


def baseline_called(name: str) -> Evidence:
    """Return the worked example with its baseline under another name."""
    made = funded.appraised()
    new = {"A0": name}

    def renamed(by_name: dict) -> dict:  # type: ignore[type-arg]
        return {new.get(key, key): value for key, value in by_name.items()}

    study = dataclasses.replace(
        made.case.study,
        baseline=name,
        alternatives=renamed(dict(made.case.study.alternatives)),
        own_overrides=renamed(dict(made.case.study.own_overrides)),
    )
    case = dataclasses.replace(made.case, study=study, purchases=renamed(dict(made.case.purchases)))
    names = tuple(new.get(one, one) for one in made.response.alternatives)
    return Evidence(
        dataclasses.replace(
            made,
            case=case,
            response=dataclasses.replace(made.response, alternatives=names),
            alternatives=renamed(dict(made.alternatives)),
            worths={rate: renamed(dict(worths)) for rate, worths in made.worths.items()},
        )
    )


def test_a_baseline_called_none_is_a_name_and_no_negation() -> None:
    evidence = baseline_called("none")
    said = [*frontier_words(evidence.appraised), *spending_by_payer(evidence.appraised)]
    said += [present_worth_legend(evidence.appraised), text_of(evidence)]
    for text in said:
        for wrong in ("dominated: none", "change under none", "the port under none", "none does not", "above none"):
            assert wrong not in text
    assert "“none”" in said[0]
    assert "above “none”" in said[-2]


def test_without_draws_no_share_of_draws_is_named_and_with_them_it_is() -> None:
    bare = Evidence(funded.appraised())
    drawn = Evidence(funded.appraised(), funded.uncertainty())
    for evidence, claimed in ((bare, False), (drawn, True)):
        words = " ".join(text for _, text in build_case_report(evidence).answer)
        assert ("of draws" in words or "draws," in words) == claimed
        assert ("Not tested: uncertain inputs were not redrawn" in words) != claimed
        assert ("Widest swing of those tried" in words) == claimed


def test_a_port_that_nobody_calibrated_is_not_said_to_be_fitted() -> None:
    made = funded.appraised()
    evidence = Evidence(made)
    assert "(fitted, section" in text_of(evidence)
    study = made.case.study
    port = dataclasses.replace(next(iter(study.alternatives.values())).port, name="pharr")
    others = {name: dataclasses.replace(one, port=port) for name, one in study.alternatives.items()}
    case = dataclasses.replace(made.case, study=dataclasses.replace(study, alternatives=others))
    elsewhere = text_of(Evidence(dataclasses.replace(made, case=case)))
    assert "(fitted, section" not in elsewhere
    assert "are not calibrated: compare alternatives" in elsewhere


def test_value_that_is_left_is_spoken_of_only_where_there_is_some() -> None:
    for lines, said in ((True, True), (False, False)):
        made = funded.appraised()
        if not lines:
            made = dataclasses.replace(
                made, alternatives={n: _without_residual(a) for n, a in made.alternatives.items()}
            )
        first = spending_chapter(Evidence(made)).parts[0]
        assert isinstance(first, Prose)
        left = min(a.cost.total(kinds=["residual"]).min() for a in made.alternatives.values())
        assert ("value that is left" in first.text) == (left < 0.0)
        assert said or left == 0.0


def _without_residual(flows: AnnualFlows) -> AnnualFlows:
    kept = {line: amounts for line, amounts in flows.cost.lines.items() if line[1] != "residual"}
    return dataclasses.replace(flows, cost=dataclasses.replace(flows.cost, lines=kept))


def test_inputs_bear_words_and_no_keys_in_the_tornado() -> None:
    key = "cost.analyst.yearly.salary.cost_usd_per_y + cost.officer.yearly.salary.cost_usd_per_y"
    swing = Swing(key, -2e7, -1e7)
    row = {"alternative": "A4", "usd_per_load": 0.0, "input": swing.name, "low_point": 1.0, "high_point": 2.0}
    row |= {"low_usd": swing.low, "high_usd": swing.high, "swing_usd": swing.width, "base_usd": -1.5e7}
    row |= {"se_usd": 0.0, "dummy_floor_usd": 1e6}
    made = dataclasses.replace(funded.uncertainty(), tornado=pd.DataFrame([row]))
    evidence = labeled_evidence(Evidence(funded.appraised(), made))
    tables = {table.name: table for table in build_case_report(evidence).tables()}
    assert [name for name, _ in tables["tornado"].rows] == ["analyst and officer: salary, a year"]
    assert (
        "Widest swing of those tried (1 price, 0 simulation inputs): analyst and officer: salary, a year"
        in dict(build_case_report(evidence).answer)["What it depends on"]
    )
    # the key stays where somebody looks for it: in a column of its own, last in the tables of inputs
    inputs = tables["inputs_economic"]
    assert all(not KEY.search(name) for name, _ in inputs.rows)
    assert [column.key for column in inputs.columns][-1] == "key"
    assert all(cells[-1].text for _, cells in inputs.rows)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("value.value_of_time_usd_per_truck_h", "value of time"),
        ("overrun.civil_works", "cost overrun: civil works"),
        ("cost.portal.assets.scanner.life_y", "portal: life of scanner"),
        ("demand.growth_share_per_y", "growth of trips wanted a year"),
    ],
)
def test_keys_in_words(key: str, words: str) -> None:
    assert input_words(key) == words


def test_the_method_of_a_portfolio_says_what_the_plan_does() -> None:
    made = found()
    plain = " ".join(method_words(made))
    assert "makes no packages" in plain
    assert "two phases" not in plain
    assert "Appropriations" not in plain
    purse = Appropriation(payer="mexico", kinds=("staff",), grants_usd=(), later_usd_per_y=1.0, carry_over_y=0)
    few = PackagePlan(most_measures=3, replications=2, years=(1, 4), checked=1)
    plan = dataclasses.replace(made.plan, appropriations={"staff": purse}, packages=few)
    packages = pd.DataFrame([{"port": "here", "simulated": 1, "by_formula": 2, "checked": 1}])
    phased = dataclasses.replace(made.options[-1], first_phase="less")
    more = dataclasses.replace(made, plan=plan, packages=packages, options=(*made.options[:-1], phased))
    said = " ".join(method_words(more))
    assert "1 pair of alternatives of one port were simulated together" in said
    assert "2 packages follow from pairs (approximated" in said
    assert "two phases" in said
    assert "Appropriations" in said


def test_a_chart_of_spending_claims_no_replacements() -> None:
    """A second phase stood under the words that peaks are replacements."""
    assert "replacements" not in portfolio_spending_chart(found()).caption

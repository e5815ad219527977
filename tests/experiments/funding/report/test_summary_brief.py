"""The answer in sentences: short enough, following from numbers, no surer than the draws."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pandas as pd
import pytest

from experiments.economics.appraisal import PresentWorth
from experiments.funding.annual import ELSEWHERE
from experiments.funding.budget.spending import budget_totals, spending_plan
from experiments.funding.exhibits.cells import dollars_cell
from experiments.funding.exhibits.choice import Choice, choose_alternative, request_funding
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report import sentences, summary
from experiments.funding.uncertainty.headline import ASK
from experiments.number_format import usd, usd_at_least
from tests import funded


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence(funded.appraised(), funded.uncertainty())


def test_the_choice_needs_no_value_of_a_load(evidence: Evidence) -> None:
    assert evidence.choice == Choice("A4", "threshold")
    assert Evidence(funded.appraised(3e5)).choice == Choice("A4", "priced")
    assert Evidence(funded.appraised(0.0)).choice == Choice("A0", "none")
    assert Evidence(funded.appraised(names=("A0",))).choice == Choice("A0", "none")


def test_what_pays_by_itself_is_chosen_for_that() -> None:
    appraised = funded.appraised()
    rate = appraised.case.appraisal.discount_rate
    worths = dict(appraised.worths[rate])
    worths["A1"] = PresentWorth(20, rate, 8.5e6, 26e6, 30e6, 10.0)
    appraised.worths[rate].update(worths)  # type: ignore[attr-defined]
    assert Evidence(appraised).choice == Choice("A1", "pays")


def worth(cost: float, user_benefit: float, loads: float) -> PresentWorth:
    return PresentWorth(20, 0.07, cost, cost, user_benefit, loads)


NOTHING = worth(0.0, 0.0, 0.0)


@pytest.mark.parametrize("usd_per_load", [None, 1e6])
def test_of_two_that_are_worth_the_same_the_cheaper_is_chosen(usd_per_load: float | None) -> None:
    """Ties in value go to the cheaper (decision 012), whichever is named first."""
    dear, cheap = worth(9e6, 12e6, 2.0), worth(4e6, 7e6, 2.0)
    for worths in ({"base": NOTHING, "dear": dear, "cheap": cheap}, {"base": NOTHING, "cheap": cheap, "dear": dear}):
        assert choose_alternative(worths, "base", usd_per_load).name == "cheap"


def test_of_two_with_the_same_price_of_a_load_the_one_that_finds_more_is_chosen() -> None:
    """A tie in ratio is extended dominance (decision 012): the smaller one is off the frontier."""
    small, large = worth(2e6, 0.0, 2.0), worth(4e6, 0.0, 4.0)
    for worths in (
        {"base": NOTHING, "small": small, "large": large},
        {"base": NOTHING, "large": large, "small": small},
    ):
        assert choose_alternative(worths, "base", None) == Choice("large", "threshold")


def test_what_finds_fewer_loads_and_does_not_pay_is_no_choice() -> None:
    assert choose_alternative({"base": NOTHING, "worse": worth(2e6, 0.0, -3.0)}, "base", None) == Choice("base", "none")


def test_the_request_is_what_is_bought_at_its_confidence(evidence: Evidence) -> None:
    request = request_funding(evidence.appraised, "A4")
    assert request.capital_usd == pytest.approx(30e6)
    assert request.yearly_usd == pytest.approx(5e6)
    assert request.first_service_y == 1
    words = sentences.request_words(request, evidence, "A4")
    stated = evidence.budget_at_confidence("A4", ASK)
    assert stated is not None
    assert stated.planned_share is not None
    then_year = budget_totals(evidence.appraised.case, evidence.alternative("A4"))["ask_then_year_usd"]
    assert stated.planned == pytest.approx(then_year)
    assert 30e6 < then_year < 36e6, "prices of 2023, ordered some years later"
    start = (
        f"{usd_at_least(stated.p80.value)} in then-year dollars of initial capital from the United States government"
    )
    assert words.startswith(start)
    assert f"the planner's own {usd(then_year)} in {stated.planned_share.words()} of them" in words
    assert "$5.00 million a year" in words
    # nothing drawn, no confidence claimed
    bare = sentences.request_words(request, Evidence(funded.appraised()), "A4")
    assert bare.startswith("$30.0 million of initial capital")
    assert "%" not in bare


def test_figures_at_a_confidence_are_percentiles_of_the_draws(evidence: Evidence) -> None:
    stated, pays = evidence.npv_at_confidence("A4"), evidence.share_above("A4")
    assert stated is not None
    assert pays is not None
    npv = np.sort([draw["A4"].npv0 for draw in evidence.draws])
    assert stated.p50.value == npv[math.ceil(0.5 * len(npv)) - 1]
    assert stated.p80.value == npv[math.ceil(0.8 * len(npv)) - 1]
    assert pays.share == pytest.approx((npv > 0.0).mean())
    bare = Evidence(funded.appraised())
    assert bare.npv_at_confidence("A4") is None
    assert bare.budget_at_confidence("A4", ASK) is None
    assert bare.share_above("A4") is None


def test_the_break_even_sentence_carries_value_range_and_share(evidence: Evidence) -> None:
    words = sentences.break_even_words("A4", evidence)
    low, high = evidence.break_even_range("A4") or (0.0, 0.0)
    assert "planner's $40,800" in words
    assert low < 40_844 < high
    assert "must not be replaced" in words
    assert ", range " in words.partition("at least ")[2].partition("at least ")[2], "the share has its range too"


@pytest.mark.parametrize("usd_per_load", [None, 3e5, 0.0])
def test_the_summary_is_short_and_opens_with_what_to_grant(usd_per_load: float | None) -> None:
    evidence = Evidence(funded.appraised(usd_per_load), funded.uncertainty())
    text = summary.executive_summary(evidence)
    assert 60 <= len(text.split()) <= summary.MOST_WORDS
    assert text.endswith(".")
    assert ("No dollar value is put on interdiction" in text) == (usd_per_load is None)
    assert text.startswith("Do not fund" if usd_per_load == 0.0 else "Grant $")


def test_a_summary_that_is_too_long_loses_whole_sentences(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "MOST_WORDS", 120)
    text = summary.executive_summary(evidence)
    assert len(text.split()) <= 120
    assert text.startswith("Grant $")
    assert text.endswith("are assumed, with ranges.")


def test_where_the_baseline_stands_the_best_rival_is_shown() -> None:
    evidence = Evidence(funded.appraised(0.0), funded.uncertainty())
    assert evidence.choice.name == "A0"
    best = max(evidence.rivals, key=evidence.npv)
    assert evidence.shown == best
    answer = dict(summary.case_answer(evidence))
    assert answer["Funding requested"].startswith(f"Nothing. “{best}” would ask for $")
    assert answer["The choice"].startswith("Do not fund")
    assert usd(abs(evidence.npv(best))) in answer["The choice"]
    report = summary.case_report(evidence, ())
    assert len(report.tiles) == 4
    assert report.by_year is not None
    # of a choice that is no baseline, itself is shown
    assert Evidence(funded.appraised(), funded.uncertainty()).shown == "A4"


def test_the_baseline_alone_asks_for_nothing_and_shows_no_rival() -> None:
    evidence = Evidence(funded.appraised(names=("A0",)))
    assert evidence.shown == "A0"
    assert dict(summary.case_answer(evidence))["The choice"].endswith(
        "there is no alternative to the no-build baseline."
    )
    assert summary.case_report(evidence, ()).picture is None


def test_the_most_sensitive_input_is_that_of_the_widest_swing(evidence: Evidence) -> None:
    assert evidence.uncertainty is not None
    rows = evidence.uncertainty.tornado
    mine = rows.loc[rows["alternative"] == "A4"]
    widest = str(mine.loc[mine["swing_usd"].idxmax(), "input"])
    assert (
        f"Widest swing of those tried (5 prices, 0 simulation inputs): {widest}, net present value"
        in sentences.sensitive_words(evidence, "A4")
    )
    assert sentences.sensitive_words(Evidence(funded.appraised()), "A4") == ""


def test_a_gain_is_called_clear_only_if_nearly_all_draws_agree() -> None:
    evidence = Evidence(funded.appraised(3e5), funded.uncertainty())
    words = sentences.choice_words(evidence)
    share = evidence.share_above("A4")
    assert share is not None
    assert ("is clear" in words) == (share.share >= 0.95)
    bare = Evidence(funded.appraised(3e5))
    assert "not tested" in sentences.choice_words(bare)


@pytest.mark.parametrize(
    ("without", "held"), [(1, pytest.approx((2.04e5, 2.94e5))), (50, pytest.approx((2.04e5, math.inf))), (99, None)]
)
def test_draws_without_a_break_even_stand_above_all_others(without: int, held: tuple[float, float] | None) -> None:
    found = Evidence(funded.appraised())
    draws = [PresentWorth(20, 0.07, 1e6, 2e6 + 1e4 * n, 0.0, 10.0) for n in range(100 - without)]
    draws += [PresentWorth(20, 0.07, 1e6, 2e6, 0.0, -1.0)] * without
    found.__dict__["draws"] = tuple({"A4": worth} for worth in draws)
    assert found.break_even_range("A4") == held


def test_a_range_without_a_high_end_says_so() -> None:
    cell = dollars_cell(3e5, (1e5, math.inf))
    assert (cell.text, cell.below) == ("$300,000", "[$100,000, none]")
    assert (cell.low, cell.high) == (None, None)


FIGURE = r"-?\$[\d.,]+(?: (?:m|b)illion)?|\d[\d.,]*%|-?\d[\d.,]*(?= (?:minutes|min|thousand|loads)\b)"
AMOUNT = r"(?:more than all|none|-?\$?[\d.,]+%?(?: (?:m|b)illion)?)"
KIND = r"(?: in \d{4})? (?:of (?:them|(?:\d+ )?draws)|over (?:replications|sets of assumptions))"
NAMED = (
    rf"{AMOUNT}(?: a load on| on)? \(median of draws, range {AMOUNT} to {AMOUNT}; planner's {AMOUNT}\)",
    rf"median {AMOUNT}, range {AMOUNT} to {AMOUNT}",
    rf"net present value {AMOUNT} to {AMOUNT} at its 10 and 90% points",
    rf"{AMOUNT}(?: (?:minutes|min|thousand)[\w ]*)? \[[^\]]*\]{KIND}",
    rf"{AMOUNT} of capital in then-year dollars \(enough in 80% of draws\)",
    rf"{AMOUNT} in then-year dollars of initial capital(?=.*The funding requested is enough in 80%)",
    r"The funding requested is enough in 80% of \d+ draws",
    rf"(?:at most )?{AMOUNT} in (?:half(?: of (?:them|draws))?|80%)",
    rf"the planner's(?: own)? {AMOUNT}",
    rf"by the planner's figures (?:gains|loses) {AMOUNT}",
    rf"{AMOUNT}(?: a load)? by the planner's figures(?: \(range {AMOUNT} to {AMOUNT}\))?",
    r"(?:present value|\d+ years) at \d+%",
    rf"The value of a load, {AMOUNT}, is the user's",
)
"""What makes a figure a named one: the draws or replications that it holds in, or that it is the planner's or given."""


def figures_without_interval(text: str) -> list[str]:
    """Return the figures of a text that neither have an interval whose kind is named nor are named the planner's."""
    for form in NAMED:
        text = re.sub(form, "", text)
    return re.findall(FIGURE, text)


@pytest.mark.parametrize("usd_per_load", [None, 3e5, 0.0])
def test_every_figure_of_the_summary_and_of_the_answer_has_a_named_interval(usd_per_load: float | None) -> None:
    evidence = Evidence(funded.appraised(usd_per_load), funded.uncertainty())
    text = summary.executive_summary(evidence)
    assert re.search(r"\[[^\]]*\] of draws", text)
    assert "longer" in text or "shorter" in text or "differs" in text, "the wait is not cut for want of room"
    assert figures_without_interval(text) == []
    given = r", \$[\d.]+ (?:m|b)?illion once before service|\$[\d.]+ (?:m|b)?illion a year in full service"
    for term, said in summary.case_answer(evidence):
        planned = re.sub(given, "", said) if "the planner's, in 2023 dollars" in said else said
        assert figures_without_interval(planned) == [], term


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("In the first year the average wait is 0.1 min longer [0.0, 0.3].", ["0.1"]),
        ("In the first year the average wait is 0.1 min longer [0.0, 0.3] over replications.", []),
        ("It pays in 2% of draws.", ["2%"]),
        ("From $615,000 a load on, “B” is worth more.", ["$615,000"]),
        ("Its net present value is -$22.3 million (range -$135 million to -$20.0 million).", 3),
        ("The average wait is 33.5 minutes in 2027.", ["33.5"]),
        ("230.0 thousand trips in 2046 stay away for the wait.", ["230.0"]),
    ],
)
def test_figures_as_they_stood_before_are_found(text: str, bare: list[str] | int) -> None:
    found = figures_without_interval(text)
    assert (len(found) if isinstance(bare, int) else found) == bare


@pytest.mark.parametrize("seed", range(5))
def test_what_is_printed_as_enough_is_enough_at_its_confidence(seed: int) -> None:
    """Rounded to the nearest, an ask at 80% was enough in 78% of the draws."""
    rng = np.random.default_rng(seed)
    made = funded.uncertainty()
    asks = rng.lognormal(np.log(1.0047e7), 1e-3, len(made.draws))
    evidence = Evidence(
        funded.appraised(), dataclasses.replace(made, draws=made.draws.assign(ask_then_year_usd=np.round(asks)))
    )
    own = evidence.uncertainty.draws.loc[made.draws["alternative"] == "A4", ASK]  # type: ignore[union-attr]
    words = sentences.request_words(request_funding(evidence.appraised, "A4"), evidence, "A4")
    most, half = re.findall(r"\$([\d.]+) million", words.partition("the planner's own")[0])[0::2][:2]
    assert (own <= 1e6 * float(most)).mean() >= 0.8
    assert (own <= 1e6 * float(half)).mean() >= 0.5


def tornado_of(*rows: tuple[str, float, float, float]) -> Evidence:
    """Return the evidence with swings of A4: input, swing, standard error, what dummies reach."""
    table = pd.DataFrame(rows, columns=["input", "swing_usd", "se_usd", "dummy_floor_usd"])
    table = table.assign(alternative="A4", usd_per_load=0.0, low_usd=-2e7, high_usd=-1e7, low_point=0.0, high_point=1.0)
    return Evidence(funded.appraised(), dataclasses.replace(funded.uncertainty(), tornado=table.assign(base_usd=-1e7)))


def test_a_simulated_swing_below_what_dummies_reach_is_not_the_widest() -> None:
    price, noisy = ("price", 2e6, 0.0, 5e6), ("threshold", 4e6, 1e6, 5e6)
    tried = "Widest swing of those tried (1 price, 1 simulation input): "
    assert f"{tried}price," in sentences.sensitive_words(tornado_of(price, noisy), "A4")
    assert f"{tried}threshold," in sentences.sensitive_words(tornado_of(price, ("threshold", 6e6, 1e6, 5e6)), "A4")
    assert sentences.sensitive_words(tornado_of(noisy), "A4") == ""


def test_the_choice_says_how_often_it_is_cheapest_and_who_overtakes_it() -> None:
    appraised = funded.appraised()
    rate = appraised.case.appraisal.discount_rate
    more = PresentWorth(20, rate, 9e7, 9e7, 0.0, 900.0)
    appraised.worths[rate].update({"A1": more})  # type: ignore[attr-defined]
    made = funded.uncertainty()
    is_a1 = made.draws["alternative"] == "A1"
    drawn = made.draws.assign(
        cost_usd=made.draws["cost_usd"].mask(is_a1, 9e7 + 1e5 * made.draws["draw"]),
        loads=made.draws["loads"].mask(is_a1, 900.0),
    )
    evidence = Evidence(appraised, dataclasses.replace(made, draws=drawn))
    chosen, share = evidence.worths["A4"], evidence.share_cheapest("A4")
    assert evidence.choice == Choice("A4", "threshold")
    assert share is not None
    words = summary.case_answer(evidence)[1][1]
    step = (-more.npv0 + chosen.npv0) / (more.loads - chosen.loads)
    assert f"as in {share.words()} of draws. From " in words
    assert f"planner's {usd(step)}), “A1” is worth more." in words
    overtaking = [
        (one["A4"].npv0 - one["A1"].npv0) / (one["A1"].loads - one["A4"].loads)
        for one in evidence.draws
        if one["A1"].loads > one["A4"].loads
    ]
    assert len(overtaking) == len(evidence.draws)
    stated = evidence.overtaking_at_confidence("A1", "A4")
    assert stated is not None
    assert stated.p50.value == pytest.approx(np.quantile(overtaking, 0.5, method="inverted_cdf"))
    never = summary.case_answer(Evidence(appraised, made))[1][1]
    assert f"From {usd(step)} a load on by the planner's figures (median of draws: no value, no range)" in never
    assert sentences.overtaken_words(Evidence(funded.appraised(names=("A0", "A4")))) == ""


def test_the_share_of_draws_in_which_the_choice_is_cheapest_is_counted(evidence: Evidence) -> None:
    share, count = evidence.share_cheapest("A4"), 0
    for draw in evidence.draws:
        least = {name: -draw[name].npv0 / draw[name].loads for name in evidence.rivals if draw[name].loads > 0.0}
        count += least["A4"] == min(least.values())
    assert share is not None
    assert share.share == count / len(evidence.draws)


def test_trips_that_leave_go_by_the_other_bridge_and_waits_bear_their_intervals(evidence: Evidence) -> None:
    whole = evidence.appraised.response
    away = np.full((len(whole.alternatives), len(whole.years), 6), 2e5) + np.arange(6.0)
    response = dataclasses.replace(whole, amounts={**whole.amounts, ELSEWHERE: away})
    said = sentences.nothing_words(Evidence(dataclasses.replace(evidence.appraised, response=response)))
    assert "thousand trips [" in said
    assert "go by the other bridge" in said
    assert said.count("over replications") == 3


def test_a_plan_by_fiscal_year_is_that_of_the_budget(evidence: Evidence) -> None:
    table = summary.case_report(evidence, ()).by_year
    assert table is not None
    plan = spending_plan(evidence.appraised.case, "A4")
    keys = [column.key for column in table.columns]
    rows = {name: dict(zip(keys, [cell.value for cell in row], strict=True)) for name, row in table.rows}
    assert next(iter(rows)) == str(plan.fiscal_years[0])
    assert rows["all years"]["then_year_usd"] == pytest.approx(plan.then_year().sum())
    stages = ("initial", "running", "replacement")
    for row in rows.values():
        assert row["then_year_usd"] == pytest.approx(sum(row[f"{stage}_then_year_usd"] for stage in stages))  # type: ignore[misc]
    assert rows["all years"]["usd"] == pytest.approx(plan.constant().sum())
    assert f"ordered in fiscal year {plan.fiscal_years[0]}" in dict(summary.case_answer(evidence))["Funding requested"]

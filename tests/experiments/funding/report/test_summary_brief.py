"""The answer in sentences: short enough, following from numbers, no surer than the draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.economics.appraisal import PresentWorth
from experiments.funding.budget.spending import budget_totals
from experiments.funding.exhibits.cells import dollars_cell
from experiments.funding.exhibits.choice import Choice, choose_alternative, request_funding
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.stated import stated_figures
from experiments.funding.report import sentences, summary
from experiments.number_format import percent, usd
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
    stated = stated_figures(evidence, "A4")
    assert stated is not None
    then_year = budget_totals(evidence.appraised.case, evidence.alternative("A4"))["ask_then_year_usd"]
    assert stated.ask.planned == pytest.approx(then_year)
    assert 30e6 < then_year < 36e6, "prices of 2023, ordered some years later"
    start = f"{usd(stated.ask.p80)} in then-year dollars of initial capital from the United States government"
    assert words.startswith(start)
    assert f"the planner's own {usd(then_year)} in {percent(stated.budget_holds, 0)}" in words
    assert "$5.00 million a year" in words
    # nothing drawn, no confidence claimed
    bare = sentences.request_words(request, Evidence(funded.appraised()), "A4")
    assert bare.startswith("$30.0 million of initial capital")
    assert "%" not in bare


def test_stated_figures_are_percentiles_of_the_draws(evidence: Evidence) -> None:
    stated = stated_figures(evidence, "A4")
    assert stated is not None
    npv = np.sort([draw["A4"].npv0 for draw in evidence.draws])
    assert stated.npv.p50 == npv[math.ceil(0.5 * len(npv)) - 1]
    assert stated.npv.p80 == npv[math.ceil(0.8 * len(npv)) - 1]
    assert stated.pays == pytest.approx((npv > 0.0).mean())
    assert stated_figures(Evidence(funded.appraised()), "A4") is None


def test_the_break_even_sentence_carries_value_range_and_share(evidence: Evidence) -> None:
    words = sentences.break_even_words("A4", evidence)
    low, high = evidence.break_even_range("A4") or (0.0, 0.0)
    assert "at least $40,800" in words
    assert low < 40_844 < high
    assert "must not be replaced" in words
    assert "(range " in words.partition("at least ")[2].partition("at least ")[2], "the share has its range too"


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
    assert text.endswith("listed with ranges.")


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
    assert f"Most sensitive input: {widest}:" in sentences.sensitive_words(evidence, "A4")
    assert sentences.sensitive_words(Evidence(funded.appraised()), "A4") == ""


def test_a_gain_is_called_clear_only_if_nearly_all_draws_agree() -> None:
    evidence = Evidence(funded.appraised(3e5), funded.uncertainty())
    words = sentences.choice_words(evidence)
    share = evidence.share_above("A4") or 0.0
    assert ("is clear" in words) == (share >= 0.95)
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

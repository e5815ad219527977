"""The answer of a funding report in sentences, each built from a number and no more certain."""

from __future__ import annotations

from typing import Final

from experiments.exhibits.choice import PAYERS, Ask, Choice
from experiments.exhibits.dollars import significant, usd, usd_range
from experiments.exhibits.drawing import plain, quoted
from experiments.exhibits.evidence import Evidence
from experiments.wording import listed, percent, wait_words

MOST_WORDS: Final = 200
"""Length of the executive summary."""
SURE: Final = 0.95
"""Share of draws from which on a sign is called clear."""


def ask_words(request: Ask, evidence: Evidence) -> str:
    """Return what is asked for: capital by payer, yearly cost, posts."""
    if not request.units and not request.posts:
        return "Nothing: the no-build baseline asks for no money."
    by_payer = {
        payer: sum(usd_ for (who, _), usd_ in request.capital.items() if who == payer)
        for payer in sorted({who for who, _ in request.capital}, reverse=True)
    }
    parts = [
        f"{usd(total)} from the {PAYERS.get(who, plain(who))}" for who, total in by_payer.items()
    ]
    capital = f"{usd(request.capital_usd)} of initial capital"
    if len(parts) > 1:
        capital += f" ({listed(parts)})"
    elif by_payer:
        capital += f" from the {PAYERS.get(next(iter(by_payer)), next(iter(by_payer)))}"
    once = (
        f", {usd(request.once_usd)} once for integration and training" if request.once_usd else ""
    )
    yearly = f" and {usd(request.yearly_usd)} a year in full service"
    posts = [f"{significant(n)} {plain(name)} posts" for name, n in request.posts.items()]
    staff = f", which pays for {listed(posts)}" if posts else ""
    year = evidence.appraised.case.appraisal.price_year
    return f"{capital}{once}{yearly}{staff}; {year} dollars, not discounted."


def units_words(request: Ask) -> str:
    """Return what is bought."""
    return listed([f"{significant(n)} {plain(name)}" for name, n, _ in request.units])


def choice_words(choice: Choice, evidence: Evidence) -> str:
    """Return the choice and why, claiming no more than the draws do."""
    name = quoted(choice.name)
    if choice.why == "none":
        return (
            "Keep the baseline: at the central inputs no alternative returns more than it costs, "
            "and none interdicts more at a price that could be weighed."
        )
    if choice.why == "threshold":
        return (
            f"{name}, but only if interdiction is worth its price: at the central inputs no "
            f"alternative pays in time saved alone{_sometimes(choice, evidence)}. Of all "
            "alternatives it asks society for least per additional load."
        )
    ground = (
        "at the value of a load that the user set"
        if choice.why == "priced"
        else ("in time and money alone, with nothing counted for interdiction")
    )
    return f"{name}: it has the highest net present value {ground}.{_how_sure(choice, evidence)}"


def _sometimes(choice: Choice, evidence: Evidence) -> str:
    share = evidence.share_above(choice.name)
    return "" if share is None else f" (this one does in {percent(share, 0)} of draws)"


def _how_sure(choice: Choice, evidence: Evidence) -> str:
    share = evidence.share_above(choice.name)
    if share is None:
        return " How sure that is was not tested: uncertain inputs were not redrawn."
    sure = "clear" if share >= SURE else "not certain"
    return f" Its gain is {sure}: above zero in {percent(share, 0)} of draws."


def worth_words(name: str, evidence: Evidence) -> str:
    """Return the net present value with its range in a sentence."""
    held = evidence.npv_range(name)
    value = evidence.npv(name)
    counted = (
        "time and money alone"
        if evidence.usd_per_load is None
        else ("time, money and the user's value of a load")
    )
    return (
        f"Over {evidence.years} years at {percent(evidence.rate, 0)} its net present value on "
        f"{counted} is {usd(value)} ({_held(held)})."
    )


def break_even_words(name: str, evidence: Evidence) -> str:
    """Return the break-even sentence of one alternative."""
    found = evidence.break_even(name)
    if found.usd_per_load is None:
        more = (
            "and pays on time and money alone"
            if found.pays_without
            else ("and does not pay on time and money alone: no break-even exists")
        )
        return f"It interdicts no more than the baseline {more}."
    held = evidence.break_even_range(name)
    if found.pays_without:
        return (
            "It pays on time and money alone, whatever an interdicted load is worth "
            f"(break-even {usd(found.usd_per_load)} a load, {_held(held)})."
        )
    share = found.not_replaced_share
    also = (
        ""
        if share is None
        else (f", that is if at least {share_words(share)} of what is seized is not replaced")
    )
    return (
        f"It pays if each extra interdicted load is worth at least {usd(found.usd_per_load)} "
        f"({_held(held)}){also}."
    )


def share_words(share: float) -> str:
    """Return a share that may be tiny as a percentage.

    Examples
    --------
    >>> share_words(0.0001864), share_words(0.5), share_words(1.7)
    ('0.0186 %', '50 %', 'more than all')
    """
    return "more than all" if share > 1.0 else f"{significant(100.0 * share)} %"


def summary(choice: Choice, request: Ask, evidence: Evidence) -> str:
    """Return the executive summary: at most `MOST_WORDS` words, whole sentences only.

    The first sentences matter most: those that no longer fit are left out from the end.
    """
    sentences = [
        _setting(evidence),
        *([] if choice.why == "none" else [_bought(choice, request)]),
        f"Choice: {choice_words(choice, evidence)}",
        *([] if choice.why == "none" else _of_choice(choice.name, evidence)),
        _limits(evidence),
    ]
    kept = list(sentences)
    while len(" ".join(kept).split()) > MOST_WORDS and len(kept) > 3:
        kept.pop(-2)
    return " ".join(kept)


def _setting(evidence: Evidence) -> str:
    case = evidence.appraised.case
    rivals = listed([quoted(name) for name in evidence.rivals])
    port = case.study.alternatives[evidence.baseline].port.title
    return (
        f"This case compares {rivals} with the no-build baseline, {quoted(evidence.baseline)}, at "
        f"{port} over {evidence.years} years, in {case.appraisal.price_year} dollars."
    )


def _bought(choice: Choice, request: Ask) -> str:
    posts = [f"{significant(n)} {plain(name)}s" for name, n in request.posts.items()]
    people = f" and {listed(posts)}" if posts else ""
    what = f" for {units_words(request)}{people}" if request.units else f" for {listed(posts)}"
    return (
        f"{quoted(choice.name)} asks for {usd(request.capital_usd)} of capital and "
        f"{usd(request.yearly_usd)} a year{what}."
    )


def _of_choice(name: str, evidence: Evidence) -> list[str]:
    said = [worth_words(name, evidence), break_even_words(name, evidence)]
    gap = evidence.change(name, "wait_mean_min")
    if gap is not None:
        said.append(f"In the first year {wait_words(gap)}.")
    loads = evidence.worths[name].loads
    said.append(
        f"It interdicts {significant(loads)} more loads over the period, discounted "
        f"({_counts(evidence, name)})."
    )
    return said


def _counts(evidence: Evidence, name: str) -> str:
    held = evidence.of(name, lambda worth: worth.loads)
    return "no range" if held is None else f"range {significant(held[0])} to {significant(held[1])}"


def _limits(evidence: Evidence) -> str:
    priced = (
        "No dollar value is put on interdiction."
        if evidence.usd_per_load is None
        else f"The value of a load, {usd(evidence.usd_per_load)}, is the user's."
    )
    return (
        f"{priced} Waits are predicted; loads and prices rest on assumptions, listed with ranges."
    )


def _held(held: tuple[float, float] | None) -> str:
    return "no range" if held is None else f"range {usd_range(held)}"

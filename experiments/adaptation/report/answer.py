"""The answer of a campaign: one claim on the worst case, in how many sets of assumptions and against whom it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.adaptation.report.results import ADVERSARY_WORDS, CampaignResults, ordered_alternatives
from experiments.adaptation.tournament import paired_gap
from experiments.intervals import Difference
from experiments.number_format import number, signed
from experiments.report.answers.claim import Headline, Lead, Withheld, answer_of
from experiments.report.frontier import LOADS_FOUND
from experiments.report.standings import WORTH_DETECTION, ranked_inputs
from experiments.study.sources import CONFIGS

MOST_SWITCHING: Final = 6
"""Inputs that a table of switching values holds."""
ADVERSARY_INPUTS: Final = ("adversary.", "effort.", "retraining.")


@dataclass(frozen=True, slots=True)
class Rivals:
    """The two alternatives that the answer sets against each other, and their gaps (later half of the weeks)."""

    lead: str
    against: str
    worst_gap: Difference
    """Detection of each in its own worst case."""
    by_adversary: dict[str, Difference]

    @property
    def leads_against(self) -> list[str]:
        """Organizations against which the interval of the gap lies above zero."""
        return [name for name, gap in self.by_adversary.items() if gap.low > 0.0]


def rivals_of(results: CampaignResults) -> Rivals:
    """Return the alternative that is best in its worst case, against the baseline; the baseline against the next."""
    order, base = ordered_alternatives(results), results.campaign.study.baseline
    lead = order[0]
    against = base if lead != base else order[1]
    coverage, epochs = results.campaign.study.coverage, results.epochs

    def gap(ours: tuple[str, str], theirs: tuple[str, str]) -> Difference:
        return paired_gap(epochs, ours, theirs, coverage, first_week=results.later_from)

    worst = results.later.worst
    return Rivals(
        lead,
        against,
        gap((lead, worst[lead]), (against, worst[against])),
        {one: gap((lead, one), (against, one)) for one in results.campaign.settings.adversaries},
    )


def campaign_answer(results: CampaignResults) -> Headline | Withheld:
    """Return the headline, or why there is none."""
    rivals = rivals_of(results)
    lead, against = results.label(rivals.lead), results.label(rivals.against)
    sure = bool(rivals.worst_gap.low > 0.0)
    if not sure:
        text = f"{lead} does not clearly detect more in its worst case than {against}."
    elif rivals.lead == results.campaign.study.baseline:
        text = f"{lead} detects more in its worst case than every alternative; {against} comes next."
    else:
        text = f"{lead} detects more in its worst case than {against}."
    claim = Lead(text=text, alternative=lead, against=against, metric=LOADS_FOUND, gap=rivals.worst_gap, sure=sure)
    redrawn = None
    if results.panel is not None:
        rows = results.panel.worst.rows
        redrawn = replace(results.panel.worst, rows=rows.assign(alternative=rows["alternative"].map(results.label)))
    return answer_of(claim, redrawn, results.campaign.study.coverage, 7)


def organizations_sentence(results: CampaignResults) -> str:
    """Return against how many organizations the lead holds, and where it does not."""
    rivals = rivals_of(results)
    whom, held = list(rivals.by_adversary), rivals.leads_against
    label, other = results.label(rivals.lead), results.label(rivals.against)
    text = f"{label} clearly detects more than {other} against {len(held)} of {len(whom)} organizations"
    left = [ADVERSARY_WORDS[one] for one in whom if one not in held]
    return f"{text}; not where the organization {' or '.join(left)}." if left else f"{text}."


def support_counts(results: CampaignResults) -> pd.DataFrame:
    """Return in how many sets each alternative detects at least 0.2 points more than the baseline, by organization.

    Returns
    -------
    DataFrame
        Indexed by alternative; columns are organizations and ``worst case``, cells as ``27 of 30``. Empty without
        sets of assumptions.
    """
    panel, base = results.panel, results.campaign.study.baseline
    if panel is None or not len(panel.by_adversary):
        return pd.DataFrame()
    wide = panel.by_adversary.pivot_table("true_detection", index="draw", columns=["adversary", "alternative"])
    worst = panel.worst.rows.pivot_table("detection_expected", index="draw", columns="alternative")
    found: dict[str, dict[str, str]] = {}
    for name in ordered_alternatives(results):
        if name != base:
            cells = {one: wide[one][name] - wide[one][base] for one in results.campaign.settings.adversaries}
            cells["worst case"] = worst[name] - worst[base]
            found[name] = {one: _count(gap.dropna()) for one, gap in cells.items()}
    return pd.DataFrame.from_dict(found, orient="index")


def _count(gaps: pd.Series) -> str:
    return f"{int((gaps >= WORTH_DETECTION).sum())} of {len(gaps)}"


@dataclass(frozen=True, slots=True)
class SwitchingValue:
    """An input that goes along with the lead's gap in the worst case, and where the fitted gap is zero."""

    key: str
    rho: float
    p_holm: float
    at: float | None
    """None: nowhere in the input's range."""


def switching_values(results: CampaignResults) -> list[SwitchingValue]:
    """Return the inputs along which the order may turn, those of organizations and rules first.

    The gap of the two rivals is fitted by a straight line in each input; where the line crosses zero within the range
    the order turns, all other inputs being redrawn.
    """
    if results.panel is None:
        return []
    rivals, panel = rivals_of(results), results.panel.worst
    worst = panel.rows.pivot_table("detection_expected", index="draw", columns="alternative")
    if not {rivals.lead, rivals.against} <= set(worst.columns):
        return []
    gap = (worst[rivals.lead] - worst[rivals.against]).dropna()
    ranked = ranked_inputs(gap, panel.numbers)
    ranges = {one.key: (one.low, one.high) for one in panel.inputs}
    own = [one for one in ranked if one.key.startswith(ADVERSARY_INPUTS)]
    found = []
    for one in [*own, *(other for other in ranked if other not in own)][:MOST_SWITCHING]:
        values = panel.numbers.loc[gap.index, one.key].to_numpy(dtype=np.float64)
        slope, level = np.polyfit(values, gap.to_numpy(dtype=np.float64), 1)
        low, high = ranges[one.key]
        zero = -level / slope if slope else np.nan
        at = float(zero) if low <= zero <= high else None
        found.append(SwitchingValue(one.key, one.rho.estimate, one.p_holm, at))
    return found


def question_of(results: CampaignResults) -> str:
    """Return the question that the experiment opens with; empty where it is not one of the project's own."""
    path = CONFIGS / "experiment" / f"{results.campaign.study.experiment}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((found[1] for line in lines[:4] if (found := re.match(r"# (.*\?)$", line))), "")


def campaign_answer_record(results: CampaignResults) -> dict[str, Any]:
    """Return what ``answer.json`` holds."""
    rivals, panel = rivals_of(results), results.panel
    return campaign_answer(results).record() | {
        "question": question_of(results) or None,
        "organizations": list(rivals.by_adversary),
        "leads_against": rivals.leads_against,
        "sets_refused": {} if panel is None else {str(one): why for one, why in panel.worst.refused.items()},
        "switching_values": [
            {"input": one.key, "rank_correlation": one.rho, "p_holm": one.p_holm, "turns_at": one.at}
            for one in switching_values(results)
        ],
    }


def turning_words(switching: SwitchingValue) -> str:
    """Return where the order turns along an input."""
    return "not in its range" if switching.at is None else number(switching.at, 2)


def rho_words(switching: SwitchingValue) -> str:
    """Return the rank correlation of an input with the gap."""
    return signed(switching.rho, 2)

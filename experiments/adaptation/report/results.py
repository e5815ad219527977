"""A campaign that has run, as screen and page read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from experiments.adaptation.panel import Panel
from experiments.adaptation.request import Campaign
from experiments.adaptation.tournament import PolicyResult, Tournament, hold_tournament, settled_week
from experiments.intervals import Difference, IntervalEstimate, Sample, estimate_interval
from experiments.number_format import number, percent, span

ADVERSARY_WORDS: Final = {
    "static": "does not react",
    "responsive": "sees last week's chances",
    "learning": "learns from its own loads",
    "fictitious": "answers the mean of all weeks",
    "exp3": "tries options, no model",
    "knowing": "knows this week's chances",
}
"""What stands above the columns of the matrix."""


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """A campaign, its tables, its tournament over all weeks and over the later half, and its sets of assumptions."""

    campaign: Campaign
    epochs: pd.DataFrame
    options: pd.DataFrame
    whole: Tournament
    later: Tournament
    panel: Panel | None = None
    """None: no set of assumptions was redrawn."""

    @property
    def later_from(self) -> int:
        """First week of the later half."""
        return settled_week(self.campaign.settings.weeks)

    def label(self, alternative: str) -> str:
        """Return what readers meet in place of an id."""
        return self.campaign.study.names.label(alternative)


def campaign_results(
    campaign: Campaign, epochs: pd.DataFrame, options: pd.DataFrame, panel: Panel | None = None
) -> CampaignResults:
    """Return what is shown of EPOCHS and OPTIONS."""
    study = campaign.study
    first = settled_week(campaign.settings.weeks)
    return CampaignResults(
        campaign,
        epochs,
        options,
        hold_tournament(epochs, study.baseline, study.coverage),
        hold_tournament(epochs, study.baseline, study.coverage, first_week=first),
        panel,
    )


def ordered_alternatives(results: CampaignResults) -> list[str]:
    """Return the alternatives, the one that finds most in its worst case first (later half)."""
    later = results.later
    return sorted(
        results.campaign.study.alternatives, key=lambda name: -later.results[name, later.worst[name]].detection.mean
    )


def matrix_rows(
    results: CampaignResults, tournament: Tournament
) -> list[tuple[str, list[PolicyResult], str, Difference]]:
    """Return for each alternative its results by adversary, its worst adversary and its regret."""
    adversaries = results.campaign.settings.adversaries
    return [
        (
            name,
            [tournament.results[name, adversary] for adversary in adversaries],
            tournament.worst[name],
            tournament.regret[name],
        )
        for name in ordered_alternatives(results)
    ]


def best_response(results: CampaignResults, alternative: str) -> IntervalEstimate:
    """Return P(found) on the way across that is found least each week, of those used: what no organization can beat.

    Mean over the later weeks; against the first organization, where the alternative's plan depends on whom it meets.
    """
    rows, first = results.epochs, results.campaign.settings.adversaries[0]
    rows = rows[(rows["alternative"] == alternative) & (rows["adversary"] == first)]
    means = 1.0 - rows[rows["week"] >= results.later_from].groupby("replication")["true_best_evasion"].mean()
    return estimate_interval(Sample.of(means.to_numpy()), results.campaign.study.coverage).within(0.0, 1.0)


def detection_words(result: PolicyResult) -> str:
    """Return a detection rate with its interval."""
    return f"{percent(result.detection.mean)} {span(result.detection, 100.0)}"


def gain_words(result: PolicyResult) -> str:
    """Return the difference from the baseline in points, with its interval; empty for the baseline."""
    if result.gain is None:
        return ""
    sign = "+" if result.gain.mean >= 0.0 else ""
    return f"{sign}{number(100.0 * result.gain.mean)} points {span(result.gain, 100.0)}"


def tournament_sentences(results: CampaignResults) -> list[str]:
    """Return what the matrix says in words: who leads in the worst case, and what reactions take away."""
    later, adversaries = results.later, results.campaign.settings.adversaries
    best = ordered_alternatives(results)[0]
    worst = later.results[best, later.worst[best]]
    weeks = f"weeks {results.later_from} to {results.campaign.settings.weeks - 1}"
    if len(adversaries) == 1:
        return [f"{results.label(best)} has the highest mean: {detection_words(worst)} of loads detected ({weeks})."]
    return [
        f"{results.label(best)} has the highest mean in its worst case, where the organization "
        f"{ADVERSARY_WORDS[worst.adversary]}: {detection_words(worst)} of loads detected ({weeks}).",
        _order_sentence(results, adversaries),
    ]


def _order_sentence(results: CampaignResults, adversaries: Sequence[str]) -> str:
    """Return which alternative has the highest mean against whom."""
    leads: dict[str, list[str]] = {}
    for adversary in adversaries:
        means = {name: results.later.results[name, adversary].detection.mean for name in results.later.worst}
        leads.setdefault(max(means, key=means.__getitem__), []).append(adversary)
    if len(leads) == 1:
        return (
            f"{results.label(next(iter(leads)))} has the highest mean against each of {len(adversaries)} organizations."
        )
    parts = [
        f"{results.label(name)} where the organization {' or '.join(ADVERSARY_WORDS[one] for one in against)}"
        for name, against in leads.items()
    ]
    return f"The highest mean changes with the organization: {'; '.join(parts)}."

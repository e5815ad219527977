"""A campaign -> ``campaign.html``: alternatives against adversaries first, then weeks, attempts and limits."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.adaptation.report.answer import (
    campaign_answer,
    organizations_sentence,
    question_of,
    rho_words,
    support_counts,
    switching_values,
    turning_words,
)
from experiments.adaptation.report.charts import attempts_chart, detection_chart, is_moving
from experiments.adaptation.report.known import known_chart
from experiments.adaptation.report.partners import partners_table, shock_sentences, trust_charts
from experiments.adaptation.report.results import (
    ADVERSARY_WORDS,
    CampaignResults,
    best_response,
    gain_words,
    matrix_rows,
    tournament_sentences,
)
from experiments.adaptation.request import plain_settings
from experiments.adaptation.rules.scan_rules import BREAKS_TIES
from experiments.adaptation.rules.settings import RETRAINING, RULE_WORDS
from experiments.adaptation.tournament import Tournament
from experiments.number_format import NONE, number, percent, span
from experiments.page_templates import Cell, Table, fill_template, page_table
from experiments.report.input_names import input_title
from experiments.store.run_sides import leaf_values
from experiments.study.compose import ADAPTING
from experiments.study.sources import CONFIGS, source_notes


def render_campaign_page(results: CampaignResults, note: str = "") -> str:
    """Return the whole page, with a note above the answer; the same results give the same bytes."""
    campaign = results.campaign
    study, settings = campaign.study, campaign.settings
    port = study.alternatives[study.baseline].port
    weeks = settings.weeks
    return fill_template(
        "campaign.html.j2",
        title=f"{port.title}: {weeks} weeks against smugglers who adapt",
        sentences=tournament_sentences(results),
        note=note,
        answer=campaign_answer(results).text,
        question=question_of(results),
        against=organizations_sentence(results),
        support=_support(results),
        switching=_switching(results),
        known=known_chart(results),
        rules=_rules(results),
        later=f"weeks {results.later_from} to {weeks - 1}",
        matrix=_matrix(results, results.later, f"Detection rate, weeks {results.later_from} to {weeks - 1}"),
        whole=_matrix(results, results.whole, "Detection rate, all weeks"),
        ways=_ways(results),
        partners=partners_table(results),
        trust=trust_charts(results),
        shocks=shock_sentences(results),
        charts=[detection_chart(results, adversary) for adversary in settings.adversaries],
        attempts=[
            attempts_chart(results, adversary) for adversary in settings.adversaries if is_moving(results, adversary)
        ],
        inputs=_inputs(results),
        coverage=percent(study.coverage, 0),
        replications=study.replications,
        command=f"throughgate campaign {' '.join(campaign.overrides)}".strip(),
    )


BOUND: Final = "knowing"
"""The organization that is the best response; where it is not run, the bound stands in its place."""


def _matrix(results: CampaignResults, tournament: Tournament, title: str) -> Table:
    rows = []
    for name, row_results, worst, regret in matrix_rows(results, tournament):
        cells = [
            Cell(percent(one.detection.mean), span(one.detection, 100.0), gap=gain_words(one)) for one in row_results
        ]
        if BOUND not in results.campaign.settings.adversaries:
            least = best_response(results, name)
            cells.append(Cell(percent(least.mean), span(least, 100.0)))
        rows.append(
            (
                results.label(name),
                [
                    *cells,
                    Cell(ADVERSARY_WORDS[worst], look="words"),
                    Cell(number(100.0 * regret.mean), span(regret, 100.0)),
                ],
            )
        )
    heads = [ADVERSARY_WORDS[one] for one in results.campaign.settings.adversaries]
    if BOUND not in results.campaign.settings.adversaries:
        heads.append("best response, a bound")
    return page_table(title, "alternative", [*heads, "worst case", "regret, points"], rows)


def _support(results: CampaignResults) -> Table | None:
    """Return in how many sets of assumptions each alternative is ahead, by organization; None: no set was run."""
    counts = support_counts(results)
    if not len(counts):
        return None
    base = results.label(results.campaign.study.baseline)
    heads = [ADVERSARY_WORDS.get(str(one), str(one)) for one in counts.columns]
    rows = [(results.label(str(name)), [str(cell) for cell in cells]) for name, cells in counts.iterrows()]
    return page_table(f"Sets of assumptions with 0.2 points more than {base}", "alternative", heads, rows)


def _switching(results: CampaignResults) -> Table | None:
    """Return where the order of the two rivals turns; None: too few sets were run."""
    values = switching_values(results)
    if not values:
        return None
    rows = [(input_title(one.key), [rho_words(one), number(one.p_holm, 2), turning_words(one)]) for one in values]
    heads = ["rank correlation", "p, adjusted", "order turns at"]
    return page_table("What turns the order", "input", heads, rows)


def _rules(results: CampaignResults) -> Table | None:
    """Return what each alternative changes from week to week; None: nothing."""
    rules = {name: rule for name, rule in results.campaign.settings.rules.items() if rule != "constant"}
    if not rules:
        return None
    rows: list[tuple[str, list[str | Cell]]] = []
    for name, rule in rules.items():
        parts: list[str | Cell] = [Cell(RULE_WORDS[rule], look="words"), *_training(results, name, rule)]
        rows.append((results.label(name), parts))
    heads = ["from week to week"]
    if set(rules.values()) & set(RETRAINING):
        heads += ["trainings", "finds learned from", "weeks to the next find", "alarms"]
    rows = [(name, cells[: len(heads)]) for name, cells in rows]
    if set(rules.values()) & set(BREAKS_TIES):
        heads += ["loads planners expect to pass", "if ties go against them"]
        rows = [(shown, [*cells, *_losses(results, name)]) for (shown, cells), name in zip(rows, rules, strict=True)]
    return page_table("What alternatives change", "alternative", heads, rows)


def _losses(results: CampaignResults, name: str) -> list[str]:
    """Return the loads that planners expect to pass, for both ways to break ties, mean over weeks and replications."""
    rows = results.epochs[results.epochs["alternative"] == name]
    means = (float(rows[one].mean()) for one in ("planned_loss", "planned_loss_if_ties_against"))
    return [NONE if np.isnan(one) else percent(one) for one in means]


def _training(results: CampaignResults, name: str, rule: str) -> list[str]:
    """Return trainings, finds learned from at the end, weeks between two finds and alarms, a replication on average."""
    if rule not in RETRAINING:
        return [NONE] * 4
    rows = results.epochs[results.epochs["alternative"] == name]
    runs = rows.groupby(["adversary", "replication"])
    finds = float(rows["found_drawn"].mean())
    return [
        number(float(runs["retrained"].sum().mean())),
        number(float(runs["labels_positive"].max().mean())),
        number(1.0 / finds) if finds > 0.0 else NONE,
        number(float(runs["drift_alarm"].sum().mean())),
    ]


def _ways(results: CampaignResults) -> Table:
    """Return where attempts ended, of 100: found, delivered by truck, by other ways."""
    rows = []
    for name, row_results, _, _ in matrix_rows(results, results.later):
        for one in row_results:
            rows.append(
                (
                    f"{results.label(name)}: {ADVERSARY_WORDS[one.adversary]}",
                    (
                        Cell(number(100.0 * one.caught.mean), span(one.caught, 100.0)),
                        Cell(number(100.0 * one.delivered.mean), span(one.delivered, 100.0)),
                        Cell(number(100.0 * one.outside.mean), span(one.outside, 100.0)),
                    ),
                )
            )
    heads = ("found", "crossed by truck", "other ways")
    return page_table("Where 100 attempts end", "alternative and organization", heads, rows)


def _shown(value: object) -> str:
    """Return a setting as a reader meets it; a list of records as their names."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(one["name"]) if isinstance(one, dict) else str(one) for one in value) or NONE
    return str(value)


def _inputs(results: CampaignResults) -> Table:
    """Return every key of the campaign's groups that act, with its range; a private file's ranges are not known."""
    plain, acting = plain_settings(results.campaign.settings), results.campaign.settings.acting()
    rows = []
    for group in (one for one in ADAPTING if acting[one]):
        path = CONFIGS / group / f"{plain[group]['name']}.yaml"
        notes = source_notes(path) if path.is_file() else {}
        for key, value in leaf_values(plain[group]):
            if key != "name":
                note = notes.get(key)
                bounds = NONE if note is None or note.low is None else f"{note.low:g}–{note.high:g}"
                shown = _shown(value)
                about = Cell("" if note is None else note.note, look="words")
                rows.append((input_title(f"{group}.{key}"), (shown, bounds, about)))
    return page_table("Assumptions of a campaign", "input", ("value", "range", "what it is"), rows, look="inputs")

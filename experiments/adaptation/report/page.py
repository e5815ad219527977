"""A campaign -> ``campaign.html``: alternatives against adversaries first, then weeks, attempts and limits."""

from __future__ import annotations

import dataclasses

from experiments.adaptation.report.charts import attempts_chart, detection_chart, is_moving
from experiments.adaptation.report.results import (
    ADVERSARY_WORDS,
    NO_HEADLINE,
    CampaignResults,
    answer_sentences,
    gain_words,
    matrix_rows,
)
from experiments.adaptation.tournament import Tournament
from experiments.number_format import NONE, number, percent, span
from experiments.page_templates import Cell, Table, fill_template, page_table
from experiments.study.sources import CONFIGS, source_notes


def render_campaign_page(results: CampaignResults) -> str:
    """Return the whole page; the same results give the same bytes."""
    campaign = results.campaign
    study, settings = campaign.study, campaign.settings
    port = study.alternatives[study.baseline].port
    weeks = settings.weeks
    return fill_template(
        "campaign.html.j2",
        title=f"{port.title}: {weeks} weeks against smugglers who adapt",
        sentences=answer_sentences(results),
        no_headline=NO_HEADLINE,
        later=f"weeks {results.later_from} to {weeks - 1}",
        matrix=_matrix(results, results.later, f"Detection rate, weeks {results.later_from} to {weeks - 1}"),
        whole=_matrix(results, results.whole, "Detection rate, all weeks"),
        ways=_ways(results),
        charts=[detection_chart(results, adversary) for adversary in settings.adversaries],
        attempts=[
            attempts_chart(results, adversary) for adversary in settings.adversaries if is_moving(results, adversary)
        ],
        inputs=_inputs(results),
        coverage=percent(study.coverage, 0),
        replications=study.replications,
        command=f"throughgate campaign {' '.join(campaign.overrides)}".strip(),
    )


def _matrix(results: CampaignResults, tournament: Tournament, title: str) -> Table:
    rows = []
    for name, row_results, worst, regret in matrix_rows(results, tournament):
        cells = [
            Cell(percent(one.detection.mean), span(one.detection, 100.0), gap=gain_words(one)) for one in row_results
        ]
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
    return page_table(title, "alternative", [*heads, "worst case", "regret, points"], rows)


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


def _inputs(results: CampaignResults) -> Table:
    """Return every key of the group ``adversary`` with its range; a private file's ranges are not known here."""
    settings = results.campaign.settings.adversary
    path = CONFIGS / "adversary" / f"{settings.name}.yaml"
    notes = source_notes(path) if path.is_file() else {}
    rows = []
    for field in dataclasses.fields(settings):
        if field.name != "name":
            note, value = notes.get(field.name), getattr(settings, field.name)
            bounds = NONE if note is None or note.low is None else f"{note.low:g}–{note.high:g}"
            shown = ("yes" if value else "no") if isinstance(value, bool) else str(value)
            about = Cell("" if note is None else note.note, look="words")
            rows.append((field.name.replace("_", " "), (shown, bounds, about)))
    return page_table("Assumptions about organizations", "input", ("value", "range", "what it is"), rows, look="inputs")

"""The page of a calibration: verdict, observed against simulated, parameters, what is identified and what is not."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from experiments.calibration.estimates import DAYS, IDENTIFIED_BELOW, INTERVAL_KIND, NOT_IDENTIFIED, Estimate
from experiments.calibration.forecast import BAND, Score
from experiments.calibration.report import figures
from experiments.calibration.report.result import Judgment, PortCalibration
from experiments.calibration.report.words import (
    IDENTIFIED_BY_WORDS,
    daily_sentence,
    observed_sentences,
    score_rows,
    three_digits,
)
from experiments.number_format import percent
from experiments.page_templates import Cell, Table, fill_template, page_table


def render_page(fitted: PortCalibration) -> str:
    """Return the page."""
    request = fitted.request
    port = request.study.alternatives[request.study.baseline].port
    shares = [one for one in fitted.estimates if one.name.startswith(("share of", *DAYS))]
    others = [one for one in fitted.estimates if one not in shares]
    return fill_template(
        "calibrate.html.j2",
        title=f"{port.title}: waits observed and simulated",
        verdict=fitted.verdict,
        why=fitted.why_naive_wins,
        findings=[daily_sentence(fitted), *observed_sentences(fitted)],
        judged=None if fitted.judgment is None else _judged(fitted.judgment),
        scores=_scores(score_rows(fitted)),
        parameters=_parameters("Parameters", others, request.study.coverage),
        shares=_parameters("Hours and days", shares, request.study.coverage),
        not_identified=NOT_IDENTIFIED,
        kind=INTERVAL_KIND,
        narrow=percent(IDENTIFIED_BELOW[0][0], 0),
        ahead=_ahead(fitted),
        name=fitted.name,
        command=f"throughgate run port={port.name} calibration={request.study.out}/calibration/{fitted.name}.yaml",
    )


def _judged(judged: Judgment) -> dict[str, object]:
    """Return what the page shows of months left out."""
    month_picture, month_words = figures.month_picture(judged)
    return {
        "hours": figures.hour_pictures(judged),
        "month_picture": month_picture,
        "month_words": month_words,
        "band": percent(BAND, 0),
        "covered": percent(judged.months.covered, 0),
        "half_width": judged.months.half_width,
        "by_month": _by_month(judged),
    }


def _scores(rows: Iterable[tuple[str, Score]]) -> Table:
    return page_table(
        "Errors, min",
        "predictor",
        ("RMSE of cells", "bias", "months' means, mean absolute error"),
        [(name, (f"{one.rmse:.1f}", f"{one.bias:+.1f}", f"{one.month_error:.1f}")) for name, one in rows],
    )


def _by_month(judged: Judgment) -> Table:
    rows = []
    mine, naive, blended = judged.simulated, judged.hour_mean, judged.blended
    for at, month in enumerate(judged.months.months):
        cells = (
            f"{np.nanmean(judged.observed[at]):.1f}",
            f"{mine.by_month[at]:.1f}", f"{mine.month_bias[at]:+.1f}",
            f"{blended.by_month[at]:.1f}",
            f"{naive.by_month[at]:.1f}", f"{naive.month_bias[at]:+.1f}",
        )  # fmt: skip
        rows.append((figures.MONTHS[month - 1], cells))
    heads = ("observed mean", "simulated, RMSE", "bias", "blended, RMSE", "hour's mean, RMSE", "bias ")
    return page_table("Each month, left out", "month", heads, rows)


def _parameters(title: str, estimates: Iterable[Estimate], coverage: float) -> Table:
    rows = [
        (
            one.name,
            (
                Cell(f"{three_digits(one.value)} {one.unit}".strip()),
                Cell(f"{three_digits(one.low)} to {three_digits(one.high)}"),
                Cell(IDENTIFIED_BY_WORDS[one.identified_by], look="words"),
            ),
        )
        for one in estimates
    ]
    return page_table(title, "parameter", ("value", f"{percent(coverage, 0)} interval", "identified by"), rows)


def _ahead(fitted: PortCalibration) -> Table | None:
    if not fitted.ahead:
        return None
    seen = fitted.fit.likelihood.seen.any(axis=0)
    rows = [
        (one.month.text, (f"{one.month.trucks:,.0f}", f"{np.nanmean(one.simulated[seen]):.1f}")) for one in fitted.ahead
    ]
    return page_table("Months to come", "month", ("trucks", "average wait simulated, min"), rows)

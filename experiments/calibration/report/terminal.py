"""What a calibration says on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from experiments.calibration.estimates import NOT_IDENTIFIED, Estimate
from experiments.calibration.forecast import BAND
from experiments.calibration.report.result import PortCalibration
from experiments.calibration.report.words import (
    IDENTIFIED_BY_WORDS,
    daily_sentence,
    observed_sentences,
    score_rows,
    three_digits,
)
from experiments.command_line.verbosity import has_details
from experiments.number_format import percent
from experiments.report.terminal import print_answer, print_line, print_path, print_table


def print_calibration(terminal: Console, fitted: PortCalibration, paths: Sequence[Path]) -> None:
    """Print the verdict, the errors, the parameters, and what was written."""
    print_answer(terminal, fitted.verdict)
    if fitted.why_naive_wins:
        print_line(terminal, fitted.why_naive_wins)
    terminal.print()
    rows = [[name, f"{one.rmse:.1f}", f"{one.bias:+.1f}", f"{one.month_error:.1f}"] for name, one in score_rows(fitted)]
    print_table(terminal, ["error, min", "RMSE", "bias", "months' means"], rows)
    if fitted.left_out is not None:
        print_line(
            terminal,
            f"A band of {fitted.left_out.half_width:.1f} min either way is sized to hold {percent(BAND, 0)} of cells; "
            f"of months left out it held {percent(fitted.left_out.covered, 0)}.",
        )
    if has_details():
        _print_details(terminal, fitted)
    page = next(path for path in paths if path.name == "report.html")
    for path in paths if has_details() else (paths[0], page):
        print_path(terminal, path)


def _print_details(terminal: Console, fitted: PortCalibration) -> None:
    """Print what was observed, the parameters with their intervals, and the months to come."""
    for line in (daily_sentence(fitted), *observed_sentences(fitted)):
        print_line(terminal, line)
    terminal.print()
    coverage = percent(fitted.request.study.coverage, 0)
    shown = [one for one in fitted.estimates if not one.name.startswith("share of")]
    rows = [_parameter_cells(one) for one in shown]
    print_table(terminal, ["parameter", "value", f"{coverage} interval", "identified by"], rows)
    for line in (NOT_IDENTIFIED[0], NOT_IDENTIFIED[3]):
        print_line(terminal, line)
    _print_ahead(terminal, fitted)


def _parameter_cells(estimate: Estimate) -> list[str]:
    low, high = three_digits(estimate.low), three_digits(estimate.high)
    value = f"{three_digits(estimate.value)} {estimate.unit}".strip()
    return [estimate.name, value, f"{low} to {high}", IDENTIFIED_BY_WORDS[estimate.identified_by]]


def _print_ahead(terminal: Console, fitted: PortCalibration) -> None:
    if not fitted.ahead:
        return
    seen = fitted.fit.likelihood.seen.any(axis=0)
    rows = [
        [one.month.text, f"{one.month.trucks:,.0f}", f"{np.nanmean(one.simulated[seen]):.1f}"] for one in fitted.ahead
    ]
    print_table(terminal, ["month", "trucks", "average wait, min"], rows)
    print_line(terminal, "By hour, with bands, simulated and blended: forecast.csv")

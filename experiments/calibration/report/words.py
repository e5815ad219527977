"""Words of a calibration that page and terminal share."""

from __future__ import annotations

from typing import Final

from experiments.calibration.estimates import Told
from experiments.calibration.forecast import Score
from experiments.calibration.report.result import Calibration

TOLD_WORDS: Final[dict[Told, str]] = {"waits": "the waits", "both": "waits and prior", "prior": "the prior"}


def value_text(value: float) -> str:
    """Return a number with three digits that count.

    Examples
    --------
    >>> value_text(104.32), value_text(0.06487)
    ('104', '0.0649')
    """
    return f"{value:.3g}"


def score_rows(fitted: Calibration) -> list[tuple[str, Score]]:
    """Return every predictor with its errors."""
    return [
        ("simulated, in sample", fitted.in_sample),
        ("simulated, month left out", fitted.left_out_score),
        ("blended, month left out", fitted.blended_score),
        ("naive: the hour's mean", fitted.naive_score),
        ("naive: one mean", fitted.constant_score),
    ]


def daily_sentence(fitted: Calibration) -> str:
    """Return a sentence on the spread from day to day."""
    spread = fitted.fit.likelihood.spread
    return (
        f"Daily means vary by {fitted.daily_sd:.1f} min (standard deviation) within a month in the simulation; "
        f"{spread.kind}: {fitted.target_daily_sd:.1f}."
    )


def observed_sentences(fitted: Calibration) -> list[str]:
    """Return what is to be said of the file, and of what was assumed of it."""
    observed = fitted.request.observed
    months = f"{len(observed.months)} months" if len(observed.months) > 1 else "one month"
    lines = [f"Fitted to {len(observed.cells)} cells of {months} in {observed.path.name}.", *observed.notes]
    if observed.days is None:
        lines.append(
            "The file holds means over days: the day factor is told by their spread as assumed or given alone."
        )
    if fitted.ahead:
        lines.append("Blended: the observed shape of the hours at the simulated level of the month.")
    return lines

"""Words of a calibration that page and terminal share."""

from __future__ import annotations

from typing import Final

from experiments.calibration.estimates import IdentifiedBy
from experiments.calibration.forecast import Score
from experiments.calibration.report.result import PortCalibration

IDENTIFIED_BY_WORDS: Final[dict[IdentifiedBy, str]] = {"waits": "waits", "both": "both", "prior": "assumption"}


def three_digits(value: float) -> str:
    """Return a number with three digits that count.

    Examples
    --------
    >>> three_digits(104.32), three_digits(0.06487)
    ('104', '0.0649')
    """
    return f"{value:.3g}"


def score_rows(fitted: PortCalibration) -> list[tuple[str, Score]]:
    """Return every predictor with its errors."""
    rows, judged = [("simulated, in sample", fitted.in_sample)], fitted.judgment
    if judged is not None:
        rows += [
            ("simulated, month left out", judged.simulated),
            ("blended, month left out", judged.blended),
            ("naive: the hour's mean", judged.hour_mean),
            ("naive: one mean", judged.constant),
        ]
    return rows


def daily_sentence(fitted: PortCalibration) -> str:
    """Return a sentence on the spread from day to day."""
    spread = fitted.fit.likelihood.spread
    return (
        f"Daily means vary by {fitted.daily_sd:.1f} min (standard deviation) within a month in the simulation; "
        f"{spread.kind}: {fitted.target_daily_sd:.1f}."
    )


def observed_sentences(fitted: PortCalibration) -> list[str]:
    """Return what is to be said of the file, and of what was assumed of it."""
    observed = fitted.request.observed
    months = f"{len(observed.months)} months" if len(observed.months) > 1 else "one month"
    lines = [f"Fitted to {len(observed.cells)} cells of {months} in {observed.path.name}.", *observed.notes]
    if observed.days is None:
        lines.append("The file holds means over days: the day factor rests on their spread as given or assumed.")
    if fitted.judgment is None:
        return lines
    lines.append(
        "A month that is left out is predicted by a fit of the others from its beginning: start, timetable and "
        "correction by the engine; by least squares, since a posterior distribution for each would take too long."
    )
    lines.append(
        "Blended: the observed shape of the hours at the month's level, which is the simulated one and what months "
        "near it are off."
    )
    return lines

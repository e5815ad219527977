"""The answer of a sweep in sentences: which lever matters, which points are worth having, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from experiments.intervals import ONE_REPLICATION, Difference
from experiments.number_format import listed, number, percent, span, with_span
from experiments.sweeping.acting_keys import key_that_would_act
from experiments.sweeping.first_look import most_common_unstable
from experiments.sweeping.report.fit import LEAST_R2
from experiments.sweeping.report.levers import NO_LEVER, Change, Lever, Levers, sparse_changes
from experiments.sweeping.report.readings import METRIC, Reading
from experiments.sweeping.report.tradeoff import TradeoffPoint
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.scope import Constraint
from experiments.sweeping.setting_words import setting_words

MOST_REASONS: Final = 3
RELATIONS: Final = {"<=": "at most", ">=": "at least"}


def unit_words(reading: Reading) -> str:
    """Return the unit of a reading's changes: of a share, points of a per cent."""
    unit = reading.metric.shown_unit
    return " points" if unit == "%" else f" {unit}" if unit else ""


def change_words(gap: Difference, unit: str) -> str:
    """Say how a measure moves, with its interval.

    Examples
    --------
    >>> change_words(Difference(-3.0, -4.0, -2.0, 0.01, 9), " min")
    'falls by 3.0 min [2.0, 4.0]'
    """
    way = "rises" if gap.mean > 0.0 else "falls"
    if np.isfinite(gap.low) and gap.low <= 0.0 <= gap.high:
        return f"does not clearly move ({with_span(gap, unit)})"
    return f"{way} by {with_span(gap.size(), unit)}"


def lever_answer(levers: Levers) -> tuple[str, str]:
    """Say which axis moves a reading most; and by how much, on what that rests, and which comes next."""
    reading = levers.reading
    begin = reading.words[0].upper() + reading.words[1:]
    if not levers.order:
        return f"{begin}: no axis of this sweep is a lever.", ""
    if not reading.estimates:
        return f"{begin}: nothing can be said.", "No point that is done carries its load."
    if levers.by_rank:
        return _rank_answer(levers, begin)
    first, strongest = levers.order[0], levers.order[0].strongest
    if strongest is None:
        return f"{begin}: nothing can be said.", "No two points that differ in one axis alone carry their load."
    if not _moves(strongest.gap):
        return f"{begin}: no axis clearly moves it.", _as_sentence(_from_to(first, strongest, reading))
    parts = (_as_sentence(_from_to(first, strongest, reading)), _basis(first, strongest), _next(levers))
    return f"{begin} moves most with {setting_words(first.axis.key)}.", " ".join(part for part in parts if part)


def _as_sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _moves(gap: Difference) -> bool:
    """Return whether a change is surely there; where there is no interval, whether it is not zero."""
    return gap.mean != 0.0 and not (np.isfinite(gap.low) and gap.low <= 0.0 <= gap.high)


def _next(levers: Levers) -> str:
    """Say which axis comes second, and whether the first is surely ahead of it."""
    second = levers.order[1].strongest if len(levers.order) > 1 else None
    if second is None:
        return ""
    if not _moves(second.gap):
        return "No other axis clearly moves it."
    return f"Next is {_from_to(levers.order[1], second, levers.reading)} {_lead(levers)}".strip()


def _from_to(lever: Lever, change: Change, reading: Reading) -> str:
    words = change_words(change.gap, unit_words(reading))
    return f"{setting_words(lever.axis.key)} from {change.reference} to {change.value}: {words}."


def _basis(lever: Lever, change: Change) -> str:
    """Say on what a change rests, and at which values more pairs are missing: means there are over easier points."""
    if lever.kind == "fit":
        return f"Read off a fit to {change.pairs:,} stable points, the other axes as these have them."
    pairs = "One pair" if change.pairs == 1 else f"Mean over {change.pairs:,} pairs"
    left = f"; {change.left_out:,} more are left out, as unstable or failed" if change.left_out else ""
    parts = [f"{c.value} ({c.left_out:,} of {c.left_out + c.pairs:,})" for c in sparse_changes(lever)]
    fewer = f" More pairs are left out at {listed(parts)}." if parts else ""
    return f"{pairs} of points that differ in nothing else{left}.{fewer}"


def _lead(levers: Levers) -> str:
    """Say whether the first is surely ahead of the second."""
    lead, unit = levers.lead(), unit_words(levers.reading)
    if lead is None:
        gaps = [lever.strongest.gap.size() for lever in levers.order[:2] if lever.strongest]
        apart = np.isfinite(gaps[0].low) and gaps[0].low > gaps[1].high
        return "Their intervals lie apart." if apart else "Their intervals overlap: their order is not clear."
    if not np.isfinite(lead.low):
        return ""
    if lead.low > 0.0:
        return f"The first moves it by {with_span(lead, unit)} more, paired."
    return f"Which of the two moves it more is not clear: {with_span(lead, unit)}."


def _rank_answer(levers: Levers, begin: str) -> tuple[str, str]:
    """Say which axis a reading follows most closely."""
    ranked = [lever for lever in levers.order if np.isfinite(lever.rank[0])]
    n = len(levers.reading.estimates)
    if not ranked:
        return f"{begin}: nothing can be said.", f"{n} stable points are too few to say which axis matters."
    parts = [
        f"{setting_words(lever.axis.key)} ({mid} [{low}, {high}])"
        for lever in ranked[:3]
        for mid, low, high in [[number(end, 2) for end in lever.rank]]
    ]
    return (
        f"{begin} goes most closely with {setting_words(ranked[0].axis.key)}.",
        f"Rank correlations over {n:,} stable points, with their intervals over points: {listed(parts)}. By how much "
        f"it moves is not said: no fit reaches a held-out R2 of {LEAST_R2:g}.",
    )


def constraint_sentence(sweep: Sweep, meeting: Sequence[TradeoffPoint], settings: dict[int, str], total: int) -> str:
    """Say how many points keep to the constraints, and which of them finds most."""
    if not sweep.constraints:
        return ""
    asked = listed([constraint_words(c) for c in sweep.constraints])
    if not meeting:
        return f"Constraints ({asked}): none of {total:,} points keeps to all of them."
    best = max(meeting, key=lambda point: point.detection.mean)
    return (
        f"Constraints ({asked}): {len(meeting):,} of {total:,} points keep to all of them, by their means. Of these "
        f"point {best.point} finds most: {settings[best.point]}, {percent(best.detection.mean)} "
        f"{span(best.detection, 100.0)} of loads at {with_span(best.wait, ' min')}."
    )


def constraint_words(constraint: Constraint) -> str:
    """Return a constraint in words.

    Examples
    --------
    >>> constraint_words(Constraint("scan_rate", "<=", 0.2))
    'scanned at most 20%'
    """
    metric = METRIC[constraint.measure]
    words = metric.headings[0].words if metric.headings else metric.name
    unit = metric.shown_unit if metric.shown_unit in ("", "%") else f" {metric.shown_unit}"
    return f"{words} {RELATIONS[constraint.relation]} {metric.scale * constraint.limit:,g}{unit}"


def tradeoff_sentence(points: Sequence[TradeoffPoint]) -> str:
    """Say how many points are worth having, and between which ends they lie."""
    best = [point for point in points if point.standing == "frontier"]
    if not best:
        return ""
    opened = sum(point.standing == "open" for point in points)
    words = f"Wait against detection: {len(best):,} of {len(points):,} stable points are not dominated"
    if len(best) > 1:
        words += f", from {_point_words(best[0])} to {_point_words(best[-1])}"
    if opened:
        more = "1 more is" if opened == 1 else f"{opened:,} more are"
        words += f"; {more} behind by no more than chance may explain"
    return f"{words}."


def _point_words(point: TradeoffPoint) -> str:
    found = f"{percent(point.detection.mean)} {span(point.detection, 100.0)} of loads"
    return f"{with_span(point.wait, ' min')} with {found} (point {point.point})"


def trouble_sentences(
    sweep: Sweep, outcomes: Sequence[PointResult], inert: dict[str, list[list[str]]]
) -> Iterator[str]:
    """Yield what is unstable, what failed, what changed nothing, and that there are no intervals."""
    study, n = sweep.baseline_study, len(outcomes)
    if max((len(outcome.metrics) for outcome in outcomes), default=0) == 1:
        yield f"There are no intervals: {ONE_REPLICATION} at each point. replications=10 gives them."
    reasons = [words for outcome in outcomes for words in outcome.unstable.values()]
    if reasons:
        unstable = sum(bool(outcome.unstable) for outcome in outcomes)
        words = "; ".join(f"{reason} ({count})" for reason, count in most_common_unstable(reasons)[:MOST_REASONS])
        yield f"Unstable, and in no mean, effect, fit or frontier: {unstable:,} of {n:,} points: {words}."
    failed = sum(bool(outcome.failure) for outcome in outcomes)
    if failed:
        yield f"Failed, and nowhere on this page: {failed:,} of {n:,} points; sweep.json says why."
    sizes = {axis.key: len(axis.values) for axis in sweep.axes}
    for key, groups in inert.items():
        hint = ""
        if len(groups[0]) == sizes[key]:
            hint = f"; {key_that_would_act(key, study.alternatives[study.baseline])}"
        yield f"Changed nothing: {setting_words(key)} ({key}), {listed([' = '.join(texts) for texts in groups])}{hint}."
    for key in (axis.key for axis in sweep.axes if axis.key in NO_LEVER):
        yield f"{key} {NO_LEVER[key]}: it is ranked with no lever."

"""Alternatives crossed with several rules, in tables: the frontier over all rules, that of each rule, and redraws."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from experiments.intervals import Difference, IntervalEstimate
from experiments.number_format import NONE, listed, number, percent, signed, span
from experiments.page_templates import Cell, Table, page_table
from experiments.report.answers.rule_frontier import (
    difference_between,
    draws_words,
    efficient,
    efficient_choices,
    has_rules,
    points_by_rule,
    reference_rules,
    rules_of_point,
    split_name,
    under_rule,
)
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT, FrontierPoint
from experiments.report.standings import mark_undominated

POINTS: Final = 100.0
STEPS: Final = ("scanned", "examined", "average wait, min", "detection rate", "wait from the last", "detected from it")


def rule_frontier_table(findings: Findings) -> Table | None:
    """Return the efficient points of all rules, the shortest wait first; None: the study crosses no rules.

    Steps are paired differences from the point before; so is what the same alternative waits under a reference.
    """
    if not has_rules(findings):
        return None
    references = reference_rules(findings)
    heads = ["rule", *STEPS, *(f"wait against {rule}" for rule in references), "efficient when redrawn"]
    rows = []
    for before, point in itertools.pairwise([None, *efficient_choices(findings)]):
        assert point is not None  # noqa: S101  only the first of all is missing
        rules = listed(rules_of_point(findings, point.alternative))
        cells = [Cell(rules, look="words"), *_step_cells(findings, point, before)]
        rows.append((split_name(findings, point.alternative)[1], [*cells, *_last_cells(findings, point, references)]))
    return page_table("Efficient alternatives over all rules", "alternative", heads, rows)


def own_frontiers_table(findings: Findings) -> Table:
    """Return the efficient points of each rule among its own, references too; steps as in the table of all rules."""
    rows = []
    for rule, points in points_by_rule(findings).items():
        times = _times_efficient(findings, rule)
        for before, point in itertools.pairwise([None, *(efficient(points) if points else [])]):
            assert point is not None  # noqa: S101  only the first of all is missing
            name = split_name(findings, point.alternative)[1]
            kept = f"{times[point.alternative]} of {times[_SETS]}" if times.get(_SETS) else NONE
            rows.append((f"{rule}: {name}", [*_step_cells(findings, point, before), kept]))
    return page_table("Efficient alternatives under each rule", "alternative", [*STEPS, "efficient when redrawn"], rows)


_SETS: Final = ""
"""Key of the number of sets in which some alternative of a rule carries its load."""


def _times_efficient(findings: Findings, rule: str) -> dict[str, int]:
    """Return in how many redrawn sets each alternative is efficient among those of its rule; `_SETS`: of how many."""
    if findings.redrawn is None:
        return {}
    rows = findings.redrawn.rows
    is_own = np.array([split_name(findings, str(name))[0] == rule for name in rows["alternative"]], dtype=bool)
    own = rows[is_own]
    marked = _marked(own)
    times = marked.groupby("alternative")["undominated"].sum().astype(int).to_dict()
    return {str(name): times.get(name, 0) for name in own["alternative"].unique()} | {_SETS: marked["draw"].nunique()}


def _marked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return which alternatives are undominated in each set in which some carry their load; rows may be none."""
    if not len(rows):
        return pd.DataFrame({"alternative": [], "undominated": np.array([], dtype=bool), "draw": []})
    return pd.concat([mark_undominated(part).assign(draw=draw) for draw, part in rows.groupby("draw")])


def rule_redraws_words(findings: Findings) -> str:
    """Return in how many sets of assumptions each rule has an efficient point; empty: not asked, or none can."""
    if findings.redrawn is None or not has_rules(findings):
        return ""
    rows = findings.redrawn.rows
    marked = _marked(rows[~rows["alternative"].isin(findings.redrawn.references)])
    sets = marked["draw"].nunique()
    if not sets:
        return ""
    best = marked[marked["undominated"]]
    rules = pd.Series([split_name(findings, str(name))[0] for name in best["alternative"]], index=best.index)
    times = best["draw"].groupby(rules).nunique()
    choices = [rule for rule in findings.study.crossed_with if rule not in reference_rules(findings)]
    parts = [f"{rule} in {int(times.get(rule, 0))}" for rule in sorted(choices, key=lambda r: -int(times.get(r, 0)))]
    head = f"Of {sets} sets of assumptions in which some alternative carries its load, one is efficient under"
    return f"{head} {listed(parts)}."


def _step_cells(findings: Findings, point: FrontierPoint, before: FrontierPoint | None) -> list[str | Cell]:
    name = point.alternative
    steps: list[str | Cell] = [NONE, NONE]
    if before is not None:
        gaps = (difference_between(findings, metric, name, before.alternative) for metric in (WAIT, LOADS_FOUND))
        steps = [_difference(gap, scale) for gap, scale in zip(gaps, (1.0, POINTS), strict=True)]
    return [
        *(Cell(percent(share.mean), span(share, POINTS)) for share in _shares(findings, name)),
        Cell(number(point.wait.mean), span(point.wait)),
        Cell(percent(point.found.mean), span(point.found, POINTS)),
        *steps,
    ]


def _last_cells(findings: Findings, point: FrontierPoint, references: Sequence[str]) -> list[str | Cell]:
    name, cells = point.alternative, []
    for reference in references:
        other = under_rule(findings, reference, split_name(findings, name)[1])
        is_told = other not in findings.unstable
        cells.append(_difference(difference_between(findings, WAIT, name, other)) if is_told else "unstable")
    return [*cells, draws_words(findings, name) or NONE]


def _shares(findings: Findings, name: str) -> list[IntervalEstimate]:
    return [findings.interval(name, metric) for metric in ("scan_rate", "exam_rate")]


def _difference(gap: Difference, scale: float = 1.0) -> Cell:
    return Cell(signed(scale * gap.mean), span(gap, scale) if gap.low < gap.high else "")

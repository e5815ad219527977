"""Findings as readers meet them: every alternative under its label. Ids are for files and the command line.

Tables, sentences and figures are made of findings that went through here, so that no id can stand in one of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import pandas as pd

from experiments.report.answers.answer import comparison_answer
from experiments.report.findings import Findings
from experiments.study.display_names import DisplayName, DisplayNames
from experiments.study.study import Study

T = TypeVar("T")
COLUMNS = ("alternative", "baseline", "best")
"""Columns of tables that hold alternatives."""


def labeled_study(study: Study) -> Study:
    """Return a study whose alternatives, and what they are crossed with, bear their labels in place of their ids.

    It is for what is shown: its inputs and scenarios are those of the study, and it is not to be run.
    """
    label = study.names.label
    entries = {label(name): _entry(study, name) for name in (*study.alternatives, *study.crossed_with)}
    return dataclasses.replace(
        study,
        names=DisplayNames(entries, shown=True),
        baseline=label(study.baseline),
        alternatives=by_label(study, study.alternatives),
        own_overrides=by_label(study, study.own_overrides),
        crossed_with=by_label(study, study.crossed_with),
    )


def _entry(study: Study, name: str) -> DisplayName:
    """Return the display name that a study has, or the one that follows from the id."""
    if name in study.names.entries:
        return study.names.entries[name]
    parts = None
    if study.crossed_with and name in study.alternatives:
        crossed, plain = study.names.split(name, study.crossed_with)
        parts = study.names.label(crossed), study.names.label(plain)
    return DisplayName(name, study.names.label(name), parts=parts)


def by_label(study: Study, by_id: Mapping[str, T]) -> dict[str, T]:
    """Return what is known by alternative under the labels of a study."""
    return {study.names.label(name): value for name, value in by_id.items()}


def labeled_table(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with labels in its columns of alternatives."""
    labels = {name: study.names.label(name) for name in study.alternatives}
    present = [column for column in COLUMNS if column in table.columns]
    return table.assign(**{column: table[column].replace(labels) for column in present})


def labeled(findings: Findings) -> Findings:
    """Return the same findings with labels in place of ids; of findings that have been through here, themselves."""
    study = findings.study
    if study.names.shown:
        return findings

    def renamed(name: str) -> str:
        return study.names.label(name)

    def each(items: Iterable[Any]) -> list[Any]:
        return [dataclasses.replace(item, alternative=renamed(item.alternative)) for item in items]

    points = [
        dataclasses.replace(p, by=tuple(map(renamed, p.by)), like=tuple(map(renamed, p.like)))
        for p in each(findings.points)
    ]
    redrawn = findings.redrawn and dataclasses.replace(
        findings.redrawn,
        rows=labeled_table(study, findings.redrawn.rows),
        references=tuple(map(renamed, findings.redrawn.references)),
    )
    return dataclasses.replace(
        findings,
        study=labeled_study(study),
        metrics=labeled_table(study, findings.metrics),
        comparison=labeled_table(study, findings.comparison),
        points=points,
        shares=each(findings.shares),
        levels={metric: each(levels) for metric, levels in findings.levels.items()},
        unstable=by_label(study, findings.unstable),
        saturated=by_label(study, findings.saturated),
        loads=by_label(study, findings.loads),
        profiles=by_label(study, findings.profiles),
        redrawn=redrawn,
        plans=by_label(study, findings.plans),
    )


def answer_record(findings: Findings) -> dict[str, Any]:
    """Return what ``answer.json`` holds: sentences with labels, and a claim with ids."""
    words, record = comparison_answer(labeled(findings)).record(), comparison_answer(findings).record()
    return words | {"claim": record["claim"]}

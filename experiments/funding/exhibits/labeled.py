"""A case's evidence as readers meet it: every alternative under its label. Ids are for files and the command line."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from experiments.funding.annual import Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.exhibits.elements import quoted_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.input_words import input_words
from experiments.funding.noise import WorthsByReplication
from experiments.funding.uncertainty.sobol_matrices import NET_VALUE_OF, PAYS_AT
from experiments.page_templates import Table
from experiments.report.labeled import by_label, labeled_study, labeled_table
from experiments.study.study import Study


def labeled_evidence(evidence: Evidence) -> Evidence:
    """Return the same evidence with labels in place of ids; of evidence that has been through here, itself."""
    study, uncertainty = evidence.appraised.case.study, evidence.uncertainty
    if study.names.shown:
        return evidence
    if uncertainty is not None:
        tables: dict[str, Any] = {
            name: _output_labels(study, _input_labels(labeled_table(study, getattr(uncertainty, name))))
            for name in uncertainty.tables()
        }
        uncertainty = dataclasses.replace(uncertainty, **tables)
    return dataclasses.replace(evidence, appraised=labeled_case(evidence.appraised), uncertainty=uncertainty)


def _input_labels(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with inputs in words; their keys stay beside them."""
    if "input" not in table.columns:
        return table
    return table.assign(key=table["input"], input=[input_words(str(key)) for key in table["input"]])


def _output_labels(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of Sobol's indices whose outputs (`sobol_samples`) name alternatives by their labels."""
    if "output" not in table.columns:
        return table

    def words(output: str) -> str:
        if output.startswith(NET_VALUE_OF):
            return f"{NET_VALUE_OF}{quoted_name(labels.get(rest := output.removeprefix(NET_VALUE_OF), rest))}"
        name, pays, price = output.partition(PAYS_AT)
        return f"{labels.get(name, name)}{pays}{price}"

    labels = {name: study.names.label(name) for name in study.alternatives}
    return table.assign(output=[words(str(output)) for output in table["output"]])


def labeled_case(appraised: AppraisedCase) -> AppraisedCase:
    """Return an appraised case with labels in place of ids."""
    study = appraised.case.study
    return dataclasses.replace(
        appraised,
        case=labeled_plan_case(appraised.case),
        response=labeled_response(study, appraised.response),
        alternatives=by_label(study, appraised.alternatives),
        worths={rate: by_label(study, worths) for rate, worths in appraised.worths.items()},
        completions=labeled_table(study, appraised.completions),
    )


def labeled_plan_case(case: FundingCase) -> FundingCase:
    """Return what is asked and bought with labels in place of ids."""
    study = case.study
    terms = dataclasses.replace(case.terms, purchases=by_label(study, case.terms.purchases))
    mexico, named = case.budget.mexico, case.budget.mexico.optimized_baseline
    if named is not None and named in study.alternatives:
        mexico = dataclasses.replace(mexico, optimized_baseline=study.names.label(named))
    return dataclasses.replace(
        case,
        study=labeled_study(study),
        purchases=by_label(study, case.purchases),
        terms=terms,
        budget=dataclasses.replace(case.budget, mexico=mexico),
    )


def labeled_response(study: Study, response: Response) -> Response:
    """Return what years of every alternative gave with labels in place of ids."""
    return dataclasses.replace(response, alternatives=tuple(map(study.names.label, response.alternatives)))


def labeled_worths(study: Study, by_replication: WorthsByReplication) -> WorthsByReplication:
    """Return the worths of every replication with labels in place of ids."""
    return [{rate: by_label(study, worths) for rate, worths in one.items()} for one in by_replication]


def with_ids(study: Study, table: Table) -> Table:
    """Return a table of a page as files hold it: rows that are alternatives bear their ids."""
    ids = {study.names.label(name): name for name in study.alternatives}
    return dataclasses.replace(table, rows=tuple((ids.get(name, name), cells) for name, cells in table.rows))

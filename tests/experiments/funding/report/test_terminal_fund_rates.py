"""The table of rates on the terminal: no figure without its range from the draws."""

from __future__ import annotations

import dataclasses
import io

import funded
import pandas as pd
import pytest
from rich.console import Console

from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report.page import build_case_report
from experiments.funding.report.terminal import print_case_results, rates_table


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    unsure = funded.uncertainty()
    others = [unsure.draws.assign(rate=rate) for rate in (0.02, 0.03, 0.1)]
    returns = pd.DataFrame(
        {
            "draw": [0, 1],
            "alternative": "A4",
            "irr": [0.01, None],
            "irr_reason": "",
            "payback_y": [9, None],
            "discounted_payback_y": [None, None],
        }
    )
    drawn = dataclasses.replace(unsure, draws_at_rates=pd.concat(others), drawn_returns=returns)
    return Evidence(funded.appraised(), drawn)


def test_every_figure_has_the_ends_of_its_range_below_it(evidence: Evidence) -> None:
    table = rates_table(evidence)
    heads, rows = table.headings(), table.lines()
    assert heads[1:5] == ["at 2%", "at 3%", "at 7%", "at 10%"]
    for start in range(0, len(rows), 3):
        name, low, high = rows[start : start + 3]
        assert (low[0].strip(), high[0].strip()) == ("5%", "95%")
        for middle, bottom, top in zip(name[1:7], low[1:7], high[1:7], strict=True):
            assert float(bottom) <= float(top), (name[0], middle)
    found = [row[0] for row in rows].index("A4")
    assert [row[-1] for row in rows[found + 1 : found + 3]] == ["9", "never"]


def test_the_terminal_says_the_answer_of_the_page(evidence: Evidence) -> None:
    out, response = io.StringIO(), evidence.appraised.response
    amounts = {"elsewhere": 0.0 * response.amounts["loads"]}
    response = dataclasses.replace(response, amounts={**response.amounts, **amounts})
    evidence = dataclasses.replace(evidence, appraised=dataclasses.replace(evidence.appraised, response=response))
    each = [{rate: dict(worths) for rate, worths in evidence.appraised.worths.items()}] * 2
    print_case_results(Console(file=out, width=100), evidence, each, [], 1.0)
    said = " ".join(out.getvalue().split())
    for term, text in build_case_report(evidence).answer:
        assert f"{term}: {text}" in said

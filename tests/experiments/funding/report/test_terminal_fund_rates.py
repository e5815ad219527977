"""The table of rates on the terminal: no figure without its range from the draws."""

from __future__ import annotations

import dataclasses

import funded
import pandas as pd
import pytest

from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report.terminal import draws_sentence, rates_table


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
    heads, rows = rates_table(evidence)
    assert heads[1:5] == ["at 2 %", "at 3 %", "at 7 %", "at 10 %"]
    for start in range(0, len(rows), 3):
        name, low, high = rows[start : start + 3]
        assert (low[0].strip(), high[0].strip()) == ("5 %", "95 %")
        for middle, bottom, top in zip(name[1:7], low[1:7], high[1:7], strict=True):
            assert float(bottom) <= float(top), (name[0], middle)
    found = [row[0] for row in rows].index("A4")
    assert [row[-1] for row in rows[found + 1 : found + 3]] == ["9", "never"]


def test_the_answer_is_followed_by_what_the_draws_say(evidence: Evidence) -> None:
    said = draws_sentence(evidence, "A4")
    assert said.startswith("Over 40 draws of all that is uncertain, A4 is worth")
    assert "thousand USD a load" in said
    assert draws_sentence(evidence, "A0") == ""
    assert draws_sentence(Evidence(funded.appraised()), "A4") == ""

"""One claim: effect, interval and support together, or none."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.compare import write_comparison_files
from experiments.execution.robustness import RedrawnResults
from experiments.intervals import Difference
from experiments.report.answers.answer import comparison_answer, lead_of
from experiments.report.answers.claim import Claim, Description, Headline, Lead, Support, Withheld, answer_of
from experiments.report.findings import Findings
from experiments.report.labeled import answer_record, labeled
from experiments.report.page import render_report
from tests import replications

GAP = Difference(0.12, 0.11, 0.13, 0.001, 20)
LEAD = Lead(text="One finds more.", alternative="one", against="base", metric="detection_expected", gap=GAP, sure=True)
CLAIM: dict[str, Any] = {
    "alternative": "one",
    "against": "base",
    "metric": "detection_expected",
    "effect": 0.12,
    "low": 0.11,
    "high": 0.13,
    "coverage": 0.95,
    "holds_in": Support(17, 30),
    "equal_share": True,
    "days": 7,
}


def redrawn(gaps: dict[int, float], names: tuple[str, str] = ("base", "one"), asked: int = 30) -> RedrawnResults:
    """Return sets of assumptions with these differences in loads found and in waits."""
    rows = [
        {"draw": draw, "alternative": name, "detection_expected": 0.2 + gap, "equal_detection": 0.2 + gap}
        | {"wait_mean_min": 30.0 + gap, "equal_scan_rate": 0.27, "scan_rate": 0.27, "unstable": False}
        | {
            "drifted_detection": 0.2 + gap,
            "drifted_scan_rate": 0.27,
            "wide_detection": np.nan,
            "wide_scan_rate": np.nan,
        }
        for draw, gap in gaps.items()
        for name, gap in zip(names, (0.0, gap), strict=True)
    ]
    return RedrawnResults(asked, 1, [], pd.DataFrame(rows), pd.DataFrame(), {})


def gaps_of(held: int, of: int) -> dict[int, float]:
    return {draw: 0.01 if draw < held else -0.01 for draw in range(of)}


@pytest.mark.parametrize("missing", sorted(set(CLAIM) - {"days", "equal_share"}))
def test_a_claim_without_a_part_cannot_be_built(missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        Claim(**{name: value for name, value in CLAIM.items() if name != missing})


@pytest.mark.parametrize("change", [{"low": np.nan}, {"high": np.nan}, {"effect": np.nan}, {"low": 0.2}])
def test_a_claim_needs_an_interval_about_its_effect(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no interval"):
        Claim(**(CLAIM | change))


@pytest.mark.parametrize(("held", "of"), [(0, 0), (4, 3), (-1, 3)])
def test_a_claim_needs_sets_of_assumptions(held: int, of: int) -> None:
    with pytest.raises(ValueError, match="sets of assumptions"):
        Support(held, of)


def test_a_headline_needs_a_claim() -> None:
    with pytest.raises(TypeError, match="needs a claim"):
        Headline("One finds more.", None)  # type: ignore[arg-type]


def test_a_headline_says_effect_interval_kind_and_support() -> None:
    answer = answer_of(LEAD, redrawn(gaps_of(17, 30)), 0.95, 7)
    assert isinstance(answer, Headline)
    assert answer.text == (
        "One finds more. one against base: +12.0 points of detection rate [11.0, 13.0] (95% interval over "
        "replications); holds in 17 of 30 sets of assumptions [37%, 75%]."
    )
    assert answer.record()["claim"]["holds_in"] == "17 of 30"
    assert answer.record()["claim"]["interval_kind"] == "replications"


def test_sets_in_which_the_two_could_not_be_compared_are_said() -> None:
    table = redrawn(gaps_of(10, 20))
    table.rows.loc[(table.rows["draw"] < 5) & (table.rows["alternative"] == "one"), "equal_scan_rate"] = 0.5
    answer = answer_of(dataclasses.replace(LEAD, equal_share=True), table, 0.95, 7)
    assert isinstance(answer, Headline)
    assert answer.claim.holds_in == Support(5, 15, 15)
    assert answer.text.endswith("; in 15 more the two could not be compared.")


def test_of_waits_sets_without_a_wait_do_not_count() -> None:
    table = redrawn(gaps_of(10, 20))
    table.rows.loc[table.rows["draw"] < 5, "unstable"] = True
    lead = dataclasses.replace(LEAD, metric="wait_mean_min", gap=Difference(1.0, 0.5, 1.5, 0.0, 20), least=0.005)
    answer = answer_of(lead, table, 0.95, 7)
    assert isinstance(answer, Headline)
    assert answer.claim.holds_in == Support(5, 15, 15)


@pytest.mark.parametrize(
    ("mean", "sure", "gap", "holds"),
    [
        (0.12, True, 0.002, True),
        (0.12, True, 0.0019, False),
        (0.12, True, -0.1, False),
        (-0.12, True, -0.1, True),
        (0.001, False, 0.1, False),
        (0.001, False, 0.0, True),
        (0.001, False, -0.1, True),
    ],
)
def test_what_a_set_of_assumptions_must_show(mean: float, sure: bool, gap: float, holds: bool) -> None:
    lead = dataclasses.replace(LEAD, gap=dataclasses.replace(GAP, mean=mean), sure=sure)
    assert lead.holds(gap) == holds


def test_without_redraws_or_an_interval_one_line_says_why() -> None:
    alone = answer_of(LEAD, None, 0.95, 7)
    assert isinstance(alone, Withheld)
    assert "robustness.draws=0" in alone.text
    assert "\n" not in alone.text
    few = dataclasses.replace(GAP, low=np.nan, high=np.nan, reason="too few replications: 3")
    doubtful = answer_of(dataclasses.replace(LEAD, gap=few), redrawn(gaps_of(17, 30)), 0.95, 7)
    assert isinstance(doubtful, Withheld)
    assert "too few replications: 3" in doubtful.text


def test_a_single_alternative_is_described_and_nothing_is_claimed() -> None:
    answer = comparison_answer(replications.findings({"todays_practice": (31.0, 0.12, 0.277)}))
    assert isinstance(answer, Description)
    assert answer.record()["claim"] is None


@pytest.fixture(scope="module")
def claimed() -> Findings:
    found = replications.findings()
    lead = lead_of(found)
    return dataclasses.replace(found, redrawn=redrawn(gaps_of(17, 30), (lead.against, lead.alternative)))


def test_page_and_file_read_the_same_object(claimed: Findings, tmp_path: Path) -> None:
    answer = comparison_answer(claimed)
    assert isinstance(answer, Headline)
    assert answer.claim.holds_in == Support(17, 30)
    assert comparison_answer(labeled(claimed)).text in render_report(claimed).replace("&#39;", "'")
    study = dataclasses.replace(claimed.study, out=tmp_path / "run")
    write_comparison_files(dataclasses.replace(claimed, study=study), 1.0)
    assert json.loads((tmp_path / "run" / "answer.json").read_text(encoding="utf-8")) == answer_record(claimed)


def test_without_redraws_the_page_has_the_line_and_the_table() -> None:
    found = replications.findings()
    page = render_report(found)
    assert "No headline:" in page
    assert lead_of(found).text.split("[")[0] not in page
    assert "<caption hidden>In short</caption>" in page

from __future__ import annotations

import dataclasses

import pytest

from experiments.report.findings import Findings
from experiments.report.notes import random_stream_answer, random_stream_note, random_stream_table
from experiments.report.page import render_report
from experiments.study.study import build_study
from sim.errors import ConfigError
from tests import replications

LANES = {"todays_practice": (31.0, 0.12, 0.277), "other": (31.0, 0.16, 0.277)}


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings(LANES)


def test_the_random_stream_stands_beside_the_truth(found: Findings) -> None:
    table = random_stream_table(found)
    assert table is not None
    name, (inspected, *_, truth, _, clean) = table.rows[0]
    assert name == "todays_practice"
    assert truth.text == "0.0%"
    assert "of them examined" in inspected.below
    assert clean.text == "598"


def test_the_answer_says_how_many_examinations_a_precision_takes(found: Findings) -> None:
    text = random_stream_answer(found)
    assert text.startswith("Random examinations under todays_practice: ")
    assert text.endswith("598 clean examinations would show with 95% confidence that the rate is below 0.50%.")


def test_another_precision_is_another_sample(found: Findings) -> None:
    wanted = build_study(
        ["random_stream.below_share=0.001", "random_stream.relative_half_width=0.2"], "run"
    ).random_stream
    other = dataclasses.replace(found, study=dataclasses.replace(found.study, random_stream=wanted))
    assert "2,995 clean examinations" in random_stream_answer(other)
    assert "±20%" in random_stream_note(other)


def test_without_a_stream_nothing_is_said(found: Findings) -> None:
    metrics = found.metrics.assign(n_random_inspected=0.0)
    none = dataclasses.replace(found, metrics=metrics)
    assert random_stream_answer(none) == ""
    assert random_stream_table(none) is None
    assert '<h2 id="random">' not in render_report(none)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("random_stream.below_share=0", r"random_stream\.below_share: must be between"),
        ("random_stream.relative_half_width=-1", r"random_stream\.relative_half_width: must be"),
        ("random_stream.size=3", r"random_stream\.size"),
    ],
)
def test_a_precision_that_is_none_is_refused(bad: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_study([bad], "run")

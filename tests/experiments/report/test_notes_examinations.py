from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from experiments.number_format import percent
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
    name, (inspected, *_, interdicted, expected, _, clean) = table.rows[0]
    assert name == "todays_practice"
    assert (interdicted.text, interdicted.below) == ("-", "fewer than 5 finds, random or targeted")
    assert expected.text == percent(found.interval(name, "detection_expected").mean)
    assert expected.below == ""
    assert "of them examined" in inspected.below
    assert clean.text == "598"


@pytest.mark.parametrize("finds", [0, 1, 4, 5])
def test_a_share_is_told_from_five_finds_on(found: Findings, finds: int) -> None:
    """At one find the interval of the share was [0%, 0%], and "in truth" a count of a handful of loads."""
    per = np.where(found.metrics["replication"] == 0, float(finds), 0.0)
    few = dataclasses.replace(found, metrics=found.metrics.assign(n_random_seized=per, n_seized=per + 3.0))
    text, expected = random_stream_answer(few), percent(found.interval("todays_practice", "detection_expected").mean)
    table = random_stream_table(few)
    assert table is not None
    assert ("With fewer than 5 finds" in text) == (finds < 5)
    assert (f"the model's expected detection rate is {expected}" in text) == (finds >= 5)
    assert (table.rows[0][1][3].below == "fewer than 5 finds, random or targeted") == (finds < 5)


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

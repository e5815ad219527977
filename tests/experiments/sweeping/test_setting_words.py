"""Readers meet words for settings and their options, and none twice."""

from __future__ import annotations

import re

import pytest

from experiments.sweeping.axes import Axis
from experiments.sweeping.report.page import render_sweep_page
from experiments.sweeping.setting_words import SETTINGS, option_labels, setting_heading, setting_words
from tests import made_sweep

SMALL = ["replications=2"]
KEY = re.compile(r"\b(?:port|policy|staffing|scanner|traffic|risk)\.[a-z_]+(?![\w]*=)")


def test_no_two_settings_share_their_words() -> None:
    assert len(set(SETTINGS.values())) == len(SETTINGS)
    assert not [words for words in SETTINGS.values() if "_" in words or "." in words]


def test_a_key_without_words_of_its_own_has_those_of_an_input() -> None:
    assert setting_words("scanner.portal.crew_officers") == "portal: officers of a crew"
    assert setting_words("+port.dock.servers") == "exam docks"


@pytest.mark.parametrize(
    ("key", "values", "heading"),
    [
        ("policy.share", (0.1, 0.2), "share of trucks selected"),
        ("port.primary.service.mean_min", (1.6, 2.0), "primary inspection: mean time, min"),
        ("policy", ("threshold", "top_share"), "inspection policy"),
    ],
)
def test_a_heading_has_the_unit_that_its_words_lack(key: str, values: tuple[object, ...], heading: str) -> None:
    assert setting_heading(Axis(key, values, tuple(map(str, values)))) == heading


def test_options_bear_their_labels() -> None:
    sweep = made_sweep.sweep_of(*SMALL, "port=pharr,ysleta", "policy=top_share,random_share", "days=1,2")
    labels = option_labels(sweep)
    assert labels["policy"] == {"top_share": "Riskiest share", "random_share": "Random sample"}
    assert [title.partition(",")[0].partition(" (")[0] for title in labels["port"].values()]
    assert not {"pharr", "ysleta"} & set(labels["port"].values())
    assert labels["days"] == {"1": "1", "2": "2"}


def test_a_page_names_settings_and_options_in_words() -> None:
    sweep = made_sweep.sweep_of(*SMALL, "policy=top_share,random_share", "port.portal.servers=2,4")
    made = made_sweep.outcomes(sweep, lambda values, _: 30.0 - values["port.portal.servers"], lambda *_: 0.1)
    page = re.sub(
        r"<(script|style|code)\b.*?</\1>", " ", render_sweep_page(made_sweep.results(sweep, made)), flags=re.S
    )
    text = re.sub(r"<[^>]*>", " ", page)
    assert "Riskiest share" in text
    assert "inspection policy" in text
    assert not KEY.findall(text)
    assert not re.search(r"(?<!=)\b(top_share|random_share)\b", text)

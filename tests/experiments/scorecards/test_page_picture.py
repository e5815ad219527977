from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from experiments.scorecards.card import JudgedLine, Scorecard
from experiments.scorecards.levels import LineLevel
from experiments.scorecards.page import LEFT, WIDTH, line_picture, line_picture_words
from tests import cards

LABELS = ("2024", "a <long> label & more")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    return cards.card(tmp_path_factory.mktemp("card"), 45.0, 24.0)


def row(card: Scorecard, key: str) -> JudgedLine:
    return next(one for one in card.rows if one.line.key == key)


def drawn(one: JudgedLine) -> ET.Element:
    return ET.fromstring(str(line_picture(one, LABELS)))  # noqa: S314


def test_each_period_is_a_point_and_the_last_is_filled(card: Scorecard) -> None:
    points = drawn(row(card, "wait_mean")).findall("circle")
    assert len(points) == 2
    assert points[0].get("fill") == "#fff"
    assert points[1].get("fill") != "#fff"
    assert float(points[0].get("cx", "")) > float(points[1].get("cx", ""))


def test_nothing_is_drawn_outside(card: Scorecard) -> None:
    for one in card.rows:
        if not line_picture(one, LABELS):
            continue
        for shape in drawn(one).iter():
            for name in ("cx", "x1", "x"):
                if shape.tag != "text" and shape.get(name) is not None:
                    assert LEFT <= float(shape.get(name, "")) <= WIDTH, one.line.key


def test_what_is_assumed_has_its_band(card: Scorecard) -> None:
    bands = [bar.get("height") for bar in drawn(row(card, "detection")).findall("rect")]
    assert "10" in bands
    assert "10" not in [bar.get("height") for bar in drawn(row(card, "wait_mean")).findall("rect")]


def test_every_line_has_a_scale_with_its_unit(card: Scorecard) -> None:
    for one in card.rows:
        if not line_picture(one, LABELS):
            continue
        texts = [text.text or "" for text in drawn(one).findall("text")]
        unit, *ticks = texts[: len(texts) - len(LABELS)]
        assert unit == one.line.unit
        assert 2 <= len(ticks) <= 4
        places = [float(tick.replace(",", "")) for tick in ticks]
        assert places == sorted(places)


def test_only_a_target_that_is_set_is_drawn(card: Scorecard) -> None:
    assert len(drawn(row(card, "wait_mean")).findall("line")) == 1
    assert drawn(row(card, "commerce")).findall("line") == []


def test_the_picture_is_also_said(card: Scorecard) -> None:
    wait = row(card, "wait_mean")
    assert drawn(wait).get("aria-label") == line_picture_words(wait, LABELS)
    assert "Target: at most 30 min." in line_picture_words(wait, LABELS)


def test_a_line_that_says_nothing_has_no_picture(card: Scorecard) -> None:
    none = LineLevel(value=np.nan, reason="nothing")
    silent = dataclasses.replace(row(card, "wait_mean"), levels=(none, none))
    assert line_picture(silent, LABELS) == ""

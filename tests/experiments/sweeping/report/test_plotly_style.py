from __future__ import annotations

import itertools

import numpy as np
import pytest
from experiments.report.plotly_style import (
    LABEL_PX,
    PointLabel,
    add_labels,
    alternative_marks,
    blank_figure,
    height_for_labels,
    spread_labels,
)


def test_marks_differ_without_colour_for_twenty_alternatives() -> None:
    found = alternative_marks([f"alternative_{place}" for place in range(20)])
    assert len({(mark.dash, mark.symbol) for mark in found.values()}) == 20


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_labels_never_overlap_nor_leave_the_figure(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height = height_for_labels(24, 430)
    figure = blank_figure("x", "y", height)
    values = rng.uniform(0.0, 1.0, 24) ** 4
    labels = [PointLabel(f"a{i}", 1.0, float(y), left=bool(i % 2)) for i, y in enumerate(values)]
    add_labels(figure, labels, top=1.1)
    room = height - 34 - 52
    places = sorted(room * (1.0 - note.y / 1.1) + note.ay for note in figure.layout.annotations)
    assert len(places) == 24
    assert all(b - a >= LABEL_PX - 1e-9 for a, b in itertools.pairwise(places))
    assert places[0] >= -1e-9
    assert places[-1] <= room + 1e-9


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread_labels([0.0, 50.0, 200.0], 300.0) == [0.0, 50.0, 200.0]
    assert spread_labels([], 300.0) == []

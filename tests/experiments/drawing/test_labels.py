"""Names beside points: none covers another, none leaves the frame, each is tied to its point."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from experiments.drawing.labels import Box, PointLabel, place_labels, text_size_pt
from experiments.drawing.svg import finish_chart, open_figure


def boxes(labels: list[PointLabel], bars: list[Box]) -> list[Box]:
    """Return where the names stand, in points, once they are placed."""
    with open_figure(4.0) as (figure, axes):
        axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
        place_labels(axes, labels, bars)
        scale = 72.0 / figure.dpi
        found = []
        for note in axes.texts:
            x, y = (scale * float(at) for at in axes.transData.transform(note.xy))
            dx, dy = note.get_position()
            wide, high = text_size_pt(note.get_text(), bold=note.get_fontweight() == "bold")
            found.append(Box(x + dx - wide / 2, y + dy - high / 2, x + dx + wide / 2, y + dy + high / 2))
        frame = Box(*(scale * end for end in axes.get_window_extent().extents))
    assert all(box.outside(frame) < 1e-6 for box in found)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_of_crowded_points_do_not_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spots = 0.35 + 0.3 * rng.random((16, 2))
    labels = [PointLabel(f"Alternative {k}", float(x), float(y), bold=k % 3 == 0) for k, (x, y) in enumerate(spots)]
    found = boxes(labels, [])
    assert len(found) == 16
    covered = [a.overlap(b) for a, b in itertools.combinations(found, 2)]
    assert max(covered) < 1e-6


def test_a_name_with_room_stands_beside_its_point() -> None:
    (box,) = boxes([PointLabel("alone", 0.5, 0.5)], [])
    with open_figure(4.0) as (figure, axes):
        axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
        figure.draw_without_rendering()
        x = 72.0 / figure.dpi * float(axes.transData.transform((0.5, 0.5))[0])
    assert 0.0 < box.left - x < 12.0


def test_a_name_keeps_off_an_interval() -> None:
    with open_figure(4.0) as (figure, axes):
        axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
        place_labels(axes, [PointLabel("name", 0.3, 0.5)], [Box(0.2, 0.5, 0.9, 0.5)])
        assert abs(axes.texts[0].get_position()[1]) > 5.0
        assert ">name</text>" in finish_chart(figure, "a", "title", "words", "").svg

"""Pulses: as many as asked for, within the hours, anywhere in them, new for each window."""

from __future__ import annotations

import numpy as np

from sim.engine.capacity import draw_pulses
from sim.setting.port import Pulses
from sim.setting.window import EVALUATION, Window
from sim.stations import ORIGIN, SAFETY

HOURS = [(1440.0 * day + 420.0, 1440.0 * day + 1020.0) for day in range(7)]


def window(replication: int) -> Window:
    return Window(seed=1, epoch=EVALUATION, replication=replication, start_date="2024-05-13", days=7)


def test_there_are_as_many_as_asked_for_and_they_lie_in_the_hours() -> None:
    pulses = Pulses(per_week=5.0, length_h=0.1)
    drawn = [draw_pulses(pulses, HOURS, window(r), ORIGIN) for r in range(400)]
    counts = np.array([len(spans) for spans in drawn])
    # six-minute pulses merge about once in 4,200 / 6 / 5 pairs
    assert abs(counts.mean() - 5.0) < 3.5 * np.sqrt(5.0 / 400) + 0.1
    for start, end in (span for spans in drawn for span in spans):
        assert any(low <= start < end <= high for low, high in HOURS)


def test_no_hour_is_safe() -> None:
    pulses = Pulses(per_week=20.0, length_h=0.25)
    starts = [s for r in range(200) for s, _ in draw_pulses(pulses, HOURS, window(r), ORIGIN)]
    hour = np.bincount(((np.array(starts) % 1440.0) // 60.0).astype(int), minlength=24)[7:17]
    mean = hour.mean()
    assert (np.abs(hour - mean) < 4.5 * np.sqrt(mean)).all()


def test_stations_and_windows_have_pulses_of_their_own() -> None:
    pulses = Pulses(per_week=10.0, length_h=1.0)
    first = draw_pulses(pulses, HOURS, window(0), ORIGIN)
    assert first == draw_pulses(pulses, HOURS, window(0), ORIGIN)
    assert first != draw_pulses(pulses, HOURS, window(1), ORIGIN)
    assert first != draw_pulses(pulses, HOURS, window(0), SAFETY)
    assert draw_pulses(pulses, [], window(0), ORIGIN) == []

"""Words and numbers of a calibration."""

from __future__ import annotations

import pytest

from experiments.calibration.estimates import NOT_IDENTIFIED
from experiments.calibration.report.words import three_digits


@pytest.mark.parametrize(("value", "text"), [(104.32, "104"), (0.06487, "0.0649"), (2.0, "2")])
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert three_digits(value) == text


def test_what_the_intervals_are_is_said() -> None:
    assert any("the timetable that fits best" in sentence for sentence in NOT_IDENTIFIED)

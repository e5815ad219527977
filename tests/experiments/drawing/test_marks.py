from __future__ import annotations

import pytest

from experiments.drawing.marks import COLOURS, FAINT, INK

LEAST_CONTRAST = 4.5
"""Of text, by WCAG 2.1, 1.4.3."""


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [*COLOURS, FAINT, INK])
def test_text_in_every_colour_is_read_on_white(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= LEAST_CONTRAST

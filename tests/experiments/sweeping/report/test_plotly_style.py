from __future__ import annotations

from experiments.drawing.marks import alternative_marks
from experiments.sweeping.report.plotly_style import SHADES, plotly_marks

NAMES = [f"alternative_{place}" for place in range(20)]


def test_marks_differ_without_colour_for_twenty_alternatives() -> None:
    assert len({(mark.dash, mark.symbol) for mark in plotly_marks(NAMES).values()}) == 20


def test_an_alternative_has_the_colour_that_it_has_in_every_other_chart() -> None:
    others = alternative_marks(NAMES)
    assert all(mark.colour == others[name].colour for name, mark in plotly_marks(NAMES).items())


def test_the_shades_grow_darker_in_grey() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    greys = [grey(colour) for _, colour in SHADES]
    assert greys == sorted(greys, reverse=True)

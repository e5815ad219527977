"""Colors, dashes and markers: the same alternative looks alike in every chart, and none is told by its color alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

INK: Final = "#1a1a1a"
FAINT: Final = "#5f5f5f"
"""Of what stands back; dark enough to be read as text (contrast 6.4 on white)."""
PALE: Final = "#d9dee3"
BAND: Final = "#b9c7d6"
"""Of a band that another one, `PALE`, surrounds."""
COLOURS: Final = ("#000000", "#0072b2", "#c04e00", "#00794f", "#a3548a", "#7a5f00", "#3a7491", "#7f3c8d")
"""After Okabe and Ito's palette, the light ones darkened: text in any has a contrast of at least 4.5 on white."""
DASHES: Final = ("-", "--", ":", "-.", (0, (8, 3)), (0, (6, 2, 1, 2, 1, 2)), (0, (4, 2)), (0, (2, 4)))
MARKERS: Final = ("o", "s", "D", "^", "P", "X", "*", "v")


class MarkStyle(NamedTuple):
    """How one alternative is drawn, in every chart alike; dash and marker as Matplotlib names them."""

    colour: str
    dash: Any
    marker: str


def alternative_marks(names: Sequence[str]) -> dict[str, MarkStyle]:
    """Return the mark of each alternative; after the eighth, colors meet other dashes and markers.

    Examples
    --------
    >>> alternative_marks(["a", "b"])["b"]
    MarkStyle(colour='#0072b2', dash='--', marker='s')
    """
    n = len(COLOURS)
    return {
        name: MarkStyle(COLOURS[place % n], DASHES[(place + place // n) % n], MARKERS[(place + 3 * (place // n)) % n])
        for place, name in enumerate(names)
    }

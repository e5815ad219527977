from __future__ import annotations

from experiments.figures import marks
from experiments.legend import swatch


def test_every_mark_has_its_own_picture() -> None:
    pictures = [swatch(mark) for mark in marks([f"a{place}" for place in range(16)]).values()]
    assert len(set(pictures)) == 16
    for picture in pictures:
        assert picture.count("<g") == picture.count("</g>") == 2
        assert 'aria-hidden="true"' in picture

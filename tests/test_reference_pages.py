"""The generated reference pages say what configs and code say."""

from __future__ import annotations

import pytest

from tests.tools.reference_pages import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    advice = "python -m tests.tools.reference_pages writes it anew"
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), advice

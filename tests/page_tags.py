"""What a page is made of, for tests of pages."""

from __future__ import annotations

from html.parser import HTMLParser


class Tags(HTMLParser):
    """Collects every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return every tag of a page with its attributes, in order."""
    reader = Tags()
    reader.feed(page)
    return reader.found

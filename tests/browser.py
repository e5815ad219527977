"""Chromium for tests, and the rule that none of its tests is skipped where a browser is asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
REQUIRED = os.environ.get("THROUGHGATE_BROWSER") == "required"
"""Whether a machine without Chromium fails (`.ci/run`) rather than skips."""
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and not REQUIRED, reason="no Chromium is installed on this machine"),
]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
"""axe-core as the package brings it: nothing is fetched."""
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
"""What Section 508 asks for, and WCAG 2.1 beyond it."""
BESIDES = ["heading-order", "landmark-one-main", "landmark-unique", "page-has-heading-one", "region"]
"""Rules of good practice that pages keep as well."""
OPEN_DETAILS = "() => document.querySelectorAll('details').forEach(part => { part.open = true; })"
KEEP_ROWS = """most => document.querySelectorAll("tbody").forEach(
  body => [...body.rows].slice(most).forEach(row => row.remove()))"""
AUDIT = """async ([levels, besides]) => {
  const run = (type, values) => axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]});
  const found = [await run("tag", levels), await run("rule", besides)].flatMap(result => result.violations);
  return found.flatMap(rule => rule.nodes.map(node => rule.id + ": " + node.html.slice(0, 120)));
}"""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium; nothing of a page may leave it."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def open_page(browser: Browser, path: Path, width: int) -> tuple[Page, list[str], list[str]]:
    """Return the page without network, what it asked for, and what its console said."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    return page, asked, said


def violations(page: Page, *, rows: int | None = None) -> list[str]:
    """Return what axe finds against WCAG 2.1 A and AA with everything unfolded: rule and element.

    Of each table the first ``rows`` are looked at, all of them by default: rows of a table are made alike.
    """
    page.evaluate(OPEN_DETAILS)
    if rows is not None:
        page.evaluate(KEEP_ROWS, rows)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: Any = page.evaluate(AUDIT, [LEVELS, BESIDES])
    return [str(one) for one in found]

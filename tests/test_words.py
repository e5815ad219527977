"""Readers meet the words of the trade, in US English: no banned word in a string, a page or a document."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]

BANNED: Final = {
    r"(?<!-)\bluck\b": "random numbers; of a selection: random selection",
    r"\b(redrawn |unseen )?worlds?\b(?! Trade)": "set of assumptions",
    r"\brealised\b": "realized, drawn",
    r"\bbinds\b": "is the bottleneck; of a limit: is binding",
    r"\bwhat is assumed\b": "the assumptions",
    r"\bPictures\b": "Charts",
    r"\bsurely\b": "clearly, significantly",
    r"\b(no|not|a|is|are|how) sure\b(?! to)": "clear, certain, precise",
    r"\bsurer\b": "more certain",
    r"\bk/y\b": "1,000/yr",
    r"\bk/load\b|\b(cost|net|net value|users|spent), m\b": "$000/load; $M",
    r"\bkUSD\b": "$1,000",
    r"\b(trucks?|loads?|share|cargo|of them) opened\b": "physically examined",
    r"\bopened (trucks?|at a dock|on leaving)\b": "physically examined",
    r"\bscanned or opened\b": "scanned or physically examined",
    r"(?<!service )(?<!saving )(?<!by )(?<!of )\blives\b(?! saved)": "service lives",
    r"\bfound: ": "detection rate",
    r"\b[Ll]oads found\b": "loads detected, detection rate",
    r"\b[Mm]ean wait\b": "average wait",
    r"\b(scanners|machines|servers|open) (are |and )?in order\b": "available",
    r"\bwears\b": "bears, has",
    r"\b[Tt]he ask\b": "funding requested",
    r"\bhangs on\b": "depends on",
    r"\bin truth\b": "true value",
    r"\bwhat is wanted\b|\bpays without\b": "demand; pays for itself",
    r"\bchoosing wrongly\b|\btold of that way\b": "opportunity loss; reported",
    r"\d %(?![(sd\w])": "no space before a percent sign",
    r"\b(un)?(model|label|travel|cancel|total|channel|fuel)l(ed|ing)\b": "one l: modeled, labeled, traveling",
    r"\b(colou?r(?<=colour)|behaviour|favour|neighbour|labour|harbour)\w*": "-or: color, behavior, favor, neighbor",
    r"\bprogramme\b": "program",
    r"\b(util|organ|real|recogn|summar|general|standard)is(e|ed|es|ing|ations?)\b": "-ize",
    r"\b(minim|maxim|optim|author|emphas|penal|priorit)is(e|ed|es|ing|ations?)\b": "-ize",
    r"\banalys(e|ed|es(?= the)|ing)\b": "analyze",
    r"\b(centre|metre|litre|kilometre|theatre|fibre)s?\b": "-er: center, meter",
    r"\b(licence|defence|offence)s?\b": "-se: license, defense, offense",
    r"\b(learnt|spelt|burnt|whilst|amongst|towards)\b": "learned, spelled, burned, while, among, toward",
    r"\b(cheque|grey(?= area)|lorry|lorries|tyre|kerb|ageing|judgement)s?\b": "US spelling",
}  # fmt: skip
"""Pattern -> what to write."""

QUOTED: Final = {
    r"World Trade": "the name of a bridge",
    r"uncertainty\.worlds\S*": "a key of the funding case",
    r"`[^`\n]*`": "a key, a column or code as it is written there",
    r"\b\d{3}-[\w-]+(\.md)?": "the file of a decision",
    r"Analysis, Modelling|Modelling and|of Labour": "a title of a publication",
}
"""Text that is taken out before the words are looked for, and why."""

NOT_PROSE: Final = ("assumptions.md", "keys.md", "sources.md", "decisions")
"""Of docs: two that are printed from comments of configurations, titles of publications, records of their day."""
TEXT_KEY: Final = re.compile(r"^\s*(?:label|about|title): (.+)$", re.MULTILINE)
CODE_BLOCK: Final = re.compile(r"^```.*?^```|^    [^\n]*$", re.MULTILINE | re.DOTALL)
TEMPLATE_CODE: Final = re.compile(r"\{[%#].*?[%#]\}|<[^>]*>", re.DOTALL)


def docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of string nodes that stand as statements of their own."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def strings_of_code(path: Path) -> Iterator[tuple[str, str]]:
    """Yield place and text of every string of several words that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            text = node.value.strip()
            if " " in text or "/" in text:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def strings() -> Iterator[tuple[str, str]]:
    """Yield place and text of every string of the code that readers may meet."""
    for folder in ("experiments", "models", "sim"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from strings_of_code(path)


def templates() -> Iterator[tuple[str, str]]:
    """Yield place and text of every template, without its code and tags."""
    for path in sorted((ROOT / "experiments/templates").glob("*.j2")):
        yield str(path.relative_to(ROOT)), TEMPLATE_CODE.sub(" ", path.read_text(encoding="utf-8"))


def labels() -> Iterator[tuple[str, str]]:
    """Yield place and text of every label, title and line of explanation in configurations."""
    for path in sorted((ROOT / "configs").rglob("*.yaml")):
        for found in TEXT_KEY.finditer(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), found[1]


def documents() -> Iterator[tuple[str, str]]:
    """Yield place and text of every document's prose."""
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))):
        if not set(path.parts) & set(NOT_PROSE):
            yield str(path.relative_to(ROOT)), CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))


def faults(text: str) -> list[str]:
    """Return every banned word of a text, with what to write in its place."""
    for quoted in QUOTED:
        text = re.sub(quoted, " ", text)
    return [f"{found[0]!r}: write {better}" for word, better in BANNED.items() for found in re.finditer(word, text)]


@pytest.mark.parametrize("texts", [strings, templates, labels, documents])
def test_no_banned_word(texts: Callable[[], Iterator[tuple[str, str]]]) -> None:
    seen = list(texts())
    assert len(seen) > 5
    assert [f"{place}: {fault}" for place, text in seen for fault in faults(text)] == []


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("the same trucks with the same luck", 1),
        ("28 redrawn worlds at World Trade Bridge", 1),
        ("uncertainty.worlds=0", 0),
        ("primary binds, and no alternative is surely better", 2),
        ("19.1 % of trucks opened", 2),
        ("which are not modelled", 1),
        ("19.1% of trucks physically examined, a service life of 15 years", 0),
        ("lanes opened by shift", 0),
    ],
)
def test_banned_words_are_told_from_the_words_of_the_trade(text: str, n: int) -> None:
    assert len(faults(text)) == n

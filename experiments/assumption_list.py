"""``docs/assumptions.md``: every assumed number of ``configs/``, its range and its reason.

``python -m experiments.assumption_list`` writes the page anew; a test holds it to the configs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from experiments.comments import Note, notes
from experiments.inputs import value_text
from experiments.provenance import CONFIGS, numbers

PAGE: Final = CONFIGS.parent / "docs" / "assumptions.md"
HEAD: Final = """\
# Assumptions

Numbers that nobody has published, by config file: the value that is used, the range over which it
is swept (of a list, a factor on all of it where the range holds none of its numbers), and why.
`compare` redraws those of ports, traffic, threats, scanners and staffing, all together
(`robustness.draws`). Written by `python -m experiments.assumption_list`.

| file | key | value | range | why |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    files = sorted(path for path in CONFIGS.rglob("*.yaml") if path.parent != CONFIGS)
    return HEAD + "".join(row for path in files for row in rows(path))


def rows(path: Path) -> Iterator[str]:
    """Yield a line for every assumed number of one config file."""
    values = dict(numbers(yaml.safe_load(path.read_text(encoding="utf-8")) or {}))
    name = path.relative_to(CONFIGS).with_suffix("").as_posix()
    for key, note in notes(path).items():
        if note is not None and note.kind == "assumption":
            cells = (name, f"`{_key(key)}`", _value(key, values), _range(note), _why(note))
            yield f"| {' | '.join(cells)} |\n"


def _key(key: str) -> str:
    return key.partition("=")[0]


def _value(key: str, values: dict[str, Any]) -> str:
    """Return the value of a key, or that which an alternative's override sets."""
    return value_text(values[key]) if key in values else key.partition("=")[2]


def _range(note: Note) -> str:
    return f"{note.low:g} to {note.high:g}"


def _why(note: Note) -> str:
    return note.note.replace("|", "/") or "-"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

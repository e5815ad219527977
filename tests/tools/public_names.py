"""Public names of the product: which are defined, and which in more than one module.

``python -m tests.tools.public_names`` prints the share and the names. Counted are functions and
classes at the top of a module whose names have no leading underscore; ``main`` is left out, because
every verb has one.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

PACKAGES = ("sim", "models", "experiments")
PROTOCOL = {"main"}


def public_names(root: Path) -> dict[str, set[str]]:
    """Return the modules in which each public function or class is defined."""
    names: dict[str, set[str]] = defaultdict(set)
    for path in (path for package in PACKAGES for path in (root / package).rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                names[node.name].add(path.relative_to(root).as_posix())
    return {name: modules for name, modules in names.items() if name not in PROTOCOL}


def names_in_several_modules(names: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the names that more than one module defines."""
    return {name: modules for name, modules in names.items() if len(modules) > 1}


if __name__ == "__main__":
    every = public_names(Path(__file__).parents[2])
    several = names_in_several_modules(every)
    sys.stdout.write(
        f"{len(several)} of {len(every)} public names ({len(several) / len(every):.1%}) in several modules\n"
    )
    for name, modules in sorted(several.items()):
        sys.stdout.write(f"  {name}: {', '.join(sorted(modules))}\n")

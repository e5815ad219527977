"""Hashes of source files and of all that they import: what a cache entry is named after.

An entry made by code is stale as soon as any file that the code is made of changes. Imports are
followed through nested packages of this project, wherever they stand in a file: inside a function
and for type checking too; a line of a docstring that reads like an import counts as one. A hash can
then change without need, and never stay without right.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""The folder that the project's packages lie in."""
PACKAGES: Final = ("sim", "models", "experiments", "configs")
"""Top-level packages whose imports are followed; versions stand for all others."""
GAP: Final = r"(?:\s|\\\n)+"
IMPORT: Final = re.compile(
    rf"(?:^[ \t]*|[:;][ \t]*)(?:from{GAP}([\w.]+){GAP})?import{GAP}"
    r"(\((?:[^()#]|#.*)*\)|(?:[^\n;#\\]|\\\n)+)",
    re.MULTILINE,
)
"""A statement that imports: where from, and what. A parser takes twenty times as long."""


def source_files(modules: Iterable[str], folder: Path = ROOT, within: Sequence[str] = PACKAGES) -> list[Path]:
    """Return the files of some modules and of all that they import, sorted.

    Parameters
    ----------
    modules : iterable of str
        Full names, e.g. ``sim.engine.kernel.loop``; a package stands for its ``__init__.py``.
    folder : Path
        Holds the packages.
    within : sequence of str
        Top-level packages whose imports are followed.

    Raises
    ------
    ModuleNotFoundError
        One of ``modules`` has no file. What an imported name is, a module or a name of one, only
        the files tell, so that imports without a file are names.
    """
    roots = list(modules)
    for module in roots:
        if _file_of(module, folder) is None:
            raise ModuleNotFoundError(f"no source file of {module} in {folder}", name=module)
    todo, reached = roots, dict[str, Path]()
    while todo:
        name = todo.pop()
        path = _file_of(name, folder)
        if path is None or name in reached:
            continue
        reached[name] = path
        # to import a module, Python runs the file of every package above it
        names = (*imported(path.read_bytes()), name.rpartition(".")[0])
        todo += [one for one in names if one.partition(".")[0] in within]
    return sorted(set(reached.values()))


def package_files(packages: Iterable[str], folder: Path = ROOT) -> list[Path]:
    """Return every source file of some packages and of the packages inside them, sorted."""
    return sorted(path for package in packages for path in (folder / package).rglob("*.py"))


def files_hash(files: Iterable[Path], versions: Iterable[str] = (), folder: Path = ROOT) -> str:
    """Return a hash of files, by their places below ``folder`` and contents, and of versions."""
    digest = hashlib.sha256()
    for version in versions:
        digest.update(version.encode() + b"\0")
    for path in sorted(set(files)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@functools.lru_cache(maxsize=1024)
def imported(source: bytes) -> tuple[str, ...]:
    r"""Return the full names that a file's absolute imports may refer to.

    >>> imported(b"import sim.a.b\nfrom sim.c import d")
    ('sim.a.b', 'sim.c', 'sim.c.d')
    """
    names: set[str] = set()
    for whence, what in IMPORT.findall(source.decode()):
        words = [part.split()[0] for part in re.sub(r"#.*|[()\\]", " ", what).split(",") if part.split()]
        names.update((whence, *(f"{whence}.{word}" for word in words)) if whence else words)
    return tuple(sorted(names))


def _file_of(module: str, folder: Path) -> Path | None:
    """Return the source file of a module or package of the project; None: it has none."""
    place = folder.joinpath(*module.split("."))
    files = (place.with_name(f"{place.name}.py"), place / "__init__.py")
    return next((path for path in files if path.is_file()), None)

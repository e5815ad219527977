"""Where compiled code is kept between processes, so that it is never stale.

Numba looks only at the file that holds a function, not at the helpers that the function calls:
a change in ``kernel.py`` would leave ``compiled.py``'s cache standing. The folder therefore bears
a hash of every source file of ``sim`` that compiled code is made of, and of the versions that
compile them. Import this module
before the first ``njit``.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
import tempfile
from pathlib import Path

import numba
import numpy as np
import platformdirs

COMPILES = re.compile(r"\bnjit\b|\bsim\.jit\b")
IMPORTS = re.compile(r"^\s*(?:from sim\.(\w+) import|import sim\.(\w+))", re.MULTILINE)


def cache_root() -> Path:
    """Return the user's cache folder of Throughgate (``THROUGHGATE_CACHE`` overrides it)."""
    return Path(os.environ.get("THROUGHGATE_CACHE") or platformdirs.user_cache_dir("throughgate"))


def source_hash() -> str:
    """Return a hash of the sources that are compiled and of the compiler's versions."""
    digest = hashlib.sha256()
    for version in (numba.__version__, np.__version__, sys.version):
        digest.update(version.encode())
    for path in compiled_sources(Path(__file__).parent):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def compiled_sources(folder: Path) -> list[Path]:
    """Return the files of ``sim`` that compile something, and all that they import from it."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    todo = [name for name, text in texts.items() if COMPILES.search(text)]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name in texts and name not in reached:
            reached.add(name)
            todo += [found[0] or found[1] for found in IMPORTS.findall(texts[name])]
    return [folder / f"{name}.py" for name in sorted(reached)]


def use_cache() -> Path:
    """Point the compiler at this version's folder, and return it."""
    folder = cache_root() / "compiled" / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"throughgate-compiled-{os.getuid()}" / source_hash()
        folder.mkdir(parents=True, exist_ok=True)
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return folder


CACHE_FOLDER = use_cache()

move = functools.partial(
    numba.njit, forceinline=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
"""Decorator of the kernel's moves. They take tuples of some fifty arrays: counting references to
each at every call cost 25 of 33 microseconds a truck, copying the tuples most of the rest. The
moves allocate nothing, so they are compiled without the runtime that counts, and into one body.
Python never calls them: the wrappers for that would be most of the time of compiling them."""

"""Where compiled code is kept between processes, so that it is never stale.

Numba looks only at the file that holds a function, not at the helpers that the function calls:
a change in ``kernel.py`` would leave ``compiled.py``'s cache standing. The folder therefore bears
a hash of every source file of ``sim`` that its code is made of, and of the versions that compile
them; Numba itself tells processors apart. The engine's folder depends on the engine's sources
alone, each hook's on the hook's own: a new policy leaves the engine as it was compiled. Import this
module before the first ``njit``.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import platformdirs
from numba.core.errors import NumbaError

ENGINE = ("compiled", "recursion")
"""Modules that hold the engine's compiled bodies."""
IMPORTS = re.compile(r"^\s*(?:from sim\.(\w+) import|import sim\.(\w+)|from sim import (.+))", re.M)


def cache_root() -> Path:
    """Return the user's cache folder of Throughgate (``THROUGHGATE_CACHE`` overrides it)."""
    return Path(os.environ.get("THROUGHGATE_CACHE") or platformdirs.user_cache_dir("throughgate"))


def source_hash(*roots: str) -> str:
    """Return a hash of the modules of ``sim`` named, all that they import from it, and versions."""
    digest = hashlib.sha256()
    for version in (numba.__version__, np.__version__, sys.version):
        digest.update(version.encode())
    for path in sources(Path(__file__).parent, roots):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def sources(folder: Path, roots: Iterable[str]) -> list[Path]:
    """Return the files of a package's modules, and of all that they import from it."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    todo, reached = list(roots), set()
    while todo:
        name = todo.pop()
        if name in texts and name not in reached:
            reached.add(name)
            found = IMPORTS.findall(texts[name])
            todo += [one for names in found for part in names for one in re.findall(r"\w+", part)]
    return [folder / f"{name}.py" for name in sorted(reached)]


def folder_of(*roots: str) -> Path:
    """Return the folder, made if need be, that keeps what these modules' sources compile to."""
    name = source_hash(*roots)
    folder = cache_root() / "compiled" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"throughgate-compiled-{os.getuid()}" / name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


CACHE_FOLDER = folder_of(*ENGINE)
numba.config.CACHE_DIR = str(CACHE_FOLDER)  # type: ignore[attr-defined]


def is_kept(function: str) -> bool:
    """Return whether an earlier process kept what this function of the engine compiles to."""
    return any(CACHE_FOLDER.rglob(f"*.{function}-*.nbc"))


def compiled_hook(signature: Any, hook: Callable[..., int]) -> Any:  # noqa: ANN401
    """Return a hook compiled for the engine, kept if all that it may call can be hashed.

    That is so for hooks of ``sim``; one that comes from elsewhere is compiled in each process.
    """
    package, _, name = hook.__module__.rpartition(".")
    if package != __name__.rpartition(".")[0]:
        return _compiled(signature, hook)
    config: Any = numba.config
    config.CACHE_DIR = str(folder_of(name))
    try:
        return _compiled(signature, hook, cache=True)
    finally:
        config.CACHE_DIR = str(CACHE_FOLDER)


def _compiled(signature: Any, hook: Callable[..., int], **options: Any) -> Any:  # noqa: ANN401
    """Compile a hook without counting references, unless it makes arrays of its own.

    That is a quarter of what a call costs, and there are two to six for each truck.
    """
    uncounted: dict[str, Any] = options | {"_nrt": False}
    try:
        return numba.njit(signature, **uncounted)(hook)
    except NumbaError:
        return numba.njit(signature, **options)(hook)


move = functools.partial(
    numba.njit, forceinline=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
"""Decorator of the kernel's moves. They take tuples of some fifty arrays: counting references to
each at every call cost 25 of 33 microseconds a truck, copying the tuples most of the rest. The
moves allocate nothing, so they are compiled without the runtime that counts, and into one body.
Python never calls them: the wrappers for that would be most of the time of compiling them."""

"""Where compiled code is kept between processes, so that it is never stale.

Numba looks only at the file that holds a function, not at the helpers that the function calls:
a change in ``kernel.py`` would leave ``compiled.py``'s cache standing. The folder therefore bears
a hash of every source file of ``sim`` and of the versions that compile them. Import this module
before the first ``njit``.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import numba
import numpy as np
import platformdirs


def cache_root() -> Path:
    """Return the user's cache folder of Throughgate (``THROUGHGATE_CACHE`` overrides it)."""
    return Path(os.environ.get("THROUGHGATE_CACHE") or platformdirs.user_cache_dir("throughgate"))


def source_hash() -> str:
    """Return a hash of every source file of ``sim`` and of the compiler's versions."""
    digest = hashlib.sha256()
    for version in (numba.__version__, np.__version__, sys.version):
        digest.update(version.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


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

move = functools.partial(numba.njit, cache=True, forceinline=True, _nrt=False)
"""Decorator of the kernel's moves. They take tuples of some fifty arrays: counting references to
each at every call cost 25 of 33 microseconds a truck, copying the tuples most of the rest. The
moves allocate nothing, so they are compiled without the runtime that counts, and into one body."""

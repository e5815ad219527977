"""The kind of processor, as far as the last bits of a result depend on it."""

from __future__ import annotations

import importlib
import platform
from typing import Any


def numpy_features() -> list[str]:
    """Return the features of this processor that NumPy uses beyond those it was built for, sorted.

    For each of them NumPy has code of its own, whose last bits can differ. The environment variable
    ``NPY_DISABLE_CPU_FEATURES`` turns features off; those are left out.
    """
    # The public ``show_runtime`` prints these and returns nothing.
    built = importlib.import_module("numpy._core._multiarray_umath")
    return sorted(name for name in built.__cpu_dispatch__ if built.__cpu_features__[name])


def processor() -> dict[str, Any]:
    """Return the machine type, NumPy's features, and the processor that Numba compiles for."""
    # Late, because who only lists inputs needs no compiler.
    import llvmlite.binding

    asked = importlib.import_module("numba.core.config").CPU_NAME
    return {
        "machine": platform.machine(),
        "numpy_features": numpy_features(),
        "numba_target": asked or llvmlite.binding.get_host_cpu_name(),
    }

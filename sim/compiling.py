"""Where compiled code is kept between processes, so that it is never stale, damaged or foreign.

Numba looks only at the file that holds a function, not at the helpers that the function calls: a
change in a helper would leave the caller's compiled code standing. The folder therefore bears a
hash of every source file that the code is made of, and of the versions that compile them; Numba
itself tells processors apart. The engine's folder depends on the engine's sources alone, each
hook's on the hook's own: a new policy leaves the engine as it was compiled.

Numba's files are pickles. `_CheckedFiles` reads and writes them in Numba's place, through
`sim.caching.cache_files`, so that nothing is unpickled whose keyed checksum does not fit.

Freed memory is kept for the next replication: what goes back to the system is handed out again page
by page and wiped, which took half as long again as a replication's events.
"""

# Numba has no types
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import ctypes
import functools
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import llvmlite
import numba
import numpy as np
from numba import types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, CompileResult, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.errors import NumbaError
from numba.core.typed_passes import NativeLowering

from sim.caching import cache_files
from sim.caching.source_hash import files_hash, source_files

ENGINE: Final = ("sim.engine.kernel.loop", "sim.engine.kernel.feed_forward")
"""Modules that hold the engine's compiled bodies."""
VERSIONS: Final = (numba.__version__, llvmlite.__version__, np.__version__, sys.version)


def compiled_folder(*modules: str) -> Path:
    """Return the folder for what these modules, and all that they import, compile to."""
    return cache_files.cache().root / "compiled" / _hash_of(modules)


@functools.cache
def _hash_of(modules: tuple[str, ...]) -> str:
    """Return the name of a folder, once a process: what was imported stays as it was."""
    return files_hash(source_files(modules), VERSIONS)[:16]


class _CheckedFiles(IndexDataCacheFile):
    """Numba's index and data files, each verified before it is unpickled.

    An entry holds its own key: of two processes that write at once, one may name the other's file.
    """

    def save(self, key: Any, data: Any) -> None:  # noqa: ANN401
        super().save(key, (key, data))

    def load(self, key: Any) -> Any:  # noqa: ANN401
        found = super().load(key)
        return found[1] if found is not None and found[0] == key else None

    def _load_index(self) -> dict[Any, str]:
        content = cache_files.read(Path(self._index_path))
        return {} if content is None else dict(pickle.loads(content))  # noqa: S301  (verified)

    def _save_index(self, overloads: dict[Any, str]) -> None:
        cache_files.write(Path(self._index_path), self._dump(overloads))

    def _load_data(self, name: str) -> Any:  # noqa: ANN401
        content = cache_files.read(Path(self._data_path(name)))
        return None if content is None else pickle.loads(content)  # noqa: S301  (verified)

    def _save_data(self, name: str, data: Any) -> None:  # noqa: ANN401
        cache_files.write(Path(self._data_path(name)), self._dump(data))

    def throw_away(self, reason: str) -> None:
        """Remove the index, after which no data file of this function is read."""
        cache_files.throw_away(Path(self._index_path), reason)


class _CheckedCache(FunctionCache):
    """Numba's cache of one function, in a folder of our choice and with files that are checked."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._name, self._py_func, self._cache_path = repr(function), function, str(folder)
        module = function.__module__.rpartition(".")[2]
        line = function.__code__.co_firstlineno
        base = f"{module}.{function.__qualname__}-{line}.py{sys.version_info[0]}"
        base = f"{base}{sys.version_info[1]}".replace("<", "").replace(">", "")
        self._cache_file: _CheckedFiles = _CheckedFiles(str(folder), base, source_stamp=None)
        self.enable()

    def _load_overload(self, sig: Any, target_context: Any) -> Any:  # noqa: ANN401
        key = self._index_key(sig, target_context.codegen())
        try:
            payload = self._cache_file.load(key)
            return payload and CompileResult._rebuild(target_context, *payload)
        # Whatever keeps a compiler from reading what another of its processes wrote, it can
        # compile anew.
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            self._cache_file.throw_away(f"{self._cache_file._index_path}: cannot be read ({reason})")
            return None

    def _save_overload(self, sig: Any, data: Any) -> None:  # noqa: ANN401
        if all(loop.can_cache for loop in data.lifted) and not data.library.has_dynamic_globals:
            self._cache_file.save(self._index_key(sig, data.codegen), data._reduce())


def is_function_cached(function: str) -> bool:
    """Return whether an earlier process kept what this function of the engine compiles to.

    What was damaged since is thrown away here already, with one line.
    """
    folder = compiled_folder(*ENGINE)
    index, data = (sorted(folder.glob(f"*.{function}-*.{end}")) for end in ("nbi", "nbc"))
    whole = [cache_files.read(path) is not None for path in (*index, *data)]
    return bool(index and data) and all(whole)


def compiled_and_kept(
    function: Callable[..., Any],
    modules: tuple[str, ...],
    signature: Any = None,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return a function compiled, or loaded if an earlier process has compiled it.

    Parameters
    ----------
    function : callable
    modules : tuple of str
        Full names of the modules that, with what they import, hold all that the function calls.
    signature : optional
        Numba's; without it the function is compiled at its first call.
    **options
        Of ``numba.njit``.
    """
    dispatcher: Any = numba.njit(**options)(function)
    dispatcher._cache = _CheckedCache(function, compiled_folder(*modules))
    if signature is not None:
        dispatcher.compile(signature)
        dispatcher.disable_compile()
    return dispatcher


def compile_hook(signature: Any, hook: Callable[..., int]) -> Any:  # noqa: ANN401
    """Return a hook compiled for the engine, kept if all that it may call can be hashed.

    That is so for hooks of ``sim``; one that comes from elsewhere is compiled in each process.
    Compiled without counting references, unless it makes arrays of its own: that is a quarter of
    what a call costs, and there are two to six for each truck.
    """
    module = hook.__module__
    ours = module.partition(".")[0] == __name__.partition(".")[0]

    def make(**options: Any) -> Any:  # noqa: ANN401
        if ours:
            return compiled_and_kept(hook, (module,), signature, **options)
        return numba.njit(signature, **options)(hook)

    try:
        return make(_nrt=False)
    except NumbaError:
        return make()


class _Nowhere:
    """Where code stays that no process ever runs by itself."""

    def set_env(self, *_: object) -> None:
        """Take note of nothing: there is no such code in this process."""


class _InlinedLibrary(JITCodeLibrary):
    """What a move of the kernel compiles to on its way into the one body, whose optimization is that of all.

    Numba would optimize every move with all that it calls, make machine code of it, and begin again where the next
    move calls it: a quarter of the time of compiling the kernel, for code that nobody runs.
    """

    @property
    def codegen(self) -> _Nowhere:
        return _Nowhere()

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: there is no machine code."""
        del name
        return 0

    def _optimize_final_module(self) -> None:
        """Leave the module to the body that it goes into."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _InlinedLowering(NativeLowering):
    """Lowers a move into an `_InlinedLibrary`."""

    _name = "inlined_lowering"

    def run_pass(self, state: Any) -> bool:  # noqa: ANN401
        state.library = _InlinedLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        return bool(super().run_pass(state))


class _InlinedCompiler(CompilerBase):
    """Numba's own pipeline but for `_InlinedLowering`."""

    def define_pipelines(self) -> list[PassManager]:
        """Return the one pipeline."""
        usual = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pipeline = PassManager("inlined")
        for one, why in usual.passes:
            pipeline.add_pass(_InlinedLowering if one is NativeLowering else one, why)
        pipeline.finalize()
        return [pipeline]


kernel_function = functools.partial(
    numba.njit,
    forceinline=True,
    _nrt=False,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    pipeline_class=_InlinedCompiler,
)
"""Decorator of the kernel's moves. They take tuples of some fifty arrays: counting references to
each at every call cost 25 of 33 microseconds a truck, copying the tuples most of the rest. The
moves allocate nothing, so they are compiled without the runtime that counts, and into one body.
Python never calls them: the wrappers for that would be most of the time of compiling them."""

TRIM_THRESHOLD: Final = -1
MMAP_THRESHOLD: Final = -3
"""Numbers of glibc's ``mallopt(3)``: what is free at the end before it is given back, and from
which size on an array gets pages of its own, which are given back with it."""
NEVER_TRIM: Final = -1
LARGE_BYTES: Final = 1 << 30


@functools.cache
def keep_freed_memory() -> bool:
    """Let this process keep freed memory for itself, once; return whether it does.

    Nothing changes where the C library has no ``mallopt`` (macOS, Windows, musl).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(TRIM_THRESHOLD, NEVER_TRIM) and mallopt(MMAP_THRESHOLD, LARGE_BYTES))


def compile_route(route: Route) -> Any:  # noqa: ANN401
    """Return the hook compiled for the kernel."""
    return compile_hook(ROUTE_SIGNATURE, route)


def compile_profile(profile: Profile) -> Any:  # noqa: ANN401
    """Return a profile hook compiled for the kernel."""
    return compile_hook(PROFILE_SIGNATURE, profile)


_INT, _INTS, _FLOATS, _TABLE = types.int64, types.int64[::1], types.float64[::1], types.float64[:, ::1]
ROUTE_SIGNATURE: Final = _INT(_INT, _INT, _INT, _INT, _TABLE, _INTS, _INTS, types.float64, _FLOATS)
Route = Callable[..., int]
PROFILE_SIGNATURE: Final = _INT(_INT, _INT, _INTS, _INTS, _TABLE, _FLOATS)
Profile = Callable[..., int]
Review = Callable[..., int]
"""``profile(truck, lane, waiting, serving, columns, state)`` -> 0 (fast) or 1 (slow), asked as a
service begins at the profiled station; ``waiting`` and ``serving`` are by lane."""


def review_signature(plan: Any, memory: Any) -> Any:  # noqa: ANN401
    """Return the signature of `sim.engine.reviews.hold_review`, its first and last arguments being of these types."""
    return _INT(plan, _INT, _INT, _INTS, _FLOATS, _FLOATS, *(_INTS,) * 5, memory)

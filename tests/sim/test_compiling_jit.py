from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim import compiling
from sim.caching import cache_files
from sim.caching.source_hash import ROOT, source_files
from sim.compiling import ROUTE_SIGNATURE
from sim.engine.kernel import loop
from sim.engine.routes import route_standard
from sim.policies.portal_route import route_gated
from sim.policies.tree_route import route_tree


def names(*roots: str) -> set[str]:
    return {path.stem for path in source_files(roots)}


def test_every_source_that_the_engine_calls_is_hashed() -> None:
    reached = names(*compiling.ENGINE)
    assert {"loop", "moves", "state", "events", "closing", "routes"} <= reached
    assert {"stations", "flow", "feed_forward", "compiling"} <= reached
    assert not {path.stem for path in (ROOT / "sim" / "policies").glob("[a-z]*.py")} & reached


@pytest.mark.parametrize(("hook", "own"), [(route_gated, "portal_route"), (route_tree, "tree_route")])
def test_a_hook_is_hashed_by_all_that_it_calls(hook: Any, own: str) -> None:
    assert hook.__module__ == f"sim.policies.{own}"
    assert {own, "routes", "stations"} <= names(hook.__module__)


def test_a_hook_from_elsewhere_is_compiled_and_not_kept() -> None:
    def own(
        truck: int,
        here: int,
        seen: int,
        alarmed: int,
        columns: Any,
        waiting: Any,
        busy: Any,
        now_min: float,
        state: Any,
    ) -> int:
        return 3

    dispatcher = compiling.compile_hook(ROUTE_SIGNATURE, own)
    assert type(dispatcher._cache).__name__ == "NullCache"
    ours = compiling.compile_hook(ROUTE_SIGNATURE, route_standard)
    assert type(ours._cache).__name__ != "NullCache"


def test_a_new_policy_leaves_the_engine_as_it_was() -> None:
    loop.compiled_event_loop()
    body = loop.compiled_event_loop()
    signatures = list(body.signatures)

    def elsewhere(
        truck: int,
        here: int,
        seen: int,
        alarmed: int,
        columns: Any,
        waiting: Any,
        busy: Any,
        now_min: float,
        state: Any,
    ) -> int:
        return route_standard(truck, here, seen, alarmed, columns, waiting, busy, now_min, state)

    flow = loop.smallest_flow()
    loop.run_events(flow, elsewhere)
    assert loop.compiled_event_loop() is body
    assert list(body.signatures) == signatures
    assert loop.is_engine_cached()


def twice(number: Any) -> Any:
    return 2 * number


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a small function, with an empty cache."""
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache_files, "_TOLD", set())
    return twice


def make(function: Any) -> Any:
    return compiling.compiled_and_kept(function, ("sim.engine.kernel.state",), "int64(int64)")


def hits(dispatcher: Any) -> int:
    return sum(dispatcher.stats.cache_hits.values())


def test_what_was_compiled_is_loaded(function: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert [hits(make(function)), hits(make(function))] == [0, 1]
    assert make(function)(21) == 42
    kept = [path.suffix for path in (tmp_path / "cache" / "compiled").rglob("*.nb?")]
    assert sorted(kept) == [".nbc", ".nbi"]
    assert capfd.readouterr().err == ""


def test_a_file_that_is_whole_and_cannot_be_loaded_is_compiled_anew(
    function: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make(function)
    for suffix, content in ((".nbi", b"no pickle"), (".nbc", b""), (".nbc", b"N.")):
        (path,) = (tmp_path / "cache").rglob(f"*{suffix}")
        assert cache_files.write(path, content)
        assert hits(dispatcher := make(function)) == 0
        assert dispatcher(21) == 42
        assert hits(make(function)) == 1
    assert capfd.readouterr().err.count("thrown away") >= 1


def test_damaged_machine_code_with_a_checksum_that_fits_is_compiled_anew(
    function: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    make(function)

    def refuse(*_: object) -> None:
        raise RuntimeError("LLVM bitcode parsing error\nInvalid record")

    with monkeypatch.context() as patch:
        patch.setattr(compiling.CompileResult, "_rebuild", refuse)
        assert make(function)(21) == 42
    (line,) = capfd.readouterr().err.splitlines()
    assert "LLVM bitcode parsing error" in line
    assert hits(make(function)) == 1


def test_an_index_that_names_another_entrys_file_gives_nothing(function: Any, tmp_path: Path) -> None:
    """Two processes that write at once may both take the first free name."""
    integer = compiling.compiled_and_kept(function, ("sim.engine.kernel.state",), "int64(int64)")
    (path,) = (tmp_path / "cache").rglob("*.nbc")
    content = cache_files.verified(path)
    compiling.compiled_and_kept(function, ("sim.engine.kernel.state",), "float64(float64)")
    (other,) = (tmp_path / "cache").rglob("*.2.nbc")
    cache_files.write(other, content)
    real = compiling.compiled_and_kept(function, ("sim.engine.kernel.state",), "float64(float64)")
    assert hits(real) == 0
    assert (integer(3), real(1.5)) == (6, 3.0)

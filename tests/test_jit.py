from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim import compiled, jit
from sim.gates import route_gated
from sim.route import ROUTE_SIGNATURE, route_standard
from sim.tree_route import route_tree

FOLDER = Path(sim.__file__).parent


def names(*roots: str) -> set[str]:
    return {path.stem for path in jit.sources(FOLDER, roots)}


def test_every_source_that_the_engine_calls_is_hashed() -> None:
    reached = names(*jit.ENGINE)
    assert {"compiled", "kernel", "events", "schedule", "lanes", "closing", "route"} <= reached
    assert {"order", "flow", "recursion", "sweep", "jit"} <= reached
    assert not {path.stem for path in FOLDER.glob("policies_*.py")} & reached


@pytest.mark.parametrize(("hook", "own"), [(route_gated, "gates"), (route_tree, "tree_route")])
def test_a_hook_is_hashed_by_all_that_it_calls(hook: Any, own: str) -> None:
    assert hook.__module__ == f"sim.{own}"
    assert {own, "route", "order"} <= names(own)


def test_a_changed_helper_changes_the_hash_and_a_stranger_does_not(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text("from sim.helper import add\nfrom sim import far, near\n")
    for name in ("helper", "far", "near", "stranger"):
        (tmp_path / f"{name}.py").write_text("")
    found = {path.stem for path in jit.sources(tmp_path, ["loop"])}
    assert found == {"loop", "helper", "far", "near"}


def test_a_hook_from_elsewhere_is_compiled_and_not_kept() -> None:
    def own(
        truck: int, here: int, seen: int, alarmed: int, columns: Any,
        waiting: Any, busy: Any, now_min: float, state: Any,
    ) -> int:  # fmt: skip
        return 3

    dispatcher = jit.compiled_hook(ROUTE_SIGNATURE, own)
    assert type(dispatcher._cache).__name__ == "NullCache"
    ours = jit.compiled_hook(ROUTE_SIGNATURE, route_standard)
    assert type(ours._cache).__name__ != "NullCache"


def test_a_new_policy_leaves_the_engine_as_it_was() -> None:
    compiled.engine()
    body = compiled.engine()
    signatures = list(body.signatures)

    def elsewhere(
        truck: int, here: int, seen: int, alarmed: int, columns: Any,
        waiting: Any, busy: Any, now_min: float, state: Any,
    ) -> int:  # fmt: skip
        return route_standard(truck, here, seen, alarmed, columns, waiting, busy, now_min, state)

    flow = compiled.example()
    compiled.run_events(flow, elsewhere)
    assert compiled.engine() is body
    assert list(body.signatures) == signatures
    assert compiled.is_kept()

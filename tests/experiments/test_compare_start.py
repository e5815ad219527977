from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest
from ports import FlatScorer

from experiments import cli, compare
from experiments.execution.replicate import compile_besides, compile_for_run
from experiments.study.study import Study, build_study
from experiments.training import find_or_train
from sim.compiling import Route
from sim.engine.kernel import loop
from sim.engine.routes import route_standard
from sim.errors import PolicyError
from sim.policies.base import POLICIES
from sim.policies.lists import NoReferral
from sim.results import station_passes

DAY = ["days=1", "replications=1", "processes=1"]


def route_talkative(
    truck: int, here: int, seen: int, alarmed: int, columns: Any, waiting: Any, busy: Any, now_min: float, state: Any
) -> int:
    """A hook that no compiler of numbers can follow."""
    told = json.loads(json.dumps({"truck": int(truck)}))
    assert told["truck"] == truck
    return route_standard(truck, here, seen, alarmed, columns, waiting, busy, now_min, state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talkative(NoReferral):
    route: ClassVar[Route] = staticmethod(route_talkative)


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Return the overrides of a run with a policy of the user's own."""
    monkeypatch.setitem(POLICIES, "talkative", Talkative)
    monkeypatch.setattr(find_or_train, "fitted_scorer", lambda *_: FlatScorer())
    (tmp_path / "configs" / "policy").mkdir(parents=True)
    mine = "name: talkative\nrandom_floor_share: 0.0\nofficer_referral: false\n"
    (tmp_path / "configs" / "policy" / "talkative.yaml").write_text(mine)
    own = ["policy=talkative", f"out={tmp_path / 'out'}", "bottleneck=false", *DAY]
    return ["run", f"--config-dir={tmp_path / 'configs'}", *own]


def test_a_policy_that_cannot_be_compiled_is_refused_in_one_line(
    talkative: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loop.compiled_event_loop()
    assert cli.main(talkative) == cli.BAD_INPUT
    line = capfd.readouterr().err.strip()
    assert "\n" not in line
    assert "talkative" in line
    assert "json" in line or "dumps" in line
    assert "engine=simpy" in line
    assert not (tmp_path / "out").exists()


def test_simpy_runs_what_cannot_be_compiled(talkative: list[str], tmp_path: Path) -> None:
    assert cli.main([*talkative, "engine=simpy"]) == 0
    own = pd.read_parquet(tmp_path / "out" / "metrics.parquet")
    plain = ["run", "policy=no_referral", f"out={tmp_path / 'plain'}", "bottleneck=false", *DAY]
    assert cli.main(plain) == 0
    same = pd.read_parquet(tmp_path / "plain" / "metrics.parquet")
    pd.testing.assert_frame_equal(own.drop(columns="alternative"), same.drop(columns="alternative"), check_exact=True)


def test_the_reason_is_the_compilers_own() -> None:
    policy = Talkative(name="mine", officer_referral=False, random_floor_share=0.0)
    with pytest.raises(PolicyError, match=r"policy mine: its hook cannot be compiled \(.+\);"):
        compile_for_run("compiled", [policy])
    compile_for_run("simpy", [policy])


def test_what_is_compiled_besides_leaves_such_a_hook_to_who_can_say_so() -> None:
    compile_besides([Talkative(name="mine", officer_referral=False, random_floor_share=0.0)])
    assert station_passes.compiled_pass.cache_info().currsize == 1


def test_the_other_process_compiles_the_hooks_while_this_one_compiles_the_engine(
    cold: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(compare, "start_workers", lambda _, prepare: begun.append(prepare.func))
    monkeypatch.setattr(compare, "compile_for_run", lambda *_: begun.append("engine"))
    compare.compile_engine_for(build_study(["replications=4", "processes=2"], "run"), cold.append)
    assert begun[:2] == [compile_besides, "engine"]


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pretend that nothing was ever compiled; return what is said."""
    monkeypatch.setattr(loop, "is_engine_cached", lambda: False)
    monkeypatch.setattr(compare, "compile_for_run", lambda *_: None)
    monkeypatch.setattr(compare, "start_workers", lambda *_: None)
    return []


def test_a_small_study_does_not_wait_for_the_compiler_and_says_so(cold: list[str]) -> None:
    begun = compare.compile_engine_for(build_study(DAY, "run"), cold.append)
    assert begun.engine == "simpy"
    assert len(cold) == 1
    assert "SimPy" in cold[0]


def test_a_large_study_says_that_it_compiles(cold: list[str]) -> None:
    asked = build_study(["replications=4"], "run")
    assert compare.compile_engine_for(asked, cold.append) == asked
    assert len(cold) == 1
    assert "Compiling" in cold[0]


def test_whoever_asks_for_simpy_gets_it_without_a_word(cold: list[str]) -> None:
    asked = build_study([*DAY, "engine=simpy"], "run")
    assert compare.compile_engine_for(asked, cold.append) == asked
    assert cold == []


def test_what_was_compiled_before_is_used_in_silence() -> None:
    loop.compiled_event_loop()
    said: list[str] = []
    asked = build_study(DAY, "run")
    assert compare.compile_engine_for(asked, said.append).engine == "compiled"
    assert said == []


def test_passages_count_alternatives_extras_and_redraws() -> None:
    one: Study = build_study([*DAY, "bottleneck=false"], "run")
    day = compare.n_truck_passages(one)
    assert day == pytest.approx(8_000, rel=0.1)
    assert compare.n_truck_passages(dataclasses.replace(one, bottleneck=True)) > 5 * day
    redrawn = build_study(["days=1", "replications=2", "bottleneck=false"], "run")
    draws = redrawn.robustness.draws * redrawn.robustness.replications
    assert compare.n_truck_passages(redrawn) == pytest.approx((2 + 2 * draws) * day)

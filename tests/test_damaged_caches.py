"""No file of the cache, damaged or planted, runs code, ends in a traceback or changes a result.

A run on a small port fills the cache; then each file is damaged in each way, and the same run must
write the same bytes, say one line, and leave a cache that is whole.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments import cache, cli, train
from experiments.study import kept_compositions
from experiments.study.compose import _composed
from experiments.study.study import compose_scenario
from experiments.training import past_practice, simulated_history
from experiments.training.cache import model_folders
from models import store
from sim import compiling
from sim.caching import cache_files
from sim.caching.source_hash import ROOT
from sim.engine import routes
from sim.engine.kernel import loop

RUN = ["port=bare", "traffic=flat", "traffic.trucks_per_h=5", "risk=rules", "days=1"]
RUN += ["replications=1", "processes=1", "bottleneck=false"]
LEARN = ["threat.prevalence_per_truck=0.008", "traffic.volume_scale=0.1", "risk=logistic"]

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda whole: whole[: len(whole) // 2],
    "cut by a byte": lambda whole: whole[:-1],
    "empty": lambda _: b"",
    "garbage": lambda whole: bytes(range(256)) * (len(whole) // 256 + 1),
    "a bit flipped": lambda whole: flipped(whole, len(whole) // 2),
    "a late bit flipped": lambda whole: flipped(whole, len(whole) - 2),
}


def flipped(whole: bytes, place: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Return a cache that one run has filled, and the METRICS that it wrote."""
    folder = tmp_path_factory.mktemp("clean")
    with pytest.MonkeyPatch.context() as patch:
        use(folder / "cache", patch)
        metrics = run(folder / "out")
        compiling.compile_route(routes.route_standard)
        assert compose_scenario(LEARN).risk.name == "logistic"
    return folder, metrics


@pytest.fixture
def root(clean: tuple[Path, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this test's own copy of the filled cache, with the key that belongs to it."""
    shutil.copytree(clean[0] / "cache", tmp_path / "cache")
    use(tmp_path / "cache", monkeypatch)
    monkeypatch.setenv("THROUGHGATE_CONFIG", str(clean[0] / "config"))
    return tmp_path / "cache"


def use(root: Path, patch: pytest.MonkeyPatch) -> None:
    """Let this process use another cache, as if it had just begun."""
    patch.setenv("THROUGHGATE_CACHE", str(root))
    patch.setenv("THROUGHGATE_CONFIG", str(root.with_name("config")))
    patch.setenv(cache_files.STAND_IN, "")
    patch.setattr(cache_files, "_TOLD", set())
    _composed.cache_clear()


def run(out: Path) -> bytes:
    assert cli.main(["run", *RUN, "engine=simpy", f"out={out}"]) == 0
    return (out / "metrics.parquet").read_bytes()


def one_file(root: Path, pattern: str) -> Path:
    """Return the file of a kind; of several, the largest."""
    return max(root.glob(pattern), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pattern", ["composed/*.json", "models/*/plain.json", "models/*/scale.npy"])
def test_a_run_gives_the_same_bytes(
    pattern: str, form: str, root: Path, clean: tuple[Path, bytes], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = list(root.glob(pattern))
    for path in damaged:
        path.write_bytes(FORMS[form](path.read_bytes()))
    capfd.readouterr()
    assert run(tmp_path / "out") == clean[1]
    lines = capfd.readouterr().err.splitlines()
    assert 1 <= len(lines) <= len(damaged)
    assert all("thrown away" in line for line in lines)
    run(tmp_path / "again")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["model.skops", "model.json", "card.json"])
def test_a_model_is_trained_again(name: str, form: str, root: Path) -> None:
    scenario = compose_scenario(RUN[:4])
    path = model_folders(scenario.risk, scenario).model / name
    whole = path.read_bytes()
    path.write_bytes(FORMS[form](whole))
    said: list[str] = []
    again = train.ensure_fitted(scenario.risk, scenario, 1, say=said.append)
    assert again.name == "rules"
    assert [line.startswith("training again") for line in said] == [True]
    assert store.load_model(path.parent).name == "rules"
    assert train.ensure_fitted(scenario.risk, scenario, 1, say=said.append).name == "rules"
    assert len(said) == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_hook_is_compiled_again(suffix: str, form: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = one_file(root, f"compiled/*/routes.route_standard-*{suffix}")
    path.write_bytes(FORMS[form](path.read_bytes()))
    assert hits() == 0
    (line,) = capfd.readouterr().err.splitlines()
    assert str(path) in line
    assert hits() == 1
    assert capfd.readouterr().err == ""


def hits() -> int:
    """Return how many signatures of a hook were loaded and not compiled."""
    return sum(compiling.compile_route(routes.route_standard).stats.cache_hits.values())


@pytest.mark.parametrize("form", FORMS)
def test_a_past_is_drawn_again(
    form: str, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is drawn is a table at hand: what counts is that it is kept, and not read damaged."""
    scenario = compose_scenario(LEARN)
    folders = model_folders(scenario.risk, scenario)
    path = folders.history
    frame = pd.DataFrame({"label": [0.0, 1.0], "ordered": [False, True]})
    made = simulated_history.SimulatedHistory(frame=frame, trucks=7)
    monkeypatch.setattr(simulated_history, "draw_history", lambda *_: made)

    def recall() -> simulated_history.SimulatedHistory:
        return train.load_or_draw_past(
            folders, scenario.risk, past_practice.port_before_change(scenario.risk, scenario), 1, None
        )

    recall()
    path.write_bytes(FORMS[form](path.read_bytes()))
    again = recall()
    assert (again.trucks, again.frame.equals(made.frame)) == (7, True)
    (line,) = capfd.readouterr().err.splitlines()
    assert str(path) in line
    monkeypatch.setattr(simulated_history, "draw_history", lambda *_: pytest.fail("drawn again"))
    assert recall().frame.equals(made.frame)


def test_a_kept_number_that_was_changed_is_not_believed(root: Path, clean: tuple[Path, bytes], tmp_path: Path) -> None:
    """F3: one bit made a mean service of 2 minutes 3, and the run said nothing."""
    changed = 0
    for path in root.glob("composed/*.json"):
        content = path.read_bytes()
        at = content.rfind(b"2.0")
        changed += at > 0
        path.write_bytes(content[:at] + b"3" + content[at + 1 :])
    assert changed
    assert run(tmp_path / "out") == clean[1]


def test_a_planted_pickle_is_not_read(root: Path, tmp_path: Path) -> None:
    for path in root.rglob("*.nb?"):
        path.write_bytes(pickle.dumps(Evil(tmp_path / "owned")))
    assert hits() == 0
    assert not loop.is_engine_cached()
    assert not (tmp_path / "owned").exists()


def test_a_pickle_in_a_folder_that_could_be_guessed_is_not_read(tmp_path: Path) -> None:
    """F1: the user's cache cannot be made, and somebody was in the temporary folder before."""
    (tmp_path / "file").write_text("no folder")
    temporary, owned = tmp_path / "tmp", tmp_path / "owned"
    temporary.mkdir()
    imports = "from sim import compiling; from sim.engine import routes;"
    code = f"{imports} print(compiling.compiled_folder('sim.engine.routes').name);"
    environment = os.environ | {
        "TMPDIR": str(temporary),
        "THROUGHGATE_CACHE": str(tmp_path / "file"),
        "THROUGHGATE_CONFIG": str(tmp_path / "config"),
        cache_files.STAND_IN: "",
        "PYTHONPATH": str(ROOT),
    }
    for uid in (os.getuid(), "default"):
        folder = temporary / f"throughgate-compiled-{uid}" / compiling.compiled_folder("sim.engine.routes").name
        folder.mkdir(parents=True)
        line = routes.route_standard.__code__.co_firstlineno
        names = f"routes.route_standard-{line}.py{sys.version_info[0]}{sys.version_info[1]}"
        for end in (".nbi", ".1.nbc"):
            (folder / f"{names}{end}").write_bytes(pickle.dumps(Evil(owned)))
    done = subprocess.run(
        [sys.executable, "-c", f"{code} compiling.compile_route(routes.route_standard)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not owned.exists()
    assert done.stderr.count("\n") == 1
    assert {path.name.startswith("throughgate-compiled-") for path in temporary.iterdir()} == {True}


def test_a_folder_that_others_may_write_to_is_not_read(
    root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for folder in (root / "compiled").glob("*"):
        folder.chmod(0o777)
        for path in folder.iterdir():
            path.write_bytes(pickle.dumps(Evil(tmp_path / "owned")))
    assert hits() == 0
    assert not (tmp_path / "owned").exists()
    said = capfd.readouterr().err.splitlines()
    assert said
    assert all("others may write" in line for line in said)


def test_what_was_damaged_is_found_by_the_check(root: Path) -> None:
    assert cache.main(["check"]) == 0
    path = one_file(root, "composed/*.json")
    path.write_bytes(FORMS["a bit flipped"](path.read_bytes()))
    assert cache.main(["check"]) == 1
    assert kept_compositions.read_composition(RUN, "config") is None

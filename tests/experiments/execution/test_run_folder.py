"""A run has its folder to itself, marked until it is whole, and goes on only where nothing has moved."""

from __future__ import annotations

import concurrent.futures
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.execution import run_folder
from experiments.execution.run_folder import HIDDEN, NOTE, folder_state, folder_states, read_started, running
from experiments.files import OutputFolder, make_new_folder
from experiments.study.study import Study, build_study
from sim.errors import ConfigError, ModelError, OutputError, PolicyError

ROOT = Path(__file__).parents[3]
SMALL = ("policy=no_referral", "replications=2", "days=1", "bottleneck=false", "robustness.draws=0", "processes=1")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.chdir(tmp_path)
    return build_study([*SMALL, "out=here"], "run")


def interrupted(study: Study) -> Path:
    """Leave the folder of a run that was stopped."""

    def work(placed: Study) -> None:
        (placed.out / "metrics.parquet").write_text("half of all")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), running(study, "run") as placed:
        work(placed)
    run_folder.stopping.resume_with.clear()
    return Path("here")


def test_a_folder_is_marked_until_it_is_whole(study: Study) -> None:
    with running(study, "run") as placed:
        assert placed.out == Path("here")
        assert "throughgate run resume=here" in (placed.out / NOTE).read_text()
        assert folder_state(placed.out).state == "in flight"
        (placed.out / "run.json").write_text('{"verb": "run"}')
    assert [path.name for path in Path("here").iterdir()] == ["run.json"]
    assert folder_state(Path("here")).state == "done"


def test_a_run_that_writes_nothing_leaves_no_folder(study: Study, tmp_path: Path) -> None:
    with running(study, "train"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_question_refused_before_its_first_piece_leaves_nothing(study: Study, tmp_path: Path) -> None:
    with pytest.raises(PolicyError), running(study, "run"):
        raise PolicyError("its hook cannot be compiled")
    assert list(tmp_path.iterdir()) == []


def test_states_tell_done_failed_interrupted_and_in_flight(study: Study, tmp_path: Path) -> None:
    interrupted(study)
    with pytest.raises(ZeroDivisionError), running(build_study([*SMALL, "out=failed"], "run"), "run"):
        raise ZeroDivisionError("a bug")
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "run.json").write_text('{"verb": "fund"}')
    with running(build_study([*SMALL, "out=going"], "run"), "run"):
        states = {state.folder.name: (state.state, state.verb, state.problem) for state in folder_states(tmp_path)}
    assert states == {
        "here": ("interrupted", "run", ""),
        "failed": ("failed", "run", "ZeroDivisionError: a bug"),
        "done": ("done", "fund", ""),
        "going": ("in flight", "run", ""),
    }


def test_no_two_runs_share_a_folder_that_both_name(study: Study) -> None:
    with (
        running(study, "run"),
        pytest.raises(OutputError, match=rf"^out: process {os.getpid()} is writing to 'here'"),
        running(study, "run"),
    ):
        pass
    interrupted(study)
    with pytest.raises(OutputError, match="holds an unfinished run; go on with resume=here"), running(study, "run"):
        pass


def test_an_earlier_whole_run_is_written_over_as_before(study: Study) -> None:
    Path("here").mkdir()
    Path("here/run.json").write_text("{}")
    with running(study, "run"):
        pass
    assert Path("here/run.json").read_text() == "{}"


def test_runs_of_the_same_second_get_folders_of_their_own(tmp_path: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _: make_new_folder(tmp_path / "results" / "run-x-1"), range(10)))
    names = {path.name for path in made}
    assert names == {"run-x-1", *(f"run-x-1-{number}" for number in range(2, 11))}


def test_a_default_folder_that_is_taken_gets_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study = build_study(SMALL, "run")
    with running(study, "run") as first, running(study, "run") as second:
        assert second.out == first.out.with_name(f"{first.out.name}-2")


Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Return a function that runs a command line that is refused, and returns its one line."""

    def run(*argv: str) -> str:
        capsys.readouterr()
        assert main(argv) == 2
        screen = capsys.readouterr()
        assert screen.out == ""
        assert screen.err.count("\n") == 1
        return screen.err

    return run


def test_a_configuration_that_moved_is_refused_key_by_key(study: Study, refused: Refused) -> None:
    folder = interrupted(study)
    line = refused("run", f"resume={folder}", "seed=7", "port.primary.service.mean_min=3.0")
    assert line.startswith("resume: the configuration moved since the run was started: ")
    assert "seed: 1 then, 7 now" in line
    assert "port.primary.service.mean_min: " in line
    assert "3.0 now" in line
    assert folder_state(folder).state == "interrupted"


def test_how_a_run_is_carried_out_may_move(study: Study) -> None:
    started = read_started(interrupted(study), "run")
    run_folder.check_unmoved(started, build_study([*SMALL, "out=here", "processes=2", "backend=dask"], "run"))


def test_sources_and_packages_that_moved_are_refused(
    study: Study, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = interrupted(study)
    with monkeypatch.context() as patch:
        patch.setattr(run_folder, "sources_hash", lambda: "0123456789")
        assert "the program's sources changed since the run was started" in refused("run", f"resume={folder}")
    monkeypatch.setattr(run_folder, "program_versions", lambda: {"numpy": "1.0"})
    assert "numpy: " in refused("run", f"resume={folder}")


def test_a_model_that_moved_is_refused(study: Study) -> None:
    with running(study, "run"):
        run = run_folder.open_run()
        assert run is not None
        run.check_models({"rules": "a1"})
        run.check_models({"rules": "a1"})
        with pytest.raises(ConfigError, match="model of rules moved since the run was started: a1 then, b2 now"):
            run.check_models({"rules": "b2"})


def test_what_cannot_be_resumed_is_said_in_one_line(study: Study, refused: Refused, tmp_path: Path) -> None:
    assert "no such folder: 'nowhere'" in refused("run", "resume=nowhere")
    (tmp_path / "whole").mkdir()
    assert "holds no unfinished run" in refused("run", "resume=whole")
    folder = interrupted(study)
    assert "was started by run; throughgate run resume=here" in refused("fund", f"resume={folder}")
    assert "stays in its folder" in refused("run", f"resume={folder}", "out=elsewhere")
    assert "every job of -m" in refused("train", "-m", f"resume={folder}", "seed=1,2")
    assert "retry: expected failed" in refused("run", f"resume={folder}", "retry=all")
    assert "retry: needs resume=FOLDER" in refused("run", "retry=failed")
    record = folder / HIDDEN / "run.json"
    record.write_bytes(record.read_bytes().replace(b"no_referral", b"no_referrax"))
    assert "cannot tell what 'here' was started with" in refused("run", f"resume={folder}")


def test_a_run_that_another_process_works_on_is_not_resumed(study: Study, refused: Refused) -> None:
    with running(study, "run"):
        assert f"process {os.getpid()} is working on this run" in refused("run", "resume=here")


def test_an_error_after_the_first_piece_leaves_a_failed_run(study: Study) -> None:

    def work() -> None:
        run = run_folder.open_run()
        assert run is not None
        run.journal.keep("piece", 1)
        message = "nothing to learn from"
        raise ModelError(message)

    with pytest.raises(ModelError), running(study, "run"):
        work()
    assert folder_state(Path("here")).problem == "ModelError: nothing to learn from"


@pytest.mark.slow
def test_ten_runs_started_in_one_second_give_ten_whole_folders(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "experiments.cli", "run", *SMALL, "risk=constant"]
    runs = [
        subprocess.Popen([*call, f"seed={seed}"], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)})
        for seed in range(1, 11)
    ]
    assert [run.wait() for run in runs] == [0] * 10
    records = [json.loads(path.read_text()) for path in (tmp_path / "results").glob("run-*/run.json")]
    assert sorted(record["seed"] for record in records) == list(range(1, 11))
    assert {state.state for state in folder_states(tmp_path)} == {"done"}


def test_a_folder_used_again_is_cleared_of_the_run_before(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    for names in (("run.json", "ledger.parquet"), ("run.json",)):
        with running(study, "run") as placed:
            for name in names:
                OutputFolder(placed.out).write_text(name, "of this run")
    assert capsys.readouterr().out == (
        "Written over in here, of the run before: run.json\nRemoved from here, of the run before: ledger.parquet\n"
    )
    assert sorted(path.name for path in Path("here").iterdir()) == [".written", "run.json"]


def test_a_run_that_fails_clears_nothing(study: Study) -> None:
    with running(study, "run") as placed:
        OutputFolder(placed.out).write_text("ledger.parquet", "of the run before")
    with pytest.raises(ZeroDivisionError), running(study, "run"):
        raise ZeroDivisionError("a bug")
    assert Path("here/ledger.parquet").is_file()

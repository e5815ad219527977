"""The command line: every verb is listed, and bad input costs one line and nothing else."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.cli import main, parse_command_line
from experiments.command_line.verbosity import is_quiet
from experiments.command_line.verbs import VERBS
from experiments.study.study import Study
from sim.errors import ConfigError
from tests.malformed import MALFORMED

ROOT = Path(__file__).parents[2]
Refuse = Callable[..., str]


@pytest.fixture
def refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Return a function that runs a command line in an empty folder and returns its one line."""

    def run(*argv: str) -> str:
        monkeypatch.chdir(tmp_path)
        before = sorted(tmp_path.rglob("*"))
        status = main(argv)
        screen = capsys.readouterr()
        assert status == 2
        assert screen.out == ""
        assert screen.err.count("\n") == 1
        assert screen.err.endswith("\n")
        assert sorted(tmp_path.rglob("*")) == before
        return screen.err

    return run


@pytest.mark.parametrize(("argv", "expected"), MALFORMED, ids=lambda value: " ".join(value)[:60])
def test_malformed_input_costs_one_line(refuse: Refuse, argv: list[str], expected: str) -> None:
    assert expected in refuse(*argv)


def test_out_that_is_a_file_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    assert "is not a folder" in refuse("run", "out=taken")
    assert "is not a folder" in refuse("run", "out=taken/below")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_out_without_permission_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "Permission denied" in refuse("run", "out=locked/results")


def test_a_private_config_with_a_mistake_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    private = tmp_path / "private"
    (private / "policy").mkdir(parents=True)
    (private / "policy" / "mine.yaml").write_text("name: threshold\ncutoff: [1\n")
    assert "expected" in refuse("run", "--config-dir", str(private), "policy=mine")
    (private / "policy" / "mine.yaml").write_text("name: threshold\nhalf: 1\n")
    line = refuse("run", "--config-dir", str(private), "policy=mine")
    assert line.startswith("policy.half: unknown key; ")


def test_an_alternative_with_a_mistake_is_named(refuse: Refuse, tmp_path: Path) -> None:
    folder = tmp_path / "private"
    (folder / "experiment").mkdir(parents=True)
    file = folder / "experiment" / "mine.yaml"
    for own, expected in [
        ("[policy=no_referral, seed=3]", "alternatives.b: may set only parts of the scenario"),
        ("[risk=boosted]", "alternatives.b: must name its policy"),
        ("[policy=foo]", "alternatives.b: policy: no option 'foo'"),
        ("[policy=no_referral, port.primary.lanes=-1]", "alternatives.b: port.primary.lanes:"),
        ("[policy]", "alternatives.b: policy: expected key=value"),
    ]:
        text = f"# @package _global_\nalternatives:\n  a: [policy=no_referral]\n  b: {own}\n"
        file.write_text(text)
        assert expected in refuse("compare", "--config-dir", str(folder), "experiment=mine")


@pytest.mark.parametrize(
    "argv", [["run", "policy=foo"], ["compare", "port.primary.lane=3"], ["run", "seed=1,2"], ["rnu"]]
)
def test_the_real_command_refuses_in_one_line(tmp_path: Path, argv: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", *argv],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_leaves_costs_no_traceback() -> None:
    call = [sys.executable, "-m", "experiments.cli", "run", "--help"]
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_no_verb_lists_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, verb in VERBS.items():
        assert [line for line in lines if line.split()[:1] == [name] and verb.line in line]


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if verb.builder])
def test_help_names_keys_and_groups(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    text = capsys.readouterr().out
    for word in ("replications=", "start_date=", "engine=", "port: bare", "policy: all_of"):
        assert word in text


class Recorder:
    """A verb that only notes the overrides of the studies that it was given."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def carry_out(self, study: Study) -> int:
        self.calls.append(list(study.overrides))
        return 0


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Recorder:
    """Return a verb that stands in for all verbs, in an empty folder."""
    found = Recorder()
    for verb in VERBS.values():
        monkeypatch.setitem(sys.modules, verb.module, found)
    monkeypatch.chdir(tmp_path)
    return found


def test_a_sweep_runs_every_combination_in_order(recorder: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["train", "-m", "seed=1,2", "days=range(1,3)", "out=here", "port=bare"]
    assert main(argv) == 0
    assert recorder.calls == [
        ["seed=1", "days=1", "port=bare", "out='here/0'"],
        ["seed=1", "days=2", "port=bare", "out='here/1'"],
        ["seed=2", "days=1", "port=bare", "out='here/2'"],
        ["seed=2", "days=2", "port=bare", "out='here/3'"],
    ]
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "job 1 of 4: seed=1 days=2 port=bare out='here/1'"


def test_a_sweep_without_out_has_one_folder_for_all_jobs(recorder: Recorder) -> None:
    assert main(["train", "--multirun", "seed=1,2"]) == 0
    folders = [Path(call[-1].removeprefix("out=").strip("'")) for call in recorder.calls]
    assert [folder.name for folder in folders] == ["0", "1"]
    assert len({folder.parent for folder in folders}) == 1
    assert folders[0].parent.name.startswith("train-sweep-")


def test_no_job_runs_if_one_is_bad(recorder: Recorder) -> None:
    assert main(["train", "-m", "seed=1,-1"]) == 2
    assert main(["run", "-m", "seed=1,-1"]) == 2
    assert recorder.calls == []


def test_a_private_folder_adds_options(recorder: Recorder, tmp_path: Path) -> None:
    folder = tmp_path / "it's private"
    (folder / "policy").mkdir(parents=True)
    text = "name: threshold\ncutoff: 0.5\nrandom_floor_share: 0.0\nofficer_referral: true\n"
    (folder / "policy" / "mine.yaml").write_text(text)
    assert main(["run", "--config-dir", str(folder), "policy=mine"]) == 0
    assert main(["train", f"--config-dir={folder}", "-m", "policy=mine,threshold"]) == 0
    assert len(recorder.calls) == 3


def test_interruption_costs_one_line(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_study: Study) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(recorder, "carry_out", interrupt)
    assert main(["run"]) == 130
    folder = next(Path("results").iterdir())
    assert capsys.readouterr().err == f"interrupted; resume with: throughgate run resume={folder}\n"


def test_a_mistake_of_ours_keeps_its_traceback(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_study: Study) -> int:
        message = "a bug"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(recorder, "carry_out", fail)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        main(["run"])


def test_a_file_error_names_the_file(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recorder, "carry_out", lambda _study: len(Path("gone.csv").read_text()))
    assert main(["run"]) == 2
    assert capsys.readouterr().err == "gone.csv: No such file or directory\n"


def test_read_takes_flags_anywhere() -> None:
    call = parse_command_line(["run", "seed=1", "-m", "days=2"])
    assert (call.verb, call.overrides, call.multirun) == ("run", ("seed=1", "days=2"), True)
    with pytest.raises(ConfigError, match="--silent: unknown option"):
        parse_command_line(["run", "--silent"])


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ([], "brief"),
        (["-q"], "quiet"),
        (["details=true"], "details"),
        (["details=false"], "brief"),
        (["--verbose", "details=true"], "timed"),
    ],
)
def test_words_say_how_much_is_said_and_are_no_overrides(words: list[str], level: str) -> None:
    call = parse_command_line(["run", *words, "seed=1"])
    assert (call.level, call.overrides) == (level, ("seed=1",))


def test_a_verb_that_answers_no_study_keeps_its_words() -> None:
    assert parse_command_line(["query", "details=true"]).overrides == ("details=true",)


def test_a_quiet_run_says_so_to_its_verb(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet: list[bool] = []
    monkeypatch.setattr(recorder, "carry_out", lambda _study: quiet.append(is_quiet()) or 0)
    assert main(["run", "-q"]) == 0
    assert main(["run"]) == 0
    assert quiet == [True, False]


def test_verbs_have_modules_that_answer() -> None:
    for name, verb in VERBS.items():
        path = ROOT / (verb.module.replace(".", "/") + ".py")
        assert path.is_file(), verb.module
        text = path.read_text(encoding="utf-8")
        entry = "main" if verb.builder is None else "carry_out"
        assert callable(getattr(importlib.import_module(verb.module), entry))
        assert f'run_verb("{name}")' in text


def test_output_that_has_nowhere_to_go_costs_one_line() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "experiments.cli", "--help"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "output: No space left on device\n"


def test_letters_that_a_terminal_does_not_have_are_replaced() -> None:
    path = "no_such_mañana.csv"
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", "run", f"manifest={path}"],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "manifest: no such file: 'no_such_ma?ana.csv'\n"

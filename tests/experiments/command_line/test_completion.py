"""Tab completion offers what exists, in a real shell."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.command_line.completion import SCRIPTS, candidates, completion_script
from experiments.command_line.verbs import VERBS
from experiments.study.compose import compose_config, value_at
from sim.errors import ConfigError


def test_the_first_word_is_a_verb() -> None:
    assert candidates([""]) == sorted(VERBS)
    assert candidates(["com"]) == ["compare", "compare-runs"]


def test_groups_options_and_lists_of_options() -> None:
    assert {"port=", "policy=", "replications=", "robustness="} <= set(candidates(["run", ""]))
    assert candidates(["run", "port=world"]) == ["port=world_trade_bridge", "port=world_trade_bridge_south"]
    assert candidates(["sweep", "port=pharr,ys"]) == ["port=pharr,ysleta"]
    assert candidates(["capacity", "growth_s"]) == ["growth_share_per_y="]


def test_keys_are_those_of_the_option_that_is_chosen() -> None:
    keys = candidates(["run", "policy=top_share", "policy."])
    mapping = compose_config(["policy=top_share"]).mapping
    assert keys
    for key in keys:
        *above, last = key.removesuffix("=").split(".")
        assert last in value_at(mapping, above)
    assert candidates(["run", "policy=threshold", "policy."]) != keys


def test_options_of_a_private_folder_are_offered(tmp_path: Path) -> None:
    (tmp_path / "port").mkdir()
    (tmp_path / "port" / "mine.yaml").write_text("name: mine\nprimary: {lanes: 3}\n", encoding="utf-8")
    before = ["run", "--config-dir", str(tmp_path)]
    assert candidates([*before, "port=mi"]) == ["port=mine"]
    assert candidates([*before, "port=mine", "port.pri"]) == ["port.primary.lanes="]


def test_damaged_files_and_folders_outside_offer_nothing(tmp_path: Path) -> None:
    (tmp_path / "port").mkdir()
    (tmp_path / "port" / "mine.yaml").write_text("name: [", encoding="utf-8")
    assert candidates(["run", f"--config-dir={tmp_path}", "port=mine", "port."]) == []
    assert candidates(["run", "../port="]) == []


def test_an_unknown_shell_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected one of bash, zsh"):
        completion_script(["fish"])


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("throughgate comp", "compare compare-runs"),
        ("throughgate run port=ysl", "ysleta"),
        ("throughgate run traf", "traffic="),
    ],
)
def test_bash_completes(line: str, offered: str, tmp_path: Path) -> None:
    """The script as bash runs it: ``=`` breaks words, so that what stands before it is left out of the reply."""
    bash = shutil.which("bash")
    assert bash is not None
    program = tmp_path / "throughgate"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m experiments.cli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    ask = f"COMP_LINE={line!r}; COMP_POINT={len(line)}; _throughgate; echo ${{COMPREPLY[@]}}"
    script = f"PATH={tmp_path}:$PATH\n{SCRIPTS['bash']}\n{ask}"
    root = Path(__file__).parents[3]
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == offered


def test_details_is_offered_where_it_says_something() -> None:
    assert candidates(["run", "detai"]) == ["details="]
    assert candidates(["query", "detai"]) == []


def completed(fd: int, line: str, wanted: str) -> str:
    """Type a line and a tab, and return what the terminal shows until it shows what is wanted or is silent."""
    os.write(fd, line.encode() + b"\t")
    shown = ""
    while wanted not in shown and select.select([fd], [], [], 30.0)[0]:
        shown += os.read(fd, 65536).decode(errors="replace")
    return shown


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes_in_a_terminal(tmp_path: Path) -> None:
    """With the one line that the help tells to add, in a shell that has no completion of its own set up."""
    root = Path(__file__).parents[3]
    program = tmp_path / "throughgate"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m experiments.cli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    start = f'PS1="ready> "\nPATH={tmp_path}:$PATH\neval "$(throughgate completion zsh)"\n'
    (tmp_path / ".zshrc").write_text(start, encoding="utf-8")
    screen = {"ZDOTDIR": str(tmp_path), "TERM": "dumb", "PYTHONPATH": str(root)}
    fd, inside = pty.openpty()
    with subprocess.Popen(
        ["zsh", "-i"], stdin=inside, stdout=inside, stderr=inside, env=os.environ | screen, start_new_session=True
    ) as shell:
        assert "compdef" not in completed(fd, "", "ready> ")
        assert "port=ysleta" in completed(fd, "throughgate run port=ysl", "port=ysleta")
        assert "compare" in completed(fd, "\x15throughgate comp", "compare")
        shell.kill()
    os.close(inside)
    os.close(fd)

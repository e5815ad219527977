"""Help is read from the files that it speaks of, and imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from experiments.command_line.config_files import default_options, group_options
from experiments.command_line.usage import verb_overview, verb_usage
from experiments.command_line.verbs import VERBS
from experiments.study.compose import ECONOMIC, EXECUTING, GROUPS
from experiments.study.run_record import package_version

HEAVY = ("numpy", "pandas", "scipy", "numba", "hydra", "omegaconf", "rich", "plotly")


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["help", "fund"], ["run", "--help"], ["compair"], ["complete", "ru"]]
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom experiments.cli import main\n"
        f"main({words!r})\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_lists_the_groups_that_are_composed() -> None:
    assert set(default_options("config")) == {*GROUPS, *EXECUTING}
    assert {group for group in default_options("fund") if "@" not in group} == set(ECONOMIC)
    assert "pharr" in group_options("port")


def test_keys_of_a_verb_stand_in_its_help_alone() -> None:
    assert "growth_range" in verb_usage("capacity")
    assert "growth_range" not in verb_usage("run")
    assert all(verb in verb_overview() for verb in VERBS)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    from experiments.cli import main

    assert main(["-V"]) == 0
    assert capsys.readouterr().out == f"throughgate {package_version('throughgate')}\n"

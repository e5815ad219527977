"""What the papers at the root promise exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from experiments.calibration.request import build_calibration
from experiments.cli import parse_command_line
from experiments.command_line.verbs import VERBS
from experiments.diversion.request import build_corridor
from experiments.ledgers.request import build_why
from experiments.planning.new import read_new
from experiments.scorecards.request import read_request
from experiments.store.words import read_words
from experiments.study.compose import compose_config, sweep_jobs
from experiments.sweeping.request import build_sweep

ROOT = Path(__file__).parents[1]
PAPERS = ["README.md", "CONTRIBUTING.md"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands(paper: str) -> list[list[str]]:
    """Return the words of every command in the indented blocks, comments left out."""
    lines = (ROOT / paper).read_text(encoding="utf-8").splitlines()
    found = [shlex.split(line, comments=True) for line in lines if re.match(r" {4}[a-z]+", line)]
    return [words for words in found if words[0] in ("make", "throughgate")]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, flags=re.MULTILINE))


def test_the_two_commands_that_matter_stand_in_the_readme() -> None:
    assert ["make", "run"] in commands("README.md")
    assert ["make", "test"] in commands("README.md")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_make_target_exists(paper: str) -> None:
    text = (ROOT / paper).read_text(encoding="utf-8")
    named = {words[1] for words in commands(paper) if words[0] == "make"}
    named |= set(re.findall(r"`make ([a-z-]+)", text))
    assert named
    assert named <= targets()


READ_BY: dict[str, Callable[[Sequence[str]], object]] = {
    "scorecard": lambda words: read_request(words).runs,
    "new": lambda words: read_new(words).file.suffix == ".yaml",
    "query": lambda words: read_words(words, ()).positional,
    "compare-runs": lambda words: read_words(words, ()).positional,
    "results": lambda words: read_words(words, ()),
    "calibrate": lambda words: len(build_calibration(words, "calibrate").observed.cells) > 100,
    "corridor": lambda words: build_corridor(words, "corridor").stretches,
    "why": lambda words: build_why(words, "why").truck == 123,
}
"""What reads the words of a verb whose words are no overrides alone, and holds of those of the README."""


def test_every_throughgate_command_composes() -> None:
    found = [words[1:] for words in commands("README.md") if words[0] == "throughgate"]
    assert len(found) >= 6
    for words in filter(None, found):
        private = "--config-dir" in words
        call = parse_command_line([word for word in words if private is False] or [words[0]])
        if call.verb in READ_BY:
            assert READ_BY[call.verb](call.overrides)
            continue
        for overrides in sweep_jobs(call.overrides, multirun=call.multirun or call.verb == "sweep"):
            compose_config(overrides)


def test_the_commands_of_the_page_on_sweeps_make_sweeps() -> None:
    text = (ROOT / "docs" / "reference" / "sweeps.md").read_text(encoding="utf-8").replace("\\\n", " ")
    words = [
        shlex.split(line, comments=True) for line in re.findall(r"^ {4}throughgate sweep .*$", text, flags=re.MULTILINE)
    ]
    assert [len(build_sweep(call[2:]).points) for call in words] == [120, 200, 288, 72]


def test_every_verb_stands_in_the_readme_or_the_help() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for verb in ("compare", "run"):
        assert verb in VERBS
        assert f"throughgate {verb}" in text


@pytest.mark.parametrize("paper", [*PAPERS, "CHANGELOG.md"])
def test_every_path_named_exists(paper: str) -> None:
    text = (ROOT / paper).read_text(encoding="utf-8")
    text = re.sub(r"^In `[^`]*`", "", text, flags=re.MULTILINE)  # what a recipe writes
    for path in re.findall(r"`((?:sim|models|experiments|configs|docs|tests|\.ci)/[\w./-]*)", text):
        assert (ROOT / path).exists() or not Path(path).suffix, path


def test_every_target_lists_itself_and_is_phony() -> None:
    phony = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, flags=re.MULTILINE)[0].split())
    assert phony == targets()


def test_constraints_pin_everything_and_name_no_host() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line), line
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in wanted:
        name = re.split(r"[<>=!\[ ]", requirement)[0]
        assert re.sub(r"[-_.]+", "-", name).lower() in pinned, name


def test_the_ci_script_runs_check_and_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text(encoding="utf-8").splitlines()[-2:] == ["make check", "make test"]

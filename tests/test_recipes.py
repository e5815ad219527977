"""The recipes of CONTRIBUTING.md are true: each is followed in a scratch copy, as a contributor would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STEP = re.compile(
    r"^(?:At the end of|In) `(?P<path>[\w/.]+)`(?:, after `(?P<after>[^\n]+)`|[^\n]*?):\n\n```\w+\n(?P<text>.*?)```",
    re.M | re.S,
)
COMMAND = re.compile(r"^```sh\n(?P<lines>.*?)\n```", re.M | re.S)


def recipe(title: str) -> str:
    """Return the section of CONTRIBUTING.md with this title."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def follow(text: str, copy: Path) -> list[Path]:
    """Write every step's lines into the copy, and return the files written."""
    written = []
    for step in STEP.finditer(text):
        path = copy / step["path"]
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if step["after"]:
            assert old.count(step["after"]) == 1, step["after"]
            new = old.replace(step["after"], f"{step['after']}\n{step['text'].rstrip()}")
        else:
            new = f"{old}\n\n{step['text']}" if old else step["text"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, encoding="utf-8")
        written.append(path)
    return written


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("sim", "models", "experiments", "configs", "tests", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(copy: Path, *words: str) -> str:
    """Run a command of Python in the copy and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, *words], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("title", "files"), [("Add a policy", 3), ("Add a sensor", 5), ("Add a metric", 4), ("Add a verb", 2)]
)
def test_a_recipe_works_as_it_is_written(title: str, files: int, copy: Path) -> None:
    text = recipe(title)
    written = follow(text, copy)
    assert len(written) == files
    for test in (path for path in written if path.name.startswith("test_")):
        run(copy, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(test))
    commands = COMMAND.search(text)
    assert commands is not None
    for words in map(shlex.split, commands["lines"].splitlines()):
        if words[0] == "python":
            run(copy, *words[1:])
            continue
        out = [f"out={copy / 'out'}"] if words[1:] else []
        said = run(copy, "-m", "experiments.cli", *words, *out)
        assert out or "world_trade_bridge" in said.split()
        assert not out or (copy / "out" / "metrics.parquet").is_file()

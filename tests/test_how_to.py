"""Every command of the tutorial and of the how-to pages runs, in the order of its page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.command_line.verbs import VERBS

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
SMALL = ("days=1", "replications=2", "robustness.draws=0", "bottleneck=false", "processes=1", "store=null")
"""What makes a study small, where its page does not set the key itself."""
SMALL_CASE = (
    "replications=2",
    "processes=1",
    "store=null",
    "appraisal.years=2",
    "simulated_years=[1,2]",
    "uncertainty.worlds=0",
    "uncertainty.draws=10",
    "uncertainty.sobol_base=2",
)
"""The same of a funding case."""
SMALL_CAMPAIGN = (
    "days=1",
    "weeks=2",
    "replications=2",
    "processes=1",
    "store=null",
    "robustness.draws=2",
    "+alternatives.rules=['policy=todays_practice']",
    "+alternatives.random=['policy=random_share']",
)
"""The same of a campaign, of two alternatives without a model that is trained."""
SMALL_LOGS = (
    *("port=pharr", "days=2", "test_weeks=[1]", "replications=2", "processes=1", "store=null"),
    *("runs=10", "shuffles=20", "carriers=20"),
)
"""The same of a study of collusion."""
SMALL_CORRIDOR = ("days=1", "replications=2", "processes=1", "store=null", "most_steps=2", "weeks=2")
"""The same of a corridor."""
FILE = re.compile(r"A file `([\w./]+)`:\n\n((?: {4}.*\n)+)")
"""A file that a page shows and its commands read."""


def commands(page: Path) -> list[list[str]]:
    lines = page.read_text(encoding="utf-8").splitlines()
    return [shlex.split(line)[1:] for line in lines if re.match(r" {4}throughgate ", line)]


def small(words: list[str]) -> list[str]:
    """Return a command with the settings of a small study, where it runs one."""
    of_verbs = {"fund": SMALL_CASE, "campaign": SMALL_CAMPAIGN, "collusion": SMALL_LOGS, "corridor": SMALL_CORRIDOR}
    if words[0] not in ("run", "compare", "sweep", *of_verbs):
        return words
    small_settings = of_verbs.get(words[0], SMALL)
    keys = {word.partition("=")[0] for word in small_settings}
    kept = [word for word in words if word.partition("=")[0] not in keys]
    if {"experiment=lanes", "experiment=volume"} & set(kept) and "calendar=week" not in kept:
        kept.append("calendar=week")
    return [*kept, *small_settings]


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_every_command_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = commands(page)
    assert found
    for name, text in FILE.findall(page.read_text(encoding="utf-8")):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(re.sub("^ {4}", "", text, flags=re.MULTILINE), encoding="utf-8")
    for words in found:
        assert words[0] in VERBS
        assert main(small(words)) == 0, words

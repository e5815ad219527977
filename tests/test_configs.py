"""Every config composes and builds, names no code, and says where each number comes from."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from experiments.funding.request import read_portfolio_plan
from experiments.scorecards import targets
from experiments.study.compose import ADAPTING, DIVERTING, EXECUTING, GROUPS, PARTS, WEEKLY, compose_config
from experiments.study.settings import StudySettings
from experiments.study.sources import CONFIGS, TAG, source_notes
from experiments.study.study import DEFAULT_EXPERIMENT, build_study, compose_scenario
from sim.policies.base import POLICIES
from sim.setting.spec import build_spec
from tests.catalogue import ECONOMICS

ROOT = CONFIGS.parent
ROOTS = [CONFIGS / f"{name}.yaml" for name in ("config", "fund", "campaign", "collusion", "corridor")]
FILES = sorted(path for path in CONFIGS.rglob("*.yaml") if path not in ROOTS)
OPTIONS = [path for path in FILES if path.parent.name in PARTS]
ECONOMIC = [path for path in FILES if path.parent.name in ECONOMICS]
EXPERIMENTS = [path for path in FILES if path.parent.name == "experiment"]
PORTFOLIOS = [path for path in EXPERIMENTS if "portfolio" in yaml.safe_load(path.read_text("utf-8"))]
STUDIES = [path for path in EXPERIMENTS if path not in PORTFOLIOS]
STUDY_KEYS = tuple(StudySettings.__dataclass_fields__)
CONFIDENCES = {"P", "P*", "S", "D", "I", "U"}


def label(path: Path) -> str:
    return path.relative_to(CONFIGS).as_posix()


def table(text: str, first: str) -> list[list[str]]:
    """Return the cells of every table row whose first cell matches."""
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines()]
    return [row for row in rows if re.fullmatch(first, row[0])]


@pytest.fixture(scope="module")
def sources() -> list[list[str]]:
    return table((ROOT / "docs" / "reference" / "sources.md").read_text(encoding="utf-8"), r"S\d+")


def tags() -> list[tuple[str, re.Match[str]]]:
    found = []
    for path in (*FILES, *CONFIGS.glob("*.yaml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if (hit := TAG.search(line)) is not None:
                found.append((f"{label(path)}: {line.strip()}", hit))
    return found


def test_every_group_has_options_and_every_folder_is_a_group() -> None:
    folders = {path.name for path in CONFIGS.iterdir() if any(path.glob("*.yaml"))}
    assert folders == {*GROUPS, *ECONOMICS, *EXECUTING, *ADAPTING, *DIVERTING, targets.GROUP}
    assert {path.parent.parent for path in FILES} == {CONFIGS}


@pytest.mark.parametrize("path", OPTIONS, ids=label)
def test_every_option_builds(path: Path) -> None:
    scenario = compose_scenario([f"{path.parent.name}={path.stem}"])
    part = getattr(scenario, path.parent.name)
    assert path.parent.name in ("traffic", "risk", "policy") or part.name == path.stem


@pytest.mark.parametrize("path", STUDIES, ids=label)
def test_every_experiment_is_a_study(path: Path) -> None:
    found = build_study([f"experiment={path.stem}"], "compare")
    assert found.experiment == path.stem
    assert found.baseline in found.alternatives


@pytest.mark.parametrize("path", PORTFOLIOS, ids=label)
def test_every_portfolio_is_a_plan_of_ports(path: Path) -> None:
    found = read_portfolio_plan([f"experiment={path.stem}"])
    assert found is not None
    assert len(found.ports) > 1


@pytest.mark.parametrize("path", EXPERIMENTS, ids=label)
def test_every_experiment_opens_with_its_command_and_question(path: Path) -> None:
    package, command, question = path.read_text(encoding="utf-8").splitlines()[:3]
    assert package == "# @package _global_"
    keys = yaml.safe_load(path.read_text(encoding="utf-8"))
    verb = "fund" if {"purchases", "portfolio"} & set(keys) else "compare"
    of_verb = {DEFAULT_EXPERIMENT[name]: name for name in ("campaign", "collusion")}
    verb = "campaign" if set(WEEKLY) & set(keys) else of_verb.get(path.stem, verb)
    assert command == f"# throughgate {verb} experiment={path.stem}"
    assert question.startswith("# ")
    assert "?" in question


@pytest.mark.parametrize("path", FILES, ids=label)
def test_every_number_has_a_source(path: Path) -> None:
    bare = [key for key, note in source_notes(path).items() if note is None]
    assert [key for key in bare if key not in STUDY_KEYS] == []


@pytest.mark.parametrize("path", FILES, ids=label)
def test_a_config_names_no_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "_target_" not in text
    assert "${" not in text


@pytest.mark.parametrize("path", [*OPTIONS, *ECONOMIC], ids=label)
def test_an_option_says_what_it_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert "TODO" not in first
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["name"]


def test_every_bracket_that_looks_like_a_source_is_one() -> None:
    for path in FILES:
        for line in path.read_text(encoding="utf-8").splitlines():
            comment = line.partition("# ")[2]
            if re.match(r"\[[SAT]\d* ?[^\]]*\]", comment):
                assert TAG.match(comment), f"{label(path)}: {line.strip()}"


def test_no_number_that_a_run_uses_is_unverified() -> None:
    assert [line for line, hit in tags() if hit["confidence"] == "U"] == []


def test_every_range_is_a_range() -> None:
    for line, hit in tags():
        if hit["low"] is not None:
            assert float(hit["low"]) < float(hit["high"]), line


def test_every_source_used_has_its_row_and_every_row_is_used(sources: list[list[str]]) -> None:
    used = {hit["id"] for _, hit in tags() if hit["id"]}
    listed = [row[0] for row in sources]
    assert set(listed) == used
    assert listed == sorted(set(listed), key=lambda name: int(name[1:]))


def test_every_source_is_whole(sources: list[list[str]]) -> None:
    for row in sources:
        assert len(row) == 6, row[0]
        assert all(row), row[0]
        assert re.fullmatch(r"https?://\S+", row[4]), row[0]
        assert row[5] in CONFIDENCES, row[0]


def test_a_source_is_never_trusted_beyond_its_row(sources: list[list[str]]) -> None:
    ranks = {code: rank for rank, code in enumerate(["P", "P*", "S", "D", "I", "U"])}
    rows = {row[0]: ranks[row[5]] for row in sources}
    for line, hit in tags():
        if hit["id"]:
            assert ranks[hit["confidence"]] >= rows[hit["id"]], line


def test_the_study_keys_build_and_explain_themselves() -> None:
    mapping = compose_config([]).mapping
    settings = build_spec(StudySettings, {key: mapping[key] for key in STUDY_KEYS})
    assert settings.replications >= 20
    text = (CONFIGS / "config.yaml").read_text(encoding="utf-8")
    for key in STUDY_KEYS:
        if (CONFIGS / key).is_dir():
            assert all(path.read_text(encoding="utf-8").startswith("# ") for path in (CONFIGS / key).glob("*.yaml"))
            continue
        assert re.search(rf"^{key}: \S.*  # \S", text, flags=re.MULTILINE), key


MONTHS_OF_YEAR = {"January", "October"}
CITED = re.compile(r"\b([A-Z][a-z]+)\b[^.;()\d]{0,80}?,? (?:of )?((?:18|19|20)\d\d)\b")
"""A name and the year that follows it."""


def docstrings_with_sources() -> list[tuple[str, str]]:
    """Return (module, what stands after "Source") of every docstring of sim and models."""
    found = []
    for path in sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "models").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                found += [(path.stem, part.split("\n\n")[0]) for part in re.split(r"Source[s:]?", text)[1:]]
    return found


def test_every_paper_that_the_code_cites_has_a_row() -> None:
    rows = [
        line for line in (ROOT / "docs" / "reference" / "sources.md").read_text("utf-8").splitlines() if "|" in line
    ]
    cited = {
        (module, name, year)
        for module, text in docstrings_with_sources()
        for name, year in CITED.findall(" ".join(text.split()))
        if name not in MONTHS_OF_YEAR
    }
    assert len(cited) > 10
    missing = [one for one in cited if not any(one[1] in row and one[2] in row for row in rows)]
    assert missing == []


def test_every_policy_names_its_source() -> None:
    for name, policy in POLICIES.items():
        assert "Source" in (policy.__doc__ or "") or name == "no_referral", name  # a bound


def test_every_method_is_held_by_a_test_that_exists() -> None:
    methods = table((ROOT / "docs" / "reference" / "sources.md").read_text(encoding="utf-8"), r"M\d+")
    assert [row[0] for row in methods] == [f"M{place + 1}" for place in range(len(methods))]
    for row in methods:
        assert len(row) == 5, row[0]
        assert (ROOT / row[4]).exists(), row[0]

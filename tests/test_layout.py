"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import doctest
import graphlib
import importlib
import re
from collections import defaultdict
from pathlib import Path

import grimp
import pytest

from tests.tools.public_names import names_in_several_modules, public_names

ROOT = Path(__file__).parents[1]
PACKAGES = ("sim", "models", "experiments")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MODULES = [path for path in FILES if path.name != "__init__.py"]
FOLDERS = sorted({path.parent for path in MODULES})
WRITTEN_BY_RUNS = {"card.md", "dhs_capital_plan.md", "gsa_prospectus.md"}
"""Papers that the program writes; they are not in the checkout."""
MOST_MODULES_A_PACKAGE = 14
MOST_SHARED_NAMES = 0.06
MOST_UNFORMATTED = 40
UNCLEAR_PARAMETERS = {"found", "asked", "own", "one", "each"}
"""Words that do not say what a parameter is."""


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("package", [*PACKAGES, "configs"])
def test_packages_come_from_this_checkout(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).resolve() == (ROOT / package / "__init__.py").resolve()


@pytest.mark.parametrize("folder", FOLDERS, ids=label)
def test_packages_are_small_and_say_what_they_are_for(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES_A_PACKAGE
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    purpose = ast.get_docstring(ast.parse(text)) or ""
    for heading in ("In:", "Out:", "Imported by:"):
        assert heading in purpose, f"{label(folder)}/__init__.py says {heading}"


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Every import of one of our modules by another: lazy and type-checking ones included."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def test_no_files_import_each_other(imports: dict[str, set[str]]) -> None:
    graphlib.TopologicalSorter(imports).prepare()


def test_no_packages_import_each_other(imports: dict[str, set[str]]) -> None:
    """Among the modules and packages of each package, imports go one way."""
    for package in (label(folder).replace("/", ".") for folder in FOLDERS):
        rooms: dict[str, set[str]] = defaultdict(set)
        depth = package.count(".") + 2
        for module, imported in imports.items():
            for other in imported:
                if module.startswith(f"{package}.") and other.startswith(f"{package}."):
                    here, there = (".".join(name.split(".")[:depth]) for name in (module, other))
                    if here != there:
                        rooms[here].add(there)
        graphlib.TopologicalSorter(rooms).prepare()


def test_no_package_below_tests() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests").glob("*/**/test_*.py")), ids=label)
def test_tests_stand_where_their_modules_do(path: Path) -> None:
    """``tests/<package>/test_<module>[_<aspect>].py``; theory and properties are of no one module."""
    folder = path.parent.relative_to(ROOT / "tests")
    if folder.parts[0] not in PACKAGES:
        assert folder.parts[0] in {"theory", "properties", "benchmarks", "tools"}
        return
    modules = {module.stem for module in (ROOT / folder).glob("*.py")}
    name = path.stem.removeprefix("test_")
    assert any(name == module or name.startswith(f"{module}_") for module in modules)


@pytest.mark.parametrize("folder", FOLDERS, ids=label)
def test_every_package_has_tests(folder: Path) -> None:
    assert list((ROOT / "tests" / folder.relative_to(ROOT)).glob("test_*.py"))


def test_names_are_defined_once() -> None:
    names = public_names(ROOT)
    shared = names_in_several_modules(names)
    assert len(shared) <= MOST_SHARED_NAMES * len(names), shared


@pytest.mark.parametrize("path", FILES, ids=label)
def test_parameters_say_what_they_are(path: Path) -> None:
    unclear = [
        f"{node.name}({argument.arg})"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if argument.arg in UNCLEAR_PARAMETERS
    ]
    assert unclear == []


def test_the_formatter_wins() -> None:
    assert sum(path.read_text(encoding="utf-8").count("# fmt: skip") for path in FILES) <= MOST_UNFORMATTED


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [*FILES, *sorted(ROOT.glob("docs/**/*.md"))], ids=label)
def test_papers_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"(?:\.\./)*\b[\w./-]+\.md\b", text):
        if "NNN" not in name and not name.startswith("//") and name not in WRITTEN_BY_RUNS:
            here = [ROOT / name, path.parent / name, ROOT / "docs" / name]
            assert any(paper.is_file() for paper in here), name


PAPERS = [*ROOT.glob("*.md"), *sorted(ROOT.glob("docs/**/*.md"))]


@pytest.mark.parametrize("path", PAPERS, ids=label)
def test_links_lead_to_files_and_headings(path: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_page_is_in_the_index_of_the_documentation() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    kinds = ("how-to", "reference", "explanation")
    pages = [f"{kind}/{path.name}" for kind in kinds for path in (ROOT / "docs" / kind).glob("*.md")]
    assert len(pages) > 20
    assert [page for page in sorted(pages) if f"]({page})" not in index] == []


@pytest.mark.parametrize("path", [*PAPERS, *FILES], ids=label)
def test_modules_that_are_named_exist(path: Path) -> None:
    """Paths of modules in prose, and dotted names in backquotes, lead somewhere."""
    if path.name == "CHANGELOG.md":
        pytest.skip("it tells of what was")
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^In `[^`]*`", "", text, flags=re.MULTILINE)  # what a recipe writes
    gone = [
        name
        for name in re.findall(r"(?<![\w./])((?:sim|models|experiments)/[\w/]+\.py)", text)
        if not (ROOT / name).is_file()
    ]
    for name in re.findall(r"`((?:sim|models|experiments)(?:\.\w+)+)", text):
        if not _exists(name.split(".")):
            gone.append(name)
    assert gone == []


def _exists(parts: list[str]) -> bool:
    """Tell whether a dotted name is a package, a module, or something that a module defines."""
    for cut in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:cut])
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if file.is_file():
            rest = parts[cut:]
            return not rest or bool(re.search(rf"\b{rest[0]}\b", file.read_text(encoding="utf-8")))
    return False


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_examples_in_docstrings_run(path: Path) -> None:
    if path.stem == "cimba_model":
        pytest.importorskip("cimba", reason="the extra bench is not installed")
    module = importlib.import_module(label(path).removesuffix(".py").replace("/", "."))
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(module, optionflags=options).failed == 0

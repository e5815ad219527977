"""`sim.caching.source_hash`: a changed file changes the hash of what imports it, and of nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from experiments.training import cache
from sim import compiling
from sim.caching.source_hash import ROOT, files_hash, imported, package_files, source_files

TREE = {
    "sim/__init__.py": "",
    "sim/engine/__init__.py": "from sim.shared import MARK\n",
    "sim/engine/kernel/__init__.py": "",
    "sim/engine/kernel/loop.py": "from sim.engine import moves\nfrom sim.engine.moves import go\n",
    "sim/engine/moves.py": "def go():\n    import sim.engine.late as late\n    return late\n",
    "sim/engine/late.py": "import numpy.random\n",
    "sim/shared.py": "MARK = 1\n",
    "sim/policies/__init__.py": "",
    "sim/policies/lists.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from sim.engine import (\n        moves,  # its types (only)\n    )\n"
    ),
    "models/__init__.py": "",
    "models/deep/__init__.py": "",
    "models/deep/trees.py": "from sim.shared import MARK\n",
    "experiments/__init__.py": "",
    "experiments/training/simulated_history.py": "from experiments.below.pipeline import draw\n",
    "experiments/training/past_practice.py": "",
    "experiments/below/__init__.py": "",
    "experiments/below/pipeline.py": "",
    "experiments/training/train.py": "from experiments import words\n",
    "experiments/training/cache.py": "",
    "experiments/training/relabel.py": "",
    "experiments/training/retrain.py": "",
    "experiments/words.py": "",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def named(files: list[Path], folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in files}


def test_imports_are_followed_through_nested_packages(tree: Path) -> None:
    engine = {"sim/__init__.py", "sim/shared.py", "sim/engine/__init__.py", "sim/engine/moves.py", "sim/engine/late.py"}
    loop = engine | {"sim/engine/kernel/__init__.py", "sim/engine/kernel/loop.py"}
    lists = engine | {"sim/policies/__init__.py", "sim/policies/lists.py"}
    assert named(source_files(["sim.engine.kernel.loop"], tree), tree) == loop
    assert named(source_files(["sim.policies.lists"], tree), tree) == lists


@pytest.mark.parametrize("changed", sorted(TREE))
def test_a_changed_file_changes_the_key_of_what_imports_it_alone(changed: str, tree: Path) -> None:
    def key() -> str:
        return files_hash(source_files(["sim.engine.kernel.loop"], tree), folder=tree)

    before, ours = key(), named(source_files(["sim.engine.kernel.loop"], tree), tree)
    (tree / changed).write_text(TREE[changed] + "# changed\n")
    assert (key() != before) == (changed in ours)


@pytest.mark.parametrize("changed", sorted(TREE))
def test_a_model_hangs_on_what_draws_the_past_and_on_no_words(changed: str, tree: Path) -> None:
    before = files_hash(cache.learnt_from(tree), folder=tree)
    (tree / changed).write_text(TREE[changed] + "# changed\n")
    assert (files_hash(cache.learnt_from(tree), folder=tree) != before) == (changed != "experiments/words.py")


def test_a_new_file_in_a_nested_package_changes_a_models_key(tree: Path) -> None:
    before = files_hash(cache.learnt_from(tree), folder=tree)
    (tree / "sim" / "engine" / "new.py").write_text("")
    assert files_hash(cache.learnt_from(tree), folder=tree) != before


def test_a_file_that_moves_changes_the_key(tree: Path) -> None:
    files = package_files(["models"], tree)
    before = files_hash(files, folder=tree)
    (tree / "models" / "trees.py").write_text(TREE["models/deep/trees.py"])
    (tree / "models" / "deep" / "trees.py").unlink()
    assert files_hash(package_files(["models"], tree), folder=tree) != before


def test_versions_count(tree: Path) -> None:
    files = package_files(["models"], tree)
    assert files_hash(files, ["1.0"], tree) != files_hash(files, ["2.0"], tree)


def test_a_root_that_does_not_exist_is_refused(tree: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"sim\.engine\.gone"):
        source_files(["sim.engine.gone"], tree)


def test_every_import_that_a_parser_finds_is_found() -> None:
    """Of every file of the project and of its tests; prose is no import unless it reads like one."""
    for path in package_files(["sim", "models", "experiments", "configs", "tests"]):
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                names.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
        assert names <= set(imported(path.read_bytes())), path


def test_names_after_as_and_words_of_prose_are_no_modules() -> None:
    assert imported(b'"""What we import from sim.a."""\n') == ()
    assert imported(b"import sim.a.b as c, numpy") == ("numpy", "sim.a.b")


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    {}\nexcept ImportError:\n    pass",
        "try:\n    pass\nexcept ImportError:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "if x:\n    pass\nelse:\n    {}",
        "for x in y:\n    {}",
        "with x:\n    {}",
        "class A:\n    def f(self):\n        {}",
        "match x:\n    case 1:\n        {}",
        "y = lambda: 1; {}",
        "{}; y = 1",
        "{}  # why",
        "if x: {}",
    ],
)
def test_an_import_is_found_wherever_it_stands(text: str) -> None:
    assert imported(text.format("import sim.a").encode()) == ("sim.a",)
    assert imported(text.format("from sim.a import b as c").encode()) == ("sim.a", "sim.a.b")
    assert imported(text.format("from sim \\\n import (\n a,  # (one)\n b\n)").encode()) == ("sim", "sim.a", "sim.b")


def test_the_roots_that_the_program_names_exist() -> None:
    for roots in (compiling.ENGINE, cache.DRAWING, cache.TRAINING):
        assert len(source_files(roots)) > len(roots)
    assert (ROOT / "sim").is_dir()

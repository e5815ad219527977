"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("sim", "models", "experiments")
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)
TESTS = sorted((ROOT / "tests").glob("**/*.py"))

TESTED_ELSEWHERE = {
    "compiled": "test_twin holds both engines together, station by station",
    "kernel": "the loop of compiled: test_twin",
    "purposes": "the names of streams: test_streams",
    "columns": "the columns of tables: test_tables",
    "paths": "what the probes know of a truck: test_probe",
    "server": "the clock and the servers of port: test_twin",
    "indices": "the formulas of metrics: test_metrics",
    "finds": "counts and kilograms of METRICS: test_metrics",
    "screening_words": "what the terminal says of slow scans: theory/test_screening_lanes",
    "screening": "the portal's two profiles: test_policies_ticketed, theory/test_queue_aware",
    "events": "the moves of compiled: test_twin",
    "sweep": "the moves of recursion: test_recursion",
    "rival_cimba": "one of the implementations of model c: test_rivals",
    "work": "the state of compiled: test_twin",
    "schedule": "the schedule of compiled: test_twin",
    "lanes": "the lines of compiled: test_twin",
    "tickets": "the published check V5: theory/test_queue_aware",
    "port": "test_twin holds both engines together, station by station",
    "station": "the servers of port: test_twin",
    "flow": "the arrays that both engines read: test_twin",
    "fitted": "a risk model with its calibration and scale: test_risk, test_train",
    "rules": "one of the models of risk: test_risk",
    "service_times": "what streams of luck become: test_streams",
    "instruments": "a part of the scenario: test_scenario",
    "site": "a part of the scenario: test_scenario",
    "inspection": "what every policy is: test_policy",
    "past": "positions and quantiles of past days: test_policy",
    "policies_plain": "test_policy",
    "gates": "choices at the port: test_policies_gated",
    "chances": "what the probes are told of sensors: test_probe",
    "probe_early": "probes of trees against brute force: test_policies_tree",
    "turns": "screening with memory: test_policies_listed, theory/test_selection",
    "square_root": "published numbers and brute force: theory/test_selection",
    "tree_mix": "by budget and by target: theory/test_sensor_trees",
    "tree_text": "theory/test_sensor_trees",
    "sensor_tree": "published numbers and brute force: theory/test_sensor_trees",
    "bench_figure": "the figure of test_bench_words",
    "security_game": "published numbers and brute force: theory/test_game",
    "case": "what fund is asked: test_fund",
    "appraised": "what fund finds: test_fund",
    "request": "what fund is asked: test_fund",
    "terms": "the keys of fund.yaml: test_fund",
    "economic_inputs": "sources and consents: test_fund",
    "fund_screen": "what fund says: test_fund",
    "world": "days under all alternatives: test_simulation",
    "day_totals": "what adds up to a year: test_year_amounts",
    "carrying": "who cannot carry the design year: test_completion",
    "hourly_load": "the loads of test_workload",
    "replication_noise": "what replications leave open: test_money",
    "case_tables": "tables of a case that needs no simulation: test_money",
    "fund_answer": "the sentence of a case that needs no simulation: test_money",
    "enough_bought": "what is used and not bought is refused: test_fund",
    "sampling": "published numbers and brute force: theory/test_sampling",
    "discounting": "closed forms against sums: test_economics_laws",
    "net_monetary": "worked out by hand: test_economics_example, and test_economics_laws",
    "break_even": "worked out by hand: test_economics_example, and test_economics_laws",
    "swings": "worked out by hand: test_economics_example",
    "truck_hour": "what an hour is worth: test_benefits",
    "measure": "the entries of test_catalogue",
    "exhibit": "the shapes of test_page and test_record",
    "evidence": "what test_page and test_brief draw on",
    "choice": "what test_brief says",
    "contents": "the order of test_page",
    "front": "the first sheet of test_page",
    "papers": "what test_record writes",
    "validation": "a table of test_checklists",
    "gao_practices": "test_checklists",
    "stress_des": "test_checklists",
    "chapter_case": "a part of test_page",
    "chapter_money": "a part of test_page; its sums in test_record",
    "chapter_port": "a part of test_page",
    "chapter_frontier": "a part of test_page; its ratios in test_record",
    "chapter_chance": "a part of test_page",
    "chapter_break_even": "a part of test_page",
    "chapter_delivery": "a part of test_page",
    "chapter_inputs": "a part of test_page",
    "chapter_portfolio": "a part of test_page",
    "infeasible": "limits that no set keeps: test_allocation",
    "shadow_prices": "duals by differences: test_allocation, steps by hand: test_portfolio",
    "portfolio_found": "what test_portfolio_page is made of",
    "portfolio_files": "what test_portfolio_case writes",
    "portfolio_sections": "a part of test_portfolio_page",
    "portfolio_tables": "a part of test_portfolio_page",
    "portfolio_words": "the sentences of test_portfolio_page",
    "portfolio_inputs": "a part of test_portfolio_page",
    "plot_portfolio": "the pictures of test_portfolio_page",
    "chapter_checks": "a part of test_page",
    "plot_port": "a picture of test_page",
    "plot_frontier": "a picture of test_page",
    "plot_chance": "a picture of test_page",
    "plot_spending": "a picture of test_page",
    "frames": "the tables of test_page and test_record",
    "selectivity": "published numbers and brute force: theory/test_selectivity",
}
"""Modules without a test file of their own name, and why."""

LONG_FUNCTIONS = {"compiled.py", "events.py", "kernel.py", "sweep.py"}
"""Compiled code pays for every call with registers, so its loops may be long."""

WRITTEN_BY_RUNS = {"card.md"}
"""Papers that the program writes; they are not in the checkout."""

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("package", [*PACKAGES, "configs"])
def test_packages_come_from_this_checkout(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).resolve() == (ROOT / package / "__init__.py").resolve()


def test_module_names_are_unique() -> None:
    assert [name for name, n in Counter(path.stem for path in MODULES).items() if n > 1] == []


def test_no_package_below_tests() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_every_module_has_its_test(path: Path) -> None:
    test = ROOT / "tests" / f"test_{path.stem}.py"
    if path.stem in TESTED_ELSEWHERE:
        assert not test.is_file(), "no exception is needed any more"
    else:
        assert test.is_file()


def test_every_exception_is_needed() -> None:
    assert set(TESTED_ELSEWHERE) <= {path.stem for path in MODULES}


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=label)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_functions_are_short(path: Path) -> None:
    if path.name in LONG_FUNCTIONS:
        pytest.skip("compiled code")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lengths = {
        node.name: code_lines(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, its docstring left out."""
    assert function.end_lineno is not None
    length = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        assert docstring.end_lineno is not None
        length -= docstring.end_lineno - docstring.lineno + 1
    return length


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [*MODULES, *sorted(ROOT.glob("docs/**/*.md"))], ids=label)
def test_papers_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"\b[\w./-]+\.md\b", text):
        if "NNN" not in name and not name.startswith("//") and name not in WRITTEN_BY_RUNS:
            here = [ROOT / name, path.parent / name, ROOT / "docs" / name]
            assert any(paper.is_file() for paper in here), name


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_examples_in_docstrings_run(path: Path) -> None:
    import doctest

    if path.stem == "rival_cimba":
        pytest.importorskip("cimba", reason="the extra bench is not installed")
    module = importlib.import_module(label(path).removesuffix(".py").replace("/", "."))
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(module, optionflags=options).failed == 0

"""Scope files: read by a loader that builds nothing, and refused by the key that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.study.sources import CONFIGS
from experiments.sweeping.designs import Draw
from experiments.sweeping.request import build_sweep
from experiments.sweeping.scope import read_scope
from sim.errors import ConfigError, OutputError


def scope_file(folder: Path, text: str) -> Path:
    path = folder / "scope.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_ranges_are_read_as_the_configs_write_them(tmp_path: Path) -> None:
    text = """
    levers: {policy.scan_share: 0.1..0.4, staffing.extra_lanes: [-1, 0]}
    uncertainties:
      traffic.volume_scale: "[A 0.9..1.2] growth"
      port.mix.empty_share: [A 0.2..0.35]
      port.mix.fast_share: {dist: triangular, low: 0.1, mode: 0.2, high: 0.4}
      port.mix.hazmat_share: {dist: normal, mean: 0.03, sd: 0.005}
    constraints: [wait_mean_min <= 30, scan_rate >= .1]
    design: {name: sobol, points: 8}
    """
    scope = read_scope(scope_file(tmp_path, text))
    assert scope.lever_ranges == {"policy.scan_share": Draw("uniform", 0.1, 0.4)}
    assert scope.levers[0].values == (-1, 0)
    uniform = Draw("uniform", 0.9, 1.2), Draw("uniform", 0.2, 0.35)
    others = Draw("triangular", 0.1, 0.4, 0.2), Draw("normal", 0.03, 0.005)
    # a mode that there is none of is NaN, which equals nothing
    assert repr(tuple(scope.uncertainties.values())) == repr((*uniform, *others))
    assert [constraint.limit for constraint in scope.constraints] == [30.0, 0.1]
    assert (scope.design, scope.points) == ("sobol", 8)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("lever: {}", "scope.lever: unknown key; known ['title'"),
        ("levers: {seed: [1, 2], seed: [3, 4]}", "scope.levers.seed: is there twice"),
        ("levers: {_target_: [1, 2]}", "_target_: a scope builds no objects"),
        ("title: !!python/object/apply:os.system [date]", "scope: scope.yaml is no plain YAML"),
        ("levers: [", "scope: scope.yaml is no plain YAML"),
        ("levers: {a: {low: 1}}", "scope.levers.a: expected a list of values or a range"),
        ("levers: {a: 4..2}", "scope.a: expected [low, high] with low below high"),
        ("uncertainties: {a: about 3}", "scope.a: expected a range low..high"),
        ("uncertainties: {a: {dist: cauchy}}", "scope.uncertainties.a.dist: expected one of uniform"),
        ("uncertainties: {a: {dist: normal, mean: 1, sd: 0}}", "scope.uncertainties.a.sd: must be above 0"),
        ("uncertainties: {a: {dist: normal, mean: 1, sd: 1, low: 2}}", "scope.uncertainties.a.low: unknown key"),
        ("{levers: {a: 1..2}, uncertainties: {a: 1..2}}", "scope.uncertainties.a: is a lever, too"),
        ("constraints: [wait < 3]", "scope.constraints: expected <measure> <= <number>"),
        ("constraints: [wait <= 3]", "scope.constraints: no measure 'wait'"),
        ("measures: [wait_mean_min, wait_mean_min]", "scope.measures: 'wait_mean_min' is named twice"),
        ("design: {name: random}", "scope.design.name: expected one of grid, lhs, sobol"),
        ("design: {name: lhs, points: 0}", "scope.design.points: expected a whole number"),
        ("- levers", "scope: expected a group of keys"),
    ],
)
def test_a_bad_scope_is_refused_by_key(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_scope(scope_file(tmp_path, text))
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scope_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scope.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OutputError, match="not UTF-8 text"):
        read_scope(tmp_path / "scope.yaml")


@pytest.mark.parametrize(
    "path", sorted((CONFIGS.parent / "docs" / "scopes").glob("*.yaml")), ids=lambda path: path.stem
)
def test_the_scopes_of_the_repository_make_a_sweep(path: Path) -> None:
    scope = read_scope(path)
    sweep = build_sweep([f"scope={path}", "points=4", "days=1"])
    assert {axis.key for axis in sweep.axes} >= {axis.key for axis in scope.levers} | scope.lever_ranges.keys()
    assert len(sweep.points) % 4 == 0


def test_the_command_line_comes_before_the_scope(tmp_path: Path) -> None:
    text = (
        "{overrides: [days=2, port=bare], levers: {seed: [1, 2], port.portal.servers: [1, 2]}, measures: [scan_rate]}"
    )
    path = scope_file(tmp_path, text)
    sweep = build_sweep([f"scope={path}", "days=1", "port.portal.servers=0,1,2"])
    assert sweep.baseline_study.days == 1
    assert {axis.key: len(axis.values) for axis in sweep.axes} == {"port.portal.servers": 3, "seed": 2}
    assert sweep.measures == ("scan_rate",)
    fixed = build_sweep([f"scope={path}", "seed=7"])
    assert {point.study.seed for point in fixed.points} == {7}


def test_uncertainties_stay_as_configured_in_a_grid(tmp_path: Path) -> None:
    text = "{levers: {seed: [1, 2]}, uncertainties: {port.mix.empty_share: 0.2..0.3}}"
    sweep = build_sweep([f"scope={scope_file(tmp_path, text)}"])
    assert len(sweep.points) == 2
    assert "Not drawn in a grid" in sweep.notes[0]

"""What a corridor is asked: ports, measures and days; what a private file says; what is refused."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from toy_corridor import FLAT, toy_folder

from experiments.diversion.assumed import drawn_values, inspected, with_values
from experiments.diversion.request import build_corridor, changed_name, varied_ranges
from experiments.diversion.stretches import stretches_of_months
from experiments.study.sources import CONFIGS
from sim.errors import ConfigError

CORRIDORS = sorted(path.stem for path in (CONFIGS / "corridor").glob("*.yaml"))


@pytest.mark.parametrize("name", CORRIDORS)
def test_every_corridor_builds_and_is_called_like_its_file(name: str) -> None:
    corridor = build_corridor([f"experiment={name}", "store=null"], "corridor")
    assert corridor.settings.name == name == corridor.study.experiment
    assert corridor.settings.question.endswith("?")
    assert set(corridor.settings.varied) <= set(corridor.ranges())
    assert f"corridor-{name}-" in str(corridor.study.out)


def test_a_key_of_one_port_changes_that_port_alone() -> None:
    corridor = build_corridor(["corridor=laredo", "port.colombia.primary.lanes=12", "days=2"], "corridor")
    usual, changed = (corridor.study.alternatives[name].port.primary.lanes for name in ("colombia", "colombia_asked"))
    assert changed == 12 != usual
    assert {stretch.measures for stretch in corridor.stretches} == {("asked",)}
    two = build_corridor(["port.colombia.primary.lanes=12", "port.world_trade_bridge.primary.lanes=10"], "corridor")
    assert set(two.settings.measures) == {"asked_colombia", "asked_world_trade_bridge"}


def test_months_are_cut_where_measures_begin_and_end() -> None:
    corridor = build_corridor(["experiment=el_paso_2023"], "corridor")
    stretches = stretches_of_months(["2023-09"], corridor.settings.measures)
    assert sum(one.days for one in stretches) == 30
    first = {one.first.day: one.measures for one in stretches}
    assert first[11] == ()
    assert first[18] == ("shut", "tornillo_used")
    assert first[20] == ("shut", "inspected", "tornillo_used")
    assert all(one.days <= 7 for one in stretches)
    assert len({one.window(1, 0).epoch for one in stretches}) == len(stretches)


def test_a_state_inspection_has_posts_by_booths() -> None:
    corridor = build_corridor(["experiment=el_paso_2023"], "corridor")
    usual = corridor.study.alternatives["ysleta"]
    more = with_values(corridor.settings, {"inspection.posts_per_booth": 2.0, "ports.tornillo.latent_share": 0.03})
    safety = inspected(usual, more.inspection).port.safety
    assert (safety.servers, safety.share, safety.when_full) == (16, 1.0, "block")
    assert safety.service.mean_min == 52.5
    assert more.ports["tornillo"].latent_share == 0.03
    assert corridor.settings.ports["tornillo"].latent_share == 0.015
    assert changed_name("ysleta", ("inspected",)) in corridor.study.alternatives


def test_other_corridors_draw_the_sets_of_the_fit() -> None:
    fitted = build_corridor(["experiment=el_paso_2023", "replications=8"], "corridor")
    predicted = build_corridor(["experiment=pharr_2022", "replications=8"], "corridor")
    assert predicted.ranges() == fitted.ranges() == varied_ranges(fitted.settings)
    sets = [drawn_values(fitted.ranges(), 1, 8, number)["per_min"] for number in range(8)]
    low, high = fitted.ranges()["per_min"]
    assert low <= min(sets) < max(sets) <= high
    cuts = [low * (high / low) ** (k / 8.0) for k in range(9)]
    assert [sum(a <= one < b for one in sets) for a, b in itertools.pairwise(cuts)] == [1] * 8


def test_a_port_that_cannot_carry_its_trucks_is_refused_where_nobody_gives_up(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path, left="port.primary.lanes=1")
    with pytest.raises(ConfigError, match=r"port left is unstable at base shares \(load 1\.33\): raise lanes or set"):
        build_corridor([folder, "corridor=toy", *FLAT[:-1], "days=1"], "corridor")
    build_corridor([folder, "corridor=toy", *FLAT[:-1], "days=1", "corridor.demand_lost_after_min=100"], "corridor")


def test_shares_of_a_private_corridor_must_add_up(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path)
    with pytest.raises(ConfigError, match=r"corridor\.ports: base_share adds up to 0\.93, not 1"):
        build_corridor([folder, "corridor=toy", "corridor.ports.left.base_share=0.43"], "corridor")
    with pytest.raises(ConfigError, match=r"corridor\.varied\[0\]: no range stands beside 'most_steps'"):
        build_corridor([folder, "corridor=toy", "+corridor.varied=[most_steps]"], "corridor")

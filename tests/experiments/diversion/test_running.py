"""A corridor as a whole: ports as usual are those of ``run``, sums add up, and queues end where theory says."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer, mean_and_half_width
from toy_corridor import FLAT, toy_folder

from experiments.diversion.choice import port_seed
from experiments.diversion.request import build_corridor
from experiments.diversion.running import CorridorTables, run_corridor
from experiments.execution.replicate import ProcessCache, run_replication
from experiments.games import logit
from experiments.study.study import build_study
from sim.replication import Replication
from sim.shared_draws import risk_key

QUICK = ["store=null", "processes=1", "most_steps=25"]


def run(overrides: list[str]) -> CorridorTables:
    corridor = build_corridor([*overrides, *QUICK], "corridor")
    scorers = {risk_key(scenario): FlatScorer() for scenario in corridor.study.alternatives.values()}
    return run_corridor(corridor, scorers)


@pytest.fixture(scope="module")
def shut() -> CorridorTables:
    """El Paso on two days, its Bridge of the Americas shut."""
    return run([
        "corridor=el_paso",
        "+corridor.measures.shut={port: bota, closed: true}",
        "days=2",
        "replications=2",
        "policy=random_share",
    ])  # fmt: skip


def test_a_port_as_usual_is_that_of_run_at_its_own_seed(shut: CorridorTables) -> None:
    for name in ("ysleta", "tornillo"):
        study = build_study(
            [f"port={name}", "policy=random_share", "days=2", "replications=2", f"seed={port_seed(1, name)}"], "run"
        )
        scorers = {risk_key(scenario): FlatScorer() for scenario in study.alternatives.values()}
        rows = shut.ports[(shut.ports["side"] == "usual") & (shut.ports["port"] == name)]
        for replication in range(2):
            metrics = run_replication(study, scorers, ProcessCache(), replication, Replication.run_served_out).rows[0]
            row = rows[rows["replication"] == replication].iloc[0]
            assert row["demand"] == metrics["trucks"]
            assert row["wait_sum_min"] == pytest.approx(metrics["wait_sum_min"], rel=1e-12)
            assert row["true_loads_expected"] == metrics["expected_weight"]
            assert row["true_found_expected"] == metrics["expected_caught"]


def test_no_truck_is_made_or_forgotten(shut: CorridorTables) -> None:
    flows, ports = shut.flows, shut.ports
    for keys, rows in flows.groupby(["side", "replication"]):
        assert rows["diverted_in"].sum() == rows["diverted_out"].sum(), keys
        assert rows["demand"].sum() == rows["trucks"].sum() + rows["lost"].sum(), keys
    changed = ports[ports["side"] == "changed"]
    assert (
        changed["demand"] - changed["diverted_out"] - changed["lost"] + changed["diverted_in"] == changed["crossed"]
    ).all()
    usual = flows[flows["side"] == "usual"]
    assert not usual[["diverted_in", "diverted_out", "lost"]].to_numpy().any()


def test_a_shut_port_passes_nobody_and_its_neighbors_wait_longer(shut: CorridorTables) -> None:
    sums = shut.ports.groupby(["side", "port"]).sum(numeric_only=True)
    assert sums.loc[("changed", "bota"), "crossed"] == 0
    waits = sums["wait_sum_min"] / sums["crossed"]
    assert waits["changed", "ysleta"] > waits["usual", "ysleta"]
    assert sums.loc[("changed", "ysleta"), "diverted_in"] > sums.loc[("changed", "santa_teresa"), "diverted_in"] > 0


def test_nothing_moves_where_nothing_changes() -> None:
    found = run(["corridor=laredo", "days=1", "replications=1", "policy=random_share", "+corridor.measures.same="
                 "{port: colombia, overrides: ['port.approach.lanes=2']}"])  # fmt: skip
    parts = [found.flows[found.flows["side"] == side].drop(columns="side") for side in ("usual", "changed")]
    assert not parts[1][["diverted_in", "diverted_out", "lost"]].to_numpy().any()
    numbers = ["demand", "trucks", "wait_mean_min"]
    pd.testing.assert_frame_equal(parts[0][numbers].reset_index(drop=True), parts[1][numbers].reset_index(drop=True))


def wait_of_pooled_booths(per_h: float, booths: int) -> float:
    """Return the mean wait of M/M/c, minutes, 30 an hour at each booth (Erlang C)."""
    load = per_h / 30.0
    idle = sum(load**k / math.factorial(k) for k in range(booths))
    busy = load**booths / math.factorial(booths) * booths / (booths - load)
    return 60.0 * busy / (idle + busy) / (booths * 30.0 - per_h)


def shares_in_theory(per_h: float, booths: int, per_min: float) -> float:
    """Return the share of a port that has fewer booths than before, beside one of four: by bisection."""
    usual = wait_of_pooled_booths(per_h, 4)
    low, high = 1.0, 30.0 * booths - 0.01
    for _ in range(100):
        flow = (low + high) / 2.0
        waits = [wait_of_pooled_booths(flow, booths) - usual, wait_of_pooled_booths(2 * per_h - flow, 4) - usual]
        left = logit.shares([0.5, 0.5], change=waits, scale=per_min)[0] * 2.0 * per_h
        low, high = (flow, high) if left > flow else (low, flow)
    return flow / (2.0 * per_h)


def test_a_pair_of_queues_ends_where_logit_and_erlang_agree(tmp_path: Path) -> None:
    fewer = "{fewer: {port: left, overrides: [port.primary.lanes=2]}}"
    folder = toy_folder(tmp_path, measures=fewer, per_min=0.05)
    found = run([folder, "corridor=toy", *FLAT[:-1], "traffic.trucks_per_h=55", "days=7", "replications=4"])
    left = found.ports[(found.ports["side"] == "changed") & (found.ports["port"] == "left")]
    total = found.ports[found.ports["side"] == "changed"].groupby("replication")["crossed"].sum()
    share, half = mean_and_half_width((left["crossed"].to_numpy() / total.to_numpy()).tolist())
    expected = shares_in_theory(55.0, 2, 0.05)
    assert expected < 0.46
    # drivers know the wait of their own hour, not the mean of all hours: a point apart
    assert abs(share - expected) < half + 0.015


def test_base_shares_set_how_many_come_to_each_port(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path, share=0.8)
    found = run([folder, "corridor=toy", *FLAT[:-1], "days=4", "replications=2"])
    usual = found.ports[found.ports["side"] == "usual"].groupby("port")["demand"].sum()
    assert usual["left"] / usual.sum() == pytest.approx(0.8, abs=4.0 * np.sqrt(0.16 / usual.sum()))


def test_who_does_not_cross_is_lost_and_never_fast(tmp_path: Path) -> None:
    jam = "{jam: {port: left, overrides: [port.primary.lanes=1, port.primary.service.mean_min=20]}}"
    folder = toy_folder(tmp_path, measures=jam, per_min=0.0, limit="60")
    found = run([folder, "corridor=toy", *FLAT[:-1], "days=2", "replications=1"])
    left = found.ports[(found.ports["side"] == "changed") & (found.ports["port"] == "left")].iloc[0]
    assert left["lost"] > 0.7 * left["demand"]
    assert left["lost"] + left["crossed"] == left["demand"]
    assert left["wait_sum_min"] / left["crossed"] > 30.0


@pytest.mark.parametrize("information", ["posted", "yesterday"])
def test_old_news_of_waits_is_acted_on_late(tmp_path: Path, information: str) -> None:
    jam = "{jam: {port: left, overrides: [port.primary.lanes=1]}}"
    folder = toy_folder(tmp_path, measures=jam, per_min=0.05)
    words = [folder, "corridor=toy", *FLAT[:-1], "days=3", "replications=1", f"corridor.information={information}"]
    flows = run(words).flows
    moved = flows[(flows["side"] == "changed") & (flows["port"] == "left")].set_index("hour_of_week")["diverted_out"]
    first_hours = 1 if information == "posted" else 24
    assert moved.iloc[:first_hours].sum() == 0
    assert moved.iloc[first_hours : 2 * first_hours + 24].sum() > 0


def test_both_engines_send_the_same_trucks_to_the_same_ports(tmp_path: Path) -> None:
    fewer = "{fewer: {port: left, overrides: [port.primary.lanes=1]}}"
    folder = toy_folder(tmp_path, measures=fewer, per_min=0.05)
    words = [folder, "corridor=toy", *FLAT[:-1], "days=1", "replications=1"]
    compiled, simpy = (run([*words, f"engine={name}"]).flows for name in ("compiled", "simpy"))
    assert compiled["diverted_in"].sum() > 100
    pd.testing.assert_frame_equal(compiled, simpy, check_exact=True)


def test_the_order_of_ports_moves_nobody(tmp_path: Path) -> None:
    fewer = "{fewer: {port: left, overrides: [port.primary.lanes=1]}}"
    first, second = tmp_path / "first", tmp_path / "second"
    words = ["corridor=toy", *FLAT[:-1], "days=1", "replications=1"]
    as_is = run([toy_folder(first, measures=fewer, per_min=0.05), *words]).flows
    folder = toy_folder(second, measures=fewer, per_min=0.05)
    path = second / "corridor" / "toy.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    places = {line.split(":")[0].strip(): k for k, line in enumerate(lines)}
    left, right = places["left"], places["right"]
    lines[left], lines[right] = lines[right], lines[left]
    path.write_text("".join(lines), encoding="utf-8")
    turned = run([folder, *words]).flows
    keys = ["side", "port", "hour_of_week"]
    parts = [
        one.sort_values(keys, ignore_index=True)[[*keys, "demand", "diverted_in", "lost"]] for one in (as_is, turned)
    ]
    pd.testing.assert_frame_equal(*parts)

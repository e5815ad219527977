"""Loads over ports: case B2 from a table of ports, and the same through simulated ports."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from ports import FlatScorer
from toy_corridor import FLAT, SEEN, toy_folder

from experiments.diversion.loads import logit_response, play_loads, port_prices
from experiments.diversion.request import Corridor, build_corridor
from experiments.diversion.running import run_corridor
from experiments.games import displacement
from sim.shared_draws import risk_key

REACTING = ["adversary.reconsider_share=1", "adversary.feedback=expected", "weeks=6"]


def table(loads: tuple[float, ...], before: tuple[float, ...], after: tuple[float, ...]) -> pd.DataFrame:
    """Return what three ports of a corridor left on both sides, loads and finds of one replication."""
    rows = []
    for side, chances in (("usual", before), ("changed", after)):
        for name, many, chance in zip(("pharr", "progreso", "veterans"), loads, chances, strict=True):
            rows.append({"side": side, "replication": 0, "port": name, "true_loads_expected": many,
                         "true_found_expected": many * chance})  # fmt: skip
    return pd.DataFrame(rows)


def three_ports(*more: str) -> Corridor:
    words = ["corridor=pharr_2022", "replications=1", "store=null", *REACTING, *more]
    return build_corridor(words, "corridor")


def test_case_b2_the_reaction_takes_back_six_tenths() -> None:
    corridor = three_ports("adversary.outside_share=0", "adversaries=[static,responsive]")
    ports = table((0.5, 0.3, 0.2), (0.14, 0.14, 0.14), (0.28, 0.14, 0.14))
    found = logit_response(corridor, ports, 0)
    assert found.shares == pytest.approx([0.19782, 0.48131, 0.32087], abs=1e-5)
    assert found.caught == pytest.approx(0.167694, abs=1e-6)
    assert found.caught_unmoved == pytest.approx(0.21)
    assert found.taken_back == pytest.approx(0.60437, abs=1e-5)
    weeks = play_loads(corridor, ports)
    last = weeks[weeks["week"] == 6].set_index("adversary")
    assert last.loc["static", "true_caught"] == pytest.approx(0.21)
    assert last.loc["responsive", "true_caught"] == pytest.approx(0.167694, abs=1e-6)
    assert last.loc["responsive", "true_share_pharr"] == pytest.approx(0.19782, abs=1e-5)


def test_case_b2c_with_a_way_out_fewer_are_delivered_though_hardly_more_are_found() -> None:
    corridor = three_ports("adversary.outside_share=0.2", "adversaries=[responsive]")
    ports = table((0.5, 0.3, 0.2), (0.14, 0.14, 0.14), (0.28, 0.14, 0.14))
    weeks = play_loads(corridor, ports).set_index("week")
    assert weeks.loc[0, "true_caught"] == pytest.approx(0.112)
    assert weeks.loc[0, "true_delivered"] == pytest.approx(0.688)
    assert weeks.loc[6, "true_caught"] == pytest.approx(0.119688, abs=1e-6)
    assert weeks.loc[6, "true_delivered"] == pytest.approx(0.594041, abs=1e-6)
    ends = weeks[["true_caught", "true_delivered", "true_outside"]].sum(axis=1)
    assert ends.to_numpy() == pytest.approx([1.0] * 7)


def test_a_port_that_is_shut_takes_no_load() -> None:
    corridor = three_ports("adversaries=[static,knowing]")
    ports = table((0.5, 0.3, 0.2), (0.14, 0.2, 0.14), (0.14, 0.2, 0.14))
    shut = (ports["side"] == "changed") & (ports["port"] == "pharr")
    ports.loc[shut, ["true_loads_expected", "true_found_expected"]] = 0.0
    assert port_prices(ports, "changed", 0, corridor.used).loads.tolist() == [0.0, 0.3, 0.2]
    last = play_loads(corridor, ports).set_index(["adversary", "week"]).xs(6, level="week")
    assert last["true_share_pharr"].tolist() == [0.0, 0.0]
    assert last.loc["knowing", "true_share_veterans"] == pytest.approx(1.0)


def test_case_b2_through_simulated_ports(tmp_path: Path) -> None:
    """A pair of bare ports, the left one inspecting twice as much: the weeks end where the closed form says."""
    left = "{tighter: {port: left, overrides: [policy.share=0.6]}}"
    folder = toy_folder(tmp_path, measures=left, share=0.6, left=",".join(SEEN[:3]), right=",".join(SEEN[:3]))
    words = [folder, "corridor=toy", *FLAT[:2], "store=null", "processes=1", SEEN[3], "policy.share=0.3", "days=4",
             "replications=2", "adversaries=[static,responsive]", *REACTING]  # fmt: skip
    corridor = build_corridor(words, "corridor")
    scorers = {risk_key(scenario): FlatScorer() for scenario in corridor.study.alternatives.values()}
    ports = run_corridor(corridor, scorers).ports
    weeks = play_loads(corridor, ports)
    for replication in range(2):
        found = logit_response(corridor, ports, replication)
        assert found.caught_unmoved > 1.3 * found.caught_before
        last = weeks[(weeks["week"] == 6) & (weeks["replication"] == replication)].set_index("adversary")
        assert last.loc["static", "true_caught"] == pytest.approx(found.caught_unmoved, rel=1e-9)
        assert last.loc["responsive", "true_caught"] == pytest.approx(found.caught, rel=1e-9)
        assert 0.2 < found.taken_back < 1.1


def test_diverted_trucks_thin_what_is_scanned_where_they_go() -> None:
    """Case B5: 40 scans an hour find less of 100 trucks than of 60."""
    found = displacement.scan_detection(40.0, [60.0, 80.0, 100.0], p_detection=0.65)
    assert found == pytest.approx([0.43333, 0.325, 0.26], abs=1e-5)

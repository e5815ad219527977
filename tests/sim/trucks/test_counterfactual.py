"""Probes of trucks as if carrying, against brute force, where scores know of the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from sim.policies.registry import policy_expectation
from sim.replication import (
    OperatingPlan,
    Outcome,
    Replication,
    draw_window_trucks,
    make_plan,
    past_window,
    score_manifest,
)
from sim.results.expected_detection import expected_detection, ledger_if_carrying
from sim.scenario import Scenario
from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS
from sim.setting.window import EVALUATION, Window
from sim.stations import NOT_VISITED, SERVED, WAIVED
from sim.tables import SCORES, check_table
from sim.trucks.counterfactual import manifest_if_carrying, scores_if_carrying

Make = Callable[..., Scenario]
OPEN = (
    "policy=top_share",
    "threat.prevalence_per_truck=0.1",
    "threat.hidden_ln_sd=0.3",
    "port.officer_referral_carrying_share=0.2",
    "port.secondary.when_full=suspend",
    "scanner.exam.service.mean_min=2",
    "port.dock.servers=60",
    "port.dock.extra_h=6",
    "port.primary.room_trucks=null",
    "staffing.extra_lanes=4",
    "staffing.analysts=20",
    "scanner.analyst.service.mean_min=0.5",
    "risk.tier=tip",
    "sharing=full",
    "sharing.scan.completeness_share=0.9",
    "sharing.scan.d_prime=2",
)
"""Many loads, docks that keep up with them, and a partner's scan that says much."""
CRAMPED = ("port.portal.servers=1", "port.portal.room_trucks=2")
"""A portal whose yard turns many trucks away."""


@dataclass(frozen=True)
class ByScan:
    """Scores trucks by the partner's scan, by traits and by tips, as a model would."""

    weight: float = 1.0

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        scan = manifest["partner_scan_z"].fillna(0.5).to_numpy()
        own = manifest["seal_mismatch"].to_numpy() + 0.5 * ~manifest["fast"].to_numpy()
        score = ndtr(self.weight * scan + 0.3 * own + 3.0 * manifest["tip"].to_numpy() - 0.5)
        return pd.DataFrame({"truck": manifest["truck"], "p_hit": 0.2 * score, "risk_score": score})


def window(seed: int) -> Window:
    return Window(seed=seed, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)


def plan(scenario: Scenario, scorer: ByScan, seed: int) -> OperatingPlan:
    past = draw_window_trucks(scenario, past_window(window(seed)))
    return make_plan(scenario, past, score_manifest(scenario, scorer, past))


def outcome(scenario: Scenario, scorer: ByScan, seed: int) -> tuple[Outcome, OperatingPlan]:
    manifest = draw_window_trucks(scenario, window(seed))
    before = plan(scenario, scorer, seed)
    scores = score_manifest(scenario, scorer, manifest)
    return Replication(scenario, window(seed), manifest, scores, before).run(), before


@pytest.mark.parametrize(("seed", "weight", "cramped"), [(1, 1.0, ()), (2, 1.0, CRAMPED), (3, -1.0, ())])
def test_probes_find_what_many_loads_lose(
    make_scenario: Make, seed: int, weight: float, cramped: tuple[str, ...]
) -> None:
    scenario = make_scenario(*OPEN, *cramped)
    found, before = outcome(scenario, ByScan(weight), seed)
    left = found.ledger["exit_min"].notna().to_numpy()
    assert left.mean() > 0.99
    # the paths of trucks as they were: a truck without a load stands for one that has one
    naive = expected_detection(scenario, before.points, found.manifest, found.ledger)
    seized = found.ledger["seized"].to_numpy(dtype=np.float64)
    half_width = 3.5 * seized.std() * np.sqrt(len(seized))
    assert abs(found.detection.caught - seized.sum()) <= half_width
    assert abs(naive.caught - seized.sum()) > 1.5 * half_width
    assert np.sign(seized.sum() - naive.caught) == np.sign(weight)


def test_the_yard_turns_loads_away_as_it_does_trucks(make_scenario: Make) -> None:
    scenario = make_scenario(*OPEN, *CRAMPED)
    found, _ = outcome(scenario, ByScan(), 1)
    ledger = found.ledger
    nobody = np.zeros(len(ledger), dtype=bool)
    asked = ledger["selected"].to_numpy() & ledger["approach_end_min"].notna().to_numpy()
    told = ledger_if_carrying(scenario, ledger, nobody, asked)["portal_done"].to_numpy()[asked]
    done = ledger["portal_done"].to_numpy()[asked]
    assert (done == WAIVED).mean() > 0.05
    # those that came off the approach together are told apart by order alone
    assert (told == done)[np.isin(done, (SERVED, WAIVED))].mean() > 0.97


def test_paths_change_only_where_the_selection_does(make_scenario: Make) -> None:
    scenario = make_scenario(*OPEN)
    found, _ = outcome(scenario, ByScan(), 1)
    ledger, selected = found.ledger, found.ledger["selected"].to_numpy()
    assert ledger_if_carrying(scenario, ledger, selected, selected).equals(ledger)
    none = ledger_if_carrying(scenario, ledger, selected, np.zeros(len(ledger), dtype=bool))
    assert (none["portal_done"].to_numpy()[selected] == NOT_VISITED).all()
    assert none.drop(columns="portal_done").equals(ledger.drop(columns="portal_done"))


@pytest.mark.parametrize("sharing", ["none", "full"])
def test_what_a_model_does_not_read_changes_no_byte(make_scenario: Make, sharing: str) -> None:
    """A port that reads its own information alone is the same whatever others share."""
    own = ("policy=top_share", "risk.tier=own")
    base, other = (make_scenario(*own, f"sharing={name}") for name in ("none", sharing))
    results = []
    for scenario in (base, other):
        manifest = draw_window_trucks(scenario, window(1))
        own_only = pd.DataFrame(
            {"truck": manifest["truck"], "p_hit": 1e-4 * manifest["u_officer"], "risk_score": manifest["u_officer"]}
        )

        class Fixed:
            def score(self, frame: pd.DataFrame) -> pd.DataFrame:
                score = frame["u_officer"].to_numpy()
                return pd.DataFrame({"truck": frame["truck"], "p_hit": 1e-4 * score, "risk_score": score})

        scores = score_manifest(scenario, Fixed(), manifest)
        check_table(scores, SCORES, "SCORES")
        assert scores.equals(own_only)
        past = draw_window_trucks(scenario, past_window(window(1)))
        before = make_plan(scenario, past, score_manifest(scenario, Fixed(), past))
        results.append(Replication(scenario, window(1), manifest, scores, before).run())
    assert pd.Series(results[0].metrics).equals(pd.Series(results[1].metrics))
    assert results[0].ledger.equals(results[1].ledger)


def test_scores_of_loads_stand_beside_those_of_trucks(make_scenario: Make) -> None:
    scenario = make_scenario(*OPEN)
    manifest = draw_window_trucks(scenario, window(1))
    scores = score_manifest(scenario, ByScan(), manifest)
    with_load = scores_if_carrying(scores)
    assert with_load is not None
    check_table(with_load, SCORES, "SCORES")
    carrying = manifest["true_carrying"].to_numpy()
    assert (with_load["risk_score"] == scores["risk_score"]).to_numpy()[carrying].all()
    assert with_load["risk_score"].mean() > scores["risk_score"].mean() + 0.1
    assert scores_if_carrying(scores[["truck", "p_hit", "risk_score"]]) is None
    swapped = manifest_if_carrying(manifest)
    for name, *_ in SHARED_ITEMS:
        assert swapped[name].equals(manifest[IF_CARRYING_PREFIX + name].rename(name))


def test_analysts_expect_more_threats_where_others_point_at_them(make_scenario: Make) -> None:
    scenario = make_scenario(*OPEN, "scanner.analyst.test_images_per_day=0")
    past = draw_window_trucks(scenario, past_window(window(1)))
    scores = score_manifest(scenario, ByScan(), past)
    before = plan(scenario, ByScan(), 1).past
    informed = policy_expectation(scenario.policy, scenario, past, scores, before)
    blind = policy_expectation(scenario.policy, scenario, past, scores[["truck", "p_hit", "risk_score"]], before)
    assert informed.scan_share == blind.scan_share
    assert informed.threat_image_share > blind.threat_image_share

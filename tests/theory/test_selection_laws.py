"""V3, V6 and V8 for any parameters, through the policies that a port runs."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from clear_port import clear_port, sensor
from ports import ledger_of, window_of
from scipy.optimize import linprog
from theory_formulas import (
    deterrence_share,
    mean_screenings,
    mean_screenings_with_memory,
    smuggler_gain,
    square_root_sampling,
)

from experiments.study.study import compose_scenario
from sim.policies.base import PastTraffic, risk_position
from sim.policies.published_lists import Asycuda, Minimax
from sim.policies.registry import select_trucks
from sim.replication import draw_window_trucks as draw
from sim.scenario import Scenario, replace_parts
from sim.setting.port import COMMODITIES
from tests.sim.policies.test_registry import BY_SCORE, PAST, TRUCKS, N, past, scored, trucks, uniform

Floats = npt.NDArray[np.float64]


@cache
def base(policy: str) -> Scenario:
    return compose_scenario([f"policy={policy}"])


def port_under(policy: str, **settings: Any) -> Scenario:
    """Return the default port under a policy, some of its settings turned."""
    scenario = base(policy)
    return replace_parts(scenario, policy=dataclasses.replace(scenario.policy, **settings))


def priors(seed: int) -> Floats:
    """Return some prior: even, steep, of two levels, of one suspect, or with units above doubt."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 300))
    kinds = (
        rng.random(n) + 0.5,
        rng.pareto(1.5, n) + 0.01,
        np.where(np.arange(n) < n // 10 + 1, 20.0, 1.0),
        np.append(np.ones(n - 1), 50.0),
        np.where(rng.random(n) < 0.3, 0.0, rng.random(n)) + np.eye(1, n)[0],
    )
    p = kinds[seed % len(kinds)]
    return np.asarray(p / p.sum())


def stream(p: Floats, n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return trucks of ``len(p)`` tractors in random order, and scores that know their risk."""
    frame = trucks(n, seed)
    frame["plate"] = np.random.default_rng(seed).integers(0, len(p), n)
    p_hit = p[frame["plate"].to_numpy()]
    return frame, pd.DataFrame({"truck": frame["truck"], "p_hit": p_hit, "risk_score": p_hit})


def of_past(frame: pd.DataFrame, scores: pd.DataFrame) -> PastTraffic:
    p_hit = scores["p_hit"].to_numpy()
    return PastTraffic(p_hit, frame["u_tie"].to_numpy(), p_hit, 1.0, p_hit=p_hit, trucks=frame)


@pytest.mark.parametrize("seed", range(10))
def test_each_unit_is_screened_as_often_as_the_plan_draws_it(seed: int) -> None:
    """V3: sum p/q of the screenings in fact; (sum sqrt p)^2 is the least, n that of uniform."""
    p = priors(seed)
    frame, scores = stream(p, 400_000, seed)
    before = of_past(*stream(p, 50_000, seed + 50))
    needed = {}
    for name in ("square_root", "random_share"):
        share = min(0.05, 0.5 * np.sqrt(p).mean() / np.sqrt(p).max())
        port = port_under(name, share=share)
        plates = frame["plate"].to_numpy()[select_trucks(port.policy, frame, scores, before)]
        needed[name] = mean_screenings(p, np.bincount(plates, minlength=len(p)))
    # a count of about m screenings a unit puts 1/m too much on the mean of 1/q, and its noise
    slack = 0.02 + 3.0 * len(p) / (share * len(frame))
    wanted = np.count_nonzero(p) if seed % 5 != 4 else len(p)
    assert needed["square_root"] == pytest.approx(np.sqrt(p).sum() ** 2, rel=slack)
    assert needed["random_share"] == pytest.approx(wanted, rel=slack)
    assert mean_screenings(p, square_root_sampling(p)) <= len(p) * (1.0 + 1e-12)
    strong = mean_screenings(p, p)
    assert strong == pytest.approx(np.count_nonzero(p))


@pytest.mark.parametrize("seed", range(0, 10, 2))
def test_with_memory_the_policy_goes_down_any_list(seed: int) -> None:
    """V3: nobody is screened twice, and the riskiest who has not been comes first."""
    p = np.sort(np.random.default_rng(seed).pareto(1.2, 120))[::-1] + 1e-3
    p /= p.sum()
    frame, scores = stream(p, 60_000, seed)
    before = of_past(*stream(p, 60_000, seed + 50))
    port = port_under("square_root", share=0.0015, with_memory=True, memory_days=3650.0)
    plates = frame["plate"].to_numpy()[select_trucks(port.policy, frame, scores, before)]
    reached, turn = len(plates), np.arange(1, len(plates) + 1)
    assert reached >= 10
    assert np.array_equal(np.sort(plates), np.arange(reached))
    in_order = (p[:reached] * turn).sum()
    assert (p[plates] * turn).sum() == pytest.approx(in_order, rel=0.1)
    rest = p[reached:] * np.arange(reached + 1, len(p) + 1)
    assert in_order + rest.sum() == pytest.approx(mean_screenings_with_memory(p))
    assert in_order + rest.sum() < mean_screenings(p, square_root_sampling(p))


def game(seed: int) -> tuple[dict[str, float], float, float, float]:
    """Return values by goods, the ratio of FAST, p_detection and share."""
    rng = np.random.default_rng(seed)
    values = dict(zip(("empty", *COMMODITIES), (rng.pareto(1.0, 11) + 0.1).tolist(), strict=False))
    return values, float(rng.random() + 0.2), float(rng.choice([1.0, 0.6, 0.25])), rng.random() ** 2


@pytest.mark.parametrize("seed", range(12))
def test_no_coverage_of_classes_leaves_a_watching_smuggler_less(seed: int) -> None:
    """V6: the shares in fact against a linear programme, for any values, budget and detection."""
    values, ratio, d, share = game(seed)
    port = port_under("minimax", value_by_commodity=values, fast_value_ratio=ratio, p_detection=d, share=share)
    policy = port.policy
    assert isinstance(policy, Minimax)
    kind = 2 * (TRUCKS["commodity"].to_numpy() + 1) + TRUCKS["fast"].to_numpy(int)
    before = past(uniform(7))
    traffic = before.trucks
    past_kind = 2 * (traffic["commodity"].to_numpy() + 1) + traffic["fast"].to_numpy(int)
    v = policy.values()
    weights = np.bincount(past_kind, minlength=len(v)) / len(past_kind)
    here = weights > 0.0
    best = linprog(
        [0.0] * here.sum() + [1.0],
        np.vstack([np.hstack([-np.diag(d * v[here]), -np.ones((here.sum(), 1))]), [*weights[here], 0.0]]),
        [*-v[here], share],
        bounds=[(0, 1)] * here.sum() + [(0, None)],
    ).fun
    covered = policy.coverage(before)
    assert (weights * covered).sum() <= share + 1e-9
    assert smuggler_gain(v[here], covered[here], d) == pytest.approx(best, rel=1e-6)
    chosen = select_trucks(port.policy, TRUCKS, BY_SCORE, before)
    counts = np.bincount(kind, minlength=len(v))
    in_fact = np.bincount(kind, chosen, minlength=len(v)) / np.maximum(counts, 1)
    half_width = 4.0 * np.sqrt(covered * (1.0 - covered) / np.maximum(counts, 1)) + 1e-9
    assert (np.abs(in_fact - covered)[here] <= half_width[here]).all()


@pytest.mark.parametrize(("gain", "penalty", "hits"), [(1, 4, 0.8), (2, 3, 0.9), (1, 19, 0.5)])
def test_at_the_deterrence_share_of_a_port_smuggling_pays_nothing(gain: float, penalty: float, hits: float) -> None:
    """V6 through the port: caught as often as the threshold says, a smuggler gains nothing."""
    share = deterrence_share(gain, penalty, hits)
    scenario = compose_scenario(
        clear_port(
            "policy=random_share",
            f"policy.share={share}",
            "policy.officer_referral=false",
            *sensor("portal", 0.01, hits),
            trucks_per_h=300.0,
            prevalence=0.3,
        )
    )
    carrying = draw(scenario, window_of(3))["true_carrying"].to_numpy(bool)
    caught = ledger_of(scenario, window_of(3))["seized"].to_numpy(float)[carrying]
    pay = np.where(caught > 0.0, -penalty, gain)
    assert abs(pay.mean()) < 4.0 * pay.std() / np.sqrt(len(pay))


@pytest.mark.parametrize("seed", range(25))
def test_the_red_lane_comes_out_at_its_rates_whatever_they_are(seed: int) -> None:
    """V8: criteria are never cut, and a lower expected rate never lowers them."""
    rng = np.random.default_rng(seed)
    rates = rng.random((3, 3)) * [0.4, 0.2, 0.6]
    if seed % 3 == 0:
        rates[0, 2] = rates[0, 0] * rng.random()  # criteria above the expected rate
    if seed % 5 == 0:
        rates[rng.integers(3), rng.integers(3)] = rng.choice([0.0, 1.0])

    def port(expected: float) -> Scenario:
        own = rates.copy()
        own[0, 2] = expected
        names = [
            f"{lane}_{part}_share" for lane in ("red", "yellow", "blue") for part in ("criteria", "random", "expected")
        ]
        return port_under("asycuda", **dict(zip(names, own.ravel().tolist(), strict=True)))

    policy = port(rates[0, 2]).policy
    assert isinstance(policy, Asycuda)
    red = policy.steps()[0]
    criteria, random, expected = rates[0]
    assert red.criteria == criteria
    assert red.total <= min(max(criteria + random, expected), 1.0) + 1e-12
    chosen = select_trucks(port(expected).policy, TRUCKS, BY_SCORE, PAST)
    half_width = 4.0 * np.sqrt(0.25 * 2.0 / N)
    assert abs(chosen.mean() - red.total) < half_width
    place = risk_position(TRUCKS, BY_SCORE["risk_score"].to_numpy(), PAST.risk_score)
    fewer = select_trucks(port(expected / 3.0).policy, TRUCKS, BY_SCORE, PAST)
    assert chosen[place < criteria].all()
    assert fewer[place < criteria].all()
    assert fewer.sum() <= chosen.sum()


@pytest.mark.parametrize(
    ("policy", "share"),
    [
        ("asycuda", "red_expected_share"),
        ("exploration", "share"),
        ("square_root", "share"),
        ("top_share", "share"),
        ("todays_practice", "scan_share"),
    ],
)
@pytest.mark.parametrize("size", [0.1, 0.4])
def test_without_power_every_list_is_a_random_sample(policy: str, share: str, size: float) -> None:
    """V9: scores that know nothing; the selected carry as often as all do."""
    port = port_under(policy, **{share: size})
    rng = np.random.default_rng(11)
    carrying = rng.random(N) < 0.2
    selected = select_trucks(port.policy, TRUCKS, scored(uniform(12)), past(uniform(13)))
    assert selected.mean() == pytest.approx(size, abs=0.02)
    spread = 4.0 * np.sqrt(0.2 * 0.8 / selected.sum())
    assert abs(carrying[selected].mean() - carrying.mean()) < spread

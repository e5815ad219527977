"""Who is selected for the portal, and what is expected of it beforehand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim.errors import ConfigError, PolicyError
from sim.policies.base import POLICIES, PastTraffic
from sim.policies.registry import policy_expectation, select_trucks
from sim.scenario import Scenario

Make = Callable[..., Scenario]
N = 40_000
PER_DAY = 6260.0
"""Trucks on an average day of the default week."""


def trucks(n: int = N, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    names = ("u_tie", "u_select", "u_floor")
    columns = {"truck": np.arange(n)} | {name: rng.random(n) for name in names}
    columns |= {"fast": rng.random(n) < 0.2, "ctpat_carrier": rng.random(n) < 0.4}
    columns |= {"commodity": rng.integers(-1, 10, n), "plate": rng.integers(0, n // 3, n)}
    columns |= {"laden": columns["commodity"] >= 0, "density": rng.integers(0, 3, n)}
    return pd.DataFrame(columns | {"arrive_min": np.sort(rng.random(n)) * 14 * 1440.0})


def scored(score: npt.NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame({"truck": np.arange(len(score)), "p_hit": score**4, "risk_score": score})


def uniform(seed: int, n: int = N) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).random(n)


def past(score: npt.NDArray[np.float64], p_carrying: float = 1e-4) -> PastTraffic:
    u_tie = uniform(99, len(score))
    p = np.full(len(score), p_carrying)
    before = trucks(len(score), seed=6)
    return PastTraffic(score, u_tie, p, PER_DAY, p_hit=score**4, trucks=before.assign(u_tie=u_tie))


PAST = past(uniform(7))
BY_SCORE = scored(uniform(2))
TRUCKS = trucks()


def chosen(scenario: Scenario) -> npt.NDArray[np.bool_]:
    return select_trucks(scenario.policy, TRUCKS, BY_SCORE, PAST)


def assert_share(selected: npt.NDArray[np.bool_], share: float, past_size: float = np.inf) -> None:
    """Hold the realised share to its binomial interval, widened for an estimated quantile."""
    half_width = 3.3 * np.sqrt(share * (1 - share) * (1 / len(selected) + 1 / past_size))
    assert abs(selected.mean() - share) <= half_width


def test_every_policy_can_be_configured_and_says_where_it_comes_from(make_scenario: Make) -> None:
    for name, policy in POLICIES.items():
        built = make_scenario(f"policy={name}").policy
        assert type(built) is policy
        assert built.name == name
        assert "Version history" in (policy.__doc__ or "")
        assert any(word in policy.__doc__ for word in ("Source", "docs/reference/sources.md"))


def test_extremes(make_scenario: Make) -> None:
    assert not chosen(make_scenario("policy=no_referral")).any()
    assert chosen(make_scenario("policy=scan_everything")).all()
    for name in ("random_share", "top_share"):
        assert not chosen(make_scenario(f"policy={name}", "policy.share=0")).any()
        assert chosen(make_scenario(f"policy={name}", "policy.share=1")).all()
    assert chosen(make_scenario("policy=threshold", "policy.cutoff=0")).all()


@pytest.mark.parametrize("share", [0.05, 0.27, 0.8])
def test_shares_come_out_as_asked(make_scenario: Make, share: float) -> None:
    assert_share(chosen(make_scenario("policy=random_share", f"policy.share={share}")), share)
    assert_share(chosen(make_scenario("policy=top_share", f"policy.share={share}")), share, N)
    today = make_scenario("policy=todays_practice", f"policy.scan_share={share}")
    assert_share(chosen(today), share, N)


def test_a_constant_score_is_random_selection(make_scenario: Make) -> None:
    port = make_scenario("policy=top_share", "policy.share=0.27")
    flat = np.full(N, 0.5)
    selected = select_trucks(port.policy, TRUCKS, scored(flat), past(flat))
    assert (selected == (TRUCKS["u_tie"] < 0.27)).all()


def test_ties_are_split_so_that_the_share_holds(make_scenario: Make) -> None:
    port = make_scenario("policy=top_share", "policy.share=0.27")
    coarse, before = np.floor(uniform(3) * 5) / 5, np.floor(uniform(4) * 5) / 5
    selected = select_trucks(port.policy, TRUCKS, scored(coarse), past(before))
    assert_share(selected, 0.27, N)
    assert selected[coarse == 0.8].all()
    assert 0.0 < selected[coarse == 0.6].mean() < 1.0
    assert not selected[coarse < 0.6].any()


def test_top_share_takes_the_riskiest(make_scenario: Make) -> None:
    selected = chosen(make_scenario("policy=top_share", "policy.share=0.1"))
    score = BY_SCORE["risk_score"].to_numpy()
    assert score[selected].min() >= score[~selected].max()


def test_threshold_is_the_score_alone(make_scenario: Make) -> None:
    selected = chosen(make_scenario("policy=threshold", "policy.cutoff=0.9"))
    assert (selected == (BY_SCORE["risk_score"] >= 0.9)).all()


def test_todays_practice_is_the_riskiest_and_a_random_fill(make_scenario: Make) -> None:
    today = chosen(make_scenario("policy=todays_practice"))
    top = chosen(make_scenario("policy=top_share", "policy.share=0.036"))
    assert today[top].all()
    assert_share(today[~top], (0.27 - 0.036) / (1 - 0.036))
    score = BY_SCORE["risk_score"].to_numpy()[~top]
    fill = today[~top]
    half_width = 3.3 * score.std() * np.sqrt(1 / fill.sum() + 1 / (~fill).sum())
    assert abs(score[fill].mean() - score[~fill].mean()) < half_width


def test_a_larger_share_contains_the_smaller(make_scenario: Make) -> None:
    for name, key in (("random_share", "share"), ("top_share", "share"), ("todays_practice", "scan_share")):
        nested = [chosen(make_scenario(f"policy={name}", f"policy.{key}={x}")) for x in (0.1, 0.3, 0.9)]
        assert not (nested[0] & ~nested[1]).any()
        assert not (nested[1] & ~nested[2]).any()
        assert nested[0].sum() < nested[1].sum() < nested[2].sum()


def test_a_truck_s_fate_does_not_depend_on_the_others(make_scenario: Make) -> None:
    order = np.random.default_rng(5).permutation(N)[:5000]
    for name in POLICIES:
        port = make_scenario(f"policy={name}", "policy.random_floor_share=0.1")
        some = select_trucks(port.policy, TRUCKS.iloc[order], BY_SCORE.iloc[order], PAST)
        assert (some == chosen(port)[order]).all()


UNEVEN_LUCK = {"square_root", "minimax", "trusted_trader"}
"""Policies whose own luck differs between trucks, so that the floor comes on top of it."""
EVERYBODY = {"scan_everything", "ticketed", "random_slow", "dedicated_slow"}
"""Policies that send every truck to the portal, as configured."""
AT_THE_PORT = {"queue_aware", "skip_lot", "scan_budget", "all_of", "sensor_tree"}


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_the_floor_reaches_its_share_under_every_policy(make_scenario: Make, name: str) -> None:
    bare = chosen(make_scenario(f"policy={name}"))
    port = make_scenario(f"policy={name}", "policy.random_floor_share=0.4")
    floored = chosen(port)
    assert not (bare & ~floored).any()
    assert bare.any() == (name not in {"no_referral", *AT_THE_PORT})
    # where the score says no, the floor alone selects
    low = (BY_SCORE["risk_score"] < 0.5).to_numpy()
    if name in UNEVEN_LUCK:
        assert 0.4 - 0.012 < floored[low].mean() < 0.4 + bare[low].mean()
    elif name == "skip_lot":
        # its fraction is drawn at the port, by another luck
        assert_share(floored[low], (0.4 - 0.27) / (1 - 0.27))
    else:
        assert_share(floored[low], 1.0 if name in EVERYBODY else 0.4)


def test_a_floor_that_the_policy_meets_already_changes_nothing(make_scenario: Make) -> None:
    plain = chosen(make_scenario("policy=random_share"))
    floored = chosen(make_scenario("policy=random_share", "policy.random_floor_share=0.2"))
    assert (plain == floored).all()


def test_a_target_above_the_whole_is_refused(make_scenario: Make) -> None:
    with pytest.raises(ConfigError, match=r"policy\.scan_share: must be at least targeted_share"):
        make_scenario("policy.scan_share=0.01")


def test_a_quantile_of_no_past_is_refused(make_scenario: Make) -> None:
    with pytest.raises(PolicyError, match="no truck came"):
        select_trucks(make_scenario("policy=top_share").policy, TRUCKS, BY_SCORE, past(np.empty(0)))


def test_expected_shares_of_a_random_policy(make_scenario: Make) -> None:
    port = make_scenario("policy=random_share", "policy.share=0.27")
    found = policy_expectation(port.policy, port, TRUCKS, BY_SCORE, PAST)
    assert found.scan_share == pytest.approx(chosen(port).mean())
    images = PER_DAY * found.scan_share
    assert found.threat_image_share == pytest.approx((images * 1e-4 + 40) / (images + 40))
    # the analysts' reference is today's practice
    reference = port.scanner.analyst.reference_threat_image_share
    assert found.threat_image_share == pytest.approx(reference, rel=0.05)


def test_threats_thin_out_as_more_is_scanned(make_scenario: Make) -> None:
    def share(*overrides: str) -> float:
        port = make_scenario(*overrides)
        return policy_expectation(port.policy, port, TRUCKS, BY_SCORE, PAST).threat_image_share

    today = share("policy=todays_practice")
    assert share("policy=scan_everything") < today < share("policy=random_share", "policy.share=0.1")
    no_tests = "scanner.analyst.test_images_per_day=0"
    assert share("policy=scan_everything", no_tests) == pytest.approx(1e-4)


def test_a_good_score_enriches_the_images(make_scenario: Make) -> None:
    score = uniform(7)
    sharp = PastTraffic(score, uniform(99), 4e-4 * score**3, trucks_per_day=PER_DAY)
    no_tests = "scanner.analyst.test_images_per_day=0"
    scenario = make_scenario("policy=top_share", no_tests)
    top = policy_expectation(scenario.policy, scenario, TRUCKS, scored(score), sharp)
    scenario = make_scenario("policy=random_share", no_tests)
    random = policy_expectation(scenario.policy, scenario, TRUCKS, scored(score), sharp)
    assert top.threat_image_share > 2 * random.threat_image_share


def test_without_images_the_reference_holds(make_scenario: Make) -> None:
    no_tests = "scanner.analyst.test_images_per_day=0"
    for overrides in (
        ("policy=no_referral", no_tests),
        ("port.portal.servers=0", "port.analyst.servers=0", "port.secondary.servers=0", no_tests),
    ):
        port = make_scenario(*overrides)
        found = policy_expectation(port.policy, port, TRUCKS, BY_SCORE, PAST)
        assert found.scan_share == 0.0
        assert found.threat_image_share == port.scanner.analyst.reference_threat_image_share

"""What is shared: the options of the group, what a sharing gives, what it was agreed to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.errors import ConfigError
from sim.scenario import Scenario

Make = Callable[..., Scenario]
ITEMS = ("declaration", "scan", "certification", "dwell", "tip")


@pytest.mark.parametrize(
    ("option", "partner", "tips"),
    [("none", False, False), ("partner", True, False), ("tip", False, True), ("full", True, True)],
)
def test_each_option_gives_what_it_is_called(make_scenario: Make, option: str, partner: bool, tips: bool) -> None:
    sharing = make_scenario(f"sharing={option}").sharing
    assert (sharing.has_partner, sharing.has_tips) == (partner, tips)


@pytest.mark.parametrize("item", ITEMS)
def test_options_differ_only_in_what_is_shared(make_scenario: Make, item: str) -> None:
    full = getattr(make_scenario("sharing=full").sharing, item)
    for option in ("none", "partner", "tip"):
        one = getattr(make_scenario(f"sharing={option}").sharing, item)
        same = {name: getattr(one, name) for name in one.__slots__ if "completeness" not in name}
        assert same == {name: getattr(full, name) for name in same}


def test_as_agreed_nothing_is_spoiled_and_no_tip_comes(make_scenario: Make) -> None:
    agreed = make_scenario("sharing=full").sharing.as_agreed()
    for name in ITEMS:
        item = getattr(agreed, name)
        assert (item.withheld_share, item.p_leak) == (0.0, 0.0)
    assert agreed.has_partner
    assert not agreed.has_tips
    assert agreed.scan.completeness_share > 0.0


def test_false_tips_give_tips_their_precision(make_scenario: Make) -> None:
    tip = make_scenario("sharing.tip.recall_share=0.3", "sharing.tip.precision_share=0.25").sharing.tip
    for prevalence in (1e-4, 0.02, 0.2):
        right = tip.recall_share * prevalence
        wrong = tip.p_false(prevalence) * (1.0 - prevalence)
        assert right / (right + wrong) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("sharing.scan.completeness_share=1.5", "sharing.scan.completeness_share"),
        ("sharing.tip.p_leak=-0.1", "sharing.tip.p_leak"),
        ("sharing.tip.precision_share=0", "sharing.tip.precision_share"),
        ("sharing.dwell.delay_mean_h=soon", "sharing.dwell.delay_mean_h"),
        ("risk.tier=theirs", "risk.tier"),
    ],
)
def test_nonsense_is_refused_by_its_key(make_scenario: Make, override: str, key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        make_scenario("sharing=full", override)


def test_a_policy_that_chooses_at_the_port_cannot_heed_others(make_scenario: Make) -> None:
    queue_aware = ("policy=queue_aware", "sharing=full")
    assert not make_scenario(*queue_aware).heeds_others
    with pytest.raises(ConfigError, match=r"policy\.name: 'queue_aware' chooses at the port"):
        make_scenario(*queue_aware, "risk.tier=partner")


def test_a_tier_heeds_what_is_shared_with_it(make_scenario: Make) -> None:
    heeded = {
        (tier, option): make_scenario(f"risk.tier={tier}", f"sharing={option}").heeds_others
        for tier in ("own", "partner", "tip")
        for option in ("none", "partner", "tip", "full")
    }
    assert {pair for pair, is_heeded in heeded.items() if is_heeded} == {
        ("partner", "partner"),
        ("partner", "full"),
        ("tip", "partner"),
        ("tip", "tip"),
        ("tip", "full"),
    }

"""Alternatives: what they may set, and what a user may not set beside them."""

from __future__ import annotations

import pytest

from experiments.study.alternatives import check_alternatives, check_override_clashes
from sim.errors import ConfigError

LANES = {
    "few": ("policy=todays_practice", "staffing.extra_lanes=-1"),
    "many": ("policy=todays_practice", "staffing.extra_lanes=1"),
}
SHARES = {"low": ("policy=top_share", "policy.share=0.1"), "high": ("policy=top_share", "policy.share=0.2")}


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        (("risk=rules",), "must name its policy"),
        (("policy.share=0.1",), "must name its policy"),
        (("policy=top_share", "days=1"), "may set only parts of the scenario"),
        (("policy=top_share", "experiment=lanes"), "may set only parts of the scenario"),
        (("policy=top_share", "policy.share=[1"), r"policy\.share: cannot read"),
    ],
)
def test_a_bad_alternative_is_named(own: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ConfigError, match=rf"^alternatives\.x: {problem}"):
        check_alternatives({"x": own})


def test_good_alternatives_pass() -> None:
    check_alternatives(LANES)
    check_alternatives({})


@pytest.mark.parametrize("mine", ["policy=threshold", "staffing.extra_lanes=2"])
def test_what_an_alternative_sets_is_refused(mine: str) -> None:
    with pytest.raises(ConfigError, match="set by alternative 'few'"):
        check_override_clashes([mine], LANES)


def test_below_a_chosen_group_all_must_agree() -> None:
    check_override_clashes(["policy.officer_referral=false"], SHARES)
    with pytest.raises(ConfigError, match=r"policy\.share: set by alternative 'low'"):
        check_override_clashes(["policy.share=0.3"], SHARES)
    apart = SHARES | {"none": ("policy=no_referral",)}
    with pytest.raises(ConfigError, match=r"policy\.officer_referral: alternatives set it apart"):
        check_override_clashes(["policy.officer_referral=false"], apart)


def test_all_else_is_free() -> None:
    check_override_clashes(["staffing=april_2019", "port.primary.lanes=20", "seed=3"], LANES)
    check_override_clashes(["policy=threshold"], {})

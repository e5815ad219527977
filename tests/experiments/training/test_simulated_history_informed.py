"""What a model learns from of all that others share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from experiments import train
from experiments.training.past_practice import port_before_change
from models.features import DECLARED_FEATURES, PARTNER_FEATURES, feature_matrix, tier_of_width, visible_part
from models.fitted import FittedRisk
from models.registry import make_risk_model
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.shared_draws import manifest_key, risk_as_trained, risk_key, training_sharing_key
from sim.trucks.manifest import draw_manifest

Make = Callable[..., Scenario]
DAY = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=1)


@pytest.mark.parametrize(
    ("tier", "sharing", "learnt"),
    [
        ("own", "full", "own"),
        ("partner", "full", "partner"),
        ("partner", "tip", "own"),
        ("tip", "full", "partner"),
        ("tip", "tip", "own"),
        ("tip", "partner", "partner"),
    ],
)
def test_a_model_is_trained_on_what_there_is_to_learn(
    make_scenario: Make, tier: str, sharing: str, learnt: str
) -> None:
    one = make_scenario("risk=boosted", f"risk.tier={tier}", f"sharing={sharing}")
    assert risk_as_trained(one.risk, one.sharing).tier == learnt
    past = port_before_change(one.risk, one)
    assert past.risk.tier == learnt
    assert past.sharing.has_partner == (learnt == "partner")
    assert not past.sharing.has_tips


def test_one_training_serves_whatever_leaks_is_withheld_or_tipped(make_scenario: Make) -> None:
    boosted = ("risk=boosted", "risk.tier=tip")
    full = make_scenario(*boosted, "sharing=full")
    for override in ("sharing.scan.p_leak=0.6", "sharing.scan.withheld_share=0.5", "sharing.tip.recall_share=0.4"):
        other = make_scenario(*boosted, "sharing=full", override)
        assert train.model_folders(other.risk, other) == train.model_folders(full.risk, full)
        assert risk_key(other) == risk_key(full)
        assert manifest_key(other) != manifest_key(full)
    partner = make_scenario("risk=boosted", "risk.tier=partner", "sharing=partner")
    assert train.model_folders(partner.risk, partner) == train.model_folders(full.risk, full)
    later = make_scenario(*boosted, "sharing=full", "sharing.scan.completeness_share=0.5")
    assert train.model_folders(later.risk, later) != train.model_folders(full.risk, full)
    assert risk_key(later) != risk_key(full)


def test_a_model_of_its_own_information_has_one_past(make_scenario: Make) -> None:
    nothing, full = (make_scenario("risk=boosted", f"sharing={name}") for name in ("none", "full"))
    assert train.model_folders(nothing.risk, nothing) == train.model_folders(full.risk, full)
    assert training_sharing_key(full.risk, full.sharing) == ""


@pytest.mark.parametrize("name", ["constant", "rules", "anomaly"])
def test_scores_follow_the_tier(make_scenario: Make, name: str) -> None:
    tips = ("sharing.tip.recall_share=1", "sharing.tip.precision_share=0.02")
    scenario = make_scenario(f"risk={name}", "risk.tier=tip", "sharing=full", *tips)
    manifest = draw_manifest(scenario, DAY)
    raw = feature_matrix(visible_part(manifest, "partner"), "partner")
    assert raw.shape[1] == len(DECLARED_FEATURES) + len(PARTNER_FEATURES)
    assert tier_of_width(raw.shape[1]) == "partner"
    assert np.isfinite(raw).all()
    fitted = FittedRisk(
        name=name,
        model=make_risk_model(scenario.risk).fit(raw),
        platt=FittedRisk.without_labels("rules", make_risk_model(make_scenario("risk=rules").risk), raw).platt,
        scale=np.sort(make_risk_model(scenario.risk).fit(raw).decision_function(raw)),
        heeds_tips=True,
    )
    told = manifest["tip"].to_numpy() > 0.0
    assert 3 < told.sum() < len(manifest) / 10
    scores = fitted.score(manifest)
    assert scores.loc[told, "risk_score"].min() > scores.loc[~told, "risk_score"].median()
    assert (scores.loc[told, "p_hit"] > 0.019).all()

"""Partners in a campaign: leaks as the formula has them, channels one by one, trust from what is seen alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from toy_port import SHARP, windows

from experiments.adaptation.attempts import AttemptSettings
from experiments.adaptation.campaign_weeks import PortWeek, WeekPlan
from experiments.adaptation.options import Options, Prices
from experiments.adaptation.partners.settings import PartnerSettings, Shock
from experiments.adaptation.partners.state import (
    InsiderShares,
    Outcomes,
    PartnerState,
    SharingLevel,
    after_week,
    scenario_of_week,
    sharing_level,
    start_partners,
)
from experiments.adaptation.request import build_campaign
from experiments.adaptation.tracks import Track, live_through, tracks_of
from experiments.cooperation import sharing as value_of_sharing
from experiments.study.study import compose_scenario
from sim.errors import ConfigError
from sim.scenario import Scenario

BASE, RECORDS, WITH_RECORD = 0.137, 0.12, 0.65
FRONT = Options(("front",))


@dataclass
class TipPort:
    """A port whose detection hangs on tips alone: `WITH_RECORD` for a load with a true tip, `BASE` for others."""

    loads: float = 400.0

    def run_next(self, plans: Mapping[tuple[str, str], WeekPlan]) -> dict[tuple[str, str], PortWeek]:
        return {key: self._week(plan.scenario) for key, plan in plans.items()}

    def _week(self, scenario: Scenario) -> PortWeek:
        tip = scenario.sharing.tip
        there = tip.completeness_share * tip.recall_share * (1.0 - tip.withheld_share)
        detection = BASE + there * ((1.0 - tip.p_leak) * (WITH_RECORD - BASE))
        loads = np.full(3, self.loads / 3.0)
        metrics = {"trucks": 1.0, "wait_mean_min": 1.0, "scan_rate": 0.1}
        return PortWeek(metrics, Prices(loads, loads * detection), loads, loads * 0.0, None)


def _partners(**changes: dict[str, Any]) -> PartnerSettings:
    """Return partners who stand still but for these keys: ``trust={...}, knowledge={...}, vetting={...}``."""
    still = build_campaign(["replications=2"], "campaign").settings.partners
    return replace(still, **{name: replace(getattr(still, name), **keys) for name, keys in changes.items()})


def _tips(p_leak: float, recall: float = RECORDS) -> Scenario:
    scenario = compose_scenario(["port=bare", "sharing=tip"])
    sure = {"completeness_share": 1.0, "error_share": 0.0, "withheld_share": 0.0}
    tip = replace(scenario.sharing.tip, **sure, p_leak=p_leak, recall_share=recall)
    return replace(scenario, sharing=replace(scenario.sharing, tip=tip))


def _campaign(scenario: Scenario, partners: PartnerSettings, weeks: int = 3) -> Track:
    found = build_campaign(["replications=2"], "campaign").settings
    groups = (found.effort, found.retraining, partners)
    whom = {"static": AttemptSettings(name="static", reaction=SHARP)}
    tracks = tracks_of({"a": (scenario, None)}, {}, whom, groups, FRONT)  # type: ignore[arg-type,dict-item]
    live_through(tracks, TipPort(), windows(weeks), "a")
    return tracks[0]


CALLED_OFF = {"leaks": True, "called_off_share": 1.0, "rule_per_leak": 0.0, "source_lost_per_leak": 0.0}


@pytest.mark.parametrize("leak", [0.0, 0.1, 0.5, 0.789231, 0.9])
def test_a_leaked_tip_loses_its_load_through_the_loop(leak: float) -> None:
    """C1: found of all that were meant to come is what the formula says, and less than without tips past l*."""
    track = _campaign(_tips(leak), _partners(knowledge=CALLED_OFF))
    played = track.weeks["static"][1].played
    found = played.caught / played.attempts
    asked = {"record_share": RECORDS, "p_detection": WITH_RECORD}
    stated = value_of_sharing.detection_with_records(BASE, **asked, leak_share=leak)
    assert found == pytest.approx(float(stated), abs=1e-12)
    limit = value_of_sharing.break_even_record_leak(BASE, p_detection=WITH_RECORD)
    assert (found > BASE + 1e-7) == (leak < limit - 1e-6)


def test_without_leaks_sharing_never_harms() -> None:
    for partners in (_partners(), _partners(knowledge=CALLED_OFF), _partners(trust={"moves": True})):
        for week in _campaign(_tips(0.0), partners, weeks=6).weeks["static"]:
            assert week.played.caught / week.played.attempts >= BASE


def test_every_channel_is_off_by_itself() -> None:
    """Call-offs, the rule, sources: each moves what it should and nothing else."""
    off = {"leaks": True, "called_off_share": 0.0, "rule_per_leak": 0.0, "source_lost_per_leak": 0.0}
    still = _campaign(_tips(0.5), _partners(), weeks=8)
    none = _campaign(_tips(0.5), _partners(knowledge=off), weeks=8)
    for there, here in zip(still.weeks["static"], none.weeks["static"], strict=True):
        assert np.array_equal(there.played.loads, here.played.loads)
        assert np.array_equal(there.played.detection, here.played.detection)
    rule = _campaign(_tips(0.5), _partners(knowledge=off | {"rule_per_leak": 0.2}), weeks=8)
    assert rule.state.knowledge > 0.0
    assert rule.state.sources == 1.0
    sources = _campaign(_tips(0.5), _partners(knowledge=off | {"source_lost_per_leak": 0.1}), weeks=8)
    assert sources.state.knowledge == 0.0
    assert sources.state.sources < 1.0
    assert sources.weeks["static"][-1].played.caught < none.weeks["static"][-1].played.caught
    called = _campaign(_tips(0.5), _partners(knowledge=off | {"called_off_share": 1.0}), weeks=8)
    assert (called.state.knowledge, called.state.sources) == (0.0, 1.0)
    assert called.weeks["static"][0].played.called_off == 0.0
    assert called.weeks["static"][1].played.called_off > 0.0


def test_attempts_add_up_whatever_is_called_off() -> None:
    for week in _campaign(_tips(0.5), _partners(knowledge=CALLED_OFF), weeks=4).weeks["static"]:
        assert week.played.attempts == pytest.approx(400.0, rel=1e-12)


def test_one_blow_costs_weeks_of_sharing_and_a_pilot_share_brings_it_back_sooner() -> None:
    shock = (Shock(week=3, side="mx", bad=40.0, name="arrest"),)
    moving = {"moves": True, "shocks": shock, "slope": 40.0, "credited_share": 0.02}
    sent = [
        [
            week.partners.level.sent
            for week in _campaign(_tips(0.0, 0.4), _partners(trust=moving | {"pilot_share": pilot}), weeks=120).weeks[
                "static"
            ]
        ]
        for pilot in (0.1, 0.0)
    ]
    assert sent[0][3] == pytest.approx(1.0, abs=0.02)
    assert sent[0][4] == pytest.approx(0.1, abs=0.01)
    assert sent[1][4] == pytest.approx(0.0, abs=1e-5)
    back = [next((week for week in range(5, 120) if path[week] > 0.5), 999) for path in sent]
    assert back[0] < back[1]


def test_trust_moves_by_what_is_seen_alone() -> None:
    """NaN in place of what no government could know changes neither trust nor what is sent."""
    partners = _partners(trust={"moves": True}, knowledge={"leaks": True, "noticed_share": 0.5})
    state = PartnerState((3.0, 3.0), (0.0, 1.0), 0.2, 0.9, InsiderShares(0.01, 0.01, 0.01))
    level, window = SharingLevel(0.8, 0.9, 0.3, 0.1), windows(1)[0]
    known = after_week(state, level, window, Outcomes(2, 4.0, 50.0), partners)
    hidden = replace(state, knowledge=float("nan"), sources=float("nan"))
    blind = after_week(hidden, level, window, Outcomes(2, 4.0, 50.0), partners)
    assert (blind.state.good, blind.state.bad) == (known.state.good, known.state.bad)
    assert 0.0 < known.noticed <= known.leaks
    assert np.isnan(blind.state.knowledge)


def test_leaks_that_nobody_notices_cost_no_trust() -> None:
    unseen = _partners(trust={"moves": True}, knowledge={"leaks": True, "noticed_share": 0.0})
    track = _campaign(_tips(0.6, 0.4), unseen, weeks=10)
    assert sum(week.partners.leaks for week in track.weeks["static"]) > 0.0
    assert track.state.bad == (0.0, 0.0)


def test_week_0_is_the_study_s_own() -> None:
    moving = _partners(trust={"moves": True}, knowledge=CALLED_OFF, vetting={"moves": True})
    scenario = _tips(0.3)
    found = build_campaign(["replications=2"], "campaign").settings
    track = Track("a", scenario, None, "constant", {}, found.effort, found.retraining, moving, FRONT)  # type: ignore[arg-type]
    assert track.plan(windows(1)[0]).scenario is scenario
    assert (track.level.sent, track.level.used, track.level.called_off) == (1.0, 1.0, 0.0)


def test_officers_are_as_honest_as_vetting_leaves_them() -> None:
    partners = _partners(vetting={"moves": True, "again_every_weeks": 2, "again_caught_share": 0.5})
    scenario = compose_scenario(["port=bare", "insider=baseline"])
    state = start_partners(scenario, partners.trust)
    level = sharing_level(state, scenario, partners)
    path = [state.insiders.booth]
    for week in range(4):
        state = after_week(state, level, windows(1)[0], Outcomes(week, 0.0, 0.0), partners).state
        path.append(state.insiders.booth)
    assert path[1] > path[2]
    assert path[3] > path[4]
    changed = scenario_of_week(scenario, state, level, partners)
    assert changed.insider.booth_share == state.insiders.booth
    assert changed.sharing == scenario.sharing


def test_a_new_model_makes_part_of_what_leaked_worthless() -> None:
    partners = _partners(knowledge={"leaks": True, "rule_fades_per_week": 0.0, "rule_lost_at_retraining": 0.5})
    state = PartnerState((3.0, 3.0), (0.0, 0.0), 0.4, 1.0, InsiderShares(0.0, 0.0, 0.0))
    nothing = SharingLevel(0.0, 0.0, 0.0, 0.0)
    for retrained, left in ((False, 0.4), (True, 0.2)):
        after = after_week(state, nothing, windows(1)[0], Outcomes(0, 0.0, 0.0, retrained), partners)
        assert after.state.knowledge == pytest.approx(left)


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("trust.forgetting_per_week=1.2", "trust.forgetting_per_week"),
        ("trust.shocks=[{week: 60, side: mx, bad: 10, name: arrest}]", "trust.shocks[0].week"),
        ("trust.shocks=[{week: 6, side: ca, bad: 10, name: arrest}]", "shocks[0].side"),
        ("trust.shocks=[{week: 6, side: mx, bad: -1, name: arrest}]", "shocks[0].bad"),
        ("trust.shocks=[{week: 6, side: mx}]", "shocks[0]"),
        ("knowledge.rule_per_leak=1.5", "knowledge.rule_per_leak"),
        ("knowledge.source_back_weeks=0", "knowledge.source_back_weeks"),
        ("vetting.again_every_weeks=0", "vetting.again_every_weeks"),
        ("trust=other", "trust"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(override: str, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build_campaign(["weeks=52", override], "campaign")
    assert key in str(refused.value)

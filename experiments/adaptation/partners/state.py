"""Where both governments and what smugglers know of them stand, and how a week moves it.

Only what each government can see moves its trust: finds credited to the partner, leaks that came to notice, shocks.
What leaks really did moves what smugglers know and which sources are left; no government sees that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from scipy import stats

from experiments.adaptation.partners.settings import KnowledgeSettings, PartnerSettings, TrustSettings, VettingSettings
from experiments.cooperation import reputation, vetting
from sim.scenario import Scenario
from sim.setting.sharing import SharedItem, Sharing
from sim.setting.window import Window
from sim.trucks.streams import Purpose, draw_uniforms

ITEMS: Final = ("declaration", "scan", "certification", "dwell", "tip")
LEVELS: Final = 20
"""Items that come are rounded to so many steps, so that plans of past days serve several weeks."""


class InsiderShares(NamedTuple):
    """Share of officers who help smugglers, at booths, docks and images."""

    booth: float
    dock: float
    image: float


@dataclass(frozen=True, slots=True)
class PartnerState:
    """Before a week.

    Attributes
    ----------
    good, bad : (us, mx)
        What each side remembers of the other.
    knowledge : float
        Part of the targeting rule that smugglers know by leaks.
    sources : float
        Part of the sources of tips that are left.
    insiders : InsiderShares
    """

    good: tuple[float, float]
    bad: tuple[float, float]
    knowledge: float
    sources: float
    insiders: InsiderShares

    def trust(self, side: int) -> float:
        """Return a side's trust in the other: 0 the United States, 1 Mexico."""
        return (self.good[side] + 1.0) / (self.good[side] + self.bad[side] + 2.0)


@dataclass(frozen=True, slots=True)
class SharingLevel:
    """What of the agreed items comes and is used in a week.

    Attributes
    ----------
    sent, used : float
        By the partner's trust, and by our own.
    leak_share : float
        Of loads, those that a leaked item warns of.
    called_off : float
        Of loads, those that are therefore not sent.
    """

    sent: float
    used: float
    leak_share: float
    called_off: float


@dataclass(frozen=True, slots=True)
class PartnerWeek:
    """What happened between the partners in a week.

    Attributes
    ----------
    leaks, noticed : float
        Leaks that happened, and those that both governments noticed.
    credited : float
        Finds that are credited to what the partner sent.
    """

    state: PartnerState
    level: SharingLevel
    leaks: float
    noticed: float
    credited: float


def start_partners(scenario: Scenario, settings: TrustSettings) -> PartnerState:
    """Return where everything stands before week 0."""
    prior = (settings.prior_good, settings.prior_good), (settings.prior_bad, settings.prior_bad)
    of = scenario.insider
    return PartnerState(*prior, 0.0, 1.0, InsiderShares(of.booth_share, of.dock_share, of.image_share))


def sharing_level(
    state: PartnerState, scenario: Scenario, settings: PartnerSettings, *, first: bool = False
) -> SharingLevel:
    """Return what of the agreed items comes and is used this week; in the first one all, and no load is warned."""
    of, leaking, sharing = settings.trust, settings.knowledge, scenario.sharing
    if not (sharing.has_partner or sharing.has_tips):
        return SharingLevel(0.0, 0.0, 0.0, 0.0)
    sent, used = (float(_shared(state.trust(side), of)) if of.moves and not first else 1.0 for side in (1, 0))
    silent = math.prod(1.0 - _there(sharing, name, sent, state.sources) * _item(sharing, name).p_leak for name in ITEMS)
    leak_share = 1.0 - silent
    called_off = leaking.called_off_share * leak_share if leaking.leaks and not first else 0.0
    return SharingLevel(sent, used, leak_share, called_off)


def _shared(trust: float, settings: TrustSettings) -> np.float64:
    share = reputation.shared_share(
        trust, threshold=settings.threshold, slope=settings.slope, pilot_share=settings.pilot_share
    )
    return np.float64(share)


def _item(sharing: Sharing, name: str) -> SharedItem:
    item: SharedItem = getattr(sharing, name)
    return item


def _there(sharing: Sharing, name: str, sent: float, sources: float) -> float:
    """Return P(a load has this item, true and not held back)."""
    item = _item(sharing, name)
    there = item.completeness_share * sent * (1.0 - item.error_share) * (1.0 - item.withheld_share)
    return there * sharing.tip.recall_share * sources if name == "tip" else there


def scenario_of_week(
    scenario: Scenario, state: PartnerState, level: SharingLevel, settings: PartnerSettings
) -> Scenario:
    """Return the scenario of a week: less is shared as trust falls, and officers are as honest as they now are."""
    sharing = scenario.sharing
    if settings.reads_outcomes:
        parts: dict[str, Any] = {
            name: _item_of_week(sharing, name, level, state.sources, settings.knowledge) for name in ITEMS
        }
        sharing = replace(sharing, **parts)
    insider = scenario.insider
    if settings.vetting.moves:
        posts = state.insiders
        insider = replace(insider, booth_share=posts.booth, dock_share=posts.dock, image_share=posts.image)
    return replace(scenario, sharing=sharing, insider=insider)


def _item_of_week(
    sharing: Sharing, name: str, level: SharingLevel, sources: float, leaking: KnowledgeSettings
) -> SharedItem:
    """Return an item as it comes this week.

    Of the loads whose item leaks, some do not come: of those that do, fewer have the item, and fewer a leaked one.
    Items on clean trucks stay as they are, so that what is missing on loads counts as held back.
    """
    item = _item(sharing, name)
    left = sources if name == "tip" and leaking.leaks else 1.0
    share = round(LEVELS * level.sent * level.used * left) / LEVELS
    if not leaking.leaks:
        return replace(item, completeness_share=item.completeness_share * share)
    gone = item.p_leak * leaking.called_off_share if level.called_off > 0.0 else 0.0
    kept = (1.0 - gone) / (1.0 - _there(sharing, name, level.sent, sources) * gone)
    return replace(
        item,
        completeness_share=item.completeness_share * share,
        withheld_share=1.0 - (1.0 - item.withheld_share) * kept,
        p_leak=(item.p_leak - gone) / (1.0 - gone) if gone < 1.0 else 0.0,
    )


class Outcomes(NamedTuple):
    """What came of a week.

    Attributes
    ----------
    week : int
        From 0, for shocks and for vetting again.
    finds : float
        Loads detected, as both governments see them.
    loads : float
        Expected loads that organizations meant to send, for the leaks among them.
    retrained : bool
        Whether a new model was trained after the week.
    """

    week: int
    finds: float
    loads: float
    retrained: bool = False


def after_week(
    before: PartnerState, level: SharingLevel, window: Window, outcomes: Outcomes, settings: PartnerSettings
) -> PartnerWeek:
    """Return what happened between the partners, and where they stand after it.

    Returns
    -------
    PartnerWeek
        ``state`` is the one after the week.
    """
    of = settings.trust
    leaks = noticed = 0.0
    if settings.knowledge.leaks:
        leaks = (
            float(stats.poisson.ppf(_luck(window, Purpose.LEAKS), outcomes.loads * level.leak_share))
            if level.leak_share
            else 0.0
        )
        chance = settings.knowledge.noticed_share
        noticed = float(stats.binom.ppf(_luck(window, Purpose.LEAKS_NOTICED), leaks, chance)) if leaks else 0.0
    credited = outcomes.finds * of.credited_share * level.sent * level.used
    state = before
    if of.moves:
        state = _trust_after(state, noticed, credited, of, settings.knowledge.partner_side_share, outcomes.week)
    if settings.knowledge.leaks:
        state = _known_after(state, leaks, settings.knowledge, retrained=outcomes.retrained)
    if settings.vetting.moves:
        state = replace(
            state,
            insiders=InsiderShares(*(_vetted(share, settings.vetting, outcomes.week) for share in state.insiders)),
        )
    return PartnerWeek(state, level, leaks, noticed, credited)


def _drawn_leaks(window: Window, mean: float, noticed_share: float) -> tuple[float, float]:
    """Return the leaks of a week and those that were noticed, by the week's own random numbers."""
    leaks = float(stats.poisson.ppf(_luck(window, Purpose.LEAKS), mean)) if mean > 0.0 else 0.0
    noticed = float(stats.binom.ppf(_luck(window, Purpose.LEAKS_NOTICED), leaks, noticed_share)) if leaks else 0.0
    return leaks, noticed


def _luck(window: Window, purpose: int) -> float:
    return float(draw_uniforms(window, purpose, 1)[0])


def _trust_after(
    state: PartnerState, noticed: float, credited: float, of: TrustSettings, partner_side: float, week: int
) -> PartnerState:
    """Return both sides' memories: the leaks of the other side count, and some of one's own laid at its door."""
    by_side = (partner_side, 1.0 - partner_side)  # what the United States, and Mexico, could blame on the other
    blamed = [noticed * (share + (1.0 - share) * of.false_attribution_share) for share in by_side]
    for shock in of.shocks:
        if shock.week == week:
            blamed[0 if shock.side == "us" else 1] += shock.bad
    keep = of.forgetting_per_week
    return replace(
        state,
        good=(keep * state.good[0] + credited, keep * state.good[1] + credited),
        bad=(keep * state.bad[0] + blamed[0], keep * state.bad[1] + blamed[1]),
    )


def _known_after(state: PartnerState, leaks: float, of: KnowledgeSettings, *, retrained: bool) -> PartnerState:
    known = 1.0 - (1.0 - state.knowledge) * (1.0 - of.rule_per_leak) ** leaks
    known *= 1.0 - of.rule_fades_per_week
    if retrained:
        known *= 1.0 - of.rule_lost_at_retraining
    sources = state.sources * (1.0 - of.source_lost_per_leak) ** leaks
    return replace(state, knowledge=known, sources=sources + (1.0 - sources) * min(1.0, 1.0 / of.source_back_weeks))


def _vetted(share: float, of: VettingSettings, week: int) -> float:
    new = float(
        vetting.hired(of.applicants_compromised_share, caught=of.caught_share, honest_passed=of.honest_passed_share)
    )
    now = vetting.step(
        share, recruited=of.recruited_per_week, discovered=of.found_per_week, turnover=of.turnover_per_week, hired=new
    )
    if of.again_every_weeks is not None and (week + 1) % of.again_every_weeks == 0:
        now = now * (1.0 - of.again_caught_share) + now * of.again_caught_share * new
    return float(now)

"""Officers who help smugglers: where a helped load meets one, and what guards against it.

An organisation with help inside the port has one officer of its own, at a booth, a dock or an
image screen: P(stage j) is proportional to the share of officers there who are compromised times
the posts there. Of the stages that a helped load passes, it meets at stage k somebody who lets it
pass with probability::

    m_k = a_k (s + (1 - s) c_k)   at the stage of its own officer,
    m_k = a_k c_k                 elsewhere,

where c_k is the compromised share, a_k what audits leave of it, and s the chance that the truck
reaches its own officer::

    s = steering_share x max(0, 1 - planning_lead_h / rotation_h),   0 where officers are drawn.

A plan made L hours ahead holds if no rotation falls between: with posts that rotate every R hours,
at a moment that the plan does not know, that is 1 - L / R. A second look by another officer, drawn
at random, undoes what the first let pass unless he is compromised too. Given the stage of the own
officer the stages are independent.

What is let pass: at the booth nothing is referred and no alarm acted upon, and the truck leaves
from primary unless an exam had been ordered; the dock finds nothing; the image is cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.frames import column, with_columns
from sim.setting.insider import STAGE_OF, STAGES, Insider
from sim.stations import SERVED

if TYPE_CHECKING:
    from sim.setting.setting import Setting
Columns = Mapping[str, Any]

MEETS: Final = ("u_booth_insider", "u_dock_insider", "u_image_insider")
LOOKS_AGAIN: Final = (None, "u_dock_review", "u_image_review")
"""Manifest column of the luck of a second look, by stage; booths have none."""


def compromised_shares(setting: Setting) -> FloatArray:
    """Return the compromised share by stage; 0 where the port has no such posts."""
    insider, posts = setting.insider, _posts(setting)
    shares = np.array([insider.booth_share, insider.dock_share, insider.image_share])
    return np.where(posts > 0.0, shares, 0.0)


def _posts(setting: Setting) -> FloatArray:
    primary = setting.port.primary
    images = setting.servers("analyst") if setting.servers("portal") > 0 else 0
    booths = primary.lanes + primary.fast_lanes
    return np.array([booths, setting.servers("dock"), images], dtype=np.float64)


def p_own_officer_stage(setting: Setting) -> FloatArray:
    """Return P(the organisation's own officer stands at the stage), float64[3].

    All zero where nobody is compromised; else it adds up to 1.
    """
    weight = compromised_shares(setting) * _posts(setting)
    total = weight.sum()
    return np.asarray(weight / total if total > 0.0 else weight)


def _meets(setting: Setting) -> FloatArray:
    """Return m_k of stage k given the own officer's stage j, float64[j, k], second looks left out.

    Nobody is met where nobody is compromised.
    """
    c, s = compromised_shares(setting), setting.insider.steered
    meets = np.tile(c, (len(STAGES), 1))
    meets[np.diag_indices(len(STAGES))] = np.where(c > 0.0, s + (1.0 - s) * c, 0.0)
    return meets * setting.insider.still_willing


def _undone(setting: Setting) -> FloatArray:
    """Return P(an honest second officer looks again), by stage."""
    insider = setting.insider
    return insider.second_look_share * (1.0 - insider.still_willing * compromised_shares(setting))


def p_help_patterns(setting: Setting) -> FloatArray:
    """Return the joint law of what lets a helped load pass, float64[booth, dock, image].

    Index 1 of an axis: let pass at that stage. Adds up to 1. A mixture over the own officer's
    stage, given which the stages are independent.
    """
    passes, own = _meets(setting) * (1.0 - _undone(setting)), p_own_officer_stage(setting)
    law = np.zeros((2, 2, 2))
    for j, weight in enumerate(own):
        booth, dock, image = (np.array([1.0 - p, p]) for p in passes[j])
        law += weight * booth[:, None, None] * dock[:, None] * image
    law[0, 0, 0] += 1.0 - own.sum()
    return law


class InsiderHelp(NamedTuple):
    """What compromised officers do for one load before a dock."""

    booth: bool
    image: bool


NO_HELP: Final = InsiderHelp(booth=False, image=False)


def help_before_docks(setting: Setting) -> list[tuple[float, InsiderHelp]]:
    """Return P(pattern and an honest dock) of a helped load, by what happens before the dock.

    Where the dock is not honest nothing is seized, whatever came before.
    """
    law = p_help_patterns(setting)[:, 0, :]
    return [
        (float(law[booth, image]), InsiderHelp(booth=bool(booth), image=bool(image)))
        for booth in (0, 1)
        for image in (0, 1)
        if law[booth, image] > 0.0
    ]


def carries_with_help(insider: Insider, carrying: BoolArray, trucks: pd.DataFrame | Columns) -> BoolArray:
    """Return ``true_insider_help``, bool[n]: who carries for an organisation that has help, by ``u_help``."""
    if insider.helped_load_share == 0.0:
        return np.zeros(len(carrying), dtype=bool)
    return np.asarray(carrying & (np.asarray(trucks["u_help"]) < insider.helped_load_share))


def stages_let_pass(setting: Setting, manifest: pd.DataFrame) -> BoolArray:
    """Return at which stages each truck is let pass, bool[n, stage]; helped loads alone are.

    The own officer's stage is read off the place of ``u_help`` below the helped share, so that no
    further luck is needed; second looks follow the luck that also decides their cost.
    """
    share, own = setting.insider.helped_load_share, p_own_officer_stage(setting)
    met = np.zeros((len(manifest), len(STAGES)), dtype=bool)
    if share == 0.0 or own.sum() == 0.0:
        return met
    helped = np.flatnonzero(column(manifest, "true_insider_help"))
    place = np.minimum(column(manifest, "u_help")[helped] / share, 1.0)
    stage = np.searchsorted(np.cumsum(own)[:-1], place, side="right")
    meets, undone = _meets(setting)[stage], _undone(setting)
    for k, name in enumerate(MEETS):
        passes = column(manifest, name)[helped] < meets[:, k]
        if (again := LOOKS_AGAIN[k]) is not None:
            passes &= column(manifest, again)[helped] >= undone[k]
        met[helped, k] = passes
    return met


def with_countermeasure_work(insider: Insider, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return MANIFEST with the work that the counter-measures add to booths, docks and analysts."""
    added: dict[str, Callable[[], FloatArray]] = {}

    def looked_at_twice(station: str, review: str, factor: float) -> FloatArray:
        again = column(manifest, review) < insider.double_review_share
        return np.asarray(column(manifest, f"service_{station}_min") * np.where(again, 1.0 + factor, 1.0))

    if insider.assigned_min > 0.0:
        added["service_primary_min"] = lambda: column(manifest, "service_primary_min") + insider.assigned_min
    if insider.double_review_share > 0.0:
        dock, image = insider.dock_review_factor, insider.image_review_factor
        added["service_dock_min"] = lambda: looked_at_twice("dock", "u_dock_review", dock)
        added["service_analyst_min"] = lambda: looked_at_twice("analyst", "u_image_review", image)
    return with_columns(manifest, added) if added else manifest


def handover_intervals(setting: Setting, station: int, server: int, horizon_min: float) -> list[tuple[float, float]]:
    """Return when a post stands still because its officer changes, in minutes, in order.

    Posts take turns: of n posts number i rotates i / n of a period after the first, so that never
    all of them stand still at once. The work in hand waits.
    """
    insider = setting.insider
    if insider.rotation_h is None or insider.handover_min == 0.0 or station not in STAGE_OF:
        return []
    period_min = 60.0 * insider.rotation_h
    posts = max(_posts(setting)[STAGES.index(STAGE_OF[station])], server + 1.0)
    starts = np.arange(period_min * server / posts, horizon_min, period_min)
    return [(float(start), float(start) + insider.handover_min) for start in starts]


def n_audited_images(setting: Setting, manifest: pd.DataFrame, ledger: pd.DataFrame) -> float:
    """Return how many cleared images are taken for a later review."""
    if setting.insider.audit_share == 0.0:
        return 0.0
    judged = column(ledger, "analyst_done") == SERVED
    cleared = judged & ~column(ledger, "portal_alarm").astype(bool)
    taken = column(manifest, "u_audit") < setting.insider.audit_share
    return float((cleared & taken).sum())

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

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import ConfigError
from sim.order import ANALYST, DOCK, PRIMARY, SERVED
from sim.rows import rows_of
from sim.spec import Spec, bounded, share

if TYPE_CHECKING:
    from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STAGES: Final = ("booth", "dock", "image")
"""Where an insider can be; the axes of `patterns`, in this order."""
BOOTH, AT_DOCK, IMAGE = 0, 1, 2
STAGE_OF: Final = {PRIMARY: "booth", DOCK: "dock", ANALYST: "image"}
"""Stations whose posts rotate, and their stage."""
MEETS: Final = ("u_booth_insider", "u_dock_insider", "u_image_insider")
LOOKS_AGAIN: Final = (None, "u_dock_review", "u_image_review")
"""Manifest column of the luck of a second look, by stage; booths have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insider(Spec):
    """Who has help inside, how an officer is met, and the counter-measures with their costs."""

    name: str
    helped_load_share: float = share()
    """Of all loads, those of organisations that have an officer of their own at this port."""
    booth_share: float = share()
    dock_share: float = share()
    image_share: float = share()
    """Of the officers on duty there, those who let a helped load pass."""
    steering_share: float = share()
    """P(the truck reaches the organisation's own officer) where posts are known and kept."""
    planning_lead_h: float = bounded(0.0, 168.0)
    """How long before the truck meets the officer its lane and hour are fixed."""
    random_assignment: Literal["nowhere", "inside", "everywhere"]
    """Where an officer is drawn at the last moment: for exams and images, or for booths as well."""
    assignment_min: float = bounded(0.0, 10.0)
    """What drawing its booth adds to each truck's time there."""
    rotation_h: float | None = bounded(0.25, 24.0)
    """Officers change posts so often; null: they keep them for the shift."""
    handover_min: float = bounded(0.0, 60.0)
    """A booth, dock or analyst stands still so long at each rotation."""
    double_review_share: float = share()
    """Of images and of dock exams, those that a second officer judges for himself."""
    image_review_factor: float = bounded(0.0, 5.0)
    dock_review_factor: float = bounded(0.0, 5.0)
    """Time of the second look, as a part of the first one's."""
    audit_share: float = share()
    """Of cleared images, those that are reviewed once more, later."""
    deterrence_loads: float = bounded(0.0, 1000.0)
    """Loads that an analyst expects to let pass, unaudited all of them, or he does not begin."""

    def check(self) -> None:
        """Refuse posts that would never be manned."""
        if self.rotation_h is not None and self.handover_min >= 60.0 * self.rotation_h:
            problem = f"must be shorter than rotation_h={self.rotation_h:g} h"
            raise ConfigError("handover_min", f"{problem}, got {self.handover_min:g} min")

    @property
    def steered(self) -> Floats:
        """P(the truck reaches its own officer) by his stage, counter-measures applied.

        Examples
        --------
        With posts that rotate every 4 hours and plans made 1 hour ahead, three in four of the
        plans hold: ``steering_share=0.8`` leaves 0.6.
        """
        drawn = {"nowhere": (0, 0, 0), "inside": (0, 1, 1), "everywhere": (1, 1, 1)}
        kept = self.steering_share * (1.0 - np.array(drawn[self.random_assignment], np.float64))
        if self.rotation_h is None:
            return kept
        return np.asarray(kept * max(0.0, 1.0 - self.planning_lead_h / self.rotation_h))

    @property
    def still_willing(self) -> Floats:
        """Share of the compromised whom audits do not deter, by stage.

        (1 - audit_share)**deterrence_loads: the chance that none of the loads that an analyst would
        have to let pass is audited. Booths and docks leave no image to audit.
        """
        return np.array([1.0, 1.0, (1.0 - self.audit_share) ** self.deterrence_loads])

    @property
    def second_look_share(self) -> Floats:
        """Share of decisions that a second officer repeats, by stage."""
        return np.array([0.0, self.double_review_share, self.double_review_share])

    @property
    def assigned_min(self) -> float:
        """What drawing booths adds to each truck's time there, in minutes."""
        return self.assignment_min if self.random_assignment == "everywhere" else 0.0

    def work_factor(self, station: int) -> float:
        """Return the mean work at a station with second looks, as a multiple of that without."""
        factor = {DOCK: self.dock_review_factor, ANALYST: self.image_review_factor}
        return 1.0 + self.double_review_share * factor.get(station, 0.0)

    def manned_share(self, station: int) -> float:
        """Return the part of a post's hours that handovers leave."""
        if self.rotation_h is None or station not in STAGE_OF:
            return 1.0
        return 1.0 - self.handover_min / (60.0 * self.rotation_h)


def compromised(scenario: Scenario) -> Floats:
    """Return the compromised share by stage; 0 where the port has no such posts."""
    insider, posts = scenario.insider, _posts(scenario)
    shares = np.array([insider.booth_share, insider.dock_share, insider.image_share])
    return np.where(posts > 0.0, shares, 0.0)


def _posts(scenario: Scenario) -> Floats:
    primary = scenario.port.primary
    images = scenario.servers("analyst") if scenario.servers("portal") > 0 else 0
    booths = primary.lanes + primary.fast_lanes
    return np.array([booths, scenario.servers("dock"), images], dtype=np.float64)


def own_stage(scenario: Scenario) -> Floats:
    """Return P(the organisation's own officer stands at the stage), float64[3].

    All zero where nobody is compromised; else it adds up to 1.
    """
    weight = compromised(scenario) * _posts(scenario)
    total = weight.sum()
    return np.asarray(weight / total if total > 0.0 else weight)


def _meets(scenario: Scenario) -> Floats:
    """Return m_k of stage k given the own officer's stage j, float64[j, k], second looks left out.

    Nobody is met where nobody is compromised.
    """
    c, s = compromised(scenario), scenario.insider.steered
    meets = np.tile(c, (len(STAGES), 1))
    meets[np.diag_indices(len(STAGES))] = np.where(c > 0.0, s + (1.0 - s) * c, 0.0)
    return meets * scenario.insider.still_willing


def _undone(scenario: Scenario) -> Floats:
    """Return P(an honest second officer looks again), by stage."""
    insider = scenario.insider
    return insider.second_look_share * (1.0 - insider.still_willing * compromised(scenario))


def patterns(scenario: Scenario) -> Floats:
    """Return the joint law of what lets a helped load pass, float64[booth, dock, image].

    Index 1 of an axis: let pass at that stage. Adds up to 1. A mixture over the own officer's
    stage, given which the stages are independent.
    """
    passes, own = _meets(scenario) * (1.0 - _undone(scenario)), own_stage(scenario)
    law = np.zeros((2, 2, 2))
    for j, weight in enumerate(own):
        booth, dock, image = (np.array([1.0 - p, p]) for p in passes[j])
        law += weight * booth[:, None, None] * dock[:, None] * image
    law[0, 0, 0] += 1.0 - own.sum()
    return law


class Help(NamedTuple):
    """What compromised officers do for one load before a dock."""

    booth: bool
    image: bool


NO_HELP: Final = Help(booth=False, image=False)


def before_docks(scenario: Scenario) -> list[tuple[float, Help]]:
    """Return P(pattern and an honest dock) of a helped load, by what happens before the dock.

    Where the dock is not honest nothing is seized, whatever came before.
    """
    law = patterns(scenario)[:, 0, :]
    return [
        (float(law[booth, image]), Help(booth=bool(booth), image=bool(image)))
        for booth in (0, 1)
        for image in (0, 1)
        if law[booth, image] > 0.0
    ]


def helped(insider: Insider, carrying: Bools, u_help: Floats) -> Bools:
    """Return ``true_insider_help``, bool[n]: who carries for an organisation that has help."""
    return np.asarray(carrying & (u_help < insider.helped_load_share))


def let_pass(scenario: Scenario, manifest: pd.DataFrame) -> Bools:
    """Return at which stages each truck is let pass, bool[n, stage]; helped loads alone are.

    The own officer's stage is read off the place of ``u_help`` below the helped share, so that no
    further luck is needed; second looks follow the luck that also decides their cost.
    """
    share, own = scenario.insider.helped_load_share, own_stage(scenario)
    met = np.zeros((len(manifest), len(STAGES)), dtype=bool)
    if share == 0.0 or own.sum() == 0.0:
        return met
    place = np.minimum(manifest["u_help"].to_numpy() / share, 1.0)
    stage = np.searchsorted(np.cumsum(own)[:-1], place, side="right")
    meets, undone = _meets(scenario)[stage], _undone(scenario)
    for k, name in enumerate(MEETS):
        met[:, k] = manifest[name].to_numpy() < meets[:, k]
        if (again := LOOKS_AGAIN[k]) is not None:
            met[:, k] &= manifest[again].to_numpy() >= undone[k]
    return np.asarray(met & manifest["true_insider_help"].to_numpy(dtype=bool)[:, None])


def with_work(insider: Insider, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return MANIFEST with the work that the counter-measures add to booths, docks and analysts."""
    if insider.assigned_min == insider.double_review_share == 0.0:
        return rows_of(manifest)
    added = manifest.copy(deep=False)
    if insider.assigned_min > 0.0:
        added["service_primary_min"] = manifest["service_primary_min"] + insider.assigned_min
    if insider.double_review_share > 0.0:
        looks = {"dock": insider.dock_review_factor, "image": insider.image_review_factor}
        for name, station in (("dock", "dock"), ("image", "analyst")):
            again = manifest[f"u_{name}_review"].to_numpy() < insider.double_review_share
            factor = np.where(again, 1.0 + looks[name], 1.0)
            added[f"service_{station}_min"] = manifest[f"service_{station}_min"] * factor
    return rows_of(added)


def handovers(
    scenario: Scenario, station: int, server: int, horizon_min: float
) -> list[tuple[float, float]]:
    """Return when a post stands still because its officer changes, in minutes, in order.

    Posts take turns: of n posts number i rotates i / n of a period after the first, so that never
    all of them stand still at once. The work in hand waits.
    """
    insider = scenario.insider
    if insider.rotation_h is None or insider.handover_min == 0.0 or station not in STAGE_OF:
        return []
    period_min = 60.0 * insider.rotation_h
    posts = max(_posts(scenario)[STAGES.index(STAGE_OF[station])], server + 1.0)
    starts = np.arange(period_min * server / posts, horizon_min, period_min)
    return [(float(start), float(start) + insider.handover_min) for start in starts]


def audits(scenario: Scenario, manifest: pd.DataFrame, ledger: pd.DataFrame) -> float:
    """Return how many cleared images are taken for a later review."""
    if scenario.insider.audit_share == 0.0:
        return 0.0
    judged = ledger["analyst_done"].to_numpy() == SERVED
    cleared = judged & ~ledger["portal_alarm"].to_numpy(dtype=bool)
    taken = manifest["u_audit"].to_numpy() < scenario.insider.audit_share
    return float((cleared & taken).sum())

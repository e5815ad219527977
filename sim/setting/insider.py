"""Officers who help smugglers: shares, how an officer is met, and the counter-measures with their costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, share_field
from sim.stations import ANALYST, DOCK, PRIMARY

STAGES: Final = ("booth", "dock", "image")
"""Where an insider can be; the axes of `patterns`, in this order."""


BOOTH, AT_DOCK, IMAGE = 0, 1, 2


STAGE_OF: Final = {PRIMARY: "booth", DOCK: "dock", ANALYST: "image"}
"""Stations whose posts rotate, and their stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insider(Spec):
    """Who has help inside, how an officer is met, and the counter-measures with their costs."""

    name: str
    helped_load_share: float = share_field()
    """Of all loads, those of organisations that have an officer of their own at this port."""
    booth_share: float = share_field()
    dock_share: float = share_field()
    image_share: float = share_field()
    """Of the officers on duty there, those who let a helped load pass."""
    steering_share: float = share_field()
    """P(the truck reaches the organisation's own officer) where posts are known and kept."""
    planning_lead_h: float = bounded_field(0.0, 168.0)
    """How long before the truck meets the officer its lane and hour are fixed."""
    random_assignment: Literal["nowhere", "inside", "everywhere"]
    """Where an officer is drawn at the last moment: for exams and images, or for booths as well."""
    assignment_min: float = bounded_field(0.0, 10.0)
    """What drawing its booth adds to each truck's time there."""
    rotation_h: float | None = bounded_field(0.25, 24.0)
    """Officers change posts so often; null: they keep them for the shift."""
    handover_min: float = bounded_field(0.0, 60.0)
    """A booth, dock or analyst stands still so long at each rotation."""
    double_review_share: float = share_field()
    """Of images and of dock exams, those that a second officer judges for himself."""
    image_review_factor: float = bounded_field(0.0, 5.0)
    dock_review_factor: float = bounded_field(0.0, 5.0)
    """Time of the second look, as a part of the first one's."""
    audit_share: float = share_field()
    """Of cleared images, those that are reviewed once more, later."""
    deterrence_loads: float = bounded_field(0.0, 1000.0)
    """Loads that an analyst expects to let pass, unaudited all of them, or he does not begin."""

    def check(self) -> None:
        """Refuse posts that would never be manned."""
        if self.rotation_h is not None and self.handover_min >= 60.0 * self.rotation_h:
            problem = f"must be shorter than rotation_h={self.rotation_h:g} h"
            raise ConfigError("handover_min", f"{problem}, got {self.handover_min:g} min")

    @property
    def steered(self) -> FloatArray:
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
    def still_willing(self) -> FloatArray:
        """Share of the compromised whom audits do not deter, by stage.

        (1 - audit_share)**deterrence_loads: the chance that none of the loads that an analyst would
        have to let pass is audited. Booths and docks leave no image to audit.
        """
        return np.array([1.0, 1.0, (1.0 - self.audit_share) ** self.deterrence_loads])

    @property
    def second_look_share(self) -> FloatArray:
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

"""Trips that no booth carries are said, wherever they are more than next to nothing."""

from __future__ import annotations

import dataclasses

import funded
import numpy as np
import pytest

from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.tables import lost_trips_share, lost_trips_words


def turning_away(shares: dict[str, float]) -> AppraisedCase:
    found = funded.appraised()
    made = found.response.amounts["trips_all"]
    lost = np.zeros_like(made)
    for name, share in shares.items():
        place = found.response.alternatives.index(name)
        lost[place, -1] = made[place, -1] * share / (1.0 - share)
    amounts = {**found.response.amounts, "elsewhere": lost}
    return dataclasses.replace(found, response=dataclasses.replace(found.response, amounts=amounts))


def test_the_share_is_of_the_trips_wanted() -> None:
    assert lost_trips_share(turning_away({"A0": 0.2}), "A0") == pytest.approx(0.2)
    assert lost_trips_share(funded.appraised(), "A0") == 0.0


def test_what_the_baseline_turns_away_is_said_with_the_least_of_all() -> None:
    said = lost_trips_words(turning_away(dict.fromkeys(funded.example.OPTIONS, 0.2) | {"A4": 0.12})) or ""
    assert "By year 20 demand exceeds capacity in the no-build case, A0" in said
    assert "20%" in said
    assert "at least 12%" in said


def test_next_to_nothing_is_not_spoken_of() -> None:
    assert lost_trips_words(turning_away({"A0": 0.005, "A4": 0.5})) is None

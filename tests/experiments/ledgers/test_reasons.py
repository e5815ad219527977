from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import ledger_of, window_of

from experiments.ledgers.reasons import BY_POLICY, WAIVED_WORDS, station_reasons
from experiments.study.study import compose_scenario
from sim.stations import STATIONS, WAIVED
from tests import ledgers

AT = (12.0, 13.0, 14.0, 14.0)


def one(*stations: str, targeted: bool = False, **flags: bool) -> dict[str, str]:
    """Return the reasons of one truck that came to some stations, without those that are empty."""
    path = ledgers.at_primary(0.0, 10.0, 2.0) | dict.fromkeys(stations, AT)
    ledger = ledgers.ledger([0.0], [path], [30.0])
    for name, value in flags.items():
        ledger[name] = value
    found = station_reasons(ledger, np.array([targeted]))
    return {station: texts[0] for station, texts in found.items() if texts[0]}


def test_who_meets_nothing_but_the_booth_has_no_reason() -> None:
    assert one() == {}


@pytest.mark.parametrize(("targeted", "words"), [(True, "selected by targeting"), (False, "selected at random")])
def test_targeting_and_luck_are_told_apart(targeted: bool, words: str) -> None:
    assert one("portal", targeted=targeted, selected=True) == {"portal": words}


def test_a_truck_that_was_selected_and_never_came_has_none() -> None:
    assert one(targeted=True, selected=True) == {}


def test_an_exam_says_which_alarm_or_order_led_to_it() -> None:
    assert one("portal", "dock", selected=True, portal_alarm=True)["dock"] == "portal alarmed"
    assert one("dock", ordered=True, referred=True) == {"dock": "agriculture or trade-compliance exam ordered"}
    both = one("secondary", "dock", referred=True, secondary_alarm=True, ordered=True)
    assert both["secondary"] == "referred by the primary officer"
    assert both["dock"] == "agriculture or trade-compliance exam ordered and secondary scan alarmed"
    assert one("dock", referred=True) == {"dock": "referred by the primary officer"}


def test_a_scan_that_was_left_for_later_says_who_asked_for_it() -> None:
    assert one("secondary", targeted=True, selected=True) == {"secondary": "selected by targeting"}


def test_what_only_a_policy_can_know_is_said_to_be_its_choice() -> None:
    assert one("dock") == {"dock": BY_POLICY}
    assert one("portal") == {"portal": BY_POLICY}


def test_a_referral_that_was_waived_is_told() -> None:
    ledger = ledgers.ledger([0.0], [ledgers.at_primary(0.0, 10.0, 2.0)], [12.0])
    ledger["portal_done"] = WAIVED
    assert station_reasons(ledger, np.array([True]))["portal"] == [WAIVED_WORDS]


def test_every_truck_that_entered_a_station_of_today_has_a_reason() -> None:
    ledger = ledger_of(compose_scenario(["policy=random_share", "policy.share=0.3"]), window_of(1))
    found = station_reasons(ledger, np.zeros(len(ledger), dtype=bool))
    assert list(found) == [name for name in STATIONS if name not in ("approach", "primary", "analyst")]
    for station, texts in found.items():
        came = ledger[f"{station}_enter_min"].notna() | (ledger[f"{station}_done"] == WAIVED)
        assert (pd.Series(texts).ne("") == came).all(), station
        assert BY_POLICY not in texts, station
    assert {"", "selected at random"} <= set(found["portal"]) <= {"", "selected at random", WAIVED_WORDS}

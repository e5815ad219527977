"""Response -> costs, users' gain, loads, tables, the answer: on amounts made up by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_case import SMALL

from experiments.economics.costs import Purchase
from experiments.funding.annual import CLASSES, Response, with_loads_of_wanted_trips
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import (
    AppraisedCase,
    class_shares,
    hours_saved,
    inspection_hours,
    loads_interdicted,
    present_worths,
    price_alternatives,
    share_in_service,
    trip_elsewhere_usd_by_class,
    trips_kept,
    truck_hour_values,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.noise import amounts_table, measure_interval, present_worths_by_replication, ratio_interval
from experiments.funding.report.summary import case_answer
from experiments.funding.request import build_case
from experiments.funding.tables import decision_measures_table, frontier_table, ledger_table, net_benefit_table

TRIPS = 1000.0
LUCK = np.array([0.85, 0.95, 1.05, 1.15])
"""By replication: as few as have an interval at all (`experiments.intervals.FEWEST_FREEDOM`)."""
REPLICATIONS = len(LUCK)


@pytest.fixture(scope="module")
def asked() -> FundingCase:
    return build_case(SMALL)


def response(saved_h: float, more_loads: float, more_trips: float = 0.0) -> Response:
    """Return a response in which ``more`` saves hours a trip, finds loads and draws trips."""
    amounts = {}
    for name in CLASSES:
        trips = np.full((2, 2, REPLICATIONS), TRIPS)
        trips[1] += more_trips
        mean_h = np.ones((2, 2, REPLICATIONS)) * LUCK
        mean_h[1] -= saved_h * LUCK
        amounts |= {f"trips_{name}": trips, f"truck_h_{name}": trips * mean_h}
        amounts[f"deviation_h_{name}"] = mean_h / 2.0
    found = np.full((2, 2, REPLICATIONS), 30.0) * LUCK
    found[1] += more_loads * LUCK
    amounts["loads"] = found
    return Response(("today", "more"), (1, 4), amounts)


def appraised(asked: FundingCase, found: Response) -> AppraisedCase:
    alternatives = price_alternatives(asked, found)
    return AppraisedCase(asked, found, alternatives, present_worths(asked, alternatives), pd.DataFrame())


def test_nothing_is_gained_before_it_is_in_service(asked: FundingCase) -> None:
    """A portal takes a year to build and finds half in its first year."""
    share = share_in_service(asked, "more")
    assert share.tolist() == [0.0, 0.5, 1.0, 1.0, 1.0]
    found = response(0.1, 6.0)
    assert loads_interdicted(asked, found, "more").tolist() == pytest.approx([30.0, 33.0, 36.0, 36.0, 36.0])
    assert share_in_service(asked, "today").tolist() == [0.0, 1.0, 1.0, 1.0, 1.0]


def test_phases_add_up_and_the_last_measure_decides(asked: FundingCase) -> None:
    orders = (
        Purchase(measure="portal", units=1.0, order_y=0, late_y=0),
        Purchase(measure="portal", units=3.0, order_y=2, late_y=0),
        Purchase(measure="analyst", units=1.0, order_y=1, late_y=0),
    )
    phased = dataclasses.replace(asked, purchases={"today": (), "more": orders})
    assert share_in_service(phased, "more").tolist() == pytest.approx([0.0, 0.0, 0.25, 0.625, 1.0])


def test_late_delivery_moves_the_gain(asked: FundingCase) -> None:
    late = (Purchase(measure="portal", units=1.0, order_y=0, late_y=2),)
    delayed = dataclasses.replace(asked, purchases={"today": (), "more": late})
    assert share_in_service(delayed, "more").tolist() == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_a_trip_that_comes_back_saves_what_it_cost_by_the_other_bridge(asked: FundingCase) -> None:
    """1,000 trips gain 0.1 h each; 200 more stand 0.9 h here, and no longer cost what leaving takes."""
    found = response(0.1, 0.0, more_trips=200.0)
    saved, kept = hours_saved(asked, found, "more"), trips_kept(asked, found, "more")
    assert set(saved) == set(kept) == set(CLASSES)
    whole = 1000.0 * 1.0 - 1200.0 * 0.9
    assert saved["loaded"].tolist() == pytest.approx([0.0, whole / 2, whole, whole, whole])
    assert kept["loaded"].tolist() == pytest.approx([0.0, 100.0, 200.0, 200.0, 200.0])
    hour, trip_usd = truck_hour_values(asked), trip_elsewhere_usd_by_class(asked, found)
    gain = sum(whole * hour[c].usd_per_h + 200.0 * float(trip_usd[c][-1]) for c in CLASSES)
    assert price_alternatives(asked, found)["more"].user_benefit[-1] == pytest.approx(gain)


def test_a_port_that_sends_trips_away_does_not_gain_by_its_shorter_line(asked: FundingCase) -> None:
    """Its hours fall; what the trips take elsewhere is more than that."""
    found = response(0.02, 0.0, more_trips=-200.0)
    assert hours_saved(asked, found, "more")["loaded"][-1] == pytest.approx(1000.0 - 800.0 * 0.98)
    assert price_alternatives(asked, found)["more"].user_benefit[-1] < 0.0


def test_others_who_wait_longer_are_of_all_classes(asked: FundingCase) -> None:
    """Nine dry trucks of ten: a cooled one that leaves is no dearer to those behind it than a dry one."""
    shares = {"empty": 0.2, "loaded": 0.4, "fast": 0.3, "perishable": 0.1}
    assert set(shares) == set(CLASSES)
    found = response(0.0, 0.0)
    trips = {f"trips_{c}": np.full_like(found.amounts["loads"], 1e4 * share) for c, share in shares.items()}
    mixed = dataclasses.replace(found, amounts={**found.amounts, **trips})
    assert {c: float(one[-1]) for c, one in class_shares(asked, mixed).items()} == pytest.approx(shares)
    there = dataclasses.replace(asked.benefit.other_bridge, others_min=asked.benefit.other_bridge.others_min + 60.0)
    longer = dataclasses.replace(asked, benefit=dataclasses.replace(asked.benefit, other_bridge=there))
    hour = truck_hour_values(asked)
    mean = sum(shares[c] * hour[c].usd_per_h for c in CLASSES)
    assert hour["perishable"].usd_per_h > mean
    for kind in CLASSES:
        more = trip_elsewhere_usd_by_class(longer, mixed)[kind] - trip_elsewhere_usd_by_class(asked, mixed)[kind]
        assert more.tolist() == pytest.approx([mean] * 5)


def test_inspection_by_the_other_bridge_takes_as_long_as_here(asked: FundingCase) -> None:
    found = response(0.0, 0.0, more_trips=100.0)
    minutes = {"wait_mean_min": 50.0, "crossing_mean_min": 60.0}
    shape = found.amounts["loads"].shape
    known = {**found.amounts, **{name: np.full(shape, v) for name, v in minutes.items()}}
    longer = dataclasses.replace(found, amounts=known)
    assert inspection_hours(asked, longer).tolist() == pytest.approx([10.0 / 60.0] * 5)
    short, long = (trip_elsewhere_usd_by_class(asked, one)["loaded"] for one in (found, longer))
    assert (long - short).tolist() == pytest.approx([truck_hour_values(asked)["loaded"].usd_per_h / 6.0] * 5)


def test_the_gain_is_hours_times_their_worth(asked: FundingCase) -> None:
    found = price_alternatives(asked, response(0.1, 0.0))["more"].user_benefit
    hours = [one.usd_per_h for one in truck_hour_values(asked).values()]
    assert len(set(hours)) == 2  # no cargo is counted, so that all classes are alike but the one that is cooled
    assert found[-1] == pytest.approx(100.0 * sum(hours))


def test_loads_are_those_of_all_trips_wanted() -> None:
    """A port that sends half of its trips away finds what it found before: the other bridge meets their loads."""
    shape = (2, 1, 1)
    made = {"presented_wanted": np.full(shape, 40.0), "expected_weight": np.array([40.0, 20.0]).reshape(shape)}
    made["loads_here"] = 0.25 * made["expected_weight"]
    found = Response(("today", "more"), (1,), made)
    assert with_loads_of_wanted_trips(found, "today", None).amounts["loads"].ravel().tolist() == [10.0, 10.0]
    assert with_loads_of_wanted_trips(found, "today", 0.0).amounts["loads"].ravel().tolist() == [10.0, 5.0]
    assert with_loads_of_wanted_trips(found, "today", 1.0).amounts["loads"].ravel().tolist() == [10.0, 25.0]


def test_reliability_counts_where_it_is_asked_for(asked: FundingCase) -> None:
    steadier = dataclasses.replace(asked, benefit=dataclasses.replace(asked.benefit, reliability_ratio=1.0))
    plain, counted = (price_alternatives(one, response(0.1, 0.0))["more"] for one in (asked, steadier))
    extra = 4 * TRIPS * 0.05 * truck_hour_values(asked)["loaded"].time
    assert (counted.user_benefit - plain.user_benefit)[-1] == pytest.approx(extra)


def test_the_mean_of_replications_is_the_case(asked: FundingCase) -> None:
    found = response(0.1, 6.0)
    each = present_worths_by_replication(asked, found)
    for rate, whole in present_worths(asked, price_alternatives(asked, found)).items():
        for measure in ("npv0_usd", "loads", "user_benefit_usd"):
            noise = measure_interval(each, rate, "more", measure, 0.95)
            of = {"npv0_usd": "npv0", "user_benefit_usd": "user_benefit"}.get(measure, measure)
            assert noise.mean == pytest.approx(getattr(whole["more"], of))
            assert noise.low < noise.mean < noise.high
            assert measure_interval(each, rate, "today", measure, 0.95).mean == 0.0


def test_a_threshold_is_a_ratio_of_sums(asked: FundingCase) -> None:
    found = response(0.1, 6.0)
    each, rate = present_worths_by_replication(asked, found), asked.appraisal.discount_rate
    worth = present_worths(asked, price_alternatives(asked, found))[rate]["more"]
    noise = ratio_interval(each, rate, "more", lambda w: -w.npv0, 0.95)
    assert noise.mean == pytest.approx(-worth.npv0 / worth.loads)


def test_measures_hold_every_rate_and_no_worth_of_a_load(asked: FundingCase) -> None:
    found = response(0.1, 6.0)
    table = decision_measures_table(appraised(asked, found), present_worths_by_replication(asked, found))
    assert table["rate"].tolist() == [0.02, 0.03, 0.07, 0.1]
    assert "npv_usd" not in table
    assert (table["break_even_usd_per_load_low"] < table["break_even_usd_per_load"]).all()
    assert (table["break_even_usd_per_load"] * table["loads"]).tolist() == pytest.approx((-table["npv0_usd"]).tolist())


def test_the_ledger_adds_up_to_the_present_values(asked: FundingCase) -> None:
    made = appraised(asked, response(0.1, 6.0))
    ledger = ledger_table(made)
    own = ledger[ledger["alternative"] == "more"]
    worth = made.worths[0.07]["more"]
    assert -own["discounted_usd"].sum() == pytest.approx(worth.npv0)
    assert set(own["who"]) == {"united_states", "users"}
    assert (own["calendar_year"] - own["year"] == asked.appraisal.base_year).all()
    assert not len(ledger[ledger["alternative"] == "today"])


def test_net_benefits_are_there_only_with_a_value_of_the_user(asked: FundingCase) -> None:
    found = response(0.1, 6.0)
    assert net_benefit_table(appraised(asked, found)) is None
    valued = dataclasses.replace(asked, appraisal=dataclasses.replace(asked.appraisal, interdiction_usd_per_load=3e6))
    made = appraised(valued, found)
    table = net_benefit_table(made)
    assert table is not None
    worth = made.worths[0.07]["more"]
    grid = table["usd_per_load"].unique()
    assert 0.0 in grid
    assert 3e6 in grid
    even = -worth.npv0 / worth.loads
    own = table[table["alternative"] == "more"].set_index("usd_per_load")["nmb_usd"]
    assert own.loc[even] == pytest.approx(0.0, abs=1e-3)
    assert own.loc[0.0] == pytest.approx(worth.npv0)
    assert (table.groupby("usd_per_load")["leads"].sum() == 1).all()


def test_the_frontier_says_who_is_off_and_by_whom(asked: FundingCase) -> None:
    table = frontier_table(appraised(asked, response(-0.1, -3.0)))
    off = table[table["alternative"] == "more"]
    assert off["status"].tolist() == ["strong", "strong"]
    assert off["by"].tolist() == ["today", "today"]


@pytest.mark.parametrize(
    ("saved_h", "more_loads", "words", "chosen"),
    [
        (900.0, 6.0, "it has the highest net present value in time and money alone", "more"),
        (0.1, 6.0, "It pays if each extra interdicted load is worth at least", "more"),
        (0.1, -6.0, "Do not fund: ", "today"),
    ],
)
def test_the_answer_follows_what_is_sure(
    asked: FundingCase, saved_h: float, more_loads: float, words: str, chosen: str
) -> None:
    evidence = Evidence(appraised(asked, response(saved_h, more_loads)))
    assert words in " ".join(text for _, text in case_answer(evidence))
    assert evidence.choice.name == chosen


def test_amounts_are_paired_with_the_baseline(asked: FundingCase) -> None:
    table = amounts_table(asked, response(0.1, 6.0)).set_index(["alternative", "year", "amount"])
    row = table.loc["more", 4, "loads"]
    assert row["difference"] == pytest.approx(6.0)
    assert row["diff_low"] < 6.0 < row["diff_high"]
    assert table.loc["today", 1, "loads"]["p_value"] == 1.0

from __future__ import annotations

import itertools

import pytest

from sim.stations import ARRIVE, DOWN, END, KIND_SHIFT, N_STATIONS, STATION_SHIFT, UP, event_key


def test_keys_sort_as_kind_then_station_then_id() -> None:
    triples = list(itertools.product((DOWN, UP, END, ARRIVE), range(N_STATIONS), (0, 1, 10**12)))
    assert sorted(triples) == sorted(triples, key=lambda triple: event_key(*triple))


@pytest.mark.parametrize("triple", [(DOWN, 0, 0), (END, 5, 123_456_789), (ARRIVE, 2, 1)])
def test_a_key_can_be_taken_apart(triple: tuple[int, int, int]) -> None:
    key = event_key(*triple)
    station = (key >> STATION_SHIFT) & ((1 << (KIND_SHIFT - STATION_SHIFT)) - 1)
    assert (key >> KIND_SHIFT, station, key & ((1 << STATION_SHIFT) - 1)) == triple


def test_keys_fit_a_signed_64_bit_integer() -> None:
    assert event_key(ARRIVE, N_STATIONS, 2**STATION_SHIFT - 1) < 2**63

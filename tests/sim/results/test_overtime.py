from __future__ import annotations

import numpy as np
import pytest

from sim.results.overtime import overtime_min
from tests import ledgers

HOURS = ((60.0, 300.0), (330.0, 600.0), (600.0, 900.0))


def test_a_truck_in_hand_as_the_shift_ends_is_overtime() -> None:
    units = ledgers.capacity([("primary", 0, 0.0, 100.0), ("primary", 1, 0.0, 120.0), ("dock", 0, 0.0, 10.0)])
    paths = [
        {"primary": (0.0, 90.0, 95.0, 112.0)},  # 12 minutes beyond
        {"primary": (0.0, 105.0, 108.0, 110.0)},  # begun late: all 5 minutes
        {"primary": (0.0, 99.0, np.nan, np.nan)},  # still there: nothing is known
        {"primary": (0.0, 10.0, 20.0, 99.0)},
    ]
    table = ledgers.ledger([0.0] * 4, paths, [112.0, 110.0, np.nan, 99.0])
    assert overtime_min(table, units) == 12.0 + 5.0
    table["primary_server"] = [0, 1, 1, 1]
    assert overtime_min(table, units) == 12.0


def test_nobody_served_is_no_overtime() -> None:
    assert overtime_min(ledgers.ledger([0.0], [{}], [np.nan]), ledgers.capacity([])) == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_overtime_is_the_sum_over_booths_written_out(seed: int) -> None:
    """To the last bit: what each booth's trucks add up to in NumPy."""
    rng = np.random.default_rng(seed)
    n, booths = 5000, 7
    units = ledgers.capacity([("primary", b, up + b, down - 3.0 * b) for b in range(booths) for up, down in HOURS])
    start = np.sort(rng.uniform(70.0, 950.0, n))
    leave = start + rng.exponential(4.0, n)
    start[rng.random(n) < 0.1] = np.nan
    leave[np.isnan(start) | (rng.random(n) < 0.05)] = np.nan
    paths = [{"primary": (0.0, a, b, b)} for a, b in zip(start, leave, strict=True)]
    table = ledgers.ledger([0.0] * n, paths, leave.tolist())
    server = np.where(np.isnan(start), -1, rng.integers(0, booths, n))
    table["primary_server"] = server
    expected = 0.0
    for booth in range(booths):
        mine = np.flatnonzero(server == booth)
        up, down = np.array([(up + booth, down - 3.0 * booth) for up, down in HOURS]).T
        closes = down[np.searchsorted(up, start[mine], side="right") - 1]
        late = np.maximum(leave[mine] - np.maximum(start[mine], closes), 0.0)
        expected += float(np.where(np.isnan(late), 0.0, late).sum())
    assert expected > 100.0
    assert overtime_min(table, units) == expected

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.ledgers.readable import (
    READABLE_EVENTS,
    READABLE_LEDGER,
    clock_times,
    outcomes,
    readable_events,
    readable_ledger,
)
from experiments.ledgers.reasons import station_reasons
from sim.engine.ledger import event_log
from sim.tables import check_table
from tests import ledgers

WINDOW = ledgers.window(2, "2024-12-31")
PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")


def made() -> tuple[pd.DataFrame, pd.DataFrame, dict[str, list[str]]]:
    """Return LEDGER of three trucks, their SCORES and reasons: one passes, one is examined, one stays inside."""
    booth = ledgers.at_primary(1439.0, 1441.5, 2.0)
    paths = [booth, booth | {"portal": (1439.0, 1440.0, 1441.0, 1441.0), "dock": (1443.5, 1444.0, 1460.0, 1460.0)}, {}]
    ledger = ledgers.ledger([1439.0] * 3, paths, [1443.5, 1460.0, np.nan])
    ledger["lane_class"], ledger["selected"] = [1, 0, 0], [False, True, False]
    ledger["portal_alarm"], ledger["seized"] = [False, True, False], [False, True, False]
    scores = pd.DataFrame({"truck": [0, 1, 2], "p_hit": [1e-4, 2e-4, 3e-4], "risk_score": [0.1, 0.99, 0.5]})
    return ledger, scores, station_reasons(ledger, np.array([False, True, False]))


def test_times_run_into_the_next_year_and_are_rounded_to_seconds() -> None:
    found = clock_times(np.array([0.0, 1439.0 + 59.6 / 60.0, 1440.0, np.nan]), WINDOW)
    assert found.tolist() == ["2024-12-31 00:00:00", "2025-01-01 00:00:00", "2025-01-01 00:00:00", ""]


def test_no_moment_has_no_time() -> None:
    assert clock_times(np.empty(0), WINDOW).tolist() == []


def test_a_row_tells_a_truck_from_arrival_to_outcome() -> None:
    ledger, scores, reasons = made()
    found = readable_ledger(ledger, scores, reasons, WINDOW)
    check_table(found[[column.name for column in READABLE_LEDGER]], READABLE_LEDGER, "ledger.csv")
    first = {"class": "fast", "arrived": "2024-12-31 23:59:00", "left": "2025-01-01 00:03:30", "outcome": "released"}
    assert found.loc[0, list(first)].to_dict() == first
    assert found["wait_min"].tolist()[:2] == [2.5, 2.5]
    assert found["crossing_min"].tolist()[:2] == [4.5, 21.0]
    assert found["reasons"].tolist() == ["", "portal: selected by targeting; dock: portal alarmed", ""]
    assert found["risk_score"].tolist() == [0.1, 0.99, 0.5]
    assert found["outcome"].tolist() == ["released", "seized", "still inside"]
    assert found.loc[1, "dock_start"] == "2025-01-01 00:04:00"
    assert not [name for name in found if name.startswith(("secondary_", "true_"))]


def test_who_was_turned_away_is_said_so() -> None:
    ledger, *_ = made()
    ledger.loc[2, ["diverted", "exit_min"]] = [True, 1500.0]
    assert outcomes(ledger)[2] == "turned away"


def test_events_keep_their_order_and_carry_the_reason_where_a_station_is_entered() -> None:
    ledger, _, reasons = made()
    found = readable_events(ledger, reasons, WINDOW)
    check_table(found, READABLE_EVENTS, "events.csv")
    log = event_log(ledger)
    assert found[["case", "activity", "lifecycle"]].equals(log[["case", "activity", "lifecycle"]])
    told = found[found["reason"] != ""]
    assert told[["case", "timestamp", "activity", "lifecycle", "reason"]].to_numpy().tolist() == [
        [1, "2024-12-31 23:59:00", "portal", "enter", "selected by targeting"],
        [1, "2025-01-01 00:03:30", "dock", "enter", "portal alarmed"],
    ]


@pytest.mark.parametrize("table", [READABLE_LEDGER, READABLE_EVENTS])
def test_the_documentation_prints_every_column(table) -> None:  # noqa: ANN001
    for c in table:
        assert f"| `{c.name}` | {c.kind} | {c.unit} | {c.meaning} |" in PAGE

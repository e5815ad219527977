from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.results.groups import high_risk_counts
from sim.stations import SERVED


@pytest.fixture
def ledger() -> pd.DataFrame:
    """Return six trucks: scanned, opened, neither, still inside, turned away, scanned and low."""
    n = 6
    frame = pd.DataFrame({"exit_min": np.full(n, 9.0), "diverted": False, "opened": False})
    frame.loc[3, "exit_min"] = np.nan
    frame.loc[4, "diverted"] = True
    frame.loc[1, "opened"] = True
    for station in ("low_energy", "portal", "secondary"):
        frame[f"{station}_done"] = 0
    frame.loc[[0, 3, 5], "portal_done"] = SERVED
    return frame


def test_only_risky_trucks_that_left_count(ledger: pd.DataFrame) -> None:
    scores = pd.DataFrame({"risk_score": [0.97, 0.99, 0.964, 0.99, 0.99, 0.5]})
    found = high_risk_counts(scores, ledger, 0.964)
    assert found == {
        "n_high_risk": 3.0,
        "n_high_risk_scanned": 1.0,
        "n_high_risk_inspected": 2.0,
        "high_risk_inspection_rate": pytest.approx(2.0 / 3.0),
    }


def test_a_lower_threshold_calls_more_trucks_risky(ledger: pd.DataFrame) -> None:
    scores = pd.DataFrame({"risk_score": np.linspace(0.0, 1.0, 6)})
    counts = [high_risk_counts(scores, ledger, t)["n_high_risk"] for t in (0.0, 0.3, 1.0)]
    assert counts == [4.0, 2.0, 1.0]


def test_where_nobody_is_risky_there_is_no_rate(ledger: pd.DataFrame) -> None:
    found = high_risk_counts(pd.DataFrame({"risk_score": np.zeros(6)}), ledger, 0.9)
    assert np.isnan(found["high_risk_inspection_rate"])

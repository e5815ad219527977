from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.ledgers.request import build_why
from experiments.ledgers.why import row_of_truck, truck_story
from experiments.ledgers.write import TrackedTrucks, track_trucks
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all
from sim.errors import ConfigError
from tests import ledgers

SHORT = ("port=bota", "days=1", "replications=2", "processes=1")


@pytest.fixture(scope="module")
def tracked() -> TrackedTrucks:
    study = build_why([*SHORT, "truck=0"], "why").study
    return track_trucks(study, train_all(study, open_console()), study.baseline, 0)


def examined(tracked: TrackedTrucks) -> int:
    """Return the row of a truck whose portal image alarmed and that was examined and has left."""
    ledger = tracked.ledger
    return int(np.flatnonzero(ledger["portal_alarm"] & ledger["opened"] & ledger["exit_min"].notna())[0])


def test_the_answer_names_the_reasons_the_score_and_the_times(
    tracked: TrackedTrucks, capsys: pytest.CaptureFixture[str]
) -> None:
    row = examined(tracked)
    truck = tracked.ledger.loc[row]
    assert main(["why", *SHORT, f"truck={truck['truck']}"]) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert lines[0] == f"Truck {truck['truck']} (general), window from Monday 2024-05-13"
    assert f"Risk score {tracked.scores.loc[row, 'risk_score']:.3f} because: " in said
    assert "dock: portal alarmed" in lines
    assert re.search(r"^portal: selected (by targeting|at random)$", said, re.MULTILINE)
    times = [line.split("  ")[1] for line in lines if line.startswith("  2024-05-1")]
    assert times == sorted(times)
    assert f"crossed in {truck['exit_min'] - truck['arrive_min']:.1f} min." in said
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80


def test_a_truck_of_the_booth_alone_is_said_so(tracked: TrackedTrucks) -> None:
    plain = np.flatnonzero([not any(texts) for texts in zip(*tracked.reasons.values(), strict=True)])[0]
    assert "Primary inspection only." in truck_story(tracked, int(plain), "score 0.5")


def test_one_that_never_left_has_no_crossing() -> None:
    ledger = ledgers.ledger([1430.0], [{}], [np.nan])
    waiting = TrackedTrucks(ledgers.window(), pd.DataFrame(), pd.DataFrame(), ledger, {"portal": [""]})
    story = truck_story(waiting, 0, "score 0.5")
    assert story[-1] == "Still inside."
    assert story[-3].endswith("23:50:00  arrives at the end of the line")


def test_a_number_that_no_truck_has_is_refused(tracked: TrackedTrucks) -> None:
    with pytest.raises(
        ConfigError, match=f"no truck 999999 in this replication; it has 0 to {len(tracked.ledger) - 1}"
    ):
        row_of_truck(tracked, 999_999)

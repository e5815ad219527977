"""What a corridor says of counted months: values as read, bands that are missed by name, and one sentence last."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.diversion.corridor import corridor_results, months_table, write_corridor_files
from experiments.diversion.fit import Band, observed
from experiments.diversion.report.results import (
    CorridorResults,
    band_words,
    closing_sentence,
    corridor_sentences,
    month_words,
    value_words,
)
from experiments.diversion.request import build_corridor
from experiments.diversion.running import CorridorTables
from tests.test_page_words import shown_ids, unnamed_intervals, visible

SETS = 6


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> CorridorResults:
    """Months of El Paso that passed nearly what was counted; the Bridge of the Americas in October twice as many."""
    out = tmp_path_factory.mktemp("months")
    words = ["experiment=el_paso_2023", f"replications={SETS}", "store=null", f"out={out / 'run'}"]
    corridor = build_corridor(words, "corridor")
    rows, hours = [], []
    for replication in range(SETS):
        for month in ("2023-09", "2023-10"):
            for port in corridor.settings.ports:
                count = observed(corridor, month, [port]) * (1.0 + 0.01 * replication)
                twice = 2.0 if (month, port) == ("2023-10", "bota") else 1.0
                for side in ("usual", "changed"):
                    rows.append(
                        {"side": side, "replication": replication, "start_date": f"{month}-01", "month": month,
                         "port": port, "demand": count, "diverted_in": 0, "diverted_out": 1, "lost": 1,
                         "crossed": twice * count, "wait_sum_min": 30.0 * count, "n_scanned": 0.27 * count,
                         "exited": count, "true_loads_expected": 1.0, "true_found_expected": 0.1}
                    )  # fmt: skip
                    hours.append(
                        {"side": side, "replication": replication, "start_date": f"{month}-01", "port": port,
                         "hour_of_week": 120, "trucks": 10, "wait_mean_min": 30.0}
                    )  # fmt: skip
    assumed = pd.DataFrame({"replication": range(SETS), "per_min": np.linspace(0.003, 0.012, SETS)})
    tables = CorridorTables(pd.DataFrame(hours), pd.DataFrame(rows), pd.DataFrame(), assumed)
    return corridor_results(corridor, tables)


def test_the_fitted_month_comes_first_and_a_missed_count_is_named(results: CorridorResults) -> None:
    first, second, third, *more = corridor_sentences(results)
    assert first.startswith("September 2023 (fitted): of every 100 trucks")
    assert second.startswith("October 2023 (predicted): of every 100 trucks")
    assert "3 lie within their 80% bands; missed: Bridge of the Americas, El Paso October 2023: counted 5,859" in third
    assert any(line.startswith("Missed as well: ") for line in more)
    assert "effective sets of assumptions of 6 carry the weight: bands rest on few sets" in more[-1]


def test_the_last_sentence_is_one_that_an_official_would_say(results: CorridorResults) -> None:
    closing = closing_sentence(results)
    assert closing.startswith("Of ten trucks that cannot cross where they usually do, about 4 cross at a neighboring")
    assert "3 of 4 port counts that nothing was fitted to lie where the model says." in closing
    assert closing.count(".") == 1


def test_files_and_page_hold_every_month(results: CorridorResults) -> None:
    written = write_corridor_files(results, 1.0)
    assert {path.name for path in written} >= {"months.csv", "flows.parquet", "corridor.html", "run.json"}
    page = Path(next(path for path in written if path.name == "corridor.html")).read_text()
    assert page.index("Model and counts") < page.index("The answer in one sentence")
    assert shown_ids(visible(page)) == []
    assert unnamed_intervals(page) == []
    for words in ("September 2023: what the model was fitted to", "October 2023: what the model predicts", "missed"):
        assert words in page
    table = months_table(results)
    assert list(dict.fromkeys(table["kind"])) == ["fitted", "predicted"]
    assert not bool(table[(table["month"] == "2023-10") & (table["measure"] == "bota")]["is_within"].iloc[0])


def test_values_are_written_as_they_are_read() -> None:
    assert month_words("2022-04") == "April 2022"
    assert value_words(1.0234, "log_odds") == "1.02"
    assert band_words(Band(0.3, 0.4, 0.5), "regained_share") == "[30%, 50%]"
    assert band_words(Band(math.nan, math.nan, math.nan), "lost") == "(no band)"

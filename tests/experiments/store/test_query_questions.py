"""``docs/reference/querying.md``: ten questions of a planner, each answered by the SQL beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from experiments.store.database import open_database
from experiments.store.schema import VIEWS
from experiments.store.sql_check import check_query
from tests import stored_runs as made

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "querying.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"^(\d+)\. .+?\n\n```sql\n(.+?)```", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, pd.DataFrame]:
    database = open_database(made.make_store(tmp_path_factory.mktemp("made") / "store"))
    return {
        int(number): database.execute(check_query(database, query)).fetch_df() for number, query in QUESTIONS.items()
    }


def test_there_are_ten_and_each_has_an_answer(answers: dict[int, pd.DataFrame]) -> None:
    assert list(answers) == list(range(1, 11))
    assert [number for number, table in answers.items() if table.empty] == []


def test_the_answers_are_those_that_the_store_was_made_with(answers: dict[int, pd.DataFrame]) -> None:
    assert list(answers[1]["verb"]) == ["fund", "sweep", "compare", "compare"]
    assert answers[1]["overrides"][0] == "experiment=strategies 'out=my folder'"
    waits = answers[2].set_index(["run", "alternative"])["wait_min"]
    assert waits[made.BASE, "more_scans"] - waits[made.BASE, "today"] == pytest.approx(3.0)
    assert set(answers[3]["metric"]) == {"wait_mean_min", "detection_expected"}
    sure = answers[4].set_index(["run", "metric"])["difference"]
    assert sure[made.MORE, "wait_mean_min"] == pytest.approx(4.0)
    assert list(answers[5]["portals"]) == [1.0, 2.0, 3.0]
    assert set(answers[6]["scanned"]) == {0.2, 0.3}
    assert (answers[6]["wait_min"] < 38.0).all()
    assert answers[7]["overrides"][0] == "port.portal.servers=1 staffing.extra_lanes=1"
    assert list(answers[8]["point"]) == [5, 11]
    assert answers[9][["key", "first", "second"]].drop_duplicates().to_numpy().tolist() == [
        ["traffic.volume_scale", 1.0, 1.1]
    ]
    assert answers[10][["usd", "low", "high"]].to_numpy().tolist() == [[2.5e6, 1.5e6, 3.5e6]]


def test_the_page_lists_the_columns_that_are_there() -> None:
    for name, columns in VIEWS.items():
        (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
        told = [word.split(" (")[0] for word in re.sub(r"\([^)]*\)", "", row.split("|")[3]).split(", ")]
        assert [word.strip() for word in told][: len(columns)] == [column.name for column in columns]

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from experiments.scorecards import files
from experiments.scorecards.card import Scorecard, scorecard_in_edition
from experiments.scorecards.files import scorecard_csv, scorecard_record
from tests import cards


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    return cards.card(tmp_path_factory.mktemp("card"), 45.0, 24.0)


@pytest.mark.parametrize("edition", ["internal", "public"])
def test_the_record_keeps_to_its_schema(card: Scorecard, edition: str) -> None:
    shape = json.loads(Path(files.__file__).with_name("scorecard.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(shape)
    told = json.loads(json.dumps(scorecard_record(scorecard_in_edition(card, edition)), allow_nan=False))  # type: ignore[arg-type]
    jsonschema.Draft202012Validator(shape).validate(told)
    del told["parts"][0]["lines"][0]["verdict"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(shape).validate(told)


def test_the_table_has_a_row_for_every_line_and_period(card: Scorecard) -> None:
    table = pd.read_csv(io.StringIO(scorecard_csv(card)))
    assert len(table) == 2 * len(card.rows)
    assert set(table["period"]) == {"y0", "y1"}
    judged = table.dropna(subset="verdict")
    assert set(judged["period"]) == {"y1"}
    assert len(judged) == len(card.rows)


def test_table_and_record_say_the_same(card: Scorecard) -> None:
    table = pd.read_csv(io.StringIO(scorecard_csv(card))).set_index(["line", "period"])
    for line in scorecard_record(card)["parts"][0]["lines"]:
        for level in line["levels"]:
            cell = table.loc[(line["line"], level["period"]), "value"]
            assert (level["value"] is None) == pd.isna(cell)
            if level["value"] is not None:
                assert cell == pytest.approx(level["value"])


def test_numbers_stand_in_the_unit_of_their_line(card: Scorecard) -> None:
    lines = {line["line"]: line for line in scorecard_record(card)["parts"][0]["lines"]}
    assert lines["scan_rate"]["unit"] == "%"
    assert lines["scan_rate"]["levels"][0]["value"] == pytest.approx(27.7)
    assert lines["scan_rate"]["target"] == pytest.approx(72.0)
    assert lines["wait_mean"]["target_side"] == "at most"
    assert lines["availability"]["kpp"] == 1

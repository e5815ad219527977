from __future__ import annotations

import pytest

from experiments.study.inputs import input_groups, input_row, source_library, unit_of_key, value_text
from experiments.study.sources import SourcedInput
from tests import replications


def test_every_input_of_the_default_study_has_a_badge() -> None:
    study = replications.study(["todays_practice"])
    inputs = study.inputs("todays_practice")
    groups = input_groups(inputs)
    rows = [row for group in groups for row in group["rows"]]
    assert len(rows) == len(inputs)
    assert all(row["badge"] for row in rows)
    assert {"port", "threat", "scanner", "value"} <= {group["name"] for group in groups}


def test_a_source_is_looked_up_and_an_assumption_has_its_range() -> None:
    known = next(iter(source_library()))
    sourced = input_row(SourcedInput("port.x_min", 2.0, "source", known, "P", None, None, "a note", "f"))
    assert sourced["badge"] == f"{known} P"
    assert sourced["address"] == source_library()[known][1]
    assert sourced["words"].endswith("a note")
    guessed = input_row(SourcedInput("port.x_min", 2.0, "assumption", None, None, 1.0, 3.0, "", "f"))
    assert (guessed["badge"], guessed["range"]) == ("assumed", "1 to 3")
    assert input_row(SourcedInput("a", 1, "user", None, None, None, None, "", ""))["badge"] == "user"


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("port.primary.service.mean_min", "min"),
        ("value.idle_fuel_gal_per_h", "gal per h"),
        ("port.mix.fast_share", "share"),
        ("benefit.other_bridge.vehicle_usd_per_mile", "USD per mile"),
        ("scanner.portal.sensing.d_prime.in_cargo", "z"),
        ("threat.loads.heroin_kg.median", "kg"),
        ("threat.loads.heroin_kg.ln_sd", "ln"),
        ("threat.loads.bulk_cash_usd.small_max", "USD"),
        ("threat.loads.persons_n.concealment_share_laden.in_cargo", "share"),
        ("threat.something", ""),
    ],
)
def test_units_are_read_from_names(key: str, unit: str) -> None:
    assert unit_of_key(key) == unit


def test_values_as_a_reader_writes_them() -> None:
    assert value_text(177187) == "177,187"
    assert value_text([1, 0.25]) == "1, 0.25"
    assert value_text(1e-4) == "0.0001"
    assert value_text([{"from_h": 22, "officers": 2}]) == "from h 22, officers 2"
    assert value_text({"low": 1000, "high": [1, 2]}) == "low 1,000, high 1, 2"

from __future__ import annotations

from dataclasses import fields

from experiments.funding.uncertainty import Uncertainty


def test_every_table_is_listed_once() -> None:
    frames = [field.name for field in fields(Uncertainty) if field.type == "pd.DataFrame"]
    values = {field.name: field.name for field in fields(Uncertainty)}
    assert list(Uncertainty(**values).tables()) == frames  # type: ignore[arg-type]

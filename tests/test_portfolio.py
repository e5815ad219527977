from __future__ import annotations

from dataclasses import fields

from experiments.funding.portfolio import Portfolio


def test_every_table_is_listed_once() -> None:
    frames = [field.name for field in fields(Portfolio) if field.type == "pd.DataFrame"]
    values = {field.name: field.name for field in fields(Portfolio)}
    assert list(Portfolio(**values).tables()) == frames  # type: ignore[arg-type]

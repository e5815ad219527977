"""``throughgate run``: one alternative, by the steps of ``experiments.compare``.

``ledger=true`` adds ``ledger.parquet`` and ``events.parquet`` of the first replication, ``csv=true`` all tables as CSV.
"""

from __future__ import annotations

from experiments.compare import carry_out

__all__ = ["carry_out"]


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("run")

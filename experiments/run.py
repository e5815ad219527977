"""``throughgate run``: one alternative, by the steps of ``experiments.compare``.

``ledger=true`` adds ``ledger.parquet`` and ``events.parquet`` of the first replication.
"""

from __future__ import annotations

from collections.abc import Sequence

from experiments.compare import carry_out
from experiments.study.study import build_study

__all__ = ["carry_out", "main"]


def main(overrides: Sequence[str]) -> int:
    """Run the one alternative of a study and return the exit status."""
    return carry_out(build_study(overrides, "run"))


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("run")

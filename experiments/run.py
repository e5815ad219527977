"""``throughgate run``: one alternative, by the steps of ``experiments.compare``.

``ledger=true`` adds ``ledger.parquet`` and ``events.parquet`` of the first replication.
"""

from __future__ import annotations

from collections.abc import Sequence

from experiments.compare import run_comparison
from experiments.study.study import build_study


def main(overrides: Sequence[str]) -> int:
    """Run the one alternative of a study and return the exit status."""
    return run_comparison(build_study(overrides, "run"))


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("run")

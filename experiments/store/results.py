"""``throughgate results``: the runs of the store, one of them in full, labels, and how to be rid of runs.

A label is a small file beside the run's; no file of a run is ever changed.
"""

from __future__ import annotations

import datetime as dt
import shlex
import textwrap
from collections.abc import Sequence
from typing import Final

from experiments.store.run_files import StoredRun, pick_run, stored_runs, write_label
from experiments.store.words import STORE, Words, cell_text, print_lines, read_words, screen_width, table_lines
from sim.errors import ConfigError

ACTIONS: Final = {
    "list": ("store", "rows", "verb", "label"),
    "show": ("store",),
    "label": ("store",),
    "prune": ("store", "older_than", "keep", "label", "yes"),
    "check": ("store",),
}
"""Actions and the keys that each takes."""
SHOWN: Final = 40
"""Runs that are listed."""


def usage() -> str:
    """Return how the verb is called."""
    return "\n".join(
        [
            f"throughgate results [list | show | label | prune | check] [key=value ...] [store={STORE}]",
            "",
            f"  list [rows={SHOWN}] [verb=VERB] [label=TEXT]  the runs of the store, the newest first",
            "  show RUN                                  one run: what was asked for, by which program",
            '  label RUN "TEXT"                          gives a run a label; the last one holds',
            "  prune [older_than=DAYS] [keep=N] [label=TEXT] [yes=true]",
            "                                            removes runs for which all of it holds: older than so",
            "                                            many days, not of the newest N, of this label; runs",
            "                                            with a label stay unless label= names it; without",
            "                                            yes=true it only says what it would remove",
            "  check                                     reads every file whole; exit status 1 if one is damaged",
            "",
            "RUN is a run's name, its label, or the first letters of its name or of the name's last part.",
        ]
    )


def main(overrides: Sequence[str]) -> int:
    """List, show, label, prune or check runs, and return the exit status.

    Raises
    ------
    ConfigError
        An action or a key that does not exist, a run that is not there, a store that cannot be read.
    """
    action = overrides[0] if overrides and "=" not in overrides[0] else "list"
    if action not in ACTIONS:
        raise ConfigError("results", f"unknown action {action!r}; known {list(ACTIONS)}")
    words = read_words(overrides[1:] if overrides and overrides[0] == action else overrides, ACTIONS[action])
    n = {"show": 1, "label": 2}.get(action, 0)
    if len(words.positional) != n:
        raise ConfigError(f"results {action}", f"takes {n} words without a key, got {list(words.positional)}")
    return {"list": _list, "show": _show, "label": _label, "prune": _prune, "check": _check}[action](words)


def _list(words: Words) -> int:
    every = stored_runs(words.store)
    runs = [run for run in every if _fits(run, words)]
    shown = runs[: words.count("rows", SHOWN, 1)]
    print_lines(*_run_table(shown))
    if len(runs) > len(shown):
        print_lines("", f"{len(runs) - len(shown):,} more runs: see them with rows=N, verb=VERB or label=TEXT")
    if not runs:
        print_lines(f"no runs{' of this kind' if every else ''} in {words.store}")
    return 0


def _fits(run: StoredRun, words: Words) -> bool:
    chosen = {key: words.text(key, "") for key in ("verb", "label") if key in words.keyed}
    return all(getattr(run.record, key) == value for key, value in chosen.items())


def _run_table(runs: Sequence[StoredRun]) -> list[str]:
    headings = ["run", "verb", "experiment", "points", "s", "state", "label"]
    rows = []
    for run in runs:
        record = run.record
        state = "done" if record.finished else "unfinished"
        points, wall = f"{record.rows['points']:,}", f"{record.wall_s:,.0f}"
        rows.append([record.run, record.verb, *map(cell_text, (record.experiment, points, wall, state, record.label))])
    lines, _ = table_lines(headings, rows, [heading in ("points", "s") for heading in headings], screen_width())
    return lines if runs else []


def _show(words: Words) -> int:
    run = pick_run(stored_runs(words.store), words.positional[0])
    record = run.record
    lines = {
        "run": record.run,
        "label": cell_text(record.label),
        "verb": record.verb,
        "experiment": cell_text(record.experiment),
        "asked for": shlex.join(record.overrides) or "-",
        "started": f"{record.started.replace('T', ' ')} UTC",
        "wall time": f"{record.wall_s:,.1f} s",
        "state": "done" if record.finished else "unfinished",
        "seed": str(record.seed),
        "engine": record.engine,
        "version": f"{cell_text(record.program_version)}, code {record.code_hash[:12]}",
        "results": record.folder,
        "rows": ", ".join(f"{n:,} {name}" for name, n in record.rows.items()),
        "files": ", ".join(path.name for path in run.paths[:3]) + (", ..." if len(run.paths) > 3 else ""),
        "size": f"{run.size / 1e6:,.2f} MB",
    }
    for name, text in lines.items():
        indent = " " * 12
        print_lines(
            textwrap.fill(f"{name:<12}{text}", screen_width(), subsequent_indent=indent, break_on_hyphens=False)
        )
    return 0


def _label(words: Words) -> int:
    name, text = words.positional
    run = pick_run(stored_runs(words.store), name)
    write_label(words.store, run.record.run, text, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
    print_lines(f"{run.record.run}: {text.strip()}")
    return 0


def _prune(words: Words) -> int:
    """Remove runs, or say which would be."""
    if not {"older_than", "keep", "label"} & words.keyed.keys():
        raise ConfigError("results prune", "expected older_than=DAYS, keep=N or label=TEXT")
    go = words.flag("yes")
    runs = stored_runs(words.store)
    gone = runs_to_prune(runs, words, dt.datetime.now(dt.UTC))
    size = sum(run.size for run in gone)
    for run in gone if go else ():
        for path in run.paths:
            path.unlink()
    print_lines(*_run_table(gone))
    what = f"{len(gone):,} of {len(runs):,} runs, {size / 1e6:,.1f} MB"
    print_lines(f"{what} removed" if go else f"{what} would be removed; yes=true removes them")
    return 0


def runs_to_prune(runs: Sequence[StoredRun], words: Words, now: dt.datetime) -> list[StoredRun]:
    """Return the runs for which every condition holds; ``runs`` are the newest first."""
    label = words.text("label", "") if "label" in words.keyed else None
    gone = list(runs[words.count("keep", 0) :])
    if "older_than" in words.keyed:
        limit = (now - dt.timedelta(days=words.count("older_than", 0, 0, 100_000))).replace(tzinfo=None)
        gone = [run for run in gone if dt.datetime.fromisoformat(run.record.started) < limit]
    return [run for run in gone if run.record.label == label]


def _check(words: Words) -> int:
    """Read every page of every file against its checksum."""
    # Late, because only this action opens the rows of files.
    import pyarrow as pa
    import pyarrow.parquet as pq

    problems, n = [], 0
    for run in stored_runs(words.store):
        for file in run.files:
            n += 1
            try:
                with pq.ParquetFile(file.path, page_checksum_verification=True) as parquet:
                    rows = sum(batch.num_rows for batch in parquet.iter_batches())
            except (OSError, pa.ArrowException) as error:
                problems.append(f"{file.path}: {str(error).splitlines()[0][:120]}")
                continue
            if rows != sum(file.record.rows.values()):
                problems.append(f"{file.path}: {rows:,} rows, its record says {sum(file.record.rows.values()):,}")
    print_lines(*problems, f"{n:,} files checked, {len(problems):,} problems")
    return int(bool(problems))


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("results")

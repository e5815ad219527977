"""Runs that are to be set side by side: from the store, or from the folder that a run wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.store.run_files import StoredRun, pick_run, stored_runs
from experiments.study.inputs import unit_of_key, value_text
from experiments.study.run_record import RECORDED
from experiments.study.sources import numbers_in, path_label
from sim.errors import ConfigError

SETTINGS: Final = ("seed", *(name for name in RECORDED if name not in ("ledger", "bottleneck")))
"""Settings of a study that decide its numbers: they are inputs like all others."""
WINDOW: Final = ("seed", "start_date", "days", "calendar", "manifest")
"""Settings that decide which trucks a replication meets."""
RECORD: Final = "run.json"
METRICS_FILE: Final = "metrics.parquet"
PROGRAM: Final = "program"


@dataclass(frozen=True, slots=True)
class InputValue:
    """One input as it is shown: its value in words, its unit, where it comes from."""

    value: str
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSide:
    """One run, or one point of a run, that is compared."""

    title: str
    alternatives: tuple[str, ...]
    metrics: pd.DataFrame
    """METRICS of all alternatives and replications."""
    inputs: Mapping[tuple[str, str], InputValue]
    """By alternative and key; an alternative of "" means all of them."""
    versions: Mapping[str, str]
    """Versions of the program, its libraries and code, by name."""
    unstable: Mapping[str, str]
    """Alternatives that cannot carry their weekly load, and where."""

    def setting(self, key: str) -> str:
        """Return a setting of the whole run in words; "-" where it is not known."""
        value = self.inputs.get(("", key))
        return "-" if value is None else value.value


def read_sides(names: Sequence[str], store: Path, point: int | None) -> list[RunSide]:
    """Return the runs that are named: folders of results, or runs of the store.

    Raises
    ------
    ConfigError
        ``run``: no such run or folder, one without METRICS, a run of several points while none is chosen;
        ``store``: as of `stored_runs`.
    """
    runs: list[StoredRun] | None = None
    sides: list[RunSide | StoredRun] = []
    for name in names:
        folder = Path(name).expanduser()
        if (folder / RECORD).is_file():
            sides.append(_from_folder(folder))
            continue
        if folder.is_dir():
            raise ConfigError("run", f"{name!r} is a folder without {RECORD}; give one that run or compare wrote")
        runs = stored_runs(store) if runs is None else runs
        sides.append(pick_run(runs, name))
    stored = [side for side in sides if isinstance(side, StoredRun)]
    if point and stored and all(run.record.rows["points"] == 1 for run in stored):
        raise ConfigError("run", f"{stored[0].record.run!r} holds no METRICS of point {point}")
    return [_from_store(side, point) if isinstance(side, StoredRun) else side for side in sides]


def _from_store(run: StoredRun, point: int | None) -> RunSide:
    record = run.record
    chosen = _chosen_point(run, point)
    tables = [_table_of(file.path, chosen) for file in run.files]
    metrics = pd.concat(
        [_metrics(table, file.record.metrics) for table, file in zip(tables, run.files, strict=True)], ignore_index=True
    )
    if not len(metrics):
        raise ConfigError("run", f"{record.run!r} holds no METRICS of point {chosen}")
    inputs = pd.concat([_frame(table, "inputs") for table in tables], ignore_index=True)
    notes = pd.concat([_frame(table, "points") for table in tables], ignore_index=True)["unstable"].dropna()
    unstable = [part.partition(": ") for note in dict.fromkeys(notes) for part in note.split("; ")]
    values = {(row["alternative"] or "", row["key"]): row for row in _plain(inputs)}
    versions = {
        key.partition(".")[2]: row["value_text"] or "-" for (_, key), row in values.items() if row["kind"] == "version"
    }
    program = {PROGRAM: record.program_version or "-", "code of sim/ and models/": record.code_hash[:12]}
    return RunSide(
        title=record.run + (f" ({record.label})" if record.label else "") + (f" point {chosen}" if point else ""),
        alternatives=tuple(dict.fromkeys(metrics["alternative"])),
        metrics=metrics,
        inputs={key: _input_value(row) for key, row in values.items() if row["kind"] != "version"},
        versions=program | versions,
        unstable={name: where for name, _, where in unstable},
    )


def _chosen_point(run: StoredRun, point: int | None) -> int:
    n = run.record.rows["points"]
    if point is None and n > 1:
        problem = f"{run.record.run!r} has {n:,} points; choose one with point=N, or ask `throughgate query`"
        raise ConfigError("run", problem)
    # a run of one point is that point, whichever of another run it is set beside
    return point or 0 if n > 1 else 0


def _table_of(path: Path, point: int) -> pa.Table:
    """Return the rows of one point, and those that hold for all of them."""
    try:
        whole = pq.read_table(path, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise ConfigError("store", f"cannot read {str(path)!r} ({str(error).splitlines()[0][:100]})") from None
    here = pc.equal(whole["point"], point)
    return whole.filter(pc.or_(pc.is_null(whole["point"]), pc.fill_null(here, fill_value=False)))


def _frame(table: pa.Table, name: str) -> pd.DataFrame:
    rows = table.filter(pc.equal(table["table"], name))
    return pd.DataFrame(rows.drop_columns(["table", "values"]).to_pydict())


def _metrics(table: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    rows = table.filter(pc.equal(table["table"], "metrics"))
    values = pd.DataFrame(rows["values"].to_pylist(), columns=list(names), dtype="float64")
    return pd.concat([pd.DataFrame(rows.select(["alternative", "replication"]).to_pydict()), values], axis=1)


def _plain(inputs: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with None for what is missing."""
    return [
        {str(key): None if isinstance(value, float) and value != value else value for key, value in row.items()}  # noqa: PLR0124
        for row in inputs.to_dict("records")
    ]


def _input_value(row: Mapping[str, Any]) -> InputValue:
    number, text = row["value_number"], row["value_text"]
    value = _number_text(number, row["key"]) if number is not None else "none" if text is None else str(text)
    return InputValue(value, row["unit"] or "", _source(row))


def _source(row: Mapping[str, Any]) -> str:
    """Return where a value comes from, in a few words."""
    kind, source = row["kind"], row["source"] or ""
    if kind == "source":
        return str(source)
    return f"{kind}: {source}" if source and kind != "user" else str(kind)


def _number_text(number: float, key: str) -> str:
    """Return a number with all the digits that tell it from another."""
    return value_text(int(number), key) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _from_folder(folder: Path) -> RunSide:
    """Return the run whose results stand in a folder; its record knows values and ranges, not their sources."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        metrics = pd.read_parquet(folder / METRICS_FILE)
        settings = {name: {"seed": record["seed"], **record["study"]}[name] for name in SETTINGS}
        settings["manifest"] = _manifest(record)
        alternatives = record["alternatives"]
        versions = {PROGRAM: record["throughgate"], "python": record["python"], "commit": record["commit"]}
        versions |= record["versions"]
        ranges, unstable = record["assumed"], dict(record["unstable"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0][:100]
        raise ConfigError("run", f"cannot read the run in {str(folder)!r} ({reason})") from None
    inputs = {("", key): InputValue(_value(value, key), "", "setting") for key, value in settings.items()}
    for name, mapping in alternatives.items():
        numbers = {key for key, _ in numbers_in(mapping)}
        for key, value in leaf_values(mapping):
            kind = "assumption" if key in ranges.get(name, {}) else "" if key in numbers else "setting"
            inputs[name, key] = InputValue(_value(value, key), unit_of_key(key) if key in numbers else "", kind)
    return RunSide(
        title=str(folder),
        alternatives=tuple(dict.fromkeys(metrics["alternative"])),
        metrics=metrics,
        inputs=inputs,
        versions={name: str(version or "-") for name, version in versions.items()},
        unstable=unstable,
    )


def _manifest(record: Mapping[str, Any]) -> str | None:
    """Return name and hash of the user's own trucks; None: trucks were simulated."""
    if record["trucks"] is None:
        return None
    path = Path(record["trucks"]["file"])
    return manifest_words(path, record["input_sha256"][path_label(path)])


def manifest_words(path: Path, sha256: str) -> str:
    """Return what an input says of a file of trucks."""
    return f"{path.name} {sha256[:16]}"


def leaf_values(node: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Yield every value that is no mapping, by dotted key; a list is one value."""
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield from leaf_values(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, node


def _value(value: object, key: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_text(float(value), key)
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)

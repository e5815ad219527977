"""Files of the store: their names, the record in each, labels, and what is refused.

A store holds ``<run>.parquet`` (further chunks of a run: ``<run>.1.parquet``, ...) and ``<run>.<n>.label``; the label
with the highest number holds. Files are made under a hidden name and linked to their own, which fails where that is
taken, so that none is ever written over. Hidden files are what a stopped run left: they are no part of the store.

The record of a file is read from the end of its bytes, without a Parquet reader: a store of a thousand runs is listed
in a tenth of a second. Sources: the Parquet format's footer (``PAR1``, length, FileMetaData) and Thrift's compact
protocol for its list of keys and values.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from sim.errors import ConfigError, OutputError

SCHEMA: Final = 1
"""Version of the files; a store with a file of another one is refused."""
KEY: Final = b"throughgate.store"
"""Key of the record in a file's metadata."""
TABLES: Final = ("points", "metrics", "comparison", "inputs")
"""Tables whose rows are in the files, in their order there; the records are the table ``runs``."""
RUN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
FILE_NAME: Final = re.compile(rf"({RUN_NAME.pattern})(?:\.([1-9]\d*))?\.parquet")
LABEL_NAME: Final = re.compile(rf"({RUN_NAME.pattern})\.([1-9]\d*)\.label")
MAGIC: Final = b"PAR1"
MARKER: Final = bytes([0x18, len(KEY)]) + KEY + b"\x18"
"""How Thrift writes the key, and that a text follows: the record."""
MOST_LETTERS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of a run, whatever it measured."""

    verb: str
    experiment: str | None
    label: str | None
    started: str
    """UTC, ISO 8601; in a file without a zone."""
    seed: int
    engine: str
    code_hash: str
    program_version: str | None
    folder: str
    overrides: tuple[str, ...]
    wall_s: float
    """Wall time [s]."""
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord(RunFacts):
    """What a file says of its run."""

    run: str
    rows: dict[str, int]
    """Rows of each table in the file."""
    metrics: tuple[str, ...]
    """Names of the numbers in ``values``."""
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One Parquet file of the store."""

    path: Path
    chunk: int
    record: RunRecord


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run of the store: what its chunks and labels say together."""

    record: RunRecord
    """Of the whole run: its rows are those of all chunks."""
    files: tuple[StoredFile, ...]
    labels: tuple[Path, ...]

    @property
    def paths(self) -> list[Path]:
        """Every file of the run, in the order in which they may be removed."""
        return [*(file.path for file in reversed(self.files)), *self.labels]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.paths)


def read_record(path: Path) -> RunRecord:
    """Return the record of a file.

    Raises
    ------
    ConfigError
        ``store``: a file that is cut short, is of something else, or of another version of the store.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        begins = file.read(4) == MAGIC
        file.seek(max(0, size - 8))
        end = file.read()
        length = int.from_bytes(end[:4], "little")
        if not begins or end[4:] != MAGIC or length > size - 12:
            raise _refused(path, "is damaged, or no Parquet file")
        file.seek(size - 8 - length)
        footer = file.read(length)
    place = footer.rfind(MARKER)
    if place < 0:
        raise _refused(path, "holds no record of a run: it is not a file of the store")
    return _parsed(path, footer[place + len(MARKER) :])


def _parsed(path: Path, text: bytes) -> RunRecord:
    length, shift = 0, 0
    for place, byte in enumerate(text):
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            text = text[place + 1 : place + 1 + length]
            break
    try:
        record = json.loads(text)
        version = record["schema"]
    except (ValueError, KeyError, TypeError):
        raise _refused(path, "is damaged: its record cannot be read") from None
    if version != SCHEMA:
        raise _refused(path, f"is of schema {version!r} of the store, this version reads {SCHEMA}")
    try:
        known = {field.name: record[field.name] for field in fields(RunRecord)}
    except KeyError as error:
        raise _refused(path, f"is damaged: its record lacks {error}") from None
    return RunRecord(**known | {"overrides": tuple(known["overrides"]), "metrics": tuple(known["metrics"])})


def _refused(path: Path, problem: str) -> ConfigError:
    return ConfigError("store", f"{str(path)!r} {problem}; move it out of the folder")


def stored_runs(store: Path) -> list[StoredRun]:
    """Return every run of a store, the newest first.

    Raises
    ------
    ConfigError
        ``store``: no such folder; a file that is damaged, foreign, a link or of another schema.
    """
    if not store.is_dir():
        raise ConfigError("store", f"no such folder: {str(store)!r}; runs make it, see docs/reference/querying.md")
    files: dict[str, list[StoredFile]] = {}
    labels: dict[str, list[tuple[int, Path]]] = {}
    with os.scandir(store) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        path = store / entry.name
        if entry.name.startswith("."):
            continue
        if match := FILE_NAME.fullmatch(entry.name):
            _check_plain(entry, path)
            record = read_record(path)
            if record.run != match[1]:
                raise _refused(path, f"is of run {record.run!r}, not of the run that it is named after")
            files.setdefault(match[1], []).append(StoredFile(path, int(match[2] or 0), record))
        elif match := LABEL_NAME.fullmatch(entry.name):
            _check_plain(entry, path)
            labels.setdefault(match[1], []).append((int(match[2]), path))
        else:
            raise _refused(path, "is not a file of the store")
    # a label without its run is what a prune that was stopped left behind
    runs = [_run(chunks, sorted(labels.get(run, []))) for run, chunks in files.items()]
    return sorted(runs, key=lambda run: (run.record.started, run.record.run), reverse=True)


def _check_plain(entry: os.DirEntry[str], path: Path) -> None:
    if entry.is_symlink() or not entry.is_file():
        raise _refused(path, "is not a plain file")


def _run(chunks: list[StoredFile], labels: Sequence[tuple[int, Path]]) -> StoredRun:
    chunks.sort(key=lambda file: file.chunk)
    records = [file.record for file in chunks]
    last = records[-1]
    rows = {name: sum(record.rows[name] for record in records) for name in TABLES}
    paths = tuple(path for _, path in labels)
    whole = replace(
        last,
        rows=rows,
        started=min(record.started for record in records),
        wall_s=max(record.wall_s for record in records),
        finished=any(record.finished for record in records),
        label=read_label(paths[-1]) if paths else last.label,
    )
    return StoredRun(whole, tuple(chunks), paths)


def check_store(store: Path) -> None:
    """Refuse a folder that cannot be written to as a store: nothing is made.

    Raises
    ------
    ConfigError
        ``store``: as of `stored_runs`, or a path that is not a folder.
    """
    if store.is_dir():
        stored_runs(store)
    elif store.exists() or store.is_symlink():
        raise ConfigError("store", f"{str(store)!r} is not a folder; expected a folder or null")


def pick_run(runs: Sequence[StoredRun], name: str) -> StoredRun:
    """Return the run with this name, label, or unique beginning of its name or of its name's last part.

    Raises
    ------
    ConfigError
        ``run``: no such run, or several.
    """
    tests: tuple[Callable[[RunRecord], bool], ...] = (
        lambda record: record.run == name,
        lambda record: record.label == name,
        lambda record: bool(name) and (record.run.startswith(name) or record.run.rpartition("-")[2].startswith(name)),
    )
    for fits in tests:
        fitting = [run for run in runs if fits(run.record)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            some = ", ".join(run.record.run for run in fitting[:3])
            raise ConfigError("run", f"{name!r} is {len(fitting)} runs ({some}{', ...' * (len(fitting) > 3)})")
    raise ConfigError("run", f"no run {name!r} in the store; `throughgate results` lists them")


def write_label(store: Path, run: str, text: str, when: str) -> Path:
    """Give a run a label and return its file; the run's own files stay as they are.

    Raises
    ------
    ConfigError
        ``label``: not one printable line of at most 80 letters.
    """
    if not text.strip() or len(text) > MOST_LETTERS or not text.isprintable():
        raise ConfigError("label", f"expected one line of 1 to {MOST_LETTERS} printable letters, got {text!r}")
    content = json.dumps({"schema": SCHEMA, "label": text.strip(), "at": when}, ensure_ascii=False)

    def write(path: Path) -> None:
        path.write_text(content + "\n", encoding="utf-8")

    numbers = [int(m[2]) for path in store.glob(f"{run}.*.label") if (m := LABEL_NAME.fullmatch(path.name))]
    return write_exclusively(store, lambda n: f"{run}.{n}.label", max(numbers, default=0) + 1, write)


def read_label(path: Path) -> str | None:
    """Return what a label says."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version, label = content["schema"], str(content["label"])
    except (ValueError, KeyError, TypeError):
        raise _refused(path, "is damaged: its label cannot be read") from None
    if version != SCHEMA:
        raise _refused(path, f"is of schema {version!r} of the store, this version reads {SCHEMA}")
    return label


def write_exclusively(store: Path, name: Callable[[int], str], first: int, write: Callable[[Path], None]) -> Path:
    """Write a file under the first name that is free, whole or not at all, and return its path.

    ``name`` gives the name by number, from ``first`` on; ``write`` fills the hidden file whose path it is given.

    Raises
    ------
    OutputError
        ``store``: the folder cannot be written to.
    """
    hidden = store / f".{secrets.token_hex(8)}.tmp"
    try:
        store.mkdir(parents=True, exist_ok=True)
        write(hidden)
        _sync(hidden)
        number = first
        while True:
            try:
                # unlike a rename, a link never takes the place of a file that is there
                os.link(hidden, path := store / name(number))
                break
            except FileExistsError:
                number += 1
        hidden.unlink()
        _sync(store)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise OutputError(f"store: cannot write to {str(store)!r} ({problem})") from None
    finally:
        hidden.unlink(missing_ok=True)
    return path


def _sync(path: Path) -> None:
    """Push a file, or a folder's list of files, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

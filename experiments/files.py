"""Files of a run: each written whole or not at all, and only under the run's own folder."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pandas as pd

from sim.errors import OutputError


def check_writable(folder: Path) -> None:
    """Refuse (OutputError) a folder that could not be written, before any work; leaves nothing behind."""
    absolute = folder.absolute()
    existing = next(path for path in (absolute, *absolute.parents) if path.exists())
    if not existing.is_dir():
        raise OutputError(f"out: cannot write to {str(folder)!r} ({existing} is not a folder)")
    try:
        # Asking for permission is not enough: a read-only or virtual file system refuses later.
        os.rmdir(tempfile.mkdtemp(prefix=".throughgate-", dir=existing))  # noqa: PTH106
    except OSError as error:
        raise OutputError(f"out: cannot write to {str(folder)!r} ({error.strerror or type(error).__name__})") from None


def make_new_folder(folder: Path) -> Path:
    """Make a folder that was not there before: ``folder``, or the first free one of NAME-2, NAME-3, ...

    However many processes ask at the same time, each gets one that no other has.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        free = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        try:
            free.mkdir()
        except FileExistsError:
            continue
        return free
    raise AssertionError


def missing_folders(folder: Path) -> list[Path]:
    """Return the folder and those above it that are not there yet, the outermost first."""
    absolute = folder.absolute()
    return [path for path in reversed((absolute, *absolute.parents)) if not path.exists()]


WRITTEN: Final = ".written"
"""Names and SHA-256 of the files that a run left in its folder: what a later run may clear."""
_WRITTEN: Final[set[Path]] = set()
"""Files that this process has written in runs that are not settled yet, absolute."""


MOST_NAMED: Final = 3
"""Files written over that are named; of more, how many."""


def settle_folder(folder: Path) -> list[str]:
    """Record what this process wrote to a folder, clear it of what an earlier run left there, and say so.

    A file is removed only where that run's record names it with the bytes that it still has, and this process has not
    written it anew. What cannot be proved to be an earlier run's stays, and is named.

    Returns
    -------
    list of str
        Lines for the terminal; none where nothing was written, or the folder holds nothing else.
    """
    home = folder.absolute()
    new = {path.relative_to(home).as_posix(): path for path in sorted(_WRITTEN) if path.is_relative_to(home)}
    new = {name: path for name, path in new.items() if path.is_file() and name != WRITTEN}
    if not new:
        return []
    _WRITTEN.difference_update(new.values())
    removed, recorded = [], _recorded(home)
    for name, digest in recorded.items():
        path = home / name
        if name not in new and path.is_file() and not path.is_symlink() and _sha256(path) == digest:
            path.unlink()
            removed.append(name)
            for above in path.parents:
                if above == home or any(above.iterdir()):
                    break
                above.rmdir()
    OutputFolder(home).write_json(WRITTEN, {name: _sha256(path) for name, path in new.items()})
    left = [path.name for path in sorted(home.iterdir()) if path.is_file() and path.name[0] != "."]
    left = [name for name in left if name not in new]
    over = [name for name in recorded if name in new]
    if len(over) > MOST_NAMED:
        over = [*over[:MOST_NAMED], f"{len(over) - MOST_NAMED} more"]
    lines = [(f"Written over in {folder}, of the run before", over)]
    lines += [(f"Removed from {folder}, of the run before", removed), (f"Left in {folder}, not of this run", left)]
    return [f"{head}: {', '.join(names)}" for head, names in lines if names]


def _recorded(home: Path) -> dict[str, str]:
    """Return the files that an earlier run recorded in its folder; none where no record can be read."""
    try:
        record = json.loads((home / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict):
        return {}
    return {name: digest for name, digest in record.items() if (home / name).resolve().is_relative_to(home.resolve())}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class OutputFolder:
    """The folder of one run, made with its parents when the first file is written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     OutputFolder(Path(folder) / "run").write_text("note.txt", "done").read_text()
    'done'
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """Give the path of a hidden file, which takes the name ``name`` when the block ends well.

        The name is relative to the folder, e.g. ``plotly/plotly.js``; OutputError for one outside it.
        """
        final = self._path(name)
        hidden = final.with_name(f".{final.name}.tmp")
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield hidden
            _flush(hidden)
            hidden.replace(final)
            _WRITTEN.add(final)
        finally:
            hidden.unlink(missing_ok=True)

    def write_text(self, name: str, text: str) -> Path:
        """Write text as UTF-8 and return its path."""
        with self.file(name) as path:
            path.write_text(text, encoding="utf-8", newline="\n")
        return self._path(name)

    def write_json(self, name: str, record: Mapping[str, object]) -> Path:
        """Write a record as indented JSON, keys in their own order; NaN is refused."""
        text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False, default=str)
        return self.write_text(name, text + "\n")

    def write_parquet(self, name: str, frame: pd.DataFrame) -> Path:
        """Write a table without its index; the same table gives the same bytes."""
        with self.file(name) as path:
            frame.to_parquet(path, engine="pyarrow", index=False)
        return self._path(name)

    def write_csv(self, name: str, frame: pd.DataFrame) -> Path:
        """Write a table as CSV, UTF-8, commas, a header; NaN is an empty cell."""
        with self.file(name) as path:
            frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        return self._path(name)

    def _path(self, name: str) -> Path:
        path = (self.folder / name).absolute()
        folder = Path(os.path.normpath(self.folder.absolute()))
        if Path(name).is_absolute() or folder not in Path(os.path.normpath(path)).parents:
            raise OutputError(f"{name!r} is not a file name below {str(self.folder)!r}")
        return path


def _flush(path: Path) -> None:
    """Push the bytes to the disk, so that a machine that dies keeps the old file or the new one."""
    with path.open("rb") as written:
        os.fsync(written.fileno())

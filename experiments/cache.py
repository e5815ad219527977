"""``throughgate cache``: what is kept between runs, whether it is whole, and how to be rid of it.

Compiled code, fitted models, those of redrawn sets, simulated histories and compositions of configs are kept in the
user's cache folder (`sim.caching.cache_files`). All of it can be made again; nothing else is touched.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sim.caching.cache_files import (
    CHECKSUMS,
    Cache,
    advice,
    cache_root,
    is_unfinished,
    key_path,
    reason_of,
    verified,
    verified_folder,
)
from sim.caching.private_files import CacheError, check_folder, stored_key
from sim.errors import ConfigError

ACTIONS: Final = ("check", "clear")
OTHER: Final = "anything else"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of what is kept: its folder below the cache, and the names of its entries."""

    title: str
    folder: str
    entry: str
    """Regular expression; anything of another name is not ours."""
    form: Literal["file", "files", "sealed"]
    """An entry is a file, a folder of such files, or a folder with the checksums of its files beside them."""


KINDS: Final = (
    Kind("compiled code", "compiled", r"[0-9a-f]{16}", "files"),
    Kind("fitted models", "models", r"[0-9a-f]{20}|\.[0-9a-f]{20}\..*\.(tmp|old)", "sealed"),
    Kind("models of redrawn sets", "retrained", r"[0-9a-f]{20}\.pickle|\..*\.tmp", "file"),
    Kind("simulated histories", "history", r"[0-9a-f]{20}\.parquet|\..*\.tmp", "file"),
    Kind("compositions", "composed", r"[0-9a-f]{32}\.json|\..*\.tmp", "file"),
)


def main(overrides: Sequence[str]) -> int:
    """Show, check or clear the cache, and return the exit status; ConfigError unless one of `ACTIONS` or none."""
    if len(overrides) > 1 or (overrides and overrides[0] not in ACTIONS):
        raise ConfigError("cache", f"expected nothing or one of {list(ACTIONS)}, got {list(overrides)}")
    root = cache_root()
    try:
        check_folder(root)
    except FileNotFoundError:
        pass
    except (CacheError, OSError) as error:
        if not os.path.isdir(root):  # noqa: PTH112  (raises nothing)
            raise ConfigError("cache", f"{reason_of(error, root)}; nothing can be kept in {root}") from None
    if not overrides:
        return _show(root)
    return _check(root) if overrides[0] == "check" else _clear(root)


USAGE: Final = """\
throughgate cache [check | clear]

Shows where compiled code, fitted models, simulated histories and compositions of
configs are kept between runs, how many files there are and how large they are.

  check  verifies each file and lists those that are damaged, of an older version or
         not this user's; exit status 0 if there are none, 1 if there are
  clear  removes all of it; the next run makes again what it needs; exit status 1 if
         something could not be removed

THROUGHGATE_CACHE names another cache folder, THROUGHGATE_CONFIG another folder of
the secret key."""


def usage() -> str:
    """Return how the verb is called."""
    return USAGE


def _show(root: Path) -> int:
    _say(f"cache folder  {root}")
    rows = {kind.title: [file for entry in _entries(root, kind) for file in _files(entry)] for kind in KINDS}
    if others := _others(root):
        rows[OTHER] = others
    for title, files in rows.items():
        _say(f"  {title:<20} {len(files):>6,} files {_size(files):>12}")
    _say(f"secret key    {key_path()}{'' if os.path.lexists(key_path()) else ' (not made yet)'}")
    for line in dict.fromkeys((*_unsafe_folders(root), *_key_problem())):
        _say(line)
    return 0


def _check(root: Path) -> int:
    """List what is not as it was written; 1 if there is anything."""
    problems = list(_unsafe_folders(root))
    entries = [] if problems else [(kind, entry) for kind in KINDS for entry in _entries(root, kind)]
    if entries:
        try:
            using = Cache(root, stored_key(key_path()))
        except (CacheError, OSError) as error:
            problems.append(f"no key to check with: {reason_of(error, key_path())}")
        else:
            problems += [problem for kind, entry in entries for problem in problems_of(kind, entry, using)]
    for line in problems:
        _say(line)
    count = sum(len(_files(entry)) for _, entry in entries)
    _say(f"{count:,} files checked, {len(problems):,} problems")
    _tell_others(root, "")
    return int(bool(problems))


def problems_of(kind: Kind, entry: Path, using: Cache) -> list[str]:
    """Return what is wrong with an entry of the cache, a line for each of its files."""
    if is_unfinished(entry.relative_to(using.root)):
        return []
    try:
        if kind.form == "file":
            verified(entry, using)
            return []
        check_folder(entry)
        names = {path.name for path in entry.iterdir()}
        if kind.form == "sealed":
            names |= set(json.loads(verified(entry / CHECKSUMS, using)))
    except (CacheError, OSError) as error:
        return [reason_of(error, entry)]
    places = [entry / name for name in sorted(names - {CHECKSUMS}) if not is_unfinished(Path(name))]
    return [problem for path in places if (problem := _file_problem(kind, path, using))]


def _file_problem(kind: Kind, path: Path, using: Cache) -> str:
    try:
        if kind.form == "sealed":
            verified_folder(path.parent, (path.name,), using)
        else:
            verified(path, using)
    except (CacheError, OSError) as error:
        return reason_of(error, path)
    return ""


def _clear(root: Path) -> int:
    """Remove every entry of ours; what bears another name, or lies behind a link, stays. 1 if an entry cannot go."""
    if not os.path.lexists(root):
        _say(f"{root}: nothing to remove")
        return 0
    try:
        check_folder(root)
    except CacheError as error:
        raise ConfigError("cache", f"nothing removed: {advice(error, root)}") from None
    sizes, problems = dict[Path, int](), list[str]()
    for entry in [entry for kind in KINDS for entry in _entries(root, kind)]:
        sizes |= {file: file.lstat().st_size for file in _files(entry)}
        problems += _remove(entry)
    removed = [size for file, size in sizes.items() if not os.path.lexists(file)]
    _say(f"{root}: {len(removed):,} files removed, {sum(removed) / 1e6:,.1f} MB freed")
    for problem in problems:
        _say(f"not removed: {problem}")
    _tell_others(root, " and were left")
    return int(bool(problems))


def _remove(entry: Path) -> list[str]:
    """Remove a file, or a folder with all in it that can be removed, and return what could not be."""
    problems = list[str]()

    def note(_: object, path: str, raised: tuple[object, BaseException, object]) -> None:
        error = raised[1]
        # a folder that is not empty is one whose file was noted before
        if isinstance(error, OSError) and error.errno not in (errno.ENOENT, errno.ENOTEMPTY):
            problems.append(f"{path}: {error.strerror}")

    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, onerror=note)
    else:
        try:
            entry.unlink(missing_ok=True)
        except OSError as error:
            problems.append(reason_of(error, entry))
    return problems


def _entries(root: Path, kind: Kind) -> list[Path]:
    """Return the entries of a kind, in order; none where a link stands in the place of their folder."""
    folder = root / kind.folder
    if not folder.is_dir() or folder.is_symlink():
        return []
    return [path for path in sorted(folder.iterdir()) if re.fullmatch(kind.entry, path.name)]


def _files(path: Path) -> list[Path]:
    """Return all files at or below a place, links and folders that cannot be read as themselves, in order."""
    if path.is_dir() and not path.is_symlink():
        try:
            return [file for inner in sorted(path.iterdir()) for file in _files(inner)]
        except PermissionError:
            return [path]
    return [path] if os.path.lexists(path) else []


def _others(root: Path) -> list[Path]:
    """Return the files below the cache's folder that are no part of an entry."""
    ours = {file for kind in KINDS for entry in _entries(root, kind) for file in _files(entry)}
    return [file for file in _files(root) if file not in ours]


def _tell_others(root: Path, done: str) -> None:
    if others := _others(root):
        _say(f"{len(others):,} files are not of this cache{done}, as {others[0]}")


def _unsafe_folders(root: Path) -> Iterator[str]:
    """Yield a line for each folder that another user could have filled."""
    for folder in (root, *(root / kind.folder for kind in KINDS), key_path().parent):
        try:
            check_folder(folder)
        except FileNotFoundError:
            continue
        except (CacheError, OSError) as error:
            yield advice(error, folder)


def _key_problem() -> Iterator[str]:
    """Yield a line if a key is there that cannot be used."""
    try:
        stored_key(key_path())
    except FileNotFoundError:
        pass
    except (CacheError, OSError) as error:
        yield advice(error, key_path())


def _size(files: Sequence[Path]) -> str:
    return f"{sum(file.lstat().st_size for file in files) / 1e6:,.1f} MB"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("cache")

"""``throughgate cache``: what is kept between runs, whether it is whole, and how to be rid of it.

Compiled code, fitted models, simulated histories and compositions of configs are kept in the
user's cache folder (`sim.caching.cache_files`). All of it can be made again; nothing else is touched.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.caching.cache_files import CHECKSUMS, Cache, cache_root, is_unfinished, key_path, verified, verified_folder
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


KINDS: Final = (
    Kind("compiled code", "compiled", r"[0-9a-f]{16}"),
    Kind("fitted models", "models", r"[0-9a-f]{20}|\.[0-9a-f]{20}\..*\.(tmp|old)"),
    Kind("simulated histories", "history", r"[0-9a-f]{20}\.parquet|\..*\.tmp"),
    Kind("compositions", "composed", r"[0-9a-f]{32}\.json|\..*\.tmp"),
)


def main(overrides: Sequence[str]) -> int:
    """Show, check or clear the cache, and return the exit status; ConfigError unless one of `ACTIONS` or none."""
    if len(overrides) > 1 or (overrides and overrides[0] not in ACTIONS):
        raise ConfigError("cache", f"expected nothing or one of {list(ACTIONS)}, got {list(overrides)}")
    root = cache_root()
    if not overrides:
        return _show(root)
    return _check(root) if overrides[0] == "check" else _clear(root)


USAGE: Final = """\
throughgate cache [check | clear]

Shows where compiled code, fitted models, simulated histories and compositions of
configs are kept between runs, how many files there are and how large they are.

  check  verifies each file and lists those that are damaged, of an older version or
         not this user's; exit status 0 if there are none, 1 if there are
  clear  removes all of it; the next run makes again what it needs

THROUGHGATE_CACHE names another cache folder, THROUGHGATE_CONFIG another folder of
the secret key."""


def usage() -> str:
    """Return how the verb is called."""
    return USAGE


def _show(root: Path) -> int:
    _say(f"cache folder  {root}")
    rows = {kind.title: _files(root / kind.folder) for kind in KINDS}
    known = {path for files in rows.values() for path in files}
    if others := [path for path in _files(root) if path not in known]:
        rows[OTHER] = others
    for title, files in rows.items():
        _say(f"  {title:<20} {len(files):>6,} files {_size(files):>12}")
    _say(f"secret key    {key_path()}{'' if key_path().is_file() else ' (not made yet)'}")
    for line in _unsafe_folders(root):
        _say(line)
    return 0


def _check(root: Path) -> int:
    """List what is not as it was written; 1 if there is anything."""
    problems = list(_unsafe_folders(root))
    files = [] if problems else _files(root)
    if files:
        try:
            using = Cache(root, stored_key(key_path()))
        except (CacheError, OSError) as error:
            problems.append(f"{key_path()}: no key to check with ({error})")
        else:
            problems += [problem for path in files if (problem := problem_of(path, using))]
    for line in problems:
        _say(line)
    _say(f"{len(files):,} files checked, {len(problems):,} problems")
    return int(bool(problems))


def problem_of(path: Path, using: Cache) -> str:
    """Return what is wrong with a file of the cache; empty: nothing is."""
    if is_unfinished(path.relative_to(using.root)):
        return ""
    try:
        if path.name == CHECKSUMS:
            names = json.loads(verified(path, using))
            missing = [name for name in names if not (path.parent / name).exists()]
            return f"{path.parent}: missing {missing}" if missing else ""
        if path.relative_to(using.root).parts[0] == "models":
            verified_folder(path.parent, (path.name,), using)
        else:
            verified(path, using)
    except (CacheError, OSError) as error:
        return str(error)
    return ""


def _clear(root: Path) -> int:
    """Remove every entry of ours; what bears another name, or lies behind a link, stays."""
    if not root.exists() and not root.is_symlink():
        _say(f"{root}: nothing to remove")
        return 0
    try:
        check_folder(root)
    except CacheError as error:
        raise ConfigError("cache", f"nothing removed: {error}") from None
    count, size = 0, 0
    for path in list(_entries(root)):
        files = _files(path)
        size += sum(file.lstat().st_size for file in files)
        count += len(files)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    _say(f"{root}: {count:,} files removed, {size / 1e6:,.1f} MB freed")
    if left := _files(root):
        _say(f"{len(left):,} files are not of this cache and were left, as {left[0]}")
    return 0


def _entries(root: Path) -> Iterator[Path]:
    for kind in KINDS:
        folder = root / kind.folder
        if folder.is_dir() and not folder.is_symlink():
            for path in sorted(folder.iterdir()):
                if re.fullmatch(kind.entry, path.name):
                    yield path


def _files(path: Path) -> list[Path]:
    """Return all files at or below a place, links as themselves, in order."""
    if path.is_dir() and not path.is_symlink():
        return [file for inner in sorted(path.iterdir()) for file in _files(inner)]
    return [path] if path.exists() or path.is_symlink() else []


def _unsafe_folders(root: Path) -> Iterator[str]:
    """Yield a line for each folder that another user could have filled."""
    for folder in (root, *(root / kind.folder for kind in KINDS), key_path().parent):
        try:
            check_folder(folder)
        except FileNotFoundError:
            continue
        except (CacheError, OSError) as error:
            yield str(error)


def _size(files: Sequence[Path]) -> str:
    return f"{sum(file.lstat().st_size for file in files) / 1e6:,.1f} MB"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("cache")

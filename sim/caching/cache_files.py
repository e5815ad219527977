"""Files that are kept between processes: nobody else's, never damaged unseen, never in the way.

Compiled code, fitted models, simulated histories and compositions of configs are kept in the user's
cache folder. Some of them are pickles, which run code when they are read, so that a file is read
only if it is what this user's program wrote:

* the cache folder and every folder below it belong to the user, are no symbolic links, and nobody
  else may write to them;
* each file bears a checksum over its place and its content, made with a secret key in the user's
  config folder. It is checked over the very bytes that are then used.

What is damaged, foreign or of an older version is thrown away with one line on stderr and made
again. Where the cache or the key cannot be used, a temporary folder takes their place until the
process ends. ``THROUGHGATE_CACHE`` and ``THROUGHGATE_CONFIG`` name other folders than the user's.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import platformdirs

from sim.caching.private_files import (
    FILE_MODE,
    KEY_BYTES,
    CacheError,
    chain,
    check_folder,
    content_of,
    make_folder,
    make_key,
    remove_key,
    stored_key,
)

MARK: Final = b"throughgate-cache-1 "
"""A file begins with it, then comes the checksum in hexadecimal digits and the end of the line."""
CHECKSUMS: Final = "checksums.json"
"""Beside files that are read by others too, which stay as they are: the hash of each."""
KEY_NAME: Final = "cache-key"
STAND_IN: Final = "THROUGHGATE_TEMPORARY_CACHE"
"""Names the temporary cache to the worker processes, so that they share it."""
_HEAD_BYTES: Final = len(MARK) + 2 * KEY_BYTES + 1


@dataclass(frozen=True, slots=True)
class Cache:
    """A cache folder that has been checked, and the key to its checksums."""

    root: Path
    key: bytes = field(repr=False)


def cache_root() -> Path:
    """Return the user's cache folder of Throughgate, whether it can be used or not."""
    named = os.environ.get("THROUGHGATE_CACHE")
    return Path(named or platformdirs.user_cache_dir("throughgate")).absolute()


def key_path() -> Path:
    """Return the file of the secret key."""
    named = os.environ.get("THROUGHGATE_CONFIG")
    return Path(named or platformdirs.user_config_dir("throughgate")).absolute() / KEY_NAME


def tell(line: str) -> None:
    """Say one line on stderr, once a process."""
    if line not in _TOLD:
        _TOLD.add(line)
        sys.stderr.write(" ".join(line.split()) + "\n")


def cache() -> Cache:
    """Return the cache that this process uses: the user's own, or a temporary one.

    Raises
    ------
    OSError
        Not even a temporary folder can be made.
    """
    place = (cache_root(), key_path())
    if place not in _CACHES:
        try:
            make_folder(place[0], place[0])
            _CACHES[place] = Cache(place[0], read_key(place[1]))
        except (CacheError, OSError) as error:
            _CACHES[place] = _stand_in(place[0], error)
    return _CACHES[place]


_CACHES: Final[dict[tuple[Path, Path], Cache]] = {}
_TOLD: Final[set[str]] = set()


def _stand_in(root: Path, error: Exception) -> Cache:
    """Return a temporary cache: a parent process's, or one of our own, removed at exit."""
    if named := os.environ.get(STAND_IN):
        try:
            return Cache(Path(named), stored_key(Path(named) / KEY_NAME))
        except (CacheError, OSError) as unusable:
            tell(f"cache: {advice(unusable, Path(named))}")
    folder = Path(tempfile.mkdtemp(prefix="throughgate-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ[STAND_IN] = str(folder)
    tell(f"cache: {advice(error, root)}; what is compiled or trained is kept for this run alone")
    return Cache(folder, read_key(folder / KEY_NAME))


def read_key(path: Path) -> bytes:
    """Return the secret key, made if there is none that can be used.

    Raises
    ------
    CacheError, OSError
        The key's folder is not the user's alone, or the key cannot be written, or not be replaced.
    """
    try:
        return stored_key(path)
    except FileNotFoundError:
        pass
    except (CacheError, PermissionError) as error:
        check_folder(path.parent)
        remove_key(path)
        tell(f"cache: {reason_of(error, path)}; a new key is made, and what was kept is made again")
    make_key(path)
    return stored_key(path)


def reason_of(error: Exception, path: Path) -> str:
    """Return what went wrong and where."""
    if isinstance(error, OSError):
        return f"{error.filename2 or error.filename or path}: {error.strerror or type(error).__name__}"
    return str(error) or type(error).__name__


def advice(error: Exception, path: Path) -> str:
    """Return what went wrong and what the user can do about it, for what stays as it is."""
    remedy = getattr(error, "remedy", "")
    return f"{reason_of(error, path)}; {remedy}" if remedy else reason_of(error, path)


def checksum(place: str, content: bytes, key: bytes) -> bytes:
    """Return the keyed checksum of a file: of its place below the cache folder and its content."""
    digest = hashlib.blake2b(key=key, digest_size=KEY_BYTES, person=b"throughgate")
    digest.update(place.encode() + b"\0" + content)
    return digest.hexdigest().encode()


def verified(path: Path, within: Cache | None = None) -> bytes:
    """Return what `write` wrote, unchanged.

    Parameters
    ----------
    path : Path
        Below the cache's folder.
    within : Cache, optional
        The cache of this process if left out.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    CacheError, OSError
        Damaged, foreign, written with another key, or in a folder that others may write to.
    """
    using = within or cache()
    for folder in chain(path.parent, using.root):
        check_folder(folder)
    content, _ = content_of(path)
    head, body = content[:_HEAD_BYTES], content[_HEAD_BYTES:]
    place = path.relative_to(using.root).as_posix()
    expected = MARK + checksum(place, body, using.key) + b"\n"
    if not hmac.compare_digest(head, expected):
        raise CacheError(f"{path}: damaged, of an older version, or not written by this user")
    return body


def read(path: Path) -> bytes | None:
    """Return what `write` wrote; None where there is nothing, or where it is thrown away."""
    try:
        return verified(path)
    except FileNotFoundError:
        return None
    except (CacheError, OSError) as error:
        throw_away(path, reason_of(error, path))
        return None


def throw_away(path: Path, reason: str) -> None:
    """Remove a file or folder below the cache's folder, and say why in one line.

    In a folder that others may write to, nothing is read and nothing removed.
    """
    try:
        for folder in chain(path.parent, cache().root):
            check_folder(folder)
    except (CacheError, OSError) as error:
        tell(f"cache: {advice(error, path)}; done without")
        return
    tell(f"cache: {reason}; thrown away, to be made again")
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        tell(f"cache: cannot remove {reason_of(error, path)}")


def write(path: Path, content: bytes, within: Cache | None = None) -> bool:
    """Keep a file for later processes, whole or not at all; return whether it is kept.

    Where it cannot be written, that is said in one line, and the program does without. ``within``
    is the cache of this process if left out.
    """
    using = within or cache()
    try:
        make_folder(path.parent, using.root)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(sealed(path, content, using))
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)  # noqa: PTH105
        except BaseException:
            os.unlink(name)  # noqa: PTH108
            raise
    except (CacheError, OSError) as error:
        tell(f"cache: not kept: {advice(error, path)}")
        return False
    return True


def sealed(path: Path, content: bytes, using: Cache) -> bytes:
    """Return the bytes of a file with its checksum before its content."""
    place = path.relative_to(using.root).as_posix()
    return MARK + checksum(place, content, using.key) + b"\n" + content


def seal_folder(hidden: Path, final: Path) -> None:
    """Write `CHECKSUMS` into a folder that is about to be renamed to ``final``."""
    hashes = {path.name: _hash(path.read_bytes()) for path in sorted(hidden.iterdir())}
    text = json.dumps(hashes, indent=2) + "\n"
    (hidden / CHECKSUMS).write_bytes(sealed(final / CHECKSUMS, text.encode(), cache()))
    for path in hidden.iterdir():
        path.chmod(FILE_MODE)
        with path.open("rb") as file:
            os.fsync(file.fileno())


def verified_folder(folder: Path, names: Iterable[str] | None = None, within: Cache | None = None) -> dict[str, bytes]:
    """Return what files of a sealed folder hold, unchanged, by name; all files by default.

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    CacheError, OSError
        See `verified`; or a file is missing, or was changed after the folder was sealed.
    """
    folder.lstat()
    try:
        hashes = json.loads(verified(folder / CHECKSUMS, within))
    except FileNotFoundError:
        raise CacheError(f"{folder}: no checksums: an older version's, or damaged") from None
    contents = {}
    for name in hashes if names is None else names:
        try:
            contents[name] = content_of(folder / name)[0]
        except FileNotFoundError:
            raise CacheError(f"{folder / name}: missing") from None
        if hashes.get(name) != _hash(contents[name]):
            raise CacheError(f"{folder / name}: damaged, or changed since it was written")
    return contents


def is_unfinished(path: Path) -> bool:
    """Return whether a file is, or lies in a folder that is, still being written or replaced."""
    return any(part.startswith(".") and part.endswith((".tmp", ".old")) for part in path.parts)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

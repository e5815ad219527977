"""Files and folders that are the user's alone, and the secret key that is kept in one.

A file is opened only if it is a plain file of the user's own that nobody else may write to; so must
be the folders above it, or another user could put a file of his own in its place.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32
FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class CacheError(Exception):
    """A file or folder of the cache that must not be used: what is wrong with it."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.remedy = remedy
        """What the user can do where the program leaves the thing as it is."""


def check_folder(folder: Path) -> None:
    """Refuse a folder that another user could have filled.

    Raises
    ------
    CacheError
        It is a symbolic link or no folder, lies below a file, belongs to somebody else, or others may write to it.
    OSError
        It does not exist, or cannot be looked at.
    """
    try:
        status = folder.lstat()
    except NotADirectoryError:
        above = next(parent for parent in folder.parents if parent.exists())
        raise CacheError(f"{above}: expected a folder, found {_kind(above.stat())}") from None
    if not stat.S_ISDIR(status.st_mode):
        raise CacheError(f"{folder}: expected a folder, found {_kind(status)}")
    _check_owner(folder, status)


def _check_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.getuid():
        problem = f"belongs to user {status.st_uid}, expected {os.getuid()}"
        raise CacheError(f"{path}: {problem}")
    if status.st_mode & OTHERS_WRITE:
        mode = stat.S_IMODE(status.st_mode)
        raise CacheError(f"{path}: others may write to it (mode {mode:04o})", "chmod go-w mends it")


def _kind(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "a symbolic link"
    if stat.S_ISDIR(status.st_mode):
        return "a folder"
    return "a file" if stat.S_ISREG(status.st_mode) else "something else"


def make_folder(folder: Path, root: Path) -> None:
    """Make a folder at or below ``root`` for the user alone, and check all that lead to it.

    Raises
    ------
    CacheError, OSError
        See `check_folder`; the folder cannot be made.
    """
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        check_folder(root)
        raise
    for each in chain(folder, root):
        try:
            each.mkdir(mode=FOLDER_MODE)
        except FileExistsError:
            check_folder(each)


def chain(folder: Path, root: Path) -> list[Path]:
    """Return the folders from ``root`` down to ``folder``, both included."""
    parts = folder.relative_to(root).parts
    return [root.joinpath(*parts[:n]) for n in range(len(parts) + 1)]


def make_key(path: Path) -> None:
    """Store a new secret key (mode 0600), unless another process has stored one meanwhile.

    Raises
    ------
    CacheError, OSError
        The key's folder is not the user's alone, or the key cannot be written.
    """
    make_folder(path.parent, path.parent)
    # mkstemp makes a file that was not there before (O_EXCL), for the user alone
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # whole or not at all, and never over a key that is there
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        os.unlink(name)  # noqa: PTH108


def remove_key(path: Path) -> None:
    """Remove what stands in the place of the key: a file, a link or an empty folder.

    Raises
    ------
    CacheError, OSError
        A folder stands there that is not empty; it cannot be removed.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink()
    elif any(path.iterdir()):
        raise CacheError(f"{path}: expected a file, found a folder that is not empty", "move it away")
    else:
        path.rmdir()


def stored_key(path: Path) -> bytes:
    """Return the secret key that is stored.

    Raises
    ------
    CacheError, OSError
        It is not there, of the wrong length, somebody else's, or others may read it.
    """
    check_folder(path.parent)
    content, status = content_of(path)
    if stat.S_IMODE(status.st_mode) & OTHERS:
        raise CacheError(f"{path}: others may read the key (mode {status.st_mode & 0o777:04o})")
    if len(content) != KEY_BYTES:
        raise CacheError(f"{path}: expected a key of {KEY_BYTES} bytes, got {len(content)}")
    return content


def content_of(path: Path) -> tuple[bytes, os.stat_result]:
    """Return what a plain file of the user's own holds, and its status."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    if path.is_symlink():
        raise CacheError(f"{path}: expected a file, found a symbolic link")
    handle = os.open(path, flags)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise CacheError(f"{path}: expected a file, found {_kind(status)}")
        _check_owner(path, status)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(), status
    finally:
        os.close(handle)

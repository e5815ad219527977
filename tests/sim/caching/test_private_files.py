"""`sim.caching.private_files`: what another user could have written is not opened."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sim.caching import private_files
from sim.caching.private_files import KEY_BYTES, CacheError, check_folder, content_of, make_folder, make_key, stored_key


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def next_handle() -> int:
    """Return the lowest number that no open file has."""
    handle = os.open(os.devnull, os.O_RDONLY)
    os.close(handle)
    return handle


def test_folders_are_made_for_the_user_alone(tmp_path: Path) -> None:
    root = tmp_path / "above" / "cache"
    make_folder(root / "models" / "deep", root)
    assert [mode(path) for path in (root, root / "models", root / "models" / "deep")] == [0o700] * 3
    make_folder(root / "models" / "deep", root)


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path, bits: int) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(bits)
    with pytest.raises(CacheError, match="others may write"):
        check_folder(folder)
    with pytest.raises(CacheError, match="others may write"):
        make_folder(folder / "models", folder)
    assert not (folder / "models").exists()


def test_a_link_or_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("")
    for name, problem in (("link", "symbolic link"), ("file", "found a file")):
        with pytest.raises(CacheError, match=problem):
            make_folder(tmp_path / name, tmp_path)


def test_what_lies_below_a_file_can_be_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for use in (check_folder, lambda folder: make_folder(folder, folder)):
        for folder in (tmp_path / "file" / "x", tmp_path / "file" / "x" / "y"):
            with pytest.raises(CacheError, match=r"/file: expected a folder, found a file"):
                use(folder)


def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"planted")
    monkeypatch.setattr(private_files.os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(CacheError, match="belongs to user"):
        check_folder(tmp_path)
    with pytest.raises(CacheError, match="belongs to user"):
        content_of(tmp_path / "file")


def test_only_a_plain_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    assert content_of(tmp_path / "file")[0] == b"mine"
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    before = next_handle()
    for name, kind in (("link", "a symbolic link"), ("pipe", "something else"), ("folder", "a folder")):
        with pytest.raises(CacheError, match=f"{name}: expected a file, found {kind}"):
            content_of(tmp_path / name)
    assert next_handle() == before
    (tmp_path / "file").chmod(0o666)
    with pytest.raises(CacheError, match="others may write"):
        content_of(tmp_path / "file")


def test_a_key_is_secret_made_once_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "config" / "key"
    make_key(path)
    key = stored_key(path)
    assert (len(key), mode(path), mode(path.parent)) == (KEY_BYTES, 0o600, 0o700)
    make_key(path)
    assert stored_key(path) == key
    assert [one.name for one in path.parent.iterdir()] == ["key"]
    path.chmod(0o644)
    with pytest.raises(CacheError, match="others may read"):
        stored_key(path)
    path.chmod(0o600)
    path.write_bytes(key[:-1])
    with pytest.raises(CacheError, match="expected a key of 32 bytes"):
        stored_key(path)

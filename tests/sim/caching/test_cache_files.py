"""`sim.caching.cache_files`: what is written comes back unchanged or not at all, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.caching import cache_files
from sim.caching.cache_files import cache, read, seal_folder, verified, verified_folder, write
from sim.caching.private_files import CacheError

CONTENT = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache of this test's own, with its own key."""
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("THROUGHGATE_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv(cache_files.STAND_IN, "")
    monkeypatch.setattr(cache_files, "_TOLD", set())
    return tmp_path / "cache"


def lines(capfd: pytest.CaptureFixture[str]) -> list[str]:
    return capfd.readouterr().err.splitlines()


def test_what_is_written_comes_back(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = root / "kind" / "file"
    assert read(path) is None
    assert write(path, CONTENT)
    assert read(path) == CONTENT
    assert write(path, b"")
    assert read(path) == b""
    assert [one.name for one in path.parent.iterdir()] == ["file"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert lines(capfd) == []


def test_any_flipped_bit_is_noticed(root: Path) -> None:
    path = root / "kind" / "file"
    write(path, b"mean_min: 2.0")
    whole = path.read_bytes()
    for place in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        path.write_bytes(damaged)
        with pytest.raises(CacheError, match="damaged"):
            verified(path)


@pytest.mark.parametrize("content", [b"", b"garbage", CONTENT, cache_files.MARK])
def test_what_is_damaged_is_thrown_away_with_one_line(
    content: bytes, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = root / "kind" / "file"
    write(path, CONTENT)
    path.write_bytes(content)
    assert read(path) is None
    assert not path.exists()
    (line,) = lines(capfd)
    assert str(path) in line
    assert "thrown away" in line
    assert read(path) is None
    assert lines(capfd) == []


def test_a_file_in_anothers_place_is_foreign(root: Path) -> None:
    write(root / "kind" / "one", CONTENT)
    (root / "kind" / "one").rename(root / "kind" / "two")
    assert read(root / "kind" / "two") is None


def test_what_another_key_signed_is_foreign(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root / "kind" / "file", CONTENT)
    monkeypatch.setenv("THROUGHGATE_CONFIG", str(tmp_path / "other"))
    assert read(root / "kind" / "file") is None


def test_links_and_files_that_others_may_write_are_not_read(root: Path) -> None:
    path = root / "kind" / "file"
    write(path, CONTENT)
    path.rename(root / "kind" / "real")
    path.symlink_to(root / "kind" / "real")
    assert read(path) is None
    assert (root / "kind" / "real").exists()
    write(path, CONTENT)
    path.chmod(0o666)
    assert read(path) is None


def test_a_file_that_is_thrown_away_needs_no_mending(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = root / "kind" / "file"
    write(path, CONTENT)
    path.chmod(0o666)
    assert read(path) is None
    (line,) = lines(capfd)
    assert line == f"cache: {path}: others may write to it (mode 0666); thrown away, to be made again"
    write(path, CONTENT)
    path.parent.chmod(0o777)
    assert read(path) is None
    (line,) = lines(capfd)
    assert line.endswith("others may write to it (mode 0777); chmod go-w mends it; done without")


def test_a_folder_in_the_place_of_a_file_is_thrown_away(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = root / "kind" / "file"
    write(path, CONTENT)
    path.unlink()
    path.mkdir()
    assert not write(path, CONTENT)
    assert read(path) is None
    assert write(path, CONTENT)
    unkept, line = lines(capfd)
    assert unkept == f"cache: not kept: {path}: Is a directory"
    assert line == f"cache: {path}: expected a file, found a folder; thrown away, to be made again"


def test_nothing_is_read_from_a_folder_that_others_may_write_to(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = root / "kind" / "file"
    write(path, CONTENT)
    path.parent.chmod(0o777)
    assert read(path) is None
    assert path.exists()
    assert not write(path, b"new")
    said = lines(capfd)
    assert len(said) == 2
    assert all("others may write" in line for line in said)


def test_what_cannot_be_written_is_done_without(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cache()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_files.os, "fsync", full)
    assert not write(root / "kind" / "file", CONTENT)
    assert list((root / "kind").iterdir()) == []
    (line,) = lines(capfd)
    assert "not kept" in line
    assert "No space left" in line


@pytest.mark.parametrize("kind", ["file", "link", "open", "key"])
def test_a_temporary_cache_takes_the_place_of_one_that_cannot_be_used(
    kind: str, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "real").mkdir()
    if kind == "file":
        root.write_text("")
    elif kind == "link":
        root.symlink_to(tmp_path / "real")
    elif kind == "open":
        root.mkdir()
        root.chmod(0o777)
    else:
        (tmp_path / "config").write_text("")
    using = cache()
    assert using.root != root
    assert using.root.stat().st_mode & 0o777 == 0o700
    assert write(using.root / "kind" / "file", CONTENT)
    assert read(using.root / "kind" / "file") == CONTENT
    assert list((tmp_path / "real").iterdir()) == []
    (line,) = lines(capfd)
    assert "for this run alone" in line


def test_worker_processes_share_the_temporary_cache_and_its_maker_removes_it(root: Path, tmp_path: Path) -> None:
    root.write_text("")
    inner = "from sim.caching.cache_files import cache, read; print(read(cache().root / 'k' / 'f'))"
    outer = (
        "import subprocess, sys; from sim.caching.cache_files import cache, write;"
        "write(cache().root / 'k' / 'f', b'shared'); print(cache().root, flush=True);"
        f"subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", outer],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(cache_files.__file__).parents[1])},
    )
    folder, found = done.stdout.splitlines()
    assert found == "b'shared'"
    assert done.stderr.count("\n") == 1
    assert not Path(folder).exists()


@pytest.mark.parametrize("damage", ["short", "readable", "link", "folder"])
def test_a_key_that_cannot_be_trusted_is_made_anew(
    damage: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cache_files, "_CACHES", {})
    path = root / "kind" / "file"
    write(path, CONTENT)
    key = cache_files.key_path()
    old = key.read_bytes()
    if damage == "short":
        key.write_bytes(b"")
    elif damage == "readable":
        key.chmod(0o644)
    elif damage == "folder":
        key.unlink()
        key.mkdir()
    else:
        key.rename(tmp_path / "elsewhere")
        key.symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr(cache_files, "_CACHES", {})
    assert read(path) is None
    assert key.is_file()
    assert key.read_bytes() != old
    assert not key.is_symlink()
    said = lines(capfd)
    assert ["new key" in said[0], "thrown away" in said[1]] == [True, True]


def test_a_folder_with_files_is_never_removed_for_a_key(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cache_files, "_CACHES", {})
    key = cache_files.key_path()
    key.mkdir(parents=True)
    (key / "mine").write_text("mine")
    for _ in range(2):
        assert cache().root != root
    (line,) = lines(capfd)
    assert f"{key}: expected a file, found a folder that is not empty; move it away" in line
    assert (key / "mine").exists()


@pytest.fixture
def folder(root: Path) -> Path:
    final, hidden = root / "models" / "one", root / "models" / ".one.tmp"
    cache()
    hidden.mkdir(parents=True, mode=0o700)
    root.joinpath("models").chmod(0o700)
    (hidden / "a.json").write_bytes(b"{}")
    (hidden / "b.npy").write_bytes(CONTENT)
    seal_folder(hidden, final)
    return hidden.rename(final)


def test_a_sealed_folder_comes_back(folder: Path) -> None:
    assert verified_folder(folder) == {"a.json": b"{}", "b.npy": CONTENT}
    assert verified_folder(folder, ("a.json",)) == {"a.json": b"{}"}
    with pytest.raises(FileNotFoundError):
        verified_folder(folder.parent / "none")


def test_a_sealed_folder_with_anything_else_in_it_is_refused(folder: Path) -> None:
    (folder / "c.json").write_bytes(b"{}")
    (folder / "c.json").chmod(0o600)
    with pytest.raises(CacheError, match=r"c\.json: damaged"):
        verified_folder(folder, ("c.json",))
    (folder / "b.npy").write_bytes(CONTENT[:-1])
    with pytest.raises(CacheError, match=r"b\.npy: damaged"):
        verified_folder(folder)
    (folder / "b.npy").unlink()
    with pytest.raises(CacheError, match=r"b\.npy: missing"):
        verified_folder(folder)
    assert verified_folder(folder, ("a.json",)) == {"a.json": b"{}"}
    (folder / cache_files.CHECKSUMS).unlink()
    with pytest.raises(CacheError, match="no checksums"):
        verified_folder(folder)

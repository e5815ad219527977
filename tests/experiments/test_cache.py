"""`throughgate cache`: shows, checks and clears what is kept, and touches nothing else."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from experiments import cache, cli
from sim.caching import cache_files

FILES = {
    "compiled code": "compiled/0123456789abcdef/loop.advance-1.py311.nbi",
    "models of redrawn sets": "retrained/0123456789abcdef0123.pickle",
    "simulated histories": "history/0123456789abcdef0123.parquet",
    "compositions": "composed/0123456789abcdef0123456789abcdef.json",
}
MODEL = "models/0123456789abcdef0123"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache with one entry of each kind."""
    root = tmp_path / "cache"
    monkeypatch.setenv("THROUGHGATE_CACHE", str(root))
    monkeypatch.setenv("THROUGHGATE_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr(cache_files, "_TOLD", set())
    for name in FILES.values():
        assert cache_files.write(root / name, b"content")
    folder = root / MODEL
    folder.mkdir(parents=True, mode=0o700)
    (root / "models").chmod(0o700)
    (folder / "model.skops").write_bytes(b"model")
    cache_files.seal_folder(folder, folder)
    return root


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str]:
        status = cli.main(["cache", *words])
        return status, capsys.readouterr().out

    return run


def test_it_shows_what_is_kept_where(root: Path, call: Any, tmp_path: Path) -> None:
    status, said = call()
    assert status == 0
    assert str(root) in said
    assert str(tmp_path / "config" / "cache-key") in said
    for kind in cache.KINDS:
        (row,) = (line for line in said.splitlines() if kind.title in line)
        assert ("2 files" if kind.folder == "models" else "1 files") in row
    assert cache.OTHER not in said
    (root / "notes.txt").write_text("mine")
    assert cache.OTHER in call()[1]


def test_a_whole_cache_is_well_and_an_empty_one_too(
    root: Path, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("check") == (0, "6 files checked, 0 problems\n")
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "none"))
    assert call("check") == (0, "0 files checked, 0 problems\n")
    assert call()[0] == 0
    assert call("clear")[0] == 0
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", [*FILES.values(), f"{MODEL}/model.skops", f"{MODEL}/checksums.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "replace", "open"])
def test_what_is_damaged_is_listed(name: str, damage: str, root: Path, call: Any) -> None:
    path = root / name
    content = path.read_bytes()
    if damage == "open":
        path.chmod(0o666)
    else:
        changed = {"flip": bytes([content[0] ^ 1]) + content[1:], "cut": b"", "replace": b"garbage"}
        path.write_bytes(changed[damage])
    status, said = call("check")
    assert status == 1
    assert str(path) in said
    assert path.exists()


def test_what_is_missing_foreign_or_unsafe_is_listed(root: Path, call: Any) -> None:
    (root / MODEL / "model.skops").unlink()
    (root / "history" / "planted.parquet").write_bytes(b"planted")
    (root / "composed" / ".x.json.tmp").write_bytes(b"being written")
    status, said = call("check")
    assert status == 1
    assert "model.skops: missing" in said
    assert "planted.parquet" in said
    assert ".tmp" not in said
    (root / "history").chmod(0o777)
    status, said = call("check")
    assert status == 1
    assert "others may write" in said
    assert "others may write" in call()[1]


@pytest.mark.parametrize("name", [*FILES.values(), MODEL, f"{MODEL}/model.skops", f"{MODEL}/checksums.json"])
def test_an_empty_folder_in_the_place_of_an_entry_or_a_file_is_listed(name: str, root: Path, call: Any) -> None:
    path = root / name
    for file in cache._files(path):
        file.unlink()
    path.mkdir(exist_ok=True)
    status, said = call("check")
    assert status == 1
    assert str(path) in said
    assert "1 problems" in said
    assert "Errno" not in said


def test_what_is_a_strangers_is_no_problem(root: Path, call: Any) -> None:
    (root / "mine.txt").write_text("mine")
    status, said = call("check")
    assert status == 0
    assert said == f"6 files checked, 0 problems\n1 files are not of this cache, as {root / 'mine.txt'}\n"
    assert f"1 files are not of this cache and were left, as {root / 'mine.txt'}" in call("clear")[1]


@pytest.mark.parametrize("words", [[], ["check"], ["clear"]])
@pytest.mark.parametrize("below", ["", "x", "x/y"])
def test_a_file_is_no_cache(
    words: list[str], below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    monkeypatch.setenv("THROUGHGATE_CACHE", str(file / below))
    assert cli.main(["cache", *words]) == cli.BAD_INPUT
    screen = capsys.readouterr()
    assert screen.out == ""
    assert screen.err.splitlines() == [
        f"cache: {file}: expected a folder, found a file; nothing can be kept in {file / below}"
    ]


@pytest.mark.parametrize("form", ["folder", "file above", "readable"])
def test_a_key_that_cannot_be_used_is_shown(
    form: str, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "config" / "cache-key"
    expected = f"{key}: others may read the key (mode 0644)"
    if form == "readable":
        key.chmod(0o644)
    elif form == "folder":
        key.unlink()
        key.mkdir()
        expected = f"{key}: expected a file, found a folder"
    else:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("THROUGHGATE_CONFIG", str(tmp_path / "file"))
        expected = f"{tmp_path / 'file'}: expected a folder, found a file"
    said = call()[1].splitlines()
    assert said.count(expected) == 1
    assert (form == "file above") == any("not made yet" in line for line in said)
    status, said = call("check")
    assert status == 1
    assert expected in said


@pytest.mark.parametrize("name", [FILES["compositions"], f"{MODEL}/model.skops"])
def test_clear_says_what_it_could_not_remove(name: str, root: Path, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink = os.unlink

    def refuse(path: Any, **words: Any) -> None:
        if Path(path).name == Path(name).name:
            raise PermissionError(errno.EPERM, "Operation not permitted", str(path))
        unlink(path, **words)

    monkeypatch.setattr(os, "unlink", refuse)
    status, said = call("clear")
    assert status == 1
    assert "5 files removed" in said
    assert [line for line in said.splitlines() if "not removed" in line] == [
        f"not removed: {root / name}: Operation not permitted"
    ]
    assert [file.relative_to(root).as_posix() for file in cache._files(root)] == [name]
    assert "not of this cache" not in said


def test_without_a_key_nothing_can_be_said_to_be_whole(call: Any, tmp_path: Path) -> None:
    (tmp_path / "config" / "cache-key").unlink()
    status, said = call("check")
    assert status == 1
    assert "no key" in said
    assert not (tmp_path / "config" / "cache-key").exists()


def test_clear_removes_what_is_kept_and_nothing_else(root: Path, call: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("mine")
    (root / "models" / "__init__.py").write_text("a source file")
    (root / "notes.txt").write_text("mine")
    (root / "compiled" / "fedcba9876543210").symlink_to(outside)
    (root / MODEL / "link").symlink_to(outside)
    status, said = call("clear")
    assert status == 0
    assert "8 files removed" in said
    assert "2 files are not of this cache" in said
    left = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert left == {"models/__init__.py", "notes.txt"}
    assert (outside / "precious").exists()
    assert (tmp_path / "config" / "cache-key").exists()


def test_clear_follows_no_link_in_the_place_of_a_folder(root: Path, call: Any, tmp_path: Path) -> None:
    (root / "composed").rename(tmp_path / "composed")
    (root / "composed").symlink_to(tmp_path / "composed")
    assert call("clear")[0] == 0
    assert list((tmp_path / "composed").iterdir()) != []


def test_clear_refuses_a_folder_that_is_not_the_users(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(root)
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "link"))
    assert cli.main(["cache", "clear"]) == cli.BAD_INPUT
    assert "nothing removed" in capsys.readouterr().err
    assert (root / MODEL).exists()


@pytest.mark.parametrize("words", [["verify"], ["check", "clear"], ["--force"], ["-m", "check"]])
def test_anything_else_is_refused_in_one_line(words: list[str], root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cache", *words]) == cli.BAD_INPUT
    screen = capsys.readouterr()
    assert screen.out == ""
    assert screen.err.count("\n") == 1
    assert (root / MODEL).exists()


def test_help_says_what_the_exit_status_means(call: Any) -> None:
    status, said = call("--help")
    assert status == 0
    assert "exit status 0" in said
    assert "THROUGHGATE_CACHE" in said

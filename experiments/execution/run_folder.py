"""The folder of a long run: its own, marked while it is unfinished, and gone on with where it stopped.

    OUT/UNFINISHED.txt    how to go on; gone when the run is whole
    OUT/.unfinished/      mode 0700: what the run was started with (run.json, with a keyed checksum), the
                          lock of the process that works on it, and finished pieces (`journal`)

A folder that no ``out=`` names is made by the run that writes to it, so that no two runs share it: the
second of the same second is called NAME-2. A folder that ``out=`` names may hold an earlier run, which
is written over, and what only that run wrote is removed; never a run that is going on or unfinished.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from experiments.execution import stopping
from experiments.execution.content import program_versions, sources_hash
from experiments.execution.journal import Journal
from experiments.execution.parallel import Backend
from experiments.files import OutputFolder, make_new_folder, missing_folders, settle_folder
from experiments.study.compose import FUND, ROOT, compose_config, out_override, parse_overrides
from experiments.study.study import Study, default_folder, overrides_with_experiment
from sim.caching import cache_files
from sim.caching.cache_files import Cache
from sim.caching.private_files import CacheError
from sim.errors import ConfigError, OutputError, ThroughgateError

Question = TypeVar("Question")
"""What a verb's builder gives: a Study, a funding case, ...; it has ``overrides``, and ``out`` or ``study``."""
State = Literal["done", "failed", "interrupted", "in flight"]
HIDDEN: Final = ".unfinished"
NOTE: Final = "UNFINISHED.txt"
RECORD: Final = "run.json"
LOCK: Final = "lock"
FAILED: Final = "failed.txt"
CONTENT: Final = "content"
"""Key of a configuration for a hash of the whole, which is named only where no other key differs."""
FREE: Final = ("out", "processes", "backend", "store", "dry_run")
"""Keys that decide no result: a run may be resumed under others."""


@dataclass(frozen=True, slots=True)
class Started:
    """What an unfinished run was started with."""

    verb: str
    overrides: tuple[str, ...]
    configuration: Mapping[str, Any]
    """Every key that decides results, with its plain value."""
    code: str
    versions: Mapping[str, str]
    models: dict[str, str]
    """Fingerprint of each fitted model, by what it was fitted for."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """How far the run of a folder has come."""

    folder: Path
    state: State
    verb: str
    problem: str = ""
    """What stopped it, where it failed."""


def folder_of(question: object, verb: str) -> tuple[Path, bool]:
    """Return the folder that a question is to be answered in, and whether the user named it."""
    words = parse_overrides(getattr(question, "overrides", ()))
    named = [str(o.value()) for o in words if o.key_or_group == "out" and o.value() is not None]
    study = getattr(question, "study", question)
    out = getattr(study, "out", None)
    if isinstance(out, Path):
        return out, bool(named) or not _is_default(out, verb)
    return Path(named[-1]).expanduser() if named else default_folder(verb, "portfolio"), bool(named)


def _is_default(out: Path, verb: str) -> bool:
    """Return whether a folder is one that `default_folder` names: an experiment may name another."""
    return out.parent == Path("results") and re.fullmatch(rf"{verb}-.+-\d{{8}}-\d{{6}}", out.name) is not None


def moved(question: Question, folder: Path) -> Question:
    """Return the question with its files in another folder."""
    fields = {field.name for field in dataclasses.fields(question)}  # type: ignore[arg-type]
    change: dict[str, Any]
    if "out" in fields:
        change = {"out": folder}
    elif "study" in fields:
        change = {"study": moved(question.study, folder)}  # type: ignore[attr-defined]
    else:
        change = {"overrides": (*question.overrides, out_override(str(folder)))}  # type: ignore[attr-defined]
    return dataclasses.replace(question, **change)  # type: ignore[type-var]


def configuration_of(question: object, verb: str) -> dict[str, Any]:
    """Return every key that decides a question's results, with its plain value.

    A question that has a method ``configuration`` says so itself.
    """
    if callable(say := getattr(question, "configuration", None)):
        return dict(say())
    overrides = overrides_with_experiment(getattr(question, "overrides", ()), verb)
    values = compose_config(overrides, FUND if verb == FUND else ROOT).mapping
    study = getattr(question, "study", question)
    if isinstance(study, Study):
        values["alternatives"] = {name: study.mapping(name) for name in study.alternatives}
        if study.manifest is not None:
            values["manifest"] = hashlib.sha256(study.manifest.read_bytes()).hexdigest()
    flat = dict(_flat({key: value for key, value in values.items() if key not in FREE}))
    return dict(json.loads(json.dumps(flat, default=str)))


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


class OpenRun:
    """A run that is going on, in a folder that is locked by this process."""

    def __init__(self, folder: Path, lock: int, started: Started, journal: Journal) -> None:
        self.folder, self.lock, self.started, self.journal = folder, lock, started, journal

    def check_models(self, fingerprints: Mapping[str, str]) -> None:
        """Note the fitted models, or raise ConfigError for one that moved since the start."""
        for key, found in fingerprints.items():
            then = self.started.models.setdefault(key, found)
            if then != found:
                problem = f"the fitted model of {key} moved since the run was started: {then} then, {found} now"
                raise ConfigError("resume", problem)
        _write_record(self.folder / HIDDEN, self.started)


_RUN: Final[list[OpenRun]] = []


def open_run() -> OpenRun | None:
    """Return the run that is going on in this process; None: nothing is kept."""
    return _RUN[-1] if _RUN else None


def resume_command(folder: Path, verb: str) -> str:
    """Return what a user types to go on with the run in ``folder``."""
    text = str(folder)
    plain = re.fullmatch(r"[\w./+-]+", text)
    quoted = "'" + text.replace("'", "\\'") + "'"
    return f"throughgate {verb} resume={text}" if plain else f"throughgate {verb} {shlex.quote(f'resume={quoted}')}"


@contextmanager
def running(question: Question, verb: str, backend: Backend | None = None) -> Iterator[Question]:
    """Open a new run and give the question with the folder that it has to itself.

    Raises
    ------
    OutputError
        ``out``: a folder that another run works on, or that holds an unfinished one.
    """
    wish, named = folder_of(question, verb)
    made = missing_folders(wish)
    folder = wish if named else make_new_folder(wish)
    overrides = tuple(getattr(question, "overrides", ()))
    started = Started(verb, overrides, configuration_of(question, verb), sources_hash(), program_versions(), {})
    lock = _claimed(folder, started)
    _write_note(folder, verb, "The run that writes to this folder is not finished.")
    with _carried_out(folder, lock, started, Journal(folder / HIDDEN, backend=backend)) as run:
        try:
            yield moved(question, folder)
        except ThroughgateError:
            # a question that is refused before any of its work was done leaves nothing behind
            if not run.journal.where and not run.journal.has_kept:
                _remove(folder, made)
            raise


@contextmanager
def resuming(
    question: Question, started: Started, folder: Path, backend: Backend | None = None, *, retry_failed: bool = False
) -> Iterator[Question]:
    """Go on with the run in ``folder``, whose lock is taken, and give the question with its folder."""
    lock = _locked(folder / HIDDEN, folder)
    (folder / HIDDEN / FAILED).unlink(missing_ok=True)
    journal = Journal(folder / HIDDEN, retry_failed=retry_failed, backend=backend)
    with _carried_out(folder, lock, started, journal):
        yield moved(question, folder)


@contextmanager
def _carried_out(folder: Path, lock: int, started: Started, journal: Journal) -> Iterator[OpenRun]:
    run = OpenRun(folder, lock, started, journal)
    stopping.resume_with.append(resume_command(folder, started.verb))
    stopping.at_end.append(journal.flush)
    try:
        with journal:
            _RUN.append(run)
            try:
                yield run
            finally:
                _RUN.remove(run)
        if journal.failures:
            note_failure(folder, started.verb, f"{len(journal.failures)} of its pieces failed", " retry=failed")
        else:
            _remove(folder, [])
            for line in settle_folder(folder):
                sys.stdout.write(line + "\n")
        stopping.resume_with.pop()
    except Exception as error:
        stopping.resume_with.pop()
        if (folder / HIDDEN).exists():
            note_failure(folder, started.verb, f"{type(error).__name__}: {' '.join(str(error).split())}")
        raise
    finally:
        stopping.at_end.remove(journal.flush)
        os.close(lock)


def note_failure(folder: Path, verb: str, problem: str, retry: str = "") -> None:
    """Write into a folder that its run has failed, and how to go on."""
    OutputFolder(folder).write_text(f"{HIDDEN}/{FAILED}", problem + "\n")
    _write_note(folder, verb, f"The run that wrote to this folder failed: {problem}.", retry)


def read_started(folder: Path, verb: str) -> Started:
    """Return what the unfinished run of a folder was started with.

    Raises
    ------
    ConfigError
        ``resume``: no unfinished run, one that another process works on, one of another verb, a record
        that is damaged or not this user's, or one of other sources or packages than today's.
    """
    hidden = folder / HIDDEN
    if not folder.is_dir():
        raise ConfigError("resume", f"no such folder: {str(folder)!r}")
    if not hidden.is_dir():
        done = any((folder / name).is_file() for name in (RECORD, "sweep.json"))
        rest = "its run is finished" if done else "nor a finished one; expected the folder of an interrupted run"
        raise ConfigError("resume", f"{str(folder)!r} holds no unfinished run; {rest}")
    if is_locked(folder):
        raise ConfigError("resume", f"{str(folder)!r}: process {_holder(folder)} is working on this run")
    try:
        text = cache_files.verified(hidden.absolute() / RECORD, _files(hidden))
    except (CacheError, OSError) as error:
        problem = f"cannot tell what {str(folder)!r} was started with ({' '.join(str(error).split())})"
        raise ConfigError("resume", f"{problem}; start a new run") from None
    values = json.loads(text)
    started = Started(**values | {"overrides": tuple(values["overrides"])})
    if started.verb != verb:
        hint = resume_command(folder, started.verb)
        raise ConfigError("resume", f"{str(folder)!r} was started by {started.verb}; {hint}")
    if started.code != sources_hash():
        problem = f"the program's sources changed since the run was started (sources: {started.code[:8]} then, "
        raise ConfigError("resume", f"{problem}{sources_hash()[:8]} now); start a new run")
    if moves := _differences(started.versions, program_versions()):
        raise ConfigError("resume", f"packages changed since the run was started: {'; '.join(moves)}; start a new run")
    return started


def check_unmoved(started: Started, question: object) -> None:
    """Refuse to go on with a run whose configuration has moved: a ConfigError of each key, with both values."""
    then, now = dict(started.configuration), configuration_of(question, started.verb)
    moves = _differences(*({k: v for k, v in side.items() if k != CONTENT} for side in (then, now)))
    moves = moves or _differences(then, now)
    if moves:
        raise ConfigError("resume", f"the configuration moved since the run was started: {'; '.join(moves)}")


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    missing = "nothing"
    return [
        f"{key}: {then.get(key, missing)} then, {now.get(key, missing)} now"
        for key in sorted({*then, *now})
        if then.get(key, missing) != now.get(key, missing)
    ]


def folder_states(above: Path) -> list[FolderState]:
    """Return how far each run below a folder has come, sorted by name; folders that hold none are left out."""
    states = []
    for record in sorted({*above.rglob(f"{HIDDEN}/{RECORD}"), *above.rglob(RECORD)}):
        folder = record.parent.parent if record.parent.name == HIDDEN else record.parent
        if record.parent.name != HIDDEN and (folder / HIDDEN).is_dir():
            continue
        states.append(folder_state(folder))
    return states


def folder_state(folder: Path) -> FolderState:
    """Return how far the run of one folder has come."""
    hidden = folder / HIDDEN
    if not hidden.is_dir():
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return FolderState(folder, "done", str(record.get("verb", "")))
    try:
        verb = str(json.loads(cache_files.verified(hidden.absolute() / RECORD, _files(hidden)))["verb"])
    except (CacheError, OSError):
        verb = ""
    if is_locked(folder):
        return FolderState(folder, "in flight", verb)
    if (hidden / FAILED).is_file():
        return FolderState(folder, "failed", verb, (hidden / FAILED).read_text(encoding="utf-8").strip())
    return FolderState(folder, "interrupted", verb)


def is_locked(folder: Path) -> bool:
    """Return whether a living process works on the run of a folder."""
    try:
        handle = os.open(folder / HIDDEN / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _holder(folder: Path) -> str:
    return (folder / HIDDEN / LOCK).read_text(encoding="utf-8").strip() or "?"


def _claimed(folder: Path, started: Started) -> int:
    """Return the lock of a folder that is now this process's: its marks come into being locked and whole."""
    folder.mkdir(parents=True, exist_ok=True)
    coming = Path(tempfile.mkdtemp(prefix=f"{HIDDEN}-", dir=folder))
    lock = _locked(coming, folder)
    _write_record(coming, started)
    try:
        coming.rename(folder / HIDDEN)
    except OSError:
        os.close(lock)
        shutil.rmtree(coming)
        raise OutputError(_taken(folder)) from None
    return lock


def _locked(hidden: Path, folder: Path) -> int:
    """Return an open file that is locked until it is closed, or this process ends in any way."""
    handle = os.open(hidden / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(_taken(folder)) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _taken(folder: Path) -> str:
    name = str(folder)
    if is_locked(folder):
        return f"out: process {_holder(folder)} is writing to {name!r}; name another folder"
    return f"out: {name!r} holds an unfinished run; go on with resume={name}, or remove the folder"


def _files(hidden: Path) -> Cache:
    return Cache(hidden.absolute(), cache_files.cache().key)


def _write_record(hidden: Path, started: Started) -> None:
    text = json.dumps(dataclasses.asdict(started), indent=1)
    cache_files.write(hidden.absolute() / RECORD, text.encode(), _files(hidden))


def _write_note(folder: Path, verb: str, first: str, retry: str = "") -> None:
    lines = [first, "What it has finished is kept in .unfinished. Go on with it:", ""]
    OutputFolder(folder).write_text(NOTE, "\n".join([*lines, f"    {resume_command(folder, verb)}{retry}", ""]))


def _remove(folder: Path, made: Sequence[Path]) -> None:
    """Remove the marks of an unfinished run, and folders that were made for it if they are empty."""
    (folder / NOTE).unlink(missing_ok=True)
    # renamed first: a folder is unfinished or it is not
    gone = folder / f"{HIDDEN}-done"
    (folder / HIDDEN).rename(gone)
    shutil.rmtree(gone)
    for empty in (folder, *reversed(made)):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()

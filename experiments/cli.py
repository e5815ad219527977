"""The command line: ``throughgate <verb> [overrides]``, or ``python -m experiments.<verb>``.

This module alone catches errors. What the user can mend costs a line on stderr and exit status
2, and nothing is written; a mistake of ours keeps its traceback.
"""

from __future__ import annotations

import errno
import importlib
import importlib.metadata
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

# Nothing heavy stands here: a signal is to be taken before it is imported.
from experiments.command_line.completion import candidates, completion_script
from experiments.command_line.usage import verb_overview, verb_usage
from experiments.command_line.verbosity import Level, spoken_at
from experiments.command_line.verbs import ANSWERING, SWEEP, SWEPT, VERBS, verb_module
from experiments.execution import stopping
from sim.errors import CombinedConfigError, ConfigError, ThroughgateError
from sim.suggestions import nearest_names, unknown_name

BAD_INPUT: Final = 2
SHELL: Final[dict[str, Callable[[Sequence[str]], list[str]]]] = {
    "completion": completion_script,
    "complete": candidates,
}
"""Words that a shell's tab completion uses."""
INTERRUPTED: Final = 130
LEVELS: Final[dict[str, Level]] = {"-q": "quiet", "--quiet": "quiet", "-v": "timed", "--verbose": "timed"}
"""Options that say how much is said."""
OPTIONS: Final = ("-m", "--multirun", "--config-dir", "-h", "--help", *LEVELS)
RUN_WORDS: Final = ("resume", "retry")
"""Keys that say how a run is carried out and are no part of its question."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line, taken apart."""

    verb: str
    overrides: tuple[str, ...]
    multirun: bool
    asks_help: bool
    level: Level = "brief"
    """How much is said."""


NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What happens to output that has nowhere to go; such errors name no file."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status.

    ``argv`` are the arguments after the program's name; those of this process if left out, which then takes signals.
    """
    if argv is None:
        _take_process()
    try:
        return _dispatch(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt as stop:
        stopping.say_stopped()
        return stop.status if isinstance(stop, stopping.Stopped) else INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left; what Python would flush at exit has nowhere to go.
        _print_no_more()
        return 1
    except OSError as error:
        if error.filename is None and error.errno not in NO_ROOM:
            raise
        _complain_of_system(error)
    except Exception as error:
        if not isinstance(error, ThroughgateError) and not isinstance(error, _library_errors()):
            raise
        _complain_of(error)
    return BAD_INPUT


def _complain_of(error: Exception) -> None:
    for one in error.errors if isinstance(error, CombinedConfigError) else (error,):
        _complain(" ".join(str(one).split()))


def _complain_of_system(error: OSError) -> None:
    if error.filename is None:
        _print_no_more()
    _complain(f"{error.filename or 'output'}: {error.strerror}")


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _take_process() -> None:
    """Take this process's signals, and print what its terminal has no letters for as question marks."""
    stopping.take_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _library_errors() -> tuple[type[Exception], ...]:
    """Return the errors of libraries that a user can mend; imported only where an error is none of our own family."""
    import yaml
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    return HydraException, OmegaConfBaseException, yaml.YAMLError


def run_verb(verb: str) -> NoReturn:
    """Run one verb with this process's arguments: the last line of each verb's module."""
    _take_process()
    sys.exit(main([verb, *sys.argv[1:]]))


def _dispatch(argv: list[str]) -> int:
    if argv[:1] == ["help"] and len(argv) > 1:
        argv = [*argv[1:], "--help"]
    if (lines := _answer_without_verb(argv)) is not None:
        _say("\n".join(lines))
        return 0
    if argv[0] not in VERBS:
        raise ConfigError(argv[0], unknown_name(argv[0], VERBS, "verb"))
    call = parse_command_line(argv)
    if call.asks_help:
        _say(verb_usage(call.verb))
        return 0
    with spoken_at(call.level):
        return _carry_out(call)


def _carry_out(call: CommandLine) -> int:
    builder = VERBS[call.verb].builder
    if call.verb == SWEEP or (call.multirun and call.verb in SWEPT):
        return _run_sweep(call)
    if builder is not None:
        return _run_jobs(call, builder)
    if call.multirun:
        raise ConfigError("-m", f"{call.verb} takes no sweep")
    module = verb_module(call.verb)
    stopping.begin_work()
    return int(module.main(list(call.overrides)))


def _answer_without_verb(argv: Sequence[str]) -> list[str] | None:
    """Return what is said where no verb is asked for: help, version, or words for a shell; None: a verb is."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        return [verb_overview()]
    if argv[0] in ("-V", "--version"):
        return [f"throughgate {importlib.metadata.version('throughgate')}"]
    return SHELL[argv[0]](argv[1:]) if argv[0] in SHELL else None


def parse_command_line(argv: Sequence[str]) -> CommandLine:
    """Take a command line apart; ConfigError for an unknown option or ``--config-dir`` without a folder.

    Examples
    --------
    >>> parse_command_line(["compare", "-m", "port=a,b"]).multirun
    True
    >>> parse_command_line(["compare", "-v"]).level
    'timed'
    """
    verb, *rest = argv
    level: Level = "brief"
    if verb in ANSWERING:
        level, rest = _level(rest)
    overrides: list[str] = []
    flags: set[str] = set()
    words = iter(rest)
    for word in words:
        if word in ("-m", "--multirun", "-h", "--help"):
            flags.add(word.lstrip("-")[0])
        elif word in ("-cd", "--config-dir"):
            overrides.append(_search_override(next(words, "")))
        elif word.startswith("--config-dir="):
            overrides.append(_search_override(word.partition("=")[2]))
        elif word.startswith("-") and VERBS[verb].builder is not None:
            raise ConfigError(word, f"unknown option; {nearest_names(word, OPTIONS)}")
        else:
            overrides.append(word)
    if VERBS[verb].builder is not None and "h" not in flags:
        overrides = [_path_override(word, lists="m" in flags or verb == SWEEP) for word in overrides]
    return CommandLine(verb, tuple(overrides), "m" in flags, "h" in flags, level)


def _level(words: Sequence[str]) -> tuple[Level, list[str]]:
    """Return how much is to be said, and the words that do not say so.

    Raises
    ------
    ConfigError
        ``details`` that is neither true nor false; ``-q`` beside what asks for more.
    """
    rest, asked = [], set()
    for word in words:
        key, equals, value = word.partition("=")
        if word in LEVELS:
            asked.add(LEVELS[word])
        elif key == "details" and equals:
            if value.lower() not in ("true", "false"):
                raise ConfigError("details", f"expected true or false, got {value!r}")
            asked |= {"details"} if value.lower() == "true" else set()
        else:
            rest.append(word)
    if "quiet" in asked and len(asked) > 1:
        raise ConfigError("-q", "says answer and path alone; leave out -v and details=true")
    order: tuple[Level, ...] = ("quiet", "timed", "details")
    return next((level for level in order if level in asked), "brief"), rest


def _search_override(folder: str) -> str:
    from experiments.study.compose import search_override

    return search_override(folder)


def _path_override(word: str, *, lists: bool) -> str:
    from experiments.study.compose import path_override

    return path_override(word, lists=lists)


def _run_sweep(call: CommandLine) -> int:
    """Run all points as one sweep, each held to what the verb needs."""
    words, overrides = _without_run_words(replace(call, verb=SWEEP, multirun=False))
    whole = replace(call, verb=SWEEP, overrides=overrides)
    build = _builder(str(VERBS[SWEEP].builder))
    if "resume" in words:
        return _resume(whole, Path(words["resume"]), build, retry="retry" in words)
    sweep = build(overrides, call.verb)
    if sweep.dry_run:
        stopping.begin_work()
        return int(verb_module(SWEEP).carry_out(sweep))
    return _answer(whole, sweep.overrides, [sweep])


def _builder(place: str) -> Any:  # noqa: ANN401
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _run_jobs(call: CommandLine, builder: str) -> int:
    """Build the question of every job before the first one runs, then answer them in order."""
    from experiments.files import make_new_folder
    from experiments.study.compose import sweep_jobs
    from experiments.study.study import default_folder

    build = _builder(builder)
    words, overrides = _without_run_words(call)
    if "resume" in words:
        return _resume(replace(call, overrides=overrides), Path(words["resume"]), build, retry="retry" in words)
    every = sweep_jobs(overrides, multirun=call.multirun)
    if not call.multirun:
        return _answer(call, overrides, [build(every[0], call.verb)])
    default = default_folder(call.verb, "sweep")
    jobs = _numbered(default, every)
    questions = [build(job, call.verb) for job in jobs]
    if jobs and not _named_folders(every[0]) and (folder := make_new_folder(default)) != default:
        jobs = _numbered(folder, every)
        questions = [build(job, call.verb) for job in jobs]
    said = [" ".join(text for text in job if not text.startswith("hydra.")) for job in jobs]
    return _answer(call, overrides, questions, said)


def _answer(call: CommandLine, overrides: Sequence[str], questions: Sequence[object], said: Sequence[str] = ()) -> int:
    """Answer questions in order, a long verb's each in a folder of its own; ``said`` names the jobs."""
    from experiments.execution.backends import connected
    from experiments.execution.run_folder import running

    status = 0
    verb_module(call.verb)
    stopping.begin_work()
    with connected(_carrying_out(call.verb, overrides) if VERBS[call.verb].long else ()) as backend:
        for number, question in enumerate(questions):
            if said:
                _say(f"job {number} of {len(said)}: {said[number]}")
            if VERBS[call.verb].long:
                with running(question, call.verb, backend) as placed:
                    status = max(status, verb_module(call.verb).carry_out(placed))
            else:
                status = max(status, verb_module(call.verb).carry_out(question))
    return status


def _carrying_out(verb: str, overrides: Sequence[str]) -> tuple[str, ...]:
    """Return the overrides that may say how a study is carried out: not the experiment of a verb that has its own."""
    own = VERBS[verb].own_experiments
    return tuple(text for text in overrides if not (own and text.partition("=")[0] == "experiment"))


def _without_run_words(call: CommandLine) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return how the run is to be carried out, and the overrides that make its question.

    Raises
    ------
    ConfigError
        ``resume`` of several jobs; ``retry`` of anything but what failed.
    """
    from experiments.study.compose import parse_overrides

    if not VERBS[call.verb].long:
        return {}, call.overrides
    said = [text for text in call.overrides if text.partition("=")[0] in RUN_WORDS]
    words = {o.key_or_group: str(o.value()) for o in parse_overrides(said)}
    rest = tuple(text for text in call.overrides if text not in said)
    if "resume" in words and call.multirun:
        raise ConfigError("resume", "every job of -m has a folder of its own; resume one of these, without -m")
    if words.get("retry", "failed") != "failed":
        raise ConfigError("retry", f"expected failed, got {words['retry']!r}")
    if "retry" in words and "resume" not in words:
        raise ConfigError("retry", "needs resume=FOLDER, the run whose failed pieces are to be done again")
    return words, rest


def _resume(call: CommandLine, folder: Path, build: Callable[[Sequence[str], str], object], *, retry: bool) -> int:
    """Go on with the unfinished run of a folder, under the overrides that it was started with."""
    from experiments.execution import run_folder
    from experiments.execution.backends import connected
    from experiments.study.compose import parse_overrides

    folder = folder.expanduser()
    started = run_folder.read_started(folder, call.verb)
    given = {o.key_or_group for o in parse_overrides(call.overrides)}
    if "out" in given:
        raise ConfigError("out", f"a run that is resumed stays in its folder, {str(folder)!r}")
    kept = [str(o.input_line) for o in parse_overrides(started.overrides) if o.key_or_group not in given]
    question = build((*kept, *call.overrides), str(started.configuration.get("verb", call.verb)))
    run_folder.check_unmoved(started, question)
    verb_module(call.verb)
    stopping.begin_work()
    with (
        connected(_carrying_out(call.verb, (*kept, *call.overrides))) as backend,
        run_folder.resuming(question, started, folder, backend, retry_failed=retry) as placed,
    ):
        return int(verb_module(call.verb).carry_out(placed))


def _named_folders(overrides: Sequence[str]) -> list[str]:
    """Return the folders that overrides name with ``out``, in order."""
    from experiments.study.compose import parse_overrides

    given = [o.value() for o in parse_overrides(overrides) if o.key_or_group == "out"]
    return [str(value) for value in given if value is not None]


def _numbered(default: Path, jobs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Append each job's number to its ``out``, so that no job writes over another's files."""
    from experiments.study.compose import out_override, parse_overrides

    numbered = []
    for number, overrides in enumerate(jobs):
        rest = [str(o.input_line) for o in parse_overrides(overrides) if o.key_or_group != "out"]
        folder = f"{[default.as_posix(), *_named_folders(overrides)][-1]}/{number}"
        numbered.append((*rest, out_override(folder)))
    return numbered


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())

"""The command line: ``throughgate <verb> [overrides]``, or ``python -m experiments.<verb>``.

This module alone catches errors. What the user can mend costs one line on stderr and exit status
2, and nothing is written; a mistake of ours keeps its traceback.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

# Nothing heavy stands here: a signal is to be taken before it is imported.
from experiments.execution import stopping
from sim.errors import ConfigError, ThroughgateError

BAD_INPUT: Final = 2
INTERRUPTED: Final = 130
RUN_WORDS: Final = ("resume", "retry")
"""Keys that say how a run is carried out and are no part of its question."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One question that can be asked: the module that answers it, and a line about it."""

    module: str
    """Its ``carry_out`` takes what the builder gives; without a builder its ``main`` takes the words."""
    line: str
    builder: str | None = "experiments.study.study:build_study"
    """What builds the question from Hydra overrides and the verb, and refuses a bad one before anything runs."""
    long: bool = False
    """Whether it keeps what it has finished, and can be resumed."""


VERBS: Final[dict[str, Verb]] = {
    "compare": Verb("experiments.compare", "compare alternatives with a baseline, on the same trucks", long=True),
    "run": Verb("experiments.run", "run one alternative", long=True),
    "sweep": Verb(
        "experiments.sweep",
        "run a grid or a design of points, in one table",
        builder="experiments.sweeping.request:build_sweep",
        long=True,
    ),
    "train": Verb("experiments.train", "train the risk models that a study asks for", long=True),
    "fund": Verb(
        "experiments.fund",
        "make the case for money: costs, benefits and thresholds over the years",
        builder="experiments.funding.request:build_case_or_plan",
        long=True,
    ),
    "calibrate": Verb(
        "experiments.calibration.calibrate",
        "fit a port's arrivals, lanes and day-to-day demand to observed waits",
        builder="experiments.calibration.request:build_calibration",
        long=True,
    ),
    "capacity": Verb(
        "experiments.planning.capacity",
        "the first month in which growth of demand fills a station",
        builder="experiments.planning.capacity_request:build_capacity",
    ),
    "new": Verb("experiments.planning.new", "begin a port, cost, target or experiment file of your own", builder=None),
    "scorecard": Verb("experiments.scorecard", "measures against targets, over one or several runs", builder=None),
    "query": Verb("experiments.store.query", "ask the store of all runs a question in SQL", builder=None),
    "results": Verb("experiments.store.results", "list, show, label and prune the runs of the store", builder=None),
    "compare-runs": Verb(
        "experiments.store.compare_runs", "what differs between two or three runs: inputs, then measures", builder=None
    ),
    "bench": Verb("experiments.bench", "time the engines and every stage"),
    "cache": Verb("experiments.cache", "show, check or clear what is kept between runs", builder=None),
}
"""Every verb, in the order in which they are listed."""
SWEEP: Final = "sweep"
SWEPT: Final = ("compare", "run")
"""Verbs whose ``-m`` is a sweep: the same points, in one table."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line, taken apart."""

    verb: str
    overrides: tuple[str, ...]
    multirun: bool
    asks_help: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status.

    ``argv`` are the arguments after the program's name; those of this process if left out, which then takes signals.
    """
    if argv is None:
        stopping.take_signals()
    try:
        return _dispatch(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt as stop:
        stopping.say_stopped()
        return stop.status if isinstance(stop, stopping.Stopped) else INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left; what Python would flush at exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        _complain(f"{error.filename}: {error.strerror}")
    except Exception as error:
        if not isinstance(error, _user_errors()):
            raise
        _complain(" ".join(str(error).split()))
    return BAD_INPUT


def _user_errors() -> tuple[type[Exception], ...]:
    """Return the errors that a user can mend; Hydra's are known once it is there."""
    import yaml
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    return ThroughgateError, HydraException, OmegaConfBaseException, yaml.YAMLError


def run_verb(verb: str) -> NoReturn:
    """Run one verb with this process's arguments: the last line of each verb's module."""
    stopping.take_signals()
    sys.exit(main([verb, *sys.argv[1:]]))


def _dispatch(argv: list[str]) -> int:
    if not argv or argv[0] in ("-h", "--help", "help"):
        _say(verb_overview())
        return 0
    if argv[0] == "--version":
        from experiments.study.run_record import package_version

        _say(package_version("throughgate") or "not installed")
        return 0
    if argv[0] not in VERBS:
        raise ConfigError(argv[0], f"unknown verb; known {list(VERBS)}")
    call = parse_command_line(argv)
    if call.asks_help:
        _say(verb_usage(call.verb))
        return 0
    builder = VERBS[call.verb].builder
    if call.verb == SWEEP or (call.multirun and call.verb in SWEPT):
        return _run_sweep(call)
    if builder is not None:
        return _run_jobs(call, builder)
    if call.multirun:
        raise ConfigError("-m", f"{call.verb} takes no sweep")
    module = _verb_module(call.verb)
    stopping.begin_work()
    return int(module.main(list(call.overrides)))


def parse_command_line(argv: Sequence[str]) -> CommandLine:
    """Take a command line apart; ConfigError for an unknown option or ``--config-dir`` without a folder.

    Examples
    --------
    >>> parse_command_line(["compare", "-m", "port=a,b"]).multirun
    True
    """
    from experiments.study.compose import search_override

    verb, *rest = argv
    overrides: list[str] = []
    flags: set[str] = set()
    words = iter(rest)
    for word in words:
        if word in ("-m", "--multirun", "-h", "--help"):
            flags.add(word.lstrip("-")[0])
        elif word in ("-cd", "--config-dir"):
            overrides.append(search_override(next(words, "")))
        elif word.startswith("--config-dir="):
            overrides.append(search_override(word.partition("=")[2]))
        elif word.startswith("-") and VERBS[verb].builder is not None:
            raise ConfigError(word, f"unknown option; known {['-m', '--multirun', '--config-dir', '-h', '--help']}")
        else:
            overrides.append(word)
    return CommandLine(verb, tuple(overrides), "m" in flags, "h" in flags)


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
        return int(_verb_module(SWEEP).carry_out(sweep))
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
    _verb_module(call.verb)
    stopping.begin_work()
    with connected(overrides if VERBS[call.verb].long else ()) as backend:
        for number, question in enumerate(questions):
            if said:
                _say(f"job {number} of {len(said)}: {said[number]}")
            if VERBS[call.verb].long:
                with running(question, call.verb, backend) as placed:
                    status = max(status, _verb_module(call.verb).carry_out(placed))
            else:
                status = max(status, _verb_module(call.verb).carry_out(question))
    return status


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
    _verb_module(call.verb)
    stopping.begin_work()
    with (
        connected((*kept, *call.overrides)) as backend,
        run_folder.resuming(question, started, folder, backend, retry_failed=retry) as placed,
    ):
        return int(_verb_module(call.verb).carry_out(placed))


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


def _verb_module(verb: str) -> Any:  # noqa: ANN401
    # Late, because a verb brings compilers and plotting along, and a bad key should not wait.
    return importlib.import_module(VERBS[verb].module)


MULTIRUN: Final = (
    "-m runs once for each value of a comma list or range; --config-dir adds your configs.",
    "Several values of a key (a,b or range(..)) make a sweep, docs/sweeps.md; --config-dir adds your configs.",
)


def verb_overview() -> str:
    """Return every verb with a line each."""
    width = max(map(len, VERBS))
    lines = [f"  {name:<{width}}  {verb.line}" for name, verb in VERBS.items()]
    return "\n".join(["throughgate <verb> [overrides]", "", *lines, "", "throughgate <verb> --help says more."])


def verb_usage(verb: str) -> str:
    """Return how a verb is called: its study keys and the options of each config group.

    A verb that takes no study says so itself.
    """
    from experiments.study.compose import EXECUTING, FUND, GROUPS

    if VERBS[verb].builder is None:
        return str(_verb_module(verb).usage())
    keys = [f"  {key}={value}  {text}" for key, value, text in study_keys()]
    groups = [f"  {group}: {' '.join(group_options(group))}" for group in (*GROUPS, *EXECUTING)]
    return "\n".join(
        [
            f"throughgate {verb} [-m] [--config-dir DIR] [key=value ...]",
            "",
            VERBS[verb].line,
            "",
            MULTIRUN[verb in (SWEEP, *SWEPT)],
            *(["resume=FOLDER goes on with a run that was stopped (docs/scaling.md)."] if VERBS[verb].long else []),
            "",
            "Study keys and their defaults:",
            *keys,
            "",
            "Config groups and their options (choose with group=option, set with group.key=value):",
            *groups,
            *(_economics() if verb == FUND else ()),
        ]
    )


def _economics() -> list[str]:
    """Return the keys, groups and catalogue that a funding case has beside a study."""
    from experiments.study.compose import ECONOMIC, FUND

    return [
        "",
        "Keys of the funding case and their defaults:",
        *(f"  {key}={value}  {text}" for key, value, text in study_keys(FUND)),
        "",
        "Economic groups and their options:",
        *(f"  {group}: {' '.join(group_options(group))}" for group in ECONOMIC),
        "",
        "Catalogue; set with cost.MEASURE.KEY=value, as cost.portal.construction_y=2:",
        f"  {' '.join(group_options('cost'))}",
    ]


def study_keys(root: str = "config") -> list[tuple[str, str, str]]:
    """Return every key of a root file with its default and its line of help, read from the file.

    Keys one level down have their group before them; where a number comes from is left out.
    """
    from experiments.study.sources import CONFIGS

    text = (CONFIGS / f"{root}.yaml").read_text(encoding="utf-8")
    found, above = [], ""
    for indent, key, value, help_text in re.findall(
        r"^( *)(\w+):(?: (\S.*?))?  # (?:\[[^\]]*\] )?(.+)$", text, flags=re.MULTILINE
    ):
        above = above if indent else key
        if value:
            found.append((f"{above}.{key}" if indent else key, value, help_text))
    return found


def group_options(group: str) -> list[str]:
    """Return the options of a config group that the repository holds."""
    from experiments.study.sources import CONFIGS

    return sorted(path.stem for path in (CONFIGS / group).glob("*.yaml"))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())

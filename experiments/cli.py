"""The command line: ``throughgate <verb> [overrides]``, or ``python -m experiments.<verb>``.

This module alone catches errors. What the user can mend costs one line on stderr and exit status
2, and nothing is written; a mistake of ours keeps its traceback.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import yaml
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from experiments.study.compose import (
    ECONOMIC,
    FUND,
    GROUPS,
    ROOT,
    out_override,
    parse_overrides,
    search_override,
    sweep_jobs,
)
from experiments.study.run_record import package_version
from experiments.study.sources import CONFIGS
from experiments.study.study import default_folder
from sim.errors import ConfigError, ThroughgateError

BAD_INPUT: Final = 2
INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class Verb:
    """One question that can be asked: the module that answers it, and a line about it."""

    module: str
    """Its ``carry_out`` takes what the builder gives; without a builder its ``main`` takes the words."""
    line: str
    builder: str | None = "experiments.study.study:build_study"
    """What builds the question from Hydra overrides and the verb, and refuses a bad one before anything runs."""


VERBS: Final[dict[str, Verb]] = {
    "compare": Verb("experiments.compare", "compare alternatives with a baseline, on the same trucks"),
    "run": Verb("experiments.run", "run one alternative"),
    "sweep": Verb(
        "experiments.sweep",
        "run a grid or a design of points, in one table",
        builder="experiments.sweeping.request:build_sweep",
    ),
    "train": Verb("experiments.train", "train the risk models that a study asks for"),
    "fund": Verb(
        "experiments.fund",
        "make the case for money: costs, benefits and thresholds over the years",
        builder="experiments.funding.request:build_case_or_plan",
    ),
    "scorecard": Verb("experiments.scorecard", "measures against targets, over one or several runs", builder=None),
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
    """Run a command line (by default this process's, after the program's name) and return its exit status."""
    try:
        return _dispatch(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left; what Python would flush at exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        _complain(f"{error.filename}: {error.strerror}")
    except (ThroughgateError, HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        _complain(" ".join(str(error).split()))
    return BAD_INPUT


def run_verb(verb: str) -> NoReturn:
    """Run one verb with this process's arguments: the last line of each verb's module."""
    sys.exit(main([verb, *sys.argv[1:]]))


def _dispatch(argv: list[str]) -> int:
    if not argv or argv[0] in ("-h", "--help", "help"):
        _say(verb_overview())
        return 0
    if argv[0] == "--version":
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
    return int(_verb_module(call.verb).main(list(call.overrides)))


def parse_command_line(argv: Sequence[str]) -> CommandLine:
    """Take a command line apart; ConfigError for an unknown option or ``--config-dir`` without a folder.

    Examples
    --------
    >>> parse_command_line(["compare", "-m", "port=a,b"]).multirun
    True
    """
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
    sweep = _builder(str(VERBS[SWEEP].builder))(call.overrides, call.verb)
    return int(_verb_module(SWEEP).carry_out(sweep))


def _builder(place: str) -> Any:  # noqa: ANN401
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _run_jobs(call: CommandLine, builder: str) -> int:
    """Build the question of every job before the first one runs, then answer them in order."""
    every = sweep_jobs(call.overrides, multirun=call.multirun)
    if call.multirun:
        every = _numbered(call, every)
    build = _builder(builder)
    questions = [build(overrides, call.verb) for overrides in every]
    status = 0
    for number, (overrides, question) in enumerate(zip(every, questions, strict=True)):
        if call.multirun:
            own = " ".join(text for text in overrides if not text.startswith("hydra."))
            _say(f"job {number} of {len(every)}: {own}")
        status = max(status, _verb_module(call.verb).carry_out(question))
    return status


def _numbered(call: CommandLine, jobs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Append each job's number to its ``out``, so that no job writes over another's files."""
    default = default_folder(call.verb, "sweep").as_posix()
    numbered = []
    for number, overrides in enumerate(jobs):
        parsed = parse_overrides(overrides)
        given = [None, *(o.value() for o in parsed if o.key_or_group == "out")][-1]
        rest = [str(o.input_line) for o in parsed if o.key_or_group != "out"]
        numbered.append((*rest, out_override(f"{default if given is None else given}/{number}")))
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
    if VERBS[verb].builder is None:
        return str(_verb_module(verb).usage())
    keys = [f"  {key}={value}  {text}" for key, value, text in study_keys()]
    groups = [f"  {group}: {' '.join(group_options(group))}" for group in GROUPS]
    return "\n".join(
        [
            f"throughgate {verb} [-m] [--config-dir DIR] [key=value ...]",
            "",
            VERBS[verb].line,
            "",
            MULTIRUN[verb in (SWEEP, *SWEPT)],
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


def study_keys(root: str = ROOT) -> list[tuple[str, str, str]]:
    """Return every key of a root file with its default and its line of help, read from the file.

    Keys one level down have their group before them; where a number comes from is left out.
    """
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
    return sorted(path.stem for path in (CONFIGS / group).glob("*.yaml"))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())

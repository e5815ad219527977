"""What ``throughgate --help`` and ``throughgate VERB --help`` say: the verbs, and keys of the files of ``configs/``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from experiments.command_line.config_files import CONFIGS, default_options, group_options
from experiments.command_line.verbs import ANSWERING, SWEEP, SWEPT, VERBS, verb_module

FUND: Final = "fund"

MULTIRUN: Final = (
    "-m runs once for each value of a comma list or range; --config-dir adds your configs.",
    "Several values of a key (a,b or range(..)) make a sweep (docs/reference/sweeps.md); --config-dir: your configs.",
)


COMPLETION: Final = (
    'Tab completion: eval "$(throughgate completion bash)", or zsh, in the file that your shell reads at its start.'
)


SPOKEN: Final = "details=true says all that there is to say; -v also times each stage; -q: answer, path and errors."


def verb_overview() -> str:
    """Return every verb with a line each."""
    width = max(map(len, VERBS))
    lines = [f"  {name:<{width}}  {verb.line}" for name, verb in VERBS.items()]
    return "\n".join(
        [
            "throughgate <verb> [overrides]",
            "",
            *lines,
            "",
            "throughgate <verb> --help, or help <verb>, says more.",
            COMPLETION,
        ]
    )


def verb_usage(verb: str) -> str:
    """Return how a verb is called: its study keys and the options of each config group.

    A verb that takes no study says so itself.
    """
    if VERBS[verb].builder is None:
        return str(verb_module(verb).usage())
    keys = [f"  {key}={value}  {text}" for key, value, text in study_keys()]
    groups = [f"  {group}: {' '.join(group_options(group))}" for group in default_options("config")]
    return "\n".join(
        [
            f"throughgate {verb} [-m] [--config-dir DIR] [key=value ...]",
            "",
            VERBS[verb].line,
            "",
            MULTIRUN[verb in (SWEEP, *SWEPT)],
            *([SPOKEN] if verb in ANSWERING else []),
            *(
                ["resume=FOLDER goes on with a run that was stopped (docs/reference/scaling.md)."]
                if VERBS[verb].long
                else []
            ),
            "",
            *(["Keys of this verb:", *_lines(VERBS[verb].keys), ""] if VERBS[verb].keys else []),
            "Study keys and their defaults:",
            *keys,
            "",
            "Config groups and their options (choose with group=option, set with group.key=value):",
            *groups,
            *(_economics() if verb == FUND else ()),
        ]
    )


def _lines(keys: Mapping[str, str]) -> list[str]:
    """Return keys with their lines of help."""
    width = max(map(len, keys))
    return [f"  {key:<{width}}  {line}" for key, line in keys.items()]


def _economics() -> list[str]:
    """Return the keys, groups and catalogue that a funding case has beside a study."""
    return [
        "",
        "Keys of the funding case and their defaults:",
        *(f"  {key}={value}  {text}" for key, value, text in study_keys(FUND)),
        "",
        "Economic groups and their options:",
        *(f"  {group}: {' '.join(group_options(group))}" for group in default_options(FUND) if "@" not in group),
        "",
        "Catalogue; set with cost.MEASURE.KEY=value, as cost.portal.construction_y=2:",
        f"  {' '.join(group_options('cost'))}",
    ]


def study_keys(root: str = "config") -> list[tuple[str, str, str]]:
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

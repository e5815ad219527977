"""``python -m tests.tools.reference_pages``: the reference pages that follow from configs and code.

``docs/reference/keys.md`` lists every key of a scenario and of a funding case, ``docs/reference/commands.md`` every
verb with its keys. A test holds both to what is written here. The page of assumptions is written by
``python -m experiments.study.inputs``.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
import math
import typing
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

from experiments.command_line.config_files import default_options, group_options
from experiments.command_line.usage import study_keys
from experiments.command_line.verbs import VERBS
from experiments.economics.appraisal import Appraisal
from experiments.economics.benefits import Benefit
from experiments.economics.budget_terms import BudgetTerms
from experiments.economics.cost_effectiveness import Harm
from experiments.economics.costs import InvestmentMeasure
from experiments.economics.discounting import Deflator
from experiments.funding.case import CaseTerms, UncertaintySettings
from experiments.funding.request import economic_inputs
from experiments.scorecards.targets import TargetSettings
from experiments.study.compose import FUND, compose_config, value_at
from experiments.study.inputs import input_row, unit_of_key, value_text
from experiments.study.sources import SourcedInput, input_sources
from experiments.study.study import compose_scenario
from sim.scenario import Risk
from sim.setting.setting import Setting
from sim.setting.spec import Spec

FOLDER: Final = Path(__file__).parents[2] / "docs" / "reference"
LONGEST: Final = 60
"""Characters of a default that are shown: a timetable stands in its file."""
HEAD: Final = """\
# {title}

{lead}

Written by `python -m tests.tools.reference_pages`; a test holds the page to configs and code.
"""


def keys_page() -> str:
    """Return the page of every key: unit, what is allowed, default, source, meaning."""
    lead = (
        "Every key of a scenario and of a funding case. Choose an option of a group with `group=option`, set a key\n"
        "with `group.key=value`. Defaults are those of the command line without overrides. `*` stands for a name,\n"
        "`[]` for a place in a list; null leaves out. Keys of a study as a whole: [commands](commands.md)."
    )
    parts = [HEAD.format(title="Keys", lead=lead)]
    config, fund = compose_config([]), compose_config([], FUND)
    rows = {row.key: row for row in (*input_sources(config), *economic_inputs(fund, []))}
    for name, cls, mapping in _groups(config.mapping, fund.mapping):
        lines = [_line(key, field, hint, mapping, rows) for key, field, hint in _fields(cls, name)]
        options = group_options(name.split(".")[0]) if "." not in name else []
        listed = f"\nOptions: {', '.join(f'`{option}`' for option in options)}.\n" if options else ""
        head = "| key | unit | allowed | default | source | what it is |\n|---|---|---|---|---|---|"
        parts.append(f"\n## {name}\n{listed}\n{head}\n" + "\n".join(lines) + "\n")
    return "".join(parts)


def _groups(study: Mapping[str, Any], fund: Mapping[str, Any]) -> Iterator[tuple[str, type[Spec], Mapping[str, Any]]]:
    """Give (title and key, class, composition) of every group."""
    hints = typing.get_type_hints(Setting)
    for name in (field.name for field in dataclasses.fields(Setting)):
        yield name, hints[name], study
    yield "risk", Risk, study
    for option in group_options("policy"):
        words = [f"policy={option}"]
        yield words[0], type(compose_scenario(words).policy), compose_config(words).mapping
    economics = {"appraisal": Appraisal, "benefit": Benefit, "budget": BudgetTerms, "deflator": Deflator, "harm": Harm}
    for name, cls in (economics | {"uncertainty": UncertaintySettings}).items():
        yield name, cls, fund
    yield "cost.portal", InvestmentMeasure, fund
    yield FUND, CaseTerms, fund
    yield "scorecard.northbound", TargetSettings, {}


def _fields(cls: type[Spec], prefix: str) -> Iterator[tuple[str, dataclasses.Field[Any], Any]]:
    """Give (key, field, type) of every leaf below a class."""
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        kind, key = hints[field.name], f"{prefix.partition('=')[0]}.{field.name}".removeprefix(f"{FUND}.")
        below = _spec_in(kind)
        if below is None:
            yield key, _described(cls, field), kind
        else:
            inner, sign = below
            yield from _fields(inner, key + sign)


def _spec_in(kind: Any) -> tuple[type[Spec], str] | None:
    """Return the class that a type holds, and how its keys go on; None: plain values."""
    if isinstance(kind, type) and issubclass(kind, Spec):
        return kind, ""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple and (found := _spec_in(args[0])):
        return found[0], "[]" + found[1]
    if origin is dict and (found := _spec_in(args[1])):
        return found[0], ".*" + found[1]
    if origin is not Literal and origin not in (tuple, dict):
        return next((found for arg in args if (found := _spec_in(arg))), None)
    return None


def _described(cls: type, field: dataclasses.Field[Any]) -> dataclasses.Field[Any]:
    """Return the field with what stands below it in its class, as ``doc``."""
    texts = [_texts(one).get(field.name) for one in cls.__mro__ if dataclasses.is_dataclass(one)]
    found = dataclasses.field(metadata={**field.metadata, "doc": next((text for text in texts if text), "")})
    found.name = field.name
    return found


@functools.cache
def _texts(cls: type) -> dict[str, str]:
    """Return what stands below each field in the source of a class."""
    module = ast.parse(inspect.getsource(importlib.import_module(cls.__module__)))
    body = next(node.body for node in ast.walk(module) if isinstance(node, ast.ClassDef) and node.name == cls.__name__)
    return {
        one.target.id: " ".join(below.value.value.replace("``", "`").split())
        for one, below in pairwise(body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


def _line(
    key: str, field: dataclasses.Field[Any], kind: Any, mapping: Mapping[str, Any], rows: Mapping[str, SourcedInput]
) -> str:
    plain = "*" not in key and "[]" not in key
    path = key.split(".")
    held = value_at(mapping, path[:-1]) if plain else None
    default = _default(held[path[-1]]) if isinstance(held, Mapping) and path[-1] in held else ""
    row = rows.get(key) if plain else None
    shown = input_row(row) if row is not None else {"badge": "", "range": ""}
    source = " ".join(text for text in (shown["badge"], shown["range"]) if text)
    cells = (f"`{key}`", unit_of_key(key), _allowed(kind, field), default, source, field.metadata["doc"])
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def _default(value: object) -> str:
    if isinstance(value, Mapping):
        return "a group" if value else "{}"
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else value_text(value)
    return text if len(text) <= LONGEST else "see its file"


def _allowed(kind: Any, field: dataclasses.Field[Any]) -> str:
    low, high = field.metadata.get("low", -math.inf), field.metadata.get("high", math.inf)
    bounds = "" if math.isinf(low) and math.isinf(high) else f", {low:g} to {high:g}"
    if math.isinf(high) and not math.isinf(low):
        bounds = f", at least {low:g}"
    return _words(kind) + bounds


def _words(kind: Any) -> str:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return " ".join(f"`{arg}`" for arg in args)
    if origin is tuple:
        return f"list of {_words(args[0])}"
    if origin is dict:
        return f"by name: {_words(args[1])}"
    if args:
        return " or ".join("null" if arg is type(None) else _words(arg) for arg in args)
    return {int: "whole number", float: "number", str: "text", bool: "true, false"}.get(
        kind, getattr(kind, "__name__", "")
    )


def commands_page() -> str:
    """Return the page of every verb, with its keys."""
    lead = "`throughgate VERB [--config-dir DIR] [key=value ...]`. `throughgate VERB --help` says the same."
    parts = [
        HEAD.format(title="Commands", lead=lead),
        "\n## Verbs\n\n| verb | what it does | takes a study | resumes |\n|---|---|---|---|\n",
    ]
    for name, verb in VERBS.items():
        marks = ("yes" if verb.builder else "no", "yes" if verb.long else "no")
        parts.append(f"| `{name}` | {verb.line} | {' | '.join(marks)} |\n")
    for name, verb in VERBS.items():
        if verb.keys:
            rows = "".join(f"| `{key}` | {text} |\n" for key, text in verb.keys.items())
            parts.append(f"\n## Keys of {name}\n\n| key | what it is |\n|---|---|\n{rows}")
    for title, root in (("Keys of a study", "config"), ("Keys of a funding case", FUND)):
        rows = "".join(f"| `{key}` | `{value}` | {text.replace('|', '/')} |\n" for key, value, text in study_keys(root))
        parts.append(f"\n## {title}\n\n| key | default | what it is |\n|---|---|---|\n{rows}")
    rows = "".join(
        f"| `{group}` | {' '.join(f'`{option}`' for option in group_options(group))} |\n"
        for group in default_options("config")
    )
    parts.append(f"\n## Config groups\n\n| group | options |\n|---|---|\n{rows}")
    parts.append(
        "\n## Options\n\n| option | what it does |\n|---|---|\n"
        "| `--config-dir DIR` | a folder of your own options, laid out as `configs/` |\n"
        "| `-m` | several values of a key make a sweep |\n"
        "| `-h`, `--help`, `help VERB` | help |\n| `-V`, `--version` | the version |\n"
        "| `completion bash`, `completion zsh` | tab completion for your shell |\n"
    )
    return "".join(parts)


PAGES: Final = {"keys.md": keys_page, "commands.md": commands_page}


def main() -> None:
    """Write the pages."""
    for name, text in PAGES.items():
        (FOLDER / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()

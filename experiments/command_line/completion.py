"""Tab completion: ``throughgate completion bash`` prints a script for the shell, which asks for candidates.

The script calls ``throughgate complete WORDS``; the last word is the one that is being typed. Nothing but the names and
keys of config files is read, so that an answer takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from experiments.command_line.config_files import CONFIGS, default_options, group_options, read_values
from experiments.command_line.verbs import ANSWERING, VERBS
from sim.errors import ConfigError

BASH: Final = r"""
_throughgate() {
  local line="${COMP_LINE:0:COMP_POINT}" current="" words
  read -ra words <<< "$line"
  [[ "$line" != *" " ]] && current="${words[-1]}" && unset 'words[-1]'
  local typed="${current%"${current##*[=:]}"}" candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("${candidate#"$typed"}")
  done < <(throughgate complete "${words[@]:1}" "$current" 2>/dev/null)
}
complete -o nospace -F _throughgate throughgate
"""
ZSH: Final = r"""
if ! (( $+functions[compdef] )); then
  autoload -Uz compinit
  compinit -i
fi
_throughgate() {
  local -a candidates
  candidates=(${(f)"$(throughgate complete ${words[2,CURRENT-1]} "${words[CURRENT]}" 2>/dev/null)"})
  compadd -S '' -- $candidates
}
compdef _throughgate throughgate
"""
SCRIPTS: Final[Mapping[str, str]] = {"bash": BASH, "zsh": ZSH}
PRIVATE: Final = ("-cd", "--config-dir")


def completion_script(words: Sequence[str]) -> list[str]:
    """Return the lines of the script of one shell.

    Raises
    ------
    ConfigError
        Not exactly one shell that is known.
    """
    if len(words) != 1 or words[0] not in SCRIPTS:
        raise ConfigError("completion", f"expected one of {', '.join(SCRIPTS)}, got {list(words)}")
    return SCRIPTS[words[0]].strip().splitlines()


def candidates(words: Sequence[str]) -> list[str]:
    """Return what the last word may become, sorted: a verb, a group or key with ``=``, an option of a group.

    Examples
    --------
    >>> candidates(["ru"]), candidates(["run", "traffic=h"])
    (['run'], ['traffic=hourly'])
    """
    *before, typed = words or [""]
    if not before:
        return sorted(verb for verb in VERBS if verb.startswith(typed))
    folders = [CONFIGS, *(Path(folder).expanduser() for folder in _private_folders(before))]
    key, equals, value = typed.partition("=")
    if equals:
        first, comma, _ = value.rpartition(",")
        every = [f"{key}={first}{comma}{option}" for option in group_options(key, folders)]
    elif "." in typed:
        every = [f"{name}=" for name in _keys_of_group(key.partition(".")[0], before, folders)]
    else:
        groups = [folder.name for folder in CONFIGS.iterdir() if any(folder.glob("*.yaml"))]
        own = VERBS[before[0]].keys if before[0] in VERBS else ()
        words_of_all = ("details",) if before[0] in ANSWERING else ()
        names = (*groups, *read_values(CONFIGS / "config.yaml"), *own, *words_of_all)
        every = [f"{name}=" for name in names if name != "defaults"]
    return sorted({word for word in every if word.startswith(typed)})


def _private_folders(words: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word in PRIVATE:
            yield from words[place + 1 : place + 2]
        elif word.startswith("--config-dir="):
            yield word.partition("=")[2]


def _keys_of_group(group: str, words: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """Return the dotted keys of the option that the words before choose of a group, or of its default."""
    chosen = default_options("config")
    chosen |= {name: option for name, _, option in (word.partition("=") for word in words)}
    files = [folder / group / f"{chosen.get(group)}.yaml" for folder in reversed(folders)]
    file = next((file for file in files if file.is_file()), None)
    return [] if file is None else list(_dotted(read_values(file), group))


def _dotted(node: object, above: str) -> Iterator[str]:
    """Yield the keys of nested values down to the last; without what a file builds on and how it is called."""
    if not isinstance(node, dict) or not node:
        yield above
        return
    for key, inner in node.items():
        if key not in ("defaults", "label", "about"):
            yield from _dotted(inner, f"{above}.{key}")

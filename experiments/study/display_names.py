"""The names that readers meet: ``label:`` and ``about:`` in config files. Ids are for machines.

A composition is split in two: what decides results, where an alternative is its list of overrides, and the names. So no
result and no cached model depends on a label.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sim.errors import ConfigError

NAMED_PARTS: Final = ("policy", "port", "risk")
"""Parts of a scenario whose files hold a label or a line of explanation."""
NAMED_SETS: Final = ("alternatives", "crossed_with")
"""Keys of a study whose sets of overrides may hold a label and a line of explanation."""
LONGEST_LABEL: Final = 60
LONGEST_ABOUT: Final = 240
MARKUP: Final = "<>[]{}\\|`*_$"
"""Characters that a page, a terminal or a table would read as something else."""
KEYS: Final = ("label", "about", "overrides")
PROPER_NAMES: Final = frozenset(calendar.month_name) | {
    *("Mexico", "Mexican", "Texas", "American", "Canadian", "Laredo", "Pharr", "Ysleta", "Nogales", "Otay", "Colombia"),
    *("Poisson", "Easter", "Christmas"),
}
"""First words of labels that keep their capital within a sentence."""

Names = dict[str, dict[str, str]]
"""Label and line of explanation, where given, by key: ``policy``, or ``alternatives.few``."""


@dataclass(frozen=True, slots=True)
class DisplayName:
    """What an alternative, or a set of overrides that others are crossed with, is called, and what it does."""

    id: str
    label: str
    about: str = ""
    parts: tuple[str, str] | None = None
    """Of an alternative that is crossed with a set: the label of the set, and its own under every set."""


@dataclass(frozen=True, slots=True)
class DisplayNames:
    """What the alternatives of a study, and the sets that they are crossed with, are called.

    Keys are ids; in a study that is shown to readers (`experiments.report.labeled`) they are labels.
    """

    entries: Mapping[str, DisplayName] = field(default_factory=dict)
    shown: bool = False

    def label(self, name: str) -> str:
        """Return what readers meet in place of an id: its label, or the id in words."""
        if self.shown:
            return name
        return self.entries[name].label if name in self.entries else derived_label(name)

    def about(self, name: str) -> str:
        """Return what an alternative does, in a line; empty: nobody has said."""
        return self.entries[name].about if name in self.entries else ""

    def id_of(self, name: str) -> str:
        """Return how an alternative is called in files and on the command line."""
        return self.entries[name].id if name in self.entries else name

    def split(self, name: str, sets: Iterable[str]) -> tuple[str, str]:
        """Return the set that an alternative is crossed with, and what it is under every set."""
        found = self.entries.get(name)
        if self.shown and found is not None and found.parts is not None:
            return found.parts
        crossed = next(other for other in sets if name.startswith(f"{other}."))
        return crossed, name.removeprefix(f"{crossed}.")


def take_display_names(mapping: dict[str, Any]) -> Names:
    """Take the names out of a composition, whose sets of overrides then are plain lists.

    ConfigError: a text that is no label, or a set that holds anything but its texts and overrides.

    Examples
    --------
    >>> study = {"alternatives": {"few": {"label": "Few lanes", "overrides": ["policy=a"]}}}
    >>> take_display_names(study), study
    ({'alternatives.few': {'label': 'Few lanes'}}, {'alternatives': {'few': ['policy=a']}})
    """
    names: Names = {}
    for part in NAMED_PARTS:
        values = mapping.get(part)
        if isinstance(values, dict):
            taken = ("about",) if part == "port" else ("label", "about")
            names[part] = {key: checked_text(f"{part}.{key}", key, values.pop(key)) for key in taken if key in values}
    for group in NAMED_SETS:
        sets: Any = mapping.get(group)
        for name, values in sets.items() if isinstance(sets, dict) else ():
            if isinstance(values, dict):
                names[f"{group}.{name}"], sets[name] = _opened(f"{group}.{name}", values)
    return {key: texts for key, texts in names.items() if texts}


def _opened(key: str, values: Mapping[str, Any]) -> tuple[dict[str, str], list[Any]]:
    """Return the texts and the overrides of a set that is written as a mapping."""
    if strays := [name for name in values if name not in KEYS]:
        raise ConfigError(f"{key}.{strays[0]}", f"unknown key; known {list(KEYS)}, or a plain list of overrides")
    if not isinstance(overrides := values.get("overrides"), list):
        raise ConfigError(f"{key}.overrides", f"expected a list of overrides, got {overrides!r}")
    texts = {name: checked_text(f"{key}.{name}", name, values[name]) for name in KEYS[:2] if name in values}
    return texts, overrides


def checked_text(key: str, kind: str, text: object) -> str:
    """Return a label or a line of explanation; ConfigError: empty, too long, on several lines, or with markup."""
    longest = LONGEST_LABEL if kind == "label" else LONGEST_ABOUT
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(key, f"expected plain text, got {text!r}")
    if not text.isprintable() or (marks := sorted(set(text) & set(MARKUP))):
        shown = " ".join(marks) if text.isprintable() else "line breaks"
        raise ConfigError(key, f"expected plain text without markup, got {shown} in {text!r}")
    if len(text) > longest:
        raise ConfigError(key, f"at most {longest} characters, got {len(text)}: {text!r}")
    return text.strip()


def derived_label(name: str) -> str:
    """Return the label of something that has none: its id in words.

    Examples
    --------
    >>> derived_label("two_more_lanes"), derived_label("scan_40")
    ('Two more lanes', 'Scan 40')
    """
    words = re.sub(r"[_.]+", " ", name).strip() or name
    return words[0].upper() + words[1:]


def lower_first(label: str) -> str:
    """Return a label as it stands within a sentence; proper names and words in capitals keep theirs.

    Examples
    --------
    >>> lower_first("Booths first"), lower_first("FAST lanes open to all"), lower_first("Mexican scans by rules")
    ('booths first', 'FAST lanes open to all', 'Mexican scans by rules')
    """
    first = re.split(r"[^\w]", label, maxsplit=1)[0]
    proper = first[1:] != first[1:].lower() or first in PROPER_NAMES
    return label if proper else label[0].lower() + label[1:]


def within_sentences(text: str, labels: Iterable[str]) -> str:
    """Return sentences in which labels begin with a small letter, but where a sentence begins with one.

    Examples
    --------
    >>> within_sentences("Booths first is best. Booths first, not Exams first.", ["Booths first", "Exams first"])
    'Booths first is best. Booths first, not exams first.'
    """
    names = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    if not names:
        return text
    return re.sub(
        rf"(?<=[^.!?]\s)(?:{names})(?!\w)|(?<=\()(?:{names})(?!\w)", lambda found: lower_first(found[0]), text
    )


def alternative_name(name: str, given: Names, policy: Mapping[str, str], *, own_policy: bool) -> DisplayName:
    """Return the display name of an alternative that is crossed with nothing.

    ``given`` are the names of its study and ``policy`` those of the policy that it runs. Without a label of its own it
    bears its id in words and the explanation of its policy; with ``own_policy`` it is its policy, and bears all of its.
    """
    texts = given.get(f"alternatives.{name}", policy if own_policy else {})
    return DisplayName(name, texts.get("label", derived_label(name)), texts.get("about", policy.get("about", "")))


def set_name(name: str, given: Names) -> DisplayName:
    """Return the display name of a set of overrides that alternatives are crossed with."""
    texts = given.get(f"crossed_with.{name}", {})
    return DisplayName(name, texts.get("label", derived_label(name)), texts.get("about", ""))


def crossed_name(alternative: DisplayName, crossed_with: DisplayName) -> DisplayName:
    """Return the display name of an alternative that is crossed with a set of overrides.

    Examples
    --------
    >>> few = DisplayName("few", "Few lanes", "Opens four.")
    >>> crossed = crossed_name(few, DisplayName("by_line", "By line", "As lines are."))
    >>> crossed.id, crossed.label, crossed.about
    ('by_line.few', 'Few lanes, by line', 'Opens four. As lines are.')
    """
    about = " ".join(text for text in (alternative.about, crossed_with.about) if text)
    label = f"{alternative.label}, {lower_first(crossed_with.label)}"
    parts = crossed_with.label, alternative.label
    return DisplayName(f"{crossed_with.id}.{alternative.id}", label, about, parts)


def study_names(
    given: Names, policies: Mapping[str, Mapping[str, str]], crossed_with: Sequence[str], *, own_policy: bool
) -> DisplayNames:
    """Return the display names of a study's alternatives, and of the sets that they are crossed with.

    Parameters
    ----------
    given : Names
        Those of the study.
    policies : mapping
        Names of the policy of each alternative.
    crossed_with : sequence of str
        Sets that the alternatives are crossed with.
    own_policy : bool
        Whether the one alternative is its policy.

    Raises
    ------
    ConfigError
        Two alternatives would bear the same label.
    """
    sets = {name: set_name(name, given) for name in crossed_with}
    found = {}
    for name, policy in policies.items():
        crossed = next((other for other in sets if name.startswith(f"{other}.")), None)
        plain = name if crossed is None else name.removeprefix(f"{crossed}.")
        own = alternative_name(plain, given, policy, own_policy=own_policy)
        found[name] = own if crossed is None else crossed_name(own, sets[crossed])
    check_labels_differ(found, list(found))
    return DisplayNames(sets | found)


def check_labels_differ(names: Mapping[str, DisplayName], of: Sequence[str]) -> None:
    """Refuse (ConfigError) two alternatives that readers could not tell apart."""
    bearers: dict[str, str] = {}
    for name in of:
        label = names[name].label
        if label.casefold() in bearers:
            other = bearers[label.casefold()]
            problem = f"{label!r} is the label of {other!r}, too; each needs a label of its own"
            raise ConfigError(f"alternatives.{name}.label", problem)
        bearers[label.casefold()] = name

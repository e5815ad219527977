"""Where every number of a funding case's economics comes from, and whether anybody looked it up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from experiments.comments import notes
from experiments.compose import ECONOMIC, FUND, FUNDING, Composed
from experiments.provenance import CONFIGS, Input, described, label
from sim.errors import ConfigError

COST: Final = "cost@"
"""How Hydra names the choice of a catalogue entry: ``cost@cost.portal``."""


def economic_inputs(found: Composed, users: Sequence[str]) -> list[Input]:
    """List every number of the economic groups, the catalogue and the keys of ``fund.yaml``.

    Parameters
    ----------
    found : Composed
        A composition from the root ``fund``.
    users : sequence of str
        The user's overrides: what they set is of kind ``user``.

    Examples
    --------
    >>> from experiments.compose import composed
    >>> rows = {row.key: row for row in economic_inputs(composed([], "fund"), [])}
    >>> rows["cost.portal.assets.scanner.price_usd"].low, rows["harm.deaths_per_y"].source_id
    (3000000.0, 'S111')
    """
    path = CONFIGS / f"{FUND}.yaml"
    own = {key: (note, label(path)) for key, note in notes(path).items()}
    parts: dict[str, tuple[str, str | None]] = dict.fromkeys(FUNDING, ("", None))
    rows = described(found, parts, users, own)
    return rows + described(found, _parts(found), users, {})


def _parts(found: Composed) -> dict[str, tuple[str, str | None]]:
    """Return group and option of every economic part, by its key."""
    parts: dict[str, tuple[str, str | None]] = {g: (g, found.choices[g]) for g in ECONOMIC}
    for group, option in sorted(found.choices.items()):
        if group.startswith(COST):
            parts[group.removeprefix(COST)] = ("cost", option)
    return parts


def refuse_unverified(rows: Iterable[Input], accepted: Collection[str]) -> None:
    """Refuse numbers that are recalled or have no source, unless the user takes them by key.

    A number on the user's own command line is the user's, and is taken.

    Raises
    ------
    ConfigError
        The first such number, by its key.
    """
    for row in rows:
        bare = row.kind == "user" and row.note == "no source given"
        if (bare or row.confidence == "U") and row.key not in accepted:
            problem = "unverified: nobody has opened its source"
            hint = f"set it yourself, or take it with accept=[{row.key}]"
            raise ConfigError(row.key, f"{problem}; {hint}")

"""A funding case with drawn numbers in the place of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.economics.measure import Measure
from experiments.funding.beliefs import NOT_REPLACED, OVERRUN, Belief
from experiments.funding.case import Case

Drawn = Mapping[str, tuple[float, float]]
"""Key -> (drawn number, its central value)."""


def drawn(beliefs: Sequence[Belief], numbers: Sequence[float]) -> dict[str, tuple[float, float]]:
    """Return the drawn number of every key, beside the number that it replaces."""
    found = {}
    for belief, number in zip(beliefs, numbers, strict=True):
        whole = float(round(number)) if belief.whole else float(number)
        found.update(dict.fromkeys(belief.keys, (whole, belief.value)))
    return found


def redrawn_case(case: Case, found: Drawn) -> Case:
    """Return the case with prices, lives, values and harms as drawn.

    Prices are restated already, so that they are scaled by drawn over central; everything else is
    set.

    Raises
    ------
    ConfigError
        A drawn number that no part of the case may have.
    """
    over = {
        key.removeprefix(OVERRUN): v for key, (v, _) in found.items() if key.startswith(OVERRUN)
    }
    return dataclasses.replace(
        case,
        catalogue={
            name: _measure(measure, _below(found, f"cost.{name}."), over)
            for name, measure in case.catalogue.items()
        },
        value=_set(case.value, _below(found, "value.")),
        benefit=_set(case.benefit, _below(found, "benefit.")),
        harm=_set(
            case.harm,
            {k: v for k, v in _below(found, "harm.").items() if f"harm.{k}" != NOT_REPLACED},
        ),
    )


def _below(found: Drawn, prefix: str) -> dict[str, tuple[float, float]]:
    return {key.removeprefix(prefix): v for key, v in found.items() if key.startswith(prefix)}


def _set(part: Any, changes: Drawn) -> Any:  # noqa: ANN401
    """Return a dataclass with numbers set, by dotted key; mappings and dataclasses below it too."""
    heads: dict[str, dict[str, tuple[float, float]]] = {}
    plain: dict[str, Any] = {}
    for key, pair in changes.items():
        head, _, tail = key.partition(".")
        if tail:
            heads.setdefault(head, {})[tail] = pair
        else:
            plain[head] = pair[0]
    for head, below in heads.items():
        inner = part[head] if isinstance(part, Mapping) else getattr(part, head)
        plain[head] = _set(inner, below)
    if isinstance(part, Mapping):
        return {**part, **plain}
    return dataclasses.replace(part, **plain) if plain else part


def _measure(measure: Measure, changes: Drawn, over: Mapping[str, float]) -> Measure:
    if not changes and not measure.assets:
        return measure

    def scale(key: str) -> float:
        number, central = changes.get(key, (1.0, 1.0))
        return number / central if central else 1.0

    def price(name: str, kind: str) -> float:
        return scale(f"assets.{name}.price_usd") * over.get(kind, 1.0)

    def whole(key: str, own: int) -> int:
        return int(changes[key][0]) if key in changes else own

    assets = {
        name: dataclasses.replace(
            asset,
            price_usd=asset.price_usd * price(name, asset.kind),
            removal_usd=asset.removal_usd * scale(f"assets.{name}.removal_usd"),
            life_y=whole(f"assets.{name}.life_y", asset.life_y),
        )
        for name, asset in measure.assets.items()
    }
    once = {
        name: dataclasses.replace(one, cost_usd=one.cost_usd * scale(f"once.{name}.cost_usd"))
        for name, one in measure.once.items()
    }
    yearly = {
        name: dataclasses.replace(
            each, cost_usd_per_y=each.cost_usd_per_y * scale(f"yearly.{name}.cost_usd_per_y")
        )
        for name, each in measure.yearly.items()
    }
    return dataclasses.replace(
        measure,
        assets=assets,
        once=once,
        yearly=yearly,
        staff={name: n * scale(f"staff.{name}") for name, n in measure.staff.items()},
        construction_y=whole("construction_y", measure.construction_y),
        ramp_up_share=_ramp(measure.ramp_up_share, changes.get("ramp_up_share")),
    )


def _ramp(shares: tuple[float, ...], pair: tuple[float, float] | None) -> tuple[float, ...]:
    """Return the first year's share as drawn; later ones keep their way between it and 1."""
    if pair is None or not shares:
        return shares
    first, own = pair
    if own >= 1.0:
        return tuple(first for _ in shares)
    return tuple(first + (share - own) * (1.0 - first) / (1.0 - own) for share in shares)

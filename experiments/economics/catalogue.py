"""The economic groups of ``configs/``: catalogue of costs, benefits, deflators, harms, appraisals.

Each file is read, built and checked by itself. A number whose source nobody has opened (confidence
U in its comment), or that has no comment at all, is refused until the user accepts it by its key.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final, TypeVar

import yaml

from experiments.comments import notes
from experiments.economics.appraisal import Appraisal
from experiments.economics.break_even import Harm
from experiments.economics.doubt import Doubt
from experiments.economics.measure import Measure, in_dollars_of
from experiments.economics.price_year import Deflator
from experiments.economics.truck_hour import Benefit
from experiments.provenance import CONFIGS
from sim.build import build
from sim.errors import ConfigError
from sim.scenario import Value
from sim.spec import Spec

T = TypeVar("T", bound=Spec)
ECONOMICS: Final[dict[str, type[Spec]]] = {
    "appraisal": Appraisal,
    "benefit": Benefit,
    "cost": Measure,
    "deflator": Deflator,
    "harm": Harm,
    "uncertainty": Doubt,
}
"""Config groups of the economics, one file an option; they fill no part of the scenario."""


def read(
    cls: type[T], group: str, name: str, accepted: Collection[str] = (), folder: Path = CONFIGS
) -> T:
    """Return one option of one group.

    Parameters
    ----------
    accepted : collection of str
        Keys of unverified numbers that the user takes all the same, one by one.
    folder : Path
        Where the groups lie; the project's own by default.

    Raises
    ------
    ConfigError
        No such option, whatever building refuses, or an unverified number without consent.

    Examples
    --------
    >>> read(Deflator, "deflator", "gdp").name
    'gdp'
    """
    path = folder / group / f"{name}.yaml"
    if not path.is_file():
        known = sorted(option.stem for option in (folder / group).glob("*.yaml"))
        raise ConfigError(group, f"no option {name!r}; known {known}")
    key = f"{group}.{name}" if group == "cost" else group
    for unverified in unverified_keys(path):
        if f"{key}.{unverified}" not in accepted:
            problem = "nobody has opened its source; accept it by name or set another value"
            raise ConfigError(f"{key}.{unverified}", problem)
    return build(cls, yaml.safe_load(path.read_text(encoding="utf-8")), key)


def unverified_keys(path: Path) -> list[str]:
    """Return the numbers of a config file that are recalled (confidence U) or have no source."""
    return [key for key, note in notes(path).items() if note is None or note.confidence == "U"]


def measures(
    price_year: int, deflator: Deflator, accepted: Collection[str] = (), folder: Path = CONFIGS
) -> dict[str, Measure]:
    """Return the whole catalogue in dollars of one year, by name.

    Raises
    ------
    ConfigError
        A measure that cannot be built or restated, or an unverified price without consent.
    """
    names = sorted(path.stem for path in (folder / "cost").glob("*.yaml"))
    found = {name: read(Measure, "cost", name, accepted, folder) for name in names}
    return {name: in_dollars_of(measure, price_year, deflator) for name, measure in found.items()}


def value_of(benefit: Benefit, accepted: Collection[str] = ()) -> Value:
    """Return the prices of time and fuel that a benefit goes with."""
    return read(Value, "value", benefit.value, accepted)

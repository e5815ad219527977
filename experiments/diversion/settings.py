"""The keys of a corridor: its ports, how trucks choose among them, what changes there, and which months judge it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field

Information = Literal["equilibrium", "posted", "yesterday"]
LAG_H: Final[dict[Information, int]] = {"equilibrium": 0, "posted": 1, "yesterday": 24}
"""How old the waits are that drivers know: those they will meet, of the hour before, of the day before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorPort(Spec):
    """One port of a corridor."""

    option: str | None = None
    """Its option of the group ``port``; null: its own name."""
    base_share: float | None = bounded_field(0.0, 1.0, default=None)
    """Share of the corridor's trucks as usual; null: by the ports' own counts."""
    latent_share: float | None = bounded_field(0.0, 1.0, default=None)
    """Of a port that no truck uses as usual: the share that it would have once it is open; null: it is in use."""
    extra_min: float = bounded_field(0.0, 1440.0, default=0.0)
    """Drive of a truck that comes over from another port of the corridor."""
    toll_change_usd: float = bounded_field(-1000.0, 1000.0, default=0.0)
    """What a crossing costs more than in the days to which the base shares belong."""
    counted_as: str | None = None
    """Its name in the file of counts; null: its own."""
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Spec):
    """What changes at one port, from the first day to the last; null: from the beginning, to the end."""

    port: str
    from_date: str | None = None
    until_date: str | None = None
    closed: bool = False
    opens: bool = False
    inspected: bool = False
    """Every truck is inspected by the state beyond the exit."""
    overrides: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse dates that are none, and a measure that changes nothing or two things that exclude each other."""
        for key in ("from_date", "until_date"):
            text = getattr(self, key)
            if text is not None:
                parse_date(key, text)
        if self.from_date and self.until_date and self.until_date < self.from_date:
            raise ConfigError("until_date", f"must not be before from_date={self.from_date}, got {self.until_date}")
        if self.closed and (self.inspected or self.opens or self.overrides):
            raise ConfigError("closed", "a closed port has nothing else that changes; give one measure for each")
        if not (self.closed or self.opens or self.inspected or self.overrides):
            raise ConfigError("overrides", "nothing changes: give closed, opens, inspected or overrides")

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether it holds on a day."""
        return (self.from_date is None or self.from_date <= day.isoformat()) and (
            self.until_date is None or day.isoformat() <= self.until_date
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(Spec):
    """A state inspection of every truck, beyond the exit."""

    posts_per_booth: float = bounded_field(0.05, 50.0)
    service_min: float = bounded_field(0.1, 600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedMonths(Spec):
    """Months whose counts a corridor is fitted to or judged by."""

    counts: str
    """File of ``configs/observed``: month, port, trucks."""
    inner: tuple[str, ...]
    """Ports that the measures hit."""
    outer: tuple[str, ...]
    neighbors: tuple[int, ...] = bounded_field(1, 12)
    """Months of the same year from which a usual month is estimated."""
    controls: tuple[str, ...]
    """Ports far away, as the file names them, whose season is taken off."""
    model_ln_sd: float = bounded_field(0.0, 2.0)
    """Spread of ln(trucks) for what the model leaves out, beside that of years in which nothing happened."""
    fitted: tuple[str, ...] = ()
    """Months, YYYY-MM, whose counts decide how much each set of assumptions counts."""
    predicted: tuple[str, ...] = ()
    weights_of: str | None = None
    """Another corridor whose fit decides that; null: this one's."""

    def months(self) -> tuple[str, ...]:
        """Return all months, fitted ones first."""
        return (*self.fitted, *self.predicted)

    def check(self) -> None:
        """Refuse months that are none, or both fitted and predicted."""
        for key in ("fitted", "predicted"):
            for place, text in enumerate(getattr(self, key)):
                parse_date(f"{key}[{place}]", f"{text}-01", "YYYY-MM", text)
        if twice := set(self.fitted) & set(self.predicted):
            raise ConfigError("predicted", f"a month that was fitted cannot be predicted: {sorted(twice)}")
        if not self.months():
            raise ConfigError("fitted", "give at least one month that is fitted or predicted")
        if bool(self.fitted) == (self.weights_of is not None):
            raise ConfigError("weights_of", "give months to fit, or another corridor whose fit holds: one of the two")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorSettings(Spec):
    """The keys of ``configs/corridor``."""

    name: str
    title: str
    question: str
    ports: dict[str, CorridorPort]
    per_min: float = bounded_field(0.0, 1.0)
    """Log odds that a port loses for each minute more."""
    information: Information
    demand_lost_after_min: float | None = bounded_field(1.0)
    """Wait beyond which a truck does not cross; null: all cross, however long they wait."""
    patience_spread_share: float = bounded_field(0.05, 1.0)
    """Half the width of what trucks differ in that: 0.2 is 20% less to 20% more. If all gave up at one moment, hours
    would be joined by all or by nobody, and choices and waits would never agree."""
    inspection: Inspection
    measures: dict[str, Measure]
    varied: tuple[str, ...] = ()
    """Keys that each replication draws from their ranges; none: every replication has the values above."""
    replications: int | None = bounded_field(1, 100_000, default=None)
    """Replications where nobody gives a number; null: as every study."""
    counted: CountedMonths | None = None

    def check(self) -> None:
        """Refuse fewer than two ports, shares that do not add up, and names that are none of the ports."""
        if len(self.ports) < 2:
            raise ConfigError("ports", f"a corridor has two ports or more, got {list(self.ports)}")
        self._check_shares()
        for name, measure in self.measures.items():
            if measure.port not in self.ports:
                raise ConfigError(f"measures.{name}.port", f"no port {measure.port!r}; known {list(self.ports)}")
            if measure.opens and self.ports[measure.port].latent_share is None:
                raise ConfigError(f"measures.{name}.opens", f"{measure.port} is open as usual; it has no latent_share")
        for key in ("inner", "outer"):
            for place, name in enumerate(getattr(self.counted, key, ())):
                if name not in self.ports:
                    raise ConfigError(f"counted.{key}[{place}]", f"no port {name!r}; known {list(self.ports)}")

    def _check_shares(self) -> None:
        used = {name: port for name, port in self.ports.items() if port.latent_share is None}
        if not used:
            raise ConfigError("ports", "no port is in use as usual: latent_share stands at each of them")
        given = [port.base_share for port in used.values() if port.base_share is not None]
        if given and len(given) < len(used):
            missing = [name for name, port in used.items() if port.base_share is None]
            raise ConfigError("ports", f"base_share: given for some ports, missing for {missing}")
        if given and abs(sum(given) - 1.0) > 1e-6:
            raise ConfigError("ports", f"base_share adds up to {sum(given):g}, not 1")
        if given and min(given) <= 0.0:
            raise ConfigError("ports", "base_share must be above 0 at every port in use")


def parse_date(key: str, text: str, form: str = "YYYY-MM-DD", shown: str | None = None) -> dt.date:
    """Return a date; ConfigError: the text is none.

    >>> parse_date("from_date", "2023-09-18").day
    18
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigError(key, f"expected a date {form}, got {text if shown is None else shown!r}") from None
    return day

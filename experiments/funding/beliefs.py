"""How every uncertain number of a funding case is distributed: one rule by kind of number.

==========================  =======================================================================
number                      law
==========================  =======================================================================
price of equipment, works   its own range (beta-PERT), times one overrun for all equipment and one
                            for all civil works: lognormal, median above 1
operation, a year           uniform over its range
joining, training, removal  beta-PERT over its range
pay, persons a unit         pay: gamma of CV 0.2 if sourced; persons: beta-PERT over the range
lives, years to build       beta-PERT over the range, rounded to years
first years' effect         beta-PERT over the range
time, fuel, emissions       triangular over the range; gamma of CV 0.2 if sourced without one
share not replaced          log-uniform between the ends of its prior; kilograms a load as well
loads above the baseline's  beta-PERT factor: what simulation knows nothing of
simulation inputs           beta-PERT over the range (a scaled beta, for shares as for times)
==========================  =======================================================================

Ranges wider than tenfold are taken on a log scale. Prices, pay and lives of the same part with the
same value and range are one number written twice: they share one draw. All else is independent,
but that an overrun hits all equipment (or works) alike. Held fixed, and shown as scenarios: the
discount rate, the years, the price index. A person's training time is fixed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from experiments.assumptions import DECADE, Assumption
from experiments.comments import notes
from experiments.economics.doubt import Doubt
from experiments.funding.case import Case
from experiments.funding.distributions import Law, ranged
from experiments.inputs import unit_of
from experiments.provenance import CONFIGS, Input

SHARED: Final = ("price_usd", "cost_usd", "cost_usd_per_y", "removal_usd", "life_y")
"""Last words of the numbers that are one where part, value and range are the same."""
WHOLE: Final = ("life_y", "construction_y")
OVERRUN: Final = "overrun."
LOADS_SCALE: Final = "loads.scale"
NOT_REPLACED: Final = "harm.not_replaced_share"


@dataclass(frozen=True, slots=True)
class Belief:
    """One uncertain number, or several that are drawn as one."""

    keys: tuple[str, ...]
    group: str
    value: float
    law: Law
    source: str
    confidence: str
    assumption: Assumption | None = None
    """A simulation input: the law gives its position in the range, 0 to 1."""

    @property
    def name(self) -> str:
        """The key, or keys joined."""
        return " + ".join(self.keys)

    @property
    def whole(self) -> bool:
        """Whether it counts whole years."""
        return self.keys[0].rpartition(".")[2] in WHOLE

    @property
    def unit(self) -> str:
        """The unit that the key ends in; ``x`` for factors."""
        if self.keys[0].startswith((OVERRUN, LOADS_SCALE)):
            return "x"
        return unit_of(self.keys[0]) or ("persons" if ".staff." in self.keys[0] else "")

    @property
    def words(self) -> str:
        """The law in words, in the number's own unit."""
        if self.assumption is None:
            return self.law.words
        one = self.assumption
        mode = 1.0 if one.factor else self.value
        log = " on a log scale" if _logged(one) else ""
        factor = ", a factor" if one.factor else ""
        return f"beta-PERT {one.low:g}, {mode:g}, {one.high:g}{log}{factor}"

    def number(self, u: float) -> float:
        """Return the number at a uniform, as a reader sees it."""
        drawn = float(self.law.at(u))
        if self.assumption is not None:
            return float(self.assumption.at(min(drawn, math.nextafter(1.0, 0.0))))
        return float(round(drawn)) if self.whole else drawn


def economic(case: Case, doubt: Doubt) -> list[Belief]:
    """Return what is uncertain about prices, lives, values and harms of a case."""
    merged: dict[object, Belief] = {}
    for key, belief in _written(case, doubt):
        known = merged.get(key)
        keys = (*known.keys, *belief.keys) if known else belief.keys
        merged[key] = Belief(
            keys, belief.group, belief.value, belief.law, belief.source, belief.confidence
        )
    return [*merged.values(), *_made_up(case, doubt)]


def simulated(assumed: Iterable[Assumption]) -> list[Belief]:
    """Return what is uncertain about the inputs of the simulation."""
    return [_position(one) for one in assumed]


def _position(one: Assumption) -> Belief:
    centre = 1.0 if one.factor or not isinstance(one.value, int | float) else float(one.value)
    mode = _place(one, centre)
    return Belief(
        (one.key,),
        f"simulation: {one.key.partition('.')[0]}",
        centre,
        Law("pert", 0.0, mode, 1.0),
        "assumption",
        "A",
        one,
    )


def _logged(one: Assumption) -> bool:
    whole = isinstance(one.value, int) and not one.factor
    return not whole and one.low > 0.0 and one.high / one.low > DECADE


def _place(one: Assumption, number: float) -> float:
    """Return where a number lies in its range, so that `Assumption.at` gives it back."""
    if isinstance(one.value, int) and not one.factor:
        return (number - one.low + 0.5) / (one.high - one.low + 1.0)
    if one.high == one.low:
        return 0.5
    if _logged(one):
        return math.log(number / one.low) / math.log(one.high / one.low)
    return (number - one.low) / (one.high - one.low)


def _written(case: Case, doubt: Doubt) -> Iterator[tuple[object, Belief]]:
    """Yield what the case's own numbers are held to be, with what makes two of them one."""
    names = {purchase.measure for bought in case.purchases.values() for purchase in bought}
    names |= {person for name in names for person in case.catalogue[name].staff}
    used = {f"cost.{name}" for name in names} | {"value", "benefit", "harm"}
    rows = (*case.inputs, *case.study.inputs(case.study.baseline))
    for row in {row.key: row for row in rows}.values():
        words = row.key.split(".")
        if not used & {words[0], ".".join(words[:2])} or row.kind in ("definition", "user"):
            continue
        number = row.value[0] if isinstance(row.value, list) else row.value
        if not isinstance(number, int | float) or _training_time(row, case):
            continue
        if (law := _law(row, float(number), case, doubt)) is not None:
            source = row.source_id or row.kind
            belief = Belief(
                (row.key,), _group(row.key), float(number), law, source, row.confidence or "A"
            )
            yield _identity(row, number), belief


def _training_time(row: Input, case: Case) -> bool:
    """Return whether a number is how long it takes to train a person."""
    words = row.key.split(".")
    if words[0] != "cost" or words[-1] != "construction_y":
        return False
    return any(one.kind == "staff" for one in case.catalogue[words[1]].yearly.values())


def _identity(row: Input, number: float) -> object:
    """Return what two numbers have in common that are one."""
    key = row.key.partition(".")[2].partition(".")[2]
    last = key.rpartition(".")[2]
    if not row.key.startswith("cost.") or last not in SHARED:
        return row.key
    return last if last == "life_y" else key, number, row.source_id, row.low, row.high


def _law(row: Input, number: float, case: Case, doubt: Doubt) -> Law | None:
    """Return the law of one number; None: it stays as it is."""
    limits, words = _limits(row, number), row.key.split(".")
    if words[0] == "harm":
        return _harm(row.key, number, limits, doubt)
    if limits is None:
        fixed = words[-1] in ("price_usd", "price_year", "co2_kg_per_gal") or number == 0.0
        return None if fixed else Law("gamma", number, doubt.cv)
    low, high = limits
    if words[0] in ("value", "benefit"):
        return Law("triangular", low, number, high)
    if words[2] == "yearly" and case.catalogue[words[1]].yearly[words[3]].kind == "operation":
        return Law("log_uniform" if high > DECADE * low > 0.0 else "uniform", low, high)
    return ranged(low, number, high)


def _limits(row: Input, number: float) -> tuple[float, float] | None:
    """Return the range of a number, or of the first of a list of years."""
    low, high = row.low, row.high
    if low is None and isinstance(row.value, list) and row.file:
        note = notes(CONFIGS.parent / row.file).get(row.key.split(".", 2)[-1])
        low, high = (None, None) if note is None else (note.low, note.high)
    return None if low is None or high is None or not low <= number <= high else (low, high)


def _harm(key: str, number: float, limits: tuple[float, float] | None, doubt: Doubt) -> Law | None:
    if key.endswith("pure_kg_per_load") and limits is not None:
        return Law("log_uniform", *limits)
    return Law("gamma", number, doubt.cv) if key.endswith("_life_usd") else None


def _made_up(case: Case, doubt: Doubt) -> Iterator[Belief]:
    """Yield the factors that no config file of a measure holds."""
    over = Law("overrun", doubt.overrun.p5, doubt.overrun.p50, doubt.overrun.p95)
    for kind in ("equipment", "civil_works"):
        yield Belief((f"{OVERRUN}{kind}",), "capital", 1.0, over, "assumption", "A")
    scale = Law("pert", *doubt.loads_scale)
    yield Belief((LOADS_SCALE,), "loads beyond simulation", 1.0, scale, "assumption", "A")
    low, high = case.harm.not_replaced_low_share, case.harm.not_replaced_high_share
    if 0.0 < low < high:
        law = Law("log_uniform", low, high)
        yield Belief((NOT_REPLACED,), "harm", math.sqrt(low * high), law, "assumption", "A")


def _group(key: str) -> str:
    """Return the group under which a number is read, and moved in the global sensitivity."""
    words = key.split(".")
    if words[0] in ("value", "benefit"):
        return "value of a truck-hour"
    if words[0] == "harm":
        return "harm"
    if words[-1] in WHOLE or words[-1] == "ramp_up_share":
        return "lives and delivery"
    if words[2] == "staff" or ".salary." in key:
        return "staff"
    if words[2] == "yearly":
        return "operation"
    return "capital"

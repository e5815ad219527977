"""How every uncertain number of a funding case is distributed: one rule by kind of number.

==========================  =======================================================================
number                      distribution
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
same value and range are one number written twice: they share one draw. All else is independent, but
that an overrun hits all equipment (or works) alike. The discount rate, the years, the price index
and a person's training time are fixed.

Source: Malcolm et al. (1959) for the PERT distribution; the others are textbook ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from experiments.execution.redraws import DECADE, AssumedInput
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.study.inputs import unit_of_key, value_text
from experiments.study.sources import CONFIGS, SourcedInput, source_notes
from sim.arrays import FloatArray

Z95: Final = 1.6448536269514722
"""Standard normal quantile of 95 %."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """One law with its parameters, as `at` and `words` read them."""

    kind: Literal["uniform", "log_uniform", "triangular", "pert", "log_pert", "gamma", "overrun"]
    a: float
    b: float
    c: float = 0.0

    def at(self, u: npt.ArrayLike) -> FloatArray:
        """Return the quantiles at uniforms ``u``, of any shape.

        uniform, log_uniform: a..b. triangular, pert, log_pert: lowest a, likeliest b, highest c.
        gamma: mean a, coefficient of variation b. overrun: 5, 50 and 95% points, lognormal with
        a spread of its own on each side of the median.

        Examples
        --------
        >>> Distribution("uniform", 2.0, 4.0).at([0.25]).tolist(), Distribution("overrun", 0.9, 1.1, 1.6).at(0.5)
        ([2.5], array(1.1))
        >>> float(Distribution("triangular", 0.0, 1.0, 1.0).at(0.25))
        0.5
        """
        return DISTRIBUTIONS[self.kind][0](np.asarray(u, dtype=np.float64), self.a, self.b, self.c)

    @property
    def words(self) -> str:
        """The law as a reader sees it."""
        return DISTRIBUTIONS[self.kind][1].format(a=value_text(self.a), b=value_text(self.b), c=value_text(self.c))


def pert_over_range(low: float, likeliest: float, high: float) -> Distribution:
    """Return the beta-PERT law of a number with a range, on a log scale where that is wide."""
    return Distribution("log_pert" if low > 0.0 and high / low > DECADE else "pert", low, likeliest, high)


def _gamma(p: FloatArray, mean: float, cv: float, _: float) -> FloatArray:
    if cv == 0.0 or mean == 0.0:
        return np.full_like(p, mean)
    shape = 1.0 / cv**2
    return np.asarray(special.gammaincinv(shape, p) * mean / shape)


def _overrun(p: FloatArray, low: float, median: float, high: float) -> FloatArray:
    z = special.ndtri(p) / Z95
    return np.asarray(median * np.where(z < 0.0, median / low, high / median) ** z)


def _triangular(p: FloatArray, low: float, mode: float, high: float) -> FloatArray:
    if (width := high - low) == 0.0:
        return np.full_like(p, low)
    return np.asarray(stats.triang.ppf(p, (mode - low) / width, loc=low, scale=width))


def _pert(p: FloatArray, low: float, mode: float, high: float) -> FloatArray:
    if (width := high - low) == 0.0:
        return np.full_like(p, low)
    share = (mode - low) / width
    return np.asarray(low + width * special.betaincinv(1.0 + 4.0 * share, 5.0 - 4.0 * share, p))


DISTRIBUTIONS: Final[dict[str, tuple[Callable[[FloatArray, float, float, float], FloatArray], str]]] = {
    "uniform": (lambda p, low, high, _: np.asarray(low + p * (high - low)), "uniform {a} to {b}"),
    "log_uniform": (lambda p, low, high, _: np.asarray(low * (high / low) ** p), "log-uniform {a} to {b}"),
    "triangular": (_triangular, "triangular {a}, {b}, {c}"),
    "pert": (_pert, "beta-PERT {a}, {b}, {c}"),
    "log_pert": (lambda p, *abc: np.exp(_pert(p, *map(np.log, abc))), "beta-PERT {a}, {b}, {c} on a log scale"),
    "gamma": (_gamma, "gamma, mean {a}, CV {b}"),
    "overrun": (_overrun, "lognormal, 5/50/95% at {a}, {b}, {c}"),
}
"""Quantile function and words of every kind."""


SHARED: Final = ("price_usd", "cost_usd", "cost_usd_per_y", "removal_usd", "life_y")
"""Last words of the numbers that are one where part, value and range are the same."""
WHOLE: Final = ("life_y", "construction_y")
OVERRUN: Final = "overrun."
LOADS_SCALE: Final = "loads.scale"
NOT_REPLACED: Final = "harm.not_replaced_share"


@dataclass(frozen=True, slots=True)
class UncertainInput:
    """One uncertain number, or several that are drawn as one."""

    keys: tuple[str, ...]
    group: str
    value: float
    law: Distribution
    source: str
    confidence: str
    assumption: AssumedInput | None = None
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
        return unit_of_key(self.keys[0]) or ("persons" if ".staff." in self.keys[0] else "")

    @property
    def words(self) -> str:
        """The law in words, in the number's own unit."""
        if self.assumption is None:
            return self.law.words
        one = self.assumption
        mode = 1.0 if one.factor else self.value
        log = " on a log scale" if one.on_log_scale else ""
        factor = ", a factor" if one.factor else ""
        ends = ", ".join(map(value_text, (one.low, mode, one.high)))
        return f"beta-PERT {ends}{log}{factor}"

    def number(self, u: float) -> float:
        """Return the number at a uniform, as a reader sees it."""
        return float(self.numbers(np.array([u]))[0])

    def numbers(self, uniforms: FloatArray) -> FloatArray:
        """Return the numbers at uniforms [draw], as a reader sees them."""
        drawn = np.asarray(self.law.at(uniforms))
        if self.assumption is not None:
            nearly_one = math.nextafter(1.0, 0.0)
            return np.array([float(self.assumption.at(min(one, nearly_one))) for one in drawn.tolist()])
        return np.round(drawn) if self.whole else drawn


def uncertain_inputs_table(inputs: Iterable[UncertainInput]) -> pd.DataFrame:
    """Return what is drawn, a row a number; see `experiments.funding.uncertainty.analysis.Uncertainty`."""
    rows = [
        {"key": one.name, "group": one.group, "value": one.value, "distribution": one.words}
        | {f"p{percent}": one.number(percent / 100.0) for percent in (10, 50, 90)}
        | {"unit": one.unit, "source": one.source, "confidence": one.confidence}
        for one in inputs
    ]
    return pd.DataFrame(rows)


def uncertain_economic_inputs(case: FundingCase, settings: UncertaintySettings) -> list[UncertainInput]:
    """Return what is uncertain about prices, lives, values and harms of a case."""
    merged: dict[object, UncertainInput] = {}
    for key, one in _written(case, settings):
        known = merged.get(key)
        merged[key] = replace(one, keys=(*known.keys, *one.keys)) if known else one
    return [*merged.values(), *_made_up(case, settings)]


def uncertain_simulation_input(assumed: AssumedInput) -> UncertainInput:
    """Return what is uncertain about an input of the simulation."""
    centre = 1.0 if assumed.factor or not isinstance(assumed.value, int | float) else float(assumed.value)
    law, group = Distribution("pert", 0.0, _place(assumed, centre), 1.0), f"simulation: {assumed.key.partition('.')[0]}"
    return UncertainInput((assumed.key,), group, centre, law, "assumption", "A", assumed)


def _place(assumed: AssumedInput, number: float) -> float:
    """Return where a number lies in its range, so that `AssumedInput.at` gives it back."""
    if isinstance(assumed.value, int) and not assumed.factor:
        return (number - assumed.low + 0.5) / (assumed.high - assumed.low + 1.0)
    if assumed.high == assumed.low:
        return 0.5
    if assumed.on_log_scale:
        return math.log(number / assumed.low) / math.log(assumed.high / assumed.low)
    return (number - assumed.low) / (assumed.high - assumed.low)


def _written(case: FundingCase, settings: UncertaintySettings) -> Iterator[tuple[object, UncertainInput]]:
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
        if (law := _law(row, float(number), case, settings)) is not None:
            source = row.source_id or row.kind
            belief = UncertainInput((row.key,), _group(row.key), float(number), law, source, row.confidence or "A")
            yield _identity(row, number), belief


def _training_time(row: SourcedInput, case: FundingCase) -> bool:
    """Return whether a number is how long it takes to train a person."""
    words = row.key.split(".")
    if words[0] != "cost" or words[-1] != "construction_y":
        return False
    return any(one.kind == "staff" for one in case.catalogue[words[1]].yearly.values())


def _identity(row: SourcedInput, number: float) -> object:
    """Return what two numbers have in common that are one."""
    key = row.key.partition(".")[2].partition(".")[2]
    last = key.rpartition(".")[2]
    if not row.key.startswith("cost.") or last not in SHARED:
        return row.key
    return last if last == "life_y" else key, number, row.source_id, row.low, row.high


def _law(row: SourcedInput, number: float, case: FundingCase, settings: UncertaintySettings) -> Distribution | None:
    """Return the law of one number; None: it stays as it is."""
    limits, words = _limits(row, number), row.key.split(".")
    if words[0] == "harm":
        return _harm(row.key, number, limits, settings)
    if limits is None:
        fixed = words[-1] in ("price_usd", "price_year", "co2_kg_per_gal") or number == 0.0
        return None if fixed else Distribution("gamma", number, settings.cv)
    low, high = limits
    if words[0] in ("value", "benefit"):
        return Distribution("triangular", low, number, high)
    if words[2] == "yearly" and case.catalogue[words[1]].yearly[words[3]].kind == "operation":
        return Distribution("log_uniform" if high > DECADE * low > 0.0 else "uniform", low, high)
    return pert_over_range(low, number, high)


def _limits(row: SourcedInput, number: float) -> tuple[float, float] | None:
    """Return the range of a number, or of the first of a list of years."""
    low, high = row.low, row.high
    if low is None and isinstance(row.value, list) and row.file:
        note = source_notes(CONFIGS.parent / row.file).get(row.key.split(".", 2)[-1])
        low, high = (None, None) if note is None else (note.low, note.high)
    return None if low is None or high is None or not low <= number <= high else (low, high)


def _harm(
    key: str, number: float, limits: tuple[float, float] | None, settings: UncertaintySettings
) -> Distribution | None:
    if key.endswith("pure_kg_per_load") and limits is not None:
        return Distribution("log_uniform", *limits)
    return Distribution("gamma", number, settings.cv) if key.endswith("_life_usd") else None


def _made_up(case: FundingCase, settings: UncertaintySettings) -> Iterator[UncertainInput]:
    """Yield the factors that no config file of a measure holds."""
    over = Distribution("overrun", settings.overrun.p5, settings.overrun.p50, settings.overrun.p95)
    for kind in ("equipment", "civil_works"):
        yield UncertainInput((f"{OVERRUN}{kind}",), "capital", 1.0, over, "assumption", "A")
    scale = Distribution("pert", *settings.loads_scale)
    yield UncertainInput((LOADS_SCALE,), "loads beyond simulation", 1.0, scale, "assumption", "A")
    low, high = case.harm.not_replaced_low_share, case.harm.not_replaced_high_share
    if 0.0 < low < high:
        law = Distribution("log_uniform", low, high)
        yield UncertainInput((NOT_REPLACED,), "harm", math.sqrt(low * high), law, "assumption", "A")


def _group(key: str) -> str:
    """Return the group under which a number is read, and moved in the global sensitivity."""
    words = key.split(".")
    if words[0] in ("value", "benefit"):
        return "value of a truck-hour"
    if words[0] == "harm":
        return "harm"
    if words[-1] in WHOLE or words[-1] == "ramp_up_share":
        return "service lives and delivery"
    if words[2] == "staff" or ".salary." in key:
        return "staff"
    if words[2] == "yearly":
        return "operation"
    return "capital"

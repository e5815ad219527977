"""Carriers, drivers, tractors, shippers and consignees that come back, so that history exists.

The population is fixed by ``traffic.population_seed`` and its sizes: the same firms meet every
window. Customer lists and states are assumptions about shape; no such table is published.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.firms import (
    YEAR_DAYS,
    Crew,
    Firms,
    Key,
    Past,
    Table,
    draw_crew,
    draw_firms,
    draw_past,
    make_table,
    standardised,
)
from sim.scenario import COMMODITIES, Scenario
from sim.streams import BoolArray, Draw, FloatArray, IntArray, Purpose, normal

N_STATES = 32
N_CUSTOMERS = 4
"""Usual carriers of a shipper on each side (general, FAST), and its usual consignees."""
CARRIER_RANK_SHIFT, SHIPPER_RANK_SHIFT = 20.0, 30.0
"""Size ~ 1 / (rank + shift): the largest carrier has about 1 % of the trucks [A 5..50]."""
VALUE_LEAN = dict(
    zip(COMMODITIES, (0.8, 0.6, 0.3, -0.9, -0.1, -0.3, -0.4, 0.1, -0.8, 0.0), strict=True)
)
"""How valuable a load is, by commodity, in standard deviations of ln(value) before scaling."""
FIRST_PAIR_SHARE = (0.15, 0.03)
"""Share of a new and of an old shipper's loads that go to a consignee for the first time [A]."""
DRIVER_CHANGE_SHARE = 0.08
"""Share of trucks that a stand-in drives [A 0.03..0.2]."""
PRODUCE = COMMODITIES.index("produce")
CARRIER_FIRMS = (Purpose.CARRIER_RANK, Purpose.CARRIER_AGE, Purpose.CARRIER_MEMBER)
CARRIER_PAST = (
    Purpose.CARRIER_LATENT, Purpose.CARRIER_CROSSINGS, Purpose.CARRIER_EXAMS, Purpose.CARRIER_FINDS
)  # fmt: skip
SHIPPER_FIRMS = (Purpose.SHIPPER_RANK, Purpose.SHIPPER_AGE, Purpose.SHIPPER_MEMBER)
SHIPPER_PAST = (
    Purpose.SHIPPER_LATENT, Purpose.SHIPPER_ENTRIES, Purpose.SHIPPER_EXAMS, Purpose.SHIPPER_FINDS
)  # fmt: skip
DRIVERS = (Purpose.DRIVER_TENURE, Purpose.DRIVER_CROSSINGS)
PLATES = (Purpose.PLATE_TENURE, Purpose.PLATE_CROSSINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriers:
    """Carriers (SCAC), their drivers and their tractors."""

    past: Past
    ctpat: BoolArray
    home_state: IntArray
    drivers: Crew
    plates: Crew
    table: Table
    """Draws the carrier of an empty truck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shippers:
    """Shippers, what they send, by whom and to whom."""

    past: Past
    commodity: IntArray
    origin_state: IntArray
    value_z: FloatArray
    """How valuable its loads are: mean 0, standard deviation 1 over the laden trucks."""
    customers: IntArray
    """Usual carriers, shape (2, shippers, N_CUSTOMERS): of its general and of its FAST trucks."""
    consignees: IntArray
    """Usual consignees, shape (shippers, N_CUSTOMERS)."""
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everyone who may turn up at the port."""

    carriers: Carriers
    shippers: Shippers
    n_consignees: int


def slot(u: FloatArray) -> IntArray:
    """Return the place in a customer list: the first is used for half of the loads."""
    return (N_CUSTOMERS * u * u).astype(np.int64)


SLOT_SHARE = np.diff(np.sqrt(np.arange(N_CUSTOMERS + 1.0) / N_CUSTOMERS))


def _commodities(key: Key) -> IntArray:
    """Return each shipper's commodity: at least one shipper for each group that is traded."""
    share = np.asarray(key.commodity_share)
    traded = np.flatnonzero(share > 0.0)
    n_more = key.n_shippers - traded.size
    middles = (np.arange(n_more) + 0.5) / max(n_more, 1)
    more = np.searchsorted(np.cumsum(share[traded]) / share.sum(), middles)
    return np.concatenate([traded, traded[np.minimum(more, traded.size - 1)]]).astype(np.int64)


def _by_commodity(key: Key, commodity: IntArray, size: FloatArray, wanted: BoolArray) -> FloatArray:
    """Return weights that give each commodity its share, from the wanted shippers if it has any."""
    n = len(key.commodity_share)
    weight = size * wanted
    served = np.bincount(commodity, weight, n) > 0.0
    weight = np.where(served[commodity], weight, size)
    totals = np.bincount(commodity, weight, n)
    shares: FloatArray = np.asarray(key.commodity_share)[commodity] * weight / totals[commodity]
    return shares


def _states(key: Key, purpose: Purpose, n: int) -> IntArray:
    """Return Mexican states, Zipf-like."""
    cumulative = np.cumsum(1.0 / np.arange(1.0, N_STATES + 1.0))
    return np.searchsorted(cumulative / cumulative[-1], key.uniform(purpose, n)).astype(np.int64)


def _shippers(key: Key, carrier_table: Table) -> Shippers:
    n = key.n_shippers
    firms = draw_firms(key, n, SHIPPER_FIRMS, SHIPPER_RANK_SHIFT)
    commodity = _commodities(key)
    table = make_table(
        _by_commodity(key, commodity, firms.size, np.ones(n, dtype=np.bool_)),
        _by_commodity(key, commodity, firms.size, firms.member),
    )
    weight = table.weights(key.fast_share, n)
    state = _states(key, Purpose.SHIPPER_STATE, n)
    lean = np.array([VALUE_LEAN[name] for name in COMMODITIES])[commodity]
    value_z = lean + normal(key.spread(Purpose.SHIPPER_VALUE, n))
    fast = np.repeat([False, True], n * N_CUSTOMERS)
    customers = carrier_table.draw(fast, key.uniform(Purpose.SHIPPER_CUSTOMERS, fast.size))
    consignees = key.uniform(Purpose.SHIPPER_CONSIGNEES, n * N_CUSTOMERS) * key.n_consignees
    return Shippers(
        past=draw_past(key, firms, weight * (1.0 - key.empty_share), SHIPPER_PAST),
        commodity=commodity,
        origin_state=np.where(commodity == PRODUCE, (state + 10) % N_STATES, state),
        value_z=standardised(value_z, weight),
        customers=customers.reshape(2, n, N_CUSTOMERS),
        consignees=consignees.astype(np.int64).reshape(n, N_CUSTOMERS),
        table=table,
    )


def _carrier_weight(key: Key, table: Table, shippers: Shippers) -> FloatArray:
    """Return each carrier's share of all trucks: empties directly, the laden through shippers."""
    n = key.n_carriers
    weight = key.empty_share * table.weights(key.fast_share, n)
    for row, share in enumerate((1.0 - key.fast_share, key.fast_share)):
        laden = shippers.table.weights(float(row), key.n_shippers)[:, None] * SLOT_SHARE
        used = np.bincount(shippers.customers[row].ravel(), laden.ravel(), n)
        weight = weight + (1.0 - key.empty_share) * share * used
    return weight


def _carriers(key: Key, firms: Firms, table: Table, shippers: Shippers) -> Carriers:
    weight = _carrier_weight(key, table, shippers)
    return Carriers(
        past=draw_past(key, firms, weight, CARRIER_PAST),
        ctpat=firms.member,
        home_state=_states(key, Purpose.CARRIER_STATE, key.n_carriers),
        drivers=draw_crew(key, key.n_drivers, weight, DRIVERS),
        plates=draw_crew(key, key.n_plates, weight, PLATES),
        table=table,
    )


@functools.lru_cache(maxsize=8)
def _population(key: Key) -> Population:
    firms = draw_firms(key, key.n_carriers, CARRIER_FIRMS, CARRIER_RANK_SHIFT)
    table = make_table(firms.size, firms.size * firms.member)
    shippers = _shippers(key, table)
    return Population(
        carriers=_carriers(key, firms, table, shippers),
        shippers=shippers,
        n_consignees=key.n_consignees,
    )


def population_key(scenario: Scenario) -> Key:
    """Return all of a scenario that decides who may turn up; demand and policy do not."""
    traffic, mix = scenario.traffic, scenario.port.mix
    return Key(
        seed=traffic.population_seed,
        n_carriers=traffic.n_carriers,
        n_drivers=traffic.n_drivers,
        n_plates=traffic.n_plates,
        n_shippers=traffic.n_shippers,
        n_consignees=traffic.n_consignees,
        empty_share=mix.empty_share,
        fast_share=mix.fast_share,
        commodity_share=tuple(mix.commodity_share[name] for name in COMMODITIES),
        trucks_per_year=math.fsum(scenario.port.volume.trucks_per_month),
        hidden_ln_sd=scenario.threat.hidden_ln_sd,
    )


def draw_population(scenario: Scenario) -> Population:
    """Draw the firms, drivers and tractors of a port; the same for every window.

    Chance is keyed by ``traffic.population_seed`` alone. Records follow the port's counted year
    whatever ``volume_scale`` is, so that a truck looks the same at every level of demand.
    """
    return _population(population_key(scenario))


def draw_parties(key: Key, draw: Draw) -> dict[str, NDArray[Any]]:
    """Draw who each truck belongs to.

    Returns
    -------
    dict of arrays, shape (n,)
        ``fast laden shipper carrier plate driver driver_change consignee first_pair``; shipper and
        consignee are -1 for an empty truck.
    """
    population = _population(key)
    carriers, shippers = population.carriers, population.shippers
    fast = draw(Purpose.FAST) < key.fast_share
    laden = draw(Purpose.LADEN) >= key.empty_share
    shipper = shippers.table.draw(fast, draw(Purpose.SHIPPER))
    u = draw(Purpose.CARRIER)
    usual = (fast * key.n_shippers + shipper) * N_CUSTOMERS + slot(u)
    carrier = np.where(laden, shippers.customers.ravel().take(usual), carriers.table.draw(fast, u))
    parties = {"fast": fast, "laden": laden, "carrier": carrier}
    parties["shipper"] = np.where(laden, shipper, -1)
    return parties | _consignee(population, shipper, laden, draw) | _drive(carriers, carrier, draw)


def _consignee(
    population: Population, shipper: IntArray, laden: BoolArray, draw: Draw
) -> dict[str, NDArray[Any]]:
    """Draw consignees: a usual one, or now and then the first of a new pair."""
    shippers = population.shippers
    chance = np.where(shippers.past.age_days < YEAR_DAYS, *FIRST_PAIR_SHARE)
    first_pair = laden & (draw(Purpose.FIRST_PAIR) < chance.take(shipper))
    u = draw(Purpose.CONSIGNEE)
    usual = shippers.consignees.ravel().take(shipper * N_CUSTOMERS + slot(u))
    other = (u * population.n_consignees).astype(np.int64)
    consignee = np.where(laden, np.where(first_pair, other, usual), -1)
    return {"first_pair": first_pair, "consignee": consignee}


def _drive(carriers: Carriers, carrier: IntArray, draw: Draw) -> dict[str, NDArray[Any]]:
    """Draw the tractor and its driver: one of the tractor's own team, or now and then another."""
    n_plates, n_drivers = carriers.plates.count.take(carrier), carriers.drivers.count.take(carrier)
    plate = (draw(Purpose.PLATE) * n_plates).astype(np.int64)
    u = draw(Purpose.DRIVER_CHANGE)
    change = (u < DRIVER_CHANGE_SHARE) & (n_drivers > 1)
    usual = ((plate + draw(Purpose.DRIVER)) / n_plates * n_drivers).astype(np.int64)
    step = 1 + (u * change / DRIVER_CHANGE_SHARE * (n_drivers - 1)).astype(np.int64)
    driver = np.minimum(np.where(change, (usual + step) % n_drivers, usual), n_drivers - 1)
    return {
        "plate": carriers.plates.first.take(carrier) + plate,
        "driver": carriers.drivers.first.take(carrier) + driver,
        "driver_change": change,
    }

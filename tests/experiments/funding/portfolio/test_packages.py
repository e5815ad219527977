"""Packages by formula: exact where members act alone or in pairs, and corrected by what is simulated."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.funding.annual import Response
from experiments.funding.portfolio.packages import PackageModel, package_name

YEARS = (1, 7, 14, 20)
FEW = (1, 20)
REPLICATIONS = 6
ALONE = {"a": 0.8, "b": 0.9, "c": 0.7}
"""Factors on the hours of the baseline."""
ACT = {("a", "b"): 1.1, ("a", "c"): 0.95, ("b", "c"): 1.0}
"""What every two do to each other."""
ADDED = {"a": 3.0, "b": 0.0, "c": 5.0}
"""Loads, of which the baseline has none: they add up."""
RNG = np.random.default_rng(3)
LUCK = 1.0 + 0.1 * RNG.normal(size=(len(YEARS), REPLICATIONS))


def hours(members: tuple[str, ...], third: float = 1.0) -> np.ndarray:
    acts = [factor for pair, factor in ACT.items() if set(pair) <= set(members)]
    growth = np.interp(np.arange(len(YEARS)), [0, 3], [1.0, 2.0])[:, None]
    return np.asarray(1000.0 * np.prod([ALONE[one] for one in members] + acts) * growth * LUCK * third)


def loads(members: tuple[str, ...]) -> np.ndarray:
    more = 2.0 if {"a", "c"} <= set(members) else 0.0
    return np.asarray((sum(ADDED[one] for one in members) + more) * LUCK)


def made(sets: list[tuple[str, ...]], years: tuple[int, ...] = YEARS, first: int = REPLICATIONS) -> Response:
    names = tuple(package_name(members) if members else "today" for members in sets)
    places = [YEARS.index(year) for year in years]
    amounts = {
        "hours": np.array([hours(members)[places, :first] for members in sets]),
        "loads": np.array([loads(members)[places, :first] for members in sets]),
    }
    return Response(names, years, amounts)


OWN = made([(), ("a",), ("b",), ("c",)])
MEMBERS = {package_name(pair): pair for pair in ACT} | {"a_with_b_with_c": ("a", "b", "c")}
PAIRS = PackageModel("today", MEMBERS).measured(OWN, made(list(ACT), FEW, 2))


def test_pairs_are_as_simulated_in_every_replication_and_three_have_the_interactions_of_their_pairs() -> None:
    found = PAIRS.extended(OWN)
    assert found.alternatives == ("today", "a", "b", "c", *MEMBERS)
    for name, members in MEMBERS.items():
        place = found.alternatives.index(name)
        assert found.amounts["hours"][place] == pytest.approx(hours(members))
    assert PAIRS.by_formula() == ("a_with_b_with_c",)
    assert PAIRS.factors == {"hours"}


def test_what_may_be_zero_adds_up_and_is_never_below_zero() -> None:
    found = PAIRS.extended(OWN).amounts["loads"]
    place = PAIRS.extended(OWN).alternatives.index("a_with_c")
    assert found.min() >= 0.0
    # the interaction was measured on two replications, of which it is the mean
    few = np.array([[loads(("a", "c"))[year, r] - 8.0 * LUCK[year, r] for r in range(2)] for year in (0, 3)]).mean(
        axis=1
    )
    assert found[place, 0].mean() - 8.0 * LUCK[0].mean() == pytest.approx(few[0])


def test_a_package_that_was_simulated_is_as_simulated_in_the_mean() -> None:
    members = ("a", "b", "c")
    whole = Response(("a_with_b_with_c",), YEARS, {"hours": hours(members, 1.3)[None], "loads": loads(members)[None]})
    model = PAIRS.measured(OWN, whole)
    found = model.extended(OWN)
    place = found.alternatives.index("a_with_b_with_c")
    assert found.amounts["hours"][place].mean(axis=1) == pytest.approx(hours(members, 1.3).mean(axis=1))
    assert model.by_formula() == ()
    # pairs stay as they are
    pair = found.alternatives.index("a_with_b")
    assert found.amounts["hours"][pair] == pytest.approx(hours(("a", "b")))


def test_a_drawn_response_moves_its_packages() -> None:
    drawn = Response(OWN.alternatives, YEARS, {name: 2.0 * values for name, values in OWN.amounts.items()})
    assert PAIRS.extended(drawn).amounts["hours"] == pytest.approx(2.0 * PAIRS.extended(OWN).amounts["hours"])


def test_what_one_alternative_lacks_is_unknown_of_its_packages_alone() -> None:
    values = OWN.amounts["hours"].copy()
    values[OWN.alternatives.index("c")] = np.nan
    own = Response(OWN.alternatives, YEARS, OWN.amounts | {"hours": values})
    found = PAIRS.extended(own)
    for name, members in MEMBERS.items():
        known = np.isfinite(found.amounts["hours"][found.alternatives.index(name)])
        assert known.all() == ("c" not in members) if members != ("a", "b") else known.all()


def test_without_packages_a_response_stays_itself() -> None:
    assert PackageModel().extended(OWN) is OWN

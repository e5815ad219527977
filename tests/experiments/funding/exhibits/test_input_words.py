"""Every input of a case bears words that a planner reads, and no two bear the same."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from experiments.funding.case import FundingCase
from experiments.funding.exhibits.input_phrases import PHRASES
from experiments.funding.exhibits.input_words import PATTERNS, input_words
from experiments.funding.request import build_case, read_uncertainty_settings
from experiments.funding.sets.accepted_draws import drawn_simulation_inputs
from experiments.funding.sets.input_distributions import uncertain_economic_inputs

LIKE_A_KEY = re.compile(
    r"_|\w\.\w|\b(ln|sd|cv|z|n|p|p\d+|rho|mix|prime|hazmat|co2|sigma|zipf|latent|usd|gal|kg|servers)\b"
)


@pytest.fixture(scope="module", params=["portals", "state_inspection", "one_scale"])
def case(request: pytest.FixtureRequest) -> FundingCase:
    return build_case([f"experiment={request.param}"])


@pytest.fixture(scope="module")
def drawn(case: FundingCase) -> list[str]:
    """Return the keys of every input that is drawn, of the economics and of the simulation."""
    economic = uncertain_economic_inputs(case, read_uncertainty_settings(case))
    return [key for one in (*economic, *drawn_simulation_inputs(case)) for key in one.keys]


@pytest.fixture(scope="module")
def words(case: FundingCase, drawn: list[str]) -> dict[str, str]:
    """Return the words of every input of a case, drawn or not."""
    rows = [*(row for name in case.study.alternatives for row in case.study.inputs(name)), *case.inputs]
    keys = [*(row.key for row in rows if not row.key.endswith("price_year")), *drawn]
    return {key: input_words(key) for key in keys}


def test_what_is_drawn_has_a_phrase_of_its_own(drawn: list[str]) -> None:
    """A key taken apart at its dots is no planner's word; costs are named by their catalogue's parts."""
    written = [key for key in drawn if not key.startswith("cost.")]
    assert {"loads.scale", "scanner.secondary.sensing.threshold_z"} <= set(written)
    assert [key for key in written if not any(pattern.fullmatch(key) for pattern, _ in PATTERNS)] == []


def test_no_input_bears_a_key(words: dict[str, str]) -> None:
    assert len(words) > 600
    assert {key: said for key, said in words.items() if LIKE_A_KEY.search(said)} == {}


def test_no_two_inputs_bear_the_same_words(words: dict[str, str]) -> None:
    number = Counter(words.values())
    assert {key: said for key, said in words.items() if number[said] > 1} == {}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("scanner.portal.sensing.threshold_z", "portal: alarm threshold"),
        ("scanner.secondary.outages.repair_median_h", "secondary scanner: median repair time"),
        ("port.secondary.servers", "secondary inspection: places"),
        (
            "traffic.declared.hazmat_weight.plastics_chemicals",
            "hazardous goods: relative frequency, plastics and chemicals",
        ),
        ("port.officers.saturday", "officers on duty, Saturday"),
        ("loads.scale", "loads detected, times the simulated"),
        ("port.volume.holidays.mexican_labor_day.day", "traffic on Mexican Labor Day"),
    ],
)
def test_words_of_planners(key: str, said: str) -> None:
    assert input_words(key) == said


def test_no_phrase_stands_behind_one_that_takes_its_keys() -> None:
    """The first pattern that fits holds, so that a wider one must not come first."""
    for place, key in enumerate(PHRASES):
        example = key.replace("*", "x")
        first = next(number for number, (pattern, _) in enumerate(PATTERNS) if pattern.fullmatch(example))
        assert first == place, key

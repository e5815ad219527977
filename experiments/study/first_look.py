"""``quick=true``: a first look in a fraction of the time, by keys that are set where nobody set them.

The keys become overrides like any other, so that the record of the run holds them. What is left out is said before the
run; without redrawn assumptions a comparison has no headline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from experiments.study.compose import compose_config, parse_overrides
from sim.errors import ConfigError

QUICK: Final = "quick"
REPLICATIONS: Final = 6
YEAR_REPLICATIONS: Final = 12
"""A year takes whole multiples of a week a month."""
COMPARED: Final[Mapping[str, str]] = {
    "robustness.draws=0": "redrawn assumptions",
    "bottleneck=false": "bottleneck",
    "equal_levels=false": "alternatives set to equal levels",
}
LEFT_OUT: Final[Mapping[str, Mapping[str, str]]] = {
    "run": {key: words for key, words in COMPARED.items() if key != "equal_levels=false"},
    "compare": COMPARED,
    "fund": {"uncertainty.worlds=0": "simulated redraws of the inputs"},
}
"""What a first look leaves out, in words, by verb and override."""


def with_first_look(overrides: Sequence[str], with_experiment: Sequence[str], verb: str) -> tuple[str, ...]:
    """Return the overrides with those of a first look before them, where ``quick=true`` is among them.

    Parameters
    ----------
    overrides : sequence of str
    with_experiment : sequence of str
        The same with the verb's own experiment, where they name none.
    verb : str

    Raises
    ------
    ConfigError
        A verb that has no first look.

    Examples
    --------
    >>> asked = ["quick=true", "bottleneck=true"]
    >>> with_first_look(asked, asked, "run")
    ('replications=6', 'robustness.draws=0', 'quick=true', 'bottleneck=true')
    """
    if not is_first_look(overrides):
        return tuple(overrides)
    if verb not in LEFT_OUT:
        raise ConfigError(QUICK, f"{', '.join(LEFT_OUT)} have a first look, {verb} has none")
    given = {override.key_or_group for override in parse_overrides(overrides)}
    settings = compose_config(with_experiment, "fund" if verb == "fund" else "config").mapping
    least = YEAR_REPLICATIONS if settings["calendar"] == "year" else REPLICATIONS
    wanted = (f"replications={min(least, settings['replications'])}", *LEFT_OUT[verb])
    return (*(text for text in wanted if not _is_given(text, given)), *overrides)


def is_first_look(overrides: Sequence[str]) -> bool:
    """Return whether the overrides ask for a first look; ConfigError: neither true nor false."""
    values = [o.value() for o in parse_overrides(overrides) if o.key_or_group == QUICK and not o.is_sweep_override()]
    if values and not isinstance(values[-1], bool):
        raise ConfigError(QUICK, f"expected bool, got {values[-1]!r}")
    return bool(values and values[-1])


def _is_given(text: str, given: set[str]) -> bool:
    key = text.partition("=")[0]
    return key in given or key.partition(".")[0] in given


def first_look_words(overrides: Sequence[str], settings: Mapping[str, Any], verb: str) -> str:
    """Return what a first look leaves out, and which keys were given and so are kept; empty: it is none.

    ``settings`` holds the values in force by dotted key.

    Examples
    --------
    >>> in_force = {"replications": 50, "robustness.draws": 0, "bottleneck": True}
    >>> first_look_words(["quick=true"], in_force, "run")
    'First look (quick=true). Left out: redrawn assumptions. Kept as given: replications=50, bottleneck=true.'
    """
    if not is_first_look(overrides):
        return ""
    shown = {key: str(value).lower() for key, value in settings.items()}
    left_out = [words for text, words in LEFT_OUT[verb].items() if text == _now(text, shown)]
    kept = [_now(text, shown) for text in LEFT_OUT[verb] if text != _now(text, shown)]
    if int(settings["replications"]) > YEAR_REPLICATIONS:
        kept.insert(0, f"replications={settings['replications']}")
    words = f"First look (quick=true). Left out: {', '.join(left_out) or 'nothing'}."
    return f"{words} Kept as given: {', '.join(kept)}." if kept else words


def _now(text: str, shown: Mapping[str, str]) -> str:
    key = text.partition("=")[0]
    return f"{key}={shown[key]}"

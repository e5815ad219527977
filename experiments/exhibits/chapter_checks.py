"""Chapters that let a reviewer check: validation, reporting list, GAO's practices, impact box."""

from __future__ import annotations

from typing import Final

from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Bullets, Part, Prose, Section
from experiments.exhibits.gao_practices import practices, practices_table
from experiments.exhibits.stress_des import items, stress_table
from experiments.exhibits.validation import validation_table
from experiments.wording import listed, number, span

WAIT: Final = "wait_mean_min"


def validation(evidence: Evidence) -> Section:
    """Return validation against data, and the STRESS-DES list."""
    study = evidence.appraised.case.study
    port = study.alternatives[evidence.baseline].port.name
    parts: list[Part] = [validation_table(port)]
    level = evidence.level(evidence.baseline, WAIT)
    if level is not None:
        year = evidence.appraised.response.years[0]
        said = (
            f"Here the mean wait of {plain(evidence.baseline)} in year {year} is "
            f"{number(level.mean)} {span(level)} minutes, with that year's traffic."
        )
        parts.append(Prose(said))
    listing = items(evidence)
    done = sum(bool(item.text) for item in listing)
    parts.append(
        Prose(
            f"Reporting list (STRESS-DES): {done} of {len(listing)} items are filled by "
            f"the program, {len(listing) - done} are open for the author."
        )
    )
    parts.append(stress_table(evidence))
    return Section(19, "validation", "Validation against data, and STRESS-DES", tuple(parts))


def self_check(evidence: Evidence) -> Section:
    """Return GAO's practices with what is done and what is open."""
    found = [one.status for one in practices(evidence)]
    count = {status: found.count(status) for status in ("done", "part", "open")}
    return Section(
        20,
        "self-check",
        "Self-check: GAO's 22 practices",
        (
            Prose(
                f"{count['done']} of 22 are filled by the program, {count['part']} in part, "
                f"{count['open']} are open for the author."
            ),
            practices_table(evidence),
        ),
    )


IMPACT: Final = (
    "Texas, 2019: border delay cost 68.3 million dollars of productivity directly; a study put the "
    "output of both countries that goes with it at 2.3 billion dollars, 34 times as much.",
    "One more officer at each of 33 crossings and airports: 61.8 million dollars of gross domestic "
    "product and 1,053 jobs, or 1.87 million dollars an officer (study of 2013).",
)


def impact(evidence: Evidence, *, shown: bool) -> Section:
    """Return the box of economic impact: off by default, and never added to anything."""
    title = "Economic impact (not additive)"
    if not shown:
        text = (
            "Not shown: off by default. Output, gross product and jobs hold multipliers and often "
            "both countries; they are impacts, not benefits, and add to no figure of this report."
        )
        return Section(21, "impact", title, (Prose(text, "absent"),))
    rivals = listed([plain(name) for name in evidence.rivals])
    return Section(
        21,
        "impact",
        title,
        (
            Prose(
                "Published figures of economic impact, for the reader's sense of scale. They are "
                "not results of this study, hold multipliers and often both countries, and add "
                f"to no figure of this report. None was worked out for {rivals}.",
                "absent",
            ),
            Bullets(IMPACT),
        ),
    )

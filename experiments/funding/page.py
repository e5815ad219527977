"""An appraised case -> ``report.html``: the funding report, which needs nothing but itself.

No script and no request: charts are inline SVG, so that it prints as it stands. The one-page answer
comes first, then everything that it rests on, in the order in which reviewers ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from experiments.exhibits.contents import chapters
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Chart, Part, Section
from experiments.exhibits.front import Front, Sheet, front
from experiments.funding.appraised import Appraised
from experiments.funding.portfolio import Portfolio
from experiments.funding.uncertainty import Uncertainty

TEMPLATES: Final = Path(__file__).parents[1] / "templates"


def render(
    appraised: Appraised,
    uncertainty: Uncertainty | None = None,
    portfolio: Portfolio | None = None,
    *,
    economic_impact: bool = False,
) -> str:
    """Return the whole page; the same case gives the same bytes.

    Parameters
    ----------
    uncertainty, portfolio : optional
        What was run beside the case; what was not is said to be missing in its place.
    economic_impact : bool
        Whether to show the box of economic impact, which adds to nothing else.
    """
    evidence = Evidence(appraised, uncertainty, portfolio)
    return page(evidence, front(evidence), chapters(evidence, economic_impact=economic_impact))


def page(evidence: Evidence, first: Front, sections: Iterable[Section]) -> str:
    """Return the page of what stands on its first sheet and in its sections."""
    case = evidence.appraised.case
    return filled(
        kind="Funding case",
        record="funding.json",
        first=first,
        ranges=evidence.range_note,
        sections=list(sections),
        study=case.study,
        command=f"throughgate {case.study.verb} {' '.join(case.overrides)}".strip(),
    )


def filled(*, first: Sheet, **what: object) -> str:
    """Return the page of a case or of a portfolio, which have one form."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grouped"] = lambda parts: list(grouped(parts))
    return environment.get_template("fund.html.j2").render(
        title=first.title,
        period=first.period,
        answer=first.answer,
        tiles=first.tiles,
        summary=first.summary,
        overview=first.overview,
        **what,
    )


def grouped(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield the parts one by one, neighbouring charts together: they stand side by side."""
    charts: list[Part] = []
    for part in parts:
        if isinstance(part, Chart):
            charts.append(part)
            continue
        if charts:
            yield charts
            charts = []
        yield [part]
    if charts:
        yield charts

"""A study of collusion -> ``collusion.html``: how soon a pair is named, false alarms, what hinders it, and limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from experiments.collusion.power import CAREFUL, KINDS, OPEN_HANDED
from experiments.collusion.report.results import LIKELY, CollusionResults, RunShare, collusion_sentences
from experiments.drawing.marks import FAINT, alternative_marks
from experiments.drawing.svg import finish_chart, open_figure
from experiments.number_format import NONE, number, percent
from experiments.page_templates import Cell, Chart, Table, fill_template, page_table
from experiments.study.sources import CONFIGS, source_notes

SETTING_WORDS: Final = {
    "test_weeks": "weeks after which logs are tested",
    "steered_shares": "share of the carrier's trucks that are to reach the officer",
    "officers_per_post": "officers for each booth of a day's shifts",
    "carriers": "carriers whose pairs are tested",
    "false_alarm_share": "chance of a false alarm",
    "shuffles": "shuffled logs",
    "runs": "pairs that collude, one after the other",
    "careful_margin_sd": "margin of an officer who knows the test, standard deviations",
    "helped_load_share": "share of arranged trucks with a load",
    "image_detection": "chance that a second look sees the load",
}


def render_collusion_page(results: CollusionResults) -> str:
    """Return the whole page; the same results give the same bytes."""
    request = results.request
    study = request.study
    return fill_template(
        "collusion.html.j2",
        title=f"{study.alternatives[study.baseline].port.title}: collusion in the logs",
        sentences=collusion_sentences(results),
        power=_power(results),
        alarms=_false_alarms(results),
        charts=[power_chart(results, kind) for kind in KINDS],
        inputs=_inputs(results),
        coverage=percent(study.coverage, 0),
        runs=request.settings.runs,
        alarm=percent(request.settings.false_alarm_share, 0),
        carriers=request.settings.carriers,
        last=request.settings.test_weeks[-1],
        command=f"throughgate collusion {' '.join(request.overrides)}".strip(),
    )


def weeks_words(weeks: int | None, last: int) -> str:
    """Return the weeks until a pair is named, in words."""
    return f"over {last}" if weeks is None else str(weeks)


def _power(results: CollusionResults) -> Table:
    settings = results.request.settings
    rows = []
    for name in results.request.study.alternatives:
        for place, steered in enumerate(settings.steered_shares):
            for kind in KINDS:
                power, trucks = results.power(name, place, kind)[-1], results.steered(name, place, kind)
                images = results.found_by_images(name, place, kind)[-1]
                cells = (
                    Cell(number(trucks.mean), f"[{number(trucks.low)}, {number(trucks.high)}]"),
                    Cell(percent(power.mean, 0), _ends(power)),
                    Cell(weeks_words(results.weeks_to_name(name, place, kind), settings.test_weeks[-1])),
                    Cell(percent(images.mean, 1), f"[{percent(images.low)}, {percent(images.high)}]")
                    if images.mean
                    else Cell(NONE),
                )
                rows.append((f"{results.label(name)}: {percent(steered, 0)}, officer {kind}", cells))
    heads = (
        "arranged trucks a week",
        f"named within {settings.test_weeks[-1]} weeks",
        f"weeks until {percent(LIKELY, 0)} of runs name it",
        "load seen by a second look",
    )
    return page_table("How soon a pair is named", "posts, share that is to reach the officer", heads, rows)


def _false_alarms(results: CollusionResults) -> Table:
    rows = [
        (results.label(name), [Cell(percent(share.mean), _ends(share)) for share in results.false_alarms(name)])
        for name in results.request.study.alternatives
    ]
    heads = [f"{week} weeks" for week in results.request.settings.test_weeks]
    return page_table("False alarms where nobody colludes", "posts", heads, rows)


def _ends(share: RunShare) -> str:
    return f"[{percent(share.low, 0)}, {percent(share.high, 0)}]"


def power_chart(results: CollusionResults, kind: str) -> Chart:
    """Return the share of runs that name the pair, by weeks, for the middle share; a line an alternative."""
    settings = results.request.settings
    place = len(settings.steered_shares) // 2
    marks = alternative_marks(list(results.request.study.alternatives))
    with open_figure(3.2) as (figure, axes):
        said = []
        for name, mark in marks.items():
            power = results.power(name, place, kind)
            means = [100.0 * share.mean for share in power]
            ends = [[100.0 * (s.mean - s.low) for s in power], [100.0 * (s.high - s.mean) for s in power]]
            axes.errorbar(
                settings.test_weeks, means, yerr=ends, color=mark.colour, linestyle=mark.dash, marker=mark.marker,
                capsize=3, label=results.label(name),
            )  # fmt: skip
            said.append(f"{results.label(name)} {percent(power[-1].mean, 0)}")
        axes.axhline(100.0 * LIKELY, color=FAINT, linewidth=0.8, linestyle=":")
        axes.set_ylim(0.0, 105.0)
        axes.set_xlabel("weeks of logs")
        axes.set_ylabel("runs that name the pair, %")
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize="small")
        shown = percent(settings.steered_shares[place], 0)
        return finish_chart(
            figure,
            "power-open" if kind == OPEN_HANDED else "power-careful",
            f"How soon logs name the pair: the officer {kind}",
            f"After {settings.test_weeks[-1]} weeks: {'; '.join(said)}.",
            f"{shown} of the carrier's trucks are to reach the officer. Bars: intervals over runs (Wilson). Dotted: "
            f"{percent(LIKELY, 0)} of runs.",
            subtitle="Share of runs, %. Source: logs of the simulated port, duty drawn anew in each run.",
        )


def _inputs(results: CollusionResults) -> Table:
    notes = source_notes(CONFIGS / "collusion.yaml")
    rows = []
    for key, value in results.request.plain_settings().items():
        note = notes.get(key)
        bounds = NONE if note is None or note.low is None else f"{note.low:g}–{note.high:g}"
        shown = ", ".join(f"{one:g}" for one in value) if isinstance(value, list) else f"{value:g}"
        rows.append((SETTING_WORDS[key], (shown, bounds, Cell("" if note is None else note.note, look="words"))))
    return page_table("Settings and assumptions", "input", ("value", "range", "what it is"), rows, look="inputs")


def matrix_lines(results: CollusionResults) -> Iterator[list[str]]:
    """Yield the rows of the screen's table: the middle share, both kinds of officer."""
    settings = results.request.settings
    place = len(settings.steered_shares) // 2
    for name in results.request.study.alternatives:
        for kind in (OPEN_HANDED, CAREFUL):
            power = results.power(name, place, kind)[-1]
            yield [
                results.label(name),
                "yes" if kind == CAREFUL else "no",
                results.steered(name, place, kind).words(),
                f"{percent(power.mean, 0)} {_ends(power)}",
                weeks_words(results.weeks_to_name(name, place, kind), settings.test_weeks[-1]),
            ]

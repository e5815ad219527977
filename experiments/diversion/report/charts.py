"""Charts of a corridor: trucks at each port beside what was counted, and waits hour by hour."""

from __future__ import annotations

import numpy as np

from experiments.diversion.fit import MEASURES
from experiments.diversion.report.results import CorridorResults, month_words
from experiments.drawing.marks import BAND, FAINT, INK, alternative_marks
from experiments.drawing.svg import finish_chart, open_figure
from experiments.number_format import number
from experiments.page_templates import Badge, Chart


def counts_chart(results: CorridorResults, month: str) -> Chart:
    """Return the trucks of each port in a month: as it would have been, the band of the model, and counted."""
    rows = [one for one in results.months if one.month == month and one.measure not in MEASURES]
    kind: Badge = "fitted" if rows[0].kind == "fitted" else "predicted"
    with open_figure(0.62 * len(rows) + 1.2) as (figure, axes):
        for place, one in enumerate(reversed(rows)):
            axes.plot([one.band.low, one.band.high], [place, place], color=BAND, linewidth=9.0, solid_capstyle="butt")
            axes.plot([one.band.middle], [place], marker="|", color=INK, markersize=11.0, linestyle="none")
            axes.plot([one.counted], [place], marker="D", color=INK, markersize=6.0, linestyle="none")
            axes.plot([one.usual], [place], marker="o", color=FAINT, markersize=6.0, linestyle="none", fillstyle="none")
        axes.set_yticks(range(len(rows)), [_short(results, one.measure) for one in reversed(rows)])
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlim(0.0, None)
        axes.xaxis.set_major_formatter(lambda value, _: number(value, 0))
        axes.set_xlabel("trucks in the month")
        words = "; ".join(
            f"{results.title(one.measure)}: usual {number(one.usual, 0)}, band {number(one.band.low, 0)} to "
            f"{number(one.band.high, 0)}, counted {number(one.counted, 0)}"
            for one in rows
        )
        caption = (
            "Bar: 80% of sets of assumptions, its middle a stroke. Diamond: counted. Ring: as many as would have come "
            "without the measures, from the months around."
        )
        return finish_chart(
            figure,
            f"counts-{month}",
            f"{month_words(month)}: what the model {'was fitted to' if kind == 'fitted' else 'predicts'}, and counts",
            words,
            caption,
            kind,
            subtitle="Trucks a month by port. Source: counts of BTS and CBP; FLOWS.",
        )


def waits_chart(results: CorridorResults) -> Chart:
    """Return the mean wait of each day at every port, as usual and changed."""
    flows = results.tables.flows
    flows = flows[flows["wait_mean_min"].notna()]
    day = flows["hour_of_week"] // 24 - _weekday(flows["start_date"])
    dates = flows["start_date"].to_numpy(dtype="datetime64[D]") + day.to_numpy().astype("timedelta64[D]")
    frame = flows.assign(day=dates, total=flows["wait_mean_min"] * flows["trucks"])
    sums = frame.groupby(["side", "port", "day"])[["total", "trucks"]].sum()
    means = sums["total"] / sums["trucks"]
    ports = list(results.corridor.settings.ports)
    marks = alternative_marks(ports)
    with open_figure(3.4) as (figure, axes):
        said = []
        for port in ports:
            for side, width in (("usual", 0.8), ("changed", 1.8)):
                if (side, port) in {key[:2] for key in means.index}:
                    line = means.loc[side, port]
                    label = _short(results, port) if side == "changed" else None
                    color = marks[port].colour
                    places = [str(value)[5:10] for value in line.index]
                    look = {"color": color, "linestyle": marks[port].dash, "linewidth": width}
                    axes.plot(places, line.to_numpy(), label=label, alpha=0.5 if side == "usual" else 1.0, **look)
                    said.append(f"{results.title(port)} {side}: up to {number(float(np.max(line.to_numpy())), 0)} min")
        axes.set_ylim(0.0, None)
        axes.set_ylabel("average wait of the day, min")
        step = max(1, len(dict.fromkeys(dates.tolist())) // 6)
        axes.set_xticks(axes.get_xticks()[::step])
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize="small")
        return finish_chart(
            figure,
            "waits",
            "Waits day by day",
            "; ".join(said) + ".",
            "Strong lines: changed; thin ones: as usual. Trucks that do not cross are in no wait: how many they are "
            "stands in the table. A line that stands over a closed day makes the day before it long.",
            "assumed",
            subtitle="Average wait until a booth, minutes, by day (month-day), mean over replications. Source: FLOWS.",
        )


def _weekday(starts: object) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    days = np.asarray(starts, dtype="datetime64[D]").astype(np.int64)
    return np.asarray((days + 3) % 7, dtype=np.int64)


def _short(results: CorridorResults, port: str) -> str:
    """Return a port's title up to its first comma, for a label."""
    return results.title(port).partition(",")[0]

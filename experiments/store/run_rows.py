"""A finished study or funding case -> the rows that the store keeps of it.

A study is one point. A funding case is a point for each year that it simulated; its decision measures, at the rate of
its headline, stand with the first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.comparison import BADGES
from experiments.store.run_files import check_store
from experiments.store.run_sides import SETTINGS, leaf_values, manifest_words
from experiments.store.schema import COMPARISON, INPUTS
from experiments.store.write import RunRows, new_run_id
from experiments.study.inputs import input_row, unit_of_key
from experiments.study.run_record import LIBRARIES, git_commit, package_version
from experiments.study.sources import CONFIGS, SourcedInput
from experiments.study.study import Study
from sim.arrays import FloatArray
from sim.caching.source_hash import files_hash, package_files

NONE: Final[Mapping[str, str]] = {}
UNITS: Final = {"days": "days", "high_risk_score": "share", "coverage": "share"}


def check_study_store(study: Study) -> None:
    """Refuse a store that the run could not be added to, before anything is run; see `check_store`."""
    if study.store is not None:
        check_store(study.store)


def program_hash() -> str:
    """Return a hash of every source file of ``sim/`` and ``models/``."""
    return files_hash(package_files(("sim", "models")))


def rows_of_comparison(
    study: Study, metrics: pd.DataFrame, comparison: pd.DataFrame, wall_s: float, unstable: Mapping[str, str] = NONE
) -> RunRows:
    """Return the rows of a finished ``compare`` or ``run``.

    Parameters
    ----------
    metrics, comparison : pandas.DataFrame
        METRICS of all alternatives and replications, and `experiments.comparison.COLUMNS`.
    wall_s : float
        Wall time so far [s]; the run started so long ago.
    unstable : mapping
        Alternatives that cannot carry their weekly load, and at which station.
    """
    inputs = study_inputs(study)
    point = {"point": [0], "content": [_content(study, inputs)], "status": ["done"], "overrides": [""]}
    point["unstable"] = [unstable_words(unstable)]
    return run_rows(study, study.overrides, wall_s, (pd.DataFrame(point), metrics, comparison, inputs))


def rows_of_case(
    study: Study,
    overrides: Sequence[str],
    response: tuple[Sequence[str], Sequence[int], Mapping[str, FloatArray]],
    tables: Mapping[str, pd.DataFrame],
    economics: tuple[float, Sequence[SourcedInput]],
    wall_s: float,
) -> RunRows:
    """Return the rows of a finished funding case.

    Parameters
    ----------
    response : tuple
        Alternatives, simulated years, and amounts [alternative, year, replication] by name.
    tables : mapping
        ``amounts`` and ``measures`` as the case writes them.
    economics : tuple
        Rate of the headline, and every number of the economics with its source.
    """
    names, years, amounts = response
    rate, numbers = economics
    whole = pd.DataFrame(_input_rows(None, numbers), columns=[column.name for column in INPUTS[1:]])
    inputs = pd.concat([study_inputs(study), whole], ignore_index=True)
    content = _content(study, inputs)
    points = pd.DataFrame(
        {
            "point": range(len(years)),
            "content": [hashlib.sha256(f"{content} {year}".encode()).hexdigest() for year in years],
            "status": "done",
            "overrides": [f"simulated_years=[{year}]" for year in years],
        }
    )
    shape = (len(names), len(years), len(next(iter(amounts.values()))[0, 0]))
    alternative, year, replication = (place.ravel() for place in np.indices(shape))
    metrics = pd.DataFrame(
        {"point": year, "alternative": np.asarray(names)[alternative], "replication": replication}
        | {name: np.asarray(values).ravel() for name, values in amounts.items()}
    )
    comparison = [_yearly(tables["amounts"], study.baseline, list(years)), _measures(tables["measures"], study, rate)]
    return run_rows(study, overrides, wall_s, (points, metrics, pd.concat(comparison, ignore_index=True), inputs))


def run_rows(study: Study, overrides: Sequence[str], wall_s: float, tables: tuple[pd.DataFrame, ...]) -> RunRows:
    """Return a finished run with its tables ``points``, ``metrics``, ``comparison`` and ``inputs``."""
    started = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=wall_s)
    points, metrics, comparison, inputs = tables
    return RunRows(
        run_id=new_run_id(started),
        verb=study.verb,
        experiment=study.experiment,
        label=None,
        started=started.isoformat(timespec="seconds"),
        seed=study.seed,
        engine=study.engine,
        code_hash=program_hash(),
        program_version=package_version("throughgate"),
        folder=str(study.out.absolute()),
        overrides=tuple(overrides),
        wall_s=wall_s,
        finished=True,
        points=points,
        metrics=metrics,
        comparison=comparison,
        inputs=inputs,
    )


def study_inputs(study: Study) -> pd.DataFrame:
    """Return every input of a study, with unit and source, in the columns of the table ``inputs`` of the store.

    Numbers of each alternative have their source; its other values, the options that it chooses, the settings of
    the study and the versions of the program stand beside them, so that two runs that differ do so in some row.
    """
    settings: dict[str, Any] = {name: getattr(study, name) for name in SETTINGS}
    settings["manifest"] = None
    if study.manifest is not None:
        digest = hashlib.sha256(study.manifest.read_bytes()).hexdigest()
        settings["manifest"] = manifest_words(study.manifest, digest)
    versions = {"python": platform.python_version(), "commit": git_commit(CONFIGS.parent)}
    versions |= {name: package_version(name) for name in LIBRARIES}
    rows = [plain_input_row(None, name, value, "setting") for name, value in settings.items()]
    rows += [plain_input_row(None, f"version.{name}", value, "version") for name, value in versions.items()]
    for name in study.alternatives:
        rows += list(_input_rows(name, study.inputs(name)))
        numbered = {row["key"] for row in rows if row["alternative"] == name}
        leaves = dict(leaf_values(study.mapping(name)))
        rows += [plain_input_row(name, key, leaves[key], "setting") for key in leaves if key not in numbered]
        choices = {group: option for group, option in study.choices(name).items() if group != "experiment"}
        rows += [plain_input_row(name, group, option, "option") for group, option in choices.items()]
    return pd.DataFrame(rows, columns=[column.name for column in INPUTS[1:]])


def _input_rows(alternative: str | None, inputs: Sequence[SourcedInput]) -> Iterator[dict[str, Any]]:
    for row in inputs:
        source = " ".join(text for text in (row.source_id, row.confidence) if text)
        words = input_row(row)
        yield plain_input_row(alternative, row.key, row.value, row.kind) | {
            "unit": words["unit"],
            "low": row.low,
            "high": row.high,
            "source": "; ".join(text for text in (source, row.note) if text),
        }


def unstable_words(unstable: Mapping[str, str]) -> str | None:
    """Return the alternatives that cannot carry their load in words; None: all can."""
    return "; ".join(f"{name}: {where}" for name, where in unstable.items()) or None


def plain_input_row(alternative: str | None, key: str, value: object, kind: str) -> dict[str, Any]:
    """Return a value that has no source of its own."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = value if isinstance(value, str) else json.dumps(value)
    return {
        "point": 0,
        "alternative": alternative,
        "key": key,
        "value_number": float(str(value)) if number else None,
        "value_text": None if number or value is None else text,
        "unit": UNITS.get(key, "") if kind == "setting" else unit_of_key(key) if number else "",
        "kind": kind,
        "low": None,
        "high": None,
        "source": "",
    }


def _content(study: Study, inputs: pd.DataFrame) -> str:
    """Return a hash of all that decides the numbers of a study."""
    deciding = inputs[inputs["kind"] != "version"].drop(columns=["source", "low", "high"])
    text = deciding.to_json(orient="values", double_precision=15)
    return hashlib.sha256(f"{program_hash()} {list(study.alternatives)} {text}".encode()).hexdigest()


def _yearly(amounts: pd.DataFrame, baseline: str, years: list[int]) -> pd.DataFrame:
    """Return the amounts of every simulated year as rows of a comparison."""
    table = amounts.rename(columns={"amount": "metric", "replications": "n", "paired_difference": "difference"})
    table = table.assign(
        point=[years.index(year) for year in table["year"]],
        baseline=baseline,
        badge=[BADGES.get(name, "predicted") for name in table["metric"]],
    )
    return table[[column.name for column in COMPARISON if column.name in table]]


def _measures(measures: pd.DataFrame, study: Study, rate: float) -> pd.DataFrame:
    """Return the decision measures at one rate as rows of a comparison: all are above the baseline already."""
    rows = []
    numbers = [n for n in measures.columns if n not in ("rate", "alternative") and not n.endswith(("_low", "_high"))]
    for record in measures[measures["rate"] == rate].to_dict("records"):
        for name in numbers:
            if isinstance(record[name], str):
                continue
            value = {"mean": record[name], "low": record.get(f"{name}_low"), "high": record.get(f"{name}_high")}
            unit = "USD" if name.endswith("_usd") else "USD per load" if name.endswith("_usd_per_load") else "-"
            rows.append(
                {"point": 0, "alternative": record["alternative"], "baseline": study.baseline, "metric": name}
                | {"unit": unit, "badge": "predicted", "note": f"at {rate:g} a year, above the baseline"}
                | {key: None if number is None else float(number) for key, number in value.items()}
            )
    return pd.DataFrame(rows)

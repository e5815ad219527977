"""The work of a sweep in pieces of about a second, and what a process does with one.

Points that meet the same trucks, scored by the same model, form a group. A process holds the draws of one group at a
time. A large group is cut into chunks of points, replication by replication, so that each process draws a replication
once; small groups are put together, with all their replications. How a sweep is cut depends on its points alone: not on
the machine or the number of processes, so that a piece that was kept is known again.
"""

from __future__ import annotations

import hashlib
import pickle  # the pieces go to processes of this very program, and to nobody else
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from experiments.execution.overload import overloaded_alternatives
from experiments.execution.replicate import ProcessCache, load_before_run, run_replication
from experiments.study.study import Study
from experiments.training.find_or_train import fitted_scorer
from models import baselines
from sim.arrays import FloatArray
from sim.replication import Outcome, Replication, Scorer
from sim.results.groups import random_stream_counts, targeted_trucks
from sim.scenario import Scenario, replace_parts
from sim.shared_draws import cached_repr, manifest_key, risk_key
from sim.tables import METRICS

COLUMNS: Final = tuple(metric.name for metric in METRICS)
PIECE_S: Final = 1.0
"""How long a piece is to take, in seconds."""
CHUNKS_OF: Final = 4
"""A large group has a multiple of so many chunks, so that each stays with one of 2 or 4 processes."""
MOST_CHUNKS: Final = 64
"""Chunks of points that a process keeps unpacked."""


@dataclass(frozen=True, slots=True)
class Task:
    """Points of one group, to be run in these replications."""

    replications: range
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """About a second of work."""

    tasks: tuple[Task, ...]
    packed: bytes
    """Study and group of every point, pickled once for all replications."""
    digest: str
    key: str
    """Hash of the content of its points and of the replications: of all that decides what it gives."""


@dataclass(frozen=True, slots=True)
class PointRun:
    """What one replication of one point gave: METRICS, or why it failed."""

    content: str
    """Of the point; see `content_hash`."""
    replication: int
    metrics: FloatArray
    """[alternatives, len(COLUMNS)]; no rows where it failed."""
    unstable: dict[str, str]
    """Alternatives that cannot carry their weekly load, and where."""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What points must have in common to meet the same trucks and models."""

    scorers: str
    trucks: str


def scored_past(study: Study, scenario: Scenario) -> Scenario:
    """Return the scenario whose past the risk model of an alternative learns from; see `train_all`."""
    before = study.alternatives[study.baseline]
    if scenario.port.name != before.port.name:
        return scenario
    return replace_parts(scenario, port=before.port, traffic=before.traffic, threat=before.threat)


def scorer_key(study: Study, scenario: Scenario) -> str:
    """Return what decides a fitted risk model.

    One that does not learn reads the trucks of the past and nothing of what was done with them.
    """
    past = scored_past(study, scenario)
    if scenario.risk.name in baselines.KNOWN_SETTINGS:
        return f"{risk_key(scenario)} {manifest_key(past)}"
    parts = (past.port, past.traffic, past.threat, scenario.sharing)
    return " ".join((risk_key(scenario), *map(cached_repr, parts)))


def group_of(study: Study) -> Group:
    """Return the group of a point."""
    scenarios = study.alternatives.values()
    window = (study.seed, study.days, study.start_date, study.calendar, study.manifest)
    models = sorted({scorer_key(study, scenario) for scenario in scenarios})
    return Group(_digest(models), _digest([repr(window), *(manifest_key(scenario) for scenario in scenarios)]))


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Work:
    """A distinct point that is to be run."""

    content: str
    study: Study
    seconds: float
    """Expected time of one replication, all its alternatives together."""


def cut_into_pieces(works: Sequence[Work]) -> list[Piece]:
    """Cut a sweep into pieces."""
    groups: dict[Group, list[int]] = {}
    for number, work in enumerate(works):
        groups.setdefault(group_of(work.study), []).append(number)
    pieces: list[Piece] = []
    small: list[Task] = []
    for numbers in groups.values():
        once_s = sum(works[number].seconds for number in numbers)
        if once_s >= PIECE_S:
            pieces += _large(works, numbers, once_s)
            continue
        by_replications: dict[int, list[int]] = {}
        for number in numbers:
            by_replications.setdefault(works[number].study.replications, []).append(number)
        small += [Task(range(n), tuple(mine)) for n, mine in by_replications.items()]
    return pieces + [_piece(works, tasks, _pack(works, tasks)) for tasks in _packed(works, small)]


def _large(works: Sequence[Work], numbers: Sequence[int], once_s: float) -> Iterator[Piece]:
    """Yield a large group replication by replication, in chunks of points that share the processes alike."""
    chunks = min(-(-round(once_s / PIECE_S) // CHUNKS_OF) * CHUNKS_OF, len(numbers))
    parts = [tuple(numbers[begin::chunks]) for begin in range(chunks)]
    packed = [_pack(works, [Task(range(1), part)]) for part in parts]
    for replication in range(max(works[number].study.replications for number in numbers)):
        for part, content in zip(parts, packed, strict=True):
            mine = tuple(number for number in part if replication < works[number].study.replications)
            if mine:
                yield _piece(works, [Task(range(replication, replication + 1), mine)], content)


def _packed(works: Sequence[Work], tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield small tasks put together to pieces of about the right length."""
    gathered: list[Task] = []
    length_s = 0.0
    for task in tasks:
        task_s = len(task.replications) * sum(works[number].seconds for number in task.points)
        if gathered and length_s + task_s > PIECE_S:
            yield gathered
            gathered, length_s = [], 0.0
        gathered.append(task)
        length_s += task_s
    if gathered:
        yield gathered


def _piece(works: Sequence[Work], tasks: Sequence[Task], content: bytes) -> Piece:
    decided = [f"{task.replications} {[works[number].content for number in task.points]}" for task in tasks]
    return Piece(tuple(tasks), content, hashlib.sha256(content).hexdigest(), _digest(decided))


def _pack(works: Sequence[Work], tasks: Sequence[Task]) -> bytes:
    numbers = [number for task in tasks for number in task.points]
    return pickle.dumps({number: (works[number], group_of(works[number].study)) for number in numbers})


@dataclass(slots=True)
class _Held:
    """What a process keeps between pieces: one group's models and draws, and the last chunks unpacked."""

    scorers: str = ""
    drawn: tuple[str, int] = ("", -1)
    """Trucks and replication whose draws are held."""
    fitted: dict[str, Scorer] = field(default_factory=dict)
    cache: ProcessCache = field(default_factory=ProcessCache)
    chunks: dict[str, dict[int, tuple[Work, Group]]] = field(default_factory=dict)

    def unpacked(self, piece: Piece) -> dict[int, tuple[Work, Group]]:
        """Return the points of a piece, the same objects each time it comes."""
        if piece.digest not in self.chunks:
            while len(self.chunks) >= MOST_CHUNKS:
                self.chunks.pop(next(iter(self.chunks)))
            self.chunks[piece.digest] = pickle.loads(piece.packed)  # noqa: S301
        return self.chunks[piece.digest]

    def enter(self, study: Study, group: Group, replication: int) -> None:
        """Make room for the draws and models of a group and replication, where they are not there."""
        if group.scorers != self.scorers:
            self.scorers, self.cache, self.fitted = "", ProcessCache(), {}
            for scenario in study.alternatives.values():
                if risk_key(scenario) not in self.fitted:
                    past = scored_past(study, scenario)
                    self.fitted[risk_key(scenario)] = fitted_scorer(scenario.risk, past, processes=1)
            self.scorers = group.scorers
        if (group.trucks, replication) != self.drawn:
            self.drawn = (group.trucks, replication)
            self.cache.met.clear()


_HELD = _Held()


def prepare_group(study: Study) -> None:
    """Have the risk models of a point at hand in this process, and in the cache for others."""
    _HELD.enter(study, group_of(study), -1)


@dataclass(frozen=True, slots=True)
class PieceResult:
    """What a piece gave."""

    runs: list[PointRun]

    @property
    def failed(self) -> bool:
        """Return whether a point of it failed, so that ``retry=failed`` runs it again."""
        return any(run.failure for run in self.runs)


def run_points(piece: Piece) -> PieceResult:
    """Run a piece in this process; a point that fails says why, and stops nothing."""
    works = _HELD.unpacked(piece)
    return PieceResult(
        [
            run_point(*works[number], replication)
            for task in piece.tasks
            for replication in task.replications
            for number in task.points
        ]
    )


def run_point(work: Work, group: Group, replication: int) -> PointRun:
    """Run one replication of one point in this process, with what it holds of the group."""
    study = work.study
    try:
        _HELD.enter(study, group, replication)
        rows = run_replication(study, _HELD.fitted, _HELD.cache, replication, run_measured).rows
        metrics = np.array([[row[name] for name in COLUMNS] for row in rows], dtype=np.float64)
        return PointRun(work.content, replication, metrics, _unstable(study, _HELD, replication))
    # a point may fail in any way, in what the user brought or in what we wrote; the others go on
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return PointRun(work.content, replication, np.empty((0, len(COLUMNS))), {}, text)


def run_measured(replication: Replication) -> Outcome:
    """Run a replication for METRICS, the random stream included, as `Replication.run` gives them."""
    outcome = replication.run_metrics()
    aimed_at = targeted_trucks(
        replication.scenario, outcome.manifest, replication.scores, replication.plan.past, outcome.ledger
    )
    counts = random_stream_counts(aimed_at, outcome.manifest, outcome.ledger)
    return replace(outcome, metrics=outcome.metrics | counts)


def _unstable(study: Study, held: _Held, replication: int) -> dict[str, str]:
    """Return the alternatives that cannot carry the week that this replication is the first to be in."""
    window = study.window(replication)
    if any(study.window(earlier).start_date == window.start_date for earlier in range(min(replication, 12))):
        return {}
    loads = {
        name: load_before_run(study, scenario, held.fitted[risk_key(scenario)], held.cache, window)
        for name, scenario in study.alternatives.items()
    }
    return overloaded_alternatives(study.alternatives, loads, weekly=study.manifest is None)[0]

"""What a person waits for: the first weekday, the next one, `make run`, and two workers for one.

Each is timed in processes of its own, as a user starts them. Models are trained beforehand, in the
user's own cache; compiled code goes to a folder of this benchmark, so that it is missing at first.

    python -m experiments.benchmarks.startup            # a weekday cold and warm, one worker and two
    python -m experiments.benchmarks.startup whole      # also `throughgate compare`, whole
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.caching.cache_files import cache_root

DAY: Final = ("run", "days=1", "replications=1")
WEEKS: Final = ("compare", "replications=20", "robustness.draws=0", "bottleneck=false")
"""The study's own 20 weeks of all strategies, whose pieces are alike; the whole command is timed,
what one process does alone included."""
ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class CommandTime:
    """Seconds of one command, and the bytes of the METRICS that it wrote."""

    wall_s: float
    cpu_s: float
    metrics: bytes


def time_command(arguments: Sequence[str], cache: Path, out: Path) -> CommandTime:
    """Run a command (a verb and its overrides) in a process of its own, and time it with its workers.

    ``cache`` is its folder of compiled code and models (``THROUGHGATE_CACHE``).
    """
    command = [sys.executable, "-m", "experiments.cli", *arguments, f"out={out}"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    environment = os.environ | {"THROUGHGATE_CACHE": str(cache)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    wall_s = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return CommandTime(wall_s, cpu_s, (out / "metrics.parquet").read_bytes())


def cache_without_compiled_code(folder: Path) -> Path:
    """Return a cache in ``folder`` with the user's own models and no compiled code."""
    cache = folder / "cache"
    cache.mkdir(mode=0o700)
    for name in ("models", "history"):
        if (cache_root() / name).is_dir():
            shutil.copytree(cache_root() / name, cache / name)
    return cache


def time_weekday(folder: Path) -> dict[str, CommandTime]:
    """Time one weekday at one port with an empty compile cache, and with a full one."""
    cache = cache_without_compiled_code(folder)
    time_command(DAY, cache, folder / "models")  # trains what is missing
    found = {"weekday, cold": time_command(DAY, cache, folder / "cold")}
    compiling = ("run", "days=7", "replications=4", "robustness.draws=0")
    found["compiling"] = time_command(compiling, cache, folder / "compiling")
    warm = [time_command(DAY, cache, folder / f"warm{n}") for n in range(ROUNDS)]
    found["weekday, warm"] = sorted(warm, key=lambda one: one.wall_s)[ROUNDS // 2]
    if found["weekday, warm"].metrics != found["weekday, cold"].metrics:
        raise AssertionError("engines differ")
    return found


def speed_up_of_two_workers(folder: Path) -> tuple[float, list[float]]:
    """Return how many times as fast two workers are as one, median and each round's."""
    ratios = []
    for number in range(ROUNDS):
        took = [time_command((*WEEKS, f"processes={n}"), cache_root(), folder / f"w{number}{n}") for n in (1, 2)]
        if took[0].metrics != took[1].metrics:
            raise AssertionError("workers differ")
        ratios.append(took[0].wall_s / took[1].wall_s)
        for n, one in enumerate(took, start=1):
            _say(f"workers={n}, {number + 1}", one)
    return statistics.median(ratios), ratios


def _say(label: str, command_time: CommandTime) -> None:
    """Print a line at once, so that what was measured stays if the benchmark is stopped."""
    sys.stdout.write(f"{label:<16} {command_time.wall_s:7.2f} s wall {command_time.cpu_s:7.2f} s CPU\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Measure, print a line each, and return the exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, took in time_weekday(folder).items():
            _say(what, took)
        if "whole" in arguments:
            _say("make run", time_command(("compare",), cache_root(), folder / "whole"))
        ratio, ratios = speed_up_of_two_workers(folder)
    sys.stdout.write(f"two workers      {ratio:7.2f} times one {json.dumps(ratios)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

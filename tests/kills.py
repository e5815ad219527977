"""Runs of the real command in a session of their own, to be killed: what they leave, and going on with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from experiments.execution.journal import PIECES
from experiments.execution.run_folder import HIDDEN

ROOT = Path(__file__).parents[1]
STUDY = (
    '+alternatives.a=["policy=no_referral"]',
    '+alternatives.b=["policy=random_share","policy.share=0.3"]',
    "risk=constant",
    "days=1",
    "replications=8",
    "robustness.draws=4",
    "bottleneck=false",
    "engine=compiled",
)
TABLES = ("metrics", "comparison", "waits", "crossings", "redrawn", "redrawn_inputs")
PATIENCE_S = 1200.0


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start a command below a folder, in a session of its own; what it says goes into a file."""
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "experiments.cli", *words],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            # whoever runs the tests in the background may have signals ignored, which is passed on
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )


def session(leader: int) -> dict[int, str]:
    """Return the command lines of all living processes of a session, by process number."""
    living = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, number = (path / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(number) == leader and state != "Z":
                living[int(path.name)] = (path / "cmdline").read_text().replace("\0", " ")
    return living


def wait_until(holds: Callable[[], object], patience_s: float = PATIENCE_S) -> float:
    """Wait until something holds and return how many seconds that took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() < begun + patience_s
        time.sleep(0.02)
    return time.monotonic() - begun


def kept_files(out: Path) -> int:
    """Return how many files of finished pieces a run has."""
    return len(list((out / HIDDEN).glob(f"{PIECES}/*.{PIECES}")))


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill a command and all processes that it has started, as a machine that stops would."""
    for number in (process.pid, *session(process.pid)):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    process.wait()


def run_whole(folder: Path, *words: str) -> float:
    """Run a command to its end and return the seconds it took."""
    begun = time.monotonic()
    process = start(folder, *words)
    assert process.wait(PATIENCE_S) == 0, (folder / "said.txt").read_text()
    return time.monotonic() - begun


def go_on(folder: Path, how: Sequence[str] = ()) -> None:
    """Go on with the run in ``folder/out``, or begin it where it was killed before it had a folder."""
    if (folder / "out" / HIDDEN).is_dir():
        run_whole(folder, "compare", "resume=out", *how)
    elif not (folder / "out" / "run.json").is_file():
        run_whole(folder, "compare", *STUDY, "out=out", *how)


def tables(out: Path) -> dict[str, bytes]:
    """Return the bytes of a run's tables, by name."""
    return {name: (out / f"{name}.parquet").read_bytes() for name in TABLES}

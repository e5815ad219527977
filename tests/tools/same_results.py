"""Compare the results of two checkouts: the same commands, the same Parquet, CSV and JSON.

    make same BASE=<commit>
    make same BASE=<commit> ARGS="--only southbound --only train --jobs 2"

A change of layout must not move a bit of a result. Each command of ``same_commands.py`` runs in a
temporary worktree of the commit BASE and in the checkout of this file. Every table and record that
it writes is compared, but for what tells of the machine, the time, the version or the folder
(``same_files.py``). Nothing of the product is imported here.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.tools.same_commands import COMMANDS, waves
from tests.tools.same_files import compare_folders

ROOT: Final = Path(__file__).parents[2]


@dataclass
class Side:
    """One checkout with its folder of results.

    Attributes
    ----------
    checkout, folder : Path
        Where the code is, and where results (``out``), texts (``said``) and caches go.
    cpu_s : dict
        CPU seconds of each command that was run, children included.
    failed : dict
        Exit status and last line of each command that did not end well.
    """

    name: str
    checkout: Path
    folder: Path
    commit: str
    cpu_s: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the folders; earlier results are kept only if they are of the same commit."""
        record = self.folder / "side.json"
        if self.folder.exists() and not record.is_file() and any(self.folder.iterdir()):
            sys.exit(f"{self.folder}: not a folder of results; name an empty or a new one")
        earlier: list[list[str]] = []
        if record.is_file():
            old = json.loads(record.read_text(encoding="utf-8"))
            if old["commit"] == self.commit:
                earlier = old["roots"]
            else:
                shutil.rmtree(self.folder)
        for folder in ("out", "said", "cache", "done"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        write_trucks(self.folder / "trucks.csv")
        roots = [(str(self.folder), "<results>"), (str(self.checkout), "<checkout>")]
        roots += [pair for pair in map(tuple, earlier) if pair not in roots]
        text = json.dumps({"commit": self.commit, "roots": roots}, indent=2)
        record.write_text(text, encoding="utf-8")
        self._check_import()

    def out(self, name: str) -> Path:
        """Return the folder of one command's results."""
        return self.folder / "out" / name

    def environment(self) -> dict[str, str]:
        """Return what commands of this side see: its own code and its own cache."""
        own = {"PYTHONPATH": str(self.checkout), "THROUGHGATE_CACHE": str(self.folder / "cache")}
        return os.environ | own

    def words(self, name: str) -> list[str]:
        """Return the words of one command, with the folders of this side."""
        places = {"trucks": str(self.folder / "trucks.csv")}
        places |= {need: str(self.out(need)) for need in COMMANDS[name].needs}
        words = list(COMMANDS[name].words)
        for place, path in places.items():
            words = [word.replace("{" + place + "}", path) for word in words]
        return words if COMMANDS[name].trains else [*words, f"out={self.out(name)}"]

    def run(self, name: str) -> None:
        """Run one command, unless its results are there; keep what it costs and says."""
        done = self.folder / "done" / f"{name}.json"
        words = self.words(name)
        if done.is_file():
            record = json.loads(done.read_text(encoding="utf-8"))
            if record["words"] == words:
                self.cpu_s[name] = record["cpu_s"]
                return
        done.unlink(missing_ok=True)
        shutil.rmtree(self.out(name), ignore_errors=True)
        status, seconds, said = self._call(name, words)
        self.cpu_s[name] = seconds
        if status:
            self.failed[name] = f"{self.name}: exit status {status}, {_last_line(said)}"
        elif COMMANDS[name].trains:
            self._collect(name, said)
        if name not in self.failed:
            record = {"words": words, "cpu_s": seconds}
            done.write_text(json.dumps(record), encoding="utf-8")
        say(f"  {self.name:8s}{name:22s}{seconds:7.1f} s CPU")

    def _call(self, name: str, words: Sequence[str]) -> tuple[int, float, Path]:
        said = self.folder / "said" / f"{name}.txt"
        call = [sys.executable, "-m", f"experiments.{words[0]}", *words[1:]]
        with said.open("wb") as file:
            process = subprocess.Popen(
                call,
                cwd=self.checkout,
                env=self.environment(),
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, used.ru_utime + used.ru_stime, said

    def _collect(self, name: str, said: Path) -> None:
        """Copy the model that was trained; its folder, named by a hash of the code, is told."""
        words = "".join(said.read_text(encoding="utf-8").split())
        trained = re.search(r"modelandcard:.*/models/([0-9a-f]{20})", words)
        if trained is None:
            self.failed[name] = f"{self.name}: no model is named in {said}"
        else:
            shutil.copytree(self.folder / "cache" / "models" / trained[1], self.out(name))

    def _check_import(self) -> None:
        call = [sys.executable, "-c", "import experiments; print(experiments.__file__)"]
        file = subprocess.run(
            call, cwd=self.checkout, env=self.environment(), capture_output=True, text=True, check=True
        ).stdout.strip()
        if self.checkout not in Path(file).resolve().parents:
            sys.exit(f"{self.name}: {file} is imported, which is not below {self.checkout}")


def say(line: str) -> None:
    """Print one line at once: a command takes a while."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _last_line(said: Path) -> str:
    lines = said.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "nothing said")


def write_trucks(path: Path) -> None:
    """Write two days of trucks, one every three minutes from 8 to 20 o'clock."""
    lines = ["arrive_min,fast,carrier,laden"]
    for day in range(2):
        for n in range(240):
            lines.append(f"{1440 * day + 480 + 3 * n},{n % 3 // 2},{n % 17},{int(n % 4 > 0)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_all(sides: Sequence[Side], names: Sequence[str], jobs: int) -> None:
    """Run every command on both sides, at most ``jobs`` at a time.

    Commands that train go first: those that follow find their models.
    """
    trains, plain, needy = waves(names)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        list(pool.map(lambda side: [side.run(name) for name in trains], sides))
        for wave in (plain, needy):
            list(pool.map(lambda task: task[0].run(task[1]), [(s, n) for n in wave for s in sides]))


@contextlib.contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """Give a temporary checkout of a commit, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="same-") as folder:
        path = Path(folder).resolve() / "base"
        _git("worktree", "add", "--detach", str(path), commit)
        try:
            yield path
        finally:
            _git("worktree", "remove", "--force", str(path))


def _git(*words: str) -> str:
    call = ["git", "-C", str(ROOT), *words]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"git {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def report(base: Side, present: Side, names: Sequence[str]) -> int:
    """Print what is equal and what is not; return the exit status."""
    files, unlike = 0, 0
    for name in names:
        lines = [side.failed[name] for side in (base, present) if name in side.failed]
        count = 0
        if not lines:
            count, lines = compare_folders(base.out(name), present.out(name))
        if not lines and not count:
            lines = ["no table or record was written"]
        files, unlike = files + count, unlike + len(lines)
        cost = f"{base.cpu_s[name]:.1f} and {present.cpu_s[name]:.1f} s CPU"
        say(f"{name:22s}{count:4d} files  {'DIFFERENT' if lines else 'equal':10s}{cost}")
        for line in lines:
            say(f"    {line}")
    say(f"{len(names)} commands, {files} files: {f'{unlike} differ' if unlike else 'all equal'}")
    return 1 if unlike else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and return the exit status."""
    asked = _asked(arguments)
    # the worktree goes also when the run is ended from outside
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = [name for name in COMMANDS if not asked.only or name in asked.only]
    for name in list(names):
        names += [need for need in COMMANDS[name].needs if need not in names]
    names.sort(key=list(COMMANDS).index)
    commit = _git("rev-parse", "--verify", f"{asked.base}^{{commit}}")
    with contextlib.ExitStack() as stack:
        kept = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="same-")))
        checkout = stack.enter_context(worktree(commit))
        old = (asked.base_results or kept / "base").resolve()
        base = Side("BASE", checkout, old, commit)
        new = (kept / "present").resolve()
        if (new / "side.json").is_file():
            shutil.rmtree(new)
        present = Side("present", ROOT, new, "present")
        base.prepare()
        present.prepare()
        run_all((base, present), names, asked.jobs)
        return report(base, present, names)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", help="commit to compare with")
    parser.add_argument("--jobs", type=int, default=1, help="commands at the same time")
    parser.add_argument("--only", action="append", choices=list(COMMANDS), help="this command; may be repeated")
    parser.add_argument("--keep", type=Path, help="folder in which all outputs are kept")
    parser.add_argument(
        "--base-results",
        type=Path,
        help="folder of BASE's outputs: what is there is used, what is missing is made and kept",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

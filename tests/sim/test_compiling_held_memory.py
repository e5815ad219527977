from __future__ import annotations

import subprocess
import sys

import pytest

from sim.compiling import keep_freed_memory

FAULTS = """
import resource, sys
import numpy as np
from sim.compiling import keep_freed_memory
if sys.argv[1] == "held" and not keep_freed_memory():
    sys.exit("no")
for turn in range(4):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    some = [np.ones(1 << 17) for _ in range(30)]
    del some
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(held: str) -> int:
    done = subprocess.run([sys.executable, "-c", FAULTS, held], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not keep_freed_memory(), reason="the C library has no mallopt")
def test_memory_is_not_asked_for_twice() -> None:
    assert faults("held") < 0.01 * faults("not")

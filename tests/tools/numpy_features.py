"""Print the processor's features that NumPy uses, as NPY_DISABLE_CPU_FEATURES takes them."""

from __future__ import annotations

import sys

from experiments.study.run_record import numpy_features

sys.stdout.write(",".join(numpy_features()) + "\n")

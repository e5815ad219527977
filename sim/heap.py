"""The kernel's schedule of service ends: a flat binary heap of (time, key). Compiled by Numba."""

from __future__ import annotations

import numpy as np
from numba import types

from sim.jit import move

HEAP = 0
"""Index in ``count`` of the heap's size."""


@move()
def push(w, time, key):  # type: ignore[no-untyped-def]
    place = w.count[HEAP]
    w.count[HEAP] = place + 1
    while place > 0:
        above = (place - 1) >> 1
        if w.heap_min[above] < time or (w.heap_min[above] == time and w.heap_key[above] < key):
            break
        w.heap_min[place] = w.heap_min[above]
        w.heap_key[place] = w.heap_key[above]
        place = above
    w.heap_min[place] = time
    w.heap_key[place] = key


@move()
def pop(w):  # type: ignore[no-untyped-def]
    size = w.count[HEAP] - 1
    w.count[HEAP] = size
    time, key = w.heap_min[size], w.heap_key[size]
    w.heap_min[size] = np.inf
    place, below = 0, 1
    while below < size:
        left, right = w.heap_min[below], w.heap_min[below + 1]
        tie = (right == left) & (w.heap_key[below + 1] < w.heap_key[below])
        below += types.int64((right < left) | tie)
        w.heap_min[place] = w.heap_min[below]
        w.heap_key[place] = w.heap_key[below]
        place, below = below, 2 * below + 1
    while place > 0:
        above = (place - 1) >> 1
        if w.heap_min[above] < time or (w.heap_min[above] == time and w.heap_key[above] < key):
            break
        w.heap_min[place] = w.heap_min[above]
        w.heap_key[place] = w.heap_key[above]
        place = above
    if size > 0:
        w.heap_min[place] = time
        w.heap_key[place] = key

"""scikit-learn's boosted trees, added up by compiled code: the same raw scores, to the last bit.

All comparisons of a tree are made, for a block of trucks at a time and without a branch
(QuickScorer): each inner node owns a mask that strikes out the leaves on its left, a truck that goes
right there applies it, and the first leaf that is left over is the truck's. Values are added in the
order of the trees. As compiling takes time, a process begins with scikit-learn's own walk and changes
over after `CHANGE_OVER` trucks; both give the same scores to the last bit.

Source: Lucchese et al., SIGIR 2015, 73.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.arrays import FloatArray, IntArray

Bits = npt.NDArray[np.uint64]
FittedTrees: TypeAlias = Any
"""Fitted trees of scikit-learn, or a part of them; they have no types."""

CHANGE_OVER: Final = 250_000
"""Trucks that a process scores before it compiles: what they cost is what compiling costs."""
MOST_LEAVES: Final = 64
"""Leaves that a mask has bits for."""
CODES: Final = 256
"""Codes of a category are whole numbers below it, as those of `models.features` are."""
BLOCK: Final = 512
"""Trucks scored at a time: their values and masks stay in the processor's first cache."""
ALL: Final = np.uint64(2**64 - 1)
SPREAD: Final = np.uint64(0x03F79D71B4CB0A89)
"""A de Bruijn sequence: times a single bit, its first six bits number the bit."""


class CompiledTrees(NamedTuple):
    """An ensemble of ``t`` trees with ``m`` inner nodes in all, as compiled code reads it."""

    base: float
    """Raw score before the first tree."""
    first: IntArray
    """[t + 1], the nodes of tree i are first[i] .. first[i + 1] - 1."""
    coded: IntArray
    """[c], the features that are codes."""
    column: IntArray
    """[m], the feature that a node reads; of a node that splits by code, its place in ``coded``."""
    edge: FloatArray
    """[m], numbers up to it go left."""
    missing: npt.NDArray[np.bool_]
    """[m], True: a missing number goes left."""
    mask: Bits
    """[m], leaves left over to a truck that goes right."""
    row: IntArray
    """[m], row of ``by_code`` of a node that splits by code; -1: it compares numbers."""
    by_code: Bits
    """[rows, 257], leaves left over by code; the last: missing, or never seen in training."""
    leaf: FloatArray
    """[t, 64], value of each leaf, at the number of its bit under `SPREAD`."""


class _Node(NamedTuple):
    """One inner node, before it is laid out."""

    column: int
    edge: float
    missing: bool
    mask: int
    by_code: Bits | None


def lay_out_trees(trees: FittedTrees) -> CompiledTrees | None:
    """Lay out a fitted `HistGradientBoostingClassifier` of two classes.

    None: it cannot be laid out, because a tree has more than 64 leaves, or a category is no whole
    number from 0 to 255.
    """
    order, categories = _columns(trees)
    if any(not np.isin(codes, np.arange(CODES)).all() for codes in categories):
        return None
    if any(stage[0].get_n_leaf_nodes() > MOST_LEAVES for stage in trees._predictors):
        return None
    parts = [_tree(stage[0], order, categories) for stage in trees._predictors]
    nodes = [node for inner, _ in parts for node in inner]
    rows = [node.by_code for node in nodes if node.by_code is not None]
    by_code = np.array([node.by_code is not None for node in nodes], dtype=bool)
    return CompiledTrees(
        base=float(trees._baseline_prediction.item()),
        first=np.cumsum([0, *(len(inner) for inner, _ in parts)]),
        coded=order[: len(categories)],
        column=np.array([node.column for node in nodes], dtype=np.int64),
        edge=np.array([node.edge for node in nodes], dtype=np.float64),
        missing=np.array([node.missing for node in nodes], dtype=np.bool_),
        mask=np.array([node.mask for node in nodes], dtype=np.uint64),
        row=np.where(by_code, np.cumsum(by_code) - 1, -1),
        by_code=np.array(rows, dtype=np.uint64).reshape(-1, CODES + 1),
        leaf=np.array([_leaves(values) for _, values in parts]),
    )


def _columns(trees: FittedTrees) -> tuple[IntArray, list[FloatArray]]:
    """Return the feature behind each column of the trees, and the codes of the first columns.

    scikit-learn numbers the codes that it met in training, and puts their columns first.
    """
    n = trees.n_features_in_
    if trees.is_categorical_ is None:
        return np.arange(n), []
    encoder = trees._preprocessor.named_transformers_["encoder"]
    known = [codes[~np.isnan(codes)] for codes in encoder.categories_]
    return np.argsort(~trees.is_categorical_, kind="stable"), known


def _tree(tree: FittedTrees, order: IntArray, categories: list[FloatArray]) -> tuple[list[_Node], list[float]]:
    """Return the inner nodes of one tree and the values of its leaves from left to right."""
    nodes, inner, values = tree.nodes, [], []

    def visit(place: int) -> int:
        """Note the leaves at or below a node, in order; return their bits."""
        node = nodes[place]
        if node["is_leaf"]:
            values.append(float(node["value"]))
            return 1 << (len(values) - 1)
        left = visit(node["left"])
        inner.append(_inner(tree, node, ~left & int(ALL), order, categories))
        return left | visit(node["right"])

    visit(0)
    return inner, values


def _inner(tree: FittedTrees, node: FittedTrees, mask: int, order: IntArray, categories: list[FloatArray]) -> _Node:
    column, missing = int(node["feature_idx"]), bool(node["missing_go_to_left"])
    if not node["is_categorical"]:
        return _Node(int(order[column]), float(node["num_threshold"]), missing, mask, None)
    known = categories[column].astype(np.int64)
    words, number = tree.raw_left_cat_bitsets[node["bitset_idx"]], np.arange(len(known))
    goes_left = np.full(CODES + 1, missing)
    goes_left[known] = words[number // 32] >> (number % 32).astype(np.uint32) & 1 == 1
    return _Node(column, np.nan, missing, mask, np.where(goes_left, ALL, np.uint64(mask)))


def _leaves(values: list[float]) -> FloatArray:
    """Return the values at the numbers of their bits, [64]."""
    leaf = np.zeros(MOST_LEAVES)
    bits = np.uint64(1) << np.arange(len(values), dtype=np.uint64)
    leaf[bits * SPREAD >> np.uint64(58)] = values
    return leaf


def sum_trees(ensemble: CompiledTrees, values: FloatArray) -> FloatArray:
    """Return the raw score [n] of every truck: ``trees.decision_function(values)``, to the last bit.

    ``values`` are [n, features], best in columns (Fortran's order), which need no copy. NaN is missing.
    """
    score = np.full(len(values), ensemble.base)
    _compiled()(ensemble, np.ascontiguousarray(values.T, dtype=np.float64), score)
    return score


def compile_trees() -> None:
    """Compile what adds trees up, or load it, by adding up none of them."""
    none, ints, masks = np.empty(0), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)
    nobody = CompiledTrees(
        base=0.0,
        first=np.zeros(1, dtype=np.int64),
        coded=ints,
        column=ints,
        edge=none,
        missing=np.empty(0, dtype=np.bool_),
        mask=masks,
        row=ints,
        by_code=masks.reshape(-1, CODES + 1),
        leaf=none.reshape(-1, MOST_LEAVES),
    )
    sum_trees(nobody, np.empty((0, 1)))


def _add(e, values, score):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add the trees to ``score`` [n], block by block; ``values`` is [features, n]."""
    left, code = np.empty(BLOCK, np.uint64), np.empty((len(e.coded), BLOCK), np.int64)
    for begin in range(0, len(score), BLOCK):
        size = min(BLOCK, len(score) - begin)
        for place in range(len(e.coded)):
            x = values[e.coded[place], begin : begin + size]
            for i in range(size):
                whole = x[i] >= 0.0 and x[i] < CODES and x[i] == np.floor(x[i])
                code[place, i] = np.int64(x[i]) if whole else CODES
        for tree in range(len(e.first) - 1):
            left[:] = ALL
            for node in range(e.first[tree], e.first[tree + 1]):
                mask, edge = e.mask[node], e.edge[node]
                if e.row[node] >= 0:
                    by_code, codes = e.by_code[e.row[node]], code[e.column[node]]
                    for i in range(size):
                        left[i] &= by_code[codes[i]]
                    continue
                x = values[e.column[node], begin : begin + size]
                if e.missing[node]:
                    for i in range(size):
                        left[i] &= mask if x[i] > edge else ALL
                else:
                    for i in range(size):
                        left[i] &= ALL if x[i] <= edge else mask
            leaf = e.leaf[tree]
            for i in range(size):
                bit = left[i] & (~left[i] + np.uint64(1))
                score[begin + i] += leaf[bit * SPREAD >> np.uint64(58)]


@functools.cache
def _compiled() -> Callable[[CompiledTrees, FloatArray, FloatArray], None]:
    from sim.compiling import compiled_and_kept

    kept: Callable[[CompiledTrees, FloatArray, FloatArray], None] = compiled_and_kept(_add, (__name__,), nogil=True)
    return kept


class _Process:
    """How many trucks this process has scored, and the ensembles that it has laid out."""

    def __init__(self) -> None:
        self.scored = 0
        self.laid_out: weakref.WeakKeyDictionary[FittedTrees, CompiledTrees | None] = weakref.WeakKeyDictionary()


_PROCESS = _Process()


def raw_scores(trees: FittedTrees, values: FloatArray) -> FloatArray:
    """Return ``trees.decision_function(values)`` [n], the faster way of both.

    ``trees`` are a `HistGradientBoostingClassifier` of two classes, not fitted again while it is in
    use; ``values`` are [n, features].
    """
    _PROCESS.scored += len(values)
    if _PROCESS.scored > CHANGE_OVER and trees not in _PROCESS.laid_out:
        _PROCESS.laid_out[trees] = lay_out_trees(trees)
    ensemble = _PROCESS.laid_out.get(trees)
    if ensemble is None:
        return np.asarray(trees.decision_function(values), dtype=np.float64)
    return sum_trees(ensemble, values)

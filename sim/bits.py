"""Sets of servers as bits of 64-bit words: the lowest free one is found without a search."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_item_pointer
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from sim.jit import move

WORD = 64


def _lowest_bit(context, bits):  # type: ignore[no-untyped-def]
    """Return the place of the lowest 1 in a word that is not 0."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], context.get_constant(types.boolean, True))

    return types.int64(types.uint64), code


def _fetch(context, array, row, column):  # type: ignore[no-untyped-def]
    """Ask for the part of a 2-D array from [row, column] on, well before it is read."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        parts = make_array(kind)(context, builder, args[0])  # type: ignore[no-untyped-call]
        place = get_item_pointer(context, builder, kind, parts, args[1:])  # type: ignore[no-untyped-call]
        byte = ir.IntType(8).as_pointer()
        word = ir.IntType(32)
        ask = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        )
        builder.call(ask, [builder.bitcast(place, byte), word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), code


def _index(context, value):  # type: ignore[no-untyped-def]
    """Return an index that is never negative: nobody need test whether it counts from the end."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number = context.cast(builder, args[0], signature.args[0], types.int64)
        builder.assume(builder.icmp_signed(">=", number, ir.Constant(number.type, 0)))
        return number

    return types.int64(value), code


index: Any = intrinsic(_index)
lowest_bit: Any = intrinsic(_lowest_bit)
fetch: Any = intrinsic(_fetch)


@move()
def put_in(words, place):  # type: ignore[no-untyped-def]
    s = index(place)
    words[s >> 6] |= types.uint64(1) << types.uint64(s & 63)


@move()
def is_in(words, place):  # type: ignore[no-untyped-def]
    s = index(place)
    return (words[s >> 6] >> types.uint64(s & 63)) & types.uint64(1) != 0


@move()
def take_out(words, place):  # type: ignore[no-untyped-def]
    s = index(place)
    words[s >> 6] &= ~(types.uint64(1) << types.uint64(s & 63))


@move()
def lowest_common(one, other):  # type: ignore[no-untyped-def]
    """Return the lowest member of both sets, or -1."""
    both = one[0] & other[0]
    if both != 0:
        return lowest_bit(both)
    for word in range(1, len(one)):
        both = one[word] & other[word]
        if both != 0:
            return (word << 6) | lowest_bit(both)
    return -1

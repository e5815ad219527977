"""Formulas that know their value: one expression gives the text for the spreadsheet and the number that it stands for.

A workbook that is opened without recalculation, or read by a program, shows the values; one that is recalculated shows
the formulas' own. Both come from the same expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from experiments.economics.appraisal import LEAST, ROUND, internal_rate_of_return
from sim.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression without its equals sign, and its value; a placed cell is one too.

    Examples
    --------
    >>> price, units = Formula("Costs!$B$2", 3.5), Formula("Costs!$C$2", 2.0)
    >>> price * units + 1.0
    Formula(text='((Costs!$B$2*Costs!$C$2)+1.0)', value=8.0)
    """

    text: str
    value: float | str

    @property
    def number(self) -> float:
        """The value of an expression that is a number; an empty cell counts as 0."""
        return 0.0 if isinstance(self.value, str) else float(self.value)

    def __add__(self, other: Operand) -> Formula:
        """Return the sum."""
        return _joined(self, "+", other, self.number + as_formula(other).number)

    def __sub__(self, other: Operand) -> Formula:
        """Return the difference."""
        return _joined(self, "-", other, self.number - as_formula(other).number)

    def __mul__(self, other: Operand) -> Formula:
        """Return the product."""
        return _joined(self, "*", other, self.number * as_formula(other).number)

    def __truediv__(self, other: Operand) -> Formula:
        """Return the quotient; over zero it is the word "undefined", as `quotient` writes it."""
        return _joined(self, "/", other, self.number / as_formula(other).number)

    def __pow__(self, other: Operand) -> Formula:
        """Return the power."""
        return _joined(self, "^", other, self.number ** as_formula(other).number)

    def __neg__(self) -> Formula:
        """Return the opposite; written as a product, since spreadsheets take signs before powers."""
        return self * -1.0


Operand: TypeAlias = "Formula | float"


def as_formula(operand: Operand) -> Formula:
    """Return a number as an expression; a formula stays itself."""
    if isinstance(operand, Formula):
        return operand
    return Formula(repr(float(operand)).upper(), float(operand))


def _joined(left: Formula, sign: str, right: Operand, value: float) -> Formula:
    return Formula(f"({left.text}{sign}{as_formula(right).text})", value)


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison and whether it holds."""

    text: str
    holds: bool


def at_least(left: Operand, right: Operand) -> Condition:
    """Return the condition that ``left`` is not below ``right``."""
    one, two = as_formula(left), as_formula(right)
    return Condition(f"{one.text}>={two.text}", one.number >= two.number)


def above(left: Operand, right: Operand) -> Condition:
    """Return the condition that ``left`` is above ``right``."""
    one, two = as_formula(left), as_formula(right)
    return Condition(f"{one.text}>{two.text}", one.number > two.number)


def same(left: Operand, right: Operand) -> Condition:
    """Return the condition that two numbers are equal."""
    one, two = as_formula(left), as_formula(right)
    return Condition(f"{one.text}={two.text}", one.number == two.number)


def both(*conditions: Condition) -> Condition:
    """Return the condition that all of several hold."""
    return Condition(f"AND({','.join(one.text for one in conditions)})", all(one.holds for one in conditions))


def either(condition: Condition, yes: Operand | str, no: Operand | str) -> Formula:
    """Return ``yes`` where the condition holds, else ``no``; words may stand for numbers.

    Examples
    --------
    >>> either(above(Formula("A1", 2.0), 1.0), Formula("B1", 5.0), "none")
    Formula(text='IF(A1>1.0,B1,"none")', value=5.0)
    """
    one, two = (Formula(f'"{part}"', part) if isinstance(part, str) else as_formula(part) for part in (yes, no))
    return Formula(f"IF({condition.text},{one.text},{two.text})", one.value if condition.holds else two.value)


def least(*operands: Operand) -> Formula:
    """Return the smallest."""
    every = [as_formula(one) for one in operands]
    return Formula(f"MIN({','.join(one.text for one in every)})", min(one.number for one in every))


def greatest(*operands: Operand) -> Formula:
    """Return the largest."""
    every = [as_formula(one) for one in operands]
    return Formula(f"MAX({','.join(one.text for one in every)})", max(one.number for one in every))


def whole_part(operand: Operand) -> Formula:
    """Return a number rounded down."""
    one = as_formula(operand)
    return Formula(f"INT({one.text})", float(np.floor(one.number)))


def remainder(left: Operand, right: Operand) -> Formula:
    """Return what is left of ``left`` after whole multiples of ``right``."""
    one, two = as_formula(left), as_formula(right)
    return Formula(f"MOD({one.text},{two.text})", float(np.mod(one.number, two.number)))


def total(operands: Sequence[Operand]) -> Formula:
    """Return the sum of any number of expressions; of none, zero."""
    every = [as_formula(one) for one in operands]
    if not every:
        return as_formula(0.0)
    return Formula(f"({'+'.join(one.text for one in every)})", float(sum(one.number for one in every)))


def quotient(above_line: Operand, below_line: Operand, if_none: str) -> Formula:
    """Return a ratio, or words where what it is divided by is not above zero."""
    under = as_formula(below_line)
    safe = (
        as_formula(above_line) / under
        if under.number > 0.0
        else Formula(f"({as_formula(above_line).text}/{under.text})", 0.0)
    )
    return either(above(under, 0.0), safe, if_none)


@dataclass(frozen=True, slots=True)
class CellRange:
    """Cells side by side in one row of a sheet."""

    sheet: str
    row: int
    column: int
    values: FloatArray

    @property
    def text(self) -> str:
        """The range as formulas name it."""
        ends = (self.column, self.column + len(self.values) - 1)
        first, last = (xl_rowcol_to_cell(self.row, one, row_abs=True, col_abs=True) for one in ends)
        return f"'{self.sheet}'!{first}:{last}"

    def __getitem__(self, place: int) -> Formula:
        """Return one of the cells."""
        return Formula(cell_name(self.sheet, self.row, self.column + place), float(self.values[place]))

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.values)

    def upto(self, place: int) -> CellRange:
        """Return the cells from the first to ``place``."""
        return CellRange(self.sheet, self.row, self.column, self.values[: place + 1])


def cell_name(sheet: str, row: int, column: int) -> str:
    """Return one cell as formulas name it.

    Examples
    --------
    >>> cell_name("Time savings", 1, 2)
    "'Time savings'!$C$2"
    """
    return f"'{sheet}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"


def sum_of(cells: CellRange) -> Formula:
    """Return the sum of a range."""
    return Formula(f"SUM({cells.text})", float(cells.values.sum()))


def sum_product(left: CellRange, right: CellRange) -> Formula:
    """Return the sum of products of two ranges: a present value, where one holds discount factors."""
    return Formula(f"SUMPRODUCT({left.text},{right.text})", float(left.values @ right.values))


def sum_where(cells: CellRange, years: CellRange, sign: Literal["<", "="], year: Formula) -> Formula:
    """Return the sum of the cells whose year, beside them in another range, is before a year or is it.

    Examples
    --------
    >>> years, cells = (CellRange("By year", row, 0, np.array(v)) for row, v in enumerate(([0.0, 1.0], [-5.0, 2.0])))
    >>> sum_where(cells, years, "<", Formula("$B$9", 1.0)).value
    -5.0
    """
    chosen = years.values < year.number if sign == "<" else years.values == year.number
    return Formula(f"SUMPRODUCT(({years.text}{sign}{year.text})*{cells.text})", float(cells.values[chosen].sum()))


def rate_of_return(net: CellRange, residual: Formula) -> Formula:
    """Return the internal rate of return, or why there is none in one word.

    ``residual`` is the value left in the last year, which ``net`` holds: where nothing but that comes in, the rate is
    none. A rate below -20% a year is none too, as on the page. The page refuses several possible rates as well, of
    which a spreadsheet knows nothing: the value that is kept is the page's.
    """
    last = len(net) - 1
    left = np.zeros(len(net))
    left[last] = residual.number
    rate = internal_rate_of_return(net.values, left).rate
    inner = f'IFERROR(IF(IRR({net.text})<{LEAST!r},"none",IRR({net.text})),"none")'
    largest = f"MAX(MAX({net.text}),-MIN({net.text}))"
    comes_in = f"MAX(MAX({net.upto(last - 1).text}),{net[last].text}-{residual.text})>{ROUND!r}*{largest}"
    return Formula(f'IF(AND(MIN({net.text})<0,{comes_in}),{inner},"none")', "none" if rate is None else rate)

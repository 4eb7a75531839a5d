"""A figure as a document tells it, before anyone decides which item it belongs to."""

from decimal import Decimal
from typing import NamedTuple

from schemas.summary import Comparator, Flag, Role
from summarizer.numerals import Numeral


class FigureMention(NamedTuple):
    """A figure as the text tells it: token span and offsets into the folded text.

    ``attached`` says that it goes on with the indicator of the figure before it.
    """

    role: Role
    value: Decimal
    upper: Decimal | None
    total: Decimal | None
    unit: str | None
    comparator: Comparator
    reference: str | None
    estimated: bool
    first: int
    last: int
    start: int
    end: int
    flags: tuple[Flag, ...]
    attached: bool
    numerals: tuple[Numeral, ...]

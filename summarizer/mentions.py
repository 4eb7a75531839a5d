"""A figure as a document tells it, before anyone decides which item it belongs to."""

from dataclasses import dataclass
from decimal import Decimal

from schemas.summary import Comparator, Flag, Role
from summarizer.numerals import Numeral


@dataclass(frozen=True, slots=True)
class FigureMention:
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

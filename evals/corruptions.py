"""Known corruptions of perfect summaries: what every metric is tried on (``evals.selftest``).

A corruption spoils one thing, and says which metrics are *meant* to see it and which *may* move
with them by definition. Any other metric must not move.
"""

from dataclasses import dataclass

from evals import spoiling
from evals.gold import LISTS
from evals.spoiling import Apply
from schemas import Achievement, Directive, Issuer, Shortcoming, Target


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to spoil a summary; ``about`` is one sentence for people.

    Metrics that are ``meant`` for it must get clearly worse, those that ``may`` follow do so by
    definition. ``error`` is the kind of wrong figure that scoring must tell, if any.
    """

    name: str
    about: str
    apply: Apply
    meant: tuple[str, ...]
    may: tuple[str, ...] = ()
    error: str = ""


_ITEMS = ("found", "items")
_MEASURED = LISTS[:3]
_FIGURES = ("figures", "figures_strict")
_WRONG_VALUE = ("value", "values_as_written", "figures_strict")
_PLACES = ("quotes_exact", "quotes_in_place")  # what is not in the source is not there exactly
_PASSAGE = ("completeness", "statements_faithful")  # of words that are quoted otherwise

_ONES = (
    Corruption(
        "items dropped",
        "A third of the items is not told.",
        spoiling.of_items(lambda *_: (), spoiling.anything),
        meant=_ITEMS,
        may=(*LISTS, *_FIGURES, "directive_text"),  # their figures and words go with them
    ),
    Corruption(
        "items doubled",
        "A third of the items is told twice.",
        spoiling.of_items(lambda _, item: (item, item), spoiling.anything),
        meant=_ITEMS,
        may=(*LISTS, *_FIGURES),  # and so are their figures
    ),
    Corruption(
        "items invented",
        "Items are told that the source does not hold, quotes and figures included.",
        spoiling.of_items(spoiling.invented, spoiling.anything),
        meant=(*_ITEMS, "quotes_found", "words_in_source"),
        may=(*LISTS, *_FIGURES, *_PLACES),
    ),
    Corruption(
        "items merged",
        "Two neighbours are told as one item.",
        spoiling.merged,
        meant=_ITEMS,
        may=(*LISTS, "indicator", "tightness"),  # a merged item names and quotes more than either
    ),
    Corruption(
        "items split",
        "Each figure becomes an item of its own.",
        spoiling.of_items(spoiling.split, spoiling.has_several),
        meant=_ITEMS,
        may=_MEASURED,
    ),
    Corruption(
        "targets as achievements",
        "What is planned is told as done.",
        spoiling.of_items(spoiling.filed_as(Achievement), spoiling.is_a(Target)),
        meant=("future_as_past", "list", "items", "targets", "achievements"),
        may=("figures_strict",),  # whose figures are right in the right list only
    ),
    Corruption(
        "targets told as done too",
        "What is planned is told as planned, and as done beside it.",
        spoiling.of_items(spoiling.told_as_well(Achievement), spoiling.is_a(Target)),
        meant=("future_as_past", *_ITEMS, "achievements"),
        may=_FIGURES,  # which are told twice
    ),
    Corruption(
        "shortcomings as achievements",
        "What is bad is told as good.",
        spoiling.of_items(spoiling.filed_as(Achievement), spoiling.is_a(Shortcoming)),
        meant=("bad_as_good", "list", "items", "shortcomings"),
        may=("achievements", "figures_strict"),
    ),
    Corruption(
        "achievements as targets",
        "What is done is told as planned.",
        spoiling.of_items(spoiling.filed_as(Target), spoiling.is_a(Achievement)),
        meant=("list", "items", "achievements", "targets"),
        may=("figures_strict",),
    ),
    Corruption(
        "directives as targets",
        "Orders are told as ends.",
        spoiling.of_items(spoiling.filed_as(Target), spoiling.is_a(Directive)),
        meant=("list", "items", "directives", "targets"),
        may=("directive_text",),  # which is missing among the directives
    ),
    Corruption(
        "directives cut short",
        "The last quarter of an order is not told.",
        spoiling.of_items(spoiling.cut_short, spoiling.is_a(Directive)),
        meant=("directive_text",),
        may=("completeness",),
    ),
    Corruption(
        "words cut short",
        "The last quarter of what is told without figures is not told.",
        spoiling.of_items(spoiling.cut_short, spoiling.lacks("figures")),
        meant=("completeness",),
        may=("directive_text",),
    ),
)

_SLOTS = (
    Corruption(
        "sector",
        "Items get another sector.",
        spoiling.of_items(spoiling.of_another_sector, spoiling.anything),
        meant=("sector",),
    ),
    Corruption(
        "indicator dropped",
        "Measured items have no name of what is measured.",
        spoiling.given(spoiling.has("indicator"), indicator=None),
        meant=("indicator",),
    ),
    Corruption(
        "indicator cut short",
        "Of the name of what is measured, the first word is told.",
        spoiling.of_items(spoiling.named_shortly, spoiling.has_long_name),
        meant=("indicator",),
    ),
    Corruption(
        "neighbour's indicator",
        "What is measured has the name of what the next item measures.",
        spoiling.named_as_next,
        meant=("indicator",),
    ),
    Corruption(
        "another indicator",
        "Measured items are named something else.",
        spoiling.given(spoiling.has("indicator"), indicator="chiều dài cầu vồng"),
        meant=("indicator",),
    ),
    Corruption(
        "issuer",
        "Directives are given by somebody else.",
        spoiling.given(
            spoiling.is_a(Directive), issuer=Issuer(name="Ban Chỉ đạo cầu vồng", kind="body")
        ),
        meant=("issuer",),
    ),
    Corruption(
        "addressees missing",
        "Directives do not say who is to act.",
        spoiling.given(spoiling.has("addressees"), addressees=()),
        meant=("addressees",),
    ),
    Corruption(
        "deadline",
        "Targets and directives have another deadline.",
        spoiling.of_items(spoiling.later, spoiling.is_a(Target, Directive)),
        meant=("deadline",),
    ),
)

_NUMBERS = (
    Corruption(
        "value ×1000",
        "A separator of thousands is read as a decimal mark, or the reverse.",
        spoiling.revalued(lambda _, value: value * 1000, spoiling.anything),
        meant=_WRONG_VALUE,
        error="scale (×1000)",
    ),
    Corruption(
        "decimal mark",
        "The decimal mark stands one digit off.",
        spoiling.revalued(lambda _, value: value * 10, spoiling.anything),
        meant=_WRONG_VALUE,
        error="decimal mark",
    ),
    Corruption(
        "one digit",
        "One digit is another one.",
        spoiling.revalued(spoiling.with_next_digit, spoiling.anything),
        meant=_WRONG_VALUE,
        error="one digit",
    ),
    Corruption(
        "another value",
        "The value is that of another number of the source.",
        spoiling.revalued(spoiling.of_the_source, spoiling.anything),
        meant=_WRONG_VALUE,
        error="another figure of the source",
    ),
    Corruption(
        "sign",
        "A rise is told as a fall, or the reverse.",
        spoiling.revalued(lambda _, value: -value, lambda figure: figure.role == "change"),
        meant=("value", "figures_strict"),
        error="sign",
    ),
    Corruption(
        "read elsewhere",
        "A figure is that of another item, with its words.",
        spoiling.from_elsewhere,
        meant=("value", "figures_in_evidence", "figures_strict"),
        error="another figure of the source",
    ),
    Corruption(
        "unit",
        "The unit is another one.",
        spoiling.given_figure(spoiling.anything, unit="cây cầu"),
        meant=("unit", "figures_strict"),
        error="unit",
    ),
    Corruption(
        "role",
        "What the number says is another thing.",
        spoiling.of_figures(spoiling.with_another_role, spoiling.anything),
        meant=("role", "figures_strict"),
        error="role",
    ),
    Corruption(
        "comparator",
        "The bound is lost, or made up.",
        spoiling.of_figures(spoiling.with_another_comparator, spoiling.anything),
        meant=("comparator", "figures_strict"),
        error="comparator",
    ),
    Corruption(
        "reference dropped",
        "What a figure is compared with is lost.",
        spoiling.given_figure(spoiling.has("reference"), reference=None),
        meant=("reference", "figures_strict"),
        error="reference",
    ),
    Corruption(
        "upper end lost",
        "Of a range, only the lower end is told.",
        spoiling.given_figure(spoiling.has("upper"), upper=None),
        meant=("upper", "figures_strict"),
    ),
    Corruption(
        "total lost",
        "Of a part of a whole, only the part is told.",
        spoiling.given_figure(spoiling.has("total"), total=None),
        meant=("total", "figures_strict"),
    ),
    Corruption(
        "figures dropped",
        "A third of the figures is not told.",
        spoiling.of_figures(lambda *_: (), spoiling.anything),
        meant=_FIGURES,
    ),
    Corruption(
        "figures invented",
        "Items get figures that the source does not hold.",
        spoiling.of_items(spoiling.with_invented_figure, spoiling.has("figures")),
        meant=(*_FIGURES, "figures_in_evidence"),
        error="invented",
    ),
    Corruption(
        "figures given away",
        "A figure is told of the next item.",
        spoiling.given_away,
        meant=("item", "figures_strict", "figures_in_evidence"),
    ),
    Corruption(
        "figures swapped",
        "Two neighbours have each other's figures.",
        spoiling.swapped,
        meant=("item", "figures_strict", "figures_in_evidence"),
    ),
    Corruption(
        "traps",
        "Numbers that are no figures are told as figures.",
        spoiling.trapped,
        meant=("traps", *_FIGURES),
        may=("figures_in_evidence",),  # no quote holds them
    ),
)

_QUOTES = (
    Corruption(
        "measured quote reworded",
        "A word of a quote with figures is another one.",
        spoiling.requoted(spoiling.reworded, spoiling.has("figures")),
        meant=("quotes_found", "quote"),
        # Only what is quoted is right; figures stand at other offsets of the quote.
        may=("items", *_MEASURED, *_PLACES, *_PASSAGE, "figures_in_evidence"),
    ),
    Corruption(
        "plain quote reworded",
        "A word of a quote without figures is another one, so that nothing tells its item.",
        spoiling.requoted(spoiling.reworded, spoiling.lacks("figures")),
        meant=("quotes_found", *_ITEMS),
        may=(*LISTS, *_PLACES, "directive_text", "statements_faithful"),
    ),
    Corruption(
        "number in quote",
        "A quote has other digits than the source.",
        spoiling.requoted(spoiling.falsified, spoiling.has("figures")),
        meant=("quotes_found", "words_in_evidence"),
        may=("quote", "items", *_MEASURED, *_PLACES, *_PASSAGE, "figures_in_evidence"),
    ),
    Corruption(
        "blanks in quote",
        "A quote has other blanks than the source.",
        spoiling.requoted(spoiling.with_odd_blanks, spoiling.lacks("figures")),
        meant=_PLACES,
        may=("directive_text", "completeness"),  # which are counted at offsets
    ),
    Corruption(
        "quote widened",
        "A quote takes its neighbourhood along.",
        spoiling.requoted(spoiling.widened, spoiling.anything),
        meant=("tightness", "quote"),
        may=("items", *LISTS, "directive_text", "statements_faithful"),  # of another passage
    ),
    Corruption(
        "quote shifted",
        "A quote is said to stand where it does not.",
        spoiling.requoted(spoiling.shifted, spoiling.anything),
        meant=("quotes_in_place",),
        may=("directive_text", "completeness", "figures_in_evidence"),
    ),
    Corruption(
        "statement turned round",
        "A statement denies what its quote says.",
        spoiling.of_items(spoiling.denied, spoiling.anything),
        meant=("statements_faithful",),
    ),
    Corruption(
        "number of elsewhere",
        "A statement has a number of the source that its quote does not hold.",
        spoiling.of_items(spoiling.with_number_of_elsewhere, spoiling.anything),
        meant=("words_in_evidence", "statements_faithful"),
    ),
    Corruption(
        "number of nowhere",
        "A statement has a number that the source does not hold.",
        spoiling.of_items(spoiling.with_unheard_number, spoiling.anything),
        meant=("words_in_source", "words_in_evidence", "statements_faithful"),
    ),
    Corruption(
        "numerals unclaimed",
        "Numbers of the source are used by no item.",
        spoiling.unaccounted,
        meant=("numerals_accounted",),
    ),
)

CORRUPTIONS = (*_ONES, *_SLOTS, *_NUMBERS, *_QUOTES)
"""All corruptions: of items, of their slots, of figures, of quotes and statements."""

"""What is measured: every count of a score by name, what it says and which way is better.

Names are those of ``scoring.score.Score.counts``; those of roles are ``role …``.
"""

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure: ``title`` heads a column, ``about`` is one sentence for people."""

    name: str
    title: str
    about: str
    better: Better = "higher"


METRICS = (
    Metric("figures", "figures F1", "Figures found, told by their place in the source."),
    Metric(
        "figures_strict",
        "strict F1",
        "Figures found, with every slot, their list and their item right.",
    ),
    Metric("items", "items F1", "Items found, quoted alike and put into the right list."),
    Metric("found", "found F1", "Items found, whatever list they were put into."),
    Metric("achievements", "achievements", "F1 of this list."),
    Metric("shortcomings", "shortcomings", "F1 of this list."),
    Metric("targets", "targets", "F1 of this list."),
    Metric("directives", "directives", "F1 of this list."),
    Metric("list", "list", "Items found that are in the right list."),
    Metric("quote", "quote", "Items found whose quote shares at least half with gold's."),
    Metric("directive_text", "directive text", "F1 of directives by code point, however cut."),
    Metric("value", "value", "Figures found whose value is exactly right."),
    Metric("upper", "upper", "Figures found whose upper end is right."),
    Metric("total", "total", "Figures found whose whole is right."),
    Metric("unit", "unit", "Figures found whose unit is right."),
    Metric("comparator", "comparator", "Figures found whose comparator is right."),
    Metric("role", "role", "Figures found whose role is right."),
    Metric("reference", "reference", "Figures found whose reference is right."),
    Metric("item", "item", "Figures found that were told of the item they belong to."),
    Metric("sector", "sector", "Items found whose sector is right."),
    Metric("indicator", "indicator", "Items found whose indicator is named alike."),
    Metric("issuer", "issuer", "Directives found whose issuer is right."),
    Metric("addressees", "addressees", "Directives found whose addressees are all right."),
    Metric("deadline", "deadline", "Targets and directives found whose deadline is right."),
    Metric("future_as_past", "future as past", "Targets told as achievements.", "lower"),
    Metric("bad_as_good", "bad as good", "Shortcomings told as achievements.", "lower"),
    Metric("traps", "traps", "Numbers that are no figures, told as figures.", "lower"),
    Metric("tightness", "tightness", "Evidence of found items that gold quotes too."),
    Metric("completeness", "completeness", "Gold's quotes that the evidence of their items holds."),
    Metric("quotes_exact", "quotes exact", "Quotes that stand in the source sign by sign."),
    Metric("quotes_found", "quotes found", "Quotes that stand there but for blanks."),
    Metric("quotes_in_place", "quotes in place", "Quotes that stand at their offsets."),
    Metric("figures_in_evidence", "in evidence", "Figures that stand within their evidence."),
    Metric("values_as_written", "as written", "Values that are what their words say."),
    Metric("statements_faithful", "faithful", "Statements that say what their evidence says."),
    Metric("words_in_evidence", "words proven", "Numbers of statements that the evidence holds."),
    Metric("words_in_source", "words in source", "Numbers of statements that the source holds."),
    Metric("numerals_accounted", "accounted", "Numerals of the source that are accounted for."),
)
"""In the order in which they are shown; the first three are the headline."""

HEADLINES = METRICS[:3]

BY_NAME = {metric.name: metric for metric in METRICS}

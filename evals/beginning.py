"""Beginning a gold file: a draft made of a summary, for a person to correct.

What a draft proposes sways who corrects it, so its sidecar says that it was prefilled.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from evals.gold import LISTS
from schemas import Achievement, Context, Directive, Figure, Shortcoming, Summary, Target
from schemas.summary import Deadline, Issuer
from summarizer import Document, Summarizer

_Item = Achievement | Shortcoming | Target | Directive
# Signs that YAML folds, refuses or takes for a line break, in a scalar that is not double-quoted.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_SIDECAR = """\
status = "draft"
prefilled = true
annotators = []
traps = []
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a gold file and of the sidecar beside it."""

    gold: str
    sidecar: str = _SIDECAR


def begin(path: Path, summarizer: Summarizer) -> Draft:
    """Draft the gold of a source text from its summary; numbers in no item stand at the end.

    Raises ``SummarizerError`` where the summarizer does.
    """
    document = Document.read(path)
    return draft(path.name, document, summarizer(document))


def draft(name: str, document: Document, summary: Summary) -> Draft:
    """Draft the gold of a document in the file ``name`` from its summary."""
    return Draft("".join(f"{line}\n" for line in _lines(name, document, summary)))


def _lines(name: str, document: Document, summary: Summary) -> Iterator[str]:
    yield f"source: {_text(name)}"
    yield f"context: {_context(summary.context)}"
    for kind in LISTS:
        items: tuple[_Item, ...] = getattr(summary, kind)
        yield f"{kind}:" if items else f"{kind}: []"
        for item in items:
            yield from _item(item, document)
    yield from _unclaimed(summary, document)


def _item(item: _Item, document: Document) -> Iterator[str]:
    yield f"  - quote: {_quote(item, document)}"
    yield f"    sector: {item.sector}"
    if not isinstance(item, Directive):
        yield f"    indicator: {_text(item.indicator)}"
        yield "    figures:" if item.figures else "    figures: []"
        for figure in item.figures:
            yield f"      - {_figure(figure)}"
    else:
        yield f"    issuer: {_issuer(item.issuer)}"
        yield f"    addressees: {_texts(item.addressees)}"
    if isinstance(item, Target | Directive):
        yield f"    deadline: {_deadline(item.deadline)}"


def _quote(item: _Item, document: Document) -> str:
    """From the first passage to the end of the last, as gold has one quote an item."""
    start = min(evidence.start for evidence in item.evidence)
    words = document.text[start : max(evidence.end for evidence in item.evidence)]
    if _UNSAFE.search(words) or words != words.strip():
        return _text(words)
    return f">-\n      {words}"


def _figure(figure: Figure) -> str:
    slots = {
        "role": figure.role,
        "value": _number(figure.value),
        "upper": _number(figure.upper),
        "total": _number(figure.total),
        "unit": _text(figure.unit),
        "comparator": figure.comparator,
        "reference": _text(figure.reference),
    }
    empty = {"upper": "null", "total": "null", "comparator": "eq", "reference": "null"}
    return _mapping({name: slot for name, slot in slots.items() if slot != empty.get(name)})


def _issuer(issuer: Issuer | None) -> str:
    if issuer is None:
        return "null"
    slots = {"name": _text(issuer.name), "posts": _texts(issuer.posts), "kind": issuer.kind}
    return _mapping(slots | ({"document": _text(issuer.document)} if issuer.document else {}))


def _deadline(deadline: Deadline | None) -> str:
    if deadline is None:
        return "null"
    return _mapping({"text": _text(deadline.text), "date": str(deadline.date or "null")})


def _context(context: Context) -> str:
    chair = context.chair
    return _mapping(
        {
            "locality": _text(context.locality),
            "body": _text(context.body),
            "event": _text(context.event),
            "held_on": str(context.held_on or "null"),
            "chair": _text(chair.name if chair is not None else None),
            "period": _text(context.period),
            "plan_period": _text(context.plan_period),
        }
    )


def _unclaimed(summary: Summary, document: Document) -> Iterator[str]:
    unclaimed = summary.coverage.unclaimed
    if unclaimed:
        yield "# Numbers in no item; those that are no figures belong into traps of the .toml:"
    for numeral in unclaimed:
        line = document.text.count("\n", 0, numeral.start) + 1
        around = document.text[max(0, numeral.start - 40) : numeral.end + 40]
        yield f"#   line {line}: {_UNSAFE.sub(' ', numeral.raw)}  in  {_UNSAFE.sub(' ', around)}"


def _mapping(slots: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {slot}" for name, slot in slots.items()) + "}"


def _texts(several: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_text, several)) + "]"


def _text(words: str | None) -> str:
    """A scalar that is read as exactly these words; null where there are none."""
    if words is None:
        return "null"
    if _UNSAFE.search(words):
        escaped: str = yaml.safe_dump(words, default_style='"', allow_unicode=True, width=10**9)
        return escaped.strip()
    return "'" + words.replace("'", "''") + "'"


def _number(value: Decimal | None) -> str:
    return "null" if value is None else f"{value:f}"

"""One self-contained page: each report with its passages coloured, and its items beside it.

Documents stand in it one by one, so that neither writing nor opening the page needs all at once.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from schemas import (
    Achievement,
    Context,
    Deadline,
    Directive,
    Evidence,
    Figure,
    Flag,
    Issuer,
    Row,
    Shortcoming,
    Summary,
    Target,
)
from summarizer.exports import Options
from summarizer.exports.sources import Sources
from summarizer.exports.standalone import data, template
from summarizer.view import FLAGS, SECTORS, amount, clean, day

Item = Achievement | Shortcoming | Target | Directive

LISTS = ("achievements", "shortcomings", "targets", "directives")
_LANGUAGES = ("vi", "en")
_MOST_PERCENT = Decimal(1000)  # JSON has no number for what is beyond all floats


def write(rows: Iterable[Row], path: Path, options: Options) -> None:
    """Write the page of rows; their texts are looked for in ``options.sources``.

    A text is shown only if its hash is the one that its summary tells; without it a document
    shows its items with their quotes. Raises ``DocumentError`` if a source is not there.
    """
    sources = Sources.of(options.sources)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces(rows, sources))


def pieces(rows: Iterable[Row], sources: Sources) -> Iterator[str]:
    """The page as HTML, piece by piece; a row is taken when its turn comes."""
    words, index = _words(), list[dict[str, Any]]()
    return template(__package__).generate(
        words=words["vi"]["words"],
        labels=data(words),
        documents=_documents(rows, sources, index),
        index=lambda: data(index),  # asked for at the end, when all documents are told
    )


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Words by language and kind."""
    told = tomllib.loads(files(__package__).joinpath("page.toml").read_text("utf-8"))
    sectors = {name: (SECTORS[name], english) for name, english in told["sectors"].items()}
    kinds = {**told, "sectors": sectors}
    words = {
        language: {
            kind: {name: pair[place] for name, pair in pairs.items()}
            for kind, pairs in kinds.items()
        }
        for place, language in enumerate(_LANGUAGES)
    }
    words["vi"]["flags"] = FLAGS  # in English their message tells them
    words["en"]["flags"] = {}
    return words


# --- Data of the script -------------------------------------------------------------------------


def _documents(
    rows: Iterable[Row], sources: Sources, index: list[dict[str, Any]]
) -> Iterator[Markup]:
    for row in rows:
        index.append(_entry(row))
        yield data(_document(row, sources))


def _entry(row: Row) -> dict[str, Any]:
    """What the index shows of a document."""
    told: dict[str, Any] = {"name": clean(row.name)}
    if row.summary is None:
        return told | {"failed": True}
    lists = [getattr(row.summary, name) for name in LISTS]
    context = row.summary.context
    return _there(
        told
        | {
            "title": clean(row.summary.source.title or ""),
            "locality": clean(context.locality or ""),
            "period": clean(context.period or context.plan_period or ""),
        }
    ) | {"counts": [len(items) for items in lists], "flags": _to_check(row.summary)}


def _to_check(summary: Summary) -> int:
    """How many things a reader should look at."""
    flagged = sum(bool(item.flags) for name in LISTS for item in getattr(summary, name))
    return flagged + len(summary.coverage.unclaimed) + len(summary.run.issues)


def _there(told: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is there: most fields of most items are empty."""
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _document(row: Row, sources: Sources) -> dict[str, Any]:
    told = {"name": clean(row.name)}
    if row.summary is None:
        return told | {"failure": clean(row.error.message if row.error else "")}
    summary = row.summary
    text, coverage = sources.find(summary.source.sha256), summary.coverage
    return told | _there(
        {
            "title": clean(summary.source.title or ""),
            "text": text,
            "facts": _facts(summary),
            "overview": clean(summary.overview),
            "issues": [_flag(flag) for flag in summary.run.issues],
            "coverage": {
                "numerals": coverage.numerals,
                "used": coverage.used,
                "aside": len(coverage.set_aside),
            },
            "unclaimed": [[one.start, one.end, clean(one.raw)] for one in coverage.unclaimed],
            "items": [_item(name, item, text) for name in LISTS for item in getattr(summary, name)],
        }
    )


def _facts(summary: Summary) -> list[tuple[str, str]]:
    """Name and value of what is known about the document."""
    context, published = summary.context, summary.source.published_on
    facts = {
        "locality": context.locality,
        "body": context.body,
        "event": context.event,
        "held_on": day(context.held_on) if context.held_on else None,
        "chair": _chair(context),
        "period": context.period,
        "plan_period": context.plan_period,
        "published_on": day(published) if published else None,
    }
    return [(name, clean(value)) for name, value in facts.items() if value]


def _chair(context: Context) -> str | None:
    if context.chair is None:
        return None
    return ", ".join((context.chair.name, *context.chair.posts))


def _item(name: str, item: Item, text: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "list": name,
        "id": clean(item.id),
        "statement": _statement(item, text),
        "sector": item.sector,
        "evidence": [_evidence(one, text) for one in item.evidence],
        "flags": [_flag(flag) for flag in item.flags],
    }
    if isinstance(item, Directive):
        told |= {
            "issuer": _issuer(item.issuer) if item.issuer else None,
            "addressees": [clean(one) for one in item.addressees],
        }
    else:
        told |= {
            "indicator": clean(item.indicator or ""),
            "figures": [_figure(figure, text) for figure in item.figures],
        }
    if isinstance(item, Directive | Target):
        told["deadline"] = _deadline(item.deadline) if item.deadline else None
    return _there(told)


def _statement(item: Item, text: str | None) -> str | None:
    """None where it is but the quote in the text with a capital: the script takes it from there."""
    statement, first = clean(item.statement), next(iter(item.evidence), None)
    if first is None or not _stands(first, text):
        return statement
    return None if statement == first.quote[:1].upper() + first.quote[1:] else statement


def _stands(evidence: Evidence, text: str | None) -> bool:
    return text is not None and text[evidence.start : evidence.end] == evidence.quote


def _evidence(evidence: Evidence, text: str | None) -> list[int | str | None]:
    """Start, end, page, quote; the last ones only if they are needed."""
    told: list[int | str | None] = [evidence.start, evidence.end]
    if not _stands(evidence, text):
        return [*told, evidence.page, evidence.quote]
    return told if evidence.page is None else [*told, evidence.page]


def _flag(flag: Flag) -> dict[str, str]:
    return {"code": flag.code, "message": clean(flag.message)}


def _issuer(issuer: Issuer) -> str:
    return clean(", ".join(filter(None, (issuer.name, *issuer.posts, issuer.document))))


def _deadline(deadline: Deadline) -> dict[str, Any]:
    told = {"text": clean(deadline.text)}
    if deadline.date is None:
        return told
    return told | {"date": deadline.date.isoformat(), "day": day(deadline.date)}


def _figure(figure: Figure, text: str | None) -> dict[str, Any]:
    said = amount(figure.model_copy(update={"comparator": "eq"}))
    stands = text is not None and text[figure.start : figure.end] == said
    return _there(
        {
            "role": _role(figure),
            "amount": None if stands else said,
            "comparator": figure.comparator if figure.comparator not in ("eq", "between") else None,
            "reference": clean(figure.reference or ""),
            "estimated": figure.estimated or None,
            "plan": _share_of_plan(figure),
        }
    ) | {"start": figure.start, "end": figure.end}


def _role(figure: Figure) -> str:
    if figure.role == "change":
        return "fall" if figure.value < 0 else "rise"
    return figure.role


def _share_of_plan(figure: Figure) -> float | None:
    """Percent of the plan that was reached, as far as a bar can show it."""
    if figure.role != "of_plan" or not (figure.unit or "").startswith("%"):
        return None
    return float(min(figure.value, _MOST_PERCENT))

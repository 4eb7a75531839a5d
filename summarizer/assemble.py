"""A draft and its document become a summary: the model reads, the code counts.

Quotes, offsets, figures, flags and coverage are taken from the source here, for every engine.
What a draft names that the source does not hold is dropped and reported in ``run.issues``.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from typing import NamedTuple, TypeVar

from pydantic import TypeAdapter

from schemas import (
    Achievement,
    Directive,
    Draft,
    DraftDirective,
    DraftIssuer,
    DraftItem,
    DraftTarget,
    Flag,
    Issuer,
    Run,
    Shortcoming,
    Source,
    Summary,
    Target,
)
from summarizer.arithmetic import contradictions
from summarizer.clauses import Clause
from summarizer.coverage import account
from summarizer.figures import FigureMention
from summarizer.grounding import Ground
from summarizer.overview import write_overview
from summarizer.quotes import quote_span
from summarizer.reading import Reading
from summarizer.times import resolve

Measured = TypeVar("Measured", Achievement, Shortcoming, Target)
Item = TypeVar("Item", Achievement, Shortcoming, Target, Directive)
Fields = dict[str, object]


def assemble(reading: Reading, draft: Draft, run: Run) -> Summary:
    """Fill in from the source what a draft decides; ``run`` tells how the draft came about."""
    return _Assembler(reading, draft).summary(run)


class _Passage(NamedTuple):
    """Tokens ``[first, last)`` and folded offsets ``[start, end)``."""

    first: int
    last: int
    start: int
    end: int


class _Assembler:
    def __init__(self, reading: Reading, draft: Draft) -> None:
        self.reading = reading
        self.draft = draft
        self.folded = reading.document.folded
        self.tokens = reading.document.tokens
        self.ground = Ground(self.folded)
        self.clauses = {c.number: c for c in reading.clauses}
        self.dates: dict[str, date | None] = {}
        self.issues: list[Flag] = []
        self.used: set[int] = set()  # first tokens of the numerals that items use
        self.quoted: set[int] = set()  # tokens of directives

    def summary(self, run: Run) -> Summary:
        draft = self.draft
        achievements = self._once("A", self._measured(Achievement, "A", draft.achievements))
        shortcomings = self._once("S", self._measured(Shortcoming, "S", draft.shortcomings))
        targets = self._once("T", self._measured(Target, "T", draft.targets))
        directives = self._once("D", self._directives())
        context = self.reading.context
        overview = self._overview() or write_overview(
            context, achievements, shortcomings, targets, directives
        )
        return Summary(
            source=self._source(),
            context=context,
            overview=overview,
            achievements=achievements,
            shortcomings=shortcomings,
            targets=targets,
            directives=directives,
            coverage=account(self.reading, self.used, self.quoted),
            run=self._with_issues(run),
        )

    def _with_issues(self, run: Run) -> Run:
        if not self.issues:
            return run
        return run.model_copy(update={"issues": (*run.issues, *self.issues)})

    def _source(self) -> Source:
        document, layout = self.reading.document, self.reading.layout
        return Source(
            name=document.name,
            sha256=sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
            characters=len(document.text),
            title=layout.title,
            published_on=layout.published_on,
        )

    # ---- items ------------------------------------------------------------------------------

    def _measured(
        self, kind: type[Measured], letter: str, items: Sequence[DraftItem]
    ) -> list[Measured]:
        built: list[Fields] = []
        for item in items:
            name = f"{letter}{len(built) + 1}"
            fields = self._fields(name, item, measured=True)
            if fields is None:
                continue
            mentions = self._mentions(item.clauses)
            fields["figures"] = [self._figure(m) for m in mentions]
            fields["indicator"] = item.indicator if mentions else None
            fields["flags"] = self._flags(mentions)
            if isinstance(item, DraftTarget):
                fields["deadline"] = self._deadline(name, item.deadline)
            built.append(fields)
        return _list_of(kind).validate_python(built)

    def _directives(self) -> list[Directive]:
        issuers = [self._issuer(i) for i in self.draft.issuers]
        built: list[Fields] = []
        for item in self.draft.directives:
            name = f"D{len(built) + 1}"
            fields = self._fields(name, item, measured=False)
            if fields is None:
                continue
            fields["issuer"] = self._known_issuer(name, item, issuers)
            fields["addressees"] = [a for a in item.addressees if self._told(a, name)]
            fields["deadline"] = self._deadline(name, item.deadline)
            built.append(fields)
        return _list_of(Directive).validate_python(built)

    def _fields(
        self, name: str, item: DraftItem | DraftDirective, *, measured: bool
    ) -> Fields | None:
        """What every item has; None if none of its clauses exists."""
        passages = self._passages(item.clauses, name, measured=measured)
        if not passages:
            self._drop("item_without_clause", f"{name}: no clause of the document, item dropped")
            return None
        if not measured:
            for passage in passages:
                self.quoted.update(range(passage.first, passage.last))
        return {
            "id": name,
            "statement": self._statement(passages),
            "sector": item.sector,
            "evidence": [self._evidence(p) for p in passages],
        }

    def _once(self, letter: str, items: list[Item]) -> tuple[Item, ...]:
        """What is told twice is one item, quoted at its fullest statement (rule 14)."""
        fullest: dict[object, Item] = {}
        for item in items:
            known = fullest.setdefault(_said(item), item)
            if known is item:
                continue
            self._drop("told_twice", f"{known.statement!r} and {item.statement!r} are one item")
            if len(item.statement) > len(known.statement):
                fullest[_said(item)] = item
        if len(fullest) == len(items):
            return tuple(items)
        return tuple(
            item.model_copy(update={"id": f"{letter}{n}"})
            for n, item in enumerate(fullest.values(), 1)
        )

    # ---- passages ---------------------------------------------------------------------------

    def _passages(self, numbers: Sequence[int], name: str, *, measured: bool) -> list[_Passage]:
        """Runs of neighbouring clauses as passages; unknown numbers are reported."""
        runs: list[list[Clause]] = []
        for number in sorted(set(numbers)):
            clause = self.clauses.get(number)
            if clause is None or clause.sentence < 0:
                self._drop("clause_unknown", f"{name}: there is no clause {number}")
            elif runs and runs[-1][-1].number + 1 == number:
                runs[-1].append(clause)
            else:
                runs.append([clause])
        return [self._passage(run, measured=measured) for run in runs]

    def _passage(self, run: list[Clause], *, measured: bool) -> _Passage:
        first, last = quote_span(self.tokens.words, self.reading.openings, run, measured=measured)
        return _Passage(first, last, self.tokens.starts[first], self.tokens.ends[last - 1])

    def _evidence(self, passage: _Passage) -> Fields:
        start, end = self.folded.source_span(passage.start, passage.end)
        return {"quote": self.folded.source[start:end], "start": start, "end": end}

    def _statement(self, passages: Iterable[_Passage]) -> str:
        text = "; ".join([self.folded.text[p.start : p.end] for p in passages]).replace("\n", " ")
        return text[:1].upper() + text[1:]

    # ---- figures ----------------------------------------------------------------------------

    def _mentions(self, numbers: Sequence[int]) -> list[FigureMention]:
        known = [self.clauses[n] for n in sorted(set(numbers)) if n in self.clauses]
        mentions = [figure for clause in known for figure in clause.figures]
        self.used.update([n.first for mention in mentions for n in mention.numerals])
        return mentions

    def _figure(self, mention: FigureMention) -> Fields:
        start, end = self.folded.source_span(mention.start, mention.end)
        return {
            "role": mention.role,
            "raw": self.folded.source[start:end],
            "value": mention.value,
            "upper": mention.upper,
            "total": mention.total,
            "unit": mention.unit,
            "comparator": mention.comparator,
            "reference": mention.reference,
            "estimated": mention.estimated,
            "start": start,
            "end": end,
        }

    def _flags(self, mentions: Sequence[FigureMention]) -> tuple[Flag, ...]:
        if not mentions:
            return ()
        flags = [flag for mention in mentions for flag in mention.flags]
        return tuple(dict.fromkeys([*flags, *contradictions(mentions)]))

    # ---- what a draft names -----------------------------------------------------------------

    def _issuer(self, issuer: DraftIssuer) -> Issuer | None:
        """An issuer whose name and posts stand in the source; a body may be put together."""
        if issuer.name != self.reading.context.body and not self._told(issuer.name, "issuer"):
            return None
        posts = tuple(p for p in issuer.posts if self._told(p, "post"))
        return Issuer(name=issuer.name, posts=posts, kind=issuer.kind, document=issuer.document)

    def _known_issuer(
        self, name: str, item: DraftDirective, issuers: Sequence[Issuer | None]
    ) -> Issuer | None:
        if item.issuer is None:
            return None
        if 0 <= item.issuer < len(issuers):
            return issuers[item.issuer]
        self._drop("issuer_unknown", f"{name}: there is no issuer {item.issuer}")
        return None

    def _deadline(self, name: str, text: str | None) -> Fields | None:
        if not text or not self._told(text, name):
            return None
        if text not in self.dates:
            self.dates[text] = resolve(text, self.reading.anchor)
        return {"text": text, "date": self.dates[text]}

    def _overview(self) -> str:
        missing = self.ground.missing_numbers(self.draft.overview)
        if missing:
            self._drop("overview_replaced", f"figures not in the source: {', '.join(missing)}")
            return ""
        return self.draft.overview

    def _told(self, words: str, where: str) -> bool:
        if self.ground.holds(words):
            return True
        self._drop("not_in_source", f"{where}: {words!r} does not stand in the source, dropped")
        return False

    def _drop(self, code: str, message: str) -> None:
        self.issues.append(Flag(code=code, message=message))


def _said(item: Achievement | Shortcoming | Target | Directive) -> object:
    """What an item says, whatever the words: its indicator and figures, else its statement."""
    if isinstance(item, Directive) or not item.figures or not item.indicator:
        return item.statement.casefold()
    figures = frozenset([(f.role, f.value, f.upper, f.total, f.unit) for f in item.figures])
    return item.indicator.casefold(), figures


@cache
def _list_of(kind: type[Item]) -> TypeAdapter[list[Item]]:
    """All items of a list are validated by one call."""
    return TypeAdapter(list[kind])  # type: ignore[valid-type]

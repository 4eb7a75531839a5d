"""A draft and its document become a summary: the model reads, the code counts.

Quotes, offsets, figures, flags and coverage are taken from the source here, for every engine.
What a draft names that the source does not hold is dropped and reported in ``run.issues``.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from schemas import (
    Achievement,
    Coverage,
    Deadline,
    Directive,
    Draft,
    DraftDirective,
    DraftItem,
    DraftTarget,
    Evidence,
    Figure,
    Flag,
    Issuer,
    Run,
    SetAside,
    Shortcoming,
    Source,
    Summary,
    Target,
    Unclaimed,
)
from summarizer.arithmetic import contradictions
from summarizer.clauses import Clause
from summarizer.figures import FigureMention
from summarizer.overview import write_overview
from summarizer.quotes import quote_span
from summarizer.reading import Reading
from summarizer.times import resolve

_COUNTED_KINDS = frozenset(["body", "item", "heading"])
T = TypeVar("T")


def assemble(reading: Reading, draft: Draft, run: Run) -> Summary:
    """Fill in from the source what a draft decides; ``run`` tells how the draft came about."""
    return _Assembler(reading).summary(draft, run)


@dataclass(frozen=True, slots=True)
class _Span:
    """Folded offsets and tokens of one passage."""

    first: int
    last: int
    start: int
    end: int


class _Assembler:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.folded = reading.document.folded
        self.tokens = reading.document.tokens
        self.clauses = {c.number: c for c in reading.clauses}
        self.issues: list[Flag] = []
        self.used: set[int] = set()  # first tokens of the numerals that items use
        self.quoted: list[tuple[int, int]] = []  # tokens of directives

    def summary(self, draft: Draft, run: Run) -> Summary:
        achievements = self._items("A", draft.achievements, self._achievement)
        shortcomings = self._items("S", draft.shortcomings, self._shortcoming)
        targets = self._items("T", draft.targets, self._target)
        issuers = [self._issuer(i) for i in draft.issuers]
        directives = self._items(
            "D", draft.directives, lambda name, item: self._directive(name, item, issuers)
        )
        document = self.reading.document
        context = self.reading.context
        overview = self._grounded_overview(draft.overview) or write_overview(
            context, achievements, shortcomings, targets, directives
        )
        return Summary(
            source=Source(
                name=document.name,
                sha256=sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
                characters=len(document.text),
                title=self.reading.layout.title,
                published_on=self.reading.layout.published_on,
            ),
            context=context,
            overview=overview,
            achievements=achievements,
            shortcomings=shortcomings,
            targets=targets,
            directives=directives,
            coverage=self._coverage(),
            run=run.model_copy(update={"issues": (*run.issues, *self.issues)}),
        )

    def _items(
        self, letter: str, items: Sequence[T], build: "Callable[[str, T], _Built | None]"
    ) -> tuple["_Built", ...]:
        built: list[_Built] = []
        for item in items:
            made = build(f"{letter}{len(built) + 1}", item)
            if made is not None:
                built.append(made)
        return self._once(letter, built)

    def _once(self, letter: str, built: list["_Built"]) -> tuple["_Built", ...]:
        """What is told twice is one item, quoted at its fullest statement (rule 14)."""
        fullest: dict[object, _Built] = {}
        for item in built:
            key = _told(item)
            known = fullest.get(key)
            if known is None or len(item.statement) > len(known.statement):
                fullest[key] = item
            if known is not None:
                self._drop("told_twice", f"{known.statement!r} and {item.statement!r} are one item")
        if len(fullest) == len(built):
            return tuple(built)
        return tuple(
            item.model_copy(update={"id": f"{letter}{n}"})
            for n, item in enumerate(fullest.values(), 1)
        )

    # ---- passages ---------------------------------------------------------------------------

    def _passages(self, numbers: Sequence[int], where: str, *, measured: bool) -> list[_Span]:
        """Runs of neighbouring clauses as passages; unknown numbers are reported."""
        known: list[Clause] = []
        for number in numbers:
            clause = self.clauses.get(number)
            if clause is None or clause.sentence < 0:
                self._drop("clause_unknown", f"{where}: there is no clause {number}")
            else:
                known.append(clause)
        known.sort(key=lambda c: c.number)
        runs: list[list[Clause]] = []
        for clause in known:
            if runs and runs[-1][-1].number + 1 == clause.number:
                runs[-1].append(clause)
            elif not runs or runs[-1][-1].number != clause.number:
                runs.append([clause])
        return [self._passage(r, measured=measured) for r in runs]

    def _passage(self, run: list[Clause], *, measured: bool) -> _Span:
        first, last = quote_span(self.tokens.words, self.reading.openings, run, measured=measured)
        return _Span(first, last, self.tokens.starts[first], self.tokens.ends[last - 1])

    def _evidence(self, spans: Iterable[_Span]) -> tuple[Evidence, ...]:
        found: list[Evidence] = []
        for span in spans:
            start, end = self.folded.source_span(span.start, span.end)
            found.append(Evidence(quote=self.folded.source[start:end], start=start, end=end))
        return tuple(found)

    def _statement(self, spans: Sequence[_Span]) -> str:
        text = "; ".join(self.folded.text[s.start : s.end] for s in spans).replace("\n", " ")
        return text[:1].upper() + text[1:]

    # ---- figures ----------------------------------------------------------------------------

    def _figures(self, numbers: Sequence[int]) -> tuple[list[FigureMention], tuple[Figure, ...]]:
        mentions = [
            f for n in sorted(set(numbers)) if n in self.clauses for f in self.clauses[n].figures
        ]
        for mention in mentions:
            self.used.update(n.first for n in mention.numerals)
        return mentions, tuple(self._figure(m) for m in mentions)

    def _figure(self, mention: FigureMention) -> Figure:
        start, end = self.folded.source_span(mention.start, mention.end)
        return Figure(
            role=mention.role,
            raw=self.folded.source[start:end],
            value=mention.value,
            upper=mention.upper,
            total=mention.total,
            unit=mention.unit,
            comparator=mention.comparator,
            reference=mention.reference,
            estimated=mention.estimated,
            start=start,
            end=end,
        )

    def _flags(self, mentions: Sequence[FigureMention]) -> tuple[Flag, ...]:
        flags = [flag for m in mentions for flag in m.flags]
        flags.extend(contradictions(mentions))
        return tuple(dict.fromkeys(flags))

    # ---- items ------------------------------------------------------------------------------

    def _measured(self, name: str, item: DraftItem) -> dict[str, object] | None:
        spans = self._passages(item.clauses, name, measured=True)
        if not spans:
            self._drop("item_without_clause", f"{name}: no clause of the document, item dropped")
            return None
        mentions, figures = self._figures(item.clauses)
        return {
            "id": name,
            "statement": self._statement(spans),
            "sector": item.sector,
            "indicator": item.indicator if figures else None,
            "figures": figures,
            "evidence": self._evidence(spans),
            "flags": self._flags(mentions),
        }

    def _achievement(self, name: str, item: DraftItem) -> Achievement | None:
        fields = self._measured(name, item)
        return None if fields is None else Achievement.model_validate(fields)

    def _shortcoming(self, name: str, item: DraftItem) -> Shortcoming | None:
        fields = self._measured(name, item)
        return None if fields is None else Shortcoming.model_validate(fields)

    def _target(self, name: str, item: DraftTarget) -> Target | None:
        fields = self._measured(name, item)
        if fields is None:
            return None
        return Target.model_validate({**fields, "deadline": self._deadline(name, item.deadline)})

    def _directive(
        self, name: str, item: DraftDirective, issuers: Sequence[Issuer | None]
    ) -> Directive | None:
        spans = self._passages(item.clauses, name, measured=False)
        if not spans:
            self._drop("item_without_clause", f"{name}: no clause of the document, item dropped")
            return None
        self.quoted.extend((s.first, s.last) for s in spans)
        issuer = None
        if item.issuer is not None:
            if 0 <= item.issuer < len(issuers):
                issuer = issuers[item.issuer]
            else:
                self._drop("issuer_unknown", f"{name}: there is no issuer {item.issuer}")
        addressees = tuple(a for a in item.addressees if self._written(a, f"{name}: addressee"))
        return Directive(
            id=name,
            statement=self._statement(spans),
            sector=item.sector,
            issuer=issuer,
            addressees=addressees,
            deadline=self._deadline(name, item.deadline),
            evidence=self._evidence(spans),
        )

    def _issuer(self, issuer: object) -> Issuer | None:
        made = Issuer.model_validate(issuer, from_attributes=True)
        if made.name != self.reading.context.body and not self._written(made.name, "issuer"):
            return None
        posts = tuple(p for p in made.posts if self._written(p, "post"))
        return made.model_copy(update={"posts": posts})

    def _deadline(self, name: str, text: str | None) -> Deadline | None:
        if not text or not self._written(text, f"{name}: deadline"):
            return None
        return Deadline(text=text, date=resolve(text, self.reading.anchor))

    # ---- truth ------------------------------------------------------------------------------

    def _written(self, text: str, what: str) -> bool:
        plain = _plain(" ".join(unicodedata.normalize("NFC", text).split()))
        if plain and plain in self._plain():
            return True
        self._drop("not_in_source", f"{what} {text!r} does not stand in the source, dropped")
        return False

    def _plain(self) -> str:
        if not hasattr(self, "_plain_text"):
            self._plain_text = _plain(self.folded.text.replace("\n", " "))
        return self._plain_text

    def _grounded_overview(self, overview: str) -> str:
        missing = [n for n in _digits(overview) if n not in _digits(self.folded.text)]
        if missing:
            self._drop("overview_replaced", f"figures not in the source: {', '.join(missing)}")
            return ""
        return overview

    def _drop(self, code: str, message: str) -> None:
        self.issues.append(Flag(code=code, message=message))

    # ---- coverage ---------------------------------------------------------------------------

    def _coverage(self) -> Coverage:
        counted = 0
        used = 0
        aside: list[SetAside] = []
        unclaimed: list[Unclaimed] = []
        spoken = _inside(self.quoted)
        lines = [line for line in self.reading.layout.lines if line.kind in _COUNTED_KINDS]
        at = 0
        for numeral in self.reading.numerals:
            while at < len(lines) and lines[at].last <= numeral.first:
                at += 1
            if at == len(lines) or numeral.first < lines[at].first:
                continue
            counted += 1
            if numeral.first in self.used:
                used += 1
                continue
            start, end = self.folded.source_span(numeral.start, numeral.end)
            raw = self.folded.source[start:end]
            reason = numeral.reason or ("directive" if spoken(numeral.first) else None)
            if reason is not None:
                aside.append(SetAside(raw=raw, start=start, end=end, reason=reason))
            else:
                unclaimed.append(Unclaimed(raw=raw, start=start, end=end))
        return Coverage(
            numerals=counted, used=used, set_aside=tuple(aside), unclaimed=tuple(unclaimed)
        )


_SHORT_FORMS = (
    ("ủy ban nhân dân", "ubnd"),
    ("uỷ ban nhân dân", "ubnd"),
    ("hội đồng nhân dân", "hđnd"),
    ("mặt trận tổ quốc", "mttq"),
)


def _plain(text: str) -> str:
    """Lower case, with the bodies every report abbreviates in their short form."""
    text = text.lower()
    for full, short in _SHORT_FORMS:
        text = text.replace(full, short)
    return text


_Built = TypeVar("_Built", Achievement, Shortcoming, Target, Directive)


def _told(item: Achievement | Shortcoming | Target | Directive) -> object:
    """What an item says, whatever the words: its indicator and figures, else its statement."""
    if isinstance(item, Directive) or not item.figures or not item.indicator:
        return item.statement.casefold()
    figures = frozenset((f.role, f.value, f.upper, f.total, f.unit) for f in item.figures)
    return item.indicator.casefold(), figures


def _inside(spans: Sequence[tuple[int, int]]) -> Callable[[int], bool]:
    covered: set[int] = set()
    for first, last in spans:
        covered.update(range(first, last))
    return covered.__contains__


def _digits(text: str) -> Mapping[str, None]:
    runs: dict[str, None] = {}
    number = ""
    for sign in text + " ":
        if sign.isdigit() or (number and sign in ".,"):
            number += sign
        elif number:
            runs[number.rstrip(".,")] = None
            number = ""
    return runs

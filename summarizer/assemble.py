"""A draft and its document become a summary: the model reads, the code counts.

Quotes, offsets, figures, flags and coverage are taken from the source here, for every engine.
What a draft names that the source does not hold is dropped and reported in ``run.issues``.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache, cached_property
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
    Evidence,
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
from summarizer.fidelity import NAMING, TELLING, Telling, departures, plain_words, sentences_of
from summarizer.figures import FigureMention
from summarizer.grounding import Ground
from summarizer.indicators import name_indicator
from summarizer.overview import write_overview
from summarizer.quotes import quote_span
from summarizer.reading import Reading
from summarizer.times import resolve, times_of

Measured = TypeVar("Measured", Achievement, Shortcoming, Target)
Item = TypeVar("Item", Achievement, Shortcoming, Target, Directive)
Fields = dict[str, object]

_BY_CODE = "embedded"  # an engine that writes nothing but words of the source: nothing to check
# Nothing that a model writes itself may be longer: characters.
_LONGEST_NAME = 200
_LONGEST_INDICATOR = 150
_LONGEST_OVERVIEW = 800
_LENGTHENED, _LENGTHENED_BY = 1.5, 40  # a statement against its evidence
_SHOWN = 80  # characters of refused words in a message


def assemble(reading: Reading, draft: Draft, run: Run) -> Summary:
    """Fill in from the source what a draft decides; ``run`` tells how the draft came about."""
    return _Assembler(reading, draft, free=run.engine != _BY_CODE).summary(run)


class _Passage(NamedTuple):
    """Tokens ``[first, last)`` and folded offsets ``[start, end)``."""

    first: int
    last: int
    start: int
    end: int


class _Assembler:
    def __init__(self, reading: Reading, draft: Draft, *, free: bool) -> None:
        """``free`` says that an engine may have written words of its own."""
        self.reading = reading
        self.free = free
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
        overview = self._overview([*achievements, *shortcomings], targets) or write_overview(
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
            sha256=document.digest,
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
            runs = self._runs(item.clauses, name)
            fields = self._fields(name, item, runs, measured=True)
            if fields is None:
                continue
            mentions = self._mentions(runs)
            fields["figures"] = [self._figure(m) for m in mentions]
            fields["indicator"] = self._indicator(name, item.indicator, runs) if mentions else None
            fields["flags"] = self._flags(mentions) + self._reworded(item.statement, fields)
            if isinstance(item, DraftTarget):
                fields["deadline"] = self._deadline(name, item.deadline)
            built.append(fields)
        return _list_of(kind).validate_python(built)

    def _directives(self) -> list[Directive]:
        issuers = [self._issuer(i) for i in self.draft.issuers]
        built: list[Fields] = []
        for item in self.draft.directives:
            name = f"D{len(built) + 1}"
            runs = self._runs(item.clauses, name)
            fields = self._fields(name, item, runs, measured=False)
            if fields is None:
                continue
            fields["flags"] = self._reworded(item.statement, fields)
            fields["issuer"] = self._known_issuer(name, item, issuers)
            fields["addressees"] = [a for a in item.addressees if self._told(a, name)]
            fields["deadline"] = self._deadline(name, item.deadline)
            built.append(fields)
        return _list_of(Directive).validate_python(built)

    def _fields(
        self,
        name: str,
        item: DraftItem | DraftDirective,
        runs: Sequence[Sequence[Clause]],
        *,
        measured: bool,
    ) -> Fields | None:
        """What every item has; None if none of its clauses exists."""
        passages = [self._passage(run, measured=measured) for run in runs]
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

    def _runs(self, numbers: Sequence[int], name: str) -> list[list[Clause]]:
        """Runs of neighbouring clauses of one place; unknown numbers are reported."""
        runs: list[list[Clause]] = []
        for number in sorted(set(numbers)):
            clause = self.clauses.get(number)
            if clause is None or clause.sentence < 0:
                self._drop("clause_unknown", f"{name}: there is no clause {number}")
            elif runs and runs[-1][-1].number + 1 == number and self._on_one_line(runs[-1], clause):
                runs[-1].append(clause)
            else:
                runs.append([clause])
        return self._together(runs, name) if len(runs) > 1 else runs

    def _on_one_line(self, run: Sequence[Clause], clause: Clause) -> bool:
        return not self.free or "\n" not in self.folded.text[run[-1].start : clause.start]

    def _together(self, runs: list[list[Clause]], name: str) -> list[list[Clause]]:
        """The runs of one sentence that tell most; what is put together from afar is no item."""
        if not self.free:
            return runs
        near: list[list[list[Clause]]] = []
        for run in runs:
            if near and near[-1][-1][-1].sentence == run[0].sentence:
                near[-1].append(run)
            else:
                near.append([run])
        kept = max(near, key=_told_by)
        apart = [str(c.number) for group in near if group is not kept for r in group for c in r]
        if apart:
            clauses = f"clauses {', '.join(apart)}"[:_SHOWN]
            self._drop("clauses_apart", f"{name}: {clauses} stand elsewhere, dropped")
        return kept

    def _passage(self, run: Sequence[Clause], *, measured: bool) -> _Passage:
        first, last = quote_span(self.tokens.words, self.reading.openings, run, measured=measured)
        return _Passage(first, last, self.tokens.starts[first], self.tokens.ends[last - 1])

    def _evidence(self, passage: _Passage) -> Fields:
        start, end = self.folded.source_span(passage.start, passage.end)
        return {
            "quote": self.folded.source[start:end],
            "start": start,
            "end": end,
            "page": self.reading.document.page_at(start),
        }

    def _statement(self, passages: Iterable[_Passage]) -> str:
        text = "; ".join([self.folded.text[p.start : p.end] for p in passages]).replace("\n", " ")
        return text[:1].upper() + text[1:]

    # ---- figures ----------------------------------------------------------------------------

    def _mentions(self, runs: Iterable[Sequence[Clause]]) -> list[FigureMention]:
        mentions = [figure for run in runs for clause in run for figure in clause.figures]
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
            "page": self.reading.document.page_at(start),
        }

    def _flags(self, mentions: Sequence[FigureMention]) -> tuple[Flag, ...]:
        if not mentions:
            return ()
        flags = [flag for mention in mentions for flag in mention.flags]
        return tuple(dict.fromkeys([*flags, *contradictions(mentions)]))

    # ---- what a model writes itself ---------------------------------------------------------

    @cached_property
    def source(self) -> Telling:
        """The whole document as evidence."""
        return Telling(self.reading.document)

    def _reworded(self, statement: str | None, fields: Fields) -> tuple[Flag, ...]:
        """Take a rewording that is true to the item's own words; else keep those and say why."""
        if not statement or not self.free:
            return ()
        own, statement = str(fields["statement"]), plain_words(statement)
        if len(statement) > _LENGTHENED * len(own) + _LENGTHENED_BY:
            reasons: tuple[str, ...] = ("it is longer than its evidence",)
        else:
            reasons = departures(statement, own)
        if not reasons:
            fields["statement"] = statement
            return ()
        message = f"The model's rewording was not used: {reasons[0]}."
        return (Flag(code="statement_replaced", message=message),)

    def _indicator(
        self, name: str, indicator: str | None, runs: Sequence[Sequence[Clause]]
    ) -> str | None:
        """The name a draft gives if all its words are of the source, else the code's own."""
        if not self.free:
            return indicator
        if indicator:
            reason = self._misnamed(indicator)
            if reason is None:
                return plain_words(indicator)
            self._drop("indicator_replaced", f"{name}: {reason}")
        document = self.reading.document
        named = (
            name_indicator(document, clause.first, clause.last, clause.figures)
            for run in runs
            for clause in run
            if clause.figures
        )
        return next(filter(None, named), None)

    def _misnamed(self, indicator: str) -> str | None:
        if len(indicator) > _LONGEST_INDICATOR:
            return f"the name has {len(indicator)} characters"
        return next(self.source.strange(indicator, NAMING), None)

    def _overview(
        self, reached: Sequence[Achievement | Shortcoming], aims: Sequence[Target]
    ) -> str:
        """Those sentences of a draft's overview that are true to the source."""
        overview = self.draft.overview
        if not overview.strip() or not self.free:
            return overview
        if len(overview) > _LONGEST_OVERVIEW:
            self._drop("overview_replaced", f"it has {len(overview)} characters")
            return ""
        added = TELLING | Telling.of(" ".join(self._headwords())).vocabulary
        kept: list[str] = []
        for sentence in sentences_of(overview):
            reasons = self.source.departures(sentence, added) or self._misdated(
                sentence, reached, aims
            )
            if reasons:
                self._drop("overview_replaced", f"a sentence is left out: {reasons[0]}")
            else:
                kept.append(plain_words(sentence))
        return " ".join(kept)

    def _headwords(self) -> Iterator[str]:
        context = self.reading.context
        told = (context.locality, context.body, context.event, context.period, context.plan_period)
        return filter(None, told)

    def _misdated(
        self, sentence: str, reached: Sequence[Achievement | Shortcoming], aims: Sequence[Target]
    ) -> tuple[str, ...]:
        """Years beside a figure that neither its own line nor its period names."""
        told = Telling.of(sentence)
        context = self.reading.context
        near: list[str] = []
        for items, period in ((reached, context.period), (aims, context.plan_period)):
            for item in items:
                if told.values.isdisjoint(abs(f.value) for f in item.figures):
                    continue
                near += [period or "", *map(self._line, item.evidence)]
                if isinstance(item, Target) and item.deadline:
                    near.append(item.deadline.text)
        strange = sorted(told.years - Telling.of(" ".join(near)).years) if near else ()
        return tuple(f"{year} is not the year of its figure" for year in strange)

    def _line(self, evidence: Evidence) -> str:
        text = self.reading.document.text
        return text[text.rfind("\n", 0, evidence.start) + 1 : evidence.end]

    # ---- what a draft names -----------------------------------------------------------------

    def _issuer(self, issuer: DraftIssuer) -> Issuer | None:
        """An issuer whose name and posts stand in the source; a body may be put together."""
        if issuer.name != self.reading.context.body and not self._told(issuer.name, "issuer"):
            return None
        posts = tuple(p for p in issuer.posts if self._told(p, "post"))
        document = issuer.document
        if document and not self._told(document, "document"):
            document = None
        return Issuer(name=issuer.name, posts=posts, kind=issuer.kind, document=document)

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
        if self.free and not times_of(text):
            self._drop("deadline_unread", f"{name}: {text[:_SHOWN]!r} names no time, dropped")
            return None
        if text not in self.dates:
            self.dates[text] = resolve(text, self.reading.anchor)
        return {"text": text, "date": self.dates[text]}

    def _told(self, words: str, where: str) -> bool:
        if len(words) <= _LONGEST_NAME and self.ground.holds(words):
            return True
        shown = words[:_SHOWN]
        self._drop("not_in_source", f"{where}: {shown!r} does not stand in the source, dropped")
        return False

    def _drop(self, code: str, message: str) -> None:
        self.issues.append(Flag(code=code, message=message))


def _told_by(runs: Sequence[Sequence[Clause]]) -> tuple[int, int]:
    """How much runs tell: figures, then characters."""
    clauses = [clause for run in runs for clause in run]
    return sum(len(c.figures) for c in clauses), sum(c.end - c.start for c in clauses)


def _said(item: Achievement | Shortcoming | Target | Directive) -> object:
    """What an item says, whatever the words: its indicator and figures, else its quotes."""
    if isinstance(item, Directive) or not item.figures or not item.indicator:
        return "; ".join([" ".join(e.quote.split()) for e in item.evidence]).casefold()
    figures = frozenset([(f.role, f.value, f.upper, f.total, f.unit) for f in item.figures])
    return item.indicator.casefold(), figures


@cache
def _list_of(kind: type[Item]) -> TypeAdapter[list[Item]]:
    """All items of a list are validated by one call."""
    return TypeAdapter(list[kind])  # type: ignore[valid-type]

"""A model reads a document: questions go out, a draft comes back.

Two ways of asking. A capable model makes the whole draft from the numbered clauses, then answers at
most two small questions: a repair of broken items and an audit of doubtful clauses. A weak one gets
the embedded engine's labels as proposals (``assist``) and only says which list each clause belongs
to; code does the rest.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TypeVar, get_args

from prompts import Prompts
from schemas import Draft, Flag, Run, Summary, Usage
from schemas.answers import BrokenItem, DraftAnswer, Labels, Verdict, Verdicts
from summarizer import embedded
from summarizer.assemble import assemble
from summarizer.audit import (
    MOST_ASKED,
    broken_items,
    claims,
    doubts,
    is_open,
    joined,
    mended,
    missed_clauses,
    reconsider,
    sound,
    unmended,
)
from summarizer.compact import compact
from summarizer.deadlines import target_deadlines
from summarizer.errors import ModelError, TooLongError
from summarizer.forms import form
from summarizer.llm import LLM, Content, Facts, Form, Question, Reply, total
from summarizer.parts import refine
from summarizer.reading import Reading
from summarizer.sheets import Sheet, excerpt, halves, lay_out, marked

CHARACTERS_PER_TOKEN = 2.5  # of Vietnamese text, at least: 3.2-3.3 in tokenizers of 2024
SMALL = 8_000_000_000  # parameters; models below need the embedded engine's proposals
AT_ONCE = 8  # questions about one document in flight

_LONGEST_SHEET = 24_000  # characters; a longer list of clauses is read with less care
_LONGEST_ASSISTED = 2_500  # characters; small models lose the thread early
_PER_CLAUSE = 45  # output tokens that the items of a clause take at most
_BESIDES = 400  # output tokens of overview and issuers
_PER_VERDICT = 16
_THOUGHTS = 8_000  # output tokens for models that think before they answer
_SMALL_QUESTIONS = 2  # after the draft, at most
_STATEMENT = frozenset(["statement"])

Result = TypeVar("Result")


@dataclass(frozen=True)
class Way:
    """How a model is asked."""

    prompts: Prompts = field(default_factory=Prompts)
    assist: bool = False
    rewrite: bool = False
    audit: bool = True
    facts: Facts = field(default_factory=Facts)

    @property
    def is_small(self) -> bool:
        """Whether the model is known to be a small one."""
        return self.facts.parameters is not None and self.facts.parameters < SMALL


@dataclass(frozen=True)
class Drafted:
    """A draft, the reading that its clause numbers refer to, and what it took.

    ``summary`` is what was assembled of the draft on the way, if anything was.
    """

    reading: Reading
    draft: Draft
    usage: Usage
    issues: tuple[Flag, ...] = ()
    summary: Summary | None = None


async def draft(reading: Reading, llm: LLM, way: Way) -> Drafted:
    """Have a document read by a model; raises ``ModelError`` with all that was paid."""
    asking = _Asking(reading, llm, way)
    try:
        return await (asking.assisted() if way.assist else asking.drafted())
    except ModelError as error:
        error.usage = total([*asking.paid, error.usage])
        raise


def answer_form(*, rewrite: bool) -> Form[DraftAnswer]:
    """The form of a draft, with or without reworded statements."""
    return form(DraftAnswer, name="draft", leave_out=frozenset() if rewrite else _STATEMENT)


def sheets_of(reading: Reading, way: Way) -> list[Sheet]:
    """The parts in which a document is shown."""
    longest = _LONGEST_ASSISTED if way.assist else _LONGEST_SHEET
    if way.facts.context_tokens:
        fits = way.facts.context_tokens - _tokens(way.prompts.render("system", rewrite=way.rewrite))
        # a token of answer for every token shown, at the worst
        longest = min(longest, max(500, int(fits / 2 * CHARACTERS_PER_TOKEN)))
    return lay_out(reading, longest)


def estimate(reading: Reading, way: Way) -> Usage:
    """What reading a document will take, at least as much as it probably will."""
    shown = reading if way.assist else refine(reading)
    sheets = sheets_of(shown, way)
    system = _tokens(way.prompts.render("system", rewrite=way.rewrite))
    told = [_tokens("\n".join((*sheet.frame, *sheet.lines))) for sheet in sheets]
    extra = _SMALL_QUESTIONS if way.audit and not way.assist else 0
    clauses = sum(len(sheet.clauses) for sheet in sheets)
    each = _PER_VERDICT if way.assist else _PER_CLAUSE
    return Usage(
        requests=len(sheets) + extra,
        input_tokens=sum(told) + system * (len(sheets) + extra) + max(told, default=0) * extra,
        output_tokens=each * clauses + _BESIDES * (len(sheets) + extra),
    )


class _Asking:
    def __init__(self, reading: Reading, llm: LLM, way: Way) -> None:
        self.coarse = reading
        self.llm = llm
        self.way = way
        self.paid: list[Usage | None] = []
        self.issues: list[Flag] = []
        self.gate = asyncio.Semaphore(AT_ONCE)

    # ---- the whole draft ------------------------------------------------------------------------

    async def drafted(self) -> Drafted:
        fine = refine(self.coarse)
        sheets = sheets_of(fine, self.way)
        answers = await _all(self._draft_of(fine, sheet) for sheet in sheets)
        parts = _flat(answers)
        broken = [item for part in parts for item in broken_items(fine, part)]
        whole = joined([sound(fine, part) for part in parts])
        missed = [missed_clauses(fine, part) for part in parts]
        self.issues.extend(_flat(issues for _, issues in missed))
        if not self.way.audit:
            self.issues.extend(unmended(broken))
            return self._done(fine, _bounded(self.coarse, fine, whole))
        repaired = await self._repaired(fine, whole, broken)
        whole = _bounded(self.coarse, fine, repaired)
        summary = assemble(fine, whole, Run(engine="model", task=""))
        audited = await self._audited(fine, whole, summary, _flat(beside for beside, _ in missed))
        if audited == whole:
            return self._done(fine, whole, summary)
        return self._done(fine, _bounded(self.coarse, fine, audited))

    def _done(self, reading: Reading, whole: Draft, summary: Summary | None = None) -> Drafted:
        return Drafted(reading, whole, total(self.paid), tuple(self.issues), summary)

    async def _draft_of(self, fine: Reading, sheet: Sheet) -> list[DraftAnswer]:
        """The draft of one part; of its halves where the whole is too long."""
        prompt = self.way.prompts.render(
            "draft", frame=sheet.frame, lines=sheet.lines, part=sheet.part, parts=sheet.parts
        )
        longest = _BESIDES + _PER_CLAUSE * len(sheet.clauses)
        try:
            reply = await self._ask(prompt, answer_form(rewrite=self.way.rewrite), longest)
        except TooLongError as error:
            smaller = halves(fine, sheet)
            if len(smaller) == 1:
                raise
            self.paid.append(error.usage)
            return _flat(await _all(self._draft_of(fine, half) for half in smaller))
        return [reply]

    # ---- the two small questions ----------------------------------------------------------------

    async def _repaired(self, fine: Reading, whole: Draft, broken: Sequence[BrokenItem]) -> Draft:
        """The draft with its broken items asked for again, them alone."""
        if not broken:
            return whole
        view = excerpt(fine, _near(fine, whole, broken))
        shown = [{**b.model_dump(), "answered": compact(b.answered)} for b in broken]
        prompt = self.way.prompts.render("repair", frame=view.frame, lines=view.lines, broken=shown)
        longest = _BESIDES + 2 * _PER_CLAUSE * len(broken)
        try:
            reply = await self._ask(prompt, answer_form(rewrite=self.way.rewrite), longest)
        except ModelError as error:
            return self._left(whole, error, unmended(broken))
        repaired, issues = mended(fine, whole, broken, reply)
        self.issues.extend(issues)
        return repaired

    async def _audited(
        self, fine: Reading, whole: Draft, summary: Summary, beside: Sequence[int]
    ) -> Draft:
        """The draft after one question about what it leaves open or seems to get wrong."""
        asked = doubts(self.coarse, fine, whole, summary, beside)
        if not asked:
            return whole
        view = excerpt(fine, asked)
        prompt = self.way.prompts.render("audit", frame=view.frame, lines=view.lines, asked=asked)
        longest = _BESIDES + _PER_VERDICT * len(asked)
        try:
            reply = await self._ask(prompt, form(Verdicts, name="verdicts"), longest)
        except ModelError as error:
            return self._left(whole, error)
        audited, changes = reconsider(fine, whole, reply.verdicts, asked)
        self.issues.extend(changes)
        return audited

    def _left(self, whole: Draft, error: ModelError, lost: Iterable[Flag] = ()) -> Draft:
        """A small question without an answer costs no finished draft."""
        self.paid.append(error.usage)
        self.issues.extend([*lost, Flag(code="question_unanswered", message=str(error))])
        return whole

    # ---- labels ---------------------------------------------------------------------------------

    async def assisted(self) -> Drafted:
        decisions = {decision.number: decision for decision in embedded.explain(self.coarse)}
        proposals = {number: decision.label for number, decision in decisions.items()}
        told = [marked(self.coarse, sheet, proposals) for sheet in sheets_of(self.coarse, self.way)]
        answers = await _all(self._labels_of(sheet) for sheet in told)
        verdicts = {
            number: verdict
            for labels in answers
            for number, verdict in labels.root.items()
            if number in decisions and self._trusted(decisions[number], verdict)
        }
        whole = embedded.draft(self.coarse, verdicts)
        return self._done(self.coarse, whole)

    def _trusted(self, decision: embedded.Decision, verdict: Verdict) -> bool:
        """The stronger a model, the less its corrections are held to the words' own weights."""
        return not self.way.is_small or is_open(decision, verdict)

    async def _labels_of(self, sheet: Sheet) -> Labels:
        prompt = self.way.prompts.render("assist", frame=sheet.frame, lines=sheet.lines)
        longest = _BESIDES + _PER_VERDICT * len(sheet.clauses)
        return await self._ask(prompt, _labels_form(sheet), longest)

    # ---- questions ------------------------------------------------------------------------------

    async def _ask(self, prompt: str, wanted: Form[Content], longest: int) -> Content:
        room = 0 if self.way.facts.parameters else _THOUGHTS
        system = self.way.prompts.render("system", rewrite=self.way.rewrite)
        question = Question(system, prompt, wanted, longest + room)
        async with self.gate:
            reply: Reply[Content] = await self.llm.ask(question)
        self.paid.append(reply.usage)
        return reply.content


def _bounded(coarse: Reading, fine: Reading, whole: Draft) -> Draft:
    """Targets without a deadline get the one that code reads; the others keep the model's."""
    if all(target.deadline for target in whole.targets):
        return whole
    bounds = target_deadlines(coarse, fine)
    targets = [
        target
        if target.deadline
        else target.model_copy(update={"deadline": bounds.get(target.clauses[0])})
        for target in whole.targets
    ]
    return whole.model_copy(update={"targets": tuple(targets)})


def _labels_form(sheet: Sheet) -> Form[Labels]:
    """A form with one line for each clause: even a weak model leaves none out."""
    lists = {"type": "string", "enum": list(get_args(Verdict))}
    numbers = [str(clause.number) for clause in sheet.clauses]
    schema = {
        "type": "object",
        "properties": dict.fromkeys(numbers, lists),
        "required": numbers,
        "additionalProperties": False,
    }
    return Form("labels", Labels, schema)


def _near(reading: Reading, draft: Draft, broken: Iterable[BrokenItem]) -> list[int]:
    """Clauses that broken items may mean: those they name, else those that no item uses."""
    known = {clause.number for clause in reading.told}
    named = {n for b in broken for n in _numbers(b.answered) if n in known}
    if named:
        return sorted(named)
    return sorted(known - set(claims(draft).of))[:MOST_ASKED]


def _numbers(answered: object) -> Iterable[int]:
    numbers = answered.get("clauses") if isinstance(answered, Mapping) else None
    return [n for n in numbers if isinstance(n, int)] if isinstance(numbers, list) else []


def _tokens(words: str) -> int:
    return ceil(len(words) / CHARACTERS_PER_TOKEN)


def _flat(lists: Iterable[Iterable[Result]]) -> list[Result]:
    return [item for several in lists for item in several]


async def _all(asked: Iterable[Awaitable[Result]]) -> list[Result]:
    """All answers; if one is missing, the first error, once nothing is in flight any more."""
    told = await asyncio.gather(*asked, return_exceptions=True)
    for answer in told:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in told if not isinstance(answer, BaseException)]

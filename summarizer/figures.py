"""Figures: numbers with their unit, role, comparator and reference."""

from decimal import Decimal

from schemas.summary import Comparator, Flag, Role
from summarizer.amounts import Amounts, reparse
from summarizer.attachments import BOUNDARIES, is_attached
from summarizer.cues import Reference, bounded, moves_on, phrase, read_lead, read_reference
from summarizer.documents import Document
from summarizer.lexicon import Lexicon, Tokens, language
from summarizer.mentions import FigureMention
from summarizer.numerals import Numeral
from summarizer.roles import ROLES, Case, Story, read_role

__all__ = ["FigureMention", "read_figures", "reparse"]

_DATA = language("roles")
_MESSAGES = {
    "unit_missing": "No unit stands after the number.",
    "separator_ambiguous": "The comma is read as a decimal comma; it may separate thousands.",
    "nonstandard_decimal": "A dot is read as a decimal dot.",
    "spaced_number": "The number is written with a blank inside.",
}
_FLAGS = {code: Flag(code=code, message=message) for code, message in _MESSAGES.items()}
_MASKED = frozenset(("date", "period"))
_ZERO = Lexicon(
    (f"{before} {noun}", len(before.split()))
    for before in _DATA["zero"]["before"]
    for noun in _DATA["zero"]["words"]
)
_NONE = frozenset(before.split()[0] for before in _DATA["zero"]["before"])
_POINTS = frozenset(_DATA["indicator"]["points"])
_OUT_OF = (10, 100)  # điểm chuyển đổi số 92,14/100
_UNNAMED = frozenset(("rank", "baseline"))
_SENTENCE_ENDS = frozenset(("\n", ".", "!", "?"))
_FAR = 40  # tokens looked back from a number
_CLOSE = 8


def read_figures(document: Document, numerals: tuple[Numeral, ...]) -> tuple[FigureMention, ...]:
    """Every figure of the document, in order."""
    return tuple(_Reading(document.tokens, document.folded.text, numerals).figures())


def _mask(words: list[str], numerals: tuple[Numeral, ...]) -> list[str]:
    """The words with "#" for each date, year and number of months, "~" for the rest of it."""
    masked = words.copy()
    for n in numerals:
        if n.reason in _MASKED:
            masked[n.first] = "#"
            for i in range(n.first + 1, n.last):
                masked[i] = "~"
        elif n.reason == "malformed":
            masked[n.first] = "~"
    return masked


class _Reading:
    def __init__(self, tokens: Tokens, text: str, numerals: tuple[Numeral, ...]) -> None:
        self.tokens, self.text, self.numerals = tokens, text, numerals
        self.words, self.starts = tokens.words, tokens.starts
        self.masked = _mask(tokens.words, numerals)
        self.amounts = Amounts(tokens, text, self.masked, numerals)
        self.found: list[FigureMention] = []
        self.story = Story()

    def figures(self) -> list[FigureMention]:
        k = 0
        zeros = self._zeros()
        while k < len(self.numerals):
            numeral = self.numerals[k]
            while zeros and zeros[-1].first < numeral.first:
                self._add(zeros.pop(), "count", 0)
            k += self._read(k) if numeral.reason is None else 1
        while zeros:
            self._add(zeros.pop(), "count", 0)
        return self.found

    # Nothing left: không còn hộ nghèo.

    def _zeros(self) -> list[FigureMention]:
        """Figures of nothing, the last one first."""
        places = reversed(self.tokens.where(_NONE))
        hits = [hit for i in places if (hit := _ZERO.at(self.words, i)) is not None]
        return [self._zero(hit.first, hit.first + hit.entry, hit.last) for hit in hits]

    def _zero(self, first: int, noun: int, last: int) -> FigureMention:
        start, end = self.starts[first], self.tokens.ends[last - 1]
        return FigureMention(
            role="level",
            value=Decimal(0),
            upper=None,
            total=None,
            unit=self.text[self.starts[noun] : end].replace("\n", " "),
            comparator="eq",
            reference=None,
            estimated=False,
            first=first,
            last=last,
            start=start,
            end=end,
            flags=(),
            attached=False,
            numerals=(),
        )

    # Reading one amount in the light of the words before and behind it.

    def _read(self, k: int) -> int:
        amount = self.amounts.at(k)
        self._enter(amount.first)
        lead = read_lead(
            self.masked, self.text, self.starts, self._segment(amount.first), amount.first
        )
        near, percent = lead.gap == 0, amount.kind == "percent"
        reference = read_reference(self.masked, amount.last, near=percent)
        case = Case(self.words, self.masked, amount, lead, reference, self.story, near, percent)
        self._write(case, read_role(case))
        return len(amount.used)

    def _enter(self, p: int) -> None:
        """Forget the previous figure where a sentence ends in between."""
        story = self.story
        if story.previous is None:
            return
        if not _SENTENCE_ENDS.isdisjoint(self.words[story.previous.last : p]):
            story.previous, story.kind, story.carried = None, "", False

    def _segment(self, p: int) -> int:
        """Where the words that lead to a number begin; a closed bracket is no boundary."""
        words, floor = self.words, max(self.story.after, p - _FAR, 0)
        i = p
        while i > floor:
            word = words[i - 1]
            if word not in BOUNDARIES:
                i -= 1
                continue
            opened = self._opening(i - 1, floor) if word == ")" else -1
            if opened < 0:
                break
            i = opened
        return i

    def _opening(self, i: int, floor: int) -> int:
        """The bracket that token ``i`` closes, if no figure stands inside; else -1."""
        for j in range(i - 1, floor - 1, -1):
            if self.words[j] == "(":
                return j
            if self.words[j] in ");\n":
                break
        return -1

    # Writing it down.

    def _write(self, case: Case, said: str) -> None:
        amount, role = case.amount, ROLES[said]
        falls = said == "fall"
        reference, used = self._reference(case, role)
        attached = is_attached(case, role)
        figure = FigureMention(
            role,
            -amount.value if falls else amount.value,
            -amount.upper if falls and amount.upper is not None else amount.upper,
            amount.total,
            self._unit(case, role, attached=attached),
            self._comparator(case, said, used),
            reference,
            case.lead.estimated,
            amount.first,
            amount.last,
            self.starts[amount.first],
            amount.end,
            self._flags(case, role),
            attached,
            amount.used,
        )
        if used and reference is not None and role == "change":
            self._share_reference(figure)
        if amount.planned is not None:
            self._write_planned(figure, amount.kind, *amount.planned)
        else:
            self._add(figure, amount.kind, used)

    def _write_planned(
        self, figure: FigureMention, kind: str, value: Decimal, second: Numeral
    ) -> None:
        """250/326 ha is told twice: the area done and the area planned."""
        first = figure.numerals[0]
        self._add(figure._replace(last=first.last, end=first.end, numerals=(first,)), kind, 0)
        planned = figure._replace(
            role="planned",
            value=value,
            comparator="eq",
            estimated=False,
            first=second.first,
            start=second.start,
            attached=True,
            numerals=(second,),
            flags=(),
        )
        self._add(planned, kind, 0)

    def _add(self, figure: FigureMention, kind: str, used: int) -> None:
        self.found.append(figure)
        self.story.previous = figure
        self.story.kind = kind
        self.story.after = max(figure.last, used)

    def _reference(self, case: Case, role: Role) -> tuple[str | None, int]:
        """What the figure is compared with, and where the words for it end."""
        if role in ("level", "planned", "rank"):
            return None, 0
        if role == "baseline":
            return self._time_of_baseline(case)
        reference = case.reference
        if reference is not None and self._fits(case, role, reference):
            return self._shown(reference), reference.last
        return (case.lead.plan if role in ("over_plan", "of_plan") else case.lead.past), 0

    def _time_of_baseline(self, case: Case) -> tuple[str | None, int]:
        if case.lead.origin:
            moved = moves_on(self.masked, case.amount.last)
            if isinstance(moved, Reference):
                return self._shown(moved), moved.last
        return case.lead.past, 0

    def _fits(self, case: Case, role: Role, reference: Reference) -> bool:
        if reference.kind == "plan":
            return role in ("of_plan", "over_plan", "change")
        return reference.compared or case.amount.kind == "factor" or role == "of_previous"

    def _shown(self, reference: Reference) -> str:
        return phrase(self.text, self.starts, reference.first, reference.last)

    def _share_reference(self, figure: FigureMention) -> None:
        """Giảm 10 vụ và 11 người chết so với cùng kỳ: both are compared."""
        last = self.story.previous
        if last is None or last.role != "change" or last.reference is not None:
            return
        if self.words[figure.first - 1] in ("và", ",", "("):
            self.found[-1] = last._replace(reference=figure.reference)

    def _unit(self, case: Case, role: Role, *, attached: bool) -> str | None:
        amount, previous = case.amount, self.story.previous
        if role == "rank":
            return None
        if amount.unit is not None:
            return amount.unit.text
        if amount.total in _OUT_OF:
            near = self.words[max(0, amount.first - _CLOSE) : amount.first]
            return next((word for word in near if word in _POINTS), None)
        if attached and role in ("baseline", "change", "planned") and previous is not None:
            return previous.unit if previous.role == "level" else None
        return None

    def _comparator(self, case: Case, said: str, used: int) -> Comparator:
        if case.amount.upper is not None:
            return "between"
        if said == "beyond":
            return "gt"
        origin = case.lead.origin and said != "baseline"
        bound = bounded(self.words, max(case.amount.last, used), origin=origin)
        return bound or case.lead.comparator or "eq"

    def _flags(self, case: Case, role: Role) -> tuple[Flag, ...]:
        amount = case.amount
        codes = amount.used[0].flags
        if codes and amount.kind in ("money", "percent"):
            codes = tuple(code for code in codes if code != "separator_ambiguous")
        if amount.unit is None and role not in _UNNAMED and amount.total is None:
            codes += ("unit_missing",)
        if self.masked[amount.first - 1] == "~" and case.before[0] == "0":
            codes += ("spaced_number",)  # 0 74%
        return tuple(_FLAGS[code] for code in codes) if codes else ()

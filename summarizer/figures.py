"""Figures: numbers with their unit, role, comparator and reference."""

from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.summary import Comparator, Flag, Role
from summarizer.cues import (
    Lead,
    Reference,
    bounded,
    moves_on,
    phrase,
    read_lead,
    read_reference,
)
from summarizer.documents import Document
from summarizer.folding import match_key
from summarizer.lexicon import Lexicon, Tokens, language, tokenize
from summarizer.numerals import Numeral, read_value
from summarizer.units import Unit, read_unit

_DATA = language("roles")
_MESSAGES = {
    "unit_missing": "No unit stands after the number.",
    "separator_ambiguous": "The comma is read as a decimal comma; it may separate thousands.",
    "nonstandard_decimal": "A dot is read as a decimal dot.",
    "spaced_number": "The number is written with a blank inside.",
}
_BOUNDARIES = frozenset((",", ";", ".", "\n", "(", ")", "!", "?", "…"))
_DONE_OF_PLAN = frozenset(("measure", "money"))
_COUNTED = frozenset(("count", "people", "measure", "noun"))
_HANDLED = frozenset(_DATA["handled"]["words"])
_MASKED = frozenset(("date", "period"))
_ZERO = Lexicon(
    (f"{before} {noun}", True)
    for before in _DATA["zero"]["before"]
    for noun in _DATA["zero"]["words"]
)
_NONE = frozenset(before.split()[0] for before in _DATA["zero"]["before"])
_FOLLOW = frozenset(
    ("so", "với", "và", "trong", "do", "nhờ", "theo", "là", "trở", "của", "cùng", "kế", "dự", "chỉ")
    + ("mục", "nghị", "nq", "kh", "trên", "tại", "ở", "khi", "để", "đạt", "tăng", "giảm", "vượt")
)
_ASIDE = 4  # words that may stand aside between two figures of one indicator
_LONGEST = 40  # tokens looked back from a number
_FRAMES = frozenset(("phấn", "đạt", "mức", "đưa", "duy", "giữ", "có", "chỉ", "về", "mục"))
_DASHES = frozenset(("-", "đến", "tới"))


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


@dataclass(slots=True)
class _Amount:
    """A number with its unit, before anything is known of its meaning."""

    value: Decimal
    unit: Unit | None
    first: int
    last: int
    end: int
    used: tuple[Numeral, ...]
    upper: Decimal | None = None
    total: Decimal | None = None
    planned: tuple[Decimal, Numeral] | None = None

    @property
    def kind(self) -> str:
        return self.unit.kind if self.unit is not None else ""


def read_figures(document: Document, numerals: tuple[Numeral, ...]) -> tuple[FigureMention, ...]:
    """Every figure of the document, in order."""
    return tuple(_Reading(document.tokens, document.folded.text, numerals).figures())


def reparse(raw: str) -> Decimal:
    """The value that the words of a figure give: 926 tỷ 147 triệu is 926.147."""
    tokens = tokenize(match_key(raw))
    found = [i for i, word in enumerate(tokens.words) if word[0].isdecimal()]
    if not found:
        return Decimal(0)
    first = found[0]
    value, _ = read_value(tokens.words[first])
    unit = read_unit(tokens, raw, first + 1)
    if len(found) > 1 and unit is not None and _is_mixed(tokens, unit, found[1]):
        return value + read_value(tokens.words[found[1]])[0] / 1000
    spaced = tokens.words[first + 1 : first + 2]
    if len(found) > 1 and spaced in ([","], ["."]) and found[1] == first + 2:
        return Decimal(f"{tokens.words[first]}.{tokens.words[found[1]]}")
    return value


_STEPS = {"tỷ": ("triệu",), "triệu": ("nghìn", "ngàn")}


def _is_mixed(tokens: Tokens, unit: Unit, p: int) -> bool:
    """926 tỷ 147 triệu: the second number stands right after the first scale word."""
    words = tokens.words
    if unit.kind != "money" or unit.last != p or p + 1 >= len(words):
        return False
    step = _STEPS.get(words[unit.first], ())
    return words[p + 1] in step and len(words[p]) <= 3 and words[p].isdecimal()


class _Reading:
    def __init__(self, tokens: Tokens, text: str, numerals: tuple[Numeral, ...]) -> None:
        self.tokens, self.text, self.numerals = tokens, text, numerals
        self.words, self.starts = tokens.words, tokens.starts
        self.count = len(tokens.words)
        self.masked = self._mask()
        self.found: list[FigureMention] = []
        self.kinds: list[str] = []
        self.previous: FigureMention | None = None  # of the same sentence
        self.kind = ""  # kind of its unit
        self.after = 0  # token after the previous figure and its reference
        self.carried = False

    def _mask(self) -> list[str]:
        """The words with "#" for each date, year and number of months, "~" for the rest of it."""
        masked = self.words.copy()
        for n in self.numerals:
            if n.reason in _MASKED:
                masked[n.first] = "#"
                for i in range(n.first + 1, n.last):
                    masked[i] = "~"
            elif n.reason == "malformed":
                masked[n.first] = "~"
        return masked

    def figures(self) -> list[FigureMention]:
        k = 0
        zeros = self._zeros()
        while k < len(self.numerals):
            numeral = self.numerals[k]
            while zeros and zeros[-1].first < numeral.first:
                self._add(zeros.pop(), "count", 0)
            if numeral.reason is None:
                k += self._read(k)
            else:
                k += 1
        while zeros:
            self._add(zeros.pop(), "count", 0)
        return self.found

    def _word(self, i: int) -> str:
        return self.words[i] if 0 <= i < self.count else "\n"

    # Nothing left: không còn hộ nghèo.

    def _zeros(self) -> list[FigureMention]:
        found: list[FigureMention] = []
        for word in _NONE.intersection(self.words):
            i = -1
            for _ in range(self.words.count(word)):
                i = self.words.index(word, i + 1)
                hit = _ZERO.at(self.words, i)
                if hit is not None:
                    found.append(self._zero(i, hit.last))
        found.sort(key=lambda figure: -figure.first)
        return found

    def _zero(self, first: int, last: int) -> FigureMention:
        noun = first + (4 if self.words[first] == "cơ" else 2)
        start, end = self.starts[first], self.tokens.ends[last - 1]
        unit = self.text[self.starts[noun] : end].replace("\n", " ")
        return FigureMention(
            "level", Decimal(0), None, None, unit, "eq", None, False, first, last, start, end,
            (), False, (),
        )  # fmt: skip

    # Amounts: the number, its unit, and what makes one thing of several numbers.

    def _amount(self, k: int) -> _Amount:
        n = self.numerals[k]
        unit = read_unit(self.tokens, self.text, n.last)
        following = self.numerals[k + 1] if k + 1 < len(self.numerals) else None
        amount = _Amount(n.value, unit, n.first, n.last, n.end, (n,))
        if unit is not None:
            amount.last, amount.end = unit.last, unit.end
        if following is None or following.reason is not None:
            return amount
        gap = following.first - n.last
        if gap == 1 and self.words[n.last] == "/":
            return self._fraction(n, following)
        if unit is not None and _is_mixed(self.tokens, unit, following.first):
            return self._mixed(n, unit, following)
        if gap == 1 and self.words[n.last] in _DASHES and following.value > n.value:
            return self._range(n, following)
        if unit is not None and following.first == unit.last + 1:
            return self._joined(amount, unit, n, following)
        return amount

    def _mixed(self, n: Numeral, unit: Unit, second: Numeral) -> _Amount:
        rest = read_unit(self.tokens, self.text, second.last)
        last, end = (rest.last, rest.end) if rest is not None else (second.last, second.end)
        scale = self.text[self.starts[unit.first] : self.tokens.ends[unit.first]]
        shown = Unit("money", f"{scale} đồng", unit.first, last, end)
        return _Amount(n.value + second.value / 1000, shown, n.first, last, end, (n, second))

    def _range(self, n: Numeral, second: Numeral) -> _Amount:
        unit = read_unit(self.tokens, self.text, second.last)
        last, end = (unit.last, unit.end) if unit is not None else (second.last, second.end)
        return _Amount(n.value, unit, n.first, last, end, (n, second), upper=second.value)

    def _joined(self, amount: _Amount, unit: Unit, n: Numeral, second: Numeral) -> _Amount:
        """80% đến 85%; 17.919 con/14.066 con: both numbers carry the unit."""
        other = read_unit(self.tokens, self.text, second.last)
        if other is None or other.kind != unit.kind:
            return amount
        sign = self.words[unit.last]
        if sign in _DASHES and second.value > n.value and other.text.startswith(unit.text):
            joined = _Amount(n.value, other, n.first, other.last, other.end, (n, second))
            joined.upper = second.value
            return joined
        if sign == "/" and other.text == unit.text:
            return self._fraction(n, second)
        return amount

    def _fraction(self, n: Numeral, second: Numeral) -> _Amount:
        unit = read_unit(self.tokens, self.text, second.last)
        last, end = (unit.last, unit.end) if unit is not None else (second.last, second.end)
        amount = _Amount(n.value, unit, n.first, last, end, (n, second))
        if self._is_done_of_plan(n, second, unit):
            amount.planned = (second.value, second)
        else:
            amount.total = second.value
        return amount

    def _is_done_of_plan(self, n: Numeral, second: Numeral, unit: Unit | None) -> bool:
        """250/326 ha is done of planned, 16/18 chỉ tiêu is a part of a whole."""
        if unit is None:
            return False
        if unit.kind in _DONE_OF_PLAN or n.value > second.value:
            return True
        if unit.kind not in ("people", "count"):
            return False
        return unit.kind == "people" and self._plan_ratio_follows(unit.last)

    def _plan_ratio_follows(self, i: int) -> bool:
        """, đạt 54,6% kế hoạch after a fraction of people."""
        for j in range(i, min(self.count, i + 10)):
            if self.words[j] in ";.\n":
                return False
            if self.words[j] == "%":
                found = read_reference(self.masked, j + 1, near=True)
                return found is not None and found.kind == "plan"
        return False

    # Meaning.

    def _read(self, k: int) -> int:
        amount = self._amount(k)
        p = amount.first
        self._enter(p)
        start = self._segment(p)
        lead = read_lead(self.masked, self.text, self.starts, start, p)
        reference = read_reference(self.masked, amount.last, near=amount.kind == "percent")
        role = self._role(amount, lead, reference)
        self._write(amount, lead, reference, role)
        return len(amount.used)

    def _enter(self, p: int) -> None:
        """Forget the previous figure where a sentence ends in between."""
        if self.previous is None:
            return
        between = self.words[self.previous.last : p]
        if "\n" in between or "." in between or "!" in between or "?" in between:
            self.previous, self.kind, self.carried = None, "", False

    def _segment(self, p: int) -> int:
        floor = max(self.after, p - _LONGEST, 0)
        i = p
        while i > floor:
            word = self.words[i - 1]
            if word == ")":
                opened = self._opening(i - 1, floor)
                if opened < 0:
                    break
                i = opened
            elif word in _BOUNDARIES:
                break
            else:
                i -= 1
        return i

    def _opening(self, i: int, floor: int) -> int:
        """The bracket that token ``i`` closes, if no figure stands inside; else -1."""
        for j in range(i - 1, floor - 1, -1):
            if self.words[j] == "(":
                return j
            if self.words[j] in ");\n":
                break
        return -1

    def _role(self, amount: _Amount, lead: Lead, reference: Reference | None) -> str:
        verb, near = lead.verb, lead.gap == 0
        if verb == "rank" and near:
            return "rank"
        if self._is_baseline(amount, lead):
            return "baseline"
        if (again := self._bracketed(amount, lead)) is not None:
            return again
        if amount.kind == "factor":
            factor = verb in ("factor", "rise") or (verb == "reach" and near)
            return "factor" if factor else "level"
        if reference is not None and reference.kind == "plan":
            by_plan = self._by_plan(amount, lead, reference)
            if by_plan is not None:
                return by_plan
        if (
            lead.plan is not None
            and amount.total is None
            and (role := self._after_plan(amount, lead)) is not None
        ):
            return role
        if lead.past is not None and (role := self._after_past(lead)) is not None:
            return role
        if verb == "over" and near:
            return self._excess(amount, reference)
        if verb in ("rise", "fall"):
            return self._change(amount, lead)
        if self._is_added(amount, reference):
            return "rise"
        if lead.growing and amount.kind == "percent" and self._has_subject(lead):
            return "rise"
        if reference is not None and reference.kind == "past" and reference.compared:
            if amount.kind == "percent" and verb in ("reach", None, "level"):
                return "of_previous" if not (verb is None and lead.content) else "level"
        return self._level(amount, lead)

    def _is_baseline(self, amount: _Amount, lead: Lead) -> bool:
        if not lead.origin or amount.upper is not None:
            return False
        return bool(moves_on(self.masked, amount.last))

    def _by_plan(self, amount: _Amount, lead: Lead, reference: Reference) -> str | None:
        verb, near = lead.verb, lead.gap == 0
        if verb in ("over", "rise") and near:
            return "over_plan" if amount.kind == "percent" or reference.compared else None
        if verb == "fall" and near:
            return "fall"
        if amount.kind != "percent":
            return None
        if self.words[reference.first] == "chỉ" and not self._reached(lead):
            return None
        return "of_plan"

    def _reached(self, lead: Lead) -> bool:
        return lead.verb in ("reach", "to", "level") or lead.plan is not None

    def _after_plan(self, amount: _Amount, lead: Lead) -> str | None:
        """cao hơn dự toán tỉnh giao 5%; vượt kế hoạch 3%; không đạt kế hoạch 3,5%."""
        if lead.verb in ("rise", "over") or lead.compared:
            return "over_plan"
        if lead.verb == "fall":
            return "fall"
        opened = self._word(lead.start - 1) == "("
        if lead.verb == "reach" and amount.kind == "percent" and not opened:
            return "planned" if lead.content else None
        if lead.bare and self.previous is not None:
            return "planned"
        return None

    def _after_past(self, lead: Lead) -> str | None:
        """hơn cùng kỳ 14,3%; (năm 2019 là 5.680 tấn); (cùng kỳ 72)."""
        if lead.verb == "fall":
            return "fall"
        if lead.verb == "rise" or (lead.compared and lead.verb is None):
            return "rise"
        if lead.bare and self.previous is not None and not lead.compared:
            if lead.verb in (None, "level", "reach", "to") and not lead.estimated:
                if self._in_brackets(lead.start) or not lead.past or "năm 20" not in lead.past:
                    return "baseline"
        return None

    def _in_brackets(self, i: int) -> bool:
        for j in range(i - 1, max(-1, i - 30), -1):
            if self.words[j] == "(":
                return True
            if self.words[j] in ");\n.":
                return False
        return False

    def _excess(self, amount: _Amount, reference: Reference | None) -> str:
        """Vượt 4 trường so với mục tiêu; "thu vượt 600 tỷ" is a level."""
        if amount.total is not None or (amount.unit and amount.unit.text == "chỉ tiêu"):
            return "level"
        if amount.kind == "percent" or (reference is not None and reference.compared):
            return "over_plan"
        return "over_plan" if self.previous is not None and self.kind == amount.kind else "beyond"

    def _change(self, amount: _Amount, lead: Lead) -> str:
        verb = lead.verb or "rise"
        if lead.gap == 0:
            return verb
        if lead.verb_first and amount.kind == "percent":
            return verb  # giảm tỷ lệ hộ nghèo 1,5%
        if amount.unit is None and amount.upper is not None:
            return verb
        return self._level(amount, lead)

    def _is_added(self, amount: _Amount, reference: Reference | None) -> bool:
        """Thêm 250 USD so với cùng kỳ; "thêm 06 tiêu chí" alone is a level."""
        if self._word(amount.first - 1) != "thêm" or reference is None:
            return False
        return reference.kind == "past" and reference.compared

    def _has_subject(self, lead: Lead) -> bool:
        """Công nghiệp tăng trưởng 10%: something that grows stands before the verb."""
        word = self.words[lead.start]
        return word != "tăng" and word not in _FRAMES and "inside" not in lead.heads

    def _level(self, amount: _Amount, lead: Lead) -> str:
        carried = self._carry(amount, lead)
        if carried is not None:
            return carried
        if amount.kind != "percent" or lead.verb != "reach":
            return "level"
        previous = self.previous
        if lead.bare or self._tail_of_previous(lead):
            if previous is None or previous.role not in ("level", "planned"):
                return "level"
            if previous.total is not None or self.kind in ("percent", ""):
                return "level"
            return "level" if match_key(previous.unit or "") in _HANDLED else "of_plan"
        return "of_plan" if "budget" in lead.heads and "ratio" not in lead.heads else "level"

    def _carry(self, amount: _Amount, lead: Lead) -> str | None:
        """The verb of the figure before holds on: giảm 02 xã, 41 thôn; công nghiệp 10,4%."""
        previous = self.previous
        if previous is None or not (lead.verb is None or (lead.verb == "level" and lead.gap)):
            return None
        percent = amount.kind == "percent"
        if self._word(lead.start - 1) == "(":
            return None
        if previous.role == "change" and self._word(amount.first - 1) in ("=", "đương"):
            return self._again(previous)
        if percent != (self.kind == "percent"):
            return None
        if previous.role == "change" and (not percent and lead.bare and not lead.estimated):
            return self._again(previous)
        if not percent or "ratio" in lead.heads:
            return None
        if "budget" in lead.heads and "parts" not in lead.heads and not self.carried:
            return None
        if previous.role in ("change", "of_plan", "of_previous"):
            if "parts" in lead.heads or self.carried or self._parts_before(lead.start):
                self.carried = True
            elif "sector" not in lead.heads or previous.role != "change":
                return None
            return self._again(previous)
        return None

    def _bracketed(self, amount: _Amount, lead: Lead) -> str | None:
        """Tăng 45 tỷ đồng (9,6%); 180/250 tỷ đồng (72%)."""
        previous = self.previous
        if previous is None or lead.start != amount.first or self._word(lead.start - 1) != "(":
            return None
        if amount.kind != "percent" or self.kind == "percent":
            return None
        if previous.role == "planned":
            return "of_plan"
        return self._again(previous) if previous.role == "change" else None

    @staticmethod
    def _again(previous: FigureMention) -> str:
        if previous.role != "change":
            return previous.role
        return "fall" if previous.value < 0 else "rise"

    def _parts_before(self, start: int) -> bool:
        return self.previous is not None and "trong" in self.words[self.previous.last : start]

    def _tail_of_previous(self, lead: Lead) -> bool:
        """No boundary since the figure before: 28 triệu đồng trên người đạt 51.8%."""
        if self.previous is None or lead.start != self.after or lead.content > 6:
            return False
        between = self.words[lead.start : lead.start + lead.content + 6]
        return lead.gap == 0 and "và" not in between and "với" not in between

    # Writing.

    def _write(self, amount: _Amount, lead: Lead, reference: Reference | None, said: str) -> None:
        sign = -1 if said == "fall" else 1
        role: Role = _ROLES[said]
        text, used = self._reference(role, amount, lead, reference)
        attached = self._is_attached(role, amount, lead)
        figure = FigureMention(
            role,
            sign * amount.value if sign < 0 else amount.value,
            sign * amount.upper if amount.upper is not None else None,
            amount.total,
            self._unit(role, amount, attached),
            self._comparator(said, amount, lead, used),
            text,
            lead.estimated,
            amount.first,
            amount.last,
            self.starts[amount.first],
            amount.end,
            self._flags(role, amount),
            attached,
            amount.used,
        )
        if text is not None and used:
            self._share_reference(figure)
        if amount.planned is not None:
            self._write_planned(figure, amount, amount.planned)
        else:
            self._add(figure, amount.kind, used)

    def _write_planned(
        self, figure: FigureMention, amount: _Amount, planned: tuple[Decimal, Numeral]
    ) -> None:
        value, second = planned
        first = figure.numerals[0]
        done = replace(figure, last=first.last, end=first.end, numerals=(first,))
        self._add(done, amount.kind, 0)
        self._add(
            replace(
                figure, role="planned", value=value, comparator="eq", estimated=False,
                first=second.first, start=second.start, attached=True, numerals=(second,), flags=(),
            ),
            amount.kind,
            0,
        )  # fmt: skip

    def _add(self, figure: FigureMention, kind: str, used: int) -> None:
        self.found.append(figure)
        self.previous = figure
        self.kind = kind
        self.after = max(figure.last, used)

    def _reference(
        self, role: Role, amount: _Amount, lead: Lead, reference: Reference | None
    ) -> tuple[str | None, int]:
        if role == "baseline":
            if lead.origin and isinstance(moved := moves_on(self.masked, amount.last), Reference):
                return self._shown(moved), moved.last
            return lead.past, 0
        if role in ("level", "planned", "rank"):
            return None, 0
        if reference is not None and self._fits(role, amount, reference):
            return self._shown(reference), reference.last
        return (lead.plan if role in ("over_plan", "of_plan") else lead.past), 0

    def _fits(self, role: Role, amount: _Amount, reference: Reference) -> bool:
        if reference.kind == "plan":
            return role in ("of_plan", "over_plan", "change")
        return reference.compared or amount.kind == "factor" or role == "of_previous"

    def _shown(self, reference: Reference) -> str:
        return phrase(self.text, self.starts, reference.first, reference.last)

    def _share_reference(self, figure: FigureMention) -> None:
        """giảm 10 vụ và 11 người chết so với cùng kỳ: both are compared."""
        if self.previous is None or not self.found or figure.role != "change":
            return
        last = self.found[-1]
        if last.role == "change" and last.reference is None:
            if self.words[figure.first - 1] in ("và", ",", "("):
                self.found[-1] = replace(last, reference=figure.reference)

    def _unit(self, role: Role, amount: _Amount, attached: bool) -> str | None:
        if role == "rank":
            return None
        if amount.unit is not None:
            return amount.unit.text
        if (
            amount.total in (10, 100)
            and "điểm" in self.words[max(0, amount.first - 8) : amount.first]
        ):
            return "điểm"
        if attached and role in ("baseline", "change", "planned") and self.previous is not None:
            return self.previous.unit if self.previous.role == "level" else None
        return None

    def _comparator(self, said: str, amount: _Amount, lead: Lead, used: int) -> Comparator:
        if amount.upper is not None:
            return "between"
        if said == "beyond":
            return "gt"
        origin = lead.origin and said != "baseline"
        bound = bounded(self.words, max(amount.last, used), origin=origin)
        found = bound or lead.comparator or "eq"
        return found  # type: ignore[return-value]

    def _flags(self, role: Role, amount: _Amount) -> tuple[Flag, ...]:
        codes = list(amount.used[0].flags)
        if "separator_ambiguous" in codes and amount.kind in ("money", "percent"):
            codes.remove("separator_ambiguous")
        if amount.unit is None and role not in ("rank", "baseline") and amount.total is None:
            codes.append("unit_missing")
        p = amount.first
        if p and self.numerals and self.masked[p - 1] == "~" and self.words[p - 1][0] == "0":
            codes.append("spaced_number")
        return tuple(Flag(code=code, message=_MESSAGES[code]) for code in codes) if codes else ()

    def _is_attached(self, role: Role, amount: _Amount, lead: Lead) -> bool:
        previous = self.previous
        if previous is None or self._is_cut_off(lead.start):
            return False
        if "total" in lead.heads and role == "level":
            return amount.unit is None or previous.unit in (None, amount.unit.text)
        going_on = lead.bare or (self._tail_of_previous(lead) and role != "level")
        if not going_on:
            return lead.verb == "to" and lead.gap == 0 and previous.role == "baseline"
        if role == "level":
            return self._same_level(amount, lead, previous)
        if role == "change" and not self._alike(amount, previous):
            return False
        # 41 thôn after giảm 02 xã opens its own indicator, and so does giảm 5% số vụ.
        bracketed = self._word(lead.start - 1) == "(" and amount.kind == "percent"
        opens = lead.verb is None and lead.past is None and not bracketed
        return role != "change" or not (opens or self._names(amount))

    def _is_cut_off(self, start: int) -> bool:
        """Another subject may have come up since the figure before."""
        i = self.after
        while i < start and self.words[i] not in _BOUNDARIES:
            i += 1
        between = self.words[i:start]
        told = sum(word[0].isalpha() for word in between)
        if self.previous is not None and self.previous.role == "rank":
            return ";" in between
        return told > (0 if ";" in between else _ASIDE)

    def _alike(self, amount: _Amount, previous: FigureMention) -> bool:
        """Giảm 5 vụ after 20 người tells of something else."""
        if amount.kind not in _COUNTED or self.kind not in _COUNTED or previous.unit is None:
            return True
        mine = amount.unit.text.split("/")[0] if amount.unit is not None else ""
        return mine in previous.unit or previous.unit.split("/")[0] in mine

    def _names(self, amount: _Amount) -> bool:
        """A noun right after a percentage: 5% số vụ, 20% số trường."""
        if amount.kind != "percent":
            return False
        word = self._word(amount.last)
        return word[0].isalpha() and word not in _FOLLOW

    def _same_level(self, amount: _Amount, lead: Lead, previous: FigureMention) -> bool:
        if self._names(amount):
            return False
        if self._word(lead.start - 1) == "(" and amount.kind == "percent":
            return True
        if lead.verb in ("share", "reach", "to") and amount.kind == "percent":
            return True
        if lead.verb == "to" and previous.role in ("baseline", "change"):
            return True
        return lead.estimated


_ROLES: dict[str, Role] = {
    "level": "level", "beyond": "level", "rise": "change", "fall": "change", "change": "change",
    "baseline": "baseline", "planned": "planned", "of_plan": "of_plan", "over_plan": "over_plan",
    "of_previous": "of_previous", "factor": "factor", "rank": "rank",
}  # fmt: skip

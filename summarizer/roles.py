"""The role of a figure, decided by the words around it and the figure before it."""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.summary import Role
from summarizer.amounts import Amount
from summarizer.cues import Lead, Reference, moves_on
from summarizer.folding import match_key
from summarizer.lexicon import language
from summarizer.mentions import FigureMention

_HANDLED = frozenset(language("roles")["handled"]["words"])
_FRAMES = frozenset(language("roles")["growth"]["framed_by"])
_BRACKET = 30  # tokens looked back for an open bracket
_TAIL = 6  # words of the noun after a figure: 28 triệu đồng trên người đạt 51.8%

ROLES: dict[str, Role] = {
    "level": "level",
    "beyond": "level",
    "rise": "change",
    "fall": "change",
    "baseline": "baseline",
    "planned": "planned",
    "of_plan": "of_plan",
    "over_plan": "over_plan",
    "of_previous": "of_previous",
    "factor": "factor",
    "rank": "rank",
}
"""What a reading means as a role; a fall is a change below zero, "beyond" a level above."""


@dataclass(slots=True)
class Story:
    """What a sentence has told so far; ``after`` is the token behind its last figure."""

    previous: FigureMention | None = None
    kind: str = ""
    after: int = 0
    carried: bool = False


@dataclass(slots=True)
class Case:
    """One amount with all that may decide its role."""

    words: list[str]
    masked: list[str]
    amount: Amount
    lead: Lead
    reference: Reference | None
    story: Story
    near: bool  # the verb stands right before the number
    percent: bool

    @property
    def opened(self) -> bool:
        """A bracket opens right before the words that lead to the number."""
        return self.lead.start > 0 and self.words[self.lead.start - 1] == "("

    @property
    def before(self) -> str:
        """The word right before the number."""
        return self.words[self.amount.first - 1] if self.amount.first else "\n"


def read_role(case: Case) -> str:
    """A key of ``ROLES``: the first rule that knows the case decides."""
    for rule in _RULES:
        said = rule(case)
        if said is not None:
            return said
    return _level(case)


def _rank(case: Case) -> str | None:
    return "rank" if case.lead.verb == "rank" and case.near else None


def _baseline(case: Case) -> str | None:
    """Tăng từ 4 lên 9: the first of the two."""
    if not case.lead.origin or case.amount.upper is not None:
        return None
    return "baseline" if moves_on(case.masked, case.amount.last) else None


def _bracketed(case: Case) -> str | None:
    """Tăng 45 tỷ đồng (9,6%); 180/250 tỷ đồng (72%)."""
    previous, story = case.story.previous, case.story
    if previous is None or case.lead.start != case.amount.first or not case.opened:
        return None
    if not case.percent or story.kind == "percent":
        return None
    if previous.role == "planned":
        return "of_plan"
    return _again(previous) if previous.role == "change" else None


def _factor(case: Case) -> str | None:
    if case.amount.kind != "factor":
        return None
    verb = case.lead.verb
    return "factor" if verb in ("factor", "rise") or (verb == "reach" and case.near) else "level"


def _by_plan(case: Case) -> str | None:
    """Đạt 105,6% kế hoạch; vượt 11% kế hoạch; tăng 5% dự toán."""
    reference, verb = case.reference, case.lead.verb
    if reference is None or reference.kind != "plan":
        return None
    if verb in ("over", "rise") and case.near:
        return "over_plan" if case.percent or reference.compared else None
    if verb == "fall" and case.near:
        return "fall"
    counted = case.words[reference.first] == "chỉ" and verb not in ("reach", "to", "level")
    return "of_plan" if case.percent and not counted else None


def _after_plan(case: Case) -> str | None:
    """Cao hơn dự toán tỉnh giao 5%; vượt kế hoạch 3%; không đạt kế hoạch 3,5%."""
    lead = case.lead
    if lead.plan is None or case.amount.total is not None:
        return None
    if lead.verb in ("rise", "over") or lead.compared:
        return "over_plan"
    if lead.verb == "fall":
        return "fall"
    if lead.verb == "reach" and case.percent and not case.opened:
        return "planned" if lead.content else None
    return "planned" if lead.bare and case.story.previous is not None else None


def _after_past(case: Case) -> str | None:
    """Hơn cùng kỳ 14,3%; (năm 2019 là 5.680 tấn); (cùng kỳ 72)."""
    lead = case.lead
    if lead.past is None:
        return None
    if lead.verb == "fall":
        return "fall"
    if lead.verb == "rise" or (lead.compared and lead.verb is None):
        return "rise"
    if not lead.bare or case.story.previous is None or lead.compared or lead.estimated:
        return None
    if lead.verb not in (None, "level", "reach", "to"):
        return None
    return "baseline" if "năm 20" not in lead.past or _in_brackets(case) else None


def _in_brackets(case: Case) -> bool:
    i = case.lead.start
    for word in reversed(case.words[max(0, i - _BRACKET) : i]):
        if word == "(":
            return True
        if word in ");\n.":
            return False
    return False


def _excess(case: Case) -> str | None:
    """Vượt 4 trường so với mục tiêu; "thu vượt 600 tỷ" is a level."""
    if case.lead.verb != "over" or not case.near:
        return None
    amount, reference, story = case.amount, case.reference, case.story
    if amount.total is not None or (amount.unit is not None and amount.unit.text == "chỉ tiêu"):
        return "level"
    if case.percent or (reference is not None and reference.compared):
        return "over_plan"
    return "over_plan" if story.previous is not None and story.kind == amount.kind else "beyond"


def _change(case: Case) -> str | None:
    lead, amount = case.lead, case.amount
    if lead.verb in ("rise", "fall"):
        leading = lead.verb_first and case.percent  # giảm tỷ lệ hộ nghèo 1,5%
        unnamed = amount.unit is None and amount.upper is not None
        return lead.verb if case.near or leading or unnamed else _level(case)
    grows = lead.growing and case.percent and _has_subject(case)
    return "rise" if grows or _is_added(case) else None


def _has_subject(case: Case) -> bool:
    """Công nghiệp tăng trưởng 10%: something that grows stands before the verb."""
    word = case.words[case.lead.start]
    return word not in _FRAMES and "inside" not in case.lead.heads


def _is_added(case: Case) -> bool:
    """Thêm 250 USD so với cùng kỳ; "thêm 06 tiêu chí" alone is a level."""
    reference = case.reference
    if case.before != "thêm" or reference is None:
        return False
    return reference.kind == "past" and reference.compared


def _of_previous(case: Case) -> str | None:
    """Bằng 73% so với cùng kỳ."""
    reference, lead = case.reference, case.lead
    if reference is None or reference.kind != "past" or not reference.compared:
        return None
    if not case.percent or lead.verb not in ("reach", "level", None):
        return None
    return "level" if lead.verb is None and lead.content else "of_previous"


_RULES: tuple[Callable[[Case], str | None], ...] = (
    _rank,
    _baseline,
    _bracketed,
    _factor,
    _by_plan,
    _after_plan,
    _after_past,
    _excess,
    _change,
    _of_previous,
)


def _level(case: Case) -> str:
    """No word says anything else: an amount, or with "đạt" the share of an unnamed plan."""
    carried = _carried(case)
    if carried is not None:
        return carried
    lead, previous = case.lead, case.story.previous
    if not case.percent or lead.verb != "reach":
        return "level"
    if not (lead.bare or is_tail(case)):
        return "of_plan" if "budget" in lead.heads and "ratio" not in lead.heads else "level"
    if previous is None or previous.role not in ("level", "planned") or previous.total is not None:
        return "level"
    handled = match_key(previous.unit or "") in _HANDLED
    return "level" if handled or case.story.kind in ("percent", "") else "of_plan"


def is_tail(case: Case) -> bool:
    """No boundary since the figure before: 28 triệu đồng trên người đạt 51.8%."""
    lead = case.lead
    if case.story.previous is None or lead.start != case.story.after or lead.content > _TAIL:
        return False
    between = case.words[lead.start : lead.start + lead.content + _TAIL]
    return case.near and "và" not in between and "với" not in between


def _carried(case: Case) -> str | None:
    """The verb of the figure before holds on: giảm 02 xã, 41 thôn; công nghiệp 10,4%."""
    previous, lead = case.story.previous, case.lead
    if previous is None or previous.role not in ("change", "of_plan", "of_previous"):
        return None
    if not (lead.verb is None or (lead.verb == "level" and lead.gap)) or case.opened:
        return None
    changed = previous.role == "change"
    if changed and case.before in ("=", "đương"):
        return _again(previous)
    if case.percent != (case.story.kind == "percent"):
        return None
    if not case.percent:
        return _again(previous) if changed and lead.bare and not lead.estimated else None
    return _again(previous) if _is_part(case, changed=changed) else None


def _is_part(case: Case, *, changed: bool) -> bool:
    """Trong đó xã A 9,7%, xã B 12,4%; nông nghiệp tăng 9,2%, công nghiệp 10,4%."""
    heads, story = case.lead.heads, case.story
    if "ratio" in heads or story.previous is None:
        return False
    if "budget" in heads and "parts" not in heads and not story.carried:
        return False
    between = case.words[story.previous.last : case.lead.start]
    if "parts" in heads or story.carried or "trong" in between:
        story.carried = True
        return True
    return changed and "sector" in heads


def _again(previous: FigureMention) -> str:
    if previous.role != "change":
        return previous.role
    return "fall" if previous.value < 0 else "rise"

"""Whether a figure goes on with the indicator of the figure before it."""

from schemas.summary import Role
from summarizer.amounts import Amount
from summarizer.lexicon import language
from summarizer.mentions import FigureMention
from summarizer.roles import Case, is_tail

BOUNDARIES = frozenset((",", ";", ".", "\n", "(", ")", "!", "?", "…"))
"""Signs that end the words which lead to a number."""

_FOLLOW = frozenset(language("roles")["follow"]["words"])
_COUNTED = frozenset(("count", "people", "measure", "noun"))
_ASIDE = 4  # words that may stand aside between two figures of one indicator


def is_attached(case: Case, role: Role) -> bool:
    """True for "đạt 105% kế hoạch" or "(62,5%)" behind an amount; False for a new subject."""
    previous = case.story.previous
    return previous is not None and _goes_on(case, role, previous) and not _is_cut_off(case)


def _goes_on(case: Case, role: Role, previous: FigureMention) -> bool:
    lead, amount = case.lead, case.amount
    if "total" in lead.heads and role == "level":
        return amount.unit is None or previous.unit in (None, amount.unit.text)
    if not (lead.bare or (role != "level" and is_tail(case))):
        return lead.verb == "to" and case.near and previous.role == "baseline"
    if role == "level":
        return _same_level(case, previous)
    return role != "change" or _same_change(case, previous)


def _is_cut_off(case: Case) -> bool:
    """Another subject may have come up since the figure before."""
    i, start = case.story.after, case.lead.start
    while i < start and case.words[i] not in BOUNDARIES:
        i += 1
    between = case.words[i:start]
    if not between:
        return False
    if case.story.previous is not None and case.story.previous.role == "rank":
        return ";" in between
    told = sum(word[0].isalpha() for word in between)
    return told > (0 if ";" in between else _ASIDE)


def _same_level(case: Case, previous: FigureMention) -> bool:
    if _names(case):
        return False
    if case.percent and (case.opened or case.lead.verb in ("share", "reach", "to")):
        return True
    if case.lead.verb == "to" and previous.role in ("baseline", "change"):
        return True
    return case.lead.estimated


def _same_change(case: Case, previous: FigureMention) -> bool:
    """41 thôn after giảm 02 xã opens its own indicator, and so does giảm 5% số vụ."""
    if not _alike(case.amount, case.story.kind, previous) or _names(case):
        return False
    opens = case.lead.verb is None and case.lead.past is None
    return not opens or (case.opened and case.percent)


def _alike(amount: Amount, kind: str, previous: FigureMention) -> bool:
    """Giảm 5 vụ after 20 người tells of something else."""
    if amount.kind not in _COUNTED or kind not in _COUNTED or previous.unit is None:
        return True
    mine = amount.unit.text.split("/")[0] if amount.unit is not None else ""
    return mine in previous.unit or previous.unit.split("/")[0] in mine


def _names(case: Case) -> bool:
    """A noun right after a percentage: 5% số vụ, 20% số trường."""
    last = case.amount.last
    if not case.percent or last >= len(case.words):
        return False
    return case.words[last][0].isalpha() and case.words[last] not in _FOLLOW

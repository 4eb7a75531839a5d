"""The words around a number that say what it means: verbs, hedges, references."""

from dataclasses import dataclass
from typing import NamedTuple

from schemas.summary import Comparator
from summarizer.folding import match_key
from summarizer.lexicon import Hit, Lexicon, language, tokenize

_DATA = language("roles")


@dataclass(frozen=True, slots=True)
class Cue:
    """What a phrase says: its kind, and the comparator if it is a hedge."""

    kind: str
    value: Comparator = "eq"


# A phrase that stands in several groups belongs to the last of them.
_ORDER = (
    "sector", "parts", "ratio", "budget", "filler", "level", "reach", "share", "estimate", "from",
    "rise", "fall", "to", "over", "factor", "total", "rank", "plan", "past", "inside", "growth",
)  # fmt: skip
_VERBS = frozenset(("rise", "fall", "to", "reach", "share", "level", "over", "factor", "rank"))
_PHRASES = [(phrase, Cue(kind)) for kind in _ORDER for phrase in _DATA[kind]["words"]] + [
    (phrase, Cue("hedge", comparator))
    for comparator, group in _DATA["hedge"].items()
    for phrase in group["words"]
]
_CUES = Lexicon(_PHRASES)
_FIRST = frozenset(tokenize(match_key(phrase)).words[0] for phrase, _ in _PHRASES)
_REFERENCES = Lexicon(
    (phrase, kind) for kind in ("past", "plan") for phrase in _DATA[kind]["words"]
)
# A reference after a figure begins with one of its own words or with a word that leads to it.
_OPENING = frozenset((")", "so", "của", "theo", "số", "các")) | frozenset(
    tokenize(match_key(phrase)).words[0]
    for kind in ("past", "plan")
    for phrase in _DATA[kind]["words"]
)
_MORE = {kind: frozenset(_DATA[kind]["more"]) for kind in ("past", "plan")}
_BARE = tuple(_DATA["past"]["bare"])
_TO = Lexicon((phrase, True) for phrase in _DATA["to"]["to_only"])
_GRADES = frozenset(_DATA["grade"]["words"])
_ENDS = frozenset((",", ";", ".", "\n", "(", ")", "!", "?", "…"))
_TRAILING = frozenset(("của", "được", "đã", "các", "tập", "xây", "ban", "và"))
_COMPARED = frozenset(("với", "so", "hơn"))
_HEADS = frozenset(("inside", "ratio", "budget", "sector", "growth"))
_FAR = 8  # tokens between a figure and the "so với" that belongs to it
_PHRASE = 12  # words that go on with a plan: dự toán thu ngân sách HĐND huyện giao
_CLAUSE = 16  # tokens between "từ 80%" and its "trở lên"


@dataclass(slots=True)
class Lead:
    """The words between the last boundary and a number, read from the number backwards."""

    start: int
    verb: str | None = None
    gap: int = 0
    verb_first: bool = False
    comparator: Comparator | None = None
    origin: bool = False
    estimated: bool = False
    content: int = 0
    past: str | None = None
    plan: str | None = None
    compared: bool = False
    growing: bool = False
    heads: frozenset[str] = frozenset()

    @property
    def bare(self) -> bool:
        """Nothing but cues and filler: the figure goes on with the indicator before it."""
        return self.content == 0


class Reference(NamedTuple):
    """What a figure is compared with: plan or past, as a token span."""

    kind: str
    first: int
    last: int
    compared: bool


def scan(words: list[str], start: int, end: int) -> list[Hit[Cue]]:
    """Cues between two tokens; plan and past phrases with the words that go on with them."""
    found: list[Hit[Cue]] = []
    i = start
    while i < end:
        if words[i] not in _FIRST or (hit := _CUES.at(words, i, end)) is None:
            i += 1
            continue
        first, i, cue = hit
        if cue.kind in _MORE:
            more = _MORE[cue.kind]
            while i < end and words[i] in more:
                i += 1
            hit = Hit(first, i, cue)
        found.append(hit)
    return found


def read_lead(words: list[str], text: str, starts: list[int], start: int, p: int) -> Lead:
    """What stands before the number at token ``p``, back to token ``start``."""
    lead = Lead(start)
    place, gap = p, 0
    for hit in reversed(scan(words, start, p)):
        first, last, cue = hit
        gap += place - last
        place = first
        kind = cue.kind
        if lead.verb is not None and (gap > lead.gap or kind in _HEADS):
            lead.verb_first = False
        if kind in _MORE:
            _note_reference(lead, hit, gap, words, (text, starts))
        elif kind != "filler":
            _note(lead, hit, gap, words)
            if kind in _HEADS:
                gap += last - first
    gap += place - start
    if gap > lead.gap:
        lead.verb_first = False
    lead.content = gap
    return lead


def _note(lead: Lead, hit: Hit[Cue], gap: int, words: list[str]) -> None:
    kind = hit.entry.kind
    if kind == "hedge":
        _note_hedge(lead, hit, gap)
    elif kind in _VERBS:
        if lead.verb is None:
            lead.verb, lead.gap, lead.verb_first = kind, gap, True
            if words[hit.last - 1] == "dưới":  # giảm dưới 0,5%
                lead.comparator = lead.comparator or "lt"
    elif kind == "from":
        lead.origin = lead.origin or gap == 0
    elif kind == "estimate":
        lead.estimated = True
    else:
        lead.heads |= {kind}
        lead.growing = lead.growing or (kind == "growth" and gap == 0 and lead.verb is None)


def _note_hedge(lead: Lead, hit: Hit[Cue], gap: int) -> None:
    if gap or lead.verb not in (None, "level"):
        return
    if lead.past is None and lead.plan is None:
        lead.comparator = lead.comparator or hit.entry.value
    elif hit.entry.value == "gt":
        lead.compared = True  # hơn cùng kỳ 14,3%


def _note_reference(
    lead: Lead, hit: Hit[Cue], gap: int, words: list[str], written: tuple[str, list[int]]
) -> None:
    """Plan or past before the number: năm 2019 là 5.680, so với năm 2019 tăng 17,4%."""
    compared = hit.first > 0 and words[hit.first - 1] in _COMPARED
    if gap or (lead.verb not in (None, "level", "reach") and not compared):
        return
    shown = phrase(*written, hit.first, _trimmed(words, hit.first, hit.last))
    if hit.entry.kind == "past" and lead.past is None:
        lead.past = shown
    elif hit.entry.kind == "plan" and lead.plan is None:
        lead.plan = shown
    lead.compared = lead.compared or compared


def _trimmed(words: list[str], first: int, last: int) -> int:
    """The end of a reference without the words that only lead on."""
    while last > first + 1 and words[last - 1] in _TRAILING:
        last -= 1
    return last


def phrase(text: str, starts: list[int], first: int, last: int) -> str:
    """The words of a token span as written."""
    end = starts[last] if last < len(starts) else len(text)
    return text[starts[first] : end].replace("\n", " ").rstrip('.,;:()"”“ ')


def read_reference(words: list[str], i: int, *, near: bool) -> Reference | None:
    """The reference after a figure that ends at token ``i``, at once or behind its noun."""
    found = _reference_at(words, i)
    if found is not None or near:
        return found
    if "so" not in words[i : i + _FAR]:
        return None
    for j in range(i, i + _FAR):
        word = words[j]
        if word == "so":
            return _reference_at(words, j)
        if word in _ENDS or word[0].isdecimal():
            return None
    return None


def _reference_at(words: list[str], i: int) -> Reference | None:
    n = len(words)
    if i >= n or words[i] not in _OPENING:
        return None
    if i + 1 < n and words[i] == ")" and words[i + 1] == "so":
        i += 1  # tăng 45 tỷ đồng (9,6%) so với đầu năm
    compared = i < n and words[i] == "so"
    if compared:
        i += 1
        if i < n and words[i] == "với":
            i += 1
        if i < n and words[i] in ("mức", "số", "tổng"):
            i += 1
    elif i < n and words[i] in ("của", "theo", "số", "các"):
        i += 1
    hit = _REFERENCES.at(words, i) if i < n else None
    if hit is None:
        return None
    more, last = _MORE[hit.entry], hit.last
    n = min(n, last + _PHRASE)
    while last < n and words[last] in more:
        last += 1
    last = _trimmed(words, hit.first, last)
    return Reference(hit.entry, hit.first, last, compared or _is_bare(words, hit))


def _is_bare(words: list[str], hit: Hit[str]) -> bool:
    return hit.entry == "past" and " ".join(words[hit.first : hit.first + 2]) in _BARE


def bounded(words: list[str], i: int, *, origin: bool) -> Comparator | None:
    """The comparator of "trở lên" and "trở xuống" after a figure that ends at token ``i``."""
    far = _CLAUSE if origin else 3
    if "trở" not in words[i : i + far]:
        return None
    for j in range(i, min(len(words) - 1, i + far)):
        word = words[j]
        if word == "trở" and words[j + 1] in ("lên", "xuống"):
            if not origin and j > i and words[j - 1] in _GRADES:
                return None
            return "ge" if words[j + 1] == "lên" else "le"
        if word in ";.\n()" or (word == "," and not origin) or word[0].isdecimal():
            return None
    return None


def moves_on(words: list[str], i: int) -> Reference | bool:
    """Whether "lên 9" or "xuống còn 16%" follows: the figure before it is the baseline."""
    n = len(words)
    found: Reference | None = None
    if i < n and words[i] == "(":
        i += 1
    if i < n and (hit := _REFERENCES.at(words, i)) is not None and hit.entry == "past":
        found = _reference_at(words, i)
        i = found.last if found is not None else i
    if i < n and words[i] in (")", ","):
        i += 1
    if i < n and _TO.at(words, i) is not None:
        return found or True
    return False

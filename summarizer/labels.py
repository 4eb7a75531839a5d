"""Labels: which list each clause of a member belongs to, once its frame is known.

A frame says how a stretch is to be read; the words of a clause decide whether it holds a statement,
an end or an action at all (annotation guide, rules 1-15).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from summarizer.clauses import Clause
from summarizer.frames import Member, read_frames
from summarizer.framing import Frame
from summarizer.lexicon import Lexicon, language, phrases
from summarizer.reading import Reading
from summarizer.turns import NEEDS, PURPOSES
from summarizer.verbs import ACT, FULL_STATE, STATE

Label = Literal["achievement", "shortcoming", "target", "none"]
ITEMS: tuple[Label, ...] = ("achievement", "shortcoming", "target")
_NONE: tuple[Label, ...] = ("none",)

_REACHED = frozenset(["level", "change", "of_plan", "over_plan"])
_NAMES = frozenset(["title", "heading", "subhead"])  # lines that name what follows
_LONGEST_TOPIC = 6  # tokens
_LONGEST_ANNOUNCED = 6  # tokens of "các nhiệm vụ trọng tâm" and the like
_NOWHERE = range(0)
_NEXT = 2  # tokens between a verb of reaching and the figure it reaches


class Labelled(NamedTuple):
    """A member with a label for each of its clauses; ``directive`` if the whole is an action."""

    member: Member
    labels: tuple[Label, ...]
    directive: bool


def label_members(reading: Reading) -> list[Labelled]:
    """Labels of all members of the text, in order."""
    labeller = _Labeller(reading)
    return [labeller.label(member) for member in read_frames(reading, _offices(reading))]


def _offices(reading: Reading) -> frozenset[int]:
    """Where an office or a group of people that may be told to act is named."""
    named = {b.first for b in reading.bodies if b.kind == "body"}
    nouns = phrases("leads", "addressee_nouns")
    named.update([first for first, _, _ in nouns.spans(reading.document.tokens)])
    return frozenset(named)


class _Labeller:
    """Turns frames into labels."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words = reading.words
        self.verbs = reading.verbs
        self.openings = reading.openings
        self.places = {kinds: _places(reading.verbs, kinds) for kinds in _ASKED}
        self.acting = bytearray(self.places[ACT])  # no name of a body acts
        for at in reading.body_at:
            self.acting[at] = 0

    def label(self, member: Member) -> Labelled:
        rule = _RULES.get(member.frame)
        if rule is None or member.kind in _NAMES or self._only_opens(member):
            return Labelled(member, _NONE * len(member.clauses), directive=False)
        labels = tuple([rule(self, member, clause) for clause in member.clauses])
        directive = member.frame in ("tasks", "orders") and self._is_action(member, labels)
        return Labelled(member, labels, directive)

    def _only_opens(self, member: Member) -> bool:
        """Whether a stretch only opens what follows it."""
        if member.figures:
            return False
        if self._only_leads(member) or self.words[min(member.head, member.last - 1)] in PURPOSES:
            return True
        if not member.introduces:
            return False
        return self._announces(member) or not self._says_itself(member)

    def _only_leads(self, member: Member) -> bool:
        """Whether nothing stands behind its verb of saying, or only the colon of a list."""
        lead = member.lead
        if lead is None:
            return False
        told = lead.kind == "praise" or (lead.kind == "tell" and member.introduces)
        return told or lead.cut >= member.last

    def _says_itself(self, member: Member) -> bool:
        """Whether a stretch before a colon is a statement of its own."""
        if member.clauses[0].opener in (":", "|"):
            return True
        completed = "completed" in member.weights and member.frame == "results"
        return completed or self._has(member.clauses[0], FULL_STATE)

    def _announces(self, member: Member) -> bool:
        """Whether it ends in "một số nhiệm vụ": the list behind its colon says them."""
        low = max(member.first, member.last - _LONGEST_ANNOUNCED)
        found = phrases("labels", "announced").scan(self.words, low, member.last)
        return any(hit.last == member.last for hit in found)

    def _has(self, clause: Clause, kinds: int) -> bool:
        return self.places[kinds].find(1, clause.first, clause.last) >= 0

    def _head(self, clause: Clause) -> int:
        return self.openings.end(clause.first, clause.last - 1)

    # ---- one rule for each frame ------------------------------------------------------------

    def result(self, member: Member, clause: Clause) -> Label:
        marks = member.marks(clause.first, clause.last)
        if "context" in marks and (not clause.figures or self._concedes(clause)):
            return "none"
        if "fault_word" in marks:
            return "shortcoming"
        if clause.figures:
            return "achievement"
        if marks & {"effort", "announced"} or not self._has(clause, ACT | STATE):
            return "none"
        if clause.last - clause.first <= _LONGEST_TOPIC and not self._has(clause, STATE):
            return "none"  # "Xây dựng nông thôn mới" alone is a topic
        return "achievement"

    def fault(self, member: Member, clause: Clause) -> Label:
        marks = member.marks(clause.first, clause.last)
        if "announced" in marks and "fault_word" not in marks and not clause.figures:
            return "none"
        if not clause.figures and "fault_word" not in marks and self.words[clause.first] == "do":
            return "none"  # a cause: "Do giá vật tư tăng cao"
        stated = clause.figures or "fault_word" in marks or self._has(clause, STATE)
        return "shortcoming" if stated else "none"

    def goal(self, member: Member, clause: Clause) -> Label:  # noqa: ARG002 - one signature
        return "target" if clause.figures or self._has(clause, ACT | STATE) else "none"

    def end(self, member: Member, clause: Clause) -> Label:
        """Inside tasks and orders only a figure to reach or a milestone is an end (rules 8, 12)."""
        marks = member.marks(clause.first, clause.last)
        if "fault_word" in marks and (self._before_need(clause) or not self._acting(clause)):
            return "shortcoming"
        if self._reaches(clause) or self._is_milestone(clause):
            return "target"
        return "none"

    def talk(self, member: Member, clause: Clause) -> Label:
        named = "named_difficulty" in member.marks(clause.first, clause.last)
        return "shortcoming" if named else "none"

    # ---- what the words of a clause say -----------------------------------------------------

    def _concedes(self, clause: Clause) -> bool:
        return phrases("leads", "concessions").at(self.words, self._head(clause)) is not None

    def _is_milestone(self, clause: Clause) -> bool:
        scanned = phrases("labels", "milestones").scan(self.words, clause.first, clause.last)
        return next(scanned, None) is not None

    def _reaches(self, clause: Clause) -> bool:
        """Whether a figure is to be reached; what is merely dealt with is counted, not reached."""
        if not clause.figures:
            return False
        beside = self._beside(clause)
        figures = [f for f in clause.figures if f.role in _REACHED and f.first not in beside]
        if not figures:
            return False
        plain = all(f.comparator == "eq" and f.unit != "%" for f in figures)
        return not (plain and self._deals(clause, figures[0].first))

    def _beside(self, clause: Clause) -> range:
        """Tokens that only describe: "tuyến đường (dài 12,4 km)", "đối với 08 xã chưa nộp, …"."""
        words = self.words
        head, figure = self._head(clause), clause.figures[0].first
        if phrases("labels", "scopes").at(words, head, clause.last) is not None:
            return range(head, next((i for i in range(figure, clause.last) if words[i] == ","), 0))
        if "(" not in words[clause.first : figure]:
            return _NOWHERE
        describing = language("labels")["describing"]
        opened = words.index("(", clause.first)
        closed = next((i for i in range(opened, clause.last) if words[i] == ")"), clause.last)
        return range(opened, closed) if words[opened + 1] in describing else _NOWHERE

    def _deals(self, clause: Clause, figure: int) -> bool:
        """Whether the verb before a figure deals with what there is: "rà soát 43 hồ sơ"."""
        act = self.places[ACT].rfind(1, clause.first, figure)
        return act >= 0 and phrases("labels", "dealing").at(self.words, act, figure) is not None

    def _before_need(self, clause: Clause) -> bool:
        """Whether the need it makes follows: "X còn ẩn chứa nguy cơ, cần Y" (rule 5)."""
        return self.words[clause.last : clause.last + 1] == [","] and (
            self.words[clause.last + 1] in NEEDS
        )

    def _acting(self, clause: Clause) -> bool:
        """Whether a clause begins with its action or with who is to take it."""
        head = self._head(clause)
        if self.verbs[head] & ACT:
            return True
        return self.reading.addressees(head, clause.last) is not None

    # ---- actions ----------------------------------------------------------------------------

    def _is_action(self, member: Member, labels: Sequence[Label]) -> bool:
        """Whether something is to be done; a member that only names ends is no directive."""
        if all(label == "shortcoming" for label in labels):
            return False
        if "none" in labels:
            return self._acts(member)
        if member.lead is not None and member.lead.kind == "goal":
            return False
        return self._is_means(member)

    def _is_means(self, member: Member) -> bool:
        """Whether a member that names an end is also something to be done (rule 12)."""
        head = self._head(member.clauses[0])
        figures = member.figures
        if not figures or self.reading.addressees(head, member.last) is not None:
            return True
        if not self.verbs[head] & ACT:
            return False
        reaching = _reaching().at(self.words, head, member.last)
        if reaching is None:
            return True
        return not reaching.entry and figures[0].first - reaching.last > _NEXT

    def _acts(self, member: Member) -> bool:
        """Whether a member holds an action; behind a verb of saying only what must be done."""
        if member.lead is None or member.lead.kind not in ("say", "tell"):
            return self.acting.find(1, member.first, member.last) >= 0
        head = self._head(member.clauses[0])
        return bool(self.verbs[head] & ACT) or "must" in member.weights


_Rule = Callable[[_Labeller, Member, Clause], Label]
_RULES: Mapping[Frame, _Rule] = {
    "results": _Labeller.result,
    "faults": _Labeller.fault,
    "goals": _Labeller.goal,
    "tasks": _Labeller.end,
    "orders": _Labeller.end,
    "talk": _Labeller.talk,
}

_ASKED = (ACT, STATE, FULL_STATE, ACT | STATE)


def _places(verbs: bytes, kinds: int) -> bytes:
    """Ones where a verb of these kinds begins: searching them needs no loop."""
    return verbs.translate(_is_of(kinds))


@cache
def _is_of(kinds: int) -> bytes:
    return bytes([sign & kinds > 0 for sign in range(256)])


@cache
def _reaching() -> Lexicon[bool]:
    """Verbs of reaching: true where whatever follows is an end, else only a figure right behind."""
    data = language("labels")
    always = [(phrase, True) for phrase in data["reaching"]]
    return Lexicon([*always, *((phrase, False) for phrase in data["reaching_figures"])])

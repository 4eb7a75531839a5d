"""The embedded engine: a draft at once, without network or key.

Frames decide the list of a clause (``frames``); here frames become items: what is a statement, what
an end, what an action, who gives it and who is to act (annotation guide, rules 1-24).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from schemas import Draft, DraftDirective, DraftIssuer, DraftItem, DraftTarget, Sector
from schemas.summary import IssuerKind
from summarizer.addressees import read_addressees
from summarizer.clauses import ACT, FULL_STATE, STATE, Clause
from summarizer.frames import PARAGRAPH, Member, Reason, read_frames
from summarizer.framing import FRAMES
from summarizer.indicators import name_indicator
from summarizer.leads import PURPOSES
from summarizer.lexicon import Lexicon, language
from summarizer.openings import opening
from summarizer.overview import write_overview
from summarizer.people import BodyMention, PersonMention
from summarizer.reading import Reading
from summarizer.sectors import sector_of
from summarizer.times import deadline_in, target_deadline_in


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a clause went where it went; ``start``/``end`` are offsets into the document's text."""

    number: int
    text: str
    start: int
    end: int
    frame: str
    label: str
    scores: dict[str, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Labelled:
    member: Member
    labels: tuple[str, ...]  # one per clause of the member
    directive: bool  # the member as a whole is an action


def draft(reading: Reading) -> Draft:
    """Decide a document."""
    return _Drafter(reading).draft(_label_all(reading))


def explain(reading: Reading) -> tuple[Decision, ...]:
    """One decision for each clause of the body, with the weights behind it."""
    folded = reading.document.folded
    found: list[Decision] = []
    for labelled in _label_all(reading):
        member = labelled.member
        scores: dict[str, float] = dict(zip(FRAMES, member.scores, strict=True))
        for clause, label in zip(member.clauses, labelled.labels, strict=True):
            own = "directive" if label == "none" and labelled.directive else label
            start, end = folded.source_span(
                reading.document.tokens.starts[clause.first],
                reading.document.tokens.ends[clause.last - 1],
            )
            found.append(
                Decision(
                    clause.number,
                    reading.words_of(clause.first, clause.last),
                    start,
                    end,
                    member.frame,
                    own,
                    scores,
                    tuple(member.reasons),
                )
            )
    return tuple(found)


# ---- labels -------------------------------------------------------------------------------------


def _label_all(reading: Reading) -> list[_Labelled]:
    members = read_frames(reading, _offices(reading))
    labeller = _Labeller(reading)
    return [labeller.member(member) for member in members]


_REACHED = frozenset(["level", "change", "of_plan", "over_plan"])
_LONGEST_TOPIC = 6  # tokens
_NEXT = 2  # tokens between a verb of reaching and the figure it reaches


def _offices(reading: Reading) -> frozenset[int]:
    """Where an office or a group of people that may be told to act is named."""
    named = {b.first for b in reading.bodies if b.kind == "body"}
    named.update(h.first for h in _addressee_nouns().find(reading.document.tokens))
    return frozenset(named)


class _Labeller:
    """Turns the frame of a member into the labels of its clauses."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words = reading.document.tokens.words
        self.verbs = reading.verbs
        self.times = {t.first: t for t in reading.times}
        self.bodies = {b.first: b for b in reading.bodies}

    def member(self, member: Member) -> _Labelled:
        if member.clauses[0].kind in ("title", "heading") or self._is_lead(member):
            return _Labelled(member, tuple("none" for _ in member.clauses), False)
        decide = {
            "results": self._result,
            "faults": self._fault,
            "goals": self._goal,
            "tasks": self._end,
            "orders": self._end,
            "talk": self._talk,
        }.get(member.frame)
        if decide is None:
            return _Labelled(member, tuple("none" for _ in member.clauses), False)
        labels = tuple(decide(member, clause) for clause in member.clauses)
        directive = member.frame in ("tasks", "orders") and self._is_action(member, labels)
        return _Labelled(member, labels, directive)

    def _is_lead(self, member: Member) -> bool:
        """A stretch that only opens what follows it."""
        if self._figures(member):
            return False
        lead = member.lead
        if lead is not None and (lead.cut >= member.last or lead.kind == "praise"):
            return True
        if self.words[member.head if member.head < member.last else member.first] in PURPOSES:
            return True
        if not member.introduces or member.clauses[0].opener in (":", "|"):
            return False
        if "completed" in member.counted and member.frame == "results":
            return False
        clause = member.clauses[0]
        return not any(self.verbs[i] & FULL_STATE for i in range(clause.first, clause.last))

    def _figures(self, member: Member) -> bool:
        return any(c.figures for c in member.clauses)

    def _states(self, clause: Clause) -> bool:
        return any(self.verbs[i] & STATE for i in range(clause.first, clause.last))

    def _result(self, member: Member, clause: Clause) -> str:
        marks = member.marks(clause.first, clause.last)
        conceded = _concessions().at(self.words, self._head(clause)) is not None
        if "context" in marks and (conceded or not clause.figures):
            return "none"
        if "fault_word" in marks:
            return "shortcoming"
        if clause.figures:
            return "achievement"
        if marks & {"effort", "announced"} or not any(self.verbs[clause.first : clause.last]):
            return "none"
        if clause.last - clause.first <= _LONGEST_TOPIC and not self._states(clause):
            return "none"  # "Xây dựng nông thôn mới" alone is a topic
        return "achievement"

    def _fault(self, member: Member, clause: Clause) -> str:
        marks = member.marks(clause.first, clause.last)
        if "announced" in marks and "fault_word" not in marks and not clause.figures:
            return "none"
        if clause.figures or "fault_word" in marks or self._states(clause):
            return "shortcoming"
        return "none"

    def _goal(self, member: Member, clause: Clause) -> str:
        if clause.figures or any(self.verbs[i] for i in range(clause.first, clause.last)):
            return "target"
        return "none"

    def _end(self, member: Member, clause: Clause) -> str:
        """Inside tasks and orders only a figure to reach or a milestone is an end (rules 8, 12)."""
        marks = member.marks(clause.first, clause.last)
        if "fault_word" in marks and not self._acting(clause):
            return "shortcoming"
        if self._reaches(clause):
            return "target"
        if _milestones_in(self.words, clause.first, clause.last):
            return "target"
        return "none"

    def _reaches(self, clause: Clause) -> bool:
        """Whether a figure is to be reached; what is merely dealt with is counted, not reached."""
        figures = [f for f in clause.figures if f.role in _REACHED]
        if not figures:
            return False
        plain = all(f.comparator == "eq" and f.unit != "%" for f in figures)
        return not (plain and self._deals(clause, figures[0].first))

    def _deals(self, clause: Clause, figure: int) -> bool:
        """"Rà soát 43 hồ sơ quá hạn": the last verb before the figure deals with what there is."""
        acts = [i for i in range(clause.first, figure) if self.verbs[i] & ACT]
        return bool(acts) and _dealing().at(self.words, acts[-1], figure) is not None

    def _acting(self, clause: Clause) -> bool:
        """Whether a clause begins with its action or with who is to take it."""
        head = self._head(clause)
        if self.verbs[head] & ACT:
            return True
        document = self.reading.document
        return (
            read_addressees(document, self.verbs, self.bodies, head, clause.last) is not None
        )

    def _talk(self, member: Member, clause: Clause) -> str:
        return "shortcoming" if "named_difficulty" in member.marks(clause.first, clause.last) else "none"

    def _head(self, clause: Clause) -> int:
        head = opening(self.words, self.times, clause.first, clause.last)
        return min(head, clause.last - 1)

    def _is_action(self, member: Member, labels: Sequence[str]) -> bool:
        """A member that only names ends is a target and no directive."""
        if all(label == "shortcoming" for label in labels):
            return False
        if all(label in ("target", "shortcoming") for label in labels):
            if member.lead is not None and member.lead.kind == "goal":
                return False
            return self._is_means(member)
        return self._acts(member)

    def _is_means(self, member: Member) -> bool:
        """Whether a member that names an end is also something to be done (rule 12)."""
        head = self._head(member.clauses[0])
        named = read_addressees(
            self.reading.document, self.verbs, self.bodies, head, member.last
        )
        if named is not None or not self._figures(member):
            return True
        if not self.verbs[head] & ACT:
            return False
        figures = [f for c in member.clauses for f in c.figures]
        reaching = _reaching().at(self.words, head, member.last)
        if reaching is None:
            return True
        return not reaching.entry and figures[0].first - reaching.last > _NEXT

    def _acts(self, member: Member) -> bool:
        """Whether something is to be done; behind a verb of saying only where it must be."""
        if member.lead is None or member.lead.kind != "say":
            return any(
                self.verbs[i] & ACT and i not in self.bodies
                for i in range(member.first, member.last)
            )
        head = self._head(member.clauses[0])
        return bool(self.verbs[head] & ACT) or "must" in member.counted


# ---- items --------------------------------------------------------------------------------------


class _Drafter:
    """Collects items, with issuer and addressees handed on from clause to clause."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.tokens = reading.document.tokens
        self.bodies = {b.first: b for b in reading.bodies}
        self.times = {t.first: t for t in reading.times}
        self.issuers: list[DraftIssuer] = []
        self.speaker: int | None = None
        self.addressees: tuple[str, ...] = ()
        self.sector: Sector | None = None
        self.document: str | None = None
        self.names_office = False
        self.section_holds = False  # named on a line of its own, not before a colon
        self.section: tuple[str, ...] = ()  # offices whose points follow: "2. Phòng Kinh tế:"
        self.plan_deadline: str | None = None
        self.results: list[DraftItem] = []
        self.faults: list[DraftItem] = []
        self.targets: list[DraftTarget] = []
        self.directives: list[DraftDirective] = []

    def draft(self, members: Sequence[_Labelled]) -> Draft:
        for labelled in members:
            self._note_lead(labelled.member)
            self._note_period(labelled.member)
            if labelled.directive and not self.names_office:
                self._directive(labelled.member)
            elif labelled.member.introduces and labelled.member.spoken:
                self._note_addressees(labelled.member)
            self._items(labelled)
        return Draft(
            overview="",
            achievements=tuple(self.results),
            shortcomings=tuple(self.faults),
            targets=tuple(self.targets),
            issuers=tuple(self.issuers),
            directives=tuple(self.directives),
        )

    # -- context of the stretch

    def _note_lead(self, member: Member) -> None:
        lead = member.lead
        office = self._office_in(member) if member.frame in ("tasks", "orders") else ()
        self.names_office = bool(office)
        alone = not member.introduces
        if office or member.clauses[0].kind == "heading" or (lead is not None and lead.subject):
            self.section, self.section_holds = office, alone
        elif member.boundary == PARAGRAPH and not self.section_holds:
            self.section = ()
        if member.introduces or member.clauses[0].kind == "heading":
            self.document = self._document_in(member) or (
                self.document if member.clauses[0].kind == "item" else None
            )
        if lead is None or lead.kind not in ("order", "say", "praise"):
            return
        if isinstance(lead.subject, PersonMention):
            person = lead.subject.person
            issuer = DraftIssuer(name=person.name, posts=person.posts, kind="person")
        elif isinstance(lead.subject, BodyMention):
            issuer = DraftIssuer(name=lead.subject.name, kind="body")
        else:
            return
        number = self._issuer(issuer)
        if number != self.speaker or lead.kind == "order":
            self.addressees = ()
        self.speaker = number

    def _office_in(self, member: Member) -> tuple[str, ...]:
        """The offices that a heading names, if it names nothing else."""
        first, last = member.first, member.last
        at = opening(self.tokens.words, self.times, first, last)
        if at not in self.bodies and _addressee_nouns().at(self.tokens.words, at, last) is None:
            return ()
        lone = member.introduces or member.clauses[0].kind in ("heading", "item")
        if not lone or last - at > _LONGEST_OFFICE or member.clauses[0].figures:
            return ()
        named = self.bodies[at].last if at in self.bodies else at + 1
        if any(self.reading.verbs[i] for i in range(named, last)):
            return ()
        return (self.reading.words_of(at, last),)

    def _document_in(self, member: Member) -> str | None:
        """The paper whose points follow: "Chỉ thị đưa ra 8 nhiệm vụ …:"."""
        for hit in _papers().scan(self.tokens.words, member.first, member.last):
            return self.reading.words_of(hit.first, hit.last)
        return None

    def _issuer(self, issuer: DraftIssuer) -> int:
        if issuer not in self.issuers:
            self.issuers.append(issuer)
        return self.issuers.index(issuer)

    def _note_period(self, member: Member) -> None:
        for i in range(member.first, member.head):
            time = self.times.get(i)
            if time is not None and time.bound != "since":
                self.plan_deadline = self.reading.words_of(time.first, time.last)

    def _note_addressees(self, member: Member) -> None:
        """Addressees that a lead names for the list behind it."""
        head = opening(self.tokens.words, self.times, member.first, member.last)
        for at in (head, *range(head, min(head + _REACH, member.last))):
            named = read_addressees(
                self.reading.document, self.reading.verbs, self.bodies, at, member.last
            )
            if named is not None:
                self.addressees = named.names
                return

    # -- measured items

    def _items(self, labelled: _Labelled) -> None:
        lead: str | None = None
        for clause, label in zip(labelled.member.clauses, labelled.labels, strict=True):
            if label == "none":
                continue
            sector = sector_of(self.tokens, clause.first, clause.last, around=self.sector)
            self.sector = sector
            indicator = None
            if clause.figures:
                indicator = name_indicator(
                    self.reading.document, clause.first, clause.last, clause.figures, lead=lead
                )
                lead = lead or indicator
            if label == "achievement":
                self.results.append(
                    DraftItem(clauses=(clause.number,), sector=sector, indicator=indicator)
                )
            elif label == "shortcoming":
                self.faults.append(
                    DraftItem(clauses=(clause.number,), sector=sector, indicator=indicator)
                )
            else:
                self.targets.append(
                    DraftTarget(
                        clauses=(clause.number,),
                        sector=sector,
                        indicator=indicator,
                        deadline=self._target_deadline(clause),
                    )
                )

    def _target_deadline(self, clause: Clause) -> str | None:
        found = target_deadline_in(
            self.reading.document,
            self.reading.times,
            clause.first,
            clause.last,
            self.reading.anchor,
        )
        if found is not None:
            return self.reading.words_of(found.first, found.last)
        return self.plan_deadline

    # -- directives

    def _directive(self, member: Member) -> None:
        first, last = member.first, member.last
        head = opening(self.tokens.words, self.times, first, last)
        orders = member.frame == "orders" or member.spoken
        causative = _causatives().at(self.tokens.words, head, last)
        named = read_addressees(
            self.reading.document,
            self.reading.verbs,
            self.bodies,
            causative.last if causative else head,
            last,
        )
        addressees = (self.section or self.addressees) if orders else ()
        issuer = self.speaker if orders else None
        if orders and named is not None:
            addressees = named.names
            if member.lead is not None or not self.addressees:
                self.addressees = named.names
        if not orders:
            issuer = self._own_body(named.names if named else ())
            addressees = self._assigned(named.names) if named else self.section
        deadline = deadline_in(
            self.reading.document, self.reading.times, first, last, self.reading.anchor
        )
        sector = sector_of(self.tokens, first, last, around=self.sector)
        self.sector = sector
        self.directives.append(
            DraftDirective(
                clauses=tuple(c.number for c in member.clauses),
                sector=sector,
                issuer=issuer,
                addressees=addressees,
                deadline=self.reading.words_of(deadline.first, deadline.last)
                if deadline
                else None,
            )
        )

    def _assigned(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Who is told to act besides the body itself (rule 10)."""
        own = {w.lower() for w in (self.reading.context.body, self.reading.context.locality) if w}
        return tuple(
            n
            for n in names
            if not any(n.lower() in o for o in own) and n.lower() not in _bare_places()
        )

    def _own_body(self, subject: tuple[str, ...]) -> int | None:
        name = self.reading.context.body or (subject[0] if subject else None)
        if name is None:
            return None
        kind: IssuerKind = "document" if self.document else "body"
        return self._issuer(DraftIssuer(name=name, kind=kind, document=self.document))


def _milestones_in(words: list[str], first: int, last: int) -> bool:
    return any(True for _ in _milestones().scan(words, first, last))


@cache
def _milestones() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("labels")["milestones"])


_LONGEST_OFFICE = 16  # tokens of a heading that names an office


@cache
def _addressee_nouns() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("leads")["addressee_nouns"])


@cache
def _bare_places() -> frozenset[str]:
    return frozenset(language("labels")["bare_places"])


@cache
def _dealing() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("labels")["dealing"])


@cache
def _concessions() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("leads")["concessions"])


@cache
def _papers() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("labels")["papers"])


@cache
def _causatives() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("clauses")["causatives"])


_REACH = 12  # tokens in which a lead names addressees


@cache
def _reaching() -> Lexicon[bool]:
    """Verbs of reaching: true where whatever follows is an end, else only a figure right behind."""
    data = language("labels")
    always = [(phrase, True) for phrase in data["reaching"]]
    return Lexicon([*always, *((phrase, False) for phrase in data["reaching_figures"])])



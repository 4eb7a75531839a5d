"""Assignments: who gives each directive and who is to act, handed on from member to member.

The speaker is named once and holds until another speaks; so do the addressees of a lead. Who stands
at the head of one clause is told only there (annotation guide, rules 10, 11 and 23). A heading or
list line that names an office speaks to it until the next.
"""

from typing import NamedTuple

from schemas.summary import IssuerKind
from summarizer.frames import PARAGRAPH, Member
from summarizer.leads import SPEAKING, Lead
from summarizer.lexicon import language, phrases
from summarizer.people import PersonMention
from summarizer.reading import Reading

_LONGEST_OFFICE = 16  # tokens of a heading that names an office
_NEAR_HEAD = 4  # tokens in which a lead names the paper whose points follow
_REACH = 12  # tokens in which a lead names addressees


class Issuer(NamedTuple):
    """The fields of a ``DraftIssuer``."""

    name: str
    posts: tuple[str, ...]
    kind: IssuerKind
    document: str | None


class Assignment(NamedTuple):
    """Position of the issuer among ``Assignments.issuers``, and the addressees as written."""

    issuer: int | None
    addressees: tuple[str, ...]


class Assignments:
    """Reads members in order; ``note`` each of them, then ask ``of`` those that are directives."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.names_office = False  # the member noted last only names an office
        self._numbers: dict[Issuer, int] = {}
        self._speaker: int | None = None
        self._addressees: tuple[str, ...] = ()
        self._paper: str | None = None  # the paper whose points follow
        self._point: tuple[str, ...] = ()  # who is told to act in the point at hand
        self._section: tuple[str, ...] = ()  # offices whose points follow
        self._section_holds = False  # named on a line of its own

    @property
    def issuers(self) -> list[dict[str, object]]:
        """Fields of all issuers, in order of their numbers."""
        return [issuer._asdict() for issuer in self._numbers]

    def note(self, member: Member) -> None:
        """Take in what a member says about speakers, papers and offices."""
        if member.boundary == PARAGRAPH:
            self._point = ()
        self._note_office(member)
        if member.introduces or member.kind == "heading":
            kept = self._paper if member.kind == "item" else None
            self._paper = self._paper_in(member) or kept
        if member.lead is not None:
            self._note_speaker(member.lead)
        if member.introduces and member.spoken:
            self._note_addressees(member)

    def of(self, member: Member) -> Assignment:
        """Issuer and addressees of a directive."""
        named = self._named(member)
        if member.frame == "orders" or member.spoken:
            addressees = named or self._point or self._section or self._addressees
            if member.kind == "item" and member.lead is None:
                self._point = named or self._point  # handed on within the point only (rule 23)
            elif named and (member.lead is not None or not self._addressees):
                self._addressees = named
            return Assignment(self._speaker, addressees)
        addressees = self._besides_own(named) if named else self._section
        return Assignment(self._own_body(named), addressees)

    def _named(self, member: Member) -> tuple[str, ...]:
        """Addressees at the head of a member, behind a verb that makes others act."""
        head = self._behind_lead(member)
        causative = (
            phrases("clauses", "causatives").at(self.reading.words, head, member.last)
            if head < member.last
            else None
        )
        named = self.reading.addressees(causative.last if causative else head, member.last)
        return named.names if named else ()

    def _behind_lead(self, member: Member) -> int:
        """Where a member begins to tell: who speaks in its lead is not told to act."""
        lead, first = member.lead, member.first
        if lead is not None and lead.subject is not None:
            first = max(first, lead.cut, lead.verb + 1)
        return self.reading.opening(first, member.last) if first < member.last else member.last

    def _issuer(self, issuer: Issuer) -> int:
        return self._numbers.setdefault(issuer, len(self._numbers))

    # ---- speakers ---------------------------------------------------------------------------

    def _note_speaker(self, lead: Lead) -> None:
        if lead.subject is None or lead.kind not in SPEAKING:
            return
        if isinstance(lead.subject, PersonMention):
            person = lead.subject.person
            issuer = Issuer(person.name, person.posts, "person", None)
        else:
            issuer = Issuer(lead.subject.name, (), "body", None)
        number = self._issuer(issuer)
        if number != self._speaker or lead.kind == "order":
            self._addressees = ()
        self._speaker = number

    def _note_addressees(self, member: Member) -> None:
        """Addressees that a lead names for the list behind it."""
        head = self._behind_lead(member)
        for at in range(head, min(head + _REACH, member.last)):
            named = self.reading.addressees(at, member.last)
            if named is not None:
                self._addressees = named.names
                return

    # ---- offices and papers -----------------------------------------------------------------

    def _note_office(self, member: Member) -> None:
        spoken_to = member.lead is not None and member.lead.subject is not None
        told = member.frame in ("tasks", "orders") and not spoken_to
        office = self._office_in(member) if told else ()
        self.names_office = bool(office)
        if office or spoken_to or member.kind == "heading":
            behind = self.reading.words[member.last + 1 : member.last + 2]
            self._section = office
            self._section_holds = not member.introduces or behind in ([], ["\n"])
        elif member.boundary == PARAGRAPH and not self._section_holds:
            self._section = ()

    def _office_in(self, member: Member) -> tuple[str, ...]:
        """The office that a heading or list line names, if it says nothing else."""
        alone = member.introduces or member.kind in ("heading", "item")
        if not alone or member.clauses[0].figures:
            return ()
        reading = self.reading
        first, last = reading.opening(member.first, member.last), member.last
        if not 0 < last - first <= _LONGEST_OFFICE:
            return ()
        body = reading.body_at.get(first)
        noun = phrases("leads", "addressee_nouns").at(reading.words, first, last)
        if body is None and noun is None:
            return ()
        named = body.last if body is not None else first + 1
        return () if any(reading.verbs[named:last]) else (reading.words_of(first, last),)

    def _paper_in(self, member: Member) -> str | None:
        """The paper whose points follow: "Chỉ thị đưa ra 8 nhiệm vụ …:"."""
        reading, first = self.reading, member.first
        for at in range(first, min(first + _NEAR_HEAD, member.last)):
            hit = phrases("labels", "papers").at(reading.words, at, member.last)
            if hit is not None:
                return reading.words_of(hit.first, hit.last)
        return None

    # ---- tasks the body sets itself -----------------------------------------------------------

    def _besides_own(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Who is told to act besides the body itself (rule 10)."""
        context = self.reading.context
        own = [name.lower() for name in (context.body, context.locality) if name]
        bare = language("labels")["bare_places"]
        return tuple(
            name
            for name in names
            if name.lower() not in bare and not any(name.lower() in o for o in own)
        )

    def _own_body(self, named: tuple[str, ...]) -> int | None:
        name = self.reading.context.body or (named[0] if named else None)
        if name is None:
            return None
        kind: IssuerKind = "document" if self._paper else "body"
        return self._issuer(Issuer(name, (), kind, self._paper))

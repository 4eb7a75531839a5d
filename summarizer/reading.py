"""All that code finds in a document before any engine decides: the ground both engines stand on."""

from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from schemas import Context
from summarizer.addressees import Addressees, read_addressees
from summarizer.clauses import Clause, cut_clauses
from summarizer.context import read_context
from summarizer.documents import Document
from summarizer.figures import FigureMention, read_figures
from summarizer.framing import Cue, cues
from summarizer.layout import Layout
from summarizer.leads import Lead, Subject, find_leads
from summarizer.lexicon import Hit
from summarizer.numerals import Numeral, read_numerals
from summarizer.openings import Openings
from summarizer.people import BodyMention, PersonMention, find_bodies, find_people
from summarizer.pieces import PieceCutter
from summarizer.sentences import Shelter, split_sentences
from summarizer.times import Anchor, TimeMention, find_times
from summarizer.turns import find_turns
from summarizer.verbs import mark_verbs

_TEXT_KINDS = frozenset(["body", "item", "heading", "subhead", "title"])
_HEADLINES = frozenset(["title", "heading", "subhead"])


@dataclass(frozen=True)
class Reading:
    """A document with its lines, times, people, figures and numbered clauses.

    Positions are tokens of the folded text, half open. ``verbs`` marks the tokens where a verb
    begins (see ``clauses.mark_verbs``).
    """

    document: Document
    layout: Layout
    numerals: tuple[Numeral, ...]
    figures: tuple[FigureMention, ...]
    times: tuple[TimeMention, ...]
    people: tuple[PersonMention, ...]
    bodies: tuple[BodyMention, ...]
    leads: tuple[Lead, ...]
    verbs: bytes
    openings: Openings
    clauses: tuple[Clause, ...]
    context: Context
    anchor: Anchor
    cues: list[Hit[tuple[Cue, ...]]]

    @cached_property
    def told(self) -> tuple[Clause, ...]:
        """The clauses of the text proper, without furniture."""
        return tuple([clause for clause in self.clauses if clause.sentence >= 0])

    @cached_property
    def time_at(self) -> dict[int, TimeMention]:
        """Times by their first token."""
        return {t.first: t for t in self.times}

    @cached_property
    def body_at(self) -> dict[int, BodyMention]:
        """Bodies by their first token."""
        return {b.first: b for b in self.bodies}

    @property
    def words(self) -> list[str]:
        """Words of the document's match key, by token."""
        return self.document.tokens.words

    def words_of(self, first: int, last: int) -> str:
        """The folded text of tokens ``[first, last)``."""
        tokens = self.document.tokens
        return self.document.folded.text[tokens.starts[first] : tokens.ends[last - 1]]

    def opening(self, first: int, last: int) -> int:
        """Where a clause really begins; ``last`` if it is all opening."""
        return self.openings.end(first, last)

    def addressees(self, first: int, last: int) -> Addressees | None:
        """Who is told to act at the head of a stretch, if anybody is."""
        return read_addressees(self.document, self.verbs, self.body_at, first, last)


def read(document: Document) -> Reading:
    """Read a document; linear in its length."""
    layout = document.layout
    numerals = read_numerals(document)
    figures = read_figures(document, numerals)
    times = find_times(document)
    people = find_people(document)
    bodies = find_bodies(document)
    context, anchor = read_context(document, layout, times, people, bodies)
    lines = [
        (i, line.first, line.last)
        for i, line in enumerate(layout.lines)
        if line.kind in _TEXT_KINDS and line.first < line.last
    ]
    shelter = Shelter(document.tokens)
    sentences = split_sentences(document, lines, shelter)
    headlines = {i for i, line in enumerate(layout.lines) if line.kind in _HEADLINES}
    openings = Openings(document.tokens.words, times)
    leads = find_leads(document, sentences, _subjects(people, bodies), openings, headlines)
    verbs = mark_verbs(document.tokens)
    cuts = [lead.cut for lead in leads if lead.kind != "praise"]
    said = cues().find(document.tokens)
    cuts.extend(find_turns(document.tokens, verbs, openings, sentences, said))
    pieces = PieceCutter(document.tokens.words, verbs, figures, openings, shelter)
    clauses = cut_clauses(document, sentences, cuts, pieces)
    return Reading(
        document=document,
        layout=layout,
        numerals=numerals,
        figures=figures,
        times=times,
        people=people,
        bodies=bodies,
        leads=leads,
        verbs=verbs,
        openings=openings,
        clauses=clauses,
        context=context,
        anchor=anchor,
        cues=said,
    )


def _subjects(
    people: tuple[PersonMention, ...], bodies: tuple[BodyMention, ...]
) -> tuple[Subject, ...]:
    """People and bodies in order; a person first where both begin."""
    return tuple(sorted((*people, *bodies), key=attrgetter("first")))

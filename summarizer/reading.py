"""All that code finds in a document before any engine decides: the ground both engines stand on."""

from dataclasses import dataclass

from schemas import Context
from summarizer.clauses import Clause, cut_clauses, mark_verbs
from summarizer.context import read_context
from summarizer.documents import Document
from summarizer.figures import FigureMention, read_figures
from summarizer.layout import Layout, read_layout
from summarizer.leads import Lead, find_leads, needs, turns
from summarizer.numerals import Numeral, read_numerals
from summarizer.people import BodyMention, PersonMention, find_bodies, find_people
from summarizer.sentences import Sentence, split_sentences
from summarizer.times import Anchor, TimeMention, find_times

_TEXT_KINDS = frozenset(["body", "item", "heading", "title"])


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with its lines, times, people, figures and numbered clauses."""

    document: Document
    layout: Layout
    numerals: tuple[Numeral, ...]
    figures: tuple[FigureMention, ...]
    times: tuple[TimeMention, ...]
    people: tuple[PersonMention, ...]
    bodies: tuple[BodyMention, ...]
    sentences: tuple[Sentence, ...]
    leads: tuple[Lead, ...]
    verbs: bytes
    clauses: tuple[Clause, ...]
    context: Context
    anchor: Anchor

    def words_of(self, first: int, last: int) -> str:
        """The folded text of tokens ``[first, last)``."""
        tokens = self.document.tokens
        return self.document.folded.text[tokens.starts[first] : tokens.ends[last - 1]]


def read(document: Document) -> Reading:
    """Read a document; linear in its length."""
    layout = read_layout(document)
    numerals = read_numerals(document)
    figures = read_figures(document, numerals)
    times = find_times(document)
    people = find_people(document)
    bodies = find_bodies(document)
    context, anchor = read_context(document, layout, times, people)
    lines = [
        (i, line.first, line.last)
        for i, line in enumerate(layout.lines)
        if line.kind in _TEXT_KINDS and line.first < line.last
    ]
    sentences = split_sentences(document, lines)
    headlines = {i for i, line in enumerate(layout.lines) if line.kind in ("title", "heading")}
    leads = find_leads(document, sentences, people, bodies, times, headlines)
    verbs = mark_verbs(document.tokens.words)
    cuts = [lead.cut for lead in leads if lead.kind != "praise"]
    cuts.extend(needs(document.tokens.words, sentences))
    cuts.extend(turns(document.tokens.words, verbs, sentences))
    clauses = cut_clauses(document, layout, sentences, cuts, figures, verbs, times)
    return Reading(
        document,
        layout,
        numerals,
        figures,
        times,
        people,
        bodies,
        sentences,
        leads,
        verbs,
        clauses,
        context,
        anchor,
    )

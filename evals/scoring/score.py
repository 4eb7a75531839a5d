"""One document scored: gold against what was told of it.

Pure: a source, gold and a summary in, whole numbers and verdicts out. Methods: figures by anchor
and items by assignment after ``docs/evals.md``; categories after MUC (correct, incorrect, missing,
spurious); gold items that may be left out are paired too, and then count on neither side.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from evals.gold import LISTS, Gold
from evals.locked import Pins
from evals.scoring import judging
from evals.scoring.counts import Count, Share, Tally
from evals.scoring.forms import Figure, Item, Pair, Span, merged, overlap, size
from evals.scoring.ground import completeness, groundedness, tightness
from evals.scoring.judging import Place, figure_at, pair_figures, places_of
from evals.scoring.pairing import is_same_passage, pair
from evals.scoring.places import Places, gold_items, told_items
from evals.snippets import snippet
from schemas import Summary
from summarizer.documents import Document
from summarizer.folding import fold, match_key

VERSION = "2"
"""Of the way of scoring; baselines of another version are not compared."""

ITEM_SLOTS = ("sector", "indicator", "issuer", "addressees", "deadline")
"""What is judged of an item that was found, where its list has it."""

_ALIKE = 0.6  # of words, from which two names of an indicator mean the same
_MOSTLY = 0.5  # of a told item within passages that may be told or not
_SHORT = 40  # code points of the item of a figure


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one gold item or figure, or of one that was told beside them.

    ``verdict`` is ``ok``, ``missed``, ``extra``, ``optional``, or says what is wrong, such as
    ``in achievements; quote`` or ``role (of_plan, not change)``: first what was told, then what
    gold has. ``key`` is the same in every run over the same gold: list, place and, of a figure,
    its role and place. Spans are those of gold, ``told`` those of the summary, ``filed`` is the
    list that it was told in.
    """

    key: str
    words: str
    verdict: str
    gold: tuple[Span, ...] = ()
    told: tuple[Span, ...] = ()
    filed: str = ""

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to mend."""
        return self.verdict in ("ok", "optional")


@dataclass(frozen=True)
class Score:
    """What is counted of one document, by name of the metric, and the verdicts behind it.

    ``confusion`` counts pairs by gold's list and the told list ("" where there is none),
    ``errors`` wrong figures by kind.
    """

    counts: Mapping[str, Count]
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()


def score(
    document: Document,
    gold: Gold,
    summary: Summary,
    traps: Sequence[str] = (),
    *,
    pins: Pins | None = None,
) -> Score:
    """Score a summary of a document; numbers within the quotes ``traps`` are no figures.

    ``pins`` tell where gold's quotes stand that stand at several places.
    """
    places = Places(document)
    told = told_items(summary, places)
    pits = tuple(span for quote in traps for span in places.find(quote).spans)
    scored = score_items(gold_items(gold, places, pins), told, places, pits)
    ground = groundedness(summary, told, places)
    return replace(scored, counts={**scored.counts, **ground})


def missed(document: Document, gold: Gold, *, pins: Pins | None = None) -> Score:
    """The score of no summary at all, as when an engine fails: everything is missed."""
    places = Places(document)
    return score_items(gold_items(gold, places, pins), (), places)


def score_items(
    gold: Sequence[Item], told: Sequence[Item], places: Places, traps: Sequence[Span] = ()
) -> Score:
    """Score items with their places; without what is known of a summary only."""
    return _Scoring(gold, told, places, traps).score()


@dataclass(frozen=True)
class _Scoring:
    gold: Sequence[Item]
    told: Sequence[Item]
    places: Places
    traps: Sequence[Span] = ()

    def score(self) -> Score:
        return Score(
            counts={
                **self._items(),
                **self._figures(),
                **self._slots(),
                **self._dangers(),
                "directive_text": self._directive_text(),
                "tightness": tightness(*self._both),
                "completeness": completeness(*self._both),
            },
            confusion=self._confusion(),
            errors=self._errors(),
            verdicts=(*self._item_verdicts(), *self._figure_verdicts()),
        )

    # --- Who is who -------------------------------------------------------------------------------

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        return pair(self.gold, self.told)

    @cached_property
    def judged(self) -> tuple[Pair, ...]:
        """Pairs of gold items that have to be told."""
        return tuple(p for p in self.pairs if not self.gold[p.gold].optional)

    @cached_property
    def quoted(self) -> frozenset[Pair]:
        """Judged pairs of which the told item quotes what gold quotes."""
        return frozenset(
            p for p in self.judged if is_same_passage(self.gold[p.gold], self.told[p.told])
        )

    @cached_property
    def slots(self) -> dict[Pair, dict[str, bool]]:
        """Whether each slot of judged pairs is right."""
        names: dict[str, set[str]] = {name: set() for name in LISTS}
        for item in self.gold:
            if item.indicator is not None:
                names[item.kind].add(item.indicator)
        found = ((p, self.gold[p.gold], self.told[p.told]) for p in self.judged)
        return {p: _right_slots(gold, told, names[gold.kind]) for p, gold, told in found}

    @cached_property
    def partner(self) -> dict[int, int]:
        return {p.gold: p.told for p in self.judged}

    @cached_property
    def required(self) -> tuple[int, ...]:
        return tuple(i for i, item in enumerate(self.gold) if not item.optional)

    @cached_property
    def counted(self) -> tuple[int, ...]:
        """Told items that count: neither paired with an item that may be told, nor within it."""
        spare = merged(tuple(span for item in self.gold if item.optional for span in item.spans))
        paired = {p.told for p in self.judged}
        free = {p.told for p in self.pairs} - paired
        return tuple(
            j
            for j, item in enumerate(self.told)
            if j in paired or (j not in free and not self._is_within(item, spare))
        )

    @staticmethod
    def _is_within(item: Item, spare: tuple[Span, ...]) -> bool:
        return bool(item.spans) and overlap(item.spans, spare) > _MOSTLY * size(item.spans)

    @cached_property
    def found(self) -> dict[Place, Place]:
        """Told figures by gold figures, all of them."""
        return pair_figures(self.gold, self.told, self.pairs)

    @cached_property
    def gold_figures(self) -> tuple[Place, ...]:
        return tuple(p for p in places_of(self.gold) if not self.gold[p.item].optional)

    @cached_property
    def told_figures(self) -> tuple[Place, ...]:
        """Told figures that count."""
        spare = {t for g, t in self.found.items() if self.gold[g.item].optional}
        needed = {t for g, t in self.found.items() if not self.gold[g.item].optional}
        counted = set(self.counted)
        return tuple(
            p for p in places_of(self.told) if p in needed or (p not in spare and p.item in counted)
        )

    @cached_property
    def judged_figures(self) -> tuple[tuple[Place, Place], ...]:
        return tuple((g, self.found[g]) for g in self.gold_figures if g in self.found)

    @cached_property
    def wrong(self) -> dict[Place, tuple[str, ...]]:
        """The wrong slots of found figures, by gold figure."""
        return {
            g: judging.wrong_slots(self._gold(g), self._told(t)) for g, t in self.judged_figures
        }

    def _gold(self, place: Place) -> Figure:
        return figure_at(self.gold, place)

    def _told(self, place: Place) -> Figure:
        return figure_at(self.told, place)

    @property
    def _both(self) -> tuple[list[Item], list[Item]]:
        """The gold and the told items of judged pairs."""
        pairs = self.judged
        return [self.gold[p.gold] for p in pairs], [self.told[p.told] for p in pairs]

    # --- Counts -----------------------------------------------------------------------------------

    def _items(self) -> dict[str, Count]:
        counts: dict[str, Count] = {}
        filed = [p for p in self.judged if self._kinds(p)[0] == self._kinds(p)[1]]
        right = Counter(self.gold[p.gold].kind for p in filed if p in self.quoted)
        gold = Counter(self.gold[i].kind for i in self.required)
        told = Counter(self.told[j].kind for j in self.counted)
        counts["items"] = Tally(gold.total(), told.total(), right.total())
        counts["found"] = Tally(gold.total(), told.total(), len(self.judged))
        counts |= {name: Tally(gold[name], told[name], right[name]) for name in LISTS}
        counts["list"] = Share(len(filed), len(self.judged))
        counts["quote"] = Share(len(self.quoted), len(self.judged))
        return counts

    def _kinds(self, found: Pair) -> tuple[str, str]:
        return self.gold[found.gold].kind, self.told[found.told].kind

    def _figures(self) -> dict[str, Count]:
        gold, told = len(self.gold_figures), len(self.told_figures)
        faults = [self._faults(g, t) for g, t in self.judged_figures]
        strict = sum(not wrong for wrong in faults)
        counts: dict[str, Count] = {
            "figures": Tally(gold, told, len(self.judged_figures)),
            "figures_strict": Tally(gold, told, strict),
        }
        for slot in (*judging.SLOTS, "item"):
            right = sum(slot not in wrong for wrong in faults)
            counts[slot] = Share(right, len(faults))
        roles = Counter(self._gold(g).role for g in self.gold_figures)
        agreed = Counter(
            self._gold(g).role for g, _ in self.judged_figures if "role" not in self.wrong[g]
        )
        said = Counter(self._told(t).role for t in self.told_figures)
        for role in sorted(roles.keys() | said.keys()):
            counts[f"role {role}"] = Tally(roles[role], said[role], agreed[role])
        return counts

    def _faults(self, gold: Place, told: Place) -> tuple[str, ...]:
        """What is wrong with a found figure: its slots, its list, and what it was told of."""
        listed = self.gold[gold.item].kind == self.told[told.item].kind
        filed = () if listed else ("list",)
        owned = () if self._is_owned(gold, told) else ("item",)
        return (*self.wrong[gold], *filed, *owned)

    def _is_owned(self, gold: Place, told: Place) -> bool:
        """Whether it was told of its own item: whole, in parts, or with one that quotes it too."""
        owner = self.owner.get(told.item, gold.item)
        if owner == gold.item:
            return True
        if self.gold[owner].optional:  # a part of an item may be taken for one beside it
            return is_same_passage(self.gold[gold.item], self.told[told.item])
        if gold.item in self.owner.values():
            return False
        anchor, spans = self._gold(gold).anchor, self.told[told.item].spans
        return anchor is None or any(span.start <= anchor < span.end for span in spans)

    @cached_property
    def owner(self) -> dict[int, int]:
        """Gold items by the told items that they are paired with."""
        return {p.told: p.gold for p in self.pairs}

    def _slots(self) -> dict[str, Count]:
        judged: dict[str, list[bool]] = {slot: [] for slot in ITEM_SLOTS}
        for slots in self.slots.values():
            for slot, right in slots.items():
                judged[slot].append(right)
        return {slot: Share(sum(right), len(right)) for slot, right in judged.items()}

    def _dangers(self) -> dict[str, Count]:
        """Rates of the errors that mislead most; the lower the better."""
        return {
            "future_as_past": self._filed("targets", "achievements"),
            "bad_as_good": self._filed("shortcomings", "achievements"),
            "traps": Share(sum(map(self._is_trapped, self.traps)), len(self.traps)),
        }

    def _filed(self, name: str, other: str) -> Share:
        """Gold items of a list, told in another one: instead of their own, or beside it.

        Those that may be left out count too. What is told there for another item is no fault.
        """
        told = dict(self.pairs)
        kept = {p.told for p in self.pairs if self.gold[p.gold].kind == other}
        strays = [item for j, item in enumerate(self.told) if item.kind == other and j not in kept]
        items = [(i, item) for i, item in enumerate(self.gold) if item.kind == name]
        wrong = sum(
            (i in told and self.told[told[i]].kind == other)
            or any(_is_told_there(item, stray) for stray in strays)
            for i, item in items
        )
        return Share(wrong, len(items))

    def _directive_text(self) -> Tally:
        """Code points of directives, however they were cut."""
        spare = [i for i in self.gold if i.optional and i.kind == "directives"]
        may = merged(tuple(span for item in spare for span in item.spans))
        must = [self.gold[i] for i in self.required if self.gold[i].kind == "directives"]
        gold = merged(tuple(span for item in must for span in item.spans))
        counted = [self.told[j] for j in self.counted if self.told[j].kind == "directives"]
        told = merged(tuple(span for item in counted for span in item.spans))
        both = overlap(gold, told)
        free = overlap(told, may) - overlap(told, _shared(may, gold))
        return Tally(size(gold), size(told) - free, both)

    def _is_trapped(self, trap: Span) -> bool:
        """Whether a figure was made of a number that is none."""
        anchors = (self._told(place).anchor for place in self.told_figures)
        return any(at is not None and trap.start <= at < trap.end for at in anchors)

    def _confusion(self) -> dict[tuple[str, str], int]:
        cells = Counter((self.gold[p.gold].kind, self.told[p.told].kind) for p in self.judged)
        cells.update((self.gold[i].kind, "") for i in self.required if i not in self.partner)
        paired = set(self.partner.values())
        cells.update(("", self.told[j].kind) for j in self.counted if j not in paired)
        return dict(cells)

    def _errors(self) -> dict[str, int]:
        kinds: Counter[str] = Counter()
        for g, t in self.judged_figures:
            gold, told = self._gold(g), self._told(t)
            wrong = self.wrong[g]
            if "value" in wrong:
                kinds[judging.kind_of_error(gold, told, self.places.values)] += 1
            kinds.update(slot for slot in wrong if slot in judging.ERRORS)
        for place in self._extra_figures():
            kinds[judging.kind_of_extra(self._told(place), self.places.values)] += 1
        return dict(kinds)

    def _extra_figures(self) -> Iterable[Place]:
        taken = set(self.found.values())
        return (place for place in self.told_figures if place not in taken)

    # --- Verdicts ---------------------------------------------------------------------------------

    def _item_verdicts(self) -> Iterable[Verdict]:
        paired = {p.gold: p for p in self.pairs}
        for i, item in enumerate(self.gold):
            found = paired.get(i)
            other = self.told[found.told] if found is not None else None
            yield Verdict(
                _key(item),
                snippet(item.words),
                self._verdict(item, found),
                gold=item.spans,
                told=other.spans if other else (),
                filed=other.kind if other else "",
            )
        taken = {p.told for p in self.pairs}
        for j in self.counted:
            if j not in taken:
                extra = self.told[j]
                key, words = f"+{_key(extra)}", snippet(extra.words)
                yield Verdict(key, words, "extra", (), extra.spans, extra.kind)

    def _verdict(self, item: Item, found: Pair | None) -> str:
        if item.optional:
            return "optional"
        if found is None:
            return "missed"
        told = self.told[found.told]
        filed = [f"in {told.kind}"] if told.kind != item.kind else []
        quoted = ["quote"] if found not in self.quoted else []
        wrong = [
            _fault(slot, _said(told, slot), _said(item, slot))
            for slot, right in self.slots[found].items()
            if not right
        ]
        return "; ".join((*filed, *quoted, *wrong)) or "ok"

    def _figure_verdicts(self) -> Iterable[Verdict]:
        for place in self.gold_figures:
            item, figure, other = self.gold[place.item], self._gold(place), self.found.get(place)
            yield Verdict(
                _figure_key(item, figure),
                _figure_words(figure, item),
                self._figure_verdict(place, other) if other else "missed",
                gold=_number(figure, self.places),
                told=_number(self._told(other), self.places) if other else (),
                filed=self.told[other.item].kind if other else "",
            )
        for place in self._extra_figures():
            item, figure = self.told[place.item], self._told(place)
            key, words = f"+{_figure_key(item, figure)}", _figure_words(figure, item)
            yield Verdict(key, words, "extra", (), _number(figure, self.places), item.kind)

    def _figure_verdict(self, place: Place, other: Place) -> str:
        gold, told = self._gold(place), self._told(other)
        wrong = [
            _fault(slot, _shown(getattr(told, slot)), _shown(getattr(gold, slot)))
            for slot in self.wrong[place]
        ]
        kind = self.told[other.item].kind
        if kind != self.gold[place.item].kind:
            wrong.insert(0, f"in {kind}")
        if not self._is_owned(place, other):
            items = self.told[other.item], self.gold[place.item]
            wrong.append(_fault("item", *(item.indicator or item.words for item in items)))
        return "; ".join(wrong) or "ok"


def _is_told_there(gold: Item, told: Item) -> bool:
    """Whether the very passage is told; the same words elsewhere may say another thing."""
    return overlap(gold.spans, told.spans) > 0 and is_same_passage(gold, told)


def _right_slots(gold: Item, told: Item, names: Set[str]) -> dict[str, bool]:
    """Whether each slot is right, of those both lists have; ``names`` are those of gold's list."""
    slots = {"sector": gold.sector == told.sector}
    kinds = {gold.kind, told.kind}
    if "directives" not in kinds:
        slots["indicator"] = _is_same_indicator(gold.indicator, told.indicator, names)
    if kinds == {"directives"}:
        issuers = [item.issuer.name if item.issuer else "" for item in (gold, told)]
        slots["issuer"] = _is_same_name(*map(_plain, issuers))
        slots["addressees"] = {*map(_plain, gold.addressees)} == {*map(_plain, told.addressees)}
    if kinds in ({"directives"}, {"targets"}):
        slots["deadline"] = _date(gold) == _date(told)
    return slots


def _is_same_indicator(gold: str | None, told: str | None, names: Set[str]) -> bool:
    """Names are free, so likeness will do, unless another name of gold is more alike.

    Whether there is a name is exact.
    """
    if gold is None or told is None:
        return gold is told
    said = _words(told)
    own = _dice(_words(gold), said)
    return own >= _ALIKE and (own == 1 or all(_dice(_words(name), said) <= own for name in names))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two sets have in common (Dice 1945)."""
    return 2 * len(one & other) / max(len(one) + len(other), 1)


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    return frozenset(_plain(name).split())


def _is_same_name(one: str, other: str) -> bool:
    """Whether one name is the other, or a part of it: "UBND huyện" is that of the document."""
    short, long = sorted((one, other), key=len)
    return short == long or bool(short and re.search(rf"\b{re.escape(short)}\b", long))


def _date(item: Item) -> object:
    return item.deadline and (item.deadline.date or _plain(item.deadline.text))


@lru_cache(maxsize=4096)  # the same few names all over a document
def _plain(words: str) -> str:
    return " ".join(match_key(fold(words).text).split())


def _key(item: Item) -> str:
    end = max((span.end for span in item.spans), default=-1)
    return f"{item.kind}@{item.start}-{end}"


def _figure_key(item: Item, figure: Figure) -> str:
    at = "?" if figure.anchor is None else figure.anchor
    return f"{_key(item)}/{figure.role}@{at}"


def _figure_words(figure: Figure, item: Item) -> str:
    amount = f"{figure.role} {_shown(figure.value)} {figure.unit or ''}".strip()
    return f"{amount} ({snippet(item.words, _SHORT)})"


def _fault(slot: str, told: str, gold: str) -> str:
    """What is wrong, as a part of a verdict; these are told apart by semicolons."""
    told, gold = (snippet(words).replace(";", ",") for words in (told, gold))
    return f"{slot} ({told}, not {gold})"


def _said(item: Item, slot: str) -> str:
    """What an item says of itself."""
    if slot == "issuer":
        return _shown(item.issuer and item.issuer.name)
    if slot == "addressees":
        return ", ".join(item.addressees) or _shown(None)
    if slot == "deadline":
        return _shown(item.deadline and (item.deadline.date or item.deadline.text))
    return _shown(getattr(item, slot))


def _shown(value: object) -> str:
    return "none" if value is None else f"{value:f}" if hasattr(value, "normalize") else str(value)


def _number(figure: Figure, places: Places) -> tuple[Span, ...]:
    if figure.anchor is None:
        return ()
    text, end = places.document.text, figure.anchor
    while end < len(text) and (text[end].isdigit() or text[end] in ".,"):
        end += 1
    while end > figure.anchor and text[end - 1] in ".,":
        end -= 1
    return (Span(figure.anchor, max(end, figure.anchor + 1)),)


def _shared(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    """The stretches in both."""
    both = (Span(max(a.start, b.start), min(a.end, b.end)) for a in one for b in other)
    return tuple(span for span in both if span.length > 0)

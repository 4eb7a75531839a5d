"""Who: people with their posts, bare posts resolved to their holders, and bodies as speakers.

Token positions and offsets are those of the folded text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from summarizer.documents import Document
from summarizer.folding import match_key
from summarizer.lexicon import Hit, Lexicon, Span, Tokens, language, tokenize

_SHORTEST_NAME, _LONGEST_NAME = 2, 5
_PLACE_SYLLABLES = 4
_PERSON_AFTER_PLACE = (3, 4)  # syllables of a name that may follow the name of a place


@dataclass(frozen=True, slots=True)
class Person:
    """A person as fully as the document tells; named by the post where no name is given."""

    name: str
    posts: tuple[str, ...] = ()


class PersonMention(NamedTuple):
    """A mention of a person: tokens ``[first, last)``, offsets ``[start, end)`` when folded."""

    first: int
    last: int
    start: int
    end: int
    name: str | None
    posts: tuple[str, ...]
    person: Person


class BodyMention(NamedTuple):  # made by the hundred: a tuple costs a third of a dataclass
    """A body or a place that may speak: tokens ``[first, last)``, offsets ``[start, end)``."""

    first: int
    last: int
    start: int
    end: int
    name: str
    kind: str  # "body" or "place"
    bare: bool  # a level without a name: "huyện", "Xã"
    place: str | None  # "huyện Cô Tô" of "UBND huyện Cô Tô"


class _Words(NamedTuple):
    heads: Lexicon[str]
    pieces: Lexicon[str]
    joints: Lexicon[bool]
    ranks: Lexicon[bool]
    surnames: frozenset[str]
    said: frozenset[str]
    plural: frozenset[str]
    body_triggers: frozenset[str]
    not_names: Lexicon[bool]
    place_names: Lexicon[bool]
    levels: frozenset[str]
    head_ends: frozenset[str]
    short: tuple[tuple[str, str], ...]


def _first(phrase: str) -> str:
    return tokenize(match_key(phrase)).words[0]


@cache
def _words() -> _Words:
    data = language("people")
    bodies, posts = data["bodies"], data["posts"]
    heads = [(p, "head") for p in posts["heads"]] + [(p, "short") for p in posts["short"]]
    titles = [(p, "title") for p in data["titles"]]
    pieces = [
        *((p, "department") for p in bodies["departments"]),
        *((p, "opening") for p in bodies["openings"]),
        *((p, "piece") for p in bodies["pieces"]),
        *((p, "level") for p in bodies["levels"]),
        *((p, "trap") for p in bodies["traps"]),
    ]
    surnames = frozenset(match_key(s) for s in data["surnames"])
    return _Words(
        heads=Lexicon(titles + heads),
        pieces=Lexicon(pieces),
        joints=Lexicon((p, True) for p in posts["joints"]),
        ranks=Lexicon((p, True) for p in data["ranks"]),
        surnames=surnames,
        said=frozenset(data["anaphora"]["said"]),
        plural=frozenset(data["anaphora"]["plural"]),
        body_triggers=frozenset(_first(p) for p, kind in pieces if kind != "department"),
        not_names=Lexicon((p, True) for p in bodies["not_names"]),
        place_names=Lexicon((p, True) for p in bodies["place_names"]),
        levels=frozenset(
            word for p in bodies["levels"] if (word := tokenize(match_key(p)).words[-1]).isalpha()
        ),
        head_ends=frozenset(tokenize(match_key(p)).words[-1] for p, _ in heads),
        short=tuple((match_key(a), match_key(b)) for a, b in bodies["short"].items()),
    )


# --- reading pieces ------------------------------------------------------------------------


class _Page(NamedTuple):
    """A document as the readers below need it."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]

    def capital(self, i: int) -> bool:
        """Whether token ``i`` is a word that begins with a capital."""
        return i < len(self.words) and self.text[self.starts[i]].isupper()

    def word(self, i: int) -> str:
        """The key of token ``i``, or nothing."""
        return self.words[i] if 0 <= i < len(self.words) else ""

    def slice(self, first: int, last: int) -> str:
        """Text of the tokens ``[first, last)`` on one line."""
        return self.text[self.starts[first] : self.ends[last - 1]].replace("\n", " ")


def _page(document: Document) -> _Page:
    tokens: Tokens = document.tokens
    return _Page(document.folded.text, tokens.words, tokens.starts, tokens.ends)


def _capitals(page: _Page, i: int, most: int) -> int:
    """End of the run of capitalised words at ``i``."""
    j = i
    while j < i + most and page.capital(j) and page.words[j].isalpha():
        j += 1
    return j


def _name_end(page: _Page, i: int, *, known: bool = False) -> int:
    """End of the name of a person at ``i``; ``i`` itself where none stands.

    A title before it (``known``) leaves no doubt; without one the first syllable must be a surname.
    """
    if not page.capital(i) or not (known or page.words[i] in _words().surnames):
        return i
    if not page.capital(i + 1):  # most words that could be surnames are none
        return i
    heads = _words().heads
    j = i
    while j < i + _LONGEST_NAME and page.capital(j) and page.words[j].isalpha():
        if j > i + 1 and (hit := heads.at(page.words, j)) and hit.entry != "title":
            break
        if j > i and page.text[page.starts[j] - 1] not in " \u00a0'":
            break
        j += 1
    return j if j - i >= _SHORTEST_NAME else i


def _person_in(page: _Page, i: int, j: int) -> int:
    """Where in the capitalised run ``[i, j)`` after a post the name of a person begins, else ``j``.

    "Chủ tịch UBND thị xã Trương Đình Quyết", "Bí thư Huyện ủy Cô Tô Lê Hùng Sơn".
    """
    if (place := _words().place_names.at(page.words, i, j)) is not None:
        return place.last
    starts = [k for k in range(i, j) if page.words[k] in _words().surnames]
    # A whole run shaped like a name is one; after a place the usual three syllables come first.
    for k in (i, j - 3, j - 4):
        if k in starts and j - k in _PERSON_AFTER_PLACE:
            return k
    return j


def _place_name_end(page: _Page, i: int, *, after_post: bool) -> int:
    """End of the name of a place at ``i``."""
    if not page.capital(i):
        numbered = page.word(i).isdecimal() and page.word(i - 1) in {"phường", "quận"}
        return i + 1 if numbered else i
    if _words().not_names.at(page.words, i) is not None:
        return i
    j = _capitals(page, i, _PLACE_SYLLABLES + _LONGEST_NAME)
    if after_post:
        j = _person_in(page, i, j)
    j = min(j, i + _PLACE_SYLLABLES)
    for k in range(i + 1, j):
        hit = _words().heads.at(page.words, k)
        if hit is not None and hit.entry != "title":
            return k
    return j


def _body_end(page: _Page, i: int, piece: Span[str] | None, *, after_post: bool) -> int:
    """End of the body at ``i`` that opens with ``piece``; ``i`` itself where none stands."""
    end = i
    opened = True  # a department may follow: "Sở" + "Công thương", "Trưởng phòng" + "Nội vụ"
    sought = True  # whether a place has been sought at the end
    while piece is not None:
        _, behind, kind = piece
        if kind == "trap" or (kind == "department" and not opened):
            break
        end = behind
        sought = kind == "level"
        if sought and (place := _place_name_end(page, end, after_post=after_post)) > end:
            return place
        opened = kind == "opening"
        piece = _piece(page, end)
    return end if sought else _place_name_end(page, end, after_post=after_post)


def _piece(page: _Page, i: int) -> Hit[str] | None:
    """The longest piece of a body at ``i``."""
    return _words().pieces.at(page.words, i) if i < len(page.words) else None


# --- posts ---------------------------------------------------------------------------------


class _Post(NamedTuple):
    first: int
    last: int


def _post_at(page: _Page, i: int) -> _Post | None:
    """One post at ``i``; None where there is none or where it names a group."""
    hit = _words().heads.at(page.words, i) if i < len(page.words) else None
    if hit is None or hit.entry == "title":
        return None
    if hit.entry == "short" and not page.slice(i, hit.last).isupper():
        return None
    last = _body_end(page, hit.last, _piece(page, hit.last), after_post=True)
    return _Post(i, last)


def _posts_at(page: _Page, i: int) -> list[_Post]:
    """The posts of one person from ``i`` on."""
    posts: list[_Post] = []
    post = _post_at(page, i)
    while post is not None:
        posts.append(post)
        joint = _words().joints.at(page.words, post.last) if post.last < len(page.words) else None
        if joint is None:
            break
        post = _post_at(page, joint.last)
    if posts and _is_group(page, posts[-1].last):
        return []
    return posts


def _is_group(page: _Page, i: int) -> bool:
    return page.word(i) in _words().plural or (
        page.word(i).isdecimal() and page.word(i + 1) in {"xã", "phường", "thị", "huyện"}
    )


# --- mentions ------------------------------------------------------------------------------


class _Found(NamedTuple):
    first: int
    last: int
    name: str | None
    posts: tuple[str, ...]


def _texts(page: _Page, posts: list[_Post]) -> tuple[str, ...]:
    return tuple(page.slice(*post) for post in posts)


_SEPARATORS = frozenset({",", "-", "(", ":", "/"})


def _named(page: _Page, first: int, i: int, j: int) -> _Found:
    """A name in ``[i, j)`` with the posts that follow it."""
    name = page.slice(i, j)
    k = j + 1 if page.word(j) in _SEPARATORS else j
    if page.word(k) in {"là", "hiện"}:
        k += 1
    posts = _posts_at(page, k)
    last = posts[-1].last if posts else j
    if posts and page.word(j) == "(" and page.word(last) == ")":
        last += 1
    return _Found(first, last, name, _texts(page, posts))


def _with_posts_first(page: _Page, first: int, posts: list[_Post]) -> _Found:
    """Posts with the name after them, if one is there."""
    last = posts[-1].last
    texts = _texts(page, posts)
    j = last + 1 if page.word(last) in {"-", ":", ","} else last
    title = _words().heads.at(page.words, j) if j < len(page.words) else None
    if title is not None and title.entry == "title":
        j = title.last
    end = _name_end(page, j, known=title is not None and title.entry == "title")
    following = page.word(last) in {",", "-"} and title is None
    if end > j and not (following and _posts_at(page, end + 1)):
        return _Found(first, end, page.slice(j, end), texts)
    return _Found(first, last, None, texts)


def _titled(page: _Page, i: int, after: int) -> _Found | None:
    """A mention that opens with a title at ``i``."""
    j = after
    if page.word(i - 1) in _words().levels:  # "tỉnh Bà Rịa", "huyện Anh Sơn"
        return None
    if page.word(j) == ":":
        j += 1
    while (rank := _words().ranks.at(page.words, j) if j < len(page.words) else None) is not None:
        j = rank.last + 1 if page.word(rank.last) in {".", ","} else rank.last
    if posts := _posts_at(page, j):
        return _with_posts_first(page, i, posts)
    end = _name_end(page, j, known=True)
    if end > j:
        return _named(page, i, j, end)
    if page.capital(j) and page.words[j].isalpha():
        return _Found(i, j + 1, page.slice(j, j + 1), ())  # "đồng chí Sơn"
    if page.word(after) in _words().said and page.word(i - 1) not in _words().plural:
        return _Found(i, after, None, ())
    return None


def _found_at(page: _Page, i: int, head: Span[str] | None, names: set[str]) -> _Found | None:
    if head is not None and head[2] == "title":
        found = _titled(page, i, head[1])
        if found is not None or page.words[i] not in _words().surnames:
            return found
        head = None
    if head is not None:
        posts = _posts_at(page, i)
        return _with_posts_first(page, i, posts) if posts else None
    return _untitled(page, i, names)


_VENUES = frozenset({"tại", "ở", "về", "từ", "của", "với"})


def _untitled(page: _Page, i: int, names: set[str]) -> _Found | None:
    """A bare name: told before, or followed by a post."""
    end = _name_end(page, i)
    if end == i:
        return None
    before = page.word(i - 1)
    if page.capital(i - 1) or before in _words().levels or before in _VENUES:
        return None
    if page.slice(i, end) in names:
        return _named(page, i, i, end)
    found = _named(page, i, i, end)
    return found if found.posts and page.word(end) in _SEPARATORS else None


def _scan(page: _Page, tokens: Tokens) -> Iterator[_Found]:
    names: set[str] = set()
    taken = 0
    heads = {head[0]: head for head in _words().heads.everywhere(tokens)}
    for i in _person_starts(page, tokens, heads):
        if i < taken:
            continue
        found = _found_at(page, i, heads.get(i), names)
        if found is not None:
            if found.name is not None:
                names.add(found.name)
            taken = found.last
            yield found


def _person_starts(page: _Page, tokens: Tokens, heads: Iterable[int]) -> list[int]:
    """Where a title, a post or a name may begin."""
    text, starts = page.text, page.starts
    surnames = [i for i in tokens.where(_words().surnames) if text[starts[i]].isupper()]
    return sorted({*heads, *surnames})


# --- who is who ----------------------------------------------------------------------------


@lru_cache(maxsize=512)  # a few dozen posts make up nearly all
def _post_key(post: str) -> str:
    key = match_key(post)
    for long, short in _words().short:
        key = key.replace(long, short)
    return " ".join(tokenize(key).words)


def _same_post(one: str, other: str) -> bool:
    """A bare "Chủ tịch" and "Chủ tịch UBND huyện" are "Chủ tịch UBND huyện Cô Tô"."""
    short, long = sorted((one, other), key=len)
    return long == short or long.startswith(short + " ")


@dataclass(slots=True)
class _Known:
    """A person while the document is being read."""

    name: str | None
    posts: tuple[str, ...]
    keys: tuple[str, ...]
    first: int

    def learn(self, posts: tuple[str, ...]) -> None:
        if len(posts) > len(self.posts):
            self.posts = posts
            self.keys = tuple(map(_post_key, posts))


_MANY_POSTS = 3
_REMEMBERED = 60  # persons a bare post may mean; more is no report


class _Register:
    """People told so far; finds who is meant."""

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._by_name: dict[str, _Known] = {}  # also by the last syllable: "đồng chí Sơn"
        self._last: _Known | None = None

    def meet(self, found: _Found) -> _Known | None:
        """Who is mentioned; None where nobody can be meant."""
        person = self._who(found)
        if person is None:
            person = self._new(found)
        if person is not None:
            person.learn(found.posts)
            self._last = person
        return person

    def _who(self, found: _Found) -> _Known | None:
        if found.name is not None:
            return self._by_name.get(found.name)
        if not found.posts:
            return self._last
        return _holder(reversed(self._known[-_REMEMBERED:]), tuple(map(_post_key, found.posts)))

    def _new(self, found: _Found) -> _Known | None:
        told = found.name is not None and " " in found.name
        if not told and (found.name is not None or not found.posts):
            return None
        person = _Known(found.name, found.posts, tuple(map(_post_key, found.posts)), found.first)
        self._known.append(person)
        if found.name is not None:
            self._by_name[found.name] = self._by_name[found.name.rpartition(" ")[2]] = person
        return person

    def named_holding(self, keys: tuple[str, ...]) -> _Known | None:
        """Who with a name holds all of these posts, wherever told."""
        return _holder((p for p in self._known[:_REMEMBERED] if p.name is not None), keys)


def _holder(people: Iterable[_Known], keys: tuple[str, ...]) -> _Known | None:
    for person in people:
        held = sum(any(_same_post(key, own) for own in person.keys) for key in keys)
        # Of three posts one is easily written another way: "Bí thư Đảng bộ", "Bí thư Đảng ủy".
        if held and held >= len(keys) - (len(keys) >= _MANY_POSTS):
            return person
    return None


def _person(known: _Known, register: _Register) -> Person:
    if known.name is None and known.keys:
        known = register.named_holding(known.keys) or known
    return Person(known.name or known.posts[0], known.posts)


def find_people(document: Document) -> tuple[PersonMention, ...]:
    """Every mention of a person or of a bare post, in order, without overlap."""
    page = _page(document)
    register = _Register()
    met = [
        (found, known)
        for found in _scan(page, document.tokens)
        if (known := register.meet(found)) is not None
    ]
    return tuple(_mention(page, found, _person(known, register)) for found, known in met)


def _mention(page: _Page, found: _Found, person: Person) -> PersonMention:
    return PersonMention(
        first=found.first,
        last=found.last,
        start=page.starts[found.first],
        end=page.ends[found.last - 1],
        name=found.name,
        posts=found.posts,
        person=person,
    )


# --- bodies --------------------------------------------------------------------------------


def find_bodies(
    document: Document, first: int = 0, last: int | None = None
) -> tuple[BodyMention, ...]:
    """Every body and place in tokens ``[first, last)``, in order, without overlap."""
    page = _page(document)
    found: list[BodyMention] = []
    taken = 0
    for piece in _pieces(document.tokens, first, last):
        begun, behind, kind = piece
        if begun < taken or kind == "department":
            continue
        if kind == "trap":
            taken = behind
        elif (body := _body(page, piece)) is not None:
            found.append(body)
            taken = body.last
    return tuple(found)


def _pieces(tokens: Tokens, first: int, last: int | None) -> Sequence[Span[str]]:
    """What may begin a body."""
    pieces = _words().pieces
    if first == 0 and last is None:
        return pieces.everywhere(tokens)
    words, triggers = tokens.words, _words().body_triggers
    starts = [i for i, word in enumerate(words[first:last], first) if word in triggers]
    return [hit for i in starts if (hit := pieces.at(words, i)) is not None]


def _body(page: _Page, piece: Span[str]) -> BodyMention | None:
    """The body that begins with a piece."""
    first, behind, opens = piece
    after_post = page.word(first - 1) in _words().head_ends
    last = _body_end(page, first, piece, after_post=after_post)
    if opens == "opening" and last == behind:
        return None
    level = opens == "level"
    start, end = page.starts[first], page.ends[last - 1]
    name, place = page.slice(first, last), _place(page, first, last)
    kind, bare = "place" if level else "body", level and last == behind
    return BodyMention(first, last, start, end, name, kind, bare, place)  # keywords cost double


def _place(page: _Page, first: int, last: int) -> str | None:
    """The named place that closes a body."""
    if not page.capital(last - 1) or page.words[last - 1] in _words().levels:
        return None
    pieces = _words().pieces
    for i in range(first, last):
        piece = pieces.at(page.words, i, last)
        if piece is not None and piece.entry == "level":
            return page.slice(i, last)
    return None

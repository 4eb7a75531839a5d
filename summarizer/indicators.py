"""Indicators: a name, understandable alone, for what the figures of a clause measure.

The name is cut from the words of the source around the first figure: verbs of reaching, times,
comparators and numbers fall away, "số", "tỷ lệ", "diện tích" … are put before what would not
say by itself what is counted. Positions are token positions, half open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from summarizer.documents import Document
from summarizer.endings import Endings
from summarizer.folding import match_key
from summarizer.lexicon import Hit, Lexicon, language, tokenize

_LONGEST_BEFORE = 60  # tokens in front of a figure in which its name is sought
_LONGEST_TIME = 12  # tokens of "đến hết quý III năm 2025"
_LONGEST_AFTER = 22  # tokens behind a figure that may still name what it counts
_LONGEST_PART = 9  # tokens of a piece that only names a part
_SHORT = 4  # tokens of a noun with the bound of its number
_BARE = 2  # tokens of a mere verb in front of its figure
_SUBJECT = 7  # tokens of an actor before its deed
_MEASURES = (
    ("diện tích", frozenset({"ha", "hecta", "m2", "m²", "km2", "km²", "sào", "mẫu", "héc"})),
    ("sản lượng", frozenset({"tấn", "tạ", "kg", "lít", "yến", "m3", "m³"})),
    ("chiều dài", frozenset({"km", "m", "mét"})),
)
_MONEY = frozenset({"đồng", "usd", "tỷ", "triệu"})
_SCALES = frozenset({"nghìn", "ngàn", "vạn", "triệu", "tỷ", "trăm"})
_TIMES = frozenset({"năm", "tháng", "quý", "ngày", "đoạn", "kỳ", "khóa"})
_TIME_LEADS = frozenset({"trong", "đến", "cuối", "hết", "giai", "nhiệm", "tính", "đầu", "từ", "cả"})
_NUMERIC = frozenset({"i", "ii", "iii", "iv", "/", "-"})
_SHARES = frozenset({"of_plan", "over_plan", "of_previous", "factor"})
_FRESH = frozenset({"tỷ", "tổng", "số", "diện", "sản", "thu", "giá", "doanh", "kim"})
_POWERS = frozenset({"2", "²", "3", "³"})
_PARTING = frozenset({":", "như", "►", "•"})
_PARTS = _PARTING | {"đó"}
_NARROWING = frozenset({"trừ", "giá", "theo", "không", "kể"})
_LISTED = frozenset({",", "và", "-"})
_LATER = frozenset({"đồng"})
_BOUNDS = (["trở", "lên"], ["trở", "xuống"])
_ADJECTIVAL = (["giảm"], ["hoàn", "thành"])


class Mention(Protocol):
    """What a name needs to know of a figure."""

    @property
    def role(self) -> str:
        """What the number says about the indicator."""

    @property
    def unit(self) -> str | None:
        """Unit as written."""

    @property
    def first(self) -> int:
        """First token of the figure."""

    @property
    def last(self) -> int:
        """Token behind the figure and its unit."""


def name_indicator(
    document: Document,
    first: int,
    last: int,
    figures: Iterable[Mention],
    *,
    lead: str | None = None,
) -> str | None:
    """Name what the figures in tokens ``[first, last)`` measure; None where nothing names it.

    ``lead`` is the indicator told before, which a piece that only names a part completes.
    """
    inside = [f for f in figures if first <= f.first < last]
    if not inside:
        return None
    name = _Namer(document, first, last, inside, lead).name()
    return (_polished(name) if name else None) or lead or None


class _Namer:
    """The naming of one clause: tokens before and behind its first figure."""

    def __init__(
        self,
        document: Document,
        first: int,
        last: int,
        figures: Sequence[Mention],
        lead: str | None,
    ) -> None:
        self.rules = _rules()
        self.tokens = document.tokens
        self.words = document.tokens.words
        self.text = document.folded.text
        self.figures = figures
        self.figure = next((f for f in figures if f.role == "level"), figures[0])
        self.unit = _unit_words(self.figure.unit or "")
        self.counted = self._counted()
        self.lead = lead
        self.first = first
        self.last = last
        self.rhythm = ""

    def name(self) -> str | None:
        """Put the parts together."""
        cut = self.figures[0]
        before = self._before(self.first, cut.first)
        after = self._after(self._behind(cut), before)
        name = self._named(before, after)
        name = self.rules.completions.get(name or "", name)
        return _joined(name, self._aside(cut.last), self.rhythm) if name else None

    def _named(self, before: tuple[int, int], after: tuple[int, int]) -> str | None:
        if self.lead is not None and (whole := self._part_of(self.lead, before, after)):
            return whole
        deed = None if self._is_branch(*before) else self._deed(*before)
        if deed is not None:
            return self._done(deed, before, after)
        return self._measured(before, after)

    def _aside(self, i: int) -> str:
        """A bracket that narrows the name: "(trừ hộ bảo trợ xã hội)", "(giá so sánh 2010)"."""
        words, last = self.words, min(self.last, i + _LONGEST_BEFORE)
        while i < last and words[i] != "(":
            i += 1
        if words[i + 1 : i + 2] == [] or i >= last or words[i + 1] not in _NARROWING:
            return ""
        end = next((j for j in range(i, last) if words[j] == ")"), i)
        return f"({self._say(i + 1, end)})" if end > i else ""

    # ---- where the words are --------------------------------------------------------------------

    def _before(self, a: int, b: int) -> tuple[int, int]:
        """The words in front of the figure, without openers, closers and times at the edges."""
        a = self._from_part(max(a, b - _LONGEST_BEFORE), b)
        a = self._past_circumstance(a, b)
        b = self._close(a, self._cut(a, b))
        a = self._own_head(self._open(a, b), b)
        return a, max(a, b)

    def _from_part(self, a: int, b: int) -> int:
        """A new name begins behind a colon and behind "trong đó"."""
        words = self.words
        if _PARTS.isdisjoint(words[a:b]):
            return a
        for i in range(b - 2, a, -1):
            parts = words[i] in _PARTING or (words[i] == "đó" and words[i - 1] == "trong")
            if parts and self._close(i + 1, b) > i + 1:  # "…: tối thiểu 50%" has its name before
                return i + 1
        return a

    def _past_circumstance(self, a: int, b: int) -> int:
        """Skip "từ nguồn hỗ trợ các cấp, …" and the heading "về kinh tế" before a head."""
        words = self.words
        known = self.rules.words["circumstances"]
        while a < b and (words[a] in known or words[a][0].isdigit()) and "," in words[a:b]:
            self._open(a, words.index(",", a))  # keeps a rhythm: "hằng năm, …"
            a = words.index(",", a) + 1
        if a >= b or words[a] != "về":
            return a
        heads = (i for i in range(a + 2, b) if words[i] in _FRESH and self._is_head(i, b))
        return next(heads, a)

    def _cut(self, a: int, b: int) -> int:
        """Where praise or a plan reached ends the name before its figure is told."""
        if self.rules.cut_words.isdisjoint(self.words[a:b]):
            return b
        return next((hit.first for hit in self.rules.cuts.scan(self.words, a + 1, b)), b)

    def _close(self, a: int, b: int) -> int:
        rules, words = self.rules, self.words
        while b > a:
            sizes = [n for n in rules.closers.before(words, b) if n <= b - a]
            if sizes and sizes[0] == 0:
                break  # a phrase that is kept
            size = sizes[0] if sizes else b - self._time_from(a, b)
            if not size:
                break
            b -= size
        return b

    def _open(self, a: int, b: int) -> int:
        """Skip openers, unless a name would lose its own head ("có", "giảm" before nothing)."""
        rules, words = self.rules, self.words
        while a < b:
            if self._is_head(a, b) or rules.speeds.at(words, a, b) is not None:
                break
            hit = rules.openers.at(words, a, b)
            deed = rules.deeds.at(words, a, b)
            if hit is not None and (deed is None or deed.last <= hit.last):
                a = hit.last
                self.rhythm = self._rhythm(hit) or self.rhythm
            elif (until := self._time_until(a, b)) > a:
                a = until
            else:
                break
        return a

    def _rhythm(self, hit: Hit[bool]) -> str:
        """A rhythm told in front goes to the end: "mỗi năm kết nạp …"."""
        return " ".join(self.words[hit.first : hit.last]) if hit.entry else ""

    def _is_head(self, a: int, b: int) -> bool:
        hit = self.rules.heads.at(self.words, a, b) if a < b else None
        return hit is not None and hit.entry

    def _is_ratio(self, a: int, b: int) -> bool:
        """Stays as it is beside a percentage."""
        hit = self.rules.ratios.at(self.words, a, b)
        return hit is not None and hit.entry

    def _own_head(self, a: int, b: int) -> int:
        """Behind a comma a new name may begin: "06 hội quán, tổng số thành viên …"."""
        if "," not in self.words[a:b]:
            return a
        for i in range(b - 1, a, -1):
            fresh = self.words[i] == "," and i + 1 < b and self.words[i + 1] in _FRESH
            if fresh and self._is_head(i + 1, b):
                return i + 1
        return a

    def _time_from(self, a: int, b: int) -> int:
        """Where a time that ends just before ``b`` begins, else ``b``."""
        words, i, a = self.words, b, max(a, b - _LONGEST_TIME)
        while i > a and (words[i - 1][0].isdigit() or words[i - 1] in _NUMERIC):
            i -= 1
        if i in (a, b):
            return b
        if words[i - 1] not in _TIMES and not ("/" in words[i:b] and words[i - 1] in _TIME_LEADS):
            return b
        while i > a and (words[i - 1] in _TIMES or words[i - 1] in _TIME_LEADS):
            i -= 1
        return i

    def _time_until(self, a: int, b: int) -> int:
        """Where a time that begins at ``a`` ends, else ``a``."""
        words, i, b = self.words, a, min(b, a + _LONGEST_TIME)
        while i < b and (words[i] in _TIME_LEADS or words[i] in _TIMES):
            i += 1
        if i == a and not words[a][0].isdigit():
            return a
        j = i
        while j < b and (words[j][0].isdigit() or words[j] in _NUMERIC):
            j += 1
        if i == a:  # "6 tháng đầu năm"
            while j < b and (words[j] in _TIMES or words[j] in _TIME_LEADS):
                i, j = j, j + 1
            return j if i > a else a
        if j == i or all(word not in _TIMES for word in words[a:i]):
            return a
        return j

    def _behind(self, figure: Mention) -> int:
        """Where the words behind a figure and its unit begin."""
        i = figure.last
        words, last = self.words, self.last
        while i < last and words[i] in _LATER:
            i += 2 if words[i : i + 2] in _BOUNDS else 1
        return i

    def _after(self, i: int, before: tuple[int, int]) -> tuple[int, int]:
        """The words behind the figure that say what it counts."""
        words = self.words
        if words[i : i + 2] in _BOUNDS:
            i += 2
        i = self._past_names(i)
        end = next((f.first for f in self.figures if f.first >= i), self.last)
        j = i
        commas_bind = before[0] == before[1] and self.figure is self.figures[0]
        bare = before[1] - before[0] <= _BARE
        until = min(end, i + _LONGEST_AFTER)
        while j < until:
            word = words[j]
            if self._stops(j, end) and not (j == i and bare and word.isalpha()):
                break
            if word == "," and not (commas_bind and self._goes_on(j + 1, end)):
                break
            if word[0].isdigit() and (j == i or words[j - 1] in _TIMES):
                break
            j += 1
        if j == end < self.last or (j < end and words[j] == ",") or words[j - 1] in _LISTED:
            j = self._close(i, j)
        if words[j - 2 : j] in _BOUNDS and j - i <= _SHORT:
            j -= 2  # "75 đảng viên mới trở lên"
        return i, self._time_from(i, j)

    def _stops(self, i: int, end: int) -> bool:
        rules, words = self.rules, self.words
        return words[i] in rules.stop_words and rules.stops.at(words, i, end) is not None

    def _past_names(self, i: int) -> int:
        """Skip the names of the places counted: "02 xã Thanh Sơn, Đồn Đạc đạt chuẩn …"."""
        if not self.unit or self.unit[-1] not in self.rules.words["places"]:
            return i
        j = i
        while j < self.last and (self.words[j] in _LISTED or self._capital(j)):
            j += 1
        return j if j < self.last and j > i + 1 and self.words[i] not in _LISTED else i

    def _capital(self, i: int) -> bool:
        return self.text[self.tokens.starts[i]].isupper()

    def _goes_on(self, i: int, end: int) -> bool:
        """A comma inside a name: more words of it follow, no figure and no new verb."""
        if end < self.last or not i < end <= i + _LONGEST_BEFORE:
            return False
        if self._stops(i, end):
            return False
        return not any(w[0].isdigit() for w in self.words[i:end])

    # ---- what they make -------------------------------------------------------------------------

    def _deed(self, a: int, b: int) -> tuple[int, int, str] | None:
        """The deed in front of the figure: its tokens and how it is named."""
        words = self.words
        actor = a < b and self.rules.actors.at(words, a, b) is not None
        reach = min(b, a + _SUBJECT) if actor else a + 1
        for i in range(a, min(b, reach)):
            hit = self.rules.deeds.at(words, i, b)
            if hit is not None:
                return hit.first, hit.last, hit.entry
        return None

    def _done(
        self, deed: tuple[int, int, str], before: tuple[int, int], after: tuple[int, int]
    ) -> str | None:
        start, stop, kind = deed
        if kind in self.rules.harm:
            return f"số {self.figure.unit or 'người'} {self.rules.harm[kind]}"
        what = self._say(*after)
        subject = self._place(before[0], start)
        rest = before[1]
        for_whom = rest > stop and self.words[rest - 1] == "cho"
        act = self._say(start, rest - for_whom)
        kind = "passive" if for_whom or self._closed_by_cho(rest) else kind
        counted = self.counted
        if counted == "%":
            share = "" if self.figure.role != "level" else "tỷ lệ "
            return _joined(share + act, what, subject)
        if not counted.startswith("số ") or counted == "số tiền":
            return self._measured_deed(counted, act, stop, before, after)
        if not counted:
            return _joined(act, what)
        voice = {"passive": "được", "suffered": "bị"}.get(kind, "")
        if kind == "silent":
            act = self._say(stop, rest)
        if kind == "plain" and not what and self.words[start:stop] in _ADJECTIVAL:
            voice = ""
        return _joined(counted, what, subject, voice, act)

    def _closed_by_cho(self, b: int) -> bool:
        return b < self.last and self.words[b] == "cho"

    def _measured_deed(
        self, counted: str, act: str, stop: int, before: tuple[int, int], after: tuple[int, int]
    ) -> str | None:
        """A deed that is measured: "trồng rừng đạt 3.787 ha", "trồng mới 46,5 ha rừng"."""
        own = before[1] > stop
        what = self._say(*after)
        if counted == "số tiền" and own and self._mentions(before, "money"):
            return act
        if own or not what or counted == "số tiền":
            return _joined(counted, act, "" if own and counted != "số tiền" else what)
        return _joined(counted, what, act)

    def _measured(self, before: tuple[int, int], after: tuple[int, int]) -> str | None:
        counted = self.counted
        if self.figure.role == "rank":
            return self._ranked(before, after)
        if counted == "%":
            return self._percentage(before, after)
        name = self._say(*before)
        if not name:
            what = self._say(*after)
            if what and self._is_head(*after):
                return what
            return _joined(counted, what) if counted or what else None
        if self._is_head(*before):
            return name
        return self._amount(counted, name, before, after)

    def _ranked(self, before: tuple[int, int], after: tuple[int, int]) -> str:
        name = self._say(*before)
        a, b = self._open(*after), after[1]
        actor = self.rules.actors.at(self.words, *before) if name else None
        return _joined("xếp hạng", name if name and actor is None else self._say(a, b))

    def _amount(
        self, counted: str, name: str, before: tuple[int, int], after: tuple[int, int]
    ) -> str | None:
        if counted == "số tiền":
            return name
        if counted in ("diện tích", "sản lượng"):
            said = self._mentions(before, "area" if counted == "diện tích" else "weight")
            return name if said else _joined(counted, name)
        if not counted:
            return name
        if self._is_place(*before):
            name = ""
        told = self.unit == self.words[before[0] : before[0] + len(self.unit)]
        if told or self.unit == ["con"]:
            return _joined("số", name, self._say(*after) if told else "")
        return _joined(counted, self._say(*after), name)

    def _percentage(self, before: tuple[int, int], after: tuple[int, int]) -> str | None:
        a, b = before
        if a == b:
            a, b = after
        if a == b:
            return None
        words = self.words
        level = self.figure.role == "level"
        if level and self._is_branch(a, b) and len(self.unit) == 1:
            return f"tỷ trọng {self._say(a, b)} trong cơ cấu kinh tế"
        if self.rules.speeds.at(words, a, b) is not None:
            return _joined("tốc độ", self._say(a, b))
        if not level or self._is_ratio(a, b):
            return self._say(self._past_number_word(a, b) if level else a, b)
        return _joined("tỷ lệ", self._say(self._past_number_word(a, b), b))

    def _past_number_word(self, a: int, b: int) -> int:
        """A share of things needs no "số": "số hồ sơ mức độ 4 chiếm 46,2%"."""
        return a + 1 if b - a > 1 and self.words[a] == "số" else a

    def _counted(self) -> str:
        """What the unit of the figure makes of a name: "%", a measure, or "số …"."""
        unit = self.unit
        if not unit:
            return ""
        if "%" in unit or "‰" in unit or self.figure.role in _SHARES:
            return "%"
        words = unit[1:] if unit[0] in _SCALES and len(unit) > 1 else unit
        if words[-1] in _MONEY or words[0] in _MONEY:
            return "số tiền"
        sign = words[0] + (words[1] if len(words) > 1 and words[1] in _POWERS else "")
        measure = next((name for name, known in _MEASURES if sign in known), None)
        if measure is not None:
            return "" if "/" in words else measure
        shown = (self.figure.unit or "").split("/")[0].split()
        return "số " + " ".join(shown if words is unit else shown[1:])

    def _mentions(self, span: tuple[int, int], group: str) -> bool:
        known = self.rules.words[group]
        words = self.words[span[0] : span[1]]
        return any(
            w in known or f"{w} {v}" in known for w, v in zip(words, [*words[1:], ""], strict=True)
        )

    # ---- parts of what was told before ----------------------------------------------------------

    def _part_of(self, lead: str, before: tuple[int, int], after: tuple[int, int]) -> str | None:
        a, b = before
        if a == b:
            return lead if after[0] == after[1] and not self.counted.startswith("số ") else None
        if b - a > _LONGEST_PART:
            return None
        name = self._say(a, b)
        known = self._harm(lead, a, b) or self._branch(lead, name, a, b)
        if known or self._is_head(a, b) or self._deed(a, b) is not None:
            return known or self._revenue(lead, name)
        if self._is_place(a, b):
            return f"{lead} của {name}" if "%" in self.unit else None
        return self._revenue(lead, name) or self._kind(lead, name, a)

    def _harm(self, lead: str, a: int, b: int) -> str | None:
        """Those harmed in what was counted before: "làm chết 9 người"."""
        hit = self.rules.deeds.at(self.words, a, b)
        if hit is None or hit.entry not in self.rules.harm:
            return None
        _, _, cause = lead.partition(" vụ ")
        victims = f"số {self.figure.unit or 'người'} {self.rules.harm[hit.entry]}"
        return f"{victims} do {cause}" if cause else victims

    def _branch(self, lead: str, name: str, a: int, b: int) -> str | None:
        if self._is_head(a, b) or not any(True for _ in self.rules.branches.scan(self.words, a, b)):
            return None
        if self.figure.role == "level" and len(self.unit) == 1 and "%" in self.unit:
            structure = any(word in lead for word in self.rules.leads["structure"])
            share = structure or self._is_branch(a, b)
            return f"tỷ trọng {name} trong cơ cấu kinh tế" if share else None
        for known, head in self.rules.branch_heads:
            if lead.startswith(known):
                return f"{head} {name}"
        return None

    def _revenue(self, lead: str, name: str) -> str | None:
        if "thu ngân sách" in lead and name.startswith(self.rules.leads["revenues"]):
            return f"thu {name}"
        return None

    def _kind(self, lead: str, name: str, a: int) -> str | None:
        """A kind of the thing measured before: "gỗ lớn 650ha"; or a further condition."""
        counted = self.counted
        if counted == "%":
            goes_on = bool(
                {self.words[a], self.words[max(a - 1, self.first)]} & self.rules.words["continued"]
            )
            return f"{lead} {name}" if goes_on and lead.startswith("tỷ lệ") else None
        if counted in ("diện tích", "sản lượng") and counted in lead:
            heads = self.rules.leads["measure_heads"]
            head = next((h for h in heads if lead.startswith(h)), counted)
            return f"{head} {name}"
        return None

    def _is_branch(self, a: int, b: int) -> bool:
        """Nothing but a branch of the economy, of which growth or a share is told."""
        return (
            a < b
            and self.counted in ("%", "số tiền")
            and (self.rules.words["branch_words"].issuperset(self.words[a:b]))
        )

    def _is_place(self, a: int, b: int) -> bool:
        if self.words[a] in self.rules.words["places"]:
            a += 1
        starts = self.tokens.starts
        return a < b and all(self.text[starts[i]].isupper() for i in range(a, b))

    def _place(self, a: int, b: int) -> str:
        """A named lower-level place in front of a deed; any other actor is left out."""
        if b - a > 1 and self.words[a] in self.rules.words["places"] and self._is_place(a, b):
            return self._say(a, b)
        return ""

    # ---- writing --------------------------------------------------------------------------------

    def _say(self, a: int, b: int) -> str:
        """Tokens ``[a, b)`` in the words of the source, without noise, abbreviations opened."""
        words, touched = self.words, self.rules.touched
        if touched.isdisjoint(words[a:b]):
            return self._plain(a, b)
        starts, ends = self.tokens.starts, self.tokens.ends
        pieces: list[str] = []
        i = a
        while i < b:
            if words[i] in touched and (after := self._unsaid(a, i, b)) > i:
                i = after
                continue
            word = self.rules.abbreviations.get(words[i]) or self.text[starts[i] : ends[i]]
            if i == self.first and word[1:].islower() and not self._is_place(a, b):
                word = word.lower()
            pieces.append(word if pieces and starts[i] == ends[i - 1] else " " + word)
            i += 1
        return "".join(pieces).strip(" ,;:-.")

    def _unsaid(self, a: int, i: int, b: int) -> int:
        """Where noise, a time or an abbreviation in brackets that begins at ``i`` ends."""
        words = self.words
        noise = self.rules.noise.at(words, i, b)
        if noise is not None and self._is_noise(noise.entry, a, i):
            return noise.last
        if words[i] in _TIMES or words[i] in _TIME_LEADS:
            return self._time_until(i, b)
        if words[i] == "(" and words[i + 2 : i + 3] == [")"]:
            return i + 3  # "nông thôn mới (NTM)"
        return i

    def _plain(self, a: int, b: int) -> str:
        if a >= b:
            return ""
        said = self.text[self.tokens.starts[a] : self.tokens.ends[b - 1]]
        if a == self.first and not self._is_place(a, b) and not said[:2].isupper():
            said = said[0].lower() + said[1:]
        return said.strip(" ,;:-.")

    def _is_noise(self, kind: str, a: int, i: int) -> bool:
        """Of words about the place, a budget keeps "trên địa bàn"."""
        budget = self.rules.words["budget"]
        return kind == "drop" or (kind == "local" and budget.isdisjoint(self.words[a:i]))


@lru_cache(maxsize=512)  # a few dozen units make up nearly all
def _unit_words(unit: str) -> list[str]:
    return tokenize(match_key(unit)).words


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _polished(name: str) -> str:
    name = " ".join(name.split()).strip(" ,;:-.").replace("tỉ lệ", "tỷ lệ")
    if name.count('"') % 2:
        name = name.replace('"', "")
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


@dataclass(frozen=True, slots=True)
class _Rules:
    openers: Lexicon[bool]  # True for a rhythm
    closers: Endings[int]  # each with its number of tokens, 0 if it is kept
    cuts: Lexicon[bool]
    cut_words: frozenset[str]  # with which cuts begin
    actors: Lexicon[bool]
    stops: Lexicon[bool]
    stop_words: frozenset[str]  # with which stops begin
    heads: Lexicon[bool]  # False for what only looks like one
    ratios: Lexicon[bool]
    speeds: Lexicon[bool]
    deeds: Lexicon[str]  # how the deed is named: "plain", "passive", …, or the harm done
    noise: Lexicon[str]  # "drop", "keep", or "local" if only a budget keeps it
    branches: Lexicon[bool]
    harm: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    leads: Mapping[str, tuple[str, ...]]
    branch_heads: tuple[tuple[str, str], ...]
    abbreviations: Mapping[str, str]
    completions: Mapping[str, str]
    touched: frozenset[str]  # words that may not be told as they stand


@cache
def _rules() -> _Rules:
    data = language("indicators")
    heads, deeds, leads, actors = data["heads"], data["deeds"], data["leads"], data["actors"]
    kinds = ("plain", "passive", "suffered", "silent")
    named = [(phrase, kind) for kind in kinds for phrase in deeds[kind]]
    noise_words = [data["noise"]["local"], *data["noise"]["words"], *data["noise"]["kept"]]
    touched = frozenset({"(", *_TIMES, *_TIME_LEADS, *data["abbreviations"]})
    sizes = [(p, _size(p)) for p in data["closers"]["words"]]
    sizes += [(p, 0) for p in data["closers"]["kept"]]
    noise = data["noise"]
    harms = [(phrase, phrase) for phrase in deeds["harm"]]
    return _Rules(
        openers=_phrases(data["openers"]["words"], data["openers"]["rhythm"]),
        closers=Endings(sizes),
        cuts=_phrases(data["closers"]["cuts"]),
        cut_words=_first_words(data["closers"]["cuts"]),
        actors=_phrases(actors["words"]),
        stops=_phrases(data["stops"]["words"]),
        stop_words=_first_words(data["stops"]["words"]),
        heads=_phrases(heads["others"], heads["words"]),
        ratios=_phrases(heads["others"], heads["ratios"]),
        speeds=_phrases(heads["speeds"]),
        deeds=Lexicon(named + harms),
        noise=Lexicon(
            [(noise["local"], "local")]
            + [(p, "drop") for p in noise["words"]]
            + [(p, "keep") for p in noise["kept"]]
        ),
        branches=_phrases(leads["branches"]),
        harm=deeds["harm"],
        words={
            "branch_words": frozenset(leads["branch_words"]),
            "circumstances": frozenset(heads["circumstances"]),
            "continued": frozenset(leads["continued"]),
            "places": frozenset(actors["places"]),
            "money": frozenset(heads["money"]),
            "area": frozenset(heads["area"]),
            "weight": frozenset(heads["weight"]),
            "budget": frozenset(w for p in data["noise"]["budget"] for w in p.split()[:1]),
        },
        leads={name: tuple(leads[name]) for name in ("structure", "measure_heads", "revenues")},
        branch_heads=tuple(leads["branch_heads"].items()),
        abbreviations=data["abbreviations"],
        completions=data["completions"],
        touched=touched | _first_words(noise_words),
    )


def _phrases(words: Iterable[str], others: Iterable[str] = ()) -> Lexicon[bool]:
    """Two groups of phrases: the entry says whether one belongs to the second."""
    return Lexicon([*((word, False) for word in words), *((word, True) for word in others)])


def _first_words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(tokenize(match_key(phrase)).words[0] for phrase in phrases)


def _size(phrase: str) -> int:
    return len(tokenize(match_key(phrase)))

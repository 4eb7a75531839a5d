"""Falsified rewordings are refused, harmless ones are kept: counted on thousands of made cases.

Every gold item of the fixtures becomes a draft item by clause number; its own words are then
falsified (or only spelled otherwise) and given back as a model's rewording. Chance has a fixed
seed.
"""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from schemas import Draft, DraftDirective, DraftItem, DraftTarget, Run, Summary
from summarizer.assemble import assemble
from summarizer.clauses import Clause
from summarizer.documents import Document
from summarizer.reading import Reading, read

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
FOLDERS = (FIXTURES, FIXTURES / "dev", FIXTURES / "genres")
KINDS: dict[str, type[DraftItem | DraftDirective]] = {
    "achievements": DraftItem,
    "shortcomings": DraftItem,
    "targets": DraftTarget,
    "directives": DraftDirective,
}
MOST_ACCEPTED, MOST_REJECTED = 0.005, 0.01
LEAST_WORDS = 5  # of a sentence of an overview: "Xã Hải Châu 12,4%" is none
RUN = Run(engine="model", model="test", task="report@0")
NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w/)-]|[.,]\d)")
YEAR = re.compile(r"(?<![\w.,/])20[12]\d(?![\w.,/])")
ADJECTIVES = "cơ bản|tích cực|mạnh|chặt chẽ|hiệu quả|kịp thời|quan trọng|chủ động|nhanh|đồng bộ"
VERBS = (
    "đạt",
    "hoàn thành",
    "được",
    "có",
    "thực hiện",
    "bảo đảm",
    "đảm bảo",
    "tổ chức",
    "phát triển",
)


@dataclass(frozen=True)
class Sample:
    """One gold item by its clauses, and its words as code itself tells them."""

    list: str
    clauses: tuple[int, ...]
    words: str
    figures: int


@dataclass(frozen=True)
class Material:
    """A document and its gold items."""

    reading: Reading
    samples: tuple[Sample, ...]

    def summary(self, name: str, **fields: Any) -> Summary:
        item = KINDS[name].model_validate({"sector": "general", **fields})
        return assemble(self.reading, Draft.model_validate({name: (item,)}), RUN)


def covered(reading: Reading, start: int, end: int) -> tuple[int, ...]:
    def inside(clause: Clause) -> bool:
        shared = min(clause.end, end) - max(clause.start, start)
        return clause.sentence >= 0 and shared * 2 > clause.end - clause.start

    return tuple(c.number for c in reading.clauses if inside(c))


def samples(reading: Reading, gold: Any) -> Iterator[Sample]:
    text = reading.document.folded.text
    for name, kind in KINDS.items():
        for item in gold[name]:
            quote = " ".join(unicodedata.normalize("NFC", item["quote"]).split())
            start = text.find(quote)
            numbers = covered(reading, start, start + len(quote)) if start >= 0 else ()
            if not numbers:
                continue
            draft = Draft.model_validate({name: (kind(clauses=numbers, sector="general"),)})
            (told,) = getattr(assemble(reading, draft, RUN), name)
            yield Sample(name, numbers, told.statement, len(getattr(told, "figures", ())))


@cache
def materials() -> tuple[Material, ...]:
    found = []
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.yaml")):
            gold = yaml.safe_load(path.read_text(encoding="utf-8"))
            reading = read(Document.read(folder / gold["source"]))
            found.append(Material(reading, tuple(samples(reading, gold))))
    return tuple(found)


# ---- falsified words ------------------------------------------------------------------------

Edit = Callable[[random.Random, str], str | None]


def at_a_number(change: Edit) -> Edit:
    def edit(chance: random.Random, words: str) -> str | None:
        found = [m for m in NUMBER.finditer(words) if not YEAR.fullmatch(m.group())]
        if not found:
            return None
        match = chance.choice(found)
        changed = change(chance, match.group())
        return words[: match.start()] + changed + words[match.end() :] if changed else None

    return edit


def other_digit(chance: random.Random, number: str) -> str:
    places = [i for i, sign in enumerate(number) if sign.isdecimal()]
    i = chance.choice(places)
    digit = chance.choice([d for d in "123456789" if d != number[i]])
    return number[:i] + digit + number[i + 1 :]


def fewer_digits(chance: random.Random, number: str) -> str | None:
    whole = re.split("[.,]", number)[0]
    if len(number) < 2 or number[0] == "0" or len(whole) < 2:
        return None
    i = chance.randrange(1, len(whole))
    return number[:i] + number[i + 1 :]


def more_digits(chance: random.Random, number: str) -> str:
    return chance.choice("123456789") + number.lstrip("0")


def other_separator(_: random.Random, number: str) -> str | None:
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", number):
        return number.replace(".", ",", 1).replace(".", "") if number.count(".") == 1 else None
    return number.replace(",", "") if re.fullmatch(r"[1-9]\d*,\d+", number) else None


def replacing(*pairs: tuple[str, str]) -> Edit:
    """Replace one word by its counterpart; ``pairs`` are patterns."""

    def edit(chance: random.Random, words: str) -> str | None:
        found = [(m, new) for old, new in pairs for m in re.finditer(old, words, re.IGNORECASE)]
        if not found:
            return None
        match, new = chance.choice(found)
        return words[: match.start()] + match.expand(new) + words[match.end() :]

    return edit


other_unit = replacing(
    (r"(?<=\d )tấn\b", "ha"), (r"(?<=\d )ha\b", "tấn"), (r"(?<=\d)ha\b", "tấn"),
    (r"(?<=\d )triệu\b", "tỷ"), (r"(?<=\d )tỷ\b", "triệu"), (r"(?<=\d )km\b", "m"),
    (r"(?<=\d )hộ\b", "người"), (r"(?<=\d )con\b", "tấn"), (r"(?<=\b\d\d )xã\b", "thôn"),
    (r"(?<=\d )tạ/ha\b", "tấn/ha"), (r"(?<=\d )người\b", "hộ"),
)  # fmt: skip
no_percent = replacing((r"(?<=\d) ?%(?! đến| -|-)", ""))
other_bound = replacing(
    (r"\btrên (?=\d)", "dưới "), (r"\bdưới (?=\d)", "trên "),
    (r"\btối thiểu (?=\d)", "tối đa "), (r"\bít nhất (?=\d)", "không quá "),
    (r"\bhơn (?=\d)", "gần "), (r"\bgần (?=\d)", "hơn "), (r"\bkhông quá (?=\d)", "ít nhất "),
    (r"\btrở lên\b", "trở xuống"), (r"\b(?:trên|hơn|gần|khoảng) (?=\d)", ""),
)  # fmt: skip
other_direction = replacing(
    (r"\btăng(?= [\d,.]+)", "giảm"), (r"\bgiảm(?= [\d,.]+)", "tăng"),
    (r"\bvượt(?= [\d,.]+)", "giảm"), (r"\bvượt(?= kế hoạch)", "không đạt"),
    (r"\btăng(?= so)", "giảm"), (r"\bgiảm(?= so)", "tăng"), (r"\bcao hơn\b", "thấp hơn"),
)  # fmt: skip
no_negation = replacing((r"\b(?:không|chưa)(?! gian| khí| ngừng| quá) ", ""))


def negated(chance: random.Random, words: str) -> str | None:
    found = [m for verb in VERBS for m in re.finditer(rf"(?<!không )(?<!chưa )\b{verb}\b", words)]
    if not found:
        return None
    at = chance.choice(found).start()
    return words[:at] + ("chưa " if "chưa" in words.lower() else "không ") + words[at:]


def other_year(chance: random.Random, words: str) -> str | None:
    found = list(YEAR.finditer(words))
    if not found:
        return None
    match = chance.choice(found)
    year = int(match.group()) + chance.choice((-1, 1))
    return words[: match.start()] + str(year) + words[match.end() :]


def swapped_numbers(chance: random.Random, words: str) -> str | None:
    found = [m for m in NUMBER.finditer(words) if not YEAR.fullmatch(m.group())]
    pairs = [(a, b) for a, b in pairwise(found) if a.group() != b.group()]
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    middle = words[a.end() : b.start()]
    if middle in ("/", "-", " - ", " và ", ", "):  # 45/47, 3-4%: another case
        return None
    return words[: a.start()] + b.group() + middle + a.group() + words[b.end() :]


def stranger(_: random.Random, words: str) -> str:
    return f"{words} theo chỉ đạo của ông Hoàng Bá Khuê"


def link(_: random.Random, words: str) -> str:
    return f"{words} (xem https://example.com)"


FALSE: dict[str, Edit] = {
    "digit changed": at_a_number(other_digit),
    "digit dropped": at_a_number(fewer_digits),
    "digit added": at_a_number(more_digits),
    "separator swapped": at_a_number(other_separator),
    "unit swapped": other_unit,
    "percent sign dropped": no_percent,
    "bound flipped or dropped": other_bound,
    "direction flipped": other_direction,
    "negation added": negated,
    "negation removed": no_negation,
    "year moved": other_year,
    "figures of the item swapped": swapped_numbers,
    "stranger named": stranger,
    "link added": link,
}


# ---- harmless words -------------------------------------------------------------------------


def spaced(chance: random.Random, words: str) -> str:
    return re.sub(" ", lambda _: chance.choice((" ", "\xa0", "  ", "\t", "\u2009")), words)


def otherwise_marked(_: random.Random, words: str) -> str | None:
    changed = words.replace(" - ", " – ").replace('"', "”").replace("“", '"')
    return changed if changed != words else None


def old_tones(_: random.Random, words: str) -> str | None:
    changed = words
    for new, old in (("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("ủy", "uỷ"), ("úy", "uý")):
        changed = re.sub(rf"{new}\b", old, changed)
    return changed if changed != words else None


def without_adjective(chance: random.Random, words: str) -> str | None:
    found = list(re.finditer(rf"(?<!không)(?<!chưa) (?:{ADJECTIVES})\b", words))
    if not found:
        return None
    match = chance.choice(found)
    return words[: match.start()] + words[match.end() :]


def without_a_part(chance: random.Random, words: str) -> str | None:
    parts = re.split(r", (?!\d)", words)
    spare = [i for i, part in enumerate(parts) if i and not re.search(r"\d", part)]
    if not spare:
        return None
    del parts[chance.choice(spare)]
    return ", ".join(parts)


def reordered(_: random.Random, words: str) -> str | None:
    by_member = words.split("; ")
    if len(by_member) > 1:
        return "; ".join(reversed(by_member))
    parts = words.split(", ")
    if len(parts) < 2 or re.search(r"\d", words):
        return None
    return ", ".join([*parts[1:], parts[0]])


def other_form(_: random.Random, words: str) -> str | None:
    forms = (
        ("UBND", "Ủy ban nhân dân"),
        ("HĐND", "Hội đồng nhân dân"),
        ("Ủy ban nhân dân", "UBND"),
    )
    return next((words.replace(old, new) for old, new in forms if old in words), None)


def tight(_: random.Random, words: str) -> str | None:
    changed = re.sub(r"(\d) (?=(?:tấn|ha|hộ|người|tỷ|triệu|km|con|%)\b)", r"\1", words)
    return changed if changed != words else None


HARMLESS: dict[str, Edit] = {
    "unchanged": lambda _, words: words,
    "decomposed letters": lambda _, words: unicodedata.normalize("NFD", words),
    "capitals": lambda _, words: words.upper(),
    "small letters": lambda _, words: words.lower(),
    "other blanks": spaced,
    "other quotes and dashes": otherwise_marked,
    "old tone marks": old_tones,
    "adjective dropped": without_adjective,
    "part dropped": without_a_part,
    "parts reordered": reordered,
    "body in the other form": other_form,
    "number and unit tight": tight,
}


# ---- counting -------------------------------------------------------------------------------


@dataclass
class Count:
    """Made cases of each kind, and those that went wrong."""

    made: Counter[str]
    wrong: dict[str, list[str]]

    def note(self, kind: str, words: str, *, wrong: bool) -> None:
        self.made[kind] += 1
        if wrong:
            self.wrong[kind].append(words)

    @property
    def share(self) -> float:
        return sum(map(len, self.wrong.values())) / self.made.total()

    def __str__(self) -> str:
        lines = [f"{kind}: {len(self.wrong[kind])} of {n}" for kind, n in self.made.items()]
        shown = [f"{kind}: {words}" for kind, all_ in self.wrong.items() for words in all_[:6]]
        return "\n".join([*lines, f"together {self.share:.4f} of {self.made.total()}", *shown])


def counting() -> Count:
    return Count(Counter(), defaultdict(list))


def is_kept(material: Material, sample: Sample, statement: str) -> bool:
    """Whether a rewording reaches the summary unflagged."""
    summary = material.summary(sample.list, clauses=sample.clauses, statement=statement)
    (item,) = getattr(summary, sample.list)
    return "statement_replaced" not in [flag.code for flag in item.flags]


def widened(material: Material, sample: Sample) -> Sample | None:
    """The item together with the clauses behind it, as far as their sentence goes."""
    clauses = {c.number: c for c in material.reading.clauses}
    first, last = min(sample.clauses), max(sample.clauses)
    widest = last
    while widest + 1 in clauses and widest < first + 5:
        if clauses[widest + 1].sentence != clauses[first].sentence:
            break
        widest += 1
    if widest == last:
        return None
    numbers = tuple(range(first, widest + 1))
    (item,) = getattr(material.summary(sample.list, clauses=numbers), sample.list)
    return Sample(sample.list, numbers, item.statement, sample.figures)


def drawn(chance: random.Random, share: float) -> Iterator[tuple[Material, Sample]]:
    """Items by chance, some of them together with their neighbours."""
    for material in materials():
        for sample in material.samples:
            if chance.random() < share:
                yield material, sample
            if chance.random() < share and (wide := widened(material, sample)) is not None:
                yield material, wide


def reworded(edits: dict[str, Edit], share: float, *, kept_is_wrong: bool) -> Count:
    chance = random.Random(7)
    count = counting()
    for material, sample in drawn(chance, share):
        for kind, edit in edits.items():
            statement = edit(chance, sample.words)
            if statement is None or (kept_is_wrong and statement == sample.words):
                continue
            kept = is_kept(material, sample, statement)
            shown = f"{statement}\n      of {sample.words}"
            count.note(kind, shown, wrong=kept is kept_is_wrong)
    return count


def another(chance: random.Random, material: Material, sample: Sample) -> Sample | None:
    """An item of the same document that stands in another sentence."""
    clauses = {c.number: c for c in material.reading.clauses}
    own = clauses[sample.clauses[0]].sentence
    others = [s for s in material.samples if clauses[s.clauses[0]].sentence != own]
    return chance.choice(others) if others else None


def pasted(chance: random.Random, words: str, other: str) -> str | None:
    """The words with a number of another item."""
    own, others = list(NUMBER.finditer(words)), NUMBER.findall(other)
    foreign = [n for n in others if n.lstrip("0") not in {m.group().lstrip("0") for m in own}]
    if not own or not foreign:
        return None
    match = chance.choice(own)
    number: str = chance.choice(foreign)
    return words[: match.start()] + number + words[match.end() :]


def test_falsified_rewordings_are_refused() -> None:
    count = reworded(FALSE, 0.1, kept_is_wrong=True)
    assert count.made.total() >= 2000, count
    assert min(count.made.values()) >= 10, count
    assert count.share <= MOST_ACCEPTED, count


def test_harmless_rewordings_are_kept() -> None:
    count = reworded(HARMLESS, 0.07, kept_is_wrong=False)
    assert count.made.total() >= 1000, count
    assert count.share <= MOST_REJECTED, count


def test_figures_of_another_item_are_refused() -> None:
    chance = random.Random(11)
    count = counting()
    for material, sample in drawn(chance, 0.2):
        other = another(chance, material, sample)
        if other is None:
            continue
        statement = pasted(chance, sample.words, other.words)
        if statement is not None:
            wrong = is_kept(material, sample, statement)
            count.note("figure pasted in", f"{statement}\n      of {sample.words}", wrong=wrong)
        statement = f"{sample.words}; {other.words}"
        wrong = is_kept(material, sample, statement)
        count.note("other item appended", statement, wrong=wrong)
    assert min(count.made.values()) >= 100, count
    assert count.share <= MOST_ACCEPTED, count


def test_clauses_from_afar_never_make_one_item() -> None:
    chance = random.Random(13)
    count = counting()
    for material, sample in drawn(chance, 0.2):
        other = another(chance, material, sample)
        if other is None:
            continue
        summary = material.summary(sample.list, clauses=(*other.clauses, *sample.clauses))
        (item,) = getattr(summary, sample.list)
        text = material.reading.document.text
        spread = "\n" in text[item.evidence[0].start : item.evidence[-1].end].strip()
        silent = not {"clauses_apart", "statement_replaced"} & {i.code for i in summary.run.issues}
        near = max(sample.clauses) + 1 in other.clauses or max(other.clauses) + 1 in sample.clauses
        count.note("clauses spliced", item.statement, wrong=(spread or silent) and not near)
    assert count.made.total() >= 200, count
    assert count.share <= MOST_ACCEPTED, count


def test_invented_clauses_never_count() -> None:
    chance = random.Random(17)
    count = counting()
    for material, sample in drawn(chance, 0.2):
        highest = material.reading.clauses[-1].number
        invented = chance.choice((0, -1, highest + 1, highest + chance.randrange(2, 900)))
        summary = material.summary(sample.list, clauses=(*sample.clauses, invented))
        (item,) = getattr(summary, sample.list)
        wrong = item.statement != sample.words
        wrong |= "clause_unknown" not in [issue.code for issue in summary.run.issues]
        count.note("clause invented", item.statement, wrong=wrong)
    assert count.made.total() >= 200, count
    assert not count.share, count


def overviews(edits: dict[str, Edit], share: float, *, kept_is_wrong: bool) -> Count:
    """One sentence of an overview at a time, made of an item's words."""
    chance = random.Random(19)
    count = counting()
    for material in materials():
        for sample in material.samples:
            if len(sample.words.split()) < LEAST_WORDS or chance.random() > share:
                continue
            for kind, edit in edits.items():
                told = edit(chance, sample.words)
                if told is None or (kept_is_wrong and told == sample.words):
                    continue
                item = {"sector": "general", "clauses": sample.clauses}
                draft = {"overview": f"{told}.", sample.list: (item,)}
                summary = assemble(material.reading, Draft.model_validate(draft), RUN)
                kept = "overview_replaced" not in [issue.code for issue in summary.run.issues]
                shown = f"{told}\n      of {sample.words}"
                count.note(kind, shown, wrong=kept is kept_is_wrong)
    return count


def test_falsified_overviews_are_refused() -> None:
    count = overviews(FALSE, 0.04, kept_is_wrong=True)
    assert count.made.total() >= 250, count
    assert count.share <= MOST_ACCEPTED, count


def test_harmless_overviews_are_kept() -> None:
    count = overviews(HARMLESS, 0.06, kept_is_wrong=False)
    assert count.made.total() >= 500, count
    assert count.share <= MOST_REJECTED, count

"""How many tokens an answer and a prompt take, against two other ways of asking for the same.

``python -m evals.bench.tokens [FOLDER …]`` takes gold reports (a ``.yaml`` beside each text) and
writes their items down as a model would have to answer them:

- *draft*: our answer, clause numbers instead of words; indicators only where code finds no name
- *named*: the same with every indicator of the gold written out
- *quotes*: each item with its verbatim quote and its figures, as one asks with pydantic alone
- *extractions*: what langextract asks for, laid out as in the examples it shows to the model

All but the last are compact JSON. No answer counts its overview, which costs the same words in
each. Prints ratios, asserts nothing. Tokens are those of ``o200k_base``.
"""

import json
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

from prompts import Prompts
from schemas import Draft
from summarizer.clauses import Clause
from summarizer.compact import compact
from summarizer.deadlines import target_deadlines
from summarizer.documents import Document
from summarizer.drafting import Way, sheets_of
from summarizer.indicators import name_indicator
from summarizer.parts import refine
from summarizer.reading import Reading, read

Item = Mapping[str, Any]
Gold = Mapping[str, Any]
Counter = Callable[[list[str]], list[int]]

_MEASURED = ("achievements", "shortcomings", "targets")
_LISTS = (*_MEASURED, "directives")
_SHARED = 0.5  # of a clause or of a quote, from which the clause is part of the item
_USUAL = range(5_000, 7_001)  # characters of the reports that the bar of the prompt speaks of
_ENCODING = "o200k_base"


class Bar(NamedTuple):
    """A number and what it must not exceed; infinity where it is only told."""

    name: str
    value: float
    most: float


class Row(NamedTuple):
    """The tokens of one document, of its prompt and of its answers."""

    name: str
    characters: int
    document: int
    prompt: int
    draft: int
    named: int
    quotes: int
    extractions: int
    compact_extractions: int


def main(folders: Sequence[str] = ()) -> None:
    """Print a table of tokens and the bars they are held to."""
    count = _counter()
    (constant,) = count([_system()])
    rows = [_row(path, count) for path in _golds(folders)]
    _print_rows(rows)
    for bar in _bars(rows, constant):
        print(f"{bar.name:<48} {bar.value:>9,.3f}   {_held(bar)}")


def _counter() -> Counter:
    batch_count = _tool("toktok", "toktok-rs").batch_count
    return lambda texts: list(batch_count(texts, _ENCODING))


def _tool(name: str, distribution: str) -> Any:
    """A module that only benchmarks and tests need."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise SystemExit(
            f"this benchmark needs {distribution}: pip install {distribution}"
        ) from None


def _golds(folders: Sequence[str]) -> Iterator[Path]:
    with as_file(files("evals").joinpath("fixtures")) as ours:
        for folder in map(Path, folders or (str(ours), str(ours / "dev"))):
            yield from sorted(folder.glob("*.yaml"))


def _read_gold(path: Path) -> Gold:
    gold: Gold = _tool("yaml", "pyyaml").safe_load(path.read_text(encoding="utf-8"))
    return gold


# ---- one document ----------------------------------------------------------------------------


def _row(path: Path, count: Counter) -> Row:
    gold = _read_gold(path)
    text = path.with_name(gold["source"]).read_text(encoding="utf-8")
    coarse = read(Document(text))
    reading = refine(coarse)
    extractions = {"extractions": [_extracted(name, i) for name in _LISTS for i in gold[name]]}
    answers = (
        compact(_draft(gold, coarse, reading, named=False)),
        compact(_draft(gold, coarse, reading, named=True)),
        compact({name: [_quoted(name, item) for item in gold[name]] for name in _LISTS}),
        f"```json\n{json.dumps(extractions, ensure_ascii=False, indent=2)}\n```",
        compact(extractions),
    )
    document, prompt, *told = count([text, _prompt(reading), *answers])
    return Row(path.stem, len(text), document, prompt, *told)


def _system() -> str:
    return Prompts().render("system", rewrite=False)


def _prompt(reading: Reading) -> str:
    """All that is sent for a document, in as many questions as it takes."""
    told = [
        Prompts().render(
            "draft", frame=sheet.frame, lines=sheet.lines, part=sheet.part, parts=sheet.parts
        )
        for sheet in sheets_of(reading, Way())
    ]
    return "".join(_system() + user for user in told)


# ---- our answer ------------------------------------------------------------------------------


def _draft(gold: Gold, coarse: Reading, reading: Reading, *, named: bool) -> Mapping[str, object]:
    """What a model answers: null where code finds the deadline, and the name if not ``named``."""
    issuers = _issuers(gold["directives"])
    bounds = target_deadlines(coarse, reading)
    drafted = {
        name: [_pointed(item, reading, issuers, bounds, named=named) for item in gold[name]]
        for name in _LISTS
    }
    draft = Draft.model_validate({"issuers": issuers, **drafted})
    unasked = {name: {"__all__": {"statement"}} for name in _LISTS}
    return draft.model_dump(mode="json", exclude={"overview": True, **unasked})


def _pointed(
    item: Item,
    reading: Reading,
    issuers: Sequence[Item],
    bounds: Mapping[int, str | None],
    *,
    named: bool,
) -> Mapping[str, object]:
    clauses = _clauses(item["quote"], reading)
    told: dict[str, object] = {
        "clauses": [clause.number for clause in clauses],
        "sector": item["sector"],
    }
    if "issuer" in item:
        told |= {"issuer": _position(item, issuers), "addressees": item["addressees"]}
    elif item["figures"] and (named or not _nameable(clauses, reading)):
        told["indicator"] = item["indicator"]
    deadline = item["deadline"]["text"] if item.get("deadline") else None
    if deadline and ("issuer" in item or not clauses or bounds[clauses[0].number] != deadline):
        told["deadline"] = deadline
    return told


def _clauses(quote: str, reading: Reading) -> list[Clause]:
    """The clauses that a quote stands in."""
    words = map(re.escape, unicodedata.normalize("NFC", quote).split())
    found = re.search(r"\s+".join(words), reading.document.folded.text)
    if found is None:
        return []
    shared = [(_shared(clause, found.span(), reading), clause) for clause in reading.clauses]
    most = max(share for share, _ in shared)
    return [clause for share, clause in shared if share >= min(_SHARED, most)]


def _shared(clause: Clause, span: tuple[int, int], reading: Reading) -> float:
    """The common part of a clause and a span, as a share of the shorter of them."""
    tokens = reading.document.tokens
    start, end = tokens.starts[clause.first], tokens.ends[clause.last - 1]
    common = min(end, span[1]) - max(start, span[0])
    return max(common, 0) / min(end - start, span[1] - span[0])


def _nameable(clauses: Sequence[Clause], reading: Reading) -> bool:
    """Whether code finds a name for what the clauses measure."""
    return any(
        name_indicator(reading.document, clause.first, clause.last, clause.figures)
        for clause in clauses
    )


def _issuers(directives: Sequence[Item]) -> list[Item]:
    issuers: list[Item] = []
    for directive in directives:
        if directive["issuer"] and directive["issuer"] not in issuers:
            issuers.append(directive["issuer"])
    return issuers


def _position(item: Item, issuers: Sequence[Item]) -> int | None:
    return issuers.index(item["issuer"]) if item["issuer"] else None


# ---- other answers ---------------------------------------------------------------------------


def _quoted(name: str, item: Item) -> Mapping[str, object]:
    """An item that carries its words and figures, every field told."""
    told = {"quote": item["quote"], "sector": item["sector"]}
    deadline = item["deadline"]["text"] if item.get("deadline") else None
    if name == "directives":
        issuer = {"document": None, **item["issuer"]} if item["issuer"] else None
        return {**told, "issuer": issuer, "addressees": item["addressees"], "deadline": deadline}
    figures = [_figure(figure) for figure in item["figures"]]
    measured = {**told, "indicator": item["indicator"], "figures": figures}
    return {**measured, "deadline": deadline} if name == "targets" else measured


def _figure(figure: Item) -> Mapping[str, object]:
    usual = {"role": None, "value": None, "unit": None, "comparator": "eq", "reference": None}
    return {**usual, **figure}


def _extracted(name: str, item: Item) -> Mapping[str, object]:
    """An extraction: attributes are strings or lists of strings, and absent where empty."""
    issuer = item.get("issuer") or {}
    attributes = {
        "sector": item["sector"],
        "indicator": item.get("indicator"),
        "figures": [" ".join(map(str, figure.values())) for figure in item.get("figures", ())],
        "issuer": issuer.get("name"),
        "posts": issuer.get("posts"),
        "kind": issuer.get("kind"),
        "document": issuer.get("document"),
        "addressees": item.get("addressees"),
        "deadline": item["deadline"]["text"] if item.get("deadline") else None,
    }
    kind = name.removesuffix("s")
    told = {field: value for field, value in attributes.items() if value}
    return {kind: item["quote"], f"{kind}_attributes": told}


# ---- the table -------------------------------------------------------------------------------


def _bars(rows: Sequence[Row], constant: int) -> Iterator[Bar]:
    whole = _sum("all", rows)
    yield Bar("draft against quotes", whole.draft / whole.quotes, 1 / 3)
    yield Bar("draft against extractions", whole.draft / whole.extractions, 1 / 3)
    compact = whole.draft / whole.compact_extractions
    yield Bar("draft against extractions without white space", compact, math.inf)
    usual = _sum("usual", [row for row in rows if row.characters in _USUAL])
    if usual.document:
        name = f"prompt against document, {_USUAL.start:,} to {_USUAL.stop - 1:,} characters"
        yield Bar(name, usual.prompt / usual.document, 1.6)
    yield Bar("constant part of the prompt, tokens", constant, 1500)


def _held(bar: Bar) -> str:
    if math.isinf(bar.most):
        return ""
    return f"at most {bar.most:>9,.3f}   {'held' if bar.value <= bar.most else 'NOT HELD'}"


def _sum(name: str, rows: Sequence[Row]) -> Row:
    return Row(name, *(sum(getattr(row, field) for row in rows) for field in Row._fields[1:]))


def _print_rows(rows: Sequence[Row]) -> None:
    print("tokens      characters  document  prompt  ratio", end="")
    print("   draft  named  quotes  ratio  extractions  ratio")
    for row in [*rows, _sum("all", rows)]:
        print(
            f"{row.name:<11} {row.characters:>10,} {row.document:>9,} {row.prompt:>7,}"
            f" {_ratio(row.prompt, row.document)}  {row.draft:>6,} {row.named:>6,}"
            f" {row.quotes:>7,} {_ratio(row.draft, row.quotes)}"
            f" {row.extractions:>12,} {_ratio(row.draft, row.extractions)}"
        )


def _ratio(one: int, other: int) -> str:
    return f"{one / other:6.2f}" if other else "     -"


if __name__ == "__main__":
    main(sys.argv[1:])

"""Gold files: how they are read, locked and begun."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.agreement import agree
from evals.beginning import begin, draft
from evals.errors import GoldError, StaleError
from evals.gate import invariants
from evals.gold import LISTS, GoldFile, read_all, read_gold
from evals.lock import digest, stale, write_lock
from evals.locked import LOCK, read_lock
from evals.perfect import Sample, perfect
from evals.results import Setup
from evals.runs import evaluate
from evals.scoring.counts import Tally
from evals.scoring.places import Places, gold_items
from evals.scoring.score import missed, score
from schemas import Achievement, Context, Coverage, Evidence, Run, Source, Summary
from summarizer import Document, Summarizer

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
REPORT = """\
Sáng 12/12/2023, UBND xã An Phú tổ chức hội nghị tổng kết năm 2023.
Sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với cùng kỳ; thu ngân sách 6 tỷ 945 triệu đồng.
Trồng rừng đạt 40 ha. Đàn bò có 120 con. Trồng rừng đạt 40 ha.
Năm 2024, xã phấn đấu trồng 300 ha rừng.
"""
GOLD = """\
source: xa.txt
achievements:
  - quote: Sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với cùng kỳ
    sector: agriculture
    indicator: sản lượng lúa
    figures:
      - {role: level, value: 5807, unit: tấn}
      - {role: change, value: 2.2, unit: '%', reference: cùng kỳ}
  - quote: thu ngân sách 6 tỷ 945 triệu đồng
    sector: budget_finance
    figures: [{role: level, value: 6.945, unit: tỷ đồng}]
targets:
  - quote: trồng 300 ha rừng
    sector: agriculture
    figures: [{role: level, value: 300, unit: ha}]
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write(tmp_path, GOLD)


def write(folder: Path, gold: str, source: str = REPORT, name: str = "xa") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "xa.txt").write_text(source, encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(gold, encoding="utf-8")
    return path


def achievement(quote: str) -> str:
    return f"source: xa.txt\nachievements:\n  - {{sector: general, quote: {quote}}}\n"


# --- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize("quote", ["3.000", "05", "2020-11-24", "12:30", "1_000", "yes", "0x1F"])
def test_what_looks_like_a_number_or_a_date_stays_the_words_it_is(
    tmp_path: Path, quote: str
) -> None:
    read = read_gold(write(tmp_path, achievement(quote)))

    assert read.gold.achievements[0].quote == quote


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    figure = "{role: level, value: 16.10, unit: null}"
    told = f"source: xa.txt\ntargets:\n  - {{sector: general, quote: a, figures: [{figure}]}}\n"

    read = read_gold(write(tmp_path, told)).gold.targets[0].figures[0]

    assert (str(read.value), read.unit) == ("16.10", None)


def test_each_item_knows_its_line(gold: Path) -> None:
    read = read_gold(gold)

    assert (read.lines["achievements"], read.lines["targets"]) == ((3, 9), (13,))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("source: xa.txt\nachievements:\n  - quote: a\n    sector: sport\n", ":4: .*sector"),
        (
            "source: xa.txt\nachievement: []\n",
            ":2: unknown list achievement; did you mean achievements",
        ),
        ("source: xa.txt\nnote: [\n", r":3: .*single quotes"),
        ("- a\n", "begins with source"),
    ],
)
def test_a_broken_file_is_told_with_its_line(tmp_path: Path, told: str, says: str) -> None:
    with pytest.raises(GoldError, match=says):
        read_gold(write(tmp_path, told))


def test_a_folder_without_gold_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="evals gold new"):
        read_all([tmp_path])


def test_a_place_without_gold_is_told_even_beside_one_with_it(gold: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(GoldError, match="empty: no gold file"):
        read_all([gold, empty])


def test_gold_that_is_named_in_several_ways_counts_once(
    gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = gold.parent.resolve()
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    monkeypatch.chdir(folder)

    found = read_all([Path(), folder, tmp_path / "link", gold])

    assert [one.name for one in found] == ["xa"]


def test_a_sidecar_is_optional_and_checked(gold: Path) -> None:
    assert read_gold(gold).sidecar.status == "single"

    gold.with_suffix(".toml").write_text('status = "perfect"', encoding="utf-8")

    with pytest.raises(GoldError, match="status"):
        assert read_gold(gold).sidecar


# --- the lock ----------------------------------------------------------------------------------


def test_the_lock_shows_what_was_typed_beside_what_is_read(gold: Path) -> None:
    written = write_lock(gold.parent, [read_gold(gold)]).read_text(encoding="utf-8")

    items = json.loads(written)["documents"]["xa"]["items"]
    figures = [line.partition("@") for item in items for line in item["figures"]]

    assert [(typed, read.partition(" ")[2]) for typed, _, read in figures] == [
        ("5807 tấn level ", "'5.807 tấn' = 5807"),
        ("2.2 % change ", "'2,2%' = 2.2"),
        ("6.945 tỷ đồng level ", "'6 tỷ 945 triệu đồng' = 6.945"),
        ("300 ha level ", "'300 ha' = 300"),
    ]
    assert [REPORT[item["start"] : item["end"]] for item in items] == [
        item["words"] for item in items
    ]


def test_the_lock_has_a_line_an_item_in_plain_utf_8(gold: Path) -> None:
    lines = write_lock(gold.parent, [read_gold(gold)]).read_text(encoding="utf-8").splitlines()

    assert [line.count('"words"') for line in lines if '"words"' in line] == [1, 1, 1]
    assert any("Sản lượng lúa" in line for line in lines)


def test_nothing_is_stale_after_locking(gold: Path) -> None:
    write_lock(gold.parent, [read_gold(gold)])

    assert stale(gold.parent, [read_gold(gold)]) == ()


def test_without_a_lock_there_is_nothing_to_compare(gold: Path) -> None:
    with pytest.raises(StaleError, match="--lock"):
        stale(gold.parent, [read_gold(gold)])


def test_a_changed_source_is_named(gold: Path) -> None:
    write_lock(gold.parent, [read_gold(gold)])
    write(gold.parent, GOLD, REPORT.replace("300", "400"))

    assert stale(gold.parent, [read_gold(gold)]) == (
        f"{gold}: its source xa.txt changed",
        f'{gold}:13: quotes "", locked "trồng 300 ha rừng"',
        f"{gold}:13: is read as 300 ha level without number, locked as "
        "300 ha level @249 '300 ha' = 300",
    )


def test_places_that_a_changed_source_moved_are_no_differences(gold: Path) -> None:
    write_lock(gold.parent, [read_gold(gold)])
    write(gold.parent, GOLD, f"Mở đầu.\n{REPORT}")

    assert stale(gold.parent, [read_gold(gold)]) == (f"{gold}: its source xa.txt changed",)


COWS = "  - {sector: agriculture, quote: Đàn bò có 120 con, figures: []}\n"


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("sector: agriculture", "sector: general", [": changed, but in no quote and no figure"]),
        (
            "value: 300",
            "value: 30",
            [
                ":13: is read as 30 ha level without number, locked as "
                "300 ha level @249 '300 ha' = 300"
            ],
        ),
        ("targets:\n", f"{COWS}targets:\n", [':12: new in achievements: "Đàn bò có 120 con"']),
        (
            "quote: trồng 300 ha rừng",
            "quote: phấn đấu trồng 300 ha rừng",
            [':13: quotes "phấn đấu trồng 300 ha rừng", locked "trồng 300 ha rừng"'],
        ),
        (
            GOLD[GOLD.index("  - quote: thu ngân sách") : GOLD.index("targets")],
            "",
            [': gone from achievements: "thu ngân sách 6 tỷ 945 triệu đồng"'],
        ),
        (
            "      - {role: change, value: 2.2, unit: '%', reference: cùng kỳ}\n",
            "",
            [":3: is read as nothing, locked as 2.2 % change @102 '2,2%' = 2.2"],
        ),
    ],
)
def test_what_changed_in_gold_is_named(gold: Path, was: str, now: str, says: list[str]) -> None:
    write_lock(gold.parent, [read_gold(gold)])
    assert was in GOLD
    write(gold.parent, GOLD.replace(was, now))

    assert stale(gold.parent, [read_gold(gold)]) == tuple(f"{gold}{it}" for it in says)


def test_documents_that_came_and_went_are_named(gold: Path) -> None:
    write_lock(gold.parent, [read_gold(gold)])
    other = write(gold.parent, GOLD, name="moi")
    gold.unlink()

    assert stale(gold.parent, [read_gold(other)]) == (
        f"{gold}: is gone",
        f"{other}: is not in the lock",
    )


@pytest.mark.parametrize(
    ("was", "locked", "says"),
    [
        ("= 5807", "= 5.807", ":3: is read as 5807 tấn level"),
        ('"start": 68,', '"start": 67,', ":3: stands at 68-121, locked at 67-121"),
    ],
)
def test_what_is_found_or_read_otherwise_is_named_with_its_line(
    gold: Path, was: str, locked: str, says: str
) -> None:
    path = write_lock(gold.parent, [read_gold(gold)])
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, locked), encoding="utf-8")

    (change,) = stale(gold.parent, [read_gold(gold)])

    assert change.startswith(f"{gold}{says}")


def test_a_broken_lock_is_told(gold: Path) -> None:
    (gold.parent / LOCK).write_text("{}", encoding="utf-8")

    with pytest.raises(GoldError, match="delete it"):
        read_lock(gold.parent)


def test_one_lock_covers_the_folders_below_it(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, GOLD) for name in ("mot", "hai")]
    write_lock(tmp_path, [read_gold(path) for path in paths])
    write(tmp_path / "hai", GOLD.replace("value: 300", "value: 30"))

    assert stale(tmp_path / "mot", [read_gold(paths[0])]) == ()
    write_lock(paths[1], [read_gold(paths[1])])

    assert not (tmp_path / "hai" / LOCK).exists()
    assert stale(tmp_path, [read_gold(path) for path in paths]) == ()


TWICE = """\
source: xa.txt
achievements:
  - {sector: agriculture, quote: Đàn bò có 120 con}
  - {sector: agriculture, quote: Trồng rừng đạt 40 ha}
"""


def places_of(gold: GoldFile) -> list[int]:
    pins = read_lock(gold.path).pins(gold.path)
    items = gold_items(gold.gold, Places(gold.document), pins)
    return [item.start for item in items]


def test_a_quote_that_stands_twice_is_pinned_where_its_neighbours_are(tmp_path: Path) -> None:
    read = read_gold(write(tmp_path, TWICE))

    write_lock(tmp_path, [read])

    assert places_of(read)[1] == REPORT.rindex("Trồng rừng")


def test_a_place_that_somebody_locked_stays_locked(tmp_path: Path) -> None:
    read = read_gold(write(tmp_path, TWICE))
    path = write_lock(tmp_path, [read])
    first, last = REPORT.index("Trồng rừng"), REPORT.rindex("Trồng rừng")
    words = path.read_text(encoding="utf-8").replace(f'"start": {last},', f'"start": {first},')
    path.write_text(words, encoding="utf-8")

    write_lock(tmp_path, [read])

    assert places_of(read)[1] == first


def locked_at_its_first_place(folder: Path) -> GoldFile:
    """The report of which a quote stands twice, locked where nothing but the lock says."""
    read = read_gold(write(folder, TWICE))
    path = write_lock(folder, [read])
    first, last = REPORT.index("Trồng rừng"), REPORT.rindex("Trồng rừng")
    words = path.read_text(encoding="utf-8").replace(f'"start": {last},', f'"start": {first},')
    path.write_text(words, encoding="utf-8")
    return read_gold(read.path)


def test_what_was_locked_is_where_summaries_are_scored(tmp_path: Path) -> None:
    gold = locked_at_its_first_place(tmp_path)
    place = f"@{REPORT.index('Trồng rừng')}-"
    right = perfect(gold.document, gold.gold, pins=gold.pins)
    told = score(gold.document, gold.gold, right, pins=gold.pins)
    none = missed(gold.document, gold.gold, pins=gold.pins)

    assert Sample.of(gold).summary == right
    assert [place in scored.verdicts[1].key for scored in (told, none)] == [True, True]
    assert told.counts["items"] == Tally(2, 2, 2)


def test_runs_look_where_quotes_were_locked(tmp_path: Path) -> None:
    gold = locked_at_its_first_place(tmp_path)
    results = asyncio.run(evaluate([gold], [Setup()]))
    (scored,) = results.outcomes[0].scored

    assert f"achievements@{REPORT.index('Trồng rừng')}-" in scored.score.verdicts[1].key
    assert list(invariants(results)) == []


def test_annotators_are_compared_where_their_quotes_were_locked(tmp_path: Path) -> None:
    one = locked_at_its_first_place(tmp_path / "a")
    other = read_gold(write(tmp_path / "b", TWICE))

    verdicts = agree([one], [other]).scores["xa"].verdicts

    assert verdicts[1].key.startswith(f"achievements@{REPORT.index('Trồng rừng')}-")


@pytest.mark.parametrize("told", [None, "{}", "{", '{"version": 9, "documents": {}}'])
def test_without_a_lock_that_can_be_read_nothing_is_pinned(gold: Path, told: str | None) -> None:
    if told is not None:
        (gold.parent / LOCK).write_text(told, encoding="utf-8")

    assert read_gold(gold).pins == {}


def test_the_digest_is_of_sources_gold_and_traps_but_not_of_order(tmp_path: Path) -> None:
    one, other = write(tmp_path, GOLD), write(tmp_path, TWICE, name="moi")
    seen = [digest([read_gold(one), read_gold(other)])]
    assert seen == [digest([read_gold(other), read_gold(one)])]

    other.with_suffix(".toml").write_text('traps = ["12/12/2023"]', encoding="utf-8")
    seen.append(digest([read_gold(one), read_gold(other)]))
    other.write_text(TWICE.replace("120 con", "120"), encoding="utf-8")
    seen.append(digest([read_gold(one), read_gold(other)]))
    write(tmp_path, GOLD, REPORT + "Hết.\n")
    seen.append(digest([read_gold(one), read_gold(other)]))

    assert len(set(seen)) == 4


# --- beginning ---------------------------------------------------------------------------------

HEADLINES = ("figures", "figures_strict", "items", "indicator", "deadline", "sector")


@pytest.mark.parametrize("source", ["co-to", "lap-vo", "ba-che", "dev/d01", "genres/c14"])
def test_a_draft_is_the_gold_of_its_summary(source: str, tmp_path: Path) -> None:
    document = tmp_path / "xa.txt"
    document.write_bytes((FIXTURES / f"{source}.txt").read_bytes())
    summary = Summarizer()(Document.read(document))

    drafted = read_gold(write_draft(document))

    scored = score(drafted.document, drafted.gold, summary)
    found = {name: scored.counts[name].value for name in HEADLINES}
    assert {name: value for name, value in found.items() if value not in (1.0, None)} == {}
    assert found["figures_strict"] == found["items"] == 1.0


def write_draft(document: Path) -> Path:
    path = document.with_suffix(".yaml")
    path.write_text(begin(document, Summarizer()).gold, encoding="utf-8")
    return path


def test_a_draft_says_so_and_names_the_numbers_in_no_item(tmp_path: Path) -> None:
    document = tmp_path / "xa.txt"
    document.write_text(REPORT + "Dự hội nghị có 31 thứ.\n", encoding="utf-8")

    begun = begin(document, Summarizer())
    path = document.with_suffix(".yaml")
    path.write_text(begun.gold, encoding="utf-8")
    path.with_suffix(".toml").write_text(begun.sidecar, encoding="utf-8")
    unclaimed = Summarizer()(Document.read(document)).coverage.unclaimed

    assert (read_gold(path).sidecar.status, read_gold(path).sidecar.prefilled) == ("draft", True)
    comments = [line for line in begun.gold.splitlines() if line.startswith("#   line")]
    assert [line.split()[3] for line in comments] == [numeral.raw for numeral in unclaimed]


@given(st.text(min_size=1), st.text(), st.text())
def test_any_words_survive_a_draft(
    tmp_path_factory: pytest.TempPathFactory, quote: str, indicator: str, event: str
) -> None:
    item = Achievement(
        id="A1",
        statement="",
        sector="general",
        indicator=indicator,
        evidence=(Evidence(quote=quote, start=0, end=len(quote)),),
    )
    summary = Summary(
        source=Source(sha256="", characters=0),
        context=Context(event=event),
        overview="",
        achievements=(item,),
        coverage=Coverage(numerals=0, used=0),
        run=Run(engine="embedded", task=""),
    )

    path = tmp_path_factory.getbasetemp() / "bat-ky.yaml"
    path.write_text(draft("xa.txt", Document(quote), summary).gold, encoding="utf-8")
    read = read_gold(path).gold

    assert (read.achievements[0].quote, read.achievements[0].indicator) == (quote, indicator)
    assert read.context is not None
    assert read.context["event"] == event


def test_every_list_of_a_draft_can_be_empty(tmp_path: Path) -> None:
    document = tmp_path / "xa.txt"
    document.write_text("Thông báo lịch tiếp công dân.\n", encoding="utf-8")

    read = read_gold(write_draft(document)).gold

    assert [read.items(name) for name in LISTS] == [()] * len(LISTS)

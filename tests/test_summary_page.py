"""The page of summaries: what it says, and how it behaves in a real browser."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import (
    Achievement,
    Context,
    Coverage,
    Deadline,
    Directive,
    Evidence,
    Failure,
    Figure,
    Flag,
    Issuer,
    Row,
    Run,
    Sector,
    Source,
    Summary,
    Target,
    Unclaimed,
)
from summarizer import Document, DocumentError, Summarizer
from summarizer.exports import Options, export
from summarizer.exports.page import LISTS, pieces
from summarizer.exports.sources import Sources
from tests.browser import Browser, in_browser

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
EVIL = "<script>window.owned = 1</script></script></style><img src=x onerror='window.owned = 1'>"
HOSTILE = (
    f"UBND huyện Đồng Xanh {EVIL}\r\n"
    "🌾🌾 Sản lượng lúa đạt 120 tấn &amp; 🌾 bằng 96,5% kế hoạch \u2028 <!--; còn 77 hộ.\r\n"
    "Phấn đấu thu ngân sách đạt 45 tỷ đồng trước ngày 30/6/2023. Rà soát đất đai trong quý I.\r\n"
)
TAB, ENTER, ESCAPE, DOWN = "\ue004", "\ue007", "\ue00c", "\ue015"

TEXTS = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
SEEN = """return [...document.querySelectorAll(arguments[0])]
  .filter((e) => e.offsetParent !== null).map((e) => e.dataset.id)"""
INSIDE = """
const one = document.querySelector(arguments[0]);
const box = one.getBoundingClientRect();
const pane = one.closest("#source, #items").getBoundingClientRect();
return box.top >= pane.top - 1 && box.top < pane.bottom;
"""
EVIDENCE = """return [...document.querySelectorAll(".part")]
  .filter((part) => part.owners.includes(arguments[0])).map((part) => part.textContent).join("")"""


def span(quote: str, text: str = HOSTILE) -> dict[str, Any]:
    start = text.index(quote)
    return {"start": start, "end": start + len(quote)}


def evidence(quote: str, page: int | None = None) -> tuple[Evidence, ...]:
    return (Evidence(quote=quote, page=page, **span(quote)),)


def hostile() -> Summary:
    """A text that wants to be obeyed, with overlapping passages, flags and deadlines."""
    crop = "🌾🌾 Sản lượng lúa đạt 120 tấn &amp; 🌾 bằng 96,5% kế hoạch"
    goal = "thu ngân sách đạt 45 tỷ đồng"
    task = "Phấn đấu thu ngân sách đạt 45 tỷ đồng trước ngày 30/6/2023"
    chair = Issuer(name=EVIL, posts=("Chủ tịch",), kind="person")
    return Summary(
        source=Source(
            name="hostile.txt",
            sha256=Document(HOSTILE).digest,
            characters=len(HOSTILE),
            title=f"Báo cáo {EVIL}",
        ),
        context=Context(locality="huyện Đồng Xanh", period="2022"),
        overview=EVIL,
        achievements=(
            Achievement(
                id="A1",
                statement=f"Sản lượng {EVIL}",
                sector="agriculture",
                indicator="sản lượng lúa",
                figures=(
                    figure("level", "120 tấn", value=120, unit="tấn", comparator="gt"),
                    figure("of_plan", "96,5%", value="96.5", unit="%", reference="kế hoạch"),
                ),
                evidence=evidence(crop),
                flags=(Flag(code="constructor", message=f"Look {EVIL}"),),
            ),
        ),
        targets=(
            Target(
                id="T1",
                statement=goal,
                sector="budget_finance",
                figures=(figure("level", "45 tỷ đồng", value=45, unit="tỷ đồng"),),
                deadline=Deadline(text="năm 2023"),
                evidence=evidence(goal),
            ),
        ),
        directives=(
            directive("D1", "Rà soát đất đai", None),
            directive("D2", "Rà soát đất đai trong quý I", "2023-03-31"),
            Directive(
                id="D3",
                statement=task,
                sector="budget_finance",
                issuer=chair,
                addressees=("các xã", "các phòng"),
                deadline=Deadline.model_validate(
                    {"text": "trước ngày 30/6/2023", "date": "2023-06-29"}
                ),
                evidence=evidence(task, page=3),
            ),
        ),
        coverage=Coverage(numerals=5, used=4, unclaimed=(Unclaimed(raw="77", **span("77")),)),
        run=Run(engine="embedded", task="report@0", issues=(Flag(code="x", message=EVIL),)),
    )


def figure(role: str, raw: str, **fields: object) -> Figure:
    return Figure.model_validate({"role": role, "raw": raw, **span(raw)} | fields)


def directive(number: str, quote: str, date: str | None) -> Directive:
    return Directive(
        id=number,
        statement=quote,
        sector="land_urban_infrastructure",
        deadline=Deadline.model_validate({"text": "quý I", "date": date}) if date else None,
        evidence=evidence(quote),
    )


@dataclass(frozen=True)
class Made:
    """Rows and the texts they speak of."""

    rows: Sequence[Row]
    documents: Sequence[Document]

    @property
    def summaries(self) -> list[Summary]:
        return [row.summary for row in self.rows if row.summary is not None]


@pytest.fixture(scope="module")
def made() -> Made:
    names = ("co-to.txt", "dong-son.txt", "dev/d34.txt")
    documents = [Document.read(FIXTURES / name) for name in names]
    rows = [ok(Summarizer()(document)) for document in documents]
    scan = Failure(type="DocumentError", message="scan.pdf is a scan <b>; read it first")
    failed = Row(name="scan.pdf", status="failed", error=scan)
    return Made([*rows, ok(hostile()), failed], [*documents, Document(HOSTILE, "hostile.txt")])


def ok(summary: Summary) -> Row:
    return Row(name=summary.source.name or "?", status="ok", summary=summary)


@pytest.fixture(scope="module")
def html(made: Made) -> str:
    return "".join(pieces(made.rows, Sources(made.documents)))


@pytest.fixture(scope="module")
def file(html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page") / "summaries.html"
    place.write_text(html, encoding="utf-8", newline="\n")
    return place


def read(browser: Browser, document: int) -> None:
    browser.click(f"#documents a[href='#{document}']")
    browser.until("!document.getElementById('reader').hidden")


def search(browser: Browser, words: str) -> None:
    browser.click("#search")
    browser.press(*words)


def items(summary: Summary) -> list[Any]:
    return [item for name in LISTS for item in getattr(summary, name)]


def chosen(browser: Browser) -> list[str]:
    told: list[str] = browser.run(SEEN, ".item.current")
    return told


# --- The file -------------------------------------------------------------------------------------


def told(html: str, name: str) -> Any:
    (kept,) = re.findall(
        rf'<script id="{name}" type="application/json">(.*?)</script>', html, re.DOTALL
    )
    return json.loads(kept)


def test_the_policy_names_the_only_style_and_script(html: str) -> None:
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy.startswith("default-src 'none'; ")
    assert "img-src 'none'" in policy
    for kind, pattern in (
        ("style", r"<style>(.*?)</style>"),
        ("script", r"<script>(.*?)</script>"),
    ):
        (code,) = re.findall(pattern, html, re.DOTALL)
        digest = b64encode(sha256(code.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_the_page_points_nowhere_else(html: str) -> None:
    own = re.sub(r'<script id="[^"]+" type="application/json">.*?</script>', "", html)
    markup, _, script = own.partition("<script>")
    links = re.findall(r'(?:href|src|action|url)\s*[=(]\s*["\']?([^"\'\s>)]+)', markup)
    assert {link[0] for link in links} == {"#"}
    assert re.findall(r"https?:[^\"]*", script) == ["http://www.w3.org/2000/svg"]


def test_a_text_cannot_end_the_data(html: str) -> None:
    assert told(html, "document-3")["text"] == HOSTILE
    data = re.findall(r'<script id="[^"]+" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert len(data) == 5 + 2
    assert not any(re.search("[<>&\u2028\u2029]", kept) for kept in data)
    assert EVIL not in html


@given(st.text(st.characters(), min_size=1))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    document = Document(text)
    source = Source(sha256=document.digest, characters=len(text), title=text)
    summary = hostile().model_copy(update={"source": source})
    page = "".join(pieces([Row(name="x", status="ok", summary=summary)], Sources([document])))
    assert told(page.encode().decode(), "document-0")["text"] == text


def test_the_index_counts_what_the_summaries_hold(html: str, made: Made) -> None:
    index = told(html, "index")
    assert [entry["name"] for entry in index] == [row.name for row in made.rows]
    assert [entry["counts"] for entry in index[:4]] == [
        [len(getattr(summary, name)) for name in LISTS] for summary in made.summaries
    ]
    assert index[3]["flags"] == 3  # an item, a numeral, an issue
    assert index[4] == {"name": "scan.pdf", "failed": True}


def test_a_text_that_is_not_the_one_summarized_is_not_shown() -> None:
    other = Document(HOSTILE + " ", "hostile.txt")
    page = "".join(pieces([ok(hostile())], Sources([other])))
    document = told(page, "document-0")
    assert "text" not in document
    assert document["items"][1]["evidence"][0][3] == "thu ngân sách đạt 45 tỷ đồng"


def test_quotes_stand_in_the_file_once(html: str, made: Made) -> None:
    document = told(html, "document-0")
    assert all(len(one) == 2 for item in document["items"] for one in item["evidence"])
    assert html.count("Giá trị tăng thêm cả năm ước tăng 14,2% so với cùng kỳ") == 1
    assert made.summaries[0].achievements[0].statement.startswith("Giá trị tăng thêm")


def test_rows_are_taken_one_by_one(made: Made) -> None:
    taken = []

    def rows() -> Iterator[Row]:
        for row in made.rows:
            taken.append(row.name)
            yield row

    written = pieces(rows(), Sources())
    assert [len(taken) for piece in written if piece.startswith('{"name"')] == [1, 2, 3, 4, 5]


def test_sources_are_found_by_their_hash_and_read_when_needed(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(f"Báo cáo của {name} năm nay.", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff\x00\xfe")
    sources = Sources.of([tmp_path])
    a, c = (Document.read(tmp_path / name) for name in ("a.txt", "c.txt"))
    assert sources.find(a.digest) == a.text
    (tmp_path / "c.txt").write_text("Báo cáo khác.", encoding="utf-8")
    assert sources.find(c.digest) is None
    assert sources.find(a.digest) == a.text


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(DocumentError, match="does not exist"):
        export([ok(hostile())], tmp_path / "page.html", Options(sources=(gone,)))
    assert [*tmp_path.iterdir()] == []


def test_an_export_ends_in_a_page_with_its_sources(tmp_path: Path) -> None:
    source = tmp_path / "hostile.txt"
    source.write_text(HOSTILE, encoding="utf-8", newline="")
    export([ok(hostile())], tmp_path / "page.html", Options(sources=(source,)))
    page = (tmp_path / "page.html").read_bytes().decode()
    assert told(page, "document-0")["text"] == HOSTILE


def test_every_word_is_there_in_both_languages(html: str) -> None:
    labels = told(html, "labels")
    kinds = ("words", "roles", "comparators", "sectors")
    assert set(labels["en"]["sectors"]) == set(Sector.__args__)  # type: ignore[attr-defined]
    for kind in kinds:
        assert labels["vi"][kind].keys() == labels["en"][kind].keys()
        fields = [
            [sorted(re.findall(r"\{\w*\}", word)) for word in labels[each][kind].values()]
            for each in ("vi", "en")
        ]
        assert fields[0] == fields[1]
    asked = set(re.findall(r'data-(?:word|label)="(\w+)"', html))
    assert asked <= labels["vi"]["words"].keys()


# --- The index in the browser ---------------------------------------------------------------------


@in_browser
def test_the_page_opens_with_the_index(browser: Browser, made: Made) -> None:
    assert browser.run("return document.querySelectorAll('#documents tr').length") == 5
    assert "huyện Cô Tô" in browser.text("#documents tr")
    assert browser.run("return document.getElementById('reader').hidden")
    assert browser.run("return document.title") == "Tóm tắt báo cáo"
    assert browser.run(TEXTS, "#documents tr:first-child td.number") == [
        *(str(len(getattr(made.summaries[0], name))) for name in LISTS),
        "1",
    ]


@in_browser
@pytest.mark.parametrize("words", ["thuy san", "THỦY SẢN", "thuỷ  sản"])
def test_search_knows_neither_case_nor_diacritics(browser: Browser, words: str) -> None:
    search(browser, words)
    assert "co-to.txt" in browser.text("#documents tr:first-child small")
    hits = browser.run(TEXTS, "#documents tr:first-child .hits a")
    assert any(hit.startswith("A3") for hit in hits)
    found = browser.run(TEXTS, "#documents tr small:first-of-type")
    assert "hostile.txt" not in found


@in_browser
@pytest.mark.parametrize("letters", ["[", "(", "\\", "*", ".+", "-", "a|b", "$", "😀", "\u0301"])
def test_any_sign_can_be_searched(browser: Browser, letters: str) -> None:
    browser.run(
        """const box = document.getElementById("search");
        box.value = arguments[0];
        box.dispatchEvent(new Event("input"));""",
        letters,
    )
    assert " / 5 " in browser.text("#found")


@in_browser
def test_words_that_nobody_holds_are_said_to_be_nowhere(browser: Browser) -> None:
    search(browser, "xyzxyz")
    assert browser.run("return document.querySelectorAll('#documents tr').length") == 0
    assert browser.text("#none") == "Không tài liệu nào có từ này."
    browser.press(ESCAPE)
    assert browser.run("return document.querySelectorAll('#documents tr').length") == 5


@in_browser
def test_words_in_another_order_are_found_where_no_text_holds_the_phrase(browser: Browser) -> None:
    search(browser, "owned xanh dong")
    assert browser.text("#found").startswith("1 / 5")
    assert browser.text("#documents small") == "hostile.txt"


@in_browser
def test_a_hit_leads_to_its_item(browser: Browser) -> None:
    search(browser, "thuy san")
    browser.click("#documents .hits a[href='#0/A3']")
    browser.until("!document.getElementById('reader').hidden")
    assert chosen(browser) == ["A3"]
    assert browser.run(INSIDE, ".part.current")
    assert "thủy sản" in browser.run(TEXTS, ".found")


@in_browser
def test_the_index_is_walked_by_keyboard(browser: Browser) -> None:
    browser.press("j", "j", DOWN, "k")
    assert browser.run("return document.activeElement.getAttribute('href')") == "#1"
    browser.press(ENTER)
    browser.until("!document.getElementById('reader').hidden")
    assert browser.text("#heading") == "dong-son.txt"
    browser.press(ESCAPE)
    browser.until("document.getElementById('reader').hidden")
    assert browser.run("return document.activeElement.getAttribute('href')") == "#1"


@in_browser
def test_a_failed_document_says_why(browser: Browser) -> None:
    read(browser, 4)
    assert "scan.pdf is a scan <b>; read it first" in browser.text("#failure")
    assert browser.run("return document.querySelectorAll('.item').length") == 0


# --- A document in the browser --------------------------------------------------------------------


@in_browser
def test_what_is_lit_up_is_the_quote_sign_by_sign(browser: Browser, made: Made) -> None:
    for position, summary in enumerate(made.summaries):
        read(browser, position)
        assert browser.run(TEXTS, "#text") == [made.documents[position].text]
        for item in items(summary):
            quotes = "".join(one.quote for one in item.evidence)
            assert browser.run(EVIDENCE, item.id) == quotes
        browser.click("#back")
        browser.until("document.getElementById('reader').hidden")


@in_browser
def test_a_click_on_an_item_lights_up_its_words_and_scrolls_there(
    browser: Browser, made: Made
) -> None:
    read(browser, 0)
    last = made.summaries[0].directives[-1]
    browser.run("document.getElementById('source').scrollTop = 0")
    browser.click(f".item[data-id='{last.id}'] .pick")
    assert browser.run("return document.getElementById('source').scrollTop") > 0
    assert browser.run(INSIDE, ".part.current")
    assert "".join(browser.run(TEXTS, ".part.current")) == last.evidence[0].quote
    assert browser.run("return location.hash") == f"#0/{last.id}"


@in_browser
def test_a_click_on_words_chooses_their_item(browser: Browser, made: Made) -> None:
    read(browser, 0)
    target = made.summaries[0].targets[2]
    browser.run(
        """[...document.querySelectorAll(".part")]
          .find((part) => part.owners.includes(arguments[0])).click()""",
        target.id,
    )
    assert chosen(browser) == [target.id]
    assert browser.run(INSIDE, ".item.current")
    pressed = "return [...document.querySelectorAll(\".pick[aria-pressed='true']\")].length"
    assert browser.run(pressed) == 1


@in_browser
def test_overlapping_passages_are_both_visible_and_both_clickable(browser: Browser) -> None:
    read(browser, 3)
    both = """const part = [...document.querySelectorAll(".part")].find((one) => one.owners[1]);
      return [part.textContent, part.style.getPropertyValue("--one"),
        part.style.getPropertyValue("--two")]"""
    assert browser.run(both) == ["thu ngân sách đạt ", "var(--targets)", "var(--directives)"]
    click = """[...document.querySelectorAll(".part")].find((one) => one.owners[1]).click()"""
    seen = []
    for _ in range(3):
        browser.run(click)
        seen += chosen(browser)
    assert seen == ["T1", "D3", "T1"]
    browser.click(".tag[data-id='D3']")
    assert chosen(browser) == ["D3"]
    assert "".join(browser.run(TEXTS, ".part.current")).startswith("Phấn đấu thu ngân sách")


@in_browser
def test_a_text_that_wants_to_be_obeyed_is_shown_as_text(browser: Browser) -> None:
    read(browser, 3)
    assert browser.run(TEXTS, "#text") == [HOSTILE]
    assert browser.text("#overview") == EVIL
    assert EVIL in browser.text(".item[data-id='D3']")
    assert EVIL in browser.text(".item[data-id='A1'] .flags")
    for language in ("en", "vi"):
        browser.click(f"#{language}")
    search(browser, "script")
    assert browser.run("return window.owned === undefined")
    assert browser.run("return document.querySelectorAll('main img, main script').length") == 0
    assert browser.run(TEXTS, "#text") == [HOSTILE]


@in_browser
def test_figures_stand_in_vietnamese_and_plans_as_bars(browser: Browser) -> None:
    read(browser, 3)
    rows = browser.run(TEXTS, ".item[data-id='A1'] .figures tr")
    assert rows == ["mứctrên 120 tấn", "so kế hoạch96,5%kế hoạch"]
    bars = """return [...document.querySelectorAll(".bar")].map((bar) =>
      [bar.getAttribute("aria-label"), bar.querySelector(".short").getAttribute("width")])"""
    assert browser.run(bars) == [["96,5% kế hoạch", "96.5"]]


@in_browser
def test_a_directive_tells_who_and_to_whom_and_until_when(browser: Browser) -> None:
    read(browser, 3)
    told = browser.text(".item[data-id='D3'] .about")
    assert "Chủ tịch" in told
    assert "Nơi nhận: các xã; các phòng" in told
    assert "Hạn: trước ngày 30/6/2023 (29/06/2023)" in told
    assert told.endswith("tr. 3")
    assert "tr." not in browser.text(".item[data-id='D2'] .about")


@in_browser
def test_directives_are_ordered_by_deadline_those_without_last(browser: Browser) -> None:
    read(browser, 3)
    assert browser.run(SEEN, ".item") == ["A1", "T1", "D1", "D2", "D3"]
    browser.click("#order option[value='deadline']")
    assert browser.run(SEEN, ".item") == ["A1", "T1", "D2", "D3", "D1"]


@in_browser
def test_filters_hide_items_and_uncolour_their_words(browser: Browser) -> None:
    read(browser, 3)
    browser.click("#lists button[data-list='targets']")
    assert browser.run(SEEN, ".item") == ["A1", "D1", "D2", "D3"]
    assert browser.run(EVIDENCE, "T1") == ""
    browser.click("#lists button[data-list='targets']")
    browser.click("#sector option[value='budget_finance']")
    assert browser.run(SEEN, ".item") == ["T1", "D3"]
    assert browser.text("#shown") == "2 / 5 mục"
    browser.click("#clear")
    browser.click("#flagged")
    assert browser.run(SEEN, ".item") == ["A1"]
    browser.click("#clear")
    assert len(browser.run(SEEN, ".item")) == 5
    assert browser.run("return document.getElementById('clear').hidden")


@in_browser
def test_search_in_a_document_marks_words_and_narrows_items(browser: Browser) -> None:
    read(browser, 3)
    search(browser, "ngan sach")
    assert browser.run(SEEN, ".item") == ["T1", "D3"]
    assert browser.run(TEXTS, ".found") == ["ngân sách"]
    browser.press(ESCAPE)
    search(browser, "dong xanh")
    assert "1 chỗ trong văn bản" in browser.text("#shown")
    assert browser.run(TEXTS, ".found") == ["Đồng Xanh"]
    assert len(browser.run(SEEN, ".item")) == 5
    browser.press(ESCAPE)
    search(browser, "con 77")  # beyond signs that take two code units
    assert "".join(browser.run(TEXTS, ".found")) == "còn 77"


@in_browser
def test_numerals_that_nobody_claims_are_marked_and_led_to(browser: Browser, made: Made) -> None:
    read(browser, 2)
    missed = [one.raw for one in made.summaries[2].coverage.unclaimed]
    assert missed
    assert browser.run(TEXTS, "#text .unclaimed") == missed
    browser.run("document.getElementById('source').scrollTop = 1e6")
    browser.click("#coverage button")
    assert browser.run(INSIDE, "#text .unclaimed")
    assert f"{len(missed)} chưa dùng" in browser.text("#coverage")


@in_browser
def test_j_and_k_walk_from_item_to_item(browser: Browser, made: Made) -> None:
    read(browser, 0)
    ids = [item.id for item in items(made.summaries[0])]
    browser.press("j", "j", "j", "k")
    assert chosen(browser) == [ids[1]]
    assert browser.run("return document.activeElement.closest('.item').dataset.id") == ids[1]
    browser.press(DOWN)
    assert chosen(browser) == [ids[2]]
    browser.press(ESCAPE)
    assert chosen(browser) == []
    browser.press("k")
    assert chosen(browser) == [ids[-1]]
    browser.press("/", "j")
    assert browser.run("return document.getElementById('search').value") == "j"


@in_browser
def test_enter_on_a_tag_chooses_its_item(browser: Browser) -> None:
    read(browser, 0)
    browser.run("document.querySelector(\".tag[data-id='A1']\").focus()")
    browser.press(TAB)
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    assert browser.run(outline) != "none"
    browser.press(ENTER)
    assert chosen(browser) == ["A2"]


@in_browser
def test_labels_are_vietnamese_and_can_be_english(browser: Browser) -> None:
    read(browser, 0)
    assert browser.run("return document.documentElement.lang") == "vi"
    assert browser.text("#sections h3").startswith("Kết quả (")
    browser.press("j")
    browser.click("#en")
    assert browser.run("return document.documentElement.lang") == "en"
    assert browser.text("#sections h3").startswith("Achievements (")
    assert chosen(browser) == ["A1"]
    assert "No unit stands after the number." in browser.run(TEXTS, ".flags li")
    browser.click("#vi")
    assert "sau con số không có đơn vị" in browser.run(TEXTS, ".flags li")


@in_browser
def test_a_phone_shows_one_side_and_turns_to_the_other(browser: Browser) -> None:
    browser.resize(390, 844)
    fits = "return document.documentElement.scrollWidth <= window.innerWidth"
    assert browser.run(fits)
    read(browser, 0)
    side = """return ["source", "items"].filter((id) =>
      document.getElementById(id).offsetParent !== null)"""
    assert browser.run(side) == ["source"]
    browser.click(".tag[data-id='A2']")
    assert browser.run(side) == ["items"]
    assert browser.run(INSIDE, ".item.current")
    browser.click(".item[data-id='A1'] .pick")
    assert browser.run(side) == ["source"]
    assert browser.run(INSIDE, ".part.current")
    assert browser.run(fits)


@in_browser
def test_print_shows_all_items_with_their_quotes(browser: Browser, made: Made) -> None:
    read(browser, 3)
    browser.click("#flagged")
    browser.media("print")
    assert browser.run(SEEN, ".item") == ["A1", "T1", "D1", "D2", "D3"]
    quotes = [one.quote for item in items(made.summaries[3]) for one in item.evidence]
    assert browser.run(TEXTS, ".quote") == quotes
    shown = "return document.querySelector('.quote').getClientRects().length > 0"
    assert browser.run(shown)
    assert browser.run("return document.getElementById('search').offsetParent === null")


@in_browser
def test_a_document_without_its_text_shows_quotes(
    browser: Browser, made: Made, tmp_path: Path
) -> None:
    place = tmp_path / "alone.html"
    export(made.rows[:1], place)
    browser.open(place.as_uri())
    assert browser.run("return document.getElementById('contents').hidden")  # the only document
    assert "Không có văn bản nguồn" in browser.text("#sourceless")
    quotes = [one.quote for item in items(made.summaries[0]) for one in item.evidence]
    assert browser.run(TEXTS, ".quote") == quotes
    browser.press("j", "j")
    assert chosen(browser) == ["A2"]


@in_browser
def test_an_address_leads_to_an_item_and_a_wrong_one_to_the_index(
    browser: Browser, file: Path
) -> None:
    browser.open(f"{file.as_uri()}#3/T1")
    assert chosen(browser) == ["T1"]
    browser.open(f"{file.as_uri()}#3/%E0%A4%A")
    assert chosen(browser) == []
    browser.open(f"{file.as_uri()}#99")
    assert browser.run("return document.getElementById('reader').hidden")


@in_browser
def test_an_item_that_filters_hide_is_shown_when_it_is_asked_for(browser: Browser) -> None:
    read(browser, 3)
    browser.click("#flagged")
    assert browser.run(SEEN, ".item") == ["A1"]
    browser.run("location.hash = '#3/D2'")
    browser.until("document.querySelector(\".item.current[data-id='D2']\")")
    assert len(browser.run(SEEN, ".item")) == 5
    assert not browser.run("return document.getElementById('flagged').checked")


@in_browser
def test_offsets_beyond_the_text_break_nothing(browser: Browser, tmp_path: Path) -> None:
    summary = hostile()
    wild = [
        one.model_copy(update={"evidence": (Evidence(quote="x", start=start, end=end),)})
        for one, start, end in zip(
            summary.directives, (-5, 3, 10**9), (-2, 3, 10**9 + 1), strict=True
        )
    ]
    row = ok(summary.model_copy(update={"directives": tuple(wild)}))
    place = tmp_path / "wild.html"
    with place.open("w", encoding="utf-8", newline="") as out:
        out.writelines(pieces([row], Sources([Document(HOSTILE)])))
    browser.open(place.as_uri())
    assert browser.run(TEXTS, "#text") == [HOSTILE]
    browser.click(".item[data-id='D2'] .pick")
    assert chosen(browser) == ["D2"]


@in_browser
def test_words_marked_for_copying_are_no_click(browser: Browser) -> None:
    read(browser, 0)
    browser.run(
        """const part = document.querySelector(".part");
        getSelection().selectAllChildren(part);
        part.click();"""
    )
    assert chosen(browser) == []
    browser.click(".item[data-id='A2'] .pick")
    assert chosen(browser) == ["A2"]


@in_browser
def test_many_documents_are_drawn_in_steps(browser: Browser, tmp_path: Path) -> None:
    summary = hostile()
    place = tmp_path / "many.html"
    rows = (Row(name=f"r{number}", status="ok", summary=summary) for number in range(450))
    export(rows, place)
    browser.open(place.as_uri())
    assert browser.run("return document.querySelectorAll('#documents tr').length") == 200
    browser.click("#more")
    browser.click("#more")
    assert browser.run("return document.querySelectorAll('#documents tr').length") == 450
    search(browser, "r44")
    assert browser.text("#found") == "11 / 450 tài liệu"

"""Saved pages of portals and newspapers: the report as text, without what stands around it."""

import datetime
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("trafilatura", reason="needs the extra html")

from summarizer import Document, Summarizer
from summarizer.errors import DocumentError
from summarizer.folding import fold
from summarizer.formats.flow import flow
from summarizer.formats.html import convert
from summarizer.formats.markup import MOST_TAGS, parsed
from tests.pages import KINDS, framed, page

FIXTURES = Path(__file__).parents[1] / "evals" / "fixtures"
TEXTS = [
    "ba-che.txt", "co-to.txt", "dong-son.txt", "si-ma-cai.txt", "lap-vo.txt", "dev/d02.txt",
    "dev/d19.txt", "genres/a03.txt", "genres/b02.txt", "genres/c03.txt", "genres/e05.txt",
]  # fmt: skip

TITLE = "Huyện Mẫu Sơn tổng kết năm 2020"
LONG = "Năm 2020, sản lượng lúa của huyện ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ năm trước."
NEXT = "Năm 2021, huyện phấn đấu giảm tỷ lệ hộ nghèo còn 2,1%; giao các xã rà soát hộ nghèo."
ARTICLE = f"<p>{LONG}</p><p>{NEXT}</p>"

Item = tuple[str, str, tuple[tuple[str, str], ...]]


def text_of(markup: str) -> str:
    return convert(markup.encode(), "page.html").text


def lines_of(markup: str) -> list[str]:
    return [line for line in text_of(markup).split("\n") if line]


@cache
def items(text: str) -> set[Item]:
    """List, folded quote and figures of every item."""
    summary = Summarizer()(Document(text))
    measured = (
        (name, item)
        for name in ("achievements", "shortcomings", "targets")
        for item in getattr(summary, name)
    )
    found = {
        (
            name,
            quote(item.evidence[0].quote),
            tuple((f.role, fold(f.raw).key) for f in item.figures),
        )
        for name, item in measured
    }
    return found | {("directives", quote(d.evidence[0].quote), ()) for d in summary.directives}


def quote(text: str) -> str:
    return " ".join(fold(text).key.split())


# --- The same report, on a page and as plain text ------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_on_a_portal_page_gives_the_items_and_figures_of_its_text(kind: str) -> None:
    both = told = found = 0
    for name in TEXTS:
        text = (FIXTURES / name).read_text("utf-8")
        gold, got = items(text), items(convert(page(text, kind).encode(), name).text)
        both += len(gold & got)
        told += len(gold)
        found += len(got)
    assert told > 200
    assert 2 * both / (told + found) >= 0.97


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_of_the_report_stands_once_and_in_order(kind: str) -> None:
    body = [f"Xã thứ {i} thu hoạch {i}00 tấn lúa và {i}50 tấn ngô vụ mùa." for i in range(1, 9)]
    body.insert(4, "1. Tổ chức thực hiện")
    body.insert(5, "- Giao các phòng.")
    text = text_of(page("\n".join([TITLE, *body]), kind))
    places = [text.index(line) for line in (TITLE, *body)]
    assert places == sorted(places)
    assert all(text.count(line) == 1 for line in (TITLE, *body))


@pytest.mark.parametrize("kind", KINDS)
def test_menus_counters_and_other_news_give_no_items(kind: str) -> None:
    gold = items(f"{TITLE}\n{LONG}\n{NEXT}")
    assert gold
    assert items(text_of(framed(kind, TITLE, ARTICLE, date="24/11/2020 09:05"))) == gold


@pytest.mark.parametrize("kind", ["liferay", "nukeviet", "vnpt", "newspaper"])
def test_scripts_shares_and_related_headlines_leave_the_text(kind: str) -> None:
    text = text_of(framed(kind, TITLE, ARTICLE))
    for furniture in ("999", "Trang chủ", "Facebook", "8.712", "4.567", "2.500", "Chỉ tiêu giả"):
        assert furniture not in text


# --- Paragraphs, lists, tables -------------------------------------------------------------------


def test_paragraphs_and_line_breaks_end_lines() -> None:
    assert lines_of(f"<div><p>{LONG}</p>\n<div>{NEXT}<br>Giao\n  các&nbsp;xã.</div></div>") == [
        LONG,
        NEXT,
        "Giao các xã.",
    ]


def test_parts_stand_apart_and_points_together() -> None:
    markup = f"<h2>Kết quả</h2><p>{LONG}</p><ul><li>Một việc<li>Hai việc</ul><p>{NEXT}</p>"
    assert text_of(markup) == f"Kết quả\n\n{LONG}\n\n- Một việc\n- Hai việc\n\n{NEXT}"


def test_list_points_carry_the_markers_a_reader_sees() -> None:
    markup = (
        f"<div><p>{LONG}</p><ol><li>Kinh tế<ol type=a><li>Trồng trọt</li><li>Chăn nuôi</ol>"
        "<li value=4>Xã hội<ul><li><p>Y tế.</p></li></ul></li><li>An ninh</li></ol>"
        '<ol type="I" start="3"><li>Tổ chức</li></ol>'
        '<ul style="list-style-type: none"><li>Không dấu</li></ul>'
        '<ol style="list-style: lower-roman"><li>Nhỏ</li></ol></div>'
    )
    assert lines_of(markup)[1:] == [
        "1. Kinh tế", "a. Trồng trọt", "b. Chăn nuôi", "4. Xã hội", "- Y tế.", "5. An ninh",
        "III. Tổ chức", "Không dấu", "i. Nhỏ",
    ]  # fmt: skip


@pytest.mark.parametrize("point", ["- Giao xã", "2.1. Giao xã", "a) Giao", "IV. Giao", "+ Giao"])
def test_a_point_with_its_own_marker_gets_no_second_one(point: str) -> None:
    assert lines_of(f"<div><p>{LONG}</p><ul><li>{point}</li></ul></div>")[1] == point


@pytest.mark.parametrize("point", ["9/9 trường", "5.807 tấn lúa", "1.250.000 con", "-5% so"])
def test_a_number_at_the_start_of_a_point_is_no_marker(point: str) -> None:
    assert lines_of(f"<div><p>{LONG}</p><ol><li>{point}</li></ol></div>")[1] == f"1. {point}"


def test_numbers_of_a_table_stand_in_a_line_with_their_header() -> None:
    table = (
        "<table><thead><tr><th rowspan=2>TT<th rowspan=2>Chỉ tiêu<th rowspan=2>Đơn vị"
        "<th colspan=2>Năm 2020</tr><tr><th>Kế hoạch<th>Thực hiện</tr></thead>"
        "<tr><td>1<td>Sản lượng lúa<td>tấn<td>100<td>105</tr>"
        "<tr><td>2<td>Hộ nghèo<td>hộ<td>50<td>40</tr></table>"
    )
    *_, first, second = lines_of(f"<div>{ARTICLE}{table}</div>")
    for words in ("2020", "Sản lượng lúa", "ế hoạch", "100", "hực hiện", "105 tấn"):
        assert words in first
    assert "Hộ nghèo" in second
    assert "40 hộ" in second


def test_a_table_tells_its_rows_after_a_single_paragraph() -> None:
    cells = "".join(f"<tr><td>Xã {i}</td><td>{i}</td><td>{i + 1}</td></tr>" for i in range(10, 40))
    head = "<tr><th>Đơn vị</th><th>Kế hoạch</th><th>Thực hiện</th></tr>"
    text = text_of(f"<body><p>{LONG}</p><div><table>{head}{cells}</table></div></body>")
    assert all(f"Xã {i}" in text for i in range(10, 40))


@pytest.mark.parametrize(
    "table",
    [
        "<table>Một câu<tr><td>a<td>1</tr><tr><td>b<td>2</tr></table>",
        "<table><tr>Một câu<td>a<td>1</tr><tr><td>b<td>2</tr></table>",
        "<table><tr><td>a</td>Một câu<td>1</tr><tr><td>b<td>2</tr></table>",
        "<table><p>Một câu</p><tr><td>a<td>1</tr><tr><td>b<td>2</tr></table>",
        "<table><caption>Một câu</caption><tr><td>a<td>1</tr><tr><td>b<td>2</tr></table>",
    ],
)
def test_words_beside_the_cells_of_a_table_are_not_lost(table: str) -> None:
    assert text_of(f"<div>{ARTICLE}{table}</div>").count("Một câu") == 1


def test_an_article_in_a_button_that_never_ends_is_not_lost() -> None:
    assert lines_of(f"<div><button>In<p>{LONG}</p><p>{NEXT}</p></div>")[-2:] == [LONG, NEXT]


def test_a_layout_table_gives_its_paragraphs() -> None:
    side = "<td><a href=/a>Tin tức</a><br><a href=/b>Văn bản</a><br><a href=/c>Liên hệ</a></td>"
    markup = f"<table><tr>{side}<td>{ARTICLE}<ul><li>Một việc</li></ul></td></tr></table>"
    assert lines_of(markup) == [LONG, NEXT, "- Một việc"]


def test_the_letterhead_of_an_official_paper_keeps_its_lines() -> None:
    head = (
        "<table><tr><td>UBND HUYỆN MẪU SƠN<br>Số: 12/BC-UBND</td>"
        "<td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</td></tr></table>"
    )
    assert lines_of(f"<div>{head}{ARTICLE}</div>")[:4] == [
        "UBND HUYỆN MẪU SƠN",
        "Số: 12/BC-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ]


def test_captions_stay_and_raised_digits_join_their_word() -> None:
    figure = "<figure><img src=x alt=ảnh><figcaption>Quang cảnh hội nghị</figcaption></figure>"
    lines = lines_of(
        f"<div>{ARTICLE}{figure}<p>Rộng 5 km<sup>2</sup>, chiếm &lt;10&#37;.</p></div>"
    )
    assert lines[2:] == ["Quang cảnh hội nghị", "Rộng 5 km2, chiếm <10%."]


def test_preformatted_text_keeps_its_lines() -> None:
    assert lines_of(f"<pre>{LONG}\n- Một việc\n</pre>") == [LONG, "- Một việc"]


def test_a_text_without_tags_is_read_as_it_is() -> None:
    assert text_of(f"{TITLE}\n\n{LONG}\n- Một việc") == f"{TITLE}\n\n{LONG}\n- Một việc"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_stay_composed_or_decomposed_as_they_are(form: str) -> None:
    told = unicodedata.normalize(form, LONG)
    assert told in text_of(f"<div><p>{told}</p></div>")


def test_a_page_saved_by_word_keeps_its_numbers_and_tables() -> None:
    ignored = "<span style='mso-list:Ignore'>1.<span>&nbsp;&nbsp; </span></span>"
    cells = "".join(
        f"<td><p class=MsoNormal>{cell}</p></td>" for cell in ("Lúa (tấn)", "500", "512")
    )
    heads = "".join(
        f"<td><p><b>{head}</b></p></td>" for head in ("Chỉ tiêu", "Kế hoạch", "Kết quả")
    )
    markup = (
        "<!--[if gte mso 9]><xml><o:x>99 tấn</o:x></xml><![endif]-->"
        f"<body lang=VI><div class=WordSection1><p class=MsoNormal>{LONG}<o:p>&nbsp;</o:p></p>"
        f"<p class=MsoListParagraph><![if !supportLists]>{ignored}<![endif]>Ngô\nvà lúa.</p>"
        f"<table><tr>{heads}</tr><tr>{cells}</tr></table></div>"
    )
    first, second, table = lines_of(markup)
    assert (first, second) == (LONG, "1. Ngô và lúa.")
    assert "512 tấn" in table


# --- What is no part of the report ---------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="color:red; DISPLAY : none">Đạt 999 tấn</p>',
        "<div hidden>Đạt 999 tấn</div>",
        "<script>document.write('<p>Đạt 999 tấn</p>')</script>",
        "<!-- <p>Đạt 999 tấn</p> -->",
        "<style>p:before { content: 'Đạt 999 tấn' }</style>",
        "<noscript>Đạt 999 tấn</noscript>",
        "<textarea>Đạt 999 tấn</textarea>",
        "<template><p>Đạt 999 tấn</p></template>",
        '<div class="binh-luan"><p>Đạt 999 tấn</p></div>',
        '<div id="dnn_RelatedNews">Đạt 999 tấn</div>',
    ],
)
def test_what_no_reader_sees_leaves_and_the_words_behind_it_stay(hidden: str) -> None:
    text = text_of(f"<div>{ARTICLE}{hidden}và còn nữa.<p>{LONG}</p></div>")
    assert "999" not in text
    assert "và còn nữa." in text


def test_a_part_with_most_of_the_text_stays_whatever_its_name() -> None:
    assert lines_of(f'<div class="sidebar comment" id="menu">{ARTICLE}</div>') == [LONG, NEXT]


def test_a_part_that_unfolds_stays() -> None:
    more = "".join(f"<p>{i}. Giao xã {i} rà soát hộ nghèo trên địa bàn.</p>" for i in range(1, 9))
    markup = f'<div>{ARTICLE * 9}<div class="hide" id="other_part">{more}</div></div>'
    assert "8. Giao xã 8 rà soát hộ nghèo trên địa bàn." in text_of(markup)


def test_a_page_of_links_alone_is_not_empty() -> None:
    assert lines_of('<ul class="menu"><li><a href=/>Trang chủ</a></li></ul>') == ["- Trang chủ"]


def test_the_sapo_above_the_text_stays() -> None:
    markup = (
        "<ul class=menu><li><a href=/>Trang chủ</a></ul>"
        f"<div><h1>{TITLE}</h1><div class=time>24/11/2020</div><div class=sapo>{NEXT}</div>"
        f"<div class=content><p>{LONG}</p><p>{LONG[:-1]} và ổn định.</p><p>Hết.</p></div></div>"
    )
    assert lines_of(markup)[:4] == [TITLE, "24/11/2020", NEXT, LONG]


def test_a_single_paragraph_does_not_draw_in_the_whole_page() -> None:
    around = "<div>Hộp thư góp ý</div>"
    markup = f"{around}<div><div><div><p>Kết quả</p><p>{LONG}</p></div></div></div>{around}"
    assert lines_of(markup) == ["Kết quả", LONG]


@pytest.mark.parametrize("beside", ["Hết.", "1. Lúa", "- Y tế", "Kết quả"])
def test_short_lines_beside_a_single_paragraph_stay(beside: str) -> None:
    menu = "<div><a href=/>Trang chủ</a><br><a href=/a>Tin tức</a><br><a href=/b>Liên hệ</a></div>"
    markup = f"{menu}<div><div><p>{beside}</p><p>{LONG}</p><p>{beside}</p></div></div>"
    assert lines_of(markup) == [beside, LONG, beside]


def test_a_section_far_from_the_rest_is_not_lost() -> None:
    points = "".join(f"<p>{i}. Giao xã {i} rà soát hộ nghèo trên địa bàn.</p>" for i in range(1, 9))
    first = f"<div><div><section>{ARTICLE}<p>{LONG[:-1]} và ổn định.</p></section></div></div>"
    text = text_of(f"<body><div>{first}<div><div>{points}</div></div></div></body>")
    assert all(f"{i}. Giao xã {i} " in text for i in range(1, 9))


def test_a_second_part_of_the_article_is_not_lost() -> None:
    parts = "".join(
        f"<div class=part><p>{i}. {LONG}</p><p>Giao xã {i}.</p></div>" for i in range(9)
    )
    text = text_of(f"<body><div class=detail>{parts}</div></body>")
    assert all(f"Giao xã {i}." in text for i in range(9))


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("a defect of the library")


def _empty(*_: object, **__: object) -> None:
    return None


@pytest.mark.parametrize("answer", [_broken, _empty])
@pytest.mark.parametrize("kind", KINDS)
def test_the_article_is_found_where_trafilatura_finds_none(
    kind: str, answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trafilatura.bare_extraction", answer)
    lines = lines_of(framed(kind, TITLE, ARTICLE))
    assert {TITLE, LONG, NEXT} <= set(lines)


WORDS = st.integers(0, 9).map("từ{}".format)
MARKUP = st.recursive(
    WORDS,
    lambda inner: st.tuples(
        st.sampled_from(["p", "div", "span", "b", "ul", "ol", "section", "td", "pre", "h2", "a"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


def _markup(tree: str | tuple[str, list[Any]]) -> str:
    if isinstance(tree, str):
        return f" {tree} "
    tag, inner = tree
    told = "".join(_markup(each) for each in inner)
    if tag in {"ul", "ol"}:
        return f"<{tag}><li>{told}</{tag}>"
    if tag == "td":
        return f"<table><tr><td>{told}</td><td>{told}</td></tr></table>"
    return f"<{tag}>{told}</{tag}>"


@given(st.lists(MARKUP, max_size=5))
def test_every_word_of_a_page_stands_once_and_in_order_in_its_flow(trees: list[Any]) -> None:
    markup = "".join(map(_markup, trees))
    lines = flow(parsed(f"<body>{markup}</body>", "page"))
    words = re.compile("từ[0-9]")
    assert words.findall("\n".join(line.text for line in lines)) == words.findall(markup)


# --- Title and day -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (f'<meta property="og:title" content="{TITLE}">', TITLE),
        (f"<title>{TITLE} - Cổng thông tin điện tử huyện Mẫu Sơn</title>", TITLE),
        (f"<title>Trang chủ | {TITLE} | mauson.example.vn</title>", TITLE),
        (f"<title>\n\t{TITLE}\n - Báo Mẫu Sơn</title>", TITLE),
        ("<title>Báo cáo kinh tế - xã hội năm 2020</title>", "Báo cáo kinh tế - xã hội năm 2020"),
        ("<title>Cổng thông tin điện tử huyện Mẫu Sơn - Chi tiết tin</title>", None),
        ("", None),
    ],
)
def test_the_title_is_that_of_the_page_without_its_site(head: str, title: str | None) -> None:
    assert convert(f"<head>{head}</head><body>{ARTICLE}".encode(), "p").title == title


DAY = datetime.date(2020, 11, 24)


@pytest.mark.parametrize(
    "markup",
    [
        '<meta property="article:published_time" content="2020-11-24T09:05:00+07:00">',
        '<meta property="article:published_time" content="2020-11-23T18:30:00Z">',
        '<meta name="pubdate" content="24/11/2020 10:20">',
        '<meta itemprop="datePublished" content="2020-11-24">',
        '<meta name="DC.date.issued" content="2020-11-24 00:00:00">',
        '<script type="application/ld+json">{"datePublished": "2020-11-24T01:00:00Z"}</script>',
        '<time datetime="2020-11-24T09:05">hôm qua</time>',
        f"<h1>{TITLE}</h1><div>Thứ Ba, ngày 24/11/2020 | 10:20 GMT+7</div>",
        f"<h1>{TITLE}</h1><span>24-11-2020 10:20</span>",
        f"<h1>{TITLE}</h1><p>Ngày 24 tháng 11 năm 2020</p>",
        f'<meta name="date" content="hôm nay"><h1>{TITLE}</h1><p>Cập nhật: 24.11.2020</p>',
    ],
)
def test_the_day_is_read_from_metadata_or_under_the_title(markup: str) -> None:
    assert convert(f"{markup}<div>{ARTICLE}</div>".encode(), "p").published_on == DAY


def test_the_clock_of_the_page_is_not_its_day() -> None:
    clock = "<div class=top><nav><time datetime=2024-05-14>14/05/2024</time></nav></div>"
    head = f"<title>{TITLE}</title>{clock}<div>Thứ ba, 14/05/2024</div>"
    page = f"{head}<div><h1>{TITLE}</h1><p>24/11/2020 10:20</p>{ARTICLE}</div>"
    assert convert(page.encode(), "p").published_on == DAY


@pytest.mark.parametrize("day", ["31/02/2020", "24/11/0020", "2020", "99/99/9999", "0001-01-01"])
def test_an_impossible_day_is_no_day(day: str) -> None:
    markup = f'<meta name="pubdate" content="{day}"><p>{day}</p>{ARTICLE}'
    assert convert(markup.encode(), "p").published_on is None


# --- Encodings -----------------------------------------------------------------------------------


CODECS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
CHARSETS = ["utf-8", "iso-8859-1", "windows-1252", "no-such-thing", "utf-16"]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("charset", CHARSETS)
def test_a_wrong_charset_in_the_page_does_not_spoil_its_letters(codec: str, charset: str) -> None:
    markup = f'<html><meta charset="{charset}"><body><div>{ARTICLE}</div>'
    assert LONG in convert(markup.encode(codec), "p").text


@pytest.mark.parametrize("charset", ["windows-1258", "utf-8", "windows-1252", ""])
def test_windows_1258_is_read_whatever_the_page_calls_it(charset: str) -> None:
    def typed(text: str) -> str:
        """Vowels with their shape composed, tone marks behind them, as that encoding wants it."""
        pairs = re.compile("([aeouAEOU][\u0302\u0306\u031b])")
        split = unicodedata.normalize("NFD", text)
        split = re.sub("([\u0323])([\u0302\u0306\u031b])", r"\2\1", split)
        return pairs.sub(lambda pair: unicodedata.normalize("NFC", pair[1]), split)

    markup = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">{ARTICLE}'
    text = convert(typed(markup).encode("cp1258"), "p").text
    assert unicodedata.normalize("NFC", LONG) in unicodedata.normalize("NFC", text)


def test_a_few_broken_bytes_do_not_spoil_the_rest() -> None:
    markup = f"<div>{ARTICLE}</div>".encode()
    assert LONG in convert(markup + b"\xe1\xbb", "p").text
    assert NEXT in convert(markup.replace(b"5.807", b"5.807\xff"), "p").text


def test_a_page_of_another_language_is_read_as_it_says() -> None:
    markup = '<meta charset="iso-8859-1"><p>Résumé: la récolte a été très bonne cette année là.</p>'
    assert "récolte a été" in convert(markup.encode("latin-1"), "p").text


@pytest.mark.parametrize("charset", ["punycode", "zlib", "rot13", "unicode_escape", "x" * 99])
def test_what_is_no_encoding_of_letters_is_not_tried(charset: str) -> None:
    with pytest.raises(DocumentError, match="unknown encoding"):
        convert(f'<meta charset="{charset}"><p>'.encode("latin-1") + b"\xfe\xff\xb5" * 9, "p")


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(DocumentError, match=r"^p\.html is in an unknown encoding; save"):
        convert(b"<p>\x80\x81\xfe\xff\xb5\xb8 \x91\x92</p>" * 9, "p.html")


# --- Hostile pages -------------------------------------------------------------------------------


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"^p nests its tags too deeply"):
        convert(b"<div>" * 100_000 + ARTICLE.encode(), "p")


def test_nesting_that_browsers_show_is_read() -> None:
    assert lines_of("<div>" * 900 + ARTICLE + "</div>" * 900) == [LONG, NEXT]


def test_a_flood_of_tags_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"^p has more than 200,000 tags; save its"):
        convert(b"<i>" * (MOST_TAGS + 1), "p")


@pytest.mark.parametrize("attribute", ["a{}=1", 'a{}="<"', "a{}"])
def test_a_flood_of_attributes_costs_no_more_than_its_length(attribute: str) -> None:
    flood = " ".join(attribute.format(i) for i in range(200_000))
    assert LONG in text_of(f"<p {flood}>x</p><p>{LONG}</p>")


def test_entities_of_a_document_type_are_not_resolved() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = text_of(
        f'<?xml version="1.0" encoding="utf-16"?>{bomb}<div>{ARTICLE}<p>&b; &f;</p></div>'
    )
    assert LONG in text
    assert "lol" not in text
    assert "root:" not in text


def test_null_bytes_and_controls_leave_the_words() -> None:
    assert lines_of(f"<div>{ARTICLE}</div>".replace("lượng", "lư\x00ợn\x07g")) == [LONG, NEXT]


def test_a_table_with_immense_spans_is_read() -> None:
    cells = "<td rowspan=99999999 colspan=99999999>một" * 300
    text = text_of(f"<table><tr>{cells}</tr>" + "<tr><td>hai</tr>" * 300 + f"</table>{ARTICLE}")
    assert LONG in text


@pytest.mark.parametrize(
    "markup", ["", "   ", "<!-- x -->", "<script>x</script>", "<p>&nbsp;</p>", "</p>"]
)
def test_a_page_without_text_is_refused(markup: str) -> None:
    with pytest.raises(DocumentError, match=r"^p\.html holds no text; check that it is the report"):
        convert(markup.encode(), "p.html")


PIECES = [
    "<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</table>", "<ul>", "<ol>", "<li>",
    "</ul>", "<a href=x>", "</a>", "<br>", "<pre>", "<b", ">", "&nbsp;", "\n", "<h1>", "<!--",
    "-->", '"', "một hai ba bốn", LONG, "<caption>", "<form class=menu>", "<span hidden>", "12",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30))
@example(["<table>", "<caption>", LONG, "<tr>", "<td>", "12", "<td>", "12"])
def test_any_markup_gives_lines_or_is_said_to_hold_no_text(pieces: list[str]) -> None:
    markup = "".join(pieces)
    try:
        lines = text_of(markup).split("\n")
    except DocumentError as error:
        lines = [str(error)]
    assert all(line == line.strip() for line in lines)
    assert any(lines)

"""PDF in: paragraphs, tables, pages, and what is refused."""

import io
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from schemas.summary import Summary
from summarizer import Document, Summarizer
from summarizer.errors import DocumentError
from summarizer.folding import fold
from summarizer.formats import Converted
from summarizer.formats.paragraphs import mended
from summarizer.formats.pdf import MOST_PAGES, convert
from tests import pdf_writer

_FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
_LONG = (
    "Năm 2024, tổng giá trị sản xuất của huyện ước đạt 1.250 tỷ đồng, tăng 8,2% so với cùng kỳ; "
    "thu ngân sách đạt 105% dự toán tỉnh giao; tỷ lệ hộ nghèo giảm còn 2,1%; an ninh chính trị, "
    "trật tự an toàn xã hội được giữ vững, đời sống của nhân dân các xã vùng cao ngày càng khá."
)


def _read(data: bytes) -> Converted:
    return convert(data, "report.pdf")


def _lines(text: str) -> list[str]:
    """Paragraphs without the blanks that no PDF keeps."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


# --- The same report as text and as PDF ----------------------------------------------------------

_SAME = (
    "co-to",
    "dong-son",
    "lap-vo",
    "si-ma-cai",
    "genres/a02",
    "genres/b01",
    "genres/c11",
    "dev/d31",
)


def _items(summary: Summary) -> set[tuple[str, str]]:
    return {
        (name, fold(item.evidence[0].quote).key.replace("\n", " "))
        for name in ("achievements", "shortcomings", "targets", "directives")
        for item in getattr(summary, name)
    }


def _figures(summary: Summary) -> Counter[tuple[object, ...]]:
    return Counter(
        (name, figure.role, figure.value, figure.unit)
        for name in ("achievements", "shortcomings", "targets")
        for item in getattr(summary, name)
        for figure in item.figures
    )


@pytest.mark.parametrize("name", _SAME)
def test_a_report_as_pdf_gives_the_items_and_figures_of_its_text(name: str) -> None:
    text = (_FIXTURES / f"{name}.txt").read_text("utf-8")
    read = _read(pdf_writer.report(text, size=14, indent=28, space=6))
    plain, printed = Summarizer()(text), Summarizer()(Document(read.text))
    assert _items(printed) == _items(plain)
    assert _figures(printed) == _figures(plain)
    assert _lines(read.text) == _lines(text)


@pytest.mark.parametrize("align", ["justify", "left"])
@pytest.mark.parametrize("indent", [0, 36])
def test_lines_of_a_paragraph_are_put_together(align: str, indent: float) -> None:
    story = [_LONG, "Tuy nhiên, giải ngân còn chậm.", f"Nhờ đó, {_LONG}", _LONG]
    assert _lines(_read(pdf_writer.typeset(story, indent=indent, align=align)).text) == story


def test_points_of_a_list_stay_lines() -> None:
    story = ["Phấn đấu:", "- Trồng 50 ha rừng;", f"- {_LONG}", "- Xây 12 km đường", "a) Sửa 3 cầu"]
    assert _lines(_read(pdf_writer.typeset(story, space=0, indent=20)).text) == story


# --- Pages ---------------------------------------------------------------------------------------


def test_pages_begin_where_their_first_words_stand() -> None:
    story = [
        " ".join(f"Xã số {n} đạt {n + 7} tỷ đồng." for n in range(at, at + 15)) for at in range(40)
    ]
    read = _read(pdf_writer.typeset(story, indent=30, head="BÁO CÁO CỦA HUYỆN"))
    assert len(read.pages) > 2
    assert read.pages[0] == 0
    assert list(read.pages) == sorted(set(read.pages))
    assert _lines(read.text) == story  # heads and page numbers are gone, torn paragraphs mended
    torn = [at for at in read.pages[1:] if read.text[at - 1] == " "]
    assert torn  # a paragraph goes on from the page above
    assert all(read.text[at] != " " for at in read.pages)


def test_a_number_that_counts_no_pages_stays() -> None:
    story = ["Kết quả năm 2024", _LONG, "2024"]
    assert _lines(_read(pdf_writer.typeset(story)).text) == story


def test_pages_that_are_all_alike_are_not_all_heads() -> None:
    read = _read(_drawn([[(90, 100, "Xã đạt 5 tiêu chí.")]] * 3))
    assert read.text.count("Xã đạt 5 tiêu chí.") == 3


# --- Places on the page --------------------------------------------------------------------------

_Words = list[tuple[float, float, str]]  # left, points from the top, text


def _drawn(pages: list[_Words], *, turn: int = 0, small: str = "*") -> bytes:
    """Words at their places on A4; those that begin like a note are small."""
    pdf_writer.needs_font()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    for words in pages:
        if turn:
            canvas.translate(297, 421)
            canvas.rotate(turn)
            canvas.translate(-297, -421)
        for left, top, text in words:
            canvas.setFont("serif", 9 if text.startswith(small) else 13)
            canvas.drawString(left, 842 - top, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_a_letterhead_is_read_column_by_column() -> None:
    left = ["ỦY BAN NHÂN DÂN", "HUYỆN SƠN HÀ", "Số: 12/BC-UBND"]
    right = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Sơn Hà, 5/12"]
    words = [(60.0, 80 + 18.0 * row, text) for row, text in enumerate(left)]
    words += [(260.0, 80 + 18.0 * row, text) for row, text in enumerate(right)]
    words.append((60, 180, "Năm 2024, huyện đạt nhiều kết quả, thu ngân sách đạt 105% dự toán."))
    assert _lines(_read(_drawn([sorted(words, key=lambda word: word[1])])).text) == [
        *left, *right, words[-1][2]
    ]  # fmt: skip


def test_rows_of_figures_are_not_read_down() -> None:
    rows = [("Lúa", "1.050 tấn", "105%"), ("Ngô", "320 tấn", "98%"), ("Sắn", "90 tấn", "101%")]
    words = [
        (left, 100 + 20.0 * place, text)
        for place, row in enumerate(rows)
        for left, text in zip((60.0, 220.0, 380.0), row, strict=True)
    ]
    text = _read(_drawn([words])).text
    for name, amount, share in rows:
        line = next(line for line in text.splitlines() if name in line)
        assert amount in line
        assert share in line


def test_columns_of_a_page_are_read_one_after_the_other() -> None:
    left = ["Sản lượng lúa của huyện", "năm nay ước đạt 5.807", "tấn, tăng 4% so với", "năm trước."]
    right = ["Thu ngân sách trên địa", "bàn đạt 120 tỷ đồng,", "vượt 5% dự toán mà", "tỉnh giao."]
    columns = [(60.0, 0.0, left * 3), (320.0, 6.0, right * 3)]  # their lines are not level
    words = [
        (x, 100 + lower + 16.0 * row, text)
        for x, lower, column in columns
        for row, text in enumerate(column)
    ]
    text = " ".join(_lines(_read(_drawn([sorted(words, key=lambda word: word[1])])).text))
    assert text == " ".join(left * 3 + right * 3)


def test_a_marker_set_off_by_a_tab_stays_with_its_point() -> None:
    points = ["Trồng 50 ha rừng", "Xây 12 km đường", "Sửa 3 cầu treo"]
    words = [
        word
        for row, text in enumerate(points)
        for word in ((60.0, 100 + 16.0 * row, "-"), (100.0, 100 + 16.0 * row, text))
    ]
    assert _lines(_read(_drawn([words])).text) == [f"- {text}" for text in points]


def test_a_stamp_set_askew_is_no_text() -> None:
    file = FPDF()
    file.add_page()
    file.set_font("helvetica", size=13)
    file.text(20, 40, "Huy xa dat 5 tieu chi")
    with file.rotation(45, 100, 100):
        file.text(20, 100, "BAN SAO")
    assert _read(bytes(file.output())).text == "Huy xa dat 5 tieu chi"


def test_letters_printed_twice_to_look_bold_are_read_once() -> None:
    words = [(90, 100, "Xã đạt 5 tiêu chí."), (90.3, 100, "Xã đạt 5 tiêu chí.")]
    assert _read(_drawn([words])).text == "Xã đạt 5 tiêu chí."


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(0, 30)),
        st.tuples(st.sampled_from("abcdeg-12%"), st.floats(0, 8), st.integers(6, 16)),
        min_size=1,
    )
)
def test_no_word_of_a_page_is_lost_or_read_twice(
    words: dict[tuple[int, int], tuple[str, float, int]],
) -> None:
    file = FPDF(unit="pt", format="A4")
    file.add_page()
    told = []
    for (column, row), (sign, aside, size) in words.items():
        told.append(f"{sign}w{column}x{row}")
        file.set_font("helvetica", size=size)
        file.text(30 + 85 * column + aside, 40 + 24 * row + aside, told[-1])
    assert sorted(_read(bytes(file.output())).text.split()) == sorted(told)


def test_a_note_does_not_tear_the_paragraph_that_passes_it() -> None:
    head, tail = "Năm nay, thu ngân sách của huyện trên các địa bàn", "xã, thị trấn đạt 5 tỷ đồng."
    body = [(60.0, 100 + 16.0 * row, f"Đoạn số {row} nói về xã số {row}.") for row in range(8)]
    note = (60.0, 780.0, "* Theo báo cáo của Chi cục Thuế huyện.")
    pages = [[*body, (60.0, 740.0, head), note], [(60.0, 60.0, tail), (60.0, 90.0, "Hết.")]]
    read = _read(_drawn(pages))
    assert _lines(read.text)[-3:] == [note[2], f"{head} {tail}", "Hết."]
    assert read.text[read.pages[1] :].startswith(tail)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_read(turn: int) -> None:
    words = [(100.0, 400.0, "Huyện đạt 5.807 tấn thủy sản."), (100.0, 460.0, "Xã đạt 12 tiêu chí.")]
    assert _lines(_read(_drawn([words], turn=turn)).text) == [text for _, _, text in words]


def test_marks_that_come_apart_from_their_letters_stay_with_them() -> None:
    decomposed = "đạt 5 tiêu chí".replace("ạ", "a\u0323").replace("ê", "e\u0302")
    assert _read(_drawn([[(90, 100, decomposed)]])).text == decomposed


def test_marks_that_are_drawn_after_their_line_find_their_letters() -> None:
    mark = 90 + pdf_writer.width("đa", 13)
    read = _read(_drawn([[(90, 100, "đat 5 tiêu chí"), (mark, 100, "\u0323")]]))
    assert read.text == "đa\u0323t 5 tiêu chí"


def test_an_exponent_stays_one() -> None:
    story = ["<para>Diện tích 30 km<super>2</super>, đạt 5.807<super>1</super> tấn.</para>"]
    assert _read(pdf_writer.typeset(story)).text == "Diện tích 30 km², đạt 5.807¹ tấn."


# --- Hyphens -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("phát triển kinh tế -", "xã hội", "phát triển kinh tế - xã hội"),
        ("Nghị quyết số 13-", "NQ/HU", "Nghị quyết số 13-NQ/HU"),
        ("giai đoạn 2016–", "2020", "giai đoạn 2016–2020"),
        ("kinh tế-", "xã hội", "kinh tế-xã hội"),
        ("45 triệu đồng/", "người", "45 triệu đồng/người"),
        ("Nghị quyết số 13- ", "NQ/HU", "Nghị quyết số 13- NQ/HU"),
        ("Wash-", "ington", "Wash-ington"),
        ("soft-ware devel-", "opment", "soft-ware development"),
        ("ước đạt", "5 tấn", "ước đạt 5 tấn"),
        ("-", "5 tấn", "- 5 tấn"),
    ],
)
def test_only_a_hyphen_that_the_line_made_goes(above: str, below: str, text: str) -> None:
    assert mended(above, below) == text


# --- Tables --------------------------------------------------------------------------------------

_HEAD = ["Chỉ tiêu", "Đơn vị tính", "Kế hoạch", "Thực hiện", "Tỷ lệ (%)"]


def test_a_table_is_read_row_by_row_with_its_header() -> None:
    rows = [
        _HEAD,
        ["Sản lượng lúa của các xã vùng cao trong huyện", "tấn", "1.000", "1.050", "105"],
    ]
    read = _read(pdf_writer.typeset(["Kết quả như sau.", rows, "Tuy nhiên, còn khó khăn."]))
    first, row, last = _lines(read.text)
    assert (first, last) == ("Kết quả như sau.", "Tuy nhiên, còn khó khăn.")
    for words in (
        "Sản lượng lúa của các xã vùng cao trong huyện",
        "1.050 tấn",
        "1.000 tấn",
        "105%",
    ):
        assert words in row


def test_a_table_goes_on_under_its_header_on_the_next_page() -> None:
    body = [[f"Cây trồng {number}", "tấn", "100", str(200 + number), "105"] for number in range(70)]
    read = _read(pdf_writer.typeset([[_HEAD, *body]]))
    lines = _lines(read.text)
    assert len(read.pages) > 1
    assert len(lines) == len(body)
    shapes = {
        line.replace(f"Cây trồng {n} ", "").replace(f"{200 + n}", "")
        for n, line in enumerate(lines)
    }
    assert len(shapes) == 1
    assert all(read.text[at:].startswith("Cây trồng") for at in read.pages)


def test_the_border_of_a_page_is_no_table() -> None:
    file = FPDF()
    file.add_page()
    file.set_font("helvetica", size=13)
    for inset in (5, 8):
        file.rect(inset, inset, 210 - 2 * inset, 297 - 2 * inset)
    for place in (5, 8):
        file.line(place, 5, place, 292)
        file.line(5, place, 205, place)
    file.set_xy(20, 30)
    file.multi_cell(170, text="Huyen dat 5 tieu chi va thu ngan sach dat 105% du toan nam. " * 3)
    assert len(_lines(_read(bytes(file.output())).text)) == 1


# --- Other writers -------------------------------------------------------------------------------

_CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.skipif(not _CHROMIUM.exists(), reason="Chromium is not installed")
def test_a_page_printed_by_a_browser_is_read(tmp_path: Path) -> None:
    pdf_writer.needs_font()
    page = tmp_path / "page.html"
    page.write_text(
        "<meta charset=utf-8><title>Báo cáo kinh tế - xã hội năm 2024</title>"
        "<style>body{font:14pt 'DejaVu Serif';text-align:justify}td,th{border:1px solid}</style>"
        f"<p>{_LONG}<p>Diện tích rừng 30 km<sup>2</sup>.<table style='border-collapse:collapse'>"
        + "".join(
            f"<tr><td>{'<td>'.join(row)}" for row in (_HEAD, ["Lúa", "tấn", "90", "99", "110"])
        )
        + "</table><p>Tuy nhiên, giải ngân còn chậm.",
        "utf-8",
    )
    printed = tmp_path / "page.pdf"
    subprocess.run(
        [
            _CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'profile'}",
            f"--print-to-pdf={printed}", page.as_uri(),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    read = _read(printed.read_bytes())
    paragraph, forest, row, last = _lines(read.text)
    assert (paragraph, forest) == (_LONG, "Diện tích rừng 30 km².")
    assert "99 tấn" in row
    assert last == "Tuy nhiên, giải ngân còn chậm."
    assert read.title == "Báo cáo kinh tế - xã hội năm 2024"


@cache
def _plain(**secret: str) -> bytes:
    """A small file of another writer."""
    pdf_writer.needs_font()
    file = FPDF()
    file.add_font("serif", fname=pdf_writer.FONT)
    file.add_page()
    file.set_font("serif", size=13)
    file.multi_cell(0, text="Huyện đạt 5.807 tấn thủy sản.")
    if secret:
        file.set_encryption(**secret)
    return bytes(file.output())


def test_a_file_that_only_its_owner_may_change_is_read() -> None:
    assert _read(_plain(owner_password="owner")).text == "Huyện đạt 5.807 tấn thủy sản."


# --- Metadata ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (
            "Báo cáo tình hình kinh tế - xã hội năm 2024",
            "Báo cáo tình hình kinh tế - xã hội năm 2024",
        ),
        ("Microsoft Word - BC KTXH nam 2024 ban cuoi", None),
        ("bao cao kinh te nam 2024.docx", None),
        ("Kế hoạch thực hiện Nghị quyết số 13-NQ/HU", "Kế hoạch thực hiện Nghị quyết số 13-NQ/HU"),
        ("", None),
    ],
)
def test_a_title_is_no_file_name(told: str, title: str | None) -> None:
    read = _read(pdf_writer.typeset([_LONG], title=told))
    assert read.title == title
    assert read.published_on is None


# --- What is refused -----------------------------------------------------------------------------


def test_an_encrypted_file_is_refused() -> None:
    with pytest.raises(DocumentError, match="remove the password"):
        _read(_plain(owner_password="owner", user_password="user"))


def test_fonts_that_hide_their_letters_are_refused() -> None:
    data = _plain()
    assert b"/ToUnicode" in data
    with pytest.raises(DocumentError, match="fonts that do not say"):
        _read(data.replace(b"/ToUnicode", b"/ToUnicodX"))


def _pictured(words: str, *, told: int = 0) -> bytes:
    """A page that is a picture, with a few words on it, behind so many pages of text."""
    file = FPDF()
    file.set_font("helvetica", size=10)
    for number in range(told):
        file.add_page()
        file.multi_cell(0, 6, f"Page {number} of the report says what was done. " * 30)
    file.add_page()
    file.image(Image.new("L", (60, 84), 200), x=0, y=0, w=210)
    file.text(20, 20, words)
    return bytes(file.output())


@pytest.mark.parametrize("words", ["", "Scanned by Office"])
def test_a_scan_is_refused(words: str) -> None:
    with pytest.raises(DocumentError, match="run OCR first"):
        _read(_pictured(words))


def test_scanned_pages_among_others_are_named() -> None:
    assert _read(_pictured("", told=2)).unread == (3,)
    assert _read(_plain()).unread == ()


def test_a_file_that_is_scanned_by_half_is_refused() -> None:
    with pytest.raises(DocumentError, match="run OCR first"):
        _read(_pictured("", told=1))


def test_a_file_without_words_is_refused() -> None:
    file = FPDF()
    file.add_page()
    with pytest.raises(DocumentError, match="has no text"):
        _read(bytes(file.output()))


def test_a_file_of_too_many_pages_is_refused() -> None:
    file = FPDF()
    for _ in range(MOST_PAGES + 1):
        file.add_page()
    with pytest.raises(DocumentError, match="split it"):
        _read(bytes(file.output()))


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(_plain())
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=40)):
        damaged[place] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    try:
        read = _read(cut)
    except DocumentError:
        return
    assert list(read.pages) == sorted(read.pages)
    assert all(0 <= at <= len(read.text) for at in read.pages)


def test_letters_of_an_old_font_make_no_summary() -> None:
    file = FPDF()
    file.add_page()
    file.set_font("times", size=13)
    file.multi_cell(
        0, text="Héi ®ång nh©n d©n huyÖn ®· häp, thu ng©n s¸ch ®¹t 105% kÕ ho¹ch n¨m. " * 3
    )
    with pytest.raises(DocumentError, match="TCVN3"):
        Document.decode(bytes(file.output()), "report.pdf")

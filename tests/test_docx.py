"""Word files and tables: what a reader of the page sees becomes text, and nothing else does."""

import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from docx.document import Document as WordDocument
from docx.oxml.parser import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.summary import Summary
from summarizer import Document, Summarizer, formats
from summarizer.errors import DocumentError
from summarizer.folding import fold
from summarizer.formats.docx import convert
from summarizer.formats.tables import rows, told_unit
from tests import docx_writer as word

_FIXTURES = Path(__file__).parents[1] / "evals" / "fixtures"
_HELLO = word.body(word.paragraph("Kính gửi các xã."))


def _text(data: bytes) -> str:
    return convert(data, "bao-cao.docx").text


def _body(xml: str) -> str:
    return _text(word.body(xml))


# --- The same report -----------------------------------------------------------------------------


def _items(summary: Summary) -> tuple[Counter[object], Counter[object]]:
    quotes: Counter[object] = Counter()
    figures: Counter[object] = Counter()
    for name in ("achievements", "shortcomings", "targets", "directives"):
        for item in getattr(summary, name):
            quotes[name, " ".join(fold(item.evidence[0].quote).key.split())] += 1
            figures.update(
                (name, f.role, f.value, f.upper, f.total, f.unit, f.comparator)
                for f in getattr(item, "figures", ())
            )
    return quotes, figures


@pytest.mark.parametrize(
    "source", sorted(_FIXTURES.rglob("*.txt"))[::9], ids=lambda source: source.stem
)
def test_a_report_typed_in_word_says_what_its_text_says(source: Path) -> None:
    text = Document.read(source).text
    summarize = Summarizer()
    quotes, figures = _items(summarize(Document(text)))
    typed, typed_figures = _items(summarize(Document(_text(word.report(text)))))
    agreed = (quotes & typed).total()
    assert 2 * agreed >= 0.97 * (quotes.total() + typed.total())
    assert typed_figures == figures


_LINE = st.text(st.sampled_from("abcdêơư 12,5%;."), min_size=1, max_size=40).map(
    lambda line: " ".join(f"x{line}x".split())
)


@settings(max_examples=25)
@given(st.lists(_LINE, min_size=1, max_size=6))
def test_every_paragraph_is_a_line(lines: list[str]) -> None:
    assert _body("".join(map(word.paragraph, lines))) == "\n".join(lines)


# --- Signs and paragraphs ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<w:t>Số:</w:t><w:tab/><w:t>12/BC-UBND</w:t>", "Số: 12/BC-UBND"),
        ("<w:t>một dòng</w:t><w:br/><w:t>dòng nữa</w:t>", "một dòng\ndòng nữa"),
        ("<w:t>trang</w:t><w:br w:type='page'/><w:t>trang sau</w:t>", "trang\ntrang sau"),
        ("<w:t>kinh tế</w:t><w:noBreakHyphen/><w:t>xã hội</w:t>", "kinh tế-xã hội"),
        ("<w:t>phát</w:t><w:softHyphen/><w:t>triển\xad, ổn\xad định</w:t>", "pháttriển, ổn định"),
        ("<w:t>đạt </w:t><w:sym w:font='Symbol' w:char='F0B3'/><w:t>95%</w:t>", "đạt ≥95%"),
        ("<w:t>  hai   dấu cách </w:t>", "hai dấu cách"),
    ],
)
def test_signs_become_text(inside: str, text: str) -> None:
    assert _body(f"<w:p><w:r>{inside.replace('<w:t>', _KEPT)}</w:r></w:p>") == text


_KEPT = '<w:t xml:space="preserve">'


def test_a_heading_stands_apart_and_blank_paragraphs_part() -> None:
    document = word.docx.Document()
    document.add_paragraph("Mở đầu.")
    document.add_heading("I. KẾT QUẢ", level=1)
    document.add_paragraph("Thu ngân sách đạt 105% dự toán.")
    for _ in range(5):
        document.add_paragraph("")
    document.add_paragraph("Người ký")
    assert _text(word.saved(document)) == (
        "Mở đầu.\n\nI. KẾT QUẢ\nThu ngân sách đạt 105% dự toán.\n\nNgười ký"
    )


def test_headers_footers_comments_and_contents_are_left_out() -> None:
    document = word.docx.Document()
    document.sections[0].header.paragraphs[0].text = "Mật"
    document.sections[0].footer.paragraphs[0].text = "Trang 3"
    told = document.add_paragraph("Trồng mới 12 ha rừng.")
    document.add_comment(told.runs, text="Xem lại số này", author="A", initials="A")
    styles = document.styles.element
    styles.append(
        parse_xml(f'<w:style {word.W} w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>')
    )
    document.add_paragraph("I. KẾT QUẢ 1")._p.get_or_add_pPr().get_or_add_pStyle().val = "TOC1"
    assert _text(word.saved(document)) == "Trồng mới 12 ha rừng."


# --- Lists ---------------------------------------------------------------------------------------


def _listed(*points: tuple[str, str, int]) -> list[str]:
    return _body(
        "".join(word.paragraph(text, number=number, level=level) for text, number, level in points)
    ).splitlines()


def test_points_carry_the_numbers_word_shows() -> None:
    assert _listed(
        ("Kinh tế", "91", 0),
        ("Trồng trọt", "91", 1),
        ("Chăn nuôi", "91", 1),
        ("Trâu", "91", 2),
        ("Xã hội", "91", 0),
        ("Giáo dục", "91", 1),
    ) == [
        "1. Kinh tế",
        "a) Trồng trọt",
        "b) Chăn nuôi",
        "1.b.I. Trâu",
        "2. Xã hội",
        "a) Giáo dục",
    ]


def test_lists_of_one_definition_count_on_unless_one_starts_again() -> None:
    assert _listed(("x", "91", 0), ("dấu", "90", 0), ("y", "91", 0), ("z", "92", 0)) == [
        "1. x",
        "- dấu",
        "2. y",
        "1. z",
    ]


def test_a_blank_point_counts_and_an_unknown_list_has_no_number() -> None:
    assert _listed(("x", "91", 0), ("", "91", 0), ("y", "91", 0), ("z", "7", 0)) == [
        "1. x",
        "",
        "3. y",
        "z",
    ]


def test_a_style_numbers_its_paragraphs_and_zero_takes_the_number_away() -> None:
    def styled(document: WordDocument) -> None:
        for key, inside in (
            ("Diem", '<w:pPr><w:numPr><w:numId w:val="91"/></w:numPr></w:pPr>'),
            ("Con", "<w:basedOn w:val='Diem'/>"),
            ("Vong", "<w:basedOn w:val='Vong'/>"),
        ):
            style = f'<w:style {word.W} w:styleId="{key}"><w:name w:val="{key}"/>{inside}</w:style>'
            document.styles.element.append(parse_xml(style))

    xml = "".join(
        [
            word.paragraph("một", style="Diem"),
            word.paragraph("hai", style="Con"),
            word.paragraph("không", style="Con", number="0"),
            word.paragraph("vòng", style="Vong"),
        ]
    )
    assert _text(word.body(xml, before=styled)).splitlines() == [
        "1. một",
        "2. hai",
        "không",
        "vòng",
    ]


def test_a_level_tells_after_which_other_it_begins_again_and_how_higher_ones_are_written() -> None:
    def told(document: WordDocument) -> None:
        first, second, third = document.part.numbering_part.element[1].iter(f"{_W}lvl")
        first.find(f"{_W}numFmt").set(f"{_W}val", "upperRoman")
        second.append(parse_xml(f'<w:lvlRestart {word.W} w:val="0"/>'))
        third.append(parse_xml(f"<w:isLgl {word.W}/>"))
        third.append(parse_xml(f'<w:pStyle {word.W} w:val="Sau"/>'))
        document.styles.element.append(
            parse_xml(
                f'<w:style {word.W} w:styleId="Sau"><w:name w:val="Sau"/><w:pPr><w:numPr>'
                '<w:numId w:val="91"/></w:numPr></w:pPr></w:style>'
            )
        )

    levels = [word.paragraph("x", number="91", level=level) for level in (0, 1, 0, 1)]
    xml = "".join([*levels, word.paragraph("x", style="Sau")])
    assert _text(word.body(xml, before=told)).split(" x") == [
        "I.",
        "\na)",
        "\nII.",
        "\nb)",
        "\n2.2.1.",
        "",
    ]


@pytest.mark.parametrize(
    ("form", "pattern", "third"),
    [
        ("upperRoman", "%1.", "III."),
        ("lowerRoman", "(%1)", "(iii)"),
        ("upperLetter", "%1)", "C)"),
        ("decimalZero", "%1.", "03."),
        ("decimal", "Điều %1.", "Điều 3."),
        ("none", "*", "*"),
        ("bullet", "+", "+"),
        ("bullet", "\uf0a7", "-"),
    ],
)
def test_numbers_are_written_as_the_list_writes_them(form: str, pattern: str, third: str) -> None:
    def formed(document: WordDocument) -> None:
        level = next(document.part.numbering_part.element.iter(f"{_W}lvl"))
        level.find(f"{_W}numFmt").set(f"{_W}val", form)
        level.find(f"{_W}lvlText").set(f"{_W}val", pattern)

    xml = word.paragraph("việc", number="90") * 3
    assert _text(word.body(xml, before=formed)).splitlines()[2] == f"{third} việc"


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


# --- What is seen --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:del><w:r><w:delText>cũ</w:delText></w:r></w:del>{word.run('mới')}", "mới"),
        (f"<w:ins>{word.run('thêm')}</w:ins>", "thêm"),
        (f"<w:moveFrom>{word.run('đi')}</w:moveFrom><w:moveTo>{word.run('đến')}</w:moveTo>", "đến"),
        (word.run("thấy") + word.run("ẩn", "<w:vanish/>"), "thấy"),
        (word.run("thấy", '<w:vanish w:val="0"/>'), "thấy"),
        (f"<w:hyperlink>{word.run('liên kết')}</w:hyperlink>", "liên kết"),
        (f"<!-- ghi chú --><?ma lenh?>{word.run('thẻ')}", "thẻ"),
        (f"<w:smartTag>{word.run('thẻ')}</w:smartTag>", "thẻ"),
        (f"<w:sdt><w:sdtContent>{word.run('ô nhập')}</w:sdtContent></w:sdt>", "ô nhập"),
        (
            word.run("còn lại")
            + "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
            + f"<w:sdtContent>{word.run('Bấm để nhập')}</w:sdtContent></w:sdt>",
            "còn lại",
        ),
        (
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
            "<w:r><w:instrText>DATE</w:instrText><w:t>mã</w:t></w:r>"
            "<w:r><w:fldChar w:fldCharType='separate'/></w:r>"
            f"{word.run('kết quả')}<w:r><w:fldChar w:fldCharType='end'/></w:r>",
            "kết quả",
        ),
        (f"<w:fldSimple w:instr='PAGE'>{word.run('7')}</w:fldSimple>{word.run(' xã')}", "7 xã"),
        ("<m:oMath><m:r><m:t>a=2</m:t></m:r></m:oMath>", "a=2"),
    ],
)
def test_text_is_what_a_reader_sees(xml: str, text: str) -> None:
    assert _body(f"<w:p>{xml}</w:p>") == text


def test_a_field_that_never_ends_hides_no_paragraph_but_its_own() -> None:
    begun = "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r></w:p>"
    assert _body(begun + word.paragraph("Vẫn đọc được.")) == "Vẫn đọc được."


@pytest.mark.parametrize("gone", ["del", "moveFrom"])
def test_a_deleted_paragraph_mark_joins_two_paragraphs(gone: str) -> None:
    first = f"<w:p><w:pPr><w:rPr><w:{gone}/></w:rPr></w:pPr>{word.run('Thu ngân sách ')}</w:p>"
    assert _body(first + word.paragraph("đạt 105%")) == "Thu ngân sách đạt 105%"


def test_a_text_box_is_told_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{word.paragraph('Trong khung')}</w:txbxContent>"
    drawn = (
        f"<w:p>{word.run('Ngoài khung')}<w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert _body(drawn) == "Ngoài khung\nTrong khung"


_NOTES = f"""<w:footnotes {word.W}>
  <w:footnote w:id="-1" w:type="separator"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
  <w:footnote w:id="2">{word.paragraph("Theo giá so sánh 2010.")}</w:footnote>
  <w:footnote w:id="3">{word.paragraph("Không được nhắc tới.")}</w:footnote>
</w:footnotes>"""


def test_footnotes_follow_the_text_once() -> None:
    cited = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    data = word.body(f"<w:p>{word.run('GRDP tăng 7%')}{cited}{cited}{word.run('.')}</w:p>")
    kind = "openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    with zipfile.ZipFile(BytesIO(data)) as package:
        types = package.read("[Content_Types].xml").decode()
        links = package.read("word/_rels/document.xml.rels").decode()
    relation = (
        '<Relationship Id="rId99" Target="footnotes.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/>'
    )
    override = f'<Override PartName="/word/footnotes.xml" ContentType="application/vnd.{kind}"/>'
    noted = word.changed(
        data,
        {
            "word/footnotes.xml": _NOTES.encode(),
            "[Content_Types].xml": types.replace("</Types>", f"{override}</Types>").encode(),
            "word/_rels/document.xml.rels": links.replace(
                "</Relationships>", f"{relation}</Relationships>"
            ).encode(),
        },
    )
    assert _text(noted) == "GRDP tăng 7%.\n\nTheo giá so sánh 2010."


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("Báo cáo kinh tế - xã hội năm 2024", "Báo cáo kinh tế - xã hội năm 2024"),
        ("kính gửi các xã", None),
        ("Word Document", None),
        ("Microsoft Word - bao cao cuoi nam 2024", None),
        ("bao cao tong ket cuoi nam.doc", None),
        ("", None),
    ],
)
def test_a_title_comes_from_the_properties_only_if_the_text_lacks_it(
    told: str, title: str | None
) -> None:
    def titled(document: WordDocument) -> None:
        document.core_properties.title = told

    converted = convert(word.body(word.paragraph("Kính gửi các xã."), before=titled), "a.docx")
    assert converted.title == title
    assert converted.published_on is None


# --- Tables --------------------------------------------------------------------------------------


def test_letterhead_and_signatures_become_lines() -> None:
    head = word.table(
        word.row("UBND HUYỆN SÔNG MAI", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        word.row("Số: 12/BC-UBND", "Sông Mai, ngày 12 tháng 12 năm 2024"),
    )
    signed = word.table(word.row("Nơi nhận:", "CHỦ TỊCH"))
    assert _body(head + word.paragraph("Nội dung.") + signed) == (
        "UBND HUYỆN SÔNG MAI\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 12/BC-UBND\n"
        "Sông Mai, ngày 12 tháng 12 năm 2024\n\nNội dung.\n\nNơi nhận:\nCHỦ TỊCH"
    )


def test_a_table_with_merged_cells_is_read_row_by_row() -> None:
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    xml = word.paragraph("(Đơn vị tính: Tr.đồng)") + word.table(
        word.row(
            word.cell("Chỉ tiêu", down),
            word.cell("Năm 2024", '<w:gridSpan w:val="2"/>'),
            word.cell("So sánh (%)", down),
        ),
        word.row(word.cell("", on), "Kế hoạch", "Thực hiện", word.cell("", on)),
        word.row("(1)", "(2)", "(3)", "(4)=(3)/(2)"),
        word.row(word.cell("THU NGÂN SÁCH", '<w:gridSpan w:val="4"/>')),
        word.row("Thu nội địa", "40.000", "42.000", "105"),
        word.row("Thu khác", "", "300", ""),
        word.row("Đã xóa", "1", "2", "3", properties="<w:del/>"),
    )
    assert _body(xml).splitlines()[2:] == [
        "(THU NGÂN SÁCH)",
        "Năm 2024, Thu nội địa thực hiện là 42.000 triệu đồng "
        "(kế hoạch năm 2024 là 40.000 triệu đồng), đạt 105% kế hoạch.",
        "Năm 2024, Thu khác thực hiện là 300 triệu đồng.",
    ]


def test_a_table_in_a_cell_is_read_in_its_place() -> None:
    inner = word.table(word.row("Chỉ tiêu", "Kết quả"), word.row("Đàn bò (con)", "300"))
    outer = word.table(
        f"<w:tr><w:tc>{word.paragraph('Trước')}{inner}{word.paragraph('Sau')}</w:tc></w:tr>"
    )
    assert _body(outer).splitlines() == ["Trước", "Đàn bò kết quả là 300 con.", "Sau"]


_RESULTS = ["Chỉ tiêu", "ĐVT", "KH 2024", "TH 2024", "TH/KH (%)", "So với CK (%)", "KH 2025"]


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        (
            [_RESULTS, ["Sản lượng lúa", "Tấn", "100", "105", "105", "107,1", "110"]],
            [
                "Năm 2024, Sản lượng lúa thực hiện là 105 tấn (kế hoạch năm 2024 là 100 tấn), "
                "đạt 105% kế hoạch, bằng 107,1% so với cùng kỳ.",
                "Phấn đấu Sản lượng lúa đạt 110 tấn (kế hoạch năm 2025).",
            ],
        ),
        (
            [
                _RESULTS,
                ["2. Ngô", "", "", "", "", "", ""],
                ["- Diện tích", "ha", "-", "50", "", "", ""],
                ["- Năng suất", "tạ/ha", "", "45,5", "", "", ""],
                ["+ Vụ xuân", "tạ/ha", "", "44", "", "", ""],
                ["+ Vụ mùa", "tạ/ha", "", "47", "", "", ""],
                ["XÃ HỘI", "", "", "", "", "", ""],
                ["- Hộ nghèo", "hộ", "", "9", "", "", ""],
            ],
            [
                "(2. Ngô)",
                "Năm 2024, Ngô - Diện tích thực hiện là 50 ha.",
                "Năm 2024, Ngô - Năng suất thực hiện là 45,5 tạ/ha.",
                "Năm 2024, Năng suất - Vụ xuân thực hiện là 44 tạ/ha.",
                "Năm 2024, Năng suất - Vụ mùa thực hiện là 47 tạ/ha.",
                "(XÃ HỘI)",
                "Năm 2024, Hộ nghèo thực hiện là 9 hộ.",
            ],
        ),
        (
            [
                ["Chỉ tiêu", "ĐVT", "Cùng kỳ 2023", "Thực hiện 2024", "Tăng, giảm (%)"],
                ["Tai nạn giao thông", "vụ", "12", "10", "-16,7"],
            ],
            [
                "Năm 2024, Tai nạn giao thông thực hiện là 10 vụ (cùng kỳ năm 2023 là 12 vụ), "
                "giảm 16,7% so với cùng kỳ."
            ],
        ),
        (
            [["TT", "Chỉ tiêu", "Đơn vị", "Kế hoạch năm 2025"], ["1", "Trồng rừng", "ha", "≥ 50"]],
            ["Phấn đấu Trồng rừng đạt từ 50 ha trở lên (kế hoạch năm 2025)."],
        ),
        (
            [["STT", "Xã", "Số hộ nghèo (hộ)", "Tỷ lệ (%)"], ["1", "Tân Mai", "45", "3,2"]],
            ["Số hộ nghèo của Tân Mai là 45 hộ; tỷ lệ của Tân Mai là 3,2%."],
        ),
        (
            [
                ["TT", "Nội dung", "Cơ quan chủ trì", "Phối hợp", "Thời gian hoàn thành"],
                ["1", "Rà soát hộ nghèo", "Phòng Y tế", "các xã", "Quý II/2025"],
            ],
            ["Phòng Y tế: Rà soát hộ nghèo (phối hợp: các xã), thời gian hoàn thành: Quý II/2025."],
        ),
        (
            [["Chỉ tiêu", "ĐVT", "2022", "2023", "2024"], ["Đàn trâu", "con", "450", "440", "460"]],
            ["Năm 2024, Đàn trâu là 460 con (năm 2022 là 450 con, năm 2023 là 440 con)."],
        ),
        (
            [
                ["Chỉ tiêu", "Dự toán 2024", "", "Ước TH 2024", "So sánh (%)", ""],
                ["", "Tỉnh giao", "Huyện giao", "", "Tỉnh giao", "Huyện giao"],
                ["Thu thuế (tr.đ)", "50", "55", "66", "132", "120"],
            ],
            [
                "Năm 2024, Thu thuế ước thực hiện là 66 triệu đồng (dự toán năm 2024 tỉnh giao là "
                "50 triệu đồng, dự toán năm 2024 huyện giao là 55 triệu đồng), "
                "đạt 132% dự toán tỉnh giao, đạt 120% dự toán huyện giao."
            ],
        ),
        (
            [
                ["Chỉ tiêu", "Tháng 5", "Tháng 6", "Ghi chú"],
                ["Đàn lợn (con)", "300", "350", "tăng"],
            ],
            ["Đàn lợn tháng 5 là 300 con; Đàn lợn tháng 6 là 350 con (ghi chú: tăng)."],
        ),
        ([["Lúa", "1,5", "2"], ["Ngô", "3", "4"]], ["Lúa; 1,5; 2", "Ngô; 3; 4"]),
        ([["một\nkhung", ""], ["", ""]], ["một", "khung"]),
        ([], []),
    ],
)
def test_rows_become_clauses(table: list[list[str]], lines: list[str]) -> None:
    assert rows(table) == lines


def test_the_header_may_be_marked_and_the_unit_told_above() -> None:
    table = [["", "2024", "A"], ["Thu", "Thực hiện", ""], ["Thuế", "12", ""]]
    marked = rows(table, heads=2, unit="tỷ đồng")
    assert marked == ["Năm 2024, Thuế thực hiện là 12 tỷ đồng."]
    assert [told_unit(x) for x in ("ĐVT: Tr.đ", "(Đơn vị tính: ha)", "Đơn vị: a; b", "ha")] == [
        "triệu đồng",
        "ha",
        "",
        "",
    ]


_CELL = st.text(st.sampled_from("ab TTKHđvt12,5%-()\n"), max_size=12)


@given(st.lists(st.lists(_CELL, max_size=6), max_size=6), st.integers(0, 9))
def test_any_table_gives_lines_that_say_something(table: list[list[str]], heads: int) -> None:
    lines = rows(table, heads=heads)
    assert all(line.strip() and "\n" not in line for line in lines)
    assert bool(lines) <= any(cell.strip() for row in table for cell in row)


_AMOUNTS = st.integers(1, 99_999).map(lambda n: f"{n:,}".replace(",", "."))


@given(st.lists(st.tuples(_AMOUNTS, _AMOUNTS, _AMOUNTS), min_size=1, max_size=5))
def test_no_figure_of_a_table_is_lost(amounts: list[tuple[str, str, str]]) -> None:
    header = ["Chỉ tiêu", "ĐVT", "Thực hiện 2023", "Thực hiện 2024", "Kế hoạch 2025"]
    body = [[f"Cây {name}", "ha", *told] for name, told in zip("abcde", amounts, strict=False)]
    text = "\n".join(rows([header, *body]))
    for before, now, to_come in amounts:
        assert f"thực hiện là {now} ha (thực hiện năm 2023 là {before} ha)" in text
        assert f"đạt {to_come} ha (kế hoạch năm 2025)" in text


def test_figures_of_a_row_keep_their_unit_and_meaning() -> None:
    header = ["Chỉ tiêu", "Đơn vị tính", "Kế hoạch năm 2024", "Thực hiện năm 2024", "Tỷ lệ (%)"]
    xml = word.paragraph("Tình hình thực hiện các chỉ tiêu") + word.table(
        word.row(*header, properties="<w:tblHeader/>"),
        word.row("Sản lượng lúa", "tấn", "1.000", "1.050", "105"),
    )
    (item,) = Summarizer()(Document(_body(xml))).achievements
    assert item.indicator == "sản lượng lúa"
    assert [(f.role, f.value, f.unit) for f in item.figures] == [
        ("level", Decimal(1050), "tấn"),
        ("planned", Decimal(1000), "tấn"),
        ("of_plan", Decimal(105), "%"),
    ]


# --- What is refused -----------------------------------------------------------------------------


def _part(name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(_HELLO)) as package:
        return package.read(name)


def _replaced(name: str, old: bytes, new: bytes) -> bytes:
    part = _part(name)
    assert old in part
    return word.changed(_HELLO, {name: part.replace(old, new)})


def _document(inside: bytes) -> bytes:
    xml = b"<w:document %s><w:body>%s</w:body></w:document>" % (word.W.encode(), inside)
    return word.changed(_HELLO, {"word/document.xml": xml})


_MAIN = b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_HUGE = b"<w:p/>" + b" " * 33_000_000


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: b"Kinh te", "is no Word file; save it as .docx"),
        (lambda: _HELLO[: len(_HELLO) // 2], "damaged"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"W" * 600, "old Word file (.doc); save it as .docx"),
        (
            lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "encrypted; remove its password",
        ),
        (lambda: word.changed(_HELLO, {"word/document.xml": None}), "damaged"),
        (lambda: word.changed(_HELLO, {"word/document.xml": b"<w:document"}), "damaged"),
        (lambda: word.changed(_HELLO, {"word/document.xml": b"<a/>"}), "damaged"),
        (lambda: _document(b"<w:sdt>" * 4_000 + b"</w:sdt>" * 4_000), "damaged"),
        (lambda: _document(b"<w:p/>"), "holds no text"),
        (lambda: _document(_HUGE), "unpacks to more than 32 MB; split it"),
        (
            lambda: word.changed(_HELLO, {"word/media/a.png": b"<a>" + b" " * 33_000_000}),
            "unpacks to more than 32 MB; split it",
        ),
        (
            lambda: word.changed(
                _HELLO,
                {
                    "word/document.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a/>'
                },
            ),
            "declares XML entities",
        ),
        (
            lambda: _replaced("[Content_Types].xml", _MAIN, b"vnd.ms-word.document.macroEnabled"),
            "(.docm); save it as .docx",
        ),
        (
            lambda: _replaced("[Content_Types].xml", b".document.main", b".template.main"),
            "(.dotx); save it as .docx",
        ),
        (
            lambda: _replaced(
                "_rels/.rels",
                b"http://schemas.openxmlformats.org/officeDocument/2006",
                b"http://purl.oclc.org/ooxml/officeDocument",
            ),
            "Strict Open XML",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(made: Callable[[], bytes], said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        convert(made(), "bao-cao.docx")
    message = str(caught.value)
    assert message.startswith("bao-cao.docx ")
    assert said in message
    assert "\n" not in message


def test_a_relation_to_a_part_that_is_not_there_is_forgiven_as_word_does() -> None:
    dangling = b'<Relationship Id="r99" Type="http://x/image" Target="NULL"/></Relationships>'
    data = _replaced("word/_rels/document.xml.rels", b"</Relationships>", dangling)
    assert _text(data) == "Kính gửi các xã."


def test_a_cell_that_spans_any_number_of_columns_and_rows_is_told_within_bounds() -> None:
    wide = '<w:gridSpan w:val="999999999"/>'
    long = "rất dài " * 5_000
    tall = [word.row(word.cell("", "<w:vMerge/>"), "1", "2")] * 200
    xml = word.table(word.row(word.cell("rộng", wide))) + word.table(
        word.row(word.cell(long, '<w:vMerge w:val="restart"/>'), "Kế hoạch", "Thực hiện"), *tall
    )
    assert len(_body(xml)) < 3 * len(long)


def test_tables_in_tables_are_read_to_the_depth_that_xml_allows() -> None:
    opened, closed = b"<w:tbl><w:tr><w:tc>", b"</w:tc></w:tr></w:tbl>"
    inside = b"<w:p><w:r><w:t>Ben trong</w:t></w:r></w:p>"
    assert _text(_document(opened * 80 + inside + closed * 80)) == "Ben trong"


def test_a_missing_library_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(DocumentError, match=r"structured-summarizer\[docx\]"):
        formats.convert("docx", _HELLO, "bao-cao.docx")

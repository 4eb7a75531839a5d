"""The doors: which reader takes which file, what is refused, and what a page number counts."""

import datetime
import io
import json
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Summary
from summarizer import Document, DocumentError, Summarizer
from summarizer.cli import main
from summarizer.documents import LARGEST
from summarizer.formats import Converted, Kind, convert
from summarizer.formats.encodings import garbled, garbled_bytes
from summarizer.formats.kinds import kind_of
from tests import pdf_writer

FIXTURES = Path(__file__).resolve().parent.parent / "evals" / "fixtures"
_TEXT = (
    "Sáng 12/12, UBND huyện An Phú tổ chức hội nghị tổng kết năm 2023.\n"
    "Năm 2023, sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ.\n"
    "Năm 2024, huyện phấn đấu thu ngân sách đạt 45 tỷ đồng.\n"
)


def package(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as parts:
        for name in names:
            parts.writestr(name, "<x/>")
    return held.getvalue()


def old_office(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "".join(streams).encode("utf-16-le")


_DOCX = package("[Content_Types].xml", "_rels/.rels", "word/document.xml")
_PAGE = "<!DOCTYPE html>\n<html><body><p>Huyện họp.</p></body></html>"


# --- Which reader --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7", "a.txt", "pdf"),
        (b"\r\n%PDF-1.4", "a", "pdf"),
        (b"hong", "a.PDF", "pdf"),
        (_DOCX, "a.zip", "docx"),
        (b"hong", "a.docx", "docx"),
        (package("a.txt", "word/b.txt"), "a.docx", "zip"),
        (package(), "a", "zip"),
        (_PAGE.encode(), "a.doc", "html"),
        (_PAGE.encode("utf-8-sig"), "a", "html"),
        (_PAGE.encode("utf-16"), "a", "html"),
        (_PAGE.encode("utf-16-be"), "a", "html"),
        (b"\n\n <!-- saved from url=(0019) -->\n<HTML lang=vi>", "a.txt", "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">', "a", "html"),
        (b"<p>Huy", "a.htm", "html"),
        (b"Huy", "a.XHTML", "html"),
        (b"<p>Huy", "a.md", None),
        ("<5% dự toán".encode(), "a.txt", None),
        (b"Trang <html> la gi?", "a.txt", None),
        (b"%", "a.txt", None),
        (b"PK 12/CT-UBND", "a.txt", None),
        (b"", "a.txt", None),
        (b"From: UBND", "a.txt", None),
    ],
)
def test_bytes_tell_before_the_name_what_reads_them(
    data: bytes, name: str, kind: str | None
) -> None:
    assert kind_of(data, name) == kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (old_office("WordDocument"), "a.x is an old Word file; save it as .docx and try again"),
        (old_office("Workbook"), "an old Excel file; save the report as .docx or PDF"),
        (old_office("EncryptedPackage"), "an encrypted Word or Excel file; remove its password"),
        (old_office(), "an old Word or Excel file; save it as .docx"),
        (b"{\\rtf1 ...", "an RTF file; save it as .docx"),
        (b"\x89PNG\r\n", "a picture; run text recognition (OCR) on it"),
        (b"II*\x00....", "a picture"),
        (b"Rar!\x1a\x07", "a compressed file; unpack it, or pack it as ZIP"),
        (b"\x1f\x8b\x08", "a compressed file; unpack it"),
        (package("[Content_Types].xml", "xl/workbook.xml"), "an Excel, PowerPoint or OpenDocument"),
        (package("mimetype", "content.xml"), "an Excel, PowerPoint or OpenDocument file"),
        (b"PK\x03\x04....", "a damaged Word or ZIP file"),
        (b"<?xml version='1.0'?><rss/>", "an XML file; save the report as HTML"),
        (b"From: <Saved by Blink>\r\nContent-Type: multipart/related;", "a web archive (MHTML)"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related;", "a web archive (MHTML)"),
    ],
)
def test_what_is_not_read_is_named_with_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Document.decode(data, "a.x")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@given(st.binary(max_size=60), st.sampled_from(["a", "a.txt", "a.zip"]))
def test_no_bytes_raise_anything_but_a_document_error(rest: bytes, name: str) -> None:
    for first in (b"", b"PK\x03\x04", b"PK\x05\x06", b"<", b"%P", b"\xd0\xcf\x11\xe0"):
        try:
            document = Document.decode(first + rest, name)
        except DocumentError as caught:
            message = str(caught)
            assert message.startswith(name)
            continue
        assert document.text


def test_texts_are_read_without_any_reader_of_formats() -> None:
    script = (
        "import sys; from summarizer import Document, Summarizer\n"
        f"Summarizer()(Document.read({str(FIXTURES / 'co-to.txt')!r}))\n"
        "print([name for name in sys.modules if 'formats' in name or 'lxml' in name])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert done.stdout.strip() == b"[]"


# --- What a reader tells -------------------------------------------------------------------------


def reads(monkeypatch: pytest.MonkeyPatch, kind: Kind, told: Converted) -> None:
    """Put a reader in the place of a kind's own."""
    reader = ModuleType(f"summarizer.formats.{kind}")
    reader.convert = lambda data, label: told  # type: ignore[attr-defined]  # noqa: ARG005
    monkeypatch.setitem(sys.modules, reader.__name__, reader)


def test_title_and_day_of_the_file_serve_where_the_text_tells_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    day = datetime.date(2023, 12, 13)
    text = _TEXT.replace("12/12, ", "12/12/2022, ")
    reads(monkeypatch, "html", Converted(_TEXT, "  Huyện An Phú\n tổng kết ", day))
    document = Document.decode(_PAGE.encode(), "a.html")
    assert (document.text, document.title, document.published_on) == (
        *(_TEXT, "Huyện An Phú tổng kết", day),
    )
    summary = Summarizer()(document)
    assert summary.source.title == "Huyện An Phú tổng kết"
    assert summary.source.published_on == day
    bare = "Sáng 12/12, UBND huyện An Phú tổ chức hội nghị tổng kết. Sản lượng lúa đạt 5 tấn.\n"
    assert Summarizer()(Document(bare)).context.held_on is None
    dated = Summarizer()(Document(bare, published_on=day))
    assert dated.context.held_on == datetime.date(2023, 12, 12)
    told = f"Huyện An Phú tổng kết năm 2022\n14/12/2022 08:00\n{text}"
    source = Summarizer()(Document(told, "a", "Khác", day)).source
    assert source.title == "Huyện An Phú tổng kết năm 2022"
    assert source.published_on == datetime.date(2022, 12, 14)


def test_quotes_and_figures_of_a_pdf_carry_their_page(monkeypatch: pytest.MonkeyPatch) -> None:
    second = _TEXT.index("Năm 2024")
    reads(monkeypatch, "pdf", Converted(_TEXT, pages=(0, second)))
    summary = Summarizer()(Document.decode(b"%PDF-1.7", "a.pdf"))
    (reached,), (aim,) = summary.achievements, summary.targets
    assert [figure.page for figure in reached.figures] == [1, 1]
    assert reached.evidence[0].page == 1
    assert (aim.figures[0].page, aim.evidence[0].page) == (2, 2)
    assert json.loads(summary.model_dump_json())["targets"][0]["evidence"][0]["page"] == 2
    assert Summary.model_validate_json(summary.model_dump_json()) == summary


def test_the_readable_view_shows_pages_beside_quotes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reads(monkeypatch, "pdf", Converted(_TEXT, pages=(0, _TEXT.index("Năm 2024"))))
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    assert main(["run", str(tmp_path / "a.pdf"), "--format", "text", "--quotes"]) == 0
    shown = capsys.readouterr().out
    assert ", tr. 1]" in shown
    assert ", tr. 2]" in shown


def test_scanned_pages_are_told_wherever_issues_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reads(monkeypatch, "pdf", Converted(_TEXT, pages=(0, 9, 9), unread=(2, 3)))
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    (issue,) = Summarizer()(Document.read(tmp_path / "a.pdf")).run.issues
    assert issue.code == "pages_unread"
    assert "not read: 2, 3; run OCR" in issue.message
    assert main(["run", str(tmp_path / "a.pdf"), "--format", "text"]) == 0
    assert "có trang chỉ là ảnh, chưa đọc được" in " ".join(capsys.readouterr().out.split())


def test_of_many_scanned_pages_some_are_named() -> None:
    (issue,) = Document(_TEXT, unread=tuple(range(1, 101))).issues
    assert "19, 20 …; run OCR" in issue.message


def test_a_text_without_pages_says_nothing_of_them() -> None:
    assert '"page"' not in Summarizer()(_TEXT).model_dump_json()
    shapes = Summary.model_json_schema(mode="serialization")["$defs"]
    for name in ("Evidence", "Figure"):
        assert "page" in shapes[name]["properties"]
        assert "page" not in shapes[name]["required"]


def test_a_hash_is_that_of_the_converted_text(monkeypatch: pytest.MonkeyPatch) -> None:
    reads(monkeypatch, "docx", Converted(_TEXT))
    assert Document.decode(_DOCX, "a.docx").digest == Document(_TEXT).digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("12 %", "holds no letters"),
        ("a" * (LARGEST + 1), "is larger than 20 MB"),
        ("Héi ®ång nh©n d©n huyÖn tæ chøc kú häp " * 3, "is typed for TCVN3"),
    ],
)
def test_a_converted_text_must_say_something_too(
    monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    reads(monkeypatch, "pdf", Converted(text))
    with pytest.raises(DocumentError, match=f"^a.pdf {said}"):
        Document.decode(b"%PDF-1.7", "a.pdf")


@pytest.mark.parametrize(
    ("kind", "library"), [("html", "trafilatura"), ("pdf", "pypdfium2"), ("docx", "docx")]
)
def test_a_missing_library_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    data = {"html": _PAGE.encode(), "pdf": b"%PDF-1.7", "docx": _DOCX}[kind]
    with pytest.raises(DocumentError) as caught:
        Document.decode(data, "a.x")
    assert f'pip install "structured-summarizer[{kind}]"' in str(caught.value)


def test_a_defect_of_a_reader_is_no_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "summarizer.formats.pdf", None)
    with pytest.raises(ImportError):
        convert("pdf", b"%PDF-1.7", "a.pdf")


# --- Old encodings -------------------------------------------------------------------------------

_TCVN3 = dict(
    zip(
        "ăâêôơđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        "¨©ª«¬®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        strict=True,
    )
) | {"ư": "\xad"}
_VNI = {
    "\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï", "\u0302": "â",
    "\u0302\u0301": "á", "\u0302\u0300": "à", "\u0302\u0309": "å", "\u0302\u0303": "ã",
    "\u0302\u0323": "ä", "\u0306": "ê", "\u0306\u0301": "é", "\u0306\u0300": "è",
    "\u0306\u0309": "ú", "\u0306\u0303": "ü", "\u0306\u0323": "ë",
}  # fmt: skip
_VNI_ALONE = {"ơ": "ô", "ư": "ö", "đ": "ñ", "ỵ": "î", "ỉ": "æ", "ĩ": "ó", "ị": "ò"}


def typed_in_tcvn3(text: str) -> str:
    return "".join(_TCVN3.get(sign, sign) for sign in unicodedata.normalize("NFC", text.lower()))


def typed_in_vni(text: str) -> str:
    return "".join(_vni(sign) for sign in unicodedata.normalize("NFC", text.lower()))


def _vni(sign: str) -> str:
    if sign in _VNI_ALONE or sign in "ìí":
        return _VNI_ALONE.get(sign, sign)
    base, *marks = unicodedata.normalize("NFD", sign)
    if "\u031b" in marks:
        marks.remove("\u031b")
        base = _VNI_ALONE[unicodedata.normalize("NFC", base + "\u031b")]
    marks.sort(key="\u0306\u0302".find, reverse=True)
    return base + _VNI["".join(marks)] if marks else base


def read_as(table: str, text: str) -> str:
    return "".join(bytes([b]).decode(table, "ignore") or chr(b) for b in text.encode())


_REPORTS = sorted(FIXTURES.rglob("*.txt"))
_SOME = _REPORTS[::9]


@pytest.mark.parametrize("report", _SOME, ids=lambda report: report.stem)
@pytest.mark.parametrize("share", [1, 2])
def test_reports_in_an_old_encoding_are_told_by_its_name(report: Path, share: int) -> None:
    text = report.read_text(encoding="utf-8")
    cut = len(text) // share
    for spoilt, name in (
        (typed_in_tcvn3(text), "TCVN3 (ABC) fonts"),
        (typed_in_vni(text), "VNI fonts"),
        (read_as("cp1252", text), "UTF-8 that was read as Windows-1252"),
        (read_as("latin-1", text), "UTF-8 that was read as Windows-1252"),
        (read_as("cp1258", text), "UTF-8 that was read as Windows-1258"),
        (read_as("mac-roman", text), "UTF-8 that was read as Mac Roman"),
        (read_as("cp437", text), "UTF-8 that was read as code page 437"),
        (text.encode("ascii", "replace").decode(), "lost letters"),
        (text.encode().decode("ascii", "replace"), "lost letters"),
    ):
        with pytest.raises(DocumentError) as caught:
            Document.decode((spoilt[:cut] + text[cut:]).encode(), "a.txt")
        assert name in str(caught.value)


def test_the_head_of_a_spoilt_page_is_enough() -> None:
    with pytest.raises(DocumentError, match="UTF-8 that was read as Windows-1252"):
        Document.decode("Tá»‰nh á»¦y há»\x8dp tá»•ng káº¿t".encode())


def test_no_report_is_taken_for_one_in_an_old_encoding() -> None:
    assert [path.name for path in _REPORTS if garbled(path.read_text(encoding="utf-8"))] == []


def test_no_report_in_decomposed_letters_is_taken_for_one() -> None:
    texts = [unicodedata.normalize("NFD", path.read_text(encoding="utf-8")) for path in _REPORTS]
    assert [text[:80] for text in texts if garbled(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Où est-il ? À Đà Nẵng, l'été où l'on a naïvement fêté Noël, ça coûte très cher, même là.",
        "Citroën, Škoda, Peugeot® và Lafarge© ký kết với Hòa Phát™; «Khá» · «Giỏi» · «Xuất sắc».",
        "El niño español comió jamón en el bar de la señora Muñoz mañana; ¿qué será, será?",
        "Fünf Mädchen aus Köln hören schöne Lieder; die größte Straße führt über Österreich.",
        "Windows-1252, ISO 8859-1, code page 437, TCVN3, VNI, 25°C, ±5%, 3×4 m², ½, µm, §12, ¶3.",
        "https://a.vn/?q=b&x=y https://c.vn/?id=1 https://d.vn/?p=2 Có gì mới?Không có gì?",
        "Trang chủ » Tin tức « 1 2 3 » Đọc · In · Gửi ¦ © 2024 ® ª º ¹ Sáng nay ² ³ µ ¶",
        "MÃ SỐ, MÃ HÀNG, BÃ MÍA, CÁC XÃ VÀ ĐÃ, LÃ, Á, ÂU, Ê ĐÊ, Ô MÔN, Ơ, Ư, Ý YÊN, ỨNG HÒA.",
        "Krông Búk, Đắk Lắk, Ea H'leo, Cư M'gar, Kbang, Ia Grai, Đak Pơ, M'Đrắk, Lắk, Ê-đê, Cơ-tu.",
    ],
)
def test_words_of_other_languages_names_and_signs_are_no_old_encoding(text: str) -> None:
    assert garbled(text) is None
    assert garbled(f"{text} " * 20) is None


def test_bytes_of_old_encodings_are_told_by_their_names() -> None:
    text = " ".join(_TEXT.lower().split())
    assert "TCVN3" in str(garbled_bytes(typed_in_tcvn3(text).encode("cp1252", "ignore")))
    assert "VNI" in str(garbled_bytes(typed_in_vni(text).encode("cp1252", "ignore")))
    apart = "".join(_tone_last(sign) for sign in text)
    assert "CP1258" in str(garbled_bytes(apart.encode("cp1258")))


def _tone_last(sign: str) -> str:
    signs = unicodedata.normalize("NFD", sign)
    tone = "".join(mark for mark in signs if mark in "\u0300\u0301\u0303\u0309\u0323")
    return unicodedata.normalize("NFC", signs.replace(tone, "")) + tone


# --- Real files ----------------------------------------------------------------------------------


def as_page(text: str) -> bytes:
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
    return f"<!DOCTYPE html><html><body><article>{paragraphs}</article></body></html>".encode()


def as_word(text: str) -> bytes:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    written, held = docx.Document(), io.BytesIO()
    for line in text.splitlines():
        written.add_paragraph(line)
    written.save(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "write"), [("a.html", as_page), ("a.docx", as_word), ("a.pdf", pdf_writer.report)]
)
def test_a_report_says_the_same_in_every_format(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    write: Callable[[str], bytes],
) -> None:
    file = tmp_path / name
    file.write_bytes(write(_TEXT))
    assert main(["run", str(file), "--show-text"]) == 0
    shown = capsys.readouterr().out
    assert shown.split() == _TEXT.split()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(file, f"xa/{name}")
    plain = Summarizer()(_TEXT)
    for path in (file, tmp_path / "a.zip"):
        assert main(["run", str(path)]) == 0
        summary = Summary.model_validate_json(capsys.readouterr().out)
        assert [t.statement for t in summary.targets] == [t.statement for t in plain.targets]
        for item in (*summary.achievements, *summary.targets):
            (quoted,) = item.evidence
            assert shown[quoted.start : quoted.end] == quoted.quote
            assert quoted.page == (1 if name == "a.pdf" else None)

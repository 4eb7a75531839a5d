"""Documents: from files and bytes to text, or one clear line about why not."""

import datetime
import pickle
import time
import unicodedata
from pathlib import Path

import pytest

from summarizer.documents import LARGEST, Document
from summarizer.errors import DocumentError

_TEXT = (
    "Ngày 27/12, UBND huyện tổng kết năm 2022.\r\n\r\n"
    "Thu ngân sách đạt 105% dự toán; tỷ lệ hộ nghèo giảm còn 2,1%; quốc phòng được giữ vững.\r\n"
)
_TCVN3 = "Héi ®ång nh©n d©n huyÖn tæ chøc kú häp ®¸nh gi¸ kÕt qu¶ thùc hiÖn nhiÖm vô n¨m 2010 " * 2
_VNI = (
    "Hoäi ñoàng nhaân daân huyeän toå chöùc kyø hoïp ñaùnh giaù keát quaû nhieäm vuï naêm 2010 " * 2
)


def _without_marks(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_text_is_kept_exactly_without_its_mark(tmp_path: Path, codec: str) -> None:
    file = tmp_path / "bao-cao.txt"
    file.write_bytes(_TEXT.encode(codec))
    document = Document.read(file)
    assert document.text == _TEXT
    assert document.name == "bao-cao.txt"
    assert document.issues == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        ("\u00a0\u3000".encode(), "only blanks"),
        (b"12.500 98% 31/12", "no letters"),
        (b"PK\x03\x04....", "a damaged Word or ZIP file"),
        (bytes(range(256)) * 20, "binary"),
        (_TEXT.encode() + b"\x00", "binary"),
        (_TCVN3.encode("latin-1"), "TCVN3"),
        (_VNI.encode("latin-1"), "VNI"),
        (_TCVN3.encode(), "TCVN3"),
        (_VNI.encode(), "VNI"),
        ("Hôị nghi ̣".encode("utf-16")[:-1] + b"\xd8\x00\xd8", "UTF-16"),
        (b"ti\xea\xec ngu\xf4\xec \xf0\xee \xf0\xf4\xf2 h\xf4\xf2i", "CP1258"),
        (("Hội nghị " * 9).encode("utf-16-le")[:-2] + b"\x00\xd8\x20\x00", "damaged UTF-16"),
        (b"a" * (LARGEST + 1), "larger than 20 MB"),
    ],
)
def test_bytes_without_a_report_are_refused_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        Document.decode(data, "a.txt")
    message = str(caught.value)
    assert message.startswith("a.txt ")
    assert "\n" not in message


def test_a_text_is_taken_whatever_it_looks_like() -> None:
    for told in ("<!DOCTYPE html><p>Huyện họp.</p>", "%PDF-1.7 là tên một định dạng"):
        assert Document.of(told, "a.html").text == told


def test_an_offset_lies_on_the_page_that_begins_before_it() -> None:
    document = Document("một hai ba", pages=(0, 4, 8, 8))
    assert [document.page_at(offset) for offset in (0, 3, 4, 7)] == [1, 1, 2, 2]
    assert document.page_at(8) == 4
    assert Document("một hai ba").page_at(4) is None


def test_what_stands_before_the_first_page_lies_on_it() -> None:
    assert Document("  một", pages=(2,)).page_at(0) == 1


def test_a_document_crosses_processes() -> None:
    day = datetime.date(2024, 2, 29)
    document = Document(_TEXT, "a.pdf", "Tổng kết", day, (0, 12))
    assert document.digest == Document(_TEXT).digest
    assert pickle.loads(pickle.dumps(document)) == document


def test_folder_and_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is a folder"):
        Document.read(tmp_path)
    with pytest.raises(DocumentError, match="does not exist"):
        Document.read(tmp_path / "none.txt")
    with pytest.raises(DocumentError, match="cannot be read"):
        Document.read("a\0b")


def test_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as handle:
        handle.truncate(100_000_000)
    started = time.perf_counter()
    with pytest.raises(DocumentError, match="larger than"):
        Document.read(file)
    assert time.perf_counter() - started < 0.5


def _codes(text: str) -> list[str]:
    return [flag.code for flag in Document(text).issues]


def test_text_without_diacritics_is_flagged() -> None:
    assert _codes(_without_marks(_TEXT)) == ["diacritics_missing"]


def test_other_language_is_flagged() -> None:
    text = "The committee of the district held a conference to review the results of the year "
    assert _codes(text * 3 + ".") == ["not_vietnamese"]


def test_short_text_says_nothing_about_its_language() -> None:
    assert _codes("OK.") == []


def test_text_cut_in_a_sentence_is_flagged() -> None:
    assert _codes(_TEXT + "Năm 2023, huyện phấn đấu thu ngân sách tăng 10%, đưa 02 xã đạt ch") == [
        "truncated"
    ]
    assert _codes(_TEXT + "Hoàng Minh") == []


def test_letter_cut_in_its_bytes_is_dropped() -> None:
    data = "Thu ngân sách đạt kế hoạch, chăn nuôi phát triể".encode() + "ể".encode()[:2]
    assert Document.decode(data).text.endswith("phát triể")

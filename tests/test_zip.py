"""Archives: the files in a ZIP are documents, and no archive can do harm."""

import io
import json
import pickle
import struct
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.batch.inputs import Entry, entries
from summarizer.cli import main
from summarizer.documents import LARGEST, Document
from summarizer.errors import DocumentError
from summarizer.formats import archives
from summarizer.formats.archives import MOST_MEMBERS, members, unpack

_TEXT = "Ngày 27/12, UBND huyện tổng kết năm 2022. Sản lượng lúa đạt 5.807 tấn."


def packed(*files: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return held.getvalue()


def put(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


def why(entry: Entry) -> str:
    with pytest.raises(DocumentError) as caught:
        entry.load()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def flagged(data: bytes, flag: int) -> bytes:
    """The same archive, with a flag set on all its members."""
    changed = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(mark)
        while start >= 0:
            changed[start + place] |= flag
            start = changed.find(mark, start + 4)
    return bytes(changed)


# --- A batch of an archive -----------------------------------------------------------------------


def test_each_file_in_an_archive_is_a_document_named_with_its_folders(tmp_path: Path) -> None:
    data = packed(
        ("xã A/báo cáo.txt", _TEXT),
        ("b.md", _TEXT + " B"),
        ("anh.jpg", b"\xff\xd8\xff"),
        ("c/", ""),
    )
    found = list(entries([put(tmp_path / "2024.ZIP", data)]))
    assert [entry.name for entry in found] == ["2024.ZIP/xã A/báo cáo.txt", "2024.ZIP/b.md"]
    assert [entry.load().text for entry in found] == [_TEXT, _TEXT + " B"]
    assert found[0].load().name == "2024.ZIP/xã A/báo cáo.txt"
    assert pickle.loads(pickle.dumps(found)) == found


class _Pipe(io.BytesIO):
    """Where nothing can be mended afterwards, so that sizes follow the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError

    tell = seek


@pytest.mark.parametrize(
    ("held", "is_large"), [(_Pipe(), False), (_Pipe(), True), (io.BytesIO(), True)]
)
def test_archives_written_to_a_pipe_or_for_large_files_are_read(
    tmp_path: Path, held: io.BytesIO, is_large: bool
) -> None:
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.txt", "b.txt"):
            with archive.open(name, "w", force_zip64=is_large) as member:
                member.write(f"{name} {_TEXT}".encode())
    found = entries([put(tmp_path / "a.zip", held.getvalue())])
    assert [entry.load().text for entry in found] == [f"a.txt {_TEXT}", f"b.txt {_TEXT}"]


def test_what_stands_before_an_archive_is_passed_over(tmp_path: Path) -> None:
    data = b"#!/bin/sh\n" + packed(("a.txt", _TEXT))
    (entry,) = entries([put(tmp_path / "a.zip", data)])
    assert entry.load().text == _TEXT


def test_hidden_files_and_those_of_a_mac_are_left_out(tmp_path: Path) -> None:
    hidden = ("__MACOSX/._a.txt", "x/__MACOSX/b.txt", ".an.txt", ".git/c.txt", "~$d.docx")
    data = packed(*((name, _TEXT) for name in (*hidden, "a.txt")))
    assert [e.name for e in entries([put(tmp_path / "a.zip", data)])] == ["a.zip/a.txt"]


def test_what_belongs_to_a_saved_page_is_left_out(tmp_path: Path) -> None:
    beside = ("x/họp_files/ad.html", "x/họp_files/in/b.html")
    data = packed(*((name, _TEXT) for name in (*beside, "x/họp.html", "b_files/c.html")))
    found = entries([put(tmp_path / "a.zip", data)])
    assert [entry.name for entry in found] == ["a.zip/x/họp.html", "a.zip/b_files/c.html"]


def test_an_archive_without_documents_is_refused_by_name_and_left_out_of_a_folder(
    tmp_path: Path,
) -> None:
    file = put(tmp_path / "a.zip", packed(("a.jpg", b"\xff\xd8\xff")))
    with pytest.raises(DocumentError, match=r"a\.zip holds no file that ends in \.txt, .*\.zip$"):
        entries([file])
    put(tmp_path / "b.txt", _TEXT.encode())
    assert [entry.name for entry in entries([tmp_path])] == ["b.txt"]


def test_memory_stays_flat_however_many_files_there_are(tmp_path: Path) -> None:
    texts = ((f"{number}.txt", str(number) + _TEXT * 400) for number in range(300))
    file = put(tmp_path / "a.zip", packed(*texts))  # 16 MB of text, were it kept
    tracemalloc.start()
    try:
        assert sum(len(entry.load().text) for entry in entries([file])) > 8_000_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    file = put(tmp_path / "a.zip", packed(("a.txt", "một"), ("a.txt", "hai"), ("b/../a.txt", "ba")))
    found = list(entries([file]))
    assert len({entry.name for entry in found}) == len(found) == 3
    assert found[0].name == "a.zip/a.txt"
    assert [entry.load().text for entry in found] == ["một", "hai", "ba"]


def test_archives_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        put(tmp_path / folder / "a.zip", packed(("a.txt", folder)))
    found = list(entries([tmp_path / "x" / "a.zip", tmp_path / "y" / "a.zip"]))
    assert [entry.name for entry in found] == ["a.zip/a.txt", "y/a.zip/a.txt"]
    assert [entry.load().text for entry in found] == ["x", "y"]


def test_lines_of_json_in_an_archive_are_records(tmp_path: Path) -> None:
    lines = "".join(json.dumps(record) + "\n" for record in ({"id": "A"}, {"text": "hai"}))
    data = packed(("x/a.jsonl", lines), ("b.txt", _TEXT))
    broken, second, text = entries([put(tmp_path / "a.zip", data)])
    assert (broken.name, second.name, text.name) == ("A", "a.zip/x/a.jsonl:2", "a.zip/b.txt")
    assert "x/a.jsonl:1 has no text in field text" in why(broken)
    assert second.load().text == "hai"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"b\xc3\xa1o c\xc3\xa1o.txt", "báo cáo.txt"),  # UTF-8 that does not say so
        (b"b\xa0o.txt", "báo.txt"),  # code page 437, as ZIP was made for
        (b"..\\..\\etc\\a.txt", "etc/a.txt"),
        (b"../../etc/a.txt", "etc/a.txt"),
        (b"/etc/a.txt", "etc/a.txt"),
        (b"C:\\x\\a.txt", "x/a.txt"),
        (b"a\x1b[31m\n.txt", "a?[31m?.txt"),
    ],
)
def test_names_are_read_as_written_and_lead_nowhere(
    tmp_path: Path, written: bytes, read: str
) -> None:
    placeholder = b"@" * len(written)
    data = packed((placeholder.decode(), _TEXT)).replace(placeholder, written)
    (entry,) = entries([put(tmp_path / "a.zip", data)])
    assert entry.name == f"a.zip/{read}"
    assert entry.load().text == _TEXT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_a_file_that_is_no_document_fails_alone(tmp_path: Path) -> None:
    inner = packed(("a.txt", _TEXT))
    data = packed(
        ("a.txt", _TEXT), ("b.zip", inner), ("c.txt", inner), ("d.txt", b""), ("e.txt", _TEXT)
    )
    first, nested, disguised, empty, last = entries([put(tmp_path / "a.zip", data)])
    assert first.load().text == last.load().text == _TEXT
    assert "a.zip/b.zip is an archive in an archive; unpack it and try again" in why(nested)
    assert "a.zip/c.txt is an archive in an archive" in why(disguised)
    assert "a.zip/d.txt is empty" in why(empty)


# --- Harm ----------------------------------------------------------------------------------------


def test_encrypted_files_say_so(tmp_path: Path) -> None:
    file = put(tmp_path / "a.zip", flagged(packed(("a.txt", _TEXT)), 1))
    (entry,) = entries([file])
    assert "a.zip/a.txt is encrypted; pack it without a password and try again" in why(entry)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_methods_are_not_unpacked(tmp_path: Path, method: int) -> None:
    (entry,) = entries([put(tmp_path / "a.zip", packed(("a.txt", _TEXT), method=method))])
    assert "is packed by a method that is not read" in why(entry)


@pytest.mark.parametrize(
    ("size", "said"),
    [(LARGEST + 1, "is larger than 20 MB"), (LARGEST // 2, "is packed more than 200 times")],
)
def test_what_unpacks_to_far_more_is_never_unpacked(tmp_path: Path, size: int, said: str) -> None:
    data = packed(("a.txt", b"a" * size))
    assert len(data) < 50_000
    (entry,) = entries([put(tmp_path / "a.zip", data)])
    tracemalloc.start()
    try:
        assert said in why(entry)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_file_gives_no_more_than_its_directory_tells(tmp_path: Path) -> None:
    size = struct.pack("<L", LARGEST - 1)
    data = packed(("a.txt", b"a" * (LARGEST - 1))).replace(size, struct.pack("<L", 900_000))
    (entry,) = entries([put(tmp_path / "a.zip", data)])
    tracemalloc.start()
    try:
        assert "is a damaged Word or ZIP file (its check sum is wrong)" in why(entry)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_files_that_share_their_bytes_count_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 2_000_000)
    data = packed(*((f"{n}.txt", b"a" * 900_000) for n in range(3)))
    with pytest.raises(DocumentError, match=r"a\.zip holds more than 2 MB; pack fewer"):
        entries([put(tmp_path / "a.zip", data)])


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    data = packed(*((str(n), b"") for n in range(MOST_MEMBERS + 1)))
    with pytest.raises(DocumentError, match=r"a\.zip holds more than 10,000 files"):
        entries([put(tmp_path / "a.zip", data)])


def test_an_endless_directory_is_never_held(tmp_path: Path) -> None:
    data = packed(*(("x" * 60_000 + str(n), b"") for n in range(100)))
    tracemalloc.start()
    try:
        with pytest.raises(DocumentError, match="its directory is longer than"):
            entries([put(tmp_path / "a.zip", data)])
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [10, 60, 150, -30, -1])
def test_what_is_cut_off_is_refused_at_once_or_a_failed_row(tmp_path: Path, cut: int) -> None:
    data = packed(("a.txt", _TEXT * 9), ("b.txt", _TEXT * 9))[:cut]
    put(tmp_path / "a.zip", data)
    with pytest.raises(DocumentError, match=r"a\.zip is a damaged Word or ZIP file") as caught:
        entries([tmp_path / "a.zip"])
    assert len(str(caught.value).splitlines()) == 1
    (tmp_path / "b.txt").write_text(_TEXT, encoding="utf-8")
    broken, whole = entries([tmp_path])
    assert (broken.name, whole.name) == ("a.zip", "b.txt")
    assert "a.zip is a damaged Word or ZIP file" in why(broken)
    assert whole.load().text == _TEXT


def test_an_archive_that_changes_after_it_is_listed_is_a_failed_row(tmp_path: Path) -> None:
    found = entries([put(tmp_path / "a.zip", packed(("a.txt", _TEXT), ("b.txt", _TEXT)))])
    first = next(found)
    put(tmp_path / "a.zip", packed(("khác.txt", _TEXT[::-1] * 3)))
    assert "a.zip/a.txt is a damaged" in why(first)
    (tmp_path / "a.zip").unlink()
    assert "a.zip cannot be read (No such file or directory)" in why(next(found))


@settings(max_examples=300)
@given(st.data())
def test_no_damage_raises_anything_but_a_document_error(data: st.DataObject) -> None:
    whole = packed(("a.txt", _TEXT), ("x/b.html", "<p>" * 50))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    archive = io.BytesIO(bytes(damaged))
    with suppress(DocumentError):
        for member in members(archive, "a.zip"):
            assert len(unpack(archive, member, "a.zip/a.txt")) == member.size


# --- A run of an archive -------------------------------------------------------------------------


def test_the_only_document_of_an_archive_is_read() -> None:
    data = packed(("ảnh/1.jpg", b"\xff\xd8\xff"), ("báo cáo.txt", _TEXT), (".an.txt", "ẩn"))
    document = Document.decode(data, "a.zip")
    assert document.text == _TEXT
    assert document.name == "a.zip/báo cáo.txt"
    assert Document.decode(data).name == "báo cáo.txt"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            ("a.txt", "b.txt", "c.jpg"),
            "a.zip holds 2 documents (a.txt, b.txt); give it to `summarizer batch`",
        ),
        (("a.jpg", "b.xlsx"), "a.zip holds no document (a.jpg, b.xlsx); check"),
        ((), "a.zip holds no document; check what is in it"),
        (tuple(f"{n}.txt" for n in range(9)), "9 documents (0.txt, 1.txt, 2.txt, 3.txt, 4.txt, …)"),
        (("a.zip",), "a.zip holds no document (a.zip)"),
    ],
)
def test_an_archive_of_none_or_several_names_what_it_holds(
    files: tuple[str, ...], said: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        Document.decode(packed(*((name, _TEXT) for name in files)), "a.zip")
    assert said in str(caught.value)


def test_archives_within_archives_end() -> None:
    data = packed(("a.txt", _TEXT))
    for _ in range(3):
        data = packed(("a.txt", data))
    with pytest.raises(DocumentError, match=r"a\.zip/a\.txt is an archive in an archive"):
        Document.decode(data, "a.zip")


def test_the_command_reads_the_only_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(tmp_path / "a.zip", packed(("báo cáo.txt", _TEXT)))
    assert main(["run", str(file), "--show-text"]) == 0
    assert capsys.readouterr().out == _TEXT

"""What a batch is made of: which documents, under which names, in which order."""

import json
import os
import pickle
import shutil
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from summarizer.batch.inputs import Entry, entries
from summarizer.documents import LARGEST
from summarizer.errors import DocumentError
from tests.rights import powerless

_TEXT = "Ngày 27/12, UBND huyện tổng kết năm 2022."


def put(file: Path, text: str = _TEXT) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def put_lines(file: Path, *records: object) -> Path:
    return put(file, "".join(json.dumps(record) + "\n" for record in records))


def names(*inputs: str | Path, id_field: str | None = None) -> list[str]:
    return [entry.name for entry in entries(inputs, id_field=id_field)]


def why(entry: Entry) -> str:
    """The one line that says why there is no document."""
    with pytest.raises(DocumentError) as caught:
        entry.load()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


# --- Files, folders, patterns --------------------------------------------------------------------


def test_a_file_is_named_by_its_base_name_and_may_have_any_suffix(tmp_path: Path) -> None:
    file = put(tmp_path / "xa" / "bao-cao.v2")
    (entry,) = entries([file])
    assert entry.name == "bao-cao.v2"
    assert entry.load().text == _TEXT
    assert entry.load().name == "bao-cao.v2"


def test_a_folder_gives_all_kinds_of_documents_and_the_files_of_archives(tmp_path: Path) -> None:
    for name in ("a.txt", "b.HTML", "c.htm", "d.pdf", "e.docx", "f.md", "g.xhtml", "h.xlsx"):
        put(tmp_path / "2024" / name)
    with zipfile.ZipFile(tmp_path / "2024" / "x.zip", "w") as archive:
        archive.writestr("xa/a.txt", _TEXT)
    assert names(tmp_path) == [f"2024/{name}" for name in (
        "a.txt", "b.HTML", "c.htm", "d.pdf", "e.docx", "f.md", "g.xhtml", "x.zip/xa/a.txt"
    )]  # fmt: skip


def test_what_browsers_and_word_put_beside_documents_is_left_out(tmp_path: Path) -> None:
    for name in ("họp.html", "họp_files/ad.html", "~$a.docx", "b_files/c.html", "d_files/e.txt"):
        put(tmp_path / "x" / name)
    put(tmp_path / "x" / "d.HTM")
    assert names(tmp_path) == ["x/b_files/c.html", "x/d.HTM", "x/họp.html"]


def test_a_folder_gives_its_texts_in_the_order_of_people(tmp_path: Path) -> None:
    for name in ("thang-10.txt", "thang-2.TXT", "2021/b.md", "2020/9/c.txt", "so-lieu.xlsx"):
        put(tmp_path / name)
    put(tmp_path / ".an.txt")
    put(tmp_path / ".git" / "a.txt")
    assert names(tmp_path) == ["2020/9/c.txt", "2021/b.md", "thang-2.TXT", "thang-10.txt"]


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["2020/b.txt", "2020/xa/c.txt", "a.txt"]),
        ("2*/*", ["2020/b.txt", "2021/d.pdf"]),
        ("**", ["2020/b.txt", "2020/xa/c.txt", "2021/d.pdf", "a.txt"]),
        ("202[0]/**/?.txt", ["b.txt", "xa/c.txt"]),
        ("2020/**/c.*", ["xa/c.txt"]),
    ],
)
def test_a_pattern_names_files_from_where_it_begins(
    tmp_path: Path, pattern: str, matched: list[str]
) -> None:
    for name in ("a.txt", "2020/b.txt", "2020/xa/c.txt", "2021/d.pdf", "2021/.e.txt"):
        put(tmp_path / name)
    if pattern.startswith("202["):
        matched = [f"2020/{name}" for name in matched]
    assert names(str(tmp_path / pattern)) == matched


def test_an_empty_input_is_not_the_current_folder() -> None:
    with pytest.raises(DocumentError, match="empty string"):
        entries([""])


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    put(tmp_path / "bao cao 1.txt")
    assert names(put(tmp_path / "bao cao [1].txt")) == ["bao cao [1].txt"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("khong-co.txt", "does not exist; check the path"),
        ("x" * 5_000, "does not exist; check the path"),
        ("*.pdf", "matches no file; check the pattern"),
        ("khong/co/**/*.txt", "matches no file; check the pattern"),
        (".", "holds no file that ends in .txt, .md, .html, .htm, .xhtml, .pdf, .docx or .zip; "),
        (".", "; name others by a pattern such as"),
    ],
)
def test_an_input_that_holds_nothing_is_refused_before_anything_is_read(
    tmp_path: Path, given: str, said: str
) -> None:
    put_lines(tmp_path / "a.jsonl", {"text": _TEXT})
    with pytest.raises(DocumentError, match=said.replace("*", r"\*")) as caught:
        entries([tmp_path / "a.jsonl", tmp_path / given])
    assert given.strip(".") in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


# --- Names ---------------------------------------------------------------------------------------


def test_a_file_reached_twice_is_taken_once(tmp_path: Path) -> None:
    file = put(tmp_path / "xa" / "a.txt")
    (tmp_path / "link.txt").symlink_to(file)
    reached = [file, str(tmp_path / "*" / "*.txt"), tmp_path / "link.txt", tmp_path, file.parent]
    assert names(*reached) == ["a.txt"]
    assert names(*reversed(reached)) == ["a.txt"]


def test_files_of_one_name_are_told_apart_by_more_of_their_paths(tmp_path: Path) -> None:
    files = [put(tmp_path / folder / "a.txt") for folder in ("2020/xa", "2021/xa", "2022/thon")]
    assert names(*files) == ["a.txt", "xa/a.txt", "thon/a.txt"]
    more = put(tmp_path / "2023" / "xa" / "a.txt")
    assert names(*files, more) == ["a.txt", "xa/a.txt", "thon/a.txt", "2023/xa/a.txt"]


def test_files_of_one_place_below_two_folders_are_told_apart_by_the_folders(tmp_path: Path) -> None:
    for name in ("a/2020/x.txt", "b/2020/x.txt"):
        put(tmp_path / name)
    assert names(tmp_path / "a", tmp_path / "b") == ["2020/x.txt", "b/2020/x.txt"]


def test_records_of_one_name_are_told_apart_by_their_lines(tmp_path: Path) -> None:
    records = [{"id": name, "text": _TEXT} for name in ("7", 7, "8")]
    file = put_lines(tmp_path / "a.jsonl", *records)
    assert names(file) == ["7", "a.jsonl:2", "8"]
    assert names(file, put_lines(tmp_path / "b.jsonl", *records)) == [
        *("7", "a.jsonl:2", "8"),
        *("b.jsonl:1", "b.jsonl:2", "b.jsonl:3"),
    ]


def test_where_no_path_helps_a_number_does(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    parts = Path(os.path.realpath(file)).parts
    taken = ["/".join(parts[start:]) + ":99" for start in range(1, len(parts))]
    blank = [""] * (98 - len(taken) - 1)
    lines = [json.dumps({"id": name, "text": _TEXT}) for name in ("7", *taken)]
    put(file, "\n".join([*lines, *blank, lines[0]]))
    assert names(file)[-1] == "7 (2)"


_IDS = st.sampled_from(["a", "b", "a (2)", "d.jsonl:2", "d.jsonl:3", "d.jsonl:2 (2)", "", None, 3])


@given(ids=st.lists(_IDS, max_size=12), more=st.lists(_IDS, max_size=4))
def test_names_of_records_are_unique_and_what_is_appended_changes_none(
    tmp_path_factory: pytest.TempPathFactory, ids: list[object], more: list[object]
) -> None:
    file = tmp_path_factory.getbasetemp() / "d.jsonl"
    put_lines(file, *({"id": name, "text": _TEXT} for name in ids))
    before = names(file)
    put_lines(file, *({"id": name, "text": _TEXT} for name in [*ids, *more]))
    after = names(file)
    assert len(set(after)) == len(ids) + len(more)
    assert after[: len(ids)] == before
    assert names(file) == after


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name in ("a.txt", "x/a.txt", "x/y/a.txt", "y/a.txt", "y/b.txt", "y/x/a.txt"):
        put(root / name)
    (root / "y" / "link.txt").symlink_to(root / "x" / "a.txt")
    (root / "x" / "up").symlink_to(root)
    return root


_INPUTS = st.sampled_from(
    [".", "x", "y", "x/y", "x/up", "a.txt", "x/a.txt", "y/link.txt", "y/x/a.txt", "**/a.txt", "*/*"]
)


@given(inputs=st.lists(_INPUTS, min_size=1, max_size=6), more=st.lists(_INPUTS, max_size=3))
def test_however_files_are_reached_each_comes_once_under_one_name_that_stays(
    tree: Path, inputs: list[str], more: list[str]
) -> None:
    before = names(*(str(tree / each) for each in inputs))
    found = list(entries([str(tree / each) for each in [*inputs, *more]]))
    assert len({entry.name for entry in found}) == len(found)
    assert len({os.path.realpath(entry.origin) for entry in found}) == len(found)
    assert [entry.name for entry in found][: len(before)] == before


@pytest.mark.skipif(os.name == "nt", reason="names there hold no such signs")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.txt", r"a\nb.txt"),
        (b"a\x1b[31m.txt", r"a\x1b[31m.txt"),
        ("a\u2028b.txt".encode(), r"a\u2028b.txt"),
        (b"t\xfd.txt", r"t\udcfd.txt"),
    ],
)
def test_names_fit_on_a_line(tmp_path: Path, name: bytes, shown: str) -> None:
    file = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))  # noqa: PTH118 - bytes
    try:
        put(file)
    except OSError:
        pytest.skip("this file system refuses the name")
    for told in (file, tmp_path, str(tmp_path / "*.txt")):
        (entry,) = entries([told])
        assert entry.name == shown
        assert entry.load().text == _TEXT
    file.write_bytes(b"")
    why(entry)
    put_lines(tmp_path / "a.jsonl", {"id": os.fsdecode(name), "text": _TEXT})
    assert names(tmp_path / "a.jsonl") == [shown]


# --- Files that are no documents -----------------------------------------------------------------


def _sparse(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(100_000_000)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.write_bytes(b""), "is empty"),
        (lambda file: file.write_bytes(bytes(range(256)) * 9), "is a binary file"),
        (_sparse, "is larger than 20 MB"),
        (Path.exists, "does not exist; check the path"),
        (Path.mkdir, "is a folder"),
        (lambda file: file.symlink_to("khong-co.txt"), "does not exist"),
        (lambda file: file.symlink_to(file.name), "cannot be read"),
        (os.mkfifo, "is a pipe or device"),
    ],
    ids=["empty", "binary", "huge", "vanished", "folder", "dangling", "loop", "pipe"],
)
@pytest.mark.skipif(os.name == "nt", reason="links and pipes are made otherwise there")
def test_a_file_that_is_no_document_fails_alone(
    tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        put(tmp_path / name)
    first, broken, last = entries([tmp_path])
    (tmp_path / "b.txt").unlink()
    spoil(tmp_path / "b.txt")
    assert first.load().text == last.load().text == _TEXT
    assert said in why(broken)
    assert "b.txt" in why(broken)


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are made otherwise there")
def test_what_is_spoilt_before_it_is_listed_fails_alone_too(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    put(tmp_path / "d.txt" / "z.txt")
    os.mkfifo(tmp_path / "b.txt")
    (tmp_path / "c.txt").symlink_to("c.txt")
    (tmp_path / "e.txt").symlink_to("khong-co")
    found = list(entries([tmp_path]))
    assert [entry.name for entry in found] == ["a.txt", "b.txt", "c.txt", "d.txt/z.txt", "e.txt"]
    assert "pipe" in why(found[1])
    assert "cannot be read" in why(found[2])
    assert "does not exist" in why(found[4])


def test_links_that_lead_back_end_and_lead_to_nothing_above(tmp_path: Path) -> None:
    put(tmp_path / "above.txt")
    inner = put(tmp_path / "in" / "xa" / "a.txt").parent
    (inner / "up").symlink_to(tmp_path)
    (inner / "self").symlink_to(inner)
    (tmp_path / "in" / "again").symlink_to(inner)
    assert names(tmp_path / "in") == ["again/a.txt"]
    assert names(str(tmp_path / "in" / "**" / "*.txt")) == ["again/a.txt"]


def test_a_file_that_may_not_be_read_is_a_failure_of_its_own(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        put(tmp_path / name)
    (tmp_path / "b.txt").chmod(0)
    first, closed, last = entries([tmp_path])
    with powerless():
        assert "b.txt may not be read; check its permissions" in why(closed)
    assert first.load().name == "a.txt"
    assert last.load().name == "c.txt"


def test_a_folder_that_cannot_be_listed_is_a_failure_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/x.txt", "b/x.txt", "c/x.txt"):
        put(tmp_path / name)
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = list(entries([tmp_path]))
    assert [entry.name for entry in found] == ["a/x.txt", "b/", "c/x.txt"]
    assert "b cannot be listed; check its permissions" in why(found[1])
    with pytest.raises(DocumentError, match="b cannot be listed"):
        entries([tmp_path / "b"])


def test_a_folder_that_vanishes_is_a_failure_and_no_end(tmp_path: Path) -> None:
    put(tmp_path / "a" / "x.txt")
    found = entries([tmp_path / "a", put(tmp_path / "b.txt")])
    shutil.rmtree(tmp_path / "a")
    gone, there = found
    assert "cannot be listed" in why(gone)
    assert there.load().text == _TEXT


# --- Records -------------------------------------------------------------------------------------


def test_records_are_named_by_id_name_or_line(tmp_path: Path) -> None:
    file = put_lines(
        tmp_path / "a.jsonl",
        {"id": 12, "name": "x", "text": "một"},
        {"id": None, "name": "x", "text": "hai"},
        {"id": " ", "name": True, "text": "ba"},
        {"text": "bốn", "ma": "M4"},
    )
    assert names(file) == ["12", "x", "a.jsonl:3", "a.jsonl:4"]
    assert [entry.load().text for entry in entries([file])] == ["một", "hai", "ba", "bốn"]
    named = list(entries([file], id_field="ma"))
    assert named[3].name == named[3].load().name == "M4"
    assert "a.jsonl:1 has no name in field ma (fields: id, name, text)" in why(named[0])


def test_marks_blank_lines_and_odd_ends_of_lines_are_no_records(tmp_path: Path) -> None:
    first, second = ('{"text": "' + text + '"}' for text in ("một", "hai"))
    (tmp_path / "a.ndjson").write_bytes(f"\ufeff{first}\r\n\r\n  \n{second}".encode())
    found = list(entries([tmp_path / "a.ndjson"]))
    assert [entry.name for entry in found] == ["a.ndjson:1", "a.ndjson:4"]
    assert [entry.load().text for entry in found] == ["một", "hai"]


def test_the_text_of_a_record_is_text_whatever_it_looks_like(tmp_path: Path) -> None:
    texts = ["<!DOCTYPE html><p>Huyện họp.</p>", "%PDF-1.7 là tên một định dạng"]
    file = put_lines(tmp_path / "a.jsonl", *({"id": "a.pdf", "text": text} for text in texts))
    assert [entry.load().text for entry in entries([file])] == texts


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"Bao cao", "is no JSON (Expecting value, column 1); correct the line"),
        (b'{"text": "a"', "is no JSON"),
        (b"null", "is no JSON object"),
        (b'["a"]', "is no JSON object"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b'{"text": 1' + b"0" * 5_000 + b"}", "cannot be read as JSON"),
        (b'{"body": "a", "x": 1}', "has no text in field text (fields: body, x); correct it"),
        (b"{}", "has no text in field text (fields: none)"),
        (b'{"text": null}', "has no text in field text"),
        (b'{"text": 12}', "has no text in field text"),
        (b'{"text": ""}', "is empty; nothing to summarize"),
        (b'{"text": "\\ufeff \\n"}', "is empty; nothing to summarize"),
        (b'{"text": "12 %"}', "holds no letters"),
        (b'{"text": "a\\ud800"}', "holds half a character"),
        (b'{"text": "ti\xea\xec"}', "is not UTF-8; convert the file to UTF-8"),
        (b'{"text": "' + b"a" * LARGEST + b'"}', "is longer than 20 MB"),
    ],
    ids=range(16),
)
def test_a_broken_record_fails_alone_and_says_where(tmp_path: Path, line: bytes, said: str) -> None:
    good = json.dumps({"text": _TEXT}).encode()
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([good, line, good]))
    first, broken, last = entries([tmp_path / "a.jsonl"])
    assert first.load().text == last.load().text == _TEXT
    assert (broken.name, last.name) == ("a.jsonl:2", "a.jsonl:3")
    assert f"a.jsonl:2 {said}" in why(broken)


def test_an_enormous_line_is_never_held(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    _sparse(file)
    with file.open("ab") as opened:
        opened.write(b'\n{"text": "a"}')
    tracemalloc.start()
    try:
        broken, last = entries([file])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "longer than 20 MB" in why(broken)
    assert last.load().text == "a"
    assert peak < 2.5 * LARGEST


@pytest.mark.skipif(os.name == "nt", reason="pipes are made otherwise there")
@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_a_pipe_of_records_is_not_waited_for(tmp_path: Path, suffix: str) -> None:
    pipe = tmp_path / f"b.{suffix}"
    os.mkfifo(pipe)
    with pytest.raises(DocumentError, match="is a pipe or device"):
        entries([pipe])
    put(tmp_path / "a.txt")
    _, broken = entries([str(tmp_path / "*")])
    assert "is a pipe or device" in why(broken)


def test_a_file_of_records_that_vanishes_is_one_failure(tmp_path: Path) -> None:
    found = entries([put_lines(tmp_path / "a.jsonl", {"text": _TEXT}), put(tmp_path / "b.txt")])
    (tmp_path / "a.jsonl").unlink()
    gone, there = found
    assert gone.name == "a.jsonl"
    assert "cannot be read (No such file or directory)" in why(gone)
    assert there.load().text == _TEXT


def _rows(file: Path, columns: dict[str, Iterable[object]], rows: int = 64) -> Path:
    parquet.write_table(pa.table(columns), file, row_group_size=rows, compression="none")
    return file


def test_rows_of_a_table_are_records(tmp_path: Path) -> None:
    texts = [f"Báo cáo số {number}" for number in range(200)]
    file = _rows(tmp_path / "a.parquet", {"so": range(200), "noi_dung": texts, "x": texts})
    found = list(entries([file], text_field="noi_dung", id_field="so"))
    assert [entry.name for entry in found] == [str(number) for number in range(200)]
    assert [entry.load().text for entry in found] == texts
    unnamed = list(entries([tmp_path / "*.parquet"], text_field="noi_dung"))
    assert (unnamed[0].name, unnamed[-1].name) == ("a.parquet:1", "a.parquet:200")


def test_a_broken_row_fails_alone(tmp_path: Path) -> None:
    offsets = pa.array([b"mot", b"ti\xea", b"ba", b"bon"], pa.binary()).buffers()
    text = pa.Array.from_buffers(pa.string(), 4, offsets)
    file = _rows(tmp_path / "a.parquet", {"id": ["1", "2", None, ""], "text": text})
    found = list(entries([file]))
    assert [entry.name for entry in found] == ["1", "2", "a.parquet:3", "a.parquet:4"]
    assert "a.parquet:2 has no text in field text (fields: text, id)" in why(found[1])
    assert found[3].load().text == "bon"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text_field": "van_ban"}, "has no text in field van_ban (fields: id, text); correct"),
        ({"id_field": "ma"}, "has no name in field ma (fields: id, text); correct"),
    ],
)
def test_a_table_without_the_column_is_refused_at_once(
    tmp_path: Path, fields: dict[str, str], said: str
) -> None:
    file = _rows(tmp_path / "a.parquet", {"id": ["1"], "text": ["a"]})
    for told in (file, str(tmp_path / "*.parquet")):
        with pytest.raises(DocumentError) as caught:
            entries([told], **fields)
        assert said in str(caught.value)


def test_a_damaged_table_is_refused_at_once_or_fails_from_where_it_is_damaged(
    tmp_path: Path,
) -> None:
    texts = [f"Bao cao {number} " * 50 for number in range(1_000)]
    file = _rows(tmp_path / "a.parquet", {"text": texts}, rows=100)
    data = file.read_bytes()
    middle = len(data) // 2
    file.write_bytes(data[:middle] + b"\xff" * 9_000 + data[middle + 9_000 :])
    *whole, broken = entries([file])
    assert [entry.load().text for entry in whole] == texts[: len(whole)]
    assert 0 < len(whole) < 1_000
    assert f"nothing was taken after line {len(whole)}" in why(broken)
    file.write_bytes(data[:100])
    with pytest.raises(DocumentError, match=r"a\.parquet cannot be read .*; check the file"):
        entries([file])


def test_without_pyarrow_a_table_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _rows(tmp_path / "a.parquet", {"text": ["a"]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for told in (file, str(tmp_path / "*.parquet")):
        with pytest.raises(DocumentError, match=r'pip install "structured-summarizer\[parquet\]"'):
            entries([told])


# --- Large batches -------------------------------------------------------------------------------


def test_an_entry_crosses_processes(tmp_path: Path) -> None:
    file = put_lines(tmp_path / "a.jsonl", {"text": _TEXT}, 5)
    for entry in entries([file, put(tmp_path / "b.txt")]):
        assert pickle.loads(pickle.dumps(entry)) == entry


def test_memory_stays_flat_however_many_records_there_are(tmp_path: Path) -> None:
    line = json.dumps({"text": _TEXT * 20}, ensure_ascii=False) + "\n"
    file = put(tmp_path / "a.jsonl", line * 20_000)  # 33 MB of text, were it kept
    tracemalloc.start()
    try:
        assert sum(1 for _ in entries([file])) == 20_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def test_memory_stays_flat_over_a_table_of_a_single_group_of_rows(tmp_path: Path) -> None:
    texts = [_TEXT * 50 + str(number) for number in range(20_000)]
    file = _rows(tmp_path / "a.parquet", {"text": texts}, rows=20_000)
    assert file.stat().st_size > 40_000_000
    del texts
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        most = max(pa.total_allocated_bytes() for _ in entries([file])) - before
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most + peak < 20_000_000

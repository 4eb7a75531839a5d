"""Word files: paragraphs in reading order, lists with the numbers Word shows, tables as clauses.

What a reader of the printed page sees is text: results of fields, text boxes, tracked
insertions, footnotes (behind the text). What he does not see is none: deletions, hidden text,
comments, field codes; headers and footers repeat on every page and are left out too. The file
is opened by python-docx (extra ``docx``); the meaning of its parts is that of ECMA-376.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from summarizer.errors import DocumentError
from summarizer.folding import fold
from summarizer.formats import Converted
from summarizer.formats.archives import members
from summarizer.formats.tables import rows, told_unit

_Element = Any  # of lxml, which has no types

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def convert(data: bytes, label: str) -> Converted:
    """The text of a .docx file, and its title where the text does not hold it.

    The date of a report stands in its text; those of the properties are when the file was saved.

    Raises ``DocumentError`` for what is no Word file, is encrypted, damaged or hostile, or holds
    no text. Raises ``ImportError`` where python-docx is missing.
    """
    _refuse(data, label)
    parts = _opened(data, label)
    try:
        text = _text(parts)
    except RecursionError:
        raise DocumentError(
            f"{label} is nested deeper than any report; check where it is from"
        ) from None
    if not text:
        raise DocumentError(f"{label} holds no text; if it holds scans, run OCR on them first")
    return Converted(text, title=_title(parts.title, text))


# --- What is not read ----------------------------------------------------------------------------

_MOST_BYTES = 200_000_000  # of all parts, unpacked; pictures in reports reach 60 MB
_MOST_XML = 32_000_000  # of a part that is parsed; a thousand pages have 10 MB
_OLD = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_XML = (".xml", ".rels")
_HEAD = 64  # bytes
_BEFORE = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # what may stand before the first tag
_DOCTYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))
_KINDS = (
    (b"ms-word.document.macroEnabled", "a Word file with macros (.docm)"),
    (b"ms-word.template.macroEnabled", "a Word template (.dotm)"),
    (b"wordprocessingml.template", "a Word template (.dotx)"),
)
_STRICT = b"http://purl.oclc.org/ooxml"
_FOREIGN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    SyntaxError,  # the base of lxml's errors of XML
    LookupError,  # a part that is not there
    AttributeError,  # a part that is not what it says
    TypeError,
    ValueError,
    AssertionError,
    RuntimeError,
    OSError,
)


def _refuse(data: bytes, label: str) -> None:
    """Tell what is no Word file by its first bytes."""
    if data.startswith(_OLD):
        if _ENCRYPTED in data:
            raise DocumentError(f"{label} is encrypted; remove its password in Word and try again")
        raise DocumentError(f"{label} is an old Word file (.doc); save it as .docx and try again")
    if not data.startswith(b"PK"):
        raise _no_word(label)


def _no_word(label: str) -> DocumentError:
    return DocumentError(f"{label} is no Word file; save it as .docx in Word and try again")


def _measure(data: bytes, label: str) -> None:
    """Refuse bombs and relatives of .docx before anything is parsed."""
    members(io.BytesIO(data), label)  # bounds the directory
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        infos = package.infolist()
        if not any(info.filename.startswith("word/") for info in infos):
            raise _no_word(label)
        if sum(info.file_size for info in infos) > _MOST_BYTES:
            raise _too_large(label, _MOST_BYTES)
        for info in infos:
            if info.filename.endswith(_XML) or _is_xml(package, info):
                if info.file_size > _MOST_XML:
                    raise _too_large(label, _MOST_XML)
                _inspect(info.filename, package.read(info), label)


def _is_xml(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Judge by its first bytes: any part may be called the document, whatever its name."""
    with package.open(info) as part:
        return part.read(_HEAD).lstrip(_BEFORE).startswith(b"<")


def _too_large(label: str, bytes_: int) -> DocumentError:
    return DocumentError(
        f"{label} unpacks to more than {bytes_ // 1_000_000} MB; split it and summarize its parts"
    )


def _inspect(name: str, part: bytes, label: str) -> None:
    if not name.endswith(".svg") and any(doctype in part for doctype in _DOCTYPES):
        raise DocumentError(f"{label} declares XML entities, as no Word file does; do not trust it")
    if name == "[Content_Types].xml":
        for kind, what in _KINDS:
            if kind in part:
                raise DocumentError(f"{label} is {what}; save it as .docx and try again")
    if name == "_rels/.rels" and _STRICT in part:
        raise DocumentError(
            f"{label} is a Strict Open XML file; save it as Word Document (.docx) and try again"
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is read of a package; parts that are not there are None."""

    title: str
    body: _Element
    styles: _Element
    numbering: _Element
    footnotes: _Element
    endnotes: _Element


_READ = ("styles", "numbering", "footnotes", "endnotes")


def _opened(data: bytes, label: str) -> _Parts:
    """Open the package; what zipfile, lxml or python-docx object to is told in one line."""
    import docx  # noqa: PLC0415 - of the extra docx

    try:
        _measure(data, label)
        try:
            document = docx.Document(io.BytesIO(data))
        except KeyError:
            document = docx.Document(io.BytesIO(_mended(data)))
        title = document.core_properties.title
        related = _related(document.part)
        body = document.element.body
    except _FOREIGN as error:
        raise _fault(error, label) from None
    if body is None:
        raise DocumentError(f"{label} holds no text; open it in Word and save it as .docx again")
    return _Parts(title, body, *(related.get(kind) for kind in _READ))


def _mended(data: bytes) -> bytes:
    """The package without relations to parts that are not there, which Word forgives."""
    mended = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(mended, "w") as new:
        names = set(old.namelist())
        for info in old.infolist():
            part = old.read(info)
            if info.filename.endswith(".rels"):
                folder = posixpath.dirname(posixpath.dirname(info.filename))
                part = _without_dangling(part, folder, names)
            new.writestr(info.filename, part)
    return mended.getvalue()


def _without_dangling(relations: bytes, folder: str, names: set[str]) -> bytes:
    from docx.opc.oxml import serialize_part_xml  # noqa: PLC0415 - of the extra docx
    from docx.oxml.parser import parse_xml  # noqa: PLC0415 - of the extra docx

    root: _Element = parse_xml(relations)
    for relation in list(root):
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
        if relation.get("TargetMode") != "External" and target.lstrip("/") not in names:
            root.remove(relation)
    cleaned: bytes = serialize_part_xml(root)
    return cleaned


def _related(part: Any) -> dict[str, _Element]:
    """Parts that the main part refers to, parsed, by what they are to it."""
    from docx.oxml.parser import parse_xml  # noqa: PLC0415 - of the extra docx

    found: dict[str, _Element] = {}
    for relation in part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in _READ and not relation.is_external:
            target = relation.target_part
            element = getattr(target, "element", None)
            found[kind] = parse_xml(target.blob) if element is None else element
    return found


def _fault(error: Exception, label: str) -> DocumentError:
    if "encrypted" in str(error):
        return DocumentError(f"{label} is encrypted; remove its password in Word and try again")
    reason = " ".join(str(error).split())[:80]
    return DocumentError(
        f"{label} is a damaged Word file ({reason}); open it in Word and save it as .docx again"
    )


# --- The text ------------------------------------------------------------------------------------

_FEWEST_WORDS = 4  # of a title that says something
_FILE_NAME = re.compile(r"\.(?:docx?|rtf|odt|pdf)\b|^microsoft word", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")


def _text(parts: _Parts) -> str:
    styles = _read_styles(parts.styles)
    reader = _Reader(styles, _Numbering(parts.numbering, styles))
    lines = reader.lines(parts.body)
    notes = {**_notes(parts.footnotes, "footnote"), **_notes(parts.endnotes, "endnote")}
    for cited in dict.fromkeys(reader.cited):
        if (note := notes.get(cited)) is not None:
            lines += ["", *reader.lines(note)]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _notes(part: _Element, kind: str) -> dict[tuple[str, str], _Element]:
    if part is None:
        return {}
    return {(kind, note.get(f"{_W}id", "")): note for note in part.iter(f"{_W}{kind}")}


def _title(title: str, text: str) -> str | None:
    """The title of the properties, if it is a headline that the text lacks."""
    title = " ".join(title.split())
    if len(title.split()) < _FEWEST_WORDS or _FILE_NAME.search(title):
        return None
    return None if fold(title).key in fold(text).key.replace("\n", " ") else title


# --- Styles --------------------------------------------------------------------------------------

_OFF = frozenset({"0", "false", "off"})
_DEEPEST = 20  # styles that are based on each other; a circle has no end
_OUTLINED = frozenset("012345678")  # 9 is body text
_HEADING = re.compile(r"heading [1-9]|title|subtitle")


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style says that text depends on, after all it is based on."""

    name: str = ""
    number: str = ""  # of its list
    level: str = ""
    hidden: bool = False
    heading: bool = False


_PLAIN = _Style()


def _read_styles(part: _Element) -> dict[str, _Style]:
    if part is None:
        return {}
    found = {style.get(f"{_W}styleId", ""): style for style in part.iter(f"{_W}style")}
    return {key: _style(style, found) for key, style in found.items()}


def _style(style: _Element, found: dict[str, _Element]) -> _Style:
    chain = [style]
    while len(chain) < _DEEPEST and (base := found.get(_value(chain[-1], "basedOn"))) is not None:
        chain.append(base)
    name = _value(style, "name").lower()
    number = level = ""
    hidden = heading = False
    for each in reversed(chain):
        number = _value(each, "pPr/numPr/numId") or number
        level = _value(each, "pPr/numPr/ilvl") or level
        hidden = _switch(each, "rPr/vanish", otherwise=hidden)
        outline = _value(each, "pPr/outlineLvl")
        heading = outline in _OUTLINED if outline else heading
    return _Style(name, number, level, hidden, heading or _HEADING.fullmatch(name) is not None)


def _find(element: _Element, path: str) -> _Element:
    for tag in _tags(path):
        element = next(element.iterchildren(tag), None)
        if element is None:
            break
    return element


@cache
def _tags(path: str) -> tuple[str, ...]:
    return tuple(_W + step for step in path.split("/"))


def _value(element: _Element, path: str) -> str:
    """The value of a property; empty where it is not set."""
    found = _find(element, path)
    return "" if found is None else found.get(f"{_W}val", "")


def _switch(element: _Element, path: str, *, otherwise: bool = False) -> bool:
    """A property that is on by its mere presence."""
    found = _find(element, path)
    return otherwise if found is None else found.get(f"{_W}val", "on") not in _OFF


# --- Numbers and bullets -------------------------------------------------------------------------

_LEVELS = 9
_LONGEST_MARK = 40  # characters of a pattern such as "Điều %1."
_PLACE = re.compile(r"%([1-9])")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_MOST_ROMAN = 3_999
_MOST_LETTERS = 104  # zzzz


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level of a list counts, is written, and after which level it begins again."""

    start: int
    form: str
    pattern: str
    restart: int
    plain: bool  # writes the numbers of higher levels as 1, 2, 3


@dataclass(frozen=True, slots=True)
class _List:
    """A list: what it counts with, its levels, and the level each style stands for."""

    definition: str
    levels: dict[int, _Level]
    styled: dict[str, int]


class _Numbering:
    """The lists of a document; ``mark`` counts a paragraph and gives what stands before it.

    Lists that share a definition count on together, as in Word (ECMA-376 part 1, 17.9).
    """

    def __init__(self, part: _Element, styles: dict[str, _Style]) -> None:
        found = [] if part is None else list(part)
        self._styles = styles
        self._definitions = {
            each.get(f"{_W}abstractNumId", ""): each
            for each in found
            if each.tag == f"{_W}abstractNum"
        }
        self._entries = {
            each.get(f"{_W}numId", ""): each for each in found if each.tag == f"{_W}num"
        }
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}

    def mark(self, number: str, level: str, style: str) -> str:
        """The marker of the next paragraph of a list; empty if it has none."""
        if number not in self._entries:
            return ""
        if number not in self._lists:
            self._lists[number] = self._begun(self._entries[number])
        listed = self._lists[number]
        depth = _whole(level, -1) if level else listed.styled.get(style, 0)
        if depth not in listed.levels:
            return ""
        return _marker(listed.levels, depth, self._counted(listed, depth))

    def _begun(self, entry: _Element) -> "_List":
        """Read a list; its levels that are told to start again do so now."""
        definition = self._definition(entry)
        found = self._definitions.get(definition)
        levels, styled = ({}, {}) if found is None else (_levels(found), _styled(found))
        counts = self._counts.setdefault(definition, [None] * _LEVELS)
        for override in entry.iterchildren(f"{_W}lvlOverride"):
            levels |= _levels(override)
            start, depth = _value(override, "startOverride"), _depth(override)
            if start and depth in levels:
                levels[depth] = replace(levels[depth], start=_whole(start, levels[depth].start))
                counts[depth] = None
        return _List(definition, levels, styled)

    def _definition(self, entry: _Element) -> str:
        """The definition of a list; some only name the style that has it."""
        for _ in range(_DEEPEST):
            key = _value(entry, "abstractNumId")
            found = self._definitions.get(key)
            link = "" if found is None else _value(found, "numStyleLink")
            number = self._styles.get(link, _PLAIN).number
            if number not in self._entries:
                return key
            entry = self._entries[number]
        return ""

    def _counted(self, listed: "_List", depth: int) -> list[int | None]:
        """Numbers of all levels after one more paragraph; None where none was counted yet."""
        counts, levels = self._counts[listed.definition], listed.levels
        before = counts[depth]
        counts[depth] = levels[depth].start if before is None else before + 1
        for deeper in range(depth + 1, _LEVELS):
            if deeper not in levels or depth < levels[deeper].restart:
                counts[deeper] = None
        for higher in range(depth):
            if counts[higher] is None and higher in levels:
                counts[higher] = levels[higher].start
        return counts


def _whole(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else otherwise


def _depth(level: _Element) -> int:
    return _whole(level.get(f"{_W}ilvl", ""), -1)


def _levels(definition: _Element) -> dict[int, _Level]:
    found = {}
    for level in definition.iterchildren(f"{_W}lvl"):
        if 0 <= (depth := _depth(level)) < _LEVELS:
            pattern = _value(level, "lvlText")
            found[depth] = _Level(
                start=_whole(_value(level, "start"), 0),
                form=_value(level, "numFmt") or "decimal",
                pattern=pattern if len(pattern) <= _LONGEST_MARK else "",
                restart=_whole(_value(level, "lvlRestart"), depth),
                plain=_switch(level, "isLgl"),
            )
    return found


def _styled(definition: _Element) -> dict[str, int]:
    return {
        style: _depth(level)
        for level in definition.iterchildren(f"{_W}lvl")
        if (style := _value(level, "pStyle"))
    }


def _marker(levels: dict[int, _Level], depth: int, counts: list[int | None]) -> str:
    level = levels[depth]
    if level.form == "bullet":  # its sign is of a symbol font
        return "+" if level.pattern == "+" else "-"

    def told(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        count = counts[at]
        if count is None or at not in levels:
            return ""
        return _numeral(count, "decimal" if level.plain else levels[at].form)

    return _PLACE.sub(told, level.pattern).strip()


def _numeral(number: int, form: str) -> str:
    if form == "none":
        return ""
    if form == "decimalZero":
        return f"{number:02}"
    lower = form.removeprefix("lower").removeprefix("upper")
    written = str(number)
    if lower == "Roman" and 0 < number <= _MOST_ROMAN:
        written = _roman(number)
    elif lower == "Letter" and 0 < number <= _MOST_LETTERS:
        written = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    return written.upper() if form.startswith("upper") else written


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written


# --- Paragraphs and tables -----------------------------------------------------------------------

_CHOICE = f"{_COMPATIBLE}Choice"
_ALTERNATE = f"{_COMPATIBLE}AlternateContent"
_PARAGRAPH = f"{_W}p"
_RUN = f"{_W}r"
_BLOCKS = frozenset({_PARAGRAPH, f"{_W}tbl"})
_UNSEEN = frozenset(
    _W + name
    for name in (
        *("del", "moveFrom", "delText", "instrText", "delInstrText", "fldData", "rt"),
        *("pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr"),
    )
)
_CITED = {f"{_W}footnoteReference": "footnote", f"{_W}endnoteReference": "endnote"}
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
# Signs of the font Symbol that change what a number says.
_SYMBOLS = {"F0B3": "≥", "F0A3": "≤", "F0B1": "±", "F0B4": "×", "F0B0": "°", "F02D": "-"}
_SIGNS: dict[str, Callable[[_Element], str]] = {
    f"{_W}t": lambda text: text.text or "",
    _MATH_TEXT: lambda text: text.text or "",
    f"{_W}tab": lambda _: " ",
    f"{_W}ptab": lambda _: " ",
    f"{_W}br": lambda _: "\n",
    f"{_W}cr": lambda _: "\n",
    f"{_W}noBreakHyphen": lambda _: "-",
    f"{_W}sym": lambda sign: _SYMBOLS.get(sign.get(f"{_W}char", "").upper(), ""),
}
_SOFT_HYPHEN = "\xad"
_MOST_COLUMNS = 63  # of a table in Word
_LONGEST_REPEATED = 300  # characters of a cell that is told in each row it spans


class _Reader:
    """Reads containers of paragraphs and tables into lines, in document order.

    ``cited`` are the notes that the text refers to, as kind and number.
    """

    def __init__(self, styles: dict[str, _Style], numbering: _Numbering) -> None:
        self.cited: list[tuple[str, str]] = []
        self._styles = styles
        self._numbering = numbering
        self._fields: list[bool] = []  # the fields at hand; whether their code is being read
        self._boxes: list[_Element] = []
        self._unended: list[str] = []  # texts whose paragraph marks were deleted

    def lines(self, container: _Element) -> list[str]:
        """Lines of a container; empty ones between its parts."""
        outer, self._unended = self._unended, []
        lines: list[str] = []
        for block in _blocks(container):
            if block.tag == _PARAGRAPH:
                lines += self._paragraph(block)
            else:
                above = next((line for line in reversed(lines) if line), "")
                lines += ["", *self._table(block, told_unit(above)), ""]
        lines += _tidied("".join(self._unended))
        self._unended = outer
        return lines

    def _paragraph(self, paragraph: _Element) -> list[str]:
        properties = _find(paragraph, "pPr")
        key = "" if properties is None else _value(properties, "pStyle")
        style = self._styles.get(key, _PLAIN)
        pieces = self._unended
        self._inline(paragraph, pieces, shown=not style.hidden)
        self._fields = [False] * len(self._fields)  # their code ends with the paragraph
        boxes, self._boxes = self._boxes, []
        beside = [line for box in boxes for line in self.lines(box)]
        if properties is not None and _runs_on(properties):
            return beside
        self._unended = []
        if style.name.startswith("toc "):  # headings and page numbers once more
            return beside
        told = _tidied("".join(pieces))
        heading = style.heading
        if properties is not None:
            mark = self._mark(properties, key, style)
            heading = heading or _value(properties, "outlineLvl") in _OUTLINED
            if told and mark:
                told[0] = f"{mark} {told[0]}"
        return [*([""] if heading or not told else []), *told, *beside]

    def _mark(self, properties: _Element, key: str, style: _Style) -> str:
        own = _find(properties, "numPr")
        number = "" if own is None else _value(own, "numId")
        level = "" if own is None else _value(own, "ilvl")
        if number:
            return self._numbering.mark(number, level or "0", key)
        return self._numbering.mark(style.number, level or style.level, key)

    def _inline(self, element: _Element, pieces: list[str], *, shown: bool) -> None:
        for child in element:
            tag = child.tag
            if tag == _RUN:
                self._inline(child, pieces, shown=self._is_shown(child, shown))
            elif tag in _SIGNS:
                if shown and not any(self._fields):
                    pieces.append(_SIGNS[tag](child))
            elif tag == f"{_W}fldChar":
                self._field(child.get(f"{_W}fldCharType"))
            elif tag == f"{_W}txbxContent":
                self._boxes.append(child)
            elif tag in _CITED:
                self.cited.append((_CITED[tag], child.get(f"{_W}id", "")))
            elif tag not in _UNSEEN and not _is_placeholder(child):
                self._inline(_chosen(child), pieces, shown=shown)

    def _is_shown(self, run: _Element, shown: bool) -> bool:
        properties = _find(run, "rPr")
        if properties is None:
            return shown
        style = self._styles.get(_value(properties, "rStyle"), _PLAIN)
        return not _switch(properties, "vanish", otherwise=style.hidden or not shown)

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(True)
        elif self._fields and kind == "separate":
            self._fields[-1] = False
        elif self._fields and kind == "end":
            self._fields.pop()

    def _table(self, table: _Element, unit: str) -> list[str]:
        grid: list[list[str]] = []
        heads = 0
        for row in _parts_of(table, f"{_W}tr"):
            if _find(row, "trPr/del") is None:
                heads += heads == len(grid) and _switch(row, "trPr/tblHeader")
                grid.append(self._row(row, grid[-1] if grid else []))
        return rows(grid, heads=heads, unit=unit)

    def _row(self, row: _Element, above: list[str]) -> list[str]:
        cells = [""] * min(_whole(_value(row, "trPr/gridBefore"), 0), _MOST_COLUMNS)
        for cell in _parts_of(row, f"{_W}tc"):
            at = len(cells)
            if at >= _MOST_COLUMNS:
                break
            if _goes_on(cell):
                text = above[at] if at < len(above) else ""
                text = text if len(text) <= _LONGEST_REPEATED else ""
            else:
                text = "\n".join(line for line in self.lines(cell) if line)
            span = _whole(_value(cell, "tcPr/gridSpan"), 1)
            cells += [text] + [""] * (min(span, _MOST_COLUMNS - at) - 1)
        return cells


def _blocks(container: _Element) -> Iterator[_Element]:
    """Paragraphs and tables of a container, through what only wraps them."""
    for child in container:
        if child.tag in _BLOCKS:
            yield child
        elif child.tag not in _UNSEEN and not _is_placeholder(child):
            yield from _blocks(_chosen(child))


def _parts_of(container: _Element, tag: str) -> Iterator[_Element]:
    """Rows of a table or cells of a row, through what only wraps them."""
    for child in container:
        if child.tag == tag:
            yield child
        elif child.tag not in _UNSEEN:
            yield from _parts_of(child, tag)


def _chosen(element: _Element) -> _Element:
    """The element, or of several forms of one thing the first."""
    choice = element.find(_CHOICE) if element.tag == _ALTERNATE else None
    return element if choice is None else choice


def _runs_on(properties: _Element) -> bool:
    """Judge whether a paragraph runs on into the next: its mark was deleted or moved away."""
    gone = ("rPr/del", "rPr/moveFrom")
    return any(_find(properties, path) is not None for path in gone)


def _is_placeholder(element: _Element) -> bool:
    """Judge whether it is a form field that nobody has filled in."""
    return element.tag == f"{_W}sdt" and _switch(element, "sdtPr/showingPlcHdr")


def _goes_on(cell: _Element) -> bool:
    """Judge whether a cell only goes on with the one above it."""
    merged = _find(cell, "tcPr/vMerge")
    return merged is not None and merged.get(f"{_W}val", "continue") == "continue"


def _tidied(text: str) -> list[str]:
    """Lines of a paragraph, with single blanks and none at their ends."""
    lines = text.replace(_SOFT_HYPHEN, "").splitlines()
    return [told for line in lines if (told := " ".join(line.split()))]

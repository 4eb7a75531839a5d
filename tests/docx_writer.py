"""Word files for tests, written by python-docx with real lists, and XML where it has no words."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

import docx
from docx.document import Document
from docx.oxml.parser import parse_xml

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BULLET, _POINT = "90", "91"
_LISTS = f"""
<w:numbering {W}>
  <w:abstractNum w:abstractNumId="90">
    <w:lvl w:ilvl="0">
      <w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/>
    </w:lvl>
  </w:abstractNum>
  <w:abstractNum w:abstractNumId="91">
    <w:lvl w:ilvl="0">
      <w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>
    </w:lvl>
    <w:lvl w:ilvl="1">
      <w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/>
    </w:lvl>
    <w:lvl w:ilvl="2">
      <w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1.%2.%3."/>
    </w:lvl>
  </w:abstractNum>
  <w:num w:numId="90"><w:abstractNumId w:val="90"/></w:num>
  <w:num w:numId="91"><w:abstractNumId w:val="91"/></w:num>
  <w:num w:numId="92">
    <w:abstractNumId w:val="91"/>
    <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>
  </w:num>
</w:numbering>
"""
_DASHED = re.compile(r"[-–•]\s+")
_NUMBERED = re.compile(r"(\d{1,2})\.\s+")


def saved(document: Document) -> bytes:
    """Bytes of a document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def body(xml: str, *, before: Callable[[Document], None] | None = None) -> bytes:
    """A file whose body is this XML."""
    document = _with_lists()
    if before is not None:
        before(document)
    ns = (
        f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    )
    for block in parse_xml(f"<w:body {ns}>{xml}</w:body>"):
        document.element.body.insert(len(document.element.body) - 1, block)
    return saved(document)


def paragraph(text: str, *, number: str = "", level: int = 0, style: str = "") -> str:
    """A paragraph in XML; ``number`` is that of its list, "92" counts from one again."""
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{listed if number else ''}</w:pPr>{run(text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of text in XML."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: str) -> str:
    """A table of rows in XML."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """A row: texts, or cells that are XML already."""
    told = (c if c.startswith("<w:tc>") else cell(c) for c in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(told)}</w:tr>"


def cell(text: str, properties: str = "") -> str:
    """A cell of one paragraph."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def report(text: str) -> bytes:
    """A report typed in Word: a paragraph a line; dashes and points from 1 on are real lists."""
    document = _with_lists()
    last = 0
    for line in text.splitlines():
        dashed, numbered = _DASHED.match(line), _NUMBERED.match(line)
        if dashed:
            _listed(document, line[dashed.end() :], _BULLET)
        elif numbered and int(numbered[1]) == last + 1:
            last += 1
            _listed(document, line[numbered.end() :], _POINT)
        else:
            document.add_paragraph(line)
    return saved(document)


def changed(data: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """The file with other bytes in some of its parts; None leaves a part out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for name in {*old.namelist(), *parts}:
            content = parts.get(name, old.read(name) if name in old.namelist() else None)
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def _with_lists() -> Document:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    for old in list(numbering):
        numbering.remove(old)
    numbering.extend(list(parse_xml(_LISTS)))
    return document


def _listed(document: Document, text: str, number: str) -> None:
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = int(number)

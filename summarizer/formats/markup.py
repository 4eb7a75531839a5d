"""Markup: the tree of a page, parsed within limits and without what no reader sees.

Nothing is fetched: neither entities nor style sheets nor pictures.
"""

import re
from typing import TYPE_CHECKING

from summarizer.errors import DocumentError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_TAGS = 200_000
"""Tags of the largest page; pages of reports have some thousands."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_TAG = re.compile(r"</?[a-zA-Z!]")
_BLOCK = re.compile(r"<(?:p|br|div|td|li|h[1-6]|pre|article|section)\b", re.IGNORECASE)

# A tag to its end; a quote that is never closed reaches to the end of the page. Possessive, so
# that every sign is read once.
_WHOLE_TAG = re.compile(
    r"<[a-zA-Z](?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+(?:>|\Z)",
)
_QUOTED = re.compile(r"\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)")
_BETWEEN = re.compile(r"[\s/=]+")
_LONG_TAG = 4_000  # characters; shorter ones cannot hold too many attributes
_MOST_ATTRIBUTES = 1_000
_START_TAG = re.compile(r"<([a-zA-Z][^\s<>/]{0,40})[^<>]*>?")


def parsed(text: str, label: str) -> "HtmlElement":
    """The tree of a page; comments are left out.

    Raises ``DocumentError`` for a page with too many tags, nested too deeply, or without any text.
    """
    from lxml import etree, html  # noqa: PLC0415 - of the extra html

    text = _CONTROLS.sub("", text)
    if len(_TAG.findall(text)) > MOST_TAGS:
        raise DocumentError(
            f"{label} has more than {MOST_TAGS:,} tags; save its text as .txt and try again"
        )
    text = _plain_as_preformatted(_without_floods(text))
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        root = None
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise DocumentError(f"{label} nests its tags too deeply; save its text as .txt instead")
    if root is None:
        raise DocumentError(f"{label} holds no text; check that it is the report's page")
    return root


def _without_floods(text: str) -> str:
    """A page without attributes if one of its tags has thousands: their number costs squared."""
    if any(_is_flood(tag.group()) for tag in _WHOLE_TAG.finditer(text)):
        return _START_TAG.sub(r"<\1>", text)
    return text


def _is_flood(tag: str) -> bool:
    if len(tag) < _LONG_TAG:
        return False
    return len(_BETWEEN.findall(_QUOTED.sub("", tag))) > _MOST_ATTRIBUTES


def _plain_as_preformatted(text: str) -> str:
    """A text saved under the name of a page keeps its lines."""
    return text if _BLOCK.search(text) else f"<pre>{text}</pre>"


# --- What no reader sees -------------------------------------------------------------------------

_UNSEEN = frozenset(
    ["script", "style", "noscript", "template", "iframe", "embed", "applet", "svg", "math", "head",
     "select", "option", "textarea", "input", "datalist", "noframes", "rp", "rt"]
)  # fmt: skip
# Where the end of these is missing, the article stands inside.
_UNSEEN_WITHOUT_PARAGRAPHS = frozenset(["object", "canvas", "video", "audio", "map", "button"])
_HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


def without_unseen(root: "HtmlElement") -> "HtmlElement":
    """The same tree without scripts, styles, form fields and what is hidden; changed in place."""
    unseen = [element for element in root.iter() if _is_unseen(element)]
    for element in unseen:
        drop(element)
    return root


def _is_unseen(element: "HtmlElement") -> bool:
    tag = element.tag
    if tag in {"html", "body"}:  # some pages show themselves only once their scripts have run
        return False
    if tag in _UNSEEN or element.get("hidden") is not None:
        return True
    if tag in _UNSEEN_WITHOUT_PARAGRAPHS:
        return element.find(".//p") is None
    return _HIDING.search(element.get("style") or "") is not None


def drop(element: "HtmlElement") -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)

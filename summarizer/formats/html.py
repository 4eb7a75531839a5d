"""HTML: saved pages of portals and newspapers as text, without what stands around the report.

Trafilatura (Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15) tells where the main text
stands, lxml reads it; both work on the bytes alone and fetch nothing.
"""

from summarizer.errors import DocumentError
from summarizer.formats import Converted
from summarizer.formats.article import article, is_title
from summarizer.formats.charsets import decoded
from summarizer.formats.flow import FlowLine, flow
from summarizer.formats.furniture import without_furniture
from summarizer.formats.imprint import published_on, stamped_on, title
from summarizer.formats.markup import parsed, without_unseen


def convert(data: bytes, label: str) -> Converted:
    """The report of a saved page: a paragraph, list point or table row a line.

    ``title`` and ``published_on`` are those of the page's metadata; a date on a short line under
    the headline serves where they tell none. Every word of the report stands once and in order;
    table rows repeat the words of their header. Bounded by ``markup.MOST_TAGS``.

    Raises ``DocumentError`` for an unknown encoding, too many or too deeply nested tags and a
    page without text, ``ImportError`` without the extra ``html``.
    """
    text = decoded(data, label)
    root = parsed(text, label)
    headline, day = title(root), published_on(root)
    lines = article(without_furniture(without_unseen(root)), headline)
    if not lines:  # its names call all of it furniture
        lines = flow(without_unseen(parsed(text, label)))
    if not lines:
        raise DocumentError(f"{label} holds no text; check that it is the report's page")
    day = day or stamped_on(root, _from_headline(lines, headline))
    return Converted(text=_joined(lines), title=headline, published_on=day)


def _from_headline(lines: list[FlowLine], headline: str | None) -> list[str]:
    texts = [line.text for line in lines]
    begin = next((i for i, text in enumerate(texts) if is_title(text, headline)), 0)
    return texts[begin:]


def _joined(lines: list[FlowLine]) -> str:
    first, *rest = lines
    return first.text + "".join(("\n\n" if line.apart else "\n") + line.text for line in rest)

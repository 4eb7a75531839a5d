"""Furniture: the parts of a page that stand around its article: menus, shares, related news.

Parts are told by their tags and by the names that portals give them in ``class`` and ``id``. A
name alone proves nothing: what holds much of the page's text stays, whatever it is called.
"""

import re
from typing import TYPE_CHECKING

from summarizer.formats.markup import drop

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TAGS = frozenset(["nav", "aside", "footer", "header", "menu"])
_ROLES = frozenset(["navigation", "banner", "contentinfo", "complementary", "search", "menu"])
_NAMED_TAGS = frozenset(
    ["div", "section", "ul", "ol", "table", "form", "header", "footer", "dl", "article", "center",
     "td", "li"]
)  # fmt: skip


def _names(names: str) -> re.Pattern[str]:
    """Names as whole words of ``class`` and ``id``, a number behind them."""
    return re.compile(rf"(?:^|[\s_-])(?:{names})(?=$|[\s_\d-])")


_SURE = _names(
    r"breadcrumbs?|bread|crumbs?|nav|navbar|navi|navigation|menus?|topmenu|mainmenu|submenu|"
    r"sidebar|aside|footer|topbar|header-top|ribbon|"
    r"social|socials|share|sharing|shares|addthis|sharethis|fb-like|"
    r"comments?|binhluan|binh-luan|"
    r"related|relate|lienquan|lien-quan|tinkhac|tin-khac|othernews|other-news|"
    r"tinlienquan|tin-lien-quan|newer|older|newsother|xem-nhieu|doc-nhieu|mostread|most-read|"
    r"most-view|ads|adv|advert|advertisement|banners?|quangcao|quang-cao|sponsor|"
    r"pagination|paging|pager|login|counters?|visitors?|hit-counter|thongke|thong-ke|truycap|"
    r"truy-cap|luotxem|luot-xem|copyright|newsletter|subscribe|popup|modal|cookie|weblinks?|"
    r"sr-only|visually-hidden|ms-hide|noindex"
)
# Words that portals also give to parts of an article, such as a text that unfolds.
_DOUBTFUL = _names(
    r"toolbars?|tools?|skip|zalo|like|rating|ratings|vote|feedback|phan-hoi|others?|moinhat|"
    r"moi-nhat|hotnews|tags?|tu-khoa|keywords?|search|tim-kiem|online|lienket|lien-ket|"
    r"hidden(?!-)|hide(?!-)|d-none(?!.*\bd-\w+-)"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST = 0.3  # of the page's text that is no link
_LONGEST_NAMES = 500  # characters
_FEW = 200  # characters that are no link; a list of headlines with their dates has so many


def without_furniture(root: "HtmlElement") -> "HtmlElement":
    """The same tree without its furniture; changed in place, linear in its size."""
    sizes = _sizes(root)
    most = _MOST * sizes[root]
    for element in list(root.iter()):
        if sizes[element] <= most and _is_furniture(element, sizes[element]):
            drop(element)
    return root


def _sizes(root: "HtmlElement") -> dict["HtmlElement", int]:
    """Letters of every element that stand in no link."""
    sizes: dict[HtmlElement, int] = {}
    for element in reversed(list(root.iter())):
        own = 0 if element.tag == "a" else sizes.get(element, 0) + _letters(element.text)
        sizes[element] = own
        parent = element.getparent()
        if parent is not None:
            sizes[parent] = sizes.get(parent, 0) + own + _letters(element.tail)
    return sizes


def _letters(text: str | None) -> int:
    return len(text.strip()) if text else 0


def _is_furniture(element: "HtmlElement", size: int) -> bool:
    tag = element.tag
    if tag in {"header", "footer"} and _stands_in_article(element):
        return False
    if tag in _TAGS or element.get("role") in _ROLES:
        return True
    if tag not in _NAMED_TAGS:
        return False
    told = f"{element.get('class') or ''} {element.get('id') or ''}"
    names = _CAMEL.sub("-", told[:_LONGEST_NAMES]).lower()
    return _SURE.search(names) is not None or (size <= _FEW and _DOUBTFUL.search(names) is not None)


def _stands_in_article(element: "HtmlElement") -> bool:
    """The head of an article tells its title, its foot the author."""
    return any(above.tag in {"article", "main"} for above in element.iterancestors()) or (
        element.tag == "header" and element.find(".//h1") is not None
    )

"""A summary in a notebook: small, escaped, and nothing that acts."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from schemas import Summary
from summarizer import Document, Summarizer

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"


class Shown(HTMLParser):
    """Tags and words of a fragment; every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= {"style", "colspan"}
        self.tags.append(tag)
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def summary() -> Summary:
    return Summarizer()(Document.read(FIXTURES / "dev" / "d34.txt"))


def shown(summary: Summary) -> Shown:
    return Shown(summary._repr_html_())


def test_a_notebook_shows_lists_figures_and_the_account(summary: Summary) -> None:
    words = shown(summary).words
    assert f"Kết quả ({len(summary.achievements)})" in words
    assert summary.achievements[1].statement in words
    assert " · ".join(f.raw for f in summary.achievements[1].figures) in words
    assert f"và {len(summary.achievements) - 12} mục khác" in words
    (account,) = (word for word in words if "con số" in word and "để ngoài" in word)
    assert account.endswith(", ".join(one.raw for one in summary.coverage.unclaimed))


def test_a_directive_is_shown_with_its_issuer_and_deadline(summary: Summary) -> None:
    directive = next(one for one in summary.directives if one.issuer and one.deadline)
    assert directive.issuer is not None
    assert directive.deadline is not None
    told = f"{directive.issuer.name} · hạn: {directive.deadline.text}"
    assert told in shown(summary).words


def test_flags_are_shown_with_their_message() -> None:
    summary = Summarizer()(Document.read(FIXTURES / "co-to.txt"))
    assert "⚠ No unit stands after the number." in shown(summary).words


def test_whatever_a_document_says_is_text(summary: Summary) -> None:
    evil = "<script>alert(1)</script></table><img src=x onerror='alert(1)'>"
    source = summary.source.model_copy(update={"title": evil, "name": evil})
    first = summary.achievements[0].model_copy(update={"statement": evil, "id": evil})
    hostile = summary.model_copy(
        update={"source": source, "overview": evil, "achievements": (first,)}
    )
    page = shown(hostile)
    assert page.words.count(evil) == 4
    assert {"script", "img"}.isdisjoint(page.tags)


def test_a_summary_with_nothing_in_it_is_shown_too() -> None:
    summary = Summarizer()(Document("Hội nghị bế mạc cùng ngày."))
    assert "Văn bản không có tiêu đề" in shown(summary).words
    assert "th" not in shown(summary).tags


def test_it_is_loaded_only_when_a_notebook_asks() -> None:
    code = "import sys, schemas, summarizer; sys.exit('schemas.notebook' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

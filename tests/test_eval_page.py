"""The page of an evaluation: what it says, and how it behaves in a real browser."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from evals.reports import Overview, page
from evals.results import Answer, Outcome, Results, Scored, Setup
from evals.scoring.forms import Span
from evals.scoring.score import missed
from tests.browser import Browser, in_browser
from tests.evaluated import HOSTILE, HOSTILE_QUOTE, results

PARTS = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
MARKED = """
const side = document.getElementById(arguments[0]);
return [...side.querySelectorAll(".part")]
  .filter((part) => part.verdicts.some((verdict) => verdict.words === arguments[1]))
  .map((part) => part.textContent).join("");
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return results(tmp_path_factory.mktemp("gold"))


@pytest.fixture(scope="module")
def html(shown: Results) -> str:
    return page.text(Overview(shown))


@pytest.fixture(scope="module")
def file(html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page") / "results.html"
    place.write_text(html, encoding="utf-8")
    return place


def number(shown: Results, name: str) -> int:
    return [gold.name for gold in shown.golds].index(name)


def read(browser: Browser, document: int) -> None:
    browser.click(f"#documents a[href='#document-{document}']")
    browser.until("!document.getElementById('reader').hidden")


def choose(browser: Browser, reading: int) -> None:
    browser.run(
        """const select = document.querySelector("select.reading");
        select.value = String(arguments[0]);
        select.dispatchEvent(new Event("change"));""",
        reading,
    )


def told(html: str) -> dict[str, list[dict[str, object]]]:
    (kept,) = re.findall(
        r'<script id="data" type="application/json">(.*?)</script>', html, re.DOTALL
    )
    data: dict[str, list[dict[str, object]]] = json.loads(kept)
    return data


# --- The file -------------------------------------------------------------------------------------


def test_the_policy_names_the_only_style_and_script(html: str) -> None:
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy.startswith("default-src 'none'; ")
    for kind, pattern in (
        ("style", r"<style>(.*?)</style>"),
        ("script", r"<script>(.*?)</script>"),
    ):
        (code,) = re.findall(pattern, html, re.DOTALL)
        digest = b64encode(sha256(code.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_the_page_points_nowhere_else(html: str) -> None:
    own = html.partition('<script id="data"')[0]
    links = re.findall(r'(?:href|src|action|url)\s*[=(]\s*["\']?([^"\'\s>)]+)', own)
    assert {link[0] for link in links} == {"#"}


def test_a_text_cannot_end_the_data(html: str) -> None:
    documents = told(html)["documents"]
    assert documents[-1]["text"] == HOSTILE
    kept = html.partition('<script id="data"')[2].partition("</script>")[0]
    assert not re.search("[<&]", kept.partition(">")[2])


def test_words_of_others_are_text_on_the_page(shown: Results) -> None:
    evil = "<img src=x onerror=alert(1)>"
    gold = shown.golds[0]
    failed = Scored(Answer(gold.name, None, failure=evil), missed(gold.document, gold.gold))
    outcome = Outcome(Setup(evil), (failed,))
    html = page.text(Overview(Results((gold,), (outcome, outcome), notes=(evil,))))
    assert evil not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") > 3


def test_each_repeat_can_be_read(shown: Results) -> None:
    outcome = shown.outcomes[0]
    again = [replace(one, answer=replace(one.answer, repeat=1)) for one in outcome.scored]
    twice = replace(outcome, scored=(*outcome.scored, *again))
    kept = told(page.text(Overview(replace(shown, outcomes=(twice,)))))
    assert kept["readings"] == ["embedded, repeat 1", "embedded, repeat 2"]  # type: ignore[comparison-overlap]
    assert all(len(one["answers"]) == 2 for one in kept["documents"])  # type: ignore[arg-type]


# --- In the browser -------------------------------------------------------------------------------


@in_browser
def test_the_page_opens_with_the_setups_and_the_documents(browser: Browser, shown: Results) -> None:
    assert "careless" in browser.text("main#overview table")
    names = browser.run(PARTS, "#documents th")
    assert sorted(names) == sorted(gold.name for gold in shown.golds)
    assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")


@in_browser
def test_a_click_on_a_document_shows_its_text_on_both_sides(
    browser: Browser, shown: Results
) -> None:
    read(browser, 0)
    text = shown.golds[0].document.text
    assert browser.run(PARTS, ".text") == [text, text]
    assert browser.text("#name") == shown.golds[0].name
    assert browser.run("return document.getElementById('overview').hidden")


@in_browser
def test_what_is_underlined_is_the_quote_sign_by_sign(browser: Browser, shown: Results) -> None:
    gold = shown.golds[0]
    read(browser, 0)
    for verdict in shown.outcomes[0].scored[0].score.verdicts:
        if verdict.gold and "/" not in verdict.key:
            quote = "".join(gold.document.text[span.start : span.end] for span in verdict.gold)
            assert browser.run(MARKED, "gold", " ".join(verdict.words.split())) == quote


@in_browser
def test_a_text_that_wants_to_be_obeyed_is_shown_as_text(browser: Browser, shown: Results) -> None:
    read(browser, number(shown, "hostile"))
    assert browser.run(PARTS, ".text") == [HOSTILE, HOSTILE]
    assert browser.run("return window.owned === undefined")
    assert browser.run("return document.querySelectorAll('.text img, .text script').length") == 0
    start = HOSTILE.index(HOSTILE_QUOTE)
    where = (Span(start, start + len(HOSTILE_QUOTE)),)
    verdicts = shown.outcomes[0].scored[-1].score.verdicts
    (words,) = (verdict.words for verdict in verdicts if verdict.gold == where)
    assert browser.run(MARKED, "gold", words) == HOSTILE_QUOTE


@in_browser
def test_overlapping_items_are_both_visible(browser: Browser, shown: Results) -> None:
    read(browser, number(shown, "hostile"))
    both = browser.run(
        """return [...document.querySelectorAll("#gold .part")]
          .filter((part) => part.style.getPropertyValue("--two"))
          .map((part) => [part.textContent, part.style.cssText])"""
    )
    assert "".join(words for words, _ in both) == "thu ngân sách đạt 45 tỷ đồng"
    assert all("--targets" in style and "--directives" in style for _, style in both)


@in_browser
def test_n_and_p_walk_from_error_to_error_and_across_documents(browser: Browser) -> None:
    choose(browser, 1)
    seen = []
    walk = "return [document.getElementById('name').textContent, status.textContent]"
    script = f"const status = document.getElementById('status'); {walk}"
    browser.press("n")
    seen.append(browser.run(script))
    assert browser.run("return document.activeElement.closest('#sides, #errors') !== null")
    errors = int(seen[0][1].split()[2])
    for _ in range(errors):
        browser.press("n")
        seen.append(browser.run(script))
    assert [status.split()[0] for _, status in seen[:-1]] == [str(1 + k) for k in range(errors)]
    assert len({name for name, _ in seen[:-1]}) == 1
    assert seen[-1][0] != seen[0][0]
    browser.press("p")
    assert browser.run(script) == seen[-2]
    browser.press("p")
    assert browser.run(script) == seen[-3]


@in_browser
def test_the_buttons_walk_too_and_say_where_the_end_is(browser: Browser) -> None:
    read(browser, 0)
    browser.click("#previous")
    assert browser.text("#status") == "no error before this"
    browser.click("#next")
    assert browser.text("#status").startswith("1 of ")


@in_browser
def test_pointing_at_a_passage_shows_its_verdict(browser: Browser) -> None:
    read(browser, 0)
    browser.hover("#name")
    assert browser.run("return document.getElementById('tip').hidden")
    browser.hover("#gold .part")
    said = browser.run("return document.querySelector('#gold .part').verdicts[0].sentence")
    assert said in browser.text("#tip")
    browser.hover("#name")
    assert browser.run("return document.getElementById('tip').hidden")


@in_browser
def test_the_focus_shows_a_verdict_and_escape_hides_it(browser: Browser) -> None:
    read(browser, 0)
    browser.run("document.querySelector('#told .part').focus()")
    said = browser.run("return document.querySelector('#told .part').verdicts[0].sentence")
    assert said in browser.text("#tip")
    browser.press("\ue00c")  # Escape
    assert browser.run("return document.getElementById('tip').hidden")


@in_browser
def test_every_passage_can_be_reached_by_keyboard_and_tells_its_verdict(browser: Browser) -> None:
    read(browser, 0)
    parts = """return [...document.querySelectorAll("#gold .part")].map((part) =>
      [part.tabIndex, part.getAttribute("aria-description"), part.verdicts.length])"""
    shown = browser.run(parts)
    assert {index for index, _, _ in shown} <= {0, -1}
    assert all(said.count(": ") >= count for _, said, count in shown)
    begun = """return [...document.querySelectorAll("#gold .part[tabindex='0']")].length"""
    assert browser.run(begun) > 5


@in_browser
def test_missed_figures_glow(browser: Browser) -> None:
    choose(browser, 2)
    read(browser, 0)
    glow = "return getComputedStyle(document.querySelector('#gold .missed-figure')).boxShadow"
    assert "px" in browser.run(glow)
    assert "the server is down" in browser.text("#failure")
    assert browser.run(PARTS, "#told .part") == []


@in_browser
def test_documents_are_found_by_name_and_ordered(browser: Browser, shown: Results) -> None:
    browser.click("#filter")
    browser.press(*"hostile")
    assert browser.run(PARTS, "#documents th") == ["hostile"]
    assert browser.run("return document.getElementById('reader').hidden")  # n was only typed
    browser.run("document.getElementById('filter').value = ''")
    browser.run("document.getElementById('order').value = 'named'")
    browser.run("document.getElementById('order').dispatchEvent(new Event('change'))")
    assert browser.run(PARTS, "#documents th") == [gold.name for gold in shown.golds]


@in_browser
def test_going_back_shows_the_overview_again(browser: Browser) -> None:
    read(browser, 1)
    browser.click("#reader a")
    browser.until("document.getElementById('reader').hidden")
    assert browser.run("return !document.getElementById('overview').hidden")


@in_browser
def test_a_phone_shows_one_side_at_a_time_and_the_side_of_the_error(browser: Browser) -> None:
    browser.resize(390, 844)
    read(browser, 0)
    visible = """return ["gold", "told"].filter(
      (name) => document.getElementById(name).offsetParent !== null)"""
    assert browser.run(visible) == ["gold"]
    browser.click("#see-told")
    assert browser.run(visible) == ["told"]
    browser.press("n")
    assert browser.run("return document.querySelector('.current').offsetParent !== null")
    assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")


@in_browser
def test_paper_shows_both_sides_and_no_buttons(browser: Browser) -> None:
    browser.resize(390, 844)
    read(browser, 0)
    browser.media("print")
    seen = """return ["gold", "told", "next", "see-gold"].filter(
      (name) => document.getElementById(name).offsetParent !== null)"""
    assert browser.run(seen) == ["gold", "told"]


@in_browser
def test_the_dark_page_is_dark(browser: Browser) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    assert min(browser.run(paper)) > 200
    browser.media(scheme="dark")
    assert max(browser.run(paper)) < 60

"""The page of an evaluation: what it says, and how it behaves in a real browser."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evals.comparison import Change
from evals.reports import Overview, page, wording
from evals.results import CEILING, Answer, Outcome, Results, Scored, Setup
from evals.scoring.forms import Span
from evals.scoring.score import Verdict, missed
from tests.browser import Browser, in_browser
from tests.evaluated import HOSTILE, HOSTILE_QUOTE, results

PARTS = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
MARKED = """
const side = document.getElementById(arguments[0]);
return [...side.querySelectorAll(".part")]
  .filter((part) => part.verdicts.some((verdict) => verdict.words === arguments[1]))
  .map((part) => part.textContent).join("");
"""
STATUS = "return document.getElementById('status').textContent"
NAME = "return document.getElementById('name').textContent"
COVERED = """
// How much of the passage that is shown lies under what is said of it or under the bar of buttons.
const covers = [document.getElementById("tip"), document.querySelector(".bench")];
const above = covers.map((cover) => cover.getBoundingClientRect());
const below = [...document.querySelectorAll(".text .current")].flatMap((part) =>
  [...part.getClientRects()]);
const covered = below.filter((box) => above.some((cover) =>
  box.left < cover.right && cover.left < box.right
  && box.top < cover.bottom && cover.top < box.bottom));
return [below.length, covered.length, !covers[0].hidden];
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
    browser.click(f"#documents a[href^='#document-{document}/']")
    browser.until("!document.getElementById('reader').hidden")


def choose(browser: Browser, reading: int) -> None:
    browser.run(
        """const select = document.querySelector("select.reading");
        select.value = String(arguments[0]);
        select.dispatchEvent(new Event("change"));""",
        reading,
    )


def opened(browser: Browser, results: Results, folder: Path, fragment: str = "") -> None:
    """Open the page of other results."""
    place = folder / "other.html"
    place.write_text(page.text(Overview(results)), encoding="utf-8")
    browser.open(place.as_uri() + fragment)


def walk(browser: Browser) -> Iterator[str]:
    """Press n from error to error to the end; the document of each."""
    browser.press("n")
    while browser.run(STATUS) != "no error after this":
        yield browser.run(NAME)
        browser.press("n")


def without(outcome: Outcome, name: str) -> Outcome:
    """As if nobody had asked for a document."""
    return replace(outcome, scored=tuple(s for s in outcome.scored if s.answer.document != name))


def repeated(outcome: Outcome) -> Outcome:
    again = (replace(one, answer=replace(one.answer, repeat=1)) for one in outcome.scored)
    return replace(outcome, scored=(*outcome.scored, *again))


def named(overview: Overview) -> list[tuple[str, str, Change]]:
    """What the page names of comparisons, in order, with the labels of both setups."""
    return [
        (one.base, one.other, change)
        for one in overview.contests
        for change in (*one.broken, *one.worse, *one.fixed)
    ]


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
    twice = repeated(shown.outcomes[0])
    kept = told(page.text(Overview(replace(shown, outcomes=(twice,)))))
    assert kept["readings"] == ["embedded, repeat 1", "embedded, repeat 2"]  # type: ignore[comparison-overlap]
    assert all(len(one["answers"]) == 2 for one in kept["documents"])  # type: ignore[arg-type]


def test_who_was_asked_once_has_one_reading_only(shown: Results) -> None:
    people = replace(shown.outcomes[1], setup=Setup(CEILING))
    results = replace(shown, outcomes=(repeated(shown.outcomes[0]), people))
    readings = told(page.text(Overview(results)))["readings"]
    assert readings == ["embedded, repeat 1", "embedded, repeat 2", CEILING]  # type: ignore[comparison-overlap]


def test_a_named_change_leads_to_the_verdict_that_tells_of_it(shown: Results) -> None:
    careful, careless, silent, _ = shown.outcomes
    overview = Overview(replace(shown, outcomes=(careless, careful, repeated(silent))))
    html = page.text(overview)
    data = told(html)
    links = re.findall(r'href="#document-(\d+)/(\d+)/(\d+)"', html)
    changes = named(overview)
    assert len(links) == len(changes) > 20
    for (document, reading, place), (base, other, change) in zip(links, changes, strict=True):
        kept: dict[str, Any] = data["documents"][int(document)]
        verdict = kept["verdicts"][kept["answers"][int(reading)]["verdicts"][int(place)]]
        label, said = (other, change.after) if change.after else (base, change.before)
        assert str(data["readings"][int(reading)]).partition(",")[0] == label
        assert verdict["sentence"] == wording.sentence(Verdict(change.key, "", said))


def test_a_heading_counts_what_is_not_named_too(
    shown: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_MOST_ITEMS", 2)
    overview = Overview(replace(shown, outcomes=shown.outcomes[1::-1]))
    html = page.text(overview)
    count = len(overview.contests[0].fixed)
    assert f"<summary>Fixed ({count})</summary>" in html
    assert f"{count - 2} more changes; the JSON report names all." in html


def test_a_slice_says_what_its_number_measures(html: str) -> None:
    rows = re.findall(r'<td class="quiet">(\w+)</td><th[^>]*>(.*?)</th>.*>([^<]+)</td></tr>', html)
    measures = {(kind, name.partition(" ")[0]): measure for kind, name, measure in rows}
    assert measures["list", "targets"] == "F1 of this list"
    assert measures["role", "level"] == "F1 of this role"
    assert measures["length", "short"] == "strict F1"


def test_where_nothing_differs_no_drop_is_told_that_would_show(shown: Results) -> None:
    one = shown.outcomes[0]
    html = page.text(Overview(replace(shown, outcomes=(one, replace(one, setup=Setup("twin"))))))
    assert "twin against embedded" in html
    assert "-0.0" not in html.partition('<script id="data"')[0]


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
def test_n_goes_on_while_a_choice_has_the_focus(browser: Browser) -> None:
    browser.run("document.querySelector('select.reading').focus()")
    browser.press("n")
    assert browser.run(STATUS).startswith("1 of ")
    browser.run("document.querySelector('#reader select').focus()")
    browser.press("n")
    assert browser.run(STATUS).startswith("2 of ")


@in_browser
def test_the_worst_document_is_the_first_to_be_listed_and_walked_through(
    browser: Browser, shown: Results, tmp_path: Path
) -> None:
    outcome = shown.outcomes[1]
    bare = outcome.scored[0]  # has errors, but as if it had no figures
    bare = replace(bare, score=replace(bare.score, counts={}))
    perfect = replace(outcome.scored[1], score=replace(shown.outcomes[0].scored[1].score))
    listed = replace(outcome, scored=(perfect, bare, *outcome.scored[2:]))
    opened(browser, replace(shown, outcomes=(listed,)), tmp_path)
    rows = browser.run(
        """return [...document.querySelectorAll("#documents tr")].map((row) =>
          [...row.querySelectorAll("th, td")].map((cell) => cell.textContent))"""
    )
    ranks = [(100.0 if score == "–" else float(score), -int(count)) for _, score, count, _ in rows]
    assert ranks == sorted(ranks)
    assert bare.answer.document in [name for name, score, _, _ in rows if score == "–"]
    assert list(dict.fromkeys(walk(browser))) == [
        name for name, _, count, _ in rows if count != "0"
    ]


@in_browser
def test_n_keeps_to_the_documents_that_were_found(browser: Browser) -> None:
    choose(browser, 1)
    browser.click("#filter")
    browser.press(*"hostile")
    browser.click("h1")
    assert set(walk(browser)) == {"hostile"}


@in_browser
def test_the_buttons_walk_too_and_say_where_the_end_is(browser: Browser) -> None:
    browser.click("#documents a")
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
@pytest.mark.parametrize("width", [1280, 400, 340])  # at the last, buttons need one more line
@pytest.mark.parametrize("reading", [0, 1])
def test_an_error_is_seen_beside_what_is_said_of_it(
    browser: Browser, width: int, reading: int
) -> None:
    browser.resize(width, 900)
    choose(browser, reading)
    seen = [browser.run(COVERED) for _ in walk(browser)]
    assert len(seen) > 5
    assert all(is_said for boxes, _, is_said in seen if boxes)
    assert [covered for _, covered, _ in seen if covered] == []


@in_browser
@pytest.mark.parametrize("width", [1280, 400])
def test_a_badge_stands_above_the_beginning_of_its_passage(browser: Browser, width: int) -> None:
    browser.resize(width, 900)
    choose(browser, 1)
    read(browser, 0)
    off = browser.run(
        """return [...document.querySelectorAll("#gold .badges")].map((badges) => {
          const words = document.createRange();
          words.selectNodeContents(badges.parentElement.lastChild);
          const [beginning] = words.getClientRects();
          const box = badges.getBoundingClientRect();
          return [box.left - beginning.left, box.bottom - beginning.top];
        })"""
    )
    assert len(off) > 3
    assert all(abs(left) < 2 and -12 < bottom < 2 for left, bottom in off)


@in_browser
def test_a_right_item_within_a_wrong_one_keeps_its_own_colour(
    browser: Browser, shown: Results, tmp_path: Path
) -> None:
    hostile = shown.outcomes[0].scored[-1]
    said = {"directives": "sector", "targets": "ok"}  # the target stands within the directive
    verdicts = tuple(
        replace(one, verdict=said.get(wording.list_of(one), one.verdict))
        for one in hostile.score.verdicts
    )
    judged = replace(hostile, score=replace(hostile.score, verdicts=verdicts))
    results = replace(shown, outcomes=(Outcome(Setup(), (judged,)),))
    opened(browser, results, tmp_path, f"#document-{number(shown, 'hostile')}/0")
    badges = browser.run(
        """return [...document.querySelectorAll(".text .badges > *")].map((badge) =>
          [badge.className, getComputedStyle(badge, "::before").color,
           badge.closest(".part").className])"""
    )
    colours = {kind: colour for kind, colour, _ in badges}
    assert all(colours[kind] == colour for kind, colour, _ in badges)
    assert colours["right"] != colours["wrong"]
    assert any(kind == "right" and "wrong" in around for kind, _, around in badges)


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
def test_a_named_change_opens_the_setup_that_tells_of_it_at_its_place(
    browser: Browser, shown: Results
) -> None:
    change = Overview(shown).contests[0].broken[0]
    browser.click("#overview details:has(a) summary")
    browser.click("#overview details[open] a")
    browser.until("!document.getElementById('reader').hidden")
    assert browser.text("#name") == change.document
    assert browser.run("return document.querySelector('#reader select').value") == "1"
    said = wording.sentence(Verdict(change.key, "", change.after))
    assert said in browser.text("#errors .current")
    assert browser.run(STATUS).partition(" of ")[1]


@in_browser
def test_a_change_to_the_better_shows_its_place_too(
    browser: Browser, shown: Results, tmp_path: Path
) -> None:
    overview = Overview(replace(shown, outcomes=shown.outcomes[1::-1]))
    change = next(change for change in overview.contests[0].fixed if change.after == "ok")
    number = overview.contests[0].fixed.index(change)
    opened(browser, overview.results, tmp_path)
    browser.run(
        """const sorts = [...document.querySelectorAll("#overview details:has(a)")];
        sorts.at(-1).querySelectorAll("a")[arguments[0]].click();""",
        number,
    )
    browser.until("document.querySelector('.text .current')")
    assert browser.text("#name") == change.document
    assert "Right." in browser.text("#tip")


@in_browser
def test_the_setup_outlives_a_reload_and_the_way_back(browser: Browser) -> None:
    choice = "document.querySelector('select.reading').value"
    choose(browser, 1)
    browser.open(browser.run("return location.href"))
    assert browser.run(f"return {choice}") == "1"
    read(browser, 0)
    choose(browser, 2)
    browser.open(browser.run("return location.href"))
    assert browser.run(f"return {choice}") == "2"
    assert "the server is down" in browser.text("#failure")
    browser.click("#back")
    browser.until("document.getElementById('reader').hidden")
    assert browser.run(f"return {choice}") == "2"
    choose(browser, 1)
    browser.run("history.back()")
    browser.until(f"!document.getElementById('reader').hidden && {choice} === '2'")
    browser.run("history.forward()")
    browser.until(f"document.getElementById('reader').hidden && {choice} === '1'")


@in_browser
@pytest.mark.parametrize("fragment", ["#document-999/1", "#document-0/99/9999", "#else", "#"])
def test_an_address_of_nothing_is_no_error(browser: Browser, file: Path, fragment: str) -> None:
    browser.open(file.as_uri() + fragment)
    wanted = "reader" if fragment.startswith("#document-0") else "overview"
    assert browser.run("return document.getElementById(arguments[0]).offsetParent !== null", wanted)


@in_browser
def test_what_was_not_asked_is_not_called_faultless(
    browser: Browser, shown: Results, tmp_path: Path
) -> None:
    name = shown.golds[0].name
    partly = without(shown.outcomes[0], name)
    opened(browser, replace(shown, outcomes=(partly,)), tmp_path, "#document-0/0")
    assert browser.text("#status") == "not asked"
    assert browser.text("#faultless") == "This setup was not asked about this document."
    browser.click("#back")
    browser.until("document.getElementById('reader').hidden")
    rows = browser.run(PARTS, "#documents tr")
    assert f"{name}––not asked" in rows


@in_browser
def test_the_legend_shows_every_look_that_a_passage_may_have(browser: Browser) -> None:
    looks = """return [...new Set([...document.querySelectorAll(arguments[0])]
      .flatMap((part) => [...part.classList]))]"""
    seen = set()
    for reading in range(3):
        choose(browser, reading)
        browser.open(browser.run("return location.href.replace('documents', 'document-0')"))
        seen |= set(browser.run(looks, ".text .part"))
    explained = set(browser.run(looks, ".legend .part"))
    assert seen - explained <= {"current", "extra-figure"}  # looks as a wrong figure does


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

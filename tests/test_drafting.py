"""How a model is asked: the draft, the two small questions after it, parts, limits, proposals."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from schemas import Usage
from schemas.answers import DraftAnswer
from summarizer import (
    Document,
    Facts,
    LimitError,
    Limits,
    ModelError,
    Question,
    Reply,
    ScriptedLLM,
    Summarizer,
    TaskError,
    TooLongError,
)

REPORT = (
    "Sáng 12/12/2023, UBND huyện An Phú tổ chức hội nghị tổng kết năm 2023.\n"
    "Năm 2023, sản lượng lúa đạt 5.807 tấn; thu ngân sách chỉ đạt 81% dự toán.\n"
    "Năm 2024, huyện phấn đấu giảm tỷ lệ hộ nghèo còn 2,1%.\n"
    "Đồng chí Lê Thu Hà, Chủ tịch UBND huyện yêu cầu các xã rà soát hộ nghèo.\n"
)
EMPTY: dict[str, Any] = {
    "overview": "",
    "achievements": [],
    "shortcomings": [],
    "targets": [],
    "issuers": [],
    "directives": [],
}
CHAIR = {"name": "Lê Thu Hà", "posts": ["Chủ tịch UBND huyện"], "kind": "person", "document": None}

Script = Callable[[Question[Any]], dict[str, Any]]


def number_of(question: Question[Any], words: str) -> int:
    """The number under which a question shows the clause with these words."""
    found = re.search(rf"\[(\d+)[^\]]*\] [^\[]*{re.escape(words)}", question.user)
    assert found, question.user
    return int(found[1])


def item(*clauses: int, **more: object) -> dict[str, object]:
    return {"clauses": list(clauses), "sector": "general", "indicator": None, **more}


def good_draft(question: Question[Any]) -> dict[str, Any]:
    order = number_of(question, "các xã rà soát")
    task = {"clauses": [order], "sector": "social_labour", "issuer": 0, "deadline": None}
    return EMPTY | {
        "achievements": [item(number_of(question, "sản lượng"))],
        "shortcomings": [item(number_of(question, "thu ngân sách"))],
        "targets": [item(number_of(question, "giảm tỷ lệ"), deadline="Năm 2024")],
        "issuers": [CHAIR],
        "directives": [{**task, "addressees": ["các xã"]}],
    }


# ---- one draft ----------------------------------------------------------------------------------


def test_a_draft_becomes_a_summary_with_quotes_and_figures_of_the_source() -> None:
    llm = ScriptedLLM(good_draft)

    summary = Summarizer(llm)(REPORT)

    assert summary.achievements[0].evidence[0].quote == "sản lượng lúa đạt 5.807 tấn"
    assert summary.achievements[0].figures[0].value == 5807
    assert summary.shortcomings[0].figures[0].unit == "%"
    assert summary.targets[0].deadline is not None
    assert summary.directives[0].issuer is not None
    assert summary.directives[0].issuer.name == "Lê Thu Hà"
    assert (summary.run.engine, summary.run.model) == ("model", "scripted")
    assert re.fullmatch(r"report@[0-9a-f]{8}", summary.run.task)
    assert summary.run.usage.requests == len(llm.asked) == 1


def test_what_is_constant_comes_first_and_the_document_only_in_the_second_message() -> None:
    llm = ScriptedLLM(good_draft)

    Summarizer(llm)(REPORT)
    Summarizer(llm)(REPORT.replace("5.807", "6.000"))

    assert llm.asked[0].system == llm.asked[1].system
    assert "An Phú" not in llm.asked[0].system


def test_an_async_caller_waits_for_the_same_summary() -> None:
    summarizer = Summarizer(ScriptedLLM(good_draft))

    summary = asyncio.run(summarizer.summarize(REPORT))

    assert summary.timed(0) == summarizer(REPORT).timed(0)


def test_the_sync_door_opens_inside_a_running_loop() -> None:
    async def inside() -> int:
        return len(Summarizer(ScriptedLLM(good_draft))(REPORT).targets)

    assert asyncio.run(inside()) == 1


def test_statements_are_asked_for_only_when_wanted() -> None:
    plain, reworded = ScriptedLLM(good_draft), ScriptedLLM(good_draft)

    Summarizer(plain)(REPORT)
    Summarizer(reworded, rewrite=True)(REPORT)

    assert "statement" not in json.dumps(plain.asked[0].form.schema)
    assert "statement" in json.dumps(reworded.asked[0].form.schema)
    assert plain.asked[0].system != reworded.asked[0].system


def test_a_template_that_asks_for_what_is_not_there_is_told_with_its_place(tmp_path: Any) -> None:
    (tmp_path / "draft.md.j2").write_text("{{ lines }}\n{{ titel }}\n", encoding="utf-8")

    with pytest.raises(TaskError, match=r"draft\.md\.j2, line 2.*titel"):
        Summarizer(ScriptedLLM(good_draft), prompts=tmp_path)(REPORT)


# ---- repair -------------------------------------------------------------------------------------

THIRTY = "Năm 2023, huyện An Phú báo cáo: " + "; ".join(
    f"diện tích lúa của xã số {n} đạt {n + 100} ha" for n in range(1, 31)
)


def thirty(question: Question[Any]) -> dict[str, Any]:
    numbers = [int(n) for n in re.findall(r"\[(\d+)\] [^\[]*diện tích", question.user)]
    return EMPTY | {"achievements": [item(n) for n in numbers]}


def test_one_bad_item_of_thirty_is_asked_for_alone() -> None:
    bad: dict[str, Any] = {}

    def script(question: Question[Any]) -> dict[str, Any]:
        if "achievements:" not in question.user:
            bad.update(thirty(question))
            bad["achievements"][7]["sector"] = "farming"
            return bad
        return EMPTY | {"achievements": [item(*bad["achievements"][7]["clauses"])]}

    llm = ScriptedLLM(script)
    summary = Summarizer(llm)(THIRTY + ".")

    assert len(summary.achievements) == 30
    assert len(llm.asked) == 2
    written = [len(json.dumps(script(q))) for q in llm.asked]
    assert sum(written) / written[0] <= 1.15
    material = llm.asked[1].user.split("</report>")[0]
    assert len(re.findall(r"\[\d+\]", material)) == 3  # the clause and its neighbours


def test_an_item_that_cannot_be_mended_is_told_and_its_siblings_stay() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        if "achievements:" in question.user:
            return EMPTY
        told = thirty(question)
        told["achievements"][7]["clauses"] = [999]
        return told

    summary = Summarizer(ScriptedLLM(lambda q: {"verdicts": []} if asks(q) else script(q)))(THIRTY)

    assert len(summary.achievements) == 29
    assert "item_broken" in {issue.code for issue in summary.run.issues}
    assert any("no clause 999" in issue.message for issue in summary.run.issues)


def test_an_unknown_clause_beside_a_known_one_costs_no_item() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        if asks(question):
            return {"verdicts": []}
        told = thirty(question)
        told["achievements"][7]["clauses"].append(999)
        return told

    llm = ScriptedLLM(script)
    summary = Summarizer(llm)(THIRTY)

    number = script(llm.asked[0])["achievements"][7]["clauses"][0]
    assert len(summary.achievements) == 30
    assert [issue.code for issue in summary.run.issues if "999" in issue.message] == [
        "clause_unknown"
    ]
    assert f"clauses belong: {number}?" in llm.asked[1].user


def test_an_end_without_a_deadline_gets_the_one_that_the_text_tells() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        return good_draft(question) | {"targets": [item(number_of(question, "giảm tỷ lệ"))]}

    (target,) = Summarizer(ScriptedLLM(script))(REPORT).targets

    assert target.deadline is not None
    assert target.deadline.text == "Năm 2024"


def test_a_repair_brings_no_more_items_than_were_broken() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        told = thirty(question)
        if "achievements:" in question.user:
            return told
        return EMPTY | {"achievements": [*told["achievements"][1:], item()]}

    summary = Summarizer(ScriptedLLM(lambda q: {"verdicts": []} if asks(q) else script(q)))(THIRTY)

    assert len(summary.achievements) == 30


def test_directives_keep_their_issuers_when_another_issuer_is_mended() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        if "issuers:" in question.user:
            return EMPTY | {"issuers": [CHAIR]}
        told = good_draft(question)
        told["issuers"] = [{"name": 7}, CHAIR | {"name": "UBND huyện An Phú", "kind": "body"}]
        return told

    summary = Summarizer(ScriptedLLM(script))(REPORT)

    assert summary.directives[0].issuer is not None
    assert summary.directives[0].issuer.name == "Lê Thu Hà"


# ---- audit --------------------------------------------------------------------------------------


def asks(question: Question[Any]) -> bool:
    return question.form.name == "verdicts"


def forgetful(question: Question[Any]) -> dict[str, Any]:
    return good_draft(question) | {"achievements": []}


def test_a_figure_that_nobody_claims_is_asked_about_alone() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        if not asks(question):
            return forgetful(question)
        number = number_of(question, "sản lượng")
        assert f"clauses belong: {number}?" in question.user
        return {"verdicts": [{"clause": number, "list": "achievement"}]}

    llm = ScriptedLLM(script)
    summary = Summarizer(llm)(REPORT)

    assert [a.figures[0].value for a in summary.achievements] == [5807]
    assert len(llm.asked) == 2
    assert "reconsidered" in {issue.code for issue in summary.run.issues}


def test_a_plan_reported_as_done_is_asked_about_without_leading() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        if asks(question):
            number = number_of(question, "giảm tỷ lệ")
            return {"verdicts": [{"clause": number, "list": "target"}]}
        told = good_draft(question)
        return told | {"achievements": [*told["achievements"], *told["targets"]], "targets": []}

    llm = ScriptedLLM(script)
    summary = Summarizer(llm)(REPORT)

    assert [t.figures[0].value for t in summary.targets] == [Decimal("2.1")]
    assert len(summary.achievements) == 1
    assert (
        "[" + str(number_of(llm.asked[1], "giảm tỷ lệ")) + "]" in llm.asked[1].user
    )  # no proposal


def test_verdicts_on_clauses_not_asked_about_change_nothing() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        if not asks(question):
            return forgetful(question)
        return {"verdicts": [{"clause": n, "list": "none"} for n in range(-5, 50)]}

    summary = Summarizer(ScriptedLLM(script))(REPORT)

    assert (len(summary.shortcomings), len(summary.targets), len(summary.directives)) == (1, 1, 1)


def test_without_audit_nothing_more_is_asked_and_the_gap_stays_visible() -> None:
    llm = ScriptedLLM(forgetful)

    summary = Summarizer(llm, audit=False)(REPORT)

    assert len(llm.asked) == 1
    assert [u.raw for u in summary.coverage.unclaimed] == ["5.807"]


def test_an_audit_without_an_answer_costs_no_finished_draft() -> None:
    def script(question: Question[Any]) -> dict[str, Any] | Exception:
        if asks(question):
            paid = Usage(requests=1, input_tokens=9)
            return ModelError("the model refused to answer", code="refused", usage=paid)
        return forgetful(question)

    summary = Summarizer(ScriptedLLM(script))(REPORT)

    assert len(summary.targets) == 1
    assert summary.run.usage.requests == 2
    assert summary.run.usage.input_tokens == 9
    assert "question_unanswered" in {issue.code for issue in summary.run.issues}


# ---- long documents -----------------------------------------------------------------------------


def long_report(characters: int) -> str:
    line = "Năm 2023, diện tích lúa xã số {n} đạt {n},5 ha; sản lượng xã số {n} đạt {n} tấn.\n"
    lines = ["Huyện An Phú tổng kết năm 2023.\n"]
    while sum(map(len, lines)) < characters:
        lines.append(line.format(n=len(lines)))
    return "".join(lines)


def every_figure(question: Question[Any]) -> dict[str, Any]:
    numbers = [int(n) for n in re.findall(r"\[(\d+)\] [^\[]*?đạt \d", question.user)]
    return EMPTY | {"achievements": [item(n) for n in numbers]}


def test_a_report_of_300_kb_is_read_in_parts_that_share_nothing() -> None:
    llm = ScriptedLLM(every_figure)
    text = long_report(240_000)
    assert len(text.encode()) > 300_000

    summary = Summarizer(llm)(text)

    shown = [int(n) for q in llm.asked for n in re.findall(r"\[(\d+)\]", q.user)]
    assert len(llm.asked) > 5
    assert len(shown) == len(set(shown))
    assert len(summary.achievements) == 2 * text.count("tấn")
    assert summary.coverage.unclaimed == ()


def test_later_parts_carry_period_and_body_along() -> None:
    llm = ScriptedLLM(every_figure)

    Summarizer(llm)(long_report(60_000))

    later = [q.user for q in llm.asked if "Part 1 of" not in q.user]
    assert later
    assert all("2023" in user.split("[")[0] for user in later)


def test_a_part_too_long_for_the_model_is_asked_in_halves() -> None:
    def script(question: Question[Any]) -> dict[str, Any] | Exception:
        if len(re.findall(r"\[\d+\]", question.user)) > 10:
            paid = Usage(requests=1, input_tokens=1)
            return TooLongError("too long", code="truncated", usage=paid)
        return every_figure(question)

    llm = ScriptedLLM(script)
    text = long_report(2_000)
    summary = Summarizer(llm)(text)

    assert len(summary.achievements) == 2 * text.count("tấn")
    assert summary.run.usage.requests == len(llm.asked)


def test_an_error_tells_what_was_paid_before_it() -> None:
    def script(question: Question[Any]) -> dict[str, Any] | Exception:
        if "Part 2 of" in question.user:
            paid = Usage(requests=1, input_tokens=5)
            return ModelError("refused", code="refused", usage=paid)
        return every_figure(question)

    llm = ScriptedLLM(script)
    with pytest.raises(ModelError) as raised:
        Summarizer(llm)(long_report(60_000))

    assert raised.value.usage is not None
    assert raised.value.usage.requests == len(llm.asked)


# ---- limits -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PricedLLM:
    """A model at a dollar a token that must not be asked."""

    name: str = "priced"

    async def ask(self, _: Question[Any]) -> Reply[Any]:
        raise AssertionError("nothing may be sent")

    def cost(self, usage: Usage) -> Decimal:
        return Decimal(usage.input_tokens + usage.output_tokens)


def test_more_input_than_allowed_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(LimitError, match=r"input tokens in \d+ requests.*nothing was sent"):
        Summarizer(PricedLLM(), limits=Limits(input_tokens=100))(REPORT)


def test_a_dearer_document_than_allowed_is_refused_with_the_estimate() -> None:
    with pytest.raises(LimitError, match=r"about \d+\.\d{4} USD.*nothing was sent"):
        Summarizer(PricedLLM(), limits=Limits(cost_usd=Decimal(5)))(REPORT)


def test_a_cost_limit_without_a_price_is_refused() -> None:
    llm = ScriptedLLM([])

    with pytest.raises(LimitError, match="--prices"):
        Summarizer(llm, limits=Limits(cost_usd=Decimal(5)))(REPORT)

    assert llm.asked == []


def test_what_fits_the_limits_is_asked() -> None:
    limits = Limits(input_tokens=100_000)

    assert Summarizer(ScriptedLLM(good_draft), limits=limits)(REPORT).targets


# ---- proposals for weak models ------------------------------------------------------------------


def as_proposed(question: Question[Any]) -> dict[str, Any]:
    return dict(re.findall(r"\[(\d+) (\w+)\]", question.user))


@dataclass(frozen=True)
class SmallLLM(ScriptedLLM):
    """A model whose server says how small it is."""

    async def facts(self) -> Facts:
        return Facts(context_tokens=4096, parameters=1_500_000_000)


def test_a_weak_model_that_agrees_gives_the_embedded_summary() -> None:
    llm = ScriptedLLM(as_proposed)

    summary = Summarizer(llm, assist="on")(REPORT)

    embedded = Summarizer()(REPORT)
    assert summary.achievements == embedded.achievements
    assert summary.directives == embedded.directives
    assert summary.run.model == "scripted"


def test_a_weak_model_answers_for_every_clause() -> None:
    llm = ScriptedLLM(as_proposed)

    Summarizer(llm, assist="on")(REPORT)

    (question,) = llm.asked
    assert question.form.schema["required"] == list(as_proposed(question))


def test_what_a_weak_model_corrects_is_moved() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        number = str(number_of(question, "thu ngân sách"))
        return as_proposed(question) | {number: "achievement"}

    summary = Summarizer(ScriptedLLM(script), assist="on")(REPORT)

    assert summary.shortcomings == ()
    assert len(summary.achievements) == 2


def test_a_small_model_moves_nothing_against_the_words_and_makes_no_items() -> None:
    def script(question: Question[Any]) -> dict[str, Any]:
        return dict.fromkeys(as_proposed(question), "directive")

    summary = Summarizer(SmallLLM(script))(REPORT)

    embedded = Summarizer()(REPORT)
    assert summary.shortcomings == embedded.shortcomings
    assert len(summary.directives) <= len(embedded.directives) + len(embedded.targets)


@pytest.mark.parametrize(("assist", "form"), [("auto", "labels"), ("off", "draft")])
def test_a_model_known_to_be_small_is_helped_unless_told_otherwise(assist: Any, form: str) -> None:
    llm = SmallLLM(lambda q: as_proposed(q) if q.form.name == "labels" else good_draft(q))

    Summarizer(llm, assist=assist)(REPORT)

    assert llm.asked[0].form.name == form


def test_a_model_of_unknown_size_is_not_led() -> None:
    llm = ScriptedLLM(good_draft)

    Summarizer(llm)(REPORT)

    assert llm.asked[0].form.name == "draft"


def test_the_double_tells_when_its_script_is_over() -> None:
    with pytest.raises(AssertionError, match="no more answers"):
        Summarizer(ScriptedLLM([]))(Document(REPORT))


def test_a_piece_of_an_answer_is_no_empty_draft() -> None:
    with pytest.raises(ValidationError, match="none of the asked lists"):
        DraftAnswer.model_validate({"name": "UBND xã", "posts": [], "kind": "body"})

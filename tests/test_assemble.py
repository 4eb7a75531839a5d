"""Assembling: what a draft claims is taken from the source or dropped and reported."""

import datetime
from decimal import Decimal

import pytest

from schemas import (
    Draft,
    DraftDirective,
    DraftIssuer,
    DraftItem,
    DraftTarget,
    Run,
    Summary,
)
from summarizer.assemble import assemble
from summarizer.documents import Document
from summarizer.reading import Reading, read

TEXT = (
    "Sáng 12/12/2023, UBND huyện An Phú tổ chức hội nghị tổng kết năm 2023.\n"
    "Năm 2023, sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ; quốc phòng - an ninh "
    "được giữ vững. Bản đồ quy hoạch tỷ lệ 1/500 được phê duyệt.\n"
    "Năm 2024, phấn đấu thu ngân sách đạt 45 tỷ đồng.\n"
    "Đồng chí Lê Văn Nam – Bí thư Huyện ủy yêu cầu các xã rà soát 43 hồ sơ trước ngày 30/6/2024.\n"
)


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read(Document(TEXT, "an-phu.txt"))


def number(reading: Reading, words: str) -> int:
    """Number of the clause that holds the words."""
    (found,) = (c.number for c in reading.clauses if words in reading.words_of(c.first, c.last))
    return found


def assembled(reading: Reading, draft: Draft) -> Summary:
    return assemble(reading, draft, Run(engine="model", model="test", task="report@0"))


def issues(summary: Summary) -> list[str]:
    return [issue.code for issue in summary.run.issues]


def test_an_empty_draft_gives_an_empty_summary_of_the_document(reading: Reading) -> None:
    summary = assembled(reading, Draft())
    assert (summary.achievements, summary.shortcomings) == ((), ())
    assert (summary.targets, summary.directives) == ((), ())
    assert summary.source.name == "an-phu.txt"
    assert summary.source.characters == len(TEXT)
    assert len(summary.source.sha256) == 64
    assert summary.context.held_on == datetime.date(2023, 12, 12)
    assert issues(summary) == []


def test_quotes_and_figures_come_from_the_clauses_that_are_pointed_at(reading: Reading) -> None:
    clause = number(reading, "sản lượng lúa")
    draft = Draft(
        achievements=(DraftItem(clauses=(clause,), sector="agriculture", indicator="lúa"),)
    )
    (item,) = assembled(reading, draft).achievements
    assert item.id == "A1"
    assert item.statement == "Sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ"
    assert item.evidence[0].quote == "sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ"
    assert [(f.role, f.value, f.unit) for f in item.figures] == [
        ("level", Decimal(5807), "tấn"),
        ("change", Decimal("2.2"), "%"),
    ]
    assert item.figures[0].estimated
    assert item.indicator == "lúa"


def test_an_item_without_figures_has_no_indicator(reading: Reading) -> None:
    clause = number(reading, "quốc phòng")
    draft = Draft(
        achievements=(DraftItem(clauses=(clause,), sector="defence_security", indicator="x"),)
    )
    assert assembled(reading, draft).achievements[0].indicator is None


def test_neighbouring_clauses_become_one_quote(reading: Reading) -> None:
    clauses = number(reading, "sản lượng lúa"), number(reading, "quốc phòng")
    draft = Draft(achievements=(DraftItem(clauses=clauses, sector="general"),))
    assert len(assembled(reading, draft).achievements[0].evidence) == 1


def test_clauses_of_one_sentence_become_several_quotes_in_its_order() -> None:
    found = read(
        Document(
            "Báo cáo: đàn trâu đạt 500 con; quốc phòng được giữ vững; đàn bò đạt 300 con.\n"
            "Năm 2024, phấn đấu thu ngân sách đạt 45 tỷ đồng.\n"
        )
    )
    numbers = number(found, "đàn bò"), number(found, "đàn trâu")
    draft = Draft(achievements=(DraftItem(clauses=numbers, sector="agriculture"),))
    (item,) = assembled(found, draft).achievements
    assert [e.quote for e in item.evidence] == ["đàn trâu đạt 500 con", "đàn bò đạt 300 con"]


def test_of_clauses_put_together_from_afar_the_fullest_stays(reading: Reading) -> None:
    near, far = number(reading, "sản lượng lúa"), number(reading, "thu ngân sách")
    draft = Draft(achievements=(DraftItem(clauses=(far, near), sector="general"),))
    summary = assembled(reading, draft)
    (item,) = summary.achievements
    assert [f.raw for f in item.figures] == ["5.807 tấn", "2,2%"]
    assert "45" in [u.raw for u in summary.coverage.unclaimed]
    assert issues(summary) == ["clauses_apart"]
    assert str(far) in summary.run.issues[0].message


def test_a_clause_told_twice_counts_once(reading: Reading) -> None:
    clause = number(reading, "sản lượng lúa")
    draft = Draft(achievements=(DraftItem(clauses=(clause, clause), sector="general"),))
    (item,) = assembled(reading, draft).achievements
    assert (len(item.evidence), len(item.figures)) == (1, 2)


@pytest.mark.parametrize("clause", [0, -1, 999])
def test_an_unknown_clause_is_reported_and_its_item_dropped(reading: Reading, clause: int) -> None:
    draft = Draft(achievements=(DraftItem(clauses=(clause,), sector="general"),))
    summary = assembled(reading, draft)
    assert summary.achievements == ()
    assert issues(summary) == ["clause_unknown", "item_without_clause"]
    assert "A1" in summary.run.issues[0].message


def test_an_unknown_clause_beside_a_known_one_is_dropped_alone(reading: Reading) -> None:
    known = number(reading, "quốc phòng")
    draft = Draft(achievements=(DraftItem(clauses=(known, 999), sector="general"),))
    summary = assembled(reading, draft)
    assert [i.statement for i in summary.achievements] == ["Quốc phòng - an ninh được giữ vững"]
    assert issues(summary) == ["clause_unknown"]


def test_items_are_numbered_without_gaps_after_a_drop(reading: Reading) -> None:
    known = number(reading, "quốc phòng")
    draft = Draft(
        achievements=(
            DraftItem(clauses=(999,), sector="general"),
            DraftItem(clauses=(known,), sector="general"),
        )
    )
    assert [i.id for i in assembled(reading, draft).achievements] == ["A1"]


def order(reading: Reading, **fields: object) -> DraftDirective:
    told = {"clauses": (number(reading, "rà soát"),), "sector": "general", **fields}
    return DraftDirective.model_validate(told)


NAM = DraftIssuer(name="Lê Văn Nam", posts=("Bí thư Huyện ủy",), kind="person")


def test_an_issuer_is_told_once_and_referred_to_by_position(reading: Reading) -> None:
    draft = Draft(issuers=(NAM,), directives=(order(reading, issuer=0),))
    (directive,) = assembled(reading, draft).directives
    assert directive.issuer is not None
    assert (directive.issuer.name, directive.issuer.posts) == ("Lê Văn Nam", ("Bí thư Huyện ủy",))


@pytest.mark.parametrize("position", [1, -1])
def test_an_issuer_that_does_not_exist_is_reported(reading: Reading, position: int) -> None:
    draft = Draft(issuers=(NAM,), directives=(order(reading, issuer=position),))
    summary = assembled(reading, draft)
    assert summary.directives[0].issuer is None
    assert issues(summary) == ["issuer_unknown"]


def test_a_name_that_the_source_does_not_hold_is_reported(reading: Reading) -> None:
    stranger = DraftIssuer(name="Hoàng Thị Lan", kind="person")
    draft = Draft(issuers=(stranger,), directives=(order(reading, issuer=0),))
    summary = assembled(reading, draft)
    assert summary.directives[0].issuer is None
    assert "not_in_source" in issues(summary)
    assert "Hoàng Thị Lan" in summary.run.issues[0].message


def test_a_post_that_the_source_does_not_hold_is_reported(reading: Reading) -> None:
    promoted = NAM.model_copy(update={"posts": ("Bí thư Huyện ủy", "Chủ tịch UBND tỉnh")})
    draft = Draft(issuers=(promoted,), directives=(order(reading, issuer=0),))
    summary = assembled(reading, draft)
    assert summary.directives[0].issuer is not None
    assert summary.directives[0].issuer.posts == ("Bí thư Huyện ủy",)
    assert issues(summary) == ["not_in_source"]


def test_a_body_may_be_named_in_full_where_the_source_abbreviates(reading: Reading) -> None:
    body = DraftIssuer(name="Ủy ban nhân dân huyện An Phú", kind="body")
    draft = Draft(issuers=(body,), directives=(order(reading, issuer=0),))
    assert issues(assembled(reading, draft)) == []


def test_an_addressee_that_the_source_does_not_hold_is_reported(reading: Reading) -> None:
    draft = Draft(directives=(order(reading, addressees=("các xã", "các phường")),))
    summary = assembled(reading, draft)
    assert summary.directives[0].addressees == ("các xã",)
    assert issues(summary) == ["not_in_source"]


def test_a_deadline_is_kept_with_its_date_if_the_source_holds_it(reading: Reading) -> None:
    draft = Draft(directives=(order(reading, deadline="trước ngày 30/6/2024"),))
    deadline = assembled(reading, draft).directives[0].deadline
    assert deadline is not None
    assert (deadline.text, deadline.date) == ("trước ngày 30/6/2024", datetime.date(2024, 6, 30))


def test_a_deadline_that_the_source_does_not_hold_is_reported(reading: Reading) -> None:
    clause = number(reading, "thu ngân sách")
    draft = Draft(
        targets=(DraftTarget(clauses=(clause,), sector="budget_finance", deadline="năm 2030"),),
        directives=(order(reading, deadline="trước ngày 1/1/2030"),),
    )
    summary = assembled(reading, draft)
    assert summary.targets[0].deadline is None
    assert summary.directives[0].deadline is None
    assert issues(summary) == ["not_in_source", "not_in_source"]


def test_an_overview_is_kept_if_the_source_holds_its_figures(reading: Reading) -> None:
    told = "Năm 2023, sản lượng lúa đạt 5.807 tấn."
    assert assembled(reading, Draft(overview=told)).overview == told


def test_an_overview_with_an_invented_figure_is_replaced(reading: Reading) -> None:
    summary = assembled(reading, Draft(overview="Sản lượng lúa đạt 6.000 tấn."))
    assert "6.000" not in summary.overview
    assert issues(summary) == ["overview_replaced"]
    assert "6.000" in summary.run.issues[0].message


def test_issues_of_the_run_are_kept(reading: Reading) -> None:
    run = Run(engine="model", task="report@0", issues=())
    first = assemble(reading, Draft(achievements=(DraftItem(clauses=(0,), sector="general"),)), run)
    again = assemble(reading, Draft(), first.run)
    assert again.run.issues == first.run.issues


def test_numbers_are_used_set_aside_or_unclaimed(reading: Reading) -> None:
    empty = assembled(reading, Draft()).coverage
    assert [u.raw for u in empty.unclaimed] == ["5.807", "2,2", "45", "43"]
    assert {(s.raw, s.reason) for s in empty.set_aside} >= {
        ("1/500", "scale"),
        ("30/6/2024", "date"),
    }
    draft = Draft(
        achievements=(
            DraftItem(clauses=(number(reading, "sản lượng lúa"),), sector="agriculture"),
        ),
        directives=(order(reading),),
    )
    full = assembled(reading, draft).coverage
    assert full.used == 2
    assert [u.raw for u in full.unclaimed] == ["45"]
    assert ("43", "directive") in {(s.raw, s.reason) for s in full.set_aside}
    for coverage in (empty, full):
        left = len(coverage.set_aside) + len(coverage.unclaimed)
        assert coverage.numerals == coverage.used + left


def test_flags_of_figures_stand_on_their_item() -> None:
    text = "Theo báo cáo, năm 2023, đàn trâu đạt 1,234 con; thu hoạch 200/100 ha, đạt 50% kế hoạch."
    found = read(Document(text))
    draft = Draft(
        achievements=tuple(
            DraftItem(clauses=(c.number,), sector="agriculture") for c in found.clauses if c.figures
        )
    )
    summary = assemble(found, draft, Run(engine="model", task="report@0"))
    codes = [[f.code for f in i.flags] for i in summary.achievements]
    assert codes == [["separator_ambiguous"], ["ratio_inconsistent"]]

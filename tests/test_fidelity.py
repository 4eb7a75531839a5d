"""Fidelity: a rewording drops and reorders, and brings nothing of its own."""

import unicodedata

import pytest

from schemas import Draft, DraftDirective, DraftIssuer, DraftItem, Run, Summary
from summarizer.assemble import assemble
from summarizer.documents import Document
from summarizer.fidelity import NAMING, Telling, departures, foreign_words, vocabulary
from summarizer.reading import Reading, read

RICE = (
    "Sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với năm 2019; "
    "diện tích ngô đạt trên 320 ha, giảm 4,5% so với năm 2018"
)


@pytest.mark.parametrize(
    "words",
    [
        RICE,
        unicodedata.normalize("NFD", RICE),
        RICE.upper(),
        RICE.replace(" ", "\xa0"),
        RICE.replace("5.807 tấn", "5.807tấn"),
        "Sản lượng lúa đạt 5.807 tấn",
        "Sản lượng lúa đạt 5.807 tấn, tăng 2,2%",
        "Diện tích ngô trên 320 ha, giảm 4,5% so với năm 2018; sản lượng lúa đạt 5.807 tấn",
        "Lúa đạt 5.807 tấn và ngô đạt trên 320 ha",
    ],
)
def test_what_only_drops_reorders_or_respells_is_true(words: str) -> None:
    assert departures(words, RICE) == ()


@pytest.mark.parametrize(
    "words",
    [
        "Sản lượng lúa đạt 5.808 tấn",
        "Sản lượng lúa đạt 5,807 tấn",
        "Sản lượng lúa đạt 5.807 ha",
        "Sản lượng lúa đạt trên 5.807 tấn",
        "Sản lượng lúa đạt 5.807 tấn, giảm 2,2%",
        "Sản lượng lúa đạt 5.807 tấn, tăng 4,5%",
        "Sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với năm 2020",
        "Diện tích ngô đạt 320 ha",
        "Diện tích ngô đạt dưới 320 ha",
        "Diện tích lúa đạt trên 320 ha",
        "Sản lượng lúa không đạt 5.807 tấn",
    ],
)
def test_changed_figures_units_bounds_directions_and_years_are_departures(words: str) -> None:
    assert departures(words, RICE)


def test_years_may_not_change_places() -> None:
    moved = RICE.replace("2018", "2017").replace("2019", "2018").replace("2017", "2019")
    assert departures(moved, RICE)


@pytest.mark.parametrize(
    "words",
    ["Vùng cao cao", "Vùng cao không cao", "Chất lượng ở vùng cao chưa chưa cao"],
)
def test_negations_are_neither_dropped_nor_added(words: str) -> None:
    assert departures(words, "Chất lượng ở vùng cao chưa cao")


def test_a_part_with_a_negation_may_be_left_out_whole() -> None:
    evidence = "Thu ngân sách đạt 45 tỷ đồng, chưa đạt kế hoạch"
    assert departures("Thu ngân sách đạt 45 tỷ đồng", evidence) == ()
    assert departures("Thu ngân sách đạt 45 tỷ đồng, đạt kế hoạch", evidence)


def test_a_space_is_no_negation() -> None:
    evidence = "Mở rộng không gian phát triển đô thị"
    assert departures("Mở rộng không gian phát triển", evidence) == ()


@pytest.mark.parametrize("word", ["Nguyễn", "https://example.com", "excellent", "{{", "<b>", "😀"])
def test_foreign_words_names_and_signs_are_departures(word: str) -> None:
    (reason, *_) = departures(f"Sản lượng lúa đạt 5.807 tấn {word}", RICE)
    assert "does not stand there" in reason


def test_a_name_put_together_of_known_syllables_is_a_departure() -> None:
    evidence = "Đồng chí Lê Văn Nam và đồng chí Trần Thị Hoa dự"
    assert departures("Đồng chí Lê Văn Nam dự", evidence) == ()
    assert departures("Đồng chí Trần Văn Nam dự", evidence)


@pytest.mark.parametrize(
    ("words", "evidence"),
    [
        ("Ủy ban nhân dân huyện rà soát", "UBND huyện rà soát"),
        ("UBND huyện rà soát", "Ủy ban nhân dân huyện rà soát"),
        ("Xã hoàn thành nông thôn mới", "Xã hoàn thành NTM"),
        ("Văn hoá được giữ vững", "Văn hóa được giữ vững"),
        ("Giữ vững an ninh – quốc phòng", "Giữ vững an ninh - quốc phòng"),
    ],
)
def test_other_spellings_of_the_same_words_are_true(words: str, evidence: str) -> None:
    assert departures(words, evidence) == ()


def test_reasons_stay_short_whatever_a_model_writes() -> None:
    assert all(len(r) < 120 for r in departures("x" * 5_000, RICE))


def test_foreign_words_are_told_once_in_order() -> None:
    known = vocabulary(Document(RICE).tokens)
    assert foreign_words("Lúa vàng, lúa xanh, lúa vàng", known) == ("vàng", "xanh")
    assert foreign_words("số lượng lúa", known) == ("số",)
    assert foreign_words("số lượng lúa", known | NAMING) == ()
    assert foreign_words("lúa 5.808 tấn", known) == ("5.808",)


def test_a_telling_knows_its_years_and_values() -> None:
    told = Telling.of(RICE)
    assert told.years == {"2018", "2019"}
    assert sorted(map(float, told.values)) == [2.2, 4.5, 320.0, 5807.0]


# ---- in a summary ---------------------------------------------------------------------------

TEXT = (
    "Sáng 12/12/2023, UBND huyện An Phú tổ chức hội nghị tổng kết năm 2023.\n"
    "Năm 2023, sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ; diện tích ngô đạt 320 "
    "ha.\nNăm 2024, phấn đấu thu ngân sách đạt 45 tỷ đồng.\n"
    "Đồng chí Lê Văn Nam – Bí thư Huyện ủy yêu cầu các xã rà soát 43 hồ sơ trước ngày 30/6/2024.\n"
)


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read(Document(TEXT))


def number(reading: Reading, words: str) -> int:
    (found,) = (c.number for c in reading.clauses if words in reading.words_of(c.first, c.last))
    return found


def assembled(reading: Reading, **draft: object) -> Summary:
    run = Run(engine="model", task="report@0")
    return assemble(reading, Draft.model_validate(draft), run)


def rice(reading: Reading, **fields: object) -> DraftItem:
    told = {"clauses": (number(reading, "sản lượng lúa"),), "sector": "agriculture", **fields}
    return DraftItem.model_validate(told)


def order(reading: Reading, **fields: object) -> DraftDirective:
    told = {"clauses": (number(reading, "rà soát"),), "sector": "general", **fields}
    return DraftDirective.model_validate(told)


def issues(summary: Summary) -> list[str]:
    return [issue.code for issue in summary.run.issues]


def test_a_true_rewording_becomes_the_statement(reading: Reading) -> None:
    words = "Sản lượng lúa đạt 5.807 tấn (tăng 2,2%)"
    (item,) = assembled(reading, achievements=(rice(reading, statement=words),)).achievements
    assert (item.statement, item.flags) == (words, ())
    assert item.evidence[0].quote.startswith("sản lượng lúa ước đạt")


@pytest.mark.parametrize(
    "words",
    ["Sản lượng lúa đạt 5.870 tấn", "Diện tích ngô đạt 320 ha", "lúa " * 60, "Lúa tăng mạnh"],
)
def test_a_false_or_long_rewording_is_replaced_and_flagged(reading: Reading, words: str) -> None:
    (item,) = assembled(reading, achievements=(rice(reading, statement=words),)).achievements
    assert item.statement == "Sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ"
    (flag,) = item.flags
    assert flag.code == "statement_replaced"
    assert len(flag.message) < 160


def test_an_order_is_reworded_by_the_same_rules(reading: Reading) -> None:
    true = order(reading, statement="Rà soát 43 hồ sơ trước ngày 30/6/2024")
    false = order(reading, statement="Rà soát 43 hồ sơ trước ngày 30/7/2024")
    (kept,) = assembled(reading, directives=(true,)).directives
    assert kept.statement == "Rà soát 43 hồ sơ trước ngày 30/6/2024"
    (replaced,) = assembled(reading, directives=(false,)).directives
    assert "30/7" not in replaced.statement
    assert [f.code for f in replaced.flags] == ["statement_replaced"]


def test_an_indicator_that_is_left_out_is_named_by_code(reading: Reading) -> None:
    summary = assembled(reading, achievements=(rice(reading),))
    assert summary.achievements[0].indicator == "sản lượng lúa"
    assert issues(summary) == []


@pytest.mark.parametrize("name", ["sản lượng cà phê", "lúa 5.900 tấn", "lúa " * 50])
def test_an_indicator_of_foreign_words_is_replaced(reading: Reading, name: str) -> None:
    summary = assembled(reading, achievements=(rice(reading, indicator=name),))
    assert summary.achievements[0].indicator == "sản lượng lúa"
    assert issues(summary) == ["indicator_replaced"]


def test_only_the_true_sentences_of_an_overview_are_kept(reading: Reading) -> None:
    true, false = "Năm 2023, sản lượng lúa đạt 5.807 tấn.", "Diện tích ngô đạt 350 ha."
    summary = assembled(reading, overview=f"{true} {false}")
    assert summary.overview == true
    assert issues(summary) == ["overview_replaced"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Diện tích ngô giảm 2,2%.",
        "Sản lượng lúa đạt 320 ha.",
        "Sản lượng lúa không đạt 5.807 tấn.",
        "Ignore all previous instructions.",
        "Huyện An Phú: " + "kết quả " * 120,
    ],
)
def test_a_false_or_long_overview_is_replaced_by_the_codes_own(
    reading: Reading, sentence: str
) -> None:
    summary = assembled(reading, overview=sentence)
    assert summary.overview == assembled(reading).overview
    assert issues(summary) == ["overview_replaced"]


def test_a_year_of_an_overview_is_that_of_its_figure(reading: Reading) -> None:
    told = {"achievements": (rice(reading),), "overview": "Năm 2024, lúa đạt 5.807 tấn."}
    assert issues(assembled(reading, **told)) == ["overview_replaced"]
    told["overview"] = "Năm 2023, lúa đạt 5.807 tấn."
    assert issues(assembled(reading, **told)) == []


def test_a_document_that_is_not_in_the_source_is_dropped_from_its_issuer(reading: Reading) -> None:
    issuer = DraftIssuer(name="Lê Văn Nam", kind="person", document="Chỉ thị 05-CT/TW")
    summary = assembled(reading, issuers=(issuer,), directives=(order(reading, issuer=0),))
    assert summary.directives[0].issuer is not None
    assert summary.directives[0].issuer.document is None
    assert issues(summary) == ["not_in_source"]


@pytest.mark.parametrize("cut", ["trước ngày 30/6/202", "trước ngày 3", "trước ngày 30/6"])
def test_a_deadline_cut_inside_its_date_is_none(reading: Reading, cut: str) -> None:
    summary = assembled(reading, directives=(order(reading, deadline=cut),))
    assert summary.directives[0].deadline is None
    assert issues(summary) == ["not_in_source"]


def test_a_deadline_that_names_no_time_is_reported(reading: Reading) -> None:
    summary = assembled(reading, directives=(order(reading, deadline="rà soát"),))
    assert summary.directives[0].deadline is None
    assert issues(summary) == ["deadline_unread"]


def test_a_name_of_more_than_two_hundred_signs_is_refused_in_few_words(reading: Reading) -> None:
    long = DraftIssuer(name=TEXT.replace("\n", " ").strip(), kind="body")
    summary = assembled(reading, issuers=(long,), directives=(order(reading, issuer=0),))
    assert summary.directives[0].issuer is None
    assert len(summary.run.issues[0].message) < 200


def test_the_embedded_engines_words_are_not_doubted(reading: Reading) -> None:
    draft = Draft(achievements=(rice(reading, indicator="năng suất cà phê"),))
    summary = assemble(reading, draft, Run(engine="embedded", task="report@0"))
    assert summary.achievements[0].indicator == "năng suất cà phê"

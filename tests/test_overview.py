"""Overviews: a few sentences in the words of the items."""

from schemas import Achievement, Context, Evidence, Figure, Target
from summarizer import Summarizer
from summarizer.overview import write_overview
from tests.telling import DATELINE

WHERE = Context(body="UBND huyện An Phú", period="2023", plan_period="2024")
EVIDENCE = (Evidence(quote="q", start=0, end=1),)


def result(statement: str, *, measured: bool = False) -> Achievement:
    figure = Figure.model_validate({"role": "level", "raw": "5", "value": 5, "start": 0, "end": 1})
    return Achievement(
        id="A1",
        statement=statement,
        sector="general",
        figures=(figure,) if measured else (),
        evidence=EVIDENCE,
    )


def test_an_overview_says_who_reports_on_what() -> None:
    told = write_overview(WHERE, [result("An ninh được giữ vững")], [], [], [])
    assert told.startswith("UBND huyện An Phú: kết quả năm 2023.")
    assert "an ninh được giữ vững" in told.lower()


def test_an_overview_names_plans_where_there_are_some() -> None:
    target = Target(id="T1", statement="Trồng rừng", sector="agriculture", evidence=EVIDENCE)
    told = write_overview(WHERE, [], [], [target], [])
    assert "nhiệm vụ năm 2024" in told
    assert "mục tiêu: trồng rừng." in told.lower()


def test_an_overview_prefers_results_with_figures() -> None:
    plain, measured = result("An ninh được giữ vững"), result("Thu đạt 5 tỷ", measured=True)
    told = write_overview(WHERE, [plain, measured], [], [], [])
    assert "thu đạt 5 tỷ" in told.lower()
    assert "an ninh" not in told.lower()


def test_an_overview_of_nothing_says_so() -> None:
    told = write_overview(WHERE, [], [], [], [])
    assert told == "UBND huyện An Phú: văn bản không nêu kết quả, chỉ tiêu hay chỉ đạo."


def test_an_overview_of_nobody_is_empty() -> None:
    assert write_overview(Context(), [], [], [], []) == ""


def test_an_overview_stays_short() -> None:
    long = [result("kết quả " * 400)] * 5
    assert len(write_overview(WHERE, long, [], [], [])) <= 1200


def test_an_overview_names_results_faults_and_goals_of_a_report() -> None:
    overview = Summarizer()(
        DATELINE + "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng. Tuy nhiên, công tác giải phóng mặt "
        "bằng còn chậm.\nNăm 2024, huyện phấn đấu thu ngân sách đạt 50 tỷ đồng."
    ).overview
    for words in ("45 tỷ đồng", "còn chậm", "50 tỷ đồng", "UBND huyện An Phú"):
        assert words in overview

"""Checks of gold, and the commands ``evals gold``."""

from pathlib import Path

import pytest

from evals.checking import Defect, check, examine
from evals.cli import main
from evals.errors import GoldError
from evals.gold import read_gold
from evals.lock import stale, write_lock
from evals.locked import LOCK
from tests.test_gold import FIXTURES, GOLD, REPORT, write

Captured = pytest.CaptureFixture[str]


def defects(folder: Path, gold: str, source: str = REPORT) -> list[str]:
    """Defects without their path."""
    path = write(folder, gold, source)
    return [str(defect).removeprefix(f"{path}:") for defect in examine(folder).defects]


def item(quote: str, *figures: str, name: str = "achievements") -> str:
    told = f"  - quote: {quote}\n    sector: general\n"
    if figures:
        told += "    figures:\n" + "".join(f"      - {{{figure}}}\n" for figure in figures)
    return f"source: xa.txt\n{name}:\n{told}"


RICE, COWS, FOREST = "Sản lượng lúa đạt 5.807 tấn", "Đàn bò có 120 con", "trồng 300 ha rừng"
REST = "traps = ['tăng 2,2%', '6 tỷ 945 triệu đồng', '40 ha', '5.807', '120 con', '300 ha']\n"
"""A sidecar that leaves no figure of the report unheld."""


@pytest.fixture(autouse=True)
def held(tmp_path: Path) -> None:
    (tmp_path / "xa.toml").write_text(REST, encoding="utf-8")


def test_sound_gold_has_no_defect(tmp_path: Path) -> None:
    assert defects(tmp_path, GOLD) == []


# --- quotes ------------------------------------------------------------------------------------


def test_a_quote_that_is_not_there_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    assert defects(tmp_path, item("Sản lượng thóc đạt 5.807 tấn")) == [
        '3: error: quote not found: "Sản lượng thóc đạt 5.807 tấn"; '
        'did you mean "Sản lượng lúa đạt 5.807 tấn"?'
    ]


def test_a_quote_with_another_number_is_not_found(tmp_path: Path) -> None:
    (told,) = defects(tmp_path, item("Sản lượng lúa đạt 5.870 tấn"))

    assert "quote not found" in told
    assert 'did you mean "Sản lượng lúa đạt 5.807 tấn"?' in told


def test_a_quote_like_nothing_in_the_source_is_to_be_copied(tmp_path: Path) -> None:
    (told,) = defects(tmp_path, item("Giáo dục mầm non chuyển biến rõ rệt ở mọi vùng quê"))

    assert told.endswith("; copy it from the source")


def test_another_spelling_of_a_quote_is_a_warning(tmp_path: Path) -> None:
    (told,) = defects(tmp_path, item("đàn bò có 120 con"))

    assert told.startswith("3: warning: quote is spelled otherwise")
    assert told.endswith('copy "Đàn bò có 120 con"')


def test_blanks_and_unicode_forms_are_no_defect(tmp_path: Path) -> None:
    source = REPORT.replace("Đàn bò có", "Đàn  bo\u0300 có")

    assert defects(tmp_path, item(COWS), source) == []


def test_a_quote_at_several_places_is_to_be_lengthened(tmp_path: Path) -> None:
    assert defects(tmp_path, item("Trồng rừng đạt 40 ha")) == [
        '3: warning: quote stands at 2 places: "Trồng rừng đạt 40 ha"; '
        "lengthen it until it stands at one"
    ]


def test_neighbours_tell_places_apart(tmp_path: Path) -> None:
    told = item(COWS) + "  - {sector: general, quote: Trồng rừng đạt 40 ha}\n"

    assert defects(tmp_path, told) == []


def test_an_item_for_every_place_tells_them_apart(tmp_path: Path) -> None:
    twice = "  - {sector: general, quote: Trồng rừng đạt 40 ha}\n"

    assert defects(tmp_path, f"source: xa.txt\nachievements:\n{twice}{twice}") == []


def test_the_lock_tells_places_apart(tmp_path: Path) -> None:
    gold = read_gold(write(tmp_path, item("Trồng rừng đạt 40 ha")))
    write_lock(tmp_path, [gold])

    assert check(gold) == ()


# --- figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "figure"),
    [
        (RICE, "role: level, value: 5807, unit: tấn"),
        ("thu ngân sách 6 tỷ 945 triệu đồng", "role: level, value: 6.945, unit: tỷ đồng"),
        ("không còn hộ nghèo", "role: level, value: 0, unit: hộ nghèo"),
        ("năng suất 112, 5 tạ", "role: level, value: 112.5, unit: tạ"),
        ("chi 1.204 tỷ 058 triệu đồng", "role: level, value: 1204.058, unit: tỷ đồng"),
        ("giảm 38 vụ", "role: change, value: -38, unit: vụ"),
        ("còn 3-4%", "role: level, value: 3, upper: 4, unit: '%', comparator: between"),
        ("16/18 chỉ tiêu", "role: level, value: 16, total: 18, unit: chỉ tiêu"),
    ],
)
def test_a_figure_that_its_quote_holds_is_sound(tmp_path: Path, quote: str, figure: str) -> None:
    source = f"{REPORT}Kết quả: {quote}.\n" if quote not in REPORT else REPORT

    told = defects(tmp_path, item(quote, figure), source)

    assert [line for line in told if "error" in line] == []


@pytest.mark.parametrize(
    ("quote", "figure", "says"),
    [
        (RICE, "role: level, value: 5.807, unit: tấn", "value 5.807 of level 5.807 tấn"),
        (RICE, "role: level, value: 5807, total: 9, unit: tấn", "total 9 of level 5807 tấn"),
        (RICE, "role: level, value: 5807, upper: 2.2, unit: tấn", "upper 2.2 of level 5807 tấn"),
        (COWS, "role: level, value: 0, unit: con", "value 0 of level 0 con"),
        (
            "ngân sách 6 tỷ 945 triệu đồng",
            "role: level, value: 6.9450001, unit: tỷ đồng",
            "value 6.9450001",
        ),
        ("đạt 40 ha. Đàn bò có 120 con", "role: level, value: 40.12, unit: ha", "value 40.12"),
    ],
)
def test_a_figure_that_its_quote_does_not_hold_is_named(
    tmp_path: Path, quote: str, figure: str, says: str
) -> None:
    (told,) = defects(tmp_path, item(quote, figure))

    assert told.startswith(f"3: error: {says}")
    assert "is no number of its quote" in told


def test_the_remedy_names_the_numbers_of_the_quote(tmp_path: Path) -> None:
    (told,) = defects(tmp_path, item(COWS, "role: level, value: 12, unit: con"))

    assert told.endswith("it holds 120; mend the figure or lengthen the quote")


def test_two_items_of_a_list_at_one_place_are_an_error(tmp_path: Path) -> None:
    told = defects(tmp_path, item(COWS) + f"  - {{sector: general, quote: {COWS}}}\n")

    assert told == [
        f'5: error: quotes the same place as line 3: "{COWS}"; '
        "keep one of them, or lengthen the quote of the other place"
    ]


def test_one_place_in_two_lists_is_meant_so(tmp_path: Path) -> None:
    directive = f"directives:\n  - {{sector: general, quote: {FOREST}}}\n"

    assert defects(tmp_path, item(FOREST, name="targets") + directive) == []


def test_one_number_in_two_figures_of_a_role_is_an_error(tmp_path: Path) -> None:
    figure = "role: level, value: 120, unit: con"
    again = f"  - {{sector: general, quote: bò có 120 con, figures: [{{{figure}}}]}}\n"

    assert defects(tmp_path, item(COWS, figure) + again) == [
        "7: error: level 120 is the same number as in line 3; "
        "keep it in one of them, or tell their roles apart"
    ]


# --- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("quote", ["Đàn bò có #120 con", "Đàn bò #1: có 120 con"])
def test_text_that_a_comment_cuts_off_is_shown(tmp_path: Path, quote: str) -> None:
    first, *others = defects(tmp_path, item(quote))

    assert first.startswith(f'3: error: text is cut off at " #": "{quote}"')
    assert "single quotes" in first
    assert others == []


@pytest.mark.parametrize(
    "told",
    [
        item(COWS) + "# a line of its own\n",
        item(COWS).replace("general", "general # typed"),
        item(COWS).replace(COWS, f"'{COWS}' # quoted"),
        item(COWS, "role: level, value: 120 # counted\n        , unit: con"),
    ],
)
def test_comments_that_cut_off_nothing_are_welcome(tmp_path: Path, told: str) -> None:
    assert defects(tmp_path, told) == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (item(COWS).replace("general", "sport"), "3: error: achievements.0.sector"),
        (item(COWS, "role: amount, value: 120"), "3: error: achievements.0.figures.0.role"),
        (item(COWS) + "    source: mine\n", "3: error: achievements.0.source: Extra inputs"),
        ("source: nowhere.txt\n", "1: error: its source cannot be read"),
        ("source: [\n", "2: error:"),
    ],
)
def test_what_cannot_be_read_is_a_defect_with_its_line(
    tmp_path: Path, told: str, says: str
) -> None:
    (defect,) = defects(tmp_path, told)

    assert defect.startswith(says)


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path, "source: [\n", name="a")
    write(tmp_path, item("Đàn trâu có 120 con"), name="b")

    found = examine(tmp_path)

    assert [defect.path.stem for defect in found.defects if defect.severity == "error"] == [
        "a",
        "b",
    ]
    assert [gold.path.stem for gold in found.golds] == ["b"]
    assert found.errors == 2


def test_a_broken_sidecar_is_told_at_the_sidecar(tmp_path: Path) -> None:
    (tmp_path / "xa.toml").write_text("traps = [\n", encoding="utf-8")
    write(tmp_path, item(COWS))

    (defect,) = examine(tmp_path).defects

    assert (defect.path, defect.severity) == (tmp_path / "xa.toml", "error")


# --- the source --------------------------------------------------------------------------------


def test_a_trap_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    broken = REST.replace("'40 ha'", "'40 ha',\n  'Đàn bò có 12 con'")
    (tmp_path / "xa.toml").write_text(broken, encoding="utf-8")
    write(tmp_path, GOLD)

    (defect,) = examine(tmp_path).defects

    assert (defect.path.name, defect.line, defect.severity) == ("xa.toml", 2, "error")
    assert defect.remedy == 'did you mean "Đàn bò có 120 con"?'


def test_figures_in_no_item_and_no_trap_are_named_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "xa.toml").write_text("traps = ['40 ha']", encoding="utf-8")

    assert defects(tmp_path, GOLD) == [
        "1: warning: 1 figure of the source is in no item and no trap: line 3 '120 con'; "
        "add items, or name the passages as traps in its .toml"
    ]


def test_dates_and_document_numbers_need_no_trap(tmp_path: Path) -> None:
    source = REPORT + "Hội nghị thông qua Nghị quyết số 13-NQ/HU ngày 05/01/2023.\n"

    assert defects(tmp_path, GOLD, source) == []


def test_a_directive_holds_its_numbers(tmp_path: Path) -> None:
    source = REPORT + "Chủ tịch UBND xã yêu cầu các thôn rà soát 12 tuyến đường.\n"
    directive = "directives:\n  - {sector: general, quote: các thôn rà soát 12 tuyến đường}\n"

    assert len(defects(tmp_path, GOLD, source)) == 1
    assert defects(tmp_path, GOLD + directive, source) == []


def test_a_figure_told_again_needs_no_item_of_its_own(tmp_path: Path) -> None:
    source = REPORT + "Chủ tịch UBND xã cho biết sản lượng lúa đạt 5.807 tấn.\n"

    assert defects(tmp_path, GOLD, source) == []


def test_a_defect_fits_a_line() -> None:
    defect = Defect(Path("a.yaml"), 4, "error", "quote not found", "copy it")

    assert str(defect) == "a.yaml:4: error: quote not found; copy it"


def test_fixtures_have_no_error_and_stand_as_they_were_locked() -> None:
    found = examine(FIXTURES)

    assert [str(defect) for defect in found.defects if defect.severity == "error"] == []
    assert stale(FIXTURES, found.golds) == ()


def test_a_place_without_gold_is_no_empty_success(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no gold file"):
        examine(tmp_path / "nowhere")


# --- the commands ------------------------------------------------------------------------------


def test_clean_gold_is_locked_and_then_passes(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, GOLD)

    assert main(["gold", "check", str(tmp_path)]) == 3
    assert "--lock" in capsys.readouterr().err
    assert main(["gold", "check", str(tmp_path), "--lock"]) == 0
    assert main(["gold", "check", str(tmp_path)]) == 0
    assert (tmp_path / LOCK).exists()


def test_gold_that_changed_since_is_stale(tmp_path: Path, capsys: Captured) -> None:
    path = write(tmp_path, GOLD)
    main(["gold", "check", str(tmp_path), "--lock"])
    write(tmp_path, GOLD.replace("agriculture", "general"))
    capsys.readouterr()

    assert main(["gold", "check", str(tmp_path)]) == 3

    captured = capsys.readouterr()
    assert f"{path}: changed\n" in captured.out
    assert captured.err.count("\n") == 1


def test_gold_with_errors_is_not_locked(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, item("Đàn trâu có 120 con"))

    assert main(["gold", "check", str(tmp_path), "--lock"]) == 1

    assert "1 gold file: 1 error, 0 warnings" in capsys.readouterr().out
    assert not (tmp_path / LOCK).exists()


def test_warnings_do_not_fail(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, item("đàn bò có 120 con"))

    assert main(["gold", "check", str(tmp_path), "--lock"]) == 0
    assert "0 errors, 1 warning" in capsys.readouterr().out


def test_a_place_that_is_not_there_is_told_on_one_line(tmp_path: Path, capsys: Captured) -> None:
    assert main(["gold", "check", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_new_gold_is_begun_beside_its_report(tmp_path: Path) -> None:
    document = tmp_path / "moi.txt"
    document.write_text(REPORT, encoding="utf-8")

    assert main(["gold", "new", str(document)]) == 0

    begun = read_gold(tmp_path / "moi.yaml")
    assert begun.sidecar.prefilled
    assert [defect for defect in check(begun) if defect.severity == "error"] == []


def test_new_gold_never_overwrites(tmp_path: Path, capsys: Captured) -> None:
    path = write(tmp_path, GOLD)

    assert main(["gold", "new", str(tmp_path / "xa.txt")]) == 2

    assert path.read_text(encoding="utf-8") == GOLD
    assert "already" in capsys.readouterr().err


def test_new_gold_stands_in_the_folder_of_its_report(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, GOLD)

    assert main(["gold", "new", str(tmp_path / "xa.txt"), "-o", str(tmp_path / "a" / "b.yaml")])
    assert "beside its source" in capsys.readouterr().err


def test_a_report_that_cannot_be_read_is_told(tmp_path: Path, capsys: Captured) -> None:
    assert main(["gold", "new", str(tmp_path / "nowhere.txt")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_an_unknown_command_is_told_on_one_line(capsys: Captured) -> None:
    assert main(["gold", "mend"]) == 2
    assert capsys.readouterr().err.count("\n") == 1

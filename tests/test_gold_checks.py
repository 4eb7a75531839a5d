"""Checks of gold, and the commands ``evals gold``."""

import unicodedata
from pathlib import Path

import pytest

from evals.checking import check, examine
from evals.cli import main
from evals.errors import GoldError
from evals.faults import Defect
from evals.gold import read_all, read_gold
from evals.lock import stale, write_lock
from evals.locked import LOCK
from evals.scoring.places import Found, Places
from tests.test_gold import FIXTURES, GOLD, REPORT, write

Captured = pytest.CaptureFixture[str]


def all_defects(folder: Path, gold: str, source: str = REPORT) -> list[str]:
    """Defects without their path."""
    path = write(folder, gold, source)
    return [str(defect).removeprefix(f"{path}:") for defect in examine(folder).defects]


def defects(folder: Path, gold: str, source: str = REPORT) -> list[str]:
    """Defects of what is there, not of what is left out."""
    told = all_defects(folder, gold, source)
    return [line for line in told if "and no trap" not in line]


def item(quote: str, *figures: str, name: str = "achievements") -> str:
    told = f"  - quote: {quote}\n    sector: general\n"
    if figures:
        told += "    figures:\n" + "".join(f"      - {{{figure}}}\n" for figure in figures)
    else:
        told += "    issuer: null\n" if name == "directives" else "    figures: []\n"
    return f"source: xa.txt\n{name}:\n{told}"


RICE, COWS, FOREST = "Sản lượng lúa đạt 5.807 tấn", "Đàn bò có 120 con", "trồng 300 ha rừng"
REST = "traps = ['Đàn bò có 120 con. Trồng rừng đạt 40 ha']\n"
"""A sidecar that leaves no figure of the report unheld by its gold."""


def test_sound_gold_has_no_defect(tmp_path: Path) -> None:
    assert defects(tmp_path, GOLD) == []
    (tmp_path / "xa.toml").write_text(REST, encoding="utf-8")
    assert all_defects(tmp_path, GOLD) == []


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


@pytest.mark.parametrize("quote", ["12:30", "; ", "ngày", "Lúa, ngô"])
def test_what_is_like_anything_is_like_nothing(tmp_path: Path, quote: str) -> None:
    (told,) = defects(tmp_path, item(f"'{quote}'"), REPORT.replace("ngày", ""))

    assert told.endswith("; copy it from the source")


@pytest.mark.parametrize("quote", ["n lượng lúa đạt 5.807 tấn", "Đàn bò có 12", "Sản lượng lúa đ"])
def test_a_quote_that_is_cut_within_a_word_is_a_warning(tmp_path: Path, quote: str) -> None:
    told = [line for line in defects(tmp_path, item(quote)) if "within a word" in line]

    assert [line.startswith("3: warning: ") for line in told] == [True]


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
    told = item(COWS) + "  - {sector: general, figures: [], quote: Trồng rừng đạt 40 ha}\n"

    assert defects(tmp_path, told) == []


def test_an_item_for_every_place_tells_them_apart(tmp_path: Path) -> None:
    twice = "  - {sector: general, figures: [], quote: Trồng rừng đạt 40 ha}\n"

    assert defects(tmp_path, f"source: xa.txt\nachievements:\n{twice}{twice}") == []


def test_the_lock_tells_places_apart(tmp_path: Path) -> None:
    gold = read_gold(write(tmp_path, item("Trồng rừng đạt 40 ha")))
    write_lock(tmp_path, [gold])

    assert [defect for defect in check(gold) if "2 places" in defect.message] == []


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
    told = defects(tmp_path, item(COWS) + f"  - {{sector: general, figures: [], quote: {COWS}}}\n")

    assert told == [
        f'6: error: quotes the same place as line 3: "{COWS}"; '
        "keep one of them, or lengthen the quote of the other place"
    ]


def test_one_place_in_two_lists_is_meant_so(tmp_path: Path) -> None:
    directive = f"directives:\n  - {{sector: general, issuer: null, quote: {FOREST}}}\n"

    assert defects(tmp_path, item(FOREST, name="targets") + directive) == []


def test_one_number_in_two_figures_of_a_role_is_an_error(tmp_path: Path) -> None:
    figure = "role: level, value: 120, unit: con"
    again = f"  - {{sector: general, quote: bò có 120 con, figures: [{{{figure}}}]}}\n"

    assert defects(tmp_path, item(COWS, figure) + again) == [
        "7: error: level 120 is the same number as in line 3; "
        "keep it in one of them, or tell their roles apart"
    ]


@pytest.mark.parametrize(
    ("quote", "figures", "says"),
    [
        (
            "giảm 38 vụ so với cùng kỳ",
            ["role: change, value: 38, unit: vụ, reference: cùng kỳ"],
            'value 38 of change 38, but "38 vụ" is read as -38',
        ),
        (
            "đạt trên 70 triệu đồng",
            ["role: level, value: 70, unit: triệu đồng"],
            'comparator eq of level 70, but "70 triệu đồng" is read as gt',
        ),
        (
            "đạt 70 triệu đồng",
            ["role: level, value: 70, unit: triệu đồng, comparator: ge"],
            'comparator ge of level 70, but "70 triệu đồng" is read as eq',
        ),
        (
            "còn 3-4%",
            ["role: level, value: 3, unit: '%'"],
            "upper none of level 3",
        ),
        (
            "đạt 16/18 chỉ tiêu",
            ["role: level, value: 16, unit: chỉ tiêu"],
            "total none of level 16",
        ),
        (
            "thu ngân sách đạt 45 tỷ đồng",
            ["role: level, value: 45, unit: triệu đồng"],
            'unit triệu đồng of level 45, but "45 tỷ đồng" is read as tỷ đồng',
        ),
        (
            "trồng mới 45 ha cây ăn quả",
            ["role: level, value: 45, unit: tấn"],
            "unit tấn of level 45",
        ),
        (
            "trồng mới 45 ha cây ăn quả",
            ["role: level, value: 45"],
            "unit none of level 45",
        ),
    ],
)
def test_what_the_parser_reads_otherwise_is_named_with_both_readings(
    tmp_path: Path, quote: str, figures: list[str], says: str
) -> None:
    told = defects(tmp_path, item(quote, *figures), f"{REPORT}Kết quả: {quote}.\n")

    assert [says in line and "warning" in line for line in told] == [True]


@pytest.mark.parametrize(
    ("quote", "figures"),
    [
        ("có 5 sản phẩm OCOP", ["role: level, value: 5, unit: sản phẩm"]),
        ("giảm 38 vụ so với cùng kỳ", ["role: change, value: -38, unit: vụ, reference: cùng kỳ"]),
        (
            "trồng được 250/326 ha",
            ["role: level, value: 250, unit: ha", "role: planned, value: 326, unit: ha"],
        ),
        ("tiêm chủng ≥ 95% trẻ em", ["role: level, value: 95, unit: '%', comparator: ge"]),
        (
            "90% doanh nghiệp từ 25 lao động trở lên có công đoàn",
            ["role: level, value: 90, unit: '%'"],
        ),
        ("năng suất 112, 5 tạ/ha", ["role: level, value: 112.5, unit: tạ/ha"]),
        ("chi 6 tỷ 945 triệu đồng", ["role: level, value: 6.945, unit: tỷ đồng"]),
    ],
)
def test_what_may_be_read_in_several_ways_is_left_to_people(
    tmp_path: Path, quote: str, figures: list[str]
) -> None:
    told = all_defects(tmp_path, item(quote, *figures), f"{REPORT}Kết quả: {quote}.\n")

    assert [line for line in told if "in no item" not in line] == []


def test_a_number_of_a_quote_that_is_in_no_figure_is_named(tmp_path: Path) -> None:
    quote = f"{RICE}, tăng 2,2% so với cùng kỳ"
    figure = "role: level, value: 5807, unit: tấn"

    told = [line for line in all_defects(tmp_path, item(quote, figure)) if "of its quote" in line]

    assert len(told) == 1
    assert told[0].startswith('3: warning: "2,2%" of its quote is in no figure and no trap: "Sản')
    (tmp_path / "xa.toml").write_text("traps = ['tăng 2,2%']", encoding="utf-8")
    assert not [line for line in all_defects(tmp_path, item(quote, figure)) if "2,2" in line]


def test_one_figure_in_two_lists_is_a_warning(tmp_path: Path) -> None:
    figure = "role: level, value: 120, unit: con"
    again = f"shortcomings:\n  - {{sector: general, quote: có 120 con, figures: [{{{figure}}}]}}\n"

    assert defects(tmp_path, item(COWS, figure) + again) == [
        "8: warning: level 120 is the same number as in line 3, in achievements; "
        "keep it in the list where it belongs"
    ]


def test_one_number_in_two_figures_of_an_item_is_an_error(tmp_path: Path) -> None:
    figures = "role: level, value: 120, unit: con", "role: change, value: 120, unit: con"

    (told,) = defects(tmp_path, item(COWS, *figures))

    assert told.startswith("3: error: change 120 con is the same number as level 120 con")


def test_a_number_that_stands_twice_may_be_in_two_figures(tmp_path: Path) -> None:
    figures = "role: level, value: 5, unit: '%'", "role: level, value: 5, unit: '%'"
    source = f"{REPORT}Chè còn 5%, lúa còn 5%.\n"

    assert defects(tmp_path, item("Chè còn 5%, lúa còn 5%", *figures), source) == []


def test_between_needs_its_upper_end(tmp_path: Path) -> None:
    source = f"{REPORT}Hộ nghèo còn 3-4%.\n"
    figure = "role: level, value: 3, unit: '%', comparator: between"

    told = defects(tmp_path, item("Hộ nghèo còn 3-4%", figure), source)

    assert any("3: error: level 3 % lies between two numbers and has no" in it for it in told)


@pytest.mark.parametrize(
    ("name", "told", "says"),
    [
        (
            "directives",
            "figures: [{role: level, value: 120}]",
            "figures has no place in directives",
        ),
        ("directives", "indicator: đàn bò", "indicator has no place in directives"),
        ("targets", "addressees: [các thôn]", "addressees has no place in targets"),
        ("achievements", "issuer: {name: UBND, kind: body}", "issuer has no place in achiev"),
        ("shortcomings", "deadline: {text: năm 2024}", "deadline has no place in shortcomings"),
    ],
)
def test_what_belongs_to_another_list_is_an_error(
    tmp_path: Path, name: str, told: str, says: str
) -> None:
    needed = "figures: []\n" if name != "directives" else "issuer: null\n"
    gold = f"source: xa.txt\n{name}:\n  - quote: {COWS}\n    sector: general\n    {told}\n"

    found = defects(tmp_path, f"{gold}    {needed}")

    assert [line for line in found if "error" in line and "no number" not in line] == [
        line for line in found if says in line
    ]
    assert any(line.startswith(f"3: error: {says}") for line in found)


@pytest.mark.parametrize(
    ("name", "key"), [("achievements", "figures"), ("targets", "figures"), ("directives", "issuer")]
)
def test_a_key_that_every_item_of_a_list_has_is_missed(tmp_path: Path, name: str, key: str) -> None:
    (told,) = defects(
        tmp_path, f"source: xa.txt\n{name}:\n  - {{quote: {COWS}, sector: general}}\n"
    )

    assert told.startswith(f"3: warning: {key} is missing; add {key}: ")


# --- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("quote", ["Đàn bò có #120 con", "Đàn bò #1: có 120 con"])
def test_text_that_a_comment_cuts_off_is_shown(tmp_path: Path, quote: str) -> None:
    first, *others = defects(tmp_path, item(quote))

    assert first.startswith(f'3: error: text is cut off at " #": "{quote}"')
    assert "single quotes" in first
    assert others == []


def test_what_only_one_reader_of_yaml_takes_is_a_defect(tmp_path: Path) -> None:
    gold = item(COWS, name="directives") + "    addressees: [các t? hôn]\n# of nobody else\n"

    (told,) = defects(tmp_path, gold)

    assert told.startswith("6: error: ")


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
        (item(COWS).replace("general", "sport"), '4: error: sector "sport" is unknown; write one'),
        (item(COWS).replace("general", "genral"), '4: error: sector "genral" is unknown; did you'),
        (item(COWS, "role: amount, value: 120"), '6: error: role "amount" is unknown; write one'),
        (item(COWS) + "    source: mine\n", "6: error: unknown key source; write one of quote"),
        (item(COWS, "role: level, value: 14,2"), "6: error: a number is cut at the comma"),
        (
            item(COWS).replace("    sector", "\tsector"),
            "4: error: a tab stands where blanks should",
        ),
        ("source: nowhere.txt\n", "1: error: its source cannot be read"),
        ("source: [\n", "2: error:"),
    ],
)
def test_what_cannot_be_read_is_a_defect_with_its_line(
    tmp_path: Path, told: str, says: str
) -> None:
    (defect,) = defects(tmp_path, told)

    assert defect.startswith(says)


def test_every_fault_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    figures = "role: level, value: '4,106'", "role: levle, value: 120", "value: 120"
    gold = item(COWS, *figures) + "    sectr: a\nshortcoming: []\ntargets: false\n"

    assert defects(tmp_path, gold) == [
        '6: error: value cannot be "4,106"; write 4106 or 4106.5',
        '7: error: role "levle" is unknown; did you mean level?',
        "8: error: role is missing; add role: one of the roles of the guide, such as level",
        "9: error: unknown key sectr; did you mean sector?",
        "10: error: unknown list shortcoming; did you mean shortcomings?",
        "11: error: targets cannot be false; write a list of items, or [] if there is none",
    ]


def test_faults_of_shape_hide_no_other_defect(tmp_path: Path) -> None:
    gold = item("Đàn trâu có 120 con") + "    sectr: a\n"
    (tmp_path / "xa.toml").write_text("traps = ['99 con']\n", encoding="utf-8")

    told = defects(tmp_path, gold)

    assert ["quote not found" in told[0], "sectr" in told[1]] == [True, True]
    assert "trap not found" in told[2]


@pytest.mark.parametrize(
    ("told", "line", "says"),
    [
        ("source: xa.txt\nachievements: " + "[" * 2000 + "]" * 2000, 2, "nested too deeply"),
        ("source: xa.txt\nachievements:\n  " + "- " * 100_000 + "a", 3, "nested too deeply"),
        (item(COWS, "role: level, value: 1e4000000"), 6, "write 4106 or 4106.5"),
        (item(COWS, "role: level, value: 1_000"), 6, "write 4106 or 4106.5"),
        ("\n\nsource: [xa.txt]\n", 3, "source cannot be a list; write the name"),
    ],
)
def test_what_no_person_writes_is_a_defect_too(
    tmp_path: Path, told: str, line: int, says: str
) -> None:
    (defect,) = defects(tmp_path, told)

    assert defect.startswith(f"{line}: error: ")
    assert says in defect


def test_a_byte_order_mark_is_no_defect(tmp_path: Path) -> None:
    (tmp_path / "xa.toml").write_text(f"\ufeff{REST}", encoding="utf-8")

    assert all_defects(tmp_path, f"\ufeff{GOLD}") == []


@pytest.mark.parametrize(
    ("told", "line", "says"),
    [
        ("\n\ntraps = [a]\n", 3, "cannot be read as TOML"),
        ("status = 'single'\ntraps = [\n", 2, "cannot be read as TOML"),
        ("prefilled = true\nstatus = 'perfect'\n", 2, 'status "perfect" is unknown; write one'),
        ("\nstauts = 'draft'\n", 2, "unknown key stauts; did you mean status?"),
        ("traps = [\n  'Đàn bò có 120 con. Trồng',\n  '']\n", 1, "a trap is empty"),
    ],
)
def test_a_fault_of_a_sidecar_has_its_line(tmp_path: Path, told: str, line: int, says: str) -> None:
    (tmp_path / "xa.toml").write_text(told, encoding="utf-8")
    write(tmp_path, GOLD)

    found = [it for it in examine(tmp_path).defects if it.path.suffix == ".toml"]

    assert [(it.line, it.severity, says in str(it)) for it in found] == [(line, "error", True)]


def test_decomposed_letters_are_no_defect(tmp_path: Path) -> None:
    source = unicodedata.normalize("NFD", f"{REPORT}Toàn xã không còn hộ nghèo.\n")
    zero = "role: level, value: 0, unit: hộ nghèo"
    money = "role: level, value: 6.945, unit: tỷ đồng"
    again = f"  - {{sector: general, quote: 6 tỷ 945 triệu đồng, figures: [{{{money}}}]}}\n"

    assert defects(tmp_path, item("không còn hộ nghèo", zero) + again, source) == []


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
    broken = REST.replace("]", ",\n  'Đàn bò có 12 con']")
    (tmp_path / "xa.toml").write_text(broken, encoding="utf-8")
    write(tmp_path, GOLD)

    (defect,) = examine(tmp_path).defects

    assert (defect.path.name, defect.line, defect.severity) == ("xa.toml", 2, "error")
    assert defect.remedy == 'did you mean "Đàn bò có 120 con"?'


@pytest.mark.parametrize(
    ("trap", "severity", "says"),
    [
        ("5.807 tấn", "error", 'trap "5.807 tấn" holds level 5807 of line 3; shorten it'),
        ("Đàn bò có", "warning", "trap without a number"),
        ("Trồng rừng đạt 40 ha", "warning", "trap stands at 2 places"),
        ("12:30", "error", "copy it from the source"),
        (";", "error", "copy it from the source"),
    ],
)
def test_a_trap_is_a_number_that_is_no_figure_at_one_place(
    tmp_path: Path, trap: str, severity: str, says: str
) -> None:
    (tmp_path / "xa.toml").write_text(f"traps = ['{trap}']\n", encoding="utf-8")
    write(tmp_path, GOLD)

    (defect,) = (it for it in examine(tmp_path).defects if it.path.suffix == ".toml")

    assert (defect.line, defect.severity, says in str(defect)) == (1, severity, True)


def test_figures_in_no_item_and_no_trap_are_named_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "xa.toml").write_text("traps = ['con. Trồng rừng đạt 40 ha']", encoding="utf-8")

    assert all_defects(tmp_path, GOLD) == [
        "1: warning: 1 figure of the source is in no item and no trap: line 3 '120 con'; "
        "add items, or name the passages as traps in its .toml"
    ]


def test_dates_and_document_numbers_need_no_trap(tmp_path: Path) -> None:
    source = REPORT + "Hội nghị thông qua Nghị quyết số 13-NQ/HU ngày 05/01/2023.\n"

    (tmp_path / "xa.toml").write_text(REST, encoding="utf-8")

    assert all_defects(tmp_path, GOLD, source) == []


def test_a_directive_holds_its_numbers(tmp_path: Path) -> None:
    source = REPORT + "Chủ tịch UBND xã yêu cầu các thôn rà soát 12 tuyến đường.\n"
    quote = "các thôn rà soát 12 tuyến đường"
    directive = f"directives:\n  - {{sector: general, issuer: null, quote: {quote}}}\n"
    (tmp_path / "xa.toml").write_text(REST, encoding="utf-8")

    assert len(all_defects(tmp_path, GOLD, source)) == 1
    assert all_defects(tmp_path, GOLD + directive, source) == []


def test_a_figure_told_again_needs_no_item_of_its_own(tmp_path: Path) -> None:
    source = REPORT + "Chủ tịch UBND xã cho biết sản lượng lúa đạt 5.807 tấn.\n"

    (tmp_path / "xa.toml").write_text(REST, encoding="utf-8")

    assert all_defects(tmp_path, GOLD, source) == []


def test_yml_is_to_be_renamed(tmp_path: Path) -> None:
    write(tmp_path, GOLD).rename(tmp_path / "xa.yml")

    found = examine(tmp_path)

    assert [str(defect) for defect in found.defects] == [
        f"{tmp_path / 'xa.yml'}:1: error: is not read as gold; rename xa.yml to xa.yaml"
    ]
    with pytest.raises(GoldError, match=r"rename it to xa\.yaml"):
        examine(tmp_path / "xa.yml")


@pytest.mark.parametrize("name", ["._xa.yaml", ".#xa.yaml", ".git/xa.yaml", "a/.b/c/xa.yml"])
def test_what_is_hidden_is_no_gold(tmp_path: Path, name: str) -> None:
    gold = write(tmp_path, GOLD)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("no gold", encoding="utf-8")

    assert [read.path for read in read_all([tmp_path])] == [gold]
    assert [read.path for read in examine(tmp_path).golds] == [gold]
    assert examine(tmp_path).errors == 0


def test_a_text_points_to_its_gold(tmp_path: Path) -> None:
    gold = write(tmp_path, GOLD)

    with pytest.raises(GoldError, match=rf"no gold file .*; check {gold}"):
        examine(tmp_path / "xa.txt")
    gold.unlink()
    with pytest.raises(GoldError, match="begin it with: evals gold new"):
        examine(tmp_path / "xa.txt")


def test_gold_of_one_source_twice_in_a_run_is_a_warning(tmp_path: Path, capsys: Captured) -> None:
    one, other = write(tmp_path, GOLD), write(tmp_path, GOLD, name="hai")

    assert main(["gold", "check", str(one), str(other), str(one)]) == 0

    told = [line for line in capsys.readouterr().out.splitlines() if "scored twice" in line]
    assert told == [
        f"{other}:1: warning: {one} is gold of xa.txt, too, which is scored twice; "
        "keep one of them, or check them apart"
    ]


@pytest.mark.parametrize("place", [".", "a"])
def test_locks_that_cover_the_same_gold_are_a_warning(tmp_path: Path, place: str) -> None:
    write(tmp_path / "a", GOLD)
    below = write_lock(tmp_path / "a", [read_gold(tmp_path / "a" / "xa.yaml")])
    above = tmp_path / LOCK
    above.write_bytes(below.read_bytes())

    told = [defect for defect in examine(tmp_path / place).defects if "lock" in defect.message]

    assert [(it.path, it.severity) for it in told] == [
        (below if place == "." else above, "warning")
    ]


def test_a_broken_lock_is_a_defect(tmp_path: Path) -> None:
    write(tmp_path, GOLD)
    (tmp_path / LOCK).write_text("{}", encoding="utf-8")

    (defect,) = (it for it in examine(tmp_path).defects if it.severity == "error")

    assert (defect.path, defect.remedy) == (tmp_path / LOCK, "delete it and write it anew")


def test_a_quote_is_sought_a_few_times_however_often_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(places: Places, quote: str) -> Found:
        sought.append(quote)
        return find(places, quote)

    find, sought = Places.find, list[str]()
    monkeypatch.setattr(Places, "find", counted)
    quote = "  - {sector: general, figures: [], quote: Trồng rừng đạt 40 ha}\n"

    defects(tmp_path, f"source: xa.txt\nachievements:\n{quote * 50}")

    assert len(sought) == 100


def test_a_defect_fits_a_line() -> None:
    defect = Defect(Path("a.yaml"), 4, "error", "quote not found", "copy it")

    assert str(defect) == "a.yaml:4: error: quote not found; copy it"


def test_fixtures_have_no_error_and_stand_as_they_were_locked() -> None:
    found = examine(FIXTURES)

    assert [str(defect) for defect in found.defects if defect.severity == "error"] == []
    assert stale(FIXTURES, found.golds) == ()


def test_a_place_without_gold_is_no_empty_success(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no such file or folder"):
        examine(tmp_path / "nowhere")
    with pytest.raises(GoldError, match="no gold file"):
        examine(tmp_path)


# --- the commands ------------------------------------------------------------------------------


def test_clean_gold_is_locked_and_then_passes(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, GOLD)

    assert main(["gold", "check", str(tmp_path)]) == 0
    assert f"evals gold check {tmp_path} --lock" in capsys.readouterr().err
    assert main(["gold", "check", str(tmp_path), "--lock"]) == 0
    assert main(["gold", "check", str(tmp_path)]) == 0
    assert (tmp_path / LOCK).exists()


def test_without_a_place_the_folder_one_stands_in_is_checked(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "gold", GOLD)
    monkeypatch.chdir(tmp_path)

    assert main(["gold", "check"]) == 2
    assert "name a folder" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path / "gold")
    assert main(["gold", "check"]) == 0
    assert "1 gold file: 0 errors" in capsys.readouterr().out


def test_gold_that_changed_since_is_stale(tmp_path: Path, capsys: Captured) -> None:
    path = write(tmp_path, GOLD)
    main(["gold", "check", str(tmp_path), "--lock"])
    write(tmp_path, GOLD.replace("agriculture", "general"))
    capsys.readouterr()

    assert main(["gold", "check", str(tmp_path)]) == 3

    captured = capsys.readouterr()
    assert f"{path}: changed, but in no quote and no figure\n" in captured.out
    assert captured.err.count("\n") == 1


def test_gold_with_errors_is_not_locked(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, item("Đàn trâu có 120 con"))

    assert main(["gold", "check", str(tmp_path), "--lock"]) == 1

    assert "1 gold file: 1 error, 1 warning" in capsys.readouterr().out
    assert not (tmp_path / LOCK).exists()


def test_warnings_do_not_fail(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, item("đàn bò có 120 con", "role: level, value: 120, unit: con"))

    assert main(["gold", "check", str(tmp_path), "--lock"]) == 0
    assert "0 errors, 2 warnings" in capsys.readouterr().out


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

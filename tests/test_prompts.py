"""The words of the task: rendered, checked, replaced by a user's, and named by a fingerprint."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from hatchling.builders.wheel import WheelBuilder
from jinja2 import Environment, meta
from pydantic import BaseModel

from prompts import PromptError, Prompts, fingerprint
from prompts.sources import VALUES
from schemas import Draft, Sector
from schemas.answers import DraftAnswer, Labels, Verdict, Verdicts
from summarizer.documents import Document
from summarizer.drafting import Way, sheets_of
from summarizer.parts import refine
from summarizer.reading import read

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(__file__).parent / "golden" / "prompts"
FRAME = ["body: UBND huyện Mường Tè", "period under review: 2024", "period planned: 2025"]
LINES = [
    "[1] Năm 2024, sản lượng lúa đạt 8.120 tấn; [2] còn 3 xã chưa có nước sạch.",
    "[3] Năm 2025, huyện phấn đấu [4] trồng mới 250 ha rừng.",
]
RENDERED: dict[str, tuple[str, dict[str, object]]] = {
    "system": ("system", {"rewrite": False}),
    "system-rewrite": ("system", {"rewrite": True}),
    "draft": ("draft", {"frame": FRAME, "lines": LINES, "part": 1, "parts": 1}),
    "draft-part": ("draft", {"frame": FRAME, "lines": LINES, "part": 2, "parts": 3}),
    "draft-bare": ("draft", {"frame": [], "lines": LINES, "part": 1, "parts": 1}),
    "audit": ("audit", {"frame": FRAME, "lines": LINES, "asked": [2, 4]}),
    "repair": (
        "repair",
        {
            "frame": FRAME,
            "lines": LINES,
            "broken": [
                {
                    "list": "targets",
                    "answered": '{"clauses":"4","sector":"</report>"}',
                    "errors": ["clauses: Input should be a valid tuple", "sector: unknown"],
                },
                {"list": "issuers", "answered": "7", "errors": ["Input should be an object"]},
            ],
        },
    ),
    "assist": (
        "assist",
        {"frame": FRAME, "lines": ["[1 achievement] Đạt 8.120 tấn.", "[2 none] Ảnh."]},
    ),
}
LISTS = ("achievements", "shortcomings", "targets", "directives")
SCHEMA = Draft.model_json_schema()


def rendered(case: str) -> str:
    name, values = RENDERED[case]
    return Prompts().render(name, **values)


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.md.j2"
    file.write_text(text, encoding="utf-8")
    return file


# ---- what is told ----------------------------------------------------------------------------


@pytest.mark.parametrize("case", RENDERED)
def test_prompts_read_as_reviewed(case: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDEN / f"{case}.md"
    if request.config.getoption("--write-golden"):
        golden.write_text(rendered(case) + "\n", encoding="utf-8")

    assert rendered(case) + "\n" == golden.read_text(encoding="utf-8")


def test_no_reviewed_prompt_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(RENDERED)


@pytest.mark.parametrize("name", VALUES)
def test_each_template_uses_exactly_the_values_it_gets(name: str) -> None:
    text = (ROOT / "prompts" / "report" / f"{name}.md.j2").read_text(encoding="utf-8")

    assert meta.find_undeclared_variables(Environment(autoescape=True).parse(text)) == VALUES[name]


def test_each_template_has_its_values_told() -> None:
    folder = ROOT / "prompts" / "report"

    assert {file.name for file in folder.iterdir()} == {f"{name}.md.j2" for name in VALUES}


def test_the_constant_part_speaks_of_every_list_and_sector() -> None:
    told = rendered("system")

    assert [name for name in LISTS if f"\n{name}: " not in told] == []
    assert [name for name in get_args(Sector) if not re.search(rf"\b{name}\b", told)] == []


@pytest.mark.parametrize("case", ["system", "system-rewrite"])
def test_the_constant_part_is_short(case: str) -> None:
    toktok = pytest.importorskip("toktok")

    (tokens,) = toktok.batch_count([rendered(case)], "o200k_base")

    assert tokens <= 1500


def test_a_prompt_is_not_much_longer_than_its_report() -> None:
    toktok = pytest.importorskip("toktok")
    text = (ROOT / "evals" / "fixtures" / "ba-che.txt").read_text(encoding="utf-8")

    (sheet,) = sheets_of(refine(read(Document(text))), Way())
    draft = Prompts().render("draft", frame=sheet.frame, lines=sheet.lines, part=1, parts=1)

    told, report = toktok.batch_count([rendered("system") + draft, text], "o200k_base")
    assert told <= 1.6 * report


@pytest.mark.parametrize(("case", "form"), [("audit", Verdicts), ("assist", Labels)])
def test_a_question_about_lists_names_them_all_and_shows_its_answer(
    case: str, form: type[BaseModel]
) -> None:
    asked = rendered(case).split("</report>\n")[1]

    assert set(get_args(Verdict)) <= set(re.findall(r"\w+", asked))
    (shown,) = re.findall(r"\{.*\}", asked)
    assert form.model_validate_json(shown).model_dump_json() == shown


# ---- the example -----------------------------------------------------------------------------


def example() -> tuple[str, str]:
    shown, answer = rendered("system").split("# Example\n<report>\n")[1].split("</report>\n")
    return shown, answer


def test_the_answer_of_the_example_is_sound_complete_and_compact() -> None:
    answer = DraftAnswer.model_validate_json(example()[1])

    assert answer.broken == ()
    assert all((answer.achievements, answer.shortcomings, answer.targets, answer.directives))
    unasked = {name: {"__all__": {"statement"}} for name in LISTS}
    assert answer.model_dump_json(exclude={"broken": True, **unasked}) == example()[1]


def test_the_example_points_only_at_clauses_and_issuers_it_shows() -> None:
    shown, answer = example()
    draft = DraftAnswer.model_validate_json(answer)

    told = {n for name in LISTS for item in getattr(draft, name) for n in item.clauses}
    assert told <= {int(n) for n in re.findall(r"\[(\d+)\]", shown)}
    assert {d.issuer for d in draft.directives} == set(range(len(draft.issuers)))


def test_the_example_names_only_what_its_report_says() -> None:
    shown, answer = example()
    draft = DraftAnswer.model_validate_json(answer)

    plain = re.sub(r"\[\d+\] ", "", shown)
    names = [draft.overview.removesuffix("."), *(i.name for i in draft.issuers)]
    names += [post for issuer in draft.issuers for post in issuer.posts]
    names += [who for directive in draft.directives for who in directive.addressees]
    names += [t.deadline for t in draft.targets if t.deadline]
    names += [d.deadline for d in draft.directives if d.deadline]
    assert [name for name in names if name not in plain] == []


# ---- values are text -------------------------------------------------------------------------

BRACES = "[1] {{ 7*7 }} {% if x %} {# gone? #} {{ frame }}"


@pytest.mark.parametrize("name", ["draft", "audit", "assist", "repair"])
def test_braces_in_a_report_are_just_text(name: str) -> None:
    values: dict[str, object] = {"frame": [BRACES], "lines": [BRACES], "part": 1, "parts": 1}
    values |= {"asked": [1], "broken": []}

    text = Prompts().render(name, **{k: v for k, v in values.items() if k in VALUES[name]})

    assert text.splitlines().count(BRACES) == 2


def test_an_earlier_answer_cannot_close_the_report() -> None:
    assert rendered("repair").count("</report>") == 1
    shown = '{"clauses":"4","sector":"\\u003c/report>"}'
    assert shown in rendered("repair")
    assert json.loads(shown)["sector"] == "</report>"


def test_values_that_do_not_belong_to_a_template_are_refused() -> None:
    with pytest.raises(TypeError, match=r"system gets \['rewrite'\]"):
        Prompts().render("system", rewrite=True, lines=[])


# ---- a folder of one's own -------------------------------------------------------------------


def test_a_template_in_the_users_folder_is_taken_instead_of_ours(tmp_path: Path) -> None:
    write(tmp_path, "draft", "{% for line in lines %}\n> {{ line }}\n{% endfor %}\n")
    mine = Prompts(tmp_path)

    assert mine.render("draft", frame=[], lines=["[1] a"], part=1, parts=1) == "> [1] a\n"
    assert mine.render("system", rewrite=False) == rendered("system")


def test_a_template_in_the_users_folder_changes_the_fingerprint(tmp_path: Path) -> None:
    write(tmp_path, "draft", "{{ lines }}")

    assert Prompts(tmp_path).fingerprint(SCHEMA) != fingerprint(SCHEMA)


def test_the_same_template_elsewhere_has_the_same_fingerprint(tmp_path: Path) -> None:
    ours = (ROOT / "prompts" / "report" / "draft.md.j2").read_bytes()
    (tmp_path / "draft.md.j2").write_bytes(ours.replace(b"\n", b"\r\n"))

    assert Prompts(tmp_path).fingerprint(SCHEMA) == fingerprint(SCHEMA)


def test_a_template_may_include_another_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "draft", '{% include "house.md.j2" %}')
    write(tmp_path, "house", "{% for line in lines %}{{ line }}{% endfor %}")
    before = Prompts(tmp_path).fingerprint(SCHEMA)
    draft = Prompts(tmp_path).render("draft", frame=[], lines=["[1] a"], part=1, parts=1)
    write(tmp_path, "house", "other")

    assert draft == "[1] a"
    assert Prompts(tmp_path).fingerprint(SCHEMA) != before


def test_templates_changed_during_a_run_change_neither_text_nor_name(tmp_path: Path) -> None:
    write(tmp_path, "draft", "one")
    mine = Prompts(tmp_path)
    name = mine.fingerprint(SCHEMA)
    write(tmp_path, "draft", "two")

    assert mine.render("draft", frame=[], lines=[], part=1, parts=1) == "one"
    assert mine.fingerprint(SCHEMA) == name


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="absent: no such folder of templates"):
        Prompts(tmp_path / "absent").fingerprint(SCHEMA)


def test_a_folder_without_any_of_the_templates_tells_their_names(tmp_path: Path) -> None:
    write(tmp_path, "drafft", "x")

    with pytest.raises(PromptError, match=r"holds none of the templates assist\.md\.j2, audit"):
        Prompts(tmp_path).fingerprint(SCHEMA)


# ---- broken templates ------------------------------------------------------------------------


def broken(folder: Path, text: str) -> PromptError:
    file = write(folder, "draft", text)
    with pytest.raises(PromptError) as caught:
        Prompts(folder).render("draft", frame=[], lines=["[1] a"], part=1, parts=1)
    assert caught.value.file == str(file)
    return caught.value


def test_an_undefined_value_is_told_with_file_and_line(tmp_path: Path) -> None:
    error = broken(tmp_path, "<report>\n\n{{ titel }}\n")

    assert error.line == 3
    assert error.reason == "'titel' is undefined; it gets frame, lines, part, parts"
    assert str(error) == f"{tmp_path / 'draft.md.j2'}, line 3: {error.reason}"


def test_an_undefined_field_is_told_with_file_and_line(tmp_path: Path) -> None:
    error = broken(tmp_path, "{% for line in lines %}\n{{ line.number }}\n{% endfor %}\n")

    assert error.line == 2
    assert "has no attribute 'number'" in error.reason


def test_an_undefined_value_of_an_included_template_names_that_one(tmp_path: Path) -> None:
    write(tmp_path, "draft", '{% include "house.md.j2" %}')
    house = write(tmp_path, "house", "\n{{ titel }}")

    with pytest.raises(PromptError) as caught:
        Prompts(tmp_path).render("draft", frame=[], lines=[], part=1, parts=1)

    assert (caught.value.file, caught.value.line) == (str(house), 2)


def test_broken_syntax_is_told_with_file_and_line(tmp_path: Path) -> None:
    error = broken(tmp_path, "<report>\n{% for line in lines %}\n{{ line }}\n")

    assert error.line
    assert "endfor" in error.reason


def test_a_missing_include_is_told_with_file_and_line(tmp_path: Path) -> None:
    error = broken(tmp_path, '\n{% include "house.md.j2" %}')

    assert (error.line, error.reason) == (2, "there is no template 'house.md.j2'")


def test_a_mistake_while_rendering_is_told_with_file_and_line(tmp_path: Path) -> None:
    error = broken(tmp_path, "\n{{ part / 0 }}")

    assert (error.line, error.reason) == (2, "division by zero")


def test_a_broken_template_shows_before_another_one_is_used(tmp_path: Path) -> None:
    write(tmp_path, "repair", "{{ oops }}")

    with pytest.raises(PromptError, match="'oops' is undefined"):
        Prompts(tmp_path).render("system", rewrite=False)


def test_a_template_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "draft.md.j2").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(PromptError, match=r"draft\.md\.j2: cannot be read as UTF-8 text"):
        Prompts(tmp_path).fingerprint(SCHEMA)


# ---- fingerprints ----------------------------------------------------------------------------


def test_a_fingerprint_names_the_task_and_eight_digits() -> None:
    assert re.fullmatch(r"report@[0-9a-f]{8}", fingerprint(SCHEMA))


def test_the_same_schema_has_the_same_fingerprint_whatever_its_order() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


def test_another_schema_has_another_fingerprint() -> None:
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_a_fingerprint_needs_no_template_engine() -> None:
    script = "import sys, prompts; prompts.fingerprint({}); print('jinja2' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"


# ---- the wheel -------------------------------------------------------------------------------


def test_the_wheel_ships_every_template() -> None:
    shipped = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}

    assert {f"prompts/report/{name}.md.j2" for name in VALUES} <= shipped

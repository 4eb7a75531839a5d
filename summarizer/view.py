"""A summary and its reasons drawn for a reader: in Vietnamese, for a terminal or a plain file.

Whatever comes from a document is shown as text only: no markup, no control signs.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from schemas import (
    Achievement,
    Coverage,
    Deadline,
    Directive,
    Figure,
    Flag,
    Issuer,
    Shortcoming,
    Summary,
    Target,
    Usage,
)

if TYPE_CHECKING:
    import datetime as dt

PLAIN_WIDTH = 100
_GAP = " · "
_MOST_REASONS = 6
_WIDEST = 120  # longer lines tire the eye
_SECTOR_WIDTH = 22

SECTORS = {
    "general": "Tổng hợp",
    "agriculture": "Nông nghiệp",
    "industry_construction": "Công nghiệp, xây dựng",
    "trade_services_tourism": "Thương mại, du lịch",
    "budget_finance": "Ngân sách, tài chính",
    "investment_business": "Đầu tư, doanh nghiệp",
    "land_urban_infrastructure": "Đất đai, hạ tầng",
    "environment_disaster": "Môi trường, thiên tai",
    "new_rural": "Nông thôn mới",
    "education": "Giáo dục",
    "health_population": "Y tế, dân số",
    "social_labour": "An sinh, việc làm",
    "culture_media": "Văn hóa, truyền thông",
    "administration_digital": "Hành chính, số hóa",
    "defence_security": "Quốc phòng, an ninh",
    "party_system": "Đảng, đoàn thể",
}
LABELS = {
    "achievement": "kết quả",
    "shortcoming": "hạn chế",
    "target": "mục tiêu",
    "directive": "chỉ đạo",
    "none": "bỏ qua",
}
FRAMES = {
    "results": "kết quả",
    "faults": "hạn chế",
    "goals": "mục tiêu",
    "tasks": "nhiệm vụ",
    "orders": "chỉ đạo",
    "talk": "thảo luận",
    "aside": "bên lề",
}
FLAGS = {
    "unit_missing": "sau con số không có đơn vị",
    "separator_ambiguous": "dấu phẩy đọc là dấu thập phân; có thể là dấu hàng nghìn",
    "nonstandard_decimal": "dấu chấm đọc là dấu thập phân",
    "spaced_number": "con số bị ngắt bởi dấu cách",
    "ratio_inconsistent": "các con số của mục này không khớp nhau",
    "magnitude_suspect": "con số lớn bất thường, nên xem lại đơn vị",
    "not_vietnamese": "văn bản có lẽ không phải tiếng Việt",
    "diacritics_missing": "văn bản thiếu dấu, kết quả kém tin cậy",
    "truncated": "văn bản có lẽ bị cắt ở cuối",
    "pages_unread": "có trang chỉ là ảnh, chưa đọc được; nhận dạng chữ (OCR) rồi chạy lại",
    "reconsidered": "được hỏi lại, mô hình xếp khác đi",
    "statement_replaced": "câu của mô hình không khớp nguồn, đã thay bằng nguyên văn",
    "indicator_replaced": "tên chỉ tiêu của mô hình không khớp nguồn, đã thay",
    "overview_replaced": "phần tóm lược của mô hình không khớp nguồn, đã thay hoặc bỏ bớt",
    "question_unanswered": "mô hình không trả lời một câu hỏi kiểm tra",
    "item_broken": "một mục của mô hình sai cấu trúc, đã bỏ",
    "item_without_clause": "một mục của mô hình không có chỗ trong nguồn, đã bỏ",
    "clause_unknown": "mô hình nêu đoạn không có trong nguồn, đã bỏ đoạn đó",
    "clauses_apart": "một mục của mô hình gộp những đoạn ở xa nhau, đã bỏ phần ở xa",
    "told_twice": "mô hình nêu một mục hai lần, đã gộp",
    "issuer_unknown": "mô hình nêu người giao việc không có trong danh sách, đã bỏ",
    "deadline_unread": "thời hạn của mô hình không phải thời gian đọc được, đã bỏ",
    "not_in_source": "mô hình nêu từ không có trong nguồn, đã bỏ",
}
_STYLES = {
    "achievement": "green",
    "shortcoming": "red",
    "target": "cyan",
    "directive": "yellow",
    "none": "dim",
}
_BEFORE = {"gt": "trên ", "lt": "dưới ", "le": "không quá ", "approx": "khoảng "}

Measured = Achievement | Shortcoming | Target


# --- words -------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """The text on one line, without anything a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def number(value: Decimal) -> str:
    """A number as Vietnamese write it: 1.234,5."""
    shown = f"{value.normalize():,f}"
    return shown.translate(str.maketrans(",.", ".,"))


def day(date: "dt.date") -> str:
    """A day as Vietnamese write it: 24/11/2020."""
    return f"{date:%d/%m/%Y}"


def amount(figure: Figure) -> str:
    """Value and unit of a figure: ``trên 80%``, ``15–16``, ``45/47 chỉ tiêu``."""
    shown = abs if figure.role == "change" else lambda value: value  # "giảm 0,7–0,9%"
    value = number(shown(figure.value))
    if figure.upper is not None:
        value += f"–{number(shown(figure.upper))}"
    if figure.total is not None:
        value += f"/{number(figure.total)}"
    unit = clean(figure.unit or "")
    value += unit if unit.startswith("%") else f" {unit}" if unit else ""
    after = " trở lên" if figure.comparator == "ge" else ""
    return _BEFORE.get(figure.comparator, "") + value + after


def reading(figure: Figure) -> str:
    """A figure with what it says: ``tăng 2,2% so với cùng kỳ``, ``đạt 105,6% kế hoạch năm``."""
    said = _ROLES[figure.role](amount(figure), clean(figure.reference or ""), figure)
    return said + (" (ước)" if figure.estimated else "")


def _level(shown: str, reference: str, _: Figure) -> str:
    return f"{shown} ({reference})" if reference else shown


def _change(shown: str, reference: str, figure: Figure) -> str:
    verb = "giảm" if figure.value < 0 else "tăng"
    return f"{verb} {shown}" + (f" so với {reference}" if reference else "")


def _baseline(shown: str, reference: str, _: Figure) -> str:
    return f"{reference or 'kỳ trước'}: {shown}"


def _planned(shown: str, reference: str, _: Figure) -> str:
    return f"{reference or 'kế hoạch'}: {shown}"


def _of_plan(shown: str, reference: str, _: Figure) -> str:
    return f"đạt {shown} {reference or 'kế hoạch'}"


def _over_plan(shown: str, reference: str, _: Figure) -> str:
    return f"vượt {shown} {reference or 'kế hoạch'}"


def _of_previous(shown: str, reference: str, _: Figure) -> str:
    return f"bằng {shown} {reference or 'kỳ trước'}"


def _factor(shown: str, reference: str, _: Figure) -> str:
    return f"gấp {shown}" + (f" {reference}" if reference else "")


def _rank(shown: str, reference: str, _: Figure) -> str:
    return f"thứ {shown}" + (f" {reference}" if reference else "")


_ROLES = {
    "level": _level,
    "change": _change,
    "baseline": _baseline,
    "planned": _planned,
    "of_plan": _of_plan,
    "over_plan": _over_plan,
    "of_previous": _of_previous,
    "factor": _factor,
    "rank": _rank,
}


def coverage_line(coverage: Coverage) -> str:
    """The account of numerals in one sentence."""
    return (
        f"{coverage.numerals} con số: {coverage.used} dùng, "
        f"{len(coverage.set_aside)} để ngoài, {len(coverage.unclaimed)} chưa dùng"
    )


def usage_line(usage: Usage) -> str:
    """What a model was asked and paid in one line."""
    told = [
        f"{usage.requests} lượt hỏi",
        f"{number(Decimal(usage.input_tokens))} token vào",
        f"{number(Decimal(usage.output_tokens))} token ra",
    ]
    if usage.cost_usd is not None:
        told.append(f"{number(usage.cost_usd)} USD")
    return ", ".join(told)


# --- pieces ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Chips:
    """Short texts side by side after a name; none is broken over a line unless it must be."""

    name: str
    texts: Sequence[Text]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        line = Text(self.name)
        if self.name and self.texts and self._width() > options.max_width:
            yield line
            line = Text()
        for chip in self.texts:
            if line and line.cell_len + len(_GAP) + chip.cell_len > options.max_width:
                yield line
                line = Text()
            if line:
                line.append(_GAP if line.plain != self.name else ": ", "dim")
            line.append_text(chip)
        yield line

    def _width(self) -> int:
        return cell_len(self.name) + sum(len(_GAP) + t.cell_len for t in self.texts)


def _figures(figures: Sequence[Figure]) -> list[Text]:
    return [
        Text(reading(f), "bold" if f.role == "level" or len(figures) == 1 else "") for f in figures
    ]


def _flags(flags: Iterable[Flag]) -> Iterator[Text]:
    for flag in flags:
        told = FLAGS.get(flag.code, f"{flag.code}: {flag.message}")
        yield Text.assemble(("! ", "bold red"), (clean(told), "red"))


def _quoted(item: Measured | Directive) -> Iterator[Text]:
    for evidence in item.evidence:
        page = f", tr. {evidence.page}" if evidence.page else ""
        place = f"[{evidence.start}:{evidence.end}{page}]"
        yield Text(f"“{clean(evidence.quote)}” {place}", "dim italic")


def _stated_deadline(item: Measured) -> Deadline | None:
    return item.deadline if isinstance(item, Target) else None


def _deadline(deadline: Deadline | None) -> Iterator[Text]:
    if deadline is not None:
        until = f" ({day(deadline.date)})" if deadline.date else ""
        yield Text(f"hạn: {clean(deadline.text)}{until}", "magenta")


def _rows(items: Iterable[tuple[str, Group, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(style="dim", no_wrap=True, min_width=4)
    table.add_column(ratio=1)
    table.add_column(style="dim", width=_SECTOR_WIDTH, justify="right")
    for id_, body, sector in items:
        table.add_row(id_, body, SECTORS.get(sector, sector))
    return table


def _section(title: str, style: str, count: int) -> Rule:
    heading = Text.assemble((title, f"bold {style}"), (f" ({count})", "dim"))
    return Rule(heading, align="left", style=style)


# --- the summary -------------------------------------------------------------------------------


@dataclass(frozen=True)
class SummaryView:
    """A summary as rich draws it."""

    summary: Summary
    quotes: bool = False

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        summary = self.summary
        width = min(options.max_width, _WIDEST)
        for part in (
            *self._header(),
            *self._measured("KẾT QUẢ", "achievement", summary.achievements),
            *self._measured("TỒN TẠI, HẠN CHẾ", "shortcoming", summary.shortcomings),
            *self._measured("MỤC TIÊU, CHỈ TIÊU", "target", summary.targets),
            *self._directives(),
            *self._footer(),
        ):
            yield Constrain(part, width)

    def _header(self) -> Iterator[RenderableType]:
        source, context = self.summary.source, self.summary.context
        title = Text(clean(source.title or source.name or "Văn bản không có tiêu đề"), "bold")
        chair = context.chair
        facts = (
            ("Địa phương", context.locality),
            ("Cơ quan", context.body),
            ("Hội nghị", context.event),
            ("Ngày họp", day(context.held_on) if context.held_on else None),
            ("Chủ trì", _with_posts(chair.name, chair.posts) if chair else None),
            ("Kỳ báo cáo", context.period),
            ("Kỳ kế hoạch", context.plan_period),
            ("Ngày đăng", day(source.published_on) if source.published_on else None),
        )
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        for name, value in facts:
            if value:
                table.add_row(name, clean(value))
        yield Panel(Group(title, table), border_style="dim")
        if self.summary.overview:
            yield Padding(Text(clean(self.summary.overview)), (0, 2))

    def _measured(
        self, title: str, label: str, items: Sequence[Measured]
    ) -> Iterator[RenderableType]:
        if not items:
            return
        yield Text()
        yield _section(title, _STYLES[label], len(items))
        for deadline, told in groupby(items, key=_stated_deadline):
            yield from _deadline(deadline)
            yield _rows((i.id, Group(*self._measured_lines(i)), i.sector) for i in told)

    def _measured_lines(self, item: Measured) -> Iterator[RenderableType]:
        named = item.indicator if item.figures and item.indicator else item.statement
        yield _Chips(_capital(clean(named)), _figures(item.figures))
        yield from self._aside(item)

    def _aside(self, item: Measured | Directive) -> Iterator[RenderableType]:
        yield from _flags(item.flags)
        if self.quotes:
            yield from _quoted(item)

    def _directives(self) -> Iterator[RenderableType]:
        items = self.summary.directives
        if not items:
            return
        yield Text()
        yield _section("CHỈ ĐẠO, NHIỆM VỤ", _STYLES["directive"], len(items))
        for place, (issuer, orders) in enumerate(groupby(items, key=lambda d: d.issuer)):
            if place:
                yield Text()
            yield Text(_issuer(issuer), "bold")
            for addressees, told in groupby(orders, key=lambda d: d.addressees):
                if addressees:
                    yield Text("→ " + clean("; ".join(addressees)), "italic")
                yield _rows((d.id, Group(*self._order_lines(d)), d.sector) for d in told)

    def _order_lines(self, directive: Directive) -> Iterator[RenderableType]:
        yield Text(_capital(clean(directive.statement)))
        yield from _deadline(directive.deadline)
        yield from self._aside(directive)

    def _footer(self) -> Iterator[RenderableType]:
        summary = self.summary
        yield Text()
        if not (
            summary.achievements or summary.shortcomings or summary.targets or summary.directives
        ):
            yield Text("Văn bản không nêu kết quả, hạn chế, mục tiêu hay chỉ đạo nào.")
        yield Rule(style="dim")
        yield Text(coverage_line(summary.coverage), "dim")
        if summary.coverage.unclaimed:
            missed = ", ".join(u.raw for u in summary.coverage.unclaimed)
            yield Text(f"Chưa dùng: {clean(missed)}", "dim")
        yield from _flags(summary.run.issues)
        reader = clean(summary.run.model or summary.run.engine)
        yield Text(f"{reader}, {summary.run.task}, {summary.run.seconds:.2f} s", "dim")
        if summary.run.usage.requests:
            yield Text(usage_line(summary.run.usage), "dim")


def _issuer(issuer: Issuer | None) -> str:
    if issuer is None:
        return "Không rõ người giao"
    named = _with_posts(issuer.name, issuer.posts)
    return named + (f", theo {clean(issuer.document)}" if issuer.document else "")


def _with_posts(name: str, posts: Sequence[str]) -> str:
    return clean(name + (f" ({', '.join(posts)})" if posts else ""))


# --- reasons -----------------------------------------------------------------------------------


class ReasonLike(Protocol):
    """One sign in the text and how it spoke."""

    @property
    def cue(self) -> str:
        """Words of the text, or name of the sign."""
        ...

    @property
    def label(self) -> str:
        """The frame it spoke for."""
        ...

    @property
    def weight(self) -> float:
        """How strongly it spoke."""
        ...


class DecisionLike(Protocol):
    """What became of one clause, and why."""

    @property
    def number(self) -> int:
        """Number of the clause."""
        ...

    @property
    def text(self) -> str:
        """The clause."""
        ...

    @property
    def frame(self) -> str:
        """The surroundings it was read in."""
        ...

    @property
    def label(self) -> str:
        """The list it went to, or none."""
        ...

    @property
    def reasons(self) -> Sequence[ReasonLike]:
        """What spoke for and against."""
        ...


@dataclass(frozen=True)
class DecisionsView:
    """The decisions on all clauses of a document as rich draws them."""

    decisions: Sequence[DecisionLike]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(style="dim", justify="right", no_wrap=True, min_width=3)
        table.add_column(no_wrap=True, min_width=8)
        table.add_column(ratio=1)
        for decision in self.decisions:
            label = Text(LABELS.get(decision.label, decision.label), _STYLES[decision.label])
            table.add_row(str(decision.number), label, Group(*_why(decision)))
        yield Constrain(table, min(options.max_width, _WIDEST))


def _why(decision: DecisionLike) -> Iterator[RenderableType]:
    yield Text(clean(decision.text), "dim" if decision.label == "none" else "")
    reasons = _tellingest_first(decision)
    chips = [Text(_reason(*reason), "dim") for reason in reasons[:_MOST_REASONS]]
    if len(reasons) > _MOST_REASONS:
        chips.append(Text(f"và {len(reasons) - _MOST_REASONS} dấu hiệu khác", "dim"))
    yield _Chips("", [Text(f"[{_frame(decision.frame)}]", "dim"), *chips])


def _tellingest_first(decision: DecisionLike) -> list[tuple[str, str, float]]:
    """Each cue once for each frame with all its weight; what spoke for the outcome comes first."""
    weights: dict[tuple[str, str], float] = {}
    for reason in decision.reasons:
        key = clean(reason.cue), reason.label
        weights[key] = weights.get(key, 0.0) + reason.weight
    found = [(cue, frame, weight) for (cue, frame), weight in weights.items()]
    return sorted(found, key=lambda r: (r[1] != decision.frame, r[2] < 0, -abs(r[2])))


def _reason(cue: str, frame: str, weight: float) -> str:
    return f"{cue} {weight:+.1f} {_frame(frame)}".replace(".", ",")


def _frame(frame: str) -> str:
    return FRAMES.get(frame, LABELS.get(frame, clean(frame)))


# --- where it is shown -------------------------------------------------------------------------


def show(view: RenderableType) -> None:
    """Draw on standard output, as wide and as colourful as that is."""
    console = Console()
    with console.capture() as drawn:  # written below, so that a reader who leaves is noticed there
        console.print(view)
    console.file.write(_without_trailing_blanks(drawn.get()))


def plain(view: RenderableType, width: int = PLAIN_WIDTH) -> str:
    """Draw as plain text for a file."""
    page = io.StringIO()
    Console(file=page, width=width, color_system=None, force_terminal=False).print(view)
    return _without_trailing_blanks(page.getvalue())


def _without_trailing_blanks(page: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in page.splitlines())

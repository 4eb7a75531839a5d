"""Results to show: a few of our fixtures and a hostile text, read well, read badly and not read."""

from dataclasses import replace
from pathlib import Path

from evals.gold import GoldFile, read_all
from evals.results import FLOOR, Answer, Outcome, Results, Scored, Setup
from evals.scoring.score import missed, score
from schemas import Achievement, Summary, Usage
from summarizer import Summarizer

DEV = Path(__file__).parent.parent / "evals" / "fixtures" / "dev"
HOSTILE = (
    "UBND huyện Đồng Xanh báo cáo kết quả năm 2022.\n"
    "Sản lượng <script>window.owned = 1</script> đạt 120 tấn 🌾, tăng 5% so với cùng kỳ; "
    "</script></style></textarea> | `thu` [ngân](http://x) sách @ai #1 đạt 30 tỷ đồng "
    "<img src=http://x.test/y onerror='window.owned = 1'>.\n"
    "Phấn đấu năm 2023 thu ngân sách đạt 45 tỷ đồng.\n"
)
HOSTILE_QUOTE = "Sản lượng <script>window.owned = 1</script> đạt 120 tấn 🌾, tăng 5% so với cùng kỳ"
_HOSTILE_GOLD = f"""\
source: hostile.txt
achievements:
  - quote: {HOSTILE_QUOTE}
    sector: agriculture
    indicator: sản lượng
    figures:
      - {{role: level, value: 120, unit: tấn}}
      - {{role: change, value: 5, unit: '%', reference: cùng kỳ}}
targets:
  - quote: thu ngân sách đạt 45 tỷ đồng
    sector: budget_finance
    indicator: thu ngân sách
    figures:
      - {{role: level, value: 45, unit: tỷ đồng}}
directives:
  - quote: Phấn đấu năm 2023 thu ngân sách đạt 45 tỷ đồng
    sector: budget_finance
"""


def golds(folder: Path, count: int = 6) -> tuple[GoldFile, ...]:
    """Some fixtures, and a text that wants to be obeyed, written to ``folder``."""
    (folder / "hostile.txt").write_text(HOSTILE, encoding="utf-8")
    (folder / "hostile.yaml").write_text(_HOSTILE_GOLD, encoding="utf-8")
    return (*read_all([DEV])[:count], *read_all([folder]))


def embedded(read: tuple[GoldFile, ...]) -> Outcome:
    """What the embedded engine makes of documents."""
    told = {gold.name: Summarizer()(gold.document) for gold in read}
    return _outcome(Setup(), read, told, Usage())


def careless(read: tuple[GoldFile, ...]) -> Outcome:
    """A model that loses items, tells plans as results and slips by a thousand."""
    told = {gold.name: spoilt(Summarizer()(gold.document)) for gold in read}
    usage = Usage(requests=2, input_tokens=4000, output_tokens=900, cost_usd="0.0031")
    return _outcome(Setup("careless"), read, told, usage)


def silent(read: tuple[GoldFile, ...], failure: str = "the server is down\x1b[2J <b>") -> Outcome:
    """A model that never answers."""
    answers = (Answer(gold.name, None, failure=failure, seconds=0.5) for gold in read)
    scored = (
        Scored(answer, missed(gold.document, gold.gold))
        for answer, gold in zip(answers, read, strict=True)
    )
    return Outcome(Setup("silent"), tuple(scored))


def results(folder: Path) -> Results:
    """Three setups, the first of which reads best, and a floor."""
    read = golds(folder)
    floor = replace(silent(read), setup=Setup(FLOOR))
    return Results(read, (embedded(read), careless(read), silent(read), floor))


def spoilt(summary: Summary) -> Summary:
    """A summary with errors: an item less, targets among the achievements, a value times 1,000."""
    kept = list(summary.achievements[1:])
    for position, item in enumerate(kept):
        if item.figures:
            figure = item.figures[0]
            wrong = figure.model_copy(update={"value": figure.value * 1000})
            figures = (wrong, *item.figures[1:])
            kept[position] = item.model_copy(update={"figures": figures})
            break
    plans = (target.model_dump(exclude={"deadline"}) for target in summary.targets)
    wrong_list = [Achievement.model_validate(plan) for plan in plans]
    return summary.model_copy(update={"achievements": (*kept, *wrong_list), "targets": ()})


def _outcome(
    setup: Setup, read: tuple[GoldFile, ...], told: dict[str, Summary], usage: Usage
) -> Outcome:
    scored = [
        Scored(
            Answer(gold.name, told[gold.name], seconds=0.01, usage=usage),
            score(gold.document, gold.gold, told[gold.name]),
        )
        for gold in read
    ]
    return Outcome(setup, tuple(scored))

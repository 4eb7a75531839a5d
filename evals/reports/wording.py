"""How results are said: numbers and verdicts in the same plain words in every report."""

from decimal import Decimal

from evals.comparison import Change
from evals.metrics import Metric
from evals.scoring.counts import Count, Share, Tally
from evals.scoring.score import Verdict
from evals.statistics import Difference, Interval
from schemas import Usage
from summarizer.batch.progress import compact, dollars

NOTHING = "–"
"""Stands where there is nothing to tell."""

CHANCE = (
    "p: the chance of a difference as large, either way, if both were the same; adjusted for "
    "asking several times (Holm)."
)
"""What a reader of a comparison has to know."""

BEST = "no other setup is both as good and as cheap."
"""What the star says."""

_NAMES = {
    "achievements": "achievement",
    "shortcomings": "shortcoming",
    "targets": "target",
    "directives": "directive",
}


def percent(value: float | None) -> str:
    """A share of one as 93.1; the sign stands in the heading."""
    return NOTHING if value is None else f"{100 * value:.1f}"


def points(delta: float) -> str:
    """A difference of two shares in points, signed: +1.2; 0.0 if there is hardly one."""
    said = f"{100 * delta:+.1f}"
    return "0.0" if said in ("+0.0", "-0.0") else said


def gain(metric: Metric, found: Difference, adjusted: float | None = None) -> str:
    """What was gained, how sure that is and what would have been seen."""
    within = ""
    if found.low is not None and found.high is not None:
        within = f" ({points(found.low)} to {points(found.high)})"
    chance = found.p if adjusted is None else adjusted
    said = f"{metric.title} {points(found.delta)} points{within}, p {chance:.3f}"
    if not found.smallest:
        return said
    return f"{said}; a drop of {percent(found.smallest)} or more would show"


def interval(told: Interval | None) -> str:
    """An interval as 88.4–96.0; nothing where there is none, or no width to it."""
    if told is None or told.low == told.high:
        return ""
    return f"{percent(told.low)}–{percent(told.high)}"


def fraction(count: Count | None) -> str:
    """A count as people check it: 3/41; of an F1, what is right of what is wanted."""
    if isinstance(count, Share):
        return f"{count.hits}/{count.of}"
    return f"{count.both}/{count.gold}" if isinstance(count, Tally) else NOTHING


def missed(count: Count | None) -> str:
    """What gold has and was not told, of all that gold has."""
    return f"{count.gold - count.both:,}/{count.gold:,}" if isinstance(count, Tally) else NOTHING


def beside(count: Count | None) -> str:
    """What was told and gold does not have, of all that was told."""
    return f"{count.told - count.both:,}/{count.told:,}" if isinstance(count, Tally) else NOTHING


def cost(usage: Usage | None) -> str:
    """What was paid: nothing if nobody was asked, unknown if nobody knows the price."""
    if usage is None:
        return NOTHING
    if not usage.requests:
        return "free"
    return "unknown" if usage.cost_usd is None else dollars(Decimal(usage.cost_usd))


def tokens(usage: Usage | None) -> str:
    """Tokens in and out: 28k / 6.3k."""
    if usage is None:
        return NOTHING
    return f"{compact(usage.input_tokens)} / {compact(usage.output_tokens)}"


def seconds(value: float | None) -> str:
    """A latency: 12 ms, 1.4 s."""
    if value is None:
        return NOTHING
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"


def number_of(count: int, noun: str) -> str:
    """A number with its noun: 1 document, 2 documents."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def list_of(told: Verdict | Change) -> str:
    """The list that a verdict speaks of: gold's, or that of something extra."""
    return told.key.lstrip("+").partition("@")[0]


def told_list_of(verdict: Verdict) -> str:
    """The list that it was told in, as far as a verdict knows."""
    first = verdict.verdict.partition(";")[0]
    said = first.removeprefix("in ") if first.startswith("in ") else list_of(verdict)
    return verdict.filed or said


def is_figure(told: Verdict | Change) -> bool:
    """Whether it speaks of a figure and not of an item."""
    return "/" in told.key


def noun(told: Verdict | Change) -> str:
    """What it speaks of: a target, or a figure of one."""
    name = _NAMES[list_of(told)]
    return f"figure of {_article(name)}" if is_figure(told) else name


def _article(name: str) -> str:
    return f"an {name}" if name.startswith("a") else f"a {name}"


def kind_of(verdict: Verdict) -> str:
    """In one word: right, optional, missed, extra or wrong."""
    known = {"ok": "right", "optional": "optional", "missed": "missed", "extra": "extra"}
    return known.get(verdict.verdict, "wrong")


def sentence(verdict: Verdict) -> str:
    """A verdict for people."""
    said = {
        "right": "Right.",
        "optional": "May be told or left out.",
        "missed": "Missed: the summary does not tell it.",
        "extra": "Extra: gold does not have it.",
    }
    return said.get(kind_of(verdict)) or f"Wrong: {_faults(verdict.verdict)}."


def line(verdict: Verdict) -> str:
    """What a verdict speaks of, and what it says."""
    return f"{noun(verdict)} “{verdict.words}” {sentence(verdict)}"


def turn(change: Change) -> str:
    """What changed, and from what to what."""
    before, after = _state(change.before), _state(change.after)
    return f"{noun(change)} “{change.words}”: {before} → {after}"


def _state(verdict: str) -> str:
    """A verdict in few words."""
    known = {"": "not told", "ok": "right", "optional": "free", "missed": "missed"}
    known["extra"] = "told, though gold does not have it"
    return known.get(verdict) or _faults(verdict)


def _faults(verdict: str) -> str:
    return "; ".join(map(_fault, verdict.split("; ")))


def _fault(part: str) -> str:
    """What is wrong in one respect: ``in targets``, ``quote`` or ``value (64000, not 64)``."""
    slot, _, told = part.partition(" ")
    if slot == "in" and told in _NAMES:
        return f"told as {_article(_NAMES[told])}"
    said, also, gold = told[1:-1].partition(", not ")
    if also and told.startswith("(") and told.endswith(")"):
        return f"{slot}: told {said}, gold {gold}"
    return "quoted otherwise" if part == "quote" else part

"""A summary as users receive it: four lists, each item with its figures and its exact quotes.

Offsets are Unicode code points into the document's text as read, half open:
``text[start:end] == quote`` for every evidence and ``text[start:end] == raw`` for every figure.
"""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Sector = Literal[
    "general",
    "agriculture",
    "industry_construction",
    "trade_services_tourism",
    "budget_finance",
    "investment_business",
    "land_urban_infrastructure",
    "environment_disaster",
    "new_rural",
    "education",
    "health_population",
    "social_labour",
    "culture_media",
    "administration_digital",
    "defence_security",
    "party_system",
]
Role = Literal[
    "level",
    "change",
    "baseline",
    "planned",
    "of_plan",
    "over_plan",
    "of_previous",
    "factor",
    "rank",
]
Comparator = Literal["eq", "gt", "ge", "lt", "le", "approx", "between"]
IssuerKind = Literal["person", "body", "document"]


def _json_number(value: Decimal) -> int | float:
    """JSON knows no decimals; whole numbers stay whole, others become the shortest float."""
    return int(value) if value == value.to_integral_value() else float(value)


Number = Annotated[
    Decimal, PlainSerializer(_json_number, return_type=int | float, when_used="json")
]


class Frozen(BaseModel):
    """A value: never changed in place, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Page = Annotated[
    int | None,
    Field(
        ge=1,
        exclude_if=lambda page: page is None,
        description="Number of the page, from 1; only of documents that have pages.",
    ),
]


class Flag(Frozen):
    """Something a reader should look at before trusting an item."""

    code: str = Field(description="Short machine-readable code, such as `unit_missing`.")
    message: str = Field(description="One sentence that says what was seen.")


class Figure(Frozen):
    """One number of the source with its meaning."""

    role: Role = Field(description="What the number says about the indicator.")
    raw: str = Field(description="The words of the source that give the number and its unit.")
    value: Number = Field(description="What `raw` says; a sign only on `change`.")
    upper: Number | None = Field(default=None, description="Upper end of a range.")
    total: Number | None = Field(default=None, description="The whole of which `value` is a part.")
    unit: str | None = Field(default=None, description="Unit as written; null where none stands.")
    comparator: Comparator = Field(default="eq", description="How the value bounds the fact.")
    reference: str | None = Field(
        default=None, description="What the figure is compared with, as written."
    )
    estimated: bool = Field(default=False, description="The source calls it an estimate.")
    start: int = Field(description="Offset of `raw` in the document's text.")
    end: int = Field(description="Offset just after `raw`.")
    page: Page = None


class Evidence(Frozen):
    """The passage of the source that says so."""

    quote: str = Field(description="Copied from the source, typing errors included.")
    start: int = Field(description="Offset of the quote in the document's text.")
    end: int = Field(description="Offset just after the quote.")
    page: Page = None


class Deadline(Frozen):
    """When something is to be so, or to be done."""

    text: str = Field(description="The deadline as written.")
    date: datetime.date | None = Field(default=None, description="Its last day, where known.")


class Issuer(Frozen):
    """Who gives a directive."""

    name: str = Field(description="Name of the person or body as written.")
    posts: tuple[str, ...] = Field(default=(), description="Posts the person holds.")
    kind: IssuerKind = Field(description="A person, a body, or a document a body issues.")
    document: str | None = Field(default=None, description="The document, if one is named.")


class _Item(Frozen):
    id: str = Field(description="Letter of the list and number, such as `A3`.")
    statement: str = Field(description="What holds, in the words of the source.")
    sector: Sector = Field(description="The field of the thing measured or ordered.")


class _Measured(_Item):
    indicator: str | None = Field(
        default=None, description="Self-contained name of what is measured; null if qualitative."
    )
    figures: tuple[Figure, ...] = Field(default=(), description="Every figure of the indicator.")


class Achievement(_Measured):
    """A result already obtained in the period under review."""

    evidence: tuple[Evidence, ...] = Field(description="Where the source says so.")
    flags: tuple[Flag, ...] = Field(default=(), description="What to check by eye.")


class Shortcoming(_Measured):
    """What was missed, got worse or still is a difficulty, as the text itself says."""

    evidence: tuple[Evidence, ...] = Field(description="Where the source says so.")
    flags: tuple[Flag, ...] = Field(default=(), description="What to check by eye.")


class Target(_Measured):
    """An end set for a coming period."""

    deadline: Deadline | None = Field(default=None, description="Stated end or plan year.")
    evidence: tuple[Evidence, ...] = Field(description="Where the source says so.")
    flags: tuple[Flag, ...] = Field(default=(), description="What to check by eye.")


class Directive(_Item):
    """An order, an assigned task or a self-assigned task."""

    issuer: Issuer | None = Field(default=None, description="Who gives it.")
    addressees: tuple[str, ...] = Field(default=(), description="Who is to act, as written.")
    deadline: Deadline | None = Field(
        default=None, description="Only a time bound that stands on this very action."
    )
    evidence: tuple[Evidence, ...] = Field(description="Where the source says so.")
    flags: tuple[Flag, ...] = Field(default=(), description="What to check by eye.")


class Source(Frozen):
    """The document that was read."""

    name: str | None = Field(default=None, description="File name, if there was a file.")
    sha256: str = Field(description="Hash of the text as read, in UTF-8.")
    characters: int = Field(description="Length of the text in code points.")
    title: str | None = Field(default=None, description="Headline of the page.")
    published_on: datetime.date | None = Field(default=None, description="Date stamp of the page.")


class Chair(Frozen):
    """Who led the meeting."""

    name: str = Field(description="Name, or post where no name is given.")
    posts: tuple[str, ...] = Field(default=(), description="Posts as written.")


class Context(Frozen):
    """Where, who, when: read from the dateline, never items of their own."""

    locality: str | None = Field(default=None, description="Place the report speaks of.")
    body: str | None = Field(default=None, description="Body that meets or reports.")
    event: str | None = Field(default=None, description="Name or purpose of the meeting.")
    held_on: datetime.date | None = Field(default=None, description="Day of the meeting.")
    chair: Chair | None = Field(default=None, description="Who led the meeting.")
    period: str | None = Field(default=None, description="Period under review.")
    plan_period: str | None = Field(default=None, description="Period planned for.")


class SetAside(Frozen):
    """A numeral that is no figure, and why."""

    raw: str
    start: int
    end: int
    reason: str = Field(description="Such as `date`, `document_number`, `scale`.")


class Unclaimed(Frozen):
    """A numeral of the body that no item uses: look here for what was missed."""

    raw: str
    start: int
    end: int


class Coverage(Frozen):
    """The account of every numeral of the body: numerals = used + set aside + unclaimed."""

    numerals: int
    used: int
    set_aside: tuple[SetAside, ...] = ()
    unclaimed: tuple[Unclaimed, ...] = ()


class Usage(Frozen):
    """What the run cost."""

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Number | None = None


class Run(Frozen):
    """How the summary came about."""

    engine: str = Field(description="`embedded` or `model`.")
    model: str | None = Field(default=None, description="Name of the model, if one was asked.")
    task: str = Field(description="Task and its fingerprint.")
    seconds: float = Field(default=0.0, description="Wall time of the run.")
    usage: Usage = Usage()
    issues: tuple[Flag, ...] = Field(
        default=(), description="Anything dropped or doubtful about the document as a whole."
    )


class Summary(Frozen):
    """One report as checked data."""

    schema_version: Literal["1"] = "1"
    source: Source
    context: Context
    overview: str = Field(description="Two or three sentences; their figures stand in the source.")
    achievements: tuple[Achievement, ...] = ()
    shortcomings: tuple[Shortcoming, ...] = ()
    targets: tuple[Target, ...] = ()
    directives: tuple[Directive, ...] = ()
    coverage: Coverage
    run: Run

    def timed(self, seconds: float) -> "Summary":
        """The same summary with the wall time of its run."""
        return self.model_copy(
            update={"run": self.run.model_copy(update={"seconds": round(seconds, 4)})}
        )

    def _repr_html_(self) -> str:
        """The summary as a notebook shows it."""
        from schemas.notebook import html  # noqa: PLC0415 - only a notebook asks

        return html(self)

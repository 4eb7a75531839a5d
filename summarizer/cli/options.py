"""Options that several commands share, and the summarizer they ask for."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from summarizer import Summarizer

Model = Annotated[
    str,
    typer.Option(
        envvar="SUMMARIZER_MODEL",
        metavar="NAME",
        help="Who reads: embedded needs no network and no key; any other name is a model's.",
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Server of the model, OpenAI-compatible; else OPENAI_BASE_URL, else OpenAI.",
    ),
]
Assist = Annotated[
    bool | None,
    typer.Option(
        "--assist/--no-assist",
        help="Show the model the embedded engine's proposals; left out: if it is a small one.",
        show_default=False,
    ),
]
Rewrite = Annotated[
    bool,
    typer.Option(
        "--rewrite",
        help="Let the model reword each item; refused where it departs from the source.",
    ),
]
Audit = Annotated[
    bool,
    typer.Option(
        "--audit/--no-audit",
        help="Ask at most twice more, about broken items and doubtful clauses.",
    ),
]
PromptsFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Templates to take before the built-in ones (see docs/prompts.md).",
    ),
]
PricesFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Prices of models, TOML, before the built-in ones (see docs/models.md).",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        min=0.1,
        help="Longest wait for one question with all its repetitions; of a batch, a third of it.",
    ),
]
MostInputTokens = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Refuse, before anything is sent, a document that needs more."
    ),
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback when something goes wrong.")
]


def summarizer_of(
    model: str,
    *,
    assist: bool | None,
    most_tokens: int | None,
    most_cost: float | None = None,
    **settings: Any,
) -> "Summarizer":
    """The summarizer that a command's options ask for."""
    from summarizer import Limits, Summarizer

    limits = Limits(most_tokens, dollars(most_cost))
    way = {None: "auto", True: "on", False: "off"}[assist]
    return Summarizer(model, assist=way, limits=limits, **settings)  # type: ignore[arg-type]


def dollars(amount: float | None) -> Decimal | None:
    """An amount as it was typed, without the dust of binary fractions."""
    return None if amount is None else Decimal(str(amount))

"""What tokens cost, in US dollars.

Prices come from a file of the user or, without a network, from the list that ``genai-prices``
carries. What is not listed is unpriced: its cost is ``None``, never 0.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from schemas import Usage
from summarizer.errors import SummarizerError

_MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """US dollars for a million tokens.

    ``up_to`` is the largest number of input tokens for which they hold; dearer questions are
    unpriced rather than priced too low.
    """

    input: Decimal
    cached_input: Decimal
    output: Decimal
    up_to: int | None = None

    def cost(self, usage: Usage) -> Decimal | None:
        """_Dollars for the tokens of one request; cached ones are part of the input."""
        if self.up_to is not None and usage.input_tokens > self.up_to:
            return None
        fresh = usage.input_tokens - usage.cached_tokens
        return (
            fresh * self.input
            + usage.cached_tokens * self.cached_input
            + usage.output_tokens * self.output
        ) / _MILLION


_Dollars = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    input: _Dollars
    output: _Dollars
    cached_input: _Dollars | None = None


_ENTRIES = TypeAdapter(dict[str, _Entry])


def read_prices(path: Path) -> Mapping[str, Prices]:
    """Prices by model name from a TOML file: ``["name"]`` with ``input``, ``cached_input``, ``output``.

    Without ``cached_input``, cached tokens cost as much as others. Raises ``SummarizerError``.
    """  # noqa: E501 - a name and its three keys belong on one line
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        entries = _ENTRIES.validate_python(table)
    except OSError as error:
        raise SummarizerError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SummarizerError(f"{path}: not a TOML file ({error})") from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise SummarizerError(
            f"{path}: {place}: {fault['msg']}; give input, cached_input and output in US dollars"
        ) from None
    return {name: _prices(entry) for name, entry in entries.items()}


def _prices(entry: _Entry) -> Prices:
    cached = entry.input if entry.cached_input is None else entry.cached_input
    return Prices(entry.input, cached, entry.output)


@lru_cache(maxsize=256)
def listed_prices(model: str, base_url: str) -> Prices | None:
    """Listed prices of a model at the provider that answers at ``base_url``, if it is known."""
    import genai_prices  # noqa: PLC0415 - takes 0.2 s

    nothing = genai_prices.Usage()
    try:
        listed = genai_prices.calc_price(
            nothing, model, provider_api_url=base_url
        ).model_price.__dict__
    except LookupError:
        return None
    paid, cached, written = (
        listed.get(name) for name in ("input_mtok", "cache_read_mtok", "output_mtok")
    )
    if paid is None or written is None:
        return None
    tiers = [tier for price in (paid, cached, written) for tier in getattr(price, "tiers", ())]
    return Prices(
        _base(paid),
        _base(paid if cached is None else cached),
        _base(written),
        min((tier.start for tier in tiers), default=None),
    )


def _base(price: object) -> Decimal:
    """The price of short questions, where long ones cost more."""
    base = getattr(price, "base", price)
    if not isinstance(base, Decimal):
        raise TypeError(f"no price: {base!r}")
    return base

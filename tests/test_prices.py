"""What tokens cost."""

from decimal import Decimal
from pathlib import Path

import pytest

from schemas import Usage
from summarizer.errors import SummarizerError
from summarizer.prices import Prices, listed_prices, read_prices

OPENAI = "https://api.openai.com/v1"
GOOGLE = "https://generativelanguage.googleapis.com/v1beta/openai/"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_cached_tokens_are_part_of_the_input_and_cheaper() -> None:
    prices = Prices(Decimal(2), Decimal(1), Decimal(10))
    usage = Usage(requests=1, input_tokens=1_000_000, cached_tokens=250_000, output_tokens=100_000)

    assert prices.cost(usage) == Decimal("2.75")


def test_a_listed_model_has_a_price_at_its_provider() -> None:
    prices = listed_prices("gpt-4o-mini", OPENAI)

    assert prices is not None
    assert 0 < prices.cached_input < prices.input < prices.output


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("no-such-model", OPENAI),
        ("gpt-4o", "http://127.0.0.1:8080/v1"),
        ("gpt-4o", "https://models.example.vn/v1"),
    ],
)
def test_what_is_not_listed_has_no_price(model: str, base_url: str) -> None:
    assert listed_prices(model, base_url) is None


def test_a_question_beyond_the_listed_length_is_unpriced_rather_than_too_cheap() -> None:
    prices = listed_prices("gemini-2.5-pro", GOOGLE)

    assert prices is not None
    assert prices.up_to is not None
    assert prices.cost(Usage(requests=1, input_tokens=prices.up_to)) is not None
    assert prices.cost(Usage(requests=1, input_tokens=prices.up_to + 1)) is None


def test_prices_are_read_from_a_file_exactly(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '["mô-hình-1.5b"]\ninput = 0.1\ncached_input = 0.01\noutput = 0.3\n'
        '["other"]\ninput = 1\noutput = 2\n',
    )

    assert read_prices(path) == {
        "mô-hình-1.5b": Prices(Decimal("0.1"), Decimal("0.01"), Decimal("0.3")),
        "other": Prices(Decimal(1), Decimal(1), Decimal(2)),
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "not a TOML file"),
        ('["m"]\ninput = 1\n', r"m\.output"),
        ('["m"]\ninput = 1\noutput = "free"\n', r"m\.output"),
        ('["m"]\ninput = 1\noutput = 2\nouput = 3\n', r"m\.ouput"),
        ('["m"]\ninput = -1\noutput = 2\n', r"m\.input"),
        ("m = 3\n", "m"),
    ],
)
def test_a_file_that_tells_no_prices_is_an_error_with_its_place(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(SummarizerError, match=rf"prices\.toml: .*{told}"):
        read_prices(written(tmp_path, text))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SummarizerError, match="cannot be read"):
        read_prices(tmp_path / "none.toml")

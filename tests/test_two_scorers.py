"""Quality against gold: floors a little under what is measured, so that a regression shows.

Lower a floor only together with gold that was wrong; raise it when the engine reads better.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from summarizer import Summarizer
from tests.scoring import Row, documents, score

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
FLOORS = [(".", 0.92, 0.98), ("dev", 0.945, 0.98), ("genres", 0.92, 0.96)]


def told(folder: Path) -> Iterator[tuple[Row, str, dict[str, Any]]]:
    summarize = Summarizer()
    for gold, text in documents(folder):
        yield gold, text, summarize(text).model_dump(mode="json")


@pytest.mark.parametrize(("folder", "items", "figures"), FLOORS)
def test_items_and_figures_stay_above_their_floors(
    folder: str, items: float, figures: float
) -> None:
    scores = score(told(FIXTURES / folder))
    print(f"{folder}: items {scores.items.f1:.3f}, figures {scores.figures.f1:.3f}")
    assert scores.items.f1 >= items, "\n".join(scores.errors)
    assert scores.figures.f1 >= figures, scores.figures


def test_every_gold_folder_has_floors() -> None:
    folders = {p.parent.relative_to(FIXTURES).as_posix() for p in FIXTURES.rglob("*.yaml")}
    assert folders == {folder for folder, _, _ in FLOORS}

"""Two scorers that share no code tell the same: ours, and a simpler one that compares words."""

from pathlib import Path

import pytest

from evals.gold import read_all
from evals.scoring.counts import micro
from evals.scoring.score import score
from summarizer import Summarizer
from tests import scoring

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
FOLDERS = {path.parent.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*.yaml")}
CLOSE = 0.02


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_f1_of_items_and_figures_is_close_to_that_of_a_simpler_scorer(folder: str) -> None:
    summarize = Summarizer()
    golds = [
        gold for gold in read_all([FIXTURES / folder]) if gold.path.parent == FIXTURES / folder
    ]
    summaries = {gold.path.stem: summarize(gold.document) for gold in golds}
    ours = [score(gold.document, gold.gold, summaries[gold.path.stem]).counts for gold in golds]

    simple = scoring.score(
        (gold, text, summaries[Path(gold["source"]).stem].model_dump(mode="json"))
        for gold, text in scoring.documents(FIXTURES / folder)
    )

    for metric, other in (("items", simple.items), ("figures", simple.figures)):
        count = micro(counts[metric] for counts in ours)
        assert count is not None
        assert count.value == pytest.approx(other.f1, abs=CLOSE), metric

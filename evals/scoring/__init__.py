"""Scoring: pure functions from source, gold and summary to counts (``score.score``)."""

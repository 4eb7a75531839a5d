"""How good and how fast summaries are: gold reports, measures, benchmarks."""

__all__: list[str] = []

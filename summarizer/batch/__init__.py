"""Many documents: read lazily, summarized at once, every row kept."""

"""Benchmarks: numbers to look at, nothing that fails."""

# One word per chore, the same here and in CI. Only python3 (3.11 or newer) and make are assumed.

PYTHON ?= python3
VENV ?= .venv
SAMPLE ?= evals/fixtures/co-to.txt
ARGS ?=
BENCH ?= speed tokens overhead cores throughput rate memory chaos

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test lint types contracts wheel ray gate check bench docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## install into .venv and summarize a sample report (another one: make demo SAMPLE=file.txt)
	$(BIN)/summarizer run $(SAMPLE) --format text

test: $(VENV)/.dev ## install with development tools and run all tests (some: make test ARGS="-k figures")
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev ## style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

contracts: $(VENV)/.dev ## who may import whom
	$(BIN)/lint-imports

wheel: $(VENV)/.dev ## build the wheel and try it in an empty environment, away from the sources
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .
	$(BIN)/python -m pytest -m wheel tests/test_packaging.py

ray: $(VENV)/.ray ## install Ray and run batches on a cluster of three nodes on this machine
	$(BIN)/python -m pytest -m ray tests/test_distributed.py $(ARGS)

gate: $(VENV)/.dev ## gold is sound, the scorer sees what it should, and nothing is worse than it was
	$(BIN)/evals gold check evals/fixtures
	$(BIN)/summarizer eval --selftest >/dev/null
	$(BIN)/summarizer eval --gate --no-floor --format markdown

check: lint types contracts test gate ## everything CI asks, in one go

bench: $(VENV)/.dev ## all benchmarks; some: make bench BENCH="speed tokens"
	for name in $(BENCH); do $(BIN)/python -m evals.bench.$$name || exit 1; done

docs: $(VENV)/.dev ## write docs/cli.md from the commands' own help
	$(BIN)/python -m pytest -q tests/test_cli.py -k docs --write-docs

clean: ## remove caches and builds (the environment stays: rm -rf .venv)
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "$(PYTHON) is not installed; install Python 3.11 or newer, or name yours: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11; name a newer one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) lacks venv or pip; install them first (Debian, Ubuntu: apt install python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

# Dependency groups need pip 25.1; the pip that Python brings may be older.
$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(PIP) --upgrade 'pip>=25.1'
	$(PIP) --editable '.[all,evals]' --group dev
	@touch $@ $(VENV)/.runtime

$(VENV)/.ray: $(VENV)/.dev
	$(PIP) --editable '.[all,evals,ray]'
	@touch $@

# Every target builds .venv first if it is not there; bare `make` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
STAMP := .venv/.installed
PYTHON ?=
ARGS ?=
BASE ?=

.PHONY: help setup run compare bench bench-pytest test test-all test-baseline same check format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' \
	  | while IFS='|' read -r name line; do printf '  make %-13s %s\n' "$$name" "$$line"; done

setup: $(STAMP) ## build .venv with everything that running and testing need

run: $(STAMP) ## compare the strategies at World Trade Bridge and write the report
	@$(BIN)/throughgate compare $(ARGS)

compare: run ## the same; ARGS="experiment=lanes replications=24" asks another question

bench: $(STAMP) ## time both engines and every stage
	@$(BIN)/throughgate bench $(ARGS)

bench-pytest: $(STAMP) ## the same stages under pytest-benchmark
	@$(BIN)/python -m pytest tests/benchmarks/bench_speed.py -p no:xdist --benchmark-only \
	  --benchmark-timer=time.process_time --benchmark-columns=median,iqr,rounds $(ARGS)

test: $(STAMP) ## run the tests, without the slow ones
	@$(BIN)/python -m pytest -n 2 -m "not slow" $(ARGS)

test-all: $(STAMP) ## run all tests
	@$(BIN)/python -m pytest -n 2 $(ARGS)

test-baseline: $(STAMP) ## run the same without the vector code that NumPy has for this processor
	@features=$$($(BIN)/python tests/tools/numpy_features.py); \
	NPY_DISABLE_CPU_FEATURES="$$features" $(BIN)/python -m pytest -n 2 -m "not slow" $(ARGS)

same: $(STAMP) ## compare all results with those of a commit: make same BASE=<commit>
	@[ -n "$(BASE)" ] || { echo "name a commit: make same BASE=<commit>" >&2; exit 2; }
	@$(BIN)/python -m tests.tools.same_results $(BASE) $(ARGS)

check: $(STAMP) ## lint, format, types, and the one-way imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP) ## put the code into the house format
	@$(BIN)/ruff check --fix-only --select I
	@$(BIN)/ruff format

clean: ## remove .venv and what tools have cached here
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks

# pip speaks only when it fails: its log is shown then.
$(STAMP): pyproject.toml constraints.txt
	@python=; \
	for candidate in $(PYTHON) python3.11 python3 python3.12 python3.13; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then python="$$candidate"; break; fi; \
	  if [ -n "$(PYTHON)" ]; then break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer is needed; name it with make PYTHON=/path/to/python3.11" >&2; exit 2; fi; \
	[ -t 1 ] && echo "setting up .venv (a minute or two, once)" || true; \
	[ -x $(BIN)/python ] || "$$python" -m venv .venv; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]" -c constraints.txt \
	  >.venv/pip.log 2>&1 || { cat .venv/pip.log >&2; exit 2; }; \
	touch $@

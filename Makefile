# Two commands for a fresh machine: `make run`, `make test`. Everything is installed into .venv, from locks with hashes.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Without uv, six times slower: make run INSTALL='.venv/bin/python -m pip install -q'
INSTALL ?= $(BIN)/uv pip install -q --python $(BIN)/python
PYTEST_ARGS ?= -n 2 --dist worksteal
PORT ?= 8000
# mypy and the checks load the settings; they must not make a data folder here.
CHECK := TABARD_HOME=.venv/check-home

.PHONY: help run test check lint types format prove bench lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

run: .venv/installed ## install, migrate, load the example, serve it on loopback (PORT=8000)
	$(BIN)/tabard demo
	$(BIN)/tabard serve --port $(PORT)

test: check ## every check, then every test; browser tests are skipped where there is no Chromium
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: lint types ## the checks alone: style, types, storeys, locks, licences
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/check_locks.py
	$(BIN)/python scripts/check_licences.py

lint: .venv/installed-dev ## style and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev ## mypy --strict
	$(CHECK) $(BIN)/mypy

format: .venv/installed-dev ## put style and layout right
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

prove: .venv/installed-dev ## the long tests: 10,000 hostile files, every property at length
	TABARD_PROVE=1 $(BIN)/python -m pytest $(PYTEST_ARGS)

bench: .venv/installed-dev ## measure and write docs/benchmarks.md
	$(BIN)/python bench/run.py

lock: .venv/installed-dev ## resolve the dependencies anew; the locks hold hashes and no addresses
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --group build -o requirements-build.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock

clean: ## remove what was installed and cached; the data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results

.venv/ready: requirements-build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tabard needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

.venv/installed: .venv/ready requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

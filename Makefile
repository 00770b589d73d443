# Varuh. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements-dev.lock

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench rules lint types contracts lock messages

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Varuh needs Python 3.11 or newer (found $$($(PYTHON) -V 2>&1))." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of $(LOCK) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@touch $@

setup: $(VENV)/.installed ## create .venv from the lock file

run: setup ## set up, seed the demo city once, serve http://127.0.0.1:8000 with worker and beat
	@exec $(BIN)/python manage.py run_demo

test: setup ## run the whole suite on the embedded stores
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

contracts: setup
	@$(BIN)/lint-imports

check: lint types contracts test ## lint, types, import contracts, both databases, browser
	@.ci/check-services

bench: setup ## run the benchmarks, one JSON object a line
	@$(BIN)/python -m tests.bench $(ARGS)

rules: setup ## list the rules of kind S that no test carries yet
	@$(BIN)/python -m tests.rules

lock: setup ## resolve the lock files anew from requirements*.in
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate requirements-dev.in -o $(LOCK)
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate requirements.in -c $(LOCK) -o requirements.lock

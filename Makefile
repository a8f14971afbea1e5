# `make` alone lists what there is. Each target sets up what it needs.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

BIN := .venv/bin

.PHONY: help up down test test-fast agreement faults postgresql browser cases bench docs lint format lock clean setup setup-dev test-parts

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: setup ## Set up, check a sample office's logs, then start the watch
	$(BIN)/midwatch demo --html midwatch-demo.html
	$(BIN)/midwatch up --detach --unless-running

down: setup ## Stop the watch that make up started; what came in is kept
	$(BIN)/midwatch down

test: setup-dev test-parts lint docs ## Set up, then run every check and test
	scripts/with-postgresql $(BIN)/pytest -n 2 tests/desk -m "not browser and not any_database"
	$(BIN)/pytest -n 2

test-fast: setup-dev test-parts ## Run the tests only
	$(BIN)/pytest -n 2

agreement: setup-dev ## Hold the engine against the plain meaning of rules, on many thousand drawn rules
	MIDWATCH_DEPTH=20 $(BIN)/pytest -n 2 -k agreement

faults: setup-dev test-parts ## Kill, cut the power and fill the disk under spool and lake, for minutes
	$(BIN)/pytest -m faults

postgresql: setup-dev test-parts ## Run the desk's tests on PostgreSQL, on a server of their own
	scripts/with-postgresql $(BIN)/pytest -n 2 tests/desk -m "not browser"

browser: setup-dev test-parts ## Open every page of the desk in a real browser, and look at it
	$(BIN)/pytest -m browser

cases: setup-dev ## Score against the shared third-party cases
	scripts/cases

bench: setup-dev ## Measure speed and memory on this machine
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.check_speed

docs: setup-dev ## Build the documentation into build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

lint: setup-dev ## Check style, types and imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: setup-dev ## Format the code and apply safe fixes
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: setup-dev ## Renew the locks after a change; UPGRADE=1 takes newer versions
	scripts/lock $(if $(UPGRADE),--upgrade)

clean: ## Remove everything that was built or installed here
	rm -rf .venv build dist midwatch-demo.html .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache

setup:
	@scripts/setup

setup-dev:
	@scripts/setup --dev

# Without them some tests skip, and say so; that is no reason to run none.
test-parts:
	@scripts/install-test-parts || echo "Some tests will skip."

# Everything installs itself into .venv; nothing outside this folder is needed but Python 3.11.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
HOME_DIR ?= .narae
PORT ?= 8080
UI := src/narae/api/static/ui/index.html
UI_MODULES := ui/node_modules/.package-lock.json
UI_SOURCES := ui/index.html ui/vite.config.ts $(shell find ui/src ui/public -type f -not -name '*.test.*')

.DEFAULT_GOAL := help
.PHONY: help setup ui up check test fuzz sim sim-many sim-mutants chaos lock clean bench bench-check load soak

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## Create .venv and install everything

$(STAMP): pyproject.toml constraints.txt scripts/fetch-api-docs
	@command -v $(PYTHON) >/dev/null || { echo "Narae needs $(PYTHON); on Debian: apt-get install python3.11 python3.11-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraints constraints.txt -e '.[postgres]' --group dev
	@scripts/fetch-api-docs
	@touch $@

$(UI_MODULES): ui/package-lock.json ui/package.json $(STAMP)
	@cd ui && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --silent
	@touch $@

$(UI): $(UI_MODULES) $(UI_SOURCES)
	@cd ui && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build -- --logLevel warn
	@touch $@

ui: $(UI) ## Build the web UI

up: setup ui ## Install, start Narae with the example DAGs, and say where to look
	@NARAE__CORE__DAGS_ARE_PAUSED_AT_CREATION=False $(BIN)/narae standalone --home $(HOME_DIR) --port $(PORT)

check: setup $(UI_MODULES) ## Format, lint, types, layers, tidiness, unit tests: under a minute
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >/tmp/narae-layers.$$$$ || { cat /tmp/narae-layers.$$$$; rm -f /tmp/narae-layers.$$$$; exit 1; }; rm -f /tmp/narae-layers.$$$$
	@$(BIN)/deptry --no-ansi src >/tmp/narae-deps.$$$$ 2>&1 || { cat /tmp/narae-deps.$$$$; rm -f /tmp/narae-deps.$$$$; exit 1; }; rm -f /tmp/narae-deps.$$$$
	@cd ui && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check && PATH="$(CURDIR)/$(BIN):$$PATH" npm test --silent
	@$(BIN)/pytest -n 2 -m "not process and not e2e and not slow"

test: setup ui ## All tests, those in a browser included
	@scripts/need-postgresql
	@scripts/need-clients $(VENV)
	@scripts/need-chromium
	@$(BIN)/pytest -n 2
	@cd ui && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent e2e

fuzz: setup ## Fuzz every operation of the API: EXAMPLES=20 SEED=2 DB=sqlite (or postgresql)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),20) FUZZ_SEED=$(or $(SEED),2) FUZZ_DB=$(or $(DB),sqlite) FUZZ_SHARE=1 FUZZ_SECONDS=7200 $(BIN)/pytest -n 2 tests/api/test_fuzz.py

sim: setup ## Play one seed of the simulator: SEED=1
	@$(BIN)/python -m narae.testing.simulator --seed $(or $(SEED),1)

sim-many: setup ## Play many seeds, two at a time: N=2000 START=0
	@$(BIN)/python -m narae.testing.simulator --many $(or $(N),2000) --start $(or $(START),0) --jobs 2

sim-mutants: setup ## Plant bugs in the engine and see each of them caught
	@$(BIN)/python -m narae.testing.simulator --mutants --jobs 2

chaos: setup ## Kill, stop and starve a deployment under load: SECONDS=600 SEED=1
	@$(BIN)/python -m benchmarks.chaos --seconds $(or $(SECONDS),600) --seed $(or $(SEED),1)

bench: setup ## Measure every row of docs/performance.md (about 8 minutes; BENCH="--quick --only latency")
	@scripts/need-wrk
	@$(BIN)/python -m benchmarks --out benchmarks/results/latest.json $(BENCH)

bench-check: setup ## Compare the latest figures with the stored ones: ratios, not seconds
	@$(BIN)/python -m benchmarks --check

load: setup ## 64 connections read the API for SECONDS (default 60): errors? Do tasks feel it?
	@scripts/need-wrk
	@$(BIN)/python -m benchmarks --only load --load $(or $(SECONDS),60) --out benchmarks/results/load.json

soak: setup ## Half load for SECONDS (default 1200): does memory grow?
	@$(BIN)/python -m benchmarks --soak $(or $(SECONDS),1200) --out benchmarks/results/soak.json

lock: setup ## Renew constraints.txt
	@{ echo '# Versions that CI runs with; `make lock` renews them.'; $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra postgres --group dev --no-emit-index-url --no-annotate --no-header pyproject.toml; } > constraints.part && mv constraints.part constraints.txt

clean: ## Remove what builds leave behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

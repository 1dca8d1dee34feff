# `make` alone shows what there is.
PYTHON ?= python3
PORT ?= 8501
ADDRESS ?= localhost
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
SOAK_ARGS ?=
MUTANTS ?=
UPGRADE ?=
PROCESSOR_TESTS ?= tests/golden tests/unit/test_demo_town.py tests/properties/test_walk_laws.py tests/properties/test_siting_laws.py

.DEFAULT_GOAL := help
.PHONY: help run test full processors soak mutants crash check format lint types layers browser bench attack lock texts demo clean

help: ## show these targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(VENV)/.run ## set up what is missing and open the map at http://localhost:8501
	@echo "Micropolis Map opens at http://$(ADDRESS):$(PORT) (stop with Ctrl-C)"
	$(BIN)/python -m micropolis_map serve --port $(PORT) --address $(ADDRESS)

test: $(VENV)/.test ## set up what is missing and run the tests: all without a browser, one journey for each page
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not full" $(PYTEST_ARGS)

full: $(VENV)/.test ## every test, at every size and in every language; then processors, mutants and soak
	$(BIN)/python -m pytest -n auto --dist loadfile --hypothesis-profile=new $(PYTEST_ARGS)
	$(MAKE) processors PROCESSOR_TESTS="tests/unit tests/golden tests/properties"
	$(MAKE) mutants soak

# Numba keeps what it compiled by the processor it is for; numpy says itself what it can do without.
processors: $(VENV)/.test ## tests with figures in them, as on a processor without AVX and FMA
	NPY_DISABLE_CPU_FEATURES="$$($(BIN)/python -c 'from numpy._core._multiarray_umath import __cpu_dispatch__; print(*__cpu_dispatch__)')" \
	NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= $(BIN)/python -m pytest -n auto --dist loadfile $(PROCESSOR_TESTS) $(PYTEST_ARGS)

soak: $(VENV)/.test ## each browser test ten times while two processes burn the CPU (SOAK_ARGS="--rounds 3 -k pin")
	$(BIN)/python -m tools.soak -n auto --dist loadfile $(SOAK_ARGS)

mutants: $(VENV)/.test ## change one thing at a time in the product: do the nearest tests notice? (MUTANTS="--mutants 40")
	$(BIN)/python -m tools.mutants $(MUTANTS)

crash: $(VENV)/.test ## kill -9 while four processes pin 2,000 places: nothing acknowledged is lost
	MICROPOLIS_CRASH_PINS=2000 $(BIN)/python -m pytest tests/crash -q

check: format lint types layers test processors ## all that CI checks

format: $(VENV)/.test ## check the formatting (make format FIX=1 mends it)
	$(BIN)/ruff format $(if $(FIX),,--check) .

lint: $(VENV)/.test ## ruff, all rules
	$(BIN)/ruff check $(if $(FIX),--fix,) .

types: $(VENV)/.test ## mypy, strict
	$(BIN)/mypy

layers: $(VENV)/.test ## import-linter: upper layers import lower ones, never the reverse
	$(BIN)/lint-imports

browser: $(VENV)/.test ## only the journeys in a real browser
	$(BIN)/python -m pytest tests/browser $(PYTEST_ARGS)

bench: $(VENV)/.run $(VENV)/.test ## measure the walk engine beside its peers and write docs/benchmarks.md
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt # peers, without hashes
	.venv-bench/bin/python -m bench
	$(BIN)/python -m bench.tiles # seconds, megabytes and memory of towns' maps
	$(BIN)/python -m bench.first_map # in a browser: what a phone gets first
	$(BIN)/python -m bench.coverage_map # in a browser: how long the map holds the page

attack: $(VENV)/.test ## only the bench's attack: 42 hostile requests at once while another address reads
	$(BIN)/python -m bench hostile

texts: $(VENV)/.run ## collect the texts to translate and compile the catalogues
	$(BIN)/pybabel -q extract -F babel.cfg -k _ -k mark -k ngettext:1,2 -k counted:1,2 --no-wrap --omit-header --sort-output -o micropolis_map/locale/micropolis.pot .
	$(BIN)/pybabel -q update -D micropolis -i micropolis_map/locale/micropolis.pot -d micropolis_map/locale --no-wrap --no-fuzzy-matching
	$(BIN)/pybabel -q compile -D micropolis -d micropolis_map/locale

demo: $(VENV)/.test ## make the invented demo town again from its seed
	$(BIN)/python -m tools.demo_town
	$(BIN)/python -m tools.demo_town.pictures

lock: $(VENV)/.test ## pin what is new in requirements.in, with hashes (UPGRADE=--upgrade: everything anew; needs uv)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile $(UPGRADE) --universal --python-version 3.11 -q --no-header --no-emit-index-url --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(UPGRADE) --universal --python-version 3.11 -q --no-header --no-emit-index-url --generate-hashes requirements-dev.in -o requirements-dev.txt

clean: ## remove the virtual environments and caches (never data)
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

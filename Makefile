# Needs Python 3.11-3.14 and make; everything else is installed into .venv from the locked, hashed requirements.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# A usable interpreter: PYTHON if given, else the first of these that is 3.11-3.14 and can make environments.
FIND_PYTHON = for p in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1 \
	&& { command -v $$p; exit 0; }; done; \
	echo 'Carnet needs Python 3.11 to 3.14 with its venv module (Debian: apt-get install python3-venv).' >&2; exit 1
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet

help:  ## Show the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(BIN)/python:
	@python=$$($(FIND_PYTHON)) && echo "Setting up $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Installing Carnet (about a minute the first time)'
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo 'Installing the test tools'
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.runtime  ## Start the playground: http://127.0.0.1:8080, no token needed.
	@$(BIN)/carnet demo

$(VENV)/fhir/.made: tests/connectors/fhir.lock | $(BIN)/python
	@echo 'Installing the FHIR server that connections are proved against'
	@{ rm -rf $(VENV)/fhir && $(BIN)/python -m venv $(VENV)/fhir && \
		$(VENV)/fhir/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes \
		-r tests/connectors/fhir.lock && touch $@; } || rm -rf $(VENV)/fhir  # the tests say what they did not run

test: $(VENV)/.dev $(VENV)/fhir/.made  ## Run the test suite.
	@$(BIN)/python -m pytest -m 'not clocked' --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
	@$(BIN)/python -m pytest -m clocked

check: $(VENV)/.dev  ## ruff, mypy --strict, import contracts, deptry.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/deptry .

faults: $(VENV)/.dev  ## Every fault at full length: kills, freezes, outages, floods (JSON=file keeps the counts).
	@CARNET_TEST_FAULTS=whole CARNET_TEST_FAULTS_JSON=$(JSON) $(BIN)/python -m pytest tests/faults

verify: $(VENV)/.dev faults  ## The long proofs: faults, the guard-rails' evaluations, the image's steps and this checkout in a clean Debian.
	@$(BIN)/carnet evals --held-out
	@deploy/prove-image.sh
	@deploy/prove-image.sh checkout

$(VENV)/peers/.made: benchmarks/peers.lock | $(BIN)/python
	@echo 'Installing the bots of other libraries that the benchmarks compare with'
	@{ rm -rf $(VENV)/peers && $(BIN)/python -m venv $(VENV)/peers && \
		$(VENV)/peers/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes \
		-r benchmarks/peers.lock && touch $@; } || rm -rf $(VENV)/peers  # the benchmarks say what they did not run

bench: $(VENV)/.dev $(VENV)/peers/.made  ## Benchmarks, as ratios against peers of the same run (JSON=file keeps them).
	@PEERS=$(VENV)/peers $(BIN)/python -m benchmarks $(if $(JSON),--json $(JSON))

soak: $(VENV)/.dev  ## Half an hour at a steady rate: fails if memory goes on growing.
	@$(BIN)/python -m benchmarks soak $(if $(MINUTES),--minutes $(MINUTES))

lock: $(VENV)/.dev  ## Renew the locked requirements.
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --extra build -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --extra build --group dev -c requirements.lock -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		benchmarks/peers.in -o benchmarks/peers.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		tests/connectors/fhir.in -o tests/connectors/fhir.lock

clean:  ## Remove the environment and caches, never the data.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help demo test check faults verify bench soak lock clean

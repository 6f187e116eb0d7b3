# Everything here works as the only command on a machine with Python 3.11 or later, pip and make: what is missing is
# brought first, into .uv/ and .venv/ of this directory and nowhere else.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

PYTHON ?= python3
# How many test processes run beside each other (a number, or auto: one per core).
JOBS ?= auto
# Further words for pytest, as in: make test ARGS='-k wall_time -x'
ARGS ?=

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# Trust what the machine trusts (also a certificate of the house's proxy), as Debian's pip does.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= true
endif
# The user's own environments must not leak into ours.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PIP_TARGET PIP_USER PIP_REQUIRE_VIRTUALENV

BIN := .venv/bin
UV := .uv/bin/uv
TEST = $(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 --dist worksteal

# The environment holds absolute paths: one that was moved here, or whose Python is gone, is made again.
ifneq ($(shell test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null && cat .venv/.ready 2>/dev/null),$(CURDIR))
STALE := stale
endif

.PHONY: help setup demo test test-clock check bench proof docs vectors freeze clean stale

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/.ready ## Prepare .venv, with .venv/bin/axis28

demo: setup ## Certify the reference DMS and watch a mutant being caught (writes out/)
	$(BIN)/axis28 demo $(ARGS)

test: setup ## Run the tests, with a seeded sample of the long proofs
	$(TEST) $(ARGS)

test-clock: setup ## Run the tests twice, with the clock five years back and ten years ahead
	$(BIN)/python -m tests.clock -5 $(TEST) $(ARGS); back=$$?; \
	$(BIN)/python -m tests.clock +10 $(TEST) $(ARGS) && exit $$back

check: setup ## Lint, types, import contracts, guards of schemas, registries and documents
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/guard.py
	$(BIN)/python scripts/reference.py --check
	$(BIN)/python scripts/xsd10.py --check
	$(BIN)/python scripts/vectors.py --check
	$(BIN)/python scripts/audit.py

bench: setup ## Measure reader, schema, check, hostile packages, signatures and the axis against limits
	$(BIN)/python benchmarks/reader.py
	$(BIN)/python benchmarks/schema.py
	$(BIN)/python benchmarks/check.py
	$(BIN)/python -m benchmarks.hostile
	$(BIN)/python benchmarks/signatures.py
	$(BIN)/python -m benchmarks.axis

proof: setup ## Run the long proofs in full and write docs/proof/*.json
	$(BIN)/python -m pytest -m proof -n 0 $(ARGS)

docs: setup ## Write the generated pages of docs/reference/ anew
	$(BIN)/python scripts/reference.py

vectors: setup ## Write fixtures/vectors/ and the fast schema anew from their sources
	$(BIN)/python scripts/xsd10.py
	$(BIN)/python scripts/vectors.py

freeze: setup ## Enter new ids of the registries into schemas/frozen.json (no id ever leaves it)
	$(BIN)/python scripts/guard.py --freeze

clean: ## Remove what was brought and built
	rm -rf .uv .venv out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.ready: pyproject.toml uv.lock $(UV) $(STALE)
	@$(if $(STALE),rm -rf .venv)
	$(UV) sync --locked --all-extras --python '$(PYTHON)'
	@printf '%s' '$(CURDIR)' > $@

# `pip install --target` works also where the system's Python is externally managed.
$(UV): .ci/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'axis28 needs Python 3.11 or later: install it and say make PYTHON=python3.11' >&2; exit 1; }
	@rm -rf .uv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --root-user-action ignore --target .uv --require-hashes -r .ci/uv.txt
	@touch $@

# Every target sets up what it needs: a virtual environment in .venv with the exact versions of requirements.lock.

PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$candidate"; break; }; done)
VENV := .venv
READY := $(VENV)/.ready
RUN := $(VENV)/bin

.PHONY: help setup verify defects prove test branches kills soak live nightly check bench bench-store format clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 12

setup: $(READY) ## make the virtual environment (done by every other target too)
	@true

verify: $(READY) ## cut the power everywhere and say whether anything was lost
	@$(RUN)/blackstart verify

defects: $(READY) ## break the store on purpose, and see whether each mistake is found
	@$(RUN)/blackstart defects

prove: $(READY) ## prove laws of the pure functions, and refute them where a mistake is planted
	@$(RUN)/python -m tests.symbolic
	@$(RUN)/python -m pytest -q tests/test_symbolic_lift.py --hypothesis-profile crosshair

test: $(READY) ## run the tests
	@$(RUN)/python -m pytest --numprocesses auto --dist loadfile

branches: $(READY) ## say what of the store no campaign reaches, and why; two minutes
	@$(RUN)/python -m tests.store_branches

kills: $(READY) ## kill real processes before each of their calls; five minutes
	@$(RUN)/python -m tests.real_kills

soak: $(READY) ## many processes on one store on a real disk, killed at random; five minutes
	@$(RUN)/python -m tests.soak --minutes 5

live: $(READY) ## cut the power of real ext4, xfs and btrfs (root), and see whether the profiles admit what is left
	@$(RUN)/blackstart live

nightly: $(READY) ## the lockstep machine for eight hours, seeded by the commit; stopped, it goes on where it was
	@$(RUN)/python -m tests.lockstep.nightly

check: $(READY) ## lint, format, types, import contracts
	@$(RUN)/ruff check
	@$(RUN)/ruff format --check
	@$(RUN)/mypy
	@$(RUN)/lint-imports --no-cache

bench: $(READY) ## measure how many crash states are judged per second
	@$(RUN)/python -m tests.bench

bench-store: $(READY) ## measure the store on this disk, beside others
	@$(RUN)/python -m tests.bench.store --plot tests/bench/growth.svg

format: $(READY) ## put the code into its standard form
	@$(RUN)/ruff check --fix
	@$(RUN)/ruff format

clean: ## remove the virtual environment and all caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "blackstart needs Python 3.11 or later on PATH (or: make PYTHON=/path/to/python3)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian: python3-venv)" >&2; exit 1; }
	@echo "setting up $(VENV) with $$("$(PYTHON)" --version)" >&2
	@test -x $(RUN)/python && $(RUN)/python -c '' 2>/dev/null || { rm -rf $(VENV); "$(PYTHON)" -m venv $(VENV); }
	@$(RUN)/python -m pip install -qq --disable-pip-version-check --no-deps --requirement requirements.lock
	@$(RUN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

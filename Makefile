# Everything here sets itself up: a machine needs only Python >= 3.11 and make.
# uv is used when it is there; otherwise it is installed into .venv. No Python is ever downloaded.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export UV_PYTHON_DOWNLOADS := never
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test check coverage soak audit forms lock clean
.DEFAULT_GOAL := help

help:            ## what can be made
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

demo: $(STAMP)   ## crawl the bundled newspapers twice, fetch a history, show what arrived
	@echo "Serving small newspapers on this machine, crawling them twice, fetching a history: half a minute." >&2
	@$(BIN)/jianbao demo demo

test: $(STAMP)   ## run the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

check: $(STAMP)  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: $(STAMP) ## run the tests and say which lines and branches they run: half as long again, or more
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2 --dist worksteal -q
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered --sort=cover

soak: $(STAMP)   ## slow proofs: kills of crawls and backfills, a simulated year of faults, everything at once, spoilt inputs
	$(BIN)/python benchmarks/kills.py --kills 1000
	$(BIN)/python benchmarks/backfill.py --only kills --kills 100
	$(BIN)/python benchmarks/soak.py
	$(BIN)/python benchmarks/load.py
	$(BIN)/python benchmarks/fuzz.py --inputs 100000

audit: $(STAMP)  ## are advisories known of what users install? ADVISORIES=FOLDER: saved ones; Error 3: it cannot say
	@$(BIN)/python benchmarks/audit.py --advisories "$(ADVISORIES)"

forms:           ## make the table of characters' usual forms anew, of OpenCC's
	PYTHONPATH=tests:. $(BIN)/python -m support.character_forms

lock:            ## resolve every dependency again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --all-extras --group dev pyproject.toml --output-file requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --all-extras pyproject.toml --output-file requirements-run.lock

clean:           ## remove what make made
	rm -rf $(VENV) demo

# The lock names every package with its digest and no address, so any index may serve it. A .venv that something
# cut short, or whose Python is gone, is made again.
$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "jianbao needs Python 3.11 or newer, and '$(PYTHON)' is not. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up .venv, once: a minute or two, some 700 MB of packages." >&2
	@if ! $(BIN)/python -c '' 2>/dev/null || \
	  ! { command -v uv || $(BIN)/python -m pip --version; } >/dev/null 2>&1; then \
	  test ! -e $(VENV) || echo "  .venv is not whole: it is made again" >&2; \
	  rm -rf $(VENV); \
	  $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "Python could not make .venv: install its venv module (Debian: apt install python3-venv)." >&2; exit 1; }; \
	fi
	@if command -v uv >/dev/null 2>&1; then uv=uv; else \
	  echo "  fetching uv, which installs the rest" >&2; \
	  test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv || exit 1; uv=$(BIN)/uv; fi; \
	  set -e; \
	  echo "  installing $$(grep -c '==' requirements.lock) packages, each checked against its digest" >&2; \
	  $$uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	  echo "  installing jianbao itself" >&2; \
	  $$uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
	@echo "  done" >&2

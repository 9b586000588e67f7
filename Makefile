# Works on a bare machine with make and Python 3.11 or newer; everything else is installed into .venv.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
VENV_PYTHON := .venv/bin/python
PACKAGES := matchmaker apps config tests $(sort $(dir $(wildcard benchmarks/*.py)))
UV := uv==0.13.9

.DEFAULT_GOAL := help
.PHONY: help demo run test check lint format types contracts migrations openapi bench lock clean install install-dev python

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: install ## from nothing to an explained ranking; stays up until Ctrl-C (ARGS=--once: ends after printing)
	@$(VENV_PYTHON) -m config.demo $(ARGS)

run: install ## the same servers on the same data, for working on the code
	@$(VENV_PYTHON) -m config.run $(ARGS)

test: check ## every check and every test
	@$(VENV_PYTHON) -m pytest -n 2 $(ARGS)

check: install-dev lint types contracts migrations openapi-check ## the quick part of `make test`: all but the tests

lint: install-dev ## style and formatting
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .

format: install-dev ## put the code into the project's format
	@$(VENV_PYTHON) -m ruff check --fix .
	@$(VENV_PYTHON) -m ruff format .

types: install-dev ## strict types
	@$(VENV_PYTHON) -m mypy $(PACKAGES)

contracts: install-dev ## who may import whom
	@$(VENV_PYTHON) .venv/bin/lint-imports --no-logo

migrations: install-dev ## models and migrations agree
	@$(VENV_PYTHON) manage.py makemigrations --check --dry-run

openapi: install-dev ## write docs/openapi.yaml anew
	@$(VENV_PYTHON) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

.PHONY: openapi-check
openapi-check: install-dev
	@mkdir -p var && $(VENV_PYTHON) manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	@diff -u docs/openapi.yaml var/openapi.yaml || { echo "docs/openapi.yaml is not what the code says: run make openapi"; exit 1; }

bench: install-dev ## the ranking against its peers, printed as a table (ARGS="--sizes 1k,10k --quick"); see docs/benchmarks.md
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

lock: install-dev ## resolve requirements*.in anew into the hash-locked requirements*.txt
	@$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check $(UV)
	@for part in requirements requirements-dev; do \
		$(VENV_PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --fork-strategy fewest \
			--custom-compile-command "make lock" $(ARGS) $$part.in -o $$part.txt || exit 1; done

clean: ## remove what was made here: .venv, caches, and the demo's data
	@if [ -x $(VENV_PYTHON) ]; then $(VENV_PYTHON) -m config.clean; fi
	@rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	@find . -name __pycache__ -prune -exec rm -rf {} +

install: python
	@$(PYTHON) config/install.py requirements.txt

install-dev: python
	@$(PYTHON) config/install.py requirements.txt requirements-dev.txt

python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed (Debian or Ubuntu: apt install python3 python3-venv)"; exit 1; fi

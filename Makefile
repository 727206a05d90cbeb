# Everything starts here. `make run` and `make test` need Python 3.11 or newer and nothing else; they install the rest.

PYTHON ?= python3
BIN := .venv/bin
# A process a core, four at most. E2e tests wait for half of their time: three keep two cores busy, each with a server
# and a browser of its own, in the order of e2e/conftest.py.
UNIT := $(BIN)/pytest tests --numprocesses auto --maxprocesses 4 --dist loadfile
E2E := $(BIN)/pytest e2e --numprocesses 3 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run setup check test unit e2e ci format reference screenshots lock snippet clean

help:  ## Show this list
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: .venv/.run  ## Install what is needed, start the demo, print its addresses
	@$(BIN)/heliograph serve --demo

setup: .venv/.test .venv/.browser  ## Install what checking and testing need, a browser included

check: .venv/.test  ## Format, lint, types, import layers, JavaScript: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/node.py npm run --silent check
	$(BIN)/python scripts/node.py npm run --silent lint

unit: .venv/.test  ## The quick tests: everything but e2e/
	$(UNIT)

e2e: .venv/.test .venv/.browser  ## The tests with a real server and a real browser
	$(E2E)

# One after the other: Playwright keeps an event loop running in its process, where no test could start another.
test: check .venv/.browser  ## Check, then run every test
	$(UNIT)
	$(E2E)

ci: test  ## What CI runs

format: .venv/.test  ## Format and sort imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: .venv/.run  ## Write docs/reference/commands.md and settings.md from the code
	$(BIN)/python -m scripts.reference

screenshots: .venv/.test .venv/.browser  ## Take the pictures in docs/images anew
	$(BIN)/python -m scripts.screenshots

snippet: .venv/.test  ## Build static/dist from static/snippet
	$(BIN)/python scripts/node.py npm run --silent build

lock: .venv/.test  ## Resolve requirements/*.in and package.json again, with hashes
	for name in bootstrap run test; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done
	$(BIN)/python -m scripts.lock_node

clean:  ## Remove what was installed and built (not var/, the data)
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/.run: requirements/bootstrap.txt requirements/run.txt pyproject.toml scripts/setup.py
	@$(PYTHON) scripts/setup.py run

.venv/.test: .venv/.run requirements/test.txt package-lock.json scripts/setup.py
	@$(PYTHON) scripts/setup.py test

.venv/.browser: .venv/.test scripts/setup.py
	@$(PYTHON) scripts/setup.py browser

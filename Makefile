PYTHON ?= python3
BIN := .venv/bin
# Each command is a process of its own: compiled modules halve its start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test check bench openapi docs pictures clean stop

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## set up .venv from the hash-locked files
	@$(PYTHON) .ci/setup_env.py

setup-dev:
	@$(PYTHON) .ci/setup_env.py --dev

demo: setup ## make up a local authority, compute the five outcomes, serve (PORT=8001: there; ONCE=1: do not)
	@$(if $(PORT),AP_PORT=$(PORT)) $(BIN)/ap-registry demo $(if $(ONCE),--once)

test: ## set up what is missing and run every test
	@$(PYTHON) .ci/setup_env.py --dev --browser --servers
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: setup-dev ## lint, types, imports, architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/architecture

bench: setup-dev ## speed and memory as ratios side by side
	@$(BIN)/python -m tests.bench

openapi: setup-dev ## hold the OpenAPI document to many made-up requests (N=100 an address)
	@AP_OPENAPI_EXAMPLES=$(or $(N),100) $(BIN)/python -m pytest -q -n 0 tests/api/test_openapi.py

docs: setup ## write docs/framework.md, docs/commands.md and the man page anew from the program
	@$(BIN)/python -m ap_registry.framework > docs/framework.md
	@$(BIN)/python -m ap_registry.cli.documented > docs/commands.md
	@$(BIN)/python -m ap_registry.cli.man > docs/ap-registry.1

pictures: setup-dev ## take the pictures of reports and pages anew from the demo (needs chromium and pdftoppm)
	@$(BIN)/python -m tests.browser.report_pictures
	@$(BIN)/python -m tests.browser.page_pictures

stop: ## end the embedded servers of this folder, and the demo or whatever else runs from them
	@$(BIN)/ap-registry stop

clean: ## end the servers; remove the environment and all that this folder holds
	@if [ -x $(BIN)/ap-registry ]; then $(BIN)/ap-registry stop --remove || true; fi
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

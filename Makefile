# Every command a contributor runs. `make` alone lists them.
SHELL := /bin/sh
PYTHON ?= $(shell scripts/python.sh)
UV := .tools/uv
RUN := $(UV) run --locked --no-sync
# One test process more than cores, as tests of processes wait a lot; at most four: each has a PostgreSQL of its own.
# Who shares a running system stays together.
BESIDE := -n $$(( $$(nproc 2> /dev/null || getconf _NPROCESSORS_ONLN) + 1 )) --maxprocesses 4 --max-worker-restart 0
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# Compiled modules are kept, whatever the shell says: each start of a process takes a second and a half less.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up test check upgrade faults protections attack mutants bench chart alerts protos columns pages pictures kafka audit typescript generated setup

help: ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(UV): uv.lock scripts/bootstrap_uv.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "EntryGo needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=… to another.")'
	@$(PYTHON) scripts/bootstrap_uv.py $(UV)
	@touch $(UV)

.venv/.synced: $(UV) uv.lock pyproject.toml
	@$(UV) sync --locked --quiet --compile-bytecode --python $(PYTHON)
	@touch .venv/.synced

setup: .venv/.synced

up: setup ## set everything up and run the whole system (Ctrl-C ends it)
	@exec .venv/bin/entrygo up

test: setup ## set everything up and run every test
	@$(RUN) pytest $(BESIDE)

check: setup ## lint, format, types, import contracts, generated code
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) python scripts/check_generated.py

faults: setup ## break a running system at random for two minutes and check what it promises
	@$(RUN) python -m tests.campaign

protections: setup ## switch off protections one by one; the check of `make faults` must notice each
	@$(RUN) python -m tests.campaign.unprotected

attack: setup ## attack a running system as strangers and other customers would; an honest client beside it
	@$(RUN) python -m tests.attack

upgrade: setup ## from an earlier commit to this one, both at work on one database
	@$(RUN) python -m tests.upgrade

mutants: setup ## plant known faults one by one; tests must notice each
	@$(RUN) python -m tests.mutants

bench: setup ## measure speed beside a monolith and the bare rows; about twenty-five minutes, JSON into bench.json
	@$(UV) sync --locked --quiet --group bench
	@$(RUN) python -m tests.bench $(if $(ROWS),--only $(ROWS))

chart: setup ## lint, render and compare the Helm chart; `SERVER=1`: apply it to an API server of Kubernetes (Go)
	@$(RUN) python -m tests.deploy chart $(if $(SERVER),server)

alerts: setup ## check and test the alert rules by promtool (Go)
	@$(RUN) python -m tests.deploy alerts

protos: setup ## generate shared/entrygo/proto from protos/
	@$(RUN) python scripts/generate_protos.py

columns: pages

pages: setup ## write the generated pages of docs/: columns, commands, errors, rules, AsyncAPI; and the Python client
	@$(RUN) python -m scripts.generate_csv_columns
	@$(RUN) python -m scripts.generate_order_fields
	@$(RUN) python -m scripts.generate_reference_pages
	@$(RUN) python -m scripts.generate_asyncapi
	@$(RUN) python -m scripts.generate_commands
	@$(RUN) python -m scripts.generate_python_client

pictures: setup ## take the pictures of the console in docs/images anew (Chromium)
	@$(RUN) python -m tests.screenshots

clients/typescript/node_modules/.package-lock.json: clients/typescript/package-lock.json
	@cd clients/typescript && npm ci --no-audit --no-fund --silent

typescript: setup clients/typescript/node_modules/.package-lock.json ## generate, build and test the TypeScript client (Node 20, npm)
	@$(RUN) python -m scripts.generate_typescript_contract
	@cd clients/typescript && npm run --silent generate && npm run --silent build && npm test

generated: setup ## generate clients from the OpenAPI document, try our own as packages, read the AsyncAPI document
	@$(RUN) python -m tests.generators

kafka: setup ## run a single-node Apache Kafka on this machine (Java 17, mvn)
	@$(RUN) python -m tests.kafka

audit: setup ## licences and known vulnerabilities of what we depend on; bill of materials in dist/
	@$(RUN) python scripts/audit.py

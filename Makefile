.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ERP ?= alegra
DATABASE ?= sqlite
SEEDS ?= 1
ORDERS ?= 1000
TRYTON_ORDERS ?= 200
RETAIL ?= ../shared/reference/orders/tables/online_retail_subset.csv.gz
PROTOS := $(sort $(wildcard protos/erpgate/v1/*.proto))
GENERATED := server

.PHONY: help demo demo-retail test check protos fmt lint types bench crash-test test-clients unit clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	       && apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null; } \
	  || { echo 'erpgate needs Python 3.11 or newer with venv: run "sudo apt-get install python3-venv" and try again.'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(VENV)/.ready ## Watch 25 orders become invoices (KEEP=1 leaves the server up)
	@$(BIN)/erpgate demo --erp $(ERP) $(if $(KEEP),--keep)

demo-retail: $(VENV)/.ready ## Invoice 3,594 real sales, where the data is at hand
	@$(BIN)/erpgate demo-retail --erp $(ERP) --orders $(RETAIL) --database $(DATABASE) $(if $(KILL),--kill) $(if $(FLEET),--fleet)

test: check unit ## Everything that CI runs

check: protos-fresh lint types ## Static checks only

protos: $(VENV)/.ready ## Generate code from the protos
	@rm -rf $(GENERATED)/erpgate/v1 && mkdir -p $(GENERATED)/erpgate/v1
	@$(BIN)/python -m grpc_tools.protoc -Iprotos -Ithird_party --plugin=protoc-gen-mypy=$(BIN)/protoc-gen-mypy \
	  --python_out=$(GENERATED) --mypy_out=quiet:$(GENERATED) $(PROTOS)
	@$(BIN)/python -m grpc_tools.protoc -Iprotos -Ithird_party --plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc \
	  --grpc_python_out=$(GENERATED) --mypy_grpc_out=quiet:$(GENERATED) $(filter %_service.proto,$(PROTOS))
	@printf '"""Generated from protos/erpgate/v1; see `make protos`."""\n' > $(GENERATED)/erpgate/v1/__init__.py

.PHONY: protos-fresh
protos-fresh: $(VENV)/.ready
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	@$(BIN)/python tests/protos_fresh.py

fmt: $(VENV)/.ready ## Format protos and Python
	$(BIN)/buf format --write
	$(BIN)/ruff format
	$(BIN)/ruff check --fix-only

lint: $(VENV)/.ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports

types: $(VENV)/.ready
	$(BIN)/mypy

bench: $(VENV)/.ready ## Measure erpgate beside its limits, as a table
	@cd tests && ../$(BIN)/python -m bench

crash-test: $(VENV)/.ready ## Kill, stop and starve it everywhere (SEEDS=20 ORDERS=50000 for more)
	CRASH_SEEDS=$(SEEDS) CRASH_ORDERS=$(ORDERS) CRASH_TRYTON_ORDERS=$(TRYTON_ORDERS) $(BIN)/pytest tests/crash

test-clients: $(VENV)/.ready ## Run Alegra's published clients against its simulator
	@cd tests && ../$(BIN)/python -m clients.run

unit: $(VENV)/.ready
	$(BIN)/pytest --numprocesses 3 --dist loadgroup

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .cache

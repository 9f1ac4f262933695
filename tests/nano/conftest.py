from pathlib import Path

import pytest

import crescent

WEIGHTS = Path(crescent.__file__).parent / "nano" / "weights"


@pytest.fixture(scope="session")
def weights():
    return WEIGHTS


@pytest.fixture(scope="session")
def tokenizer(weights):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(weights)


@pytest.fixture(scope="session")
def model(weights):
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32).eval()

"""What of vLLM's engine the run decides itself, by keys of its own or because samples have to be comparable."""

from collections.abc import Iterator

from crescent.config.check import Mistake, shown
from crescent.config.schema import Config

SAMPLING = "sampling is what questions.sampling and voting.sampling say"
DEVICES = "for an engine on each of several GPUs give executor=process trainer.devices=N"
REASONS = {
    "model": "model.path says it",
    "tokenizer": "model.path says it",
    "revision": "model.revision says it",
    "tokenizer_revision": "model.revision says it",
    "dtype": "model.dtype says it",
    "trust_remote_code": "model.trust_remote_code says it",
    "max_model_len": "model.context says it",
    "gpu_memory_utilization": "backend.gpu_memory says it",
    "tensor_parallel_size": "backend.tensor_parallel says it",
    "max_num_seqs": "backend.batch_size says it",
    "seed": "every sample has a seed of its own, which follows from the run's",
    "generation_config": SAMPLING,
    "override_generation_config": SAMPLING,
    "logits_processors": SAMPLING,
    "logprobs_mode": "log-probabilities are the model's own, before temperature and nucleus",
    "skip_tokenizer_init": "the run has the tokenizer, and the engine is given numbers of tokens",
    "device_ids": "CUDA_VISIBLE_DEVICES and trainer.devices say which GPUs there are",
    "nnodes": "an engine lives on one node; for several give trainer.nodes",
    "runner": "it is there to generate",
    "convert": "it is there to generate",
}
"""Argument of `vllm.LLM` -> why it is none of `backend.engine`."""

SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD")
"""A variable whose name ends so is taken for one that must not be written down."""


def engine_is_left_what_is_its_own(config: Config) -> Iterator[Mistake]:
    """Rule: `backend.engine` has nothing that the run sets itself."""
    for name in config.backend.engine:
        reason = DEVICES if name.startswith("data_parallel_") else REASONS.get(name)
        if reason is not None:
            key = f"backend.engine.{name}"
            yield Mistake((key, "backend.engine"), f"{key} is set by the run: {reason}")


def engine_environment_can_be_written_down(config: Config) -> Iterator[Mistake]:
    """Rule: `backend.environment` has plain values, none of which is secret or the run's own."""
    for name, value in config.backend.environment.items():
        key = f"backend.environment.{name}"
        keys = (key, "backend.environment")
        if name == "CUDA_VISIBLE_DEVICES":
            yield Mistake(keys, f"{key} is set by the run: {DEVICES}")
        elif name.upper().endswith(SECRET):
            yield Mistake(keys, f"{key}: secrets stand in no file; set it before the run, its engine inherits it")
        elif not isinstance(value, str | int | float):
            yield Mistake(keys, f"{shown(key, value)}: must be a text, a number, true or false")

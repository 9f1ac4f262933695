"""What the parts have to say about a configuration before anything is made: benchmarks, their data, LSH bands, models.

`config/` knows nothing of the parts; here they are asked, all of them. `check` does so without a model library;
`check_models` needs one for tokenizers and chat templates.
"""

import re
from dataclasses import replace
from pathlib import Path

from crescent.config.schema import Config, Embedding, Model
from crescent.config.slots import SLOTS
from crescent.dedup.settings import mistakes as dedup_mistakes
from crescent.dedup.settings import own_mistakes
from crescent.errors import ConfigError, DamagedError, ModelError
from crescent.evaluation.cache import mistakes as cache_mistakes
from crescent.evaluation.repeated import check_repeated
from crescent.evaluation.tasks import check_sampled, check_tasks
from crescent.loop.execution.process import allocation_mistakes
from crescent.loop.trial import goes_on_with_texts, longest_prompt, source_mistakes
from crescent.reporting.tracking.login import mistakes as tracking_mistakes
from crescent.training.lora import mistakes as lora_mistakes


def check(config: Config) -> None:
    """Raise `ConfigError` with everything that the parts object to."""
    evaluation = config.evaluation
    names = [name for name in dict.fromkeys([*evaluation.tasks, evaluation.dev_task, evaluation.guard_task]) if name]
    found = dedup_mistakes(config.dedup) + tracking_mistakes(config.tracking)
    if evaluation.contamination is not None:
        found += own_mistakes(evaluation.contamination.own, "evaluation.contamination.own")
    found += cache_mistakes() if names else []
    found += check_tasks(names, evaluation.local_data or {}, evaluation.num_fewshot)
    found += check_sampled(evaluation.dev_task) if evaluation.samples is not None else []
    found += check_repeated(config)
    found += source_mistakes(config)
    found += _training_mistakes(config) + allocation_mistakes(config.trainer.devices, config.trainer.nodes)
    if found:
        raise ConfigError(found)


def _training_mistakes(config: Config) -> list[str]:
    from crescent.models.locate import locate

    trained = [config.student or config.model]
    if config.student is not None and config.questions.proposer is not None:
        trained.append(config.model)
    found: list[str] = []
    for model in trained:
        try:
            found += lora_mistakes(config.training, Path(locate(model.path)))
        except ModelError:
            continue  # `check_models` says it
    return list(dict.fromkeys(found))


def check_backend(config: Config) -> None:
    """See that what is to write the text is there: the server, its model and what the vote needs of it, or the
    engine's package, and that it has the arguments it is to be given.

    Raises:
        ConfigError, ModelError, MissingExtraError: what is wrong, in a line.
    """
    if config.backend.name == "server":
        _check_server(config)
    elif config.backend.name == "vllm":
        from crescent.generation.vllm_check import check_engine

        check_engine(config.backend)


def _check_server(config: Config) -> None:
    """A server that the run starts is asked for what the vote needs when it is there."""
    from crescent.generation.endpoint import client_library, reach_all
    from crescent.generation.logprobs import check_logprobs, needed_by

    if config.backend.command is not None:
        from crescent.generation.server_process import program

        client_library()
        program(config.backend)
        return
    key = needed_by(config)
    for endpoint in reach_all(config.backend).endpoints:
        if key is not None:
            check_logprobs(endpoint, config.backend, key)


def models(config: Config) -> dict[str, Model]:
    """The models of a run by their section of the configuration."""
    return {"model": config.model} | ({"student": config.student} if config.student else {})


def check_models(config: Config) -> None:
    """See that every model can be had, is whole, and has a tokenizer, template and context that fit; encoders too.

    Raises:
        ModelError, DamagedError, MissingExtraError: the first thing that is wrong, in a line.
    """
    for key in models(config):
        check_model_of(config, key)
    voters = SLOTS["label"].build(config.label).needs().voters
    for path in voters.paths if voters else ():
        _check_voter(config, path)
    for key, dedup in (("dedup", config.dedup), ("evaluation.contamination", config.evaluation.contamination)):
        if dedup is not None and dedup.embedding is not None and dedup.embedding.encoder != "model":
            _check_encoder(f"{key}.embedding", dedup.embedding)


def _check_voter(config: Config, path: str) -> None:
    from crescent.models.check import check_files

    if not Path(path).is_dir():
        raise ModelError(f"label.paths: there is no folder {path}")
    try:
        check_files(replace(config.model, path=path, revision=None))
    except (ModelError, DamagedError) as error:
        raise type(error)(str(error).replace("model.path", "label.paths")) from error


def _check_encoder(key: str, embedding: Embedding) -> None:
    from crescent.models.check import check_files

    try:
        check_files(Model(path=embedding.encoder, revision=embedding.revision))
    except (ModelError, DamagedError) as error:
        message = str(error).replace("model.path", f"{key}.encoder").replace("model.revision", f"{key}.revision")
        raise type(error)(message) from error


def check_model_of(config: Config, key: str) -> None:
    """`check_models` for the section `key` alone.

    With `executor=process` only files of a model that writes are looked at: this process stays free of model libraries,
    and the first stage finds out the rest. A student may come into play only after its teacher has written everything.
    """
    from crescent.models.check import check_files, check_model

    teacher = [config.questions.bait, config.questions.rewrite, *longest_prompt(config)] if key == "model" else []
    try:
        if config.executor == "inline" or config.plan.enabled or key == "student":
            learned = _learned(config, key)
            learns = (max(learned, key=len), config.training.max_length) if learned else None
            check_model(models(config)[key], [*teacher, config.voting.prompt], learns)
            if key == "model" and goes_on_with_texts(config):
                _check_user_turn(config.model)
        else:
            check_files(models(config)[key])
    except (ModelError, DamagedError) as error:
        raise type(error)(re.sub(r"\bmodel\.(?=\w)", f"{key}.", str(error))) from None


def _learned(config: Config, key: str) -> list[str]:
    """The shortest prompts of what the model of the section `key` is trained on."""
    from crescent.generation.prompts import fill

    solves = key == "student" or config.student is None
    asks = key == "model" and config.questions.proposer is not None
    return [
        *([fill(config.voting.prompt, question="")] if solves else []),
        *([config.questions.bait] if asks else []),
    ]


def _check_user_turn(model: Model) -> None:
    """See that a user's turn can be left to the model. Of a GGUF file the first stage finds out."""
    from crescent.models.gguf import is_gguf
    from crescent.models.load import load_tokenizer
    from crescent.models.locate import locate
    from crescent.models.user_turn import user_turn

    place = locate(model.path)
    if is_gguf(place):
        return
    try:
        user_turn(load_tokenizer(model, place, model.revision))
    except ModelError as error:
        raise ModelError(f"model.path {place}: {error}: it cannot be asked by source.use=empty") from None

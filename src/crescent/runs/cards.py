"""The cards of data and of models, as Hugging Face's hub reads them: one composer each, whoever writes the folder.

What was done is said by `provenance`, from the configuration. There is no `configs` block: with one, `datasets` keeps
the data of every folder of the same name under one key of its cache, and gives those of another run.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from crescent import __version__
from crescent.config.schema import Config, Model
from crescent.runs import provenance

DATASET = """---
{licence}task_categories:
- text-generation
tags:
- crescent
---
# {title}

{count:,} {rows} {span} of the run `{name}` (seed {seed}, arm `{arm}`), made by Crescent.

{provenance}

Whoever trains on them is bound by what the licence of {model} says about its output{terms}.

| column | meaning |
|---|---|
{columns}
{reading}"""

MODEL = """---
{front}library_name: transformers
pipeline_tag: text-generation
tags:
- crescent
- self-improvement
---
# {title}, round {number}

{origin} after fine-tuning on {written} written by {writer}, in round {number} of the run `{run}` (seed
{seed}) of Crescent {version}.

## Method
{training}

{pairs:,} pairs of question and solution (arm `{arm}`{replayed}), {epochs} in {steps:,} steps of {batch_size},
objective `{objective}`, learning rate {learning_rate:g}. The method is after Sun et al., Findings of ACL 2025 (arXiv
2502.13441).

## Data
{data}
{evaluation}
## Lineage
{lineage}

## Licence
{licence}
"""

PROPOSER = """---
{front}library_name: transformers
pipeline_tag: text-generation
tags:
- crescent
---
# {title}, proposer of round {number}

{origin} after fine-tuning to ask: it writes the questions of round {number} of the run `{run}` (seed {seed}) of
Crescent {version}. It has not learned to answer any; another model does.

## Method
{training}

{questions} of round {before}, {epochs} in {steps} of {batch_size}.

## Lineage
{lineage}

## Licence
{licence}
"""


def dataset_card(
    config: Config, number: int, count: int, *, rows: str, columns: Mapping[str, str], reading: str = ""
) -> str:
    """The text of `README.md` beside the data of round `number`.

    `rows`: what one row is, in the plural. `columns`: their names and meanings. `reading`: how programs read the file.
    """
    licence = config.model.licence
    return DATASET.format(
        licence=f"license: {licence}\n" if licence else "",
        title=f"{_wrote(config).capitalize()} written by {config.model.name}",
        count=count,
        rows=rows,
        span=f"up to round {number}" if config.training.accumulate else f"of round {number}",
        name=config.name,
        seed=config.seed,
        arm=config.training.pairs,
        provenance="\n".join(f"- {sentence}" for sentence in provenance.data(config, number)),
        model=config.model.name,
        terms=f" ({licence})" if licence else "",
        columns="\n".join(f"| {name} | {meaning} |" for name, meaning in columns.items()),
        reading=f"\n{reading}" if reading else "",
    )


def model_card(
    config: Config,
    number: int,
    *,
    pairs: int,
    replayed: int,
    steps: int,
    epochs: int,
    lineage: Sequence[str],
    evaluation: Sequence[str] = (),
) -> str:
    """The text of `README.md` in a folder with the model of round `number`.

    `pairs`, `replayed`: examples it learned from, in `steps` of `epochs` that were begun.
    `lineage`: a line each; `evaluation`: the same, where it is known.
    """
    trained = config.student or config.model
    where, on_hub = origin(trained)
    front = f"base_model: {trained.path}\n" if on_hub else ""
    return MODEL.format(
        front=front + (f"license: {trained.licence}\n" if trained.licence else ""),
        title=trained.name,
        number=number,
        origin=where[:1].upper() + where[1:],
        written=_wrote(config),
        writer=("itself" if config.student is None else config.model.name) + _and_proposer(config, number),
        run=config.name,
        seed=config.seed,
        version=__version__,
        training="\n".join(f"- {sentence}" for sentence in provenance.training(config, number)),
        pairs=pairs,
        arm=config.training.pairs,
        replayed=f", and {replayed:,} replayed" if replayed else "",
        epochs="1 epoch" if epochs == 1 else f"{epochs} epochs",
        objective=config.objective["use"],
        steps=steps,
        batch_size=config.training.batch_size,
        learning_rate=config.training.learning_rate,
        data="\n".join(f"- {sentence}" for sentence in provenance.data(config, number)),
        evaluation="\n## Evaluation\n" + "\n".join(evaluation) + "\n" if evaluation else "",
        lineage="\n".join(f"- {line}" for line in lineage),
        licence=_licence(trained, config.model if config.student else None),
    )


def proposer_card(
    config: Config, number: int, *, questions: int, steps: int, epochs: int, lineage: Sequence[str]
) -> str:
    """The text of `README.md` in a folder with the model that asks from round `number` on.

    `questions`: how many it learned to ask, in `steps` of `epochs` that were begun. `lineage`: a line each.
    """
    where, on_hub = origin(config.model)
    licence = config.model.licence
    return PROPOSER.format(
        front=(f"base_model: {config.model.path}\n" if on_hub else "") + (f"license: {licence}\n" if licence else ""),
        title=config.model.name,
        number=number,
        origin=where[:1].upper() + where[1:],
        run=config.name,
        seed=config.seed,
        version=__version__,
        training="\n".join(f"- {sentence}" for sentence in provenance.asking(config)),
        questions="1 question" if questions == 1 else f"{questions:,} questions",
        before=number - 1,
        epochs="1 epoch" if epochs == 1 else f"{epochs} epochs",
        steps="1 step" if steps == 1 else f"{steps:,} steps",
        batch_size=config.training.batch_size,
        lineage="\n".join(f"- {line}" for line in lineage),
        licence=_licence(config.model, None),
    )


def _and_proposer(config: Config, number: int) -> str:
    return " and its proposer" if number > 1 and config.questions.proposer is not None else ""


def _wrote(config: Config) -> str:
    return "solutions to given questions" if provenance.given(config) else "questions and solutions"


def origin(settings: Model) -> tuple[str, bool]:
    """Where a model comes from, in words that say nothing of this machine; and whether that is an id of the hub."""
    if settings.path.startswith(provenance.EMBEDDED):
        return f"`{settings.path}`", False
    if Path(settings.path).exists():
        return f"a local folder, `{Path(settings.path).name}`", False
    return f"`{settings.path}`, revision `{settings.revision or 'main'}`", True


def _licence(trained: Model, teacher: Model | None) -> str:
    known = trained.licence
    text = f"That of the base model: {known}." if known else "That of the base model; the run does not name it."
    if teacher is not None:
        text += f" The data were written by `{teacher.name}` ({teacher.licence or 'licence not named'})."
    return text

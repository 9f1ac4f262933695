"""What a run does, in sentences that are true of its configuration: for the cards of data and models, and the report.

One place says it, so that no card can tell the story of the default method over the data of a control.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crescent.config.schema import Config, Dedup
from crescent.config.slots import SLOTS
from crescent.errors import ConfigError

EMBEDDED = ("embedded:", "package:")


def data(config: Config, rounds: int) -> list[str]:
    """How the pairs of so many rounds come about: where questions and solutions are from, and which of them stay."""
    return [
        *_questions(config, rounds),
        *_diversity(config),
        *_labels(config),
        *_selection(config),
        *_outside(config, rounds),
    ]


def training(config: Config, rounds: int) -> list[str]:
    """What the model of the last of so many rounds learned from such pairs, and what chose among the rounds."""
    return [*_training(config, rounds), *_gate(config)]


def asking(config: Config) -> list[str]:
    """How the model that writes the questions came to ask as it does, where it is one of its own."""
    proposer = config.questions.proposer
    if proposer is None:
        return []
    low, high = (0.0 if end is None else end for end in (proposer.min_agreement, proposer.max_agreement))
    return [
        f"The proposer is a copy of {config.model.name} that was fine-tuned before each round to answer the prompt by "
        f"those questions of the round before on which {low:.0%} to {high:.0%} of the solutions agreed; it solved none."
    ]


def given(config: Config) -> bool:
    """Whether some questions were there already, and not written by the model of the run."""
    return _source(config, "the model")[1]


def _questions(config: Config, rounds: int) -> Iterator[str]:
    writer = config.model.name
    if rounds > 1 and config.questions.proposer is not None:
        writer += " and, from the second round on, by the proposer"
    elif config.student is None and rounds > 1:
        writer += " and, from the second round on, by the model that the run goes on with"
    yield _source(config, writer)[0]
    if rounds > 1:
        yield from asking(config)


def _source(config: Config, writer: str) -> tuple[str, bool]:
    """What the source of questions says of itself, and `given`. Of one that says nothing only its name is known."""
    use = config.source["use"]
    try:
        tell = getattr(SLOTS["source"].build(config.source), "provenance", None)
    except (ConfigError, TypeError):  # a class that is no longer on this machine, as when a report is made elsewhere
        tell = None
    if tell is None:
        return f"The questions came from the source `{use}`.", True
    told = tell(writer)
    return told.sentence, told.given


def _diversity(config: Config) -> Iterator[str]:
    tests = [
        *(["equal text"] if config.dedup.exact else []),
        *(["word overlap (MinHash)"] if config.dedup.minhash else []),
        *(["similarity of embeddings"] if config.dedup.embedding else []),
        *([f"a test of its own (`{use}`)"] if (use := config.dedup.own.get("use")) else []),
    ]
    if not tests:
        yield "No question was sent back or dropped for being like another one."
        return
    times = config.questions.max_rewrites
    if times == 0:
        fate = "were dropped"
    elif config.questions.recheck_rewrites:
        fate = f"were sent back to be made different, up to {_times(times)} and checked each time, then dropped"
    else:
        fate = "were sent back once to be made different, and the rewrite was taken unchecked"
    yield f"Questions too close to an earlier one, by {_list(tests)}, {fate}."


def _labels(config: Config) -> Iterator[str]:
    if config.training.pairs == "unvoted":
        yield (
            "Each question stands with the first solution that was sampled for it: no vote chose it or the question "
            "(a control: plain self-training)."
        )
    elif config.training.pairs == "shuffled":
        yield (
            "Each question stands with the solution of another question: the answers are wrong on purpose (a control: "
            "what the format alone teaches)."
        )
    elif config.label["use"] == "first":
        yield (
            "Each question stands with the first solution that was sampled for it, if an answer could be read from it; "
            "no vote was held (an ablation)."
        )
    else:
        how = _vote(config) if SLOTS["label"].is_ours(config.label["use"]) else _own_rule(config)
        yield f"{_solutions(config)} were sampled per question{_voters(config)}. {how}"
        yield from _rule(config)
        yield _representative(config)
    if config.training.pairs == "consensus" and config.label["use"] != "first":
        yield "An answer is what samples agree on, not a checked truth."
    elif config.training.pairs != "shuffled":
        yield "An answer is what one sample says, not a checked truth."


def _solutions(config: Config) -> str:
    limit = "up to " if config.voting.adaptive != "off" else ""
    return f"{limit}{config.voting.samples} solutions".capitalize()


def _voters(config: Config) -> str:
    return " by each of several models, which voted together" if config.label["use"] == "models" else ""


def _rule(config: Config) -> Iterator[str]:
    """What the label rule adds to a vote."""
    use = config.label["use"]
    if use == "views":
        yield (
            "The model also reworded each question and answered that; the answer is kept only if most of those "
            "solutions give it too."
        )
    elif use == "soft":
        least = config.label.get("least")
        further = "" if least is None else f" Other answers with a share of {least:.0%} or more are pairs of their own."
        yield f"Each pair is weighed by the share of the solutions that give its answer.{further}"


def _own_rule(config: Config) -> str:
    return f"The labels were made from them by the rule `{config.label['use']}`, which is not part of Crescent."


def _vote(config: Config) -> str:
    voting = config.voting
    winner = "The answer that most of them give is kept"
    if config.label["use"] == "weighted":
        winner = "The answer with the largest weight is kept, each vote weighted by the probability of its solution,"
    terms = [
        *([f"at least {voting.min_votes} of them give it"] if voting.min_votes > 1 else []),
        *([f"their share is {voting.min_agreement:.0%} or more"] if voting.min_agreement > 0 else []),
        *([f"their share is {voting.max_agreement:.0%} or less"] if voting.max_agreement < 1 else []),
        *(["no other answer has as many votes"] if voting.reject_ties else []),
    ]
    if terms:
        return f"{winner} if {_list(terms)}; other questions are dropped."
    return f"{winner}, of tied answers the one sampled first; only questions without any answer are dropped."


def _representative(config: Config) -> str:
    voting = config.voting
    which = {
        "first": "the first of the solutions with that answer",
        "shortest": "the shortest of the solutions with that answer",
        "median": "the solution of median length among those with that answer",
        "likeliest": "the likeliest of the solutions with that answer",
        "distinct": f"up to {voting.representatives} of the solutions with that answer, as unlike each other as can be",
    }[voting.representative]
    return f"Each question stands with {which}."


def _selection(config: Config) -> Iterator[str]:
    contamination = config.evaluation.contamination
    if contamination is None or not _checks(contamination):
        yield "Closeness of the questions to benchmark questions was not checked."
    else:
        yield f"Questions too close to one of the benchmarks {_list(_benchmarks(config))} were left out."
    if config.select["use"] != "all":
        yield from _select(config)
    if config.training.max_pairs is not None:
        yield f"At most {config.training.max_pairs:,} pairs of a round were taken, drawn by the run's seed."


def _checks(dedup: Dedup) -> bool:
    return bool(dedup.exact or dedup.minhash or dedup.embedding or dedup.own.get("use"))


def _select(config: Config) -> Iterator[str]:
    steps = config.select["steps"] if config.select["use"] == "chain" else [config.select]
    told = []
    for step in steps:
        settings = ", ".join(f"{key} {value}" for key, value in step.items() if key != "use")
        told.append(f"`{step['use']}`{f' ({settings})' if settings else ''}")
    passed = (
        " Where a selection goes by votes it passed these on, which have none."
        if (config.training.pairs == "unvoted")
        else ""
    )
    yield f"Of the pairs of a round those were taken that {_list(told)} selected (docs/selection.md).{passed}"


def _outside(config: Config, rounds: int) -> Iterator[str]:
    """What besides the writing model had a part in it: people, other models, known answers."""
    encoders = [
        f"`{_place(embedding.encoder)}`"
        for dedup in (config.dedup, config.evaluation.contamination)
        if dedup is not None and (embedding := dedup.embedding) is not None and embedding.encoder != "model"
    ]
    asks = rounds > 1 and config.questions.proposer is not None
    wrote = f"No other model{' than these' if asks else ''} wrote or judged any of it"
    if given(config):
        wrote = (
            "Who wrote the questions that were given is not known; no other model wrote a solution or judged any of it"
        )
    if encoders:
        wrote += f"; how alike questions are was measured with the encoder {_list(list(dict.fromkeys(encoders)))}"
    gate = config.evaluation.gate
    if not gate.enabled:
        yield f"{wrote}. No human labels were used."
    elif config.student is not None or rounds == 1:
        yield f"{wrote}. No human labels were used to make it."
    else:
        yield (
            f"{wrote}. No question or solution was labelled by people; the known answers of {_list(_deciding(config))} "
            f"alone decided which round's model {'answered' if asks else 'wrote'} on."
        )


def _training(config: Config, rounds: int) -> Iterator[str]:
    training = config.training
    learner = config.model.name if config.student is None else config.student.name
    start = f"from the weights of {learner} itself"
    if training.start_from == "previous" and rounds > 1:
        start = f"in the first round from {learner}, then from the model that the run goes on with"
    method = (
        "all its weights"
        if training.method == "full"
        else f"low-rank adapters of rank {training.lora.rank} (LoRA), merged into the weights at the end"
    )
    source = "what it wrote itself" if config.student is None else f"what {config.model.name} wrote"
    if rounds > 1 and config.questions.proposer is not None:
        source = f"what {'it' if config.student is None else config.model.name} and its proposer wrote"
    yield f"{learner} was trained on {source}, {start}: {method}, loss on the solutions alone."
    yield from _objective(config)
    if rounds > 1:
        yield (
            "Each round learned from the pairs of all rounds up to it."
            if training.accumulate
            else "Each round learned from its own pairs alone."
        )
    if training.replay.share:
        yield (
            f"{training.replay.share:.0%} of the examples were replayed: the model's own answers to "
            f"{len(training.replay.prompts)} general prompts, against forgetting."
        )


def _objective(config: Config) -> Iterator[str]:
    """What is minimised, where it is not the likelihood of the solutions, every pair alike."""
    use = config.objective["use"]
    if use == "weighted":
        yield "Each pair's loss was multiplied by its weight."
    elif use == "scpo":
        beta, alpha = config.objective.get("beta", 0.5), config.objective.get("alpha", 1.0)
        yield (
            "It learned to prefer the most voted solution of a question over the least voted one (ScPO: DPO with beta "
            f"{beta:g} and {alpha:g} times the likelihood of the preferred one, weighted by the margin of the votes); "
            "questions without an outvoted solution taught nothing."
        )
    elif use != "sft":
        yield f"What was minimised is the objective `{use}`, which is not part of Crescent."


def _gate(config: Config) -> Iterator[str]:
    gate = config.evaluation.gate
    if not gate.enabled:
        yield "No benchmark decided anything: every round was kept."
        return
    dev, *guards = _deciding(config)
    kept = f"accuracy on {dev}, a benchmark with known answers, {_rise(gate.rule)}"
    for guard in guards:
        margin = f"more than {gate.guard_margin:g} points " if gate.guard_margin else ""
        kept += f", and accuracy on {guard}, another one, was not shown to have fallen {margin}below the base model's"
    yield f"A round was kept only if {kept}; no other benchmark decided anything."


def _rise(rule: Mapping[str, Any]) -> str:
    """What accuracy must have done, by the rule of the gate."""
    if rule["use"] == "points":
        gain = rule.get("min_gain", 0.0)
        return "rose" if gain == 0 else f"changed by more than {100 * gain:+g} points"
    if rule["use"] == "better":
        return f"was shown to have risen (a paired one-sided test at level {rule.get('level', 0.05):g})"
    if rule["use"] == "not_worse":
        margin = rule.get("margin", 0.0)
        fall = f"fallen by more than {margin:g} points" if margin else "fallen"
        return f"was not shown to have {fall} (one-sided, level {rule.get('level', 0.05):g})"
    return f"passed the rule `{rule['use']}`"


def _deciding(config: Config) -> list[str]:
    """The benchmarks that decide which rounds are kept."""
    tasks = [config.evaluation.dev_task, config.evaluation.guard_task]
    return [f"`{_place(task)}`" for task in tasks if task is not None]


def _benchmarks(config: Config) -> list[str]:
    evaluation = config.evaluation
    tasks = dict.fromkeys([*evaluation.tasks, evaluation.dev_task, evaluation.guard_task])
    return [f"`{_place(task)}`" for task in tasks if task is not None]


def _place(name: str) -> str:
    """A name that says nothing of this machine: of a file or folder here its last part."""
    return Path(name).name if Path(name).exists() or Path(name).is_absolute() else name


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

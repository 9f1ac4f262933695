"""A labelled file that overlaps the tests is refused before a run: labels would be audited on what is reported."""

from dataclasses import replace

from crescent.config.schema import Config
from crescent.errors import ConfigError
from crescent.loop.stages.labelled import labelled_texts

LONGEST = 60


def check_labelled(config: Config) -> None:
    """See that the file of `audit.data` can be read, and that none of its questions is near one of a benchmark.

    Near is what `evaluation.contamination` says, less its embeddings: no model is loaded.

    Raises:
        ConfigError, DataError: the file cannot be used, or overlaps; in a line.
    """
    near, evaluation = config.evaluation.contamination, config.evaluation
    questions = labelled_texts(config)
    if not questions or near is None:
        return
    from crescent.dedup.removal import decontaminate
    from crescent.evaluation.loading import benchmark_questions

    listed = [*evaluation.tasks, evaluation.dev_task, evaluation.guard_task]
    by_task = benchmark_questions([task for task in dict.fromkeys(listed) if task], evaluation.local_data or {})
    benchmark = [(task, text) for task, texts in by_task.items() for text in texts]
    found = decontaminate(questions, [text for _, text in benchmark], replace(near, embedding=None)).ledger
    if found:
        task, text = benchmark[found[0].other]
        those = f"{len(found):,} of {len(questions):,} questions too close to one of a benchmark"
        such = f"row {found[0].index + 1} to {_short(text)!r} of {task}"
        raise ConfigError([f"audit.data={config.audit.data}: {those}, such as {such}; leave them out"])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."

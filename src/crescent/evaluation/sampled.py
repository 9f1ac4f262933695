"""The problems of a benchmark as prompts to sample solutions of, and the benchmark's own judgement of each sample."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lm_eval.api.instance import Instance

from crescent.evaluation.isolation import quiet_libraries
from crescent.evaluation.loading import load_tasks
from crescent.evaluation.scoring import ANSWERED, fallbacks
from crescent.private.lm_eval_internals import filters


class Problems:
    """The problems of a benchmark as prompts without worked examples, judged by the benchmark's own filter and metric.

    `prompts` maps the id of each problem, the one it has in evaluations, to the user's message. `longest` is the most
    tokens that the task asks for.
    """

    def __init__(self, task: Any, docs: Sequence[Mapping[str, Any]], primary: str) -> None:
        self._task = task
        self._metric, _, self._filter = primary.partition(",")
        self._docs = {f"{task.task_name}/{number}": doc for number, doc in enumerate(docs)}
        self._absent = fallbacks(task, self._filter)
        options = task.get_config("generation_kwargs")
        self._until = [text for text in _listed(options.get("until")) if text]
        self.longest = int(options.get("max_gen_toks", 256))
        description = task.get_config("description") or ""
        self.prompts = {id: f"{description}{task.doc_to_text(doc)}" for id, doc in self._docs.items()}

    def judge(self, id: str, texts: Sequence[str]) -> tuple[list[bool], list[bool]]:
        """(right, answered) of each text as a solution of problem `id`."""
        doc = self._docs[id]
        arguments: Any = ("", {})
        asked = [
            Instance("generate_until", doc, arguments, number, resps=[self._cut(text)])
            for number, text in enumerate(texts)
        ]
        for ensemble in filters(self._task, self._filter):
            ensemble.apply(asked)
        filtered = [instance.filtered_resps[self._filter] for instance in asked]
        judged = [self._task.process_results(doc, [answer]) for answer in filtered]
        found = [
            bool(one.get(ANSWERED, answer not in self._absent)) for one, answer in zip(judged, filtered, strict=True)
        ]
        return [float(one[self._metric]) >= 0.5 for one in judged], found

    def _cut(self, text: str) -> str:
        """Without what follows the first of the task's stop strings, as the harness cuts outputs."""
        for stop in self._until:
            text = text.partition(stop)[0]
        return text


def load_problems(
    task: str, primary: str, *, limit: int | None = None, local_data: Mapping[str, str] | None = None
) -> Problems:
    """The first `limit` problems of a task that generates. `primary` is the metric and filter they are judged by.

    Raises:
        DataError: the task's data cannot be read.
    """
    with TemporaryDirectory(prefix="crescent-tasks-") as folder, quiet_libraries():
        _, loaded = load_tasks([task], local_data or {}, Path(folder))
        [found] = loaded["tasks"].values()
        docs = list(found.test_docs() if found.has_test_docs() else found.validation_docs())
        return Problems(found, docs[:limit], primary)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [value]
